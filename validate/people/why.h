/* why.h - what a missed churner's miss is put down to
 *
 * The first of these that holds. What was wrong with the data comes before what the account did, for no
 * reading of the score is worth much where its inputs were absent or old; a later flag, which is a fact,
 * comes before contradiction, which is a reading of one snapshot.
 *
 *   signal missing  with the missing signals at the level of the typical churner (context.h) the account
 *                   would have been flagged
 *   stale           the same holds for the signals that are out of date: recorded more than
 *                   ASSAY_STALE_DAYS before the snapshot, where the spec says in which column that
 *                   stands; else raw numbers that are the same to the last digit in this snapshot of the
 *                   account and the two before it, of a signal that usually differs
 *   late collapse   a later snapshot of the account, dated before its event, was flagged; or the score
 *                   had fallen by ASSAY_COLLAPSE_POINTS or more since the snapshot before
 *   contradictory   one dimension stood below ASSAY_LOW_DIMENSION and another above
 *                   ASSAY_HIGH_DIMENSION (means of s, weighted as in the score)
 *   looked normal   none of these
 *
 * Of a bare score only a later flag can be seen: all others are ASSAY_MISS_UNKNOWN.
 */
#ifndef ASSAY_VALIDATE_PEOPLE_WHY_H
#define ASSAY_VALIDATE_PEOPLE_WHY_H

#include <stddef.h>

#include "core/base/text.h"
#include "validate/people/context.h"

enum {
    ASSAY_STALE_DAYS = 90,    /* a quarter: what was recorded before tells of the quarter before */
    ASSAY_STALE_SNAPSHOTS = 3 /* with the same raw value */
};
#define ASSAY_COLLAPSE_POINTS 15.0 /* of the score: the odds of churn are 2.8 times what they were, where
                                      ten points halve them */
#define ASSAY_LOW_DIMENSION 25.0   /* outer quarters of the scale */
#define ASSAY_HIGH_DIMENSION 75.0

enum assay_miss_type {
    ASSAY_MISS_MISSING,
    ASSAY_MISS_STALE,
    ASSAY_MISS_COLLAPSE,
    ASSAY_MISS_CONTRADICTORY,
    ASSAY_MISS_NORMAL,
    ASSAY_MISS_TYPES,
    ASSAY_MISS_UNKNOWN = ASSAY_MISS_TYPES
};
extern const char *const assay_miss_type_names[ASSAY_MISS_TYPES];    /* "signal missing", ... */
extern const char *const assay_miss_type_meanings[ASSAY_MISS_TYPES]; /* a sentence on what to make of it */

/* Row i of input->used, a miss, at `place` of the timeline. */
enum assay_miss_type assay_why_type(const struct assay_people *people, size_t i, size_t place);

/* Adds a sentence without its full stop; nothing for ASSAY_MISS_UNKNOWN. */
void assay_why_say(const struct assay_people *people, size_t i, size_t place, struct assay_text *text);

#endif
