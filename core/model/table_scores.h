/* table_scores.h - what a model makes of the rows of a table that has been read whole
 *
 * The figures of core/model/scorer.h, bit for bit, on all threads: added up from terms where the table's codes allow it
 * (coded_scores.h), else from the compiled model.
 */
#ifndef ASSAY_CORE_MODEL_TABLE_SCORES_H
#define ASSAY_CORE_MODEL_TABLE_SCORES_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/model/model.h"

/* Fills score[n_row], in [0, 100]. Of rows with wanted[i] == 0 the score is NaN; wanted NULL: every row. The
 * model's inputs are known (assay_model_find_inputs()), and the table has the columns that assay_requests_build() asks
 * for. n_thread 0: as many as there are processors.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_table_scores(const struct assay_model *model,
                                                      const struct assay_table *table,
                                                      const unsigned char wanted[], size_t n_thread,
                                                      double score[], struct assay_error *err);

#endif
