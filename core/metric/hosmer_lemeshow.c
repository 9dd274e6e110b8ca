#include "core/metric/hosmer_lemeshow.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* (observed - expected)^2 / expected; 0 / 0, as many as were expected, is 0. */
static double term(double observed, double expected)
{
    double gap = observed - expected;
    return gap == 0.0 ? 0.0 : gap * gap / expected;
}

enum assay_status assay_hosmer_lemeshow_measure(const struct assay_ranked *rows,
                                                enum assay_binning binning,
                                                struct assay_hosmer_lemeshow *out,
                                                struct assay_error *err)
{
    struct assay_bin bins[ASSAY_BINS];
    size_t n_group = assay_bins_cut(rows, binning, bins);
    double chi2 = 0.0;
    for (size_t g = 0; g < n_group; g++) {
        double events = (double)bins[g].n_event, others = (double)bins[g].n - events;
        chi2 += term(events, bins[g].expected) + term(others, (double)bins[g].n - bins[g].expected);
    }
    if (!isfinite(chi2))
        return assay_fail(err, ASSAY_EDATA, "Hosmer-Lemeshow test: something given probability 0 "
                                            "throughout a group happened; expected probabilities "
                                            "between 0 and 1");
    double groups = (double)n_group;
    *out = (struct assay_hosmer_lemeshow){
        .n_group = n_group,
        .chi2 = chi2,
        .p_value = gsl_cdf_chisq_Q(chi2, groups),
        .p_value_fitted = n_group > 2 ? gsl_cdf_chisq_Q(chi2, groups - 2) : (double)NAN};
    return ASSAY_OK;
}
