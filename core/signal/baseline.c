#include "core/signal/baseline.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/signal/mixture.h"

void assay_baseline_clear(struct assay_baseline *baseline)
{
    for (size_t v = 0; v < baseline->n_node; v++) {
        free(baseline->knots[v].x);
        free(baseline->knots[v].s);
    }
    free(baseline->knots);
    *baseline = (struct assay_baseline){0};
}

/* Rows with a value, by leaf: the sort is stable, so ties come out in the same order of cohorts, and
 * sums over them to the same bits, whatever the order of the rows. False when there is no memory. */
static bool enter_by_leaf(const double values[], const uint16_t leaf[], size_t n_row,
                          struct assay_sort_item items[])
{
    size_t *start = assay_alloc((size_t)UINT16_MAX + 2, sizeof *start);
    if (start == NULL)
        return false;
    for (size_t i = 0; i < n_row; i++)
        start[leaf[i] + 1] += isnan(values[i]) ? 0 : 1;
    for (size_t l = 1; l <= UINT16_MAX; l++)
        start[l] += start[l - 1];
    for (size_t i = 0; i < n_row; i++)
        if (!isnan(values[i]))
            items[start[leaf[i]]++] = (struct assay_sort_item){assay_sort_key(values[i]), i};
    free(start);
    return true;
}

enum assay_status assay_sorted_column_init(const double values[], const uint16_t leaf[],
                                           size_t n_row, struct assay_sorted_column *column,
                                           struct assay_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < n_row; i++)
        n += isnan(values[i]) ? 0 : 1;
    struct assay_sort_item *items = assay_rows_alloc(2 * n, sizeof *items), *sorted = NULL;
    struct assay_sorted_column made = {.n = n,
                                       .values = assay_rows_alloc(n, sizeof *made.values),
                                       .rows = assay_rows_alloc(n, sizeof *made.rows),
                                       .leaf = assay_rows_alloc(n, sizeof *made.leaf)};
    bool good = items != NULL && made.values != NULL && made.rows != NULL && made.leaf != NULL;
    good = good && enter_by_leaf(values, leaf, n_row, items);
    good = good && assay_sort_items(items, items + n, n, &sorted);
    for (size_t k = 0; good && k < n; k++) {
        made.values[k] = assay_sort_value(sorted[k].key);
        made.rows[k] = (uint32_t)sorted[k].index;
        made.leaf[k] = leaf[sorted[k].index];
    }
    assay_rows_free(items);
    if (!good) {
        assay_sorted_column_clear(&made);
        return assay_fail_memory(err, "sorting a signal");
    }
    *column = made;
    return ASSAY_OK;
}

void assay_sorted_column_clear(struct assay_sorted_column *column)
{
    assay_rows_free(column->values);
    assay_rows_free(column->rows);
    assay_rows_free(column->leaf);
    *column = (struct assay_sorted_column){0};
}

/* The included rows as runs; returns how many rows. */
static size_t take_runs(const struct assay_sorted_column *column, const unsigned char *include,
                      struct assay_runs *runs)
{
    size_t n = 0, n_row = 0;
    for (size_t k = 0; k < column->n; k++) {
        size_t times = include != NULL ? include[column->rows[k]] : 1;
        if (times == 0)
            continue;
        n_row += times;
        if (n == 0 || runs->values[n - 1] != column->values[k] ||
            runs->leaf[n - 1] != column->leaf[k]) {
            runs->values[n] = column->values[k];
            runs->leaf[n] = column->leaf[k];
            runs->times[n++] = 0;
        }
        runs->times[n - 1] += (double)times;
    }
    runs->n = n;
    return n_row;
}

static bool is_many(const struct assay_runs *runs, size_t n_row)
{
    size_t n_value = 0;
    for (size_t k = 0; k < runs->n; k++)
        n_value += k == 0 || runs->values[k] != runs->values[k - 1];
    return n_row > ASSAY_EXACT_ROWS && n_value > (size_t)UINT16_MAX + 1;
}

enum assay_status assay_baseline_estimate(const struct assay_sorted_column *column,
                                          const unsigned char *include,
                                          const struct assay_cohorts *cohorts,
                                          enum assay_better better,
                                          struct assay_baseline *baseline, struct assay_error *err)
{
    struct assay_runs runs;
    enum assay_status status;
    if (assay_runs_init(&runs, column->n)) {
        status = is_many(&runs, take_runs(column, include, &runs))
                     ? assay_runs_thin(&runs, cohorts->n_node, err)
                     : ASSAY_OK;
        if (status == ASSAY_OK)
            status = assay_mixture_estimate(&runs, cohorts, better, column->n_thread, baseline, err);
    } else {
        status = assay_fail_memory(err, "estimating baselines");
    }
    assay_runs_clear(&runs);
    return status;
}

enum assay_status assay_baseline_count(const struct assay_ties *ties, const uint16_t leaf[],
                                       const unsigned char *include,
                                       const struct assay_cohorts *cohorts,
                                       enum assay_better better, struct assay_baseline *baseline,
                                       struct assay_error *err)
{
    struct assay_runs runs = {0};
    enum assay_status status = assay_ties_count(ties, leaf, include, &runs, err);
    if (status == ASSAY_OK)
        status = assay_mixture_estimate(&runs, cohorts, better, 1, baseline, err);
    assay_runs_clear(&runs);
    return status;
}
