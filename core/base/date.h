/* date.h - calendar days
 *
 * A date is a count of days since 1970-01-01 in the proleptic Gregorian calendar.
 */
#ifndef ASSAY_CORE_BASE_DATE_H
#define ASSAY_CORE_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

#define ASSAY_NO_DATE INT32_MIN

/* Reads YYYY-MM-DD, year 1000 to 9999; a time behind it ("T10:00:00Z" or " 10:00") is passed
 * over, because a snapshot is dated to the day. */
bool assay_date_parse(const char *text, size_t length, int32_t *days);

#define ASSAY_DATE_SIZE 16
const char *assay_date_print(int32_t days, char out[ASSAY_DATE_SIZE]);

/* The day that stands in what is written: `given` (an option) unless it is ASSAY_NO_DATE, else that of
 * the environment's SOURCE_DATE_EPOCH, else today (UTC).
 *   ASSAY_EDATA  SOURCE_DATE_EPOCH is not a count of seconds since 1970 */
ASSAY_MUST_CHECK enum assay_status assay_date_of_run(int32_t given, int32_t *day,
                                                     struct assay_error *err);

/* A second of UTC as text, "2026-10-05T09:30:00Z". */
#define ASSAY_TIME_SIZE 24

/* Likewise to the second: `given`, a day, is its first second. */
ASSAY_MUST_CHECK enum assay_status assay_time_of_run(int32_t given, char out[ASSAY_TIME_SIZE],
                                                     struct assay_error *err);

/* Whether text is such a second. */
bool assay_time_parse(const char *text);

/* The calendar quarter of a day, counted from the first of 1970 (0); a year has four. */
int32_t assay_date_quarter(int32_t days);

/* The same for many days of which few differ, for a calendar is slow: days asked for, each with its quarter, at the
 * place that its number leads to. Zeroed to start with (day 0 is of quarter 0). */
struct assay_quarter_memo {
    struct {
        int32_t day, quarter;
    } at[64];
};
static inline int32_t assay_date_quarter_again(struct assay_quarter_memo *memo, int32_t day)
{
    size_t place = (uint32_t)day * UINT32_C(2654435769) >> 26; /* the golden ratio spreads regular days */
    if (memo->at[place].day != day) {
        memo->at[place].day = day;
        memo->at[place].quarter = assay_date_quarter(day);
    }
    return memo->at[place].quarter;
}

#endif
