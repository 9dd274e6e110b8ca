/* reference.h - what the training data looked like
 *
 * Kept in the model, so that an audit can say how far its own data are from those the model learned from,
 * though the training data are gone: of every variable the shape, and no row of anybody's.
 */
#ifndef ASSAY_CORE_MODEL_REFERENCE_H
#define ASSAY_CORE_MODEL_REFERENCE_H

#include <stddef.h>

#include "core/metric/percentiles.h"
#include "core/spec/spec.h"

enum assay_reference_kind {
    ASSAY_OF_SIGNAL, /* raw values: numbers, or categories where steps read a text */
    ASSAY_OF_SCORE,  /* as the model scores its own training rows */
    ASSAY_OF_SEGMENT,
    ASSAY_OF_PLAN,
    ASSAY_REFERENCE_KINDS
};
extern const char *const assay_reference_kinds[ASSAY_REFERENCE_KINDS]; /* signal, score, ... */

enum { ASSAY_REFERENCE_VALUES = 50 };

/* Owned but for nothing. */
struct assay_reference_variable {
    enum assay_reference_kind kind;
    char *name;     /* the signal's, the column's, or "score" */
    size_t missing; /* rows without a value */
    struct assay_percentiles *numbers; /* NULL: a text */
    char **values;  /* [n_value] texts, from the most frequent; equal counts in byte order */
    size_t *counts; /* [n_value] rows with each */
    size_t n_value; /* at most ASSAY_REFERENCE_VALUES */
    size_t others;  /* rows with any other value */
};

/* Zeroed is empty: rows 0. */
struct assay_model_reference {
    size_t rows, accounts; /* of the fit */
    double effective;      /* accounts after Kish: rows^2 over the sum of the accounts' rows^2 */
    size_t zone_rows[ASSAY_MAX_ZONES], zone_events[ASSAY_MAX_ZONES]; /* by zone of the score */
    struct assay_reference_variable *variables; /* signals in the model's order, score, segments, plan */
    size_t n_variable;
};
void assay_model_reference_clear(struct assay_model_reference *reference);

#endif
