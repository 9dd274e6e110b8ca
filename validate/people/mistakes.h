/* mistakes.h - every miss and every false alarm, with what its account did before and after */
#ifndef ASSAY_VALIDATE_PEOPLE_MISTAKES_H
#define ASSAY_VALIDATE_PEOPLE_MISTAKES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "validate/people/context.h"
#include "validate/people/why.h"

struct assay_mistake {
    uint32_t row;    /* in input->used */
    uint32_t place;  /* in the timeline */
    uint32_t alarms; /* times that its account was flagged so far, this day's included, in the window or
                        outside; without dates, times in all */
    enum assay_miss_type type; /* of a miss */
};

struct assay_mistakes {
    struct assay_mistake *misses, *alarms; /* by value, then probability (people.h) */
    size_t n_miss, n_alarm;
};

ASSAY_MUST_CHECK enum assay_status assay_mistakes_init(const struct assay_people *people,
                                                       struct assay_mistakes *mistakes,
                                                       struct assay_error *err);
void assay_mistakes_clear(struct assay_mistakes *mistakes);

/* What the accounts of these mistakes are worth, each account once and at its highest; NaN where there is
 * no value column. type: only mistakes of this type, ASSAY_MISS_TYPES: of any.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_mistakes_value(const struct assay_people *people,
                                                        const struct assay_mistake mistakes[],
                                                        size_t n, enum assay_miss_type type,
                                                        double *value, struct assay_error *err);

#endif
