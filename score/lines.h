/* lines.h - scores as lines of CSV
 *
 *   id, as_of, composite, score, probability, zone, note[, points of each signal, three drivers]
 *
 * Numbers are written with all their digits. Names of zones and signals are made into cells once; a line is
 * printed straight into its text. Threads may share the cells.
 */
#ifndef ASSAY_SCORE_LINES_H
#define ASSAY_SCORE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/compiled.h"
#include "core/model/model.h"

struct assay_score_cells {
    const struct assay_model *model;       /* borrowed */
    const struct assay_compiled *compiled; /* borrowed */
    bool explain;
    struct assay_text zones[ASSAY_MAX_ZONES], signals[ASSAY_MAX_SIGNALS];
    size_t longest; /* bytes that a line takes at most, besides its id */
};

ASSAY_MUST_CHECK enum assay_status assay_score_cells_init(const struct assay_model *model,
                                                          const struct assay_compiled *compiled,
                                                          bool explain,
                                                          struct assay_score_cells *cells,
                                                          struct assay_error *err);
void assay_score_cells_clear(struct assay_score_cells *cells);

/* The header line. */
void assay_score_header(const struct assay_score_cells *cells, struct assay_text *text);

/* The line of a row of a block. as_of: the date as text, "" where there is none. */
void assay_score_line(const struct assay_score_cells *cells, const char *id, const char *as_of,
                      const struct assay_block *block, size_t row, struct assay_text *text);

#endif
