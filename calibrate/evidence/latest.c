#include "calibrate/evidence/latest.h"

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/rows.h"

static bool counts(const int32_t day[], const int32_t account[], const unsigned char wanted[],
                   size_t i)
{
    return wanted[i] && day[i] != ASSAY_NO_DATE && account[i] >= 0;
}

/* The last date, and how many rows have it. */
static int32_t find_last(const int32_t day[], const int32_t account[], const unsigned char wanted[],
                         size_t n_row, struct assay_latest *latest)
{
    int32_t last = ASSAY_NO_DATE;
    for (size_t i = 0; i < n_row; i++) {
        if (!counts(day, account, wanted, i))
            continue;
        if (last == ASSAY_NO_DATE || day[i] > last) {
            latest->several = last != ASSAY_NO_DATE;
            last = day[i];
            latest->n = 0;
        }
        latest->several = latest->several || day[i] < last;
        latest->n += day[i] == last;
    }
    return last;
}

/* before[account]: 1 + the latest row of an earlier date, 0: none. */
static void find_before(const int32_t day[], const int32_t account[], const unsigned char wanted[],
                        size_t n_row, int32_t last, size_t before[])
{
    for (size_t i = 0; i < n_row; i++) {
        if (!counts(day, account, wanted, i) || day[i] == last)
            continue;
        size_t *at = &before[account[i]];
        if (*at == 0 || day[*at - 1] <= day[i])
            *at = i + 1;
    }
}

enum assay_status assay_latest_find(const int32_t day[], const int32_t account[],
                                    const unsigned char wanted[], size_t n_row, size_t n_account,
                                    struct assay_latest *latest, struct assay_error *err)
{
    struct assay_latest made = {0};
    int32_t last = find_last(day, account, wanted, n_row, &made);
    size_t *before = assay_rows_alloc(n_account, sizeof *before);
    made.row = assay_rows_alloc(made.n, sizeof *made.row);
    made.before = assay_rows_alloc(made.n, sizeof *made.before);
    if (before == NULL || made.row == NULL || made.before == NULL) {
        assay_rows_free(before);
        assay_latest_clear(&made);
        return assay_fail_memory(err, "looking at the last date");
    }
    find_before(day, account, wanted, n_row, last, before);
    for (size_t i = 0, k = 0; k < made.n; i++) {
        if (!counts(day, account, wanted, i) || day[i] != last)
            continue;
        size_t *at = &before[account[i]];
        made.row[k] = i;
        made.before[k++] = *at > 0 ? *at - 1 : SIZE_MAX;
        *at = 0; /* a second row of this date has one of the same date before it */
    }
    assay_rows_free(before);
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
