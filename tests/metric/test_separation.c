#include "core/metric/separation.h"

#include <math.h>

#include "core/metric/clustered.h"
#include "tests/metric/ranked_sample.h"

/* The reference has 15 digits, and sums in another order. */
static const double tolerance = 1e-12;

static struct assay_separation measure(const struct assay_ranked *rows, struct assay_design_effect *effect)
{
    struct assay_separation out;
    assay_separation_measure(rows, effect, &out);
    return out;
}

static void check_reference(const struct assay_ranked *rows, const struct cJSON *want)
{
    struct assay_separation apart = measure(rows, NULL);
    struct assay_auc auc = apart.auc;
    struct assay_ks_gap ks = apart.ks;
    test_close("auc", auc.wald.value, test_number(want, "auc", NULL), tolerance, 0);
    test_close("SE", auc.std_error, test_number(want, "delong_se", NULL), tolerance, 0);
    ck_assert_double_eq(auc.mann_whitney_u, test_number(want, "mann_whitney_u", NULL));
    test_close("gini", assay_gini_of(&auc.wald).value, test_number(want, "gini", NULL), tolerance, 0);
    test_close("ks", ks.d.value, test_number(want, "ks", NULL), tolerance, 0);
    test_close("at", ks.at, test_number(want, "ks_at_score_le", NULL), tolerance, 0);
}

START_TEST(figures_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    check_reference(&rows, test_at(assay_json_root(doc), splits[_i].key, "discrimination", NULL));
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(figures_of_a_tied_health_score_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", NULL);
    struct assay_ranked rows = rank_rows(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_HEALTH);
    check_reference(&rows, test_at(assay_json_root(doc), "health_score_all_rows", "auc_of_minus_health",
                                   NULL));
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(sorted_rows_give_the_auc_of_any_order) /* a loop over seeds, ties among them */
{
    struct assay_error err = {0};
    struct assay_auc want, got;
    struct sample s = sample_random((uint64_t)_i + 1, 200, _i % 2 ? 7 : 0);
    struct assay_ranked rows = rank_sample(&s);
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &want, &err));
    got = measure(&rows, NULL).auc;
    ck_assert_double_eq(got.mann_whitney_u, want.mann_whitney_u);
    test_close("variance", got.variance, want.variance, 1e-12, 0);
    test_close("low", got.logit.low, want.logit.low, 1e-12, 0);
    test_close("high", got.wald.high, want.wald.high, 1e-12, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(accounts_widen_the_auc_as_clustered_h_does) /* a loop over seeds */
{
    struct assay_error err = {0};
    struct sample s = sample_random((uint64_t)_i + 1, 150, _i % 2 ? 9 : 0);
    struct assay_ranked rows = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&rows);
    struct assay_clustered_rows all = {.prob = rows.risk, .outcome = rows.outcome,
                                       .flagged = rows.flagged, .cluster = rows.cluster, .n = rows.n};
    struct assay_performance p;
    ck_assay_ok(assay_performance_measure(rows.risk, rows.outcome, rows.n, 0.4, &p, &err));
    ck_assay_ok(assay_performance_by_cluster(&all, &p, &err));
    struct assay_auc auc = measure(&rows, &effect).auc;
    test_close("low", auc.wald.low, p.auc.low, 1e-12, 0);
    test_close("high", auc.wald.high, p.auc.high, 1e-12, 0);
    ck_assert_double_gt(auc.logit.value, auc.logit.low);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* The gap at every value of either sample, by its definition. */
START_TEST(the_gap_is_the_largest_of_all) /* a loop over seeds */
{
    double largest = 0, at = 0;
    struct sample s = sample_random((uint64_t)_i + 1, 60, _i % 2 ? 5 : 0);
    struct assay_ranked rows = rank_sample(&s);
    for (size_t k = 0; k < s.n; k++) {
        double count[2] = {0, 0}, all[2] = {0, 0};
        for (size_t i = 0; i < s.n; i++) {
            all[s.outcome[i]]++;
            count[s.outcome[i]] += s.value[i] <= s.value[k];
        }
        double gap = fabs(count[0] / all[0] - count[1] / all[1]);
        if (gap > largest || (gap == largest && s.value[k] < at)) {
            largest = gap;
            at = s.value[k];
        }
    }
    struct assay_ks_gap ks = measure(&rows, NULL).ks;
    ck_assert_double_eq(ks.d.value, largest);
    ck_assert_double_eq(ks.at, at);
    ck_assert(ks.d.low <= largest && largest <= ks.d.high);
    /* Above 0 exactly where equal distributions are rejected at 5%. */
    ck_assert_int_eq(ks.d.low > 0, ks.p_value < 0.05);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* Smirnov's (1948) table: P(K <= 1) = 0.730000; and the
 * other form of the series, sqrt(2 pi) / x sum exp(-(2k - 1)^2 pi^2 / (8 x^2)), for small x. */
START_TEST(kolmogorovs_distribution_is_as_tabled)
{
    test_close("at 1", assay_kolmogorov_p_value(1.0), 1 - 0.730000, 5e-7, 1);
    for (double x = 0.2; x < 3; x += 0.1) {
        double sum = 0;
        for (int k = 1; k < 40; k++)
            sum += exp(-(2 * k - 1) * (2 * k - 1) * M_PI * M_PI / (8 * x * x));
        test_close("series", assay_kolmogorov_p_value(x), 1 - sqrt(2 * M_PI) / x * sum, 1e-12, 1);
    }
    test_close("quantile", assay_kolmogorov_p_value(1.3580986393225507), 0.05, 1e-12, 0);
    ck_assert_double_eq(assay_kolmogorov_p_value(0), 1);
}
END_TEST

START_TEST(copies_of_rows_say_no_more_than_the_rows) /* a loop over seeds */
{
    struct sample s = sample_random((uint64_t)_i + 1, 400, 0);
    struct assay_ranked rows = rank_sample(&s), copies = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&copies);
    struct assay_ks_gap one = measure(&rows, NULL).ks, three = measure(&copies, &effect).ks;
    check_same_width("ks", &three.d, &one.d, 1e-2); /* factors n / (n - 1) */
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&copies);
    sample_free(&s);
}
END_TEST

START_TEST(constant_risks_are_not_apart)
{
    struct assay_ranked rows = rank_rows((const double[]){2, 2, 2, 2}, (const unsigned char[]){1, 0, 0, 1},
                                         4, ASSAY_HIGHER_IS_RISK);
    struct assay_separation apart = measure(&rows, NULL);
    struct assay_auc auc = apart.auc;
    struct assay_ks_gap ks = apart.ks;
    ck_assert(auc.wald.value == 0.5 && isnan(auc.wald.low));
    ck_assert(ks.d.value == 0 && ks.d.low == 0 && ks.d.high == 1 && ks.p_value == 1);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(one_class_lies_apart_from_nothing)
{
    const double risk[] = {1, 2};
    for (unsigned char y = 0; y < 2; y++) {
        struct assay_ranked rows = rank_rows(risk, (const unsigned char[]){y, y}, 2, ASSAY_HIGHER_IS_RISK);
        struct assay_separation apart = measure(&rows, NULL);
        ck_assert(!apart.both && apart.any == (y == 1));
        assay_ranked_clear(&rows);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, figures_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, figures_of_a_tied_health_score_agree_with_the_reference);
    tcase_add_loop_test(tc, sorted_rows_give_the_auc_of_any_order, 0, 20);
    tcase_add_loop_test(tc, accounts_widen_the_auc_as_clustered_h_does, 0, 10);
    tcase_add_loop_test(tc, the_gap_is_the_largest_of_all, 0, 20);
    tcase_add_test(tc, kolmogorovs_distribution_is_as_tabled);
    tcase_add_loop_test(tc, copies_of_rows_say_no_more_than_the_rows, 0, 5);
    tcase_add_test(tc, constant_risks_are_not_apart);
    tcase_add_test(tc, one_class_lies_apart_from_nothing);
}

ASSAY_SUITE("metric/separation", add_tests)
