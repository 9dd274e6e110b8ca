/* Segments of the accounts, and coefficients of their own on a pipeline's rows. */
#include "calibrate/fit/segments.h"

#include "tests/calibrate/regions.h"

static struct assay_segments segments_of(const struct stage *s)
{
    struct assay_segments segments = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_segments_find(&s->lab.history, s->lab.history.columns->models_by, &segments,
                                    &err));
    return segments;
}

static struct assay_segment_fits fits_of(const struct stage *s, const struct assay_segments *segments,
                                         double lambda)
{
    struct assay_segment_question question = {segments, &s->estimation, lambda};
    struct assay_segment_fits fits = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_segments_fit(&s->pipeline, &question, &fits, &err));
    return fits;
}

/* ---- finding them ---- */

START_TEST(segments_are_the_values_in_byte_order_with_their_rows)
{
    static const char *const names[] = {"east", "north", "south", "west"};
    struct stage s;
    stage_read(&s, &(struct world){.n_row = 500, .seed = 1}, by_region);
    struct assay_segments segments = segments_of(&s);
    size_t n_none = 0;
    ck_assert_uint_eq(segments.n, 4);
    ck_assert_uint_eq(segments.first[0], 0);
    for (size_t k = 0; k < 4; k++) {
        ck_assert_str_eq(segments.name[k], names[k]);
        for (size_t r = segments.first[k]; r < segments.first[k + 1]; r++) {
            ck_assert_str_eq(regions[segments.row[r] / 2 % 4], names[k]);
            ck_assert_uint_eq(segments.of_row[segments.row[r]], k);
            ck_assert(r == segments.first[k] || segments.row[r] > segments.row[r - 1]);
        }
    }
    for (size_t i = 0; i < 500; i++)
        n_none += segments.of_row[i] == segments.n;
    ck_assert_uint_eq(n_none, 2 * (250 / 31));
    ck_assert_uint_eq(segments.first[4] + n_none, 500);
    assay_segments_clear(&segments);
    stage_clear(&s);
}
END_TEST

START_TEST(a_column_without_values_or_with_too_many_is_refused)
{
    struct assay_segments segments = {0};
    struct assay_error err = {0};
    struct stage s;
    stage_read(&s, &(struct world){.n_row = 500, .seed = 1, .only = ""}, by_region);
    ck_assert_int_eq(assay_segments_find(&s.lab.history, s.lab.history.columns->models_by, &segments,
                                         &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "column \"region\" is empty in every snapshot that counts; expected "
                                  "the segments that have weights of their own");
    ck_assert_int_eq(assay_segments_find(&s.lab.history, s.lab.history.columns->id, &segments, &err),
                     ASSAY_OK); /* the 8 accounts without a region */
    ck_assert_uint_eq(segments.n, 8);
    assay_segments_clear(&segments);
    stage_clear(&s);
    stage_read(&s, &(struct world){.n_row = 500, .seed = 1}, by_region);
    ck_assert_int_eq(assay_segments_find(&s.lab.history, s.lab.history.columns->id, &segments, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "column \"id\" has 250 different values; expected at most 200 "
                                  "segments with weights of their own");
    stage_clear(&s);
}
END_TEST

/* ---- the ends of the scale ---- */

START_TEST(without_a_pull_a_segment_is_a_history_of_its_own)
{
    struct stage all, one;
    struct world world = {.n_row = 1600, .seed = 3, .parted = true, .gaps = _i == 1};
    stage_read(&all, &world, by_region);
    stage_fit(&all, NULL);
    struct assay_segments segments = segments_of(&all);
    struct assay_segment_fits fits = fits_of(&all, &segments, 0);
    for (size_t k = 0; k < segments.n; k++) {
        world.only = segments.name[k];
        stage_read(&one, &world, by_region);
        stage_fit(&one, NULL);
        ck_assert_uint_eq(fits.rows[k], one.lab.history.n_used);
        ck_assert_uint_eq(fits.events[k], one.lab.history.n_event);
        for (size_t j = 0; j <= N_SIGNAL; j++) /* stop within 1e-10; holes settle within 1e-13 of x,
                                                  each round moving the coefficients by that much */
            test_close("coefficient", fits.coef[k * fits.n_coef + j], one.pipeline.fit.coef[j], 1e-8,
                       1);
        test_close("borrowed", fits.borrowed[k], 0, 1e-9, 1);
        stage_clear(&one);
    }
    assay_segment_fits_clear(&fits);
    assay_segments_clear(&segments);
    stage_clear(&all);
}
END_TEST

START_TEST(an_infinite_pull_changes_nothing)
{
    struct stage s;
    struct assay_error err = {0};
    stage_read(&s, &(struct world){.n_row = 800, .seed = 4, .gaps = true}, by_region);
    stage_fit(&s, NULL);
    struct assay_segments segments = segments_of(&s);
    struct assay_segment_fits fits = fits_of(&s, &segments, HUGE_VAL);
    double *before = calloc(800, sizeof *before), *after = calloc(800, sizeof *after);
    assay_pipeline_log_odds(&s.pipeline, before);
    memcpy(after, before, 800 * sizeof *after);
    ck_assay_ok(assay_segments_log_odds(&s.pipeline, &segments, &fits, constrained, after, &err));
    for (size_t i = 0; i < 800; i++) /* the pipeline's holes are settled to 1e-13 */
        test_close("log-odds", after[i], before[i], 1e-12, 1);
    for (size_t k = 0; k < segments.n; k++) {
        ck_assert_mem_eq(fits.coef + k * fits.n_coef, s.pipeline.fit.coef,
                         fits.n_coef * sizeof(double));
        ck_assert_double_eq(fits.borrowed[k], 1);
    }
    free(before);
    free(after);
    assay_segment_fits_clear(&fits);
    assay_segments_clear(&segments);
    stage_clear(&s);
}
END_TEST

START_TEST(rows_without_a_segment_keep_the_common_log_odds)
{
    struct stage s;
    struct assay_error err = {0};
    double log_odds[500];
    stage_read(&s, &(struct world){.n_row = 500, .seed = 5, .parted = true}, by_region);
    stage_fit(&s, NULL);
    struct assay_segments segments = segments_of(&s);
    struct assay_segment_fits fits = fits_of(&s, &segments, 1);
    for (size_t i = 0; i < 500; i++)
        log_odds[i] = 77;
    ck_assay_ok(assay_segments_log_odds(&s.pipeline, &segments, &fits, constrained, log_odds, &err));
    for (size_t i = 0; i < 500; i++)
        ck_assert((log_odds[i] == 77) == (segments.of_row[i] == segments.n));
    assay_segment_fits_clear(&fits);
    assay_segments_clear(&segments);
    stage_clear(&s);
}
END_TEST

START_TEST(a_row_that_counts_twice_is_a_row_written_twice)
{
    struct stage s, twice;
    struct world world = {.n_row = 800, .seed = 6, .parted = true, .gaps = true};
    unsigned char include[800];
    stage_read(&s, &world, by_region);
    for (size_t i = 0; i < 800; i++)
        include[i] = i / 2 % 2 == 0 ? 2 : 1;
    stage_fit(&s, include);
    world.twice_even = true;
    stage_read(&twice, &world, by_region);
    stage_fit(&twice, NULL);
    struct assay_segments a = segments_of(&s), b = segments_of(&twice);
    struct assay_segment_fits with = fits_of(&s, &a, 3), written = fits_of(&twice, &b, 3);
    for (size_t k = 0; k < 4; k++) {
        ck_assert_uint_eq(with.rows[k], written.rows[k]);
        ck_assert_uint_eq(with.events[k], written.events[k]);
        for (size_t j = 0; j <= N_SIGNAL; j++)
            test_close("coefficient", with.coef[k * 4 + j], written.coef[k * 4 + j], 1e-9, 1);
        test_close("borrowed", with.borrowed[k], written.borrowed[k], 1e-9, 1);
    }
    assay_segment_fits_clear(&with);
    assay_segment_fits_clear(&written);
    assay_segments_clear(&a);
    assay_segments_clear(&b);
    stage_clear(&s);
    stage_clear(&twice);
}
END_TEST

START_TEST(row_order_moves_nothing)
{
    struct stage s, other;
    struct world world = {.n_row = 800, .seed = 7, .parted = true, .gaps = true};
    stage_read(&s, &world, by_region);
    stage_fit(&s, NULL);
    world.shuffled = true;
    stage_read(&other, &world, by_region);
    stage_fit(&other, NULL);
    struct assay_segments a = segments_of(&s), b = segments_of(&other);
    struct assay_segment_fits straight = fits_of(&s, &a, 3), shuffled = fits_of(&other, &b, 3);
    for (size_t k = 0; k < 4 * 4; k++)
        test_close("coefficient", shuffled.coef[k], straight.coef[k], 1e-9, 1);
    assay_segment_fits_clear(&straight);
    assay_segment_fits_clear(&shuffled);
    assay_segments_clear(&a);
    assay_segments_clear(&b);
    stage_clear(&s);
    stage_clear(&other);
}
END_TEST

/* ---- no fit ---- */

START_TEST(a_segment_without_a_fit_is_named)
{
    struct stage s;
    struct assay_error err = {0};
    struct assay_segment_fits fits = {0};
    stage_read(&s, &(struct world){.n_row = 500, .seed = 2}, by_region);
    stage_fit(&s, NULL);
    struct assay_segments segments = segments_of(&s);
    for (size_t r = segments.first[2]; r < segments.first[3]; r++)
        s.lab.history.outcome[segments.row[r]] = 0;
    struct assay_segment_question question = {&segments, &s.estimation, 0};
    ck_assert_int_eq(assay_segments_fit(&s.pipeline, &question, &fits, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "segment \"south\": 0 of its 120 snapshots have the event, too few of "
                                  "one kind for 3 weights of its own");
    ck_assert_str_eq(err.hint, "Let it borrow more: a larger \"pooling\", or \"auto\"; or give its rows "
                               "to a larger segment.");
    ck_assert_ptr_null(fits.coef);
    question.lambda = 1;
    ck_assay_ok(assay_segments_fit(&s.pipeline, &question, &fits, &err));
    assay_segment_fits_clear(&fits);
    assay_segments_clear(&segments);
    stage_clear(&s);
}
END_TEST

/* Turned round, signals go with more events in one region: its weights would all be 0. */
START_TEST(a_segment_whose_signals_all_go_the_wrong_way_is_named)
{
    struct stage s;
    struct assay_error err = {0};
    struct assay_segment_fits fits = {0};
    stage_read(&s, &(struct world){.n_row = 800, .seed = 2}, by_region);
    stage_fit(&s, NULL);
    struct assay_segments segments = segments_of(&s);
    for (size_t r = segments.first[0]; r < segments.first[1]; r++) {
        size_t i = segments.row[r];
        double sum = 0;
        for (size_t j = 0; j < N_SIGNAL; j++)
            sum += s.pipeline.design->x[assay_block_index(i, j, N_SIGNAL)];
        s.lab.history.outcome[i] = sum + (i % 7 == 0 ? -1 : 0) > 1.5;
    }
    struct assay_segment_question question = {&segments, &s.estimation, 0};
    ck_assert_int_eq(assay_segments_fit(&s.pipeline, &question, &fits, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "segment \"east\": no signal goes with fewer events; every weight "
                                  "would be 0");
    assay_segments_clear(&segments);
    stage_clear(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, segments_are_the_values_in_byte_order_with_their_rows);
    tcase_add_test(tc, a_column_without_values_or_with_too_many_is_refused);
    tcase_add_loop_test(tc, without_a_pull_a_segment_is_a_history_of_its_own, 0, 2);
    tcase_add_test(tc, an_infinite_pull_changes_nothing);
    tcase_add_test(tc, rows_without_a_segment_keep_the_common_log_odds);
    tcase_add_test(tc, a_row_that_counts_twice_is_a_row_written_twice);
    tcase_add_test(tc, row_order_moves_nothing);
    tcase_add_test(tc, a_segment_without_a_fit_is_named);
    tcase_add_test(tc, a_segment_whose_signals_all_go_the_wrong_way_is_named);
}

ASSAY_SUITE("calibrate/segments", add_tests)
