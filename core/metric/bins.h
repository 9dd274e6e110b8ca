/* bins.h - probabilities cut into ten groups, and what happened in each
 *
 * Every function borrows rows whose risk is a probability in [0, 1] (ranked.h), so that a group is a
 * stretch of them; none allocates.
 */
#ifndef ASSAY_CORE_METRIC_BINS_H
#define ASSAY_CORE_METRIC_BINS_H

#include <stddef.h>

#include "core/metric/ranked.h"

enum { ASSAY_BINS = 10 };

enum assay_binning {
    /* [0, 0.1), [0.1, 0.2), ..., [0.9, 1]: floor(10 prob), 1 in the last. */
    ASSAY_EQUAL_WIDTH,
    /* Of as equal counts as can be: the row at place r (from 1) of n in floor((r - 1) 10 / n). Rows of
     * equal probability are parted in their own order, the file's. */
    ASSAY_EQUAL_COUNT,
    /* Cut at the deciles of the probabilities (Hyndman and Fan 1996, type 7), a cut belonging to the group
     * below it; equal cuts are one. Rows of equal probability stay together. */
    ASSAY_DECILE_CUTS
};

/* One group: the rows first .. end - 1, at least one. */
struct assay_bin {
    size_t first, end, n, n_event;
    double expected;        /* sum of the probabilities */
    double lowest, highest; /* probability */
};

/* Fills bins[] with the groups that have rows, in ascending order; returns how many. */
size_t assay_bins_cut(const struct assay_ranked *rows, enum assay_binning binning,
                      struct assay_bin bins[ASSAY_BINS]);

#endif
