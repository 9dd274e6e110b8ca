/* sequential.h - evidence about a share that grows audit by audit, and may be looked at after each
 *
 * A test that is repeated each quarter at 5% is wrong, sooner or later, far more often than in 5% of
 * series. An e-value is not: it is a number whose mean is at most 1 while the share p is on the wrong
 * side of the target t, and a process of them exceeds 1 / error at any time at all with probability at
 * most `error` (Ville 1939).
 *
 * Evidence for p > t: the likelihood ratio of q against t, (q/t)^x ((1-q)/(1-t))^(n-x), has mean 1 at
 * p = t and less below, for every q > t; so has its mixture over q (Robbins 1970, Annals of Mathematical
 * Statistics 41:1397-1409; Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49:1055-1080).
 * The mixture is Beta(c t, c (1-t)) cut off below t, with c = ASSAY_MIXTURE; then, with B_t(a, b) the
 * part above t of the beta function's integral,
 *
 *   log E = log B_t(ct + x, c(1-t) + n-x) - log B_t(ct, c(1-t)) - x log t - (n-x) log(1-t).
 *
 * Evidence for p < t is the same of the failures. Each audit has its own n, and may have its own p: what
 * is rejected at any time is that all of them are t or less; at one look, also that their mean is (the
 * product of the ratios' means is largest where the p are equal). Trials need not be 0 or 1: for an
 * account's mean over its rows the ratio, convex in it, has a mean no greater (Hoeffding 1963;
 * Waudby-Smith & Ramdas 2024, Journal of the Royal Statistical Society B 86:1-27).
 *
 * Fresh trials (churners: an account churns once) add up. Where the same accounts come back in every
 * audit, nothing is known of how much their quarters depend on each other, and products are not allowed.
 * After K audits each account then counts once, with its mean: x and n are those of an average audit, whose
 * exact tail P = P(X >= x | p = t) (share_test.h) is that of accounts that never change, the most
 * dependence there can be. 1 / (K (K + 1) P) stands for E: it exceeds 1 / error at look K with probability
 * at most error / (K (K + 1)), and 1/2 + 1/6 + 1/12 + ... = 1.
 */
#ifndef ASSAY_CORE_METRIC_SEQUENTIAL_H
#define ASSAY_CORE_METRIC_SEQUENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/metric/interval.h"
#include "core/metric/share_test.h"

/* The mixture's weight in trials: smaller looks for larger distances from the target. At 20 the mixture
 * about 0.75 has a standard deviation of 0.09, the size of what an audit should find. */
#define ASSAY_MIXTURE 20.0

/* Audits in the order of time; n = 0 adds nothing. */
struct assay_series {
    const struct assay_share *shares; /* [n] */
    size_t n;
    bool same_trials; /* the same accounts in every audit */
};

/* Logarithm of E for "the share is above (below) target"; target in (0, 1). 0 without a trial. */
double assay_log_evidence_above(const struct assay_series *series, double target);
double assay_log_evidence_below(const struct assay_series *series, double target);

/* Each end holds at all times at once with probability 1 - error: the targets that the evidence has
 * not excluded by now. value: successes of all trials. NaN throughout without a trial. */
struct assay_estimate assay_anytime_interval(const struct assay_series *series, double error);

#endif
