/* line.h - from which probability on an account is flagged
 *
 * A line lies between two neighbouring predictions, halfway on the log-odds (taken within -36 and 36,
 * so that a line is strictly between 0 and 1): the nearest account on either side is equally far from
 * it. Whoever is above is flagged. Equal predictions are never parted; somebody is flagged and
 * somebody is not. Of lines that are equally good the highest is taken, which flags fewest.
 */
#ifndef ASSAY_CORE_METRIC_LINE_H
#define ASSAY_CORE_METRIC_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

enum assay_line_by {
    /* The smaller of (sensitivity - a) and (specificity - b) is largest, a and b the targets. */
    ASSAY_BY_TARGETS,
    /* sensitivity + specificity is largest (Youden 1950). */
    ASSAY_BY_YOUDEN,
    /* miss * (events not flagged) + false_alarm * (others flagged) is least. */
    ASSAY_BY_COST,
    /* The lowest line at which no more than so many accounts are flagged in a period, on average: an
     * account that is flagged in any of its rows of a period counts once (workload.h). */
    ASSAY_BY_CAPACITY
};

/* Fields that the rule does not name play no part. */
struct assay_line_question {
    enum assay_line_by by;
    double sensitivity, specificity; /* TARGETS: (0, 1] */
    double miss, false_alarm;        /* COST: of one each, > 0, in any unit */
    double accounts;                 /* CAPACITY: in a period, > 0 */
    const int32_t *account, *period; /* CAPACITY: [n], codes from 0, borrowed */
};

/* Rates and costs of the rows that the line was chosen on: they flatter it a little. Fields of other
 * rules are NaN, and feasible is false. */
struct assay_line {
    double line;                     /* (0, 1) */
    size_t n, n_event;               /* rows with a prediction */
    double sensitivity, specificity; /* at the line */

    /* TARGETS. feasible: some line meets both, and so does this one; every line strictly between low
     * and high does, and none outside [low, high], which are predictions themselves. Where none does,
     * low and high are NaN and the line is the nearest: it misses the target it misses most by
     * least. The proof: with specificity >= b no line has a sensitivity above most_sensitivity, and
     * with sensitivity >= a none a specificity above most_specificity, flagging nobody and everybody
     * included. A rate counts as reaching its target when it falls short by rounding alone (1e-12). */
    bool feasible;
    double low, high;
    double most_sensitivity, most_specificity;

    double cost;                     /* COST: of 100 rows at the line, */
    double cost_of_none, cost_of_all; /* and if nobody, or everybody, were flagged: less may be either */

    size_t n_period;                 /* CAPACITY: periods with a row; 0 otherwise */
    double flagged;                  /* accounts in a period, on average, and */
    struct assay_estimate caught;    /* the events among them */
};

/* prob[n] in [0, 1], or NaN in rows that do not count; outcome[n] 0 or 1.
 *   ASSAY_EDATA     a value out of range, or one outcome only
 *   ASSAY_ENUMERIC  every prediction is the same; CAPACITY: the highest prediction is shared by more
 *                   accounts than there is room for
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_line_choose(const double prob[],
                                                     const unsigned char outcome[], size_t n,
                                                     const struct assay_line_question *question,
                                                     struct assay_line *out,
                                                     struct assay_error *err);

#endif
