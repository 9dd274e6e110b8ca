/* A calibration that holds nothing out: what it refuses to choose, that it fits as any other does, and that
 * what it could not measure is not there. */
#include "calibrate/first_look.h"
#include "calibrate/held_out.h"
#include "tests/calibrate/lab.h"

/* ---- what is refused ---- */

#define SIGNALS \
    "\"signals\": [" SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", "") "," SIGNAL("nps", "nps", "higher", "") "]"
#define HEAD      SPEC_HEAD "\"as_of\": \"as_of\"," FULL_COHORT
#define LINE      "\"at_risk_probability\": 0.3,"
#define LOOK(fit) "\"fit\": {\"folds\": 0" fit "},"

#define STRENGTH_HINT \
    "Say \"anchor\": \"none\" for maximum likelihood, give a \"strength\" such as 1, or leave \"folds\" out."
#define LINE_HINT \
    "Give the probability that is the line, --champion MODEL to keep its line, or leave \"folds\" out."

enum champion { NO_CHAMPION, FITTED, NOMINAL };

static const struct {
    const char *spec;
    enum champion champion;
    bool new_line;
    const char *open, *expected, *hint; /* open NULL: nothing is */
} wishes[] = {
    {LINE LOOK(", \"anchor\": \"none\""), NO_CHAMPION, false, NULL, NULL, NULL},
    {LINE LOOK(", \"strength\": 1"), NO_CHAMPION, false, NULL, NULL, NULL},
    {LINE LOOK(", \"method\": \"firth\""), NO_CHAMPION, false, NULL, NULL, NULL},
    {LINE LOOK(", \"penalty\": {\"method\": \"ridge\", \"lambda\": 0.1}"), NO_CHAMPION, false, NULL, NULL,
     NULL},
    {LINE LOOK(", \"anchor\": \"none\", \"bootstrap\": 50"), NO_CHAMPION, false, NULL, NULL, NULL},
    {LOOK(", \"anchor\": \"none\""), FITTED, false, NULL, NULL, NULL},
    {"\"line\": {\"by\": \"plan\"}, \"fit\": {\"models_by\": \"plan\"},", NO_CHAMPION, true, NULL, NULL,
     NULL}, /* with folds */
    {LINE LOOK(""), NO_CHAMPION, false, "choose the anchor's strength by", "a \"strength\"",
     STRENGTH_HINT},
    {LINE LOOK(", \"anchor\": \"equal\""), FITTED, false, "choose the anchor's strength by",
     "a \"strength\"", STRENGTH_HINT},
    {LINE LOOK(", \"penalty\": \"lasso\""), NO_CHAMPION, false, "choose the penalty by",
     "its \"lambda\"", "Give the \"penalty\" a \"lambda\", or leave \"folds\" out."},
    {LINE LOOK(", \"strength\": 1, \"models_by\": \"plan\", \"pooling\": 2"), NO_CHAMPION, false,
     "pool segments by", "no \"models_by\"",
     "Take \"models_by\" out for a first look, or leave \"folds\" out."},
    {LOOK(", \"anchor\": \"none\""), NO_CHAMPION, false, "choose the at-risk line on",
     "\"at_risk_probability\"", LINE_HINT},
    {LOOK(", \"anchor\": \"none\""), NOMINAL, false, "choose the at-risk line on",
     "\"at_risk_probability\"", LINE_HINT},
    {LOOK(", \"anchor\": \"none\""), FITTED, true, "choose the at-risk line on",
     "\"at_risk_probability\"", "Give the probability that is the line, or leave --new-line out."},
    {"\"line\": {\"by\": \"plan\"}," LOOK(", \"anchor\": \"none\""), FITTED, false,
     "draw lines by segment on", "no line \"by\" segment",
     "Take \"by\" out of \"line\" for a first look, or leave \"folds\" out."},
};

START_TEST(what_is_chosen_on_held_out_snapshots_has_to_be_given)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    struct assay_model champion = {.at_risk_probability = 0.2,
                                   .fit.imported = wishes[_i].champion == NOMINAL};
    char text[2048], expected[256];
    champion.fit.rows = wishes[_i].champion == FITTED ? 100 : 0;
    snprintf(text, sizeof text, "%s%s%s}", HEAD, wishes[_i].spec, SIGNALS);
    ck_assay_ok(assay_spec_read_text("spec", text, strlen(text), &spec, &err));
    enum assay_status status =
        assay_first_look_check(&spec, "q.json", wishes[_i].champion != NO_CHAMPION ? &champion : NULL,
                               wishes[_i].new_line, &err);
    if (wishes[_i].open == NULL) {
        ck_assay_ok(status);
    } else {
        ck_assert_int_eq(status, ASSAY_EDATA);
        snprintf(expected, sizeof expected,
                 "q.json: its \"folds\" is 0, and nothing is held out to %s; expected %s",
                 wishes[_i].open, wishes[_i].expected);
        ck_assert_str_eq(err.message, expected);
        ck_assert_str_eq(err.hint, wishes[_i].hint);
    }
    assay_spec_clear(&spec);
}
END_TEST

/* ---- what it is ---- */

static void calibrate(struct lab *lab, const char *fit)
{
    struct assay_error err = {0};
    char spec[2048];
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 5, .n_row = 800});
    snprintf(spec, sizeof spec, "%s%s\"fit\": {\"anchor\": \"none\"%s},%s}", HEAD, LINE, fit, SIGNALS);
    ck_assay_ok(lab_read(lab, spec, csv.data, &err));
    ck_assay_ok(lab_model(lab, &err));
    assay_text_clear(&csv);
}

static void assert_same_figures(const struct assay_model_performance *a,
                                const struct assay_model_performance *b)
{
    ck_assert_uint_gt(a->n, 0);
    ck_assert_uint_eq(a->n, b->n);
    ck_assert_mem_eq(a->figures, b->figures, sizeof a->figures);
}

START_TEST(a_first_look_is_the_same_fit_without_what_folds_show)
{
    struct lab look = {0}, full = {0};
    calibrate(&look, ", \"folds\": 0");
    calibrate(&full, "");
    const struct assay_model *a = &look.model, *b = &full.model;
    size_t p = a->n_coef;
    ck_assert_mem_eq(a->fit.coefficients, b->fit.coefficients, p * sizeof *a->fit.coefficients);
    ck_assert_mem_eq(a->fit.covariance, b->fit.covariance, p * p * sizeof *a->fit.covariance);
    ck_assert_mem_eq(a->weight_interval, b->weight_interval,
                     a->n_signal * sizeof *a->weight_interval);
    ck_assert_uint_eq(a->fit.accounts, b->fit.accounts);
    assert_same_figures(&a->performance[ASSAY_APPARENT], &b->performance[ASSAY_APPARENT]);
    assert_same_figures(&a->performance[ASSAY_OUT_OF_TIME], &b->performance[ASSAY_OUT_OF_TIME]);
    ck_assert_uint_gt(b->performance[ASSAY_CROSS_VALIDATED].n, 0);
    ck_assert_uint_eq(a->performance[ASSAY_CROSS_VALIDATED].n, 0);
    for (size_t k = 0; k < ASSAY_YARDS; k++)
        ck_assert_uint_eq(a->yardsticks[k].n, 0);
    ck_assert_uint_eq(look.calibration.history.n_fold, 0);
    ck_assert_ptr_null(look.calibration.assessment.prob_held_out);
    ck_assert_ptr_null(look.calibration.assessment.prob_equal);
    lab_clear(&look);
    lab_clear(&full);
}
END_TEST

static size_t warnings_with(const struct assay_model *model, const char *words)
{
    size_t n = 0;
    for (size_t k = 0; k < model->fit.n_warning; k++)
        n += strstr(model->fit.warnings[k], words) != NULL;
    return n;
}

/* Its targets are missed by far, and with folds a warning says so of held-out snapshots. */
START_TEST(a_first_look_says_that_it_is_one)
{
    struct lab look = {0}, full = {0};
    calibrate(&look, ", \"folds\": 0");
    calibrate(&full, "");
    ck_assert_uint_eq(warnings_with(&look.model, "a first look, nothing was held out (\"folds\": 0)"), 1);
    ck_assert_uint_eq(warnings_with(&look.model, "held-out"), 0);
    ck_assert_uint_eq(warnings_with(&full.model, "a first look"), 0);
    ck_assert_uint_eq(warnings_with(&full.model, "on held-out snapshots"), 1);
    lab_clear(&look);
    lab_clear(&full);
}
END_TEST

/* Zones and curves are then of the rows of the fit, and are told to be. */
START_TEST(the_snapshots_of_the_fit_stand_in_for_held_out_ones)
{
    struct lab look = {0};
    struct assay_error err = {0};
    struct assay_held_out rows;
    calibrate(&look, ", \"folds\": 0");
    ck_assay_ok(assay_held_out_init(&look.model, &look.calibration, &rows, &err));
    ck_assert(rows.apparent);
    ck_assert_uint_eq(rows.n, look.calibration.history.n_used);
    size_t k = 0;
    for (size_t i = 0; i < look.calibration.history.n_row; i++)
        if (look.calibration.history.used[i])
            ck_assert_double_eq(rows.prob[k++], look.calibration.assessment.prob_apparent[i]);
    assay_held_out_clear(&rows);
    lab_clear(&look);
}
END_TEST

/* Weights and zones are compared, and what only held-out predictions show is not. */
START_TEST(beside_a_champion_nothing_is_said_of_accuracy)
{
    struct lab first = {0}, look = {0};
    calibrate(&first, "");
    look.champion = &first.model;
    first.model.digest[0] = 'x';
    calibrate(&look, ", \"folds\": 0");
    const struct assay_model_changes *changes = &look.model.changes;
    size_t moved = 0;
    for (size_t k = 0; k < changes->n_move; k++)
        moved += changes->moves[k].snapshots;
    ck_assert_uint_eq(changes->n_weight, 3);
    ck_assert_uint_eq(moved, look.calibration.history.n_used);
    ck_assert_uint_eq(changes->before.n, 0);
    ck_assert_uint_eq(changes->after.n, 0);
    ck_assert_uint_eq(look.model.yardsticks[ASSAY_YARD_CHAMPION].n, 0);
    lab_clear(&look);
    lab_clear(&first);
}
END_TEST

/* What the bootstrap takes off the apparent figures needs no folds. */
START_TEST(optimism_is_corrected_without_folds)
{
    struct lab look = {.resamples = true}, full = {.resamples = true};
    calibrate(&look, ", \"folds\": 0, \"bootstrap\": 50");
    calibrate(&full, ", \"folds\": 2, \"bootstrap\": 50");
    assert_same_figures(&look.model.performance[ASSAY_OPTIMISM_CORRECTED],
                        &full.model.performance[ASSAY_OPTIMISM_CORRECTED]);
    lab_clear(&look);
    lab_clear(&full);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, what_is_chosen_on_held_out_snapshots_has_to_be_given, 0, COUNT(wishes));
    tcase_add_test(tc, a_first_look_is_the_same_fit_without_what_folds_show);
    tcase_add_test(tc, a_first_look_says_that_it_is_one);
    tcase_add_test(tc, the_snapshots_of_the_fit_stand_in_for_held_out_ones);
    tcase_add_test(tc, beside_a_champion_nothing_is_said_of_accuracy);
    tcase_add_test(tc, optimism_is_corrected_without_folds);
}

ASSAY_SUITE("calibrate/first_look", add_tests)
