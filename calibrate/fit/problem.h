/* problem.h - why a fit has no answer, in the analyst's words */
#ifndef ASSAY_CALIBRATE_PROBLEM_H
#define ASSAY_CALIBRATE_PROBLEM_H

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/fit/logistic.h"

/* Says it with the signals' names and a hint; returns ASSAY_ENUMERIC (ASSAY_ENOMEM). blamed
 * [n_coef] may be NULL. For problems that name nothing here, the fitter's own sentence in err stands. */
enum assay_status assay_name_problem(const struct assay_pipeline *pipeline,
                                     enum assay_fit_problem problem, const unsigned char blamed[],
                                     struct assay_error *err);

#endif
