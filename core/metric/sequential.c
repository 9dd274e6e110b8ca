#include "core/metric/sequential.h"

#include <math.h>

#include <gsl/gsl_sf_gamma.h>

#include "core/metric/beta.h"

/* log of the beta integral above t. */
static double log_above(double t, double a, double b)
{
    return assay_log_beta_above(t, a, b) + gsl_sf_lnbeta(a, b);
}

static double log_evidence(struct assay_share share, double t)
{
    double a = ASSAY_MIXTURE * t, b = ASSAY_MIXTURE * (1.0 - t), failures = share.n - share.x;
    return log_above(t, a + share.x, b + failures) - log_above(t, a, b) - share.x * log(t) -
           failures * log1p(-t);
}

/* log P(X >= x | p = t). */
static double log_tail(struct assay_share share, double t)
{
    return share.x > 0.0 ? assay_log_beta_below(t, share.x, share.n - share.x + 1.0) : 0.0;
}

/* Evidence that the successes' (the failures') share is above t. */
static double gather(const struct assay_series *series, double t, bool of_failures)
{
    struct assay_share all = {0, 0};
    double audits = 0.0;
    for (size_t k = 0; k < series->n; k++) {
        struct assay_share share = series->shares[k];
        all.x += of_failures ? share.n - share.x : share.x;
        all.n += share.n;
        audits += share.n > 0.0;
    }
    if (!series->same_trials || audits == 0.0)
        return log_evidence(all, t);
    struct assay_share average = {all.x / audits, all.n / audits};
    return -log_tail(average, t) - log(audits * (audits + 1.0));
}

double assay_log_evidence_above(const struct assay_series *series, double target)
{
    return gather(series, target, false);
}

double assay_log_evidence_below(const struct assay_series *series, double target)
{
    return gather(series, 1.0 - target, true);
}

/* The largest t below `share` which the evidence excludes, by halving: the evidence against t falls as t
 * comes near the share. */
static double exclude_below(const struct assay_series *series, double share, double error,
                            bool of_failures)
{
    double out = 0.0, in = share;
    for (int k = 0; k < 60 && in - out > 1e-12; k++) {
        double t = 0.5 * (out + in);
        *(gather(series, t, of_failures) >= -log(error) ? &out : &in) = t;
    }
    return out;
}

struct assay_estimate assay_anytime_interval(const struct assay_series *series, double error)
{
    double x = 0.0, n = 0.0;
    for (size_t k = 0; k < series->n; k++) {
        x += series->shares[k].x;
        n += series->shares[k].n;
    }
    if (n == 0.0)
        return assay_estimate_undefined();
    return (struct assay_estimate){
        .value = x / n,
        .low = exclude_below(series, x / n, error, false),
        .high = 1.0 - exclude_below(series, (n - x) / n, error, true)};
}
