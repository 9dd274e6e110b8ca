#include <math.h>

#include <gsl/gsl_cdf.h>

#include "core/metric/slice_parts.h"

/* D_u that misses need of their own. */
static const double least_below = 2.71;

static double x_log(double x, double ratio)
{
    return x > 0.0 ? x * log(ratio) : 0.0;
}

static double deviance(double n, double event, double expected)
{
    return 2.0 * (x_log(event, event / expected) +
                  x_log(n - event, (n - event) / (n - expected)));
}

/* D of one side, below 0 where its events are fewer than expected. What is expected of all is first made
 * what came of all, by taking events or others away from every row alike. */
static double side_gain(const struct assay_slice_side *slice, const struct assay_slice_side *total)
{
    double expected = slice->expected, rest_n = total->n - slice->n;
    if (total->event < total->expected)
        expected *= total->event / total->expected;
    else if (total->event > total->expected)
        expected = slice->n - (slice->n - expected) * (total->n - total->event) /
                                  (total->n - total->expected);
    double rest_expected = total->event - expected;
    /* Where a part must come out as it did there is nothing to be learnt from it. */
    if (!(expected > 0.0 && expected < slice->n) ||
        !(rest_expected > 0.0 && rest_expected < rest_n))
        return 0.0;
    double gain = deviance(slice->n, slice->event, expected) +
                  deviance(rest_n, total->event - slice->event, rest_expected);
    return copysign(fmax(gain, 0.0), slice->event - expected);
}

void assay_slice_rate(enum assay_slice_kind kind, const struct assay_slice_sums *sums, double *of,
                      double *wrong)
{
    const struct assay_slice_side *below = &sums->side[0], *above = &sums->side[1];
    if (kind == ASSAY_SLICE_MISSES) {
        *of = below->event + above->event;
        *wrong = below->event;
    } else {
        *wrong = above->n - above->event;
        *of = *wrong + below->n - below->event;
    }
}

/* Whether the slice is worth a reader's time. */
static bool matters(enum assay_slice_kind kind, const struct assay_slice_sums *slice,
                    const struct assay_slice_sums *total)
{
    const struct assay_slice_side *below = &slice->side[0], *above = &slice->side[1];
    double of, wrong, all_of, all_wrong;
    double least = kind == ASSAY_SLICE_MISSES ? ASSAY_SLICE_LEAST_RATIO : 1.0;
    bool far = kind == ASSAY_SLICE_MISSES
                   ? below->event >= ASSAY_SLICE_LEAST_RATIO * below->expected
                   : above->event * ASSAY_SLICE_LEAST_RATIO <= above->expected;
    if (!far)
        return false;
    assay_slice_rate(kind, slice, &of, &wrong);
    assay_slice_rate(kind, total, &all_of, &all_wrong);
    return of >= ASSAY_SLICE_LEAST_OF && wrong >= ASSAY_SLICE_LEAST_WRONG && all_of > of &&
           wrong * (all_of - of) > least * (all_wrong - wrong) * of;
}

struct assay_slice_gain assay_slice_gain_of(enum assay_slice_kind kind,
                                            const struct assay_slice_sums *slice,
                                            const struct assay_slice_sums *total)
{
    struct assay_slice_gain none = {0.0, 0.0};
    if (!matters(kind, slice, total))
        return none;
    double above = side_gain(&slice->side[1], &total->side[1]);
    if (kind == ASSAY_SLICE_FALSE_ALARMS)
        return (struct assay_slice_gain){0.0, fmax(-above, 0.0)};
    double below = side_gain(&slice->side[0], &total->side[0]);
    if (below < least_below)
        return none;
    return (struct assay_slice_gain){below, above > 0.0 ? above : fmin(-above, below)};
}

double assay_slice_p_value(enum assay_slice_kind kind, double t)
{
    if (!(t > 0.0))
        return 1.0;
    return 0.5 * gsl_cdf_chisq_Q(t, kind == ASSAY_SLICE_MISSES ? 2.0 : 1.0);
}
