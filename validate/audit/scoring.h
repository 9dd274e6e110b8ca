/* scoring.h - the rows of a table into the sets of an audit, scored on all processors
 *
 * A model scores by core/model/compiled.h, a block of rows at a time; a score column is its own score. Rows
 * go to the places that their set would have for them if none were left out; where some are, the others
 * close up in the end. So the sets are the same on any number of threads.
 */
#ifndef ASSAY_VALIDATE_AUDIT_SCORING_H
#define ASSAY_VALIDATE_AUDIT_SCORING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

/* Which set a row of the table belongs to. */
enum assay_audit_place {
    ASSAY_PLACE_NOWHERE,
    ASSAY_PLACE_USED,
    ASSAY_PLACE_WAITING,
    ASSAY_PLACE_OTHER,
    ASSAY_PLACES
};

struct assay_audit_places {
    unsigned char *place;   /* [n_row] enum assay_audit_place */
    unsigned char *outcome; /* [n_row] 0 or 1 */
    size_t n[ASSAY_PLACES]; /* rows of each */
};

/* Fills input->used, waiting and other, which have room and no rows yet, and takes the rows that are left
 * out (a signal whose policy is `drop`, or the score, is missing) from input->count. probabilities: the
 * score column holds them; one outside [0, 1] leaves a row out that counts for nothing.
 *   ASSAY_EDATA   such a probability in a row that counts
 *   ASSAY_ENOMEM, and as the model's columns give it */
ASSAY_MUST_CHECK enum assay_status assay_audit_fill(struct assay_audit_input *input,
                                                    const struct assay_audit_places *places,
                                                    bool probabilities, struct assay_error *err);

#endif
