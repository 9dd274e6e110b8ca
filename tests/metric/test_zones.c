#include "core/metric/zones.h"

#include <stdlib.h>
#include <string.h>

#include "core/metric/clustered.h"
#include "tests/metric/rates.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

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

/* ---- by cluster ---- */

enum { MANY = 140000, BY_CLUSTER = 4 };

struct scored {
    double score[MANY];
    unsigned char outcome[MANY];
    int32_t cluster[MANY];
};

static void give_scores(const void *state, size_t first, size_t n, double score[])
{
    const struct scored *s = state;
    memcpy(score, s->score + first, n * sizeof *score);
}

static struct assay_zone_rows as_rows(const struct scored *s, size_t n)
{
    return (struct assay_zone_rows){
        .outcome = s->outcome, .cluster = s->cluster, .n = n, .state = s, .score = give_scores};
}

/* Clusters of `each` rows that score much alike, of which one reaches from one task to the next. */
static struct scored *draw(uint64_t seed, size_t each, bool apart)
{
    struct scored *s = malloc(sizeof *s);
    struct test_random random = {seed};
    ck_assert_ptr_nonnull(s);
    for (size_t i = 0; i < MANY; i++) {
        bool copy = i % each != 0 && test_uniform(&random) < 0.7;
        s->score[i] = copy ? s->score[i - 1] : 100 * test_uniform(&random);
        s->outcome[i] = test_uniform(&random) < 0.4 - 0.003 * s->score[i];
        s->cluster[i] = (int32_t)(apart ? i % 97 : i / each);
    }
    return s;
}

static void check_zone(const struct scored *s, size_t n, const double lower[], size_t k,
                       const struct assay_zone_result *plain, const struct assay_zone_result *got)
{
    struct assay_clustered_rows rows = {.cluster = s->cluster, .n = n};
    struct assay_estimate want;
    struct assay_error err = {0};
    unsigned char *member = malloc(n);
    ck_assert_ptr_nonnull(member);
    for (size_t i = 0; i < n; i++)
        member[i] =
            s->score[i] >= lower[k] && (k + 1 == BY_CLUSTER || s->score[i] < lower[k + 1]);
    ck_assay_ok(assay_share_by_cluster(&rows, member, s->outcome, &want, &err));
    ck_assert_uint_eq(got->n, plain->n);
    ck_assert_uint_eq(got->n_event, plain->n_event);
    ck_assert_mem_eq(&got->rate.wilson, &want, sizeof want);
    free(member);
}

/* One pass says what a look at each zone by itself says, to the last bit: clusters together, apart, and in one task;
 * the last zone is empty. */
START_TEST(all_zones_by_cluster_are_each_zones_share)
{
    const double lower[BY_CLUSTER] = {0, 30, 70, 101};
    struct scored *s = draw((uint64_t)_i + 1, 7, _i % 2 == 1);
    size_t n = _i < 2 ? MANY : 500;
    struct assay_zone_rows rows = as_rows(s, n);
    struct assay_zone_result plain[BY_CLUSTER], got[BY_CLUSTER];
    struct assay_error err = {0};
    ck_assay_ok(assay_zones_measure(s->score, s->outcome, n, lower, BY_CLUSTER, plain, &err));
    ck_assay_ok(assay_zones_by_cluster(&rows, lower, BY_CLUSTER, got, &err));
    for (size_t k = 0; k < BY_CLUSTER; k++)
        check_zone(s, n, lower, k, &plain[k], &got[k]);
    rows.cluster = NULL;
    ck_assay_ok(assay_zones_by_cluster(&rows, lower, BY_CLUSTER, got, &err));
    for (size_t k = 0; k < BY_CLUSTER; k++)
        ck_assert_mem_eq(&got[k].rate.wilson, &plain[k].rate.wilson, sizeof plain[k].rate.wilson);
    free(s);
}
END_TEST

START_TEST(a_score_without_a_zone_is_refused_by_cluster_too)
{
    const double lower[] = {10, 20};
    struct scored *s = draw(3, 7, false);
    struct assay_zone_rows rows = as_rows(s, MANY);
    struct assay_zone_result got[2];
    struct assay_error err = {0};
    for (size_t i = 0; i < MANY; i++)
        s->score[i] = 15;
    s->score[70000] = 9;
    ck_assert_int_eq(assay_zones_by_cluster(&rows, lower, 2, got, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "zones: score[70000] is 9; expected at least the lowest zone's bound");
    s->score[300] = NAN;
    ck_assert_int_eq(assay_zones_by_cluster(&rows, lower, 2, got, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "zones: score[300] is NaN; expected a finite number");
    free(s);
}
END_TEST

START_TEST(a_lack_of_memory_by_cluster_is_reported) /* clusters together and apart */
{
    const double lower[] = {0, 50};
    struct scored *s = draw(4, 7, _i == 1);
    struct assay_zone_rows rows = as_rows(s, 500);
    struct assay_zone_result got[2];
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_zones_by_cluster(&rows, lower, 2, got, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, _i == 1 ? 4 : 2);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
    }
    free(s);
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
    tcase_add_loop_test(tc, all_zones_by_cluster_are_each_zones_share, 0, 4);
    tcase_add_test(tc, a_score_without_a_zone_is_refused_by_cluster_too);
    tcase_add_loop_test(tc, a_lack_of_memory_by_cluster_is_reported, 0, 2);
    tcase_add_test(tc, bands_of_the_health_score_agree_with_the_reference);
    tcase_add_test(tc, a_lower_bound_belongs_to_its_zone_and_nothing_is_rounded);
    tcase_add_loop_test(tc, zones_share_out_every_row_once, 0, 10);
    tcase_add_loop_test(tc, what_has_no_zone_is_refused_by_name, 0, COUNT(bad));
}

ASSAY_SUITE("metric/zones", add_tests)
