#include "core/metric/precision_recall.h"

#include <math.h>

#include "core/metric/separation.h"
#include "tests/metric/ranked_sample.h"

static struct assay_average_precision measure(const struct assay_ranked *rows)
{
    struct assay_separation out;
    assay_separation_measure(rows, NULL, &out);
    ck_assert(out.any);
    return out.precision;
}

static double average_of(const struct sample *s)
{
    struct assay_ranked rows = rank_sample(s);
    double value = measure(&rows).estimate.value;
    assay_ranked_clear(&rows);
    return value;
}

/* 15 digits, and another order of summation. */
START_TEST(the_average_agrees_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    test_close("average precision", average_of(&s),
               test_number(assay_json_root(doc), splits[_i].key, "discrimination", "average_precision",
                           NULL), 1e-12, 0);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(the_average_of_a_tied_health_score_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", NULL);
    struct assay_ranked rows = rank_rows(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_HEALTH);
    test_close("average precision", measure(&rows).estimate.value,
               test_number(assay_json_root(doc), "health_score_all_rows", "auc_of_minus_health",
                           "average_precision", NULL), 1e-12, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* The standard error by leaving rows out one at a time (Quenouille 1949, Tukey 1958), which converges to
 * that of the influence function like 1 / n: 2% with 600 rows. */
START_TEST(the_standard_error_is_that_of_leaving_rows_out) /* a loop over seeds */
{
    struct sample s = sample_random((uint64_t)_i + 1, 600, _i % 2 ? 11 : 0), less = s;
    struct assay_ranked rows = rank_sample(&s);
    double without[600], mean = 0, squares = 0, n = (double)s.n;
    less.n = s.n - 1;
    less.value = calloc(s.n, sizeof *less.value);
    less.outcome = calloc(s.n, 1);
    for (size_t out = 0; out < s.n; out++) {
        for (size_t i = 0, k = 0; i < s.n; i++)
            if (i != out) {
                less.value[k] = s.value[i];
                less.outcome[k++] = s.outcome[i];
            }
        without[out] = average_of(&less);
        mean += without[out] / n;
    }
    for (size_t out = 0; out < s.n; out++)
        squares += (without[out] - mean) * (without[out] - mean);
    test_close("SE", measure(&rows).std_error, sqrt(squares * (n - 1) / n), 0.02, 0);
    sample_free(&less);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(row_order_does_not_matter) /* a loop over seeds */
{
    struct sample s = sample_random((uint64_t)_i + 1, 300, 6);
    double before = average_of(&s);
    shuffle(&s, (uint64_t)_i + 100);
    test_close("shuffled", average_of(&s), before, 1e-14, 0);
    sample_free(&s);
}
END_TEST

START_TEST(copies_of_rows_say_no_more_than_the_rows) /* a loop over seeds */
{
    struct assay_separation three;
    struct sample s = sample_random((uint64_t)_i + 1, 400, 0);
    struct assay_ranked rows = rank_sample(&s), copies = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&copies);
    assay_separation_measure(&copies, &effect, &three);
    struct assay_average_precision one = measure(&rows);
    check_same_width("average precision", &three.precision.estimate, &one.estimate, 1e-2);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&copies);
    sample_free(&s);
}
END_TEST

/* Equal risks: one step, at the prevalence, and its error is the share's. Perfect order: 1. Worst order of
 * one event among four: 1/4. */
START_TEST(ends_of_the_scale_are_as_they_must_be)
{
    const double same[] = {1, 1, 1, 1}, rising[] = {1, 2, 3, 4};
    struct assay_ranked rows = rank_rows(same, (const unsigned char[]){1, 0, 0, 1}, 4, ASSAY_HIGHER_IS_RISK);
    struct assay_average_precision ap = measure(&rows);
    ck_assert_double_eq(ap.estimate.value, 0.5);
    test_close("SE", ap.std_error, sqrt(0.25 * 4 / 3 / 4), 1e-15, 0);
    assay_ranked_clear(&rows);
    rows = rank_rows(rising, (const unsigned char[]){0, 0, 1, 1}, 4, ASSAY_HIGHER_IS_RISK);
    ap = measure(&rows);
    ck_assert(ap.estimate.value == 1 && isnan(ap.estimate.low) && isnan(ap.estimate.high));
    assay_ranked_clear(&rows);
    rows = rank_rows(rising, (const unsigned char[]){1, 0, 0, 0}, 4, ASSAY_HIGHER_IS_RISK);
    ck_assert_double_eq(measure(&rows).estimate.value, 0.25);
    assay_ranked_clear(&rows);
    rows = rank_rows(rising, (const unsigned char[]){1}, 1, ASSAY_HIGHER_IS_RISK);
    ap = measure(&rows);
    ck_assert(ap.estimate.value == 1 && isnan(ap.estimate.low));
    assay_ranked_clear(&rows);
    for (size_t n = 2; n <= 60; n++) { /* whatever 1 / n rounds to */
        double rise[60];
        unsigned char events[60];
        for (size_t k = 0; k < n; k++) {
            rise[k] = (double)k;
            events[k] = 1;
        }
        for (size_t others = 0; others < 2; others++) {
            events[0] = others == 0;
            rows = rank_rows(rise, events, n, ASSAY_HIGHER_IS_RISK);
            ap = measure(&rows);
            ck_assert(ap.estimate.value == 1 && isnan(ap.estimate.low));
            assay_ranked_clear(&rows);
        }
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_average_agrees_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, the_average_of_a_tied_health_score_agrees_with_the_reference);
    tcase_add_loop_test(tc, the_standard_error_is_that_of_leaving_rows_out, 0, 4);
    tcase_add_loop_test(tc, row_order_does_not_matter, 0, 10);
    tcase_add_loop_test(tc, copies_of_rows_say_no_more_than_the_rows, 0, 5);
    tcase_add_test(tc, ends_of_the_scale_are_as_they_must_be);
}

ASSAY_SUITE("metric/precision_recall", add_tests)
