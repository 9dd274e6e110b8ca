/* spiegelhalter.h - a test of calibration that needs no groups (Spiegelhalter 1986, Statistics in Medicine
 * 5:421-433)
 *
 *   z = sum (y - p) (1 - 2 p) / sqrt( sum (1 - 2 p)^2 p (1 - p) ),
 *
 * the Brier score less what it should be were the probabilities right, over its standard error; standard
 * normal then. Above 0 the Brier score is worse than the probabilities promise.
 */
#ifndef ASSAY_CORE_METRIC_SPIEGELHALTER_H
#define ASSAY_CORE_METRIC_SPIEGELHALTER_H

#include "core/base/error.h"
#include "core/metric/design_effect.h"
#include "core/metric/ranked.h"

struct assay_spiegelhalter {
    double z;       /* over the root of the design effect of its terms, where rows share accounts */
    double p_value; /* two-sided */
};

/* Rows have a probability as their risk; borrowed. effect as in separation.h.
 *   ASSAY_EDATA  every probability is 0, one half or 1: nothing is at stake */
ASSAY_MUST_CHECK enum assay_status assay_spiegelhalter_measure(const struct assay_ranked *rows,
                                                               struct assay_design_effect *effect,
                                                               struct assay_spiegelhalter *out,
                                                               struct assay_error *err);

#endif
