#include "core/metric/workload.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"

/* ---- which rows are the same visit ---- */

static enum assay_status check_codes(const char *name, const int32_t codes[], size_t n,
                                     int32_t *largest, struct assay_error *err)
{
    *largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (codes[i] < 0)
            return assay_fail(err, ASSAY_EDATA, "workload: %s[%zu] is %d; expected 0 or more", name, i,
                              codes[i]);
        if (codes[i] > *largest)
            *largest = codes[i];
    }
    return ASSAY_OK;
}

static enum assay_status count_periods(const int32_t period[], size_t n, int32_t largest,
                                       size_t *n_period, struct assay_error *err)
{
    unsigned char *seen = assay_alloc((size_t)largest + 1, 1);
    if (seen == NULL)
        return assay_fail_memory(err, "counting periods");
    for (size_t i = 0; i < n; i++) {
        *n_period += !seen[period[i]];
        seen[period[i]] = 1;
    }
    free(seen);
    return ASSAY_OK;
}

/* Sorted by account, then period: equal keys are one visit. */
static enum assay_status find_visits(const int32_t account[], const int32_t period[],
                                     struct assay_workload *w, struct assay_error *err)
{
    size_t n = w->n_row;
    struct assay_sort_item *items = n > SIZE_MAX / 2 ? NULL : assay_rows_alloc(2 * n, sizeof *items);
    struct assay_sort_item *sorted = NULL;
    for (size_t i = 0; items != NULL && i < n; i++)
        items[i] = (struct assay_sort_item){
            .key = (uint64_t)(uint32_t)account[i] << 32 | (uint32_t)period[i], .index = i};
    if (items == NULL || !assay_sort_items(items, items + n, n, &sorted)) {
        assay_rows_free(items);
        return assay_fail_memory(err, "finding accounts in periods");
    }
    for (size_t k = 0; k < n; k++) {
        if (k == 0 || sorted[k].key != sorted[k - 1].key)
            w->visits[w->n_visit++].account = account[sorted[k].index];
        w->visit_of[sorted[k].index] = w->n_visit - 1;
    }
    assay_rows_free(items);
    return ASSAY_OK;
}

enum assay_status assay_workload_init(const int32_t account[], const int32_t period[], size_t n,
                                      struct assay_workload *workload, struct assay_error *err)
{
    int32_t largest;
    struct assay_workload made = {.n_row = n};
    enum assay_status status = check_codes("account", account, n, &largest, err);
    if (status == ASSAY_OK)
        status = check_codes("period", period, n, &largest, err);
    if (status != ASSAY_OK)
        return status;
    made.visit_of = assay_rows_alloc(n, sizeof *made.visit_of);
    made.visits = assay_rows_alloc(n, sizeof *made.visits);
    if (made.visit_of == NULL || made.visits == NULL)
        status = assay_fail_memory(err, "counting accounts in periods");
    if (status == ASSAY_OK)
        status = count_periods(period, n, largest, &made.n_period, err);
    if (status == ASSAY_OK)
        status = find_visits(account, period, &made, err);
    if (status == ASSAY_OK)
        *workload = made;
    else
        assay_workload_clear(&made);
    return status;
}

void assay_workload_clear(struct assay_workload *workload)
{
    assay_rows_free(workload->visit_of);
    assay_rows_free(workload->visits);
    *workload = (struct assay_workload){0};
}

/* ---- flagging ---- */

void assay_workload_flag(struct assay_workload *workload, size_t row, unsigned char outcome)
{
    struct assay_visit *visit = &workload->visits[workload->visit_of[row]];
    workload->n_flagged += !visit->flagged;
    workload->n_caught += outcome && !visit->caught;
    visit->flagged = 1;
    visit->caught |= outcome;
}

void assay_workload_reset(struct assay_workload *workload)
{
    workload->n_flagged = workload->n_caught = 0;
    for (size_t k = 0; k < workload->n_visit; k++)
        workload->visits[k].flagged = workload->visits[k].caught = 0;
}

/* ---- what came of it ---- */

double assay_workload_size(const struct assay_workload *workload)
{
    return (double)workload->n_flagged / (double)workload->n_period;
}

/* Of caught / flagged, visits clustered by account. */
static double variance_of_share(const struct assay_workload *w, double share)
{
    double squares = 0.0, flagged = (double)w->n_flagged, accounts = 0.0;
    for (size_t first = 0, end; first < w->n_visit; first = end) {
        double mine = 0.0, caught = 0.0;
        for (end = first; end < w->n_visit && w->visits[end].account == w->visits[first].account; end++) {
            mine += w->visits[end].flagged;
            caught += w->visits[end].caught;
        }
        accounts += mine > 0.0;
        squares += (caught - share * mine) * (caught - share * mine);
    }
    return accounts > 1.0 ? accounts / (accounts - 1.0) * squares / (flagged * flagged) : 0.0;
}

struct assay_estimate assay_workload_caught(const struct assay_workload *workload)
{
    if (workload->n_flagged == 0)
        return assay_estimate_undefined();
    double flagged = (double)workload->n_flagged, share = (double)workload->n_caught / flagged;
    double variance = variance_of_share(workload, share), n = flagged;
    if (variance > 0.0 && share > 0.0 && share < 1.0)
        n = flagged / (flagged - 1.0) * share * (1.0 - share) / variance;
    double z = assay_normal_quantile(ASSAY_LEVEL), c = z * z / (2.0 * n);
    double middle = share + c, reach = z * sqrt((share * (1.0 - share) + 0.5 * c) / n);
    double scale = assay_workload_size(workload);
    return (struct assay_estimate){
        .value = share * scale,
        .low = fmax(middle - reach, 0.0) / (1.0 + 2.0 * c) * scale,
        .high = (middle + reach) / (1.0 + 2.0 * c) * scale,
    };
}
