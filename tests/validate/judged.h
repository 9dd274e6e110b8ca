/* judged.h - an audit made of its four counts, and what the verdict's section says of it */
#ifndef ASSAY_TESTS_VALIDATE_JUDGED_H
#define ASSAY_TESTS_VALIDATE_JUDGED_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/support/suite.h"
#include "validate/verdict/judge.h"
#include "validate/verdict/verdict.h"

/* An audit by its four counts, each row `copies` times over as snapshots of one account. */
struct audit {
    struct assay_audit_input input;
    struct assay_figures figures;
    struct assay_spec spec;
    struct assay_audit_spec rules;
    struct assay_zone zones[3];
};

static inline void set_rate(struct assay_figures *figures, size_t id, size_t x, size_t n,
                            double low)
{
    static const char *const names[] = {"sensitivity", "specificity", "ppv",          "npv",
                                        "prevalence",  "accuracy",    "flagged_share"};
    figures->metric[id] = (struct assay_metric){.name = names[id],
                                                .estimate = assay_rate_of(x, n).wilson,
                                                .is_rate = true,
                                                .x = x,
                                                .of = n,
                                                .low = low,
                                                .high = NAN,
                                                .judged = !isnan(low),
                                                .result = ASSAY_INCONCLUSIVE};
}

static inline void add_rows(struct assay_audit_set *set, size_t count, size_t copies, bool flagged,
                            bool event, int32_t *account)
{
    for (size_t k = 0; k < count; k++, ++*account)
        for (size_t c = 0; c < copies; c++) {
            set->score[set->n] = flagged ? 20 : 80;
            set->flagged[set->n] = flagged;
            set->outcome[set->n] = event;
            set->n_event += event;
            set->account[set->n++] = *account;
        }
}

static inline void audit_make(struct audit *a, size_t tp, size_t fn, size_t fp, size_t tn,
                              size_t copies)
{
    size_t rows = (tp + fn + fp + tn) * copies;
    int32_t account = 0;
    *a =
        (struct audit){.zones = {{(char *)"Red", 0}, {(char *)"Amber", 50}, {(char *)"Green", 75}}};
    a->spec.zones = a->zones;
    a->spec.n_zone = 3;
    struct assay_audit_set *used = &a->input.used;
    used->score = calloc(rows + 1, sizeof *used->score);
    used->flagged = calloc(rows + 1, 1);
    used->outcome = calloc(rows + 1, 1);
    used->account = calloc(rows + 1, sizeof *used->account);
    add_rows(used, tp, copies, true, true, &account);
    add_rows(used, fn, copies, false, true, &account);
    add_rows(used, fp, copies, true, false, &account);
    add_rows(used, tn, copies, false, false, &account);
    a->input.spec = &a->spec;
    a->input.rules = &a->rules;
    a->input.higher_is = ASSAY_HIGHER_IS_HEALTH;
    a->input.line = 50;
    a->input.from = a->input.to = ASSAY_NO_DATE;
    a->input.n_account = (size_t)account;
    a->input.repeated = copies > 1;
    set_rate(&a->figures, ASSAY_METRIC_SENSITIVITY, tp * copies, (tp + fn) * copies, 0.75);
    set_rate(&a->figures, ASSAY_METRIC_SPECIFICITY, tn * copies, (tn + fp) * copies, 0.70);
}

static inline void audit_clear(struct audit *a)
{
    free(a->input.used.score);
    free(a->input.used.flagged);
    free(a->input.used.outcome);
    free(a->input.used.account);
}

/* The section, read back. */
struct reading {
    struct assay_audit_output out;
    enum assay_verdict result;
    struct assay_json *doc;
    const struct cJSON *verdict;
};

static inline void read_verdict(struct audit *a, struct reading *r)
{
    struct assay_error err = {0};
    *r = (struct reading){.result = ASSAY_INCONCLUSIVE};
    assay_json_open(&r->out.json, NULL, '{');
    ck_assay_ok(assay_audit_verdict(&a->input, &a->figures, &r->out, &r->result, &err));
    assay_json_close(&r->out.json);
    struct assay_text *text = &r->out.json.out;
    ck_assert(!text->failed);
    ck_assay_ok(
        assay_json_parse("verdict", text->data, text->length, ASSAY_JSON_STRICT, &r->doc, &err));
    r->verdict = test_at(assay_json_root(r->doc), "verdict", NULL);
}

static inline void reading_clear(struct reading *r)
{
    assay_json_free(r->doc);
    assay_text_clear(&r->out.json.out);
}

static inline const char *word(const struct cJSON *object, const char *key)
{
    return assay_json_string(test_at(object, key, NULL));
}

static inline const struct cJSON *item(const struct cJSON *list, size_t k)
{
    const struct cJSON *at = assay_json_first(list);
    while (k-- > 0)
        at = assay_json_next(at);
    return at;
}

#endif
