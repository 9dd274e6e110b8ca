/* summary.h - what calibrate tells the person who ran it */
#ifndef ASSAY_CALIBRATE_SUMMARY_H
#define ASSAY_CALIBRATE_SUMMARY_H

#include <stdio.h>

#include "calibrate/assess.h"
#include "core/model/model.h"

/* Prints the model and its evidence. Everything comes from the model, but for how many snapshots
 * of each zone had the event, which the assessment's held-out predictions tell. */
void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_history *history,
                           const struct assay_assessment *assessment, const char *source);

#endif
