#include "core/metric/quantile.h"

#include <math.h>

static void swap(double value[], size_t a, size_t b)
{
    double kept = value[a];
    value[a] = value[b];
    value[b] = kept;
}

static double median_of_three(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Puts the k-th smallest (from 0) of value[low .. high - 1] in place, smaller ones below, larger above. */
static void select_place(double value[], size_t low, size_t high, size_t k)
{
    while (high - low > 1) {
        double pivot = median_of_three(value[low], value[low + (high - low) / 2], value[high - 1]);
        size_t less = low, at = low, more = high; /* three parts: below, equal to, above the pivot */
        while (at < more) {
            if (value[at] < pivot)
                swap(value, less++, at++);
            else if (value[at] > pivot)
                swap(value, at, --more);
            else
                at++;
        }
        if (k >= less && k < more)
            return;
        if (k < less)
            high = less;
        else
            low = more;
    }
}

static double smallest(const double value[], size_t from, size_t n)
{
    double least = value[from];
    for (size_t i = from + 1; i < n; i++)
        least = fmin(least, value[i]);
    return least;
}

void assay_quantiles(double value[], size_t n, const double share[], size_t n_share, double out[])
{
    size_t done = 0; /* the values below this place are smaller and in no order */
    for (size_t s = 0; s < n_share; s++) {
        double at = share[s] * (double)(n - 1);
        size_t k = (size_t)at;
        double rest = at - (double)k;
        select_place(value, done, n, k);
        done = k;
        out[s] = value[k];
        if (rest > 0.0 && k + 1 < n)
            out[s] += rest * (smallest(value, k + 1, n) - value[k]);
    }
}
