#include "core/metric/net_benefit.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"

static struct assay_decisions decide(const struct assay_ranked *rows, bool by_account)
{
    struct assay_error err = {0};
    struct assay_decisions out;
    ck_assay_ok(assay_decisions_measure(rows, by_account, &out, &err));
    return out;
}

START_TEST(net_benefit_agrees_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *list = test_at(assay_json_root(doc), splits[_i].key, "net_benefit", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    struct assay_decisions d = decide(&rows, false);
    size_t checked = 0;
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at)) {
        double threshold = test_number(at, "threshold", NULL);
        const struct assay_decision *got = &d.at[(size_t)lround(threshold * 100) - 1];
        test_close("threshold", got->threshold, threshold, 1e-15, 0);
        /* Closed forms of counts: rounding, of differences. */
        test_close("model", got->model.value, test_number(at, "net_benefit", NULL), 1e-13, 1);
        test_close("all", got->treat_all, test_number(at, "treat_all", NULL), 1e-13, 1);
        test_close("avoided", got->avoided_per_100,
                   test_number(at, "interventions_avoided_per_100", NULL), 1e-11, 1);
        checked++;
    }
    ck_assert_uint_gt(checked, 5);
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* Sums over accounts that change with each row must be those of every account at every threshold. */
START_TEST(accounts_are_summed_as_by_definition) /* a loop over seeds */
{
    struct sample s = sample_random((uint64_t)_i + 1, 120, 0);
    struct assay_ranked rows = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&rows);
    struct test_random random = {(uint64_t)_i + 1};
    for (size_t k = 0; k < rows.n; k++) /* accounts whose rows differ */
        rows.cluster[k] = (int32_t)test_below(&random, 100);
    struct assay_decisions d = decide(&rows, true);
    for (size_t t = 4; t < ASSAY_DECISIONS; t += 13) {
        for (size_t k = 0; k < rows.n; k++)
            rows.flagged[k] = rows.risk[k] >= d.at[t].threshold;
        struct assay_estimate want = assay_net_benefit_of(&rows, d.at[t].threshold, &effect);
        test_close("value", d.at[t].model.value, want.value, 1e-12, 1);
        test_close("low", d.at[t].model.low, want.low, 1e-10, 1);
        test_close("high", d.at[t].model.high, want.high, 1e-10, 1);
    }
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* 2 of 5 flagged at 0.5 (one rightly), false alarms weighed 1: the mean of 1, -1, 0, 0, 0. */
START_TEST(the_interval_is_that_of_a_mean)
{
    const double prob[] = {0.9, 0.5, 0.4, 0.3, 0.2};
    const unsigned char outcome[] = {1, 0, 1, 0, 0};
    struct assay_ranked rows = rank_rows(prob, outcome, 5, ASSAY_HIGHER_IS_RISK);
    const struct assay_decision at = decide(&rows, false).at[49];
    struct assay_estimate want = assay_normal_interval(0, sqrt(2.0 / 4 / 5), ASSAY_LEVEL);
    test_close("low", at.model.low, want.low, 1e-14, 0);
    test_close("high", at.model.high, want.high, 1e-14, 0);
    test_close("all", at.treat_all, 0.4 - 0.6, 1e-14, 0);
    ck_assert(isnan(at.value_model) && isnan(at.value_all));
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(value_weighs_rows_and_leaves_out_unknown_ones)
{
    struct assay_error err = {0};
    struct assay_ranked rows;
    const double prob[] = {0.9, 0.8, 0.7, 0.1}, value[] = {100, NAN, 30, 10};
    const unsigned char outcome[] = {1, 1, 0, 1};
    struct assay_ranked_columns columns = {.n = 4, .score = prob, .outcome = outcome, .value = value};
    ck_assay_ok(assay_ranked_init(&columns, ASSAY_HIGHER_IS_RISK, &rows, &err));
    struct assay_decisions d = decide(&rows, false);
    ck_assert_uint_eq(d.n_valued, 3);
    test_close("model", d.at[49].value_model, (100 - 30) / 3.0, 1e-14, 0);
    test_close("all", d.at[49].value_all, (100 - 30 + 10) / 3.0, 1e-14, 0);
    test_close("quarter", d.at[19].value_model, (100 - 30 / 4.0) / 3, 1e-14, 0);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(nobody_flagged_is_worth_nothing_and_everybody_as_much_as_all)
{
    struct sample s = sample_random(4, 100, 0);
    for (size_t i = 0; i < s.n; i++)
        s.value[i] = 0.3 + 0.1 * s.value[i];
    struct assay_ranked rows = rank_sample(&s);
    struct assay_decisions d = decide(&rows, false);
    ck_assert_double_eq(d.at[40].model.value, 0);
    ck_assert_double_eq(d.at[40].model.high, 0);
    test_close("all", d.at[20].model.value, d.at[20].treat_all, 1e-14, 1);
    test_close("avoided", d.at[20].avoided_per_100, 0, 1e-11, 1);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(one_row_has_no_interval)
{
    struct assay_ranked rows =
        rank_rows((const double[]){0.5}, (const unsigned char[]){1}, 1, ASSAY_HIGHER_IS_RISK);
    const struct assay_decision at = decide(&rows, false).at[9];
    ck_assert(at.model.value == 1 && isnan(at.model.low) && isnan(at.model.high));
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    struct sample s = sample_random(1, 20, 0);
    struct assay_ranked rows = rank_copies(&s, 2);
    struct assay_error err = {0};
    struct assay_decisions out = {.n_valued = 7};
    test_fail_allocation(1);
    enum assay_status status = assay_decisions_measure(&rows, true, &out, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory measuring net benefit");
    ck_assert_uint_eq(out.n_valued, 7);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, net_benefit_agrees_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_loop_test(tc, accounts_are_summed_as_by_definition, 0, 5);
    tcase_add_test(tc, the_interval_is_that_of_a_mean);
    tcase_add_test(tc, value_weighs_rows_and_leaves_out_unknown_ones);
    tcase_add_test(tc, nobody_flagged_is_worth_nothing_and_everybody_as_much_as_all);
    tcase_add_test(tc, one_row_has_no_interval);
    tcase_add_test(tc, a_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/net_benefit", add_tests)
