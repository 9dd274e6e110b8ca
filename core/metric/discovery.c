#include "core/metric/discovery.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/sort.h"

static double factor(enum assay_dependence dependence, size_t m)
{
    double sum = 0.0;
    if (dependence == ASSAY_POSITIVE_DEPENDENCE)
        return 1.0;
    for (size_t k = m; k > 0; k--)
        sum += 1.0 / (double)k;
    return sum;
}

enum assay_status assay_q_values(const double p[], size_t n, enum assay_dependence dependence,
                                 double q[], struct assay_error *err)
{
    struct assay_sort_item *items = n > (size_t)-1 / 2 ? NULL : assay_alloc(2 * n, sizeof *items);
    struct assay_sort_item *sorted = items;
    size_t m = 0;
    if (items == NULL)
        return assay_fail_memory(err, "allowing for many tests");
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            items[m++] = (struct assay_sort_item){.key = assay_sort_key(p[i]), .index = i};
    if (m > 0 && !assay_sort_items(items, items + n, m, &sorted)) {
        free(items);
        return assay_fail_memory(err, "allowing for many tests");
    }
    double least = 1.0, scale = factor(dependence, m) * (double)m;
    for (size_t i = 0; i < n; i++)
        q[i] = p[i]; /* NaN stays */
    for (size_t k = m; k > 0; k--) {
        least = fmin(least, scale * assay_sort_value(sorted[k - 1].key) / (double)k);
        q[sorted[k - 1].index] = least;
    }
    free(items);
    return ASSAY_OK;
}
