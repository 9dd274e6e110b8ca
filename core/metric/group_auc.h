/* group_auc.h - the AUC of every group of rows, and of all others for each, without sorting again
 *
 * Rows are sorted by risk once, and walked in that order once for all groups of one kind (the values of a column). A
 * group's own AUC takes its rows only, and so does that of its rest: what the rest's rows have below them is what
 * all have, less the group's, and between two of the group's rows that difference does not change, so that sums
 * over everybody in between are what has been summed of all rows meanwhile. Values, ties and DeLong's variance are
 * those of roc.h; a group and its rest share no rows, so that the variance of their difference is the sum of
 * theirs.
 */
#ifndef ASSAY_CORE_METRIC_GROUP_AUC_H
#define ASSAY_CORE_METRIC_GROUP_AUC_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/roc.h"

enum { ASSAY_RISK_EVENT = 1, ASSAY_RISK_RUN = 2 }; /* a row has the event; begins a run of equal risks */

/* All rows in the order of rising risk; a place is a row's index in that order. */
struct assay_risk_order {
    size_t n;
    uint32_t *row;       /* [n] by place; rows of equal risk in the order in which they came */
    unsigned char *mark; /* [n] by place: ASSAY_RISK_EVENT, ... */
};

/* score[n], finite, and outcome[n], 0 or 1. Takes 5 bytes a row, and while it sorts 8 more (16 where higher is
 * healthier) and what row_sort.h takes.
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

struct assay_group_auc {
    struct assay_spread_auc group, rest; /* of its rows, and of all that are not among them */
};

/* Of the groups 0 .. n_group - 1, row i being of group code[i] + 1: codes begin at -1, those who have none.
 * placement[n] by row: as assay_auc_placements() gives them of the row's group; untouched where its AUC is NaN;
 * may be NULL. Takes 180 bytes a group, and a byte a row where groups are few.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_group_aucs(const struct assay_risk_order *risk,
                                                    const int32_t code[], size_t n_group,
                                                    struct assay_group_auc out[], double placement[],
                                                    struct assay_error *err);

/* P-value, two-sided, of equal AUCs: the difference over the error that it would have if placements were
 * spread alike on both sides, their sample variances pooled; normal. A small group whose few events happen
 * to lie together has a small variance of its own, and would differ too often by that. The variances are
 * multiplied by either side's design effect, 1 where rows do not depend on each other. NaN where either
 * AUC is, or nothing is spread. */
double assay_group_auc_p(const struct assay_spread_auc *group, double group_effect,
                         const struct assay_spread_auc *rest, double rest_effect);

#endif
