/* recorded.h - two versions made by hand, an audit of the second, and their records
 *
 * 1.0.0 was candidate 11.. and is 22..; 1.1.0 was candidate 33.. and is 44..; its parent is 1.0.0.
 */
#ifndef ASSAY_TESTS_RELEASE_RECORDED_H
#define ASSAY_TESTS_RELEASE_RECORDED_H

#include <string.h>

#include "release/record/record.h"
#include "tests/model/handmade.h"

#define DIGITS16(d) d d d d d d d d d d d d d d d d
#define HEX64(d)    DIGITS16(d) DIGITS16(d) DIGITS16(d) DIGITS16(d)
#define DIGEST(d)   "sha256:" HEX64(d)

static inline void recorded_name(struct assay_model *model, const char *version, const char *digest)
{
    free(model->version);
    model->version = handmade_text(version);
    strcpy(model->digest, digest);
}

static inline void recorded_parent(struct assay_model *model, const char *version,
                                   const char *digest)
{
    free(model->parent_version);
    free(model->parent_digest);
    model->parent_version = handmade_text(version);
    model->parent_digest = handmade_text(digest);
}

/* As calibrate leaves it: moves of 300 snapshots, performance of both on 900 rows, paired
 * differences. */
static inline void recorded_calibration(struct assay_model *model)
{
    static const struct {
        const char *from, *to;
        size_t n;
    } moves[] = {{"Critical", "Critical", 40},
                 {"Critical", "At Risk", 0},
                 {"At Risk", "Neutral", 6},
                 {"Neutral", "At Risk", 1},
                 {"Neutral", "Neutral", 253}};
    struct assay_model_changes *changes = &model->changes;
    changes->moves = handmade_alloc(COUNT(moves), sizeof *changes->moves);
    for (size_t k = 0; k < COUNT(moves); k++)
        changes->moves[changes->n_move++] = (struct assay_zone_move){
            handmade_text(moves[k].from), handmade_text(moves[k].to), moves[k].n};
    changes->before = changes->after = model->performance[ASSAY_APPARENT];
    changes->after.figures[ASSAY_FIG_AUC].value += 0.0125;
    model->yardsticks[ASSAY_YARD_CHAMPION] =
        (struct assay_model_yardstick){900,
                                       90,
                                       0.8,
                                       0.07,
                                       0.25,
                                       {0.0125, 0.0025, 0.0225},
                                       {-0.0005, -0.0015, 0.0005},
                                       {-0.002, -0.005, 0.001}};
}

static inline void recorded_models(struct assay_model *first, struct assay_model *second)
{
    handmade_model(first, PLAIN_FIT);
    handmade_model(second, PLAIN_FIT);
    second->weight[0] = 0.5625;
    second->weight[1] = 0.1875;
    recorded_name(first, "1.0.0", DIGEST("2"));
    recorded_name(second, "1.1.0", DIGEST("4"));
    recorded_parent(second, "1.0.0", DIGEST("2"));
    recorded_calibration(second);
}

/* ---- audits ---- */

#define AUDIT_HEAD(model, champion)                                                                \
    "{\"format\": \"assay-audit/1\", \"created\": \"2026-10-02\", \"model\": {\"name\": \"by "     \
    "hand\", "                                                                                     \
    "\"version\": \"candidate\", \"digest\": \"" model "\"}, \"champion\": " champion ", "
#define CHAMPION(digest)                                                                           \
    "{\"name\": \"by hand\", \"version\": \"1.0.0\", \"digest\": \"" digest "\"}"
#define AUDIT_FIGURES                                                                              \
    "\"data\": {\"rows\": 900, \"used\": 100, \"events\": 10, \"from\": \"2026-06-30\", \"to\": "  \
    "\"2026-06-30\"}, \"verdict\": {\"result\": \"pass\", \"headline\": \"pass: 10 churners\"}, "  \
    "\"metrics\": {\"auc\": {\"value\": 0.75, \"interval\": [0.65, 0.85]}, \"sensitivity\": "      \
    "{\"value\": "                                                                                 \
    "0.8, \"interval\": [0.49, 0.94]}, \"brier\": {\"value\": null, \"interval\": null}}, "
#define AUDIT_IMPACT                                                                               \
    "\"impact\": {\"expected\": {\"retained\": {\"low\": 1, \"value\": 2, \"high\": 3}, "          \
    "\"cost\": null, "                                                                             \
    "\"net\": {\"low\": null, \"value\": 2, \"high\": 3}}, \"words\": [\"8 flagged accounts "      \
    "churned.\", "                                                                                 \
    "\"20 contacts cost 5,000.\"]}, "
#define AUDIT_COMPARISON                                                                           \
    "\"comparison\": {\"n\": 100, \"events\": 10, \"champion\": {\"auc\": 0.7, \"sensitivity\": "  \
    "0.9, "                                                                                        \
    "\"flagged\": 20}, \"challenger\": {\"auc\": 0.75, \"sensitivity\": 0.8, \"flagged\": 1240}, " \
    "\"differences\": [{\"metric\": \"auc\", \"difference\": {\"value\": 0.05, \"interval\": "     \
    "[0.01, 0.09]}}, "                                                                             \
    "{\"metric\": \"sensitivity\", \"difference\": {\"value\": -0.1, \"interval\": [-0.3, "        \
    "0.1]}}], "                                                                                    \
    "\"moves\": [{\"from\": \"Critical\", \"to\": \"Critical\", \"n\": 5}, {\"from\": "            \
    "\"Critical\", "                                                                               \
    "\"to\": \"Neutral\", \"n\": 2}, {\"from\": \"Neutral\", \"to\": \"At Risk\", \"n\": 1}, "     \
    "{\"from\": \"Neutral\", \"to\": \"Healthy\", \"n\": 4}, {\"from\": \"Healthy\", \"to\": "     \
    "\"Healthy\", \"n\": 88}]}}"

/* Of candidate 33.., compared with 22... */
static const char audit_of_second[] =
    AUDIT_HEAD(DIGEST("3"), CHAMPION(DIGEST("2"))) AUDIT_FIGURES AUDIT_IMPACT AUDIT_COMPARISON;
static const char audit_of_first[] =
    AUDIT_HEAD(DIGEST("1"), "null") AUDIT_FIGURES "\"impact\": null, \"comparison\": null}";
static const char audit_of_interim[] =
    AUDIT_HEAD(DIGEST("3"), "null") "\"data\": {\"rows\": 900, \"used\": 0, \"events\": 0, "
                                    "\"from\": null, \"to\": null}, \"verdict\": "
                                    "{\"result\": \"inconclusive\", \"headline\": \"inconclusive: "
                                    "no outcome is known yet\", "
                                    "\"reasons\": []}, \"interim\": {\"n\": 100}}";
static const char audit_of_score[] =
    "{\"format\": \"assay-audit/1\", \"created\": \"2026-10-02\", \"score_column\": \"vendor\", "
    "\"higher_is\": \"health\", \"champion\": null, " AUDIT_FIGURES "\"comparison\": null}";

/* ---- facts ---- */

struct recorded {
    struct assay_model first, second;
    struct assay_gates gates;
    struct assay_change change;
    struct assay_json *audit;
    struct assay_registry_file files[2];
    struct assay_release_facts facts;
};

static inline void recorded_gates(struct assay_gates *gates)
{
    for (size_t g = 0; g < ASSAY_GATES; g++)
        gates->gate[g] =
            (struct assay_gate){ASSAY_GATE_OPEN, handmade_text("this"), handmade_text("that")};
}

static inline void recorded_close(struct recorded *r, enum assay_gate_name gate, const char *asked,
                                  const char *found)
{
    free(r->gates.gate[gate].asked);
    free(r->gates.gate[gate].found);
    r->gates.gate[gate] =
        (struct assay_gate){ASSAY_GATE_CLOSED, handmade_text(asked), handmade_text(found)};
}

static inline void recorded_audit(struct recorded *r, const char *text)
{
    struct assay_error err = {0};
    assay_json_free(r->audit);
    r->audit = NULL;
    if (text != NULL)
        ck_assay_ok(
            assay_json_parse("audit.json", text, strlen(text), ASSAY_JSON_STRICT, &r->audit, &err));
    r->facts.audit = r->audit;
    r->facts.audit_sha256 = text != NULL ? HEX64("a") : NULL;
}

/* The release of 1.1.0 after 1.0.0, every gate open. */
static inline void recorded_second(struct recorded *r)
{
    struct assay_error err = {0};
    *r = (struct recorded){0};
    recorded_models(&r->first, &r->second);
    recorded_gates(&r->gates);
    ck_assay_ok(assay_change_find(&r->first, &r->second, &r->change, &err));
    r->files[0] = (struct assay_registry_file){"model.json", "abc", 3};
    r->files[1] = (struct assay_registry_file){"audit.json", "", 0};
    r->facts = (struct assay_release_facts){.model = &r->second,
                                            .candidate = DIGEST("3"),
                                            .previous = &r->first,
                                            .previous_candidate = DIGEST("1"),
                                            .at = "2026-10-05T09:30:00Z",
                                            .approver = "Dana Reyes",
                                            .notes = "Logins count more.",
                                            .gates = &r->gates,
                                            .change = &r->change,
                                            .files = r->files,
                                            .n_file = 2};
    recorded_audit(r, audit_of_second);
}

/* The release of 1.0.0, the first. */
static inline void recorded_first(struct recorded *r)
{
    recorded_second(r);
    r->facts.model = &r->first;
    r->facts.candidate = DIGEST("1");
    r->facts.previous = NULL;
    r->facts.previous_candidate = NULL;
    r->facts.change = NULL;
    r->facts.at = "2026-07-05T00:00:00Z";
    r->facts.notes = NULL;
    r->facts.approver = NULL;
    recorded_audit(r, audit_of_first);
}

static inline void recorded_clear(struct recorded *r)
{
    assay_json_free(r->audit);
    assay_gates_clear(&r->gates);
    assay_change_clear(&r->change);
    assay_model_clear(&r->first);
    assay_model_clear(&r->second);
}

static inline struct assay_text record_of(const struct recorded *r)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_record_write(&r->facts, &text, &err));
    return text;
}

static inline struct assay_json *record_read(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_json *record = NULL;
    ck_assay_ok(assay_record_read("release.json", text->data, text->length, &record, &err));
    return record;
}

static inline struct assay_text words_of_text(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_text words = {0};
    struct assay_json *record = record_read(text);
    ck_assay_ok(assay_record_words(record, &words, &err));
    assay_json_free(record);
    return words;
}

static inline struct assay_text words_of(const struct recorded *r)
{
    struct assay_text text = record_of(r), words = words_of_text(&text);
    assay_text_clear(&text);
    return words;
}

#endif
