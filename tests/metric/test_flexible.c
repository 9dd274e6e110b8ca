#include "core/metric/flexible.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"

static struct assay_flexible measure(const struct assay_ranked *rows, struct assay_design_effect *effect)
{
    struct assay_error err = {0};
    struct assay_flexible out = {0};
    ck_assay_ok(assay_flexible_measure(rows, effect, &out, &err));
    return out;
}

/* The same arithmetic as R's in another order, on figures of the order of 0.01 with 15 digits. */
START_TEST(figures_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want =
        test_at(assay_json_root(doc), splits[_i].key, "calibration", "rms_val_prob", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    struct assay_flexible got = measure(&rows, NULL);
    test_close("Eavg", got.ici.value, test_number(want, "Eavg", NULL), 1e-10, 0);
    test_close("E90", got.e90.value, test_number(want, "E90", NULL), 1e-10, 0);
    test_close("Emax", got.emax.value, test_number(want, "Emax", NULL), 1e-10, 0);
    assay_flexible_clear(&got);
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

static void check_order(const struct assay_flexible *f)
{
    const struct assay_estimate *all[] = {&f->ici, &f->e50, &f->e90, &f->emax};
    for (size_t k = 0; k < 4; k++) {
        ck_assert_double_ge(all[k]->low, 0);
        ck_assert_double_le(all[k]->low, all[k]->value);
        ck_assert_double_ge(all[k]->high, all[k]->value);
    }
    ck_assert_double_le(f->e50.value, f->e90.value);
    ck_assert_double_le(f->e90.value, f->emax.value);
    ck_assert_double_le(f->ici.value, f->emax.value);
    for (size_t k = 0; k < f->n_point; k++)
        ck_assert(f->points[k].observed.low <= f->points[k].observed.value &&
                  f->points[k].observed.value <= f->points[k].observed.high);
}

START_TEST(figures_are_in_order_within_their_intervals) /* a loop over seeds, with ties and few rows */
{
    struct sample s = sample_random((uint64_t)_i + 1, 10 + 40 * (size_t)_i, _i % 3 == 0 ? 5 : 0);
    struct assay_ranked rows = rank_sample(&s);
    struct assay_flexible f = measure(&rows, NULL), again = measure(&rows, NULL);
    check_order(&f);
    ck_assert_double_eq(f.emax.high, again.emax.high); /* the draws are the same */
    assay_flexible_clear(&f);
    assay_flexible_clear(&again);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* Outcomes drawn from the probabilities (shift 0), or from ones shifted by 0.15, where ICI, E50, E90 and Emax
 * are 0.15 all: at most 5% of 30 samples may miss, 5 is three standard errors above 1.5. The study of
 * docs/audit-evidence.md has more. */
START_TEST(intervals_cover_what_is_true)
{
    enum { N = 300, SAMPLES = 30 };
    double truth = 0.15 * _i;
    size_t missed[4] = {0};
    for (uint64_t seed = 1; seed <= SAMPLES; seed++) {
        struct test_random random = {seed};
        double prob[N];
        unsigned char outcome[N];
        for (size_t i = 0; i < N; i++) {
            prob[i] = 0.1 + 0.6 * test_uniform(&random);
            outcome[i] = test_uniform(&random) < prob[i] + truth;
        }
        struct assay_ranked rows = rank_rows(prob, outcome, N, ASSAY_HIGHER_IS_RISK);
        struct assay_flexible f = measure(&rows, NULL);
        const struct assay_estimate *all[] = {&f.ici, &f.e50, &f.e90, &f.emax};
        for (size_t k = 0; k < 4; k++)
            missed[k] += truth < all[k]->low || truth > all[k]->high;
        assay_flexible_clear(&f);
        assay_ranked_clear(&rows);
    }
    for (size_t k = 0; k < 4; k++)
        ck_assert_uint_le(missed[k], 5);
}
END_TEST

START_TEST(copies_of_rows_say_no_more_than_the_rows) /* a loop over seeds */
{
    struct sample s = sample_random((uint64_t)_i + 1, 400, 0);
    struct assay_ranked rows = rank_sample(&s), copies = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&copies);
    struct assay_flexible one = measure(&rows, NULL), three = measure(&copies, &effect);
    /* The windows end between copies now and then, and quantiles between others. */
    test_close("ici", three.ici.value, one.ici.value, 1e-3, 1);
    test_close("ici high", three.ici.high, one.ici.high, 2e-3, 1);
    test_close("emax high", three.emax.high, one.emax.high, 1e-2, 1);
    test_close("e90 high", three.e90.high, one.e90.high, 5e-3, 1);
    assay_flexible_clear(&one);
    assay_flexible_clear(&three);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&copies);
    sample_free(&s);
}
END_TEST

START_TEST(constant_predictions_are_off_by_one_number)
{
    double prob[20];
    unsigned char outcome[20] = {1, 1, 1, 1, 1};
    for (size_t i = 0; i < 20; i++)
        prob[i] = 0.4;
    struct assay_ranked rows = rank_rows(prob, outcome, 20, ASSAY_HIGHER_IS_RISK);
    struct assay_flexible f = measure(&rows, NULL);
    test_close("ici", f.ici.value, 0.15, 1e-14, 0);
    test_close("emax", f.emax.value, 0.15, 1e-14, 0);
    ck_assert_uint_eq(f.n_point, 1);
    check_order(&f);
    assay_flexible_clear(&f);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(one_class_has_a_curve_and_no_intervals)
{
    struct assay_ranked rows = rank_rows((const double[]){0.1, 0.2, 0.6}, (const unsigned char[3]){0}, 3,
                                         ASSAY_HIGHER_IS_RISK);
    struct assay_flexible f = measure(&rows, NULL);
    test_close("ici", f.ici.value, 0.3, 1e-14, 0);
    ck_assert(isnan(f.ici.low) && isnan(f.emax.high) && isnan(f.points[0].observed.low));
    assay_flexible_clear(&f);
    assay_ranked_clear(&rows);
    rows = rank_rows((const double[]){0.25}, (const unsigned char[]){1}, 1, ASSAY_HIGHER_IS_RISK);
    f = measure(&rows, NULL);
    ck_assert(f.emax.value == 0.75 && isnan(f.emax.low));
    assay_flexible_clear(&f);
    assay_ranked_clear(&rows);
}
END_TEST

/* Two rows make a line through both outcomes; certainties that were right make 0 and 1. */
START_TEST(a_curve_through_the_outcomes_has_no_intervals)
{
    struct assay_ranked rows =
        rank_rows((const double[]){0.3, 0.6}, (const unsigned char[]){1, 0}, 2, ASSAY_HIGHER_IS_RISK);
    struct assay_flexible f = measure(&rows, NULL);
    test_close("ici", f.ici.value, 0.65, 1e-14, 0);
    ck_assert(isnan(f.ici.low) && isnan(f.e50.low) && isnan(f.e90.high) && isnan(f.emax.high));
    assay_flexible_clear(&f);
    assay_ranked_clear(&rows);
    rows = rank_rows((const double[]){0, 0, 0, 1, 1, 1}, (const unsigned char[]){0, 0, 0, 1, 1, 1}, 6,
                     ASSAY_HIGHER_IS_RISK);
    f = measure(&rows, NULL);
    ck_assert(f.ici.value == 0 && isnan(f.ici.high));
    assay_flexible_clear(&f);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct sample s = sample_random(2, 30, 0);
    struct assay_ranked rows = rank_sample(&s);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_flexible f = {.n_point = 7};
        test_fail_allocation(n);
        enum assay_status status = assay_flexible_measure(&rows, NULL, &f, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 10);
            assay_flexible_clear(&f);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(f.n_point, 7);
    }
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, figures_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_loop_test(tc, figures_are_in_order_within_their_intervals, 0, 8);
    tcase_add_loop_test(tc, intervals_cover_what_is_true, 0, 2);
    tcase_add_loop_test(tc, copies_of_rows_say_no_more_than_the_rows, 0, 3);
    tcase_add_test(tc, constant_predictions_are_off_by_one_number);
    tcase_add_test(tc, one_class_has_a_curve_and_no_intervals);
    tcase_add_test(tc, a_curve_through_the_outcomes_has_no_intervals);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/flexible", add_tests)
