/* model_evidence.h - the part of a model file that no scorer needs: fit, performance, data,
 * changes, examples
 *
 * Internal to the reader (model_read.c); signals and cohorts have been read before.
 */
#ifndef ASSAY_CORE_MODEL_MODEL_EVIDENCE_H
#define ASSAY_CORE_MODEL_MODEL_EVIDENCE_H

#include "core/base/json.h"
#include "core/model/model.h"

ASSAY_MUST_CHECK enum assay_status assay_evidence_read(struct assay_json *doc,
                                                       const struct cJSON *root,
                                                       struct assay_model *model,
                                                       struct assay_error *err);

/* object[key]: [low, high], or null, which becomes NaN twice. */
ASSAY_MUST_CHECK enum assay_status assay_evidence_interval(struct assay_json *doc,
                                                           const struct cJSON *object,
                                                           const char *key, double *low,
                                                           double *high, struct assay_error *err);

#endif
