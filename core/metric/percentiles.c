#include "core/metric/percentiles.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/row_sort.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/metric/sieve.h"

/* ---- percentiles ---- */

/* Values that ascend: distinct ones, whose item's index counts the values up to theirs, or a row each, with
 * strips of values in between that no percentile needs. */
struct ascending {
    const struct assay_sort_item *runs; /* [n] */
    const uint64_t *rows;               /* [n] of value[], by row_sort.h, where runs is NULL */
    const double *value;
    const struct assay_sieve *sieve; /* of the rows, and */
    const size_t *skipped;           /* [ASSAY_STRIPS] values that are left out before each of its strips */
    size_t n;
};

static double value_at(const struct ascending *a, size_t k)
{
    return a->runs != NULL ? assay_sort_value(a->runs[k].key)
                           : a->value[assay_sorted_row(a->rows[k])] + 0.0; /* -0 + 0 is 0 */
}

static size_t up_to(const struct ascending *a, size_t k)
{
    return a->runs != NULL ? a->runs[k].index
                           : k + 1 + a->skipped[assay_sieve_strip(a->sieve, value_at(a, k))];
}

/* The first from which on more than so many values are counted. */
static size_t find_count(const struct ascending *a, size_t from, size_t count)
{
    size_t end = a->n;
    while (from < end) {
        size_t middle = from + (end - from) / 2;
        if (up_to(a, middle) > count)
            end = middle;
        else
            from = middle + 1;
    }
    return from;
}

/* The first that is above the value. */
static size_t find_above(const struct ascending *a, size_t from, double value)
{
    size_t end = a->n;
    while (from < end) {
        size_t middle = from + (end - from) / 2;
        if (value_at(a, middle) > value)
            end = middle;
        else
            from = middle + 1;
    }
    return from;
}

/* A percentile lies so far from one value in order to the next. */
static double place_of(size_t n, size_t percent)
{
    return (double)(n - 1) * (double)percent / 100.0;
}

/* Values up to this one, above which is the i-th. It may be rounded out of the strips that are kept: then all are
 * compared. */
static size_t count_up_to(const struct ascending *a, size_t i, double value)
{
    if (a->runs != NULL)
        return i > 0 ? a->runs[i - 1].index : 0;
    const struct assay_sieve *sieve = a->sieve;
    size_t strip = assay_sieve_strip(sieve, value), count = 0;
    if (sieve->kept[strip] || assay_sieve_in(sieve, strip) == 0)
        return i + a->skipped[strip];
    for (size_t k = 0; k < sieve->n; k++)
        count += sieve->value[k] <= value;
    return count;
}

/* *run is where the percentile before was found. */
static double percentile(const struct ascending *a, size_t *run, size_t n, size_t percent)
{
    double place = place_of(n, percent);
    size_t below = (size_t)place;
    *run = find_count(a, *run, below);
    double low = value_at(a, *run), share = place - (double)below;
    if (share == 0.0)
        return low;
    double high = value_at(a, *run + (up_to(a, *run) == below + 1));
    return (1.0 - share) * low + share * high; /* no difference of extremes, which may overflow */
}

static void take_percentiles(const struct ascending *a, struct assay_percentiles *out)
{
    *out = (struct assay_percentiles){.n = a->n > 0 ? up_to(a, a->n - 1) : 0};
    if (out->n == 0)
        return;
    out->lowest = value_at(a, 0);
    out->highest = value_at(a, a->n - 1);
    for (size_t k = 0, run = 0, i = 0; k < ASSAY_PERCENTILES; k++) {
        double before = k > 0 ? out->at[k - 1] : out->lowest;
        /* Between ties the interpolation may round to beside them. */
        out->at[k] = fmin(fmax(percentile(a, &run, out->n, k + 1), before), out->highest);
        i = find_above(a, i, out->at[k]);
        out->up_to[k] = count_up_to(a, i, out->at[k]);
    }
}

/* Items hold keys, and in their index how often each value comes. */
static enum assay_status measure_items(struct assay_sort_item items[], struct assay_sort_item spare[],
                                       size_t n, struct assay_percentiles *out,
                                       struct assay_error *err)
{
    struct assay_sort_item *sorted = items;
    if (n > 0 && !assay_sort_items(items, spare, n, &sorted))
        return assay_fail_memory(err, "taking percentiles");
    for (size_t i = 1; i < n; i++)
        sorted[i].index += sorted[i - 1].index;
    take_percentiles(&(struct ascending){.runs = sorted, .n = n}, out);
    return ASSAY_OK;
}

/* ---- of values one by one ---- */

/* Keeps the strip that the value at a place in order lies in. Places ascend; *before values lie below the strip. */
static void keep_place(struct assay_sieve *sieve, size_t place, size_t *strip, size_t *before)
{
    for (; *before + assay_sieve_in(sieve, *strip) <= place; ++*strip)
        *before += assay_sieve_in(sieve, *strip);
    sieve->kept[*strip] = true;
}

/* The ends, and either neighbour of each percentile. */
static void keep_places(struct assay_sieve *sieve)
{
    size_t n = sieve->n_present, strip = 0, before = 0;
    keep_place(sieve, 0, &strip, &before);
    for (size_t percent = 1; percent <= ASSAY_PERCENTILES; percent++) {
        double place = place_of(n, percent);
        size_t below = (size_t)place;
        keep_place(sieve, below, &strip, &before);
        if (place > (double)below)
            keep_place(sieve, below + 1, &strip, &before);
    }
    keep_place(sieve, n - 1, &strip, &before);
}

static bool sort_kept(const struct assay_sieve *sieve, const double value[], size_t n,
                      struct assay_percentiles *out)
{
    uint64_t *rows = assay_rows_alloc(n, sizeof *rows);
    bool good = rows != NULL && assay_row_sort(value, NULL, n, rows);
    size_t skipped[ASSAY_STRIPS], sum = 0;
    for (size_t b = 0; b < ASSAY_STRIPS; b++) {
        skipped[b] = sum;
        sum += sieve->kept[b] ? 0 : assay_sieve_in(sieve, b);
    }
    if (good)
        take_percentiles(&(struct ascending){.rows = rows,
                                             .value = value,
                                             .sieve = sieve,
                                             .skipped = skipped,
                                             .n = n},
                         out);
    assay_rows_free(rows);
    return good;
}

/* Where most would be gathered, and no gap is in the way, all are sorted as they lie. */
static bool measure_kept(struct assay_sieve *sieve, struct assay_percentiles *out)
{
    size_t n = assay_sieve_kept(sieve);
    if (n > sieve->n / 2 && sieve->n_present == sieve->n) {
        for (size_t b = 0; b < ASSAY_STRIPS; b++)
            sieve->kept[b] = true;
        return sort_kept(sieve, sieve->value, sieve->n, out);
    }
    double *value = assay_rows_alloc(n, sizeof *value);
    if (value == NULL)
        return false;
    assay_sieve_gather(sieve, value, NULL);
    bool good = sort_kept(sieve, value, n, out);
    assay_rows_free(value);
    return good;
}

enum assay_status assay_percentiles_measure(const double value[], size_t n,
                                            struct assay_percentiles *out, struct assay_error *err)
{
    static const char doing[] = "taking percentiles";
    struct assay_sieve sieve;
    enum assay_status status = assay_sieve_init(value, NULL, n, doing, &sieve, err);
    if (status != ASSAY_OK)
        return status;
    if (sieve.n_present == 0) {
        *out = (struct assay_percentiles){0};
    } else {
        keep_places(&sieve);
        if (!measure_kept(&sieve, out))
            status = assay_fail_memory(err, doing);
    }
    assay_sieve_clear(&sieve);
    return status;
}

enum assay_status assay_percentiles_of_counts(const double value[], const size_t times[],
                                              size_t n_value, struct assay_percentiles *out,
                                              struct assay_error *err)
{
    struct assay_sort_item *items =
        n_value > SIZE_MAX / 2 ? NULL : assay_rows_alloc(2 * n_value, sizeof *items);
    size_t present = 0;
    if (items == NULL)
        return assay_fail_memory(err, "taking percentiles");
    for (size_t k = 0; k < n_value; k++)
        if (!isnan(value[k]) && times[k] > 0)
            items[present++] = (struct assay_sort_item){assay_sort_key(value[k]), times[k]};
    enum assay_status status = measure_items(items, items + n_value, present, out, err);
    assay_rows_free(items);
    return status;
}

/* ---- counting ---- */

/* The first k with at[k] >= value, ASSAY_PERCENTILES where there is none. 127 slots, the spare ones
 * infinite, make seven steps without a branch: the processor cannot guess which way a value goes. */
enum { SLOTS = 127 };

static size_t find_slot(const double at[SLOTS], double value)
{
    size_t from = 0;
    for (size_t half = (SLOTS + 1) / 2; half > 0; half /= 2)
        from += at[from + half - 1] < value ? half : 0;
    return from;
}

/* Percentiles to search, and the values that came to each. */
struct slots {
    double at[SLOTS];
    size_t in[SLOTS + 1];
};

static void start_count(const struct assay_percentiles *of, struct slots *slots,
                        struct assay_percentile_counts *out)
{
    for (size_t k = 0; k < SLOTS; k++)
        slots->at[k] = k < ASSAY_PERCENTILES ? of->at[k] : HUGE_VAL;
    for (size_t k = 0; k <= SLOTS; k++)
        slots->in[k] = 0;
    *out = (struct assay_percentile_counts){0};
}

static void end_count(const struct slots *slots, struct assay_percentile_counts *out)
{
    for (size_t k = 0, sum = 0; k < ASSAY_PERCENTILES; k++)
        out->up_to[k] = sum += slots->in[k];
}

void assay_percentiles_count(const struct assay_percentiles *of, const double value[],
                             const size_t row[], size_t n, struct assay_percentile_counts *out)
{
    struct slots slots;
    start_count(of, &slots, out);
    for (size_t i = 0; i < n; i++) {
        double x = value[row != NULL ? row[i] : i];
        if (isnan(x))
            continue;
        out->n++;
        out->below += x < of->lowest;
        slots.in[find_slot(slots.at, x)]++;
    }
    end_count(&slots, out);
}

void assay_percentiles_tally(const struct assay_percentiles *of, const double value[],
                             const size_t times[], size_t n_value,
                             struct assay_percentile_counts *out)
{
    struct slots slots;
    start_count(of, &slots, out);
    for (size_t k = 0; k < n_value; k++) {
        if (isnan(value[k]))
            continue;
        out->n += times[k];
        out->below += value[k] < of->lowest ? times[k] : 0;
        slots.in[find_slot(slots.at, value[k])] += times[k];
    }
    end_count(&slots, out);
}

/* ---- bins ---- */

size_t assay_decile_bins(const struct assay_percentiles *of,
                         const struct assay_percentile_counts *counts,
                         double edge[ASSAY_DECILE_BINS - 1], double expected[ASSAY_DECILE_BINS],
                         double actual[ASSAY_DECILE_BINS])
{
    size_t n = 0, expected_before = 0, actual_before = 0;
    if (of->n == 0)
        return 0;
    for (size_t k = 9; k < ASSAY_PERCENTILES; k += 10) {
        if (n > 0 && of->at[k] == edge[n - 1])
            continue;
        edge[n] = of->at[k];
        expected[n] = (double)(of->up_to[k] - expected_before);
        actual[n++] = (double)(counts->up_to[k] - actual_before);
        expected_before = of->up_to[k];
        actual_before = counts->up_to[k];
    }
    expected[n] = (double)(of->n - expected_before);
    actual[n] = (double)(counts->n - actual_before);
    return n + 1;
}
