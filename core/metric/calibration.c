#include "core/metric/calibration.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "core/base/memory.h"
#include "core/metric/check.h"

/* Fits stop when a Newton step moves no log-odds by more than this: its error is of the order of
 * the square, beyond the digits of a double. */
static const double tolerance = 1e-9;
enum { MAX_STEPS = 100 };

/* ---- rows on the log-odds scale ---- */

struct rows {
    double *log_odds; /* owned */
    const unsigned char *outcome;
    size_t n, n_event;
    double mean, low, high; /* of the log-odds */
};

static enum assay_status check_inside(const char *what, const double prob[], size_t n,
                                      struct assay_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (prob[i] == 0.0 || prob[i] == 1.0)
            return assay_fail(err, ASSAY_EDATA,
                              "%s: prob[%zu] is %d; expected more than 0 and less than 1, its "
                              "log-odds being infinite",
                              what, i, (int)prob[i]);
    return ASSAY_OK;
}

static void fill(struct rows *rows, const double prob[])
{
    double sum = 0.0;
    rows->low = (double)INFINITY;
    rows->high = -(double)INFINITY;
    for (size_t i = 0; i < rows->n; i++) {
        double log_odds = log(prob[i]) - log1p(-prob[i]);
        rows->log_odds[i] = log_odds;
        sum += log_odds;
        rows->low = fmin(rows->low, log_odds);
        rows->high = fmax(rows->high, log_odds);
    }
    rows->mean = sum / (double)rows->n;
}

static enum assay_status rows_init(struct rows *rows, const char *what, const double prob[],
                                   const unsigned char outcome[], size_t n, struct assay_error *err)
{
    *rows = (struct rows){.outcome = outcome, .n = n};
    enum assay_status status = assay_check_outcome(what, outcome, n, &rows->n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    if (status == ASSAY_OK)
        status = check_inside(what, prob, n, err);
    if (status == ASSAY_OK)
        status = assay_check_both(what, rows->n_event, n, err);
    if (status != ASSAY_OK)
        return status;
    rows->log_odds = assay_alloc(n, sizeof *rows->log_odds);
    if (rows->log_odds == NULL)
        return assay_fail_memory(err, "measuring calibration");
    fill(rows, prob);
    return ASSAY_OK;
}

static void rows_clear(struct rows *rows)
{
    free(rows->log_odds);
}

static double share_log_odds(const struct rows *rows)
{
    return log((double)rows->n_event) - log((double)(rows->n - rows->n_event));
}

static double expit(double log_odds)
{
    double e = exp(-fabs(log_odds));
    return (log_odds >= 0.0 ? 1.0 : e) / (1.0 + e);
}

/* Probability and p (1 - p) of a log-odds, of one exponential: they are most of the time of a fit. */
struct logistic {
    double prob, weight;
};

static struct logistic logistic_of(double log_odds, double e)
{
    double sum = 1.0 + e;
    return (struct logistic){(log_odds >= 0.0 ? 1.0 : e) / sum, e / (sum * sum)};
}

/* ln P(outcome) = -log(1 + e^x), x the log-odds of what did not happen. */
static double log_likelihood(double log_odds, unsigned char outcome)
{
    double x = outcome ? -log_odds : log_odds;
    return -(fmax(x, 0.0) + log1p(exp(-fabs(x))));
}

/* log_likelihood(old + move) - log_likelihood(old), to full precision for a small move: with q the
 * probability of what did not happen and x its change in log-odds, -log(1 - q + q e^x). */
static double log_likelihood_change(double old, double move, unsigned char outcome)
{
    double x = outcome ? -move : move;
    if (fabs(x) > 1.0)
        return log_likelihood(old + move, outcome) - log_likelihood(old, outcome);
    return -log1p(expit(outcome ? -old : old) * expm1(x));
}

/* 2 (l(a + b L) - l(L)), by rows: the difference of the sums would have lost the digits of a small
 * statistic. Never negative at a maximum, but for rounding. */
static double likelihood_ratio(const struct rows *rows, double a, double b)
{
    double sum = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        double was = rows->log_odds[i];
        sum += log_likelihood_change(was, a + (b - 1.0) * was, rows->outcome[i]);
    }
    return fmax(2.0 * sum, 0.0);
}

/* ---- observed over expected ---- */

enum assay_status assay_oe_ratio(const double prob[], const unsigned char outcome[], size_t n,
                                 struct assay_estimate *out, struct assay_error *err)
{
    static const char what[] = "O/E ratio";
    size_t n_event = 0;
    enum assay_status status = assay_check_outcome(what, outcome, n, &n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    if (status != ASSAY_OK)
        return status;
    double expected = 0.0;
    for (size_t i = 0; i < n; i++)
        expected += prob[i];
    if (!(expected > 0.0))
        return assay_fail(err, ASSAY_EDATA, "%s: every prob is 0; expected at least one above",
                          what);
    double events = (double)n_event, ratio = events / expected;
    bool certain = n_event == 0 || n_event == n;
    double std_error = certain ? 0.0 : sqrt((1.0 - events / (double)n) / events);
    double factor = exp(assay_normal_quantile(ASSAY_LEVEL) * std_error);
    if (!isfinite(ratio * factor))
        return assay_fail(err, ASSAY_EDATA, "%s: the probs add up to %.1e; expected a sum by which "
                          "%zu events can be divided", what, expected, n_event);
    *out = assay_estimate_without_interval(ratio);
    if (!certain) {
        out->low = ratio / factor;
        out->high = ratio * factor;
    }
    return ASSAY_OK;
}

/* ---- calibration in the large ---- */

/* Derivative of the log-likelihood in a, and minus the second one. */
static void at_intercept(const struct rows *rows, double a, double *gradient, double *information)
{
    double expected = 0.0;
    *information = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        double log_odds = a + rows->log_odds[i];
        struct logistic at = logistic_of(log_odds, exp(-fabs(log_odds)));
        expected += at.prob;
        *information += at.weight;
    }
    *gradient = (double)rows->n_event - expected;
}

/* Newton's method inside a bracket. With a = logit(share) - max L no fitted probability is above
 * the share of events, with a = logit(share) - min L none is below: the root lies between. Where
 * Newton leaves the bracket, or the information underflows, the middle is taken. */
static double solve_intercept(const struct rows *rows)
{
    double low = share_log_odds(rows) - rows->high, high = share_log_odds(rows) - rows->low;
    double a = share_log_odds(rows) - rows->mean, moved = 1.0;
    for (int k = 0; k < MAX_STEPS && moved > tolerance; k++) {
        double gradient, information;
        at_intercept(rows, a, &gradient, &information);
        if (gradient > 0.0)
            low = a;
        else
            high = a;
        double next = a + gradient / information;
        if (!(next >= low && next <= high))
            next = low + (high - low) / 2.0;
        moved = fabs(next - a);
        a = next;
    }
    return a;
}

static struct assay_calibration_in_large in_large(const struct rows *rows, double a,
                                                  double information)
{
    double std_error = 1.0 / sqrt(information), chi2 = likelihood_ratio(rows, a, 1.0);
    return (struct assay_calibration_in_large){
        .intercept = assay_normal_interval(a, std_error, ASSAY_LEVEL),
        .std_error = std_error,
        .z = a / std_error,
        .p_value = assay_normal_p_value(a / std_error),
        .lr_chi2 = chi2,
        .lr_p_value = gsl_cdf_chisq_Q(chi2, 1.0),
    };
}

enum assay_status assay_calibration_in_large(const double prob[], const unsigned char outcome[],
                                             size_t n, struct assay_calibration_in_large *out,
                                             struct assay_error *err)
{
    static const char what[] = "calibration in the large";
    struct rows rows;
    enum assay_status status = rows_init(&rows, what, prob, outcome, n, err);
    if (status != ASSAY_OK)
        return status;
    double a = solve_intercept(&rows), gradient, information;
    at_intercept(&rows, a, &gradient, &information);
    /* The gradient is known to about n eps, and varies by sqrt(information) from sample to sample.
     * Where all fitted probabilities are 0 or 1 the first drowns the second. */
    if (sqrt(information) > 1e3 * DBL_EPSILON * (double)n)
        *out = in_large(&rows, a, information);
    else
        status = assay_fail(err, ASSAY_ENUMERIC,
                            "%s: the probs are so near 0 and 1 that no intercept can be told from "
                            "another",
                            what);
    rows_clear(&rows);
    return status;
}

/* ---- logistic recalibration ---- */

static const char recalibration[] = "calibration slope";

/* The fit is of a + b x, x = (L - mean) / scale: then a and b are of the order 1 whatever the
 * probabilities, and the information at the start (b = 0) is far from singular. */
struct line {
    double scale, x_low, x_high;
    double a, b, log_likelihood;
    double gradient_a, gradient_b;
    double info_aa, info_ab, info_bb;
};

static double log_odds_scale(const struct rows *rows)
{
    double squares = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        double gap = rows->log_odds[i] - rows->mean;
        squares += gap * gap;
    }
    return sqrt(squares / (double)rows->n);
}

static void line_evaluate(const struct rows *rows, struct line *line)
{
    line->log_likelihood = line->gradient_a = line->gradient_b = 0.0;
    line->info_aa = line->info_ab = line->info_bb = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        double x = (rows->log_odds[i] - rows->mean) / line->scale;
        double log_odds = line->a + line->b * x, e = exp(-fabs(log_odds));
        struct logistic at = logistic_of(log_odds, e);
        double residual = rows->outcome[i] - at.prob, weight = at.weight;
        line->log_likelihood -= fmax(rows->outcome[i] ? -log_odds : log_odds, 0.0) + log1p(e);
        line->gradient_a += residual;
        line->gradient_b += residual * x;
        line->info_aa += weight;
        line->info_ab += weight * x;
        line->info_bb += weight * x * x;
    }
}

/* Inverse information of (a, b); false when it is singular to working precision. */
static bool line_covariance(const struct line *line, double *aa, double *ab, double *bb)
{
    double centre = line->info_ab / line->info_aa; /* weighted mean of x */
    double left = line->info_bb - centre * line->info_ab;
    *bb = 1.0 / left;
    *ab = -centre / left;
    *aa = 1.0 / line->info_aa + centre * centre / left;
    return left > 1e-12 * line->info_bb && isfinite(*aa) && isfinite(*bb);
}

/* Newton step, halved while it lowers the log-likelihood by more than rounding. Returns the largest
 * change of any fitted log-odds: the line's change is largest at one of its ends. */
static double line_step(const struct rows *rows, struct line *line, double step_a, double step_b)
{
    struct line old = *line;
    for (int halving = 0; halving < 60; halving++) {
        line->a = old.a + step_a;
        line->b = old.b + step_b;
        line_evaluate(rows, line);
        if (line->log_likelihood >= old.log_likelihood - 1e-12 * fabs(old.log_likelihood))
            break;
        step_a /= 2.0;
        step_b /= 2.0;
    }
    return fmax(fabs(step_a + step_b * line->x_low), fabs(step_a + step_b * line->x_high));
}

static enum assay_status line_fit(const struct rows *rows, struct line *line,
                                  struct assay_error *err)
{
    double scale = log_odds_scale(rows), moved = (double)INFINITY;
    *line = (struct line){.scale = scale,
                          .x_low = (rows->low - rows->mean) / scale,
                          .x_high = (rows->high - rows->mean) / scale,
                          .a = share_log_odds(rows)};
    line_evaluate(rows, line);
    for (int k = 0; k < MAX_STEPS && moved > tolerance; k++) {
        double aa, ab, bb;
        if (!line_covariance(line, &aa, &ab, &bb))
            return assay_fail(err, ASSAY_ENUMERIC,
                              "%s: the information is singular after %d iterations", recalibration,
                              k);
        moved = line_step(rows, line, aa * line->gradient_a + ab * line->gradient_b,
                          ab * line->gradient_a + bb * line->gradient_b);
    }
    if (moved <= tolerance)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_ENUMERIC,
                      "%s: log-odds still move by %.1e after %d iterations; expected below %.1e",
                      recalibration, moved, (int)MAX_STEPS, tolerance);
}

/* With one covariate the estimate is infinite exactly when the two classes' ranges overlap in no
 * more than an end point (Albert and Anderson 1984). */
static enum assay_status check_overlap(const struct rows *rows, struct assay_error *err)
{
    double low[2] = {(double)INFINITY, (double)INFINITY};
    double high[2] = {-(double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < rows->n; i++) {
        unsigned char y = rows->outcome[i];
        low[y] = fmin(low[y], rows->log_odds[i]);
        high[y] = fmax(high[y], rows->log_odds[i]);
    }
    if (rows->low == rows->high)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: all %zu probs are the same; expected at least two values",
                          recalibration, rows->n);
    if (high[0] <= low[1] || high[1] <= low[0])
        return assay_fail(err, ASSAY_ENUMERIC,
                          "%s: the probs separate the outcomes perfectly; the slope is not finite",
                          recalibration);
    return ASSAY_OK;
}

/* From a + b (L - mean) / scale to the intercept and slope on L. */
static enum assay_status report(const struct rows *rows, const struct line *line,
                                struct assay_recalibration *out, struct assay_error *err)
{
    double aa, ab, bb, shift = rows->mean / line->scale;
    if (!line_covariance(line, &aa, &ab, &bb))
        return assay_fail(err, ASSAY_ENUMERIC, "%s: the information is singular at the solution",
                          recalibration);
    double slope = line->b / line->scale, slope_se = sqrt(bb) / line->scale;
    double intercept = line->a - line->b * shift;
    double intercept_se = sqrt(aa - 2.0 * shift * ab + shift * shift * bb);
    double chi2 = likelihood_ratio(rows, intercept, slope), slope_z = (slope - 1.0) / slope_se;
    *out = (struct assay_recalibration){
        .intercept = assay_normal_interval(intercept, intercept_se, ASSAY_LEVEL),
        .slope = assay_normal_interval(slope, slope_se, ASSAY_LEVEL),
        .intercept_se = intercept_se,
        .slope_se = slope_se,
        .covariance = (ab - shift * bb) / line->scale,
        .slope_z = slope_z,
        .slope_p_value = assay_normal_p_value(slope_z),
        .unreliability_chi2 = chi2,
        .unreliability_p_value = gsl_cdf_chisq_Q(chi2, 2.0),
        .unreliability = (chi2 - 2.0) / (double)rows->n,
    };
    return ASSAY_OK;
}

enum assay_status assay_recalibration_measure(const double prob[], const unsigned char outcome[],
                                              size_t n, struct assay_recalibration *out,
                                              struct assay_error *err)
{
    struct rows rows;
    struct line line;
    enum assay_status status = rows_init(&rows, recalibration, prob, outcome, n, err);
    if (status == ASSAY_OK)
        status = check_overlap(&rows, err);
    if (status == ASSAY_OK)
        status = line_fit(&rows, &line, err);
    if (status == ASSAY_OK)
        status = report(&rows, &line, out, err);
    rows_clear(&rows);
    return status;
}
