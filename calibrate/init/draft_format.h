/* draft_format.h - numbers and dates as people write them, which the reader does not take
 *
 * Internal to draft*.c. A column is settled as a whole: "1,234" is 1234 unless "0,5" stands below
 * it, and 7/5/2025 is the fifth of July once 7/25/2025 is met. Values that the reader takes, and
 * marks that stand for an empty cell ("-", "#N/A", "none"), count apart.
 *
 * A number has a sign or brackets, a currency (its sign or code) or a percent sign, blanks,
 * separators of thousands in groups of three (point, comma, apostrophe, blank) and a decimal point
 * or comma. A date is day.month.year, or with slashes or dashes either way round, or year/month/day;
 * years have four digits, or two for this century.
 */
#ifndef ASSAY_CALIBRATE_DRAFT_FORMAT_H
#define ASSAY_CALIBRATE_DRAFT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/table.h"

#define ASSAY_PLAIN_SIZE 48

struct assay_format {
    /* Rows with a value: each is one of these, or none. */
    size_t n_number, n_date;           /* as the reader takes them */
    size_t n_odd_number, n_odd_date;   /* written otherwise */
    size_t n_mark;
    const char *number, *date, *mark;  /* the first odd number, odd date and mark, or NULL; they live
                                          as long as the column */
    char plain_number[ASSAY_PLAIN_SIZE]; /* the first odd number as the reader takes it */
    char plain_date[ASSAY_PLAIN_SIZE]; /* likewise; "2025-07-05 or 2025-05-07" where both may be meant */
};

/* Looks at each distinct text of a TEXT column of n_row rows once.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_format_examine(const struct assay_column *column,
                                                        size_t n_row, struct assay_format *format,
                                                        struct assay_error *err);

/* Whether text stands for an empty cell, although the reader does not say so. */
bool assay_is_mark(const char *text);

/* text as the reader takes it, where `decimal` ('.' or ',') parts whole from fraction; false, with
 * plain untouched, when it cannot be read so. */
bool assay_number_in_plain(const char *text, char decimal, char plain[ASSAY_PLAIN_SIZE]);

/* text as 2025-07-05, when slashes and dashes have the day first or the month first; likewise. */
bool assay_date_in_plain(const char *text, bool day_first, char plain[ASSAY_PLAIN_SIZE]);

#endif
