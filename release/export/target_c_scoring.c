#include <string.h>

#include "core/signal/columns.h"
#include "release/export/target_c.h"

/* Normalised signals of a block are to stay in the first cache, on the stack of any thread. */
enum { BLOCK_VALUES = 2048, LEAST_ROWS = 16 };

/* The two functions differ in where a value comes from and goes to. */
struct shape {
    const char *indent;
    const char *at;    /* behind a member of the input */
    const char *local; /* behind a code or cohort */
};
static const struct shape one = {"    ", "", ""}, many = {"            ", "[start + i]", "[i]"};

static const char *input_name(const struct assay_c_export *e, const char *column)
{
    return e->names.input[assay_export_input(e->model, column)];
}

/* In a block, what follows is done for each of its accounts. */
static void put_each(struct assay_c_export *e, const struct shape *shape)
{
    if (shape == &many)
        assay_text_puts(e->out, "        for (i = 0; i < rows; i++)\n");
    assay_text_puts(e->out, shape->indent);
}

static void put_codes(struct assay_c_export *e, const struct shape *shape)
{
    for (size_t k = 0; k < e->model->n_input; k++) {
        const char *name = e->names.input[k];
        if (!assay_c_is_coded(e, k))
            continue;
        put_each(e, shape);
        assay_c_printf(e, "code_%s%s = @_code_%s(in->%s%s);\n", name, shape->local, name, name,
                       shape->at);
    }
}

static void put_cohort(struct assay_c_export *e, const struct shape *shape)
{
    const struct assay_cohort_spec *spec = &e->model->spec.cohort;
    if (!assay_c_needs_cohort(e->model))
        return;
    put_each(e, shape);
    assay_c_printf(e, "cohort%s = @_cohort[", shape->local);
    if (spec->plan != NULL)
        assay_text_printf(e->out, "code_%s%s][", input_name(e, spec->plan), shape->local);
    else
        assay_text_puts(e->out, "0][");
    if (spec->tenure != NULL)
        assay_c_printf(e, "@_band(in->%s%s)];\n", assay_c_number_member(e, spec->tenure),
                       shape->at);
    else
        assay_text_puts(e->out, "0];\n");
}

static void put_signals(struct assay_c_export *e, const struct shape *shape)
{
    bool by_cohort = assay_c_needs_cohort(e->model);
    for (size_t j = 0; j < e->model->n_signal; j++) {
        const struct assay_signal_spec *signal = &e->model->spec.signals[j];
        put_each(e, shape);
        assay_c_printf(e, "s%s[%zu] = @_s_%s(", shape->local, j, e->names.signal[j]);
        if (assay_signal_type(signal) == ASSAY_TEXT)
            assay_text_printf(e->out, "code_%s%s", input_name(e, signal->column), shape->local);
        else
            assay_text_printf(e->out, "in->%s%s", assay_c_number_member(e, signal->column),
                              shape->at);
        if (signal->normalise.method == ASSAY_PERCENTILE && by_cohort)
            assay_text_printf(e->out, ", cohort%s", shape->local);
        assay_text_puts(e->out, ");\n");
    }
}

/* The call of _finish with whose weights and line the account has. */
static void put_call(struct assay_c_export *e, const struct shape *shape, const char *result)
{
    const struct assay_model *model = e->model;
    assay_c_printf(e, "log_odds = @_finish(s%s, ", shape->local);
    if (model->n_segment_model > 0)
        assay_c_printf(e, "@_weights_of[code_%s%s]", input_name(e, model->spec.fit.models_by),
                       shape->local);
    else
        assay_text_puts(e->out, "0");
    if (model->spec.scale != ASSAY_WEIGHTED_AVERAGE && model->n_segment_line > 0)
        assay_c_printf(e, ", @_line_of[code_%s%s]", input_name(e, model->spec.line.by),
                       shape->local);
    else if (model->spec.scale != ASSAY_WEIGHTED_AVERAGE)
        assay_text_puts(e->out, ", 0");
    assay_text_printf(e->out, ", %s);\n", result);
}

/* ---- one account ---- */

static void put_marks(struct assay_c_export *e)
{
    const struct assay_model *model = e->model;
    const char * or = "";
    assay_text_puts(e->out, "    out->new_plan = ");
    if (model->spec.cohort.plan != NULL)
        assay_text_printf(e->out, "code_%s != 0 && cohort == 0;\n",
                          input_name(e, model->spec.cohort.plan));
    else
        assay_text_puts(e->out, "0;\n");
    assay_text_puts(e->out, "    out->new_segment = ");
    if (model->n_segment_model > 0) {
        const char *name = input_name(e, model->spec.fit.models_by);
        assay_c_printf(e, "(code_%s != 0 && @_weights_of[code_%s] == 0)", name, name);
        or = " || ";
    }
    if (model->n_segment_line > 0) {
        const char *name = input_name(e, model->spec.line.by);
        assay_c_printf(e, "%s(code_%s != 0 && @_line_of[code_%s] == 0)", or, name, name);
        or = " || ";
    }
    assay_text_puts(e->out, * or == '\0' ? "0;\n" : ";\n");
    assay_text_puts(e->out, "    out->n_unknown = 0;\n");
    for (size_t j = 0; j < model->n_signal; j++)
        if (assay_signal_type(&model->spec.signals[j]) == ASSAY_TEXT)
            assay_c_printf(e, "    out->n_unknown += code_%s != 0 && s[%zu] != s[%zu] ? 1 : 0;\n",
                           input_name(e, model->spec.signals[j].column), j, j);
}

/* "size_t code_plan, cohort;" with [rows] behind each where there are many. */
static void put_locals(struct assay_c_export *e, const char *size)
{
    const char *comma = "    size_t ";
    for (size_t k = 0; k < e->model->n_input; k++)
        if (assay_c_is_coded(e, k)) {
            assay_c_printf(e, "%scode_%s%s", comma, e->names.input[k], size);
            comma = ", ";
        }
    if (assay_c_needs_cohort(e->model)) {
        assay_c_printf(e, "%scohort%s", comma, size);
        comma = ", ";
    }
    if (strcmp(comma, ", ") == 0)
        assay_text_puts(e->out, ";\n");
}

static void put_one(struct assay_c_export *e)
{
    assay_c_put(e, "/* Scores one account. */\n"
                   "static inline void @_score(const struct @_input *in, struct @_result *out)\n"
                   "{\n"
                   "    double *s = out->normalised, log_odds;\n"
                   "    size_t j;\n");
    put_locals(e, "");
    put_codes(e, &one);
    put_cohort(e, &one);
    put_signals(e, &one);
    put_marks(e);
    assay_c_put(e, "    out->n_missing = 0;\n"
                   "    for (j = 0; j < ^_SIGNALS; j++)\n"
                   "        out->n_missing += s[j] != s[j];\n    ");
    put_call(e, &one, "out");
    assay_c_put(e, "    out->probability = @_probability(log_odds);\n"
                   "}\n\n");
}

/* ---- many accounts ---- */

static void put_many(struct assay_c_export *e)
{
    size_t rows = BLOCK_VALUES / e->model->n_signal;
    assay_c_printf(
        e,
        "/* Scores n accounts, as many as each column has values: block by block, and in a\n"
        " * block column by column, so that the knots of one signal stay near. The same figures\n"
        " * as @_score(). */\n"
        "enum { ^_BLOCK = %zu };\n"
        "static inline void @_score_batch(const struct @_columns *in, size_t n,\n"
        "        const struct @_scores *out)\n"
        "{\n"
        "    double s[^_BLOCK][^_SIGNALS], log_odds;\n",
        rows < LEAST_ROWS ? LEAST_ROWS : rows);
    put_locals(e, "[^_BLOCK]");
    assay_c_put(e, "    struct @_result one;\n"
                   "    size_t start, rows, i;\n"
                   "    for (start = 0; start < n; start += rows) {\n"
                   "        rows = n - start;\n"
                   "        if (rows > ^_BLOCK)\n"
                   "            rows = ^_BLOCK;\n");
    put_codes(e, &many);
    put_cohort(e, &many);
    put_signals(e, &many);
    assay_text_puts(e->out, "        for (i = 0; i < rows; i++) {\n            ");
    put_call(e, &many, "&one");
    static const char *const members[] = {"composite", "score", "zone"};
    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
        assay_text_printf(e->out,
                          "            if (out->%s != NULL)\n"
                          "                out->%s[start + i] = one.%s;\n",
                          members[k], members[k], members[k]);
    assay_c_put(e, "            if (out->probability != NULL)\n"
                   "                out->probability[start + i] = @_probability(log_odds);\n"
                   "        }\n"
                   "    }\n"
                   "}\n");
}

void assay_c_scoring(struct assay_c_export *e)
{
    put_one(e);
    put_many(e);
}
