/* context.h - what every question about a person needs: the rows, the model's terms, what is usual */
#ifndef ASSAY_VALIDATE_PEOPLE_CONTEXT_H
#define ASSAY_VALIDATE_PEOPLE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/model/segments.h"
#include "validate/audit/input.h"
#include "validate/people/timeline.h"

/* Where the typical churner stands: the median s of the audited churners whose value is there. With
 * fewer of them than this a quarter of the scale, which is the lower quartile of a ranked signal. */
enum { ASSAY_TYPICAL_CHURNERS = 5 };
#define ASSAY_TYPICAL_POINTS 25.0

/* A value that stands still says something only where others move: a signal is taken to move when its
 * raw value differs between at least this share of consecutive snapshots of an account, out of at least
 * so many. */
#define ASSAY_MOVING_SHARE 0.75
enum { ASSAY_MOVING_PAIRS = 20 };

struct assay_people {
    const struct assay_audit_input *input; /* borrowed */
    struct assay_timeline timeline;
    struct assay_terms_lookup terms;
    double typical[ASSAY_MAX_SIGNALS]; /* [n_signal] s of the typical churner */
    bool moving[ASSAY_MAX_SIGNALS];    /* [n_signal] a number that usually differs between snapshots */
    size_t dimension[ASSAY_MAX_SIGNALS]; /* [n_signal] the first signal of the same dimension */
};

ASSAY_MUST_CHECK enum assay_status assay_people_init(const struct assay_audit_input *input,
                                                     struct assay_people *people,
                                                     struct assay_error *err);
void assay_people_clear(struct assay_people *people);

/* Whose weights and line row i of input->used goes by; there is a model. */
struct assay_terms assay_people_terms(const struct assay_people *people, size_t i);

/* Raw value of signal j at a moment; NaN where it is missing, or a category. */
double assay_people_raw(const struct assay_people *people, const struct assay_moment *moment, size_t j);

/* NaN without a value column. */
double assay_people_value(const struct assay_people *people, size_t i);

/* The zone of a score, in the spec, which has at least one. */
size_t assay_people_zone_at(const struct assay_spec *spec, double score);
/* Name of the zone of row i of input->used; NULL: the subject has none. */
const char *assay_people_zone(const struct assay_people *people, size_t i);

#endif
