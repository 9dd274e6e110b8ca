/* summary.h - what calibrate tells the person who ran it */
#ifndef ASSAY_CALIBRATE_SUMMARY_H
#define ASSAY_CALIBRATE_SUMMARY_H

#include <stdio.h>

#include "calibrate/calibration.h"
#include "calibrate/evidence/zone_moves.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

/* What takes memory to put into words: made before anything is written. Zeroed is empty. */
struct assay_summary_words {
    struct assay_text worth, segments, left_out;
};
ASSAY_MUST_CHECK enum assay_status
assay_summary_words_find(const struct assay_model *model, const struct assay_calibration *calibration,
                         struct assay_summary_words *words, struct assay_error *err);
void assay_summary_words_clear(struct assay_summary_words *words);

/* Prints the model and its evidence; of one that held nothing out ("folds": 0) it says so beside its figures
 * and its zones. zones: assay_held_out_zones() of the same model; zone_moves:
 * against the champion, NULL without one. */
void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_calibration *calibration,
                           const struct assay_zone_result zones[],
                           const struct assay_zone_moves *zone_moves,
                           const struct assay_summary_words *words, const char *source);

#endif
