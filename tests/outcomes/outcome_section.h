/* outcome_section.h - a world, and what the outcomes' section writes of it
 *
 * `world` and `w`, what was written, are the one world and the one section of a test.
 */
#ifndef ASSAY_TESTS_OUTCOMES_OUTCOME_SECTION_H
#define ASSAY_TESTS_OUTCOMES_OUTCOME_SECTION_H

#include "core/base/json.h"
#include "tests/outcomes/outcome_world.h"
#include "tests/support/suite.h"
#include "validate/outcomes/outcomes.h"

/* ---- what the section wrote ---- */

struct written {
    struct assay_audit_output out;
    struct assay_json *doc;
    const struct cJSON *root;
};

static struct written w;

static inline void write_outcomes(const struct assay_audit_input *input)
{
    struct assay_error err = {0};
    memset(&w, 0, sizeof w);
    assay_json_open(&w.out.json, NULL, '{');
    ck_assay_ok(assay_audit_outcomes(input, &w.out, &err));
    assay_json_close(&w.out.json);
    ck_assert(!w.out.json.out.failed);
    ck_assay_ok(assay_json_parse("audit", w.out.json.out.data, w.out.json.out.length,
                                 ASSAY_JSON_STRICT, &w.doc, &err));
    w.root = assay_json_root(w.doc);
}

static inline void clear_written(void)
{
    assay_json_free(w.doc);
    assay_text_clear(&w.out.json.out);
}

static inline bool says(const struct cJSON *text, const char *part)
{
    return assay_json_is_string(text) && strstr(assay_json_string(text), part) != NULL;
}

static inline const char *advice(const char *part)
{
    for (size_t k = 0; k < w.out.advice.n; k++)
        if (strstr(w.out.advice.line[k].text, part) != NULL)
            return w.out.advice.line[k].text;
    return NULL;
}

static struct outcome_world world;

static inline void act_on_nobody(struct assay_audit_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        set->acted_on[i] = ASSAY_NO_DATE;
}

/* Snapshots of accounts by hand: flags a quarter apart up to the last, 30 days before the event.
 * The last is audited, those before it are history. */
static inline void write_leads(const char *const flags[], size_t n_account)
{
    enum { MOST = 64 };
    static int32_t account[MOST], as_of[MOST], event[MOST];
    static unsigned char flagged[MOST];
    struct assay_audit_set *used = &world.input.used, *other = &world.input.other;
    outcome_world_init(&world, n_account);
    act_on_nobody(used);
    other->account = account;
    other->as_of = as_of;
    other->event_date = event;
    other->flagged = flagged;
    for (size_t i = 0; i < n_account; i++) {
        size_t length = strlen(flags[i]);
        outcome_world_event(used, i, 30);
        used->flagged[i] = flags[i][length - 1] == '1';
        for (size_t k = 0; k + 1 < length; k++, other->n++) {
            size_t back = length - 1 - k;
            account[other->n] = (int32_t)i;
            as_of[other->n] = WORLD_AS_OF - 91 * (int32_t)back;
            event[other->n] = used->event_date[i];
            flagged[other->n] = flags[i][k] == '1';
        }
    }
}

#endif
