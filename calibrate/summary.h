/* summary.h - what calibrate tells the person who ran it */
#ifndef ASSAY_CALIBRATE_SUMMARY_H
#define ASSAY_CALIBRATE_SUMMARY_H

#include <stdio.h>

#include "calibrate/calibration.h"
#include "calibrate/zone_moves.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

/* Prints the model and its evidence. zones: assay_zones_held_out() of the same model; zone_moves:
 * against the champion, NULL without one. */
void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_calibration *calibration,
                           const struct assay_zone_result zones[],
                           const struct assay_zone_moves *zone_moves, const char *source);

#endif
