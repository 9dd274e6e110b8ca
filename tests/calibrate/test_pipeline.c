/* From history to weights: what must not change them, and what must be said when there are none. */
#include "core/fit/engine.h"
#include "core/base/block.h"
#include "core/base/json.h"
#include "core/signal/normalise.h"
#include "tests/calibrate/lab.h"

/* ---- weights ---- */

static void fit_made_up(struct lab *lab, const char *spec, struct made_up how)
{
    struct assay_error err = {0};
    struct assay_text csv = made_up_csv(&how);
    ck_assay_ok(lab_read(lab, spec, csv.data, &err));
    ck_assay_ok(lab_fit(lab, &err));
    assay_text_clear(&csv);
}

START_TEST(weights_are_shares_that_add_up_to_1)
{
    struct lab lab = {0};
    fit_made_up(&lab, ALL_POLICIES, (struct made_up){.seed = (uint64_t)_i, .n_row = 700});
    double sum = 0;
    for (size_t j = 0; j < lab.pipeline.n_signal; j++) {
        ck_assert(lab.pipeline.weight[j] >= 0 && lab.pipeline.weight[j] <= 1);
        /* w_j B = u_j: the composite carries the fitted slopes */
        test_close("u_j", lab.pipeline.weight[j] * lab.pipeline.slope_total,
                   -lab.pipeline.fit.coef[1 + j], 1e-14, 1e-3);
        sum += lab.pipeline.weight[j];
    }
    test_close("sum of weights", sum, 1, 1e-15 * (double)lab.pipeline.n_signal, 1);
    lab_clear(&lab);
}
END_TEST

static void assert_same_weights(const struct lab *a, const struct lab *b, const char *why)
{
    for (size_t j = 0; j < a->pipeline.n_signal; j++)
        test_close(why, b->pipeline.weight[j], a->pipeline.weight[j], 1e-9, 1);
}

#define SCALED_SPEC(months, low, high, steps) \
    SPEC_HEAD "\"cohort\": {\"plan\": \"plan\", \"tenure\": \"months\", \"bands\": " months "}," \
    "\"signals\": [" SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", MISSING("renormalise")) "," \
    SIGNAL("nps", "nps", "higher", METHOD("\"steps\", \"from\": " steps)) "," \
    SIGNAL("seats", "seats", "higher", METHOD("\"range\", \"low\": " low ", \"high\": " high)) "]}"
#define PLAIN_STEPS "[[0, 0], [3, 30.5], [7, 100]]"

/* Units are the analyst's choice: seconds or milliseconds, dollars or cents. */
START_TEST(weights_do_not_depend_on_the_units_of_a_column)
{
    static const struct {
        const char *column, *spec;
    } scaled[] = {
        {"logins", SCALED_SPEC("[3, 12, 24]", "0.1", "0.9", PLAIN_STEPS)},
        {"tickets", SCALED_SPEC("[3, 12, 24]", "0.1", "0.9", PLAIN_STEPS)},
        {"nps", SCALED_SPEC("[3, 12, 24]", "0.1", "0.9", "[[0, 0], [3000, 30.5], [7000, 100]]")},
        {"seats", SCALED_SPEC("[3, 12, 24]", "100", "900", PLAIN_STEPS)},
        {"months", SCALED_SPEC("[3000, 12000, 24000]", "0.1", "0.9", PLAIN_STEPS)},
    };
    struct lab plain = {0};
    fit_made_up(&plain, SCALED_SPEC("[3, 12, 24]", "0.1", "0.9", PLAIN_STEPS),
                (struct made_up){.seed = 11, .n_row = 1500});
    for (size_t k = 0; k < COUNT(scaled); k++) {
        struct lab lab = {0};
        fit_made_up(&lab, scaled[k].spec,
                    (struct made_up){.seed = 11, .n_row = 1500, .scaled = scaled[k].column});
        assert_same_weights(&plain, &lab, scaled[k].column);
        lab_clear(&lab);
    }
    lab_clear(&plain);
}
END_TEST

START_TEST(weights_do_not_depend_on_the_order_of_rows)
{
    struct made_up how = {.seed = 100 + (uint64_t)_i, .n_row = 900};
    struct lab plain = {0}, shuffled = {0};
    fit_made_up(&plain, ALL_POLICIES, how);
    how.shuffled = true;
    fit_made_up(&shuffled, ALL_POLICIES, how);
    assert_same_weights(&plain, &shuffled, "shuffled");
    lab_clear(&plain);
    lab_clear(&shuffled);
}
END_TEST

START_TEST(threads_do_not_change_a_byte_of_the_model)
{
    struct assay_error err = {0};
    struct lab one = {.n_thread = 1}, two = {.n_thread = 2};
    struct assay_text first = {0}, second = {0};
    lab_demo(&one);
    lab_demo(&two);
    ck_assay_ok(assay_model_write(&one.model, &first, &err));
    ck_assay_ok(assay_model_write(&two.model, &second, &err));
    ck_assert_uint_eq(first.length, second.length);
    ck_assert_mem_eq(first.data, second.data, first.length);
    assay_text_clear(&first);
    assay_text_clear(&second);
    lab_clear(&one);
    lab_clear(&two);
}
END_TEST

/* ---- folds ---- */

static const char *account_of(const struct lab *lab, size_t row)
{
    const struct assay_column *id = &lab->intake.table.columns[lab->intake.columns.id];
    return assay_dictionary_text(id->dictionary, id->codes[row]);
}

START_TEST(folds_keep_accounts_together_and_do_not_depend_on_row_order)
{
    enum { ROWS = 600, FOLDS = 10 };
    struct assay_error err = {0};
    struct made_up how = {.seed = 5, .n_row = ROWS};
    struct lab plain = {0}, shuffled = {0};
    struct assay_text csv = made_up_csv(&how);
    ck_assay_ok(lab_read(&plain, ALL_POLICIES, csv.data, &err));
    assay_text_clear(&csv);
    how.shuffled = true;
    csv = made_up_csv(&how);
    ck_assay_ok(lab_read(&shuffled, ALL_POLICIES, csv.data, &err));
    assay_text_clear(&csv);

    size_t fold_of[ROWS / 2], accounts_in[FOLDS] = {0};
    for (size_t a = 0; a < COUNT(fold_of); a++)
        fold_of[a] = FOLDS;
    ck_assert_uint_eq(plain.history.n_fold, FOLDS);
    for (size_t i = 0; i < ROWS; i++) {
        if (!plain.history.used[i])
            continue;
        size_t account = strtoul(account_of(&plain, i) + 1, NULL, 10);
        if (fold_of[account] == FOLDS)
            accounts_in[plain.history.fold[i]]++;
        else
            ck_assert_uint_eq(plain.history.fold[i], fold_of[account]);
        fold_of[account] = plain.history.fold[i];
    }
    for (size_t i = 0; i < ROWS; i++)
        if (shuffled.history.used[i])
            ck_assert_uint_eq(shuffled.history.fold[i],
                              fold_of[strtoul(account_of(&shuffled, i) + 1, NULL, 10)]);
    for (size_t f = 0; f < FOLDS; f++) /* dealt like cards: sizes differ by one at most */
        ck_assert(accounts_in[f] == plain.history.n_account / FOLDS ||
                  accounts_in[f] == plain.history.n_account / FOLDS + 1);
    lab_clear(&plain);
    lab_clear(&shuffled);
}
END_TEST

/* ---- problems ---- */

#define TWO(first, second) SPEC_HEAD "\"signals\": [" first "," second "]}"
#define NONE METHOD("\"none\"")
#define A SIGNAL("alpha", "a", "higher", NONE)
#define B SIGNAL("beta", "b", "higher", NONE)

static const struct {
    const char *what, *spec, *csv;
    enum assay_status status;
    const char *message, *hint;
} problems[] = {
    {"a constant column", TWO(A, B),
     "id,a,b,churned\n1,5,9,0\n2,5,1,1\n3,5,8,1\n4,5,2,0\n5,5,3,1\n6,5,7,0\n", ASSAY_ENUMERIC,
     "signal \"alpha\" has the same points in every snapshot; its weight cannot be estimated",
     "Leave it out of the spec, or check the column and its normalisation."},
    {"two columns that say the same", TWO(A, B),
     "id,a,b,churned\n1,5,10,0\n2,1,2,1\n3,4,8,1\n4,2,4,0\n5,3,6,1\n6,7,14,0\n", ASSAY_ENUMERIC,
     "signals \"alpha\", \"beta\" say the same thing: each follows from the others; their weights "
     "cannot be told apart",
     "Keep one of them, or leave out the one that the team trusts least."},
    {"complete separation", TWO(A, B),
     "id,a,b,churned\n1,50,9,0\n2,10,2,1\n3,40,8,0\n4,20,7,1\n5,15,3,1\n6,70,1,0\n", ASSAY_ENUMERIC,
     "signal \"alpha\" separates the outcomes perfectly; its weight is not finite",
     "Leave it out: a signal this good is often recorded after the event."},
    {"quasi-complete separation", TWO(A, B),
     "id,a,b,churned\n1,1,9,0\n2,0,2,1\n3,1,8,0\n4,0,7,1\n5,1,3,0\n6,0,1,0\n7,0,5,1\n8,1,4,0\n"
     "9,0,8,0\n",
     ASSAY_ENUMERIC,
     "signal \"alpha\" separates the outcomes but for ties (quasi-complete separation); its weight "
     "is not finite",
     "Leave it out, merge rare categories, or add history in which both outcomes occur."},
    {"fewer events than coefficients", TWO(A, B),
     "id,a,b,churned\n1,5,9,0\n2,1,2,0\n3,4,8,0\n4,2,7,1\n5,3,3,0\n6,7,1,0\n7,6,4,0\n8,5,5,1\n",
     ASSAY_ENUMERIC,
     "2 events for 3 coefficients; expected at least one each, and ten to trust them",
     "Use fewer signals, or a longer history."},
    {"one outcome", TWO(A, B), "id,a,b,churned\n1,5,9,0\n2,1,2,0\n3,4,8,0\n4,2,7,0\n",
     ASSAY_ENUMERIC,
     "0 of the 4 snapshots that count have the event; expected some with it and some without",
     "Check the outcome's column and the window of dates."},
    {"a signal that is empty everywhere", TWO(SIGNAL("alpha", "a", "higher", ""), B),
     "id,a,b,churned\n1,,9,0\n2,,2,1\n3,,8,1\n4,,7,0\n", ASSAY_EDATA,
     "signal \"alpha\" is empty in every snapshot that counts",
     "Leave it out of the spec, or check its column, \"a\"."},
    {"the wrong way round", TWO(A, B),
     "id,a,b,churned\n1,1,2,0\n2,9,9,1\n3,2,1,0\n4,8,8,1\n5,3,9,1\n6,7,2,0\n7,5,5,1\n8,4,6,0\n"
     "9,9,1,1\n",
     ASSAY_ENUMERIC, "no signal goes with fewer events; every weight would be 0",
     "Check that \"better\" is the right way round and that the outcome is 1 for those who left."},
};

START_TEST(a_fit_without_an_answer_names_the_signal_and_the_remedy)
{
    struct assay_error err = {0};
    struct lab lab = {0};
    ck_assay_ok(lab_read(&lab, problems[_i].spec, problems[_i].csv, &err));
    enum assay_status status = lab_fit(&lab, &err);
    ck_assert_msg(status == problems[_i].status, "%s: status %d, %s", problems[_i].what,
                  (int)status, err.message);
    ck_assert_str_eq(err.message, problems[_i].message);
    ck_assert_str_eq(err.hint, problems[_i].hint);
    lab_clear(&lab);
}
END_TEST

static const struct {
    const char *spec, *csv, *message, *hint; /* %s: the file's name */
} histories[] = {
    {TWO(A, B), "id,a,b,churned\n1,5,9,\n2,1,2,\n",
     "%s: no snapshot counts (2 without an outcome); expected some with a known outcome", ""},
    {TWO(A, B), "id,a,b,churned\n",
     "%s: no snapshot counts (there are no rows); expected some with a known outcome", ""},
    {TWO(SIGNAL("contract", "c", "higher", BY_CATEGORY), B),
     "id,c,b,churned\n1,yearly,9,0\n2,weekly,2,1\n",
     "%s:3: signal \"contract\" is \"weekly\"; expected one of the 3 categories in its steps",
     "Give the category its points in the spec's \"table\"."},
};

START_TEST(a_history_that_cannot_be_used_says_what_is_wrong_with_it)
{
    struct assay_error err = {0};
    struct lab lab = {0};
    char path[] = "/tmp/assay-lab-XXXXXX", expected[512];
    const char *spec = histories[_i].spec;
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &lab.spec, &err));
    lab_write_file(path, histories[_i].csv, strlen(histories[_i].csv));
    ck_assert_int_eq(lab_history(&lab, path, &err), ASSAY_EDATA);
    unlink(path);
    const char *rest = histories[_i].message + 2; /* behind the %s */
    snprintf(expected, sizeof expected, "%s%s", path, rest);
    ck_assert_str_eq(err.message, expected);
    ck_assert_str_eq(err.hint, histories[_i].hint);
    ck_assert_ptr_null(lab.history.used);
    lab_clear(&lab);
}
END_TEST

/* ---- renormalise ---- */

/* With weights w, a missing signal stands at the mean of those present, weighted by w; with the
 * design so filled, w comes from the fit. Both must hold at once. */
START_TEST(renormalised_weights_reproduce_themselves)
{
    static const char spec[] = SPEC_HEAD "\"signals\": [" SIGNAL(
        "logins", "logins", "higher", "") "," SIGNAL("tickets", "tickets", "lower",
                                                     MISSING("renormalise")) ","
        SIGNAL("nps", "nps", "higher", MISSING("renormalise")) "]}";
    struct lab lab = {0};
    fit_made_up(&lab, spec, (struct made_up){.seed = 40 + (uint64_t)_i, .n_row = 500});
    const struct assay_pipeline *p = &lab.pipeline;
    ck_assert_uint_gt(p->design->n_hole, 100);
    double gradient[4] = {0};
    for (size_t i = 0; i < lab.history.n_row; i++) {
        double x[3], present = 0, sum = 0, log_odds = p->fit.coef[0];
        bool missing[3] = {false};
        for (size_t h = 0; h < p->design->n_hole; h++)
            if (p->design->holes[h].row == i)
                missing[p->design->holes[h].signal] = true;
        for (size_t j = 0; j < 3; j++) {
            x[j] = p->design->x[assay_block_index(i, j, p->design->n_column)];
            present += missing[j] ? 0 : p->weight[j];
            sum += missing[j] ? 0 : p->weight[j] * x[j];
            log_odds += p->fit.coef[1 + j] * x[j];
        }
        for (size_t j = 0; j < 3; j++)
            if (missing[j])
                test_close("hole", x[j], sum / present, 1e-12, 1);
        double residual = (double)lab.history.outcome[i] - 1 / (1 + exp(-log_odds));
        gradient[0] += residual;
        for (size_t j = 0; j < 3; j++)
            gradient[1 + j] += residual * x[j];
    }
    for (size_t k = 0; k < 4; k++)
        if (k == 0 || !p->fit.active[k]) /* no slope left to climb, 500 residuals of 1e-13 apart */
            ck_assert_double_le(fabs(gradient[k]), 1e-9);
        else
            ck_assert_double_ge(gradient[k], -1e-9); /* held back by its limit: b_k <= 0 */
    lab_clear(&lab);
}
END_TEST

/* ---- out of time ---- */

START_TEST(the_out_of_time_check_learns_before_the_last_period_and_looks_at_it_alone)
{
    struct assay_error err = {0};
    struct lab lab = {0};
    lab_demo(&lab);
    struct assay_calibration *c = &lab.calibration;
    struct assay_history *history = &c->history;
    const int32_t *as_of = lab.intake.table.columns[lab.intake.columns.as_of].dates;
    /* Quarters lie more than the horizon's 90 days apart: the last period is the last of them. What
     * is learnt from was known on its day, so that its horizon was over. */
    int32_t first_day = history->to;
    ck_assert_int_eq(c->assessment.last_period, first_day);

    unsigned char *before = calloc(history->n_row, 1);
    double *log_odds = calloc(history->n_row, sizeof *log_odds);
    double *prob = calloc(history->n_row, sizeof *prob);
    unsigned char *outcome = calloc(history->n_row, 1);
    size_t n = 0;
    for (size_t i = 0; i < history->n_row; i++)
        before[i] = history->used[i] && as_of[i] <= first_day - 90;
    struct assay_pipeline early;
    history->cohorts = lab.model.cohorts; /* where they live since the model was assembled */
    ck_assay_ok(assay_pipeline_prepare(history, before, ASSAY_PIPELINE_RESAMPLE, NULL, &early, &err));
    ck_assay_ok(assay_pipeline_fit(&early, &c->settlement.estimation, NULL, &err));
    assay_pipeline_log_odds(&early, log_odds);
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && as_of[i] >= first_day) {
            prob[n] = 1 / (1 + exp(-log_odds[i]));
            outcome[n++] = history->outcome[i];
        }
    struct assay_performance expected;
    ck_assay_ok(assay_performance_measure(prob, outcome, n, c->assessment.line, &expected, &err));
    const struct assay_performance *got = &c->assessment.out_of_time;
    ck_assert_uint_eq(got->n, n);
    ck_assert_uint_eq(got->n_event, expected.n_event);
    /* another start of the same concave fit: log-odds agree to 1e-9 */
    test_close("log loss", got->log_loss.value, expected.log_loss.value, 1e-9, 1);
    ck_assert_double_eq(got->sensitivity.value, expected.sensitivity.value);
    assay_pipeline_clear(&early);
    history->cohorts = (struct assay_cohorts){0};
    free(before);
    free(log_odds);
    free(prob);
    free(outcome);
    lab_clear(&lab);
}
END_TEST

/* ---- real data against R ---- */

#define DUMMY(name, column, a, b, c) \
    SIGNAL(name, column, "higher", METHOD("\"steps\", \"table\": {" a ", " b ", " c "}"))
#define FLAG(name) SIGNAL(name, name, "higher", METHOD("\"range\", \"low\": 0, \"high\": 1"))

/* The columns of core_all_rows in reference/telco_glm.json; a range is an affine map, so the
 * unconstrained coefficient on s/100 is the raw one times (high - low). */
static const char telco_spec[] =
    "{\"name\": \"telco\", \"id\": \"customer_id\", \"outcome\": {\"column\": \"churned\"},"
    "\"signals\": ["
    SIGNAL("tenure_months", "tenure_months", "higher",
           METHOD("\"range\", \"low\": 0, \"high\": 72")) ","
    SIGNAL("monthly_charges", "monthly_charges", "higher",
           METHOD("\"range\", \"low\": 0, \"high\": 200")) ","
    SIGNAL("addon_services", "addon_services", "higher", NONE) ","
    SIGNAL("streaming_services", "streaming_services", "higher", NONE) ","
    FLAG("auto_pay") "," FLAG("paperless_billing") "," FLAG("senior") "," FLAG("partner") ","
    FLAG("dependents") ","
    DUMMY("plan_one_year", "plan", "\"Month-to-month\": 0",
          "\"One year\": 100", "\"Two year\": 0") ","
    DUMMY("plan_two_year", "plan", "\"Month-to-month\": 0",
          "\"One year\": 0", "\"Two year\": 100") ","
    DUMMY("fiber_optic", "internet_service", "\"DSL\": 0", "\"Fiber optic\": 100", "\"No\": 0") ","
    DUMMY("no_internet", "internet_service", "\"DSL\": 0", "\"Fiber optic\": 0", "\"No\": 100") "]}";

START_TEST(the_unconstrained_table_is_what_R_says_on_7043_telecom_customers)
{
    static const double spread[] = {72, 200, 100, 100, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct assay_error err = {0};
    struct lab lab = {0};
    if (!test_needs_shared("datasets/telco_signals.csv") ||
        !test_needs_shared("reference/telco_glm.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_glm.json");
    const struct cJSON *core = test_at(assay_json_root(doc), "core_all_rows", NULL);
    ck_assay_ok(assay_spec_read_text("spec", telco_spec, sizeof telco_spec - 1, &lab.spec, &err));
    ck_assay_ok(lab_history(&lab, test_shared("datasets/telco_signals.csv"), &err));
    ck_assay_ok(lab_fit(&lab, &err));
    ck_assay_ok(assay_pipeline_fit_free(&lab.pipeline, &lab.free_fit, &err));
    const struct assay_logistic_fit *fit = &lab.free_fit;
    /* R gives 15 digits, of which the design's conditioning costs two or three. */
    test_close("log-likelihood", fit->log_likelihood, test_number(core, "loglik", NULL), 1e-13, 1);
    for (size_t j = 0; j < COUNT(spread); j++) {
        const char *name = lab.spec.signals[j].name;
        const struct cJSON *expected = test_at(core, "coefficients", name, NULL);
        test_close(name, fit->coef[1 + j] / spread[j], test_number(expected, "estimate", NULL), 1e-12,
                   1e-3);
        test_close(name, assay_wald(fit, 1 + j).std_error / spread[j],
                   test_number(expected, "std_error", NULL), 1e-12, 1e-3);
    }
    const struct cJSON *intercept = test_at(core, "coefficients", "(Intercept)", NULL);
    test_close("intercept", fit->coef[0], test_number(intercept, "estimate", NULL), 1e-12, 0.1);
    assay_json_free(doc);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, weights_are_shares_that_add_up_to_1, 0, 20);
    tcase_add_test(tc, weights_do_not_depend_on_the_units_of_a_column);
    tcase_add_loop_test(tc, weights_do_not_depend_on_the_order_of_rows, 0, 10);
    tcase_add_test(tc, threads_do_not_change_a_byte_of_the_model);
    tcase_add_test(tc, folds_keep_accounts_together_and_do_not_depend_on_row_order);
    tcase_add_loop_test(tc, a_fit_without_an_answer_names_the_signal_and_the_remedy, 0,
                        COUNT(problems));
    tcase_add_loop_test(tc, a_history_that_cannot_be_used_says_what_is_wrong_with_it, 0,
                        COUNT(histories));
    tcase_add_loop_test(tc, renormalised_weights_reproduce_themselves, 0, 10);
    tcase_add_test(tc, the_out_of_time_check_learns_before_the_last_period_and_looks_at_it_alone);
    tcase_add_test(tc, the_unconstrained_table_is_what_R_says_on_7043_telecom_customers);
}

ASSAY_SUITE("calibrate/pipeline", add_tests)
