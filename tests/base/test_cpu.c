#include "core/base/cpu.h"

#include <stdlib.h>

#include "tests/support/suite.h"

static const struct {
    const char *name, *message;
} bad[] = {
    {"sse9", "ASSAY_CPU is \"sse9\"; expected baseline, avx2 or avx512"},
    {"AVX2", "ASSAY_CPU is \"AVX2\"; expected baseline, avx2 or avx512"},
    {"avx", "ASSAY_CPU is \"avx\"; expected baseline, avx2 or avx512"},
    {"a-name-that-goes-on-and-on-and-on-beyond-forty-bytes",
     "ASSAY_CPU is \"a-name-that-goes-on-and-on-and-on-beyond\"; expected baseline, avx2 or "
     "avx512"},
};

START_TEST(a_set_that_does_not_exist_is_refused) /* from a call and from the environment */
{
    struct assay_error err = {0};
    enum assay_cpu before = assay_cpu();
    ck_assert_int_eq(assay_cpu_choose(bad[_i].name, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    setenv("ASSAY_CPU", bad[_i].name, 1);
    ck_assert_int_eq(assay_cpu_choose(NULL, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    unsetenv("ASSAY_CPU");
    ck_assert_int_eq(assay_cpu(), before);
}
END_TEST

START_TEST(the_environment_chooses)
{
    struct assay_error err = {0};
    setenv("ASSAY_CPU", "baseline", 1);
    ck_assert_int_eq(assay_cpu(), ASSAY_CPU_BASELINE); /* the first question reads it */
    unsetenv("ASSAY_CPU");
    ck_assay_ok(assay_cpu_choose(NULL, &err));
    enum assay_cpu best = assay_cpu();
    setenv("ASSAY_CPU", "", 1);
    ck_assay_ok(assay_cpu_choose(NULL, &err));
    ck_assert_int_eq(assay_cpu(), best);
    unsetenv("ASSAY_CPU");
}
END_TEST

START_TEST(what_is_refused_counts_as_unset_to_who_does_not_ask)
{
    setenv("ASSAY_CPU", "sse9", 1);
    enum assay_cpu set = assay_cpu();
    unsetenv("ASSAY_CPU");
    struct assay_error err = {0};
    ck_assay_ok(assay_cpu_choose(NULL, &err));
    ck_assert_int_eq(set, assay_cpu());
}
END_TEST

START_TEST(a_set_is_used_or_said_to_be_missing)
{
    static const char *const names[] = {"baseline", "avx2", "avx512"};
    struct assay_error err = {0};
    ck_assay_ok(assay_cpu_choose(NULL, &err));
    enum assay_cpu best = assay_cpu();
    for (int k = 0; k < (int)COUNT(names); k++) {
        enum assay_status status = assay_cpu_choose(names[k], &err);
        ck_assert_int_eq(status, k <= (int)best ? ASSAY_OK : ASSAY_EDATA);
        ck_assert_int_eq((int)assay_cpu(), k <= (int)best ? k : (int)best);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_set_that_does_not_exist_is_refused, 0, COUNT(bad));
    tcase_add_test(tc, the_environment_chooses);
    tcase_add_test(tc, what_is_refused_counts_as_unset_to_who_does_not_ask);
    tcase_add_test(tc, a_set_is_used_or_said_to_be_missing);
}

ASSAY_SUITE("base/cpu", add_tests)
