#include "core/base/vector_math.h"

#include <math.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/number.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { N = 4000 };

static void draw(double x[N])
{
    struct test_random random = {5};
    for (size_t i = 0; i < N; i++)
        x[i] = (test_uniform(&random) - 0.5) * (i % 3 == 0 ? 1500.0 : i % 3 == 1 ? 80.0 : 4.0);
}

static const char *const sets[] = {"baseline", "avx2", "avx512"};

static bool use(const char *set)
{
    struct assay_error err = {0};
    if (assay_cpu_choose(set, &err) == ASSAY_OK)
        return true;
    test_skip(err.message);
    return false;
}

START_TEST(probabilities_are_those_of_the_scalar_function) /* a loop over instruction sets */
{
    double x[N], prob[N];
    if (!use(sets[_i]))
        return;
    draw(x);
    assay_expit_array(x, N, prob);
    for (size_t i = 0; i < N; i++) {
        double want = assay_expit(x[i]);
        double unit = nextafter(want, INFINITY) - want;
        ck_assert_msg(fabs(prob[i] - want) <= 2.0 * unit, "expit(%.17g) is %.17g; expected %.17g",
                      x[i], prob[i], want);
    }
}
END_TEST

START_TEST(any_length_gives_the_same_values)
{
    double x[N], whole[N], part[40];
    draw(x);
    assay_expit_array(x, N, whole);
    for (size_t n = 0; n <= 33; n++)
        for (size_t first = 0; first < 9; first++) {
            for (size_t i = 0; i < COUNT(part); i++)
                part[i] = -7.0;
            assay_expit_array(x + first, n, part);
            ck_assert_mem_eq(part, whole + first, n * sizeof *part);
            ck_assert_double_eq(part[n], -7.0);
        }
    assay_expit_array(x, N, x);
    ck_assert_mem_eq(x, whole, sizeof whole);
}
END_TEST

START_TEST(avx2_and_avx512_give_the_same_bytes)
{
    double x[N], two[N], five[N];
    if (!use("avx2") || !use("avx512"))
        return;
    draw(x);
    assay_expit_array(x, N, five);
    ck_assert(use("avx2"));
    assay_expit_array(x, N, two);
    ck_assert_mem_eq(two, five, sizeof two);
}
END_TEST

START_TEST(beyond_the_range_there_is_certainty) /* a loop over instruction sets */
{
    double x[] = {INFINITY, -INFINITY, 0.0, -0.0, 1e300, -1e300, NAN};
    if (!use(sets[_i]))
        return;
    assay_expit_array(x, COUNT(x), x);
    const double want[] = {1.0, 0.0, 0.5, 0.5, 1.0, 0.0};
    for (size_t i = 0; i < COUNT(want); i++)
        ck_assert_double_eq(x[i], want[i]);
    ck_assert(isnan(x[6]));
}
END_TEST

/* Probabilities of every size, with both ends: next to 0, next to 1, and below full precision. */
static void draw_prob(double prob[N])
{
    struct test_random random = {9};
    for (size_t i = 0; i < N; i++) {
        double u = test_uniform(&random);
        prob[i] = i % 4 == 0 ? u : i % 4 == 1 ? pow(u, 40.0) : i % 4 == 2 ? 1.0 - pow(u, 9.0) : ldexp(u, -1040);
    }
}

static void check_log(const char *name, double prob, double got, long double want)
{
    double size = fabs((double)want);
    long double unit = (long double)nextafter(size, INFINITY) - (long double)size;
    ck_assert_msg(fabsl((long double)got - want) <= 1.5L * unit, "%s(%.17g) is %.17g; expected %.17Lg", name, prob,
                  got, want);
}

START_TEST(logarithms_are_those_of_long_double) /* a loop over instruction sets */
{
    double prob[N], log_prob[N], log_rest[N];
    if (!use(sets[_i]))
        return;
    draw_prob(prob);
    assay_logs_array(prob, N, log_prob, log_rest);
    for (size_t i = 0; i < N; i++)
        if (prob[i] > 0.0 && prob[i] < 1.0) {
            check_log("log", prob[i], log_prob[i], logl((long double)prob[i]));
            check_log("log1p", prob[i], log_rest[i], log1pl(-(long double)prob[i]));
        }
}
END_TEST

START_TEST(certainty_has_infinite_logarithms) /* a loop over instruction sets */
{
    const double prob[] = {0.0, 1.0, 0.5, -0.0, 1e-320};
    double log_prob[5], log_rest[6] = {[5] = -7.0};
    if (!use(sets[_i]))
        return;
    assay_logs_array(prob, 5, log_prob, log_rest);
    ck_assert(isinf(log_prob[0]) && log_prob[0] < 0 && isinf(log_prob[3]) && log_prob[3] < 0);
    ck_assert(isinf(log_rest[1]) && log_rest[1] < 0);
    ck_assert(log_prob[1] == 0.0 && log_rest[0] == 0.0 && log_rest[3] == 0.0);
    ck_assert_double_eq(log_prob[2], log_rest[2]);
    test_close("log", log_prob[4], log(1e-320), 1e-14, 1);
    ck_assert_double_eq(log_rest[5], -7.0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, logarithms_are_those_of_long_double, 0, COUNT(sets));
    tcase_add_loop_test(tc, certainty_has_infinite_logarithms, 0, COUNT(sets));
    tcase_add_loop_test(tc, probabilities_are_those_of_the_scalar_function, 0, COUNT(sets));
    tcase_add_test(tc, any_length_gives_the_same_values);
    tcase_add_test(tc, avx2_and_avx512_give_the_same_bytes);
    tcase_add_loop_test(tc, beyond_the_range_there_is_certainty, 0, COUNT(sets));
}

ASSAY_SUITE("base/vector_math", add_tests)
