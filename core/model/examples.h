/* examples.h - raw inputs with their results, by which any scorer tests itself
 *
 * Chosen to reach what scorers get wrong: real snapshots across the range, those nearest to each
 * zone's edge on both sides, and one snapshot bent in one place at a time: each signal missing, below
 * and above what was seen; every signal missing; tenure on and just below each band's edge;
 * plan and tenure missing; each segment that has weights or a line of its own; a plan, a segment and a
 * category that nobody has heard of.
 */
#ifndef ASSAY_CORE_MODEL_EXAMPLES_H
#define ASSAY_CORE_MODEL_EXAMPLES_H

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/model/model.h"

/* Fills model->examples, at least ASSAY_MIN_EXAMPLES of them; the model's inputs are known. score[n_row] of the
 * model, NaN in rows that are not to be used; at least one is. */
ASSAY_MUST_CHECK enum assay_status assay_examples_make(struct assay_model *model,
                                                       const struct assay_table *table,
                                                       const double score[],
                                                       struct assay_error *err);

/* Fills in what the model makes of the inputs of each of its examples. */
void assay_examples_score(struct assay_model *model);

#endif
