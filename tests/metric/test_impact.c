#include "core/metric/impact.h"

#include <math.h>

#include "tests/support/suite.h"

static void check_range(const char *what, struct assay_range range, double low, double value,
                        double high)
{
    test_close(what, range.low, low, 1e-14, 1);
    test_close(what, range.value, value, 1e-14, 1);
    test_close(what, range.high, high, 1e-14, 1);
}

START_TEST(fifty_accounts_of_15000_at_30_percent_are_225000)
{
    struct assay_impact_flagged flagged = {
        .outreaches = 50, .accounts = 50, .value_at_risk = 50 * 15000.0};
    struct assay_range rate = {0.3, 0.3, 0.3}, free = {0, 0, 0};
    struct assay_impact impact = assay_impact_of(&flagged, rate, free);
    check_range("retained", impact.retained, 225000, 225000, 225000);
    check_range("net", impact.net, 225000, 225000, 225000);
    check_range("accounts", impact.accounts, 15, 15, 15);
    ck_assert_double_eq(impact.break_even, 0);
}
END_TEST

START_TEST(the_net_is_lowest_where_all_goes_wrong)
{
    struct assay_impact_flagged flagged = {
        .outreaches = 200, .accounts = 40, .value_at_risk = 100000};
    struct assay_impact impact = assay_impact_of(&flagged, (struct assay_range){0.1, 0.2, 0.3},
                                                 (struct assay_range){50, 75, 100});
    check_range("retained", impact.retained, 10000, 20000, 30000);
    check_range("cost", impact.cost, 10000, 15000, 20000);
    check_range("net", impact.net, 10000 - 20000, 20000 - 15000, 30000 - 10000);
    test_close("break even", impact.break_even, 0.15, 1e-14, 1);
}
END_TEST

START_TEST(without_values_there_are_accounts_alone)
{
    struct assay_impact_flagged flagged = {
        .outreaches = 20, .accounts = 10, .value_at_risk = (double)NAN};
    struct assay_impact impact = assay_impact_of(&flagged, (struct assay_range){0.1, 0.2, 0.3},
                                                 (struct assay_range){5, 5, 5});
    check_range("accounts", impact.accounts, 1, 2, 3);
    check_range("cost", impact.cost, 100, 100, 100);
    ck_assert(isnan(impact.retained.low) && isnan(impact.net.high) && isnan(impact.break_even));
}
END_TEST

START_TEST(nothing_at_risk_is_a_cost)
{
    struct assay_impact_flagged flagged = {.outreaches = 3};
    struct assay_impact impact = assay_impact_of(&flagged, (struct assay_range){0.1, 0.2, 0.3},
                                                 (struct assay_range){1, 2, 3});
    check_range("net", impact.net, -9, -6, -3);
    ck_assert(isnan(impact.break_even));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, fifty_accounts_of_15000_at_30_percent_are_225000);
    tcase_add_test(tc, the_net_is_lowest_where_all_goes_wrong);
    tcase_add_test(tc, without_values_there_are_accounts_alone);
    tcase_add_test(tc, nothing_at_risk_is_a_cost);
}

ASSAY_SUITE("metric/impact", add_tests)
