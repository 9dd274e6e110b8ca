/* clustered.h - intervals of the headline figures where several rows are one account's
 *
 * Rows of one cluster may depend on each other: the intervals of summary.h, which count every row as
 * news, are then too short. Each figure is, to first order, a sum over the rows of what a row moves it
 * by, v_i; its design effect (Kish 1965) is the variance that holds between clusters over the one that
 * would hold between rows,
 *
 *   d = G / (G - 1) * sum_g (sum of v_i over cluster g)^2  /  ( m / (m - 1) * sum_i v_i^2 ),
 *
 * over the m rows that the figure is about (of the sensitivity: the events) and the G clusters that
 * hold them, and not below 1: chance alone makes estimates so small. Shares take Wilson's interval with
 * their denominator over d (Rao & Scott 1992, Biometrics 48:577-585); all others are stretched by
 * sqrt(d), the O/E ratio on its logarithm. v_i is
 *
 *   shares, losses    the row's own less the mean, over the denominator
 *   AUC               its placement (roc.h) less the mean, over the number of its class: d is then that
 *                     of Obuchowski (1997, Biometrics 53:567-578)
 *   O/E               that of the share of events, the expected number taken as fixed
 *   calibration       the fit's inverse information times the row's score: d is the sandwich's over
 *                     White's (1980)
 */
#ifndef ASSAY_CORE_METRIC_CLUSTERED_H
#define ASSAY_CORE_METRIC_CLUSTERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/summary.h"

/* Rows and who they belong to; all borrowed. A row without a prediction does not count. */
struct assay_clustered_rows {
    const double *prob;           /* [n] in [0, 1], NaN: none */
    const unsigned char *outcome; /* [n] 0 or 1 */
    const unsigned char *flagged; /* [n]; NULL: those whose prob is above the line */
    const int32_t *cluster;       /* [n], codes from 0 of the rows that count */
    size_t n;
    double line;                  /* where flagged is NULL */
    const double *row_line;       /* [n] lines of their own; NULL: the one line */
};

/* assay_performance_measure() (summary.h) with these intervals, sorted and fitted once; cluster NULL: with those of
 * rows by themselves. What is not defined is NaN, and what has no interval there gets none.
 *   ASSAY_EDATA   no row has a prediction, or a value is out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_performance_measure_clustered(const struct assay_clustered_rows *rows,
                                    struct assay_performance *out, struct assay_error *err);

/* The same, and *placing of all rows (placing.h), which the caller clears: without `twice` where some have no
 * prediction, or there is no AUC. placing NULL: not wanted. */
ASSAY_MUST_CHECK enum assay_status
assay_performance_measure_placed(const struct assay_clustered_rows *rows,
                                 struct assay_performance *out, struct assay_placing *placing,
                                 struct assay_error *err);

/* Puts these intervals in the place of those of *performance, which was measured on the same rows; values
 * stay, and what has no interval gets none.
 *   ASSAY_ENOMEM  *performance is untouched */
ASSAY_MUST_CHECK enum assay_status
assay_performance_by_cluster(const struct assay_clustered_rows *rows,
                             struct assay_performance *performance, struct assay_error *err);

/* The share of hits among members (hit[n], member[n], 0 or 1), with the same interval; NaN throughout
 * where there are no members. prob, outcome and flagged play no part and may be NULL.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_share_by_cluster(const struct assay_clustered_rows *rows,
                                                          const unsigned char member[],
                                                          const unsigned char hit[],
                                                          struct assay_estimate *share,
                                                          struct assay_error *err);

/* The same from the cells of cluster_sums.h: 2 of members, 3 of those that are hit. */
struct assay_estimate assay_share_of_cells(const struct assay_cell_moments *cells);

#endif
