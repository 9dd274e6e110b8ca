#include "calibrate/evidence/assess.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/folds_shared.h"
#include "calibrate/fit/reading.h"
#include "calibrate/fit/sweep.h"
#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/clustered.h"

/* ---- predictions ---- */

/* Without folds: of the rows that count, NaN in others. */
static enum assay_status predict(const struct assay_pipeline *pipeline, double **prob,
                                 struct assay_error *err)
{
    struct assay_array_data data = assay_pipeline_data(pipeline);
    *prob = assay_rows_alloc(data.n_row, sizeof **prob);
    if (*prob == NULL)
        return assay_fail_memory(err, "assessing the fit");
    return assay_predict_rows(&data, pipeline->fit.coef, pipeline->history->used, *prob, err);
}

static enum assay_status predict_all(struct assay_folds *folds, struct assay_assessment *a,
                                     struct assay_error *err)
{
    struct assay_fold_probs prob = {a->prob_apparent, a->prob_held_out, a->prob_equal};
    size_t n = folds->published->n_signal;
    double *equal = assay_alloc(n, sizeof *equal);
    if (equal == NULL)
        return assay_fail_memory(err, "predicting");
    for (size_t j = 0; j < n; j++)
        equal[j] = 1 / (double)n;
    enum assay_status status = assay_folds_predict(folds, equal, &prob, err);
    free(equal);
    return status;
}

/* By the published fit, by the folds' and by equal weights in the folds. Room for what they predict is made once they
 * are fitted. */
static enum assay_status predict_held_out(struct assay_folds *folds,
                                          const struct assay_estimation *estimation,
                                          struct assay_progress *progress,
                                          struct assay_assessment *a, struct assay_error *err)
{
    size_t n = folds->published->history->n_row;
    enum assay_status status = assay_folds_fit(folds, estimation, folds->published->fit.coef, progress,
                                               NULL, err);
    if (status != ASSAY_OK)
        return status;
    a->prob_apparent = assay_rows_alloc(n, sizeof *a->prob_apparent);
    a->prob_held_out = assay_rows_alloc(n, sizeof *a->prob_held_out);
    a->prob_equal = assay_rows_alloc(n, sizeof *a->prob_equal);
    if (a->prob_apparent == NULL || a->prob_held_out == NULL || a->prob_equal == NULL)
        return assay_fail_memory(err, "assessing the fit");
    status = predict_all(folds, a, err);
    a->folds_failed = folds->failed;
    memcpy(a->fold_reason, folds->reason, sizeof a->fold_reason);
    return status;
}

enum assay_status assay_assess_predict(const struct assay_pipeline *published,
                                       struct assay_folds *folds,
                                       const struct assay_estimation *estimation,
                                       struct assay_progress *progress,
                                       struct assay_assessment *assessment,
                                       struct assay_error *err)
{
    struct assay_assessment a = {.line = NAN};
    enum assay_status status = folds->n > 0
                                   ? predict_held_out(folds, estimation, progress, &a, err)
                                   : predict(published, &a.prob_apparent, err);
    if (status != ASSAY_OK) {
        assay_assessment_clear(&a);
        return status;
    }
    *assessment = a;
    return ASSAY_OK;
}

/* ---- out of time ---- */

static int32_t period_of(const struct assay_history *history)
{
    return history->spec->outcome.date != NULL ? history->spec->outcome.horizon_days : 90;
}

static bool has_periods(const struct assay_history *history, struct assay_assessment *a)
{
    if (history->to != ASSAY_NO_DATE && history->to - history->from >= period_of(history))
        return true;
    snprintf(a->out_of_time_reason, sizeof a->out_of_time_reason,
             history->to == ASSAY_NO_DATE ? "no as_of dates" : "all snapshots lie within one period");
    return false;
}

/* Rows are shared out in tasks of so many. */
enum { TASK_ROWS = 1 << 16 };

struct part {
    int32_t first; /* date of the first snapshot of the last period */
    size_t n_before, n_last, e_before, e_last;
};

struct splitting {
    const struct assay_history *history;
    const int32_t *as_of;
    int32_t period, first; /* days of the last period, date of its first snapshot */
    int32_t known;         /* the last date of what is learnt from */
    unsigned char *include, *mask;
    struct part *parts; /* [task] */
};

static size_t task_end(const struct splitting *s, size_t task)
{
    size_t n = s->history->n_row, first = task * TASK_ROWS;
    return n - first < TASK_ROWS ? n : first + TASK_ROWS;
}

static void first_task(void *state, size_t task)
{
    const struct splitting *s = state;
    int32_t first = s->history->to, after = s->history->to - s->period;
    size_t end = task_end(s, task);
    for (size_t i = task * TASK_ROWS; i < end; i++)
        if (s->as_of[i] < first && s->as_of[i] > after && s->history->used[i] &&
            s->as_of[i] != ASSAY_NO_DATE)
            first = s->as_of[i];
    s->parts[task].first = first;
}

static void mask_task(void *state, size_t task)
{
    const struct splitting *s = state;
    const struct assay_history *history = s->history;
    struct part part = {0};
    size_t end = task_end(s, task);
    for (size_t i = task * TASK_ROWS; i < end; i++) {
        bool dated = history->used[i] && s->as_of[i] != ASSAY_NO_DATE;
        s->mask[i] = dated & (s->as_of[i] >= s->first);
        s->include[i] = dated & (s->as_of[i] <= s->known);
        part.n_before += s->include[i];
        part.n_last += s->mask[i];
        part.e_before += s->include[i] & history->outcome[i];
        part.e_last += s->mask[i] & history->outcome[i];
    }
    s->parts[task] = part;
}

/* The last period is one horizon long (90 days where the outcome is a flag). What is learnt from must
 * have been known when its first snapshot was taken: with dated outcomes, the horizon was over. */
static struct part share_out(struct splitting *s)
{
    const struct assay_history *history = s->history;
    size_t n_task = (history->n_row + TASK_ROWS - 1) / TASK_ROWS;
    struct part all = {0};
    assay_parallel(n_task, history->n_thread, first_task, s);
    s->first = history->to;
    for (size_t t = 0; t < n_task; t++)
        s->first = s->parts[t].first < s->first ? s->parts[t].first : s->first;
    s->known = history->spec->outcome.date != NULL ? s->first - s->period : s->first - 1;
    assay_parallel(n_task, history->n_thread, mask_task, s);
    for (size_t t = 0; t < n_task; t++) {
        all.n_before += s->parts[t].n_before;
        all.n_last += s->parts[t].n_last;
        all.e_before += s->parts[t].e_before;
        all.e_last += s->parts[t].e_last;
    }
    return all;
}

/* *split: both parts hold events and others. */
static enum assay_status split_time(const struct assay_history *history, struct assay_assessment *a,
                                    unsigned char include[], unsigned char mask[], bool *split,
                                    struct assay_error *err)
{
    struct splitting s = {.history = history,
                          .as_of = history->table->columns[history->columns->as_of].dates,
                          .period = period_of(history),
                          .include = include,
                          .mask = mask,
                          .parts = assay_alloc(history->n_row / TASK_ROWS + 1, sizeof *s.parts)};
    if (s.parts == NULL)
        return assay_fail_memory(err, "checking the last period");
    struct part all = share_out(&s);
    free(s.parts);
    a->last_period = s.first;
    *split = all.e_before > 0 && all.e_last > 0 && all.e_before < all.n_before &&
             all.e_last < all.n_last;
    if (!*split)
        snprintf(a->out_of_time_reason, sizeof a->out_of_time_reason,
                 "%zu events before the last period and %zu in it", all.e_before, all.e_last);
    return ASSAY_OK;
}

/* ---- measuring ---- */

enum assay_status assay_measure_accounts(const double prob[], const unsigned char outcome[],
                                         const int32_t cluster[], size_t n, double line,
                                         const double row_line[], struct assay_performance *out,
                                         struct assay_error *err)
{
    struct assay_clustered_rows rows = {.prob = prob,
                                        .outcome = outcome,
                                        .cluster = cluster,
                                        .n = n,
                                        .line = line,
                                        .row_line = row_line};
    return assay_performance_measure_clustered(&rows, out, err);
}

/* *placing, where not NULL, is the caller's. */
static enum assay_status measure(const struct assay_assessment *a,
                                 const struct assay_history *history, const double prob[],
                                 struct assay_performance *out, struct assay_placing *placing,
                                 struct assay_error *err)
{
    const int32_t *codes = history->table->columns[history->columns->id].codes;
    bool repeat = history->n_account < history->n_used;
    struct assay_clustered_rows rows = {.prob = prob,
                                        .outcome = history->outcome,
                                        .cluster = repeat ? codes : NULL,
                                        .n = history->n_row,
                                        .line = a->line,
                                        .row_line = a->row_line};
    return assay_performance_measure_placed(&rows, out, placing, err);
}

/* Where others are held out, nobody asks for these again. */
static enum assay_status measure_apparent(const struct assay_history *history,
                                          struct assay_assessment *a, struct assay_error *err)
{
    enum assay_status status = measure(a, history, a->prob_apparent, &a->apparent, NULL, err);
    if (a->prob_held_out != NULL) {
        assay_rows_free(a->prob_apparent);
        a->prob_apparent = NULL;
    }
    return status;
}

/* By segment. */
static enum assay_status predict_segments(const struct assay_pipeline *part,
                                          const struct assay_segment_question *segments,
                                          const unsigned char mask[], double prob[],
                                          struct assay_error *err)
{
    size_t n = part->history->n_row;
    struct assay_segment_fits fits = {0};
    double *log_odds = assay_rows_alloc(n, sizeof *log_odds);
    if (log_odds == NULL || !assay_pipeline_log_odds(part, log_odds)) {
        assay_rows_free(log_odds);
        return assay_fail_memory(err, "predicting");
    }
    enum assay_status status = assay_segments_fit(part, segments, &fits, err);
    if (status == ASSAY_OK)
        status = assay_segments_log_odds(part, segments->segments, &fits,
                                         segments->estimation->sign_free, log_odds, err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        prob[i] = mask[i] ? assay_expit(log_odds[i]) : NAN;
    assay_segment_fits_clear(&fits);
    assay_rows_free(log_odds);
    return status;
}

static enum assay_status predict_part(const struct assay_pipeline *part,
                                      const struct assay_segment_question *segments,
                                      const unsigned char mask[], double prob[],
                                      struct assay_error *err)
{
    if (segments != NULL)
        return predict_segments(part, segments, mask, prob, err);
    struct assay_array_data data = assay_pipeline_data(part);
    return assay_predict_rows(&data, part->fit.coef, mask, prob, err);
}

/* By a fit that will not be asked about again: what it was made with goes first. */
static enum assay_status predict_last(const struct assay_pipeline *part,
                                      const struct assay_segment_question *segments,
                                      const unsigned char mask[], double **prob,
                                      struct assay_error *err)
{
    if (segments == NULL)
        assay_reading_clear(part->reading);
    *prob = assay_rows_alloc(part->history->n_row, sizeof **prob);
    if (*prob == NULL)
        return assay_fail_memory(err, "checking the last period");
    return predict_part(part, segments, mask, *prob, err);
}

/* Fits on `include`, predicts `mask`: (*prob)[n_row], the caller's to free, NaN in other rows. */
static enum assay_status fit_and_predict(const struct assay_pipeline *published,
                                         const struct assay_estimation *estimation,
                                         const struct assay_segment_question *segments,
                                         const unsigned char include[], const unsigned char mask[],
                                         double **prob, struct assay_error *err)
{
    struct assay_pipeline part;
    enum assay_status status = assay_pipeline_prepare(
        published->history, include, ASSAY_PIPELINE_RESAMPLE, published, &part, err);
    if (status != ASSAY_OK)
        return status;
    bool found = false; /* segments are fitted beside a fit that has everything */
    if (segments == NULL)
        status = assay_pipeline_fit_near(&part, estimation, &found, err);
    if (status == ASSAY_OK && !found)
        status = assay_pipeline_fit(&part, estimation, published->fit.coef, err);
    if (status == ASSAY_OK)
        status = predict_last(&part, segments, mask, prob, err);
    assay_pipeline_clear(&part);
    return status;
}

static enum assay_status check_out_of_time(const struct assay_pipeline *published,
                                           const struct assay_estimation *estimation,
                                           const struct assay_segment_question *segments,
                                           struct assay_assessment *a, struct assay_error *err)
{
    const struct assay_history *history = published->history;
    size_t n = history->n_row;
    enum assay_status status = ASSAY_OK;
    a->last_period = ASSAY_NO_DATE;
    if (!has_periods(history, a))
        return ASSAY_OK;
    unsigned char *include = assay_rows_alloc(n, 1), *mask = assay_rows_alloc(n, 1);
    double *prob = NULL;
    bool split = false;
    if (include == NULL || mask == NULL)
        status = assay_fail_memory(err, "checking the last period");
    else
        status = split_time(history, a, include, mask, &split, err);
    if (status == ASSAY_OK && split) {
        struct assay_error reason = {0};
        status = fit_and_predict(published, estimation, segments, include, mask, &prob, &reason);
        if (status == ASSAY_OK) {
            status = measure(a, history, prob, &a->out_of_time, NULL, err);
        } else if (status == ASSAY_ENUMERIC || status == ASSAY_EDATA) {
            snprintf(a->out_of_time_reason, sizeof a->out_of_time_reason, "%.255s",
                     reason.message);
            status = ASSAY_OK;
        } else if (err != NULL) {
            *err = reason;
        }
    }
    assay_rows_free(include);
    assay_rows_free(mask);
    assay_rows_free(prob);
    return status;
}

enum assay_status assay_assess_measure(const struct assay_pipeline *published,
                                       const struct assay_estimation *estimation,
                                       const struct assay_segment_question *segments,
                                       struct assay_assessment *a, struct assay_error *err)
{
    const struct assay_history *history = published->history;
    const struct assay_spec *spec = history->spec;
    /* One after the other, as each keeps all processors busy; the last leaves its placements. */
    enum assay_status status = measure_apparent(history, a, err);
    if (status == ASSAY_OK)
        status = check_out_of_time(published, estimation, segments, a, err);
    if (status == ASSAY_OK && a->prob_held_out != NULL)
        status = measure(a, history, a->prob_held_out, &a->cross_validated, &a->placing, err);
    a->targets_met = status == ASSAY_OK && a->cross_validated.n > 0 &&
                     a->cross_validated.sensitivity.value >= spec->target_sensitivity &&
                     a->cross_validated.specificity.value >= spec->target_specificity;
    return status;
}

void assay_assessment_clear(struct assay_assessment *assessment)
{
    assay_rows_free(assessment->prob_apparent);
    assay_rows_free(assessment->prob_held_out);
    assay_rows_free(assessment->prob_equal);
    assay_placing_clear(&assessment->placing);
    *assessment = (struct assay_assessment){0};
}
