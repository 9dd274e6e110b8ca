#include <float.h>
#include <math.h>
#include <stdlib.h>
#include "core/base/rows.h"
#include "core/metric/roc.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

/* The reference has 15 digits; pROC and we sum thousands of placements in another order. */
static const double tolerance = 1e-12;

static void check_reference(const struct cJSON *expected, const struct assay_auc *auc)
{
    double value = test_number(expected, "auc", NULL);
    test_close("auc", auc->wald.value, value, tolerance, 0.0);
    test_close("auc", auc->logit.value, value, tolerance, 0.0);
    ck_assert_double_eq(auc->mann_whitney_u, test_number(expected, "mann_whitney_u", NULL));
    ck_assert_double_eq((double)auc->n_event, test_number(expected, "n_pos", NULL));
    ck_assert_double_eq((double)auc->n_nonevent, test_number(expected, "n_neg", NULL));
    test_close("variance", auc->variance, test_number(expected, "delong_variance", NULL), tolerance,
               0.0);
    test_close("SE", auc->std_error, test_number(expected, "delong_se", NULL), tolerance, 0.0);
    const struct cJSON *wald =
        assay_json_first(test_at(expected, "delong_ci95_wald_clipped", NULL));
    const struct cJSON *logit = assay_json_first(test_at(expected, "delong_ci95_logit", NULL));
    test_close("wald low", auc->wald.low, assay_json_number(wald), tolerance, 0.0);
    test_close("wald high", auc->wald.high, assay_json_number(assay_json_next(wald)), tolerance,
               0.0);
    test_close("logit low", auc->logit.low, assay_json_number(logit), tolerance, 0.0);
    test_close("logit high", auc->logit.high, assay_json_number(assay_json_next(logit)), tolerance,
               0.0);
}

START_TEST(auc_and_delong_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_auc auc;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &auc, &err));
    check_reference(test_at(assay_json_root(doc), splits[_i].key, "discrimination", NULL), &auc);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(auc_of_a_tied_health_score_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_auc auc;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", NULL);
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_HEALTH, &auc, &err));
    check_reference(
        test_at(assay_json_root(doc), "health_score_all_rows", "auc_of_minus_health", NULL), &auc);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

static const char *const group_columns[] = {"plan", "internet_service"};
static const char *const group_keys[] = {"B_core_by_plan", "B_core_by_internet_service"};

START_TEST(auc_of_every_segment_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *groups = test_at(assay_json_root(doc), group_keys[_i], NULL);
    for (const struct cJSON *g = assay_json_first(groups); g != NULL; g = assay_json_next(g)) {
        struct assay_auc auc;
        struct sample s = sample_group("p_core", "B", group_columns[_i], assay_json_key(g));
        ck_assert_double_eq((double)s.n, test_number(g, "n", NULL));
        ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &auc, &err));
        test_close("auc", auc.wald.value, test_number(g, "auc", NULL), tolerance, 0.0);
        test_close("SE", auc.std_error, test_number(g, "auc_delong_se", NULL), tolerance, 0.0);
        sample_free(&s);
    }
    assay_json_free(doc);
}
END_TEST

START_TEST(placements_give_the_covariance_of_paired_aucs)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample a = sample_read("p_core", "B"), b = sample_read("p_small", "B");
    double *place_a = calloc(a.n, sizeof *place_a), *place_b = calloc(a.n, sizeof *place_b);
    ck_assay_ok(assay_auc_placements(a.value, a.outcome, a.n, ASSAY_HIGHER_IS_RISK, place_a, &err));
    ck_assay_ok(assay_auc_placements(b.value, b.outcome, b.n, ASSAY_HIGHER_IS_RISK, place_b, &err));
    double count[2] = {0}, mean_a[2] = {0}, mean_b[2] = {0}, product[2] = {0};
    for (size_t i = 0; i < a.n; i++) {
        count[a.outcome[i]]++;
        mean_a[a.outcome[i]] += place_a[i];
        mean_b[a.outcome[i]] += place_b[i];
    }
    for (size_t i = 0; i < a.n; i++) {
        unsigned char y = a.outcome[i];
        product[y] += (place_a[i] - mean_a[y] / count[y]) * (place_b[i] - mean_b[y] / count[y]);
    }
    double covariance =
        product[0] / (count[0] - 1.0) / count[0] + product[1] / (count[1] - 1.0) / count[1];
    const struct cJSON *pair = test_at(assay_json_root(doc), "B_core_vs_small", NULL);
    for (int y = 0; y < 2; y++) {
        test_close("auc a", mean_a[y] / count[y], test_number(pair, "auc_a", NULL), tolerance, 0.0);
        test_close("auc b", mean_b[y] / count[y], test_number(pair, "auc_b", NULL), tolerance, 0.0);
    }
    test_close("covariance", covariance, test_number(pair, "covariance", NULL), tolerance, 0.0);
    free(place_a);
    free(place_b);
    sample_free(&a);
    sample_free(&b);
    assay_json_free(doc);
}
END_TEST

/* By comparing every pair: O(events * non-events), as DeLong et al. define it. */
static void by_definition(const struct sample *s, double *auc, double *variance)
{
    double count[2] = {0}, total = 0.0, squares[2] = {0};
    for (size_t i = 0; i < s->n; i++)
        count[s->outcome[i]]++;
    double *place = calloc(s->n, sizeof *place);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < s->n; k++) {
            if (s->outcome[i] == s->outcome[k])
                continue;
            double event = s->outcome[i] ? s->value[i] : s->value[k];
            double other = s->outcome[i] ? s->value[k] : s->value[i];
            double won = event > other ? 1.0 : event == other ? 0.5 : 0.0;
            place[i] += won / count[!s->outcome[i]];
            total += won;
        }
    }
    *auc = total / 2.0 / (count[0] * count[1]);
    for (size_t i = 0; i < s->n; i++)
        squares[s->outcome[i]] += (place[i] - *auc) * (place[i] - *auc);
    *variance = squares[0] / (count[0] - 1.0) / count[0] + squares[1] / (count[1] - 1.0) / count[1];
    free(place);
}

START_TEST(one_sort_gives_what_all_pairs_give)
{
    struct assay_error err = {0};
    struct assay_auc auc;
    double value, variance;
    struct sample s = sample_random((uint64_t)_i, 20 + (size_t)_i * 13, _i % 3 == 0 ? 0 : 5);
    by_definition(&s, &value, &variance);
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &auc, &err));
    test_close("auc", auc.wald.value, value, 1e-14, 0.0);
    test_close("variance", auc.variance, variance, 1e-12, 0.0);
    sample_free(&s);
}
END_TEST

START_TEST(monotone_maps_change_nothing)
{
    struct assay_error err = {0};
    struct assay_auc before, after, turned, health;
    struct sample s = sample_random((uint64_t)_i + 100, 300, _i % 2 ? 40 : 0);
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &before, &err));
    for (size_t i = 0; i < s.n; i++)
        s.value[i] = 1e3 * log(s.value[i]) - 7.0;
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &after, &err));
    ck_assert_mem_eq(&before, &after, sizeof before);
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_HEALTH, &turned, &err));
    ck_assert_double_eq_tol(turned.wald.value, 1.0 - before.wald.value, 1e-15);
    test_close("variance", turned.variance, before.variance, 1e-12, 0.0);
    for (size_t i = 0; i < s.n; i++)
        s.value[i] = -s.value[i];
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_HEALTH, &health, &err));
    ck_assert_double_eq(health.wald.value, before.wald.value);
    test_close("variance", health.variance, before.variance, 1e-12, 0.0);
    sample_free(&s);
}
END_TEST

START_TEST(row_order_does_not_change_the_auc)
{
    struct assay_error err = {0};
    struct assay_auc before, after;
    struct sample s = sample_random((uint64_t)_i + 200, 500, 30);
    uint64_t state = (uint64_t)_i;
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &before, &err));
    for (size_t i = s.n - 1; i > 0; i--) {
        size_t k = random_bits(&state) % (i + 1);
        double value = s.value[i];
        unsigned char outcome = s.outcome[i];
        s.value[i] = s.value[k];
        s.outcome[i] = s.outcome[k];
        s.value[k] = value;
        s.outcome[k] = outcome;
    }
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &after, &err));
    ck_assert_double_eq(after.wald.value, before.wald.value);
    test_close("variance", after.variance, before.variance, 1e-12, 0.0);
    sample_free(&s);
}
END_TEST

/* Intervals are missing where nothing is known of the variance, or it is 0. */
static const struct {
    double score[4];
    unsigned char outcome[4];
    double auc, u, variance; /* variance -1: NaN */
} small[] = {
    {{1, 2, 3, 4}, {0, 0, 1, 1}, 1.0, 4.0, 0.0},
    {{4, 3, 2, 1}, {0, 0, 1, 1}, 0.0, 0.0, 0.0},
    {{5, 5, 5, 5}, {0, 1, 0, 1}, 0.5, 2.0, 0.0},
    {{1, 2, 3, 4}, {0, 1, 0, 0}, 1.0 / 3.0, 1.0, -1.0},
    {{2, 2, 3, 4}, {0, 1, 1, 1}, 2.5 / 3.0, 2.5, -1.0},
};

START_TEST(small_samples_have_an_auc_but_no_interval)
{
    struct assay_error err = {0};
    struct assay_auc auc;
    ck_assay_ok(
        assay_auc_measure(small[_i].score, small[_i].outcome, 4, ASSAY_HIGHER_IS_RISK, &auc, &err));
    ck_assert_double_eq(auc.wald.value, small[_i].auc);
    ck_assert_double_eq(auc.mann_whitney_u, small[_i].u);
    if (small[_i].variance < 0.0)
        ck_assert(isnan(auc.variance) && isnan(auc.std_error));
    else
        ck_assert_double_eq(auc.variance, small[_i].variance);
    ck_assert(isnan(auc.wald.low) && isnan(auc.wald.high));
    ck_assert(isnan(auc.logit.low) && isnan(auc.logit.high));
}
END_TEST

START_TEST(the_wald_interval_stops_at_one_and_the_logit_one_before)
{
    /* One discordant pair in four: A = 3/4, placements 1, 1/2 | 1/2, 1: variance 1/16 + 1/16. */
    const double score[] = {1, 3, 2, 4};
    const unsigned char outcome[] = {0, 0, 1, 1};
    struct assay_error err = {0};
    struct assay_auc auc;
    ck_assay_ok(assay_auc_measure(score, outcome, 4, ASSAY_HIGHER_IS_RISK, &auc, &err));
    ck_assert_double_eq(auc.wald.value, 0.75);
    ck_assert_double_eq_tol(auc.variance, 0.125, 1e-15);
    ck_assert_double_eq(auc.wald.high, 1.0);
    ck_assert_double_eq_tol(auc.wald.low, 0.75 - 1.959963984540054 * sqrt(0.125), 1e-15);
    ck_assert(auc.logit.low > 0.0 && auc.logit.low < 0.75);
    ck_assert(auc.logit.high > 0.75 && auc.logit.high < 1.0);
}
END_TEST

static const struct {
    double score[3];
    unsigned char outcome[3];
    size_t n;
    const char *message;
} bad[] = {
    {{1, 2, 3}, {1, 1, 1}, 3, "AUC: all 3 outcomes are 1; expected both 0 and 1"},
    {{1, 2, 3}, {0, 0, 0}, 3, "AUC: all 3 outcomes are 0; expected both 0 and 1"},
    {{1, 2, 3}, {0, 0, 0}, 1, "AUC: all 1 outcomes are 0; expected both 0 and 1"},
    {{1, 2, 3}, {0, 0, 0}, 0, "AUC: n is 0; expected at least 1 row"},
    {{1, 2, 3}, {0, 9, 0}, 3, "AUC: outcome[1] is 9; expected 0 or 1"},
    {{1, (double)NAN, 3}, {0, 1, 0}, 3, "AUC: score[1] is NaN; expected a finite number"},
    {{1, 2, -(double)INFINITY}, {0, 1, 0}, 3, "AUC: score[2] is -inf; expected a finite number"},
};

START_TEST(what_has_no_auc_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_auc auc = {.variance = 7.0};
    double placement[3];
    ck_assert_int_eq(assay_auc_measure(bad[_i].score, bad[_i].outcome, bad[_i].n,
                                       ASSAY_HIGHER_IS_RISK, &auc, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_double_eq(auc.variance, 7.0);
    ck_assert_int_eq(assay_auc_placements(bad[_i].score, bad[_i].outcome, bad[_i].n,
                                          ASSAY_HIGHER_IS_RISK, placement, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
}
END_TEST

START_TEST(a_lack_of_memory_is_reported)
{
    struct assay_error err = {0};
    struct assay_auc auc = {.variance = 7.0};
    for (size_t k = 1; k <= 4; k++) { /* counts, places, items; no fourth */
        test_fail_allocation(k);
        enum assay_status status = assay_auc_measure(small[0].score, small[0].outcome, 4,
                                                     ASSAY_HIGHER_IS_RISK, &auc, &err);
        test_fail_allocation(0); /* Check allocates, too */
        ck_assert_int_eq(status, k <= 3 ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_double_eq(auc.variance, k <= 3 ? 7.0 : 0.0);
    }
}
END_TEST

/* Many chunks, and ties that reach from one to the next; of more than a million rows half are placed at a time, or
 * more where one value has them. In files there are fewer lots. */
static const struct {
    size_t n, n_value, budget;
} many[] = {{300000, 1, 0},      {300000, 2, 0},     {300000, 7, 0},      {300000, 50000, 0},
            {1100000, 50000, 0}, {1100000, 2, 0},    {300000, 7, 1},      {300000, 50000, 1},
            {1100000, 50000, 1}, {1100000, 2, 1}};

START_TEST(placements_of_many_rows_are_counts) /* by value instead of sorted */
{
    const size_t N = many[_i].n;
    size_t n_value = many[_i].n_value, n_event = 0, below = 0, (*count)[2] = calloc(n_value + 1, sizeof *count);
    double *score = malloc(N * sizeof *score), *place = malloc(N * sizeof *place);
    unsigned char *outcome = malloc(N);
    struct test_random random = {(uint64_t)n_value};
    struct assay_error err = {0};
    assay_rows_budget(many[_i].budget);
    ck_assert(count != NULL && score != NULL && place != NULL && outcome != NULL);
    for (size_t i = 0; i < N; i++) {
        size_t v = (size_t)(test_uniform(&random) * (double)n_value);
        outcome[i] = test_uniform(&random) < 0.2;
        score[i] = 0.25 + 1e-9 * (double)v;
        count[v][outcome[i]]++;
        n_event += outcome[i];
    }
    ck_assay_ok(assay_auc_placements(score, outcome, N, ASSAY_HIGHER_IS_RISK, place, &err));
    double *of_event = malloc(n_value * sizeof *of_event);
    ck_assert_ptr_nonnull(of_event);
    for (size_t v = 0; v < n_value; below += count[v++][0])
        of_event[v] = ((double)below + 0.5 * (double)count[v][0]) / (double)(N - n_event);
    for (size_t i = 0; i < N; i++) {
        size_t v = (size_t)((score[i] - 0.25) * 1e9 + 0.5);
        if (outcome[i] && place[i] != of_event[v])
            ck_abort_msg("row %zu has %.17g; expected %.17g", i, place[i], of_event[v]);
    }
    free(of_event);
    free(outcome);
    free(place);
    free(score);
    free(count);
}
END_TEST

/* Scores whose images lie badly in buckets: about 0, one far from all others, alike but for the last bits, of every
 * size there is, with -0 and 0, at either end of all images. */
static double awkward(struct test_random *random, int kind, size_t i)
{
    double u = test_uniform(random);
    double of[] = {u - 0.5,
                   i == 0 ? 1e300 : u,
                   1.0 + DBL_EPSILON * floor(40000.0 * u) + (i % 3 == 0 ? 0.1 : 0.0),
                   ldexp(u < 0.5 ? u : -u, (int)(2000.0 * test_uniform(random)) - 1070),
                   i % 2 == 0 ? copysign(0.0, u - 0.5) : floor(5.0 * u) - 2.0,
                   (i % 3 == 0 ? 1.0 : -1.0) * (DBL_MAX - (i % 2 == 0 ? ldexp(floor(9.0 * u), 971) : 0.0))};
    return of[kind];
}

static int by_score(const void *a, const void *b)
{
    double x = **(const double *const *)a, y = **(const double *const *)b;
    return (x > y) - (x < y);
}

START_TEST(placements_do_not_depend_on_how_scores_lie) /* a loop over kinds */
{
    enum { N = 30000 };
    double *score = malloc(N * sizeof *score), *place = malloc(N * sizeof *place);
    const double **order = malloc(N * sizeof *order);
    unsigned char *outcome = malloc(N);
    struct test_random random = {(uint64_t)_i + 1};
    struct assay_error err = {0};
    size_t count[2] = {0}, below[2] = {0};
    ck_assert(score != NULL && place != NULL && order != NULL && outcome != NULL);
    for (size_t i = 0; i < N; i++) {
        score[i] = awkward(&random, _i, i);
        order[i] = &score[i];
        outcome[i] = test_uniform(&random) < 0.3;
        count[outcome[i]]++;
    }
    qsort(order, N, sizeof *order, by_score);
    ck_assay_ok(assay_auc_placements(score, outcome, N, ASSAY_HIGHER_IS_RISK, place, &err));
    for (size_t first = 0, end; first < N; first = end) {
        size_t tied[2] = {0};
        for (end = first; end < N && *order[end] == *order[first]; end++)
            tied[outcome[order[end] - score]]++;
        double of[2] = {
            ((double)(count[1] - below[1]) - 0.5 * (double)tied[1]) / (double)count[1],
            ((double)below[0] + 0.5 * (double)tied[0]) / (double)count[0]};
        for (size_t k = first; k < end; k++) {
            size_t row = (size_t)(order[k] - score);
            if (place[row] != of[outcome[row]])
                ck_abort_msg("row %zu has %.17g; expected %.17g", row, place[row], of[outcome[row]]);
        }
        below[0] += tied[0];
        below[1] += tied[1];
    }
    free(outcome);
    free(order);
    free(place);
    free(score);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, placements_do_not_depend_on_how_scores_lie, 0, 6);
    tcase_add_loop_test(tc, placements_of_many_rows_are_counts, 0, COUNT(many));
    tcase_add_loop_test(tc, auc_and_delong_agree_with_the_reference_on_every_split, 0,
                        COUNT(splits));
    tcase_add_test(tc, auc_of_a_tied_health_score_agrees_with_the_reference);
    tcase_add_loop_test(tc, auc_of_every_segment_agrees_with_the_reference, 0,
                        COUNT(group_columns));
    tcase_add_test(tc, placements_give_the_covariance_of_paired_aucs);
    tcase_add_loop_test(tc, one_sort_gives_what_all_pairs_give, 0, 20);
    tcase_add_loop_test(tc, monotone_maps_change_nothing, 0, 20);
    tcase_add_loop_test(tc, row_order_does_not_change_the_auc, 0, 20);
    tcase_add_loop_test(tc, small_samples_have_an_auc_but_no_interval, 0, COUNT(small));
    tcase_add_test(tc, the_wald_interval_stops_at_one_and_the_logit_one_before);
    tcase_add_loop_test(tc, what_has_no_auc_is_refused_by_name, 0, COUNT(bad));
    tcase_add_test(tc, a_lack_of_memory_is_reported);
}

ASSAY_SUITE("metric/roc", add_tests)
