#include "core/metric/estimate.h"

#include <math.h>

struct assay_estimate assay_estimate_undefined(void)
{
    return assay_estimate_without_interval((double)NAN);
}

struct assay_estimate assay_estimate_without_interval(double value)
{
    return (struct assay_estimate){.value = value, .low = (double)NAN, .high = (double)NAN};
}
