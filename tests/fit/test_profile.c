#include <stdio.h>

#include "core/fit/firth.h"
#include "core/fit/profile.h"
#include "tests/fit/reference.h"

static const double truth[] = {-1.0, 0.5, -0.3, 0.0, 0.8};

static void find(const struct design *d, const struct assay_profile_options *options,
                 struct assay_profile_interval interval[], double *maximum)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_profile_intervals(&d->engine, options, interval, maximum, &err));
}

static struct assay_profile_options options_for(enum assay_profile_likelihood likelihood)
{
    struct assay_profile_options options = assay_profile_options_default();
    options.likelihood = likelihood;
    return options;
}

/* ---- against roots solved to machine precision (shared/reference) ---- */

static const struct {
    const char *file, *part, *next, *data, *outcome, *key;
    enum assay_profile_likelihood likelihood;
} cases[] = {
    {"reference/telco_glm.json", "core_all_rows", NULL, "datasets/telco_signals.csv", "churned",
     "profile_likelihood_ci95", ASSAY_PROFILE_PLAIN},
    {"reference/telco_glm.json", "small_all_rows", NULL, "datasets/telco_signals.csv", "churned",
     "profile_likelihood_ci95", ASSAY_PROFILE_PLAIN},
    {"reference/telco_glm.json", "core_plus_total_charges_complete_cases", NULL,
     "datasets/telco_signals.csv", "churned", "profile_likelihood_ci95", ASSAY_PROFILE_PLAIN},
    {"reference/challenger.json", "ml", NULL, "datasets/challenger.csv", "distress",
     "profile_likelihood_ci95", ASSAY_PROFILE_PLAIN},
    {"reference/endometrial.json", "without_NV", "ml", "datasets/endometrial.csv", "HG",
     "profile_likelihood_ci95", ASSAY_PROFILE_PLAIN},
    {"reference/telco_firth.json", "small_all_rows", NULL, "datasets/telco_signals.csv", "churned",
     "penalised_profile_ci95", ASSAY_PROFILE_FIRTH},
    {"reference/challenger.json", "firth", NULL, "datasets/challenger.csv", "distress",
     "penalised_profile_ci95", ASSAY_PROFILE_FIRTH},
    {"reference/endometrial.json", "firth", NULL, "datasets/endometrial.csv", "HG",
     "penalised_profile_ci95", ASSAY_PROFILE_FIRTH},
};

START_TEST(limits_agree_with_the_reference)
{
    if (!test_needs_shared(cases[_i].file))
        return;
    struct assay_json *doc = test_reference(cases[_i].file);
    const struct cJSON *reference = test_at(assay_json_root(doc), cases[_i].part, NULL);
    if (cases[_i].next != NULL)
        reference = test_at(reference, cases[_i].next, NULL);
    struct reference_case c = reference_read(cases[_i].data, cases[_i].outcome, reference);
    struct assay_profile_options options = options_for(cases[_i].likelihood);
    struct assay_profile_interval interval[MOST_NAMES];
    double worst = 0.0;
    find(&c.design, &options, interval, NULL);
    for (size_t j = 0; j < c.n; j++) {
        const struct cJSON *low = assay_json_first(test_at(reference, cases[_i].key, c.names[j], NULL));
        double want_low = assay_json_number(low), want_high = assay_json_number(assay_json_next(low));
        double width = want_high - want_low;
        /* Ours are good to 1e-9 of their distance and theirs to more; at sqrt(q) = 1.96 a rounding of
         * 1e-16 * 3000 in each log-likelihood moves a limit by 1e-13 of the width. */
        test_close("lower limit", interval[j].low, want_low, 1e-8, width);
        test_close("upper limit", interval[j].high, want_high, 1e-8, width);
        worst = fmax(worst, fmax(fabs(interval[j].low - want_low), fabs(interval[j].high - want_high)) /
                                width);
        ck_assert(interval[j].low < interval[j].estimate && interval[j].estimate < interval[j].high);
    }
    printf("%s %s: largest difference %.1e of the width\n", cases[_i].file, cases[_i].part, worst);
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

START_TEST(an_estimate_that_is_not_finite_has_one_finite_limit)
{
    if (!test_needs_shared("reference/endometrial.json"))
        return;
    struct assay_json *doc = test_reference("reference/endometrial.json");
    const struct cJSON *root = assay_json_root(doc), *finite = test_at(root, "extended_ml",
                                                                     "finite_limits", NULL);
    struct reference_case c = reference_read("datasets/endometrial.csv", "HG",
                                             test_at(root, "firth", NULL));
    struct assay_profile_options options = options_for(ASSAY_PROFILE_PLAIN);
    struct assay_profile_interval interval[MOST_NAMES];
    double supremum;
    find(&c.design, &options, interval, &supremum);
    test_close("supremum", supremum, test_number(root, "extended_ml", "sup_loglik", NULL), 1e-12, 0);
    ck_assert(interval[1].estimate == HUGE_VAL && interval[1].high == HUGE_VAL);
    ck_assert(isfinite(interval[1].low));
    /* The lower limit by its definition: hold NV there, and the likelihood is 1.92 below. */
    unsigned char held[] = {0, 1, 0, 0};
    double start[] = {0, interval[1].low, 0, 0};
    struct assay_logistic_options hold = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    hold.held = held;
    hold.start = start;
    ck_assay_ok(assay_logistic_fit(&c.design.engine, &hold, &fit, &err));
    ck_assert_double_eq_tol(2.0 * (supremum - fit.log_likelihood), 3.841458820694124, 1e-8);
    assay_logistic_fit_clear(&fit);
    /* The other coefficients: as if the 13 rows with NV = 1 were not there. */
    for (size_t j = 0; j < c.n; j++)
        if (j != 1) {
            /* e^-t is left when nothing more can be won: 1e-14 of l, so 1e-7 of a standard error */
            test_close("finite limit", interval[j].estimate, test_number(finite, c.names[j], NULL),
                       1e-7, 1);
            ck_assert(isfinite(interval[j].low) && isfinite(interval[j].high));
        }
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms and invariants ---- */

/* The profile of an intercept alone is the likelihood of a share: the limits solve
 * e ln(p / f) + (n - e) ln((1 - p) / (1 - f)) = -q / 2. */
START_TEST(an_intercept_alone_has_the_limits_of_a_share)
{
    static const size_t events[] = {1, 10, 25, 49};
    static const double levels[] = {0.5, 0.9, 0.95, 0.999}, quantiles[] = {
        0.45493642311957283, 2.705543454095404, 3.841458820694124, 10.827566170662733};
    struct design d = design_new(50, 0);
    for (size_t i = 0; i < events[_i]; i++)
        d.outcome[i] = 1;
    design_start(&d);
    double n = 50, e = (double)events[_i], f = e / n;
    for (size_t k = 0; k < COUNT(levels); k++) {
        struct assay_profile_options options = options_for(ASSAY_PROFILE_PLAIN);
        struct assay_profile_interval interval[1];
        options.level = levels[k];
        find(&d, &options, interval, NULL);
        double ends[] = {interval[0].low, interval[0].high};
        for (size_t side = 0; side < 2; side++) {
            double p = 1.0 / (1.0 + exp(-ends[side]));
            double fall = -2.0 * (e * log(p / f) + (n - e) * log1p(-p) - (n - e) * log1p(-f));
            test_close("fall", fall, quantiles[k], 1e-9, 0);
        }
        ck_assert(interval[0].low < interval[0].estimate && interval[0].estimate < interval[0].high);
    }
    design_free(&d);
}
END_TEST

START_TEST(at_a_limit_the_likelihood_has_fallen_by_half_the_quantile) /* a loop over seeds */
{
    struct design d = design_draw(25 + (size_t)_i, 3, truth, (uint64_t)_i + 11);
    struct assay_profile_options options = options_for(ASSAY_PROFILE_FIRTH);
    struct assay_profile_interval interval[4];
    struct assay_error err = {0};
    double maximum;
    find(&d, &options, interval, &maximum);
    for (size_t j = 0; j < 4; j++)
        for (size_t side = 0; side < 2; side++) {
            unsigned char held[4] = {0};
            double start[4] = {0};
            struct assay_logistic_options hold = assay_logistic_options_default();
            struct assay_firth_fit fit = {0};
            held[j] = 1;
            start[j] = side ? interval[j].high : interval[j].low;
            hold.held = held;
            hold.start = start;
            ck_assay_ok(assay_firth_fit(&d.engine, &hold, &fit, &err));
            /* From another start, so exact but for the 1e-9 of the limits' distance, twice 3.84 */
            ck_assert_double_eq_tol(2.0 * (maximum - fit.penalised_log_likelihood), 3.841458820694124,
                                    1e-7);
            assay_firth_fit_clear(&fit);
        }
    design_free(&d);
}
END_TEST

START_TEST(large_samples_have_walds_intervals)
{
    struct design d = design_draw(200000, 4, truth, 3);
    struct assay_profile_options options = options_for(ASSAY_PROFILE_PLAIN);
    struct assay_profile_interval interval[5];
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(&d.engine, &options.fit, &fit, &err));
    find(&d, &options, interval, NULL);
    for (size_t j = 0; j < 5; j++) { /* they differ by the likelihood's skewness, 1 / sqrt(n) = 0.002 */
        struct assay_wald wald = assay_wald(&fit, j);
        test_close("lower limit", interval[j].low, wald.low, 0.02, wald.std_error);
        test_close("upper limit", interval[j].high, wald.high, 0.02, wald.std_error);
    }
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(complete_separation_has_no_limit_where_it_points)
{
    /* x > 0 is the event: up with the slope. Between -0.1 and 0.1 the intercept may be anything. */
    struct design d = design_new(40, 1);
    for (size_t i = 0; i < 40; i++) {
        design_set(&d, i, 0, (i % 2 ? 0.1 : -0.1) * (double)(1 + i / 2));
        d.outcome[i] = i % 2;
    }
    design_start(&d);
    struct assay_profile_options options = options_for(ASSAY_PROFILE_PLAIN);
    struct assay_profile_interval interval[2];
    double supremum;
    find(&d, &options, interval, &supremum);
    ck_assert_double_eq_tol(supremum, 0.0, 1e-9);
    ck_assert(interval[1].estimate == HUGE_VAL && interval[1].high == HUGE_VAL);
    ck_assert(isfinite(interval[1].low) && interval[1].low > 0.0);
    ck_assert(interval[0].low == -HUGE_VAL && interval[0].high == HUGE_VAL);
    ck_assert(isnan(interval[0].estimate));
    design_free(&d);
}
END_TEST

START_TEST(held_and_unwanted_coefficients_have_no_interval)
{
    struct design d = design_draw(300, 4, truth, 5);
    const unsigned char held[] = {0, 1, 0, 0, 0}, wanted[] = {1, 1, 0, 1, 1};
    const double start[] = {0, 0.5, 0, 0, 0};
    struct assay_profile_options options = options_for(ASSAY_PROFILE_PLAIN);
    struct assay_profile_interval interval[5];
    options.fit.held = held;
    options.fit.start = start;
    options.wanted = wanted;
    find(&d, &options, interval, NULL);
    for (size_t j = 0; j < 5; j++) {
        bool none = held[j] || !wanted[j];
        ck_assert(isnan(interval[j].estimate) == none && isnan(interval[j].low) == none &&
                  isnan(interval[j].high) == none);
    }
    design_free(&d);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = design_draw(5000, 4, truth, 6);
    struct assay_profile_interval first[5], interval[5];
    for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
        struct assay_profile_options options = options_for((enum assay_profile_likelihood)_i);
        d.data.n_thread = n_thread;
        design_restart(&d);
        find(&d, &options, n_thread == 1 ? first : interval, NULL);
        if (n_thread > 1)
            ck_assert_mem_eq(first, interval, sizeof first);
    }
    design_free(&d);
}
END_TEST

START_TEST(what_has_no_profile_is_refused)
{
    struct design d = design_draw(50, 2, truth, 8);
    struct assay_profile_options options = options_for(ASSAY_PROFILE_PLAIN);
    struct assay_profile_interval interval[3] = {{7, 7, 7}};
    struct assay_error err = {0};
    options.fit.max_iterations = 2;
    ck_assert_int_eq(assay_profile_intervals(&d.engine, &options, interval, NULL, &err),
                     ASSAY_ENUMERIC);
    ck_assert_msg(strstr(err.message, "after 2 iterations") != NULL, "%s", err.message);
    options.fit.max_iterations = 100;
    for (size_t i = 0; i < 50; i++)
        d.outcome[i] = 1;
    design_restart(&d);
    ck_assert_int_eq(assay_profile_intervals(&d.engine, &options, interval, NULL, &err),
                     ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "logistic fit: all 50 outcomes are 1; expected both 0 and 1");
    ck_assert_double_eq(interval[0].low, 7); /* untouched */
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(60, 2, truth, 2);
    if (_i == 2) { /* separated: the long way round */
        for (size_t i = 0; i < 60; i++)
            design_set(&d, i, 0, d.outcome[i] ? (double)(i % 2) : 0.0);
        design_restart(&d);
    }
    struct assay_profile_options options = options_for((enum assay_profile_likelihood)(_i % 2));
    struct assay_profile_interval interval[3] = {{7, 7, 7}};
    struct assay_error err = {0};
    enum assay_status status;
    size_t n = 0;
    do {
        test_fail_allocation(++n);
        status = assay_profile_intervals(&d.engine, &options, interval, NULL, &err);
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_OK || (status == ASSAY_ENOMEM && interval[0].low == 7.0),
                      "status %d: %s", (int)status, err.message);
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 50);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, limits_agree_with_the_reference, 0, COUNT(cases));
    tcase_add_test(tc, an_estimate_that_is_not_finite_has_one_finite_limit);
    tcase_add_loop_test(tc, an_intercept_alone_has_the_limits_of_a_share, 0, 4);
    tcase_add_loop_test(tc, at_a_limit_the_likelihood_has_fallen_by_half_the_quantile, 0, 40);
    tcase_add_test(tc, large_samples_have_walds_intervals);
    tcase_add_test(tc, complete_separation_has_no_limit_where_it_points);
    tcase_add_test(tc, held_and_unwanted_coefficients_have_no_interval);
    tcase_add_loop_test(tc, threads_do_not_change_a_byte, 0, 2);
    tcase_add_test(tc, what_has_no_profile_is_refused);
    tcase_add_loop_test(tc, every_allocation_may_fail, 0, 3);
}

ASSAY_SUITE("fit/profile", add_tests)
