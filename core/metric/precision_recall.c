#include "core/metric/precision_recall.h"

#include <math.h>

#include "core/base/number.h"

struct assay_average_precision assay_average_precision_of(double average, double squares, double n, double d)
{
    double variance = n > 1.0 ? squares / (n - 1.0) / n : (double)NAN;
    struct assay_estimate estimate = assay_estimate_without_interval(average);
    if (variance > 0.0 && average < 1.0) {
        double log_odds = log(average) - log1p(-average);
        struct assay_estimate scale = assay_normal_interval(
            log_odds, sqrt(d * variance) / (average * (1.0 - average)), ASSAY_LEVEL);
        estimate.low = assay_expit(scale.low);
        estimate.high = assay_expit(scale.high);
    }
    return (struct assay_average_precision){.estimate = estimate, .std_error = sqrt(variance)};
}
