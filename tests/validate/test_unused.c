/* Columns that the model does not use: how they enter the test, and what is said of them. */
#include <math.h>

#include "core/data/dictionary.h"
#include "tests/support/random.h"
#include "tests/validate/village.h"
#include "validate/people/extra.h"
#include "validate/people/repeats.h"
#include "validate/people/unused.h"

#define LOG_ODDS VILLAGE_SPEC("log-odds")
static const struct assay_window no_window = {0, 0};

/* ---- how a column enters ---- */

START_TEST(numbers_enter_by_rank_and_what_is_missing_as_a_group)
{
    struct assay_error err = {0};
    struct assay_extra extra;
    double value[40], moment = 0, spread = 0;
    unsigned char outcome[40] = {0};
    for (size_t i = 0; i < 40; i++)
        value[i] = i < 30 ? exp((double)i) : (double)NAN;
    ck_assay_ok(assay_extra_of_numbers(value, outcome, 40, &extra, &err));
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_NUMBER);
    ck_assert_uint_eq(extra.n_missing, 10);
    ck_assert_uint_eq(extra.n_group, 2);
    for (size_t i = 0; i < 40; i++) {
        ck_assert_uint_eq(extra.group[i], i >= 30);
        moment += extra.x[i] / 30;
        spread += extra.x[i] * extra.x[i] / 30;
    }
    ck_assert_double_eq_tol(moment, 0, 1e-12);
    ck_assert_double_eq_tol(spread, 1 - 1.0 / 900, 1e-12); /* of 30 even steps: 1 - 1 / n^2 */
    assay_extra_clear(&extra);
    ck_assay_ok(assay_extra_of_numbers(value, outcome, 39, &extra, &err)); /* nine are too few */
    ck_assert_ptr_null(extra.group);
    ck_assert_uint_eq(extra.n_group, 1);
    assay_extra_clear(&extra);
}
END_TEST

START_TEST(a_number_that_does_not_vary_is_no_column)
{
    struct assay_error err = {0};
    struct assay_extra extra;
    double value[40];
    unsigned char outcome[40] = {0};
    for (size_t i = 0; i < 40; i++)
        value[i] = i < 20 ? 7 : (double)NAN;
    ck_assay_ok(assay_extra_of_numbers(value, outcome, 20, &extra, &err));
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_CONSTANT);
    assay_extra_clear(&extra);
    ck_assay_ok(assay_extra_of_numbers(value + 20, outcome, 20, &extra, &err)); /* nothing but missing */
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_CONSTANT);
    assay_extra_clear(&extra);
    ck_assay_ok(assay_extra_of_numbers(value, outcome, 40, &extra, &err)); /* filled in or not */
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_NUMBER);
    assay_extra_clear(&extra);
}
END_TEST

static const struct texts_case {
    const char *texts; /* a letter a row, '.' missing, repeated as the digit before says ("9a" is nine) */
    enum assay_extra_kind kind;
    size_t n_group;
    const char *groups; /* the letter of each group, '.' missing, '*' pooled */
} texts_cases[] = {
    {"50a20b", ASSAY_EXTRA_TEXT, 2, "ab"},
    {"20b50a", ASSAY_EXTRA_TEXT, 2, "ab"}, /* the most frequent is the reference */
    {"50a20b15.", ASSAY_EXTRA_TEXT, 3, "ab."},
    {"50a20b6c4d", ASSAY_EXTRA_TEXT, 3, "ab*"},
    {"50a20b6c4.", ASSAY_EXTRA_TEXT, 3, "ab*"},
    {"50a20b6c3d", ASSAY_EXTRA_TEXT, 2, "ab"}, /* a pool of nine goes with the most frequent */
    {"70a", ASSAY_EXTRA_CONSTANT, 1, "a"},
    {"70a9b", ASSAY_EXTRA_CONSTANT, 1, "a"},
    {"70.", ASSAY_EXTRA_CONSTANT, 1, "."},
    {"5a5b5c", ASSAY_EXTRA_CONSTANT, 1, "*"},
};

static size_t spell(const char *texts, int32_t code[])
{
    size_t n = 0;
    while (*texts != '\0') {
        char *end;
        for (unsigned long k = strtoul(texts, &end, 10); k > 0; k--)
            code[n++] = *end == '.' ? ASSAY_NO_CODE : *end - 'a';
        texts = end + 1;
    }
    return n;
}

START_TEST(texts_enter_as_categories_and_rare_ones_are_pooled)
{
    const struct texts_case *c = &texts_cases[_i];
    struct assay_error err = {0};
    struct assay_extra extra;
    int32_t code[200];
    unsigned char outcome[200] = {0};
    size_t n = spell(c->texts, code);
    ck_assay_ok(assay_extra_of_texts(code, 26, outcome, n, &extra, &err));
    ck_assert_int_eq(extra.kind, c->kind);
    ck_assert_uint_eq(extra.n_group, c->n_group);
    for (size_t g = 0; g < extra.n_group; g++)
        ck_assert_int_eq(extra.code[g], c->groups[g] == '.'   ? ASSAY_NO_CODE
                                        : c->groups[g] == '*' ? ASSAY_EXTRA_POOLED
                                                              : c->groups[g] - 'a');
    for (size_t i = 0; i < n; i++) {
        int32_t group = extra.code[extra.group[i]];
        ck_assert(group == code[i] || group == ASSAY_EXTRA_POOLED || extra.group[i] == 0);
    }
    assay_extra_clear(&extra);
}
END_TEST

START_TEST(a_text_with_too_many_values_is_tested_by_whether_it_is_filled_in)
{
    struct assay_error err = {0};
    struct assay_extra extra;
    int32_t code[310];
    unsigned char outcome[310];
    for (size_t i = 0; i < 310; i++) {
        code[i] = i < 300 ? (int32_t)(i % 31) : ASSAY_NO_CODE;
        outcome[i] = i >= 300;
    }
    ck_assay_ok(assay_extra_of_texts(code, 31, outcome, 310, &extra, &err));
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_FILLED_IN);
    ck_assert_uint_eq(extra.n_missing, 10);
    ck_assert_double_eq(extra.auc, 1.0);
    for (size_t i = 0; i < 310; i++)
        ck_assert_uint_eq(extra.group[i], i >= 300);
    assay_extra_clear(&extra);
    ck_assay_ok(assay_extra_of_texts(code, 31, outcome, 300, &extra, &err));
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_TOO_MANY);
    assay_extra_clear(&extra);
    ck_assay_ok(assay_extra_of_texts(code, 31, outcome, 30, &extra, &err)); /* 30, each once: rare */
    ck_assert_int_eq(extra.kind, ASSAY_EXTRA_CONSTANT);
    assay_extra_clear(&extra);
}
END_TEST

START_TEST(the_auc_of_a_column_alone_counts_pairs_whichever_way_round)
{
    struct assay_error err = {0};
    struct assay_extra extra;
    double value[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    unsigned char low[10] = {1, 1, 1, 0, 1, 1, 0, 0, 0, 0}, few[10] = {1, 1, 1, 1};
    int32_t code[60];
    unsigned char outcome[60] = {0};
    ck_assay_ok(assay_extra_of_numbers(value, low, 10, &extra, &err));
    ck_assert_double_eq_tol(extra.auc, 23.0 / 25, 1e-12); /* two pairs the wrong way round */
    assay_extra_clear(&extra);
    ck_assay_ok(assay_extra_of_numbers(value, few, 10, &extra, &err)); /* four events: too few */
    ck_assert(isnan(extra.auc));
    assay_extra_clear(&extra);
    /* three groups of 20 with 10, 5 and 0 events: (10*10/2 + 10*15 + 10*20 + 5*15/2 + 5*20) / (15*45) */
    for (size_t i = 0; i < 60; i++) {
        code[i] = (int32_t)(i / 20);
        outcome[i] = i % 20 < (i < 20 ? 10 : i < 40 ? 5 : 0);
    }
    ck_assay_ok(assay_extra_of_texts(code, 3, outcome, 60, &extra, &err));
    ck_assert_double_eq_tol(extra.auc, 537.5 / 675, 1e-12);
    assay_extra_clear(&extra);
}
END_TEST

/* ---- the section ---- */

/* 600 accounts scored by four signals; logit P is the model's own plus `beyond` times a column that it does
 * not have. Columns behind the village's: beyond, noise, plan (Pro: `beyond` too), reason (only of those
 * who left), same, name. */
enum { ACCOUNTS = 600 };
#define MORE ",beyond,noise,plan,reason,same"

static char *draw_village(uint64_t seed, double effect, double effect_of_plan)
{
    struct test_random random = {seed};
    size_t size = ACCOUNTS * 160, length = 0;
    char *rows = calloc(size, 1);
    for (int a = 0; a < ACCOUNTS; a++) {
        double s[4], composite = 0, beyond = test_uniform(&random), noise = test_uniform(&random);
        static const double weight[] = {0.4, 0.1, 0.3, 0.2};
        for (size_t j = 0; j < 4; j++) {
            s[j] = (double)test_below(&random, 101);
            composite += weight[j] * s[j];
        }
        bool pro = test_below(&random, 3) == 0;
        double log_odds = 2 - 4 * composite / 100 + effect * (beyond - 0.5) + effect_of_plan * pro;
        bool left = test_uniform(&random) < 1 / (1 + exp(-log_odds));
        length += (size_t)snprintf(
            rows + length, size - length,
            "a%03d,2026-03-31,%.0f,%.0f,%.0f,%.0f,2026-03-30,1,Ann,EU,,%s,%.5f,%.5f,%s,%s,5\n", a, s[0],
            s[1], s[2], s[3], left ? "2026-05-01" : "", beyond, noise,
            pro ? "Pro" : "Team", left ? "price" : "");
    }
    return rows;
}

static const struct cJSON *column_named(const struct cJSON *list, const char *name)
{
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at))
        if (strcmp(village_text(at, "column"), name) == 0)
            return at;
    return NULL;
}

START_TEST(columns_are_ranked_by_what_they_would_add)
{
    struct village village;
    char *rows = draw_village(3, 3.0, -1.5);
    village_open(&village, LOG_ODDS, MORE, rows, no_window);
    const struct cJSON *unused =
        assay_json_get(village_run(&village, assay_audit_unused_columns), "unused_columns");
    const struct cJSON *columns = assay_json_get(unused, "columns");
    const struct cJSON *beyond = column_named(columns, "beyond");
    const struct cJSON *plan = column_named(columns, "plan"), *noise = column_named(columns, "noise");
    ck_assert_str_eq(village_text(unused, "with"), "logit of the probability and an intercept");
    ck_assert_str_eq(village_text(village_item(columns, 0), "column"), "reason");
    ck_assert(assay_json_bool(assay_json_get(village_item(columns, 0), "suspicious")));
    ck_assert(beyond != NULL && plan != NULL && noise != NULL);
    /* effect 3 on a uniform: chi-square near 600 * 0.24 * 9 / 12 = 108, at least 50 */
    ck_assert_double_gt(village_number(beyond, "chi2"), 50);
    ck_assert_double_lt(village_number(beyond, "q_value"), 1e-9);
    ck_assert_str_eq(village_text(beyond, "direction"), "riskier");
    ck_assert(!assay_json_bool(assay_json_get(beyond, "suspicious")));
    ck_assert_double_lt(village_number(plan, "q_value"), 1e-6);
    ck_assert_str_eq(village_text(plan, "direction"), "(null)");
    ck_assert_ptr_nonnull(strstr(village_text(plan, "words"),
                                 "churn differs between its values beyond what the probability says"));
    ck_assert_double_gt(village_number(noise, "q_value"), 0.05);
    ck_assert_ptr_nonnull(strstr(village_text(noise, "words"), "noise: no sign that it says more"));
    const struct cJSON *skipped = assay_json_get(unused, "skipped");
    ck_assert_str_eq(village_text(column_named(skipped, "same"), "why"), "it does not vary");
    for (size_t k = 1; k < assay_json_count(columns); k++)
        ck_assert_double_le(village_number(village_item(columns, k - 1), "p_value"),
                            village_number(village_item(columns, k), "p_value"));
    ck_assert_uint_eq(village.out.advice.n, 2);
    ck_assert_str_eq(village.out.advice.line[0].text,
                     "Consider \"beyond\" as a signal at the next calibration: it tells who leaves beyond "
                     "what the score says (others do as well)");
    village_close(&village);
    free(rows);
}
END_TEST

/* Signals of the model, its segments and the like are not among them; a drifted level is no finding. */
START_TEST(a_score_whose_level_drifted_does_not_make_columns_look_useful)
{
    struct village village;
    char *rows = draw_village(4, 0, 0);
    village_open(&village, LOG_ODDS, MORE, rows, no_window);
    double *prob = village.reading.input.used.prob;
    for (size_t i = 0; i < village.reading.input.used.n; i++)
        prob[i] = 1 / (1 + exp(3 - 2 * log(prob[i] / (1 - prob[i]))));
    const struct cJSON *unused =
        assay_json_get(village_run(&village, assay_audit_unused_columns), "unused_columns");
    const struct cJSON *columns = assay_json_get(unused, "columns");
    ck_assert_ptr_null(column_named(columns, "logins"));
    ck_assert_double_gt(village_number(column_named(columns, "noise"), "q_value"), 0.05);
    ck_assert_double_gt(village_number(column_named(columns, "beyond"), "q_value"), 0.05);
    village_close(&village);
    free(rows);
}
END_TEST

/* Every account three times over: by account nothing is gained by it. */
START_TEST(repeated_accounts_are_tested_by_account)
{
    struct village once, thrice;
    char *rows = draw_village(5, 1.0, 0), *tripled = calloc(3 * strlen(rows) + 1, 1);
    for (size_t k = 0; k < 3; k++)
        strcat(tripled, rows);
    village_open(&once, LOG_ODDS, MORE, rows, no_window);
    village_open(&thrice, LOG_ODDS, MORE, tripled, no_window);
    const struct cJSON *a =
        assay_json_get(village_run(&once, assay_audit_unused_columns), "unused_columns");
    const struct cJSON *b =
        assay_json_get(village_run(&thrice, assay_audit_unused_columns), "unused_columns");
    ck_assert(!assay_json_bool(assay_json_get(a, "by_account")));
    ck_assert(assay_json_bool(assay_json_get(b, "by_account")));
    double by_row = village_number(column_named(assay_json_get(a, "columns"), "beyond"), "chi2");
    double by_account = village_number(column_named(assay_json_get(b, "columns"), "beyond"), "chi2");
    /* the empirical variance stands in for the model's: with 600 accounts within a fifth */
    test_close("chi2", by_account, by_row, 0.2, 1);
    village_close(&once);
    village_close(&thrice);
    free(rows);
    free(tripled);
}
END_TEST

START_TEST(without_unused_columns_there_is_nothing_to_say)
{
    struct village village;
    village_open(&village, LOG_ODDS, "",
                 "a,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,2026-05-01\n"
                 "b,2026-03-31,80,20,20,20,2026-03-30,1,Ann,EU,,\n", no_window);
    const struct cJSON *root = village_run(&village, assay_audit_unused_columns);
    ck_assert(assay_json_is_null(assay_json_get(root, "unused_columns")));
    village_close(&village);
}
END_TEST

static const struct refused_case {
    const char *rows, *refused;
} refused_cases[] = {
    {"a,70,1,3\nb,30,1,4\nc,20,1,5\n", "All outcomes are alike, so no column can tell them apart."},
    {"a,70,0,3\nb,60,0,4\nc,20,1,5\nd,10,1,9\n",
     "There is no fit of the outcomes to the score that a column could add to ("},
    {"a,70,0,3\n", "All outcomes are alike, so no column can tell them apart."},
};

START_TEST(what_cannot_be_tested_against_is_refused_in_words)
{
    struct village village;
    village_open_bare(&village, "id,score,y,x", refused_cases[_i].rows);
    const struct cJSON *unused =
        assay_json_get(village_run(&village, assay_audit_unused_columns), "unused_columns");
    ck_assert_double_eq(village_number(unused, "tested"), 0);
    ck_assert_ptr_nonnull(strstr(village_text(unused, "refused"), refused_cases[_i].refused));
    ck_assert_uint_eq(assay_json_count(assay_json_get(unused, "columns")), 0);
    village_close(&village);
}
END_TEST

START_TEST(a_bare_score_and_one_that_does_not_vary_are_adjusted_for_as_far_as_they_go)
{
    struct test_random random = {11};
    static char varies[4000], constant[4000];
    size_t a = 0, b = 0;
    for (int i = 0; i < 100; i++) {
        int score = (int)test_below(&random, 100), x = (int)test_below(&random, 50);
        int left = test_below(&random, 100) < (size_t)(100 - score);
        a += (size_t)snprintf(varies + a, sizeof varies - a, "%d,%d,%d,%d\n", i, score, left, x);
        b += (size_t)snprintf(constant + b, sizeof constant - b, "%d,40,%d,%d\n", i, left, x);
    }
    for (size_t k = 0; k < 2; k++) {
        struct village village;
        village_open_bare(&village, "id,score,y,x", k == 0 ? varies : constant);
        const struct cJSON *unused =
            assay_json_get(village_run(&village, assay_audit_unused_columns), "unused_columns");
        ck_assert_str_eq(village_text(unused, "with"),
                         k == 0 ? "the score and an intercept" : "an intercept");
        ck_assert_double_eq(village_number(unused, "tested"), 1);
        ck_assert_ptr_nonnull(strstr(village_text(village_item(assay_json_get(unused, "columns"), 0),
                                                  "words"), "says more than the score"));
        village_close(&village);
    }
}
END_TEST

/* ---- columns that repeat what is known ---- */

static const double scores[] = {30, 10, 20, 20, 40, 10};

static const struct copy_case {
    double value[6];
    bool is_copy;
} copy_cases[] = {
    {{3, 1, 2, 2, 4, 1}, true},
    {{-30, 100, 0, 0, -31, 100}, true},            /* the other way round */
    {{3, 1, 2, 2, NAN, NAN}, true},                /* of the rows that have a value */
    {{NAN, 1, 2, NAN, 4, NAN}, true},
    {{3, 1, 2, 2.0 + 4e-16, 4, 1}, true},          /* rounding is no difference */
    {{3, 1, 2, 2.5, 4, 1}, false},                 /* equal scores apart */
    {{3, 1, 2, 2, 3, 1}, false},                   /* different scores alike */
    {{3, 1, 2, 2, 2.5, 1}, false},                 /* up, then down */
    {{NAN, 1, 2, 2, NAN, 1}, false},               /* two values order hardly anything */
    {{NAN, NAN, NAN, NAN, NAN, NAN}, false},
};

START_TEST(a_copy_of_the_score_orders_the_rows_as_it_does)
{
    const struct copy_case *c = &copy_cases[_i];
    struct assay_error err = {0};
    size_t order[6];
    ck_assay_ok(assay_repeats_order(scores, 6, order, &err));
    ck_assert_int_eq(assay_repeats_score(c->value, scores, order, 6), c->is_copy);
}
END_TEST

START_TEST(what_repeats_the_action_equals_it_in_every_row)
{
    static const unsigned char acted[] = {ASSAY_ACTED, ASSAY_NOT_ACTED, ASSAY_ACTED},
                               unknown[] = {ASSAY_ACTED, ASSAY_NOT_ACTED, ASSAY_ACTION_UNKNOWN};
    ck_assert(assay_repeats_action((const double[]){1, 0, 1}, acted, 3));
    ck_assert(!assay_repeats_action((const double[]){1, 0, 0}, acted, 3));
    ck_assert(!assay_repeats_action((const double[]){1, 0, 2}, acted, 3));
    ck_assert(!assay_repeats_action((const double[]){1, 0, NAN}, acted, 3));
    ck_assert(!assay_repeats_action((const double[]){1, 0, 0}, unknown, 3));
    ck_assert(!assay_repeats_action((const double[]){1}, acted, 1)); /* it does not vary */
}
END_TEST

/* copy: falls as the score rises; called, told: whether somebody called; other: the same but for one row. */
START_TEST(columns_that_repeat_the_score_or_the_action_are_skipped_with_the_reason)
{
    struct village village;
    struct test_random random = {11};
    char rows[100 * 100];
    size_t length = 0;
    for (int a = 0; a < 100; a++) {
        int logins = (int)test_below(&random, 101), called = a % 3 == 0;
        length += (size_t)snprintf(rows + length, sizeof rows - length,
                                   "a%03d,2026-03-31,%d,50,50,50,2026-03-30,1,Ann,EU,%s,%s,%d,%d,%s,%d\n", a,
                                   logins, called ? "2026-04-02" : "",
                                   (int)test_below(&random, 100) > logins ? "2026-05-01" : "",
                                   100 - logins, called, called ? "Yes" : "no", a == 50 ? 1 : called);
    }
    village_open(&village, LOG_ODDS, ",copy,called,told,other", rows, no_window);
    const struct cJSON *unused =
        assay_json_get(village_run(&village, assay_audit_unused_columns), "unused_columns");
    const struct cJSON *skipped = assay_json_get(unused, "skipped");
    static const char action[] = "repeats what was acted on, which comes after the snapshot";
    ck_assert_str_eq(village_text(column_named(skipped, "copy"), "why"),
                     "orders the snapshots as the score does");
    ck_assert_str_eq(village_text(column_named(skipped, "called"), "why"), action);
    ck_assert_str_eq(village_text(column_named(skipped, "told"), "why"), action);
    ck_assert_uint_eq(assay_json_count(skipped), 3);
    ck_assert_ptr_nonnull(column_named(assay_json_get(unused, "columns"), "other"));
    ck_assert_double_eq(village_number(unused, "tested"), 1);
    village_close(&village);
}
END_TEST

START_TEST(every_failed_allocation_is_reported)
{
    struct village village;
    struct assay_error err = {0};
    char *rows = draw_village(6, 1, 1);
    village_open(&village, LOG_ODDS, MORE, rows, no_window);
    village.reading.input.repeated = true;
    village.reading.input.n_unused = 3; /* two numbers and a text */
    size_t failures = 0;
    for (size_t nth = 1;; nth++) {
        struct assay_audit_output out = {0};
        assay_json_open(&out.json, NULL, '{');
        test_fail_allocation(nth);
        enum assay_status status = assay_audit_unused_columns(&village.reading.input, &out, &err);
        test_fail_allocation(0);
        bool failed = status != ASSAY_OK || out.json.out.failed;
        assay_text_clear(&out.json.out);
        if (!failed)
            break;
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        failures++;
    }
    ck_assert_uint_ge(failures, 20);
    village_close(&village);
    free(rows);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, numbers_enter_by_rank_and_what_is_missing_as_a_group);
    tcase_add_test(tc, a_number_that_does_not_vary_is_no_column);
    tcase_add_loop_test(tc, texts_enter_as_categories_and_rare_ones_are_pooled, 0, COUNT(texts_cases));
    tcase_add_test(tc, a_text_with_too_many_values_is_tested_by_whether_it_is_filled_in);
    tcase_add_test(tc, the_auc_of_a_column_alone_counts_pairs_whichever_way_round);
    tcase_add_test(tc, columns_are_ranked_by_what_they_would_add);
    tcase_add_test(tc, a_score_whose_level_drifted_does_not_make_columns_look_useful);
    tcase_add_test(tc, repeated_accounts_are_tested_by_account);
    tcase_add_test(tc, without_unused_columns_there_is_nothing_to_say);
    tcase_add_loop_test(tc, what_cannot_be_tested_against_is_refused_in_words, 0, COUNT(refused_cases));
    tcase_add_test(tc, a_bare_score_and_one_that_does_not_vary_are_adjusted_for_as_far_as_they_go);
    tcase_add_loop_test(tc, a_copy_of_the_score_orders_the_rows_as_it_does, 0, COUNT(copy_cases));
    tcase_add_test(tc, what_repeats_the_action_equals_it_in_every_row);
    tcase_add_test(tc, columns_that_repeat_the_score_or_the_action_are_skipped_with_the_reason);
    tcase_add_test(tc, every_failed_allocation_is_reported);
}

ASSAY_SUITE("validate/unused", add_tests)
