/* Each gate by itself: every way to be open, closed and not asked. */
#include "release/gates/gates.h"

#include "tests/release/gated.h"

/* What the scene has besides its audit. */
static void accept(struct scene *scene)
{
    scene->model.spec.release.accept_inconclusive = true;
}
static void no_rule(struct scene *scene)
{
    free(scene->model.spec.audit.promotion[0].metric);
    scene->model.spec.audit.n_promotion = 0;
}
static void day_of_audit(struct scene *scene)
{
    scene->input.today = scene_day("2026-10-02");
}
static void last_day(struct scene *scene)
{
    scene->input.today = scene_day("2027-01-30"); /* 120 days later */
}
static void day_too_late(struct scene *scene)
{
    scene->input.today = scene_day("2027-01-31");
}
static void day_before(struct scene *scene)
{
    scene->input.today = scene_day("2026-10-01");
}
static void weights_still(struct scene *scene)
{
    for (size_t j = 0; j < N_SIGNAL; j++)
        scene->signals[j].after = scene->signals[j].before;
}
static void weight_at_the_budget(struct scene *scene)
{
    scene->signals[0].before.value = 0.3; /* 0.4 - 0.3 is a little more than 0.1 in binary */
    scene->signals[0].after = (struct assay_estimate){0.4, 0.3, 0.5};
}
static void two_weights_beyond(struct scene *scene)
{
    scene->signals[0].after = (struct assay_estimate){0.3801, 0.3, 0.45};
    scene->signals[2].after = (struct assay_estimate){0.345, NAN, NAN};
}
static void signals_replaced(struct scene *scene)
{
    scene->signals[1].before = assay_estimate_undefined();
    scene->signals[2].after = assay_estimate_undefined();
}
static struct assay_zone two_zones[] = {{(char[]){"Red"}, 0}, {(char[]){"Green"}, 60}};
static void zones_renamed(struct scene *scene)
{
    scene->previous.spec.zones = two_zones;
    scene->previous.spec.n_zone = COUNT(two_zones);
}
static struct assay_zone other_bounds[] = {{(char[]){"Critical"}, 0},
                                           {(char[]){"At Risk"}, 20},
                                           {(char[]){"Neutral"}, 40},
                                           {(char[]){"Healthy"}, 60}};
static void zones_rescaled(struct scene *scene)
{
    scene->previous.spec.zones = other_bounds;
    scene->previous.spec.n_zone = COUNT(other_bounds);
}
static void other_parent(struct scene *scene)
{
    memcpy(scene->model.parent_digest, OTHER_DIGEST, sizeof OTHER_DIGEST);
}
static void tight_zone_budget(struct scene *scene)
{
    scene->model.spec.release.max_zone_changes =
        0.29; /* 0.29 * 100 is a little less than 29 in binary */
}
static void first_look(struct scene *scene)
{
    scene->model.spec.fit.folds = 0;
}
static void candidate_digest_unknown(struct scene *scene)
{
    scene->input.previous_candidate = NULL;
}

#define SIX(a, b, c, d, e, f) "[" a ", " b ", " c ", " d ", " e ", " f "]"
#define UNDEFINED(metric)     DIFFERENCE(metric, "null", "null")
#define WORSE_AUC             DIFFERENCE("auc", "-0.02", "[-0.03, -0.0001]")
#define WORSE_BRIER           DIFFERENCE("brier", "0.01", "[0.001, 0.02]")
#define WORSE_LOG_LOSS        DIFFERENCE("log_loss", "0.1", "[0.05, 0.15]")
#define WORSE_SENSITIVITY     DIFFERENCE("sensitivity", "-0.1", "[-0.2, -0.05]")
#define WORSE_SPECIFICITY     DIFFERENCE("specificity", "-0.05", "[-0.06, -0.04]")
#define WORSE_NET_BENEFIT     DIFFERENCE("net_benefit", "-0.01", "[-0.02, -0.001]")
#define BETTER_AUC            DIFFERENCE("auc", "0.02", "[0.01, 0.03]")
#define BETTER_BRIER          DIFFERENCE("brier", "-0.01", "[-0.02, -0.001]")
#define SAME_AUC              DIFFERENCE("auc", "0", "[0, 0]")

static const struct one {
    enum assay_gate_name gate;
    enum assay_gate_result result;
    const char *found;
    void (*arrange)(struct scene *scene);
    struct audit_parts audit;
} ones[] = {
    /* audit */
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "an audit of another file: by hand, version candidate, digest sha256:333333330000",
     NULL,
     {.model = MODEL("candidate", OTHER_DIGEST)}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "an audit of the version in force, 1.0.0",
     NULL,
     {.model = MODEL("1.0.0", "^")}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "an audit of the version in force, 1.0.0",
     NULL,
     {.model = MODEL("candidate", "~")}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "an audit of the score column \"health\", not of a model",
     NULL,
     {.model = "{},\"score_column\": \"health\"", .quality = QUALITY("null")}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "made on 2026-10-02 before any outcome was known: nothing was measured",
     NULL,
     {.data = DATA("0", "0", "0")}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "made on 2026-10-02 of 1,249 snapshots, 109 with the event; the model was calibrated on these "
     "rows, or may have been, and looks better on them than it is",
     NULL,
     {.quality = QUALITY("true")}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "made on 2026-10-02 of 1,249 snapshots, 109 with the event; the model is a first look that held nothing "
     "out (\"folds\": 0): calibrate it with \"folds\", and audit that",
     first_look,
     {0}},
    {ASSAY_GATE_AUDIT,
     ASSAY_GATE_CLOSED,
     "an audit of the version in force, 1.0.0; the model is a first look that held nothing out (\"folds\": 0): "
     "calibrate it with \"folds\", and audit that",
     first_look,
     {.model = MODEL("1.0.0", "^")}},
    /* age */
    {ASSAY_GATE_AGE,
     ASSAY_GATE_OPEN,
     "made on 2026-10-02, the day of the release",
     day_of_audit,
     {0}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_OPEN,
     "made on 2026-10-04, 1 day before the release on 2026-10-05",
     NULL,
     {.created = "\"2026-10-04\""}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_OPEN,
     "made on 2026-10-02, 120 days before the release on 2027-01-30",
     last_day,
     {0}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_CLOSED,
     "made on 2026-10-02, 121 days before the release on 2027-01-31",
     day_too_late,
     {0}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_CLOSED,
     "made on 2026-10-02, after the day of the release, 2026-10-01",
     day_before,
     {0}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_OPEN,
     "made on 2026-07-01, 96 days before the release on 2026-10-05",
     NULL,
     {.created = "\"2026-07-01\""}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_CLOSED,
     "made on 2026-06-30, 97 days before the release on 2026-10-05, and before the model, "
     "2026-07-01",
     NULL,
     {.created = "\"2026-06-30\""}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_OPEN,
     "made on 2026-10-02, 3 days before the release on 2026-10-05",
     NULL,
     {.data = DATA("0", "0", "0")}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_OPEN,
     "made on 2026-10-02, 3 days before the release on 2026-10-05",
     NULL,
     {.data = "{\"used\": 1249, \"events\": 109, \"accounts\": 1249, \"to\": \"2026-06-30\"}"}},
    {ASSAY_GATE_AGE,
     ASSAY_GATE_CLOSED,
     "made on 2026-10-02, 3 days before the release on 2026-10-05; its last snapshots are of "
     "2025-12-31, and their outcomes were known 278 days before the release",
     NULL,
     {.data = "{\"used\": 1249, \"events\": 109, \"accounts\": 1249, \"to\": \"2025-12-31\"}"}},
    /* verdict */
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_CLOSED,
     "inconclusive: 109 churners, about six more quarters to a verdict",
     NULL,
     {.verdict = VERDICT("inconclusive",
                         "inconclusive: 109 churners, about six more quarters to a verdict")}},
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_OPEN,
     "inconclusive: 109 churners; accepted beforehand (release.inconclusive)",
     accept,
     {.verdict = VERDICT("inconclusive", "inconclusive: 109 churners")}},
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_CLOSED,
     "fail: sensitivity 50% misses its target",
     accept,
     {.verdict = VERDICT("fail", "fail: sensitivity 50% misses its target")}},
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_CLOSED,
     "not known: the audit had no outcome to measure by",
     accept,
     {.data = DATA("0", "0", "0"), .verdict = VERDICT("inconclusive", "inconclusive: no outcome")}},
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_CLOSED,
     "pass: 109 churners, and every target is met; by the targets of easy.json, which are no older "
     "than the audit, not by the model's own",
     NULL,
     {.rules = "{\"file\": \"easy.json\"}"}},
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_CLOSED,
     "inconclusive: 109 churners; by the targets of easy.json, which are no older than the audit, "
     "not by the model's own",
     accept,
     {.rules = "{\"file\": \"easy.json\"}",
      .verdict = VERDICT("inconclusive", "inconclusive: 109 churners")}},
    {ASSAY_GATE_VERDICT,
     ASSAY_GATE_OPEN,
     "pass: 109 churners, and every target is met",
     accept,
     {.created = NULL}},
    /* promotion */
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_OPEN,
     "Promote the new model: every margin holds",
     NULL,
     {.champion = MODEL("candidate", "~")}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: the audit compares with by hand, version candidate, digest sha256:222222220000, "
     "and not with 1.0.0",
     candidate_digest_unknown,
     {.champion = MODEL("candidate", "~")}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: the audit compares with by hand, version 0.9.0, digest sha256:333333330000, and "
     "not with 1.0.0",
     NULL,
     {.champion = MODEL("0.9.0", OTHER_DIGEST)}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: the audit compares with no champion; validate --champion takes 1.0.0",
     NULL,
     {.champion = "null", .comparison = "null"}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: the audit has no comparison",
     NULL,
     {.comparison = "null"}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: no audited snapshot is scored by both",
     NULL,
     {.comparison = "{\"n\": 0, \"words\": \"Nothing.\", \"promotion\": null}"}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: the audit had no outcome to measure by",
     NULL,
     {.data = DATA("0", "0", "0")}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "none is declared; say in the spec by how much a new model may be worse: \"audit\": "
     "{\"promotion\": {\"auc\": 0.01, \"sensitivity\": 0.03, \"specificity\": 0.03}}",
     no_rule,
     {.promotion = "null"}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "not known: the audit went by the rules of easy.json, which are no older than itself, not by "
     "the model's own",
     accept,
     {.rules = "{\"file\": \"easy.json\"}",
      .promotion = PROMOTION("promote", "--rules easy.json, sha256 00", "Promote.")}},
    {ASSAY_GATE_PROMOTION, ASSAY_GATE_CLOSED, "Compared", NULL, {.promotion = "null"}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "Keep the champion: worse",
     accept,
     {.promotion = PROMOTION("keep", "in the model", "Keep the champion: worse.")}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_CLOSED,
     "Undecided: cannot tell",
     NULL,
     {.promotion = PROMOTION("undecided", "in the model", "Undecided: cannot tell.")}},
    {ASSAY_GATE_PROMOTION,
     ASSAY_GATE_OPEN,
     "Undecided: cannot tell; accepted beforehand (release.inconclusive)",
     accept,
     {.promotion = PROMOTION("undecided", "in the model", "Undecided: cannot tell.")}},
    /* champion */
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_CLOSED,
     "worse: AUC -0.0200 [-0.0300, -0.0001], Brier score +0.0100 [+0.0010, +0.0200], log loss "
     "+0.1000 [+0.0500, +0.1500], sensitivity -0.1000 [-0.2000, -0.0500], specificity -0.0500 "
     "[-0.0600, -0.0400], net benefit -0.0100 [-0.0200, -0.0010]",
     NULL,
     {.differences = SIX(WORSE_NET_BENEFIT, WORSE_SPECIFICITY, WORSE_SENSITIVITY, WORSE_LOG_LOSS,
                         WORSE_BRIER, WORSE_AUC)}},
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_CLOSED,
     "worse: log loss +0.1000 [+0.0500, +0.1500]",
     NULL,
     {.differences =
          SIX(AUC, BRIER, WORSE_LOG_LOSS, SENSITIVITY, UNDEFINED("specificity"), NET_BENEFIT)}},
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_OPEN,
     "none of 6 metrics is worse beyond chance; AUC +0.0200 [+0.0100, +0.0300]",
     NULL,
     {.differences =
          SIX(BETTER_AUC, BETTER_BRIER, LOG_LOSS, SENSITIVITY, SPECIFICITY, NET_BENEFIT)}},
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_OPEN,
     "none of 6 metrics is worse beyond chance; AUC +0.0000 [+0.0000, +0.0000]",
     NULL,
     {.differences = SIX(SAME_AUC, BRIER, LOG_LOSS, SENSITIVITY, SPECIFICITY, NET_BENEFIT)}},
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_OPEN,
     "none of 5 metrics is worse beyond chance; Brier score +0.0001 [-0.0010, +0.0012]",
     NULL,
     {.differences =
          SIX(UNDEFINED("auc"), BRIER, LOG_LOSS, SENSITIVITY, SPECIFICITY, NET_BENEFIT)}},
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_CLOSED,
     "not known: no metric is defined on the compared rows",
     NULL,
     {.differences =
          SIX(UNDEFINED("auc"), UNDEFINED("brier"), UNDEFINED("log_loss"), UNDEFINED("sensitivity"),
              UNDEFINED("specificity"), UNDEFINED("net_benefit"))}},
    {ASSAY_GATE_CHAMPION,
     ASSAY_GATE_CLOSED,
     "not known: the audit compares with no champion; validate --champion takes 1.0.0",
     NULL,
     {.champion = "null", .comparison = "null"}},
    /* calibration */
    {ASSAY_GATE_CALIBRATION,
     ASSAY_GATE_OPEN,
     "0.800 [0.600, 1.100]",
     NULL,
     {.oe_ratio = FIGURE("0.8", "[0.6, 1.1]")}},
    {ASSAY_GATE_CALIBRATION, ASSAY_GATE_OPEN, "1.250", NULL, {.oe_ratio = FIGURE("1.25", "null")}},
    {ASSAY_GATE_CALIBRATION,
     ASSAY_GATE_CLOSED,
     "0.799 [0.600, 1.100]",
     NULL,
     {.oe_ratio = FIGURE("0.799", "[0.6, 1.1]")}},
    {ASSAY_GATE_CALIBRATION,
     ASSAY_GATE_CLOSED,
     "1.251 [1.000, 1.500]",
     NULL,
     {.oe_ratio = FIGURE("1.251", "[1, 1.5]")}},
    {ASSAY_GATE_CALIBRATION,
     ASSAY_GATE_CLOSED,
     "not defined on the audited rows: no events were expected",
     NULL,
     {.oe_ratio = FIGURE("null", "null")}},
    {ASSAY_GATE_CALIBRATION,
     ASSAY_GATE_CLOSED,
     "not known: the audit had no outcome to measure by",
     NULL,
     {.data = DATA("0", "0", "0")}},
    /* weights */
    {ASSAY_GATE_WEIGHTS, ASSAY_GATE_OPEN, "no weight moves", weights_still, {0}},
    {ASSAY_GATE_WEIGHTS,
     ASSAY_GATE_OPEN,
     "use +10.0 points, from 30.0 to 40.0 [30.0, 50.0], and no other by more",
     weight_at_the_budget,
     {0}},
    {ASSAY_GATE_WEIGHTS,
     ASSAY_GATE_CLOSED,
     "use -12.0 points, from 50.0 to 38.0 [30.0, 45.0]; nps +14.5 points, from 20.0 to 34.5",
     two_weights_beyond,
     {0}},
    {ASSAY_GATE_WEIGHTS,
     ASSAY_GATE_CLOSED,
     "seats +31.0 points, from none to 31.0 [25.0, 40.0]; nps -20.0 points, from 20.0 to none",
     signals_replaced,
     {0}},
    /* zones */
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_OPEN,
     "29.0% [21.0, 38.5] of 100 snapshots in the audit",
     tight_zone_budget,
     {.moves = "[" MOVE("Critical", "Critical", "71") ", " MOVE("Healthy", "Neutral", "29") "]"}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_CLOSED,
     "30.0% [21.9, 39.6] of 100 snapshots in the audit",
     tight_zone_budget,
     {.moves = "[" MOVE("Healthy", "Neutral", "30") ", " MOVE("Critical", "Critical", "70") "]"}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_OPEN,
     "5.4% of 1,249 snapshots in the audit",
     NULL,
     {.data = DATA("1249", "109", "700")}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_OPEN,
     "5.4% [4.2, 6.8] of 1,249 snapshots in the audit",
     zones_rescaled,
     {.data = DATA("1249", "109", "null")}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_OPEN,
     "10.0% of 1,000 snapshots in the calibration",
     NULL,
     {.champion = MODEL("0.9.0", OTHER_DIGEST)}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_OPEN,
     "10.0% of 1,000 snapshots in the calibration",
     NULL,
     {.moves = "[]"}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_CLOSED,
     "not known: neither the audit nor the calibration compares with 1.0.0",
     other_parent,
     {.champion = MODEL("0.9.0", OTHER_DIGEST)}},
    {ASSAY_GATE_ZONES,
     ASSAY_GATE_NOT_ASKED,
     "zones are others, so that moves do not compare: Red, Green before, now Critical, At Risk, "
     "Neutral, Healthy",
     zones_renamed,
     {0}},
};

START_TEST(each_gate_answers_for_itself)
{
    const struct one *one = &ones[_i];
    struct scene scene;
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &one->audit, &err));
    if (one->arrange != NULL)
        one->arrange(&scene);
    scene_ask(&scene);
    scene_check(&scene, one->gate, one->result, one->found);
    scene_close(&scene);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, each_gate_answers_for_itself, 0, COUNT(ones));
}

ASSAY_SUITE("release/gates_each", add_tests)
