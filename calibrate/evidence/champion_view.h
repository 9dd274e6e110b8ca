/* champion_view.h - the rows of a history through the champion's eyes
 *
 * The champion has signals, cohorts and baselines of its own. Which snapshots count and what became of
 * them stays as the new history has it, but for those that a `drop` of the champion's leaves out.
 */
#ifndef ASSAY_CALIBRATE_CHAMPION_VIEW_H
#define ASSAY_CALIBRATE_CHAMPION_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "calibrate/fit/history.h"
#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/model/model.h"
#include "core/signal/columns.h"

/* Zeroed is empty. It must not be copied: a pipeline prepared on it borrows its history. */
struct assay_champion_view {
    const struct assay_model *champion; /* borrowed */
    struct assay_history history;       /* with the champion's spec; table and outcomes are borrowed,
                                           cohorts and leaves those of the new rows */
    struct assay_columns columns;
    uint16_t *leaf_as_was;              /* [n_row] nodes in the champion's own cohorts */
};

/* history and champion must outlive the view.
 *   ASSAY_EDATA  a column of the champion's is not in the table, or no row counts that it can take in */
ASSAY_MUST_CHECK enum assay_status assay_champion_view_init(const struct assay_history *history,
                                                            const struct assay_model *champion,
                                                            struct assay_champion_view *view,
                                                            struct assay_error *err);
void assay_champion_view_clear(struct assay_champion_view *view);

/* Prepares a pipeline of the champion's signals on these rows: with the champion's own baselines, which
 * it goes on borrowing, or with baselines estimated anew. Fit and clear it as any other. */
ASSAY_MUST_CHECK enum assay_status
assay_champion_view_prepare(const struct assay_champion_view *view, bool new_baselines,
                            struct assay_pipeline *pipeline, struct assay_error *err);

#endif
