#include "calibrate/fit/uncertainty.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/fit/anchor.h"
#include "core/fit/firth.h"
#include "core/fit/profile.h"
#include "core/fit/robust.h"
#include "core/fit/sample_size.h"

/* A limit of several coefficients that holds with equality is missed by the rounding of its sum, to either side. */
static const double rounding = 1e-9;

struct finding {
    const struct assay_pipeline *pipeline;
    const struct assay_estimation *estimation;
    const struct assay_engine *engine;
    struct assay_uncertainty *out;
};

/* Trouble with the numbers is a finding; anything else stops. */
static bool is_numeric(enum assay_status status)
{
    return status == ASSAY_ENUMERIC || status == ASSAY_EDATA;
}

static enum assay_status pass_on(enum assay_status status, const struct assay_error *reason,
                                 struct assay_error *err)
{
    if (status != ASSAY_OK && err != NULL)
        *err = *reason;
    return status;
}

static bool is_slack(const double limit[], double floor, const double coef[], size_t n_coef)
{
    double value = -floor, size = fabs(floor);
    for (size_t k = 0; k < n_coef; k++) {
        value += limit[k] * coef[k];
        size += fabs(limit[k] * coef[k]);
    }
    return value > rounding * size;
}

/* Whether the published fit is where it would be without limits and anchor. Where rows are few the free fit is made all
 * the same, from its own start. */
static bool is_free(const struct finding *f)
{
    const struct assay_estimation *estimation = f->estimation;
    const struct assay_limits *limits = estimation->limits;
    size_t p = f->pipeline->n_coef;
    bool anchored = estimation->anchor != NULL && estimation->lambda > 0;
    if (estimation->by != ASSAY_BY_LIKELIHOOD || anchored || !assay_pipeline_shares(f->pipeline))
        return false;
    for (size_t k = 0; limits != NULL && k < limits->n_limit; k++)
        if (k < limits->n_equal || !is_slack(limits->limit + k * p, limits->floor[k],
                                             f->pipeline->fit.coef, p))
            return false;
    return true;
}

/* ---- accounts that repeat ---- */

/* A fit's covariance by account: found [n_coef * n_coef]. *done: there is one. Firth's intercept has been
 * corrected since its covariance was found, which is no prior: the plain sandwich. */
static enum assay_status cluster(const struct finding *f, const struct assay_logistic_fit *fit,
                                 double found[], bool *done, struct assay_error *err)
{
    size_t n_cluster;
    struct assay_error reason = {0};
    enum assay_status status =
        f->estimation->by == ASSAY_BY_FIRTH
            ? assay_robust_covariance(f->engine, fit, ASSAY_ROBUST_CLUSTERS, found, &n_cluster,
                                      &reason)
            : assay_robust_anchored(f->engine, fit, found, &n_cluster, &reason);
    *done = status == ASSAY_OK;
    return is_numeric(status) ? ASSAY_OK : pass_on(status, &reason, err);
}

/* Scores by account say nothing where the likelihood has no maximum: on separated outcomes they vanish, and
 * with them the sandwich. Columns that depend on each other are another matter. */
static enum assay_status may_cluster(const struct finding *f, bool *may, struct assay_error *err)
{
    struct assay_error reason = {0};
    struct assay_logistic_fit plain = {0};
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    *may = !f->out->free_missing && f->estimation->by != ASSAY_BY_FIRTH;
    if (*may)
        return ASSAY_OK;
    enum assay_status status = assay_pipeline_fit_free(f->pipeline, &plain, &reason);
    *may = status == ASSAY_OK;
    assay_logistic_fit_clear(&plain);
    if (!is_numeric(status))
        return pass_on(status, &reason, err);
    unsigned char *blamed = assay_alloc(f->pipeline->n_coef, 1);
    if (blamed == NULL)
        return assay_fail_memory(err, "finding standard errors");
    status = assay_logistic_check(f->engine, &problem, blamed, err);
    *may = problem == ASSAY_FIT_COLLINEAR;
    free(blamed);
    return status;
}

/* Both covariances by account, or neither. */
static enum assay_status cluster_both(struct finding *f, struct assay_error *err)
{
    struct assay_uncertainty *out = f->out;
    size_t p = f->pipeline->n_coef;
    bool published = false, free_one = true;
    double *found = assay_alloc(2 * p * p, sizeof *found);
    if (found == NULL)
        return assay_fail_memory(err, "finding standard errors");
    enum assay_status status = cluster(f, &f->pipeline->fit, found, &published, err);
    if (status == ASSAY_OK && is_free(f))
        memcpy(found + p * p, found, p * p * sizeof *found);
    else if (status == ASSAY_OK && !out->free_missing)
        status = cluster(f, &out->free_fit, found + p * p, &free_one, err);
    out->clustered = status == ASSAY_OK && published && free_one;
    if (out->clustered) {
        memcpy(out->covariance, found, p * p * sizeof *found);
        if (!out->free_missing)
            memcpy(out->free_fit.covariance, found + p * p, p * p * sizeof *found);
    }
    free(found);
    return status;
}

/* ---- the fit without limits ---- */

static enum assay_status copy_fit(const struct assay_logistic_fit *from,
                                  struct assay_logistic_fit *to, struct assay_error *err)
{
    size_t p = from->n_coef;
    struct assay_logistic_fit made = *from;
    made.blamed = assay_alloc(p, sizeof *made.blamed);
    made.active = assay_alloc(p, sizeof *made.active);
    made.coef = assay_alloc(p, sizeof *made.coef);
    made.covariance = assay_alloc(p * p, sizeof *made.covariance);
    if (made.blamed == NULL || made.active == NULL || made.coef == NULL ||
        made.covariance == NULL) {
        assay_logistic_fit_clear(&made);
        return assay_fail_memory(err, "finding standard errors");
    }
    memcpy(made.coef, from->coef, p * sizeof *made.coef);
    memcpy(made.covariance, from->covariance, p * p * sizeof *made.covariance);
    *to = made;
    return ASSAY_OK;
}

static enum assay_status fit_free(struct finding *f, struct assay_error *err)
{
    struct assay_uncertainty *out = f->out;
    struct assay_error reason = {0};
    enum assay_status status;
    if (is_free(f)) {
        status = copy_fit(&f->pipeline->fit, &out->free_fit, &reason);
    } else if (f->estimation->by == ASSAY_BY_FIRTH) {
        struct assay_logistic_options options = assay_logistic_options_default();
        struct assay_firth_fit firth = {0};
        options.held = f->pipeline->held;
        status = assay_firth_fit(f->engine, &options, &firth, &reason);
        if (status == ASSAY_OK) {
            out->free_fit = firth.base;
            firth.base = (struct assay_logistic_fit){0};
        }
        assay_firth_fit_clear(&firth);
    } else {
        status = assay_pipeline_fit_free(f->pipeline, &out->free_fit, &reason);
    }
    if (!is_numeric(status))
        return pass_on(status, &reason, err);
    out->free_missing = true;
    snprintf(out->free_reason, sizeof out->free_reason, "%.255s", reason.message);
    return ASSAY_OK;
}

/* ---- intervals ---- */

static void take_wald(const struct assay_logistic_fit *fit, double low[], double high[])
{
    for (size_t k = 0; k < fit->n_coef; k++) {
        struct assay_wald wald = assay_wald(fit, k);
        low[k] = wald.low;
        high[k] = wald.high;
    }
}

/* Profile-likelihood intervals in place of Wald's, with the coefficients flagged in `held` kept where
 * `fit` has them. *done: they are there. */
static enum assay_status profile(struct finding *f, const struct assay_logistic_fit *fit,
                                 const unsigned char held[], double low[], double high[],
                                 bool *done, struct assay_error *err)
{
    struct assay_profile_options options = assay_profile_options_default();
    struct assay_profile_interval *interval = assay_alloc(fit->n_coef, sizeof *interval);
    struct assay_error reason = {0};
    *done = false;
    if (interval == NULL)
        return assay_fail_memory(err, "finding intervals");
    options.fit.held = held;
    options.fit.start = fit->coef;
    options.likelihood = f->estimation->by == ASSAY_BY_FIRTH ? ASSAY_PROFILE_FIRTH
                                                             : ASSAY_PROFILE_PLAIN;
    enum assay_status status =
        assay_profile_intervals(f->engine, &options, interval, NULL, &reason);
    for (size_t k = 0; status == ASSAY_OK && k < fit->n_coef; k++) {
        low[k] = isfinite(interval[k].low) ? interval[k].low : (double)NAN;
        high[k] = isfinite(interval[k].high) ? interval[k].high : (double)NAN;
        if (isnan(low[k]) || isnan(high[k]))
            low[k] = high[k] = NAN;
    }
    *done = status == ASSAY_OK;
    free(interval);
    return is_numeric(status) ? ASSAY_OK : pass_on(status, &reason, err);
}

/* Where cross-validation chose how strongly to anchor, what the data alone say of the coefficients,
 * widened to hold the published ones (uncertainty.h). */
static void take_free(struct assay_uncertainty *out, const double coef[], size_t n_coef)
{
    for (size_t k = 0; k < n_coef; k++) {
        out->low[k] = fmin(out->free_low[k], coef[k]);
        out->high[k] = fmax(out->free_high[k], coef[k]);
        if (isnan(out->free_low[k]))
            out->low[k] = out->high[k] = NAN;
    }
}

static enum assay_status find_intervals(struct finding *f, bool anchor_chosen,
                                        struct assay_error *err)
{
    struct assay_uncertainty *out = f->out;
    const struct assay_pipeline *pipeline = f->pipeline;
    bool may_profile = !out->clustered && f->engine->n_row <= ASSAY_PROFILE_ROWS, done;
    enum assay_status status = ASSAY_OK;
    struct assay_logistic_fit shown = pipeline->fit;
    shown.covariance = out->covariance;
    take_wald(&shown, out->low, out->high);
    for (size_t k = 0; out->free_missing && k < pipeline->n_coef; k++)
        out->free_low[k] = out->free_high[k] = NAN;
    if (!out->free_missing) {
        take_wald(&out->free_fit, out->free_low, out->free_high);
        if (may_profile)
            status = profile(f, &out->free_fit, pipeline->held, out->free_low, out->free_high,
                             &out->profiled, err);
    }
    if (status == ASSAY_OK && anchor_chosen && !out->free_missing)
        take_free(out, pipeline->fit.coef, pipeline->n_coef);
    if (status != ASSAY_OK || !may_profile || f->estimation->by != ASSAY_BY_FIRTH)
        return status;
    unsigned char *held = assay_alloc(pipeline->n_coef, 1);
    if (held == NULL)
        return assay_fail_memory(err, "finding intervals");
    for (size_t k = 0; k < pipeline->n_coef; k++)
        held[k] = pipeline->held[k] || pipeline->fit.active[k];
    status = profile(f, &pipeline->fit, held, out->low, out->high, &done, err);
    free(held);
    return status;
}

/* ---- the anchor, and the sample ---- */

static enum assay_status test_conflict(struct finding *f, const double own[],
                                       struct assay_model_anchor *anchor,
                                       struct assay_error *err)
{
    size_t n = f->pipeline->n_signal;
    struct assay_anchor_conflict conflict;
    struct assay_error reason = {0};
    anchor->conflict_statistic = anchor->conflict_p = NAN;
    if (anchor->weight == NULL || f->out->free_missing)
        return ASSAY_OK;
    size_t *signal = assay_alloc(n, sizeof *signal);
    if (signal == NULL)
        return assay_fail_memory(err, "testing the anchor");
    for (size_t j = 0; j < n; j++)
        signal[j] = 1 + j;
    struct assay_anchor asked = {.n_signal = n, .signal = signal, .weight = own};
    struct assay_logistic_options options = assay_logistic_options_default();
    options.held = f->pipeline->held;
    if (assay_pipeline_shares(f->pipeline)) /* as in assay_pipeline_fit_free() */
        options.start = f->out->free_fit.coef;
    enum assay_status status =
        f->out->clustered
            ? assay_anchor_conflict_wald(&asked, f->out->free_fit.coef, f->out->free_fit.covariance,
                                         f->out->free_fit.n_coef, &conflict, &reason)
            : assay_anchor_conflict_test(f->engine, &asked, &options, &conflict, &reason);
    free(signal);
    if (status == ASSAY_OK) {
        anchor->conflict_statistic = conflict.statistic;
        anchor->conflict_p = conflict.p_value;
        anchor->conflict_degrees = conflict.degrees;
    }
    return is_numeric(status) ? ASSAY_OK : pass_on(status, &reason, err);
}

/* By the R2 of the unconstrained fit, taken back for its optimism; without such a fit, or with nothing
 * left, by the 15% of the largest possible that Riley et al. (2020) suggest where nothing is known. */
static void hold_against_need(const struct finding *f, struct assay_model_sample_size *size)
{
    const struct assay_logistic_fit *fit =
        f->out->free_missing ? &f->pipeline->fit : &f->out->free_fit;
    double n = (double)f->engine->n_row, share = (double)f->engine->n_event / n;
    struct assay_sample_question question = assay_sample_question_default();
    struct assay_sample_size found;
    struct assay_error unused = {0};
    question.n_row = f->engine->n_row;
    question.n_event = f->engine->n_event;
    question.n_slope = f->pipeline->n_coef - 1;
    question.r2 = -expm1(2 * (fit->null_log_likelihood - fit->log_likelihood) / n);
    question.apparent = true;
    *size = (struct assay_model_sample_size){NAN, NAN, NAN, NAN, NAN, NAN};
    enum assay_status status = assay_sample_size(&question, &found, &unused);
    if (status != ASSAY_OK || !(found.r2_adjusted > 0)) {
        double largest = -expm1(2 * (share * log(share) + (1 - share) * log1p(-share)));
        question.r2 = 0.15 * largest;
        question.apparent = false;
        status = assay_sample_size(&question, &found, &unused);
    }
    if (status != ASSAY_OK)
        return;
    *size = (struct assay_model_sample_size){.r2 = found.r2_adjusted,
                                             .shrinkage = found.shrinkage,
                                             .for_shrinkage = found.for_shrinkage.n_row,
                                             .for_optimism = found.for_optimism.n_row,
                                             .for_margin = found.for_margin.n_row,
                                             .needed = found.overall.n_row};
}

static enum assay_status find_all(struct finding *f, const double own[],
                                  struct assay_model_anchor *anchor,
                                  struct assay_error *err)
{
    const struct assay_history *history = f->pipeline->history;
    enum assay_status status = fit_free(f, err);
    bool may = false;
    if (status == ASSAY_OK && history->n_account < history->n_used)
        status = may_cluster(f, &may, err);
    if (status == ASSAY_OK && may)
        status = cluster_both(f, err);
    if (status == ASSAY_OK)
        status = find_intervals(f, anchor->weight != NULL && anchor->chosen, err);
    if (status == ASSAY_OK)
        status = test_conflict(f, own, anchor, err);
    if (status == ASSAY_OK)
        hold_against_need(f, &f->out->sample_size);
    return status;
}

enum assay_status assay_uncertainty_find(const struct assay_pipeline *pipeline,
                                         const struct assay_estimation *estimation,
                                         const double own[], struct assay_model_anchor *anchor,
                                         struct assay_uncertainty *uncertainty,
                                         struct assay_error *err)
{
    size_t p = pipeline->n_coef;
    struct assay_uncertainty made = {.covariance = assay_alloc(p * p, sizeof *made.covariance),
                                     .coef = assay_alloc(p, sizeof *made.coef),
                                     .low = assay_alloc(p, sizeof *made.low),
                                     .high = assay_alloc(p, sizeof *made.high),
                                     .free_low = assay_alloc(p, sizeof *made.free_low),
                                     .free_high = assay_alloc(p, sizeof *made.free_high)};
    struct finding f = {.pipeline = pipeline, .estimation = estimation, .out = &made};
    enum assay_status status = ASSAY_OK;
    if (made.covariance == NULL || made.coef == NULL || made.low == NULL || made.high == NULL ||
        made.free_low == NULL || made.free_high == NULL)
        status = assay_fail_memory(err, "finding standard errors");
    else {
        memcpy(made.covariance, pipeline->fit.covariance, p * p * sizeof *made.covariance);
        memcpy(made.coef, pipeline->fit.coef, p * sizeof *made.coef);
    }
    if (status == ASSAY_OK)
        status = assay_pipeline_engine(pipeline, &f.engine, err);
    if (status == ASSAY_OK)
        status = find_all(&f, own, anchor, err);
    if (status != ASSAY_OK)
        assay_uncertainty_clear(&made);
    else
        *uncertainty = made;
    return status;
}

void assay_uncertainty_clear(struct assay_uncertainty *uncertainty)
{
    assay_logistic_fit_clear(&uncertainty->free_fit);
    free(uncertainty->covariance);
    free(uncertainty->coef);
    free(uncertainty->free_low);
    free(uncertainty->free_high);
    free(uncertainty->low);
    free(uncertainty->high);
    *uncertainty = (struct assay_uncertainty){0};
}
