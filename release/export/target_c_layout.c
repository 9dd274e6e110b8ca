#include <stdio.h>
#include <string.h>

#include "release/export/target_c.h"

/* ---- inputs ---- */

/* What a column is to the model: "plan of the cohorts", "signal logins". */
static void put_roles(struct assay_c_export *e, const char *column)
{
    const struct assay_spec *spec = &e->model->spec;
    const struct {
        const char *column, *role;
    } parts[] = {{spec->cohort.plan, "plan"},
                 {spec->cohort.tenure, "tenure"},
                 {spec->fit.models_by, "segment with weights of its own"},
                 {spec->line.by, "segment with a line of its own"}};
    const char *comma = "";
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        if (parts[k].column != NULL && strcmp(parts[k].column, column) == 0) {
            assay_text_printf(e->out, "%s%s", comma, parts[k].role);
            comma = "; ";
        }
    for (size_t j = 0; j < e->model->n_signal; j++)
        if (strcmp(spec->signals[j].column, column) == 0) {
            assay_text_printf(e->out, "%ssignal ", comma);
            assay_c_comment(e, spec->signals[j].name);
            comma = "; ";
        }
}

/* A member's comment; the column where the member has another name. */
static void put_meaning(struct assay_c_export *e, size_t input)
{
    const char *column = e->model->inputs[input].column;
    if (strcmp(column, e->names.input[input]) != 0) {
        assay_text_puts(e->out, "\"");
        assay_c_comment(e, column);
        assay_text_puts(e->out, "\": ");
    }
    put_roles(e, column);
}

/* "    TYPE NAME; " filled up to where the comments begin. */
static void put_member(struct assay_c_export *e, const char *type, const char *name, size_t width)
{
    size_t length = strlen(type) + strlen(name);
    assay_text_printf(e->out, "    %s%s;%*s/* ", type, name,
                      (int)(length < width ? width - length + 1 : 1), "");
}

/* One member for each input, two where a text is read as a number too. In columns, members are
 * pointers to as many values as there are accounts. */
static void put_members(struct assay_c_export *e, bool columns)
{
    const char *text = columns ? "const char *const *" : "const char *";
    const char *number = columns ? "const double *" : "double ";
    size_t width = 0;
    for (size_t k = 0; k < e->model->n_input; k++) {
        size_t length = strlen(e->model->inputs[k].is_text ? text : number) +
                        strlen(e->number[k] != NULL ? e->number[k] : e->names.input[k]);
        width = length > width && length < 40 ? length : width;
    }
    for (size_t k = 0; k < e->model->n_input; k++) {
        put_member(e, e->model->inputs[k].is_text ? text : number, e->names.input[k], width);
        put_meaning(e, k);
        assay_text_puts(e->out, " */\n");
        if (e->number[k] == NULL)
            continue;
        put_member(e, number, e->number[k], width);
        assay_text_puts(e->out, "the same as a number; NaN where it is none */\n");
    }
}

static void put_input(struct assay_c_export *e)
{
    assay_c_put(
        e, "/* An account. Every member counts: a number that is missing is NaN, a text that is\n"
           " * missing NULL or \"\". Texts are compared byte by byte, in UTF-8. */\n"
           "struct @_input {\n");
    put_members(e, false);
    assay_c_put(e, "};\n\n"
                   "/* An account of which nothing is known, to be filled in. */\n"
                   "static inline struct @_input @_nothing_known(void)\n{\n"
                   "    struct @_input in;\n");
    for (size_t k = 0; k < e->model->n_input; k++) {
        bool is_text = e->model->inputs[k].is_text;
        assay_text_printf(e->out, "    in.%s = %s;\n", e->names.input[k], is_text ? "NULL" : "NAN");
        if (e->number[k] != NULL)
            assay_text_printf(e->out, "    in.%s = NAN;\n", e->number[k]);
    }
    assay_text_puts(e->out, "    return in;\n}\n\n");
}

/* ---- results ---- */

static void put_result(struct assay_c_export *e)
{
    const struct assay_model *model = e->model;
    assay_c_put(e, "/* Normalised signals are in the order of @_signal_names; where a value was\n"
                   " * missing, what stands for it. */\n");
    assay_c_printf(
        e,
        "struct @_result {\n"
        "    double normalised[%zu];%*s/* each signal from 0 to 100, higher is healthier */\n",
        model->n_signal, model->n_signal < 10 ? 2 : 1, "");
    assay_c_put(
        e,
        "    double composite;      /* weighted average of these; NaN without a score */\n"
        "    double score;          /* 0 to 100, higher is healthier; NaN without a score */\n"
        "    double probability;    /* of the event; NaN without a score */\n"
        "    int zone;              /* index in @_zone_names; -1 without a score */\n"
        "    int no_score;          /* 1: a signal that the model cannot do without is missing */\n"
        "    int new_plan;          /* 1: calibration had no such plan: compared with all */\n"
        "    int new_segment;       /* 1: calibration had no such segment: scored as all are */\n"
        "    int n_missing;         /* signals without a value */\n"
        "    int n_unknown;         /* of these, categories that have no points */\n"
        "};\n\n");
}

static void put_name_list(struct assay_c_export *e, const char *what, size_t n,
                          const char *(*name)(const struct assay_model *model, size_t k))
{
    assay_c_printf(e, "static const char *const @_%s_names[%zu] = {", what, n);
    size_t column = 0;
    for (size_t k = 0; k < n; k++) {
        size_t length = strlen(name(e->model, k)) + 4;
        bool fresh = k == 0 || column + length > 92;
        assay_text_puts(e->out, fresh ? "\n    " : " ");
        column = fresh ? length : column + length;
        assay_c_string(e, name(e->model, k));
        assay_text_puts(e->out, k + 1 < n ? "," : "\n};\n");
    }
}

static const char *zone_name(const struct assay_model *model, size_t k)
{
    return model->spec.zones[k].name;
}

static const char *signal_name(const struct assay_model *model, size_t k)
{
    return model->spec.signals[k].name;
}

void assay_c_layout(struct assay_c_export *e)
{
    put_input(e);
    put_result(e);
    assay_c_put(e, "/* Many accounts, column by column. */\n"
                   "struct @_columns {\n");
    put_members(e, true);
    assay_c_put(e, "};\n\n"
                   "/* Where their scores go; a member that is NULL is not wanted. */\n"
                   "struct @_scores {\n"
                   "    double *composite, *score, *probability; /* NaN without a score */\n"
                   "    int *zone;                               /* -1 without a score */\n"
                   "};\n\n"
                   "enum { ^_ZONES = ");
    assay_c_printf(e, "%zu, ^_SIGNALS = %zu };\n", e->model->spec.n_zone, e->model->n_signal);
    put_name_list(e, "zone", e->model->spec.n_zone, zone_name);
    put_name_list(e, "signal", e->model->n_signal, signal_name);
}
