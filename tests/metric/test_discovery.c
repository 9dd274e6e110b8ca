#include "core/metric/discovery.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "tests/metric/sample.h"
#include "tests/support/random.h"

static const char *const columns[] = {
    "tenure_months", "monthly_charges", "total_charges", "addon_services", "streaming_services",
    "auto_pay", "electronic_check", "paperless_billing", "senior", "partner", "dependents",
    "phone_service", "multiple_lines", "online_security", "tech_support", "health_score"};

/* p_adj_BH is R's p.adjust() of mann_whitney_p, each with 15 digits. */
START_TEST(q_values_are_those_of_the_reference)
{
    if (!test_needs_shared("reference/telco_score_audit.json"))
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    const struct cJSON *all = test_at(assay_json_root(doc), "univariate_all_rows", NULL);
    double p[COUNT(columns)], q[COUNT(columns)];
    for (size_t k = 0; k < COUNT(columns); k++)
        p[k] = test_number(all, columns[k], "mann_whitney_p", NULL);
    ck_assay_ok(assay_q_values(p, COUNT(columns), ASSAY_POSITIVE_DEPENDENCE, q, &err));
    for (size_t k = 0; k < COUNT(columns); k++)
        test_close(columns[k], q[k], test_number(all, columns[k], "p_adj_BH", NULL), 1e-12, 0.0);
    assay_json_free(doc);
}
END_TEST

/* By hand: m = 4, sorted 0.01, 0.02, 0.03, 0.5: 4 p / k = 0.04, 0.04, 0.04, 0.5; with any dependence times
 * 1 + 1/2 + 1/3 + 1/4 = 25/12. */
START_TEST(a_nan_is_no_test)
{
    struct assay_error err = {0};
    double p[] = {0.03, NAN, 0.5, 0.01, 0.02}, q[5];
    const double expected[] = {0.04, NAN, 0.5, 0.04, 0.04};
    ck_assay_ok(assay_q_values(p, 5, ASSAY_POSITIVE_DEPENDENCE, q, &err));
    for (size_t k = 0; k < 5; k++)
        ck_assert(isnan(expected[k]) ? isnan(q[k]) : fabs(q[k] - expected[k]) < 1e-15);
    ck_assay_ok(assay_q_values(p, 5, ASSAY_ANY_DEPENDENCE, p, &err)); /* in place */
    for (size_t k = 0; k < 5; k++)
        ck_assert(isnan(expected[k]) ? isnan(p[k])
                                     : fabs(p[k] - fmin(1.0, 25.0 / 12.0 * expected[k])) < 1e-15);
}
END_TEST

START_TEST(no_test_has_no_q_value_and_one_test_its_p_value)
{
    struct assay_error err = {0};
    double p = 0.3, nan = NAN;
    ck_assay_ok(assay_q_values(&p, 1, ASSAY_ANY_DEPENDENCE, &p, &err));
    ck_assert_double_eq(p, 0.3);
    ck_assay_ok(assay_q_values(&nan, 1, ASSAY_ANY_DEPENDENCE, &nan, &err));
    ck_assert(isnan(nan));
    ck_assay_ok(assay_q_values(NULL, 0, ASSAY_POSITIVE_DEPENDENCE, NULL, &err));
}
END_TEST

/* 40 tests, 10 of which see something (z of mean 3), all sharing a factor (correlation 0.5): the mean share
 * of false ones among the findings, over 2,000 draws, with a standard error below 0.004. BH holds 5% times
 * the share of true nulls here (positive dependence), BY far less. */
START_TEST(the_share_of_false_findings_is_held)
{
    struct test_random random = {11};
    struct assay_error err = {0};
    double sum[2] = {0.0, 0.0};
    for (int draw = 0; draw < 2000; draw++) {
        double p[40], q[40], common = gsl_cdf_ugaussian_Pinv(0.5 * 0x1p-53 + test_uniform(&random));
        for (size_t k = 0; k < 40; k++) {
            double own = gsl_cdf_ugaussian_Pinv(0.5 * 0x1p-53 + test_uniform(&random));
            p[k] = gsl_cdf_ugaussian_Q(sqrt(0.5) * (common + own) + (k < 10 ? 3.0 : 0.0));
        }
        for (int kind = 0; kind < 2; kind++) {
            double found = 0.0, wrong = 0.0;
            ck_assay_ok(assay_q_values(p, 40, (enum assay_dependence)kind, q, &err));
            for (size_t k = 0; k < 40; k++) {
                found += q[k] <= 0.05;
                wrong += q[k] <= 0.05 && k >= 10;
            }
            sum[kind] += found > 0.0 ? wrong / found : 0.0;
        }
    }
    ck_assert_double_lt(sum[0] / 2000, 0.05);
    ck_assert_double_gt(sum[0] / 2000, 0.01);
    ck_assert_double_lt(sum[1] / 2000, sum[0] / 2000 / 2);
}
END_TEST

START_TEST(running_out_of_memory_is_said)
{
    double p[] = {0.1, 0.2}, q[] = {7.0, 7.0};
    struct assay_error err = {0};
    test_fail_allocation(1);
    enum assay_status status = assay_q_values(p, 2, ASSAY_POSITIVE_DEPENDENCE, q, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_double_eq(q[0], 7.0);
    ck_assert_str_eq(err.message, "out of memory allowing for many tests");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, q_values_are_those_of_the_reference);
    tcase_add_test(tc, a_nan_is_no_test);
    tcase_add_test(tc, no_test_has_no_q_value_and_one_test_its_p_value);
    tcase_add_test(tc, the_share_of_false_findings_is_held);
    tcase_add_test(tc, running_out_of_memory_is_said);
}

ASSAY_SUITE("metric/discovery", add_tests)
