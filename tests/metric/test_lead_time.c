#include "core/metric/lead_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

/* Snapshots as a line of 0 and 1, 30 days apart from day 0; the event 10 days after the last. */
static const struct {
    const char *flags;
    int32_t days, first_flag, observed;
    bool censored;
} cases[] = {
    {"0", 0, 0, 10, false},
    {"1", 10, 10, 10, true},
    {"0001", 10, 10, 100, false},
    {"0111", 70, 70, 100, false},
    {"1111", 100, 100, 100, true},
    {"0101", 10, 70, 100, false},  /* a dip that recovered is not the warning */
    {"1011", 40, 100, 100, false}, /* not flagged throughout: known, whatever came before */
    {"0110", 0, 70, 100, false},   /* the flag was taken back */
    {"1110", 0, 100, 100, false},
    {"0000", 0, 0, 100, false},
    {"0100101101", 10, 250, 280, false},
};
START_TEST(the_last_unbroken_run_is_the_warning) /* a loop over cases[] */
{
    int32_t day[16];
    unsigned char flagged[16];
    size_t n = strlen(cases[_i].flags);
    for (size_t k = 0; k < n; k++) {
        day[k] = 30 * (int32_t)k;
        flagged[k] = cases[_i].flags[k] == '1';
    }
    struct assay_lead lead = assay_lead_of(day, flagged, n, day[n - 1] + 10);
    ck_assert_int_eq(lead.days, cases[_i].days);
    ck_assert_int_eq(lead.first_flag, cases[_i].first_flag);
    ck_assert_int_eq(lead.observed, cases[_i].observed);
    ck_assert_int_eq(lead.censored, cases[_i].censored);
    ck_assert_uint_eq(lead.n_snapshot, n);
}
END_TEST

START_TEST(snapshots_of_one_day_are_one)
{
    const int32_t day[] = {0, 30, 30, 60, 60};
    const unsigned char flagged[] = {0, 1, 0, 0, 1};
    struct assay_lead lead = assay_lead_of(day, flagged, 5, 65);
    ck_assert_uint_eq(lead.n_snapshot, 3);
    ck_assert_int_eq(lead.days, 35);
    ck_assert(!lead.censored);
}
END_TEST

static struct assay_lead_times measured(const struct assay_lead leads[], size_t n, double step)
{
    struct assay_lead_times times;
    struct assay_error err = {0};
    ck_assay_ok(assay_lead_times_measure(leads, n, step, &times, &err));
    return times;
}

START_TEST(shares_ahead_are_of_those_observed_so_early)
{
    const struct assay_lead leads[] = {
        {4, 100, 70, false, 70}, {4, 100, 0, false, 0},  {4, 90, 90, true, 90},
        {2, 40, 40, true, 40},   {2, 59, 30, false, 30}, {1, 20, 20, true, 20},
        {3, 61, 0, false, 61},   {2, 29, 0, false, 0},
    };
    struct assay_lead_times t = measured(leads, COUNT(leads), 0);
    const size_t of[] = {6, 4, 3}, ahead[] = {4, 2, 1};
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++) {
        ck_assert_uint_eq(t.ahead[h].n, of[h]);
        ck_assert_uint_eq(t.ahead[h].x, ahead[h]);
    }
    ck_assert_uint_eq(t.n_single, 1);
    ck_assert_uint_eq(t.n_flagged, 5);
    ck_assert_uint_eq(t.n_withdrawn, 1);
    ck_assert_uint_eq(t.n_never, 2);
    ck_assert_uint_eq(t.n_censored, 3);
    /* 3 of 8 end at 0, then of 5 one is cut at 20, one of 4 ends at 30: S = 5/8, then 15/32 */
    ck_assert_double_eq(t.median.value, 30);
    ck_assert_double_eq(t.lower_quartile.value, 0);
    test_close("S", t.curve.share[1], 15.0 / 32, 1e-14, 1);
    assay_lead_times_clear(&t);
    t = measured(leads, 0, 0);
    ck_assert(isnan(t.median.value) && isnan(t.ahead[0].wilson.value));
    assay_lead_times_clear(&t);
}
END_TEST

/* Accounts are flagged for good a time before their event that is exponential with a mean of 120
 * days, after false starts; they are looked at every `step` days from a random day on, for
 * `longest` days at most. */
enum { ACCOUNTS = 4000, DAYS = 1500 };
static struct assay_lead_times simulated(uint64_t seed, int32_t step, double longest)
{
    static struct assay_lead leads[ACCOUNTS];
    static int32_t day[DAYS];
    static unsigned char flagged[DAYS];
    struct test_random random = {seed};
    for (size_t i = 0; i < ACCOUNTS; i++) {
        double lead = -120 * log1p(-test_uniform(&random));
        double observed = fmin(longest * test_uniform(&random), step * (DAYS - 2.0));
        int32_t last = 1 + (int32_t)test_below(&random, (size_t)step), n = 1;
        while (last + n * step <= observed)
            n++;
        for (int32_t k = 0; k < n; k++) {
            int32_t before = last + (n - 1 - k) * step;
            day[k] = -before;
            flagged[k] = before <= lead || test_uniform(&random) < 0.2;
        }
        leads[i] = assay_lead_of(day, flagged, (size_t)n, 0);
    }
    return measured(leads, ACCOUNTS, step);
}

/* With a day between snapshots the truth is the exponential's. The median of 4,000 has a standard
 * error of 2.5 days, in view of a third censored 3: 4 of these and a day. */
START_TEST(a_known_flag_process_is_recovered)
{
    struct assay_lead_times t = simulated(11, 1, 400);
    double truth = 120 * log(2);
    ck_assert_uint_gt(t.n_censored, 1000);
    test_close("median", t.median.value, truth, 13, 1);
    ck_assert(t.median.low - 1 <= truth && truth <= t.median.high + 1);
    test_close("lower", t.lower_quartile.value, 120 * log(4.0 / 3), 8, 1);
    test_close("upper", t.upper_quartile.value, 120 * log(4), 26, 1);
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++)
        test_close("ahead", t.ahead[h].wilson.value, exp(-assay_lead_horizons[h] / 120.0), 0.04, 1);
    assay_lead_times_clear(&t);
}
END_TEST

/* A quarter between snapshots: what is seen of accounts that are looked at for a while is what is
 * seen of those that are looked at for years. Leaving the curve at their first snapshot, those that
 * are censored would drive the median from 65 to 95. */
START_TEST(few_snapshots_do_not_lengthen_the_lead) /* a loop over seeds */
{
    struct assay_lead_times years = simulated((uint64_t)_i + 20, 91, 40000);
    struct assay_lead_times some = simulated((uint64_t)_i + 40, 91, 300);
    ck_assert_uint_gt(some.n_censored, 1500);
    test_close("median", some.median.value, years.median.value, 7, 1);
    test_close("lower", some.lower_quartile.value, years.lower_quartile.value, 7, 1);
    assay_lead_times_clear(&years);
    assay_lead_times_clear(&some);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    const struct assay_lead leads[] = {{2, 100, 70, false, 70}, {2, 90, 90, true, 90}};
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_lead_times t = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_lead_times_measure(leads, 2, 30, &t, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 8);
            assay_lead_times_clear(&t);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory measuring lead times");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_last_unbroken_run_is_the_warning, 0, COUNT(cases));
    tcase_add_test(tc, snapshots_of_one_day_are_one);
    tcase_add_test(tc, shares_ahead_are_of_those_observed_so_early);
    tcase_add_test(tc, a_known_flag_process_is_recovered);
    tcase_add_loop_test(tc, few_snapshots_do_not_lengthen_the_lead, 0, 3);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/lead_time", add_tests)
