/* release_spec.h - what a release asks of a candidate, and what only people know of the model
 *
 * A spec says it at the top level, in "release" and "about"; the model file carries both, where
 * they are declared, so that the budget by which a release is judged is older than its audit.
 */
#ifndef ASSAY_CORE_SPEC_RELEASE_SPEC_H
#define ASSAY_CORE_SPEC_RELEASE_SPEC_H

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/spec/spec.h"

/* Not declared: inconclusive refused, 120 days, 0.8 to 1.25, 0.10, 0.20. */
struct assay_release_spec assay_release_spec_default(void);

/* The object "release", each key optional; what it does not say stays as it is in *release, which
 * holds the defaults. Sets `declared`. *release is untouched on failure.
 *
 *   inconclusive       "refuse" (the default) or "accept"
 *   audit_age_days     1 to 3650
 *   oe_ratio           [low, high], 0 < low < high, up to 1e9
 *   max_weight_change  above 0, up to 1
 *   max_zone_changes   above 0, up to 1
 *
 *   ASSAY_EDATA  a key that is none of these, or a value that is not as above */
ASSAY_JSON_ASK assay_release_spec_read(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_release_spec *release, struct assay_error *err);
/* Writes "release" as its reader takes it, every key of it, so that the defaults of a later program
 * do not move the budget of an older model; nothing at all where it was not declared. */
void assay_release_spec_write(struct assay_json_writer *json,
                              const struct assay_release_spec *release);

enum { ASSAY_ABOUT_LIMIT = 4000 }; /* bytes of one text */

/* The object "about", KEY: text, for the keys of assay_about_names. *about is zeroed before; what
 * was allocated stays in it on failure.
 *
 *   ASSAY_EDATA  another key, or a text that is blank or longer than ASSAY_ABOUT_LIMIT */
ASSAY_JSON_ASK assay_about_read(struct assay_json *doc, const struct cJSON *object,
                                struct assay_about *about, struct assay_error *err);
/* Writes "about"; nothing at all where no text is declared. */
void assay_about_write(struct assay_json_writer *json, const struct assay_about *about);
void assay_about_clear(struct assay_about *about);

#endif
