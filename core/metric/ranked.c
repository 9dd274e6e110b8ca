#include "core/metric/ranked.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/row_sort.h"
#include "core/base/rows.h"
#include "core/metric/check.h"

enum { AHEAD = 24 }; /* rows by which what lies anywhere is fetched ahead */

static enum assay_status no_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "sorting rows by risk");
}

static void reverse(uint64_t items[], size_t n)
{
    for (size_t k = 0; k < n / 2; k++) {
        uint64_t item = items[k];
        items[k] = items[n - 1 - k];
        items[n - 1 - k] = item;
    }
}

/* items[] ascend in the score. Turned round for health scores, but for runs of equal ones, which keep the order of
 * the file. */
static void turn_round(const double score[], uint64_t items[], size_t n)
{
    reverse(items, n);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && assay_sorted_tied(score, items[first], items[end]);)
            end++;
        reverse(items + first, end - first);
    }
}

/* The rows by risk with their outcomes, for the caller to give back; NULL: no memory. */
static uint64_t *sort_rows(const struct assay_ranked_columns *columns, enum assay_higher_is higher_is)
{
    size_t n = columns->n;
    uint64_t *items = assay_rows_alloc(n, sizeof *items);
    if (items == NULL || !assay_row_sort(columns->score, columns->outcome, n, items)) {
        assay_rows_free(items);
        return NULL;
    }
    if (higher_is == ASSAY_HIGHER_IS_HEALTH)
        turn_round(columns->score, items, n);
    return items;
}

static bool make_room(const struct assay_ranked_columns *columns, struct assay_ranked *ranked)
{
    size_t n = columns->n;
    ranked->outcome = assay_rows_alloc(n, 1);
    if (columns->flagged != NULL)
        ranked->flagged = assay_rows_alloc(n, 1);
    if (columns->value != NULL)
        ranked->value = assay_rows_alloc(n, sizeof *ranked->value);
    if (columns->cluster != NULL)
        ranked->cluster = assay_rows_alloc(n, sizeof *ranked->cluster);
    return ranked->outcome != NULL && (columns->flagged == NULL || ranked->flagged != NULL) &&
           (columns->value == NULL || ranked->value != NULL) &&
           (columns->cluster == NULL || ranked->cluster != NULL);
}

/* Inlined, always: gcc leaves out calls of a function that does nothing but fetch ahead. */
static inline __attribute__((always_inline)) void expect(const struct assay_ranked_columns *columns, size_t i)
{
    __builtin_prefetch(&columns->score[i]);
    if (columns->flagged != NULL)
        __builtin_prefetch(&columns->flagged[i]);
    if (columns->cluster != NULL)
        __builtin_prefetch(&columns->cluster[i]);
}

/* ranked->risk lies where items do: the item of a place is read before its risk is written. */
static void gather(const struct assay_ranked_columns *columns, const uint64_t items[],
                   enum assay_higher_is higher_is, struct assay_ranked *ranked)
{
    double sign = higher_is == ASSAY_HIGHER_IS_RISK ? 1.0 : -1.0;
    for (size_t k = 0; k < columns->n; k++) {
        uint64_t item = items[k];
        size_t i = assay_sorted_row(item);
        if (k + AHEAD < columns->n)
            expect(columns, assay_sorted_row(items[k + AHEAD]));
        double risk = sign * columns->score[i] + 0.0; /* -0 + 0 is 0 */
        memcpy(&ranked->risk[k], &risk, sizeof risk);
        ranked->outcome[k] = (unsigned char)assay_sorted_flag(item);
        if (columns->flagged != NULL)
            ranked->flagged[k] = columns->flagged[i];
        if (columns->value != NULL)
            ranked->value[k] = columns->value[i];
        if (columns->cluster != NULL) {
            ranked->cluster[k] = columns->cluster[i];
            if ((size_t)columns->cluster[i] >= ranked->n_code)
                ranked->n_code = (size_t)columns->cluster[i] + 1;
        }
    }
}

/* Other arrays are made once the sorting's are given back, in their memory. */
static enum assay_status rank_rows(const struct assay_ranked_columns *columns,
                                   enum assay_higher_is higher_is, struct assay_ranked *ranked,
                                   struct assay_error *err)
{
    uint64_t *items = sort_rows(columns, higher_is);
    if (items == NULL)
        return no_memory(err);
    static_assert(sizeof *ranked->risk == sizeof *items, "risks take the place of the items");
    ranked->risk = (double *)(void *)items;
    if (!make_room(columns, ranked))
        return no_memory(err);
    gather(columns, items, higher_is, ranked);
    return ASSAY_OK;
}

enum assay_status assay_ranked_init(const struct assay_ranked_columns *columns,
                                    enum assay_higher_is higher_is, struct assay_ranked *ranked,
                                    struct assay_error *err)
{
    struct assay_ranked made = {.n = columns->n};
    enum assay_status status =
        assay_check_outcome("ranking", columns->outcome, columns->n, &made.n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_score("ranking", columns->score, columns->n, err);
    if (status == ASSAY_OK)
        status = rank_rows(columns, higher_is, &made, err);
    if (status != ASSAY_OK) {
        assay_ranked_clear(&made);
        return status;
    }
    *ranked = made;
    return ASSAY_OK;
}

void assay_ranked_clear(struct assay_ranked *ranked)
{
    assay_rows_free(ranked->risk);
    assay_rows_free(ranked->outcome);
    assay_rows_free(ranked->flagged);
    assay_rows_free(ranked->value);
    assay_rows_free(ranked->cluster);
    *ranked = (struct assay_ranked){0};
}

size_t assay_ranked_below(const struct assay_ranked *ranked, double risk)
{
    size_t low = 0, high = ranked->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranked->risk[middle] < risk)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
