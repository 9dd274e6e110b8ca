/* stale.h - has a signal's source gone quiet?
 *
 * Three ways in which a feed dies: no values come any more, one value comes for everybody, or every
 * account keeps the value it had. Each is a state that lasts from some date to the end of the data
 * and did not hold before.
 *
 * Quiet ends happen by accident too. A finding wants all of:
 *   - ASSAY_STALE_ACCOUNTS accounts or more since that date;
 *   - more dates in a row than the longest quiet stretch between two livelier dates: a survey that is
 *     held every other quarter is quiet between, and that is its rhythm;
 *   - a chance of at most `limit`. With quiet of n snapshots before quiet in the same sense and m
 *     accounts since, it is ((quiet + 1) / (n + 1))^m: accounts and not snapshots are taken as
 *     independent, because an account's snapshots resemble each other.
 */
#ifndef ASSAY_CALIBRATE_STALE_H
#define ASSAY_CALIBRATE_STALE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

#define ASSAY_STALE_ACCOUNTS 10

/* Snapshots by date; those of the same date in the order in which they came. Zeroed is empty. */
struct assay_stale_rows {
    size_t n, n_account; /* account codes are below n_account */
    int32_t *day;        /* [n] ascending */
    int32_t *account;    /* [n] */
    size_t *row;         /* [n] which of the caller's rows it is */
};

/* day[n_row], ASSAY_NO_DATE where a row has none, and account[n_row], negative where it has none; rows
 * without either, and those with wanted[i] == 0, are left out.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_stale_rows_init(const int32_t day[],
                                                         const int32_t account[],
                                                         const unsigned char wanted[],
                                                         size_t n_row, size_t n_account,
                                                         struct assay_stale_rows *rows,
                                                         struct assay_error *err);
void assay_stale_rows_clear(struct assay_stale_rows *rows);

enum assay_stale_kind {
    ASSAY_STALE_NOT,
    ASSAY_STALE_EMPTY,    /* no snapshot has a value */
    ASSAY_STALE_CONSTANT, /* every value is the same */
    ASSAY_STALE_FROZEN    /* every value is that of the account's snapshot before */
};

struct assay_stale {
    enum assay_stale_kind kind; /* the first that holds, in the order above */
    int32_t since;              /* the first date on which it holds */
    double value;               /* CONSTANT: what is left; else NaN */
    size_t rows, accounts;      /* since, of those that could tell: EMPTY all snapshots, CONSTANT those
                                   with a value, FROZEN those with a value behind an earlier one */
    size_t rows_before, quiet_before; /* of these, before: all; in that state by themselves */
    double chance;              /* as above */
};

/* value[n], by place in rows: NaN where missing; equal means ==. limit in (0, 1).
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_stale_find(const struct assay_stale_rows *rows,
                                                    const double value[], double limit,
                                                    struct assay_stale *out,
                                                    struct assay_error *err);

#endif
