/* latest.h - is a signal alive on the last date?
 *
 * A source that has gone quiet (stale.h) is quiet on the last date of all. Most are not, which a look at that
 * date and at each account's snapshot before it shows: only what this look cannot clear is held against
 * the whole history.
 */
#ifndef ASSAY_CALIBRATE_LATEST_H
#define ASSAY_CALIBRATE_LATEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibrate/evidence/eye.h"
#include "core/base/error.h"

/* Zeroed is empty. */
struct assay_latest {
    size_t n;    /* rows of the last date that is wanted, ascending */
    size_t *row; /* [n] */
    size_t *
        before; /* [n] the account's latest row of an earlier date (of equals the last); SIZE_MAX: none, or not
                         the account's first row of the last date */
    bool several; /* there is an earlier date */
};

/* As assay_stale_rows_init() takes them: day[n_row], account[n_row] and wanted[n_row]; account codes are below
 * n_account. */
ASSAY_MUST_CHECK enum assay_status assay_latest_find(const int32_t day[], const int32_t account[],
                                                     const unsigned char wanted[], size_t n_row,
                                                     size_t n_account, struct assay_latest *latest,
                                                     struct assay_error *err);
void assay_latest_clear(struct assay_latest *latest);

/* On the last date some account has a value, two have different ones, and one has changed: none of the states of
 * stale.h lasts to the end. False: they may. */
bool assay_latest_is_lively(const struct assay_latest *latest, const struct assay_eye *eye);

#endif
