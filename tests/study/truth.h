/* truth.h - what a model would really do: its figures on 40,000 fresh snapshots of a world
 *
 * Probabilities are known there, so outcomes are not drawn: every figure is an expectation over them,
 * and only the draw of the signals is left as noise (a tenth of the standard errors at 1,500 rows).
 */
#ifndef ASSAY_TESTS_STUDY_TRUTH_H
#define ASSAY_TESTS_STUDY_TRUTH_H

#include "calibrate/evidence/resample.h"
#include "core/base/sort.h"
#include "core/signal/normalise.h"
#include "tests/study/world.h"

enum { TRUTH_ROWS = 40000 };

struct truth {
    const struct world *world;
    double *raw;  /* [TRUTH_ROWS * WORLD_SIGNALS] */
    double *prob; /* [TRUTH_ROWS] */
    double line;  /* where the true probabilities come equally far above both default targets */
};

static inline double truth_loss(double log_odds, double outcome)
{
    return fmax(log_odds, 0.0) + log1p(exp(-fabs(log_odds))) - outcome * log_odds;
}

/* Log-odds of raw values [n * WORLD_SIGNALS] by a model of a world without cohorts or gaps. */
static inline void model_log_odds(const struct assay_model *model, const double raw[], size_t n,
                                  double log_odds[])
{
    for (size_t i = 0; i < n; i++)
        log_odds[i] = model->intercept;
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_knots *knots = model->baselines[j].knots; /* one node: everybody */
        for (size_t i = 0; i < n; i++)
            log_odds[i] -= model->slope[j] / 100.0 *
                           assay_normalise_number(signal, knots, raw[i * WORLD_SIGNALS + j]);
    }
}

/* logit P = a + b log_odds by maximum likelihood for targets in [0, 1]; with b_free false b is 1. */
static inline void recalibrate(const double log_odds[], const double target[], size_t n, bool b_free,
                               double *a, double *b)
{
    *a = 0.0;
    *b = 1.0;
    for (int step = 0; step < 25; step++) {
        double ga = 0, gb = 0, aa = 0, ab = 0, bb = 0;
        for (size_t i = 0; i < n; i++) {
            double p = 1.0 / (1.0 + exp(-*a - *b * log_odds[i])), w = p * (1.0 - p);
            ga += target[i] - p;
            gb += (target[i] - p) * log_odds[i];
            aa += w;
            ab += w * log_odds[i];
            bb += w * log_odds[i] * log_odds[i];
        }
        double det = aa * bb - ab * ab;
        double da = b_free ? (bb * ga - ab * gb) / det : ga / aa;
        double db = b_free ? (aa * gb - ab * ga) / det : 0.0;
        *a += da;
        *b += db;
        if (fabs(da) + fabs(db) < 1e-9)
            return;
    }
}

/* An event drawn by its probability against a non-event drawn by its own. */
static inline double truth_auc(const struct truth *truth, const double log_odds[])
{
    struct assay_sort_item *items = malloc(2 * TRUTH_ROWS * sizeof *items), *sorted;
    double below = 0.0, pairs = 0.0, events = 0.0;
    if (items == NULL)
        abort();
    for (size_t i = 0; i < TRUTH_ROWS; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(log_odds[i]), i};
    if (!assay_sort_items(items, items + TRUTH_ROWS, TRUTH_ROWS, &sorted))
        abort();
    for (size_t i = 0; i < TRUTH_ROWS; i++) {
        double prob = truth->prob[sorted[i].index];
        pairs += prob * below;
        below += 1.0 - prob;
        events += prob;
    }
    free(items);
    return pairs / (events * below);
}

static inline void truth_flags(const struct truth *truth, const double log_odds[], double line,
                               double figures[])
{
    double at = log(line / (1.0 - line)), events = 0, flagged = 0, caught = 0, n = TRUTH_ROWS;
    for (size_t i = 0; i < TRUTH_ROWS; i++) {
        double up = log_odds[i] > at;
        events += truth->prob[i];
        flagged += up;
        caught += up * truth->prob[i];
    }
    figures[ASSAY_FIG_SENSITIVITY] = caught / events;
    figures[ASSAY_FIG_SPECIFICITY] = 1.0 - (flagged - caught) / (n - events);
    figures[ASSAY_FIG_PPV] = caught / flagged;
    figures[ASSAY_FIG_NPV] = 1.0 - (events - caught) / (n - flagged);
}

/* Shares and rates of the default zones, on the score that has `line` at 50. */
static inline void truth_zones(const struct truth *truth, const double log_odds[], double line,
                               double value[])
{
    double at = log(line / (1.0 - line)), rows[4] = {0}, events[4] = {0};
    for (size_t i = 0; i < TRUTH_ROWS; i++) {
        double score = 50.0 + 10.0 / log(2.0) * (at - log_odds[i]);
        size_t zone = score < 25 ? 0 : score < 50 ? 1 : score < 75 ? 2 : 3;
        rows[zone] += 1.0;
        events[zone] += truth->prob[i];
    }
    for (size_t z = 0; z < 4; z++) {
        value[ASSAY_MEASURED_SHARE + z] = rows[z] / TRUTH_ROWS;
        value[ASSAY_MEASURED_RATE + z] = events[z] / rows[z];
    }
}

static inline struct assay_measurement truth_measure(const struct truth *truth,
                                                     const double log_odds[], double line)
{
    struct assay_measurement m = {{0}};
    double observed = 0, expected = 0, brier = 0, loss = 0, unused;
    for (size_t i = 0; i < TRUTH_ROWS; i++) {
        double p = 1.0 / (1.0 + exp(-log_odds[i])), t = truth->prob[i];
        observed += t;
        expected += p;
        brier += (p - t) * (p - t) + t * (1.0 - t);
        loss += truth_loss(log_odds[i], t);
    }
    m.value[ASSAY_FIG_AUC] = truth_auc(truth, log_odds);
    m.value[ASSAY_FIG_BRIER] = brier / TRUTH_ROWS;
    m.value[ASSAY_FIG_LOG_LOSS] = loss / TRUTH_ROWS;
    m.value[ASSAY_FIG_OE_RATIO] = observed / expected;
    recalibrate(log_odds, truth->prob, TRUTH_ROWS, false,
                &m.value[ASSAY_FIG_CALIBRATION_INTERCEPT], &unused);
    recalibrate(log_odds, truth->prob, TRUTH_ROWS, true, &unused,
                &m.value[ASSAY_FIG_CALIBRATION_SLOPE]);
    truth_flags(truth, log_odds, line, m.value);
    truth_zones(truth, log_odds, line, m.value);
    return m;
}

/* The line at which sensitivity is as far above 75% as specificity is above 70%, by bisection: one
 * falls and the other rises with the line. */
static inline double truth_line(const struct truth *truth)
{
    double *log_odds = malloc(TRUTH_ROWS * sizeof *log_odds), low = 0.0, high = 1.0;
    double figures[ASSAY_FIGURES];
    if (log_odds == NULL)
        abort();
    for (size_t i = 0; i < TRUTH_ROWS; i++)
        log_odds[i] = log(truth->prob[i] / (1.0 - truth->prob[i]));
    while (high - low > 1e-9) {
        double middle = (low + high) / 2.0;
        truth_flags(truth, log_odds, middle, figures);
        bool above = figures[ASSAY_FIG_SENSITIVITY] - 0.75 > figures[ASSAY_FIG_SPECIFICITY] - 0.7;
        *(above ? &low : &high) = middle;
    }
    free(log_odds);
    return (low + high) / 2.0;
}

static inline void truth_make(const struct world *world, struct truth *truth)
{
    struct test_random random = {77};
    *truth = (struct truth){.world = world,
                            .raw = malloc(TRUTH_ROWS * WORLD_SIGNALS * sizeof *truth->raw),
                            .prob = malloc(TRUTH_ROWS * sizeof *truth->prob)};
    if (truth->raw == NULL || truth->prob == NULL)
        abort();
    for (size_t i = 0; i < TRUTH_ROWS; i++) {
        double z[WORLD_SIGNALS];
        world_normals(&random, z);
        truth->prob[i] = world_prob(world, z);
        for (size_t j = 0; j < WORLD_SIGNALS; j++)
            truth->raw[i * WORLD_SIGNALS + j] = world_raw(world, z[j]);
    }
    truth->line = truth_line(truth);
}

static inline void truth_clear(struct truth *truth)
{
    free(truth->raw);
    free(truth->prob);
}

#endif
