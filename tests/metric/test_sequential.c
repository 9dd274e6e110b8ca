#include "core/metric/sequential.h"

#include <math.h>

#include <gsl/gsl_randist.h>

#include "tests/metric/sample.h"

enum { MOST = 2001 };

static double above(double x, double n, double target)
{
    struct assay_share share = {x, n};
    struct assay_series series = {&share, 1, false};
    return exp(assay_log_evidence_above(&series, target));
}

static double below(double x, double n, double target)
{
    struct assay_share share = {x, n};
    struct assay_series series = {&share, 1, false};
    return exp(assay_log_evidence_below(&series, target));
}

START_TEST(evidence_is_the_mixture_of_likelihood_ratios)
{
    /* The integral by the midpoint rule on 40,000 points: an error of 1e-7 or so. */
    const double t = 0.75, x = 27 + _i, n = 31;
    double a = ASSAY_MIXTURE * t, b = ASSAY_MIXTURE * (1 - t), mixed = 0, whole = 0;
    for (int k = 0; k < 40000; k++) {
        double q = t + (1 - t) * (k + 0.5) / 40000;
        double density = pow(q, a - 1) * pow(1 - q, b - 1);
        mixed += density * pow(q / t, x) * pow((1 - q) / (1 - t), n - x);
        whole += density;
    }
    test_close("e-value", above(x, n, t), mixed / whole, 1e-6, 0.0);
    test_close("mirrored", below(n - x, n, 1 - t), mixed / whole, 1e-6, 0.0);
}
END_TEST

START_TEST(evidence_has_mean_one_at_the_target_and_less_beyond)
{
    const double targets[] = {0.05, 0.3, 0.75, 0.95};
    double t = targets[_i];
    for (unsigned n = 1; n <= 200; n = 2 * n + 1)
        for (double p = t; p > t / 4; p -= t / 8) {
            double mean = 0, mirror = 0;
            for (unsigned x = 0; x <= n; x++) {
                mean += gsl_ran_binomial_pdf(x, p, n) * above(x, n, t);
                mirror += gsl_ran_binomial_pdf(x, 1 - p, n) * below(x, n, 1 - t);
            }
            if (p == t) {
                ck_assert_double_eq_tol(mean, 1.0, 1e-9);
                ck_assert_double_eq_tol(mirror, 1.0, 1e-9);
            } else {
                ck_assert(mean < 1.0 && mirror < 1.0);
            }
        }
}
END_TEST

/* Evidence after so many audits with so many successes in all. */
static double evidence_after(unsigned audits, unsigned x, unsigned n, double target, bool for_pass,
                             bool same)
{
    struct assay_share shares[20] = {{0}};
    for (unsigned k = 0; k < audits; k++) /* only the sums matter */
        shares[k] = (struct assay_share){(double)x / audits, (double)n / audits};
    struct assay_series series = {shares, audits, same};
    return exp(for_pass ? assay_log_evidence_above(&series, target)
                        : assay_log_evidence_below(&series, target));
}

/* P(evidence ever reaches 20 within 20 audits of n trials each), exactly: the mass that has not yet
 * crossed, by the successes so far. */
static double ever(unsigned n, double p, double target, bool for_pass, bool same)
{
    static double mass[MOST], next[MOST], step[MOST];
    double crossed = 0;
    memset(mass, 0, sizeof mass);
    mass[0] = 1;
    for (unsigned x = 0; x <= n; x++)
        step[x] = gsl_ran_binomial_pdf(x, p, n);
    for (unsigned audit = 0; audit < 20 && (audit + 1) * n < MOST; audit++) {
        unsigned total = audit * n;
        memset(next, 0, sizeof next);
        for (unsigned x = 0; x <= total; x++)
            for (unsigned d = 0; mass[x] > 0 && d <= n; d++)
                next[x + d] += mass[x] * step[d];
        for (unsigned x = 0; x <= total + n; x++) {
            bool decides = next[x] > 1e-15 && /* what is dropped is counted as crossed below */
                           evidence_after(audit + 1, x, total + n, target, for_pass, same) >= 20;
            crossed += decides || next[x] <= 1e-15 ? next[x] : 0;
            mass[x] = decides || next[x] <= 1e-15 ? 0 : next[x];
        }
    }
    return crossed;
}

START_TEST(looking_after_each_of_twenty_audits_keeps_the_error)
{
    const unsigned sizes[] = {5, 20, 40, 100};
    const double targets[] = {0.5, 0.75, 0.9};
    for (size_t k = 0; k < COUNT(targets); k++) {
        double t = targets[k];
        double pass = ever(sizes[_i], t, t, true, false), fail = ever(sizes[_i], t, t, false, false);
        ck_assert(pass > 0.002 && pass <= 0.05); /* not by never deciding at all */
        ck_assert(fail > 0.002 && fail <= 0.05);
        ck_assert_double_lt(ever(sizes[_i], 0.9 * t, t, true, false), pass);
        ck_assert_double_le(ever(sizes[_i], t, t, true, true), 0.05);
    }
    ck_assert_double_gt(ever(sizes[_i], 0.5, 0.75, false, false), 0.9);
}
END_TEST

START_TEST(the_same_accounts_every_quarter_keep_the_error_too)
{
    /* Worst dependence: every audit repeats the first. A look costs its share of the error; the first look's
     * is half of it: P(X >= x) <= 0.025 for whole x. */
    const unsigned n = 200;
    double wrong = 0;
    for (unsigned x = 1; x <= n; x++) {
        bool crossed = false;
        double tail = 0;
        for (unsigned above_x = n + 1; above_x-- > x;)
            tail += gsl_ran_binomial_pdf(above_x, 0.7, n);
        for (unsigned k = 1; k <= 20; k++) {
            double evidence = evidence_after(k, k * x, k * n, 0.7, true, true);
            test_close("paid", evidence, 1 / tail / (k * (k + 1)), 1e-9, 1e-300);
            crossed = crossed || evidence >= 20;
        }
        wrong += crossed ? gsl_ran_binomial_pdf(x, 0.7, n) : 0;
    }
    ck_assert(wrong > 0.01 && wrong <= 0.025);
}
END_TEST

START_TEST(the_interval_ends_where_the_evidence_decides)
{
    uint64_t seed = (uint64_t)_i + 7;
    struct assay_share shares[6];
    for (size_t k = 0; k < COUNT(shares); k++) {
        double n = floor(5 + 50 * random_unit(&seed));
        shares[k] = (struct assay_share){floor(n * random_unit(&seed)), n};
    }
    struct assay_series series = {shares, COUNT(shares), _i % 2 == 1};
    struct assay_estimate e = assay_anytime_interval(&series, 0.05);
    ck_assert(0 < e.low && e.low < e.value && e.value < e.high && e.high < 1);
    /* 1e-12 of the share is 1e-9 of the evidence or so. */
    ck_assert_double_eq_tol(assay_log_evidence_above(&series, e.low), log(20), 1e-6);
    ck_assert_double_eq_tol(assay_log_evidence_below(&series, e.high), log(20), 1e-6);
}
END_TEST

START_TEST(audits_without_trials_say_nothing)
{
    struct assay_share shares[] = {{0, 0}, {12, 15}, {0, 0}};
    for (int same = 0; same < 2; same++) {
        struct assay_series with = {shares, 3, same == 1}, without = {shares + 1, 1, same == 1};
        ck_assert_double_eq(assay_log_evidence_above(&with, 0.6),
                            assay_log_evidence_above(&without, 0.6));
    }
    struct assay_series none = {shares, 1, false};
    ck_assert_double_eq_tol(assay_log_evidence_above(&none, 0.6), 0.0, 1e-14);
    none.same_trials = true;
    ck_assert_double_eq_tol(assay_log_evidence_above(&none, 0.6), 0.0, 1e-14);
    ck_assert(isnan(assay_anytime_interval(&none, 0.05).value));
}
END_TEST

START_TEST(no_successes_and_nothing_else_reach_the_ends)
{
    struct assay_share none = {0, 30}, all = {30, 30};
    struct assay_series nothing = {&none, 1, false}, everything = {&all, 1, false};
    ck_assert_double_eq(assay_anytime_interval(&nothing, 0.05).low, 0.0);
    ck_assert_double_eq(assay_anytime_interval(&everything, 0.05).high, 1.0);
    ck_assert(assay_anytime_interval(&everything, 0.05).low > 0.75);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, evidence_is_the_mixture_of_likelihood_ratios, 0, 4);
    tcase_add_loop_test(tc, evidence_has_mean_one_at_the_target_and_less_beyond, 0, 4);
    tcase_add_loop_test(tc, looking_after_each_of_twenty_audits_keeps_the_error, 0, 4);
    tcase_add_test(tc, the_same_accounts_every_quarter_keep_the_error_too);
    tcase_add_loop_test(tc, the_interval_ends_where_the_evidence_decides, 0, 8);
    tcase_add_test(tc, audits_without_trials_say_nothing);
    tcase_add_test(tc, no_successes_and_nothing_else_reach_the_ends);
}

ASSAY_SUITE("metric/sequential", add_tests)
