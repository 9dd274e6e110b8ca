/* Stability selection over complementary pairs of half the groups. */
#include "core/fit/stability.h"

#include <string.h>

#include "tests/fit/design.h"

enum { N_COLUMN = 5, N_COEF = 6, N_PAIR = 50, N_HALF = 2 * N_PAIR, MOST_GROUPS = 400 };

/* Column 1 matters much, 2 a little, the others not at all. */
static const double truth[N_COEF] = {-0.8, -1.2, -0.35, 0.0, 0.0, 0.0};

/* Row i is of group i % n_group. */
struct lab {
    struct design d;
    struct assay_stability_data data;
    struct assay_stability_options options;
    unsigned char *include[N_HALF];
    unsigned char half[N_HALF][MOST_GROUPS]; /* as the engines were asked for */
    enum assay_status broken;                /* what making an engine returns when not ASSAY_OK ... */
    size_t broken_from;                      /* ... from this sample on */
};

static enum assay_status make_engine(void *state, size_t sample, const unsigned char half[],
                                     struct assay_engine *engine, struct assay_error *err)
{
    struct lab *lab = state;
    struct assay_array_data data = lab->d.data;
    if (lab->broken != ASSAY_OK && sample >= lab->broken_from)
        return assay_fail(err, lab->broken, "sample %zu is broken", sample);
    memcpy(lab->half[sample], half, lab->data.n_group);
    lab->include[sample] = malloc(data.n_row);
    if (lab->include[sample] == NULL)
        return assay_fail_memory(err, "testing");
    for (size_t i = 0; i < data.n_row; i++)
        lab->include[sample][i] = half[i % lab->data.n_group];
    data.include = lab->include[sample];
    data.n_thread = 1;
    enum assay_status status = assay_array_engine_init(&data, engine, err);
    if (status != ASSAY_OK)
        free(lab->include[sample]);
    return status;
}

static void drop_engine(void *state, size_t sample, struct assay_engine *engine)
{
    struct lab *lab = state;
    assay_array_engine_clear(engine);
    free(lab->include[sample]);
}

static struct lab *lab_of(struct design d, size_t n_group)
{
    struct lab *lab = calloc(1, sizeof *lab);
    ck_assert_uint_le(n_group, MOST_GROUPS);
    lab->d = d;
    lab->data = (struct assay_stability_data){.n_coef = d.engine.n_coef,
                                              .n_group = n_group,
                                              .make_engine = make_engine,
                                              .drop_engine = drop_engine,
                                              .state = lab};
    lab->options = assay_stability_options_default();
    lab->options.lambda = 0.03;
    return lab;
}

static struct lab *lab_new(size_t n_row, size_t n_group, uint64_t seed)
{
    return lab_of(design_draw(n_row, N_COLUMN, truth, seed), n_group);
}

static void lab_free(struct lab *lab)
{
    design_free(&lab->d);
    free(lab);
}

static size_t select_stable(const struct lab *lab, double share[])
{
    struct assay_error err = {0};
    size_t n_fitted = 0;
    ck_assay_ok(assay_stability_select(&lab->data, &lab->options, share, &n_fitted, &err));
    return n_fitted;
}

/* ---- the halves ---- */

static const size_t group_counts[] = {2, 3, 10, 101, 400};

START_TEST(pairs_are_halves_of_the_groups_without_one_in_common)
{
    size_t n = group_counts[_i], total[MOST_GROUPS] = {0};
    struct lab *lab = lab_new(1200, n, 1);
    double share[N_COEF];
    ck_assert_uint_eq(select_stable(lab, share), N_HALF);
    for (size_t k = 0; k < N_HALF; k += 2) {
        size_t first = 0, second = 0;
        for (size_t g = 0; g < n; g++) {
            unsigned char a = lab->half[k][g], b = lab->half[k + 1][g];
            ck_assert(a <= 1 && b <= 1 && !(a && b));
            first += a;
            second += b;
            total[g] += (size_t)a + b;
        }
        ck_assert(first == n / 2 && second == n / 2);
    }
    for (size_t g = 0; g < n; g++) /* of an odd number one stays out: each seldom */
        ck_assert(n % 2 == 0 ? total[g] == N_PAIR : total[g] >= N_PAIR - 30);
    lab_free(lab);
}
END_TEST

/* Halves of 100 groups that include a given one: binomial with 50 trials. Four standard deviations, 14,
 * for each of 100 groups; halves with two given ones are about a quarter of 100. */
START_TEST(every_group_and_every_two_are_as_likely)
{
    struct lab *lab = lab_new(200, 100, 2);
    double share[N_COEF], together = 0.0;
    select_stable(lab, share);
    for (size_t g = 0; g < 100; g++) {
        int first = 0;
        for (size_t k = 0; k < N_HALF; k += 2)
            first += lab->half[k][g];
        ck_assert_int_le(abs(first - N_PAIR / 2), 14);
        for (size_t k = 0; k < N_HALF; k++)
            together += lab->half[k][g] && lab->half[k][(g + 1) % 100];
    }
    test_close("neighbours in one half", together / (100.0 * N_HALF), 0.5 * 49.0 / 99.0, 0.05, 0);
    lab_free(lab);
}
END_TEST

/* ---- the shares ---- */

/* 50 shares of 100 halves, counted again from the halves that were asked for. */
START_TEST(shares_count_the_fits_to_the_halves) /* a loop over alphas, with and without signs */
{
    const unsigned char signs[] = {0, 1, 1, 1, 1, 0};
    struct lab *lab = lab_new(300, 150, 3);
    lab->options.elastic.alpha = 0.5 * (_i % 3);
    lab->options.elastic.never_positive = _i >= 3 ? signs : NULL;
    double share[N_COEF], count[N_COEF] = {0};
    size_t n_fitted = select_stable(lab, share);
    for (size_t k = 0; k < N_HALF; k++) {
        struct assay_engine engine;
        struct assay_elastic_fit fit = {0};
        struct assay_error err = {0};
        unsigned char half[MOST_GROUPS];
        memcpy(half, lab->half[k], sizeof half);
        ck_assay_ok(make_engine(lab, k, half, &engine, &err));
        ck_assay_ok(assay_elastic_fit(&engine, &lab->options.elastic, 0.03, &fit, &err));
        for (size_t j = 0; j < N_COEF; j++)
            count[j] += fit.coef[j] != 0.0;
        assay_elastic_fit_clear(&fit);
        drop_engine(lab, k, &engine);
    }
    ck_assert_uint_eq(n_fitted, N_HALF);
    for (size_t j = 0; j < N_COEF; j++)
        ck_assert_double_eq(share[j], count[j] / N_HALF);
    ck_assert_double_eq(share[0], 1.0);
    lab_free(lab);
}
END_TEST

/* With lambda where the lasso of all rows has dropped the noise, halves keep the strong column always,
 * and a column of noise in few of them: over 10 worlds in less than a quarter. */
START_TEST(noise_is_rarely_kept_and_a_strong_column_always)
{
    double noise = 0.0, share[N_COEF];
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct lab *lab = lab_new(600, 200, seed + 40);
        lab->options.lambda = 0.06;
        ck_assert_uint_eq(select_stable(lab, share), N_HALF);
        ck_assert_double_eq(share[1], 1.0);
        for (size_t j = 3; j < N_COEF; j++)
            noise += share[j] / 30.0;
        lab_free(lab);
    }
    ck_assert_double_lt(noise, 0.25);
}
END_TEST

START_TEST(threads_change_nothing_and_the_seed_does)
{
    struct lab *lab = lab_new(300, 150, 5);
    double one[N_COEF], many[N_COEF], other[N_COEF];
    lab->options.n_thread = 1;
    select_stable(lab, one);
    lab->options.n_thread = (size_t)_i;
    select_stable(lab, many);
    ck_assert_mem_eq(one, many, sizeof one);
    lab->options.seed = 2;
    select_stable(lab, other);
    ck_assert_mem_ne(one, other, sizeof one);
    lab_free(lab);
}
END_TEST

START_TEST(units_change_nothing)
{
    struct lab *lab = lab_new(300, 150, 6);
    double before[N_COEF], after[N_COEF];
    select_stable(lab, before);
    for (size_t i = 0; i < 300; i++)
        design_set(&lab->d, i, 1, 1000.0 * design_at(&lab->d, i, 1));
    design_restart(&lab->d);
    select_stable(lab, after);
    ck_assert_mem_eq(before, after, sizeof before);
    lab_free(lab);
}
END_TEST

/* ---- halves without a fit ---- */

/* The last column is 1 in group 0 alone: half of the halves have no such row. */
START_TEST(a_column_that_a_half_does_not_have_is_dropped_there)
{
    struct design d = design_draw(300, N_COLUMN, truth, 7);
    for (size_t i = 0; i < 300; i++)
        design_set(&d, i, 4, i % 100 == 0);
    design_restart(&d);
    struct lab *lab = lab_of(d, 100);
    double share[N_COEF];
    lab->options.elastic.alpha = 0.0; /* which keeps whatever varies */
    ck_assert_uint_eq(select_stable(lab, share), N_HALF);
    ck_assert_double_eq(share[5], 0.5);
    ck_assert_double_eq(share[4], 1.0);
    lab_free(lab);
}
END_TEST

/* One group has the only events: the half without it has one outcome. */
START_TEST(shares_are_of_the_halves_that_have_a_fit)
{
    struct design d = design_draw(300, N_COLUMN, truth, 8);
    for (size_t i = 0; i < 300; i++)
        d.outcome[i] = i % 100 == 3 && i > 100;
    design_restart(&d);
    struct lab *lab = lab_of(d, 100);
    double share[N_COEF];
    lab->options.elastic.alpha = 0.0;
    ck_assert_uint_eq(select_stable(lab, share), N_PAIR);
    for (size_t j = 0; j < N_COEF; j++)
        ck_assert_double_eq(share[j], 1.0);
    memset(lab->d.outcome, 0, 300);
    struct assay_error err = {0};
    size_t n_fitted = 7;
    ck_assert_int_eq(assay_stability_select(&lab->data, &lab->options, share, &n_fitted, &err),
                     ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "none of 100 half-samples has a fit: elastic net: all 150 outcomes are "
                                  "0; expected both 0 and 1");
    ck_assert_uint_eq(n_fitted, 7);
    lab_free(lab);
}
END_TEST

static const struct { enum assay_status broken, status; const char *message; } breaks[] = {
    {ASSAY_EIO, ASSAY_EIO, "sample 41 is broken"},
    {ASSAY_EDATA, ASSAY_OK, ""},
    {ASSAY_ENUMERIC, ASSAY_OK, ""},
};

START_TEST(an_engine_that_cannot_be_made_is_a_failure_or_a_half_without_a_fit)
{
    struct lab *lab = lab_new(100, 50, 9);
    struct assay_error err = {0};
    double share[N_COEF];
    size_t n_fitted = 0;
    lab->broken = breaks[_i].broken;
    lab->broken_from = 41;
    ck_assert_int_eq(assay_stability_select(&lab->data, &lab->options, share, &n_fitted, &err),
                     breaks[_i].status);
    ck_assert_str_eq(err.message, breaks[_i].message);
    ck_assert_uint_eq(n_fitted, breaks[_i].status == ASSAY_OK ? 41 : 0);
    lab_free(lab);
}
END_TEST

/* ---- what cannot be ---- */

static const struct { double alpha, lambda; const char *message; } bad[] = {
    {1.0, 0.0, "lambda is 0; expected a finite number above 0"},
    {1.0, INFINITY, "lambda is inf; expected a finite number above 0"},
    {1.0, NAN, "lambda is nan; expected a finite number above 0"},
    {-1.0, 1.0, "alpha is -1; expected 0 to 1"},
};

START_TEST(options_out_of_range_are_named)
{
    struct lab *lab = lab_new(100, 50, 1);
    struct assay_error err = {0};
    double share[N_COEF];
    size_t n_fitted = 0;
    lab->options.elastic.alpha = bad[_i].alpha;
    lab->options.lambda = bad[_i].lambda;
    ck_assert_int_eq(assay_stability_select(&lab->data, &lab->options, share, &n_fitted, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    lab_free(lab);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct lab *lab = lab_new(100, 50, 1);
    struct assay_error err = {0};
    double share[N_COEF] = {0};
    enum assay_status status;
    size_t n_fitted = 0, n = 0;
    lab->options.n_thread = 1;
    lab->options.n_pair = 2;
    do {
        test_fail_allocation(++n);
        status = assay_stability_select(&lab->data, &lab->options, share, &n_fitted, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && n_fitted == 0 && share[0] == 0.0));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    lab_free(lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, pairs_are_halves_of_the_groups_without_one_in_common, 0,
                        COUNT(group_counts));
    tcase_add_test(tc, every_group_and_every_two_are_as_likely);
    tcase_add_loop_test(tc, shares_count_the_fits_to_the_halves, 0, 6);
    tcase_add_test(tc, noise_is_rarely_kept_and_a_strong_column_always);
    tcase_add_loop_test(tc, threads_change_nothing_and_the_seed_does, 2, 6);
    tcase_add_test(tc, units_change_nothing);
    tcase_add_test(tc, a_column_that_a_half_does_not_have_is_dropped_there);
    tcase_add_test(tc, shares_are_of_the_halves_that_have_a_fit);
    tcase_add_loop_test(tc, an_engine_that_cannot_be_made_is_a_failure_or_a_half_without_a_fit, 0,
                        COUNT(breaks));
    tcase_add_loop_test(tc, options_out_of_range_are_named, 0, COUNT(bad));
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/stability", add_tests)
