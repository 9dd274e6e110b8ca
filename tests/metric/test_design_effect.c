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

/* Accounts 0, 3, 6, ... with moves 1 and 2 each, one after the other: G/(G-1) 9 G / (m/(m-1) 5 G), m = 2 G. Of the
 * thousands that are added up by their codes and of the few that are not. */
START_TEST(many_accounts_are_summed_as_few_are)
{
    enum { MOST = 5000 };
    struct assay_design_effect effect = room(3 * MOST);
    static const int32_t of[] = {MOST, 20, MOST};
    for (size_t k = 0; k < COUNT(of); k++) {
        double g = of[k], m = 2 * g;
        for (int32_t move = 1; move <= 2; move++)
            for (int32_t account = of[k]; account-- > 0;)
                assay_design_effect_add(&effect, 3 * account, move);
        test_close("d", assay_design_effect_take(&effect), g / (g - 1) * 9 / (m / (m - 1) * 5), 1e-14, 0);
    }
    assay_design_effect_clear(&effect);
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

/* Of few accounts and of many, twice, so that what is left behind would be seen. */
START_TEST(three_figures_at_once_have_the_effects_they_have_one_by_one)
{
    enum { N = 12000 };
    struct test_random random = {(uint64_t)_i + 1};
    struct assay_error err = {0};
    struct assay_design_effect one, three;
    size_t n_account = _i % 2 ? 5000 : 60;
    ck_assay_ok(assay_design_effect_init(n_account, &one, &err));
    ck_assay_ok(assay_design_effect_init(n_account, &three, &err));
    for (int time = 0; time < 2; time++) {
        double want[3], got[3];
        struct test_random again = random;
        for (int f = 0; f < 3; f++) {
            random = again;
            for (size_t i = 0; i < N; i++) {
                int32_t account = (int32_t)test_below(&random, n_account);
                double move[3] = {test_uniform(&random) - 0.5, test_uniform(&random), (double)account};
                assay_design_effect_add(&one, account, move[f]);
                if (f == 0)
                    assay_design_effect_add_three(&three, account, move);
            }
            want[f] = assay_design_effect_take(&one);
        }
        assay_design_effect_take_three(&three, got);
        for (int f = 0; f < 3; f++)
            ck_assert_double_eq(got[f], want[f]);
        ck_assert_double_gt(got[2], 1.5);
    }
    assay_design_effect_clear(&one);
    assay_design_effect_clear(&three);
}
END_TEST

/* Rows in cells give, from one look, what a pass of each figure's own gives. */
START_TEST(cells_lead_to_the_effect_of_any_figure_about_them)
{
    enum { N = 500, ACCOUNTS = 60 };
    struct test_random random = {(uint64_t)_i + 1};
    struct assay_error err = {0};
    struct assay_design_effect effect;
    struct assay_cell_moments cells;
    size_t cell[N];
    int32_t account[N];
    ck_assay_ok(assay_design_effect_init(ACCOUNTS, &effect, &err));
    for (int again = 0; again < 2; again++) { /* the room is empty again */
        for (size_t i = 0; i < N; i++) {
            account[i] = (int32_t)(test_bits(&random) % ACCOUNTS);
            cell[i] = test_uniform(&random) < 0.7 ? (size_t)account[i] % 4 : test_bits(&random) % 4;
            assay_design_effect_cell(&effect, account[i], cell[i]);
        }
        assay_design_effect_take_cells(&effect, &cells);
    }
    for (unsigned members = 0; members < 16; members++) {
        double move[4];
        for (size_t c = 0; c < 4; c++)
            move[c] = test_uniform(&random) - 0.5;
        for (size_t i = 0; i < N; i++)
            if (members >> cell[i] & 1)
                assay_design_effect_add(&effect, account[i], move[cell[i]]);
        test_close("d", assay_cell_effect(&cells, members, move), assay_design_effect_take(&effect),
                   1e-12, 0);
    }
    assay_design_effect_clear(&effect);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, rows_of_an_account_are_summed_before_they_are_squared);
    tcase_add_test(tc, many_accounts_are_summed_as_few_are);
    tcase_add_test(tc, it_is_never_below_one);
    tcase_add_test(tc, intervals_are_stretched_about_their_value);
    tcase_add_test(tc, every_failing_allocation_is_reported);
    tcase_add_loop_test(tc, three_figures_at_once_have_the_effects_they_have_one_by_one, 0, 4);
    tcase_add_loop_test(tc, cells_lead_to_the_effect_of_any_figure_about_them, 0, 5);
}

ASSAY_SUITE("metric/design_effect", add_tests)
