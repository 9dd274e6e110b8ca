/* What a record keeps, and what it says in words. */
#include <math.h>

#include "release/record/look.h"
#include "tests/release/recorded.h"
#include "tests/support/random.h"

static void assert_holds(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no\n%s\nin\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "there is\n%s\nin\n%s", part, text);
}

/* From this heading to the next, or to the end. */
static struct assay_text section(const struct assay_text *words, const char *heading)
{
    struct assay_text part = {0};
    const char *from = strstr(words->data, heading);
    ck_assert_msg(from != NULL, "no %s in\n%s", heading, words->data);
    const char *to = strstr(from + 1, "\n### ");
    assay_text_add(&part, from, to != NULL ? (size_t)(to + 1 - from) : strlen(from));
    ck_assert(!part.failed);
    return part;
}

static void assert_section(const struct assay_text *words, const char *heading,
                           const char *expected)
{
    struct assay_text part = section(words, heading);
    ck_assert_str_eq(part.data, expected);
    assay_text_clear(&part);
}

/* ---- words ---- */

START_TEST(a_first_version_is_told_by_its_weights_and_its_audit)
{
    struct recorded r;
    recorded_first(&r);
    struct assay_text words = words_of(&r);
    ck_assert_str_eq(words.data, "## 1.0.0, 2026-07-05\n"
                                 "\n"
                                 "No approver was named. The first version.\n"
                                 "\n"
                                 "### Weights\n"
                                 "\n"
                                 "| signal | dimension | points of 100, 95% interval |\n"
                                 "|:-------|:----------|----------------------------:|\n"
                                 "| use    | product   |           50.0 [46.7, 51.4] |\n"
                                 "| seats  | product   |           25.0 [21.7, 26.4] |\n"
                                 "| nps    | sentiment |           25.0 [21.7, 26.4] |\n"
                                 "\n"
                                 "### Accuracy\n"
                                 "\n"
                                 "Audit of 2026-10-02 on 100 snapshots, 10 with the event, all of "
                                 "2026-06-30: pass: 10 churners.\n"
                                 "\n"
                                 "| metric         |  value, 95% interval |\n"
                                 "|:---------------|---------------------:|\n"
                                 "| AUC            | 0.750 [0.650, 0.850] |\n"
                                 "| sensitivity, % |    80.0 [49.0, 94.0] |\n"
                                 "\n"
                                 "### Gates\n"
                                 "\n"
                                 "- file, open: that\n"
                                 "- examples, open: that\n"
                                 "- audit, open: that\n"
                                 "- age, open: that\n"
                                 "- verdict, open: that\n"
                                 "- promotion, open: that\n"
                                 "- champion, open: that\n"
                                 "- calibration, open: that\n"
                                 "- weights, open: that\n"
                                 "- zones, open: that\n"
                                 "\n"
                                 "### Model\n"
                                 "\n"
                                 "Calibrated on 2026-07-01 from 900 snapshots, 90 with the event. "
                                 "Not signed. Digest\n" DIGEST("2") ".\n");
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

START_TEST(before_and_after_stand_beside_each_other_with_the_difference)
{
    struct recorded r;
    recorded_second(&r);
    struct assay_text words = words_of(&r);
    assert_section(
        &words, "### Accuracy",
        "### Accuracy\n"
        "\n"
        "On the same 100 snapshots of the audit, 10 with the event. Intervals are at 95%.\n"
        "\n"
        "| metric            | 1.0.0 |                1.1.0 |                 difference |\n"
        "|:------------------|------:|---------------------:|---------------------------:|\n"
        "| AUC               | 0.700 | 0.750 [0.650, 0.850] | +0.0500 [+0.0100, +0.0900] |\n"
        "| sensitivity, %    |  90.0 |    80.0 [49.0, 94.0] |       -10.0 [-30.0, +10.0] |\n"
        "| snapshots flagged |    20 |                1,240 |                            |\n"
        "\n"
        "Better beyond chance: AUC. The other interval holds zero.\n"
        "\n"
        "Audit of 2026-10-02 on 100 snapshots, 10 with the event, all of 2026-06-30: pass: 10 "
        "churners.\n"
        "\n");
    assert_section(
        &words, "### Business impact",
        "### Business impact\n\n8 flagged accounts churned.\n\n20 contacts cost 5,000.\n\n");
    assert_section(&words, "### Who moves zone",
                   "### Who moves zone\n"
                   "\n"
                   "7 of 100 snapshots (7.0%) change zone: 1 to a riskier one, 6 to a healthier "
                   "one; 1 goes below "
                   "the\n"
                   "at-risk line, 2 come above it. Counted on the snapshots of the audit.\n"
                   "\n"
                   "| from (down), to (across) | Critical | At Risk | Neutral | Healthy |\n"
                   "|:-------------------------|---------:|--------:|--------:|--------:|\n"
                   "| Critical                 |        5 |       0 |       2 |       0 |\n"
                   "| At Risk                  |        0 |       0 |       0 |       0 |\n"
                   "| Neutral                  |        0 |       1 |       0 |       4 |\n"
                   "| Healthy                  |        0 |       0 |       0 |      88 |\n"
                   "\n");
    assert_holds(words.data, "## 1.1.0, 2026-10-05\n\nApproved by Dana Reyes. Follows 1.0.0.\n"
                             "\n> Logins count more.\n\n### What changed\n\n");
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

START_TEST(without_a_comparison_the_calibrations_own_is_told)
{
    struct recorded r;
    recorded_second(&r);
    recorded_audit(&r, NULL);
    struct assay_text words = words_of(&r);
    struct assay_text part = section(&words, "### Accuracy");
    assert_holds(part.data,
                 "On the same 900 snapshots of the calibration, 90 with the event; 1.1.0 by "
                 "cross-validation. 1.0.0\n"
                 "may have been fitted to some of them, which flatters it. Intervals are at 95%.\n"
                 "\n"
                 "| metric                |  1.0.0 |  1.1.0 |                    difference |\n"
                 "|:----------------------|-------:|-------:|------------------------------:|\n"
                 "| AUC                   |  0.077 |  0.089 |    +0.0125 [+0.0025, +0.0225] |\n"
                 "| Brier score           | 0.1538 | 0.1538 | -0.00050 [-0.00150, +0.00050] |\n"
                 "| log loss              | 0.2308 | 0.2308 | -0.00200 [-0.00500, +0.00100] |\n");
    assert_holds(
        part.data,
        "\n\nBetter beyond chance: AUC. The other intervals hold zero.\n\nNo audit was given.\n");
    assert_section(&words, "### Who moves zone",
                   "### Who moves zone\n"
                   "\n"
                   "7 of 300 snapshots (2.3%) change zone: 1 to a riskier one, 6 to a healthier "
                   "one; 1 goes below "
                   "the\n"
                   "at-risk line, 6 come above it. Counted on the snapshots of the calibration.\n"
                   "\n"
                   "| from (down), to (across) | Critical | At Risk | Neutral | Healthy |\n"
                   "|:-------------------------|---------:|--------:|--------:|--------:|\n"
                   "| Critical                 |       40 |       0 |       0 |       0 |\n"
                   "| At Risk                  |        0 |       0 |       6 |       0 |\n"
                   "| Neutral                  |        0 |       1 |     253 |       0 |\n"
                   "| Healthy                  |        0 |       0 |       0 |       0 |\n"
                   "\n");
    assert_lacks(words.data, "Business impact");
    assay_text_clear(&part);
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

START_TEST(a_comparison_on_rows_the_old_version_cannot_have_seen_is_not_doubted)
{
    struct recorded r;
    recorded_second(&r);
    recorded_audit(&r, NULL);
    r.second.fit.rows = 1200;
    struct assay_text words = words_of(&r);
    assert_lacks(words.data, "flatters");
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

START_TEST(a_release_over_closed_gates_says_so_first)
{
    struct recorded r;
    recorded_second(&r);
    recorded_close(&r, ASSAY_GATE_VERDICT, "a pass", "inconclusive: 10 churners.");
    recorded_close(&r, ASSAY_GATE_ZONES, "at most 5%", "7.0%");
    r.facts.override = "the old one is *worse*. ";
    r.facts.key_id = "0123456789ABCDEF";
    struct assay_text words = words_of(&r);
    const char *head =
        "## 1.1.0, 2026-10-05\n\n**Released over closed gates: verdict, zones, because the old one "
        "is \\*worse\\*.**\n\nApproved by Dana Reyes. Follows 1.0.0.\n";
    ck_assert_int_eq(strncmp(words.data, head, strlen(head)), 0);
    assert_holds(words.data, "- verdict, **closed**: inconclusive: 10 churners; asked: a pass\n");
    assert_holds(words.data, "- zones, **closed**: 7.0%; asked: at most 5%\n");
    assert_holds(words.data, "Signed with key 0123456789ABCDEF.");
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

START_TEST(a_reason_without_a_closed_gate_overrides_nothing)
{
    struct recorded r;
    recorded_second(&r);
    r.facts.override = "to be sure";
    struct assay_text text = record_of(&r);
    assert_holds(text.data, "\n  \"override\": null,\n");
    assert_lacks(text.data, "to be sure");
    assay_text_clear(&text);
    recorded_clear(&r);
}
END_TEST

/* ---- whose evidence it is ---- */

static const struct {
    const char *model, *champion, *parent;
    const char *source; /* of accuracy and moves; NULL: neither */
    bool impact;
} sources[] = {
    {DIGEST("3"), CHAMPION(DIGEST("2")), DIGEST("9"), "audit", true},
    {DIGEST("3"), CHAMPION(DIGEST("1")), DIGEST("9"), "audit", true},
    {DIGEST("4"), CHAMPION(DIGEST("1")), DIGEST("9"), "audit", true},
    {DIGEST("3"), CHAMPION(DIGEST("2")), DIGEST("2"), "audit", true},
    {DIGEST("3"), CHAMPION(DIGEST("9")), DIGEST("2"), "calibration", true},
    {DIGEST("3"), CHAMPION(DIGEST("9")), DIGEST("1"), "calibration", true},
    {DIGEST("3"), "null", DIGEST("1"), "calibration", true},
    {DIGEST("9"), CHAMPION(DIGEST("2")), DIGEST("1"), "calibration", false},
    {DIGEST("3"), CHAMPION(DIGEST("9")), DIGEST("9"), NULL, true},
    {DIGEST("9"), CHAMPION(DIGEST("2")), DIGEST("9"), NULL, false},
};

START_TEST(evidence_of_other_models_is_left_out)
{
    struct recorded r;
    struct assay_text audit = {0};
    recorded_second(&r);
    assay_text_printf(
        &audit,
        "{\"format\": \"assay-audit/1\", \"created\": \"2026-10-02\", \"model\": {\"digest\": "
        "\"%s\"}, \"champion\": %s, " AUDIT_FIGURES AUDIT_IMPACT AUDIT_COMPARISON,
        sources[_i].model, sources[_i].champion);
    recorded_audit(&r, audit.data);
    recorded_parent(&r.second, "any", sources[_i].parent);
    struct assay_text text = record_of(&r);
    struct assay_json *record = record_read(&text);
    const struct cJSON *root = assay_json_root(record);
    static const char *const keys[] = {"accuracy", "moves"};
    for (size_t k = 0; k < COUNT(keys); k++) {
        const char *source = assay_look_text(assay_look_at(root, keys[k]), "source");
        ck_assert_pstr_eq(source, sources[_i].source);
    }
    ck_assert(sources[_i].impact == (assay_look_at(root, "impact") != NULL));
    ck_assert_str_eq(assay_look_text(assay_look_at(root, "audit"), "model"), sources[_i].model);
    assay_json_free(record);
    assay_text_clear(&text);
    assay_text_clear(&audit);
    recorded_clear(&r);
}
END_TEST

START_TEST(figures_of_another_models_audit_are_not_told)
{
    struct recorded r;
    recorded_second(&r);
    recorded_audit(&r, audit_of_first);
    recorded_parent(&r.second, "any", DIGEST("9"));
    struct assay_text words = words_of(&r);
    assert_section(
        &words, "### Accuracy",
        "### Accuracy\n"
        "\n"
        "Nothing compares this version with the one before it on the same snapshots.\n"
        "\n"
        "The audit that was given is of another model: its figures are not this version's.\n"
        "\n");
    assert_lacks(words.data, "Who moves zone");
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

static const struct {
    const char *audit, *accuracy;
} partial[] = {
    {audit_of_interim, "Audit of 2026-10-02: inconclusive: no outcome is known yet.\n"},
    {audit_of_score,
     "The audit that was given is of another model: its figures are not this version's.\n"},
    {"{\"model\": {\"digest\": \"" DIGEST("3") "\"}}", "Audit: no verdict.\n"},
    {"{\"model\": {\"digest\": \"" DIGEST("3") "\"}, \"verdict\": {\"result\": \"fail\"}}",
     "Audit: fail.\n"},
    {"{\"model\": {\"digest\": \"" DIGEST("3") "\"}, \"champion\": {\"digest\": \"" DIGEST(
         "2") "\"}, "
              "\"comparison\": {\"n\": 0, \"promotion\": null}, \"impact\": {\"words\": []}, "
              "\"metrics\": null}",
     "Audit: no verdict.\n"},
    {"[1, 2]",
     "The audit that was given is of another model: its figures are not this version's.\n"},
};

START_TEST(an_audit_without_figures_gives_a_record_without_them)
{
    struct recorded r;
    recorded_second(&r);
    recorded_audit(&r, partial[_i].audit);
    recorded_parent(&r.second, "any", DIGEST("9"));
    struct assay_text words = words_of(&r);
    struct assay_text part = section(&words, "### Accuracy");
    assert_holds(part.data, partial[_i].accuracy);
    assert_lacks(part.data, "| AUC");
    assert_lacks(words.data, "### Business impact");
    assay_text_clear(&part);
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

/* ---- what the differences say ---- */

#define DIFFERENCE(metric, value, interval)                                                        \
    "{\"metric\": \"" metric "\", \"difference\": {\"value\": " value ", \"interval\": " interval  \
    "}}"

static const struct {
    const char *differences, *said;
} standings[] = {
    {DIFFERENCE("auc", "0.01", "[-0.01, 0.03]") "," DIFFERENCE("brier", "0", "[0, 0]"),
     "No worse, no better: all intervals hold zero."},
    {DIFFERENCE("auc", "0.01", "[-0.01, 0.03]"), "No worse, no better: the interval holds zero."},
    {DIFFERENCE("auc", "0.01", "[0, 0.02]"), "No worse, no better: the interval holds zero."},
    {DIFFERENCE("auc", "0.01", "[0.001, 0.02]"), "Better beyond chance: AUC."},
    {DIFFERENCE("brier", "0.01", "[0.001, 0.02]"), "Worse beyond chance: Brier score."},
    {DIFFERENCE("log_loss", "-0.01", "[-0.02, -0.001]"), "Better beyond chance: log loss."},
    {DIFFERENCE("sensitivity", "-0.1", "[-0.2, -0.01]") "," DIFFERENCE(
         "specificity", "0.1",
         "[0.01, 0.2]") "," DIFFERENCE("net_benefit", "0.1",
                                       "[0.01, 0.2]") "," DIFFERENCE("auc", "0", "[-1, 1]"),
     "Better beyond chance: specificity, net benefit at the line. Worse beyond chance: "
     "sensitivity. The\n"
     "other interval holds zero."},
    {DIFFERENCE("auc", "0.01", "null"),
     "The differences have no interval: whether they are more than chance is "
     "not known."},
    {DIFFERENCE("auc", "null", "null") "," DIFFERENCE("brier", "-0.000004",
                                                      "[-0.000009, 0.000001]"),
     "No worse, no better: the interval holds zero."},
};

START_TEST(a_difference_counts_only_where_its_interval_leaves_zero_out)
{
    struct recorded r;
    struct assay_text audit = {0};
    recorded_second(&r);
    assay_text_printf(
        &audit,
        AUDIT_HEAD(DIGEST("3"),
                   CHAMPION(DIGEST("2"))) "\"comparison\": {\"n\": 1, \"events\": 1, "
                                          "\"champion\": {\"auc\": 0.5, \"brier\": 0.25}, "
                                          "\"challenger\": {\"auc\": 0.5, \"brier\": "
                                          "0.25}, \"differences\": [%s]}}",
        standings[_i].differences);
    recorded_audit(&r, audit.data);
    struct assay_text words = words_of(&r), said = {0};
    assay_text_printf(&said, "|\n\n%s\n\nAudit", standings[_i].said);
    assert_holds(words.data, said.data);
    assert_lacks(words.data, "0.00000 [-0.00001, +0"); /* what prints as 0 has no sign */
    assay_text_clear(&said);
    assay_text_clear(&words);
    assay_text_clear(&audit);
    recorded_clear(&r);
}
END_TEST

/* ---- moves ---- */

enum { N_ZONE = 4 };
static const char *const zone_names[N_ZONE] = {"Critical", "At Risk", "Neutral", "Healthy"};

/* Snapshots drawn one by one, as zones and flags tell; the record must count the same. */
START_TEST(moves_are_counted_as_the_snapshots_themselves_are)
{
    struct test_random random = {(uint64_t)_i};
    size_t cells[N_ZONE][N_ZONE] = {{0}}, n = 1 + test_below(&random, 400), moved = 0, below = 0,
           above = 0;
    struct recorded r;
    struct assay_text audit = {0};
    for (size_t i = 0; i < n; i++) {
        double before = 100 * test_uniform(&random), after = 100 * test_uniform(&random);
        size_t from = (size_t)(before / 25), to = (size_t)(after / 25);
        cells[from][to]++;
        moved += from != to;
        below += before >= 50 && after < 50;
        above += before < 50 && after >= 50;
    }
    assay_text_puts(&audit,
                    AUDIT_HEAD(DIGEST("3"), CHAMPION(DIGEST("2"))) "\"comparison\": {\"moves\": [");
    const char *comma = "";
    for (size_t k = 0; k < N_ZONE * N_ZONE; k++)
        if (cells[k / N_ZONE][k % N_ZONE] > 0) {
            assay_text_printf(&audit, "%s{\"from\": \"%s\", \"to\": \"%s\", \"n\": %zu}", comma,
                              zone_names[k / N_ZONE], zone_names[k % N_ZONE],
                              cells[k / N_ZONE][k % N_ZONE]);
            comma = ", ";
        }
    assay_text_puts(&audit, "]}}");
    recorded_second(&r);
    recorded_audit(&r, audit.data);
    struct assay_text text = record_of(&r);
    struct assay_json *record = record_read(&text);
    const struct cJSON *moves = assay_look_at(assay_json_root(record), "moves");
    ck_assert_double_eq(assay_look_number(moves, "n"), (double)n);
    ck_assert_double_eq(assay_look_number(moves, "moved"), (double)moved);
    ck_assert_double_eq(assay_look_number(moves, "below"), (double)below);
    ck_assert_double_eq(assay_look_number(moves, "above"), (double)above);
    assay_json_free(record);
    assay_text_clear(&text);
    assay_text_clear(&audit);
    recorded_clear(&r);
}
END_TEST

/* Calibration's moves, with a zone's bound or name changed in the new model. */
static void assert_moves(struct recorded *r, bool moved, bool crossing, const char *said)
{
    recorded_audit(r, NULL);
    struct assay_text text = record_of(r), words = words_of_text(&text);
    struct assay_json *record = record_read(&text);
    const struct cJSON *moves = assay_look_at(assay_json_root(record), "moves");
    ck_assert(moved == !isnan(assay_look_number(moves, "moved")));
    ck_assert(crossing == !isnan(assay_look_number(moves, "below")));
    ck_assert(crossing == !isnan(assay_look_number(moves, "above")));
    assert_holds(words.data, said);
    assay_json_free(record);
    assay_text_clear(&text);
    assay_text_clear(&words);
}

START_TEST(zones_that_do_not_begin_at_the_line_do_not_tell_who_crosses_it)
{
    struct recorded r;
    recorded_second(&r);
    r.second.spec.zones[2].from = 55;
    assert_moves(&r, true, false,
                 "7 of 300 snapshots (2.3%) change zone: 1 to a riskier one, 6 to a healthier one. "
                 "Counted on the\nsnapshots of the calibration.\n");
    r.second.spec.zones[2].from = 50;
    r.first.spec.scale = ASSAY_WEIGHTED_AVERAGE;
    assert_moves(&r, true, false, "to a healthier one. Counted");
    recorded_clear(&r);
}
END_TEST

START_TEST(zones_with_other_names_make_everybody_move_which_says_nothing)
{
    struct recorded r;
    recorded_second(&r);
    free(r.second.spec.zones[3].name);
    r.second.spec.zones[3].name = handmade_text("Green");
    assert_moves(&r, false, true,
                 "The zones are not the same as before: 300 snapshots by their zone then and now; "
                 "1 goes below the\nat-risk line, 6 come above it.");
    recorded_clear(&r);
}
END_TEST

START_TEST(nobody_moving_is_told_as_well)
{
    struct recorded r;
    recorded_second(&r);
    for (size_t k = 2; k < 4; k++)
        r.second.changes.moves[k].snapshots = 0;
    assert_moves(&r, true, true, "None of 293 snapshots changes zone. Counted on");
    recorded_clear(&r);
}
END_TEST

START_TEST(a_move_from_a_zone_that_is_not_there_leaves_the_line_untold)
{
    struct recorded r;
    recorded_second(&r);
    free(r.second.changes.moves[2].from);
    r.second.changes.moves[2].from = handmade_text("Elsewhere");
    assert_moves(&r, true, false, "change zone");
    recorded_clear(&r);
}
END_TEST

/* ---- foreign texts ---- */

START_TEST(hostile_texts_stay_texts)
{
    struct recorded r;
    recorded_second(&r);
    r.facts.approver = "Mallory\n# <b>boss</b>";
    r.facts.notes =
        "one\n\n<img src=x onerror=alert(1)>\r\n- [x](javascript:y)\n| a | b |\n1. two\n\n";
    r.facts.override = "of `this` & *that*\n\n## 9.9.9, 2030-01-01";
    recorded_close(&r, ASSAY_GATE_AUDIT, "<i>", "a\nb|c");
    free(r.first.spec.zones[0].name);
    r.first.spec.zones[0].name = handmade_text("<Red>|x");
    free(r.second.spec.signals[0].name);
    r.second.spec.signals[0].name = handmade_text("<u>*use*");
    assay_change_clear(&r.change);
    struct assay_error err = {0};
    ck_assay_ok(assay_change_find(&r.first, &r.second, &r.change, &err));
    struct assay_text words = words_of(&r);
    assert_holds(
        words.data,
        "**Released over closed gates: audit, because of \\`this\\` & \\*that\\* ## 9.9.9, "
        "2030-01-01.**\n");
    assert_holds(words.data, "Approved by Mallory # \\<b>boss\\</b>. Follows ");
    assert_holds(words.data,
                 "> one\n>\n> \\<img src=x onerror=alert(1)>\n>\n> \\- [x\\](javascript:y)\n>\n"
                 "> \\| a \\| b \\|\n>\n> 1\\. two\n\n");
    assert_holds(words.data, "- audit, **closed**: a b\\|c; asked: \\<i>\n");
    assert_holds(words.data, "\n| \\<Red>\\|x ");
    assert_holds(words.data, "\n- \\<u>\\*use\\*: ");
    assert_lacks(words.data, " <u>");
    assay_text_clear(&words);
    recorded_clear(&r);
}
END_TEST

START_TEST(very_long_notes_are_kept_whole_and_wrapped)
{
    struct recorded r;
    struct assay_text notes = {0};
    recorded_second(&r);
    for (size_t k = 0; k < 20000; k++)
        assay_text_printf(&notes, "word%zu ", k);
    for (size_t k = 0; k < 50000; k++)
        assay_text_putc(&notes, 'x');
    r.facts.notes = notes.data;
    struct assay_text words = words_of(&r);
    assert_holds(words.data, "> word0 word1 ");
    assert_holds(words.data, "word19999\n> xxxxxxxxxxxx");
    ck_assert_uint_gt(words.length, notes.length);
    assay_text_clear(&words);
    assay_text_clear(&notes);
    recorded_clear(&r);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_first_version_is_told_by_its_weights_and_its_audit);
    tcase_add_test(tc, before_and_after_stand_beside_each_other_with_the_difference);
    tcase_add_test(tc, without_a_comparison_the_calibrations_own_is_told);
    tcase_add_test(tc, a_comparison_on_rows_the_old_version_cannot_have_seen_is_not_doubted);
    tcase_add_test(tc, a_release_over_closed_gates_says_so_first);
    tcase_add_test(tc, a_reason_without_a_closed_gate_overrides_nothing);
    tcase_add_loop_test(tc, evidence_of_other_models_is_left_out, 0, COUNT(sources));
    tcase_add_test(tc, figures_of_another_models_audit_are_not_told);
    tcase_add_loop_test(tc, an_audit_without_figures_gives_a_record_without_them, 0,
                        COUNT(partial));
    tcase_add_loop_test(tc, a_difference_counts_only_where_its_interval_leaves_zero_out, 0,
                        COUNT(standings));
    tcase_add_loop_test(tc, moves_are_counted_as_the_snapshots_themselves_are, 0, 30);
    tcase_add_test(tc, zones_that_do_not_begin_at_the_line_do_not_tell_who_crosses_it);
    tcase_add_test(tc, zones_with_other_names_make_everybody_move_which_says_nothing);
    tcase_add_test(tc, nobody_moving_is_told_as_well);
    tcase_add_test(tc, a_move_from_a_zone_that_is_not_there_leaves_the_line_untold);
    tcase_add_test(tc, hostile_texts_stay_texts);
    tcase_add_test(tc, very_long_notes_are_kept_whole_and_wrapped);
}

ASSAY_SUITE("release/record", add_tests)
