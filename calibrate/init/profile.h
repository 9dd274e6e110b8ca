/* profile.h - what a CSV of snapshots holds, column by column, before anybody has said what it means
 *
 * Every column is read as text, so that each distinct value is looked at once however often it
 * occurs. A value is empty where the reader says so (nothing, NA, null, ...), and otherwise counts
 * as a number, a date and a flag wherever the reader would take it for one: "1" is two of them.
 */
#ifndef ASSAY_CALIBRATE_PROFILE_H
#define ASSAY_CALIBRATE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/table.h"

#define ASSAY_NO_PROFILE ((size_t)-1) /* no such column */

/* What every value that is not empty can be read as. */
enum assay_column_kind {
    ASSAY_KIND_EMPTY,  /* there is none */
    ASSAY_KIND_NUMBER, /* 0/1 columns included */
    ASSAY_KIND_FLAG,   /* yes/no, true/false in any spelling, not all of it numbers */
    ASSAY_KIND_DATE,
    ASSAY_KIND_TEXT, /* none of these: not even if it is one exception in a million */
};

struct assay_column_profile {
    enum assay_column_kind kind;
    size_t field; /* in the file, from 1 */
    size_t n_row, n_missing;
    size_t n_number, n_date, n_flag; /* rows that can be read as such */
    size_t n_distinct;               /* texts: "1" and "1.0" are two */
    size_t n_level;                  /* NUMBER: distinct numbers, where these are one */
    /* NUMBER: of the rows with a value, nearest rank (Hyndman and Fan 1996, type 1) */
    double min, percentile_1, quartile_1, median, quartile_3, percentile_99, max;
    bool whole;                  /* NUMBER: no value has decimals */
    int32_t first_date, last_date; /* DATE */
};

/* Reads the codes of a TEXT column of n_row rows.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_column_examine(const struct assay_column *column,
                                                        size_t n_row,
                                                        struct assay_column_profile *profile,
                                                        struct assay_error *err);

/* A column that has to be there. */
struct assay_wanted_column {
    const char *name;
    const char *what; /* what it is to the caller, as messages say it: "outcome" */
};

struct assay_profile_options {
    char delimiter; /* 0: guess */
    bool quiet;     /* no progress */
};

/* All of a file. Zeroed is empty. */
struct assay_profile {
    char *source; /* the file as messages call it */
    struct assay_table table;
    struct assay_column_profile *columns; /* [table.n_column], in the file's order */
    size_t n_header;                      /* columns of the file */
    size_t n_unnamed;                     /* left out: their name is empty ... */
    struct assay_text repeated;           /* ... or not theirs alone; these names, "a", "b" */
    size_t n_repeated;
    struct assay_text complaints; /* lines on the delimiter and on bad rows, for people */
    size_t n_bad;                 /* rows left out because they could not be read */
};

/* Reads path ("-": standard input) and examines each column whose name is its own.
 *   ASSAY_EDATA  a wanted column is absent, or there twice; there are no rows
 *   others       as the reader fails */
ASSAY_MUST_CHECK enum assay_status
assay_profile_read(const char *path, const struct assay_profile_options *options,
                   const struct assay_wanted_column wanted[], size_t n_wanted,
                   struct assay_profile *profile, struct assay_error *err);
void assay_profile_clear(struct assay_profile *profile);

/* Index of a column that is there, or ASSAY_NO_PROFILE. */
size_t assay_profile_find(const struct assay_profile *profile, const char *name);

/* Whether every value that is not empty is 0/1, yes/no, true/false. */
bool assay_column_is_flag(const struct assay_column_profile *profile);

/* ---- a column's values by row; out[table.n_row] ---- */

/* NaN where empty or not a number. */
ASSAY_MUST_CHECK enum assay_status assay_profile_numbers(const struct assay_profile *profile,
                                                         size_t column, double out[],
                                                         struct assay_error *err);
/* ASSAY_NO_DATE where empty or not a date. */
ASSAY_MUST_CHECK enum assay_status assay_profile_dates(const struct assay_profile *profile,
                                                       size_t column, int32_t out[],
                                                       struct assay_error *err);
/* ASSAY_NO_FLAG where empty or not a flag. */
ASSAY_MUST_CHECK enum assay_status assay_profile_flags(const struct assay_profile *profile,
                                                       size_t column, int8_t out[],
                                                       struct assay_error *err);

/* The flag that text says, in the reader's spellings, or ASSAY_NO_FLAG. */
int8_t assay_flag_of(const char *text);

#endif
