/* set.h - rows of an audit: making a set, and taking rows of the table into it */
#ifndef ASSAY_VALIDATE_AUDIT_SET_H
#define ASSAY_VALIDATE_AUDIT_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

/* Which arrays a set has beyond those that the table's columns lead to. */
struct assay_audit_shape {
    bool prob, champion;
    size_t n_signal; /* of s and missing; 0: none */
};

/* What is known of a row once it is scored. */
struct assay_audit_row {
    size_t row; /* in the table */
    double score, prob;
    unsigned char outcome;
    const double *s;     /* [n_signal], or NULL where the shape has none */
    const bool *missing; /* [n_signal] */
    double champion_score, champion_prob; /* NaN: left out by it */
};

/* Room for `capacity` rows of this input (its intake and spec are set); n is 0.
 *   ASSAY_ENOMEM  what was made is to be cleared all the same */
ASSAY_MUST_CHECK enum assay_status assay_audit_set_init(const struct assay_audit_input *input,
                                                        const struct assay_audit_shape *shape,
                                                        size_t capacity, struct assay_audit_set *set,
                                                        struct assay_error *err);
void assay_audit_set_take(const struct assay_audit_input *input, const struct assay_audit_row *row,
                          struct assay_audit_set *set);
void assay_audit_set_clear(struct assay_audit_set *set, size_t n_segment, size_t n_signal);

#endif
