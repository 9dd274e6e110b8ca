/* spec_parts.h - the declarations that a spec and a model file share, read and written
 *
 * Each reader fills its struct (zeroed before) from a JSON object; on failure what was allocated
 * stays in the struct, for assay_spec_clear().
 */
#ifndef ASSAY_CORE_SPEC_SPEC_PARTS_H
#define ASSAY_CORE_SPEC_SPEC_PARTS_H

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/spec/spec.h"

#define ASSAY_PART ASSAY_MUST_CHECK enum assay_status

/* Copies text; ASSAY_ENOMEM. */
ASSAY_PART assay_spec_text(const char *text, char **out, struct assay_error *err);

/* object[key], a column name or other text that is not empty; it must be there. */
ASSAY_PART assay_spec_name(struct assay_json *doc, const struct cJSON *object, const char *key,
                           char **out, struct assay_error *err);

ASSAY_PART assay_outcome_spec_read(struct assay_json *doc, const struct cJSON *object,
                                   struct assay_outcome_spec *outcome, struct assay_error *err);
void assay_outcome_spec_write(struct assay_json_writer *json,
                              const struct assay_outcome_spec *outcome);

ASSAY_PART assay_cohort_spec_read(struct assay_json *doc, const struct cJSON *object,
                                  struct assay_cohort_spec *cohort, struct assay_error *err);
void assay_cohort_spec_write(struct assay_json_writer *json,
                             const struct assay_cohort_spec *cohort);

/* The keys of a "normalise" object that declare a method; a model's also has "cohorts". */
ASSAY_PART assay_normalise_spec_read(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_normalise_spec *normalise,
                                     struct assay_error *err);
/* Writes members into an object that the caller has opened. */
void assay_normalise_spec_write(struct assay_json_writer *json,
                                const struct assay_normalise_spec *normalise);
void assay_normalise_spec_clear(struct assay_normalise_spec *normalise);

ASSAY_PART assay_zones_read(struct assay_json *doc, const struct cJSON *list,
                            struct assay_zone **zones, size_t *n_zone, struct assay_error *err);
void assay_zones_write(struct assay_json_writer *json, const struct assay_zone *zones,
                       size_t n_zone);

/* The keys of a "rounding" object, each of which may be absent: false. */
ASSAY_PART assay_rounding_spec_read(struct assay_json *doc, const struct cJSON *object,
                                    struct assay_rounding_spec *rounding, struct assay_error *err);
/* "rounding" with both keys, only where something is rounded. */
void assay_rounding_spec_write(struct assay_json_writer *json,
                               const struct assay_rounding_spec *rounding);

ASSAY_PART assay_segments_read(struct assay_json *doc, const struct cJSON *list, char ***segments,
                               size_t *n_segment, struct assay_error *err);

#endif
