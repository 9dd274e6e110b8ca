/* gated.h - a candidate that every gate lets through, and what may stand in its way
 *
 * The candidate is made by hand (tests/model/handmade.h), created 2026-07-01; 1.0.0 is in force;
 * today is 2026-10-05. In audits "@" stands for the candidate's digest, "^" for that of 1.0.0 and
 * "~" for the one it had as a candidate.
 */
#ifndef ASSAY_TESTS_RELEASE_GATED_H
#define ASSAY_TESTS_RELEASE_GATED_H

#include <math.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/json.h"
#include "release/gates/gates.h"
#include "tests/model/handmade.h"

#define ZEROS16         "0000000000000000"
#define RELEASED_DIGEST "sha256:11111111" ZEROS16 ZEROS16 ZEROS16 "00000000"
#define PREVIOUS_DIGEST "sha256:22222222" ZEROS16 ZEROS16 ZEROS16 "00000000"
#define OTHER_DIGEST    "sha256:33333333" ZEROS16 ZEROS16 ZEROS16 "00000000"

/* ---- audits ---- */

/* The value of each key; NULL: as in the audit that opens every gate. */
struct audit_parts {
    const char *created, *model, *champion, *rules, *data, *verdict, *quality, *oe_ratio,
        *differences, *moves, *promotion, *comparison;
};

#define MODEL(version, digest)                                                                     \
    "{\"name\": \"by hand\", \"version\": \"" version "\", \"digest\": \"" digest "\"}"
#define DATA(used, events, accounts)                                                               \
    "{\"used\": " used ", \"events\": " events ", \"accounts\": " accounts "}"
#define VERDICT(result, headline) "{\"result\": \"" result "\", \"headline\": \"" headline "\"}"
#define QUALITY(in_sample)        "{\"in_sample\": " in_sample "}"
#define FIGURE(value, interval)   "{\"value\": " value ", \"interval\": " interval "}"
#define DIFFERENCE(metric, value, interval)                                                        \
    "{\"metric\": \"" metric "\", \"difference\": " FIGURE(value, interval) "}"
#define MOVE(from, to, n) "{\"from\": \"" from "\", \"to\": \"" to "\", \"n\": " n "}"
#define PROMOTION(result, declared, words)                                                         \
    "{\"result\": \"" result "\", \"declared\": \"" declared "\", \"words\": \"" words "\"}"

#define BRIER       DIFFERENCE("brier", "0.0001", "[-0.001, 0.0012]")
#define LOG_LOSS    DIFFERENCE("log_loss", "0.001", "[-0.002, 0.004]")
#define SENSITIVITY DIFFERENCE("sensitivity", "-0.02", "[-0.06, 0.03]")
#define SPECIFICITY DIFFERENCE("specificity", "-0.002", "[-0.01, 0.008]")
#define NET_BENEFIT DIFFERENCE("net_benefit", "-0.002", "[-0.005, 0.001]")
#define AUC         DIFFERENCE("auc", "-0.0016", "[-0.0062, 0.003]")

static inline struct audit_parts audit_that_opens(void)
{
    return (struct audit_parts){
        .created = "\"2026-10-02\"",
        .model = MODEL("candidate", "@"),
        .champion = MODEL("1.0.0", "^"),
        .rules = "null",
        .data = DATA("1249", "109", "1249"),
        .verdict = VERDICT("pass", "pass: 109 churners, and every target is met"),
        .quality = QUALITY("false"),
        .oe_ratio = FIGURE("1.118", "[0.934, 1.337]"),
        .differences =
            "[" AUC ", " BRIER ", " LOG_LOSS ", " SENSITIVITY ", " SPECIFICITY ", " NET_BENEFIT "]",
        .moves = "[" MOVE("Critical", "Critical", "500") ", " MOVE(
            "Critical", "At Risk", "67") ", " MOVE("Healthy", "Healthy", "682") "]",
        .promotion =
            PROMOTION("promote", "in the model", "Promote the new model: every margin holds.")};
}

/* The text, a key a line; its owner clears it. */
static inline struct assay_text audit_text(const struct audit_parts *change, const char *digest)
{
    struct audit_parts parts = audit_that_opens();
    const char **into = (const char **)&parts, *const *from = (const char *const *)change;
    struct assay_text raw = {0}, text = {0};
    for (size_t k = 0; k < sizeof parts / sizeof(char *); k++)
        into[k] = from[k] != NULL ? from[k] : into[k];
    assay_text_printf(
        &raw,
        "{\"format\": \"assay-audit/1\",\n\"created\": %s,\n\"model\": %s,\n\"champion\": %s,\n"
        "\"rules\": %s,\n\"data\": %s,\n\"verdict\": %s,\n\"quality\": %s,\n"
        "\"metrics\": {\"oe_ratio\": %s},\n",
        parts.created, parts.model, parts.champion, parts.rules, parts.data, parts.verdict,
        parts.quality, parts.oe_ratio);
    if (parts.comparison != NULL)
        assay_text_printf(&raw, "\"comparison\": %s}\n", parts.comparison);
    else
        assay_text_printf(
            &raw,
            "\"comparison\": {\"n\": 1249, \"words\": \"Compared.\",\n\"differences\": %s,\n"
            "\"moves\": %s,\n\"promotion\": %s}}\n",
            parts.differences, parts.moves, parts.promotion);
    for (const char *at = raw.data; *at != '\0'; at++) {
        const char *word = *at == '@' ? digest : *at == '^' ? RELEASED_DIGEST : PREVIOUS_DIGEST;
        if (strchr("@^~", *at) != NULL)
            assay_text_puts(&text, word);
        else
            assay_text_putc(&text, *at);
    }
    ck_assert(!raw.failed && !text.failed);
    assay_text_clear(&raw);
    return text;
}

/* ---- the scene ---- */

struct scene {
    struct assay_text file;
    struct assay_model model, previous; /* previous: its zones are borrowed from model */
    struct assay_signal_change signals[N_SIGNAL];
    struct assay_change change;
    struct assay_gate_input input;
    struct assay_json *audit;
    struct assay_gates gates;
};

static inline int32_t scene_day(const char *text)
{
    int32_t day;
    ck_assert(assay_date_parse(text, strlen(text), &day));
    return day;
}

static inline void scene_file(struct scene *scene)
{
    struct assay_error err = {0};
    struct assay_model made;
    handmade_model(&made, PLAIN_FIT);
    made.spec.audit.promotion = handmade_alloc(1, sizeof *made.spec.audit.promotion);
    made.spec.audit.promotion[0] = (struct assay_margin){handmade_text("auc"), 0.01};
    made.spec.audit.n_promotion = 1;
    made.parent_version = handmade_text("1.0.0");
    made.parent_digest = handmade_text(PREVIOUS_DIGEST);
    made.changes.moves = handmade_alloc(2, sizeof *made.changes.moves);
    made.changes.n_move = 2;
    made.changes.moves[0] =
        (struct assay_zone_move){handmade_text("Critical"), handmade_text("Critical"), 900};
    made.changes.moves[1] =
        (struct assay_zone_move){handmade_text("Critical"), handmade_text("Healthy"), 100};
    ck_assay_ok(assay_model_write(&made, &scene->file, &err));
    assay_model_clear(&made);
    ck_assay_ok(assay_model_read_text("candidate.json", scene->file.data, scene->file.length,
                                      &scene->model, &err));
    scene->model.spec.release = (struct assay_release_spec){.audit_age_days = 120,
                                                            .oe_low = 0.8,
                                                            .oe_high = 1.25,
                                                            .max_weight_change = 0.1,
                                                            .max_zone_changes = 0.2};
}

static inline void scene_open(struct scene *scene)
{
    *scene = (struct scene){0};
    scene_file(scene);
    scene->previous = (struct assay_model){.digest = RELEASED_DIGEST};
    scene->previous.version = handmade_text("1.0.0");
    scene->previous.spec.zones = scene->model.spec.zones;
    scene->previous.spec.n_zone = scene->model.spec.n_zone;
    scene->signals[0] =
        (struct assay_signal_change){"use", "product", {0.5, 0.4, 0.6}, {0.474, 0.41, 0.53}};
    scene->signals[1] =
        (struct assay_signal_change){"seats", "product", {0.3, 0.2, 0.4}, {0.31, 0.25, 0.4}};
    scene->signals[2] =
        (struct assay_signal_change){"nps", "sentiment", {0.2, 0.1, 0.3}, {0.216, NAN, NAN}};
    scene->change = (struct assay_change){
        .signals = scene->signals, .n_signal = N_SIGNAL, .largest_weight_change = 0.026};
    scene->input = (struct assay_gate_input){.model = &scene->model,
                                             .bytes = scene->file.data,
                                             .length = scene->file.length,
                                             .previous = &scene->previous,
                                             .previous_candidate = PREVIOUS_DIGEST,
                                             .change = &scene->change,
                                             .today = scene_day("2026-10-05")};
}

static inline enum assay_status scene_audit(struct scene *scene, const struct audit_parts *parts,
                                            struct assay_error *err)
{
    struct assay_text text = audit_text(parts, scene->model.digest);
    enum assay_status status = assay_json_parse("audit.json", text.data, text.length,
                                                ASSAY_JSON_STRICT, &scene->audit, err);
    assay_text_clear(&text);
    scene->input.audit = scene->audit;
    return status;
}

static inline void scene_check(const struct scene *scene, enum assay_gate_name gate,
                               enum assay_gate_result result, const char *found)
{
    const struct assay_gate *got = &scene->gates.gate[gate];
    ck_assert_msg(got->result == result && strcmp(got->found, found) == 0,
                  "%s: %s, \"%s\"; expected %s, \"%s\"", assay_gate_names[gate],
                  assay_gate_results[got->result], got->found, assay_gate_results[result], found);
}

static inline void scene_ask(struct scene *scene)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_gates_ask(&scene->input, &scene->gates, &err));
}

static inline void scene_close(struct scene *scene)
{
    assay_gates_clear(&scene->gates);
    assay_json_free(scene->audit);
    assay_text_clear(&scene->file);
    free(scene->previous.version);
    assay_model_clear(&scene->model);
}

#endif
