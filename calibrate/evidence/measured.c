#include "calibrate/evidence/measured.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/block.h"
#include "core/base/rows.h"
#include "core/base/vector_math.h"
#include "core/fit/logistic.h"
#include "core/fit/recall.h"
#include "core/metric/rank.h"

enum assay_status assay_predicted_init(const struct assay_history *history,
                                       struct assay_predicted *predicted, struct assay_error *err)
{
    size_t n = history->n_row;
    struct assay_predicted made = {
        .history = history,
        .log_odds = assay_rows_alloc(assay_block_size(n, 1), sizeof *made.log_odds),
        .prob = assay_rows_alloc(n, sizeof *made.prob),
        .line = assay_rows_alloc(n, sizeof *made.line),
        .order = assay_rows_alloc(history->n_used, sizeof *made.order)};
    if (made.log_odds == NULL || made.prob == NULL || made.line == NULL || made.order == NULL) {
        assay_predicted_clear(&made);
        return assay_fail_memory(err, "measuring a resample");
    }
    *predicted = made;
    return ASSAY_OK;
}

void assay_predicted_clear(struct assay_predicted *predicted)
{
    assay_rows_free(predicted->log_odds);
    assay_rows_free(predicted->prob);
    assay_rows_free(predicted->line);
    assay_rows_free(predicted->order);
    *predicted = (struct assay_predicted){0};
}

/* order[k] is a place among the rows that count, then the row itself. */
enum assay_status assay_predicted_rank(struct assay_predicted *predicted, struct assay_error *err)
{
    const struct assay_history *history = predicted->history;
    size_t n = 0;
    assay_expit_array(predicted->log_odds, history->n_row, predicted->prob);
    double *prob = assay_rows_alloc(history->n_used, sizeof *prob);
    size_t *row = assay_rows_alloc(history->n_used, sizeof *row);
    enum assay_status status =
        prob != NULL && row != NULL ? ASSAY_OK : assay_fail_memory(err, "measuring a resample");
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++)
        if (history->used[i]) {
            prob[n] = predicted->prob[i];
            row[n++] = i;
        }
    if (status == ASSAY_OK)
        status = assay_rank_order(prob, n, predicted->order, err);
    for (size_t k = 0; status == ASSAY_OK && k < n; k++)
        predicted->order[k] = row[predicted->order[k]];
    predicted->n_order = n;
    assay_rows_free(prob);
    assay_rows_free(row);
    return status;
}

/* ---- counts ---- */

/* Sums over the rows that count. */
struct tally {
    size_t n, n_event;
    double expected, square; /* of the probs; of (prob - outcome)^2 */
    bool certain, wrong;     /* a prob of exactly 0 or 1; one that did not come true */
    size_t cells[2][2];      /* flagged, event */
    size_t zone[ASSAY_MAX_ZONES][2];
};

/* The last zone that does not begin above the score. */
static size_t zone_of(const struct assay_spec *spec, double score)
{
    size_t z = 0;
    while (z + 1 < spec->n_zone && score >= spec->zones[z + 1].from)
        z++;
    return z;
}

static void count_row(const struct assay_predicted *p, size_t i, size_t times, double at,
                      struct tally *tally)
{
    double points = p->history->spec->points_to_halve_odds / M_LN2, prob = p->prob[i];
    double open = 50 + points * (at - p->log_odds[i]), above = open > 0 ? open : 0;
    double score = above < 100 ? above : 100;
    unsigned char event = p->history->outcome[i];
    tally->n += times;
    tally->n_event += event ? times : 0;
    tally->expected += (double)times * prob;
    tally->square += (double)times * (prob - event) * (prob - event);
    tally->certain = tally->certain || !(prob > 0 && prob < 1);
    tally->wrong = tally->wrong || prob == 1 - event;
    tally->cells[score < 50][event] += times;
    tally->zone[zone_of(p->history->spec, score)][event] += times;
}

static void count_rows(const struct assay_predicted *p, const unsigned char times[],
                       struct tally *tally)
{
    double line = NAN, at = NAN; /* neighbours mostly have the same line */
    *tally = (struct tally){0};
    for (size_t i = 0; i < p->history->n_row; i++) {
        if (times[i] == 0)
            continue;
        if (p->line[i] != line) {
            line = p->line[i];
            at = log(line) - log1p(-line);
        }
        count_row(p, i, times[i], at, tally);
    }
}

static double share(size_t part, size_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

static void take_counts(const struct tally *tally, const struct assay_spec *spec, double value[])
{
    size_t(*cells)[2] = (size_t(*)[2])tally->cells;
    size_t tp = cells[1][1], fp = cells[1][0], fn = cells[0][1], tn = cells[0][0];
    value[ASSAY_FIG_BRIER] = tally->square / (double)tally->n;
    value[ASSAY_FIG_OE_RATIO] =
        tally->expected > 0 ? (double)tally->n_event / tally->expected : (double)NAN;
    value[ASSAY_FIG_SENSITIVITY] = share(tp, tp + fn);
    value[ASSAY_FIG_SPECIFICITY] = share(tn, tn + fp);
    value[ASSAY_FIG_PPV] = share(tp, tp + fp);
    value[ASSAY_FIG_NPV] = share(tn, tn + fn);
    for (size_t z = 0; z < spec->n_zone; z++) {
        size_t rows = tally->zone[z][0] + tally->zone[z][1];
        value[ASSAY_MEASURED_SHARE + z] = share(rows, tally->n);
        value[ASSAY_MEASURED_RATE + z] = share(tally->zone[z][1], rows);
    }
}

/* ---- order ---- */

/* Pairs in the right order, ties one half (Mann & Whitney 1947): counts of halves, exact. */
static double find_auc(const struct assay_predicted *p, const unsigned char times[],
                       const struct tally *tally)
{
    double below = 0, u = 0;
    for (size_t k = 0, end; k < p->n_order; k = end) {
        double count[2] = {0, 0}, prob = p->prob[p->order[k]];
        for (end = k; end < p->n_order && p->prob[p->order[end]] == prob; end++)
            count[p->history->outcome[p->order[end]]] += times[p->order[end]];
        u += count[1] * (below + 0.5 * count[0]);
        below += count[0];
    }
    return u /
           ((double)tally->n_event * (double)(tally->n - tally->n_event)); /* NaN without either */
}

/* ---- log-odds against outcomes ---- */

/* value: coefficient k of a fit that starts at (0, 1); NaN where there is none. */
static enum assay_status fit_line(const struct assay_engine *engine, const unsigned char *held,
                                  size_t k, double *value, struct assay_error *err)
{
    static const double start[] = {0, 1};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error reason = {0};
    options.start = start;
    options.held = held;
    options.tolerance = 1e-4; /* Newton's last step squares it; resamples differ by far more */
    enum assay_status status = assay_logistic_fit(engine, &options, &fit, &reason);
    *value = status == ASSAY_OK ? fit.coef[k] : (double)NAN;
    assay_logistic_fit_clear(&fit);
    if (status != ASSAY_ENOMEM)
        return ASSAY_OK;
    if (err != NULL)
        *err = reason;
    return status;
}

/* Log loss and both lines of Cox (1958), as core/metric/calibration.h has them. A certain prob has no log-odds there. */
static enum assay_status fit_lines(const struct assay_engine *engine, const struct tally *tally,
                                   double value[], struct assay_error *err)
{
    static const double as_predicted[] = {0, 1};
    static const unsigned char slope_held[] = {0, 1};
    double log_likelihood, gradient[2], information[4];
    enum assay_status status =
        engine->evaluate(engine->state, as_predicted, &log_likelihood, gradient, information, err);
    if (status != ASSAY_OK)
        return status;
    value[ASSAY_FIG_LOG_LOSS] = tally->wrong ? (double)NAN : -log_likelihood / (double)tally->n;
    value[ASSAY_FIG_CALIBRATION_INTERCEPT] = value[ASSAY_FIG_CALIBRATION_SLOPE] = NAN;
    if (tally->certain)
        return ASSAY_OK;
    status = fit_line(engine, slope_held, 0, &value[ASSAY_FIG_CALIBRATION_INTERCEPT], err);
    if (status == ASSAY_OK)
        status = fit_line(engine, NULL, 1, &value[ASSAY_FIG_CALIBRATION_SLOPE], err);
    return status;
}

static enum assay_status calibrate(const struct assay_predicted *p, const unsigned char times[],
                                   const struct tally *tally, double value[],
                                   struct assay_error *err)
{
    struct assay_array_data data = {.x = p->log_odds,
                                    .outcome = p->history->outcome,
                                    .include = times,
                                    .n_row = p->history->n_row,
                                    .n_column = 1,
                                    .n_thread = p->history->n_thread};
    struct assay_engine rows, engine;
    enum assay_status status = assay_array_engine_init(&data, &rows, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_recall_init(&rows, &engine, err);
    if (status == ASSAY_OK) {
        status = fit_lines(&engine, tally, value, err);
        assay_recall_clear(&engine);
    }
    assay_array_engine_clear(&rows);
    return status;
}

enum assay_status assay_predicted_measure(const struct assay_predicted *predicted,
                                          const unsigned char times[],
                                          struct assay_measurement *measurement,
                                          struct assay_error *err)
{
    struct assay_measurement made = {0};
    struct tally tally;
    count_rows(predicted, times, &tally);
    enum assay_status status = calibrate(predicted, times, &tally, made.value, err);
    if (status != ASSAY_OK)
        return status;
    take_counts(&tally, predicted->history->spec, made.value);
    made.value[ASSAY_FIG_AUC] = find_auc(predicted, times, &tally);
    *measurement = made;
    return ASSAY_OK;
}
