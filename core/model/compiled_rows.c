#include <float.h>
#include <math.h>

#include "core/base/number.h"
#include "core/model/compiled.h"
#include "core/model/compiled_parts.h"
#include "core/signal/normalise.h"

/* ---- memory of a block ---- */

enum { DOUBLES = 6, COUNTS = 7 };

size_t assay_block_room(const struct assay_compiled *compiled, size_t capacity)
{
    return capacity * (compiled->n_signal * (sizeof(double) + sizeof(bool)) +
                       DOUBLES * sizeof(double) + COUNTS * sizeof(uint32_t));
}

void assay_block_lay(const struct assay_compiled *compiled, void *memory, size_t capacity,
                     struct assay_block *block)
{
    double *doubles = memory;
    double **figures[DOUBLES] = {&block->composite,   &block->rounded, &block->log_odds,
                                 &block->probability, &block->score,   &block->line};
    uint32_t **counts[COUNTS] = {&block->cohort,    &block->weights,   &block->zone, &block->flags,
                                 &block->n_missing, &block->n_unknown, &block->piece};
    block->capacity = capacity;
    block->s = doubles;
    doubles += compiled->n_signal * capacity;
    for (size_t k = 0; k < DOUBLES; k++, doubles += capacity)
        *figures[k] = doubles;
    uint32_t *words = (uint32_t *)doubles;
    for (size_t k = 0; k < COUNTS; k++, words += capacity)
        *counts[k] = words;
    block->missing = (bool *)words;
}

/* ---- whose cohort, weights and line ---- */

static void find_cohorts(const struct assay_compiled *c, const struct assay_lane lanes[], size_t n,
                         struct assay_block *block)
{
    size_t width = c->n_band + 2;
    const double *bands = c->model->spec.cohort.bands;
    const double *tenure = c->tenure != ASSAY_NO_INPUT ? lanes[c->tenure].numbers : NULL;
    for (size_t i = 0; i < n; i++)
        block->cohort[i] = tenure == NULL || isnan(tenure[i]) ? (uint32_t)c->n_band + 1 : 0;
    for (size_t b = 0; tenure != NULL && b < c->n_band; b++)
        for (size_t i = 0; i < n; i++)
            block->cohort[i] += tenure[i] >= bands[b];
    if (c->plan == ASSAY_NO_INPUT) {
        for (size_t i = 0; i < n; i++)
            block->cohort[i] = c->bands[block->cohort[i]];
        return;
    }
    const int32_t *ids = lanes[c->plan].ids;
    const uint32_t *plan = c->inputs[c->plan].plan;
    for (size_t i = 0; i < n; i++)
        block->cohort[i] = c->bands[plan[ids[i]] * width + block->cohort[i]];
}

static void find_terms(const struct assay_compiled *c, const struct assay_lane lanes[], size_t n,
                       struct assay_block *block)
{
    for (size_t i = 0; i < n; i++) {
        block->weights[i] = 0;
        block->flags[i] = 0;
        block->line[i] = c->line;
    }
    for (size_t k = 0; k < c->n_input; k++) {
        const struct assay_compiled_input *input = &c->inputs[k];
        const int32_t *ids = lanes[k].ids;
        for (size_t i = 0; input->texts != NULL && i < n; i++)
            block->flags[i] |= input->flags[ids[i]];
        for (size_t i = 0; input->weights != NULL && i < n; i++)
            block->weights[i] = input->weights[ids[i]];
        for (size_t i = 0; input->line != NULL && i < n; i++)
            block->line[i] = input->line[ids[i]];
    }
}

/* ---- normalised signals ---- */

/* at[n]: the last piece of each row's node that does not begin above v, or its first. A step of the search at
 * a time for all rows: none waits for its own last step, and none is a branch that random rows mispredict.
 * (With a product in the place of the shift, clang's code takes twice as long.) */
static void find_pieces(const struct assay_curve *curve, const uint32_t cohort[], const double v[],
                        size_t n, uint32_t at[])
{
    for (size_t i = 0; i < n; i++)
        at[i] = curve->by_node ? cohort[i] * curve->width : 0;
    for (unsigned k = curve->n_halving; k-- > 0;) {
        const double *x = curve->x + ((size_t)1 << k);
        for (size_t i = 0; i < n; i++)
            at[i] += (uint32_t)(x[at[i]] <= v[i]) << k;
    }
}

static void by_curve(const struct assay_curve *curve, const uint32_t at[], const double v[],
                     size_t n, double s[])
{
    for (size_t i = 0; i < n; i++) {
        const struct assay_knot *knot = &curve->knots[at[i]];
        double value = v[i] > DBL_MAX ? DBL_MAX : v[i]; /* infinity times no rise would be NaN */
        double share = (value / 2 - knot->half) / knot->width;
        s[i] = knot->s + (share < 0 ? 0 : share) * knot->rise;
    }
}

static void one_by_one(const struct assay_model *model, size_t j, const uint32_t cohort[],
                       const double v[], size_t n, double s[])
{
    const struct assay_baseline *baseline = &model->baselines[j];
    for (size_t i = 0; i < n; i++)
        s[i] = assay_normalise_number(&model->spec.signals[j], &baseline->knots[cohort[i]], v[i]);
}

static inline double clamped(double s)
{
    return s < 0 ? 0 : s > 100 ? 100 : s;
}

static void by_range(const struct assay_compiled_signal *signal, const double v[], size_t n,
                     double s[])
{
    for (size_t i = 0; i < n; i++)
        s[i] = clamped(100 * (v[i] - signal->low) / signal->span);
}

static void by_itself(const double v[], size_t n, double s[])
{
    for (size_t i = 0; i < n; i++)
        s[i] = clamped(v[i]);
}

static void by_category(const struct assay_compiled_signal *signal, int32_t none,
                        const int32_t ids[], size_t n, double s[], uint32_t n_unknown[])
{
    for (size_t i = 0; i < n; i++) {
        s[i] = signal->by_text[ids[i]];
        n_unknown[i] += isnan(s[i]) && ids[i] != none;
    }
}

static void normalise(const struct assay_compiled *c, size_t j, const struct assay_lane *lane,
                      size_t n, struct assay_block *block, double s[])
{
    const struct assay_compiled_signal *signal = &c->signals[j];
    bool turn = signal->lower && (signal->method == ASSAY_RANGE || signal->method == ASSAY_NONE);
    if (signal->by_category)
        by_category(signal, (int32_t)c->inputs[signal->input].n_text + 1, lane->ids, n, s,
                    block->n_unknown);
    else if (signal->method == ASSAY_RANGE)
        by_range(signal, lane->numbers, n, s);
    else if (signal->method == ASSAY_NONE)
        by_itself(lane->numbers, n, s);
    else if (signal->curve.x == NULL)
        one_by_one(c->model, j, block->cohort, lane->numbers, n, s);
    else {
        find_pieces(&signal->curve, block->cohort, lane->numbers, n, block->piece);
        by_curve(&signal->curve, block->piece, lane->numbers, n, s);
    }
    for (size_t i = 0; turn && i < n; i++)
        s[i] = 100 - s[i];
}

/* ---- missing values ---- */

static void fill(const struct assay_compiled_signal *signal, size_t n, struct assay_block *block,
                 double s[], bool missing[])
{
    for (size_t i = 0; i < n; i++)
        missing[i] = isnan(s[i]);
    for (size_t i = 0; i < n; i++)
        s[i] = isnan(s[i]) ? signal->filling : s[i];
    for (size_t i = 0; i < n; i++)
        block->n_missing[i] += missing[i];
    for (size_t i = 0; signal->drops && i < n; i++)
        block->flags[i] |= missing[i] ? ASSAY_ROW_DROPPED : 0;
}

static const double *weights_of(const struct assay_compiled *c, const struct assay_block *block,
                                size_t row)
{
    return assay_terms_weight(c->model, assay_block_terms(c, block, row));
}

/* What the other signals of a row decide: values that wait for an average, and rounded dimensions. */
static void finish_row(const struct assay_compiled *c, struct assay_block *block, size_t row)
{
    const struct assay_signal_spec *signals = c->model->spec.signals;
    const double *weight = weights_of(c, block, row);
    double composite =
        assay_composite(signals, weight, c->n_signal, block->s + row, block->capacity, NULL);
    if (!c->model->spec.rounding.dimensions)
        return;
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    for (size_t j = 0; j < c->n_signal; j++) {
        s[j] = block->s[j * block->capacity + row];
        missing[j] = block->missing[j * block->capacity + row];
    }
    block->rounded[row] =
        assay_composite_rounded(signals, weight, c->n_signal, s, missing, composite);
}

static bool waits(const struct assay_compiled *c, const struct assay_block *block, size_t row)
{
    if (c->model->spec.rounding.dimensions)
        return true;
    bool waiting = false;
    for (size_t j = 0; block->n_missing[row] > 0 && j < c->n_signal && !waiting; j++)
        waiting = isnan(block->s[j * block->capacity + row]);
    return waiting;
}

/* ---- sums over the signals ---- */

static void add_common(const struct assay_compiled_signal *signal, const double s[], size_t n,
                       double composite[], double log_odds[])
{
    double weight = signal->weight[0], slope = signal->slope[0];
    for (size_t i = 0; i < n; i++) {
        composite[i] += weight * s[i];
        log_odds[i] -= slope * (s[i] / 100);
    }
}

static void add_segments(const struct assay_compiled_signal *signal, const double s[], size_t n,
                         const uint32_t weights[], double composite[], double log_odds[])
{
    for (size_t i = 0; i < n; i++) {
        composite[i] += signal->weight[weights[i]] * s[i];
        log_odds[i] -= signal->slope[weights[i]] * (s[i] / 100);
    }
}

static void add_up(const struct assay_compiled *c, size_t n, struct assay_block *block)
{
    for (size_t i = 0; i < n; i++) {
        block->composite[i] = 0;
        block->log_odds[i] = c->intercept[block->weights[i]];
    }
    for (size_t j = 0; j < c->n_signal; j++) {
        const double *s = block->s + j * block->capacity;
        if (c->model->n_segment_model == 0)
            add_common(&c->signals[j], s, n, block->composite, block->log_odds);
        else
            add_segments(&c->signals[j], s, n, block->weights, block->composite, block->log_odds);
    }
    for (size_t j = 0; j < c->n_signal; j++) {
        const bool *missing = block->missing + j * block->capacity;
        double term = c->signals[j].missing_term;
        for (size_t i = 0; term != 0 && i < n; i++)
            block->log_odds[i] = missing[i] ? block->log_odds[i] + term : block->log_odds[i];
    }
}

/* ---- score ---- */

static void finish(const struct assay_compiled *c, size_t n, struct assay_block *block)
{
    const struct assay_spec *spec = &c->model->spec;
    bool average = spec->scale == ASSAY_WEIGHTED_AVERAGE;
    for (size_t i = 0; i < n; i++) {
        double rounded = spec->rounding.dimensions ? block->rounded[i] : block->composite[i];
        double score = 50 + c->factor * (block->line[i] - block->log_odds[i]);
        if (average)
            score = spec->rounding.score ? assay_round_half_up(rounded) : rounded;
        block->rounded[i] = rounded;
        block->score[i] = clamped(score);
        block->zone[i] = 0;
    }
    for (size_t z = 1; z < spec->n_zone; z++)
        for (size_t i = 0; i < n; i++)
            block->zone[i] += block->score[i] >= spec->zones[z].from;
    for (size_t i = 0; i < n; i++)
        block->probability[i] = assay_expit(block->log_odds[i]);
}

void assay_compiled_score(const struct assay_compiled *compiled, const struct assay_lane lanes[],
                          size_t n, struct assay_block *block)
{
    find_cohorts(compiled, lanes, n, block);
    find_terms(compiled, lanes, n, block);
    for (size_t i = 0; i < n; i++)
        block->n_missing[i] = block->n_unknown[i] = 0;
    for (size_t j = 0; j < compiled->n_signal; j++) {
        const struct assay_compiled_signal *signal = &compiled->signals[j];
        size_t at = j * block->capacity;
        normalise(compiled, j, &lanes[signal->input], n, block, block->s + at);
        fill(signal, n, block, block->s + at, block->missing + at);
    }
    for (size_t i = 0; compiled->by_row && i < n; i++)
        if (waits(compiled, block, i))
            finish_row(compiled, block, i);
    add_up(compiled, n, block);
    finish(compiled, n, block);
}

struct assay_terms assay_block_terms(const struct assay_compiled *compiled,
                                     const struct assay_block *block, size_t row)
{
    struct assay_terms terms = {0};
    if (block->weights[row] > 0)
        terms.weights = &compiled->model->segment_models[block->weights[row] - 1];
    terms.unseen = (block->flags[row] & ASSAY_ROW_UNSEEN_SEGMENT) != 0;
    return terms;
}
