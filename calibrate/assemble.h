/* assemble.h - a fitted pipeline and its evidence become a model */
#ifndef ASSAY_CALIBRATE_ASSEMBLE_H
#define ASSAY_CALIBRATE_ASSEMBLE_H

#include "calibrate/assess.h"
#include "calibrate/pipeline.h"
#include "core/base/error.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

struct assay_assembly {
    struct assay_spec *spec;             /* moved into the model, which leaves it empty */
    struct assay_pipeline *pipeline;     /* its baselines and cohorts are moved too */
    struct assay_history *history;
    const struct assay_logistic_fit *free_fit;
    const struct assay_assessment *assessment;
    const struct assay_intake *intake;
    const struct assay_model *champion; /* or NULL */
    const char *created;                /* YYYY-MM-DD */
};

/* The model but for its digest. On failure what was moved is freed with the model.
 *   ASSAY_EDATA  on the weighted-average scale, zones that would fall together */
ASSAY_MUST_CHECK enum assay_status assay_assemble(const struct assay_assembly *parts,
                                                  struct assay_model *model,
                                                  struct assay_error *err);

/* What happened in each zone, by held-out predictions, so that the shares are honest: zones[n_zone].
 * On the weighted-average scale missing indicators play no part, as in the score. */
ASSAY_MUST_CHECK enum assay_status assay_zones_held_out(const struct assay_model *model,
                                                        const struct assay_history *history,
                                                        const struct assay_assessment *assessment,
                                                        struct assay_zone_result zones[],
                                                        struct assay_error *err);

#endif
