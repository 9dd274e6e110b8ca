/* set.h - rows of an audit: making a set, and taking rows of the table into it
 *
 * Its arrays grow with the rows (core/base/rows.h).
 */
#ifndef ASSAY_VALIDATE_AUDIT_SET_H
#define ASSAY_VALIDATE_AUDIT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

/* Which arrays a set has beyond those that the table's columns lead to. */
struct assay_audit_shape {
    bool prob, champion;
    size_t n_signal; /* 0: none */
};

/* What is known of a strip of the table's rows once they are scored, and those of them that the set takes. Arrays
 * are by row of the strip. */
struct assay_audit_rows {
    size_t first;         /* row of the table that the strip begins with */
    const uint32_t *pick; /* [n] rows of the strip */
    size_t n;
    const unsigned char *outcome;
    const double *score, *prob;
    const double *s;     /* signal j of row i at [j * stride + i]; NULL where the shape has none */
    const bool *missing; /* likewise */
    size_t stride;
    const uint32_t *cohort; /* node; read where the set keeps it */
    const bool *left_out; /* only their place is kept, until the set closes up */
    const double *champion_score, *champion_prob; /* NaN: left out by it; not read without a champion */
};

/* Room for `capacity` rows of this input (its intake and spec are set); n is 0.
 *   ASSAY_ENOMEM  what was made is to be cleared all the same */
ASSAY_MUST_CHECK enum assay_status assay_audit_set_init(const struct assay_audit_input *input,
                                                        const struct assay_audit_shape *shape,
                                                        size_t capacity, struct assay_audit_set *set,
                                                        struct assay_error *err);
/* Writes entries at .. at + rows->n - 1, which are within the capacity; returns how many of those that are not
 * left out have the event. Any threads may write different entries; n and n_event are the caller's to set. */
size_t assay_audit_set_put(const struct assay_audit_input *input, const struct assay_audit_rows *rows,
                           size_t at, struct assay_audit_set *set);

/* Takes out, of the n entries, those that were left out.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_set_close_up(struct assay_audit_set *set, size_t n_segment,
                                                            size_t n_signal, struct assay_error *err);

void assay_audit_set_clear(struct assay_audit_set *set, size_t n_segment, size_t n_signal);

#endif
