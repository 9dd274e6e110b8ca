#include "validate/groups/blind_spots.h"

#include "tests/groups/accounts.h"

static struct accounts a, b;

/* Retail on Starter: everybody looks healthier than they are. */
static void plant(struct accounts *accounts)
{
    for (size_t i = 0; i < accounts->input.used.n; i++)
        if (accounts->code[0][i] == 0 && accounts->plan[i] == 0) {
            double l = log(accounts->prob[i]) - log1p(-accounts->prob[i]) - 2.0;
            accounts->prob[i] = assay_expit(l);
            accounts->score[i] += 28.0;
            accounts->flagged[i] = accounts->prob[i] >= 0.2;
        }
}

/* The first blind spot, which must be that one. */
static const struct cJSON *planted(const struct cJSON *root)
{
    const struct cJSON *spot = accounts_item(test_at(root, "blind_spots", NULL), 0);
    const struct cJSON *conditions = test_at(spot, "conditions", NULL);
    ck_assert_uint_eq(assay_json_count(conditions), 2);
    ck_assert_str_eq(assay_json_string(test_at(accounts_item(conditions, 0), "is", NULL)), "Retail");
    ck_assert_str_eq(assay_json_string(test_at(accounts_item(conditions, 1), "is", NULL)), "Starter");
    ck_assert_str_eq(assay_json_string(test_at(spot, "kind", NULL)), "misses");
    return spot;
}

START_TEST(a_planted_blind_spot_is_found_with_its_figures) /* seeds */
{
    accounts_init(&a);
    accounts_draw(&a, (uint64_t)_i + 1, 5000);
    plant(&a);
    const struct cJSON *spot = planted(accounts_run(&a, assay_audit_blind_spots));
    double n = 0, of = 0, wrong = 0, rest_of = 0, rest_wrong = 0, value = 0, expected = 0;
    for (size_t i = 0; i < 5000; i++) {
        bool in = a.code[0][i] == 0 && a.plan[i] == 0, missed = a.outcome[i] && !a.flagged[i];
        n += in;
        of += in && a.outcome[i];
        wrong += in && missed;
        value += in && missed ? a.value[i] : 0.0;
        rest_of += !in && a.outcome[i];
        rest_wrong += !in && missed;
        expected += in && !a.flagged[i] ? a.prob[i] : 0.0;
    }
    ck_assert_double_eq(test_number(spot, "n", NULL), n);
    ck_assert_double_eq(test_number(spot, "events", NULL), of);
    ck_assert_double_eq(test_number(spot, "wrong", NULL), wrong);
    ck_assert_double_eq_tol(test_number(spot, "rate", NULL), wrong / of, 1e-12);
    ck_assert_double_eq_tol(test_number(spot, "rest", NULL), rest_wrong / rest_of, 1e-12);
    ck_assert_double_eq_tol(test_number(spot, "ratio", NULL), wrong / of / (rest_wrong / rest_of), 1e-12);
    test_close("value", test_number(spot, "value", NULL), value, 1e-12, 0.0);
    /* The score, once put right as a whole, says more than its own probabilities and far less than came. */
    ck_assert(test_number(spot, "expected", NULL) > expected);
    ck_assert(test_number(spot, "expected", NULL) < 0.7 * wrong);
    ck_assert_double_le(test_number(spot, "q_value", NULL), 0.03);
    struct assay_estimate wilson = assay_rate_of((size_t)wrong, (size_t)of).wilson;
    const struct cJSON *interval = test_at(spot, "interval", NULL);
    ck_assert_double_eq_tol(assay_json_number(accounts_item(interval, 0)), wilson.low, 1e-12);
    char words[200];
    snprintf(words, sizeof words, "Retail, plan Starter: %.0f%% of %.0f churners missed, against %.0f%% "
                                  "elsewhere (%.0f, where the score leads to expect %.0f)",
             100 * wrong / of, of, 100 * rest_wrong / rest_of, wrong,
             test_number(spot, "expected", NULL));
    ck_assert_str_eq(assay_json_string(test_at(spot, "words", NULL)), words);
    ck_assert_ptr_nonnull(strstr(a.out.advice.line[0].text, words));
    accounts_clear(&a);
}
END_TEST

START_TEST(a_bare_score_has_blind_spots_too)
{
    accounts_init(&a);
    accounts_draw(&a, 3, 5000);
    plant(&a);
    struct assay_audit_set *used = &a.input.used;
    used->prob = NULL;
    used->s = NULL;
    a.input.n_signal = 0;
    used->value = NULL;
    const struct cJSON *spot = planted(accounts_run(&a, assay_audit_blind_spots));
    ck_assert(assay_json_is_null(test_at(spot, "value", NULL)));
    accounts_clear(&a);
}
END_TEST

START_TEST(a_score_that_is_right_has_none)
{
    size_t found = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        accounts_init(&a);
        accounts_draw(&a, 100 + seed, 2000);
        const struct cJSON *root = accounts_run(&a, assay_audit_blind_spots);
        found += assay_json_count(test_at(root, "blind_spots", NULL)) > 0;
        ck_assert_double_gt(test_number(root, "blind_spot_search", "slices", NULL), 500);
        ck_assert_double_eq(test_number(root, "blind_spot_search", "smallest", NULL), 30);
        accounts_clear(&a);
    }
    ck_assert_uint_le(found, 1); /* 3% each: two or more once in 100 */
}
END_TEST

/* A probability that is too low everywhere blames no slice. */
START_TEST(a_score_that_is_off_everywhere_has_none)
{
    accounts_init(&a);
    accounts_draw(&a, 21, 3000);
    for (size_t i = 0; i < 3000; i++)
        a.prob[i] = 0.3 * a.prob[i];
    const struct cJSON *root = accounts_run(&a, assay_audit_blind_spots);
    ck_assert_uint_eq(assay_json_count(test_at(root, "blind_spots", NULL)), 0);
    accounts_clear(&a);
}
END_TEST

START_TEST(neither_the_order_of_rows_nor_codes_matter)
{
    static const char *const industry[] = {"Health", "Energy", "Retail"};
    accounts_init(&a);
    accounts_init(&b);
    accounts_draw(&a, 4, 4000);
    plant(&a);
    accounts_draw(&b, 4, 4000);
    assay_dictionary_free(b.texts[0]);
    b.values[0] = b.texts[0] = accounts_texts(industry, 3);
    for (size_t i = 0; i < 4000; i++) {
        size_t to = (i * 1001 + 7) % 4000; /* no divisor in common */
        b.prob[to] = a.prob[i];
        b.flagged[to] = a.flagged[i];
        b.outcome[to] = a.outcome[i];
        b.tenure[to] = a.tenure[i];
        b.value[to] = a.value[i];
        b.plan[to] = a.plan[i];
        for (size_t k = 0; k < 2; k++) {
            b.s[k][to] = a.s[k][i];
            b.missing[k][to] = a.missing[k][i];
            b.code[k][to] = k == 0 ? 2 - a.code[0][i] : a.code[1][i];
        }
    }
    const struct cJSON *one = planted(accounts_run(&a, assay_audit_blind_spots));
    const struct cJSON *two = planted(accounts_run(&b, assay_audit_blind_spots));
    ck_assert_double_eq(test_number(one, "wrong", NULL), test_number(two, "wrong", NULL));
    ck_assert_double_eq(test_number(one, "q_value", NULL), test_number(two, "q_value", NULL));
    accounts_clear(&a);
    accounts_clear(&b);
}
END_TEST

START_TEST(snapshots_of_one_account_count_as_one)
{
    accounts_init(&a);
    accounts_draw(&a, 6, 1500);
    plant(&a);
    const struct cJSON *root = accounts_run(&a, assay_audit_blind_spots);
    size_t once = assay_json_count(test_at(root, "blind_spots", NULL));
    double width[2] = {0, 0};
    accounts_repeat(&a, 4);
    for (int by_account = 1; by_account >= 0; by_account--) {
        a.input.repeated = by_account == 1;
        root = accounts_run(&a, assay_audit_blind_spots);
        const struct cJSON *spots = test_at(root, "blind_spots", NULL);
        if (by_account) /* no more than without the copies */
            ck_assert_uint_le(assay_json_count(spots), once);
        else
            ck_assert_uint_ge(assay_json_count(spots), 1);
        if (assay_json_count(spots) > 0) {
            const struct cJSON *interval = test_at(accounts_item(spots, 0), "interval", NULL);
            width[by_account] = assay_json_number(accounts_item(interval, 1)) -
                                assay_json_number(accounts_item(interval, 0));
        }
    }
    ck_assert(width[1] == 0.0 || width[1] > 1.8 * width[0]);
    accounts_clear(&a);
}
END_TEST

static const struct {
    size_t n;
    unsigned char outcome;
    const char *refused;
} without[] = {
    {0, 0, "there are no snapshots with a known outcome"},
    {50, 0, "nobody churned, so that nobody was missed or told from the others"},
    {50, 1, "everybody churned, so that nobody can be told from the others"},
};
START_TEST(without_both_outcomes_nothing_is_searched)
{
    accounts_init(&a);
    accounts_draw(&a, 1, without[_i].n);
    memset(a.outcome, without[_i].outcome, sizeof a.outcome);
    const struct cJSON *root = accounts_run(&a, assay_audit_blind_spots);
    ck_assert_uint_eq(assay_json_count(test_at(root, "blind_spots", NULL)), 0);
    ck_assert_str_eq(assay_json_string(test_at(root, "blind_spot_search", "refused", NULL)),
                     without[_i].refused);
    accounts_clear(&a);
}
END_TEST

START_TEST(certain_probabilities_are_no_obstacle)
{
    accounts_init(&a);
    accounts_draw(&a, 2, 400);
    for (size_t i = 0; i < 400; i++)
        a.prob[i] = i % 3 == 0 ? 0.0 : i % 3 == 1 ? 1.0 : a.prob[i];
    const struct cJSON *root = accounts_run(&a, assay_audit_blind_spots);
    ck_assert_double_gt(test_number(root, "blind_spot_search", "slices", NULL), 100);
    accounts_clear(&a);
}
END_TEST

START_TEST(every_failing_allocation_is_said)
{
    accounts_init(&a);
    accounts_draw(&a, 1, 700);
    plant(&a);
    accounts_repeat(&a, 2);
    accounts_count(&a);
    for (size_t k = 1;; k++) {
        struct assay_error err = {0};
        struct assay_audit_output out = {0};
        test_fail_allocation(k);
        enum assay_status status = assay_audit_blind_spots(&a.input, &out, &err);
        test_fail_allocation(0);
        bool written = !out.json.out.failed;
        assay_text_clear(&out.json.out);
        if (status == ASSAY_OK && written) {
            ck_assert_uint_ge(k, 30);
            break;
        }
        ck_assert(status == ASSAY_ENOMEM || !written); /* the writer remembers its own */
    }
    accounts_clear(&a);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_planted_blind_spot_is_found_with_its_figures, 0, 3);
    tcase_add_test(tc, a_bare_score_has_blind_spots_too);
    tcase_add_test(tc, a_score_that_is_right_has_none);
    tcase_add_test(tc, a_score_that_is_off_everywhere_has_none);
    tcase_add_test(tc, neither_the_order_of_rows_nor_codes_matter);
    tcase_add_test(tc, snapshots_of_one_account_count_as_one);
    tcase_add_loop_test(tc, without_both_outcomes_nothing_is_searched, 0, COUNT(without));
    tcase_add_test(tc, certain_probabilities_are_no_obstacle);
    tcase_add_test(tc, every_failing_allocation_is_said);
}

ASSAY_SUITE("groups/blind_spots", add_tests)
