/* class_rates.h - what can be said of a yes or no about each row: shares, and three figures that join them
 *
 * As confusion.h, but for rows that may share an account.
 */
#ifndef ASSAY_CORE_METRIC_CLASS_RATES_H
#define ASSAY_CORE_METRIC_CLASS_RATES_H

#include <stddef.h>

#include "core/metric/confusion.h"
#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/ranked.h"

/* x of n, NaN throughout where n is 0. */
struct assay_class_share {
    size_t x, n;
    double design_effect;           /* at least 1; 1 without accounts; NaN where n is 0 */
    struct assay_estimate estimate; /* Wilson, n taken as n / design_effect */
    struct assay_estimate clopper_pearson; /* as if every row were one of its own */
};

struct assay_class_rates {
    struct assay_confusion counts;
    struct assay_class_share sensitivity, specificity, ppv, npv, prevalence, accuracy, flagged_share;

    /* (sensitivity + specificity) / 2; not defined with one class. The interval joins those of both by the
     * method of variance estimates recovery (Zou and Donner 2008, Statistics in Medicine 27:1693-1702):
     * (half) the root of the sum of the squared distances to either's limits. With accounts it starts
     * from the plain intervals and is stretched by its own design effect. */
    struct assay_estimate balanced_accuracy;

    /* 2 tp / (2 tp + fp + fn); not defined where that is 0 / 0. It grows with the share J of tp among
     * tp + fp + fn, F1 = 2 J / (1 + J): the interval is Wilson's for J, taken there. */
    struct assay_estimate f1;

    /* Matthews (1975): the correlation of flagged and outcome, in [-1, 1]; not defined where a margin of
     * the table is empty. Fisher's (1915) atanh scale, delta method on the four cells. No interval at
     * -1 and 1. */
    struct assay_estimate mcc;
};

/* Borrows rows->flagged, outcome and cluster; effect NULL: every row is one of its own. Takes one pass. Does not depend on the order of the rows. */
void assay_class_rates_measure(const struct assay_ranked *rows, struct assay_design_effect *effect,
                               struct assay_class_rates *out);

#endif
