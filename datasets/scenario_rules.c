#include "datasets/scenario_rules.h"

#include <assert.h>
#include <math.h>

#include "core/base/json.h"

static enum assay_status read_number(struct assay_json *doc, const struct cJSON *object,
                                     const struct assay_rule *rule, void *target,
                                     struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, rule->key);
    if (value == NULL && rule->optional)
        return ASSAY_OK;
    double number = NAN;
    enum assay_status status = assay_json_want_number(doc, object, rule->key, &number, err);
    if (status != ASSAY_OK)
        return status;
    bool whole = rule->kind == ASSAY_RULE_WHOLE;
    if (number < rule->low || number > rule->high || (whole && number != floor(number)))
        return assay_json_wrong(doc, value, err, "a %snumber from %.10g to %.10g",
                                whole ? "whole " : "", rule->low, rule->high);
    void *member = (char *)target + rule->offset;
    if (whole)
        *(size_t *)member = (size_t)number;
    else
        *(double *)member = number;
    return ASSAY_OK;
}

enum assay_status assay_rules_read(struct assay_json *doc, const struct cJSON *object,
                                   const char *what, const struct assay_rule rules[], size_t n,
                                   void *target, struct assay_error *err)
{
    assert(n <= ASSAY_RULES_MOST);
    const char *keys[ASSAY_RULES_MOST] = {NULL};
    for (size_t k = 0; k < n; k++)
        keys[k] = rules[k].key;
    enum assay_status status = assay_json_check_keys(doc, object, what, keys, n, err);
    for (size_t k = 0; k < n && status == ASSAY_OK; k++)
        if (rules[k].kind != ASSAY_RULE_ELSEWHERE)
            status = read_number(doc, object, &rules[k], target, err);
    return status;
}
