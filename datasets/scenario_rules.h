/* scenario_rules.h - an object's numbers, read by a table: key, range, and where it goes */
#ifndef ASSAY_DATASETS_SCENARIO_RULES_H
#define ASSAY_DATASETS_SCENARIO_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

struct assay_json;
struct cJSON;

enum assay_rule_kind {
    ASSAY_RULE_NUMBER,    /* a double */
    ASSAY_RULE_WHOLE,     /* a size_t */
    ASSAY_RULE_ELSEWHERE, /* a known key that is not a number; the caller reads it */
};

struct assay_rule {
    const char *key;
    enum assay_rule_kind kind;
    double low, high; /* inclusive */
    size_t offset;    /* of the member in the target struct */
    bool optional;    /* the target keeps the default it holds when the key is absent */
};

#define ASSAY_RULES_MOST 32

/* Refuses keys of object that no rule knows (`what` names the object), then writes every number
 * of rules[n] into *target, n <= ASSAY_RULES_MOST. On failure *target is partly written.
 *   ASSAY_EDATA  an unknown key, an absent number, one out of range */
ASSAY_MUST_CHECK enum assay_status assay_rules_read(struct assay_json *doc,
                                                    const struct cJSON *object, const char *what,
                                                    const struct assay_rule rules[], size_t n,
                                                    void *target, struct assay_error *err);

#endif
