/* The conflict of anchor and data. */
#include <stdio.h>

#include "core/fit/anchor.h"
#include "core/fit/logistic.h"
#include "tests/fit/anchored.h"

static struct assay_anchor_conflict conflict_of(const struct design *d,
                                                const struct assay_anchor *anchor)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_conflict conflict;
    struct assay_error err = {0};
    ck_assay_ok(assay_anchor_conflict_test(&d->engine, anchor, &options, &conflict, &err));
    return conflict;
}

START_TEST(conflict_is_twice_the_difference_of_the_two_fits)
{
    struct design d = draw(2000, 11), c = composite(&d, uneven);
    struct assay_anchor anchor = anchor_at(7.0);
    struct assay_logistic_fit ml = fit_plain(&d.engine), along = fit_plain(&c.engine);
    struct assay_anchor_conflict conflict = conflict_of(&d, &anchor);
    test_close("statistic", conflict.statistic, 2.0 * (ml.log_likelihood - along.log_likelihood),
               1e-10, 1.0);
    test_close("slope", conflict.slope, -along.coef[1], 1e-11, 0.1);
    ck_assert_uint_eq(conflict.degrees, 3);
    /* Chi-square on 3 degrees: Q(x) = erfc(sqrt(x/2)) + sqrt(2x/pi) e^(-x/2) */
    double x = conflict.statistic;
    test_close("p", conflict.p_value,
               erfc(sqrt(x / 2)) + sqrt(2 * x / 3.141592653589793) * exp(-x / 2), 1e-11, 0);
    assay_logistic_fit_clear(&ml);
    assay_logistic_fit_clear(&along);
    design_free(&c);
    design_free(&d);
}
END_TEST

START_TEST(conflict_is_found_as_often_as_its_level_says)
{
    static const double agreed[] = {-0.4, -0.2, -0.4, -0.6, -0.8, 0.3}; /* u = 2 w */
    struct assay_anchor anchor = anchor_at(0.0);
    size_t found = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct design d = design_draw(1000, N_COEF - 1, agreed, seed * 31);
        found += conflict_of(&d, &anchor).p_value < 0.05;
        design_free(&d);
    }
    printf("conflict at level 5%%: found in %.1f%% of 400 agreeing samples\n", (double)found / 4);
    /* 20 expected, standard deviation 4.4 */
    ck_assert_uint_ge(found, 7);
    ck_assert_uint_le(found, 33);
}
END_TEST

START_TEST(a_reversed_anchor_is_in_conflict)
{
    static const double reversed[] = {-0.4, -0.8, -0.6, -0.4, -0.2, 0.3};
    struct assay_anchor anchor = anchor_at(0.0);
    struct design d = design_draw(3000, N_COEF - 1, reversed, 2);
    struct assay_anchor_conflict conflict = conflict_of(&d, &anchor);
    ck_assert_double_lt(conflict.p_value, 1e-6);
    ck_assert_double_gt(conflict.slope, 0.0);
    const double one = 1.0;
    struct assay_anchor alone = {.n_signal = 1, .signal = signal, .weight = &one};
    conflict = conflict_of(&d, &alone);
    ck_assert(conflict.degrees == 0 && conflict.p_value == 1.0 && conflict.statistic < 1e-8);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_of_the_conflict_test_may_fail)
{
    struct design d = draw(300, 13);
    struct assay_anchor anchor = anchor_at(0.0);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_conflict conflict = {.statistic = -1.0};
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    do {
        test_fail_allocation(++n);
        status = assay_anchor_conflict_test(&d.engine, &anchor, &options, &conflict, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && conflict.statistic == -1.0));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, conflict_is_twice_the_difference_of_the_two_fits);
    tcase_add_test(tc, conflict_is_found_as_often_as_its_level_says);
    tcase_add_test(tc, a_reversed_anchor_is_in_conflict);
    tcase_add_test(tc, every_allocation_of_the_conflict_test_may_fail);
}

ASSAY_SUITE("fit/anchor_conflict", add_tests)
