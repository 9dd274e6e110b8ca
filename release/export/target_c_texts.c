#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/segments.h"
#include "core/signal/columns.h"
#include "release/export/target_c.h"

/* ---- the words of an input ---- */

static enum assay_status add_word(struct assay_c_words *words, const char *word,
                                  struct assay_error *err)
{
    if (!assay_grow(&words->word, &words->capacity, words->n + 1, sizeof *words->word))
        return assay_fail_memory(err, "listing words");
    words->word[words->n++] = word;
    return ASSAY_OK;
}

static bool is_column(const char *column, const char *name)
{
    return column != NULL && strcmp(column, name) == 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum assay_status collect(const struct assay_model *model, const char *column,
                                 struct assay_c_words *words, struct assay_error *err)
{
    const struct assay_spec *spec = &model->spec;
    enum assay_status status = ASSAY_OK;
    for (size_t v = 1; is_column(spec->cohort.plan, column) && v < model->cohorts.n_node; v++)
        if (model->cohorts.nodes[v].band == ASSAY_ANY_BAND && status == ASSAY_OK)
            status = add_word(words, model->cohorts.nodes[v].plan, err);
    for (size_t k = 0; is_column(spec->fit.models_by, column) && k < model->n_segment_model; k++)
        if (status == ASSAY_OK)
            status = add_word(words, model->segment_models[k].segment, err);
    for (size_t k = 0; is_column(spec->line.by, column) && k < model->n_segment_line; k++)
        if (status == ASSAY_OK)
            status = add_word(words, model->segment_lines[k].segment, err);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &spec->signals[j];
        if (assay_signal_type(signal) != ASSAY_TEXT || !is_column(signal->column, column))
            continue;
        for (size_t k = 0; k < signal->normalise.n_step && status == ASSAY_OK; k++)
            status = add_word(words, signal->normalise.steps[k].category, err);
    }
    return status;
}

enum assay_status assay_c_words_init(const struct assay_model *model, size_t input,
                                     struct assay_c_words *words, struct assay_error *err)
{
    struct assay_c_words made = {0};
    enum assay_status status = ASSAY_OK;
    if (model->inputs[input].is_text)
        status = collect(model, model->inputs[input].column, &made, err);
    if (status != ASSAY_OK) {
        assay_c_words_clear(&made);
        return status;
    }
    if (made.n > 0)
        qsort(made.word, made.n, sizeof *made.word, by_bytes);
    size_t kept = 0;
    for (size_t k = 0; k < made.n; k++)
        if (kept == 0 || strcmp(made.word[kept - 1], made.word[k]) != 0)
            made.word[kept++] = made.word[k];
    made.n = kept;
    *words = made;
    return ASSAY_OK;
}

void assay_c_words_clear(struct assay_c_words *words)
{
    free(words->word);
    *words = (struct assay_c_words){0};
}

bool assay_c_is_coded(const struct assay_c_export *e, size_t input)
{
    return e->words[input].n > 0 ||
           is_column(e->model->spec.cohort.plan, e->model->inputs[input].column);
}

bool assay_c_needs_cohort(const struct assay_model *model)
{
    bool found = model->spec.cohort.plan != NULL;
    for (size_t j = 0; j < model->n_signal; j++)
        found = found || (model->spec.signals[j].normalise.method == ASSAY_PERCENTILE &&
                          model->cohorts.n_node > 1);
    return found;
}

/* ---- text to code: a decision by one byte after another ---- */

/* The words [from, to), which agree in their first `known` bytes; these the text is known to have. */
struct range {
    size_t from, to, known;
};

static void put_indent(struct assay_c_export *e, size_t depth)
{
    assay_text_printf(e->out, "%*s", (int)(4 * depth), "");
}

static void put_case_label(struct assay_c_export *e, size_t depth, char c)
{
    put_indent(e, depth);
    if (c >= ' ' && c <= '~')
        assay_text_printf(e->out, "case %s%c':\n", c == '\'' || c == '\\' ? "'\\" : "'", c);
    else
        assay_text_printf(e->out, "case %u:\n", (unsigned)(unsigned char)c);
}

/* The last word that is left: the rest of the text decides. */
static void put_word(struct assay_c_export *e, const struct assay_c_words *words,
                     struct range range, size_t depth)
{
    const char *word = words->word[range.from];
    put_indent(e, depth);
    if (word[range.known] == '\0') {
        assay_text_printf(e->out, "return text[%zu] == '\\0' ? %zu : %zu;", range.known,
                          range.from + 1, words->n + 1);
    } else {
        assay_text_printf(e->out, "return strcmp(text + %zu, ", range.known);
        assay_c_string(e, word + range.known);
        assay_text_printf(e->out, ") == 0 ? %zu : %zu;", range.from + 1, words->n + 1);
    }
    assay_text_puts(e->out, " /* ");
    assay_c_comment(e, word);
    assay_text_puts(e->out, " */\n");
}

static size_t common_bytes(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

/* Holds the text against the bytes that all words of the range share beyond those known, which has to
 * be before the next byte may be looked at. */
static void put_shared(struct assay_c_export *e, const struct assay_c_words *words,
                       struct range range, size_t common, size_t depth)
{
    struct assay_text shared = {0};
    assay_text_add(&shared, words->word[range.from] + range.known, common - range.known);
    put_indent(e, depth);
    assay_text_printf(e->out, "if (strncmp(text + %zu, ", range.known);
    assay_c_string(e, shared.data != NULL ? shared.data : "");
    assay_text_printf(e->out, ", %zu) != 0)\n", common - range.known);
    put_indent(e, depth + 1);
    assay_text_printf(e->out, "return %zu;\n", words->n + 1);
    e->out->failed = e->out->failed || shared.failed;
    assay_text_clear(&shared);
}

static void put_choice(struct assay_c_export *e, const struct assay_c_words *words,
                       struct range range, size_t depth);

/* One case for each byte that words of the range go on with. */
static void put_cases(struct assay_c_export *e, const struct assay_c_words *words,
                      struct range range, size_t common, size_t depth)
{
    for (size_t k = range.from, end; k < range.to; k = end) {
        char c = words->word[k][common];
        for (end = k + 1; end < range.to && words->word[end][common] == c;)
            end++;
        put_case_label(e, depth, c);
        if (c != '\0') {
            put_choice(e, words, (struct range){k, end, common + 1}, depth + 1);
            continue;
        }
        put_indent(e, depth + 1); /* a word that the others go on from */
        assay_text_printf(e->out, "return %zu; /* ", k + 1);
        assay_c_comment(e, words->word[k]);
        assay_text_puts(e->out, " */\n");
    }
}

static void put_choice(struct assay_c_export *e, const struct assay_c_words *words,
                       struct range range, size_t depth)
{
    if (range.to - range.from == 1) {
        put_word(e, words, range, depth);
        return;
    }
    /* Sorted words agree as far as the first and the last do. */
    size_t common = common_bytes(words->word[range.from], words->word[range.to - 1]);
    if (common > range.known)
        put_shared(e, words, range, common, depth);
    put_indent(e, depth);
    assay_text_printf(e->out, "switch ((unsigned char)text[%zu]) {\n", common);
    put_cases(e, words, range, common, depth);
    put_indent(e, depth);
    assay_text_puts(e->out, "default:\n");
    put_indent(e, depth + 1);
    assay_text_printf(e->out, "return %zu;\n", words->n + 1);
    put_indent(e, depth);
    assay_text_puts(e->out, "}\n");
}

static void put_coder(struct assay_c_export *e, size_t input)
{
    const struct assay_c_words *words = &e->words[input];
    assay_text_puts(e->out, "/* Which of the words that the model knows in \"");
    assay_c_comment(e, e->model->inputs[input].column);
    assay_text_printf(e->out,
                      "\" a text is: 1 to %zu in the\n"
                      " * order of their bytes, 0 missing, %zu any other. */\n",
                      words->n, words->n + 1);
    assay_c_printf(e, "static inline size_t @_code_%s(const char *text)\n{\n",
                   e->names.input[input]);
    assay_text_puts(e->out, "    if (text == NULL || text[0] == '\\0')\n        return 0;\n");
    if (words->n > 0)
        put_choice(e, words, (struct range){0, words->n, 0}, 1);
    else
        assay_text_puts(e->out, "    return 1;\n");
    assay_text_puts(e->out, "}\n\n");
}

/* ---- cohorts ---- */

static void put_band(struct assay_c_export *e)
{
    const struct assay_cohort_spec *spec = &e->model->spec.cohort;
    assay_c_printf(e,
                   "/* The band of a tenure; %zu where it is missing. */\n"
                   "static inline size_t @_band(double tenure)\n{\n"
                   "    size_t band = 0;\n",
                   spec->n_band + 1);
    for (size_t k = 0; k < spec->n_band; k++) {
        assay_text_puts(e->out, "    band += tenure >= ");
        assay_c_number(e, spec->bands[k]);
        assay_text_puts(e->out, ";\n");
    }
    assay_text_printf(e->out, "    return tenure == tenure ? band : %zu;\n}\n\n", spec->n_band + 1);
}

/* Cohorts of one plan by band, the last where the tenure is missing. Everybody's where there is no
 * such plan; a missing plan is everybody's whatever the tenure. */
static void put_cohort_row(struct assay_c_export *e, size_t node, bool by_band)
{
    const struct assay_cohorts *cohorts = &e->model->cohorts;
    size_t n_band = by_band ? cohorts->spec->n_band + 1 : 0;
    assay_text_puts(e->out, "    {");
    for (size_t band = 0; band < n_band; band++)
        assay_text_printf(e->out, "%zu, ", assay_cohort_band_node(cohorts, node, band));
    assay_text_printf(e->out, "%zu},", node);
}

static void put_cohorts(struct assay_c_export *e)
{
    const struct assay_cohort_spec *spec = &e->model->spec.cohort;
    bool by_band = spec->tenure != NULL;
    size_t input = spec->plan != NULL ? assay_export_input(e->model, spec->plan) : 0;
    size_t n_word = spec->plan != NULL ? e->words[input].n : 0;
    if (by_band)
        put_band(e);
    assay_c_printf(e,
                   "/* Cohorts by %s%s%s: an account is compared with its own. 0 is everybody. */\n"
                   "static const unsigned short @_cohort[%zu][%zu] = {\n",
                   spec->plan != NULL ? "code of the plan" : "",
                   spec->plan != NULL && by_band ? " and " : "",
                   by_band ? "band of the tenure" : "", spec->plan != NULL ? n_word + 2 : 1,
                   by_band ? spec->n_band + 2 : 1);
    if (spec->plan == NULL) {
        put_cohort_row(e, 0, by_band);
        assay_text_puts(e->out, "\n};\n\n");
        return;
    }
    for (size_t code = 0; code < n_word + 2; code++) {
        const char *word = code > 0 && code <= n_word ? e->words[input].word[code - 1] : NULL;
        bool unseen = false;
        size_t node = assay_cohort_plan_node(&e->model->cohorts, word, &unseen);
        put_cohort_row(e, node, by_band && node > 0);
        assay_text_puts(e->out, " /* ");
        assay_c_comment(e, code == 0 ? "missing" : word != NULL ? word : "any other");
        assay_text_puts(e->out, " */\n");
    }
    assay_text_puts(e->out, "};\n\n");
}

/* ---- segments ---- */

/* Rows of the tables of weights, or of lines, by code; 0 is the common one. */
static void put_terms(struct assay_c_export *e, const char *what, const char *column, bool of_line)
{
    const struct assay_model *model = e->model;
    size_t input = assay_export_input(model, column);
    const struct assay_c_words *words = &e->words[input];
    assay_text_printf(e->out, "/* Whose %s, by code of \"", what);
    assay_c_comment(e, column);
    assay_c_printf(e, "\": 0 is everybody's. */\nstatic const unsigned short @_%s_of[%zu] = {0, ",
                   what, words->n + 2);
    for (size_t k = 0; k < words->n; k++) {
        struct assay_terms terms = assay_terms_find(model, of_line ? NULL : words->word[k],
                                                    of_line ? words->word[k] : NULL);
        size_t row =
            of_line
                ? (terms.line != NULL ? (size_t)(terms.line - model->segment_lines) + 1 : 0)
                : (terms.weights != NULL ? (size_t)(terms.weights - model->segment_models) + 1 : 0);
        assay_text_printf(e->out, "%zu, ", row);
    }
    assay_text_puts(e->out, "0};\n\n");
}

void assay_c_texts(struct assay_c_export *e)
{
    const struct assay_spec *spec = &e->model->spec;
    for (size_t k = 0; k < e->model->n_input; k++)
        if (assay_c_is_coded(e, k))
            put_coder(e, k);
    if (assay_c_needs_cohort(e->model))
        put_cohorts(e);
    if (e->model->n_segment_model > 0)
        put_terms(e, "weights", spec->fit.models_by, false);
    if (e->model->n_segment_line > 0)
        put_terms(e, "line", spec->line.by, true);
}
