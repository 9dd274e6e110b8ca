#include "core/model/coded_scores.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/signal/columns.h"
#include "core/signal/normalise.h"

enum {
    MOST_TERMS = 1 << 18,  /* of a signal: 2 MB, which the caches still help with */
    MOST_IN_ALL = 1 << 20, /* of all signals: 8 MB */
    ROWS_PER_TERM = 8,     /* fewer do not pay for working the terms out */
    STRIP_ROWS = 1 << 11,  /* whose sums stay in the first cache while all signals are added */
};

/* One signal. Row i has entry text[i] + 1, leaf[i] * n_value + code[i] or code[i], whichever of these is there. */
struct signal {
    const int32_t *text;
    const uint16_t *code, *leaf;
    size_t n_value, n_entry;
    double *term; /* [n_entry] what is added to the sum */
    double *hole; /* [n_entry] the same once all signals have been; NULL where missing values have no term */
};

struct assay_coded_scores {
    const struct assay_model *model;
    struct assay_columns columns;
    struct signal *signals;     /* [n_signal] */
    uint16_t *leaf;             /* [n_row] cohort nodes, where a signal's points depend on them */
    double start;               /* of the sum */
    double line, factor;        /* score: 50 + factor (line - log-odds) */
};

static enum assay_status no_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "preparing to score");
}

/* ---- who can be scored so ---- */

static bool is_simple(const struct assay_model *model)
{
    bool simple = model->n_segment_model == 0 && model->n_segment_line == 0 &&
                  !model->spec.rounding.dimensions;
    for (size_t j = 0; j < model->n_signal && simple; j++) {
        enum assay_missing_policy policy = model->spec.signals[j].missing;
        simple = policy != ASSAY_RENORMALISE && policy != ASSAY_RENORMALISE_DIMENSION;
    }
    return simple;
}

static size_t count_leaves(const struct assay_model *model, size_t j)
{
    return model->spec.signals[j].normalise.method == ASSAY_PERCENTILE ? model->baselines[j].n_node
                                                                       : 1;
}

/* Terms of signal j; beyond any number where it is not coded. */
static size_t count_terms(const struct assay_coded_scores *c, const struct assay_table *table, size_t j)
{
    const struct assay_column *column = &table->columns[c->columns.signals[j]];
    if (column->type == ASSAY_TEXT)
        return assay_dictionary_count(column->dictionary) + 1;
    return assay_column_is_coded(column) ? column->n_value * count_leaves(c->model, j) : SIZE_MAX;
}

static bool are_coded(const struct assay_coded_scores *c, const struct assay_table *table)
{
    size_t left = MOST_IN_ALL, most = table->n_row / ROWS_PER_TERM;
    most = most < MOST_TERMS ? most : MOST_TERMS;
    for (size_t j = 0; j < c->model->n_signal; j++) {
        size_t n = count_terms(c, table, j);
        if (n > most || n > left)
            return false;
        left -= n;
    }
    return true;
}

/* ---- terms ---- */

/* Of signal j with points s, NaN where they are missing. What is subtracted is added with the other sign, which is the
 * same. */
static double term_of(const struct assay_model *model, size_t j, double s)
{
    if (isnan(s))
        s = assay_missing_points(&model->spec.signals[j]);
    return model->spec.scale == ASSAY_WEIGHTED_AVERAGE ? model->weight[j] * s
                                                       : -(model->slope[j] * (s / 100));
}

/* -0 changes no sum. */
static void put(const struct assay_coded_scores *c, size_t j, size_t place, double s)
{
    struct signal *signal = &c->signals[j];
    signal->term[place] = term_of(c->model, j, s);
    if (signal->hole != NULL)
        signal->hole[place] = isnan(s) ? c->model->missing_term[j] : -0.0;
}

static void put_texts(const struct assay_coded_scores *c, size_t j,
                      const struct assay_dictionary *texts)
{
    bool unknown;
    put(c, j, 0, NAN);
    for (size_t t = 0; t + 1 < c->signals[j].n_entry; t++)
        put(c, j, t + 1,
            assay_normalise_category(&c->model->spec.signals[j],
                                     assay_dictionary_text(texts, (int32_t)t), &unknown));
}

static void put_numbers(const struct assay_coded_scores *c, size_t j,
                        const struct assay_column *column)
{
    const struct assay_signal_spec *signal = &c->model->spec.signals[j];
    bool percentile = signal->normalise.method == ASSAY_PERCENTILE;
    for (size_t l = 0; l < count_leaves(c->model, j); l++)
        for (size_t v = 0; v < column->n_value; v++)
            put(c, j, l * column->n_value + v,
                assay_normalise_number(
                    signal, percentile ? &c->model->baselines[j].knots[l] : NULL, column->values[v]));
}

struct putting {
    const struct assay_coded_scores *coded;
    const struct assay_table *table;
};

static void put_signal(void *state, size_t j)
{
    const struct putting *p = state;
    const struct assay_column *column = &p->table->columns[p->coded->columns.signals[j]];
    if (column->type == ASSAY_TEXT)
        put_texts(p->coded, j, column->dictionary);
    else
        put_numbers(p->coded, j, column);
}

/* How rows find their terms, and room for these. */
static bool lay(struct assay_coded_scores *c, const struct assay_table *table, size_t j)
{
    const struct assay_column *column = &table->columns[c->columns.signals[j]];
    struct signal *signal = &c->signals[j];
    size_t n_leaf = count_leaves(c->model, j);
    if (column->type == ASSAY_TEXT) {
        signal->text = column->codes;
        signal->n_entry = assay_dictionary_count(column->dictionary) + 1;
    } else {
        signal->code = column->number_codes;
        signal->leaf = n_leaf > 1 ? c->leaf : NULL;
        signal->n_value = column->n_value;
        signal->n_entry = column->n_value * n_leaf;
    }
    bool has_holes = c->model->spec.scale != ASSAY_WEIGHTED_AVERAGE && c->model->missing_term[j] != 0;
    signal->term = assay_rows_alloc(signal->n_entry, sizeof *signal->term);
    if (has_holes)
        signal->hole = assay_rows_alloc(signal->n_entry, sizeof *signal->hole);
    return signal->term != NULL && (!has_holes || signal->hole != NULL);
}

static enum assay_status find_leaves(struct assay_coded_scores *c, const struct assay_table *table,
                                     size_t n_thread, struct assay_error *err)
{
    bool needed = false;
    for (size_t j = 0; j < c->model->n_signal; j++)
        needed = needed || count_leaves(c->model, j) > 1;
    if (!needed)
        return ASSAY_OK;
    c->leaf = assay_rows_alloc(table->n_row, sizeof *c->leaf);
    if (c->leaf == NULL)
        return no_memory(err);
    return assay_cohort_leaves(&c->model->cohorts, &c->columns, table, n_thread, c->leaf, err);
}

static enum assay_status find_terms(struct assay_coded_scores *c, const struct assay_table *table,
                                    size_t n_thread, struct assay_error *err)
{
    struct putting putting = {c, table};
    enum assay_status status = find_leaves(c, table, n_thread, err);
    for (size_t j = 0; j < c->model->n_signal && status == ASSAY_OK; j++)
        status = lay(c, table, j) ? ASSAY_OK : no_memory(err);
    if (status == ASSAY_OK)
        assay_parallel(c->model->n_signal, n_thread, put_signal, &putting);
    return status;
}

/* ---- new, free ---- */

static enum assay_status make(struct assay_coded_scores *c, const struct assay_table *table,
                              size_t n_thread, bool *good, struct assay_error *err)
{
    size_t n = c->model->n_signal;
    c->signals = assay_alloc(n, sizeof *c->signals);
    if (c->signals == NULL)
        return no_memory(err);
    enum assay_status status = assay_columns_find(&c->model->spec, table, &c->columns, err);
    *good = status == ASSAY_OK && are_coded(c, table);
    return *good ? find_terms(c, table, n_thread, err) : status;
}

enum assay_status assay_coded_scores_new(const struct assay_model *model,
                                         const struct assay_table *table, size_t n_thread,
                                         struct assay_coded_scores **coded, struct assay_error *err)
{
    double at_risk = model->at_risk_probability;
    bool good = false;
    *coded = NULL;
    if (!is_simple(model))
        return ASSAY_OK;
    struct assay_coded_scores *c = assay_alloc(1, sizeof *c);
    if (c == NULL)
        return no_memory(err);
    *c = (struct assay_coded_scores){.model = model,
                                     .start = model->spec.scale == ASSAY_WEIGHTED_AVERAGE
                                                  ? 0 : model->intercept,
                                     .line = log(at_risk / (1 - at_risk)),
                                     .factor = model->spec.points_to_halve_odds / M_LN2};
    enum assay_status status = make(c, table, n_thread, &good, err);
    if (status == ASSAY_OK && good)
        *coded = c;
    else
        assay_coded_scores_free(c);
    return status;
}

void assay_coded_scores_free(struct assay_coded_scores *coded)
{
    if (coded == NULL)
        return;
    for (size_t j = 0; coded->signals != NULL && j < coded->model->n_signal; j++) {
        assay_rows_free(coded->signals[j].term);
        assay_rows_free(coded->signals[j].hole);
    }
    free(coded->signals);
    assay_rows_free(coded->leaf);
    assay_columns_clear(&coded->columns);
    free(coded);
}

/* ---- rows ---- */

/* Number k of four that were read in one. */
static size_t one_of(uint64_t four, unsigned k)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    k = 3 - k;
#endif
    return four >> 16 * k & UINT16_MAX;
}

static void add_by_code(const double term[], const uint16_t code[], size_t n, double sum[])
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint64_t codes;
        memcpy(&codes, code + i, sizeof codes);
        sum[i] += term[one_of(codes, 0)];
        sum[i + 1] += term[one_of(codes, 1)];
        sum[i + 2] += term[one_of(codes, 2)];
        sum[i + 3] += term[one_of(codes, 3)];
    }
    for (; i < n; i++)
        sum[i] += term[code[i]];
}

static void add(const struct signal *signal, const double term[], size_t first, size_t n,
                double sum[])
{
    for (size_t i = 0; signal->text != NULL && i < n; i++)
        sum[i] += term[signal->text[first + i] + 1];
    for (size_t i = 0; signal->leaf != NULL && i < n; i++)
        sum[i] += term[signal->leaf[first + i] * signal->n_value + signal->code[first + i]];
    if (signal->text == NULL && signal->leaf == NULL)
        add_by_code(term, signal->code + first, n, sum);
}

static double clamped(double score)
{
    return score < 0 ? 0 : score > 100 ? 100 : score;
}

/* In place: sums become scores. */
static void finish(const struct assay_coded_scores *c, size_t n, double score[])
{
    const struct assay_spec *spec = &c->model->spec;
    bool average = spec->scale == ASSAY_WEIGHTED_AVERAGE;
    for (size_t i = 0; average && spec->rounding.score && i < n; i++)
        score[i] = assay_round_half_up(score[i]);
    for (size_t i = 0; !average && i < n; i++)
        score[i] = 50 + c->factor * (c->line - score[i]);
    for (size_t i = 0; i < n; i++)
        score[i] = clamped(score[i]);
}

static void take_strip(const struct assay_coded_scores *c, size_t first, size_t n, double score[])
{
    for (size_t i = 0; i < n; i++)
        score[i] = c->start;
    for (size_t j = 0; j < c->model->n_signal; j++)
        add(&c->signals[j], c->signals[j].term, first, n, score);
    for (size_t j = 0; j < c->model->n_signal; j++)
        if (c->signals[j].hole != NULL)
            add(&c->signals[j], c->signals[j].hole, first, n, score);
    finish(c, n, score);
}

void assay_coded_scores_take(const struct assay_coded_scores *coded, size_t first, size_t n,
                             double score[])
{
    for (size_t k = 0; k < n; k += STRIP_ROWS)
        take_strip(coded, first + k, n - k < STRIP_ROWS ? n - k : STRIP_ROWS, score + k);
}
