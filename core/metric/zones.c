#include "core/metric/zones.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/metric/check.h"
#include "core/metric/zones_parts.h"

static const char what[] = "zones";

/* Rows of a task; no more tasks than so many, each with counts of its own. */
enum { TASK_ROWS = 1 << 16, MOST_TASKS = 64 };

struct counting {
    const double *score, *lower;
    const unsigned char *outcome;
    size_t n, n_zone, n_task, stride;
    size_t (*count)[2]; /* [n_task][stride], n_zone of them: without the event, with it */
};

enum assay_status assay_zones_check_bounds(const double lower[], size_t n_zone,
                                           struct assay_error *err)
{
    if (n_zone == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: there are 0 zones; expected at least 1", what);
    for (size_t k = 0; k < n_zone; k++) {
        char place[64];
        snprintf(place, sizeof place, "%s: lower[%zu]", what, k);
        if (!isfinite(lower[k]))
            return assay_fail_value(err, place, lower[k], "a finite number");
        if (k > 0 && lower[k] <= lower[k - 1])
            return assay_fail_value(err, place, lower[k], "more than the bound before it");
    }
    return ASSAY_OK;
}

static enum assay_status check_lowest(const double score[], size_t n, double lowest,
                                      struct assay_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (score[i] < lowest) {
            char place[64];
            snprintf(place, sizeof place, "%s: score[%zu]", what, i);
            return assay_fail_value(err, place, score[i], "at least the lowest zone's bound");
        }
    }
    return ASSAY_OK;
}

static enum assay_status check(const double score[], const unsigned char outcome[], size_t n,
                               const double lower[], size_t n_zone, struct assay_error *err)
{
    enum assay_status status = assay_zones_check_bounds(lower, n_zone, err);
    if (status == ASSAY_OK)
        status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_score(what, score, n, err);
    if (status == ASSAY_OK)
        status = check_lowest(score, n, lower[0], err);
    return status;
}

static void count_task(void *state, size_t task)
{
    const struct counting *c = state;
    size_t(*count)[2] = c->count + task * c->stride, rows = c->n / c->n_task;
    size_t end = task + 1 == c->n_task ? c->n : (task + 1) * rows;
    for (size_t i = task * rows; i < end; i++)
        count[assay_zone_of(c->score[i], c->lower, c->n_zone)][c->outcome[i]]++;
}

enum assay_status assay_zones_measure(const double score[], const unsigned char outcome[], size_t n,
                                      const double lower[], size_t n_zone,
                                      struct assay_zone_result out[], struct assay_error *err)
{
    enum assay_status status = check(score, outcome, n, lower, n_zone, err);
    if (status != ASSAY_OK)
        return status;
    struct counting c = {score, lower, outcome, n, n_zone, 1 + n / TASK_ROWS, 0, NULL};
    c.n_task = c.n_task < MOST_TASKS ? c.n_task : MOST_TASKS;
    c.stride = n_zone + ASSAY_TASKS_APART / sizeof *c.count;
    c.count = assay_alloc(c.n_task * c.stride, sizeof *c.count);
    if (c.count == NULL)
        return assay_fail_memory(err, "counting zones");
    assay_parallel(c.n_task, 0, count_task, &c);
    for (size_t k = 0; k < n_zone; k++) {
        struct assay_zone_result zone = {0};
        for (size_t t = 0; t < c.n_task; t++) {
            const size_t *count = c.count[t * c.stride + k];
            zone.n += count[0] + count[1];
            zone.n_event += count[1];
        }
        out[k] = zone;
        out[k].rate = assay_rate_of(zone.n_event, zone.n);
    }
    free(c.count);
    return ASSAY_OK;
}
