#include "core/metric/zones.h"
#include "tests/metric/rates.h"
#include "tests/metric/sample.h"

START_TEST(bands_of_the_health_score_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    const double lower[] = {0.0, 40.0, 70.0};
    const char *const names[] = {"red", "amber", "green"};
    struct assay_error err = {0};
    struct assay_zone_result zone[3];
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", NULL);
    ck_assay_ok(assay_zones_measure(s.value, s.outcome, s.n, lower, 3, zone, &err));
    for (size_t k = 0; k < 3; k++) {
        const struct cJSON *band =
            test_at(assay_json_root(doc), "health_score_all_rows", "bands", names[k], NULL);
        ck_assert_double_eq((double)zone[k].n, test_number(band, "n", NULL));
        ck_assert_double_eq((double)zone[k].n_event, test_number(band, "events", NULL));
        check_rate(names[k], &zone[k].rate, test_at(band, "churn", NULL));
    }
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(a_lower_bound_belongs_to_its_zone_and_nothing_is_rounded)
{
    const double lower[] = {0, 25, 50, 75};
    const double score[] = {0, 24.999999999999996, 25, 49.99999999999999, 50, 75, 100, 74.5};
    const unsigned char outcome[] = {1, 1, 0, 1, 0, 0, 1, 0};
    const size_t n[] = {2, 2, 2, 2}, n_event[] = {2, 1, 0, 1};
    struct assay_error err = {0};
    struct assay_zone_result zone[4];
    ck_assay_ok(assay_zones_measure(score, outcome, COUNT(score), lower, 4, zone, &err));
    for (size_t k = 0; k < 4; k++) {
        ck_assert_uint_eq(zone[k].n, n[k]);
        ck_assert_uint_eq(zone[k].n_event, n_event[k]);
        ck_assert_double_eq(zone[k].rate.wilson.value, (double)n_event[k] / (double)n[k]);
    }
}
END_TEST

START_TEST(zones_share_out_every_row_once)
{
    enum { N_ZONE = 100 };
    struct assay_error err = {0};
    struct assay_zone_result zone[N_ZONE];
    double lower[N_ZONE];
    struct sample s = sample_random((uint64_t)_i, 400, 0);
    for (size_t k = 0; k < N_ZONE; k++)
        lower[k] = (double)k / N_ZONE * 1.25; /* the last 20 stay empty */
    ck_assay_ok(assay_zones_measure(s.value, s.outcome, s.n, lower, N_ZONE, zone, &err));
    for (size_t k = 0; k < N_ZONE; k++) {
        size_t n = 0, n_event = 0;
        for (size_t i = 0; i < s.n; i++) {
            bool inside = s.value[i] >= lower[k] && (k + 1 == N_ZONE || s.value[i] < lower[k + 1]);
            n += inside;
            n_event += inside && s.outcome[i];
        }
        ck_assert_uint_eq(zone[k].n, n);
        ck_assert_uint_eq(zone[k].n_event, n_event);
        ck_assert_int_eq(isnan(zone[k].rate.wilson.value) != 0, n == 0);
    }
    sample_free(&s);
}
END_TEST

static const struct {
    double score[2];
    unsigned char outcome[2];
    size_t n;
    double lower[2];
    size_t n_zone;
    const char *message;
} bad[] = {
    {{1, 2}, {0, 1}, 2, {0, 1}, 0, "zones: there are 0 zones; expected at least 1"},
    {{1, 2}, {0, 1}, 2, {1, 1}, 2, "zones: lower[1] is 1; expected more than the bound before it"},
    {{1, 2}, {0, 1}, 2, {(double)NAN, 1}, 2, "zones: lower[0] is NaN; expected a finite number"},
    {{1, 2}, {0, 1}, 0, {0, 1}, 2, "zones: n is 0; expected at least 1 row"},
    {{1, -3},
     {0, 1},
     2,
     {0, 1},
     2,
     "zones: score[1] is -3; expected at least the lowest zone's bound"},
    {{1, (double)INFINITY},
     {0, 1},
     2,
     {0, 1},
     2,
     "zones: score[1] is inf; expected a finite number"},
    {{1, 2}, {0, 4}, 2, {0, 1}, 2, "zones: outcome[1] is 4; expected 0 or 1"},
};

START_TEST(what_has_no_zone_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_zone_result zone[2] = {{.n = 7}};
    ck_assert_int_eq(assay_zones_measure(bad[_i].score, bad[_i].outcome, bad[_i].n, bad[_i].lower,
                                         bad[_i].n_zone, zone, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(zone[0].n, 7);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, bands_of_the_health_score_agree_with_the_reference);
    tcase_add_test(tc, a_lower_bound_belongs_to_its_zone_and_nothing_is_rounded);
    tcase_add_loop_test(tc, zones_share_out_every_row_once, 0, 10);
    tcase_add_loop_test(tc, what_has_no_zone_is_refused_by_name, 0, COUNT(bad));
}

ASSAY_SUITE("metric/zones", add_tests)
