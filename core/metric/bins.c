#include "core/metric/bins.h"

#include <math.h>

static size_t equal_width_end(const struct assay_ranked *rows, size_t b)
{
    /* Not a search for (b + 1) / 10: 10 prob is what is rounded down, and 0.3 * 10 may be less than 3. */
    size_t low = 0, high = rows->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (floor(ASSAY_BINS * rows->risk[middle]) <= (double)b)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first place with floor(place 10 / n) > b. */
static size_t equal_count_end(const struct assay_ranked *rows, size_t b)
{
    return ((b + 1) * rows->n + ASSAY_BINS - 1) / ASSAY_BINS;
}

/* One past the last row at or below the decile (b + 1) / 10. */
static size_t decile_end(const struct assay_ranked *rows, size_t b)
{
    size_t at = (rows->n - 1) * (b + 1) / ASSAY_BINS, rest = (rows->n - 1) * (b + 1) % ASSAY_BINS;
    double cut = rows->risk[at], share = (double)rest / ASSAY_BINS;
    if (rest > 0 && rows->risk[at + 1] != cut)
        cut = (1.0 - share) * cut + share * rows->risk[at + 1];
    return assay_ranked_below(rows, nextafter(cut, HUGE_VAL));
}

static size_t end_of(const struct assay_ranked *rows, enum assay_binning binning, size_t b)
{
    if (b + 1 == ASSAY_BINS)
        return rows->n;
    switch (binning) {
    case ASSAY_EQUAL_WIDTH: return equal_width_end(rows, b);
    case ASSAY_EQUAL_COUNT: return equal_count_end(rows, b);
    case ASSAY_DECILE_CUTS: break;
    }
    return decile_end(rows, b);
}

size_t assay_bins_cut(const struct assay_ranked *rows, enum assay_binning binning,
                      struct assay_bin bins[ASSAY_BINS])
{
    size_t n_bin = 0, first = 0;
    for (size_t b = 0; b < ASSAY_BINS; b++) {
        size_t end = end_of(rows, binning, b);
        if (end <= first)
            continue;
        struct assay_bin bin = {.first = first,
                                .end = end,
                                .n = end - first,
                                .lowest = rows->risk[first],
                                .highest = rows->risk[end - 1]};
        for (size_t k = first; k < end; k++) {
            bin.n_event += rows->outcome[k];
            bin.expected += rows->risk[k];
        }
        bins[n_bin++] = bin;
        first = end;
    }
    return n_bin;
}
