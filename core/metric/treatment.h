/* treatment.h - what acting did to the event, among those acted on
 *
 * The rows that nobody acted on are weighted until they match those acted on in every covariate
 * (balance.h); their share of events is then what those acted on would have had otherwise. The
 * comparison is that of the average effect of treatment on the treated; it holds if, among rows
 * alike in the covariates, who was acted on had nothing else to do with who would have the event
 * (no unmeasured confounding), and either the log-odds of being acted on or the probability of the
 * event is linear in the covariates.
 *
 * Rows are compared where both groups are found: those whose first covariate, the risk, is outside
 * the range of the other group are left out. A level of a category is balanced when at least 10
 * rows of either group have it, but for the commonest of its column; at most one term for each 10
 * rows of the smaller group and 40 in all, the best filled ones first.
 *
 * Errors. With r1, r0 the two shares of events, w_i the weights, g the weighted least-squares
 * slopes of the outcome on the covariates among those not acted on, and m the covariates' means
 * among the n1 acted on, the estimate r1 - r0 is, to first order, a sum over rows of
 *
 *   acted on      (y_i - r1 - g'(x_i - m)) / n1
 *   not acted on  -w_i (y_i - r0 - g'(x_i - m))
 *
 * (the influence function; Zhao and Percival 2017, Journal of Causal Inference 5:20160010), added
 * up by cluster; those of the second kind times n_eff / (n_eff - k - 1) under the root for the
 * slopes fitted. Each share then has Wilson's interval (1927) for as many rows as its variance is
 * worth, and the difference, the odds ratio (on its logarithm) and the share kept combine the two
 * limits by recovering the variances (Newcombe 1998, Statistics in Medicine 17:873-890; Zou and
 * Donner 2008, Statistics in Medicine 27:1693-1702), correlation of the two shares included: unlike
 * Wald's, these hold with few or no events.
 */
#ifndef ASSAY_CORE_METRIC_TREATMENT_H
#define ASSAY_CORE_METRIC_TREATMENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

enum {
    ASSAY_TREATMENT_ROWS = 20, /* fewest of either group that are compared */
    ASSAY_TREATMENT_EVENTS =
        5, /* fewest among those not acted on, and, effectively, after weighting */
    ASSAY_TREATMENT_LEVEL = 10, /* fewest of either group in a level that is balanced */
    ASSAY_TREATMENT_TERMS = 40  /* most levels that are balanced */
};

/* Why there is no estimate. */
enum assay_treatment_problem {
    ASSAY_TREATMENT_FINE,
    ASSAY_TREATMENT_FEW_ACTED, /* fewer than ASSAY_TREATMENT_ROWS */
    ASSAY_TREATMENT_FEW_OTHERS,
    ASSAY_TREATMENT_FEW_EVENTS,
    ASSAY_TREATMENT_NO_OVERLAP /* half of those acted on or more have nobody to be compared with, or
                                  no weights make the groups alike, or too few rows carry them */
};

/* All borrowed; arrays of n. */
struct assay_treatment_rows {
    size_t n;
    const unsigned char *include;         /* 0: the row is left out; NULL: none is */
    const unsigned char *acted, *outcome; /* 0 or 1 */
    const int32_t *cluster;               /* codes from 0; NULL: rows are independent */
    const double *const *number;          /* [n_number][n], finite; the first is the risk */
    size_t n_number;                      /* at least 1 */
    const int32_t *const *category; /* [n_category][n] codes from 0; -1, missing, is a level too */
    size_t n_category;
};

/* Counts are of what was found up to the problem. */
struct assay_treatment {
    enum assay_treatment_problem problem;
    size_t n_acted, n_other; /* compared */
    size_t events_acted, events_other;
    size_t outside_acted, outside_other; /* left out: no like in the other group */
    size_t n_term;                       /* balanced levels of categories */
    double gap_before;                   /* largest difference of means, in standard deviations */
    double n_effective;                  /* rows that the weighted others are worth (Kish 1965) */
    /* NaN throughout with a problem. */
    struct assay_estimate risk_acted;      /* r1 */
    struct assay_estimate risk_otherwise;  /* r0 */
    struct assay_estimate risk_difference; /* r1 - r0: below 0, acting helped */
    struct assay_estimate odds_ratio;      /* NaN where r1 or r0 is 0 or 1 */
    struct assay_estimate kept; /* 1 - r1 / r0: of those who would have had the event, the share
                                   that did not; NaN where r0 is 0 */
    struct assay_estimate prevented; /* events among those acted on: n_acted (r0 - r1) */
};

/* Weights are chosen without a look at the outcomes.
 *   ASSAY_EDATA   a value out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_treatment_measure(const struct assay_treatment_rows *rows,
                                                           struct assay_treatment *out,
                                                           struct assay_error *err);

/* How strong a reason that the data do not hold would have to be, on the scale of risk ratios with
 * both acting and the event, to bring a risk ratio in (0, 1] to 1: the E-value (VanderWeele and
 * Ding 2017, Annals of Internal Medicine 167:268-274). NaN for others. */
double assay_hidden_reason(double risk_ratio);

#endif
