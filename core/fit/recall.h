/* recall.h - an engine that does not look twice
 *
 * A fit ends with a reading where the next question about it begins: its anchor's accounts, its standard
 * errors, the fit without limits that starts there. This engine keeps the answers to the last few
 * coefficient vectors that it was asked about, and the moments, and gives them again, the same
 * bytes, without a reading of the rows.
 */
#ifndef ASSAY_CORE_FIT_RECALL_H
#define ASSAY_CORE_FIT_RECALL_H

#include "core/base/error.h"
#include "core/fit/engine.h"

/* Kept at once; the oldest goes. */
#define ASSAY_RECALLED 8

/* Takes (ASSAY_RECALLED * (n_coef + 2) + n_coef) * n_coef doubles, borrows `plain`, whose rows must not change while
 * this lives; one call at a time to the two together. Operations other than evaluate() and moments() are those of
 * `plain`. */
ASSAY_MUST_CHECK enum assay_status assay_recall_init(const struct assay_engine *plain,
                                                     struct assay_engine *engine,
                                                     struct assay_error *err);
void assay_recall_clear(struct assay_engine *engine);

#endif
