#include "core/metric/clustered.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/metric/paired.h"
#include "core/metric/roc.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST = 3000 };
static const double line = 0.3;

struct rows {
    size_t n;
    double prob[MOST];
    unsigned char outcome[MOST], flagged[MOST];
    int32_t cluster[MOST];
};

/* n_cluster clusters of n_each rows; of each row, `alike` says how likely it is the cluster's first once
 * more. */
static void draw(struct rows *rows, uint64_t seed, size_t n_cluster, size_t n_each, double alike)
{
    struct test_random random = {seed};
    rows->n = n_cluster * n_each;
    for (size_t i = 0; i < rows->n; i++) {
        size_t first = i / n_each * n_each;
        double p = 0.02 + 0.9 * pow(test_uniform(&random), 2);
        bool event = test_uniform(&random) < p, copy = i != first && test_uniform(&random) < alike;
        rows->prob[i] = copy ? rows->prob[first] : p;
        rows->outcome[i] = copy ? rows->outcome[first] : event;
        rows->flagged[i] = rows->prob[i] > line;
        rows->cluster[i] = (int32_t)(i / n_each);
    }
}

static struct assay_clustered_rows as_rows(const struct rows *rows)
{
    return (struct assay_clustered_rows){.prob = rows->prob,
                                         .outcome = rows->outcome,
                                         .flagged = rows->flagged,
                                         .cluster = rows->cluster,
                                         .n = rows->n};
}

static struct assay_performance plain(const struct rows *rows)
{
    struct assay_performance p;
    struct assay_error err = {0};
    ck_assay_ok(assay_performance_measure(rows->prob, rows->outcome, rows->n, nextafter(line, 1), &p,
                                          &err));
    return p;
}

static struct assay_performance clustered(const struct rows *rows)
{
    struct assay_performance p = plain(rows);
    struct assay_clustered_rows all = as_rows(rows);
    struct assay_error err = {0};
    ck_assay_ok(assay_performance_by_cluster(&all, &p, &err));
    return p;
}

/* The estimates of a performance one after the other. */
enum { FIGURES = 11 };
static const char *const names[FIGURES] = {
    "prevalence", "auc", "brier", "log loss", "calibration intercept", "calibration slope",
    "O/E", "sensitivity", "specificity", "ppv", "npv"};
static void list(const struct assay_performance *p, struct assay_estimate out[FIGURES])
{
    const struct assay_estimate all[FIGURES] = {
        p->prevalence, p->auc, p->brier, p->log_loss, p->calibration_intercept,
        p->calibration_slope, p->oe_ratio, p->sensitivity, p->specificity, p->ppv, p->npv};
    memcpy(out, all, sizeof all);
}

static void check_near(const struct assay_performance *a, const struct assay_performance *b,
                       double tolerance)
{
    struct assay_estimate left[FIGURES], right[FIGURES];
    list(a, left);
    list(b, right);
    for (size_t f = 0; f < FIGURES; f++) {
        double width = right[f].high - right[f].low;
        ck_assert_double_gt(width, 0);
        test_close(names[f], left[f].value, right[f].value, 1e-9, 1);
        test_close(names[f], left[f].low, right[f].low, tolerance, width);
        test_close(names[f], left[f].high, right[f].high, tolerance, width);
    }
}

static struct rows a, b;

START_TEST(rows_that_are_clusters_of_their_own_change_nothing) /* a loop over seeds */
{
    draw(&a, (uint64_t)_i + 1, 800, 1, 0);
    struct assay_performance with = clustered(&a), without = plain(&a);
    check_near(&with, &without, 1e-12);
}
END_TEST

/* Three copies of a row are one row. d is (3 n - 1) / (n - 1) then, and the interval of 3 n rows stretched
 * by its root that of n rows but for the factors n / (n - 1): 1e-2 with some 100 events. */
START_TEST(copies_of_a_row_say_no_more_than_the_row) /* a loop over seeds */
{
    draw(&a, (uint64_t)_i + 1, 800, 1, 0);
    draw(&b, (uint64_t)_i + 1, 800, 3, 0);
    for (size_t i = 0; i < b.n; i++) {
        b.prob[i] = a.prob[i / 3];
        b.outcome[i] = a.outcome[i / 3];
        b.flagged[i] = a.flagged[i / 3];
    }
    struct assay_performance three = clustered(&b), one = plain(&a), sure = plain(&b);
    check_near(&three, &one, 1e-2);
    ck_assert_double_lt(sure.auc.high - sure.auc.low, 0.6 * (one.auc.high - one.auc.low));
}
END_TEST

/* Obuchowski's variance, which paired.h has against a prediction that tells nothing and so has no
 * variance of its own, over DeLong's. There each class has a factor of its own: 1%. */
START_TEST(the_auc_has_obuchowskis_error) /* a loop over seeds */
{
    struct assay_paired paired;
    struct assay_error err = {0};
    double half[MOST];
    draw(&a, (uint64_t)_i + 1, 500, 4, 0.5);
    for (size_t i = 0; i < a.n; i++)
        half[i] = 0.5;
    struct assay_performance p = clustered(&a);
    ck_assay_ok(assay_paired_measure(a.prob, half, a.outcome, a.cluster, a.n, &paired, &err));
    double error = (p.auc.high - p.auc.low) / (2 * assay_normal_quantile(ASSAY_LEVEL));
    test_close("error", error, paired.auc.std_error, 1e-2, 0);
    ck_assert_double_gt(error, 1.2 * (plain(&a).auc.high - p.auc.value) / 1.96);
}
END_TEST

/* Codes turned round: no two tasks have the same clusters, and no cluster is summed where it stands. */
START_TEST(names_of_clusters_do_not_matter) /* a loop over seeds */
{
    draw(&a, (uint64_t)_i + 1, 500, 4, 0.5);
    struct assay_performance want = clustered(&a);
    for (size_t i = 0; i < a.n; i++)
        a.cluster[i] = 100000 - 200 * a.cluster[i];
    struct assay_performance got = clustered(&a);
    check_near(&got, &want, 1e-11);
}
END_TEST

START_TEST(one_measuring_gives_both) /* a loop over seeds */
{
    struct assay_performance once, alone;
    struct assay_error err = {0};
    draw(&a, (uint64_t)_i + 1, 500, 4, 0.5);
    struct assay_clustered_rows rows = as_rows(&a);
    struct assay_performance want = clustered(&a), without = plain(&a);
    ck_assay_ok(assay_performance_measure_clustered(&rows, &once, &err));
    ck_assert_mem_eq(&once, &want, sizeof want);
    rows.cluster = NULL;
    ck_assay_ok(assay_performance_measure_clustered(&rows, &alone, &err));
    ck_assert_mem_eq(&alone, &without, sizeof without);
}
END_TEST

START_TEST(placements_are_handed_over_where_all_rows_have_one)
{
    static double place[2000];
    struct assay_performance p;
    struct assay_placing placing;
    struct assay_error err = {0};
    draw(&a, 3, 500, 4, 0.5);
    struct assay_clustered_rows rows = as_rows(&a);
    ck_assert_uint_le(a.n, COUNT(place));
    ck_assay_ok(assay_performance_measure_placed(&rows, &p, &placing, &err));
    ck_assay_ok(assay_auc_placements(a.prob, a.outcome, a.n, ASSAY_HIGHER_IS_RISK, place, &err));
    for (size_t i = 0; i < a.n; i++)
        ck_assert_double_eq(assay_placing_of(&placing, i, a.outcome[i]), place[i]);
    assay_placing_clear(&placing);
    a.prob[7] = NAN;
    ck_assay_ok(assay_performance_measure_placed(&rows, &p, &placing, &err));
    ck_assert_ptr_null(placing.twice);
}
END_TEST

/* More rows than a task has, clusters that reach from one task to the next: the effect of the share of events is
 * that of a cluster's size where all its rows are alike. */
START_TEST(clusters_may_lie_across_tasks)
{
    enum { N = 140000, EACH = 3500 };
    unsigned char *member = malloc(N), *hit = malloc(N);
    int32_t *cluster = malloc(N * sizeof *cluster);
    struct assay_clustered_rows rows = {.cluster = cluster, .n = N};
    struct assay_estimate together, apart;
    struct assay_error err = {0};
    ck_assert(member != NULL && hit != NULL && cluster != NULL);
    for (size_t i = 0; i < N; i++) {
        cluster[i] = (int32_t)(i / EACH);
        member[i] = 1;
        hit[i] = i / EACH % 4 == 0;
    }
    ck_assay_ok(assay_share_by_cluster(&rows, member, hit, &together, &err));
    double n = N / EACH, d = n / (n - 1) * EACH * (N - 1.0) / N;
    struct assay_estimate want = assay_wilson_of_share(0.25, N / d, ASSAY_LEVEL);
    test_close("low", together.low, want.low, 1e-12, 1);
    test_close("high", together.high, want.high, 1e-12, 1);
    for (size_t i = 0; i < N; i++)
        cluster[i] = 39 - cluster[i];
    ck_assay_ok(assay_share_by_cluster(&rows, member, hit, &apart, &err));
    test_close("low", apart.low, want.low, 1e-12, 1);
    free(cluster);
    free(hit);
    free(member);
}
END_TEST

/* The same, rows without a prediction and one that is none. */
START_TEST(every_task_counts_its_rows)
{
    enum { N = 140001 };
    double *prob = malloc(N * sizeof *prob);
    unsigned char *outcome = malloc(N);
    struct assay_clustered_rows rows = {.prob = prob, .outcome = outcome, .n = N, .line = 0.5};
    struct test_random random = {3};
    struct assay_performance p;
    struct assay_error err = {0};
    size_t cells[2][2] = {{0}};
    ck_assert(prob != NULL && outcome != NULL);
    for (size_t i = 0; i < N; i++) {
        prob[i] = test_below(&random, 10) == 0 ? (double)NAN : test_uniform(&random);
        outcome[i] = test_below(&random, 4) == 0;
        if (!isnan(prob[i]))
            cells[prob[i] > 0.5][outcome[i]]++;
    }
    ck_assay_ok(assay_performance_measure_clustered(&rows, &p, &err));
    ck_assert(p.tp == cells[1][1] && p.fp == cells[1][0] && p.fn == cells[0][1] && p.tn == cells[0][0]);
    prob[N - 1] = 1.5;
    ck_assert_int_eq(assay_performance_measure_clustered(&rows, &p, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "performance: prob[140000] is 1.5; expected 0 to 1");
    free(outcome);
    free(prob);
}
END_TEST

/* Flags that are not given are those of probabilities above the line, or above the row's own; with gaps too. */
START_TEST(a_line_says_who_is_flagged)
{
    static double row_line[MOST];
    draw(&a, 11, 300, 3, 0.5);
    for (size_t i = 0; i < a.n; i++)
        row_line[i] = line;
    for (int own = 0; own < 2; own++)
        for (int gap = 0; gap < 2; gap++) {
            struct assay_clustered_rows given = as_rows(&a), by_line = given;
            struct assay_performance want, got;
            struct assay_error err = {0};
            a.prob[5] = gap == 1 ? (double)NAN : 0.4;
            a.flagged[5] = gap == 0;
            by_line.flagged = NULL;
            by_line.line = own == 1 ? 0.9 : line;
            by_line.row_line = own == 1 ? row_line : NULL;
            ck_assay_ok(assay_performance_measure_clustered(&given, &want, &err));
            ck_assay_ok(assay_performance_measure_clustered(&by_line, &got, &err));
            ck_assert_mem_eq(&got, &want, sizeof got);
        }
}
END_TEST

START_TEST(rows_without_a_prediction_do_not_count)
{
    draw(&a, 5, 300, 3, 0.5);
    struct assay_performance want = clustered(&a), got = plain(&a);
    b = a;
    b.n = 0;
    for (size_t i = 0; i < a.n; i++) { /* a gap behind every second row, of a cluster without a code */
        for (size_t gap = 0; gap < 1 + i % 2; gap++) {
            b.prob[b.n] = gap == 0 ? a.prob[i] : (double)NAN;
            b.outcome[b.n] = a.outcome[i];
            b.flagged[b.n] = a.flagged[i];
            b.cluster[b.n++] = gap == 0 ? a.cluster[i] : -1;
        }
    }
    struct assay_clustered_rows with_gaps = as_rows(&b);
    struct assay_error err = {0};
    ck_assay_ok(assay_performance_by_cluster(&with_gaps, &got, &err));
    check_near(&got, &want, 1e-12);
}
END_TEST

/* Clusters of one event and one other, of equal predictions: their sums are steadier than chance. */
START_TEST(no_interval_gets_shorter)
{
    draw(&a, 6, 400, 2, 1);
    for (size_t i = 0; i < a.n; i++)
        a.outcome[i] = i % 2;
    struct assay_performance with = clustered(&a), without = plain(&a);
    struct assay_estimate left[FIGURES], right[FIGURES];
    list(&with, left);
    list(&without, right);
    for (size_t f = 0; f < FIGURES; f++)
        ck_assert_double_ge(left[f].high - left[f].low, (right[f].high - right[f].low) * (1 - 1e-12));
}
END_TEST

/* 3 of 5 members hit, two of the members one cluster's: with v = (0.4, 0.4, 0.4, -0.6, -0.6) / 5 and the
 * first two together, d = 4/3 * (0.8^2 + 0.4^2 + 2 * 0.6^2) / (5/4 * 1.2) over 25 each. */
START_TEST(a_share_is_wilsons_over_the_design_effect)
{
    const unsigned char member[] = {1, 1, 0, 1, 1, 1}, hit[] = {1, 1, 1, 1, 0, 0};
    const int32_t cluster[] = {7, 7, 7, 2, 0, 9};
    struct assay_clustered_rows rows = {.cluster = cluster, .n = 6};
    struct assay_error err = {0};
    struct assay_estimate share;
    double d = 4.0 / 3 * (0.64 + 0.16 + 0.72) / (1.25 * 1.2);
    struct assay_estimate want = assay_wilson_of_share(0.6, 5 / d, ASSAY_LEVEL);
    ck_assay_ok(assay_share_by_cluster(&rows, member, hit, &share, &err));
    test_close("share", share.value, 0.6, 1e-15, 0);
    test_close("low", share.low, want.low, 1e-14, 1);
    test_close("high", share.high, want.high, 1e-14, 1);
    const unsigned char nobody[6] = {0};
    ck_assay_ok(assay_share_by_cluster(&rows, nobody, hit, &share, &err));
    ck_assert(isnan(share.value) && isnan(share.low) && isnan(share.high));
}
END_TEST

/* One outcome, nobody flagged: what is not defined stays so, and what is has an interval. */
START_TEST(what_has_no_interval_gets_none)
{
    draw(&a, 8, 100, 2, 0.5);
    for (size_t i = 0; i < a.n; i++)
        a.outcome[i] = a.flagged[i] = 0;
    for (size_t i = 0; i < a.n; i++)
        a.prob[i] *= 0.3;
    struct assay_performance p = clustered(&a);
    ck_assert(isnan(p.auc.value) && isnan(p.auc.low));
    ck_assert(isnan(p.ppv.value) && isnan(p.ppv.low));
    ck_assert(isnan(p.sensitivity.low) && isnan(p.calibration_slope.low));
    ck_assert(isnan(p.oe_ratio.low));
    ck_assert(p.brier.low < p.brier.value && p.brier.value < p.brier.high);
    ck_assert_double_eq(p.npv.value, 1);
    ck_assert_double_lt(p.npv.low, 1);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    draw(&a, 9, 60, 3, 0.5);
    const struct assay_performance before = plain(&a);
    struct assay_clustered_rows rows = as_rows(&a);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_performance p = before;
        test_fail_allocation(n);
        enum assay_status status = assay_performance_by_cluster(&rows, &p, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 5);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory measuring by cluster");
        ck_assert_mem_eq(&p, &before, sizeof p);
    }
}
END_TEST

START_TEST(rows_that_cannot_be_measured_are_refused)
{
    const double prob[] = {0.5, NAN, 1.5}, none[] = {NAN, NAN, NAN};
    const unsigned char outcome[] = {0, 1, 1}, flagged[3] = {0};
    const int32_t cluster[] = {0, 0, 1};
    struct assay_clustered_rows rows = {.prob = prob, .outcome = outcome, .flagged = flagged,
                                        .cluster = cluster, .n = 3};
    struct assay_performance p = {.tp = 7};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_performance_measure_clustered(&rows, &p, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "performance: prob[2] is 1.5; expected 0 to 1");
    rows.prob = none;
    ck_assert_int_eq(assay_performance_measure_clustered(&rows, &p, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "performance: no row has a prediction; expected at least 1");
    ck_assert_uint_eq(p.tp, 7);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, names_of_clusters_do_not_matter, 0, 5);
    tcase_add_loop_test(tc, one_measuring_gives_both, 0, 5);
    tcase_add_test(tc, placements_are_handed_over_where_all_rows_have_one);
    tcase_add_test(tc, clusters_may_lie_across_tasks);
    tcase_add_test(tc, every_task_counts_its_rows);
    tcase_add_test(tc, a_line_says_who_is_flagged);
    tcase_add_test(tc, rows_that_cannot_be_measured_are_refused);
    tcase_add_loop_test(tc, rows_that_are_clusters_of_their_own_change_nothing, 0, 20);
    tcase_add_loop_test(tc, copies_of_a_row_say_no_more_than_the_row, 0, 20);
    tcase_add_loop_test(tc, the_auc_has_obuchowskis_error, 0, 20);
    tcase_add_test(tc, rows_without_a_prediction_do_not_count);
    tcase_add_test(tc, no_interval_gets_shorter);
    tcase_add_test(tc, a_share_is_wilsons_over_the_design_effect);
    tcase_add_test(tc, what_has_no_interval_gets_none);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/clustered", add_tests)
