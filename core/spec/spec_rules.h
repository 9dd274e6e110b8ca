/* spec_rules.h - which declarations of a spec go together
 *
 * Each key has been read and is good by itself; here they are held against each other. Where two
 * cannot both be had, the message stands at one of them and names the other. Limits are tried one
 * sum at a time, so that the message can name signals; whether all of them together leave any
 * weights is for who fits.
 */
#ifndef ASSAY_CORE_SPEC_SPEC_RULES_H
#define ASSAY_CORE_SPEC_SPEC_RULES_H

#include "core/base/json.h"
#include "core/spec/spec.h"

/* root is the spec's outermost object, spec what was read of it.
 *
 *   ASSAY_EDATA  some signals with an "expert" weight and some without, or all 0;
 *                a low limit or a fixed weight of a signal whose sign is free;
 *                the weighted-average scale with a missing indicator, "models_by" or a line "by";
 *                "rounding" without the weighted-average scale, or with a free sign;
 *                "at_risk_probability" with another rule than targets, or with lines "by";
 *                Firth's method or a penalty with each other, an anchor, a strength, limits or
 *                "models_by";
 *                a strength or the expert's anchor without what it acts on; "pooling" without
 *                "models_by", "round_to" with it;
 *                limits whose sums leave no weights that add up to 1, or no share of a dimension */
ASSAY_MUST_CHECK enum assay_status assay_spec_rules_check(struct assay_json *doc,
                                                          const struct cJSON *root,
                                                          const struct assay_spec *spec,
                                                          struct assay_error *err);

#endif
