/* why.h - why an account's score was what it was: "two years later somebody asks why March's score
 * was 42" */
#ifndef ASSAY_RELEASE_WHY_WHY_H
#define ASSAY_RELEASE_WHY_WHY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "core/signal/intake.h"

struct assay_why_options {
    struct assay_intake_options intake; /* the data; its window is that of the caller */
    const char *account;
    int32_t day; /* the account's last snapshot on or before this day is explained; ASSAY_NO_DATE:
                    its last */
    struct assay_text *notes; /* what the intake has to say of bad rows, for standard error, also
                                 where they end the run; NULL: nobody asks */
};

/* One account's score by one version: each signal's raw value, normalised value, weight and points,
 * from what pulls down most to what lifts most; cohort, line and zone; and that the points add up.
 * Of several rows of the account on that day the last in the data is explained, and the words say
 * so. Where the data has no dates the account's only row is. An account without a score gets the
 * signals that it lacks. Words are lines of at most 100 columns (names, texts and values that are
 * longer are cut). Both texts are appended to; either may be NULL.
 *
 * json is one object, format "assay-why/1":
 *   model {name, version, digest}, account, source, line (of the source), as_of|null, rows_of_day,
 *   score, unclamped, probability, composite, zone, flagged     null, all of them, without a score
 *   at_risk {score, probability}
 *   neutral_score     the score with every signal at 50; null without a score
 *   points            their sum: neutral_score + points = unclamped; a model that rounds makes score of
 *                     what is rounded, and unclamped remains exact
 *   cohort, plan, new_plan
 *   segment {weights, line}, new_segment     whose weights and line; null: the common ones
 *   signals[] {name, column, dimension, raw, normalised, weight, interval|null, points|null,
 *   missing,
 *              new_category}     in the order of the words; raw: number, text or null; missing:
 *                                null,
 *              or the policy applied
 *
 *   ASSAY_EDATA  no such account in the data, no snapshot of it on or before the day, or several
 *                rows of it and no dates */
ASSAY_MUST_CHECK enum assay_status assay_why(const struct assay_model *model,
                                             const struct assay_why_options *options,
                                             struct assay_text *words, struct assay_text *json,
                                             struct assay_error *err);

#endif
