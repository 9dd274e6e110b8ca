/* baseline.h - what is expected of a cohort: the distribution of a signal, as knots
 *
 * Percentile normalisation maps a raw value to 100 times its mid-rank in the cohort's distribution,
 * (F(x-) + F(x)) / 2, so that ties share one value and the mean over that distribution is 50.
 * A cohort borrows from its parent: with n rows of its own,
 *   F = (n F_own + m F_parent) / (n + m),
 * its parent's F being mixed with the grandparent's in the same way.
 * The curve is kept as knots, linear between them, as few as keep every value of the
 * history within ASSAY_KNOT_TOLERANCE points of its exact mid-rank.
 */
#ifndef ASSAY_CORE_SIGNAL_BASELINE_H
#define ASSAY_CORE_SIGNAL_BASELINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/signal/ties.h"
#include "core/signal/cohort.h"
#include "core/spec/spec.h"

#define ASSAY_KNOT_TOLERANCE 0.5

struct assay_knots {
    size_t n;        /* >= 1 */
    double *x;       /* raw values, strictly ascending */
    double *s;       /* [0, 100]; ascending, or descending where lower is better */
    size_t rows;     /* of the cohort's own */
    double borrowed; /* share of the distribution that is not its own, [0, 1] */
};

/* A signal's baselines: one struct assay_knots a cohort node; empty for the other methods. */
struct assay_baseline {
    struct assay_knots *knots;
    size_t n_node;
};
void assay_baseline_clear(struct assay_baseline *baseline);

/* A column sorted, for values that are too many to be counted (ties.h). */
struct assay_sorted_column {
    size_t n;       /* rows with a value */
    double *values; /* ascending; ties by cohort node */
    uint32_t *rows; /* their rows in the table */
    uint16_t *leaf; /* their cohort nodes */
    size_t n_thread; /* of estimates from it; 0, as it starts: as many as there are processors */
};
ASSAY_MUST_CHECK enum assay_status
assay_sorted_column_init(const double values[], const uint16_t leaf[], size_t n_row,
                         struct assay_sorted_column *column, struct assay_error *err);
void assay_sorted_column_clear(struct assay_sorted_column *column);

/* Baselines from the rows, each counted include[row] times (NULL: each once): a row that counts twice
 * does what the same row written twice would do, to the bit.
 *   ASSAY_EDATA  no included row has a value */
ASSAY_MUST_CHECK enum assay_status assay_baseline_estimate(const struct assay_sorted_column *column,
                                                           const unsigned char *include,
                                                           const struct assay_cohorts *cohorts,
                                                           enum assay_better better,
                                                           struct assay_baseline *baseline,
                                                           struct assay_error *err);

/* The same baselines, to the bit, from ties: rows are counted and not sorted. leaf[] as in
 * assay_ties_init(). */
ASSAY_MUST_CHECK enum assay_status
assay_baseline_count(const struct assay_ties *ties, const uint16_t leaf[],
                     const unsigned char *include, const struct assay_cohorts *cohorts,
                     enum assay_better better, struct assay_baseline *baseline,
                     struct assay_error *err);

#endif
