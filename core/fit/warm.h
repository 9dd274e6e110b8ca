/* warm.h - a start near the end, for fits over many rows
 *
 * Newton's method on a thinned engine (engine.h) costs a fraction of a reading of the data a step, and ends as near the
 * answer as a sample of that size can tell. What is left for the whole data are the last steps, to the same stopping
 * rule; a start only decides how many there are. Each stage begins where the one before ended, and looks at more rows:
 * enough for a start, then for three steps in place of four, then for two where the tolerance is loose.
 */
#ifndef ASSAY_CORE_FIT_WARM_H
#define ASSAY_CORE_FIT_WARM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/logistic.h"

/* Whether a reading of the rows takes long enough for a step to be thought over. */
bool assay_warm_has_rows(const struct assay_engine *engine);

/* One part of the data in how many is a sample of enough rows to look at columns, of an engine that has rows. */
size_t assay_warm_sample(const struct assay_engine *engine);

/* The same of each stage, into every[]; returns how many there are: at least one, of an engine that has rows. */
enum { ASSAY_WARM_STAGES = 4 };
size_t assay_warm_stages(const struct assay_engine *engine, size_t every[ASSAY_WARM_STAGES]);

/* Whether there are enough rows for it to pay and enough events for a sample, the engine can be thinned, and options
 * have no start of their own. */
bool assay_warm_pays(const struct assay_engine *engine,
                     const struct assay_logistic_options *options);

/* For a fit that it pays for. start[n_coef] is within the limits (NULL: none), held coefficients where options hold
 * them. *found is false, which is no error, when a sample has no answer or is slow to give one.
 *   ASSAY_ENOMEM  the only error: other trouble is that of the whole data too, or of the sample alone */
ASSAY_MUST_CHECK enum assay_status assay_warm_start(const struct assay_engine *engine,
                                                    const struct assay_logistic_options *options,
                                                    const struct assay_limits *limits,
                                                    double start[], bool *found,
                                                    struct assay_error *err);

#endif
