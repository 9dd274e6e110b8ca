/* share_gap.h - two shares of different trials: how far apart, and could chance have done it? */
#ifndef ASSAY_CORE_METRIC_SHARE_GAP_H
#define ASSAY_CORE_METRIC_SHARE_GAP_H

#include "core/metric/interval.h"

/* A share of as many successes as so many trials are worth: not whole where trials depend on each other
 * and are divided by their design effect. share in [0, 1], n > 0. */
struct assay_trials {
    double share, n;
};

struct assay_share_gap {
    struct assay_estimate gap; /* first - second, in [-1, 1] */
    double p_value;            /* two-sided, of equal shares */
};

/* The interval, at 95%, is that of Newcombe (1998, Statistics in Medicine 17:873-890, method 10), from the
 * two Wilson intervals; it stays in [-1, 1].
 *
 * The test is the N - 1 chi-square (E. Pearson 1947, Biometrika 34:139-167) where every count that equal
 * shares lead to expect is at least 5, and Fisher's exact test (two-sided by Irwin's rule: all tables that
 * are no likelier) below, on the counts rounded to whole ones: small cells keep their level (Campbell
 * 2007, Statistics in Medicine 26:3661-3675). p is 1 where neither success nor failure occurs. */
struct assay_share_gap assay_share_gap_measure(struct assay_trials first, struct assay_trials second);

#endif
