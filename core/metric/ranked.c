#include "core/metric/ranked.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/check.h"
#include "core/metric/rank.h"

static enum assay_status make_room(const struct assay_ranked_columns *columns,
                                   struct assay_ranked *ranked, struct assay_error *err)
{
    size_t n = columns->n;
    ranked->risk = assay_alloc(n, sizeof *ranked->risk);
    ranked->outcome = assay_alloc(n, 1);
    if (columns->flagged != NULL)
        ranked->flagged = assay_alloc(n, 1);
    if (columns->value != NULL)
        ranked->value = assay_alloc(n, sizeof *ranked->value);
    if (columns->cluster != NULL)
        ranked->cluster = assay_alloc(n, sizeof *ranked->cluster);
    if (ranked->risk == NULL || ranked->outcome == NULL ||
        (columns->flagged != NULL && ranked->flagged == NULL) ||
        (columns->value != NULL && ranked->value == NULL) ||
        (columns->cluster != NULL && ranked->cluster == NULL))
        return assay_fail_memory(err, "sorting rows by risk");
    return ASSAY_OK;
}

static void gather(const struct assay_ranked_columns *columns, const size_t order[],
                   enum assay_higher_is higher_is, struct assay_ranked *ranked)
{
    double sign = higher_is == ASSAY_HIGHER_IS_RISK ? 1.0 : -1.0;
    for (size_t k = 0; k < columns->n; k++) {
        size_t i = order[k];
        ranked->risk[k] = sign * columns->score[i] + 0.0; /* -0 + 0 is 0 */
        ranked->outcome[k] = columns->outcome[i];
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

/* order[] ascends in the score. Turned round for health scores run by run, so that equal ones keep the
 * order of the file. */
static void turn_round(const double score[], size_t order[], size_t turned[], size_t n)
{
    size_t at = n;
    for (size_t first = 0, end; first < n; first = end) {
        end = assay_rank_run_end(score, order, n, first);
        at -= end - first;
        for (size_t k = first; k < end; k++)
            turned[at + k - first] = order[k];
    }
}

static enum assay_status sort_rows(const struct assay_ranked_columns *columns,
                                   enum assay_higher_is higher_is, struct assay_ranked *ranked,
                                   struct assay_error *err)
{
    size_t n = columns->n;
    size_t *order = assay_alloc(n, sizeof *order), *turned = NULL;
    if (order == NULL)
        return assay_fail_memory(err, "sorting rows by risk");
    enum assay_status status = assay_rank_order(columns->score, n, order, err);
    if (status == ASSAY_OK && higher_is == ASSAY_HIGHER_IS_HEALTH) {
        turned = assay_alloc(n, sizeof *turned);
        if (turned == NULL)
            status = assay_fail_memory(err, "sorting rows by risk");
        else
            turn_round(columns->score, order, turned, n);
    }
    if (status == ASSAY_OK)
        gather(columns, turned != NULL ? turned : order, higher_is, ranked);
    free(turned);
    free(order);
    return status;
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
        status = make_room(columns, &made, err);
    if (status == ASSAY_OK)
        status = sort_rows(columns, higher_is, &made, err);
    if (status != ASSAY_OK) {
        assay_ranked_clear(&made);
        return status;
    }
    *ranked = made;
    return ASSAY_OK;
}

void assay_ranked_clear(struct assay_ranked *ranked)
{
    free(ranked->risk);
    free(ranked->outcome);
    free(ranked->flagged);
    free(ranked->value);
    free(ranked->cluster);
    *ranked = (struct assay_ranked){0};
}

size_t assay_ranked_run_end(const struct assay_ranked *ranked, size_t first)
{
    size_t end = first + 1;
    while (end < ranked->n && ranked->risk[end] == ranked->risk[first])
        end++;
    return end;
}

size_t assay_ranked_run_start(const struct assay_ranked *ranked, size_t end)
{
    size_t first = end - 1;
    while (first > 0 && ranked->risk[first - 1] == ranked->risk[end - 1])
        first--;
    return first;
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
