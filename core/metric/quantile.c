#include "core/metric/quantile.h"

#include <math.h>
#include <stdbool.h>

static void swap(double value[], size_t a, size_t b)
{
    double kept = value[a];
    value[a] = value[b];
    value[b] = kept;
}

/* fmin() and fmax() are calls. */
static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

static double median_of_three(double a, double b, double c)
{
    return greater(lesser(a, b), lesser(greater(a, b), c));
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
        least = lesser(least, value[i]);
    return least;
}

/* ---- of many values only the strips of the scale in which a quantile lies ---- */

enum { MANY = 1 << 14, STRIPS = 1 << 11 }; /* MANY: from which on counting pays */

struct strips {
    double low, scale;
    size_t count[STRIPS];
    bool kept[STRIPS];
};

/* A larger value is in no lower strip. */
static size_t strip_of(const struct strips *strips, double value)
{
    double at = (value - strips->low) * strips->scale;
    return at < STRIPS ? (size_t)at : STRIPS - 1;
}

/* false where all values are one, or too far apart. */
static bool count_strips(const double value[], size_t n, struct strips *strips)
{
    double low = value[0], high = value[0];
    for (size_t i = 1; i < n; i++) {
        low = lesser(low, value[i]);
        high = greater(high, value[i]);
    }
    *strips = (struct strips){.low = low, .scale = STRIPS / (high - low)};
    if (!(high - low > 0.0 && isfinite(high - low) && isfinite(strips->scale)))
        return false;
    for (size_t i = 0; i < n; i++)
        strips->count[strip_of(strips, value[i])]++;
    return true;
}

/* Where a quantile lies: between the values at place and, unless rest is 0, at place + 1. */
struct spot {
    size_t place;
    double rest;
};

static struct spot spot_of(double share, size_t n)
{
    double at = share * (double)(n - 1);
    size_t place = (size_t)at;
    return (struct spot){place, at - (double)place};
}

/* A strip, how many values lie before it, and how many of those are not kept. Goes up with the places. */
struct search {
    size_t strip, before, skipped;
};

static void find_strip(const struct strips *strips, size_t place, struct search *at)
{
    while (at->before + strips->count[at->strip] <= place) {
        at->skipped += strips->kept[at->strip] ? 0 : strips->count[at->strip];
        at->before += strips->count[at->strip++];
    }
}

static void keep_strips(struct strips *strips, size_t n, const double share[], size_t n_share)
{
    struct search at = {0};
    for (size_t s = 0; s < n_share; s++) {
        size_t place = spot_of(share[s], n).place;
        for (size_t next = 0; next < 2 && place + next < n; next++) {
            struct search here = at;
            find_strip(strips, place + next, &here);
            strips->kept[here.strip] = true;
            at = next == 0 ? here : at;
        }
    }
}

/* Brings the values of strips that are kept to the front; returns how many. */
static size_t gather(const struct strips *strips, double value[], size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (strips->kept[strip_of(strips, value[i])])
            swap(value, kept++, i);
    return kept;
}

/* What is left of the values once strips are dropped, and how far they have been searched. */
struct selection {
    double *value;
    size_t n, n_kept, done; /* the values below place `done` are smaller and in no order */
    bool sieved;
    struct strips strips;
    struct search at;
};

static void selection_init(double value[], size_t n, const double share[], size_t n_share,
                           struct selection *s)
{
    s->value = value;
    s->n = s->n_kept = n;
    s->done = 0;
    s->at = (struct search){0};
    s->sieved = n >= MANY && count_strips(value, n, &s->strips);
    if (!s->sieved)
        return;
    keep_strips(&s->strips, n, share, n_share);
    s->n_kept = gather(&s->strips, value, n);
}

/* The value at the spot's place and, where it lies between two, the one above. */
static void take_spot(struct selection *s, const struct spot *spot, double *low, double *high)
{
    if (s->sieved)
        find_strip(&s->strips, spot->place, &s->at);
    size_t k = spot->place - s->at.skipped;
    select_place(s->value, s->done, s->n_kept, k);
    s->done = k;
    *low = *high = s->value[k];
    if (spot->rest > 0.0 && spot->place + 1 < s->n)
        *high = smallest(s->value, k + 1, s->n_kept);
}

void assay_quantiles(double value[], size_t n, const double share[], size_t n_share, double out[])
{
    struct selection selection;
    selection_init(value, n, share, n_share, &selection);
    for (size_t s = 0; s < n_share; s++) {
        struct spot spot = spot_of(share[s], n);
        double high;
        take_spot(&selection, &spot, &out[s], &high);
        if (high > out[s])
            out[s] += spot.rest * (high - out[s]);
    }
}

double assay_median(double value[], size_t n)
{
    struct selection selection;
    struct spot spot = spot_of(0.5, n);
    double low, high;
    selection_init(value, n, (const double[]){0.5}, 1, &selection);
    take_spot(&selection, &spot, &low, &high);
    return high > low ? (low + high) / 2.0 : low;
}
