#include "core/metric/lowess.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"

static struct assay_lowess fit(const struct assay_ranked *rows)
{
    struct assay_error err = {0};
    struct assay_lowess curve;
    ck_assay_ok(assay_lowess_fit(rows->risk, rows->outcome, rows->n, &curve, &err));
    return curve;
}

static double height(const struct assay_lowess *curve, double x)
{
    double y;
    assay_lowess_heights(curve, &x, 1, &y);
    return y;
}

/* Weighted least squares on the nearest two thirds, by the normal equations. */
static double by_definition(const struct assay_ranked *rows, double at)
{
    double far[64], sw = 0, swx = 0, swxx = 0, swy = 0, swxy = 0;
    size_t near = (size_t)floor(2.0 / 3 * (double)rows->n + 1e-7);
    near = near < 2 ? 2 : near;
    for (size_t i = 0; i < rows->n; i++) { /* insertion: the near-th smallest distance */
        double d = fabs(rows->risk[i] - at);
        size_t k = i;
        for (; k > 0 && far[k - 1] > d; k--)
            far[k] = far[k - 1];
        far[k] = d;
    }
    double h = far[near - 1];
    for (size_t i = 0; i < rows->n; i++) {
        double x = rows->risk[i] - at, r = fabs(x), w = r > 0.999 * h ? 0 : pow(1 - pow(r / h, 3), 3);
        w = r <= 0.001 * h ? 1 : w;
        sw += w;
        swx += w * x;
        swxx += w * x * x;
        swy += w * rows->outcome[i];
        swxy += w * x * rows->outcome[i];
    }
    return (swxx * swy - swx * swxy) / (sw * swxx - swx * swx);
}

START_TEST(anchors_are_at_local_lines) /* a loop over seeds; points farther apart than delta */
{
    struct sample s = sample_random((uint64_t)_i + 1, 40, 0);
    for (size_t i = 0; i < s.n; i++)
        s.value[i] = ((double)i + 0.3 * s.value[i]) / 40; /* no equal distances, none below delta */
    struct assay_ranked rows = rank_sample(&s);
    struct assay_lowess curve = fit(&rows);
    ck_assert_uint_eq(curve.n_anchor, s.n);
    for (size_t a = 0; a < curve.n_anchor; a++)
        test_close("height", curve.anchors[a].y, by_definition(&rows, rows.risk[a]), 1e-9, 1);
    assay_lowess_clear(&curve);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* The standard error is that of the heights over samples of outcomes from the same curve. Probabilities on a
 * line, which a local line meets without bias; 800 samples: 5 standard errors of a variance are 25%. */
START_TEST(errors_are_those_of_repeated_samples)
{
    enum { N = 400, SAMPLES = 800, PLACES = 3 };
    static const double at[PLACES] = {0.25, 0.5, 0.8};
    double sum[PLACES] = {0}, squares[PLACES] = {0}, said[PLACES] = {0}, drawn[PLACES] = {0};
    double prob[N];
    unsigned char outcome[N];
    for (size_t i = 0; i < N; i++)
        prob[i] = 0.2 + 0.7 * (double)i / N;
    for (uint64_t seed = 1; seed <= SAMPLES; seed++) {
        struct test_random random = {seed};
        for (size_t i = 0; i < N; i++)
            outcome[i] = test_uniform(&random) < prob[i];
        struct assay_ranked rows = rank_rows(prob, outcome, N, ASSAY_HIGHER_IS_RISK);
        struct assay_lowess curve = fit(&rows);
        for (size_t k = 0; k < PLACES; k++) {
            size_t a = 0;
            while (curve.anchors[a].x < at[k])
                a++;
            double y = curve.anchors[a].y, variance = 0;
            sum[k] += y / SAMPLES;
            squares[k] += y * y / SAMPLES;
            said[k] += curve.anchors[a].std_error * curve.anchors[a].std_error / SAMPLES;
            for (size_t p = 0; p < curve.n_part; p++)
                variance += pow(curve.loading[a * curve.n_part + p], 2);
            drawn[k] += variance / SAMPLES;
        }
        assay_lowess_clear(&curve);
        assay_ranked_clear(&rows);
    }
    for (size_t k = 0; k < PLACES; k++) {
        test_close("bias", sum[k], at[k], 0.01, 1);
        test_close("variance", said[k], squares[k] - sum[k] * sum[k], 0.25, 0);
        test_close("by parts", drawn[k], said[k], 1e-3, 0);
    }
}
END_TEST

/* Cells of neighbours, against cells of equal values: the same rows with their values rounded to 10,000
 * steps have few enough. Rounding moves a row by 5e-5 at most, and the curve, of slope 1, on average by far
 * less; cells move it less still. */
START_TEST(cells_of_neighbours_do_not_move_the_curve)
{
    enum { N = 60000 };
    struct sample s = sample_random(5, N, 0), t = sample_random(5, N, 0);
    for (size_t i = 0; i < N; i++)
        t.value[i] = floor(t.value[i] * 10000 + 0.5) / 10000;
    struct assay_ranked fine = rank_sample(&s), coarse = rank_sample(&t);
    struct assay_lowess a = fit(&fine), b = fit(&coarse);
    for (double x = 0.01; x < 0.99; x += 0.01)
        test_close("height", height(&a, x), height(&b, x), 2e-5, 1);
    ck_assert_uint_lt(a.n_anchor, 220);
    assay_lowess_clear(&a);
    assay_lowess_clear(&b);
    assay_ranked_clear(&fine);
    assay_ranked_clear(&coarse);
    sample_free(&s);
    sample_free(&t);
}
END_TEST

START_TEST(equal_points_are_their_mean)
{
    struct assay_ranked rows = rank_rows((const double[]){0.4, 0.4, 0.4, 0.4},
                                         (const unsigned char[]){1, 0, 0, 0}, 4, ASSAY_HIGHER_IS_RISK);
    struct assay_lowess curve = fit(&rows);
    ck_assert_uint_eq(curve.n_anchor, 1);
    test_close("height", curve.anchors[0].y, 0.25, 1e-15, 0);
    test_close("error", curve.anchors[0].std_error, sqrt(0.25 * 0.75 / 4), 1e-14, 0);
    ck_assert_double_eq(height(&curve, 0.4), curve.anchors[0].y);
    assay_lowess_clear(&curve);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(one_point_is_itself)
{
    struct assay_ranked rows =
        rank_rows((const double[]){0.4}, (const unsigned char[]){1}, 1, ASSAY_HIGHER_IS_RISK);
    struct assay_lowess curve = fit(&rows);
    ck_assert(curve.n_anchor == 1 && curve.anchors[0].y == 1 && curve.anchors[0].std_error == 0);
    assay_lowess_clear(&curve);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct sample s = sample_random(2, 50, 0);
    struct assay_ranked rows = rank_sample(&s);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_lowess curve = {.n_anchor = 7};
        test_fail_allocation(n);
        enum assay_status status = assay_lowess_fit(rows.risk, rows.outcome, rows.n, &curve, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 9);
            assay_lowess_clear(&curve);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory smoothing outcomes");
        ck_assert_uint_eq(curve.n_anchor, 7);
    }
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, anchors_are_at_local_lines, 0, 5);
    tcase_add_test(tc, errors_are_those_of_repeated_samples);
    tcase_add_test(tc, cells_of_neighbours_do_not_move_the_curve);
    tcase_add_test(tc, equal_points_are_their_mean);
    tcase_add_test(tc, one_point_is_itself);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/lowess", add_tests)
