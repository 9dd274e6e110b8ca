#include <gsl/gsl_cdf.h>

#include "tests/drift/timeline.h"
#include "tests/support/random.h"
#include "validate/drift/inflation.h"
#include "validate/drift/inflation_test.h"

/* ---- the test ---- */

START_TEST(the_expected_events_are_the_rates_of_then_in_the_mix_of_now)
{
    struct assay_green then = {1000, 400, 100, 10, 1}, now = {500, 300, 60, 30, 1};
    struct assay_inflation test = assay_inflation_test(then, now);
    /* 300 * 10 / 400 + 200 * 90 / 600 */
    ck_assert_double_eq_tol(test.expected, 37.5, 1e-12);
    /* 60% of 500 against 40% of 1,000, pooled 700 / 1,500 */
    double pooled = 700.0 / 1500, error = sqrt(pooled * (1 - pooled) * (1.0 / 500 + 1.0 / 1000));
    ck_assert_double_eq_tol(test.share_p, gsl_cdf_ugaussian_Q(0.2 / error), 1e-15);
    ck_assert_double_eq(test.p_value, fmax(test.share_p, test.events_p));
    ck_assert_double_lt(test.p_value, 0.005);
}
END_TEST

/* Parts of the same rate then and now, far from few events: the z of 20 events too many over the root of
 * sum r (1 - r) (m + m^2 / n), by hand. */
START_TEST(events_are_compared_by_their_variance_under_no_change)
{
    struct assay_green then = {20000, 10000, 3000, 1000, 1}, now = {2000, 1000, 320, 110, 1};
    struct assay_inflation test = assay_inflation_test(then, now);
    double green = 1110.5 / 11001, rest = 2210.5 / 11001;
    double variance = (green * (1 - green) + rest * (1 - rest)) * (1000 + 1e6 / 10000);
    test_close("expected", test.expected, 300, 1e-12, 0);
    /* Skewness here is 0.05, which moves the p-value by 2%. */
    test_close("p", test.events_p, gsl_cdf_ugaussian_Q(20 / sqrt(variance)), 0.02, 0);
}
END_TEST

START_TEST(rows_that_count_for_less_prove_less)
{
    struct assay_green then = {1000, 400, 100, 10, 1}, now = {500, 300, 60, 30, 1};
    struct assay_inflation whole = assay_inflation_test(then, now);
    now.weight = 0.25;
    struct assay_inflation quarter = assay_inflation_test(then, now);
    ck_assert_double_gt(quarter.share_p, whole.share_p);
    ck_assert_double_gt(quarter.events_p, whole.events_p);
    ck_assert_double_eq(quarter.expected, whole.expected);
}
END_TEST

START_TEST(a_part_without_rows_leaves_the_test_undefined)
{
    struct assay_green then = {1000, 0, 100, 0, 1}, now = {500, 300, 60, 30, 1}, none = {0};
    ck_assert(isnan(assay_inflation_test(then, now).p_value));
    then.green = 1000;
    ck_assert(isnan(assay_inflation_test(then, now).p_value));
    ck_assert(isnan(assay_inflation_test(none, now).p_value));
    ck_assert(isnan(assay_inflation_test(now, none).expected));
    /* No variance at all: every row green on both sides. */
    then = (struct assay_green){10, 10, 0, 0, 1};
    ck_assert_double_eq(assay_inflation_test(then, then).share_p, 1);
}
END_TEST

static double draw(struct test_random *random, double n, double p)
{
    double x = 0;
    for (double i = 0; i < n; i++)
        x += test_uniform(random) < p;
    return x;
}

/* The hardest truth that is none: accounts that have really become healthier. 2,000 runs: 5% has a
 * standard error of 0.5%, the bound is three of them above. */
START_TEST(healthier_accounts_are_no_inflation)
{
    struct test_random random = {9};
    size_t found = 0, runs = 2000;
    for (size_t k = 0; k < runs; k++) {
        struct assay_green g[2];
        for (size_t s = 0; s < 2; s++) {
            g[s] = (struct assay_green){.rows = s == 0 ? 600 : 300, .weight = 1};
            g[s].green = draw(&random, g[s].rows, s == 0 ? 0.3 : 0.6);
            g[s].green_events = draw(&random, g[s].green, 0.05);
            g[s].events = g[s].green_events + draw(&random, g[s].rows - g[s].green, 0.2);
        }
        found += assay_inflation_test(g[0], g[1]).p_value <= 0.05;
    }
    ck_assert_uint_lt(found, 130);
}
END_TEST

/* ---- the section ---- */

/* n rows in the middle of each zone, with so many events from the first row on. */
static void fill(struct timeline *t, const size_t rows[4], const size_t events[4])
{
    for (size_t z = 0; z < 4; z++)
        for (size_t i = 0; i < rows[z]; i++)
            add_used(t, (struct snapshot){(int32_t)t->input.used.n, "2026-03-01",
                                          12.0 + 25.0 * (double)z, 0.1, i < events[z]});
}

static void set_training(struct timeline *t, const size_t rows[4], const size_t events[4])
{
    struct assay_model_reference *reference = &t->model.training.reference;
    for (size_t z = 0; z < 4; z++) {
        reference->zone_rows[z] = rows[z];
        reference->zone_events[z] = events[z];
        reference->rows += rows[z];
    }
    reference->accounts = reference->rows;
    reference->effective = (double)reference->rows;
}

static const size_t then_rows[] = {100, 200, 300, 400}, then_events[] = {50, 40, 20, 4};

START_TEST(a_kinder_score_is_found_and_advised_on)
{
    static const size_t rows[] = {20, 40, 80, 360}, events[] = {10, 8, 6, 30};
    struct timeline *t = timeline_new();
    struct assay_advice advice;
    set_training(t, then_rows, then_events);
    fill(t, rows, events);
    struct assay_json *doc = section_read(assay_audit_inflation, &t->input, &advice);
    const struct cJSON *it = test_at(assay_json_root(doc), "inflation", NULL);
    ck_assert(assay_json_bool(assay_json_get(it, "found")));
    ck_assert_str_eq(assay_json_string(test_at(it, "then", "source", NULL)), "training");
    ck_assert_double_eq(test_number(it, "green_share", "value", NULL), 0.72);
    ck_assert_double_eq(test_number(it, "green_rate", "value", NULL), 30.0 / 360);
    ck_assert_double_eq(test_number(it, "then", "green_share", "value", NULL), 0.4);
    ck_assert_double_eq(test_number(it, "then", "green_rate", "value", NULL), 0.01);
    /* 360 * 4 / 400 + 140 * 110 / 600 */
    ck_assert_double_eq_tol(test_number(it, "expected", NULL), 29.2666666666, 1e-9);
    ck_assert_double_eq(test_number(it, "observed", NULL), 54);
    const struct cJSON *zone = assay_json_first(assay_json_get(it, "zones"));
    ck_assert_double_eq(test_number(zone, "share_now", NULL), 0.04);
    ck_assert_double_eq(test_number(zone, "share_then", NULL), 0.1);
    ck_assert_uint_eq(advice.n, 1);
    ck_assert_ptr_nonnull(strstr(advice.line[0].text, "Healthy"));
    ck_assert_str_eq(assay_json_string(assay_json_get(it, "words")),
                     "The score has become kinder: 72.0% of snapshots are Healthy, 40.0% in the training "
                     "data, but churners are 54 where so many Healthy accounts should have left 29");
    assay_json_free(doc);
    free(t);
}
END_TEST

START_TEST(the_oldest_audit_that_says_so_stands_for_then)
{
    struct timeline *t = timeline_new();
    struct assay_past_audit past[3] = {{.n = 0}, {.n = 200, .n_zone = 4}, {.n = 100, .n_zone = 4}};
    set_training(t, then_rows, then_events);
    fill(t, then_rows, then_events);
    past[1].from = day_of("2025-01-01");
    past[1].to = day_of("2025-03-31");
    past[1].n_event = 30;
    past[1].green_share = 0.25;
    past[1].green_rate = 0.04;
    for (size_t z = 0; z < 4; z++)
        past[1].zone_share[z] = 0.25;
    t->input.past = past;
    t->input.n_past = 3;
    struct assay_json *doc = section_read(assay_audit_inflation, &t->input, NULL);
    const struct cJSON *it = test_at(assay_json_root(doc), "inflation", NULL);
    ck_assert_str_eq(assay_json_string(test_at(it, "then", "source", NULL)), "audit");
    ck_assert_str_eq(assay_json_string(test_at(it, "then", "from", NULL)), "2025-01-01");
    ck_assert_double_eq(test_number(it, "then", "green_rate", "value", NULL), 0.04);
    ck_assert(!assay_json_bool(assay_json_get(it, "found"))); /* more green, but fewer churners */
    assay_json_free(doc);
    free(t);
}
END_TEST

/* Every account twice: the interval is that of half as many. */
START_TEST(intervals_allow_for_accounts_that_repeat)
{
    static const size_t rows[] = {20, 40, 60, 80}, events[] = {10, 8, 6, 8};
    struct timeline *t = timeline_new();
    fill(t, rows, events);
    struct assay_json *single = section_read(assay_audit_inflation, &t->input, NULL);
    for (size_t i = 0; i < t->input.used.n; i++)
        t->used.account[i] = (int32_t)(i / 2);
    t->input.repeated = true;
    struct assay_json *twice = section_read(assay_audit_inflation, &t->input, NULL);
    const struct cJSON *a = test_at(assay_json_root(single), "inflation", "green_share", "interval", NULL);
    const struct cJSON *b = test_at(assay_json_root(twice), "inflation", "green_share", "interval", NULL);
    double wide = assay_json_number(assay_json_next(assay_json_first(b))) -
                  assay_json_number(assay_json_first(b));
    double narrow = assay_json_number(assay_json_next(assay_json_first(a))) -
                    assay_json_number(assay_json_first(a));
    test_close("wider by the root of two", wide / narrow, sqrt(2), 0.02, 0);
    ck_assert(assay_json_is_null(test_at(assay_json_root(twice), "inflation", "then", NULL)));
    ck_assert(assay_json_is_null(test_at(assay_json_root(twice), "inflation", "p_value", NULL)));
    assay_json_free(single);
    assay_json_free(twice);
    free(t);
}
END_TEST

START_TEST(without_zones_or_rows_there_is_none)
{
    struct timeline *t = timeline_new();
    struct assay_json *doc = section_read(assay_audit_inflation, &t->input, NULL);
    ck_assert(assay_json_is_null(assay_json_get(assay_json_root(doc), "inflation")));
    assay_json_free(doc);
    fill(t, then_rows, then_events);
    t->model.spec.n_zone = 0;
    doc = section_read(assay_audit_inflation, &t->input, NULL);
    ck_assert(assay_json_is_null(assay_json_get(assay_json_root(doc), "inflation")));
    assay_json_free(doc);
    free(t);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    static const size_t rows[] = {2, 2, 2, 2}, events[] = {1, 1, 0, 0};
    struct timeline *t = timeline_new();
    fill(t, rows, events);
    for (size_t i = 0; i < t->input.used.n; i++)
        t->used.account[i] = (int32_t)(i / 2);
    t->input.repeated = true;
    ck_assert_uint_gt(section_starve(assay_audit_inflation, &t->input), 5);
    free(t);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_expected_events_are_the_rates_of_then_in_the_mix_of_now);
    tcase_add_test(tc, events_are_compared_by_their_variance_under_no_change);
    tcase_add_test(tc, rows_that_count_for_less_prove_less);
    tcase_add_test(tc, a_part_without_rows_leaves_the_test_undefined);
    tcase_add_test(tc, healthier_accounts_are_no_inflation);
    tcase_add_test(tc, a_kinder_score_is_found_and_advised_on);
    tcase_add_test(tc, the_oldest_audit_that_says_so_stands_for_then);
    tcase_add_test(tc, intervals_allow_for_accounts_that_repeat);
    tcase_add_test(tc, without_zones_or_rows_there_is_none);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("drift/inflation", add_tests)
