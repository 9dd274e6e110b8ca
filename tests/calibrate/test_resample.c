#include "calibrate/evidence/drawn.h"
#include "tests/calibrate/trial.h"

/* ---- drawing ---- */

START_TEST(accounts_are_drawn_whole_and_as_many_as_there_are)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(1, 80, -2);
    struct trial trial = {0};
    trial_make(&trial, TRIAL_SPEC, table, 1);
    struct assay_resampling resampling = trial_resampling(&trial);
    size_t total[80] = {0};
    ck_assert_uint_eq(resampling.n_account, 80);
    for (size_t b = 0; b < 400; b++) {
        unsigned char times[TRIAL_MOST_ROWS];
        size_t sum = 0;
        ck_assay_ok(assay_resample_draw(&resampling, b, times, &err));
        for (size_t i = 0; i < table->n; i++) {
            bool first = i == 0 || table->row[i].account != table->row[i - 1].account;
            if (first) {
                sum += times[i];
                total[table->row[i].account] += times[i];
            } else {
                ck_assert_uint_eq(times[i], times[i - 1]);
            }
        }
        ck_assert_uint_eq(sum, 80);
    }
    for (size_t a = 0; a < 80; a++) /* binomial, mean 400, deviation 20: five of them */
        ck_assert_msg(total[a] > 300 && total[a] < 500, "account %zu: %zu draws", a, total[a]);
    assay_resampling_clear(&resampling);
    trial_clear(&trial);
    free(table);
}
END_TEST

START_TEST(rows_written_out_are_as_many_accounts_as_were_drawn)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(2, 60, -2);
    struct trial trial = {0};
    trial_make(&trial, TRIAL_SPEC, table, 1);
    struct assay_resampling resampling = trial_resampling(&trial);
    unsigned char times[TRIAL_MOST_ROWS];
    struct assay_drawn drawn;
    ck_assay_ok(assay_resample_draw(&resampling, 3, times, &err));
    ck_assay_ok(assay_drawn_init(&trial.history, times, &drawn, &err));
    const struct assay_history *h = &drawn.history;
    const int32_t *codes = h->table->columns[h->columns->id].codes;
    size_t rows_of[60] = {0}, from_account[60], n = 0;
    ck_assert_uint_eq(h->n_account, 60);
    for (size_t k = 0; k < h->n_row; k++) {
        size_t row = drawn.row[k], code = (size_t)codes[k];
        n += trial_has_event(&table->row[row]);
        ck_assert_uint_lt(code, 60);
        if (rows_of[code]++ > 0)
            ck_assert_uint_eq(from_account[code], table->row[row].account);
        from_account[code] = table->row[row].account;
        ck_assert_int_eq(h->table->columns[h->columns->as_of].dates[k],
                         trial.history.table->columns[trial.history.columns->as_of].dates[row]);
    }
    ck_assert_uint_eq(h->n_event, n);
    for (size_t code = 0; code < 60; code++) { /* each copy has all rows of its account */
        size_t rows = 0;
        for (size_t i = 0; i < table->n; i++)
            rows += table->row[i].account == from_account[code];
        ck_assert_uint_eq(rows_of[code], rows);
    }
    assay_drawn_clear(&drawn);
    assay_resampling_clear(&resampling);
    trial_clear(&trial);
    free(table);
}
END_TEST

/* ---- one account and all its rows ---- */

/* The resample in which one account was drawn every time: its 40 rows, five times over, against the
 * same account alone, where baselines, fit and rates are the same however often it is counted. */
START_TEST(a_resample_may_consist_of_one_account)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(6, 120, -1);
    struct trial trial = {0};
    struct assay_resample once, often;
    double weight[2][TRIAL_SIGNALS];
    unsigned char times[TRIAL_MOST_ROWS];
    for (size_t i = 0; i < table->n; i++)
        table->row[i].account = i < 40 ? 0 : i;
    trial_make(&trial, TRIAL_SPEC, table, 1);
    struct assay_resampling resampling = trial_resampling(&trial);
    once.weight = weight[0];
    often.weight = weight[1];
    for (size_t i = 0; i < table->n; i++)
        times[i] = i < 40;
    ck_assay_ok(assay_resample_run(&resampling, times, &once, &err));
    for (size_t i = 0; i < table->n; i++)
        times[i] = i < 40 ? 5 : 0;
    trial.spec.cohort.borrow *= 5; /* as many rows are borrowed to each of its own */
    ck_assay_ok(assay_resample_run(&resampling, times, &often, &err));
    for (size_t j = 0; j < TRIAL_SIGNALS; j++)
        test_close("weight", weight[1][j], weight[0][j], 1e-9, 1);
    test_close("line", often.line, once.line, 1e-9, 1);
    for (size_t f = 0; f < ASSAY_FIGURES; f++) {
        test_close("own", often.own.value[f], once.own.value[f], 1e-8, 1);
        test_close("original", often.original.value[f], once.original.value[f], 1e-8, 1);
    }
    assay_resampling_clear(&resampling);
    trial_clear(&trial);
    free(table);
}
END_TEST

/* ---- segments ---- */

/* Plans as segments: held to the common coefficients they change nothing; left alone each has its own
 * intercept and slopes, which fit the resample's rows better. */
START_TEST(segments_have_their_weights_in_every_resample)
{
    static const double pull[] = {HUGE_VAL, 0};
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(14, 600, -1);
    struct trial trial = {0};
    struct assay_resample common, own;
    double weight[2][TRIAL_SIGNALS];
    unsigned char times[TRIAL_MOST_ROWS];
    trial_make(&trial, TRIAL_SPEC, table, 1);
    struct assay_segments segments = {0};
    ck_assay_ok(
        assay_segments_find(&trial.history, trial.history.columns->plan, &segments, &err));
    ck_assert_uint_eq(segments.n, 2);
    struct assay_segment_question question = {&segments, &trial.estimation, pull[_i]};
    struct assay_resampling resampling = trial_resampling(&trial);
    common.weight = weight[0];
    own.weight = weight[1];
    ck_assay_ok(assay_resample_draw(&resampling, 0, times, &err));
    ck_assay_ok(assay_resample_run(&resampling, times, &common, &err));
    resampling.of.segments = &question;
    ck_assay_ok(assay_resample_run(&resampling, times, &own, &err));
    double gain = common.own.value[ASSAY_FIG_LOG_LOSS] - own.own.value[ASSAY_FIG_LOG_LOSS];
    if (_i == 0)
        ck_assert_double_eq_tol(gain, 0, 1e-9);
    else
        ck_assert_double_gt(gain, 1e-4);
    assay_segments_clear(&segments);
    assay_resampling_clear(&resampling);
    trial_clear(&trial);
    free(table);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, accounts_are_drawn_whole_and_as_many_as_there_are);
    tcase_add_test(tc, rows_written_out_are_as_many_accounts_as_were_drawn);
    tcase_add_test(tc, a_resample_may_consist_of_one_account);
    tcase_add_loop_test(tc, segments_have_their_weights_in_every_resample, 0, 2);
}

ASSAY_SUITE("calibrate/resample", add_tests)
