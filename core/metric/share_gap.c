#include "core/metric/share_gap.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

/* Tables as likely as the one at hand, but for rounding. */
static const double as_likely = 1.0 + 1e-7;

/* P(table) <= P(the one with x successes in the first), given the margins. */
static double fisher(unsigned x, unsigned n_first, unsigned successes, unsigned failures)
{
    double at_hand = gsl_ran_hypergeometric_pdf(x, successes, failures, n_first), sum = 0.0;
    unsigned most = successes < n_first ? successes : n_first;
    unsigned least = n_first > failures ? n_first - failures : 0;
    for (unsigned k = least; k <= most; k++) {
        double likelihood = gsl_ran_hypergeometric_pdf(k, successes, failures, n_first);
        sum += likelihood <= at_hand * as_likely ? likelihood : 0.0;
    }
    return fmin(sum, 1.0);
}

static double exact_p(struct assay_trials first, struct assay_trials second)
{
    double n_first = round(first.n), n_second = round(second.n);
    double x_first = round(first.share * n_first), x_second = round(second.share * n_second);
    return fisher((unsigned)x_first, (unsigned)n_first, (unsigned)(x_first + x_second),
                  (unsigned)(n_first + n_second - x_first - x_second));
}

static double p_value(struct assay_trials first, struct assay_trials second)
{
    double n = first.n + second.n, least = fmin(first.n, second.n);
    double both = (first.share * first.n + second.share * second.n) / n;
    if (!(both > 0.0 && both < 1.0))
        return 1.0;
    if (least * fmin(both, 1.0 - both) < 5.0)
        return exact_p(first, second);
    double gap = first.share - second.share;
    double chi2 = (n - 1.0) / n * gap * gap / (both * (1.0 - both) * (1.0 / first.n + 1.0 / second.n));
    return gsl_cdf_chisq_Q(chi2, 1.0);
}

struct assay_share_gap assay_share_gap_measure(struct assay_trials first, struct assay_trials second)
{
    struct assay_estimate a = assay_wilson_of_share(first.share, first.n, ASSAY_LEVEL);
    struct assay_estimate b = assay_wilson_of_share(second.share, second.n, ASSAY_LEVEL);
    double gap = first.share - second.share;
    return (struct assay_share_gap){
        .gap = {.value = gap,
                .low = gap - hypot(a.value - a.low, b.high - b.value),
                .high = gap + hypot(a.high - a.value, b.value - b.low)},
        .p_value = p_value(first, second),
    };
}
