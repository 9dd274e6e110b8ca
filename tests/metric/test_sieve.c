#include <float.h>

#include "core/metric/sieve.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

enum { MANY = 150000 }; /* more than one chunk */

static struct assay_sieve sieve_of(const double value[], const unsigned char flag[], size_t n)
{
    struct assay_error err = {0};
    struct assay_sieve sieve;
    ck_assay_ok(assay_sieve_init(value, flag, n, "sieving", &sieve, &err));
    return sieve;
}

/* Some tie, some are missing, some are far out. */
static void draw(uint64_t seed, size_t n, double value[], unsigned char flag[])
{
    struct test_random random = {seed};
    for (size_t i = 0; i < n; i++) {
        double u = test_uniform(&random);
        value[i] = seed % 2 == 0 ? 100 * u : exp(9 * u) - 20;
        if (test_below(&random, 9) == 0)
            value[i] = test_below(&random, 2) == 0 ? (double)NAN : floor(value[i]);
        flag[i] = test_below(&random, 5) == 0;
    }
}

START_TEST(higher_values_lie_in_no_lower_strip_and_each_is_counted_there)
{
    static double value[MANY];
    static unsigned char flag[MANY];
    static double top[ASSAY_STRIPS], bottom[ASSAY_STRIPS];
    static size_t count[ASSAY_STRIPS][2];
    size_t present = 0;
    draw((uint64_t)_i, MANY, value, flag);
    struct assay_sieve sieve = sieve_of(value, flag, MANY);
    memset(count, 0, sizeof count);
    for (size_t i = 0; i < MANY; i++) {
        if (isnan(value[i]))
            continue;
        size_t b = assay_sieve_strip(&sieve, value[i]);
        ck_assert_uint_lt(b, ASSAY_STRIPS);
        bool first = count[b][0] + count[b][1] == 0;
        bottom[b] = first ? value[i] : fmin(bottom[b], value[i]);
        top[b] = first ? value[i] : fmax(top[b], value[i]);
        count[b][flag[i]]++;
        present++;
    }
    ck_assert_uint_eq(sieve.n_present, present);
    ck_assert_mem_eq(sieve.count, count, sizeof count);
    double last = -HUGE_VAL;
    for (size_t b = 0; b < ASSAY_STRIPS; b++) {
        if (assay_sieve_in(&sieve, b) == 0)
            continue;
        ck_assert_double_gt(bottom[b], last);
        ck_assert(last != -HUGE_VAL || bottom[b] == sieve.lowest);
        last = top[b];
    }
    ck_assert_double_eq(last, sieve.highest);
    assay_sieve_clear(&sieve);
}
END_TEST

START_TEST(kept_strips_come_out_in_the_order_of_the_rows)
{
    static double value[MANY], kept[MANY];
    static unsigned char flag[MANY], kept_flag[MANY];
    size_t k = 0;
    draw((uint64_t)_i, MANY, value, flag);
    struct assay_sieve sieve = sieve_of(value, flag, MANY);
    for (size_t b = 0; b < ASSAY_STRIPS; b += 7)
        sieve.kept[b] = true;
    assay_sieve_gather(&sieve, kept, kept_flag);
    for (size_t i = 0; i < MANY; i++) {
        if (isnan(value[i]) || assay_sieve_strip(&sieve, value[i]) % 7 != 0)
            continue;
        ck_assert_double_eq(kept[k], value[i]);
        ck_assert_uint_eq(kept_flag[k++], flag[i]);
    }
    ck_assert_uint_eq(assay_sieve_kept(&sieve), k);
    ck_assert_uint_gt(k, 0);
    assay_sieve_clear(&sieve);
}
END_TEST

START_TEST(ranges_without_end_and_without_width_have_strips)
{
    static const double wide[] = {-DBL_MAX, DBL_MAX, 0, 5e-324}, narrow[] = {5e-324, 0, -5e-324},
                        same[] = {0.3, 0.3, NAN}, none[] = {NAN, NAN};
    static const struct {
        const double *value;
        size_t n, n_present;
    } all[] = {{wide, 4, 4}, {narrow, 3, 3}, {same, 3, 2}, {none, 2, 0}, {none, 0, 0}};
    for (size_t a = 0; a < COUNT(all); a++) {
        struct assay_sieve sieve = sieve_of(all[a].value, NULL, all[a].n);
        size_t sum = 0;
        for (size_t b = 0; b < ASSAY_STRIPS; b++)
            sum += sieve.count[b][0];
        ck_assert_uint_eq(sum, all[a].n_present);
        ck_assert_uint_eq(sieve.n_present, all[a].n_present);
        assay_sieve_clear(&sieve);
    }
    struct assay_sieve sieve = sieve_of(wide, NULL, 4);
    ck_assert_uint_eq(assay_sieve_strip(&sieve, -DBL_MAX), 0);
    ck_assert_uint_eq(assay_sieve_strip(&sieve, DBL_MAX), ASSAY_STRIPS - 1);
    assay_sieve_clear(&sieve);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct assay_error err = {0};
    struct assay_sieve sieve;
    const double value[] = {1, 2};
    for (size_t n = 1; n <= 3; n++) {
        test_fail_allocation(n);
        enum assay_status status = assay_sieve_init(value, NULL, 2, "sieving", &sieve, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory sieving");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, higher_values_lie_in_no_lower_strip_and_each_is_counted_there, 0, 4);
    tcase_add_loop_test(tc, kept_strips_come_out_in_the_order_of_the_rows, 0, 4);
    tcase_add_test(tc, ranges_without_end_and_without_width_have_strips);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("metric/sieve", add_tests)
