/* pooling.h - how much to pool segments (pooled.h): one strength for all, chosen by held-out losses
 *
 * At each strength of a grid every segment is fitted to its rows outside a fold, around the common fit
 * to all rows outside that fold, and charged for its rows inside; losses, their errors and the rule
 * are those of strength.h. A strength at which some segment has no fit in some fold is out of the
 * contest.
 *
 * Strengths are multiples of the scale: what the rows of an average segment say of a coefficient,
 * events * others / n of all segments' rows over the number of segments. lambda = strength * scale is
 * the same for all, as the spread of segments about the common weights is: at strength 1 pull and data
 * weigh about the same in an average segment, and the data weigh more in a larger one.
 */
#ifndef ASSAY_CORE_FIT_POOLING_H
#define ASSAY_CORE_FIT_POOLING_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"
#include "core/fit/strength.h"

/* Everything is borrowed. */
struct assay_pooling_data {
    size_t n_coef, n_segment;  /* n_segment at least 1 */
    double scale;
    const double *sd;          /* [n_coef], as in struct assay_pooling (pooled.h) */
    size_t n_fold;             /* at least 2 */
    const double *common;      /* [n_fold * n_coef], row k: the common fit outside fold k */
    size_t n_group;            /* at least 2; each is held out in exactly one fold */
    const size_t *group_rows;  /* [n_group], rows in segments; 0 is allowed, the sum is not 0 */

    /* Makes the engine over the segment's rows outside the fold, to be given back to close(); leaves
     * *engine zeroed where there are none, and c is then the segment's. A fold asks for one segment
     * after the other; folds ask at the same time when n_thread is not 1. */
    enum assay_status (*open)(void *state, size_t fold, size_t segment, struct assay_engine *engine,
                              struct assay_error *err);
    void (*close)(void *state, size_t fold, size_t segment, struct assay_engine *engine);
    /* Adds to loss[g] the sum of -log P(what happened) at coef[n_coef] over group g's rows of this
     * segment, for every group g of the fold, and touches no other; between open() and close(). */
    enum assay_status (*held_out)(void *state, size_t fold, size_t segment, const double coef[],
                                  double loss[], struct assay_error *err);
    void *state;
};

struct assay_pooling_options {
    const double *grid; /* [n_grid], strengths as in struct assay_strength_options, same default */
    size_t n_grid;
    const struct assay_limits *limits; /* on every segment's coefficients; NULL: none */
    struct assay_logistic_options fit; /* of every fit; its start plays no part: fits start at c, then
                                          where the next stronger one ended */
    size_t n_thread;                   /* 0, the default: as many as there are processors */
};
struct assay_pooling_options assay_pooling_options_default(void);

/* One point for each strength, from the strongest to the weakest; curve->n_signal is 0 and weight NULL,
 * there being no anchor. assay_strength_choose() picks from it. The same bytes for any n_thread. On
 * failure *curve is untouched.
 *   ASSAY_EDATA     a grid out of order
 *   ASSAY_ENUMERIC  no strength has all its fits (the message ends in the first reason), or a loss is
 *                   not finite */
ASSAY_MUST_CHECK enum assay_status
assay_pooling_curve_find(const struct assay_pooling_data *data,
                         const struct assay_pooling_options *options,
                         struct assay_strength_curve *curve, struct assay_error *err);

#endif
