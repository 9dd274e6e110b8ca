/* A slice of the study of docs/coverage.md: 200 data sets of 1,500 rows each, straight from the core. */
#include <string.h>

#include "core/fit/engine.h"
#include "core/fit/logistic.h"
#include "core/fit/profile.h"
#include "core/fit/robust.h"
#include "core/fit/weight_interval.h"
#include "tests/study/world.h"
#include "tests/support/suite.h"

#if defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#endif

/* Sanitizers make this slow and look for other faults. */
#ifdef SANITIZED
enum { DATA_SETS = 10 };
#else
enum { DATA_SETS = 200 };
#endif

/* One data set as fitters see it. Not to be copied. */
struct drawn {
    double *x;
    unsigned char *outcome;
    int32_t *account;
    struct assay_engine engine;
    struct assay_logistic_fit fit; /* without limits */
};

static void draw(const struct world *world, uint64_t seed, struct drawn *d)
{
    struct assay_error err = {0};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct world_sample sample = world_draw(world, seed);
    *d = (struct drawn){
        .x = calloc(assay_block_size(sample.n_row, WORLD_SIGNALS), sizeof *d->x),
        .outcome = sample.outcome,
        .account = malloc(sample.n_row * sizeof *d->account)};
    for (size_t i = 0; i < sample.n_row; i++) {
        d->account[i] = (int32_t)(i / world->n_snapshot);
        for (size_t j = 0; j < WORLD_SIGNALS; j++)
            d->x[assay_block_index(i, j, WORLD_SIGNALS)] = sample.raw[i * WORLD_SIGNALS + j] / 100;
    }
    struct assay_array_data data = {.x = d->x,
                                    .outcome = d->outcome,
                                    .cluster = d->account,
                                    .n_row = sample.n_row,
                                    .n_column = WORLD_SIGNALS,
                                    .n_thread = 1};
    free(sample.raw);
    ck_assay_ok(assay_array_engine_init(&data, &d->engine, &err));
    ck_assay_ok(assay_logistic_fit(&d->engine, &options, &d->fit, &err));
}

static void drawn_clear(struct drawn *d)
{
    assay_logistic_fit_clear(&d->fit);
    assay_array_engine_clear(&d->engine);
    free(d->x);
    free(d->outcome);
    free(d->account);
}

struct share {
    size_t n, covered;
};

static void count(struct share *share, double low, double truth, double high)
{
    share->n++;
    share->covered += low <= truth && truth <= high;
}

static void count_wald(struct share *share, const struct world *world,
                       const struct assay_logistic_fit *fit)
{
    for (size_t j = 0; j < WORLD_SIGNALS; j++) {
        struct assay_wald wald = assay_wald(fit, 1 + j);
        count(share, wald.low, -world->slope[j], wald.high);
    }
}

static void count_weights(struct share *share, const struct world *world,
                          const struct assay_logistic_fit *fit)
{
    double low[WORLD_SIGNALS], high[WORLD_SIGNALS];
    assay_weight_intervals(fit->coef, fit->covariance, WORLD_COEF, WORLD_SIGNALS, 0.95, low, high);
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        count(share, low[j], world->weight[j], high[j]);
}

/* The profile takes ten times as long as the fit: one coefficient a data set, in turn. */
static void count_profile(struct share *share, const struct world *world, const struct drawn *d,
                          size_t number)
{
    struct assay_error err = {0};
    struct assay_profile_options options = assay_profile_options_default();
    struct assay_profile_interval interval[WORLD_COEF];
    size_t j = number % WORLD_SIGNALS;
    unsigned char wanted[WORLD_COEF] = {0};
    wanted[1 + j] = 1;
    options.wanted = wanted;
    options.fit.start = d->fit.coef;
    ck_assay_ok(assay_profile_intervals(&d->engine, &options, interval, NULL, &err));
    count(share, interval[1 + j].low, -world->slope[j], interval[1 + j].high);
}

/* The share of 200 single intervals has a standard error of sqrt(0.95 * 0.05 / 200) = 1.5%, that of 2,400,
 * twelve to a data set and nearly independent, one of 0.5%: bounds are four of them away, less what
 * normal intervals with 12 events a coefficient fall short by. */
static void check(const char *what, struct share share, double low, double high)
{
    double covered = (double)share.covered / (double)share.n;
    printf("%s: %.1f%% of %zu\n", what, 100 * covered, share.n);
#ifndef SANITIZED
    ck_assert_msg(low <= covered && covered <= high, "%s: %.2f%%", what, 100 * covered);
#else
    ck_assert_msg(covered >= 0.7 && low < high, "%s: %.2f%%", what, 100 * covered);
#endif
}

START_TEST(intervals_of_independent_rows_hold_the_truth_as_often_as_they_say)
{
    struct world world = {.name = "single", .n_account = 1500, .n_snapshot = 1};
    struct share wald = {0}, profile = {0}, weight = {0};
    world_make(&world);
    for (size_t number = 0; number < DATA_SETS; number++) {
        struct drawn d;
        draw(&world, 1 + 1000003 * number, &d);
        count_wald(&wald, &world, &d.fit);
        count_profile(&profile, &world, &d, number);
        count_weights(&weight, &world, &d.fit);
        drawn_clear(&d);
    }
    check("Wald", wald, 0.93, 0.97);
    check("profile likelihood", profile, 0.89, 0.99);
    check("weights", weight, 0.93, 0.97);
}
END_TEST

START_TEST(only_errors_by_account_hold_the_truth_as_often_where_accounts_repeat)
{
    struct world world = {.name = "repeated", .n_account = 300, .n_snapshot = 5};
    struct share plain = {0}, clustered = {0}, weight = {0};
    struct assay_error err = {0};
    world_make(&world);
    for (size_t number = 0; number < DATA_SETS; number++) {
        struct drawn d;
        double covariance[WORLD_COEF * WORLD_COEF];
        size_t n_cluster;
        draw(&world, 1 + 1000003 * number, &d);
        count_wald(&plain, &world, &d.fit);
        ck_assay_ok(assay_robust_anchored(&d.engine, &d.fit, covariance, &n_cluster, &err));
        ck_assert_uint_eq(n_cluster, world.n_account);
        memcpy(d.fit.covariance, covariance, sizeof covariance);
        count_wald(&clustered, &world, &d.fit);
        count_weights(&weight, &world, &d.fit);
        drawn_clear(&d);
    }
    check("by account", clustered, 0.92, 0.97); /* 300 clusters: sandwiches run a little small */
    check("weights by account", weight, 0.92, 0.97);
    ck_assert_uint_gt(clustered.covered, plain.covered);
    check("as if rows were independent", plain, 0, 0.92);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, intervals_of_independent_rows_hold_the_truth_as_often_as_they_say);
    tcase_add_test(tc, only_errors_by_account_hold_the_truth_as_often_where_accounts_repeat);
}

ASSAY_SUITE("study/coverage", add_tests)
