/* eye.h - the raw values of one signal, and how often each comes with the event
 *
 * Checks look at raw values; categories count by their points, the order that the team gave them.
 */
#ifndef ASSAY_CALIBRATE_EYE_H
#define ASSAY_CALIBRATE_EYE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/data/table.h"

/* Zeroed is empty. */
struct assay_eye {
    const struct assay_history *history; /* borrowed */
    const struct assay_column *column;   /* borrowed */
    double *points;                      /* by code of a category; NULL: a number */
};

ASSAY_MUST_CHECK enum assay_status assay_eye_init(const struct assay_history *history,
                                                  size_t signal, struct assay_eye *eye,
                                                  struct assay_error *err);
void assay_eye_clear(struct assay_eye *eye);

/* A number, or a category's points; NaN where missing. */
static inline double assay_eye_value(const struct assay_eye *eye, size_t row)
{
    if (eye->points == NULL)
        return assay_column_number(eye->column, row);
    int32_t code = eye->column->codes[row];
    return code == ASSAY_NO_CODE ? (double)NAN : eye->points[code];
}

/* As above, but a category is its code: two may have the same points. */
static inline double assay_eye_state(const struct assay_eye *eye, size_t row)
{
    if (eye->points == NULL)
        return assay_column_number(eye->column, row);
    int32_t code = eye->column->codes[row];
    return code == ASSAY_NO_CODE ? (double)NAN : (double)code;
}

/* ---- distinct values ---- */

/* Rows that count and have the event, ascending: every signal is counted over them. Zeroed is empty. */
struct assay_events {
    size_t n;
    uint32_t *row; /* [n] */
};
ASSAY_MUST_CHECK enum assay_status assay_events_find(const struct assay_history *history,
                                                     struct assay_events *events,
                                                     struct assay_error *err);
void assay_events_clear(struct assay_events *events);

/* Of the rows that count. Zeroed is empty. */
struct assay_levels {
    size_t n;
    double *value;      /* [n] ascending, all different */
    size_t (*count)[2]; /* [n] rows without the event, with it */
    size_t missing[2];
};

/* *known: columns of categories and coded numbers (core/data/table.h) have them by counting; of others nothing is
 * counted. */
ASSAY_MUST_CHECK enum assay_status assay_levels_count(const struct assay_eye *eye,
                                                      const struct assay_events *events,
                                                      bool *known, struct assay_levels *levels,
                                                      struct assay_error *err);
void assay_levels_clear(struct assay_levels *levels);

/* Rows with a value, by outcome. */
void assay_levels_total(const struct assay_levels *levels, size_t total[2]);

/* AUC of the values, higher taken for risk, ties counting one half: that of core/metric/roc.h, exactly. Both
 * outcomes have a value. */
double assay_levels_auc(const struct assay_levels *levels);

/* Events from the low or the high end before the first value that a non-event has too. */
size_t assay_levels_pure(const struct assay_levels *levels, bool low_end);

#endif
