#include "core/metric/multiple.h"

#include <math.h>

#include "tests/metric/sample.h"

enum { MOST = 4000 };

struct rows {
    size_t n;
    unsigned char member[MOST], outcome[MOST];
    int32_t cluster[MOST];
};

/* hits events among the members, others among the rest. */
static void fill(struct rows *r, size_t members, size_t hits, size_t rest, size_t others)
{
    r->n = members + rest;
    for (size_t i = 0; i < r->n; i++) {
        r->member[i] = i < members;
        r->outcome[i] = i < members ? i < hits : i - members < others;
        r->cluster[i] = (int32_t)i;
    }
}

static struct assay_estimate measure(const struct rows *r, bool by_cluster)
{
    struct assay_error err = {0};
    struct assay_estimate e;
    ck_assay_ok(assay_rate_multiple(r->member, r->outcome, by_cluster ? r->cluster : NULL, MOST, r->n,
                                    &e, &err));
    return e;
}

START_TEST(the_multiple_is_one_rate_over_the_other)
{
    static struct rows r;
    fill(&r, 100, 40, 900, 60);
    struct assay_estimate e = measure(&r, false);
    ck_assert_double_eq_tol(e.value, 0.4 / 0.1, 1e-14);
    ck_assert(2.5 < e.low && e.low < 4.0 && 4.0 < e.high && e.high < 6.0);
}
END_TEST

START_TEST(of_a_rare_event_the_interval_is_the_share_s)
{
    /* With an event in 0.2% of the rows and f taken as it is, s is a binomial share of the events: the
     * variance differs by the rates, below 2% here, and by that of f, 1/10 of the rows. */
    static struct rows r;
    fill(&r, 400, 4, 3600, 4);
    struct assay_estimate e = measure(&r, false), s = assay_rate_of(4, 8).wilson;
    test_close("low", e.low, s.low / 0.1, 0.02, 0.0);
    test_close("high", e.high, s.high / 0.1, 0.02, 0.0);
}
END_TEST

START_TEST(rows_of_their_own_clusters_are_rows)
{
    static struct rows r;
    fill(&r, 120, 31, 700, 44);
    struct assay_estimate by_row = measure(&r, false), by_cluster = measure(&r, true);
    ck_assert_double_eq_tol(by_cluster.low, by_row.low, 1e-12);
    ck_assert_double_eq_tol(by_cluster.high, by_row.high, 1e-12);
}
END_TEST

START_TEST(rows_told_thrice_say_no_more_than_once)
{
    static struct rows once, thrice;
    fill(&once, 120, 31, 700, 44);
    thrice.n = 3 * once.n;
    for (size_t i = 0; i < thrice.n; i++) {
        thrice.member[i] = once.member[i / 3];
        thrice.outcome[i] = once.outcome[i / 3];
        thrice.cluster[i] = (int32_t)(i / 3);
    }
    struct assay_estimate a = measure(&once, false), b = measure(&thrice, true);
    ck_assert_double_eq_tol(b.value, a.value, 1e-12);
    ck_assert_double_eq_tol(b.low, a.low, 1e-10);
    ck_assert_double_eq_tol(b.high, a.high, 1e-10);
    ck_assert(measure(&thrice, false).low > b.low);
}
END_TEST

START_TEST(no_event_in_the_group_or_all_of_them_have_an_interval)
{
    static struct rows r;
    fill(&r, 100, 0, 900, 20);
    struct assay_estimate none = measure(&r, false), wilson = assay_rate_of(0, 20).wilson;
    ck_assert_double_eq(none.value, 0.0);
    ck_assert_double_eq(none.low, 0.0);
    ck_assert_double_eq_tol(none.high, wilson.high / 0.1, 1e-12);
    fill(&r, 100, 20, 900, 0);
    struct assay_estimate all = measure(&r, false);
    ck_assert_double_eq_tol(all.value, 10.0, 1e-12);
    ck_assert_double_eq_tol(all.low, (1.0 - wilson.high) / 0.1, 1e-12);
}
END_TEST

START_TEST(a_group_of_everybody_is_as_likely_as_everybody)
{
    static struct rows r;
    fill(&r, 50, 10, 0, 0);
    struct assay_estimate e = measure(&r, false);
    ck_assert_double_eq(e.value, 1.0);
    ck_assert(e.low < 1.0 && e.high == 1.0);
}
END_TEST

START_TEST(without_events_or_members_there_is_no_multiple)
{
    static struct rows r;
    fill(&r, 10, 0, 90, 0);
    ck_assert(isnan(measure(&r, false).value));
    fill(&r, 0, 0, 90, 9);
    ck_assert(isnan(measure(&r, true).low));
    fill(&r, 1, 1, 0, 0);
    ck_assert_double_eq(measure(&r, true).value, 1.0);
}
END_TEST

START_TEST(the_interval_holds_the_truth_about_as_often_as_it_says)
{
    /* True multiple 3 in a tenth of the rows: event rates 3 p and (1 - 0.3) / 0.9 p. 2,000 draws: the
     * standard error of a coverage of 0.95 is 0.005; 0.93 is four of them below. */
    static struct rows r;
    const double base[] = {0.02, 0.1, 0.25};
    uint64_t seed = 5 + (uint64_t)_i;
    int held = 0, drawn = 0;
    for (int k = 0; k < 2000; k++) {
        r.n = 1000;
        for (size_t i = 0; i < r.n; i++) {
            r.member[i] = random_unit(&seed) < 0.1;
            double p = base[_i] * (r.member[i] ? 3.0 : 0.7 / 0.9);
            r.outcome[i] = random_unit(&seed) < p;
        }
        struct assay_estimate e = measure(&r, false);
        held += e.low <= 3.0 && 3.0 <= e.high;
        drawn += !isnan(e.low);
    }
    ck_assert_int_eq(drawn, 2000);
    ck_assert_double_gt(held / 2000.0, 0.93);
    ck_assert_double_lt(held / 2000.0, 0.98);
}
END_TEST

START_TEST(the_worth_of_clusters_is_between_their_number_and_one)
{
    const uint32_t one[] = {1, 0, 1, 1}, equal[] = {3, 3, 3, 3, 0}, uneven[] = {10, 1, 1};
    ck_assert_double_eq(assay_worth_of_clusters(one, 4), 3.0);
    ck_assert_double_eq(assay_worth_of_clusters(equal, 5), 4.0);
    ck_assert_double_eq_tol(assay_worth_of_clusters(uneven, 3), 144.0 / 102.0, 1e-14);
    ck_assert_double_eq(assay_worth_of_clusters(NULL, 0), 0.0);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    static struct rows r;
    fill(&r, 100, 40, 900, 60);
    for (size_t n = 1; n <= 2; n++) {
        struct assay_error err = {0};
        struct assay_estimate e = {7, 7, 7};
        test_fail_allocation(n);
        enum assay_status status =
            assay_rate_multiple(r.member, r.outcome, r.cluster, MOST, r.n, &e, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_double_eq(e.value, 7.0);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_multiple_is_one_rate_over_the_other);
    tcase_add_test(tc, of_a_rare_event_the_interval_is_the_share_s);
    tcase_add_test(tc, rows_of_their_own_clusters_are_rows);
    tcase_add_test(tc, rows_told_thrice_say_no_more_than_once);
    tcase_add_test(tc, no_event_in_the_group_or_all_of_them_have_an_interval);
    tcase_add_test(tc, a_group_of_everybody_is_as_likely_as_everybody);
    tcase_add_test(tc, without_events_or_members_there_is_no_multiple);
    tcase_add_loop_test(tc, the_interval_holds_the_truth_about_as_often_as_it_says, 0, 3);
    tcase_add_test(tc, the_worth_of_clusters_is_between_their_number_and_one);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/multiple", add_tests)
