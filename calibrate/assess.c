#include "calibrate/assess.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/thread.h"
#include "core/metric/rank.h"

/* Beyond 36 a probability rounds to 0 or 1; a line must stay strictly between. */
static double log_odds_of(double prob)
{
    return fmin(fmax(log(prob) - log1p(-prob), -36), 36);
}

/* ---- the line ---- */

/* Rows with a prediction, side by side. */
struct predictions {
    double *prob;
    unsigned char *outcome;
    size_t n, n_event;
};

static enum assay_status gather(const double prob[], const unsigned char outcome[], size_t n,
                                struct predictions *p, struct assay_error *err)
{
    *p = (struct predictions){.prob = assay_alloc(n, sizeof *p->prob),
                              .outcome = assay_alloc(n, 1)};
    if (p->prob == NULL || p->outcome == NULL) {
        free(p->prob);
        free(p->outcome);
        return assay_fail_memory(err, "gathering predictions");
    }
    for (size_t i = 0; i < n; i++)
        if (!isnan(prob[i])) {
            p->prob[p->n] = prob[i];
            p->outcome[p->n++] = outcome[i];
            p->n_event += outcome[i];
        }
    return ASSAY_OK;
}

static void release(struct predictions *p)
{
    free(p->prob);
    free(p->outcome);
}

/* Walks down from the highest prediction: flagging one more group of ties at each step. */
static double best_line(const struct predictions *p, const size_t order[], double sensitivity,
                        double specificity, double *margin)
{
    double events = (double)p->n_event, others = (double)(p->n - p->n_event), line = NAN;
    size_t caught = 0, vain = 0;
    *margin = -INFINITY;
    for (size_t k = p->n; k-- > 0;) {
        size_t row = order[k];
        caught += p->outcome[row];
        vain += !p->outcome[row];
        if (k == 0 || p->prob[order[k - 1]] == p->prob[row])
            continue;
        double here = fmin((double)caught / events - sensitivity,
                           1 - (double)vain / others - specificity);
        if (here <= *margin)
            continue;
        *margin = here;
        line = assay_expit(0.5 * (log_odds_of(p->prob[row]) + log_odds_of(p->prob[order[k - 1]])));
    }
    return line;
}

enum assay_status assay_line_choose(const double prob[], const unsigned char outcome[], size_t n,
                                    double sensitivity, double specificity, double *line, bool *met,
                                    struct assay_error *err)
{
    struct predictions p;
    double margin = 0, chosen = NAN;
    enum assay_status status = gather(prob, outcome, n, &p, err);
    if (status != ASSAY_OK)
        return status;
    size_t *order = assay_alloc(p.n, sizeof *order);
    if (order == NULL)
        status = assay_fail_memory(err, "choosing the at-risk line");
    else if (p.n_event == 0 || p.n_event == p.n)
        status = assay_fail(err, ASSAY_EDATA, "%zu of %zu held-out snapshots have the event; "
                            "expected some with it and some without", p.n_event, p.n);
    if (status == ASSAY_OK)
        status = assay_rank_order(p.prob, p.n, order, err);
    if (status == ASSAY_OK)
        chosen = best_line(&p, order, sensitivity, specificity, &margin);
    if (status == ASSAY_OK && isnan(chosen))
        status = assay_fail(err, ASSAY_ENUMERIC, "every held-out snapshot gets the same prediction; "
                                                 "expected weights that tell accounts apart");
    if (status == ASSAY_OK) {
        *line = chosen;
        *met = margin >= 0;
    }
    free(order);
    release(&p);
    return status;
}

/* ---- predictions ---- */

/* prob[i] for rows with mask[i] != 0, others untouched. */
static enum assay_status predict(const struct assay_pipeline *pipeline, const unsigned char mask[],
                                 double prob[], struct assay_error *err)
{
    size_t n = pipeline->history->n_row;
    double *log_odds = assay_alloc(n, sizeof *log_odds);
    if (log_odds == NULL)
        return assay_fail_memory(err, "predicting");
    assay_pipeline_log_odds(pipeline, log_odds);
    for (size_t i = 0; i < n; i++)
        if (mask[i])
            prob[i] = assay_expit(log_odds[i]);
    free(log_odds);
    return ASSAY_OK;
}

/* Fits on `include`, predicts `mask`. */
static enum assay_status fit_and_predict(const struct assay_pipeline *published,
                                         const unsigned char include[], const unsigned char mask[],
                                         double prob[], struct assay_error *err)
{
    struct assay_pipeline part;
    enum assay_status status = assay_pipeline_run(published->history, include,
                                                  ASSAY_PIPELINE_RESAMPLE, published, &part,
                                                  err);
    if (status != ASSAY_OK)
        return status;
    status = predict(&part, mask, prob, err);
    assay_pipeline_clear(&part);
    return status;
}

static enum assay_status cross_validate(const struct assay_pipeline *published,
                                        struct assay_progress *progress,
                                        struct assay_assessment *a, struct assay_error *err)
{
    const struct assay_history *history = published->history;
    size_t n = history->n_row;
    unsigned char *include = assay_alloc(n, 1), *mask = assay_alloc(n, 1);
    enum assay_status status =
        include != NULL && mask != NULL ? ASSAY_OK : assay_fail_memory(err, "cross-validating");
    assay_progress_start(progress, "cross-validating");
    for (size_t fold = 0; status == ASSAY_OK && fold < history->n_fold; fold++) {
        struct assay_error reason = {0};
        for (size_t i = 0; i < n; i++) {
            mask[i] = history->used[i] && history->fold[i] == fold;
            include[i] = history->used[i] && !mask[i];
        }
        status = fit_and_predict(published, include, mask, a->prob_held_out, &reason);
        if (status == ASSAY_ENUMERIC || status == ASSAY_EDATA) {
            if (a->folds_failed++ == 0)
                snprintf(a->fold_reason, sizeof a->fold_reason, "%.255s", reason.message);
            status = ASSAY_OK;
        } else if (status != ASSAY_OK && err != NULL) {
            *err = reason;
        }
        assay_progress_update(progress, fold + 1, history->n_fold);
    }
    assay_progress_end(progress);
    free(include);
    free(mask);
    if (status == ASSAY_OK && 10 * a->folds_failed > history->n_fold) {
        status = assay_fail(err, ASSAY_ENUMERIC,
                            "%zu of %zu folds of the cross-validation could not be fitted, the "
                            "first because: %s", a->folds_failed, history->n_fold, a->fold_reason);
        assay_hint(err, "Weights that hang on a few snapshots: use fewer signals, or a longer "
                        "history.");
    }
    return status;
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

static enum assay_status measure(const double prob[], const unsigned char outcome[], size_t n,
                                 double line, struct assay_performance *out,
                                 struct assay_error *err)
{
    struct predictions p;
    enum assay_status status = gather(prob, outcome, n, &p, err);
    if (status != ASSAY_OK)
        return status;
    /* Flagged is a score below the line's, so a probability above it. */
    status = assay_performance_measure(p.prob, p.outcome, p.n, nextafter(line, 1), out, err);
    release(&p);
    return status;
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
    m->status[task] = measure(task == 0 ? a->prob_apparent : a->prob_held_out, m->history->outcome,
                              m->history->n_row, a->line,
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

static enum assay_status check_out_of_time(const struct assay_pipeline *published,
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
        status = fit_and_predict(published, include, mask, prob, &reason);
        if (status == ASSAY_OK) {
            status = measure(prob, history->outcome, n, a->line, &a->out_of_time, err);
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

enum assay_status assay_assess(const struct assay_pipeline *published, double line,
                               struct assay_progress *progress,
                               struct assay_assessment *assessment, struct assay_error *err)
{
    const struct assay_history *history = published->history;
    size_t n = history->n_row;
    struct assay_assessment a = {.prob_apparent = assay_alloc(n, sizeof *a.prob_apparent),
                                 .prob_held_out = assay_alloc(n, sizeof *a.prob_held_out),
                                 .line = line,
                                 .line_given = !isnan(line)};
    enum assay_status status = ASSAY_OK;
    if (a.prob_apparent == NULL || a.prob_held_out == NULL)
        status = assay_fail_memory(err, "assessing the fit");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        a.prob_apparent[i] = a.prob_held_out[i] = NAN;
    if (status == ASSAY_OK)
        status = predict(published, history->used, a.prob_apparent, err);
    if (status == ASSAY_OK)
        status = cross_validate(published, progress, &a, err);
    if (status == ASSAY_OK && !a.line_given)
        status = assay_line_choose(a.prob_held_out, history->outcome, n,
                                   history->spec->target_sensitivity,
                                   history->spec->target_specificity, &a.line, &a.targets_met, err);
    if (status == ASSAY_OK)
        status = measure_both(history, &a, err);
    if (status == ASSAY_OK)
        status = check_out_of_time(published, &a, err);
    if (status != ASSAY_OK) {
        assay_assessment_clear(&a);
        return status;
    }
    a.targets_met = a.cross_validated.sensitivity.value >= history->spec->target_sensitivity &&
                    a.cross_validated.specificity.value >= history->spec->target_specificity;
    a.held_out_rows = a.cross_validated.n;
    *assessment = a;
    return ASSAY_OK;
}

void assay_assessment_clear(struct assay_assessment *assessment)
{
    free(assessment->prob_apparent);
    free(assessment->prob_held_out);
    *assessment = (struct assay_assessment){0};
}
