#include "core/metric/cusum.h"

#include <math.h>

struct assay_cusum_alarm assay_cusum(const double z[], size_t n, double upper[], double lower[])
{
    struct assay_cusum_alarm alarm = {0};
    double up = 0.0, down = 0.0;
    size_t up_since = 0, down_since = 0;
    for (size_t t = 0; t < n; t++) {
        up = fmax(0.0, up + z[t] - ASSAY_CUSUM_ALLOWANCE);
        down = fmax(0.0, down - z[t] - ASSAY_CUSUM_ALLOWANCE);
        up_since = up > 0.0 ? up_since : t + 1;
        down_since = down > 0.0 ? down_since : t + 1;
        upper[t] = up;
        lower[t] = down;
        if (alarm.direction != 0)
            continue;
        if (up > ASSAY_CUSUM_LIMIT)
            alarm = (struct assay_cusum_alarm){1, t, up_since};
        else if (down > ASSAY_CUSUM_LIMIT)
            alarm = (struct assay_cusum_alarm){-1, t, down_since};
    }
    return alarm;
}
