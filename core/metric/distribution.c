#include "core/metric/distribution.h"

#include <math.h>

static void set_edges(double low, double high, struct assay_distribution *out)
{
    out->n_bin = low < high ? ASSAY_DISTRIBUTION_BINS : 1;
    for (size_t b = 0; b <= out->n_bin; b++) {
        double share = (double)b / (double)out->n_bin;
        out->edge[b] = (1.0 - share) * low + share * high; /* their difference may overflow */
    }
}

/* The last bin whose lower edge is not above the value: the quotient may be off by one, and more where
 * the width overflows. */
static size_t bin_of(const struct assay_distribution *out, double value)
{
    double width = (out->edge[out->n_bin] - out->edge[0]) / (double)out->n_bin;
    size_t b = width > 0.0 ? (size_t)fmin((value - out->edge[0]) / width, (double)(out->n_bin - 1)) : 0;
    while (b > 0 && value < out->edge[b])
        b--;
    while (b + 1 < out->n_bin && value >= out->edge[b + 1])
        b++;
    return b;
}

void assay_distribution_of(const double value[], const unsigned char outcome[], size_t n, double low,
                           double high, struct assay_distribution *out)
{
    double smallest = HUGE_VAL, largest = -HUGE_VAL;
    struct assay_distribution made = {0};
    for (size_t i = 0; i < n; i++) {
        smallest = fmin(smallest, value[i]);
        largest = fmax(largest, value[i]);
    }
    if (smallest >= low && largest <= high)
        set_edges(low, high, &made);
    else
        set_edges(smallest, largest, &made);
    for (size_t i = 0; i < n; i++) {
        size_t b = bin_of(&made, value[i]);
        made.events[b] += outcome[i];
        made.others[b] += outcome[i] == 0;
    }
    *out = made;
}
