/* paired_flags.h - two ways of flagging the same rows: by how much does the first do better?
 *
 * The companion of paired.h for decisions in place of probabilities. Rows of one cluster (the snapshots of
 * an account) may depend on each other; clusters are independent.
 */
#ifndef ASSAY_CORE_METRIC_PAIRED_FLAGS_H
#define ASSAY_CORE_METRIC_PAIRED_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/metric/mcnemar.h"
#include "core/metric/paired.h"

struct assay_paired_share {
    struct assay_paired_counts counts;
    struct assay_paired_figure figure; /* difference: Newcombe's interval; std_error: of the difference */
    double p_value;                    /* McNemar's: mid-p, or by cluster where rows repeat; NaN: none */
};

struct assay_paired_flags {
    size_t n, n_event, n_cluster;
    bool repeated;                          /* some cluster has several rows */
    struct assay_paired_share right;        /* flagged with the event, or not flagged without: of all */
    struct assay_paired_share sensitivity;  /* flagged, of the events */
    struct assay_paired_share specificity;  /* not flagged, of the others */
};

/* Borrows first[n], second[n] and outcome[n], each 0 or 1, and cluster[n], codes from 0; cluster NULL:
 * every row is one of its own. Takes 32 bytes for each code up to the largest while it runs (of n rows
 * without clusters).
 *
 * d_i is the row's difference (1, 0 or -1), D their mean over the m rows that the share is about. Its
 * standard error is sqrt(G / (G - 1) * sum_g (sum of d_i - D over cluster g)^2) / m over the G clusters
 * that hold such rows; NaN with a single one. The interval is that of assay_newcombe_paired() of the
 * counts divided by the design effect: the square of that error over what it would be if rows were
 * independent, and not below 1. Where all d_i are the same the data say nothing of the dependence, and
 * each cluster counts as one row. A share without rows is NaN throughout.
 *
 *   ASSAY_EDATA   n is 0, or a value out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_paired_flags_measure(
    const unsigned char first[], const unsigned char second[], const unsigned char outcome[],
    const int32_t cluster[], size_t n, struct assay_paired_flags *out, struct assay_error *err);

/* Net benefit (Vickers and Elkin 2006, Medical Decision Making 26:565-574) of flagging where the
 * probability is `threshold` or more: share of rows that are flagged with the event, less the share that
 * are flagged without, times threshold / (1 - threshold). first[n] and second[n] are probabilities in
 * [0, 1]; threshold is strictly between 0 and 1. The difference has the standard error of a mean by
 * cluster (paired.h) and a normal interval; none where the error is NaN, or 0 although some row differs.
 * Where no row is flagged by one alone, the interval is -+ the exact upper limit for the share of clusters
 * that might have such a row, 1 - 0.025^(1/G), times what a row can be worth at most.
 *
 *   ASSAY_EDATA   n is 0, or a value out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_paired_net_benefit(
    const double first[], const double second[], const unsigned char outcome[],
    const int32_t cluster[], size_t n, double threshold, struct assay_paired_figure *out,
    struct assay_error *err);

/* Counts of rows that need not be whole: after division by a design effect. */
struct assay_paired_table {
    double both, only_first, only_second, neither;
};

/* Difference of two shares of the same rows, first less second: square-and-add of Wilson's limits with the
 * rows' correlation, which is corrected for continuity (Newcombe 1998, Statistics in Medicine
 * 17:2635-2650, method 10). NaN throughout where the counts add up to 0. */
struct assay_estimate assay_newcombe_paired(const struct assay_paired_table *table, double level);

#endif
