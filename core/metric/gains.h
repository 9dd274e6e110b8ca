/* gains.h - how many of the events the riskiest tenth, fifth, ... of the rows hold
 *
 * Rows are dealt into ten groups, the riskiest first: the one at place p (from 1) of n into group
 * floor((p - 1) 10 / n) + 1. Rows of equal risk come in their own order, the file's: where a border of
 * groups falls into a run of them, that order decides, and `highest` of one group is `lowest` of the
 * one before.
 */
#ifndef ASSAY_CORE_METRIC_GAINS_H
#define ASSAY_CORE_METRIC_GAINS_H

#include <stddef.h>

#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/ranked.h"

enum { ASSAY_DECILES = 10 };

struct assay_gain {
    size_t n, n_event;
    struct assay_estimate rate;      /* events of the rows: Wilson, by account where there are any */
    double lift;                     /* rate over that of all rows */
    double cumulative_lift;          /* the same of this group and all riskier ones */
    double cumulative_gain;          /* share of all events among these */
    double lowest, highest;          /* risk (ranked.h) */
};

/* What is not defined (of an empty group, when there are fewer than ten rows; a lift without events) is
 * NaN. */
struct assay_gains {
    struct assay_gain decile[ASSAY_DECILES];
    /* Lift of the first tenth: the share of all events that it holds times n over its rows. Wilson's
     * interval for that share, likewise times: as if the risk at the border had been fixed beforehand,
     * which is cautious. */
    struct assay_estimate top;
};

/* effect as in separation.h. */
void assay_gains_measure(const struct assay_ranked *rows, struct assay_design_effect *effect,
                         struct assay_gains *out);

#endif
