#include "core/metric/logit_bins.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/number.h"

static const double width = 1.0 / 32.0, reach = 16.0;
enum { MAX_STEPS = 100 };
static const double tolerance = 1e-9;

void assay_logit_bins_add(struct assay_logit_bins *bins, double log_odds, unsigned char outcome)
{
    if (!isfinite(log_odds)) {
        bins->n_certain++;
        return;
    }
    double within = log_odds > -reach ? log_odds : -reach; /* fmin() and fmax() are calls */
    within = within < reach ? within : reach;
    double at = (within + reach) / width;
    struct assay_logit_bin *bin = &bins->bin[at < ASSAY_LOGIT_BINS ? (size_t)at : ASSAY_LOGIT_BINS - 1];
    bin->n += 1.0;
    bin->event += outcome;
    bin->log_odds += log_odds;
}

void assay_logit_bins_subtract(const struct assay_logit_bins *whole,
                               const struct assay_logit_bins *part, struct assay_logit_bins *rest)
{
    rest->n_certain = whole->n_certain - part->n_certain;
    for (size_t k = 0; k < ASSAY_LOGIT_BINS; k++)
        rest->bin[k] = (struct assay_logit_bin){
            .n = whole->bin[k].n - part->bin[k].n,
            .event = whole->bin[k].event - part->bin[k].event,
            .log_odds = whole->bin[k].log_odds - part->bin[k].log_odds,
        };
}

struct range {
    double n, event;
    double low, high;             /* mean L of the outermost bins that hold rows */
    double event_low, event_high; /* of those that hold events, and others */
    double other_low, other_high;
};

static double middle(const struct assay_logit_bin *bin)
{
    return bin->log_odds / bin->n;
}

static struct range range_of(const struct assay_logit_bins *bins)
{
    const double none = HUGE_VAL;
    struct range r = {0, 0, none, -none, none, -none, none, -none};
    for (size_t k = 0; k < ASSAY_LOGIT_BINS; k++) {
        const struct assay_logit_bin *bin = &bins->bin[k];
        if (bin->n == 0.0)
            continue;
        double at = middle(bin);
        r.n += bin->n;
        r.event += bin->event;
        r.low = fmin(r.low, at);
        r.high = fmax(r.high, at);
        if (bin->event > 0.0) {
            r.event_low = fmin(r.event_low, at);
            r.event_high = fmax(r.event_high, at);
        }
        if (bin->event < bin->n) {
            r.other_low = fmin(r.other_low, at);
            r.other_high = fmax(r.other_high, at);
        }
    }
    return r;
}

/* Events expected at a + b L (less those that came: minus the gradient), and minus the second
 * derivatives. */
struct sums {
    double event, event_l, aa, ab, bb;
};

static struct sums sums_at(const struct assay_logit_bins *bins, double a, double b)
{
    struct sums s = {0};
    for (size_t k = 0; k < ASSAY_LOGIT_BINS; k++) {
        const struct assay_logit_bin *bin = &bins->bin[k];
        if (bin->n == 0.0)
            continue;
        double l = middle(bin), p = assay_expit(a + b * l), w = bin->n * p * (1.0 - p);
        s.event += bin->n * p;
        s.event_l += (bin->event - bin->n * p) * l;
        s.aa += w;
        s.ab += w * l;
        s.bb += w * l * l;
    }
    return s;
}

/* Newton's method inside a bracket, as in calibration.c; NaN without both outcomes. */
static double solve_intercept(const struct assay_logit_bins *bins, double *information)
{
    struct range r = range_of(bins);
    if (bins->n_certain > 0 || !(r.event > 0.0 && r.event < r.n))
        return (double)NAN;
    double share = log(r.event) - log(r.n - r.event);
    double low = share - r.high, high = share - r.low, a = (low + high) / 2.0, moved = 1.0;
    for (int step = 0; step < MAX_STEPS && moved > tolerance; step++) {
        struct sums s = sums_at(bins, a, 1.0);
        *(r.event > s.event ? &low : &high) = a;
        double next = a + (r.event - s.event) / s.aa;
        if (!(next >= low && next <= high))
            next = low + (high - low) / 2.0;
        moved = fabs(next - a);
        a = next;
    }
    *information = sums_at(bins, a, 1.0).aa;
    return a;
}

struct assay_estimate assay_logit_bins_intercept(const struct assay_logit_bins *bins)
{
    double information = 0.0, a = solve_intercept(bins, &information);
    return isnan(a) ? assay_estimate_undefined()
                    : assay_normal_interval(a, 1.0 / sqrt(information), ASSAY_LEVEL);
}

/* Log-likelihood at a + b L. */
static double likelihood(const struct assay_logit_bins *bins, double a, double b)
{
    double sum = 0.0;
    for (size_t k = 0; k < ASSAY_LOGIT_BINS; k++) {
        const struct assay_logit_bin *bin = &bins->bin[k];
        if (bin->n == 0.0)
            continue;
        double eta = a + b * middle(bin);
        sum += bin->event * eta - bin->n * (fmax(eta, 0.0) + log1p(exp(-fabs(eta))));
    }
    return sum;
}

/* Newton's method, steps halved until the likelihood does not fall: it is concave, and where outcomes
 * overlap it has its maximum at a finite place. */
struct assay_estimate assay_logit_bins_slope(const struct assay_logit_bins *bins, double *beside)
{
    struct range r = range_of(bins);
    bool apart = r.event_low >= r.other_high || r.other_low >= r.event_high;
    double unused, a = solve_intercept(bins, &unused), b = 1.0, moved = 1.0;
    *beside = (double)NAN;
    if (isnan(a) || apart || !(r.low < r.high))
        return assay_estimate_undefined();
    double here = likelihood(bins, a, b);
    for (int step = 0; step < MAX_STEPS && moved > tolerance; step++) {
        struct sums s = sums_at(bins, a, b);
        double det = s.aa * s.bb - s.ab * s.ab, off = r.event - s.event;
        double da = (s.bb * off - s.ab * s.event_l) / det;
        double db = (s.aa * s.event_l - s.ab * off) / det;
        double there = likelihood(bins, a + da, b + db);
        for (int k = 0; k < 30 && !(there >= here - 1e-12 * fabs(here)); k++) {
            da /= 2.0;
            db /= 2.0;
            there = likelihood(bins, a + da, b + db);
        }
        moved = fmax(fabs(da), fabs(db));
        a += da;
        b += db;
        here = there;
    }
    struct sums s = sums_at(bins, a, b);
    double variance = s.aa / (s.aa * s.bb - s.ab * s.ab);
    *beside = a;
    return assay_normal_interval(b, sqrt(variance), ASSAY_LEVEL);
}

double assay_logit_bins_shift_p(const struct assay_logit_bins *whole,
                                const struct assay_logit_bins *part, double effect)
{
    double information, a = solve_intercept(whole, &information);
    if (isnan(a))
        return (double)NAN;
    struct range r = range_of(part);
    struct sums s = sums_at(part, a, 1.0);
    double remaining = 1.0 - s.aa / information;
    if (fmin(s.event, r.n - s.event) / effect < 5.0 || !(remaining > 0.0))
        return (double)NAN;
    return assay_normal_p_value((r.event - s.event) / sqrt(s.aa * remaining * effect));
}
