/* share_test.h - is a share of successes above or below its target? Exact tests, what they can see, and
 * how many more trials they would need
 *
 * X of n trials are successes. Against a target t the exact binomial tests reject
 *
 *   "p is t or less"   when P(X >= x | p = t) <= error,
 *   "p is t or more"   when P(X <= x | p = t) <= error.
 *
 * The tails are monotone in p, so neither error exceeds its bound at any p on the wrong side, whatever
 * n: no approximation is involved (Clopper & Pearson 1934; uniformly most powerful among tests without
 * a random draw, Lehmann & Romano 2005, section 3.4). Trials that depend on each other count for fewer:
 * x and n are then no whole numbers, and the tails are those of the beta distribution (Korn & Graubard
 * 1998).
 */
#ifndef ASSAY_CORE_METRIC_SHARE_TEST_H
#define ASSAY_CORE_METRIC_SHARE_TEST_H

#include <stdbool.h>

#include "core/metric/summary.h"

/* 0 <= x <= n, n > 0. */
struct assay_share {
    double x, n;
};

/* low <= p <= high is asked for; NaN where open, not both. A low of 0 and a high of 1 are always kept. */
struct assay_limits {
    double low, high; /* [0, 1] */
};

/* Largest probabilities, each in (0, 1/2), of calling */
struct assay_verdict_errors {
    double pass; /* a share good that breaks a limit or only just keeps it */
    double fail; /* a share bad, by one of its limits, that keeps it */
};

/* One-sided limits: the share is at least (at most) that, with confidence 1 - error; what the tests
 * above do not reject. */
double assay_share_at_least(struct assay_share share, double error);
double assay_share_at_most(struct assay_share share, double error);

/* Pass: every limit is kept, tested at errors.pass (two limits: each at that, for a wrong pass needs the
 * one that is broken to be let through; Berger 1982). Fail: some limit is broken, tested at errors.fail. */
enum assay_verdict assay_share_verdict(struct assay_share share, struct assay_limits limits,
                                       struct assay_verdict_errors errors);

/* Of n trials (cut to a whole number): the true share at which such a test finds the limit broken with
 * probability `power`; worse ones are found more often. A limit below (`high` NaN) or above (`low`
 * NaN). NaN where no share is bad enough. */
double assay_share_detectable(double n, struct assay_limits limit, double error, double power);

/* P(pass) and P(fail) of n whole trials with true share p in [0, 1]. */
struct assay_verdict_chances {
    double pass, fail;
};
struct assay_verdict_chances assay_share_chances(double n, double p, struct assay_limits limits,
                                                 struct assay_verdict_errors errors);

/* How many trials beyond these, in one test of all of them, make a pass or a fail likely (with
 * probability `power`) if the share that was seen is the truth; whole, from 1. HUGE_VAL where more than
 * `most` would be needed. Found by doubling and halving: the chance goes up in saw teeth (Chernick & Liu
 * 2002, American Statistician 56:149-155), so that a few trials less may also do. */
double assay_share_needed(struct assay_share share, struct assay_limits limits,
                          struct assay_verdict_errors errors, double power, double most);

#endif
