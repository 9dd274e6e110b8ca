/* What must not move a published weight, however it is estimated: units, row order, threads.
 *
 * Each case is a whole calibration: anchor and strength, limits, rounding, penalty and segments are
 * settled anew on the data as they then stand.
 */
#include "tests/calibrate/lab.h"

/* The bound. Newton's method settles log-odds to 1e-10, and a strength, a lambda or a rounded
 * weight that tipped over for such a difference would move weights by far more. */
static const double tolerance = 1e-9;

/* ---- cases ---- */

struct units {
    const char *column; /* that is multiplied by 1000, or NULL */
    const char *bands, *low, *high, *steps;
};
static const struct units plain = {NULL, "[3, 12, 24]", "0.1", "0.9", "[[0, 0], [3, 30.5], [7, 100]]"};
static const struct units scaled[] = {
    {"logins", "[3, 12, 24]", "0.1", "0.9", "[[0, 0], [3, 30.5], [7, 100]]"},
    {"tickets", "[3, 12, 24]", "0.1", "0.9", "[[0, 0], [3, 30.5], [7, 100]]"},
    {"nps", "[3, 12, 24]", "0.1", "0.9", "[[0, 0], [3000, 30.5], [7000, 100]]"},
    {"seats", "[3, 12, 24]", "100", "900", "[[0, 0], [3, 30.5], [7, 100]]"},
    {"months", "[3000, 12000, 24000]", "0.1", "0.9", "[[0, 0], [3, 30.5], [7, 100]]"},
};

/* `tail` follows the signals; the rest goes into the signal that it is named after. */
static const struct {
    const char *name, *logins, *tickets, *nps, *seats, *tail;
} cases[] = {
    {"equal weights, strength by cross-validation", "", "", "", "", "\"fit\": {\"bootstrap\": 0}"},
    {"the team's weights, strength given", ", \"expert\": 5", ", \"expert\": 3", ", \"expert\": 2",
     ", \"expert\": 2", "\"fit\": {\"bootstrap\": 0, \"strength\": 1.5}"},
    {"limits, rounded", ", \"weight\": [0, 0.3]", ", \"weight\": [0.1, 1]", "", "",
     "\"dimensions\": {\"d\": {\"share\": 1}}, \"fit\": {\"bootstrap\": 0, \"round_to\": 0.01}"},
    {"Firth", "", "", "", "", "\"fit\": {\"bootstrap\": 0, \"method\": \"firth\"}"},
    {"lasso", "", "", "", "", "\"fit\": {\"bootstrap\": 0, \"penalty\": \"lasso\"}"},
    {"weights by plan", "", "", "", "", "\"fit\": {\"bootstrap\": 0, \"models_by\": \"plan\"}"},
    {"weights by plan, pooled as told", "", "", "", "",
     "\"fit\": {\"bootstrap\": 0, \"models_by\": \"plan\", \"pooling\": 0.5}"},
};

static struct assay_text spec_of(size_t k, const struct units *units)
{
    struct assay_text spec = {0};
    assay_text_printf(
        &spec,
        SPEC_HEAD "\"as_of\": \"as_of\", \"cohort\": {\"plan\": \"plan\", \"tenure\": \"months\","
        "\"bands\": %s}, \"signals\": ["
        SIGNAL("logins", "logins", "higher", "%s") ","
        SIGNAL("tickets", "tickets", "lower", MISSING("renormalise") "%s") ","
        SIGNAL("nps", "nps", "higher", METHOD("\"steps\", \"from\": %s") MISSING("indicator") "%s") ","
        SIGNAL("seats", "seats", "higher", METHOD("\"range\", \"low\": %s, \"high\": %s") "%s")
        "], %s}",
        units->bands, cases[k].logins, cases[k].tickets, units->steps, cases[k].nps, units->low,
        units->high, cases[k].seats, cases[k].tail);
    ck_assert(!spec.failed);
    return spec;
}

/* A whole calibration of case k. */
static void calibrate(struct lab *lab, size_t k, const struct units *units, struct made_up how)
{
    struct assay_error err = {0};
    how.scaled = units->column;
    struct assay_text spec = spec_of(k, units), csv = made_up_csv(&how);
    ck_assay_ok(lab_read(lab, spec.data, csv.data, &err));
    ck_assay_ok(lab_model(lab, &err));
    assay_text_clear(&spec);
    assay_text_clear(&csv);
}

static void assert_same_weights(const struct assay_model *want, const struct assay_model *got,
                                const char *why)
{
    test_close(why, got->intercept, want->intercept, tolerance, 1);
    test_close(why, got->at_risk_probability, want->at_risk_probability, tolerance, 1);
    ck_assert_uint_eq(got->n_segment_model, want->n_segment_model);
    for (size_t j = 0; j < want->n_signal; j++) {
        test_close(why, got->weight[j], want->weight[j], tolerance, 1);
        for (size_t s = 0; s < want->n_segment_model; s++)
            test_close(why, got->segment_models[s].weight[j], want->segment_models[s].weight[j],
                       tolerance, 1);
    }
}

/* ---- invariances ---- */

enum { SEEDS = 2, ROWS = 400 };

/* Seconds or milliseconds, dollars or cents: each column in turn. */
START_TEST(units_move_no_weight)
{
    struct made_up how = {.seed = 900 + (uint64_t)_i, .n_row = ROWS};
    struct lab one = {0};
    calibrate(&one, (size_t)_i, &plain, how);
    for (size_t u = 0; u < COUNT(scaled); u++) {
        struct lab other = {0};
        calibrate(&other, (size_t)_i, &scaled[u], how);
        assert_same_weights(&one.model, &other.model, scaled[u].column);
        lab_clear(&other);
    }
    lab_clear(&one);
}
END_TEST

START_TEST(the_order_of_rows_moves_no_weight)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct made_up how = {.seed = 920 + 10 * seed + (uint64_t)_i, .n_row = ROWS};
        struct lab one = {0}, other = {0};
        calibrate(&one, (size_t)_i, &plain, how);
        how.shuffled = true;
        calibrate(&other, (size_t)_i, &plain, how);
        assert_same_weights(&one.model, &other.model, cases[_i].name);
        lab_clear(&other);
        lab_clear(&one);
    }
}
END_TEST

static struct assay_text model_file(size_t k, size_t n_thread, struct made_up how)
{
    struct assay_error err = {0};
    struct lab lab = {.n_thread = n_thread};
    struct assay_text text = {0};
    calibrate(&lab, k, &plain, how);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    lab_clear(&lab);
    return text;
}

static void assert_same_bytes(size_t k, struct made_up how)
{
    struct assay_text one = model_file(k, 1, how);
    for (size_t n_thread = 2; n_thread <= 5; n_thread += 3) {
        struct assay_text many = model_file(k, n_thread, how);
        ck_assert_uint_eq(many.length, one.length);
        ck_assert_msg(memcmp(many.data, one.data, one.length) == 0, "%s: %zu threads", cases[k].name,
                      n_thread);
        assay_text_clear(&many);
    }
    assay_text_clear(&one);
}

/* Folds, pairs of halves and strengths run side by side whatever the number of rows; sums over rows
 * do from 4,096, two tasks of 8 blocks (core/fit/array_sums.c). */
START_TEST(threads_change_no_byte_of_the_model)
{
    assert_same_bytes((size_t)_i, (struct made_up){.seed = 950 + (uint64_t)_i, .n_row = ROWS});
    if (_i == 0)
        assert_same_bytes(0, (struct made_up){.seed = 960, .n_row = 4200});
}
END_TEST

/* ---- the cases are what they say ---- */

static void is_anchored(const struct assay_model *model)
{
    ck_assert_int_eq(model->fit.anchor.word, ASSAY_ANCHOR_EQUAL);
    ck_assert(model->fit.anchor.chosen);
}

static void is_the_teams(const struct assay_model *model)
{
    ck_assert_int_eq(model->fit.anchor.word, ASSAY_ANCHOR_EXPERT);
    ck_assert_double_eq(model->fit.anchor.strength, 1.5);
    ck_assert(!model->fit.anchor.chosen);
}

static void is_limited_and_rounded(const struct assay_model *model)
{
    ck_assert_uint_gt(model->fit.n_limit, 0);
    for (size_t j = 0; j < model->n_signal; j++)
        test_close("steps", 100 * model->weight[j], round(100 * model->weight[j]), 1e-12, 1);
}

static void is_by_firth(const struct assay_model *model)
{
    ck_assert_int_eq(model->spec.fit.method, ASSAY_FIRTH);
    ck_assert_ptr_null(model->fit.anchor.weight);
}

static void is_lasso(const struct assay_model *model)
{
    ck_assert_int_eq(model->fit.penalty.word, ASSAY_LASSO);
    ck_assert(model->fit.penalty.chosen);
    ck_assert_double_gt(model->fit.penalty.lambda, 0);
}

static void asks_for_plans(const struct assay_model *model)
{
    ck_assert_str_eq(model->spec.fit.models_by, "plan");
    ck_assert_double_ge(model->pooling, 0);
}

static void differs_by_plan(const struct assay_model *model)
{
    const struct assay_model_segment *segment = model->segment_models;
    ck_assert_uint_eq(model->n_segment_model, 3);
    ck_assert_double_gt(fabs(segment[0].weight[0] - segment[1].weight[0]), 0.01);
}

static void (*const looks[])(const struct assay_model *model) = {
    is_anchored, is_the_teams, is_limited_and_rounded, is_by_firth, is_lasso, asks_for_plans,
    differs_by_plan};

START_TEST(each_case_is_the_fit_that_it_says)
{
    struct lab lab = {0};
    calibrate(&lab, (size_t)_i, &plain, (struct made_up){.seed = 900 + (uint64_t)_i, .n_row = ROWS});
    looks[_i](&lab.model);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, units_move_no_weight, 0, COUNT(cases));
    tcase_add_loop_test(tc, the_order_of_rows_moves_no_weight, 0, COUNT(cases));
    tcase_add_loop_test(tc, threads_change_no_byte_of_the_model, 0, COUNT(cases));
    tcase_add_loop_test(tc, each_case_is_the_fit_that_it_says, 0, COUNT(looks));
}

ASSAY_SUITE("calibrate/invariance", add_tests)
