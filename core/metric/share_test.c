#include "core/metric/share_test.h"

#include <math.h>

#include "core/metric/beta.h"
#include "core/metric/interval.h"

/* An interval with `error` in each tail. */
static struct assay_estimate both_limits(struct assay_share share, double error)
{
    return assay_clopper_pearson_of_share(share.x / share.n, share.n, 1.0 - 2.0 * error);
}

double assay_share_at_least(struct assay_share share, double error)
{
    return both_limits(share, error).low;
}

double assay_share_at_most(struct assay_share share, double error)
{
    return both_limits(share, error).high;
}

/* ---- the tests ---- */

/* P(X >= x) of n trials with probability p. */
static double upper_tail(double x, double n, double p)
{
    if (x <= 0.0)
        return 1.0;
    if (x > n || p <= 0.0)
        return 0.0;
    return p >= 1.0 ? 1.0 : exp(assay_log_beta_below(p, x, n - x + 1.0));
}

static bool is_above(double x, double n, double target, double error)
{
    return upper_tail(x, n, target) <= error;
}

static bool is_below(double x, double n, double target, double error)
{
    return is_above(n - x, n, 1.0 - target, error);
}

enum assay_verdict assay_share_verdict(struct assay_share share, struct assay_limits limits,
                                       struct assay_verdict_errors errors)
{
    bool low = limits.low > 0.0, high = limits.high < 1.0; /* others are kept by every share */
    if ((low && is_below(share.x, share.n, limits.low, errors.fail)) ||
        (high && is_above(share.x, share.n, limits.high, errors.fail)))
        return ASSAY_FAIL;
    if ((!low || is_above(share.x, share.n, limits.low, errors.pass)) &&
        (!high || is_below(share.x, share.n, limits.high, errors.pass)))
        return ASSAY_PASS;
    return ASSAY_INCONCLUSIVE;
}

/* ---- what they decide, by the number of successes ---- */

/* Fewest whole successes of n that count as above the target; n + 1 where none do. */
static double fewest_above(double n, double target, double error)
{
    double no = -1.0, yes = n + 1.0;
    while (yes - no > 1.0) {
        double middle = floor((no + yes) / 2.0);
        *(is_above(middle, n, target, error) ? &yes : &no) = middle;
    }
    return yes;
}

/* Most whole successes that count as below it; -1 where none do. */
static double most_below(double n, double target, double error)
{
    return n - fewest_above(n, 1.0 - target, error);
}

struct assay_verdict_chances assay_share_chances(double n, double p, struct assay_limits limits,
                                                 struct assay_verdict_errors errors)
{
    double enough = 0.0, too_many = n + 1.0, low_fail = -1.0, high_fail = n + 1.0;
    if (limits.low > 0.0) {
        enough = fewest_above(n, limits.low, errors.pass);
        low_fail = most_below(n, limits.low, errors.fail);
    }
    if (limits.high < 1.0) {
        too_many = most_below(n, limits.high, errors.pass) + 1.0;
        high_fail = fewest_above(n, limits.high, errors.fail);
    }
    return (struct assay_verdict_chances){
        .pass = fmax(upper_tail(enough, n, p) - upper_tail(too_many, n, p), 0.0),
        .fail = upper_tail(n - low_fail, n, 1.0 - p) + upper_tail(high_fail, n, p)};
}

double assay_share_detectable(double n, struct assay_limits limit, double error, double power)
{
    double trials = floor(n);
    bool below = isnan(limit.high);
    double target = below ? limit.low : 1.0 - limit.high;
    if (!(target > 0.0))
        return (double)NAN;
    double worst = trials < 1.0 ? -1.0 : most_below(trials, target, error);
    if (worst < 0.0)
        return (double)NAN;
    /* P(X <= worst | p) = power is P(X >= worst + 1 | p) = 1 - power. */
    struct assay_share edge = {worst + 1.0, trials};
    double found = assay_share_at_least(edge, 1.0 - power);
    return below ? found : 1.0 - found;
}

static bool is_likely(double n, double p, struct assay_limits limits,
                      struct assay_verdict_errors errors, double power)
{
    struct assay_verdict_chances chances = assay_share_chances(n, p, limits, errors);
    return chances.pass + chances.fail >= power;
}

double assay_share_needed(struct assay_share share, struct assay_limits limits,
                          struct assay_verdict_errors errors, double power, double most)
{
    double p = share.x / share.n, here = floor(share.n), no = 0.0, yes = 1.0;
    if (most < 1.0 || !is_likely(here + floor(most), p, limits, errors, power))
        return HUGE_VAL;
    while (yes < most && !is_likely(here + yes, p, limits, errors, power)) {
        no = yes;
        yes *= 2.0;
    }
    yes = fmin(yes, floor(most));
    while (yes - no > 1.0) {
        double middle = floor((no + yes) / 2.0);
        *(is_likely(here + middle, p, limits, errors, power) ? &yes : &no) = middle;
    }
    return yes;
}
