/* inflation_test.h - more accounts in green, and churn that did not fall with it?
 *
 * Two samples, then and now, each split in two by the top zone ("green") and the rest. If accounts have
 * become healthier, more of them are green and each part churns as it did: now's events are then about
 *
 *   expected = n (g r_green + (1 - g) r_rest),
 *
 * n rows now, g their green share, r the rates then. If the score has become kinder instead, more are
 * green and events exceed that. Inflation is claimed when both hold, each tested one-sided at the level:
 * the green share rose (two shares, pooled variance), and events exceed what the mix promises (normal, its
 * skewness taken out; each part's variance at the rate of then and now together). The p-value is the
 * larger of both (intersection-union test: Berger 1982, Technometrics 24:295-300), so a false claim is at
 * most as likely as the level.
 */
#ifndef ASSAY_VALIDATE_DRIFT_INFLATION_TEST_H
#define ASSAY_VALIDATE_DRIFT_INFLATION_TEST_H

/* Counts of rows, green <= rows and green_events <= green; weight in (0, 1]: what a row counts for. */
struct assay_green {
    double rows, green, events, green_events;
    double weight;
};

struct assay_inflation {
    double share_p;  /* the green share rose */
    double events_p; /* events exceed what the mix promises */
    double p_value;  /* the larger; NaN where either is not defined: a part is empty then, or no row now */
    double expected; /* events now at the rates of then; NaN likewise */
};

struct assay_inflation assay_inflation_test(struct assay_green then, struct assay_green now);

#endif
