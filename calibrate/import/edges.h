/* edges.h - examples of a scorecard, made up from its edges
 *
 * A scorecard has no snapshots to choose from, so its examples are put together: the best, the worst and a
 * middling account; all values missing; every group missing; and the middling account with one measure
 * at a time on each edge, just below it and beyond the outermost, at each category, at one that nobody
 * has heard of, and missing; then accounts of mixed values, which exercise sums and rounding.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_EDGES_H
#define ASSAY_CALIBRATE_IMPORT_EDGES_H

#include "core/base/error.h"
#include "core/model/model.h"

/* Fills model->inputs and model->examples, at least ASSAY_MIN_EXAMPLES of them; the model is complete
 * otherwise, and none of its signals is normalised by percentiles. */
ASSAY_MUST_CHECK enum assay_status assay_edge_examples_make(struct assay_model *model,
                                                            struct assay_error *err);

#endif
