#include "calibrate/evidence/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "calibrate/evidence/resample.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"

/* Of all resamples, those that may fail; of those that did not, those that may lack a figure. */
#define MOST_FAILING 0.05

size_t assay_bootstrap_resamples(const struct assay_history *history)
{
    const struct assay_fit_spec *fit = &history->spec->fit;
    if (fit->resamples_given)
        return fit->resamples;
    return history->n_used <= ASSAY_RESAMPLED_ROWS ? ASSAY_RESAMPLES : 0;
}

/* ---- running ---- */

struct run {
    const struct assay_bootstrap_question *question;
    struct assay_resampling resampling;
    size_t n, n_signal, first; /* first: number of the batch's first resample */
    struct assay_resample *resample; /* [n] */
    double *weight;                  /* [n * n_signal] */
    enum assay_status *status;       /* [n] */
    size_t n_failed;
    struct assay_error reason; /* of the first that failed */
    struct assay_error *error; /* [BATCH] */
};

/* So many resamples between two looks at progress and failures. */
enum { BATCH = 32 };

static void run_one(void *state, size_t task)
{
    struct run *run = state;
    size_t number = run->first + task;
    struct assay_error *err = &run->error[task];
    unsigned char *times = assay_rows_alloc(run->resampling.history.n_row, 1);
    enum assay_status status =
        times != NULL ? assay_resample_draw(&run->resampling, number, times, err)
                      : assay_fail_memory(err, "drawing accounts");
    if (status == ASSAY_OK)
        status = assay_resample_run(&run->resampling, times, &run->resample[number], err);
    run->status[number] = status;
    assay_rows_free(times);
}

static enum assay_status fail_resamples(const struct run *run, struct assay_error *err)
{
    assay_fail(err, ASSAY_ENUMERIC,
               "%zu of %zu resamples of the bootstrap could not be fitted, the first because: %s",
               run->n_failed, run->n, run->reason.message);
    assay_hint(err, "Weights that hang on a few accounts: use fewer signals, a stronger anchor or a "
                    "longer history; \"bootstrap\": 0 goes without.");
    return ASSAY_ENUMERIC;
}

/* Counts the batch's failures in the order of the resamples. */
static enum assay_status look_at_batch(struct run *run, size_t n_task, struct assay_error *err)
{
    for (size_t task = 0; task < n_task; task++) {
        enum assay_status status = run->status[run->first + task];
        if (status == ASSAY_OK)
            continue;
        if (status != ASSAY_EDATA && status != ASSAY_ENUMERIC) {
            if (err != NULL)
                *err = run->error[task];
            return status;
        }
        if (run->n_failed++ == 0)
            run->reason = run->error[task];
    }
    return ASSAY_OK;
}

static enum assay_status run_all(struct run *run, struct assay_progress *progress,
                                 struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    size_t n_thread = run->question->of.published->history->n_thread;
    assay_progress_start(progress, "resampling accounts", ASSAY_PROGRESS_PIECES, "resample");
    for (; status == ASSAY_OK && run->first < run->n; run->first += BATCH) {
        size_t left = run->n - run->first, n_task = left < BATCH ? left : BATCH;
        assay_parallel(n_task, n_thread, run_one, run);
        status = look_at_batch(run, n_task, err);
        assay_progress_update(progress, run->first + n_task, run->n);
    }
    assay_progress_end(progress);
    if (status == ASSAY_OK && (double)run->n_failed > MOST_FAILING * (double)run->n)
        status = fail_resamples(run, err);
    return status;
}

static void run_clear(struct run *run)
{
    assay_resampling_clear(&run->resampling);
    free(run->resample);
    free(run->weight);
    free(run->status);
    free(run->error);
}

static enum assay_status run_init(const struct assay_bootstrap_question *question, struct run *run,
                                  struct assay_error *err)
{
    size_t n = question->resamples, n_signal = question->of.published->n_signal;
    *run = (struct run){.question = question,
                        .n = n,
                        .n_signal = n_signal,
                        .resample = assay_alloc(n, sizeof *run->resample),
                        .weight = assay_alloc(n * n_signal, sizeof *run->weight),
                        .status = assay_alloc(n, sizeof *run->status),
                        .error = assay_alloc(BATCH, sizeof *run->error)};
    if (run->resample == NULL || run->weight == NULL || run->status == NULL || run->error == NULL)
        return assay_fail_memory(err, "resampling accounts");
    for (size_t b = 0; b < n; b++)
        run->resample[b].weight = run->weight + b * n_signal;
    return assay_resampling_init(&question->of, &run->resampling, err);
}

/* ---- intervals ---- */

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Whether enough of the resamples that did not fail have the number. */
static bool enough(const struct run *run, size_t n)
{
    return n > 1 && (double)n >= (1 - MOST_FAILING) * (double)(run->n - run->n_failed);
}

/* The (n + 1) share-th of n sorted values, which so many of all draws to come lie below. */
static double quantile(const double sorted[], size_t n, double share)
{
    double at = fmin(fmax((double)(n + 1) * share - 1, 0), (double)(n - 1));
    size_t below = (size_t)at;
    return below + 1 < n
               ? sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below])
               : sorted[below];
}

/* Between quantiles of draw[n], which is put in order, and widened to hold the published value. */
static struct assay_estimate percentile(double draw[], size_t n, double value)
{
    qsort(draw, n, sizeof *draw, by_value);
    double low = quantile(draw, n, (1 - ASSAY_LEVEL) / 2);
    double high = quantile(draw, n, (1 + ASSAY_LEVEL) / 2);
    return (struct assay_estimate){value, fmin(low, value), fmax(high, value)};
}

/* The scale on which a figure's differences are taken. */
enum scale { PLAIN, SHARE, POSITIVE };

static enum scale scale_of(size_t measured)
{
    switch (measured) {
    case ASSAY_FIG_BRIER:
    case ASSAY_FIG_LOG_LOSS:
    case ASSAY_FIG_OE_RATIO:
        return POSITIVE;
    case ASSAY_FIG_CALIBRATION_INTERCEPT:
    case ASSAY_FIG_CALIBRATION_SLOPE:
        return PLAIN;
    default:
        return SHARE;
    }
}

static double onto(enum scale scale, double value)
{
    return scale == SHARE ? asin(sqrt(value)) : scale == POSITIVE ? log(value) : value;
}

static double back(enum scale scale, double value)
{
    double root = sin(fmin(fmax(value, 0), M_PI_2));
    return scale == SHARE ? root * root : scale == POSITIVE ? exp(value) : value;
}

/* Apparent value less the optimism, in its interval. */
static struct assay_estimate correct(const struct run *run, size_t measured, double apparent,
                                     double room[])
{
    enum scale scale = scale_of(measured);
    double optimism = 0;
    size_t n = 0;
    for (size_t b = 0; b < run->n; b++) {
        if (run->status[b] != ASSAY_OK)
            continue;
        double own = run->resample[b].own.value[measured];
        double original = run->resample[b].original.value[measured];
        double moved = onto(scale, own) - onto(scale, original);
        if (!isfinite(moved)) /* not defined on one side; or a loss of exactly 0 */
            continue;
        optimism += own - original;
        room[n++] = moved;
    }
    if (isnan(apparent) || n == 0)
        return assay_estimate_undefined();
    double value = apparent - optimism / (double)n;
    if (scale == SHARE)
        value = fmin(fmax(value, 0), 1);
    if (!enough(run, n))
        return assay_estimate_without_interval(value);
    double middle = onto(scale, apparent) - gsl_stats_mean(room, 1, n);
    struct assay_estimate moved =
        assay_normal_interval(middle, gsl_stats_sd(room, 1, n), ASSAY_LEVEL);
    return (struct assay_estimate){value, fmin(back(scale, moved.low), value),
                                   fmax(back(scale, moved.high), value)};
}

/* ---- results ---- */

static struct assay_estimate weight_interval(const struct run *run, size_t signal, double room[])
{
    size_t n = 0;
    for (size_t b = 0; b < run->n; b++)
        if (run->status[b] == ASSAY_OK)
            room[n++] = run->resample[b].weight[signal];
    return percentile(room, n, run->question->of.published->weight[signal]);
}

static struct assay_estimate line_interval(const struct run *run, double room[])
{
    size_t n = 0;
    if (!isnan(run->question->of.given->probability))
        return assay_estimate_undefined();
    for (size_t b = 0; b < run->n; b++)
        if (run->status[b] == ASSAY_OK)
            room[n++] = run->resample[b].line;
    return percentile(room, n, run->question->line);
}

static enum assay_status measure_apparent(const struct run *run, struct assay_measurement *apparent,
                                          struct assay_error *err)
{
    const struct assay_bootstrap_question *question = run->question;
    const struct assay_history *history = question->of.published->history;
    struct assay_predicted predicted;
    enum assay_status status = assay_predicted_init(history, &predicted, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_resample_predict(&question->of, question->of.published, predicted.log_odds, err);
    if (status == ASSAY_OK)
        status = assay_predicted_rank(&predicted, err);
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++)
        predicted.line[i] = question->row_line != NULL ? question->row_line[i] : question->line;
    if (status == ASSAY_OK)
        status = assay_predicted_measure(&predicted, history->used, apparent, err);
    assay_predicted_clear(&predicted);
    return status;
}

static void summarise(const struct run *run, const struct assay_measurement *apparent,
                      double room[], struct assay_model_bootstrap *out)
{
    for (size_t j = 0; j < run->n_signal; j++)
        out->weight[j] = weight_interval(run, j, room);
    out->line = line_interval(run, room);
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        out->figures[f] = correct(run, f, apparent->value[f], room);
    for (size_t z = 0; z < run->resampling.history.spec->n_zone; z++) {
        size_t share = ASSAY_MEASURED_SHARE + z, rate = ASSAY_MEASURED_RATE + z;
        out->zone_share[z] = correct(run, share, apparent->value[share], room);
        out->zone_rate[z] = correct(run, rate, apparent->value[rate], room);
    }
}

static void release(struct assay_model_bootstrap *bootstrap)
{
    free(bootstrap->weight);
    free(bootstrap->zone_share);
    free(bootstrap->zone_rate);
}

static enum assay_status conclude(const struct run *run, struct assay_model_bootstrap *bootstrap,
                                  struct assay_model_performance *corrected,
                                  struct assay_error *err)
{
    const struct assay_history *history = &run->resampling.history;
    size_t n_zone = history->spec->n_zone;
    struct assay_measurement apparent;
    struct assay_model_bootstrap made = {
        .resamples = run->n,
        .failed = run->n_failed,
        .weight = assay_alloc(run->n_signal, sizeof *made.weight),
        .zone_share = assay_alloc(n_zone, sizeof *made.zone_share),
        .zone_rate = assay_alloc(n_zone, sizeof *made.zone_rate)};
    double *room = assay_alloc(run->n, sizeof *room);
    enum assay_status status = ASSAY_OK;
    if (made.weight == NULL || made.zone_share == NULL || made.zone_rate == NULL || room == NULL)
        status = assay_fail_memory(err, "resampling accounts");
    if (status == ASSAY_OK)
        status = measure_apparent(run, &apparent, err);
    if (status == ASSAY_OK) {
        summarise(run, &apparent, room, &made);
        *bootstrap = made;
        *corrected = (struct assay_model_performance){.n = history->n_used,
                                                      .events = history->n_event};
        memcpy(corrected->figures, made.figures, sizeof made.figures);
    } else {
        release(&made);
    }
    free(room);
    return status;
}

enum assay_status assay_bootstrap_run(const struct assay_bootstrap_question *question,
                                      struct assay_progress *progress,
                                      struct assay_model_bootstrap *bootstrap,
                                      struct assay_model_performance *corrected,
                                      struct assay_error *err)
{
    struct run run;
    enum assay_status status = run_init(question, &run, err);
    if (status == ASSAY_OK)
        status = run_all(&run, progress, err);
    if (status == ASSAY_OK)
        status = conclude(&run, bootstrap, corrected, err);
    run_clear(&run);
    return status;
}
