#include <float.h>
#include <string.h>

#include "core/fit/linear.h"
#include "tests/fit/design.h"

static const double truth[] = {-1.0, 0.5, -0.3, 0.0, 0.8, -0.2, 0.1, 0.4};

struct value {
    double log_likelihood, gradient[8], information[64];
};

static struct value evaluate(const struct assay_engine *engine, const double coef[])
{
    struct value v;
    struct assay_error err = {0};
    memset(&v, 0, sizeof v);
    ck_assay_ok(engine->evaluate(engine->state, coef, &v.log_likelihood, v.gradient, v.information,
                                 &err));
    return v;
}

/* The definition, row by row, in long double. */
static void by_rows(const struct design *d, const double coef[], long double *log_likelihood,
                    long double gradient[8], long double information[64])
{
    size_t n = d->data.n_column + 1;
    *log_likelihood = 0.0L;
    memset(gradient, 0, 8 * sizeof *gradient);
    memset(information, 0, 64 * sizeof *information);
    for (size_t i = 0; i < d->data.n_row; i++) {
        if (d->data.include != NULL && !d->data.include[i])
            continue;
        long double row[8] = {1.0L}, eta = coef[0];
        for (size_t j = 1; j < n; j++) {
            row[j] = design_at(d, i, j - 1);
            eta += coef[j] * row[j];
        }
        long double p = 1.0L / (1.0L + expl(-eta));
        *log_likelihood += d->outcome[i] ? -log1pl(expl(-eta)) : -log1pl(expl(eta));
        for (size_t j = 0; j < n; j++) {
            gradient[j] += (d->outcome[i] - p) * row[j];
            for (size_t k = 0; k < n; k++)
                information[j * n + k] += p * (1.0L - p) * row[j] * row[k];
        }
    }
}

static const struct { size_t n_row, n_column; } shapes[] = {
    {1, 1}, {3, 2}, {255, 3}, {256, 4}, {257, 5}, {2048, 6}, {2049, 7}, {5000, 0}, {9001, 1},
};

START_TEST(sums_are_those_of_the_definition) /* a loop over shapes, with and without left-out rows */
{
    struct design d = design_draw(shapes[_i].n_row, shapes[_i].n_column, truth, 3);
    unsigned char *include = malloc(d.data.n_row);
    for (size_t pass = 0; pass < 2; pass++) {
        size_t n = d.data.n_column + 1;
        long double log_likelihood, gradient[8], information[64];
        struct value v = evaluate(&d.engine, truth);
        by_rows(&d, truth, &log_likelihood, gradient, information);
        /* Blocked sums of n terms err by far less than n roundings; 1e-13 of the sum of sizes,
         * at most n rows of size 4, is generous at these n. */
        double floor = (double)d.data.n_row;
        test_close("log-likelihood", v.log_likelihood, (double)log_likelihood, 1e-14, floor);
        for (size_t j = 0; j < n; j++)
            test_close("gradient", v.gradient[j], (double)gradient[j], 1e-13, floor);
        for (size_t k = 0; k < n * n; k++)
            test_close("information", v.information[k], (double)information[k], 1e-13, floor);
        assay_array_engine_clear(&d.engine);
        for (size_t i = 0; i < d.data.n_row; i++)
            include[i] = i == 0 || i % 3 != 1;
        d.data.include = include;
        design_start(&d);
    }
    free(include);
    design_free(&d);
}
END_TEST

START_TEST(moments_are_the_edge_of_the_information_at_nought) /* a loop over shapes, rows counted 0 to 2 times */
{
    struct design d = design_draw(shapes[_i].n_row, shapes[_i].n_column, truth, 5);
    static const double nought[8];
    unsigned char *include = malloc(d.data.n_row);
    for (size_t pass = 0; pass < 2; pass++) {
        size_t n = d.data.n_column + 1;
        double gram[64];
        struct assay_error err = {0};
        struct value v = evaluate(&d.engine, nought);
        ck_assay_ok(d.engine.moments(d.engine.state, gram, &err));
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                ck_assert_double_eq(gram[j * n + k], j == k || j == 0 || k == 0
                                                         ? 4.0 * v.information[j * n + k]
                                                         : 0.0);
        assay_array_engine_clear(&d.engine);
        for (size_t i = 0; i < d.data.n_row; i++)
            include[i] = (unsigned char)(i == 0 ? 1 : i * i % 5 % 3);
        d.data.include = include;
        design_start(&d);
    }
    free(include);
    design_free(&d);
}
END_TEST

START_TEST(any_number_of_threads_gives_the_same_bytes)
{
    struct design d = design_draw(30011, 7, truth, 11);
    struct value first = {0};
    for (size_t n_thread = 1; n_thread <= 7; n_thread += n_thread == 1 ? 1 : 5) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        struct value v = evaluate(&d.engine, truth);
        if (n_thread == 1)
            first = v;
        ck_assert_mem_eq(&v, &first, sizeof v);
    }
    design_free(&d);
}
END_TEST

START_TEST(left_out_rows_do_not_count)
{
    struct design d = design_draw(700, 3, truth, 5);
    unsigned char *include = calloc(700, 1);
    size_t n_event = 0;
    for (size_t i = 0; i < 700; i += 2) {
        include[i] = 1;
        n_event += d.outcome[i];
    }
    d.data.include = include;
    design_restart(&d);
    ck_assert_uint_eq(d.engine.n_row, 350);
    ck_assert_uint_eq(d.engine.n_event, n_event);
    free(include);
    design_free(&d);
}
END_TEST

START_TEST(no_row_at_all_is_an_error)
{
    unsigned char include[2] = {0, 0}, outcome[2] = {0, 1};
    double x[ASSAY_BLOCK_ROWS] = {0};
    struct assay_array_data data = {.x = x, .outcome = outcome, .include = include, .n_row = 2,
                                    .n_column = 1};
    struct assay_engine engine;
    struct assay_error err = {0};
    ck_assert_int_eq(assay_array_engine_init(&data, &engine, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "no row to fit; expected at least one");
    data.n_row = 0;
    ck_assert_int_eq(assay_array_engine_init(&data, &engine, &err), ASSAY_EDATA);
}
END_TEST

START_TEST(rows_beyond_doubt_keep_their_digits)
{
    /* At log-odds of -+800 p is 0 or 1 in double; the likelihood is not. */
    const double table[] = {1, 0, /**/ -1, 1, /**/ 1, 1, /**/ -1, 0}, coef[] = {0, 800};
    struct design d = design_of(table, 4, 1);
    struct value v = evaluate(&d.engine, coef);
    ck_assert_double_eq(v.log_likelihood, -1600.0);
    ck_assert_double_eq(v.gradient[0], 0.0);
    ck_assert_double_eq(v.gradient[1], -2.0);
    ck_assert_double_eq(v.information[0], 0.0); /* e^-800 */
    /* At 40, 1 - p is 4.2e-18, which 1 minus the rounded p would lose. */
    const double sure[] = {0, 40};
    d.outcome[0] = 1;
    d.outcome[1] = 0;
    v = evaluate(&d.engine, sure);
    test_close("log-likelihood", v.log_likelihood, -4.0 * exp(-40.0), 1e-15, 0);
    test_close("gradient", v.gradient[1], 4.0 * exp(-40.0), 1e-15, 0);
    test_close("information", v.information[0], 4.0 * exp(-40.0), 1e-15, 0);
    design_free(&d);
}
END_TEST

START_TEST(a_direction_is_measured_over_all_rows_that_count)
{
    const double table[] = {2, 1, /**/ 3, 1, /**/ -5, 0, /**/ 1, 0, /**/ 100, 0};
    unsigned char include[] = {1, 1, 1, 1, 0};
    struct design d = design_of(table, 5, 1);
    struct assay_direction what;
    struct assay_error err = {0};
    const double along[] = {0.5, 2};
    d.data.include = include;
    design_restart(&d);
    ck_assay_ok(d.engine.direction(d.engine.state, along, &what, &err));
    ck_assert_double_eq(what.max_move, 9.5);
    ck_assert_double_eq(what.min_margin, -2.5);
    ck_assert_double_eq(what.max_margin, 9.5);
    design_free(&d);
}
END_TEST

START_TEST(log_odds_come_for_every_row)
{
    struct design d = design_draw(3000, 5, truth, 9);
    double *log_odds = malloc(3000 * sizeof *log_odds);
    assay_array_log_odds(&d.data, truth, log_odds);
    for (size_t i = 0; i < 3000; i++) {
        double eta = truth[0];
        for (size_t j = 0; j < 5; j++)
            eta += truth[j + 1] * design_at(&d, i, j);
        ck_assert_double_eq(log_odds[i], eta);
    }
    free(log_odds);
    design_free(&d);
}
END_TEST

/* ---- Jeffreys' prior and multiplicities ---- */

static void jeffreys_by_rows(const struct design *d, const double coef[], const double a[],
                             long double pull[8], long double curvature[64])
{
    size_t n = d->data.n_column + 1;
    memset(pull, 0, 8 * sizeof *pull);
    memset(curvature, 0, 64 * sizeof *curvature);
    for (size_t i = 0; i < d->data.n_row; i++) {
        long double row[8] = {1.0L}, eta = coef[0], size = 0.0L;
        long double times = d->data.include != NULL ? d->data.include[i] : 1;
        for (size_t j = 1; j < n; j++) {
            row[j] = design_at(d, i, j - 1);
            eta += coef[j] * row[j];
        }
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                size += a[j * n + k] * row[j] * row[k];
        long double p = 1.0L / (1.0L + expl(-eta)), w = p * (1.0L - p);
        for (size_t j = 0; j < n; j++) {
            pull[j] += times * w * size * (0.5L - p) * row[j];
            for (size_t k = 0; k < n; k++)
                curvature[j * n + k] += times * w * w * size * row[j] * row[k];
        }
    }
}

START_TEST(the_prior_is_that_of_the_definition) /* a loop over shapes */
{
    struct design d = design_draw(shapes[_i].n_row, shapes[_i].n_column, truth, 8);
    size_t n = d.data.n_column + 1;
    unsigned char *times = malloc(d.data.n_row);
    double a[64], pull[8], curvature[64];
    struct assay_error err = {0};
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++) /* symmetric, of no particular sign */
            a[j * n + k] = cos((double)(j + k)) + 0.1 * (double)(j * k);
    for (size_t i = 0; i < d.data.n_row; i++)
        times[i] = (unsigned char)((i + 1) % 4);
    d.data.include = times;
    design_restart(&d);
    long double want_pull[8], want_curvature[64];
    jeffreys_by_rows(&d, truth, a, want_pull, want_curvature);
    ck_assay_ok(d.engine.jeffreys(d.engine.state, truth, a, pull, curvature, &err));
    double floor = 10.0 * (double)d.data.n_row; /* x'ax goes to a few dozen */
    for (size_t j = 0; j < n; j++)
        test_close("pull", pull[j], (double)want_pull[j], 1e-13, floor);
    for (size_t k = 0; k < n * n; k++)
        test_close("curvature", curvature[k], (double)want_curvature[k], 1e-13, floor);
    free(times);
    design_free(&d);
}
END_TEST

START_TEST(hat_values_sum_to_the_number_of_coefficients)
{
    /* With a the inverse information, sum w (x'ax) = trace(a X'WX) = n_coef; at b = 0 the curvature of
     * the intercept is sum h / 4. */
    struct design d = design_draw(400 + (size_t)_i, 7, truth, (uint64_t)_i + 40);
    const double zero[8] = {0};
    double log_likelihood, a[64], pull[8], curvature[64], scale[8];
    struct assay_error err = {0};
    ck_assay_ok(d.engine.evaluate(d.engine.state, zero, &log_likelihood, NULL, a, &err));
    ck_assert(assay_linear_invert(a, 8, scale));
    ck_assay_ok(d.engine.jeffreys(d.engine.state, zero, a, pull, curvature, &err));
    test_close("sum of hat values", 4.0 * curvature[0], 8.0, 1e-13, 0);
    for (size_t j = 0; j < 8; j++)
        ck_assert_double_eq(pull[j], 0.0); /* p = 1/2: the prior is at its top */
    design_free(&d);
}
END_TEST

START_TEST(a_row_counted_twice_is_the_row_written_twice) /* a loop over seeds */
{
    size_t n = 700, n_written = 0;
    struct design d = design_draw(n, 3, truth, (uint64_t)_i + 70);
    unsigned char *times = malloc(n);
    uint64_t state = (uint64_t)_i;
    for (size_t i = 0; i < n; i++)
        n_written += times[i] = (unsigned char)(i == 0 ? 255.0 : 4.0 * draw_uniform(&state));
    struct design e = design_new(n_written, 3);
    int32_t *cluster = malloc(n_written * sizeof *cluster), *own = malloc(n * sizeof *own);
    for (size_t i = 0, row = 0; i < n; i++) {
        own[i] = (int32_t)(i % 30);
        for (size_t k = 0; k < times[i]; k++, row++) {
            for (size_t j = 0; j < 3; j++)
                design_set(&e, row, j, design_at(&d, i, j));
            e.outcome[row] = d.outcome[i];
            cluster[row] = own[i];
        }
    }
    d.data.include = times;
    for (size_t pass = 0; pass < 2; pass++) { /* rows their own clusters, then in 30 */
        double meat[16], written[16];
        size_t n_cluster, n_other;
        struct assay_error err = {0};
        d.data.cluster = pass ? own : NULL;
        e.data.cluster = pass ? cluster : NULL;
        design_restart(&d);
        if (pass)
            assay_array_engine_clear(&e.engine);
        design_start(&e);
        ck_assert_uint_eq(d.engine.n_row, e.engine.n_row);
        ck_assert_uint_eq(d.engine.n_event, e.engine.n_event);
        struct value v = evaluate(&d.engine, truth), w = evaluate(&e.engine, truth);
        double floor = (double)n_written;
        test_close("log-likelihood", v.log_likelihood, w.log_likelihood, 1e-13, floor);
        for (size_t k = 0; k < 4; k++)
            test_close("gradient", v.gradient[k], w.gradient[k], 1e-13, floor);
        for (size_t k = 0; k < 16; k++)
            test_close("information", v.information[k], w.information[k], 1e-13, floor);
        ck_assay_ok(d.engine.cluster_scores(d.engine.state, truth, meat, &n_cluster, &err));
        ck_assay_ok(e.engine.cluster_scores(e.engine.state, truth, written, &n_other, &err));
        ck_assert_uint_eq(n_cluster, n_other);
        for (size_t k = 0; k < 16; k++)
            test_close("meat", meat[k], written[k], 1e-12, pass ? floor * floor / 30.0 : floor);
    }
    free(times);
    free(cluster);
    free(own);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(300, 2, truth, 1);
    struct assay_engine engine;
    struct assay_error err = {0};
    for (size_t n = 1; n <= 3; n++) {
        test_fail_allocation(n);
        enum assay_status status = assay_array_engine_init(&d.data, &engine, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
    }
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, sums_are_those_of_the_definition, 0, COUNT(shapes));
    tcase_add_loop_test(tc, moments_are_the_edge_of_the_information_at_nought, 0, COUNT(shapes));
    tcase_add_test(tc, any_number_of_threads_gives_the_same_bytes);
    tcase_add_test(tc, left_out_rows_do_not_count);
    tcase_add_test(tc, no_row_at_all_is_an_error);
    tcase_add_test(tc, rows_beyond_doubt_keep_their_digits);
    tcase_add_test(tc, a_direction_is_measured_over_all_rows_that_count);
    tcase_add_test(tc, log_odds_come_for_every_row);
    tcase_add_loop_test(tc, the_prior_is_that_of_the_definition, 0, COUNT(shapes));
    tcase_add_loop_test(tc, hat_values_sum_to_the_number_of_coefficients, 0, 5);
    tcase_add_loop_test(tc, a_row_counted_twice_is_the_row_written_twice, 0, 20);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/array_engine", add_tests)
