/* Observed over expected (calibration.h). */
#include "core/metric/calibration.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/thread.h"
#include "core/metric/check.h"

static const char what[] = "O/E ratio";

enum assay_status assay_oe_ratio(const double prob[], const unsigned char outcome[], size_t n,
                                 struct assay_estimate *out, struct assay_error *err)
{
    size_t n_event = 0;
    enum assay_status status = assay_check_outcome(what, outcome, n, &n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    return status == ASSAY_OK ? assay_oe_ratio_of(prob, n, n_event, out, err) : status;
}

enum assay_status assay_oe_ratio_of(const double prob[], size_t n, size_t n_event,
                                    struct assay_estimate *out, struct assay_error *err)
{
    double expected = 0.0;
    for (size_t i = 0; i < n; i++) {
        expected += prob[i];
        assay_parallel_row(i);
    }
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
