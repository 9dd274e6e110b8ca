/* accounts.h - the accounts of a history, numbered in an order that the rows have no part in */
#ifndef ASSAY_CALIBRATE_ACCOUNTS_H
#define ASSAY_CALIBRATE_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"

/* Zeroed is empty. */
struct assay_accounts {
    size_t n;         /* accounts with a row that counts, in byte order of their ids */
    int32_t *account; /* [n_row], 0 .. n - 1; -1: the row does not count */
    size_t *rows;     /* [n], rows that count */
};

ASSAY_MUST_CHECK enum assay_status assay_accounts_init(const struct assay_history *history,
                                                       struct assay_accounts *accounts,
                                                       struct assay_error *err);
void assay_accounts_clear(struct assay_accounts *accounts);

#endif
