#include "core/metric/hosmer_lemeshow.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"

static void check_rule(const struct assay_ranked *rows, enum assay_binning binning,
                       const struct cJSON *want)
{
    struct assay_error err = {0};
    struct assay_hosmer_lemeshow got;
    ck_assay_ok(assay_hosmer_lemeshow_measure(rows, binning, &got, &err));
    ck_assert_double_eq((double)got.n_group, test_number(want, "groups", NULL));
    /* 15 digits; terms are differences of sums. */
    test_close("chi2", got.chi2, test_number(want, "chi2", NULL), 1e-11, 0);
    test_close("external", got.p_value, test_number(want, "p_external", NULL), 1e-10, 0);
    test_close("development", got.p_value_fitted, test_number(want, "p_development", NULL), 1e-10, 0);
}

START_TEST(both_rules_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want = test_at(assay_json_root(doc), splits[_i].key, "calibration", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    check_rule(&rows, ASSAY_DECILE_CUTS, test_at(want, "hosmer_lemeshow_quantile_cuts", NULL));
    check_rule(&rows, ASSAY_EQUAL_COUNT, test_at(want, "hosmer_lemeshow_equal_count", NULL));
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* One group of 4 at 1/4, two events: (2 - 1)^2 / 1 + (2 - 3)^2 / 3, one degree of freedom. */
START_TEST(constant_probabilities_are_one_group)
{
    struct assay_error err = {0};
    struct assay_hosmer_lemeshow got;
    struct assay_ranked rows = rank_rows((const double[]){0.25, 0.25, 0.25, 0.25},
                                         (const unsigned char[]){1, 0, 0, 1}, 4, ASSAY_HIGHER_IS_RISK);
    ck_assay_ok(assay_hosmer_lemeshow_measure(&rows, ASSAY_DECILE_CUTS, &got, &err));
    ck_assert_uint_eq(got.n_group, 1);
    test_close("chi2", got.chi2, 4.0 / 3, 1e-15, 0);
    test_close("p", got.p_value, erfc(sqrt(4.0 / 3 / 2)), 1e-12, 0);
    ck_assert(isnan(got.p_value_fitted));
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(certainties_that_hold_cost_nothing_and_others_are_refused)
{
    struct assay_error err = {0};
    struct assay_hosmer_lemeshow got;
    const double prob[] = {0, 0, 1, 1};
    struct assay_ranked rows = rank_rows(prob, (const unsigned char[]){0, 0, 1, 1}, 4, ASSAY_HIGHER_IS_RISK);
    ck_assay_ok(assay_hosmer_lemeshow_measure(&rows, ASSAY_DECILE_CUTS, &got, &err));
    ck_assert_double_eq(got.chi2, 0);
    assay_ranked_clear(&rows);
    rows = rank_rows(prob, (const unsigned char[]){0, 1, 1, 1}, 4, ASSAY_HIGHER_IS_RISK);
    ck_assert_int_eq(assay_hosmer_lemeshow_measure(&rows, ASSAY_DECILE_CUTS, &got, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "Hosmer-Lemeshow test: something given probability 0 throughout a "
                                  "group happened; expected probabilities between 0 and 1");
    assay_ranked_clear(&rows);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, both_rules_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, constant_probabilities_are_one_group);
    tcase_add_test(tc, certainties_that_hold_cost_nothing_and_others_are_refused);
}

ASSAY_SUITE("metric/hosmer_lemeshow", add_tests)
