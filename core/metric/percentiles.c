#include "core/metric/percentiles.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/sort.h"

/* ---- percentiles ---- */

static double percentile(const struct assay_sort_item sorted[], size_t n, size_t percent)
{
    double place = (double)(n - 1) * (double)percent / 100.0;
    size_t below = (size_t)place;
    double low = assay_sort_value(sorted[below].key), share = place - (double)below;
    if (share == 0.0)
        return low;
    double high = assay_sort_value(sorted[below + 1].key);
    return (1.0 - share) * low + share * high; /* no difference of extremes, which may overflow */
}

static void take_percentiles(const struct assay_sort_item sorted[], size_t n,
                             struct assay_percentiles *out)
{
    *out = (struct assay_percentiles){.n = n};
    if (n == 0)
        return;
    out->lowest = assay_sort_value(sorted[0].key);
    out->highest = assay_sort_value(sorted[n - 1].key);
    for (size_t k = 0, i = 0; k < ASSAY_PERCENTILES; k++) {
        double before = k > 0 ? out->at[k - 1] : out->lowest;
        /* Between ties the interpolation may round to beside them. */
        out->at[k] = fmin(fmax(percentile(sorted, n, k + 1), before), out->highest);
        uint64_t key = assay_sort_key(out->at[k]);
        while (i < n && sorted[i].key <= key)
            i++;
        out->up_to[k] = i;
    }
}

enum assay_status assay_percentiles_measure(const double value[], size_t n,
                                            struct assay_percentiles *out, struct assay_error *err)
{
    struct assay_sort_item *items = n > SIZE_MAX / 2 ? NULL : assay_alloc(2 * n, sizeof *items);
    struct assay_sort_item *sorted = items;
    size_t present = 0;
    if (items == NULL)
        return assay_fail_memory(err, "taking percentiles");
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            items[present++] = (struct assay_sort_item){.key = assay_sort_key(value[i])};
    bool done = present == 0 || assay_sort_items(items, items + n, present, &sorted);
    if (done)
        take_percentiles(sorted, present, out);
    free(items);
    return done ? ASSAY_OK : assay_fail_memory(err, "taking percentiles");
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

void assay_percentiles_count(const struct assay_percentiles *of, const double value[],
                             const size_t row[], size_t n, struct assay_percentile_counts *out)
{
    double at[SLOTS];
    size_t in[SLOTS + 1] = {0};
    for (size_t k = 0; k < SLOTS; k++)
        at[k] = k < ASSAY_PERCENTILES ? of->at[k] : HUGE_VAL;
    *out = (struct assay_percentile_counts){0};
    for (size_t i = 0; i < n; i++) {
        double x = value[row != NULL ? row[i] : i];
        if (isnan(x))
            continue;
        out->n++;
        out->below += x < of->lowest;
        in[find_slot(at, x)]++;
    }
    for (size_t k = 0, sum = 0; k < ASSAY_PERCENTILES; k++)
        out->up_to[k] = sum += in[k];
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
