/* summary_parts.h - the sections of calibrate's summary, in the order in which they are printed */
#ifndef ASSAY_CALIBRATE_SUMMARY_PARTS_H
#define ASSAY_CALIBRATE_SUMMARY_PARTS_H

#include <stdio.h>

#include "calibrate/calibration.h"
#include "calibrate/summary/summary.h"
#include "calibrate/evidence/zone_moves.h"
#include "core/base/number.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

enum { ASSAY_NAME_WIDTH = 28, ASSAY_CELL_SIZE = 96 };

/* ---- summary_looks.c: words, numbers and tables ---- */

/* "1,234" in one of a few rotating buffers; amounts are rounded to whole ones. */
const char *assay_grouped(size_t value);
const char *assay_grouped_amount(double value);

/* name behind `indent` blanks, padded to ASSAY_NAME_WIDTH; at least one blank follows. */
void assay_print_name(FILE *out, int indent, const char *name);

/* Text of several lines, each broken at blanks before column 100. What follows is indented by two more
 * than the line. */
void assay_print_wrapped(FILE *out, const char *text);

/* The same of one sentence that is put together here. */
void assay_print_sentence(FILE *out, const char *format, ...) ASSAY_PRINTF(2, 3);

/* A line of a table, behind its name. Blanks are printed only before something, so that no line ends in
 * them. */
struct assay_row {
    FILE *out;
    int pad; /* blanks that are owed */
};

/* Two blanks and text, which takes `width` columns when more follows. */
void assay_row_cell(struct assay_row *row, int width, const char *text);
void assay_row_end(struct assay_row *row);

/* "+0.003"; 0 without a sign. Returns out. */
const char *assay_change_text(double value, int decimals, char out[ASSAY_CELL_SIZE]);

/* "0.847 [0.832, 0.861]", without the bracket where there is no interval, "-" where there is no value;
 * all times unit; a change has its sign, "+0.003 [0.000, +0.006]", or room for one before 0. Returns
 * cell. */
const char *assay_interval_cell(const struct assay_estimate *estimate, double unit, int decimals,
                                bool change, char cell[ASSAY_CELL_SIZE]);

/* ---- summary_fit.c: how the weights were estimated, the table of maximum likelihood ---- */
void assay_print_method(FILE *out, const struct assay_model *model);
void assay_print_free(FILE *out, const struct assay_model *model);

/* fixed[n_signal]: weights that the spec's limits leave no choice, as a single signal has none. Whether
 * all are. */
bool assay_find_fixed(const struct assay_model *model, bool fixed[]);

/* ---- summary_weights.c: the weights and what holds them ---- */
void assay_print_weights(FILE *out, const struct assay_model *model);

/* ---- summary_figures.c: performance, worth, line and zones, resamples, segments ---- */
void assay_print_performance(FILE *out, const struct assay_model *model);
void assay_print_worth(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration,
                       const struct assay_summary_words *words);
void assay_print_zones(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration,
                       const struct assay_zone_result zones[]);
void assay_print_segments(FILE *out, const struct assay_summary_words *words);

/* ---- summary_changes.c: against the champion. zone_moves: NULL without one ---- */
void assay_print_changes(FILE *out, const struct assay_model *model,
                         const struct assay_calibration *calibration,
                         const struct assay_zone_moves *zone_moves);

#endif
