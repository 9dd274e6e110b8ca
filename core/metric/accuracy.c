#include "core/metric/accuracy.h"

#include <math.h>

#include "core/metric/check.h"

static double squared_error(double prob, unsigned char outcome)
{
    double gap = prob - outcome;
    return gap * gap;
}

static double log_error(double prob, unsigned char outcome)
{
    return fabs(outcome ? log(prob) : log1p(-prob)); /* the log is never positive; -log(1) is -0 */
}

static enum assay_status check(const char *what, const double prob[], const unsigned char outcome[],
                               size_t n, struct assay_error *err)
{
    enum assay_status status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    return status;
}

static struct assay_mean_loss mean_loss(const double prob[], const unsigned char outcome[],
                                        size_t n, double (*loss)(double, unsigned char))
{
    double sum = 0.0, squares = 0.0, count = (double)n;
    for (size_t i = 0; i < n; i++)
        sum += loss(prob[i], outcome[i]);
    double mean = sum / count;
    for (size_t i = 0; i < n; i++) {
        double gap = loss(prob[i], outcome[i]) - mean;
        squares += gap * gap;
    }
    double std_error = n > 1 ? sqrt(squares / (count - 1.0) / count) : (double)NAN;
    return (struct assay_mean_loss){
        .estimate = assay_normal_interval(mean, std_error, ASSAY_LEVEL),
        .std_error = std_error,
    };
}

/* Not fmin and fmax, which would put a bound where no interval is. */
static void clip(struct assay_estimate *estimate, double low, double high)
{
    if (estimate->low < low)
        estimate->low = low;
    if (estimate->high > high)
        estimate->high = high;
}

enum assay_status assay_brier_score(const double prob[], const unsigned char outcome[], size_t n,
                                    struct assay_mean_loss *out, struct assay_error *err)
{
    enum assay_status status = check("Brier score", prob, outcome, n, err);
    if (status != ASSAY_OK)
        return status;
    *out = mean_loss(prob, outcome, n, squared_error);
    clip(&out->estimate, 0.0, 1.0);
    return ASSAY_OK;
}

enum assay_status assay_log_loss(const double prob[], const unsigned char outcome[], size_t n,
                                 struct assay_mean_loss *out, struct assay_error *err)
{
    enum assay_status status = check("log loss", prob, outcome, n, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        if (prob[i] == 1.0 - outcome[i])
            return assay_fail(err, ASSAY_EDATA,
                              "log loss: prob[%zu] is %d and outcome[%zu] is %d; expected no "
                              "outcome that was given probability 0",
                              i, 1 - outcome[i], i, outcome[i]);
    *out = mean_loss(prob, outcome, n, log_error);
    clip(&out->estimate, 0.0, (double)INFINITY);
    return ASSAY_OK;
}
