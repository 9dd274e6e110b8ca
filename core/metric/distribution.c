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
static size_t bin_of(const struct assay_distribution *out, double width, double value)
{
    double at = (value - out->edge[0]) / width, last = (double)(out->n_bin - 1);
    size_t b = width > 0.0 ? (size_t)(at < last ? at : last) : 0;
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
        smallest = value[i] < smallest ? value[i] : smallest;
        largest = value[i] > largest ? value[i] : largest;
    }
    if (smallest >= low && largest <= high)
        set_edges(low, high, &made);
    else
        set_edges(smallest, largest, &made);
    double width = (made.edge[made.n_bin] - made.edge[0]) / (double)made.n_bin;
    for (size_t i = 0; i < n; i++) {
        size_t b = bin_of(&made, width, value[i]);
        made.events[b] += outcome[i];
        made.others[b] += outcome[i] == 0;
    }
    *out = made;
}
