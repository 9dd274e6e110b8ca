/* qp.h - a strictly convex quadratic programme
 *
 *   minimise  1/2 d'H d - g'd   subject to   a_k'd  = c_k  for k < n_equal,
 *                                            a_k'd >= c_k  for n_equal <= k < n_limit
 *
 * by the dual active-set method of Goldfarb & Idnani (1983), Mathematical Programming 27:1-33: it
 * starts from the unlimited minimum and takes violated limits in one at a time, so it needs no
 * feasible point, and it ends either at the solution or with a limit that cannot be met.
 *
 * H is scaled to unit diagonal and every limit to unit length first; a last correction with the
 * found active set takes out what the updates have lost to rounding.
 */
#ifndef ASSAY_CORE_FIT_QP_H
#define ASSAY_CORE_FIT_QP_H

#include <stddef.h>

#include "core/base/error.h"

struct assay_qp {
    size_t n, n_limit, n_equal; /* n_equal <= n_limit */
    const double *hessian;      /* [n * n], row-major, symmetric positive definite; both triangles */
    const double *linear;       /* [n], g */
    const double *limit;        /* [n_limit * n], row-major, a; NULL when n_limit is 0 */
    const double *floor;        /* [n_limit], c */
};

/* Fills, all owned by the caller:
 *
 *   solution[n]          d
 *   multiplier[n_limit]  lambda in H d - g = sum_k lambda_k a_k; >= 0 for an inequality, 0 off the
 *                        active set
 *   active[n_limit]      1: in the final active set. Its limits are linearly independent; a limit
 *                        that also holds with equality but depends on them is not in it.
 *
 *   ASSAY_ENUMERIC  H is not positive definite by more than rounding, *unmet = n_limit; or no d meets
 *                   all limits, *unmet = one that cannot be met together with others.
 * unmet may be NULL. Nothing but *unmet is touched on failure. */
ASSAY_MUST_CHECK enum assay_status assay_qp_solve(const struct assay_qp *qp, double solution[],
                                                  double multiplier[], unsigned char active[],
                                                  size_t *unmet, struct assay_error *err);

#endif
