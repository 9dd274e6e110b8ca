/* drivers.h - the signals that did most to a score, either way */
#ifndef ASSAY_VALIDATE_PEOPLE_DRIVERS_H
#define ASSAY_VALIDATE_PEOPLE_DRIVERS_H

#include <stddef.h>

#include "core/base/json_write.h"
#include "validate/people/context.h"

enum { ASSAY_DRIVERS = 3 };

struct assay_driver {
    size_t signal;
    double points; /* on the score, against a neutral 50 (core/model/points.h); never 0 */
    double weight; /* w_j */
};

/* Largest points first. None without a model. */
struct assay_drivers {
    struct assay_driver up[ASSAY_DRIVERS], down[ASSAY_DRIVERS];
    size_t n_up, n_down;
};

/* Of row i of input->used. Equals in the order of the signals. */
struct assay_drivers assay_drivers_find(const struct assay_people *people, size_t i);

/* "key": [{"signal", "points", "weight"}, ...] */
void assay_drivers_put(struct assay_json_writer *json, const char *key,
                       const struct assay_people *people, const struct assay_driver drivers[],
                       size_t n);

#endif
