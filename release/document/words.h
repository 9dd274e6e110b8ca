/* words.h - numbers as the document prints them, and looking into the JSON of records and audits
 *
 * What these return lives until thirty-two further calls by the same thread. NaN is "-" everywhere.
 */
#ifndef ASSAY_RELEASE_DOCUMENT_WORDS_H
#define ASSAY_RELEASE_DOCUMENT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/metric/interval.h"

/* ---- numbers ---- */
const char *assay_say_count(size_t n);                    /* "1,249" */
const char *assay_say_amount(double value);               /* the same, rounded to a whole one */
const char *assay_say_number(double value, int decimals); /* "0.852", never "-0.000" */
const char *assay_say_change(double value, int decimals); /* with its sign: "+0.003", "0.000" */
const char *assay_say_short(double value);   /* as few digits as tell it, up to six: "0.0807" */
const char *assay_say_raw(double value);     /* a value of the data: four digits, or "13,807" */
const char *assay_say_percent(double share); /* "78.9%" */
const char *assay_say_percentage(size_t x, size_t n); /* "8.3%"; "-" where n is 0 */
const char *assay_say_day(double days);               /* a date of days since 1970 */
/* "0.852 [0.815, 0.889]", "78.9% [70.3, 85.5]", "17.4 [16.2, 24.7]" of 100; no bracket without an
 * interval */
const char *assay_say_estimate(struct assay_estimate estimate, int decimals);
const char *assay_say_difference(struct assay_estimate estimate, int decimals); /* with signs */
const char *assay_say_rate(struct assay_estimate share);
const char *assay_say_points(struct assay_estimate share);
/* [low, high] of shares in points of 100 */
const char *assay_say_interval_points(struct assay_estimate share);

/* "AUC", "sensitivity", ... for the audit's "auc"; a name it does not know is given back. */
const char *assay_metric_words(const char *name);
/* Its value as it is usual for this metric: percent for rates, else three or four decimals. */
const char *assay_say_metric(const char *name, struct assay_estimate estimate);
/* A difference of two of them, with signs: "-1.8 points [-6.4, +2.5]" for rates, else four
 * decimals. */
const char *assay_say_metric_difference(const char *name, struct assay_estimate difference);
/* By how much it may be worse: "3 points" for rates, else as it is. */
const char *assay_say_margin(const char *name, double margin);

/* ---- JSON; path: keys with dots between, from may be NULL ---- */
const struct cJSON *assay_path_value(const struct cJSON *from,
                                     const char *path);                  /* NULL: absent or null */
double assay_path_number(const struct cJSON *from, const char *path);    /* NaN: no number */
const char *assay_path_text(const struct cJSON *from, const char *path); /* NULL: no string */
bool assay_path_true(const struct cJSON *from, const char *path);        /* it is there and true */
/* The first element of a list or an object; NULL: there is none. */
const struct cJSON *assay_path_first(const struct cJSON *from, const char *path);
/* An object with "value" and "interval" [low, high]; NaN where there is none. A bare number is one
 * without an interval. */
struct assay_estimate assay_path_estimate(const struct cJSON *from, const char *path);
/* The same where number and [low, high] are members of their own, as "rate" and "interval". */
struct assay_estimate assay_path_pair(const struct cJSON *from, const char *value,
                                      const char *interval);
/* A number in words: "1,249", "-" where there is none. */
const char *assay_path_count(const struct cJSON *from, const char *path);

#endif
