#include "core/signal/normalise.h"

#include <math.h>
#include <string.h>

static double clamp(double s)
{
    return s < 0 ? 0 : s > 100 ? 100 : s;
}

static double by_knots(const struct assay_knots *knots, double value)
{
    size_t low = 0, left = knots->n - 1;
    if (value <= knots->x[0])
        return knots->s[0];
    if (value >= knots->x[left])
        return knots->s[left];
    /* The last knot at or below the value is one of `left` from `low` on. No branch: which half it is in
     * cannot be foreseen. */
    while (left > 1) {
        size_t half = left / 2;
        low += (size_t)(knots->x[low + half] <= value) * half;
        left -= half;
    }
    /* Halved, so that no distance is beyond double; subnormals aside, the quotient is the same. */
    double start = knots->x[low] / 2;
    double share = (value / 2 - start) / (knots->x[low + 1] / 2 - start);
    return knots->s[low] + share * (knots->s[low + 1] - knots->s[low]);
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

/* ---- missing values ---- */

double assay_missing_points(const struct assay_signal_spec *signal)
{
    return signal->missing == ASSAY_POINTS ? signal->missing_points : ASSAY_NEUTRAL_POINTS;
}

/* Signals, their weights and their points, strided, while values are filled in. */
struct filling {
    const struct assay_signal_spec *signals;
    const double *weight;
    size_t n_signal;
    double *s;
    size_t stride;
};

static bool same_dimension(const struct filling *f, size_t j, size_t k)
{
    return strcmp(f->signals[j].dimension, f->signals[k].dimension) == 0;
}

/* Fills signal j, and with it all of its dimension that wait for the same average: one that is filled must
 * not speak for the next. */
static void fill_by_dimension(const struct filling *f, size_t j)
{
    double sum = 0, present = 0;
    for (size_t k = 0; k < f->n_signal; k++) {
        double s = f->s[k * f->stride];
        if (isnan(s) || !same_dimension(f, j, k))
            continue;
        sum += f->weight[k] * s;
        present += f->weight[k];
    }
    if (!(present > 0))
        return;
    for (size_t k = j; k < f->n_signal; k++)
        if (isnan(f->s[k * f->stride]) && f->signals[k].missing == ASSAY_RENORMALISE_DIMENSION &&
            same_dimension(f, j, k))
            f->s[k * f->stride] = sum / present;
}

double assay_composite(const struct assay_signal_spec signals[], const double weight[],
                       size_t n_signal, double s[], size_t stride, bool missing[])
{
    struct filling filling = {signals, weight, n_signal, s, stride};
    double sum = 0, present = 0, composite = 0;
    for (size_t j = 0; j < n_signal; j++) {
        bool absent = isnan(s[j * stride]);
        if (missing != NULL)
            missing[j * stride] = absent;
        if (absent && signals[j].missing != ASSAY_RENORMALISE &&
            signals[j].missing != ASSAY_RENORMALISE_DIMENSION)
            s[j * stride] = assay_missing_points(&signals[j]);
    }
    for (size_t j = 0; j < n_signal; j++)
        if (isnan(s[j * stride]) && signals[j].missing == ASSAY_RENORMALISE_DIMENSION)
            fill_by_dimension(&filling, j);
    for (size_t j = 0; j < n_signal; j++) {
        if (isnan(s[j * stride]))
            continue;
        sum += weight[j] * s[j * stride];
        present += weight[j];
    }
    double rest = present > 0 ? sum / present : ASSAY_NEUTRAL_POINTS;
    for (size_t j = 0; j < n_signal; j++) {
        if (isnan(s[j * stride]))
            s[j * stride] = rest;
        composite += weight[j] * s[j * stride];
    }
    return composite;
}

/* ---- rounding ---- */

double assay_round_half_up(double points)
{
    return floor(points + 0.5 + 1e-9);
}

/* Adds the dimension of signal `first` to the sums, and marks its signals. Those that renormalise-dimension
 * filled go with those that have points of their own: without any such, none of them was filled in step 2. */
static void add_dimension(const struct assay_signal_spec signals[], const double weight[],
                          size_t n_signal, const double s[], const bool missing[], size_t first,
                          bool done[], double *sum, double *total)
{
    double points = 0, counted = 0, of_its_own = 0, whole = 0;
    for (size_t j = first; j < n_signal; j++) {
        if (done[j] || strcmp(signals[j].dimension, signals[first].dimension) != 0)
            continue;
        done[j] = true;
        whole += weight[j];
        if (missing[j] && signals[j].missing == ASSAY_RENORMALISE)
            continue;
        points += weight[j] * s[j];
        counted += weight[j];
        if (!(missing[j] && signals[j].missing == ASSAY_RENORMALISE_DIMENSION))
            of_its_own += weight[j];
    }
    if (!(of_its_own > 0))
        return;
    *sum += whole * assay_round_half_up(points / counted);
    *total += whole;
}

double assay_composite_rounded(const struct assay_signal_spec signals[], const double weight[],
                               size_t n_signal, const double s[], const bool missing[],
                               double composite)
{
    bool done[ASSAY_MAX_SIGNALS] = {false};
    double sum = 0, total = 0;
    for (size_t j = 0; j < n_signal; j++)
        if (!done[j])
            add_dimension(signals, weight, n_signal, s, missing, j, done, &sum, &total);
    return total > 0 ? sum / total : composite;
}
