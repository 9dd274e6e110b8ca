/* reading.h - the engine over a pipeline's rows, made when it is first asked for and kept
 *
 * Check, fit, standard errors and what limits cost all ask about the same rows: one engine answers them,
 * which remembers where the last fits ended (core/fit/recall.h).
 */
#ifndef ASSAY_CALIBRATE_READING_H
#define ASSAY_CALIBRATE_READING_H

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/fit/engine.h"

/* Zeroed is empty. */
struct assay_reading {
    struct assay_engine rows;   /* over arrays */
    struct assay_engine recall; /* over rows; what is handed out */
};

/* *engine is the pipeline's, and lives until this is cleared with it or its holes are filled anew. One call at a
 * time to it, from whichever function.
 *   ASSAY_EDATA  no row counts */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_engine(const struct assay_pipeline *pipeline,
                                                         const struct assay_engine **engine,
                                                         struct assay_error *err);

/* As assay_design_fill_holes() on the pipeline's own design; engines over it are made anew. */
double assay_pipeline_fill_holes(struct assay_pipeline *pipeline, const double weight[]);

void assay_reading_clear(struct assay_reading *reading);

#endif
