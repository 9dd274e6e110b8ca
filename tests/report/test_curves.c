#include "core/report/curves.h"

#include <math.h>

#include "tests/report/sample_figures.h"

static struct assay_curve_line line_at(const struct assay_ranked *rows, double threshold)
{
    return (struct assay_curve_line){assay_ranked_below(rows, threshold), threshold};
}

/* 4 and 3 are events, and one of the two 2s. */
START_TEST(all_points_of_a_few_rows_are_drawn)
{
    struct assay_curve_point roc[ASSAY_MOST_ROC], pr[ASSAY_MOST_PRECISION_RECALL];
    struct assay_ranked rows = rank_rows((const double[]){4, 3, 2, 2, 1}, (const unsigned char[]){1, 1, 1, 0, 0},
                                         5, ASSAY_HIGHER_IS_RISK);
    struct assay_curve_line line = line_at(&rows, 2.5);
    ck_assert_uint_eq(assay_curves_roc(&rows, &line, roc), 5);
    const double across[] = {0, 0, 0, 0.5, 1}, up[] = {0, 1.0 / 3, 2.0 / 3, 1, 1};
    const double threshold[] = {NAN, 4, 2.5, 2, 1}; /* the line itself, not the risk above it */
    for (size_t k = 0; k < 5; k++) {
        ck_assert_double_eq(roc[k].across, across[k]);
        ck_assert_double_eq(roc[k].up, up[k]);
        ck_assert(roc[k].threshold == threshold[k] || isnan(threshold[k]));
    }
    ck_assert(isnan(roc[0].threshold));
    ck_assert_uint_eq(assay_curves_precision_recall(&rows, &line, pr), 4);
    ck_assert(pr[2].across == 1 && pr[2].up == 0.75 && pr[3].up == 0.6);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(many_points_are_thinned_and_keep_the_ends_and_the_line) /* a loop over seeds */
{
    struct assay_curve_point roc[ASSAY_MOST_ROC], pr[ASSAY_MOST_PRECISION_RECALL];
    struct sample s = sample_random((uint64_t)_i + 1, 5000, _i % 2 ? 1000 : 0);
    struct assay_ranked rows = rank_sample(&s);
    struct assay_curve_line line = line_at(&rows, 0.37 + 0.01 * _i);
    size_t n = assay_curves_roc(&rows, &line, roc), lines = 0;
    ck_assert_uint_le(n, ASSAY_MOST_ROC);
    ck_assert_uint_gt(n, 150);
    ck_assert(roc[0].across == 0 && roc[0].up == 0 && roc[n - 1].across == 1 && roc[n - 1].up == 1);
    for (size_t k = 1; k < n; k++) {
        ck_assert(roc[k].across >= roc[k - 1].across && roc[k].up >= roc[k - 1].up);
        ck_assert(k == 1 || roc[k].threshold < roc[k - 1].threshold);
        lines += roc[k].threshold == line.threshold;
    }
    ck_assert_uint_eq(lines, 1);
    n = assay_curves_precision_recall(&rows, &line, pr);
    lines = 0;
    ck_assert_uint_le(n, ASSAY_MOST_PRECISION_RECALL);
    for (size_t k = 0; k < n; k++) {
        ck_assert(k == 0 || pr[k].across >= pr[k - 1].across);
        lines += pr[k].threshold == line.threshold;
    }
    ck_assert_uint_eq(lines, 1);
    ck_assert_double_eq(pr[n - 1].across, 1);
    test_close("prevalence", pr[n - 1].up, (double)rows.n_event / (double)rows.n, 1e-15, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* The area under a thinned curve is that of the whole but for what 200 chords cut off. */
START_TEST(thinning_keeps_the_area)
{
    struct assay_error err = {0};
    struct assay_curve_point roc[ASSAY_MOST_ROC];
    struct assay_auc auc;
    struct sample s = sample_random(3, 20000, 0);
    struct assay_ranked rows = rank_sample(&s);
    struct assay_curve_line none = {.threshold = NAN};
    size_t n = assay_curves_roc(&rows, &none, roc);
    double area = 0;
    for (size_t k = 1; k < n; k++)
        area += (roc[k].across - roc[k - 1].across) * (roc[k].up + roc[k - 1].up) / 2;
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &auc, &err));
    test_close("area", area, auc.wald.value, 1e-4, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(a_line_beyond_all_rows_is_at_an_end)
{
    struct assay_curve_point roc[ASSAY_MOST_ROC];
    struct assay_ranked rows = rank_rows((const double[]){0.4, 0.2}, (const unsigned char[]){1, 0}, 2,
                                         ASSAY_HIGHER_IS_RISK);
    struct assay_curve_line nobody = line_at(&rows, 0.9), everybody = line_at(&rows, 0.1);
    size_t n = assay_curves_roc(&rows, &nobody, roc);
    ck_assert(roc[0].threshold == 0.9 && roc[n - 1].threshold == 0.2);
    n = assay_curves_roc(&rows, &everybody, roc);
    ck_assert(isnan(roc[0].threshold) && roc[n - 1].threshold == 0.1);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(one_class_has_no_roc_and_without_events_no_precision)
{
    struct assay_curve_point out[ASSAY_MOST_ROC];
    const double risk[] = {1, 2};
    struct assay_curve_line none = {.threshold = NAN};
    struct assay_ranked rows = rank_rows(risk, (const unsigned char[]){0, 0}, 2, ASSAY_HIGHER_IS_RISK);
    ck_assert_uint_eq(assay_curves_roc(&rows, &none, out), 0);
    ck_assert_uint_eq(assay_curves_precision_recall(&rows, &none, out), 0);
    assay_ranked_clear(&rows);
    rows = rank_rows(risk, (const unsigned char[]){1, 1}, 2, ASSAY_HIGHER_IS_RISK);
    ck_assert_uint_eq(assay_curves_roc(&rows, &none, out), 0);
    ck_assert_uint_eq(assay_curves_precision_recall(&rows, &none, out), 2);
    assay_ranked_clear(&rows);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, all_points_of_a_few_rows_are_drawn);
    tcase_add_loop_test(tc, many_points_are_thinned_and_keep_the_ends_and_the_line, 0, 20);
    tcase_add_test(tc, thinning_keeps_the_area);
    tcase_add_test(tc, a_line_beyond_all_rows_is_at_an_end);
    tcase_add_test(tc, one_class_has_no_roc_and_without_events_no_precision);
}

ASSAY_SUITE("report/curves", add_tests)
