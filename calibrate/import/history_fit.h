/* history_fit.h - real probabilities for a scorecard, from what happened
 *
 * logit P = a - b H / 100 by maximum likelihood on the composite, whose weights stay as they are: two
 * parameters. Standard errors allow for accounts that repeat (Liang & Zeger 1986); those of the signals'
 * coefficients are b's, each times its weight.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_HISTORY_FIT_H
#define ASSAY_CALIBRATE_IMPORT_HISTORY_FIT_H

#include "calibrate/import/shape.h"
#include "core/base/error.h"
#include "core/model/model.h"
#include "core/signal/intake.h"

/* Reads the history that options name and replaces what was nominal in the model (model_make.h): slope,
 * intercept and the line's probability, coefficients, log-likelihoods, the apparent performance, the
 * training data with what it looked like. *notes receives lines for people about the file.
 *   ASSAY_EDATA     no row counts; a category that the scorecard does not have
 *   ASSAY_ENUMERIC  one outcome only; scores that are all the same, that separate the outcomes, or that
 *                   are no lower for those who leave: no probability goes with such a score */
ASSAY_MUST_CHECK enum assay_status assay_import_fit(const struct assay_shape *shape,
                                                    const struct assay_intake_options *options,
                                                    struct assay_model *model,
                                                    struct assay_text *notes,
                                                    struct assay_error *err);

#endif
