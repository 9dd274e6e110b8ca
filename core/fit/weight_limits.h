/* weight_limits.h - floors, caps and fixed values of weights, and of what groups of them sum to
 *
 * Signal j has the coefficient b_{1+j} = -u_j and the weight w_j = u_j / sum_k u_k. A limit on a weight
 * is, once multiplied by sum u >= 0, linear and homogeneous in b:
 *
 *   w_j >= low   is   u_j - low sum u >= 0,
 *
 * and likewise for caps and for the sum over a group's weights, its share. Allowed coefficients form a
 * convex cone (plus any intercept and any other coefficients), so the limited fit has one maximum
 * (logistic.h finds it) and no limit minds the slope.
 *
 * Signals and groups are known by index alone; callers have the names.
 */
#ifndef ASSAY_CORE_FIT_WEIGHT_LIMITS_H
#define ASSAY_CORE_FIT_WEIGHT_LIMITS_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/anchor.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

/* Everything is borrowed. Limits are in [0, 1], the lower at most the upper; equal ones fix. A lower
 * limit of 0 says nothing of its own, whether or not the sign is free; nor does an upper one of 1. */
struct assay_weight_limits {
    size_t n_signal;                /* at least 1 */
    const unsigned char *sign_free; /* [n_signal], 1: u_j may be negative; else u_j >= 0 */
    const double *low, *high;       /* [n_signal], of a weight */
    size_t n_group;
    const size_t *group;            /* [n_signal], the group of each; n_group: in none */
    const double *group_low, *group_high; /* [n_group], of a share */
};

enum assay_weight_limit_kind {
    ASSAY_LIMIT_SIGN,  /* u_j >= 0 */
    ASSAY_LIMIT_FLOOR,
    ASSAY_LIMIT_CAP,
    ASSAY_LIMIT_FIXED,
    ASSAY_LIMIT_SHARE_FLOOR,
    ASSAY_LIMIT_SHARE_CAP,
    ASSAY_LIMIT_SHARE_FIXED,
    ASSAY_LIMIT_TOTAL, /* sum u >= 0; or, of weights, that they sum to 1 */
};

struct assay_weight_limit {
    enum assay_weight_limit_kind kind;
    size_t index; /* of the signal, of the group for a share, 0 for the total */
};

/* The limits as the fitters take them, over b[n_coef]: those that fix first. What follows from others
 * is left out: the sign of a signal that has a floor, and the total where every sign is limited.
 * The arrays are the set's. Zeroed is empty. */
struct assay_weight_limit_set {
    struct assay_limits limits;
    struct assay_weight_limit *what; /* [limits.n_limit] */
};
ASSAY_MUST_CHECK enum assay_status
assay_weight_limit_set_init(const struct assay_weight_limits *limits, size_t n_coef,
                            struct assay_weight_limit_set *set, struct assay_error *err);
void assay_weight_limit_set_clear(struct assay_weight_limit_set *set);

/* active[limits.n_limit]: 1 where a limit holds with equality at coef[n_coef], to 1e-9 of the sum of
 * the sizes of its terms: a sign where u_j is exactly 0. Those that fix always are. */
void assay_weight_limit_set_active(const struct assay_weight_limit_set *set, const double coef[],
                                   size_t n_coef, unsigned char active[]);

/* Is there any w, summing to 1, within all limits? *n_conflict is 0 then and *conflict NULL. Otherwise
 * a set of limits that cannot be met together, though without any one of them they can (found by
 * deletion, Chinneck & Dravnieks 1991): *conflict, the caller's to free(). Signs, which nobody wrote
 * down, are in it only where there is no conflict without them. That weights sum to 1 goes without
 * saying. */
ASSAY_MUST_CHECK enum assay_status
assay_weight_limits_conflict(const struct assay_weight_limits *limits,
                             struct assay_weight_limit **conflict, size_t *n_conflict,
                             struct assay_error *err);

/* The weights within the limits that are nearest to weight[n_signal], which sum to 1: least
 * sum_j sd_j^2 (near_j - weight_j)^2, the anchor's own measure (anchor.h), sd[n_signal] > 0. The same
 * to the last bit if they are within them already; those that stand on a limit of their own do so
 * exactly. near may be weight.
 *   ASSAY_EDATA  no weights meet all limits */
ASSAY_MUST_CHECK enum assay_status assay_weight_limits_nearest(const struct assay_weight_limits *limits,
                                                               const double weight[],
                                                               const double sd[], double near[],
                                                               struct assay_error *err);

/* What one limit of a fit costs: the fit without it, all others kept. A fixed weight or share is
 * let go both ways, down to the sign.
 *
 *   fit        under all limits; the new one starts from it
 *   anchor     of that fit, NULL: none. With lambda infinite limits cost nothing: the anchor meets them
 *   coef[n_coef], *deviance  of the fit without it, and how much lower its deviance is: of the data
 *              alone, so that with an anchor it may exceed 0 by less than the anchor's penalty gains,
 *              or even fall below
 *   ASSAY_ENUMERIC  there is no such fit: without the limit the outcomes are separated */
ASSAY_MUST_CHECK enum assay_status
assay_weight_limit_cost(const struct assay_engine *engine, const struct assay_anchor *anchor,
                        const struct assay_logistic_options *options,
                        const struct assay_weight_limits *limits,
                        const struct assay_logistic_fit *fit, struct assay_weight_limit without,
                        double coef[], double *deviance, struct assay_error *err);

#endif
