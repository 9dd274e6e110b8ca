#include "calibrate/fit/reading.h"

#include "core/fit/recall.h"

enum assay_status assay_pipeline_engine(const struct assay_pipeline *pipeline,
                                        const struct assay_engine **engine, struct assay_error *err)
{
    struct assay_reading *reading = pipeline->reading;
    struct assay_array_data data = assay_pipeline_data(pipeline);
    enum assay_status status = ASSAY_OK;
    if (reading->rows.state == NULL)
        status = assay_array_engine_init(&data, &reading->rows, err);
    if (status == ASSAY_OK && reading->recall.state == NULL)
        status = assay_recall_init(&reading->rows, &reading->recall, err);
    *engine = &reading->recall;
    return status;
}

double assay_pipeline_fill_holes(struct assay_pipeline *pipeline, const double weight[])
{
    assay_reading_clear(pipeline->reading);
    return assay_design_fill_holes(&pipeline->own_design, weight);
}

void assay_reading_clear(struct assay_reading *reading)
{
    if (reading->recall.state != NULL)
        assay_recall_clear(&reading->recall);
    if (reading->rows.state != NULL)
        assay_array_engine_clear(&reading->rows);
}
