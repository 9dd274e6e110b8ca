#include "calibrate/evidence/stale.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/rows.h"

/* ---- snapshots by date ---- */

struct dated {
    int32_t day, account;
    size_t row;
};

static int by_day(const void *a, const void *b)
{
    const struct dated *l = a, *r = b;
    if (l->day != r->day)
        return l->day < r->day ? -1 : 1;
    return l->row < r->row ? -1 : l->row > r->row;
}

enum assay_status assay_stale_rows_init(const int32_t day[], const int32_t account[],
                                        const unsigned char wanted[], size_t n_row,
                                        size_t n_account, struct assay_stale_rows *rows,
                                        struct assay_error *err)
{
    struct dated *dated = assay_rows_alloc(n_row, sizeof *dated);
    struct assay_stale_rows made = {.n_account = n_account,
                                    .day = assay_rows_alloc(n_row, sizeof *made.day),
                                    .account = assay_rows_alloc(n_row, sizeof *made.account),
                                    .row = assay_rows_alloc(n_row, sizeof *made.row)};
    if (dated == NULL || made.day == NULL || made.account == NULL || made.row == NULL) {
        assay_rows_free(dated);
        assay_stale_rows_clear(&made);
        return assay_fail_memory(err, "sorting snapshots by date");
    }
    for (size_t i = 0; i < n_row; i++)
        if (wanted[i] && day[i] != ASSAY_NO_DATE && account[i] >= 0)
            dated[made.n++] = (struct dated){day[i], account[i], i};
    qsort(dated, made.n, sizeof *dated, by_day);
    for (size_t k = 0; k < made.n; k++) {
        made.day[k] = dated[k].day;
        made.account[k] = dated[k].account;
        made.row[k] = dated[k].row;
    }
    assay_rows_free(dated);
    *rows = made;
    return ASSAY_OK;
}

void assay_stale_rows_clear(struct assay_stale_rows *rows)
{
    assay_rows_free(rows->day);
    assay_rows_free(rows->account);
    assay_rows_free(rows->row);
    *rows = (struct assay_stale_rows){0};
}

/* ---- what each snapshot says of a state ---- */

enum { APART, QUIET, LIVELY }; /* APART: it cannot tell */

static void mark_empty(const struct assay_stale_rows *rows, const double value[],
                       unsigned char mark[])
{
    for (size_t k = 0; k < rows->n; k++)
        mark[k] = isnan(value[k]) ? QUIET : LIVELY;
}

/* Returns the value that came last, NaN when none ever did. */
static double mark_constant(const struct assay_stale_rows *rows, const double value[],
                            unsigned char mark[])
{
    double last = NAN;
    for (size_t k = rows->n; isnan(last) && k-- > 0;)
        last = value[k];
    for (size_t k = 0; k < rows->n; k++)
        mark[k] = isnan(value[k]) ? APART : value[k] == last ? QUIET : LIVELY;
    return last;
}

/* place[n_account] is scratch: 1 + where the account's latest value stands. */
static void mark_frozen(const struct assay_stale_rows *rows, const double value[], size_t place[],
                        unsigned char mark[])
{
    memset(place, 0, rows->n_account * sizeof *place);
    for (size_t k = 0; k < rows->n; k++) {
        size_t *latest = &place[rows->account[k]];
        mark[k] = APART;
        if (isnan(value[k]))
            continue;
        if (*latest > 0 && rows->day[*latest - 1] < rows->day[k])
            mark[k] = value[k] == value[*latest - 1] ? QUIET : LIVELY;
        *latest = k + 1;
    }
}

/* ---- is the end quieter than accident and rhythm allow ---- */

/* The dates of snapshots that can tell, in runs without a lively one. */
struct stretches {
    size_t between; /* dates in the longest run between two lively dates */
    size_t end;     /* dates since the last lively one */
};

static struct stretches find_stretches(const struct assay_stale_rows *rows,
                                       const unsigned char mark[])
{
    struct stretches s = {0};
    bool begun = false; /* a lively date has been */
    for (size_t k = 0, next; k < rows->n; k = next) {
        bool tells = false, lively = false;
        for (next = k; next < rows->n && rows->day[next] == rows->day[k]; next++) {
            tells = tells || mark[next] != APART;
            lively = lively || mark[next] == LIVELY;
        }
        if (lively) {
            s.between = begun && s.end > s.between ? s.end : s.between;
            s.end = 0;
            begun = true;
        } else if (tells) {
            s.end++;
        }
    }
    return s;
}

/* Fills counts and dates; false where the last lively date is the last of all, or there is none. */
static bool count_sides(const struct assay_stale_rows *rows, const unsigned char mark[],
                        size_t seen[], struct assay_stale *out)
{
    size_t lively = rows->n, first;
    while (lively > 0 && mark[lively - 1] != LIVELY)
        lively--;
    if (lively == 0)
        return false;
    for (first = lively; first < rows->n && rows->day[first] == rows->day[lively - 1];)
        first++;
    for (size_t k = 0; k < first; k++) {
        out->rows_before += mark[k] != APART;
        out->quiet_before += mark[k] == QUIET;
    }
    memset(seen, 0, rows->n_account * sizeof *seen);
    for (size_t k = first; k < rows->n; k++) {
        if (mark[k] == APART)
            continue;
        if (out->rows++ == 0)
            out->since = rows->day[k];
        out->accounts += seen[rows->account[k]]++ == 0;
    }
    return out->rows > 0;
}

static bool judge(const struct assay_stale_rows *rows, const unsigned char mark[], double limit,
                  size_t scratch[], struct assay_stale *out)
{
    *out = (struct assay_stale){.value = NAN};
    if (!count_sides(rows, mark, scratch, out) || out->accounts < ASSAY_STALE_ACCOUNTS)
        return false;
    struct stretches stretches = find_stretches(rows, mark);
    out->chance = pow((double)(out->quiet_before + 1) / (double)(out->rows_before + 1),
                      (double)out->accounts);
    return stretches.end > stretches.between && out->chance <= limit;
}

enum assay_status assay_stale_find(const struct assay_stale_rows *rows, const double value[],
                                   double limit, struct assay_stale *out, struct assay_error *err)
{
    unsigned char *mark = assay_rows_alloc(rows->n, 1);
    size_t *scratch = assay_rows_alloc(rows->n_account, sizeof *scratch);
    struct assay_stale made;
    if (mark == NULL || scratch == NULL) {
        assay_rows_free(mark);
        assay_rows_free(scratch);
        return assay_fail_memory(err, "looking for stale signals");
    }
    *out = (struct assay_stale){.value = NAN};
    mark_empty(rows, value, mark);
    if (judge(rows, mark, limit, scratch, &made)) {
        *out = made;
        out->kind = ASSAY_STALE_EMPTY;
    }
    double last = mark_constant(rows, value, mark);
    if (out->kind == ASSAY_STALE_NOT && judge(rows, mark, limit, scratch, &made)) {
        *out = made;
        out->kind = ASSAY_STALE_CONSTANT;
        out->value = last;
    }
    mark_frozen(rows, value, scratch, mark);
    if (out->kind == ASSAY_STALE_NOT && judge(rows, mark, limit, scratch, &made)) {
        *out = made;
        out->kind = ASSAY_STALE_FROZEN;
    }
    assay_rows_free(mark);
    assay_rows_free(scratch);
    return ASSAY_OK;
}
