/* group_auc.h - the AUC of a group of rows, and of all others, without sorting again
 *
 * Rows are sorted by risk once. A group then costs a walk over its own rows only, both for its own AUC and
 * for that of the rest: what the rest's rows have below them is what all have, less the group's, and
 * between two of the group's rows that difference does not change, so that sums over everybody in between
 * come from running totals. Values, ties and DeLong's variance are those of roc.h; a group and its rest
 * share no rows, so that the variance of their difference is the sum of theirs.
 */
#ifndef ASSAY_CORE_METRIC_GROUP_AUC_H
#define ASSAY_CORE_METRIC_GROUP_AUC_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/roc.h"

/* What comes before a run of equal risks, and sums over all of that: of the rows with the event, of how
 * many others lie below each (ties one half) and of its square; of the others, of how many events do. */
struct assay_risk_before {
    double event, other;
    double below_event, below_event_squared, below_other, below_other_squared;
};

/* All rows in the order of rising risk; a place is a row's index in that order. */
struct assay_risk_order {
    size_t n, n_run;
    uint32_t *row;          /* [n] by place; rows of equal risk in the order in which they came */
    uint32_t *run;          /* [n] by place: which run of equal risks it is in, from 0 */
    unsigned char *outcome; /* [n] by place */
    struct assay_risk_before *before; /* [n_run + 1] */
};

/* score[n], finite, and outcome[n], 0 or 1. Takes 9 bytes a row and 48 for each different score, and 56
 * bytes a row more while it sorts.
 *   ASSAY_EDATA   n is 0, or a value out of range
 *   ASSAY_ENOMEM  also for 2^32 rows and more */
ASSAY_MUST_CHECK enum assay_status assay_risk_order_init(const double score[],
                                                         const unsigned char outcome[], size_t n,
                                                         enum assay_higher_is higher_is,
                                                         struct assay_risk_order *risk,
                                                         struct assay_error *err);
void assay_risk_order_clear(struct assay_risk_order *risk);

/* An AUC with the sample variances of its placements: variance is event_spread / n_event + other_spread /
 * n_nonevent. NaN throughout where only one outcome occurs. */
struct assay_spread_auc {
    struct assay_auc auc;
    double event_spread, other_spread;
};

/* Of the rows at place[n], ascending, and of all that are not among them. placement[n] of the group's rows
 * as assay_auc_placements() gives them, by k of place[k]; untouched where the AUC is NaN; may be NULL. */
void assay_group_auc(const struct assay_risk_order *risk, const uint32_t place[], size_t n,
                     struct assay_spread_auc *group, struct assay_spread_auc *rest,
                     double placement[]);

/* P-value, two-sided, of equal AUCs: the difference over the error that it would have if placements were
 * spread alike on both sides, their sample variances pooled; normal. A small group whose few events happen
 * to lie together has a small variance of its own, and would differ too often by that. The variances are
 * multiplied by either side's design effect, 1 where rows do not depend on each other. NaN where either
 * AUC is, or nothing is spread. */
double assay_group_auc_p(const struct assay_spread_auc *group, double group_effect,
                         const struct assay_spread_auc *rest, double rest_effect);

#endif
