#include "validate/people/repeats.h"

#include <math.h>

#include "core/base/rows.h"
#include "core/base/sort.h"
#include "validate/audit/input.h"

enum assay_status assay_repeats_order(const double score[], size_t n, size_t order[],
                                      struct assay_error *err)
{
    struct assay_sort_item *items = assay_rows_alloc(2 * n, sizeof *items), *sorted = NULL;
    if (items == NULL)
        return assay_fail_memory(err, "ordering scores");
    for (size_t i = 0; i < n; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(score[i]), i};
    bool good = assay_sort_items(items, items + n, n, &sorted);
    for (size_t k = 0; good && k < n; k++)
        order[k] = sorted[k].index;
    assay_rows_free(items);
    return good ? ASSAY_OK : assay_fail_memory(err, "ordering scores");
}

/* Beyond what rounding makes of one number, reckoned twice. */
static bool differ(double a, double b)
{
    return fabs(a - b) > 1e-12 * fmax(fabs(a), fabs(b));
}

bool assay_repeats_score(const double value[], const double score[], const size_t order[], size_t n)
{
    size_t last = n, n_step = 0; /* last: the row before that has a value; n: none yet */
    bool rises = false;
    for (size_t k = 0; k < n; k++) {
        size_t i = order[k];
        if (isnan(value[i]))
            continue;
        bool step = last < n && differ(value[i], value[last]);
        if (last < n && differ(score[i], score[last]) != step)
            return false;
        if (step) {
            if (n_step++ == 0)
                rises = value[i] > value[last];
            else if (rises != (value[i] > value[last]))
                return false;
        }
        last = i;
    }
    return n_step >= 2;
}

bool assay_is_action(double value, unsigned char acted)
{
    return acted == ASSAY_ACTED ? value == 1.0 : acted == ASSAY_NOT_ACTED && value == 0.0;
}

bool assay_repeats_action(const double value[], const unsigned char acted[], size_t n)
{
    size_t n_acted = 0;
    for (size_t i = 0; i < n; i++) {
        if (!assay_is_action(value[i], acted[i]))
            return false;
        n_acted += acted[i] == ASSAY_ACTED;
    }
    return n_acted > 0 && n_acted < n;
}
