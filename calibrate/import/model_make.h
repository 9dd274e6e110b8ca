/* model_make.h - a scorecard's shape as a model that nobody fitted
 *
 * Weights are the scorecard's. Without a history the log-odds are nominal,
 *
 *   log-odds = logit(at-risk probability) + (at-risk score - score) ln 2 / points,
 *
 * ten points halving the odds, and say which account is the riskier and no more: fit.method is
 * "imported", its rows are 0, and a warning says so. history_fit.h puts real ones in their place.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_MODEL_MAKE_H
#define ASSAY_CALIBRATE_IMPORT_MODEL_MAKE_H

#include <stdint.h>

#include "calibrate/import/scorecard.h"
#include "calibrate/import/shape.h"
#include "core/base/date.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Texts are borrowed. */
struct assay_import_wishes {
    const char *name, *id, *as_of;        /* as_of may be NULL */
    const char *outcome, *outcome_date;   /* one of them */
    int32_t horizon_days, observed_until; /* with outcome_date */
    double at_risk_score; /* in the vendor's units; NaN: where the second lowest zone starts */
    double at_risk_probability; /* (0, 1): what the line is called while it is nominal */
    char created[ASSAY_DATE_SIZE];
};

/* Everything but examples and digest. *shape receives what assay_shape_make() made of the card. What was
 * allocated is in *model and *shape also on failure, for their _clear().
 *   ASSAY_EDATA  as assay_shape_make(); a line outside the score, or beside 50 where the scale puts it */
ASSAY_MUST_CHECK enum assay_status assay_import_model(const struct assay_scorecard *card,
                                                      const struct assay_import_wishes *wishes,
                                                      struct assay_shape *shape,
                                                      struct assay_model *model,
                                                      struct assay_error *err);

/* Puts slope b > 0 on the composite (log-odds fall by b over H = 0..100) with the intercept that goes with
 * it: signals' slopes, coefficients and the at-risk line follow. On the weighted average the line's
 * probability follows from its score; on the log-odds scale the points that halve the odds do, and
 * both from the intercept. */
void assay_import_set_slope(struct assay_model *model, const struct assay_shape *shape,
                            double intercept, double b);

/* Adds a warning to the model. */
ASSAY_MUST_CHECK enum assay_status assay_import_warn(struct assay_model *model, const char *warning,
                                                     struct assay_error *err);

#endif
