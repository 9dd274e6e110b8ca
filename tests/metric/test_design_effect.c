#include "core/metric/design_effect.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"

static struct assay_design_effect room(size_t n_code)
{
    struct assay_error err = {0};
    struct assay_design_effect effect;
    ck_assay_ok(assay_design_effect_init(n_code, &effect, &err));
    return effect;
}

/* v = 3, 1 (account 0), -4 (account 2): 2/1 (16 + 16) / (3/2 * 26). */
START_TEST(rows_of_an_account_are_summed_before_they_are_squared)
{
    struct assay_design_effect effect = room(3);
    for (int twice = 0; twice < 2; twice++) { /* the room is empty again behind a figure */
        assay_design_effect_add(&effect, 0, 3);
        assay_design_effect_add(&effect, 2, -4);
        assay_design_effect_add(&effect, 0, 1);
        test_close("d", assay_design_effect_take(&effect), 2 * 32.0 / (1.5 * 26), 1e-15, 0);
    }
    assay_design_effect_clear(&effect);
    ck_assert_ptr_null(effect.sum);
}
END_TEST

START_TEST(it_is_never_below_one)
{
    struct assay_design_effect effect = room(4);
    ck_assert_double_eq(assay_design_effect_take(&effect), 1); /* nothing added */
    assay_design_effect_add(&effect, 1, 5);
    assay_design_effect_add(&effect, 1, 3);
    ck_assert_double_eq(assay_design_effect_take(&effect), 1); /* one account */
    assay_design_effect_add(&effect, 1, 0);
    assay_design_effect_add(&effect, 2, 0);
    ck_assert_double_eq(assay_design_effect_take(&effect), 1); /* nothing moves */
    for (int32_t account = 0; account < 4; account++) { /* each account evens itself out */
        assay_design_effect_add(&effect, account, 1);
        assay_design_effect_add(&effect, account, -1);
    }
    ck_assert_double_eq(assay_design_effect_take(&effect), 1);
    assay_design_effect_clear(&effect);
}
END_TEST

START_TEST(intervals_are_stretched_about_their_value)
{
    struct assay_estimate e = assay_stretch((struct assay_estimate){0.5, 0.4, 0.7}, 4, 0, 0.8);
    test_close("low", e.low, 0.3, 1e-15, 0);
    ck_assert_double_eq(e.high, 0.8); /* not 0.9: cut */
    e = assay_stretch(assay_estimate_without_interval(0.5), 4, 0, 1);
    ck_assert(isnan(e.low) && isnan(e.high));
    /* logits 0, -1, 2 become 0, -2, 4 */
    e = assay_stretch_logit((struct assay_estimate){0.5, 1 / (1 + exp(1)), 1 / (1 + exp(-2))}, 4);
    test_close("low", e.low, 1 / (1 + exp(2)), 1e-14, 0);
    test_close("high", e.high, 1 / (1 + exp(-4)), 1e-14, 0);
    e = assay_stretch_logit(assay_estimate_without_interval(1.0), 4);
    ck_assert(e.value == 1.0 && isnan(e.low));
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    for (size_t n = 1; n <= 4; n++) {
        struct assay_error err = {0};
        struct assay_design_effect effect = {.n_code = 7};
        test_fail_allocation(n);
        enum assay_status status = assay_design_effect_init(3, &effect, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, n <= 3 ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_uint_eq(effect.n_code, n <= 3 ? 7 : 3);
        if (n == 4)
            assay_design_effect_clear(&effect);
        else
            ck_assert_str_eq(err.message, "out of memory measuring by account");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, rows_of_an_account_are_summed_before_they_are_squared);
    tcase_add_test(tc, it_is_never_below_one);
    tcase_add_test(tc, intervals_are_stretched_about_their_value);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/design_effect", add_tests)
