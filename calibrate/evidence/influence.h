/* influence.h - which accounts move the weights
 *
 * What each weight would be without an account, by one Newton step of the fit that leaves it out
 * (Pregibon 1981; Cook & Weisberg 1982, ch. 5; an account with all its snapshots at a time). With X the
 * account's rows, r = y - p, W = diag(p (1 - p)) and V the covariance of the fit,
 *
 *   b without it = b - V X' (I - W X V X')^-1 r,
 *
 * and its pull on weight j is w_j less the weight that b gives. V has a penalty in it (anchor.h), and
 * rows of 0 where a coefficient is held or on a limit: these stay where they are. Baselines stay too,
 * and a weight that would leave its limits is not stopped.
 *
 * Pulls are also the jackknife over accounts (Quenouille 1956, Tukey 1958; one-step, Lipsitz, Dear &
 * Zhao 1994): G accounts, variance (G - 1) / G * sum_g (pull_g - mean)^2, which is the sandwich of
 * robust.h to first order. Of the difference of two fits to the same accounts it is that of the
 * pulls' differences.
 */
#ifndef ASSAY_CALIBRATE_INFLUENCE_H
#define ASSAY_CALIBRATE_INFLUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"

/* Zeroed is empty. */
struct assay_influence {
    bool known;       /* false: the fit has no covariance (elastic net), and every pull is NaN */
    size_t n_code;    /* account codes of the table: 0 .. n_code - 1 */
    size_t n_signal;
    size_t n_account; /* those with rows that count */
    unsigned char *counts; /* [n_code] 1: the account has such rows */
    double *pull;     /* [n_code * n_signal], by account; 0 where its rows do not count */
};

/* pipeline is fitted. Where leaving an account out leaves no fit, its pull is large and no more.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_influence_measure(const struct assay_pipeline *pipeline,
                                                           struct assay_influence *influence,
                                                           struct assay_error *err);
void assay_influence_clear(struct assay_influence *influence);

/* The accounts that pull a weight most: up the most with direction > 0, down with < 0, either way with
 * 0. Codes into top[n], the strongest first, the lower code of equals; returns how many there are with
 * a pull that way, at most n. */
size_t assay_influence_top(const struct assay_influence *influence, size_t signal, int direction,
                           size_t n, size_t top[]);

/* Standard error of weight j, or with `other` (same accounts and table, NULL: none) of that weight less
 * weight k of other; the jackknife above. Accounts that count in one of them alone pull 0 in the
 * other. NaN where a pull is not known or fewer than 2 accounts count; 0 where nobody moves anything. */
double assay_influence_error(const struct assay_influence *influence, size_t j,
                             const struct assay_influence *other, size_t k);

#endif
