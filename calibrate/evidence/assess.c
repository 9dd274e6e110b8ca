#include "calibrate/evidence/assess.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/thread.h"
#include "core/metric/clustered.h"
#include "core/metric/confusion.h"

/* ---- predictions ---- */

/* prob[i] of the rows that count, others untouched. */
static enum assay_status predict(const struct assay_pipeline *pipeline, double prob[],
                                 struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    double *log_odds = assay_alloc(history->n_row, sizeof *log_odds);
    if (log_odds == NULL)
        return assay_fail_memory(err, "predicting");
    assay_pipeline_log_odds(pipeline, log_odds);
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i])
            prob[i] = assay_expit(log_odds[i]);
    free(log_odds);
    return ASSAY_OK;
}

static enum assay_status predict_equal(struct assay_folds *folds, double prob[],
                                       struct assay_error *err)
{
    size_t n = folds->published->n_signal;
    double *equal = assay_alloc(n, sizeof *equal);
    if (equal == NULL)
        return assay_fail_memory(err, "predicting");
    for (size_t j = 0; j < n; j++)
        equal[j] = 1 / (double)n;
    enum assay_status status = assay_folds_predict_weights(folds, equal, prob, err);
    free(equal);
    return status;
}

enum assay_status assay_assess_predict(const struct assay_pipeline *published,
                                       struct assay_folds *folds,
                                       const struct assay_estimation *estimation,
                                       struct assay_progress *progress,
                                       struct assay_assessment *assessment,
                                       struct assay_error *err)
{
    const struct assay_history *history = published->history;
    size_t n = history->n_row;
    struct assay_assessment a = {.prob_apparent = assay_alloc(n, sizeof *a.prob_apparent),
                                 .prob_held_out = assay_alloc(n, sizeof *a.prob_held_out),
                                 .prob_equal = assay_alloc(n, sizeof *a.prob_equal),
                                 .line = NAN};
    enum assay_status status = ASSAY_OK;
    if (a.prob_apparent == NULL || a.prob_held_out == NULL || a.prob_equal == NULL)
        status = assay_fail_memory(err, "assessing the fit");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        a.prob_apparent[i] = NAN;
    if (status == ASSAY_OK)
        status = predict(published, a.prob_apparent, err);
    if (status == ASSAY_OK)
        status = assay_folds_fit(folds, estimation, published->fit.coef, progress,
                                 a.prob_held_out, err);
    if (status == ASSAY_OK)
        status = predict_equal(folds, a.prob_equal, err);
    if (status != ASSAY_OK) {
        assay_assessment_clear(&a);
        return status;
    }
    a.folds_failed = folds->failed;
    memcpy(a.fold_reason, folds->reason, sizeof a.fold_reason);
    *assessment = a;
    return ASSAY_OK;
}

/* ---- out of time ---- */

/* The last period is one horizon long (90 days where the outcome is a flag). What is learnt from must
 * have been known when its first snapshot was taken: with dated outcomes, the horizon was over. */
static bool split_time(const struct assay_history *history, struct assay_assessment *a,
                       unsigned char include[], unsigned char mask[])
{
    bool dated_outcome = history->spec->outcome.date != NULL;
    int32_t period = dated_outcome ? history->spec->outcome.horizon_days : 90;
    size_t n_before = 0, n_last = 0, e_before = 0, e_last = 0;
    if (history->to == ASSAY_NO_DATE || history->to - history->from < period) {
        snprintf(a->out_of_time_reason, sizeof a->out_of_time_reason,
                 history->to == ASSAY_NO_DATE ? "no as_of dates"
                                              : "all snapshots lie within one period");
        return false;
    }
    const int32_t *as_of = history->table->columns[history->columns->as_of].dates;
    int32_t first = history->to; /* date of the first snapshot of the last period */
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && as_of[i] != ASSAY_NO_DATE && as_of[i] > history->to - period &&
            as_of[i] < first)
            first = as_of[i];
    a->last_period = first;
    int32_t known = dated_outcome ? first - period : first - 1;
    for (size_t i = 0; i < history->n_row; i++) {
        bool dated = history->used[i] && as_of[i] != ASSAY_NO_DATE;
        mask[i] = dated && as_of[i] >= first;
        include[i] = dated && as_of[i] <= known;
        n_before += include[i];
        n_last += mask[i];
        e_before += include[i] && history->outcome[i];
        e_last += mask[i] && history->outcome[i];
    }
    if (e_before == 0 || e_last == 0 || e_before == n_before || e_last == n_last) {
        snprintf(a->out_of_time_reason, sizeof a->out_of_time_reason,
                 "%zu events before the last period and %zu in it", e_before, e_last);
        return false;
    }
    return true;
}

/* ---- measuring ---- */

/* Rows with a prediction, side by side. */
struct predictions {
    double *prob;
    unsigned char *outcome;
    double *score; /* below 0: flagged by the row's own line */
    size_t n;
};

static void release(struct predictions *p)
{
    free(p->prob);
    free(p->outcome);
    free(p->score);
}

static enum assay_status gather(const double prob[], const unsigned char outcome[], size_t n,
                                const double *row_line, struct predictions *p,
                                struct assay_error *err)
{
    *p = (struct predictions){.prob = assay_alloc(n, sizeof *p->prob),
                              .outcome = assay_alloc(n, 1),
                              .score = assay_alloc(n, sizeof *p->score)};
    if (p->prob == NULL || p->outcome == NULL || p->score == NULL) {
        release(p);
        return assay_fail_memory(err, "gathering predictions");
    }
    for (size_t i = 0; i < n; i++)
        if (!isnan(prob[i])) {
            p->prob[p->n] = prob[i];
            p->score[p->n] = row_line != NULL ? row_line[i] - prob[i] : 0;
            p->outcome[p->n++] = outcome[i];
        }
    return ASSAY_OK;
}

/* Sensitivity and its kin where rows have lines of their own. */
static enum assay_status measure_lines(const struct predictions *p, struct assay_performance *out,
                                       struct assay_error *err)
{
    struct assay_confusion counts;
    enum assay_status status =
        assay_confusion_of_score(p->score, p->outcome, p->n, 0, &counts, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_confusion_rates rates = assay_confusion_rates_of(&counts);
    out->tp = counts.tp;
    out->fp = counts.fp;
    out->fn = counts.fn;
    out->tn = counts.tn;
    out->sensitivity = rates.sensitivity.wilson;
    out->specificity = rates.specificity.wilson;
    out->ppv = rates.ppv.wilson;
    out->npv = rates.npv.wilson;
    return ASSAY_OK;
}

enum assay_status assay_measure_at_lines(const double prob[], const unsigned char outcome[], size_t n,
                                         double line, const double row_line[],
                                         struct assay_performance *out, struct assay_error *err)
{
    struct predictions p;
    enum assay_status status = gather(prob, outcome, n, row_line, &p, err);
    if (status != ASSAY_OK)
        return status;
    /* Flagged is a score below the line's, so a probability above it. */
    status = assay_performance_measure(p.prob, p.outcome, p.n, nextafter(line, 1), out, err);
    if (status == ASSAY_OK && row_line != NULL)
        status = measure_lines(&p, out, err);
    release(&p);
    return status;
}

/* Where accounts repeat their rows are not independent evidence: intervals are then by account. */
static enum assay_status by_account(const double prob[], const unsigned char outcome[],
                                    const int32_t cluster[], size_t n, double line,
                                    const double row_line[], struct assay_performance *out,
                                    struct assay_error *err)
{
    unsigned char *flagged = assay_alloc(n, 1);
    if (flagged == NULL)
        return assay_fail_memory(err, "measuring by account");
    for (size_t i = 0; i < n; i++)
        flagged[i] = prob[i] > (row_line != NULL ? row_line[i] : line);
    struct assay_clustered_rows rows = {
        .prob = prob, .outcome = outcome, .flagged = flagged, .cluster = cluster, .n = n};
    enum assay_status status = assay_performance_by_cluster(&rows, out, err);
    free(flagged);
    return status;
}

enum assay_status assay_measure_accounts(const double prob[], const unsigned char outcome[],
                                         const int32_t cluster[], size_t n, double line,
                                         const double row_line[], struct assay_performance *out,
                                         struct assay_error *err)
{
    struct assay_performance made;
    enum assay_status status = assay_measure_at_lines(prob, outcome, n, line, row_line, &made, err);
    if (status == ASSAY_OK && cluster != NULL)
        status = by_account(prob, outcome, cluster, n, line, row_line, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    return status;
}

static enum assay_status measure(const struct assay_assessment *a,
                                 const struct assay_history *history, const double prob[],
                                 struct assay_performance *out, struct assay_error *err)
{
    const int32_t *codes = history->table->columns[history->columns->id].codes;
    bool repeat = history->n_account < history->n_used;
    return assay_measure_accounts(prob, history->outcome, repeat ? codes : NULL, history->n_row,
                                  a->line, a->row_line, out, err);
}

/* The two measurements on all rows are as long as each other, and independent. */
struct measuring {
    struct assay_assessment *a;
    const struct assay_history *history;
    enum assay_status status[2];
    struct assay_error error[2];
};

static void measure_one(void *state, size_t task)
{
    struct measuring *m = state;
    struct assay_assessment *a = m->a;
    m->status[task] =
        measure(a, m->history, task == 0 ? a->prob_apparent : a->prob_held_out,
                task == 0 ? &a->apparent : &a->cross_validated, &m->error[task]);
}

static enum assay_status measure_both(const struct assay_history *history,
                                      struct assay_assessment *a, struct assay_error *err)
{
    struct measuring m = {.a = a, .history = history};
    assay_parallel(2, history->n_thread, measure_one, &m);
    for (size_t k = 0; k < 2; k++)
        if (m.status[k] != ASSAY_OK) {
            if (err != NULL)
                *err = m.error[k];
            return m.status[k];
        }
    return ASSAY_OK;
}

/* By segment, where there are any. */
static enum assay_status predict_part(const struct assay_pipeline *part,
                                      const struct assay_segment_question *segments,
                                      const unsigned char mask[], double prob[],
                                      struct assay_error *err)
{
    size_t n = part->history->n_row;
    struct assay_segment_fits fits = {0};
    double *log_odds = assay_alloc(n, sizeof *log_odds);
    if (log_odds == NULL)
        return assay_fail_memory(err, "predicting");
    assay_pipeline_log_odds(part, log_odds);
    enum assay_status status = ASSAY_OK;
    if (segments != NULL)
        status = assay_segments_fit(part, segments, &fits, err);
    if (status == ASSAY_OK && segments != NULL)
        status = assay_segments_log_odds(part, segments->segments, &fits,
                                         segments->estimation->sign_free, log_odds, err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        if (mask[i])
            prob[i] = assay_expit(log_odds[i]);
    assay_segment_fits_clear(&fits);
    free(log_odds);
    return status;
}

/* Fits on `include`, predicts `mask`. */
static enum assay_status fit_and_predict(const struct assay_pipeline *published,
                                         const struct assay_estimation *estimation,
                                         const struct assay_segment_question *segments,
                                         const unsigned char include[], const unsigned char mask[],
                                         double prob[], struct assay_error *err)
{
    struct assay_pipeline part;
    enum assay_status status = assay_pipeline_prepare(
        published->history, include, ASSAY_PIPELINE_RESAMPLE, published, &part, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_pipeline_fit(&part, estimation, published->fit.coef, err);
    if (status == ASSAY_OK)
        status = predict_part(&part, segments, mask, prob, err);
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
    unsigned char *include = assay_alloc(n, 1), *mask = assay_alloc(n, 1);
    double *prob = assay_alloc(n, sizeof *prob);
    enum assay_status status = ASSAY_OK;
    a->last_period = ASSAY_NO_DATE;
    if (include == NULL || mask == NULL || prob == NULL)
        status = assay_fail_memory(err, "checking the last period");
    else if (split_time(history, a, include, mask)) {
        struct assay_error reason = {0};
        for (size_t i = 0; i < n; i++)
            prob[i] = NAN;
        status = fit_and_predict(published, estimation, segments, include, mask, prob, &reason);
        if (status == ASSAY_OK) {
            status = measure(a, history, prob, &a->out_of_time, err);
        } else if (status == ASSAY_ENUMERIC || status == ASSAY_EDATA) {
            snprintf(a->out_of_time_reason, sizeof a->out_of_time_reason, "%.255s",
                     reason.message);
            status = ASSAY_OK;
        } else if (err != NULL) {
            *err = reason;
        }
    }
    free(include);
    free(mask);
    free(prob);
    return status;
}

enum assay_status assay_assess_measure(const struct assay_pipeline *published,
                                       const struct assay_estimation *estimation,
                                       const struct assay_segment_question *segments,
                                       struct assay_assessment *a, struct assay_error *err)
{
    const struct assay_spec *spec = published->history->spec;
    enum assay_status status = measure_both(published->history, a, err);
    if (status == ASSAY_OK)
        status = check_out_of_time(published, estimation, segments, a, err);
    a->targets_met = status == ASSAY_OK &&
                     a->cross_validated.sensitivity.value >= spec->target_sensitivity &&
                     a->cross_validated.specificity.value >= spec->target_specificity;
    return status;
}

void assay_assessment_clear(struct assay_assessment *assessment)
{
    free(assessment->prob_apparent);
    free(assessment->prob_held_out);
    free(assessment->prob_equal);
    *assessment = (struct assay_assessment){0};
}
