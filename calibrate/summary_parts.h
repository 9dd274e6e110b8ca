/* summary_parts.h - the sections of calibrate's summary, in the order in which they are printed */
#ifndef ASSAY_CALIBRATE_SUMMARY_PARTS_H
#define ASSAY_CALIBRATE_SUMMARY_PARTS_H

#include <stdio.h>

#include "calibrate/calibration.h"
#include "calibrate/zone_moves.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

enum { ASSAY_NAME_WIDTH = 28 };

/* "1,234" in one of a few rotating buffers. */
const char *assay_grouped(size_t value);

/* name behind `indent` blanks, padded to ASSAY_NAME_WIDTH; at least one blank follows. */
void assay_print_name(FILE *out, int indent, const char *name);

/* Text of several lines, each broken at blanks before column 100, what follows indented by two. */
void assay_print_wrapped(FILE *out, const char *text);

/* summary_fit.c: how the weights were estimated, the weights, what holds them, the free table */
void assay_print_method(FILE *out, const struct assay_model *model);
void assay_print_weights(FILE *out, const struct assay_model *model);
void assay_print_free(FILE *out, const struct assay_model *model);

/* summary_figures.c: performance, worth, line and zones, resamples, segments */
void assay_print_performance(FILE *out, const struct assay_model *model);
void assay_print_worth(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration);
void assay_print_zones(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration,
                       const struct assay_zone_result zones[]);
void assay_print_segments(FILE *out, const struct assay_calibration *calibration);

/* summary_changes.c: against the champion. zone_moves: NULL without one */
void assay_print_changes(FILE *out, const struct assay_model *model,
                         const struct assay_calibration *calibration,
                         const struct assay_zone_moves *zone_moves);

#endif
