#include "core/metric/gains.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"

/* Shares of counts: rounding. */
static const double tolerance = 1e-13;

static void check_reference(const struct assay_ranked *rows, const struct cJSON *want)
{
    struct assay_gains gains;
    assay_gains_measure(rows, NULL, &gains);
    const struct cJSON *group = assay_json_first(test_at(want, "groups", NULL));
    for (size_t g = 0; g < ASSAY_DECILES; g++, group = assay_json_next(group)) {
        const struct assay_gain *gain = &gains.decile[g];
        ck_assert_double_eq((double)gain->n, test_number(group, "n", NULL));
        ck_assert_double_eq((double)gain->n_event, test_number(group, "events", NULL));
        test_close("rate", gain->rate.value, test_number(group, "rate", NULL), tolerance, 0);
        test_close("lift", gain->lift, test_number(group, "lift", NULL), tolerance, 0);
        test_close("gain", gain->cumulative_gain, test_number(group, "cum_gain", NULL), tolerance, 0);
        test_close("lift so far", gain->cumulative_lift, test_number(group, "cum_lift", NULL), tolerance,
                   0);
        ck_assert_double_eq(gain->lowest, test_number(group, "min_score", NULL));
        ck_assert_double_eq(gain->highest, test_number(group, "max_score", NULL));
    }
    ck_assert_ptr_null(group);
    ck_assert_double_eq(gains.top.value, gains.decile[0].lift);
}

START_TEST(groups_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    check_reference(&rows, test_at(assay_json_root(doc), splits[_i].key, "lift", NULL));
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* 74 values in 7,043 rows: every border falls into a run of equal scores. */
START_TEST(groups_of_a_tied_health_score_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", NULL);
    struct assay_ranked rows = rank_rows(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_HEALTH);
    check_reference(&rows, test_at(assay_json_root(doc), "health_score_all_rows", "lift", NULL));
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(the_lift_of_the_top_has_the_interval_of_the_share_it_holds)
{
    double score[40];
    unsigned char outcome[40] = {0};
    struct assay_gains gains;
    for (size_t i = 0; i < 40; i++)
        score[i] = (double)i;
    outcome[39] = outcome[38] = outcome[37] = outcome[5] = 1; /* 3 of 4 events in the top 4 rows */
    struct assay_ranked rows = rank_rows(score, outcome, 40, ASSAY_HIGHER_IS_RISK);
    assay_gains_measure(&rows, NULL, &gains);
    struct assay_estimate share = assay_rate_of(3, 4).wilson;
    ck_assert_double_eq(gains.top.value, 7.5);
    test_close("low", gains.top.low, 10 * share.low, 1e-14, 0);
    test_close("high", gains.top.high, 10 * share.high, 1e-14, 0);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(equal_risks_are_dealt_in_the_order_of_the_file)
{
    const double score[20] = {0};
    unsigned char outcome[20] = {1, 1}; /* the first two rows */
    struct assay_gains gains;
    struct assay_ranked rows = rank_rows(score, outcome, 20, ASSAY_HIGHER_IS_RISK);
    assay_gains_measure(&rows, NULL, &gains);
    ck_assert_uint_eq(gains.decile[0].n_event, 2);
    ck_assert_double_eq(gains.decile[0].lift, 10);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(fewer_than_ten_rows_leave_groups_empty)
{
    struct assay_gains gains;
    struct assay_ranked rows = rank_rows((const double[]){2, 1, 3}, (const unsigned char[]){0, 0, 1}, 3,
                                         ASSAY_HIGHER_IS_RISK);
    assay_gains_measure(&rows, NULL, &gains);
    size_t n = 0;
    for (size_t g = 0; g < ASSAY_DECILES; g++) {
        n += gains.decile[g].n;
        ck_assert_int_eq(isnan(gains.decile[g].rate.value), gains.decile[g].n == 0);
        ck_assert_int_eq(isnan(gains.decile[g].lowest), gains.decile[g].n == 0);
    }
    ck_assert_uint_eq(n, 3);
    ck_assert_double_eq(gains.decile[0].lift, 3);
    ck_assert_double_eq(gains.decile[9].cumulative_gain, 1);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(without_events_there_is_no_lift)
{
    struct assay_gains gains;
    struct assay_ranked rows =
        rank_rows((const double[]){1, 2}, (const unsigned char[]){0, 0}, 2, ASSAY_HIGHER_IS_RISK);
    assay_gains_measure(&rows, NULL, &gains);
    ck_assert(isnan(gains.top.value) && isnan(gains.decile[0].lift));
    ck_assert(isnan(gains.decile[0].cumulative_gain) && gains.decile[0].rate.value == 0);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(copies_of_rows_say_no_more_than_the_rows) /* a loop over seeds */
{
    struct assay_gains one, three;
    struct sample s = sample_random((uint64_t)_i + 1, 1000, 0);
    struct assay_ranked rows = rank_sample(&s), copies = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&copies);
    assay_gains_measure(&rows, NULL, &one);
    assay_gains_measure(&copies, &effect, &three);
    check_same_width("top", &three.top, &one.top, 1e-2);
    for (size_t g = 0; g < ASSAY_DECILES; g++)
        if (one.decile[g].n_event > 0 && one.decile[g].n_event < one.decile[g].n) /* else d is 1 */
            check_same_width("rate", &three.decile[g].rate, &one.decile[g].rate, 2e-2);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&copies);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, groups_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, groups_of_a_tied_health_score_agree_with_the_reference);
    tcase_add_test(tc, the_lift_of_the_top_has_the_interval_of_the_share_it_holds);
    tcase_add_test(tc, equal_risks_are_dealt_in_the_order_of_the_file);
    tcase_add_test(tc, fewer_than_ten_rows_leave_groups_empty);
    tcase_add_test(tc, without_events_there_is_no_lift);
    tcase_add_loop_test(tc, copies_of_rows_say_no_more_than_the_rows, 0, 3);
}

ASSAY_SUITE("metric/gains", add_tests)
