#include "core/metric/mcnemar.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

static double chi2_p(double chi2)
{
    return gsl_cdf_chisq_Q(chi2, 1.0);
}

struct assay_mcnemar assay_mcnemar_of(size_t only_first, size_t only_second)
{
    size_t fewer = only_first < only_second ? only_first : only_second;
    size_t both = only_first + only_second;
    if (both == 0)
        return (struct assay_mcnemar){1.0, 1.0, NAN, 1.0};
    double gap = (double)only_first - (double)only_second;
    double tail = gsl_cdf_binomial_P((unsigned)fewer, 0.5, (unsigned)both);
    double at = gsl_ran_binomial_pdf((unsigned)fewer, 0.5, (unsigned)both);
    struct assay_mcnemar test = {.chi2 = gap * gap / (double)both};
    test.p_exact = fmin(1.0, 2.0 * tail);
    test.p_mid = fmin(1.0, 2.0 * tail - at);
    test.p_chi2 = chi2_p(test.chi2);
    return test;
}

double assay_mcnemar_clustered_p(double sum, double squares, size_t n_cluster)
{
    if (n_cluster < 2)
        return NAN;
    if (!(squares > 0.0))
        return 1.0;
    double clusters = (double)n_cluster;
    return chi2_p(sum * sum / (clusters / (clusters - 1.0) * squares));
}
