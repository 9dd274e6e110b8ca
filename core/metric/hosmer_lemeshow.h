/* hosmer_lemeshow.h - the test of calibration over ten groups of probabilities (Hosmer and Lemeshow 1980)
 *
 *   chi2 = sum over groups and over both outcomes of (observed - expected)^2 / expected
 *
 * Two rules of grouping are in use and give different answers where probabilities are equal: cuts at the
 * deciles, which keep equal ones together, and groups of equal count (bins.h). Probabilities that come from
 * elsewhere make chi-squared of g degrees of freedom with g groups, those of a model fitted to the same
 * rows of g - 2. Rows are taken as independent.
 */
#ifndef ASSAY_CORE_METRIC_HOSMER_LEMESHOW_H
#define ASSAY_CORE_METRIC_HOSMER_LEMESHOW_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/bins.h"
#include "core/metric/ranked.h"

struct assay_hosmer_lemeshow {
    size_t n_group;
    double chi2;
    double p_value;        /* g degrees of freedom: the rows are new to the model */
    double p_value_fitted; /* g - 2: it was fitted to them; NaN with fewer than 3 groups */
};

/* Rows have a probability as their risk; borrowed. binning: ASSAY_DECILE_CUTS or ASSAY_EQUAL_COUNT.
 *   ASSAY_EDATA  an outcome happened in a group that gave it probability 0 throughout */
ASSAY_MUST_CHECK enum assay_status assay_hosmer_lemeshow_measure(const struct assay_ranked *rows,
                                                                 enum assay_binning binning,
                                                                 struct assay_hosmer_lemeshow *out,
                                                                 struct assay_error *err);

#endif
