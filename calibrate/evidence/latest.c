#include "calibrate/evidence/latest.h"

#include <stdlib.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/cluster_sums.h"

/* What is asked about. An account's rows mostly lie together: they are then shared out in tasks that begin with an
 * account; else one task has them all. */
struct asking {
    const int32_t *day, *account;
    const unsigned char *wanted;
    size_t n_row, n_task;
    bool together;
    int32_t last;
    struct part *parts; /* [n_task] */
    struct assay_latest *out;
};

/* What a task finds: the first and the last date, how many rows have that, and those of earlier tasks. */
struct part {
    int32_t first, last;
    size_t n, before;
};

enum { TASK_ROWS = 1 << 16 };

static bool counts(const struct asking *a, size_t i)
{
    return a->wanted[i] && a->day[i] != ASSAY_NO_DATE && a->account[i] >= 0;
}

static size_t task_start(const struct asking *a, size_t task)
{
    size_t at = task * TASK_ROWS;
    if (!a->together)
        return task == 0 ? 0 : a->n_row;
    while (at > 0 && at < a->n_row && a->account[at] == a->account[at - 1])
        at++;
    return at < a->n_row ? at : a->n_row;
}

/* ---- the last date ---- */

static void date_task(void *state, size_t task)
{
    const struct asking *a = state;
    struct part part = {.first = ASSAY_NO_DATE, .last = ASSAY_NO_DATE};
    size_t end = task_start(a, task + 1);
    for (size_t i = task_start(a, task); i < end; i++) {
        if (!counts(a, i))
            continue;
        if (part.n == 0 || a->day[i] < part.first)
            part.first = a->day[i];
        if (part.n == 0 || a->day[i] > part.last) {
            part.last = a->day[i];
            part.n = 0;
        }
        part.n += a->day[i] == part.last;
    }
    a->parts[task] = part;
}

static void find_last(struct asking *a)
{
    int32_t first = ASSAY_NO_DATE;
    a->last = ASSAY_NO_DATE;
    assay_parallel(a->n_task, 0, date_task, a);
    for (size_t t = 0; t < a->n_task; t++) {
        const struct part *part = &a->parts[t];
        if (part->n == 0)
            continue;
        first = first == ASSAY_NO_DATE || part->first < first ? part->first : first;
        a->last = a->last == ASSAY_NO_DATE || part->last > a->last ? part->last : a->last;
    }
    a->out->several = first != a->last;
    for (size_t t = 0; t < a->n_task; t++) {
        struct part *part = &a->parts[t];
        part->n = part->last == a->last ? part->n : 0;
        part->before = a->out->n;
        a->out->n += part->n;
    }
}

/* ---- the rows of that date ---- */

static void take_row(const struct asking *a, size_t k, size_t row, size_t before)
{
    a->out->row[k] = row;
    a->out->before[k] = before;
}

static bool is_before(const struct asking *a, size_t i)
{
    return counts(a, i) && a->day[i] != a->last;
}

/* The rows first .. end - 1 are one account's. Returns how many of them have the last date, from place k on. */
static size_t take_account(const struct asking *a, size_t first, size_t end, size_t k)
{
    size_t before = SIZE_MAX, n = 0;
    for (size_t i = first; i < end; i++)
        if (is_before(a, i) && (before == SIZE_MAX || a->day[before] <= a->day[i]))
            before = i;
    for (size_t i = first; i < end; i++)
        if (counts(a, i) && a->day[i] == a->last) {
            take_row(a, k + n++, i, before);
            before = SIZE_MAX; /* a second row of this date has one of the same date before it */
        }
    return n;
}

static void account_task(void *state, size_t task)
{
    const struct asking *a = state;
    size_t k = a->parts[task].before, end = task_start(a, task + 1), next;
    if (a->parts[task].n == 0)
        return;
    for (size_t i = task_start(a, task); i < end; i = next) {
        for (next = i + 1; next < end && a->account[next] == a->account[i];)
            next++;
        k += take_account(a, i, next, k);
    }
}

/* Accounts whose rows are anywhere; at[n_account] are zeros. */
static void take_scattered(const struct asking *a, size_t at[])
{
    for (size_t i = 0; i < a->n_row; i++) {
        if (!is_before(a, i))
            continue;
        size_t *before = &at[a->account[i]]; /* 1 + the latest row of an earlier date, 0: none */
        if (*before == 0 || a->day[*before - 1] <= a->day[i])
            *before = i + 1;
    }
    for (size_t i = 0, k = 0; k < a->out->n; i++) {
        if (!counts(a, i) || a->day[i] != a->last)
            continue;
        size_t *before = &at[a->account[i]];
        take_row(a, k++, i, *before > 0 ? *before - 1 : SIZE_MAX);
        *before = 0; /* as above */
    }
}

static bool take_rows(struct asking *a, size_t n_account)
{
    struct assay_latest *out = a->out;
    out->row = assay_rows_alloc(out->n, sizeof *out->row);
    out->before = assay_rows_alloc(out->n, sizeof *out->before);
    size_t *at = a->together ? NULL : assay_rows_alloc(n_account, sizeof *at);
    bool good = out->row != NULL && out->before != NULL && (a->together || at != NULL);
    if (good && a->together)
        assay_parallel(a->n_task, 0, account_task, a);
    else if (good)
        take_scattered(a, at);
    assay_rows_free(at);
    return good;
}

enum assay_status assay_latest_find(const int32_t day[], const int32_t account[],
                                    const unsigned char wanted[], size_t n_row, size_t n_account,
                                    struct assay_latest *latest, struct assay_error *err)
{
    struct assay_latest made = {0};
    struct asking asking = {.day = day,
                            .account = account,
                            .wanted = wanted,
                            .n_row = n_row,
                            .together = assay_clusters_together(account, n_row),
                            .out = &made};
    asking.n_task = asking.together ? (n_row + TASK_ROWS - 1) / TASK_ROWS : 1;
    asking.parts = assay_alloc(asking.n_task, sizeof *asking.parts);
    bool good = asking.parts != NULL;
    if (good) {
        find_last(&asking);
        good = take_rows(&asking, n_account);
    }
    free(asking.parts);
    if (!good) {
        assay_latest_clear(&made);
        return assay_fail_memory(err, "looking at the last date");
    }
    *latest = made;
    return ASSAY_OK;
}

void assay_latest_clear(struct assay_latest *latest)
{
    assay_rows_free(latest->row);
    assay_rows_free(latest->before);
    *latest = (struct assay_latest){0};
}

bool assay_latest_is_lively(const struct assay_latest *latest, const struct assay_eye *eye)
{
    double first = NAN;
    bool different = false, changed = false;
    for (size_t k = 0; k < latest->n && !(different && changed); k++) {
        double now = assay_eye_state(eye, latest->row[k]);
        if (isnan(now))
            continue;
        double then =
            latest->before[k] != SIZE_MAX ? assay_eye_state(eye, latest->before[k]) : (double)NAN;
        different = different || (!isnan(first) && now != first);
        changed = changed || (!isnan(then) && now != then);
        first = now;
    }
    return different && changed;
}
