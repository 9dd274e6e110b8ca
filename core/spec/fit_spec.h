/* fit_spec.h - how weights are estimated and the line is drawn, as declared
 *
 * Readers and writers that a spec and a model file share. Each reader changes what its object says
 * and leaves the rest of the struct, which holds the defaults (assay_fit_spec_default(); zeros for
 * the others); on failure what was allocated stays in it, for assay_spec_clear(). Which
 * declarations go together is another matter: spec_rules.h.
 *
 * A spec says it at the top level ("fit", "line", "dimensions") and in its signals ("expert",
 * "weight", "sign", "recorded"). A model file has "fit" and a signal's "weight" for results; there
 * the declarations stand in an object "declared" of their own, at the top and in each signal.
 *
 * A number that is chosen from the data is written "auto" and held as NaN; one without end is
 * written "infinite" and held as HUGE_VAL.
 */
#ifndef ASSAY_CORE_SPEC_FIT_SPEC_H
#define ASSAY_CORE_SPEC_FIT_SPEC_H

#include <stdbool.h>

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/spec/spec.h"

/* Maximum likelihood with signs, anchor and strength by default, 10 folds, nothing else. */
struct assay_fit_spec assay_fit_spec_default(void);

/* The object "fit":
 *
 *   method     "maximum-likelihood" | "firth"
 *   signs      "constrained" | "free": of each signal that does not say its own
 *   anchor     "auto" | "none" | "equal" | "expert" | "champion"
 *   strength   "auto" | "infinite" | 0..1e9
 *   penalty    "none" | "ridge" | "lasso" | "elastic-net", or an object of these as "method",
 *              "alpha" in (0, 1) with elastic-net alone, "lambda" "auto" | above 0
 *   round_to   0, or 1 / k for a whole k of 2..10000, which it may miss by 1e-9 and is then
 *   folds      0 | 2..100
 *   bootstrap  0 | 50..10000
 *   models_by  column
 *   pooling    "auto" | "infinite" | 0..1e9
 *
 *   ASSAY_EDATA  a key that is none of these, or a value that is not as above */
ASSAY_MUST_CHECK enum assay_status assay_fit_spec_read(struct assay_json *doc,
                                                       const struct cJSON *object,
                                                       struct assay_fit_spec *fit,
                                                       struct assay_error *err);

/* The value of "line": "targets" or "youden", or an object of "rule" (any of the four; targets
 * without it), "miss" and "false_alarm" with cost, "accounts" with capacity, and "by". */
ASSAY_MUST_CHECK enum assay_status assay_line_spec_read(struct assay_json *doc,
                                                        const struct cJSON *value,
                                                        struct assay_line_spec *line,
                                                        struct assay_error *err);

/* The object "dimensions", NAME: {"share": LIMITS}, LIMITS being a number of [0, 1] or a pair of
 * them in order. Fills spec->dimensions and n_dimension; spec->signals are there already.
 *   ASSAY_EDATA  a name that is no signal's dimension */
ASSAY_MUST_CHECK enum assay_status assay_dimensions_read(struct assay_json *doc,
                                                         const struct cJSON *object,
                                                         struct assay_spec *spec,
                                                         struct assay_error *err);

/* Those of the four keys that the object has, which may have others: "expert" (0..1e9), "weight"
 * (LIMITS), "sign", "recorded". sign_free: that of a signal that does not say it. The fields of
 * keys that are absent are set to none. */
ASSAY_MUST_CHECK enum assay_status assay_signal_limits_read(struct assay_json *doc,
                                                            const struct cJSON *object,
                                                            bool sign_free,
                                                            struct assay_signal_spec *signal,
                                                            struct assay_error *err);

/* Writes "declared": {"fit", "line", "dimensions"}, each as its reader takes it, defaults filled
 * in. Left out are only "bootstrap" where calibrate decides, "models_by" and "by" where there is
 * none. */
void assay_fit_spec_write(struct assay_json_writer *json, const struct assay_spec *spec);

/* Writes members into an object that the caller has opened: "sign", and of the other three those
 * that were declared. */
void assay_signal_limits_write(struct assay_json_writer *json,
                               const struct assay_signal_spec *signal);

#endif
