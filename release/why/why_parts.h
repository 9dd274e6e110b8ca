/* why_parts.h - one account's snapshot as it was scored, for those who put it into words
 *
 * Internal to why.c, which fills it, why_words.c and why_write.c.
 */
#ifndef ASSAY_RELEASE_WHY_WHY_PARTS_H
#define ASSAY_RELEASE_WHY_WHY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "core/model/scorer.h"

/* All texts are borrowed from the model and the table. */
struct assay_why_case {
    const struct assay_model *model;
    const char *account, *source;
    size_t line;       /* of the source, on which the snapshot begins */
    int32_t as_of;     /* ASSAY_NO_DATE: the data has no dates */
    size_t n_same_day; /* rows of the account on that day, of which this is the last */
    const char *plan, *models_by,
        *line_by; /* the account's values; NULL: missing, or not declared */
    struct assay_score score;
    /* ---- by signal, in the model's order ---- */
    double number[ASSAY_MAX_SIGNALS];    /* raw; NaN: missing, or a text */
    const char *text[ASSAY_MAX_SIGNALS]; /* raw; NULL: missing, or a number */
    double s[ASSAY_MAX_SIGNALS];         /* what stands in for a missing one included */
    bool missing[ASSAY_MAX_SIGNALS];     /* also a category that has no points */
    double points[ASSAY_MAX_SIGNALS];    /* core/model/points.h */
    size_t order[ASSAY_MAX_SIGNALS];     /* from the least points to the most */
    /* neutral + points_sum = unclamped, but for the last digits */
    double neutral; /* the score with every signal at 50 */
    double points_sum;
    double unclamped; /* the score before it is rounded and stops at 0 and 100 */
};

/* A missing signal without which the model gives no score. */
bool assay_why_bars(const struct assay_why_case *why, size_t j);

/* Interval of the weight of signal j; without one where the account's segment has weights of its
 * own. */
struct assay_estimate assay_why_weight(const struct assay_why_case *why, size_t j);

void assay_why_words(const struct assay_why_case *why, struct assay_text *text);
void assay_why_write(const struct assay_why_case *why, struct assay_json_writer *json);

#endif
