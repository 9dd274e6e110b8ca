#include "core/metric/rank.h"

#include <assert.h>
#include <stdint.h>

#include "core/base/row_sort.h"
#include "core/base/rows.h"
#include "core/metric/check.h"

enum assay_status assay_rank_order(const double value[], size_t n, size_t order[],
                                   struct assay_error *err)
{
    enum assay_status status = assay_check_score("rank", value, n, err);
    if (status != ASSAY_OK || n == 0)
        return status;
    static_assert(sizeof order[0] == sizeof(uint64_t), "rows take the place of the items");
    uint64_t *items = (uint64_t *)(void *)order;
    if (!assay_row_sort(value, NULL, n, items))
        status = assay_fail_memory(err, "sorting scores");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        order[i] = assay_sorted_row(items[i]);
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
    size_t *order = assay_rows_alloc(n, sizeof *order);
    if (order == NULL)
        return assay_fail_memory(err, "ranking scores");
    enum assay_status status = assay_rank_order(value, n, order, err);
    for (size_t first = 0, end; status == ASSAY_OK && first < n; first = end) {
        end = assay_rank_run_end(value, order, n, first);
        for (size_t k = first; k < end; k++)
            rank[order[k]] = ((double)first + 1.0 + (double)end) / 2.0;
    }
    assay_rows_free(order);
    return status;
}
