/* repeats.h - columns that say again what is known, and would look like news to a test
 *
 * A copy of the score on another scale is not linear in the log-odds, and whether the account was acted on
 * was decided after the snapshot, often by the score: neither can become a signal. Arrays in, an answer out.
 */
#ifndef ASSAY_VALIDATE_PEOPLE_REPEATS_H
#define ASSAY_VALIDATE_PEOPLE_REPEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

enum assay_repeats {
    ASSAY_REPEATS_NOTHING,
    ASSAY_REPEATS_SCORE, /* orders the rows as the score does, or the other way round */
    ASSAY_REPEATS_ACTION /* is 1 where the account was acted on, 0 elsewhere */
};

/* Rows from the lowest score[n] to the highest, as order[n].
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_repeats_order(const double score[], size_t n, size_t order[],
                                                       struct assay_error *err);

/* Whether value[n] (NaN: none) rises, or falls, wherever the score does among the rows that have a value, and
 * nowhere else: a rank correlation of 1 or -1. Numbers within 1e-12 of each other, relatively, are one. At
 * least three different values. order: as above. */
bool assay_repeats_score(const double value[], const double score[], const size_t order[], size_t n);

/* 1 for ASSAY_ACTED, 0 for ASSAY_NOT_ACTED; false for a NaN, or an action that is not known. */
bool assay_is_action(double value, unsigned char acted);

/* Whether value[n] is 1 where acted[n] is ASSAY_ACTED and 0 where it is ASSAY_NOT_ACTED, both occurring;
 * never where any value is missing or any row's action is not known. */
bool assay_repeats_action(const double value[], const unsigned char acted[], size_t n);

#endif
