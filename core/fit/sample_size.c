#include "core/fit/sample_size.h"

#include <math.h>

/* Phi^-1(0.975) */
#define NORMAL_975 1.959963984540054

struct assay_sample_question assay_sample_question_default(void)
{
    return (struct assay_sample_question){.shrinkage = 0.9, .optimism = 0.05, .margin = 0.05};
}

static enum assay_status check_share(const char *what, double value, double most,
                                     struct assay_error *err)
{
    if (value > 0.0 && value < most) /* false for NaN */
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "sample size: %s is %.6g; expected above 0 and below %.6g",
                      what, value, most);
}

static enum assay_status check(const struct assay_sample_question *q, double r2_max,
                               struct assay_error *err)
{
    if (q->n_slope == 0)
        return assay_fail(err, ASSAY_EDATA, "sample size: no coefficient; expected at least one");
    enum assay_status status = check_share("the Cox-Snell R2", q->r2, r2_max, err);
    if (status == ASSAY_OK)
        status = check_share("the target for shrinkage", q->shrinkage, 1.0, err);
    if (status == ASSAY_OK)
        status = check_share("the target for optimism", q->optimism, 1.0, err);
    if (status == ASSAY_OK)
        status = check_share("the target for the margin", q->margin, 1.0, err);
    return status;
}

/* 1 - exp(2 l0 / n), l0 the log-likelihood of the intercept alone */
static double largest_r2(double share)
{
    return -expm1(2.0 * (share * log(share) + (1.0 - share) * log1p(-share)));
}

/* Rows for an expected shrinkage of `target`. An R2 above it would shrink less whatever the number. */
static double rows_for(double n_slope, double target, double r2)
{
    if (!(r2 > 0.0))
        return HUGE_VAL;
    if (r2 >= target)
        return 1.0;
    return ceil(n_slope / ((target - 1.0) * log1p(-r2 / target)));
}

static struct assay_sample_need need(double n_needed, size_t n_row)
{
    return (struct assay_sample_need){.n_row = n_needed, .met = (double)n_row >= n_needed};
}

enum assay_status assay_sample_size(const struct assay_sample_question *question,
                                    struct assay_sample_size *size, struct assay_error *err)
{
    const struct assay_sample_question *q = question;
    if (q->n_event == 0 || q->n_event >= q->n_row)
        return assay_fail(err, ASSAY_EDATA,
                          "sample size: %zu of %zu outcomes are events; expected some but not all",
                          q->n_event, q->n_row);
    double n = (double)q->n_row, k = (double)q->n_slope, share = (double)q->n_event / n;
    double r2_max = largest_r2(share);
    enum assay_status status = check(q, r2_max, err);
    if (status != ASSAY_OK)
        return status;
    double shrinkage = 1.0 + k / (n * log1p(-q->r2));
    double r2 = q->apparent ? shrinkage * q->r2 : q->r2;
    double for_shrinkage = rows_for(k, q->shrinkage, r2);
    double for_optimism = rows_for(k, r2 / (r2 + q->optimism * r2_max), r2);
    double ratio = NORMAL_975 / q->margin, for_margin = ceil(ratio * ratio * share * (1.0 - share));
    *size = (struct assay_sample_size){
        .r2_max = r2_max,
        .r2_adjusted = r2,
        .shrinkage = shrinkage,
        .for_shrinkage = need(for_shrinkage, q->n_row),
        .for_optimism = need(for_optimism, q->n_row),
        .for_margin = need(for_margin, q->n_row),
        .overall = need(fmax(for_margin, fmax(for_shrinkage, for_optimism)), q->n_row)};
    return ASSAY_OK;
}
