/* coded_scores.h - the scores of a table whose signals are codes
 *
 * A long table keeps numbers as codes into their distinct values (core/data/table.h), and categories are codes anyway.
 * What a signal adds to a row's log-odds, or to its H, is then one of a few terms, for each value in each cohort node:
 * they are worked out once, and a row finds its own and adds them up. The scores are those of core/model/scorer.h, bit
 * for bit: every sum has the same terms in the same order.
 */
#ifndef ASSAY_CORE_MODEL_CODED_SCORES_H
#define ASSAY_CORE_MODEL_CODED_SCORES_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/model/model.h"

struct assay_coded_scores;

/* *coded is NULL where that is not enough: a signal's numbers are plain, or have too many values to be worth it; a
 * missing value waits for the other signals of its row; dimensions are rounded; segments have weights or lines of
 * their own. Model and table are borrowed, and stay as they are. Takes up to 16 MB, and 2 bytes a row where points
 * depend on cohorts.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_coded_scores_new(const struct assay_model *model,
                                                          const struct assay_table *table,
                                                          size_t n_thread,
                                                          struct assay_coded_scores **coded,
                                                          struct assay_error *err);
void assay_coded_scores_free(struct assay_coded_scores *coded);

/* score[n]: of rows first .. first + n - 1. Any thread may ask at once. */
void assay_coded_scores_take(const struct assay_coded_scores *coded, size_t first, size_t n,
                             double score[]);

#endif
