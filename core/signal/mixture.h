/* mixture.h - the distributions of all cohorts, from values that have been counted
 *
 * What baseline.h defines, for every node of the tree at once: a row weighs in its own cohort, in those
 * above it and, through what they borrow, in those beside it. Values come counted, so that the work
 * depends on how many different ones there are and not on the rows.
 */
#ifndef ASSAY_CORE_SIGNAL_MIXTURE_H
#define ASSAY_CORE_SIGNAL_MIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/signal/baseline.h"
#include "core/signal/cohort.h"
#include "core/spec/spec.h"

/* Rows of equal value and cohort node, by value and then by node, both ascending. No NaN, no -0. */
struct assay_runs {
    size_t n;
    double *values;
    double *times; /* rows in the run: a whole number, at least 1 */
    uint16_t *leaf;
    double tolerance; /* what knots may miss the values by: ASSAY_KNOT_TOLERANCE, until thinned */
};

/* Above so many rows a column with more than 65,536 values is thinned. */
#define ASSAY_EXACT_ROWS 1000000

/* Room for n runs, none there yet; false when there is no memory. */
bool assay_runs_init(struct assay_runs *runs, size_t n);
void assay_runs_clear(struct assay_runs *runs);

/* Puts neighbouring values together, under the highest of them, while they are at most 1 / 16,384 of the rows
 * that any node has of its own: they are then no more of any mixture of nodes, 0.0061 points. A value that is
 * more by itself stands alone, and so does each node's first value, of all and behind such a one: a line
 * through the groups' mid-ranks then comes from a group as light. It lies no further than one and a half such
 * masses from the mid-rank of any value, which `tolerance` makes room for: knots still pass within
 * ASSAY_KNOT_TOLERANCE of every value. leaf[] is below n_node.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_runs_thin(struct assay_runs *runs, size_t n_node,
                                                   struct assay_error *err);

/* Knots of every node. Sums run over values, and within a value over nodes, in ascending order: the same
 * counts give the same bits, whatever they were counted from and on whatever number of threads.
 *   ASSAY_EDATA  there is no run */
ASSAY_MUST_CHECK enum assay_status assay_mixture_estimate(const struct assay_runs *runs,
                                                          const struct assay_cohorts *cohorts,
                                                          enum assay_better better, size_t n_thread,
                                                          struct assay_baseline *baseline,
                                                          struct assay_error *err);

#endif
