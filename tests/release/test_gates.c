/* What candidates are asked, and what opens and closes each gate. */
#include "release/gates/gates.h"

#include <stdio.h>

#include "tests/model/damage.h"
#include "tests/release/gated.h"

/* ---- all at once ---- */

START_TEST(a_candidate_that_shows_everything_opens_every_gate)
{
    struct scene scene;
    struct assay_error err = {0};
    char digest[20], file[64], audited[128];
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){0}, &err));
    snprintf(digest, sizeof digest, "%.19s", scene.model.digest);
    snprintf(file, sizeof file, "digest %s, %zu,%03zu bytes", digest, scene.file.length / 1000,
             scene.file.length % 1000);
    snprintf(audited, sizeof audited,
             "an audit of this very file (digest %s), on rows it was not calibrated on", digest);
    const struct {
        const char *asked, *found;
    } want[ASSAY_GATES] = {
        {"a model file of format assay-model/1 with its digest, byte for byte as this program "
         "writes it",
         file},
        {"its own 40 examples come out as it says, to 1e-09", "all 40 come out as it says"},
        {audited, "made on 2026-10-02 of 1,249 snapshots, 109 with the event"},
        {"made between 2026-07-01 (the model) and 2026-10-05 (the release), at most 120 days "
         "before it",
         "made on 2026-10-02, 3 days before the release on 2026-10-05"},
        {"a pass (release.inconclusive is \"refuse\")",
         "pass: 109 churners, and every target is met"},
        {"the model's own promotion rule holds against 1.0.0: auc within 0.01",
         "Promote the new model: every margin holds"},
        {"no metric is worse than that of 1.0.0 with the whole 95% interval of the difference",
         "none of 6 metrics is worse beyond chance; AUC -0.0016 [-0.0062, +0.0030]"},
        {"observed / expected within 0.8 and 1.25", "1.118 [0.934, 1.337]"},
        {"no weight moves by more than 10 points against 1.0.0",
         "use -2.6 points, from 50.0 to 47.4 [41.0, 53.0], and no other by more"},
        /* 67 of 1249; Wilson's limits by hand: centre (67 + z^2/2) / (1249 + z^2) = 0.05501 -+
           0.01255 */
        {"at most 20% of the snapshots change zone against 1.0.0",
         "5.4% [4.2, 6.8] of 1,249 snapshots in the audit"}};
    scene_ask(&scene);
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        ck_assert_str_eq(scene.gates.gate[g].asked, want[g].asked);
        scene_check(&scene, (enum assay_gate_name)g, ASSAY_GATE_OPEN, want[g].found);
    }
    ck_assert_uint_eq(assay_gates_closed(&scene.gates), 0);
    ck_assert(!assay_gates_barred(&scene.gates));
    scene_close(&scene);
}
END_TEST

START_TEST(the_first_version_is_not_compared)
{
    static const char *const asked[] = {
        [ASSAY_GATE_PROMOTION] =
            "the model's own promotion rule holds against the version in force: auc within "
            "0.01",
        [ASSAY_GATE_CHAMPION] =
            "no metric is worse than that of the version in force with the whole 95% "
            "interval of the difference",
        [ASSAY_GATE_WEIGHTS] =
            "no weight moves by more than 10 points against the version in force",
        [ASSAY_GATE_ZONES] =
            "at most 20% of the snapshots change zone against the version in force"};
    struct scene scene;
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(
        scene_audit(&scene, &(struct audit_parts){.champion = "null", .comparison = "null"}, &err));
    scene.input.previous = NULL;
    scene.input.previous_candidate = NULL;
    scene.input.change = NULL;
    scene_ask(&scene);
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        bool compares = g < COUNT(asked) && asked[g] != NULL;
        ck_assert_int_eq(scene.gates.gate[g].result,
                         compares ? ASSAY_GATE_NOT_ASKED : ASSAY_GATE_OPEN);
        if (compares) {
            ck_assert_str_eq(scene.gates.gate[g].asked, asked[g]);
            ck_assert_str_eq(scene.gates.gate[g].found, "this is the first version");
        }
    }
    scene_close(&scene);
}
END_TEST

START_TEST(without_an_audit_of_the_file_what_it_would_show_is_not_known)
{
    static const struct {
        enum assay_gate_name gate;
        const char *found;
    } closed[] = {
        {ASSAY_GATE_AUDIT, "none was given; \"assay validate CANDIDATE -o AUDIT.json\" makes one"},
        {ASSAY_GATE_AGE, "not known: there is no audit of this file"},
        {ASSAY_GATE_VERDICT, "not known: there is no audit of this file"},
        {ASSAY_GATE_PROMOTION, "not known: there is no audit of this file"},
        {ASSAY_GATE_CHAMPION, "not known: there is no audit of this file"},
        {ASSAY_GATE_CALIBRATION, "not known: there is no audit of this file"}};
    struct scene scene;
    scene_open(&scene);
    scene_ask(&scene);
    for (size_t k = 0; k < COUNT(closed); k++)
        scene_check(&scene, closed[k].gate, ASSAY_GATE_CLOSED, closed[k].found);
    ck_assert_uint_eq(assay_gates_closed(&scene.gates), COUNT(closed));
    ck_assert(!assay_gates_barred(&scene.gates));
    scene_check(&scene, ASSAY_GATE_ZONES, ASSAY_GATE_OPEN,
                "10.0% of 1,000 snapshots in the calibration");
    scene_close(&scene);
}
END_TEST

START_TEST(what_is_accepted_is_asked_in_so_many_words)
{
    struct scene scene;
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){0}, &err));
    scene.model.spec.release.accept_inconclusive = true;
    scene.model.spec.release.max_weight_change = 0.125;
    scene.model.spec.release.oe_low = 0.75;
    scene.model.spec.release.audit_age_days = 1;
    scene.model.spec.release.max_zone_changes = 0.07;
    scene_ask(&scene);
    ck_assert_str_eq(scene.gates.gate[ASSAY_GATE_VERDICT].asked,
                     "a pass, or inconclusive (release.inconclusive is \"accept\")");
    ck_assert_str_eq(
        scene.gates.gate[ASSAY_GATE_PROMOTION].asked,
        "the model's own promotion rule holds against 1.0.0: auc within 0.01; or is undecided "
        "(release.inconclusive is \"accept\")");
    ck_assert_str_eq(scene.gates.gate[ASSAY_GATE_WEIGHTS].asked,
                     "no weight moves by more than 12.5 points against 1.0.0");
    ck_assert_str_eq(scene.gates.gate[ASSAY_GATE_CALIBRATION].asked,
                     "observed / expected within 0.75 and 1.25");
    ck_assert_str_eq(scene.gates.gate[ASSAY_GATE_ZONES].asked,
                     "at most 7% of the snapshots change zone against 1.0.0");
    ck_assert_str_eq(
        scene.gates.gate[ASSAY_GATE_AGE].asked,
        "made between 2026-07-01 (the model) and 2026-10-05 (the release), at most 1 day before "
        "it");
    scene_close(&scene);
}
END_TEST

/* ---- the file ---- */

START_TEST(an_unreadable_file_closes_its_gate_and_ends_the_questions)
{
    struct scene scene;
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){0}, &err));
    scene.input.model = NULL;
    scene.input.change = NULL;
    scene.input.unreadable = "candidate.json: format 4; expected 3 or older";
    scene_ask(&scene);
    scene_check(&scene, ASSAY_GATE_FILE, ASSAY_GATE_CLOSED,
                "candidate.json: format 4; expected 3 or older");
    for (size_t g = 1; g < ASSAY_GATES; g++)
        scene_check(&scene, (enum assay_gate_name)g, ASSAY_GATE_NOT_ASKED,
                    "the file could not be read");
    ck_assert(assay_gates_barred(&scene.gates));
    ck_assert_uint_eq(assay_gates_closed(&scene.gates), 1);
    scene_close(&scene);
}
END_TEST

/* The same model to every reader, in other bytes. */
START_TEST(a_model_in_another_form_is_not_what_this_program_writes)
{
    static const struct {
        const char *from, *to;
    } forms[] = {
        {"  \"version\": \"candidate\",\n", "  \"version\":  \"candidate\","},
        {"  \"intercept\": 1.3333333333333333,\n", "  \"intercept\": 1.33333333333333330,"},
        {"  \"examples\": [\n", "  \"examples\": [ "}};
    struct scene scene;
    struct assay_error err = {0};
    char found[64];
    size_t line = 1;
    scene_open(&scene);
    for (const char *at = scene.file.data; at < strstr(scene.file.data, forms[_i].from); at++)
        line += *at == '\n';
    snprintf(found, sizeof found, "line %zu is not as this program writes it", line);
    edit(&scene.file, forms[_i].from, forms[_i].to);
    digest_anew(&scene.file);
    struct assay_release_spec release = scene.model.spec.release;
    assay_model_clear(&scene.model);
    ck_assay_ok(assay_model_read_text("candidate.json", scene.file.data, scene.file.length,
                                      &scene.model, &err));
    scene.model.spec.release = release;
    scene.previous.spec.zones = scene.model.spec.zones;
    scene.input.bytes = scene.file.data;
    scene.input.length = scene.file.length;
    scene_ask(&scene);
    scene_check(&scene, ASSAY_GATE_FILE, ASSAY_GATE_CLOSED, found);
    ck_assert(assay_gates_barred(&scene.gates));
    scene_close(&scene);
}
END_TEST

static void other_score(struct assay_example *example)
{
    example->score += 1e-6;
}
static void other_zone(struct assay_example *example)
{
    example->zone ^= 1;
}
static void other_normalised(struct assay_example *example)
{
    example->s[1] += 0.5;
}
static void other_probability(struct assay_example *example)
{
    example->probability = 0.25;
}
static void no_score(struct assay_example *example)
{
    example->dropped = true;
}
static void rounding(struct assay_example *example)
{
    example->score += 1e-12;
}

START_TEST(a_model_that_does_not_give_its_examples_is_barred)
{
    static const struct {
        void (*spoil)(struct assay_example *example);
        const char *begins;
    } spoilt[] = {{other_score, "example 8 scores "},
                  {other_zone, "example 8 scores "},
                  {other_normalised, "example 8 has other normalised signals than it says"},
                  {other_probability, "example 8 has composite "},
                  {no_score, "example 8 gets a score; it says the reverse"},
                  {rounding, "all 40 come out as it says"}};
    struct scene scene;
    scene_open(&scene);
    spoilt[_i].spoil(&scene.model.examples[7]);
    scene_ask(&scene);
    const struct assay_gate *gate = &scene.gates.gate[ASSAY_GATE_EXAMPLES];
    ck_assert_msg(strncmp(gate->found, spoilt[_i].begins, strlen(spoilt[_i].begins)) == 0, "%s",
                  gate->found);
    ck_assert_int_eq(assay_gates_barred(&scene.gates), spoilt[_i].spoil != rounding);
    scene_close(&scene);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_candidate_that_shows_everything_opens_every_gate);
    tcase_add_test(tc, the_first_version_is_not_compared);
    tcase_add_test(tc, without_an_audit_of_the_file_what_it_would_show_is_not_known);
    tcase_add_test(tc, what_is_accepted_is_asked_in_so_many_words);
    tcase_add_test(tc, an_unreadable_file_closes_its_gate_and_ends_the_questions);
    tcase_add_loop_test(tc, a_model_in_another_form_is_not_what_this_program_writes, 0, 3);
    tcase_add_loop_test(tc, a_model_that_does_not_give_its_examples_is_barred, 0, 6);
}

ASSAY_SUITE("release/gates", add_tests)
