/* scenario_signal.h - one element of a scenario's "signals" */
#ifndef ASSAY_DATASETS_SCENARIO_SIGNAL_H
#define ASSAY_DATASETS_SCENARIO_SIGNAL_H

#include <stddef.h>

#include "core/base/error.h"
#include "datasets/scenario.h"

struct cJSON;

/* Reads all of the signal but its name and dimension, which only make sense beside the other
 * signals, and levels[n_plan], what each plan multiplies. On failure both are partly written.
 *   ASSAY_EDATA  not a signal; the message names the place */
ASSAY_MUST_CHECK enum assay_status assay_scenario_signal_read(
    struct assay_json *doc, const struct cJSON *object, const char *const plans[], size_t n_plan,
    struct assay_scenario_signal *signal, double levels[], struct assay_error *err);

#endif
