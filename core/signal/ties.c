#include "core/signal/ties.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/sort.h"
#include "core/signal/mixture.h"

/* ---- coded columns ---- */

/* Codes by their values. -0 and 0 are two codes and, to whoever sorts, one value. */
static bool sort_codes(const struct assay_column *column, struct assay_ties *ties)
{
    size_t n = 0, n_value = column->n_value;
    struct assay_sort_item *items = assay_alloc(2 * n_value, sizeof *items), *sorted = NULL;
    ties->order = assay_alloc(n_value, sizeof *ties->order);
    bool good = items != NULL && ties->order != NULL;
    for (size_t c = 0; good && c < n_value; c++)
        if (!isnan(column->values[c]))
            items[n++] = (struct assay_sort_item){assay_sort_key(column->values[c]), c};
    good = good && assay_sort_items(items, items + n_value, n, &sorted);
    for (size_t k = 0; good && k < n; k++)
        ties->order[k] = (uint16_t)sorted[k].index;
    ties->n_order = n;
    free(items);
    return good;
}

/* ---- short tables ---- */

/* Rows with a value, by leaf: the sort by value keeps that order within ties. */
static size_t enter_by_leaf(const double values[], const uint16_t leaf[], size_t start[],
                            size_t n_leaf, size_t n_row, struct assay_sort_item items[])
{
    for (size_t i = 0; i < n_row; i++)
        start[leaf[i] + 1] += isnan(values[i]) ? 0 : 1;
    for (size_t l = 1; l <= n_leaf; l++)
        start[l] += start[l - 1];
    size_t n = start[n_leaf];
    for (size_t i = 0; i < n_row; i++)
        if (!isnan(values[i]))
            items[start[leaf[i]]++] = (struct assay_sort_item){assay_sort_key(values[i]), i};
    return n;
}

/* Numbers the ties in the order of the sorted rows. */
static size_t number_ties(const struct assay_sort_item sorted[], size_t n, const uint16_t leaf[],
                          struct assay_ties *ties)
{
    size_t n_tie = 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = sorted[k].index;
        if (k == 0 || sorted[k].key != sorted[k - 1].key || leaf[i] != ties->leaf[n_tie - 1]) {
            ties->value[n_tie] = assay_sort_value(sorted[k].key);
            ties->leaf[n_tie++] = leaf[i];
        }
        ties->tie[i] = (uint16_t)(n_tie - 1);
    }
    return n_tie;
}

/* Cells of plain numbers; the missing share one behind all others. */
static bool sort_rows(const double values[], const uint16_t leaf[], size_t n_leaf, size_t n_row,
                      struct assay_ties *ties)
{
    struct assay_sort_item *items = assay_alloc(2 * n_row, sizeof *items), *sorted = NULL;
    size_t *start = assay_alloc(n_leaf + 1, sizeof *start), n;
    ties->tie = assay_alloc(n_row, sizeof *ties->tie);
    ties->value = assay_alloc(n_row + 1, sizeof *ties->value);
    ties->leaf = assay_alloc(n_row + 1, sizeof *ties->leaf);
    bool good = items != NULL && start != NULL && ties->tie != NULL && ties->value != NULL &&
                ties->leaf != NULL;
    if (good) {
        n = enter_by_leaf(values, leaf, start, n_leaf, n_row, items);
        good = assay_sort_items(items, items + n_row, n, &sorted);
    }
    if (good) {
        ties->n_tie = number_ties(sorted, n, leaf, ties);
        for (size_t i = 0; i < n_row; i++)
            if (isnan(values[i]))
                ties->tie[i] = (uint16_t)ties->n_tie;
        ties->value[ties->n_tie] = NAN;
        ties->leaf[ties->n_tie++] = 0;
    }
    free(items);
    free(start);
    return good;
}

/* ---- either ---- */

enum assay_status assay_ties_init(const struct assay_column *column, const uint16_t leaf[],
                                  size_t n_leaf, size_t n_row, struct assay_ties *ties,
                                  struct assay_error *err)
{
    struct assay_ties made = {.n_row = n_row, .n_leaf = n_leaf};
    bool good = true;
    if (column->numbers == NULL && column->n_value <= ASSAY_MOST_TIES / n_leaf) {
        made.column = column;
        made.n_tie = column->n_value * n_leaf;
        good = sort_codes(column, &made);
    } else if (column->numbers != NULL && n_row <= UINT16_MAX) {
        good = sort_rows(column->numbers, leaf, n_leaf, n_row, &made);
    }
    if (!good) {
        assay_ties_clear(&made);
        return assay_fail_memory(err, "sorting a signal");
    }
    *ties = made;
    return ASSAY_OK;
}

void assay_ties_clear(struct assay_ties *ties)
{
    free(ties->tie);
    free(ties->value);
    free(ties->leaf);
    free(ties->order);
    *ties = (struct assay_ties){0};
}

/* ---- counting ---- */

static void count_rows(const struct assay_ties *ties, const uint16_t leaf[],
                       const unsigned char *include, uint64_t count[])
{
    const uint16_t *tie = ties->tie;
    const uint16_t *code = tie == NULL ? ties->column->number_codes : NULL;
    for (size_t i = 0; i < ties->n_row; i++)
        count[tie != NULL ? tie[i] : code[i] * ties->n_leaf + leaf[i]] +=
            include != NULL ? include[i] : 1;
}

static void add_run(struct assay_runs *runs, double value, size_t leaf, uint64_t times)
{
    if (times == 0)
        return;
    runs->values[runs->n] = value;
    runs->leaf[runs->n] = (uint16_t)leaf;
    runs->times[runs->n++] = (double)times;
}

static void take_coded_runs(const struct assay_ties *ties, uint64_t count[],
                            struct assay_runs *runs)
{
    const double *values = ties->column->values;
    for (size_t k = 0; k < ties->n_order; k++) {
        size_t code = ties->order[k];
        uint64_t *here = &count[code * ties->n_leaf];
        if (k + 1 < ties->n_order && values[ties->order[k + 1]] == values[code]) { /* 0 and -0 */
            uint64_t *next = &count[ties->order[k + 1] * ties->n_leaf];
            for (size_t l = 0; l < ties->n_leaf; l++)
                next[l] += here[l];
            continue;
        }
        for (size_t l = 0; l < ties->n_leaf; l++)
            add_run(runs, values[code] + 0.0, l, here[l]);
    }
}

enum assay_status assay_ties_count(const struct assay_ties *ties, const uint16_t leaf[],
                                   const unsigned char *include, struct assay_runs *runs,
                                   struct assay_error *err)
{
    uint64_t *count = assay_alloc(ties->n_tie, sizeof *count);
    size_t most = ties->n_tie < ties->n_row ? ties->n_tie : ties->n_row;
    if (!assay_runs_init(runs, most) || count == NULL) {
        free(count);
        assay_runs_clear(runs);
        return assay_fail_memory(err, "estimating baselines");
    }
    count_rows(ties, leaf, include, count);
    if (ties->tie == NULL)
        take_coded_runs(ties, count, runs);
    else
        for (size_t c = 0; c + 1 < ties->n_tie; c++)
            add_run(runs, ties->value[c], ties->leaf[c], count[c]);
    free(count);
    return ASSAY_OK;
}
