#include "core/metric/bins.h"

#include "tests/metric/ranked_sample.h"

/* Bins of the reference's table hold as many rows, their ends, and the same sums. */
static void check_table(const struct assay_bin bins[], size_t n_bin, const struct cJSON *table)
{
    size_t b = 0;
    for (const struct cJSON *row = assay_json_first(table); row != NULL; row = assay_json_next(row)) {
        ck_assert_uint_lt(b, n_bin);
        ck_assert_double_eq((double)bins[b].n, test_number(row, "n", NULL));
        ck_assert_double_eq((double)bins[b].n_event, test_number(row, "observed_1", NULL));
        test_close("expected", bins[b].expected, test_number(row, "expected_1", NULL), 1e-13, 0);
        ck_assert_double_eq(bins[b].lowest, test_number(row, "min_p", NULL));
        ck_assert_double_eq(bins[b].highest, test_number(row, "max_p", NULL));
        b++;
    }
    ck_assert_uint_eq(b, n_bin);
}

static void check_shares(const struct assay_bin bins[], size_t n_bin, const struct cJSON *table)
{
    size_t b = 0;
    for (const struct cJSON *row = assay_json_first(table); row != NULL; row = assay_json_next(row)) {
        ck_assert_uint_lt(b, n_bin);
        double n = (double)bins[b].n;
        ck_assert_double_eq(n, test_number(row, "n", NULL));
        test_close("mean", bins[b].expected / n, test_number(row, "mean_pred", NULL), 1e-13, 0);
        test_close("rate", (double)bins[b].n_event / n, test_number(row, "obs_rate", NULL), 1e-13, 0);
        b++;
    }
    ck_assert_uint_eq(b, n_bin);
}

START_TEST(groups_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_bin bins[ASSAY_BINS];
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want = test_at(assay_json_root(doc), splits[_i].key, "calibration", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    size_t n_bin = assay_bins_cut(&rows, ASSAY_DECILE_CUTS, bins);
    check_table(bins, n_bin, test_at(want, "hosmer_lemeshow_quantile_cuts", "table", NULL));
    n_bin = assay_bins_cut(&rows, ASSAY_EQUAL_COUNT, bins);
    check_table(bins, n_bin, test_at(want, "hosmer_lemeshow_equal_count", "table", NULL));
    check_shares(bins, n_bin, test_at(want, "murphy_equal_count_10", "bins", NULL));
    n_bin = assay_bins_cut(&rows, ASSAY_EQUAL_WIDTH, bins);
    check_shares(bins, n_bin, test_at(want, "murphy_equal_width_10", "bins", NULL));
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* 0.3 * 10 is 3 and 0.7 * 10 is 7 in doubles, although 0.3 and 0.7 are a little less than their names. */
START_TEST(edges_belong_to_the_group_above_and_one_to_the_last)
{
    struct assay_bin bins[ASSAY_BINS];
    struct assay_ranked rows =
        rank_rows((const double[]){0, 0.0999, 0.3, 0.7, 0.95, 1}, (const unsigned char[6]){0}, 6,
                  ASSAY_HIGHER_IS_RISK);
    ck_assert_uint_eq(assay_bins_cut(&rows, ASSAY_EQUAL_WIDTH, bins), 4);
    ck_assert_uint_eq(bins[0].n, 2);
    ck_assert_double_eq(bins[1].lowest, 0.3);
    ck_assert_double_eq(bins[2].lowest, 0.7);
    ck_assert_uint_eq(bins[3].n, 2);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(equal_probabilities_are_one_group_by_cuts_and_ten_by_count)
{
    double prob[30];
    unsigned char outcome[30] = {0};
    struct assay_bin bins[ASSAY_BINS];
    for (size_t i = 0; i < 30; i++)
        prob[i] = 0.25;
    struct assay_ranked rows = rank_rows(prob, outcome, 30, ASSAY_HIGHER_IS_RISK);
    ck_assert_uint_eq(assay_bins_cut(&rows, ASSAY_DECILE_CUTS, bins), 1);
    ck_assert_uint_eq(bins[0].n, 30);
    ck_assert_uint_eq(assay_bins_cut(&rows, ASSAY_EQUAL_WIDTH, bins), 1);
    ck_assert_uint_eq(assay_bins_cut(&rows, ASSAY_EQUAL_COUNT, bins), 10);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(every_row_is_in_one_group) /* a loop over sizes */
{
    size_t n = (size_t)_i + 1;
    struct sample s = sample_random((uint64_t)n, n < 2 ? 2 : n, _i % 3 == 0 ? 4 : 0);
    struct assay_bin bins[ASSAY_BINS];
    struct assay_ranked rows = rank_rows(s.value, s.outcome, n, ASSAY_HIGHER_IS_RISK);
    static const enum assay_binning all[] = {ASSAY_EQUAL_WIDTH, ASSAY_EQUAL_COUNT, ASSAY_DECILE_CUTS};
    for (size_t k = 0; k < COUNT(all); k++) {
        size_t n_bin = assay_bins_cut(&rows, all[k], bins), next = 0;
        for (size_t b = 0; b < n_bin; b++) {
            ck_assert_uint_eq(bins[b].first, next);
            ck_assert_uint_gt(bins[b].n, 0);
            next = bins[b].end;
        }
        ck_assert_uint_eq(next, n);
    }
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, groups_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, edges_belong_to_the_group_above_and_one_to_the_last);
    tcase_add_test(tc, equal_probabilities_are_one_group_by_cuts_and_ten_by_count);
    tcase_add_loop_test(tc, every_row_is_in_one_group, 0, 40);
}

ASSAY_SUITE("metric/bins", add_tests)
