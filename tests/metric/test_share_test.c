#include "core/metric/share_test.h"

#include <math.h>

#include <gsl/gsl_randist.h>

#include "core/metric/interval.h"
#include "tests/metric/sample.h"

static const struct assay_verdict_errors errors = {.pass = 0.05, .fail = 0.025};
static const double sizes[] = {1, 2, 7, 20, 31, 40, 100, 400};
static const double targets[] = {0.02, 0.3, 0.5, 0.7, 0.75, 0.9, 0.95, 0.99};

/* P(pass) and P(fail) by asking for the verdict on every possible number of successes. */
static struct assay_verdict_chances enumerate(double n, double p, struct assay_limits limits)
{
    struct assay_verdict_chances out = {0, 0};
    for (double x = 0; x <= n; x++) {
        double mass = gsl_ran_binomial_pdf((unsigned)x, p, (unsigned)n);
        enum assay_verdict verdict =
            assay_share_verdict((struct assay_share){x, n}, limits, errors);
        out.pass += verdict == ASSAY_PASS ? mass : 0.0;
        out.fail += verdict == ASSAY_FAIL ? mass : 0.0;
    }
    return out;
}

START_TEST(no_truth_makes_a_wrong_verdict_more_likely_than_its_error)
{
    double n = sizes[_i];
    for (size_t k = 0; k < COUNT(targets); k++) {
        struct assay_limits low = {targets[k], NAN}, high = {NAN, targets[k]};
        for (double step = 0; step <= 1.0; step += 0.1) {
            double worse = targets[k] * (1.0 - step), better = targets[k] + (1.0 - targets[k]) * step;
            /* 1e-12: rounding of the sums */
            ck_assert_double_le(enumerate(n, worse, low).pass, errors.pass + 1e-12);
            ck_assert_double_le(enumerate(n, better, low).fail, errors.fail + 1e-12);
            ck_assert_double_le(enumerate(n, better, high).pass, errors.pass + 1e-12);
            ck_assert_double_le(enumerate(n, worse, high).fail, errors.fail + 1e-12);
        }
    }
}
END_TEST

START_TEST(a_range_of_targets_keeps_the_errors_too)
{
    /* A wrong fail by either of two limits: their sum, as the header says. */
    double n = sizes[_i];
    struct assay_limits range = {0.3, 0.6};
    for (double p = 0.01; p < 1.0; p += 0.01) {
        struct assay_verdict_chances found = enumerate(n, p, range);
        if (p <= range.low || p >= range.high)
            ck_assert_double_le(found.pass, errors.pass + 1e-12);
        else
            ck_assert_double_le(found.fail, 2 * errors.fail + 1e-12);
    }
}
END_TEST

START_TEST(a_verdict_is_what_the_one_sided_bounds_say)
{
    double n = sizes[_i];
    for (double x = 0; x <= n; x += fmax(1.0, floor(n / 20)))
        for (size_t k = 0; k < COUNT(targets); k++) {
            struct assay_share share = {x, n};
            double low = assay_share_at_least(share, errors.pass);
            double high = assay_share_at_most(share, errors.fail);
            ck_assert(0.0 <= low && low <= x / n && x / n <= high && high <= 1.0);
            enum assay_verdict expected = low >= targets[k]   ? ASSAY_PASS
                                          : high <= targets[k] ? ASSAY_FAIL
                                                               : ASSAY_INCONCLUSIVE;
            ck_assert_int_eq(
                assay_share_verdict(share, (struct assay_limits){targets[k], NAN}, errors), expected);
        }
}
END_TEST

START_TEST(all_successes_pass_when_the_target_to_the_n_is_small_enough)
{
    /* P(X = n | t) = t^n <= 0.05 first at n = 11 for 0.75 (0.0422; 0.0563 at 10). */
    struct assay_limits limits = {0.75, NAN};
    ck_assert_int_eq(assay_share_verdict((struct assay_share){10, 10}, limits, errors),
                     ASSAY_INCONCLUSIVE);
    ck_assert_int_eq(assay_share_verdict((struct assay_share){11, 11}, limits, errors), ASSAY_PASS);
    /* and none of n fails when (1 - t)^n <= 0.025: 0.25^3 = 0.0156 */
    ck_assert_int_eq(assay_share_verdict((struct assay_share){0, 2}, limits, errors),
                     ASSAY_INCONCLUSIVE);
    ck_assert_int_eq(assay_share_verdict((struct assay_share){0, 3}, limits, errors), ASSAY_FAIL);
}
END_TEST

START_TEST(targets_at_the_ends_have_the_verdicts_of_certainty)
{
    struct assay_limits all = {1.0, NAN}, none = {NAN, 0.0}, any = {0.0, NAN}, even = {NAN, 1.0};
    ck_assert_int_eq(assay_share_verdict((struct assay_share){9, 10}, all, errors), ASSAY_FAIL);
    ck_assert_int_eq(assay_share_verdict((struct assay_share){10, 10}, all, errors),
                     ASSAY_INCONCLUSIVE);
    ck_assert_int_eq(assay_share_verdict((struct assay_share){1, 10}, none, errors), ASSAY_FAIL);
    ck_assert_int_eq(assay_share_verdict((struct assay_share){0, 10}, any, errors), ASSAY_PASS);
    ck_assert_int_eq(assay_share_verdict((struct assay_share){10, 10}, even, errors), ASSAY_PASS);
    ck_assert(isnan(assay_share_detectable(10, any, 0.05, 0.8)));
    ck_assert(isnan(assay_share_detectable(0.5, all, 0.05, 0.8)));
}
END_TEST

START_TEST(chances_are_those_of_every_outcome_together)
{
    double n = sizes[_i];
    const struct assay_limits limits[] = {{0.75, NAN}, {NAN, 0.4}, {0.2, 0.5}};
    for (size_t k = 0; k < COUNT(limits); k++)
        for (double p = 0.0; p <= 1.0; p += 0.125) {
            struct assay_verdict_chances found = assay_share_chances(n, p, limits[k], errors);
            struct assay_verdict_chances expected = enumerate(n, p, limits[k]);
            ck_assert_double_eq_tol(found.pass, expected.pass, 1e-10);
            ck_assert_double_eq_tol(found.fail, expected.fail, 1e-10);
        }
}
END_TEST

START_TEST(a_detectable_share_fails_with_the_power_asked_for)
{
    double n = sizes[_i];
    for (size_t k = 0; k < COUNT(targets); k++) {
        struct assay_limits low = {targets[k], NAN}, high = {NAN, targets[k]};
        double below = assay_share_detectable(n + 0.5, low, errors.fail, 0.8);
        double above = assay_share_detectable(n, high, errors.fail, 0.8);
        /* Where none is found, not even the worst share always fails. */
        if (isnan(below))
            ck_assert_double_eq(enumerate(n, 0.0, low).fail, 0.0);
        else
            ck_assert_double_eq_tol(enumerate(n, below, low).fail, 0.8, 1e-9);
        if (isnan(above))
            ck_assert_double_eq(enumerate(n, 1.0, high).fail, 0.0);
        else
            ck_assert_double_eq_tol(enumerate(n, above, high).fail, 0.8, 1e-9);
    }
}
END_TEST

START_TEST(the_trials_needed_make_a_verdict_likely_and_one_less_does_not)
{
    const double shares[] = {0.2, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 1.0};
    const struct assay_limits limits = {0.75, NAN};
    double p = shares[_i], n = 20;
    struct assay_share share = {p * n, n};
    double more = assay_share_needed(share, limits, errors, 0.8, 1e5);
    ck_assert(more >= 1.0 && more == floor(more) && more < 1e5);
    struct assay_verdict_chances at = assay_share_chances(n + more, p, limits, errors);
    struct assay_verdict_chances before = assay_share_chances(n + more - 1, p, limits, errors);
    ck_assert_double_ge(at.pass + at.fail, 0.8);
    ck_assert(more == 1.0 || before.pass + before.fail < 0.8);
}
END_TEST

START_TEST(a_share_at_its_target_needs_more_than_any_number)
{
    struct assay_limits limits = {0.75, NAN};
    struct assay_share share = {30, 40};
    ck_assert(isinf(assay_share_needed(share, limits, errors, 0.8, 100000)));
    /* and one near it, more than a small number */
    share.x = 31;
    double needed = assay_share_needed(share, limits, errors, 0.8, 1e6);
    ck_assert(isfinite(needed) && needed > 100);
    ck_assert_double_le(assay_share_needed(share, limits, errors, 0.8, needed), needed);
    ck_assert(isinf(assay_share_needed(share, limits, errors, 0.8, 0.9 * needed)));
    ck_assert(isinf(assay_share_needed(share, limits, errors, 0.8, 0.5)));
}
END_TEST

START_TEST(trials_that_are_not_whole_lie_between_whole_ones)
{
    struct assay_limits limits = {0.75, NAN};
    double before = -1.0;
    for (double x = 0; x <= 20; x += 0.25) {
        double low = assay_share_at_least((struct assay_share){x, 20}, 0.05);
        ck_assert(low > before || x == 0);
        before = low;
    }
    ck_assert_int_eq(assay_share_verdict((struct assay_share){18.4, 20}, limits, errors),
                     ASSAY_INCONCLUSIVE); /* 18 of 20: P(X >= 18) = 0.091, 19: 0.024 */
    ck_assert_int_eq(assay_share_verdict((struct assay_share){19, 20}, limits, errors), ASSAY_PASS);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, no_truth_makes_a_wrong_verdict_more_likely_than_its_error, 0,
                        COUNT(sizes));
    tcase_add_loop_test(tc, a_range_of_targets_keeps_the_errors_too, 0, COUNT(sizes));
    tcase_add_loop_test(tc, a_verdict_is_what_the_one_sided_bounds_say, 0, COUNT(sizes));
    tcase_add_test(tc, all_successes_pass_when_the_target_to_the_n_is_small_enough);
    tcase_add_test(tc, targets_at_the_ends_have_the_verdicts_of_certainty);
    tcase_add_loop_test(tc, chances_are_those_of_every_outcome_together, 0, COUNT(sizes));
    tcase_add_loop_test(tc, a_detectable_share_fails_with_the_power_asked_for, 0, COUNT(sizes));
    tcase_add_loop_test(tc, the_trials_needed_make_a_verdict_likely_and_one_less_does_not, 0, 8);
    tcase_add_test(tc, a_share_at_its_target_needs_more_than_any_number);
    tcase_add_test(tc, trials_that_are_not_whole_lie_between_whole_ones);
}

ASSAY_SUITE("metric/share_test", add_tests)
