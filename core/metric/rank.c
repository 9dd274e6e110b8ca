#include "core/metric/rank.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/sort.h"
#include "core/metric/check.h"

enum assay_status assay_rank_order(const double value[], size_t n, size_t order[],
                                   struct assay_error *err)
{
    enum assay_status status = assay_check_score("rank", value, n, err);
    if (status != ASSAY_OK || n == 0)
        return status;
    struct assay_sort_item *items = n > SIZE_MAX / 2 ? NULL : assay_alloc(2 * n, sizeof *items);
    struct assay_sort_item *sorted = NULL;
    for (size_t i = 0; items != NULL && i < n; i++)
        items[i] = (struct assay_sort_item){.key = assay_sort_key(value[i]), .index = i};
    if (items == NULL || !assay_sort_items(items, items + n, n, &sorted))
        status = assay_fail_memory(err, "sorting scores");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        order[i] = sorted[i].index;
    free(items);
    return status;
}

size_t assay_rank_run_end(const double value[], const size_t order[], size_t n, size_t first)
{
    size_t end = first + 1;
    while (end < n && value[order[end]] == value[order[first]])
        end++;
    return end;
}

enum assay_status assay_rank_mid(const double value[], size_t n, double rank[],
                                 struct assay_error *err)
{
    size_t *order = assay_alloc(n, sizeof *order);
    if (order == NULL)
        return assay_fail_memory(err, "ranking scores");
    enum assay_status status = assay_rank_order(value, n, order, err);
    for (size_t first = 0, end; status == ASSAY_OK && first < n; first = end) {
        end = assay_rank_run_end(value, order, n, first);
        for (size_t k = first; k < end; k++)
            rank[order[k]] = ((double)first + 1.0 + (double)end) / 2.0;
    }
    free(order);
    return status;
}
