/* summary.h - what calibrate tells the person who ran it */
#ifndef ASSAY_CALIBRATE_SUMMARY_H
#define ASSAY_CALIBRATE_SUMMARY_H

#include <stdio.h>

#include "calibrate/assess.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

/* Prints the model and its evidence. zones: assay_zones_held_out() of the same model. */
void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_history *history,
                           const struct assay_assessment *assessment,
                           const struct assay_zone_result zones[], const char *source);

#endif
