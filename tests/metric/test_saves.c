#include "core/metric/saves.h"

#include <math.h>
#include <string.h>

#include "core/metric/clustered.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST = 2000 };

struct rows {
    size_t n;
    unsigned char flagged[MOST], outcome[MOST], group[MOST], untouched[MOST];
    int32_t cluster[MOST];
};

static struct assay_saves_rows as_rows(const struct rows *rows, bool clustered)
{
    return (struct assay_saves_rows){.flagged = rows->flagged,
                                     .outcome = rows->outcome,
                                     .group = rows->group,
                                     .cluster = clustered ? rows->cluster : NULL,
                                     .n = rows->n};
}

static struct assay_saves measured(const struct rows *rows, bool clustered)
{
    struct assay_saves_rows all = as_rows(rows, clustered);
    struct assay_saves saves;
    struct assay_error err = {0};
    ck_assay_ok(assay_saves_measure(&all, &saves, &err));
    return saves;
}

static void add(struct rows *rows, size_t times, unsigned char group, unsigned char flagged,
                unsigned char outcome)
{
    for (size_t k = 0; k < times; k++, rows->n++) {
        rows->group[rows->n] = group;
        rows->flagged[rows->n] = flagged;
        rows->outcome[rows->n] = outcome;
        rows->cluster[rows->n] = (int32_t)rows->n;
    }
}

static struct rows a;

static void check_bound(const char *what, const struct assay_bound *bound, double low, double high)
{
    test_close(what, bound->low, low, 1e-14, 1);
    test_close(what, bound->high, high, 1e-14, 1);
}

/* By hand: 10 + 6 events flagged, 5 + 1 not; of those that stayed 20 + 12 flagged (12 acted on), 60
 * + 4 not. */
START_TEST(bounds_are_the_worst_and_the_best_case)
{
    a.n = 0;
    add(&a, 10, ASSAY_LEFT_ALONE, 1, 1);
    add(&a, 5, ASSAY_LEFT_ALONE, 0, 1);
    add(&a, 20, ASSAY_LEFT_ALONE, 1, 0);
    add(&a, 60, ASSAY_LEFT_ALONE, 0, 0);
    add(&a, 6, ASSAY_ACTED_UPON, 1, 1);
    add(&a, 1, ASSAY_ACTED_UPON, 0, 1);
    add(&a, 9, ASSAY_ACTED_UPON, 1, 0);
    add(&a, 4, ASSAY_ACTED_UPON, 0, 0);
    add(&a, 3, ASSAY_MAYBE_ACTED_UPON, 1, 0);
    struct assay_saves s = measured(&a, false);
    ck_assert_uint_eq(s.stayed_flagged, 12);
    ck_assert_uint_eq(s.stayed_unflagged, 4);
    check_bound("sensitivity", &s.sensitivity, 16.0 / (22 + 4), (16.0 + 12) / (22 + 12));
    check_bound("specificity", &s.specificity, 60.0 / (60 + 32), 64.0 / (64 + 20));
    check_bound("ppv", &s.ppv, 16.0 / 48, 28.0 / 48);
    check_bound("npv", &s.npv, 60.0 / 70, 64.0 / 70);
    test_close("low", s.ppv.interval_low, assay_wilson_of_share(16.0 / 48, 48, ASSAY_LEVEL).low,
               1e-14, 1);
    test_close("high", s.ppv.interval_high, assay_wilson_of_share(28.0 / 48, 48, ASSAY_LEVEL).high,
               1e-14, 1);
    ck_assert_uint_eq(s.group[ASSAY_ACTED_UPON].counts.fp, 9);
    test_close("split", s.group[ASSAY_ACTED_UPON].sensitivity.value, 6.0 / 7, 1e-14, 1);
    test_close("split", s.group[ASSAY_LEFT_ALONE].ppv.value, 10.0 / 30, 1e-14, 1);
    test_close("split", s.group[ASSAY_LEFT_ALONE].specificity.value, 60.0 / 80, 1e-14, 1);
    ck_assert(isnan(s.group[ASSAY_MAYBE_ACTED_UPON].sensitivity.value));
}
END_TEST

/* What would have happened had nobody acted is known here: acting saves some and never causes an
 * event. */
static void draw(struct rows *rows, uint64_t seed, size_t n)
{
    struct test_random random = {seed};
    rows->n = n;
    for (size_t i = 0; i < n; i++) {
        double p = test_uniform(&random), u = test_uniform(&random);
        rows->flagged[i] = p > 0.6;
        rows->untouched[i] = u < 0.7 * p;
        rows->group[i] = test_uniform(&random) < p ? ASSAY_ACTED_UPON : ASSAY_LEFT_ALONE;
        rows->outcome[i] = rows->untouched[i] && !(rows->group[i] && test_uniform(&random) < 0.4);
        if (test_uniform(&random) < 0.1)
            rows->group[i] = ASSAY_MAYBE_ACTED_UPON;
        rows->cluster[i] = (int32_t)(i / 3);
    }
}

static double share(const struct rows *rows, bool flagged, bool of_flagged, bool event,
                    bool of_event)
{
    double hits = 0, n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if ((of_flagged && rows->flagged[i] != flagged) ||
            (of_event && rows->untouched[i] != event))
            continue;
        n++;
        hits += rows->flagged[i] == flagged && rows->untouched[i] == event;
    }
    return hits / n;
}

static void check_holds(const struct assay_bound *bound, double truth)
{
    ck_assert_double_le(bound->interval_low, bound->low);
    ck_assert_double_le(bound->low, truth);
    ck_assert_double_ge(bound->high, truth);
    ck_assert_double_ge(bound->interval_high, bound->high);
}

START_TEST(bounds_hold_what_would_have_been) /* a loop over seeds */
{
    draw(&a, (uint64_t)_i + 1, 600);
    struct assay_saves s = measured(&a, _i % 2);
    check_holds(&s.sensitivity, share(&a, true, false, true, true));
    check_holds(&s.specificity, share(&a, false, false, false, true));
    check_holds(&s.ppv, share(&a, true, true, true, false));
    check_holds(&s.npv, share(&a, false, true, false, false));
}
END_TEST

START_TEST(without_actions_the_bounds_are_the_rates)
{
    draw(&a, 7, 500);
    memset(a.group, ASSAY_LEFT_ALONE, sizeof a.group);
    struct assay_saves s = measured(&a, false);
    check_bound("sensitivity", &s.sensitivity, s.group[0].sensitivity.value,
                s.group[0].sensitivity.value);
    check_bound("ppv", &s.ppv, s.group[0].ppv.value, s.group[0].ppv.value);
    test_close("low", s.specificity.interval_low, s.group[0].specificity.low, 1e-14, 1);
    test_close("high", s.specificity.interval_high, s.group[0].specificity.high, 1e-14, 1);
}
END_TEST

/* The design effect is counted from cells by cluster here, from rows there. */
START_TEST(intervals_by_cluster_are_those_of_clustered_rows) /* a loop over seeds */
{
    unsigned char member[MOST], hit[MOST];
    struct assay_error err = {0};
    struct assay_estimate want;
    draw(&a, (uint64_t)_i + 1, 900);
    for (size_t i = 0; i < a.n; i++) { /* the lower end of the sensitivity */
        bool maybe = a.group[i] != ASSAY_LEFT_ALONE && !a.outcome[i];
        member[i] = a.outcome[i] || (maybe && !a.flagged[i]);
        hit[i] = a.outcome[i] && a.flagged[i];
    }
    struct assay_clustered_rows rows = {.cluster = a.cluster, .n = a.n};
    ck_assay_ok(assay_share_by_cluster(&rows, member, hit, &want, &err));
    struct assay_saves s = measured(&a, true);
    test_close("value", s.sensitivity.low, want.value, 1e-12, 1);
    test_close("low", s.sensitivity.interval_low, want.low, 1e-10, 1);
}
END_TEST

START_TEST(rates_without_a_denominator_are_not_defined)
{
    a.n = 0;
    struct assay_saves s = measured(&a, true);
    ck_assert(isnan(s.sensitivity.low) && isnan(s.ppv.interval_high));
    add(&a, 1, ASSAY_LEFT_ALONE, 0, 0);
    s = measured(&a, false);
    ck_assert(isnan(s.sensitivity.high) && isnan(s.ppv.low));
    check_bound("specificity", &s.specificity, 1, 1);
    a.n = 0;
    add(&a, 4, ASSAY_ACTED_UPON, 1,
        0); /* all may have been saved: then there is a sensitivity, else none */
    s = measured(&a, false);
    ck_assert(isnan(s.sensitivity.low) && isnan(s.sensitivity.high));
    check_bound("ppv", &s.ppv, 0, 1);
}
END_TEST

static const struct {
    unsigned char flagged, outcome, group;
    int32_t cluster;
    const char *message;
} bad[] = {
    {2, 0, 0, 0,
     "saves: row 1 is flagged 2, outcome 0, group 0; expected 0 or 1, 0 or 1, and 0 to 2"},
    {0, 3, 0, 0,
     "saves: row 1 is flagged 0, outcome 3, group 0; expected 0 or 1, 0 or 1, and 0 to 2"},
    {0, 0, 3, 0,
     "saves: row 1 is flagged 0, outcome 0, group 3; expected 0 or 1, 0 or 1, and 0 to 2"},
    {0, 0, 0, -1, "saves: cluster[1] is -1; expected 0 or more"},
};
START_TEST(bad_rows_are_named) /* a loop over bad[] */
{
    struct assay_error err = {0};
    struct assay_saves saves;
    a.n = 0;
    add(&a, 3, ASSAY_LEFT_ALONE, 1, 1);
    a.flagged[1] = bad[_i].flagged;
    a.outcome[1] = bad[_i].outcome;
    a.group[1] = bad[_i].group;
    a.cluster[1] = bad[_i].cluster;
    struct assay_saves_rows rows = as_rows(&a, true);
    ck_assert_int_eq(assay_saves_measure(&rows, &saves, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    draw(&a, 3, 90);
    struct assay_saves_rows rows = as_rows(&a, true);
    for (size_t n = 1; n <= 2; n++) {
        struct assay_error err = {0};
        struct assay_saves saves;
        test_fail_allocation(n);
        enum assay_status status = assay_saves_measure(&rows, &saves, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(made, n);
        ck_assert_str_eq(err.message, "out of memory counting who was acted on");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, bounds_are_the_worst_and_the_best_case);
    tcase_add_loop_test(tc, bounds_hold_what_would_have_been, 0, 50);
    tcase_add_test(tc, without_actions_the_bounds_are_the_rates);
    tcase_add_loop_test(tc, intervals_by_cluster_are_those_of_clustered_rows, 0, 10);
    tcase_add_test(tc, rates_without_a_denominator_are_not_defined);
    tcase_add_loop_test(tc, bad_rows_are_named, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/saves", add_tests)
