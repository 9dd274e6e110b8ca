/* assemble.h - a calibration becomes a model */
#ifndef ASSAY_CALIBRATE_ASSEMBLE_H
#define ASSAY_CALIBRATE_ASSEMBLE_H

#include "calibrate/calibration.h"
#include "core/base/error.h"
#include "core/model/model.h"

struct assay_assembly {
    struct assay_spec *spec;               /* moved into the model, which leaves it empty */
    struct assay_calibration *calibration; /* what the model keeps of it is moved too: nothing can be
                                              fitted or predicted with it afterwards */
    const struct assay_intake *intake;
    const char *created;                   /* YYYY-MM-DD */
};

/* The model but for its digest. On failure what was moved is freed with the model.
 *   ASSAY_EDATA  on the weighted-average scale, zones that would fall together */
ASSAY_MUST_CHECK enum assay_status assay_assemble(const struct assay_assembly *parts,
                                                  struct assay_model *model,
                                                  struct assay_error *err);

#endif
