/* model_parts.h - the parts of a model file, each with its writer and its reader
 *
 * Internal to model_write.c and model_read.c. A writer adds its keys to the object that is open. A
 * reader finds its keys in `object` and fills the model; what it allocates stays there, for
 * assay_model_clear(). Readers run in the order of the list below, after the declarations.
 *   ASSAY_EDATA  a rule of the format is broken; the message names the place
 */
#ifndef ASSAY_CORE_MODEL_MODEL_PARTS_H
#define ASSAY_CORE_MODEL_MODEL_PARTS_H

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/model/model.h"

/* ---- at the top ---- */

/* "signals", "cohorts"; the reader finds "declared" with the dimensions' limits as well. */
void assay_model_signals_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_model_signals_read(struct assay_json *doc, const struct cJSON *object,
                                        struct assay_model *model, struct assay_error *err);

/* "intercept", "score" with the line and the lines of segments, "zones", "segment_models" */
void assay_model_score_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_model_score_read(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_model *model, struct assay_error *err);

/* "fit"; the reader also holds "signals" and "intercept" against it. */
void assay_model_fit_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_model_fit_read(struct assay_json *doc, const struct cJSON *object,
                                    struct assay_model *model, struct assay_error *err);

/* "performance", "yardsticks", "training_data" */
void assay_model_evidence_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_model_evidence_read(struct assay_json *doc, const struct cJSON *object,
                                         struct assay_model *model, struct assay_error *err);

/* "changes", null without a parent */
void assay_model_changes_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_model_changes_read(struct assay_json *doc, const struct cJSON *object,
                                        struct assay_model *model, struct assay_error *err);

/* "examples"; the reader finds the model's inputs on the way. */
void assay_model_examples_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_model_examples_read(struct assay_json *doc, const struct cJSON *object,
                                         struct assay_model *model, struct assay_error *err);

/* ---- within "fit" ---- */

/* "penalty"; "anchor", "anchored_to", "anchor_weights", "strength", "lambda", "strength_chosen",
 * "degrees", "conflict" */
void assay_fit_pull_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_fit_pull_read(struct assay_json *doc, const struct cJSON *object,
                                   struct assay_model *model, struct assay_error *err);

/* "limits", "rounding", "sample_size", "bootstrap" */
void assay_fit_findings_write(struct assay_json_writer *json, const struct assay_model *model);
ASSAY_JSON_ASK assay_fit_findings_read(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_model *model, struct assay_error *err);

/* ---- within "training_data" ---- */

/* "reference", which is left out where the model has none. */
void assay_model_reference_write(struct assay_json_writer *json,
                                 const struct assay_model_reference *reference, size_t n_zone);
ASSAY_JSON_ASK assay_model_reference_read(struct assay_json *doc, const struct cJSON *object,
                                          const struct assay_model *model,
                                          struct assay_model_reference *reference,
                                          struct assay_error *err);

/* ---- within several ---- */

/* object[key]: a performance, or null for one of no rows. */
void assay_performance_write(struct assay_json_writer *json, const char *key,
                             const struct assay_model_performance *performance);
ASSAY_JSON_ASK assay_performance_read(struct assay_json *doc, const struct cJSON *object,
                                      const char *key,
                                      struct assay_model_performance *performance,
                                      struct assay_error *err);

/* The figures of a performance, each under its name. */
void assay_put_figures(struct assay_json_writer *json,
                         const struct assay_estimate figures[ASSAY_FIGURES]);
ASSAY_JSON_ASK assay_figures_read(struct assay_json *doc, const struct cJSON *object,
                                  struct assay_estimate figures[ASSAY_FIGURES],
                                  struct assay_error *err);

#endif
