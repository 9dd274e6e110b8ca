/* strength.h - how strongly to hold on to an anchor, and to which: chosen by held-out losses
 *
 * Three anchors compete: one's own weights (the champion's, the team's), a rival that knows nothing
 * (equal weights), and the point halfway between. Each is fitted at every strength of a grid on the
 * rows outside a fold and charged for the fold's (Stone 1974); a group, an account with all its
 * rows, is never split. The loss is log loss per row,
 *
 *   L = sum_g l_g / n,   l_g the sum over group g's m_g rows of -log P(what happened), n = sum m_g,
 *
 * and two points a and b of the grid are compared on the same groups: d_g = l_g(a) - l_g(b),
 * D = sum d_g / n, with the standard error of a ratio over G clusters (Cochran 1977, ch. 6)
 *
 *   SE = sqrt( G / (G - 1) * sum_g (d_g - D m_g)^2 ) / n.
 *
 * The rule: among all points whose loss exceeds the least by no more than c of these paired standard
 * errors take the strongest; where anchors tie in strength, one's own, then halfway, then the rival.
 * It is the one-standard-error rule (Breiman et al. 1984, ch. 3) with the error of the difference in
 * place of that of the loss, which is many times larger and never leaves a bad anchor. Why c = 1/2
 * and why three anchors: docs/anchoring.md.
 *
 * Strengths are multiples of the scale, events * others / n: what the rows say of a signal's
 * coefficient before anything is fitted, in the units of lambda (anchor.h). At strength 1 anchor
 * and data weigh about the same. Neither a factor on the signals' columns nor more rows change the
 * meaning of the grid.
 */
#ifndef ASSAY_CORE_FIT_STRENGTH_H
#define ASSAY_CORE_FIT_STRENGTH_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/anchor.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

/* Everything is borrowed. All engines have the same coefficients. */
struct assay_strength_data {
    const struct assay_engine *whole; /* all rows; asked for its counts alone */
    const struct assay_engine *train; /* [n_fold], the rows outside each fold */
    size_t n_fold;                    /* at least 2 */
    size_t n_group;                   /* at least 2; each is held out in exactly one fold */
    const size_t *group_rows;         /* [n_group], m_g; 0 is allowed, the sum is not 0 */

    /* Stores l_g at coef[n_coef] in loss[g] for every group g of the fold, and nothing elsewhere.
     * Folds are asked at the same time when n_thread is not 1, one fold by one thread. */
    enum assay_status (*held_out)(void *state, size_t fold, const double coef[], double loss[],
                                  struct assay_error *err);
    void *state;
};

struct assay_strength_options {
    const struct assay_anchor *own;    /* its lambda plays no part; sd NULL: of each training part */
    const double *rival;               /* [own->n_signal], sum 1; NULL, or own's weights: no rival */
    const double *grid;                /* [n_grid], strengths: decreasing from at most HUGE_VAL to at
                                          least 0; default HUGE_VAL, 64, 32, ... 1/64, 0 */
    size_t n_grid;
    const struct assay_limits *limits; /* as for assay_anchor_fit(); NULL: none */
    struct assay_logistic_options fit; /* of every fit; its start is that of the strongest fits, and
                                          the others start where the one before ended. No signal
                                          may be held */
    size_t n_thread;                   /* 0, the default: as many as there are processors */
};
struct assay_strength_options assay_strength_options_default(void);

enum assay_strength_anchor { ASSAY_ANCHOR_OWN, ASSAY_ANCHOR_HALFWAY, ASSAY_ANCHOR_RIVAL };

struct assay_strength_point {
    enum assay_strength_anchor anchor; /* own at strength 0, where all are maximum likelihood */
    double strength, lambda;           /* lambda = strength * scale */
    double loss, std_error;            /* per row; NaN when n_failed > 0 */
    size_t n_failed;                   /* folds in which there is no such fit (separation) */
};

/* Zeroed is empty. Points run from the strongest to the weakest, at each strength in the order of
 * the anchors: strength 0, if it is there, is the last and stands once. */
struct assay_strength_curve {
    double scale;
    size_t n_anchor;  /* 1 without a rival, else 3 */
    size_t n_signal;
    double *weight;   /* [n_anchor * n_signal], row a: the weights of that assay_strength_anchor */
    size_t n_point;
    struct assay_strength_point *point;
    double *paired;   /* [n_point * n_point], symmetric: standard error of the difference of two
                         losses; NaN where one of them is */
};
void assay_strength_curve_clear(struct assay_strength_curve *curve);

/* events * others / n of the rows that count. */
double assay_strength_scale(const struct assay_engine *engine);

/* Fits every point in every fold and compares them all. Takes n_group doubles a point while it runs
 * (43 with the default grid); who has millions of accounts may hand over bundles of them as groups.
 * The same bytes for any n_thread. On failure *curve is untouched.
 *   ASSAY_EDATA     weights that do not sum to 1, a grid out of order, one outcome only; or a start
 *                   that breaks a limit
 *   ASSAY_ENUMERIC  no point has a fit in every fold (the message ends in the first reason), or a
 *                   loss is not finite */
ASSAY_MUST_CHECK enum assay_status
assay_strength_curve_find(const struct assay_strength_data *data,
                          const struct assay_strength_options *options,
                          struct assay_strength_curve *curve, struct assay_error *err);

/* The last step, for other choices of a strength too (pooling.h): from loss [n_point * n_group], l_g at
 * each point, and points whose strength and n_failed are set, to their losses, standard errors and
 * curve->paired.
 *   ASSAY_ENUMERIC  the loss of a point that did not fail is not finite */
ASSAY_MUST_CHECK enum assay_status
assay_strength_compare(const size_t group_rows[], size_t n_group, const double loss[],
                       struct assay_strength_curve *curve, struct assay_error *err);

/*   ASSAY_EDATA  the strengths do not decrease, or one is negative or NaN */
ASSAY_MUST_CHECK enum assay_status assay_strength_check_grid(const double grid[], size_t n_grid,
                                                             struct assay_error *err);

/* c of the rule. */
#define ASSAY_STRENGTH_ERRORS 0.5

/* What the rule picks and why: indices of points. chosen == best: nothing stronger is as good.
 * Else it is stronger, at a loss that exceeds the best by excess, within c * excess_error. */
struct assay_strength_choice {
    size_t best;   /* the least loss; the strongest of equals */
    size_t chosen;
    size_t own;    /* the strongest point of one's own anchor within the margin, strength 0 among
                      them; n_point: none. Where it is weaker than chosen, that is why the data
                      have left the anchor */
    double excess, excess_error; /* chosen less best, and its paired standard error; both >= 0 */
};

/* errors is c, at least 0: 0 takes the best, 1 is one standard error. curve has a point that did not
 * fail, as assay_strength_curve_find() promises. */
struct assay_strength_choice assay_strength_choose(const struct assay_strength_curve *curve,
                                                   double errors);

#endif
