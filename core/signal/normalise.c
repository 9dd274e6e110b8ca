#include "core/signal/normalise.h"

#include <math.h>
#include <string.h>

static double clamp(double s)
{
    return s < 0 ? 0 : s > 100 ? 100 : s;
}

static double by_knots(const struct assay_knots *knots, double value)
{
    size_t low = 0, high = knots->n - 1;
    if (value <= knots->x[0])
        return knots->s[0];
    if (value >= knots->x[high])
        return knots->s[high];
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (knots->x[middle] <= value)
            low = middle;
        else
            high = middle;
    }
    /* Halved, so that no distance is beyond double; subnormals aside, the quotient is the same. */
    double start = knots->x[low] / 2;
    double share = (value / 2 - start) / (knots->x[high] / 2 - start);
    return knots->s[low] + share * (knots->s[high] - knots->s[low]);
}

static double by_steps(const struct assay_normalise_spec *normalise, double value)
{
    size_t k = 0;
    while (k + 1 < normalise->n_step && value >= normalise->steps[k + 1].from)
        k++;
    return normalise->steps[k].points;
}

double assay_normalise_number(const struct assay_signal_spec *signal,
                              const struct assay_knots *knots, double value)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    double s = value;
    if (isnan(value))
        return value;
    switch (normalise->method) {
    case ASSAY_PERCENTILE:
        return by_knots(knots, value);
    case ASSAY_RANGE:
        s = clamp(100 * (value - normalise->low) / (normalise->high - normalise->low));
        break;
    case ASSAY_STEPS:
        s = by_steps(normalise, value);
        break;
    case ASSAY_NONE:
        s = clamp(value);
        break;
    }
    return signal->better == ASSAY_LOWER ? 100 - s : s;
}

double assay_normalise_category(const struct assay_signal_spec *signal, const char *category,
                                bool *unknown)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    *unknown = false;
    if (category == NULL)
        return NAN;
    for (size_t k = 0; k < normalise->n_step; k++)
        if (strcmp(normalise->steps[k].category, category) == 0)
            return signal->better == ASSAY_LOWER ? 100 - normalise->steps[k].points
                                                 : normalise->steps[k].points;
    *unknown = true;
    return NAN;
}

bool assay_normalise_clamps(const struct assay_signal_spec *signal, const struct assay_knots *knots,
                            double value)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    if (isnan(value))
        return false;
    switch (normalise->method) {
    case ASSAY_PERCENTILE:
        return value < knots->x[0] || value > knots->x[knots->n - 1];
    case ASSAY_RANGE:
        return value < normalise->low || value > normalise->high;
    case ASSAY_STEPS:
        return !normalise->by_category && value < normalise->steps[0].from;
    case ASSAY_NONE:
        return value < 0 || value > 100;
    }
    return false;
}

double assay_composite(const struct assay_signal_spec signals[], const double weight[],
                       size_t n_signal, double s[], size_t stride, bool missing[])
{
    double sum = 0, present = 0;
    for (size_t j = 0; j < n_signal; j++) {
        double *at = &s[j * stride];
        bool absent = isnan(*at);
        if (missing != NULL)
            missing[j * stride] = absent;
        if (absent && signals[j].missing == ASSAY_RENORMALISE)
            continue;
        if (absent)
            *at = ASSAY_NEUTRAL_POINTS;
        sum += weight[j] * *at;
        present += weight[j];
    }
    double rest = present > 0 ? sum / present : ASSAY_NEUTRAL_POINTS, composite = 0;
    for (size_t j = 0; j < n_signal; j++) {
        if (isnan(s[j * stride]))
            s[j * stride] = rest;
        composite += weight[j] * s[j * stride];
    }
    return composite;
}
