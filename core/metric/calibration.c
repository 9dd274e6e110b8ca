#include "core/metric/calibration.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/base/vector_math.h"
#include "core/metric/check.h"
#include "core/metric/likelihood.h"

/* Fits stop when a Newton step moves no log-odds by more than this: its error is of the order of
 * the square, beyond the digits of a double. */
static const double tolerance = 1e-9;

/* A move that changes no digit of the information. */
static const double standstill = 1e-13;

enum { MAX_STEPS = 100 };

/* ---- rows on the log-odds scale ---- */

/* Sums are taken over blocks, on all processors, and added up in their order. STRIP rows stay in the first cache. */
enum { BLOCK = 1 << 13, STRIP = 256, FEW_BLOCKS = 8 }; /* FEW: less than a thread costs */

/* What a pass finds in a block, in doubles alone; which is what, each pass says. */
struct sums {
    double of[6];
    double low[2], high[2]; /* of the log-odds, by outcome */
};

struct rows {
    double *log_odds;     /* owned */
    struct sums *blocks;  /* [n_block], behind them */
    const double *prob;
    const unsigned char *outcome;
    size_t n, n_block, n_event;
    double mean, low, high; /* of the log-odds */
    double class_low[2], class_high[2];
    /* With the probabilities as they are: residuals, information, and their products with the log-odds. */
    double residual, residual_x, info, info_x, info_xx;
};

/* A pass: what is summed, of which line. */
struct pass {
    const struct rows *rows;
    void (*add)(const struct pass *pass, size_t first, size_t end, struct sums *sums);
    double a, b, mean, scale;
};

static void pass_block(void *state, size_t block)
{
    const struct pass *pass = state;
    const struct rows *rows = pass->rows;
    size_t first = block * BLOCK, end = first + BLOCK < rows->n ? first + BLOCK : rows->n;
    rows->blocks[block] = (struct sums){.low = {(double)INFINITY, (double)INFINITY},
                                        .high = {-(double)INFINITY, -(double)INFINITY}};
    pass->add(pass, first, end, &rows->blocks[block]);
}

static struct sums run(const struct pass *pass)
{
    struct pass shared = *pass;
    assay_parallel(pass->rows->n_block, pass->rows->n_block < FEW_BLOCKS ? 1 : 0, pass_block, &shared);
    struct sums all = pass->rows->blocks[0];
    for (size_t k = 1; k < pass->rows->n_block; k++) {
        const struct sums *block = &pass->rows->blocks[k];
        for (size_t j = 0; j < sizeof all.of / sizeof all.of[0]; j++)
            all.of[j] += block->of[j];
        for (size_t y = 0; y < 2; y++) {
            all.low[y] = fmin(all.low[y], block->low[y]);
            all.high[y] = fmax(all.high[y], block->high[y]);
        }
    }
    return all;
}

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

/* of[0]: log-odds; from of[1]: residuals and information (struct rows). */
static void add_log_odds(const struct pass *pass, size_t first, size_t end, struct sums *sums)
{
    const struct rows *rows = pass->rows;
    double rest[STRIP], of[6] = {0.0};
    for (; first < end; first += STRIP) {
        size_t n = end - first < STRIP ? end - first : STRIP;
        double *log_odds = rows->log_odds + first;
        assay_logs_array(rows->prob + first, n, log_odds, rest);
        for (size_t i = 0; i < n; i++) {
            unsigned char y = rows->outcome[first + i];
            double p = rows->prob[first + i], x = log_odds[i] - rest[i], weight = p * (1.0 - p);
            log_odds[i] = x;
            sums->low[y] = x < sums->low[y] ? x : sums->low[y];
            sums->high[y] = x > sums->high[y] ? x : sums->high[y];
            of[0] += x;
            of[1] += y - p;
            of[2] += (y - p) * x;
            of[3] += weight;
            of[4] += weight * x;
            of[5] += weight * x * x;
        }
    }
    memcpy(sums->of, of, sizeof of);
}

static void fill(struct rows *rows)
{
    struct pass pass = {.rows = rows, .add = add_log_odds};
    struct sums all = run(&pass);
    rows->mean = all.of[0] / (double)rows->n;
    rows->low = fmin(all.low[0], all.low[1]);
    rows->high = fmax(all.high[0], all.high[1]);
    for (size_t y = 0; y < 2; y++) {
        rows->class_low[y] = all.low[y];
        rows->class_high[y] = all.high[y];
    }
    rows->residual = all.of[1];
    rows->residual_x = all.of[2];
    rows->info = all.of[3];
    rows->info_x = all.of[4];
    rows->info_xx = all.of[5];
}

/* Of rows that have passed the checks. */
static enum assay_status rows_take(struct rows *rows, const double prob[], const unsigned char outcome[],
                                   size_t n, size_t n_event, struct assay_error *err)
{
    *rows = (struct rows){.prob = prob,
                          .outcome = outcome,
                          .n = n,
                          .n_event = n_event,
                          .n_block = (n + BLOCK - 1) / BLOCK};
    rows->log_odds = assay_rows_alloc(n + rows->n_block * (sizeof(struct sums) / sizeof(double)),
                                      sizeof *rows->log_odds);
    if (rows->log_odds == NULL)
        return assay_fail_memory(err, "measuring calibration");
    rows->blocks = (struct sums *)(void *)(rows->log_odds + n);
    fill(rows);
    return ASSAY_OK;
}

static enum assay_status rows_init(struct rows *rows, const char *what, const double prob[],
                                   const unsigned char outcome[], size_t n, struct assay_error *err)
{
    size_t n_event = 0;
    *rows = (struct rows){.log_odds = NULL};
    enum assay_status status = assay_check_outcome(what, outcome, n, &n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    if (status == ASSAY_OK)
        status = check_inside(what, prob, n, err);
    if (status == ASSAY_OK)
        status = assay_check_both(what, n_event, n, err);
    return status == ASSAY_OK ? rows_take(rows, prob, outcome, n, n_event, err) : status;
}

static void rows_clear(struct rows *rows)
{
    assay_rows_free(rows->log_odds);
}

static double share_log_odds(const struct rows *rows)
{
    return log((double)rows->n_event) - log((double)(rows->n - rows->n_event));
}

/* Where no probability is extreme, fits start from the probabilities as they are, which are seldom far off. */
static bool is_moderate(const struct rows *rows)
{
    return rows->low >= -12.0 && rows->high <= 12.0;
}

/* What is fitted to a strip of rows: x[n], the log-odds a + b x, and the smaller of p and 1 - p, to full precision,
 * which leads to both p and p (1 - p). */
struct strip {
    double x[STRIP], log_odds[STRIP], smaller[STRIP];
};

static void fit_strip(const struct pass *pass, size_t first, size_t n, struct strip *strip)
{
    const double *log_odds = pass->rows->log_odds + first;
    double by = 1.0 / pass->scale;
    for (size_t i = 0; i < n; i++) {
        strip->x[i] = (log_odds[i] - pass->mean) * by;
        strip->log_odds[i] = pass->a + pass->b * strip->x[i];
        strip->smaller[i] = -fabs(strip->log_odds[i]);
    }
    assay_expit_array(strip->smaller, n, strip->smaller);
}

/* of[0]: changes from L to a + b L. */
static void add_changes(const struct pass *pass, size_t first, size_t end, struct sums *sums)
{
    const struct rows *rows = pass->rows;
    for (size_t i = first; i < end; i++) {
        double was = rows->log_odds[i];
        sums->of[0] +=
            assay_log_likelihood_change(was, pass->a + (pass->b - 1.0) * was, rows->outcome[i]);
    }
}

/* 2 (l(a + b L) - l(L)), by rows: the difference of the sums would have lost the digits of a small
 * statistic. Never negative at a maximum, but for rounding. */
static double likelihood_ratio(const struct rows *rows, double a, double b)
{
    struct pass pass = {.rows = rows, .add = add_changes, .a = a, .b = b};
    return fmax(2.0 * run(&pass).of[0], 0.0);
}

/* ---- calibration in the large ---- */

/* of[0]: events expected; of[1]: information on the intercept. */
static void add_expected(const struct pass *pass, size_t first, size_t end, struct sums *sums)
{
    struct strip strip;
    double expected = 0.0, information = 0.0;
    for (; first < end; first += STRIP) {
        size_t n = end - first < STRIP ? end - first : STRIP;
        fit_strip(pass, first, n, &strip);
        for (size_t i = 0; i < n; i++) {
            double q = strip.smaller[i];
            expected += strip.log_odds[i] >= 0.0 ? 1.0 - q : q;
            information += q * (1.0 - q);
        }
    }
    sums->of[0] = expected;
    sums->of[1] = information;
}

/* Derivative of the log-likelihood in a, and minus the second one. */
static void at_intercept(const struct rows *rows, double a, double *gradient, double *information)
{
    struct pass pass = {.rows = rows, .add = add_expected, .a = a, .b = 1.0, .scale = 1.0};
    struct sums all = run(&pass);
    *information = all.of[1];
    *gradient = (double)rows->n_event - all.of[0];
}

/* Newton's method inside a bracket. With a = logit(share) - max L no fitted probability is above
 * the share of events, with a = logit(share) - min L none is below: the root lies between. Where
 * Newton leaves the bracket, or the information underflows, the middle is taken. *information is that at the root. */
static double solve_intercept(const struct rows *rows, double *information)
{
    double low = share_log_odds(rows) - rows->high, high = share_log_odds(rows) - rows->low;
    double moved = 1.0, gradient = rows->residual, a = 0.0;
    *information = rows->info;
    if (!(is_moderate(rows) && low <= 0.0 && high >= 0.0)) {
        a = share_log_odds(rows) - rows->mean;
        at_intercept(rows, a, &gradient, information);
    }
    for (int k = 0; k < MAX_STEPS && moved > tolerance; k++) {
        if (gradient > 0.0)
            low = a;
        else
            high = a;
        double next = a + gradient / *information;
        if (!(next >= low && next <= high))
            next = low + (high - low) / 2.0;
        moved = fabs(next - a);
        a = next;
        if (moved > standstill)
            at_intercept(rows, a, &gradient, information);
    }
    return a;
}

static const char large[] = "calibration in the large";

static enum assay_status fit_intercept(const struct rows *rows, double *a, double *std_error,
                                       struct assay_error *err)
{
    double information;
    *a = solve_intercept(rows, &information);
    *std_error = 1.0 / sqrt(information);
    /* The gradient is known to about n eps, and varies by sqrt(information) from sample to sample.
     * Where all fitted probabilities are 0 or 1 the first drowns the second. */
    if (sqrt(information) > 1e3 * DBL_EPSILON * (double)rows->n)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_ENUMERIC,
                      "%s: the probs are so near 0 and 1 that no intercept can be told from another",
                      large);
}

enum assay_status assay_calibration_in_large(const double prob[], const unsigned char outcome[],
                                             size_t n, struct assay_calibration_in_large *out,
                                             struct assay_error *err)
{
    struct rows rows;
    double a = 0.0, std_error = 0.0;
    enum assay_status status = rows_init(&rows, large, prob, outcome, n, err);
    if (status == ASSAY_OK)
        status = fit_intercept(&rows, &a, &std_error, err);
    if (status == ASSAY_OK) {
        double chi2 = likelihood_ratio(&rows, a, 1.0);
        *out = (struct assay_calibration_in_large){
            .intercept = assay_normal_interval(a, std_error, ASSAY_LEVEL),
            .std_error = std_error,
            .z = a / std_error,
            .p_value = assay_normal_p_value(a / std_error),
            .lr_chi2 = chi2,
            .lr_p_value = gsl_cdf_chisq_Q(chi2, 1.0),
        };
    }
    rows_clear(&rows);
    return status;
}

/* ---- logistic recalibration ---- */

static const char recalibration[] = "calibration slope";

/* The fit is of a + b x, x = (L - mean) / scale: then a and b are of the order 1 whatever the
 * probabilities, and the information at the start (b = 0) is far from singular. */
struct line {
    double scale, x_low, x_high;
    double a, b;
    double gradient_a, gradient_b;
    double info_aa, info_ab, info_bb;
};

/* The gradient in a and b, and the information aa, ab, bb. */
static void add_derivatives(const struct pass *pass, size_t first, size_t end, struct sums *sums)
{
    struct strip strip;
    double a = 0.0, b = 0.0, aa = 0.0, ab = 0.0, bb = 0.0;
    for (; first < end; first += STRIP) {
        size_t n = end - first < STRIP ? end - first : STRIP;
        const unsigned char *outcome = pass->rows->outcome + first;
        fit_strip(pass, first, n, &strip);
        for (size_t i = 0; i < n; i++) {
            double x = strip.x[i], q = strip.smaller[i], weight = q * (1.0 - q);
            double residual = outcome[i] - (strip.log_odds[i] >= 0.0 ? 1.0 - q : q);
            a += residual;
            b += residual * x;
            aa += weight;
            ab += weight * x;
            bb += weight * x * x;
        }
    }
    sums->of[0] = a;
    sums->of[1] = b;
    sums->of[2] = aa;
    sums->of[3] = ab;
    sums->of[4] = bb;
}

static struct pass pass_of(const struct rows *rows, const struct line *line)
{
    return (struct pass){
        .rows = rows, .a = line->a, .b = line->b, .mean = rows->mean, .scale = line->scale};
}

static void line_evaluate(const struct rows *rows, struct line *line)
{
    struct pass pass = pass_of(rows, line);
    pass.add = add_derivatives;
    struct sums all = run(&pass);
    line->gradient_a = all.of[0];
    line->gradient_b = all.of[1];
    line->info_aa = all.of[2];
    line->info_ab = all.of[3];
    line->info_bb = all.of[4];
}

/* of[0]: the log-likelihood. */
static void add_likelihood(const struct pass *pass, size_t first, size_t end, struct sums *sums)
{
    for (size_t i = first; i < end; i++) {
        double x = (pass->rows->log_odds[i] - pass->mean) / pass->scale;
        sums->of[0] += assay_log_likelihood(pass->a + pass->b * x, pass->rows->outcome[i]);
    }
}

static double line_likelihood(const struct rows *rows, const struct line *line)
{
    struct pass pass = pass_of(rows, line);
    pass.add = add_likelihood;
    return run(&pass).of[0];
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

/* Whether the log-likelihood did not fall on the way to `line` by more than rounding. It is concave: where it still
 * rises at the end of the step it has risen all the way, and only else need it be summed. */
static bool has_risen(const struct rows *rows, const struct line *old, const struct line *line)
{
    double slope = line->gradient_a * (line->a - old->a) + line->gradient_b * (line->b - old->b);
    double share = (double)rows->n_event / (double)rows->n;
    double constant = -(double)rows->n * (share * log(share) + (1.0 - share) * log1p(-share));
    if (slope >= -1e-12 * constant)
        return true;
    double before = line_likelihood(rows, old);
    return line_likelihood(rows, line) >= before - 1e-12 * fabs(before);
}

/* Newton step, halved while it lowers the log-likelihood. Returns the largest change of any fitted log-odds: the
 * line's change is largest at one of its ends. */
static double line_step(const struct rows *rows, struct line *line, double step_a, double step_b)
{
    struct line old = *line;
    for (int halving = 0; halving < 60; halving++) {
        line->a = old.a + step_a;
        line->b = old.b + step_b;
        line_evaluate(rows, line);
        if (has_risen(rows, &old, line))
            break;
        step_a /= 2.0;
        step_b /= 2.0;
    }
    return fmax(fabs(step_a + step_b * line->x_low), fabs(step_a + step_b * line->x_high));
}

/* At the probabilities as they are, where first looking at the rows has told what is needed, and log-odds are not so
 * much alike that sums about 0 say little of what they are about their mean. */
static bool line_start(const struct rows *rows, struct line *line)
{
    double mean = rows->mean, scale = line->scale, centre = rows->info_x / rows->info;
    double spread = rows->info_xx - centre * rows->info_x;
    if (!(is_moderate(rows) && spread > 1e-6 * rows->info_xx))
        return false;
    line->gradient_a = rows->residual;
    line->gradient_b = (rows->residual_x - mean * rows->residual) / scale;
    line->info_aa = rows->info;
    line->info_ab = (rows->info_x - mean * rows->info) / scale;
    line->info_bb = (spread + (centre - mean) * (centre - mean) * rows->info) / (scale * scale);
    return true;
}

static enum assay_status line_fit(const struct rows *rows, struct line *line,
                                  struct assay_error *err)
{
    double scale = (rows->high - rows->low) / 4.0, moved = (double)INFINITY;
    *line = (struct line){.scale = scale,
                          .x_low = (rows->low - rows->mean) / scale,
                          .x_high = (rows->high - rows->mean) / scale,
                          .a = is_moderate(rows) ? rows->mean : share_log_odds(rows),
                          .b = is_moderate(rows) ? scale : 0.0};
    if (!line_start(rows, line))
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
    const double *low = rows->class_low, *high = rows->class_high;
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
    double slope_z = (slope - 1.0) / slope_se;
    *out = (struct assay_recalibration){
        .intercept = assay_normal_interval(intercept, intercept_se, ASSAY_LEVEL),
        .slope = assay_normal_interval(slope, slope_se, ASSAY_LEVEL),
        .intercept_se = intercept_se,
        .slope_se = slope_se,
        .covariance = (ab - shift * bb) / line->scale,
        .slope_z = slope_z,
        .slope_p_value = assay_normal_p_value(slope_z),
        .unreliability_chi2 = NAN,
        .unreliability_p_value = NAN,
        .unreliability = NAN,
    };
    return ASSAY_OK;
}

static enum assay_status fit_line(const struct rows *rows, struct assay_recalibration *out,
                                  struct assay_error *err)
{
    struct line line;
    enum assay_status status = check_overlap(rows, err);
    if (status == ASSAY_OK)
        status = line_fit(rows, &line, err);
    return status == ASSAY_OK ? report(rows, &line, out, err) : status;
}

static enum assay_status fit_both(const struct rows *rows, struct assay_recalibration *out,
                                  struct assay_error *err)
{
    enum assay_status status = fit_line(rows, out, err);
    if (status != ASSAY_OK)
        return status;
    double chi2 = likelihood_ratio(rows, out->intercept.value, out->slope.value);
    out->unreliability_chi2 = chi2;
    out->unreliability_p_value = gsl_cdf_chisq_Q(chi2, 2.0);
    out->unreliability = (chi2 - 2.0) / (double)rows->n;
    return ASSAY_OK;
}

enum assay_status assay_recalibration_measure(const double prob[], const unsigned char outcome[],
                                              size_t n, struct assay_recalibration *out,
                                              struct assay_error *err)
{
    struct rows rows;
    enum assay_status status = rows_init(&rows, recalibration, prob, outcome, n, err);
    if (status == ASSAY_OK)
        status = fit_both(&rows, out, err);
    rows_clear(&rows);
    return status;
}

/* `ready` says what became of the rows, which are cleared. */
static enum assay_status measure_pair(struct rows *rows, enum assay_status ready, bool with_ratio,
                                      struct assay_calibration_pair *out)
{
    double a = 0.0, std_error = 0.0;
    out->in_large = out->line = ready;
    if (ready == ASSAY_OK) {
        out->in_large = fit_intercept(rows, &a, &std_error, NULL);
        out->intercept = assay_normal_interval(a, std_error, ASSAY_LEVEL);
        out->line = with_ratio ? fit_both(rows, &out->recalibration, NULL)
                               : fit_line(rows, &out->recalibration, NULL);
    }
    rows_clear(rows);
    return ready == ASSAY_ENOMEM ? ASSAY_ENOMEM : ASSAY_OK;
}

enum assay_status assay_calibration_pair(const double prob[], const unsigned char outcome[], size_t n,
                                         struct assay_calibration_pair *out)
{
    struct rows rows;
    enum assay_status ready = rows_init(&rows, recalibration, prob, outcome, n, NULL);
    return measure_pair(&rows, ready, true, out);
}

enum assay_status assay_calibration_lines(const double prob[], const unsigned char outcome[],
                                          size_t n, size_t n_event,
                                          struct assay_calibration_pair *out)
{
    struct rows rows = {.log_odds = NULL};
    enum assay_status ready = n_event > 0 && n_event < n
                                  ? rows_take(&rows, prob, outcome, n, n_event, NULL)
                                  : ASSAY_EDATA;
    if (ready == ASSAY_OK && !(isfinite(rows.low) && isfinite(rows.high)))
        ready = ASSAY_EDATA; /* a probability of 0 or 1 */
    return measure_pair(&rows, ready, false, out);
}
