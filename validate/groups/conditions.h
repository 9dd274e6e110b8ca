/* conditions.h - what a blind spot may be described by: the audit's columns, coded, and their words
 *
 * In this order: segments, the plan, tenure, value, the model's signals from the heaviest down. Texts are
 * coded in byte order, those with fewer than `smallest` rows left out; a missing one is a value, "".
 * Tenure is cut at the edges of the spec's bands, or else like value and signals into bands that hold
 * about equally many rows; a missing number has a code of its own behind the bands, and one that is the
 * same wherever it is known is left out. Signals are the points that the score saw, 0 to 100.
 */
#ifndef ASSAY_VALIDATE_GROUPS_CONDITIONS_H
#define ASSAY_VALIDATE_GROUPS_CONDITIONS_H

#include <stdbool.h>

#include "core/base/json_write.h"
#include "core/metric/slices.h"
#include "validate/audit/input.h"

enum { ASSAY_CONDITION_BANDS = 5, ASSAY_CONDITION_PAIRED = 24 };

enum assay_condition_kind {
    ASSAY_IS_SEGMENT,
    ASSAY_IS_PLAN,
    ASSAY_IS_TENURE,
    ASSAY_IS_VALUE,
    ASSAY_IS_SIGNAL
};

struct assay_condition_column {
    enum assay_condition_kind kind;
    const char *name;             /* of the column; of a signal, the signal's */
    const char **text;            /* [n_text] by code, NULL for numbers; texts are the dictionary's */
    size_t n_text;
    double edge[ASSAY_MAX_BANDS]; /* band k is [edge[k - 1], edge[k]) */
    size_t n_edge;
    unsigned char *code;          /* [n] */
};

struct assay_conditions {
    struct assay_condition_column *column; /* [n_column] */
    struct assay_slice_column *coded;      /* [n_column] the same, for the search */
    size_t n_column;
    size_t n_group;                        /* the first so many are no signals */
    size_t n_paired;                       /* groups, and signals up to ASSAY_CONDITION_PAIRED columns */
};

/* ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_conditions_make(const struct assay_audit_input *input,
                                                         size_t smallest,
                                                         struct assay_conditions *conditions,
                                                         struct assay_error *err);
void assay_conditions_clear(struct assay_conditions *conditions);

/* One of blind_spots[].conditions: "column", and "is" (a text; "" where it is missing), or "from" and
 * "below", of which one may be absent. */
void assay_condition_put(struct assay_json_writer *json, const struct assay_conditions *conditions,
                         const struct assay_slice_condition *condition);

/* As people say it: "Retail", "plan Starter", "tenure_months from 3 to below 12", "logins below 31.4
 * points", "nps missing". A text that says little by itself ("yes", "2") goes with its column's name. */
void assay_condition_words(struct assay_text *words, const struct assay_conditions *conditions,
                           const struct assay_slice_condition *condition);

/* "Retail", or "segment 2": a column's value as a sentence names it; "(missing)" for "". */
void assay_group_words(struct assay_text *words, const char *column, const char *value);

#endif
