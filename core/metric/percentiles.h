/* percentiles.h - a sample of numbers as its percentiles, and another sample counted on them
 *
 * Enough to compare a later sample with one that is no longer there: bins at the deciles and the
 * distribution function at 99 points. Values are finite; NaN is an empty cell and passed over.
 */
#ifndef ASSAY_CORE_METRIC_PERCENTILES_H
#define ASSAY_CORE_METRIC_PERCENTILES_H

#include <stddef.h>

#include "core/base/error.h"

enum { ASSAY_PERCENTILES = 99, ASSAY_DECILE_BINS = 10 };

/* at[k] is percentile k + 1 by linear interpolation between order statistics, type 7 of Hyndman and Fan
 * (1996, The American Statistician 50:361-365). n 0: there was no value, and the rest is 0. */
struct assay_percentiles {
    size_t n;
    double lowest, highest;
    double at[ASSAY_PERCENTILES];    /* ascending; ties repeat */
    size_t up_to[ASSAY_PERCENTILES]; /* values <= at[k] */
};

/*   ASSAY_ENOMEM  scratch of 16 bytes, and what row_sort.h takes, a value of those that percentiles may lie between: of
 *                 few (sieve.h), unless their magnitudes are far apart */
ASSAY_MUST_CHECK enum assay_status assay_percentiles_measure(const double value[], size_t n,
                                                             struct assay_percentiles *out,
                                                             struct assay_error *err);

/* The same of a sample that has value[k] times[k] times, k < n_value. */
ASSAY_MUST_CHECK enum assay_status assay_percentiles_of_counts(const double value[],
                                                               const size_t times[], size_t n_value,
                                                               struct assay_percentiles *out,
                                                               struct assay_error *err);

/* A sample, counted at another's percentiles. Zeroed is empty. */
struct assay_percentile_counts {
    size_t n;                        /* values that are not NaN */
    size_t below;                    /* values < lowest */
    size_t up_to[ASSAY_PERCENTILES]; /* values <= at[k] */
};

/* value[row[i]], i < n; row NULL: value[i]. */
void assay_percentiles_count(const struct assay_percentiles *of, const double value[],
                             const size_t row[], size_t n, struct assay_percentile_counts *out);

/* The same of a sample that has value[k] times[k] times, k < n_value. */
void assay_percentiles_tally(const struct assay_percentiles *of, const double value[],
                             const size_t times[], size_t n_value,
                             struct assay_percentile_counts *out);

/* Bins (edge[b - 1], edge[b]] at the deciles of `of`, the first open below and the last above; equal
 * deciles are merged. expected[b] and actual[b] count the values of either sample. Returns how many bins
 * there are, 2 to ASSAY_DECILE_BINS, and fills one edge fewer; 0 where of->n is 0. */
size_t assay_decile_bins(const struct assay_percentiles *of,
                         const struct assay_percentile_counts *counts,
                         double edge[ASSAY_DECILE_BINS - 1], double expected[ASSAY_DECILE_BINS],
                         double actual[ASSAY_DECILE_BINS]);

#endif
