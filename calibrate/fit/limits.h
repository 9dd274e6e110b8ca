/* limits.h - the weights' limits that a spec declares, by name */
#ifndef ASSAY_CALIBRATE_LIMITS_H
#define ASSAY_CALIBRATE_LIMITS_H

#include <stddef.h>

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/fit/weight_limits.h"
#include "core/model/model.h"

/* Zeroed is empty. */
struct assay_declared_limits {
    struct assay_weight_limits limits; /* of its own arrays, below */
    struct assay_weight_limit_set set; /* as the fitters take them */
    unsigned char *sign_free;
    double *low, *high, *group_low, *group_high;
    size_t *group;
};

/*   ASSAY_EDATA  no weights meet them all: the message names a set that cannot be met together */
ASSAY_MUST_CHECK enum assay_status assay_declared_limits_init(const struct assay_spec *spec,
                                                              size_t n_coef,
                                                              struct assay_declared_limits *declared,
                                                              struct assay_error *err);
void assay_declared_limits_clear(struct assay_declared_limits *declared);

/* "the weight of "logins" at most 0.25", "the share of "product" at least 0.35". */
void assay_limit_describe(const struct assay_spec *spec, struct assay_weight_limit limit,
                          struct assay_text *text);

/* Limits (signs are not among them: the summary tells of these by themselves) that hold the weights
 * of a fitted pipeline back, and what each costs: refits without it. An anchor that is kept exactly is
 * moved anew, from the weights that were asked for [n_signal], to where the other limits let it be.
 * *limit [*n_limit] and its texts are the caller's. deviance and auc are NaN where there is no fit
 * without the limit. */
ASSAY_MUST_CHECK enum assay_status
assay_limits_cost(const struct assay_pipeline *pipeline, const struct assay_estimation *estimation,
                  const struct assay_declared_limits *declared, const double asked[],
                  struct assay_model_limit **limit, size_t *n_limit, struct assay_error *err);

#endif
