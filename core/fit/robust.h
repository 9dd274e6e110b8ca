/* robust.h - sandwich covariance: standard errors that survive a wrong variance, and clusters
 *
 * B M B with B the covariance of the fit, the inverse information, and M the sum over clusters of
 * u u', u the summed scores of a cluster (Huber 1967, White 1980, Liang & Zeger 1986). Snapshots of
 * one account are not independent; accounts as clusters allow for that. With every row a cluster of
 * its own it is White's HC0.
 */
#ifndef ASSAY_CORE_FIT_ROBUST_H
#define ASSAY_CORE_FIT_ROBUST_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

/* What the covariance is multiplied by; G clusters, n rows, k coefficients free to vary. Few clusters
 * make the plain sandwich too small. */
enum assay_robust_factor {
    ASSAY_ROBUST_PLAIN,    /* 1 */
    ASSAY_ROBUST_CLUSTERS, /* G / (G - 1) */
    ASSAY_ROBUST_SAMPLE,   /* G / (G - 1) * (n - 1) / (n - k) */
};

/* covariance [n_coef * n_coef], both triangles, 0 in rows and columns of coefficients that
 * fit->covariance gives no variance; *n_cluster is G. Of a Firth fit pass its base.
 *   ASSAY_EDATA     the engine has no cluster_scores operation
 *   ASSAY_ENUMERIC  the factor does not exist: one cluster, or no more rows than coefficients */
ASSAY_MUST_CHECK enum assay_status assay_robust_covariance(const struct assay_engine *engine,
                                                           const struct assay_logistic_fit *fit,
                                                           enum assay_robust_factor factor,
                                                           double covariance[], size_t *n_cluster,
                                                           struct assay_error *err);

/* The same for a fit with a quadratic penalty (anchor.h), which is a normal prior: the likelihood's
 * information I is replaced by what the clusters leave of it, I M^-1 I, and the prior's added as it was
 * (the adjusted curvature of Ribatet, Cooley & Davison 2012; Pauli, Racugno & Ventura 2011):
 *
 *   V = (I M^-1 I + lambda P)^-1   on the directions that fit->covariance leaves free.
 *
 * Without a penalty it is the sandwich above; with rows that are independent and a model that holds it
 * is about the covariance that the fit came with. M is centred, since scores do not sum to 0 at a penalised
 * maximum. Factor G / (G - 1). engine is that of the data alone; fit that of assay_anchor_fit().
 *   ASSAY_EDATA     the engine has no cluster_scores operation
 *   ASSAY_ENUMERIC  one cluster, or fewer clusters than free directions: M has no inverse */
ASSAY_MUST_CHECK enum assay_status assay_robust_anchored(const struct assay_engine *engine,
                                                         const struct assay_logistic_fit *fit,
                                                         double covariance[], size_t *n_cluster,
                                                         struct assay_error *err);

#endif
