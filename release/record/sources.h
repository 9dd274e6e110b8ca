/* sources.h - where a record takes its evidence from, and whether it is of these very models
 *
 * An audit names models by digest; a version has two: its own, and the one it had as a candidate.
 * Evidence of any other model is not this version's, whatever it says, and is left alone.
 */
#ifndef ASSAY_RELEASE_RECORD_SOURCES_H
#define ASSAY_RELEASE_RECORD_SOURCES_H

#include <stdbool.h>

#include "release/record/record.h"

/* The audit's root where it is of the model released; else NULL. */
const struct cJSON *assay_record_audit(const struct assay_release_facts *facts);

/* Its "comparison" where that is with the version in force; else NULL. */
const struct cJSON *assay_record_comparison(const struct assay_release_facts *facts);

/* Whether the model was calibrated with the version in force as its champion. */
bool assay_record_parent_is_previous(const struct assay_release_facts *facts);

#endif
