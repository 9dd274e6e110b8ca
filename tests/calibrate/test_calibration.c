/* The whole way: a champion from one period, a recalibration in the next, the model's file, and what
 * is said when a step has no answer. */
#include "calibrate/calibration.h"
#include "core/model/scorer.h"
#include "tests/calibrate/lab.h"

/* ---- two periods ---- */

enum { ROWS = 1600 };

/* 2024 and 2025: every account has a snapshot in each. */
static const char *const first_year[2] = {"2024-01-01", "2024-12-31"};
static const char *const second_year[2] = {"2025-01-01", "2025-12-31"};

static struct assay_window window_of(const char *const days[2])
{
    struct assay_window window = assay_intake_options_default().window;
    if (days != NULL) {
        ck_assert(assay_date_parse(days[0], strlen(days[0]), &window.from));
        ck_assert(assay_date_parse(days[1], strlen(days[1]), &window.until));
    }
    return window;
}

#define SIGNALS(logins, tickets, nps) \
    "\"signals\": [" SIGNAL("logins", "logins", "higher", logins) "," \
    SIGNAL("tickets", "tickets", "lower", tickets) "," \
    SIGNAL("nps", "nps", "higher", nps) "],"
#define PLAIN_SIGNALS SIGNALS("", "", "")
#define HEAD SPEC_HEAD "\"as_of\": \"as_of\", \"segments\": [\"plan\"], \"value\": \"arr\"," FULL_COHORT
#define FIT(text) "\"fit\": {\"bootstrap\": 0" text "}}"

static const char plain_spec[] = HEAD PLAIN_SIGNALS FIT("");

/* Reads spec and table into the lab; both are good. path receives the file's name, which is gone. */
static void read_table(struct lab *lab, const char *spec, const char *csv, char path[])
{
    struct assay_error err = {0};
    struct assay_intake_options options = assay_intake_options_default();
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &lab->spec, &err));
    lab_write_file(path, csv, strlen(csv));
    options.path = path;
    options.quiet = true;
    options.also = lab->champion != NULL ? &lab->champion->spec : NULL;
    ck_assay_ok(assay_intake_open(&lab->spec, ASSAY_TO_CALIBRATE, &options, &lab->intake, &err));
    ck_assay_ok(assay_intake_read_all(&lab->intake, &err));
    unlink(path);
}

static enum assay_status calibrate(struct lab *lab, const char *const days[2], bool new_line,
                                   struct assay_error *err)
{
    struct assay_progress progress;
    assay_progress_init(&progress, true);
    struct assay_calibration_request request = {.spec = &lab->spec,
                                                .intake = &lab->intake,
                                                .window = window_of(days),
                                                .champion = lab->champion,
                                                .new_line = new_line,
                                                .n_thread = 2,
                                                .progress = &progress};
    return assay_calibration_run(&request, &lab->calibration, err);
}

/* A model of these days of a made-up table. */
static void model_of(struct lab *lab, const char *spec, const char *const days[2], bool new_line)
{
    struct assay_error err = {0};
    char path[] = "/tmp/assay-calibration-XXXXXX";
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 77, .n_row = ROWS});
    read_table(lab, spec, csv.data, path);
    assay_text_clear(&csv);
    ck_assay_ok(calibrate(lab, days, new_line, &err));
    struct assay_assembly parts = {.spec = &lab->spec,
                                   .calibration = &lab->calibration,
                                   .intake = &lab->intake,
                                   .created = "2026-01-15"};
    ck_assay_ok(assay_assemble(&parts, &lab->model, &err));
}

/* Writes the model, and reads it back as one that was released would be. */
static void through_file(struct lab *lab, struct assay_model *back)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_model_write(&lab->model, &text, &err));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, back, &err));
    assay_text_clear(&text);
}

static void first_champion(struct lab *lab, const char *spec, struct assay_model *champion)
{
    model_of(lab, spec, first_year, false);
    through_file(lab, champion);
}

/* ---- what a recalibration keeps ---- */

START_TEST(the_first_calibration_leans_on_equal_weights_and_the_next_on_the_champion)
{
    struct lab first = {0}, second = {0};
    struct assay_model champion = {0};
    first_champion(&first, plain_spec, &champion);
    ck_assert_int_eq(champion.fit.anchor.word, ASSAY_ANCHOR_EQUAL);
    for (size_t j = 0; j < 3; j++)
        test_close("equal", champion.fit.anchor.weight[j], 1.0 / 3, 1e-15, 1);

    second.champion = &champion;
    model_of(&second, plain_spec, second_year, false);
    const struct assay_model_anchor *anchor = &second.model.fit.anchor;
    ck_assert_int_eq(anchor->word, ASSAY_ANCHOR_CHAMPION);
    ck_assert_uint_eq(anchor->taken, ASSAY_TAKEN_OWN); /* the years are alike */
    ck_assert(anchor->chosen);
    for (size_t j = 0; j < 3; j++) /* weights that sum to 1, but for rounding */
        test_close("champion's", anchor->weight[j], champion.weight[j], 1e-14, 1);
    ck_assert_str_eq(second.model.parent_digest, champion.digest);
    ck_assert_uint_gt(second.model.yardsticks[ASSAY_YARD_CHAMPION].n, 0);
    ck_assert_uint_gt(second.model.yardsticks[ASSAY_YARD_RECALIBRATED].n, 0);
    ck_assert(!second.calibration.champion_saw);
    lab_clear(&second);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

START_TEST(a_strength_that_is_given_is_the_one_that_is_used)
{
    struct lab first = {0}, second = {0};
    struct assay_model champion = {0};
    first_champion(&first, plain_spec, &champion);
    second.champion = &champion;
    model_of(&second, HEAD PLAIN_SIGNALS FIT(", \"strength\": 3"), second_year, false);
    const struct assay_model_fit *fit = &second.model.fit;
    double n = (double)fit->rows, events = (double)fit->events;
    ck_assert(!fit->anchor.chosen);
    ck_assert_double_eq(fit->anchor.strength, 3);
    test_close("lambda = r E (N - E) / N", fit->anchor.lambda, 3 * events * (n - events) / n, 1e-14,
               1);
    for (size_t j = 0; j < 3; j++) /* drawn some of the way, so not all of it */
        ck_assert_double_gt(fabs(second.model.weight[j] - champion.weight[j]), 1e-6);
    lab_clear(&second);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

START_TEST(an_infinite_strength_keeps_the_champions_weights_and_refits_the_rest)
{
    struct lab first = {0}, second = {0};
    struct assay_model champion = {0};
    first_champion(&first, plain_spec, &champion);
    second.champion = &champion;
    model_of(&second, HEAD PLAIN_SIGNALS FIT(", \"strength\": \"infinite\""), second_year, false);
    for (size_t j = 0; j < 3; j++)
        test_close("weight", second.model.weight[j], champion.weight[j], 1e-12, 1);
    ck_assert_double_gt(fabs(second.model.intercept - champion.intercept), 1e-6);
    for (size_t k = 0; k < second.model.changes.n_weight; k++)
        ck_assert_double_le(fabs(second.model.changes.weights[k].after -
                                 second.model.changes.weights[k].before), 1e-12);
    lab_clear(&second);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

/* A score of 50 means the same before and after, until somebody wants another line. */
START_TEST(the_line_is_kept_unless_a_new_one_is_wanted)
{
    struct lab first = {0}, kept = {0}, anew = {0};
    struct assay_model champion = {0};
    first_champion(&first, plain_spec, &champion);
    ck_assert(!champion.line.given);
    kept.champion = anew.champion = &champion;
    model_of(&kept, plain_spec, second_year, false);
    model_of(&anew, plain_spec, second_year, true);
    ck_assert(kept.model.line.given);
    ck_assert_double_eq(kept.model.at_risk_probability, champion.at_risk_probability);
    ck_assert(!anew.model.line.given);
    ck_assert_double_ne(anew.model.at_risk_probability, champion.at_risk_probability);
    for (size_t j = 0; j < 3; j++) /* the line has no part in the weights */
        ck_assert_double_eq(anew.model.weight[j], kept.model.weight[j]);
    lab_clear(&anew);
    lab_clear(&kept);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

START_TEST(lines_by_segment_are_kept_where_both_have_them)
{
    static const char spec[] = HEAD PLAIN_SIGNALS "\"line\": {\"rule\": \"youden\", \"by\": \"plan\"},"
        FIT("");
    struct lab first = {0}, second = {0};
    struct assay_model champion = {0};
    first_champion(&first, spec, &champion);
    ck_assert_uint_eq(champion.n_segment_line, 3);
    second.champion = &champion;
    model_of(&second, spec, second_year, false);
    ck_assert_uint_eq(second.model.n_segment_line, 3);
    for (size_t k = 0; k < 3; k++) {
        ck_assert_str_eq(second.model.segment_lines[k].segment, champion.segment_lines[k].segment);
        ck_assert_double_eq(second.model.segment_lines[k].probability,
                            champion.segment_lines[k].probability);
    }
    lab_clear(&second);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

/* Signals are the same when their names are; what is new starts from an equal share. */
START_TEST(new_signals_start_from_an_equal_share)
{
    static const char spec[] = HEAD "\"signals\": [" SIGNAL("seats", "seats", "higher", "") ","
        SIGNAL("logins", "logins", "higher", "") "," SIGNAL("nps", "nps", "higher", "") ","
        SIGNAL("calls", "tickets", "lower", "") "]," FIT(", \"strength\": \"infinite\"");
    struct lab first = {0}, second = {0};
    struct assay_model champion = {0};
    first_champion(&first, plain_spec, &champion);
    second.champion = &champion;
    model_of(&second, spec, second_year, false);
    double logins = champion.weight[0], nps = champion.weight[2];
    const double expected[] = {0.25, 0.5 * logins / (logins + nps), 0.5 * nps / (logins + nps), 0.25};
    for (size_t j = 0; j < 4; j++)
        test_close("weight", second.model.weight[j], expected[j], 1e-12, 1);
    ck_assert_uint_eq(second.calibration.settlement.n_new, 2);
    lab_clear(&second);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

/* ---- the file ---- */

static const char *const specs[] = {
    plain_spec,
    HEAD SIGNALS(", \"expert\": 5", ", \"expert\": 3", ", \"expert\": 2") FIT(""),
    HEAD SIGNALS(", \"weight\": [0, 0.3]", "", MISSING("indicator")) FIT(", \"round_to\": 0.01"),
    HEAD SIGNALS("", MISSING("renormalise"), "") FIT(", \"method\": \"firth\""),
    HEAD PLAIN_SIGNALS FIT(", \"penalty\": \"lasso\""),
    HEAD SIGNALS("", "", ", \"sign\": \"free\"") FIT(", \"anchor\": \"none\""),
    HEAD PLAIN_SIGNALS "\"line\": {\"rule\": \"youden\", \"by\": \"plan\"},"
    FIT(", \"models_by\": \"plan\", \"pooling\": 0.5"),
    /* declared the wrong way round: negative, so that the others sum to more than 1 */
    HEAD "\"signals\": [" SIGNAL("logins", "logins", "higher", "") ","
    SIGNAL("tickets", "tickets", "higher", ", \"sign\": \"free\"") ","
    SIGNAL("nps", "nps", "higher", "") "]," FIT(", \"anchor\": \"none\""),
};

START_TEST(intervals_hold_the_published_weights)
{
    struct lab lab = {0};
    double sum = 0;
    model_of(&lab, specs[_i], NULL, false);
    for (size_t j = 0; j < 3; j++) {
        struct assay_estimate interval = lab.model.weight_interval[j];
        ck_assert_double_eq(interval.value, lab.model.weight[j]);
        if (!isnan(interval.low))
            ck_assert(interval.low <= interval.value && interval.value <= interval.high);
        sum += lab.model.weight[j];
    }
    test_close("sum of weights", sum, 1, 1e-14, 1);
    if (_i == COUNT(specs) - 1) { /* 1 is no bound here, at which the interval could be cut */
        ck_assert(lab.model.weight[1] < 0 && lab.model.weight[0] > 1);
        ck_assert_double_gt(lab.model.weight_interval[0].high, lab.model.weight[0]);
    }
    lab_clear(&lab);
}
END_TEST

static void assert_same_scores(const struct assay_model *a, const struct assay_model *b,
                               const struct assay_table *table)
{
    struct assay_error err = {0};
    struct assay_scorer one, two;
    size_t n_scored = 0;
    ck_assay_ok(assay_scorer_init(a, table, &one, &err));
    ck_assay_ok(assay_scorer_init(b, table, &two, &err));
    for (size_t i = 0; i < table->n_row; i++) {
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score before, after;
        assay_scorer_row(&one, table, i, s, missing, &before);
        assay_scorer_row(&two, table, i, s, missing, &after);
        ck_assert_double_eq(before.score, after.score);
        ck_assert_double_eq(before.probability, after.probability);
        ck_assert_double_eq(before.composite, after.composite);
        ck_assert_uint_eq(before.zone, after.zone);
        n_scored++;
    }
    ck_assert_uint_eq(n_scored, ROWS);
    assay_scorer_clear(&one);
    assay_scorer_clear(&two);
}

/* Numbers are written with 17 digits: to the last bit, and the same again on a second trip. */
START_TEST(a_model_that_is_read_back_scores_the_same_and_is_the_same)
{
    struct lab lab = {0};
    struct assay_model back = {0};
    struct assay_error err = {0};
    struct assay_text text = {0}, again = {0};
    model_of(&lab, specs[_i], NULL, false);
    through_file(&lab, &back);
    assert_same_scores(&lab.model, &back, &lab.intake.table);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    ck_assay_ok(assay_model_write(&back, &again, &err));
    ck_assert_uint_eq(again.length, text.length);
    ck_assert_mem_eq(again.data, text.data, text.length);
    assay_text_clear(&text);
    assay_text_clear(&again);
    assay_model_clear(&back);
    lab_clear(&lab);
}
END_TEST

/* A champion as it was read does for a champion what the one in memory would. */
START_TEST(any_model_can_be_the_next_ones_champion)
{
    struct lab first = {0}, second = {0};
    struct assay_model champion = {0};
    first_champion(&first, specs[_i], &champion);
    second.champion = &champion;
    model_of(&second, plain_spec, second_year, false);
    ck_assert_int_eq(second.model.fit.anchor.word, ASSAY_ANCHOR_CHAMPION);
    ck_assert_double_eq(second.model.at_risk_probability, champion.at_risk_probability);
    double sum = 0;
    for (size_t j = 0; j < 3; j++)
        sum += second.model.weight[j];
    test_close("sum of weights", sum, 1, 1e-14, 1);
    lab_clear(&second);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

/* ---- steps without an answer ---- */

static const struct {
    const char *what, *spec;
    bool champion;       /* one whose signals are all others */
    const char *message; /* behind the name of the file */
    const char *hint;
} failures[] = {
    {"history", HEAD SIGNALS("", BY_CATEGORY, "") FIT(""), false,
     ":2: signal \"tickets\" is \"6.000\"; expected one of the 3 categories in its steps",
     "Give the category its points in the spec's \"table\"."},
    {"limits", HEAD "\"signals\": [{\"name\": \"logins\", \"column\": \"logins\", \"dimension\": \"e\","
     "\"better\": \"higher\", \"weight\": [0.6, 1]}," SIGNAL("nps", "nps", "higher", "") "],"
     "\"dimensions\": {\"d\": {\"share\": [0.5, 1]}}," FIT(""), false,
     ": no weights that sum to 1 have the weight of \"logins\" at least 0.6 and the share of \"d\" at "
     "least 0.5",
     "Loosen one of them; the others can be met without it."},
    {"anchor", HEAD PLAIN_SIGNALS FIT(", \"anchor\": \"champion\""), true,
     ": the anchor is \"champion\", but the champion has weight on none of the spec's signals; "
     "expected some by the same name",
     ""},
    {"fit", HEAD SIGNALS(METHOD("\"range\", \"low\": 500, \"high\": 600"), "", "") FIT(""), false,
     ": signal \"logins\" has the same points in every snapshot; its weight cannot be estimated",
     "Leave it out of the spec, or check the column and its normalisation."},
    {"penalty", HEAD PLAIN_SIGNALS FIT(", \"penalty\": {\"method\": \"lasso\", \"lambda\": 5}"), false,
     ": lasso: lambda 5 leaves no signal a weight", "Give a smaller \"lambda\", or \"auto\"."},
    {"rounding", HEAD SIGNALS(", \"weight\": [0.41, 0.44]", "", "") FIT(", \"round_to\": 0.05"),
     false,
     ": no weights that are multiples of 0.05 have the weight of \"logins\" between 0.41 and 0.44",
     "Take a finer \"round_to\", or limits that are multiples of it."},
    {"rounding", HEAD SIGNALS(", \"weight\": 0.333", "", "") FIT(", \"round_to\": 0.01"), false,
     ": no weights that are multiples of 0.01 have the weight of \"logins\" fixed at 0.333",
     "Take a finer \"round_to\", or limits that are multiples of it."},
    {"segments", HEAD PLAIN_SIGNALS FIT(", \"models_by\": \"id\""), false,
     ": column \"id\" has 300 different values; expected at most 200 segments with weights of their "
     "own",
     "Name a column with a few large groups in \"models_by\"."},
};

START_TEST(a_step_without_an_answer_names_the_file_once)
{
    struct lab lab = {0}, first = {0};
    struct assay_model champion = {0};
    struct assay_error err = {0};
    char path[] = "/tmp/assay-calibration-XXXXXX", expected[600];
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 78, .n_row = 600});
    if (failures[_i].champion) {
        first_champion(&first, HEAD "\"signals\": [" SIGNAL("use", "use", "higher", "") ","
                       SIGNAL("seats", "seats", "higher", "") "]," FIT(""), &champion);
        lab.champion = &champion;
    }
    read_table(&lab, failures[_i].spec, csv.data, path);
    assay_text_clear(&csv);
    ck_assert_int_ne(calibrate(&lab, NULL, false, &err), ASSAY_OK);
    snprintf(expected, sizeof expected, "%s%s", path, failures[_i].message);
    ck_assert_str_eq(err.message, expected);
    ck_assert_str_eq(err.hint, failures[_i].hint);
    lab_clear(&lab);
    assay_model_clear(&champion);
    lab_clear(&first);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_first_calibration_leans_on_equal_weights_and_the_next_on_the_champion);
    tcase_add_test(tc, a_strength_that_is_given_is_the_one_that_is_used);
    tcase_add_test(tc, an_infinite_strength_keeps_the_champions_weights_and_refits_the_rest);
    tcase_add_test(tc, the_line_is_kept_unless_a_new_one_is_wanted);
    tcase_add_test(tc, lines_by_segment_are_kept_where_both_have_them);
    tcase_add_test(tc, new_signals_start_from_an_equal_share);
    tcase_add_loop_test(tc, intervals_hold_the_published_weights, 0, COUNT(specs));
    tcase_add_loop_test(tc, a_model_that_is_read_back_scores_the_same_and_is_the_same, 0,
                        COUNT(specs));
    tcase_add_loop_test(tc, any_model_can_be_the_next_ones_champion, 0, COUNT(specs));
    tcase_add_loop_test(tc, a_step_without_an_answer_names_the_file_once, 0, COUNT(failures));
}

ASSAY_SUITE("calibrate/calibration", add_tests)
