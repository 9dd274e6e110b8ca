/* Held-out rows and their scores, where every row of the table counts and where some do not. */
#include "calibrate/held_out.h"

#include "core/model/scorer.h"
#include "tests/calibrate/lab.h"

/* Of spec 0 rows without a contract are dropped; of spec 1 every row counts. */
static void calibrate(int which, struct lab *lab)
{
    static const char *const specs[] = {
        ALL_POLICIES,
        SPEC_HEAD "\"signals\": [" SIGNAL("logins", "logins", "higher", "") ","
        SIGNAL("seats", "seats", "higher", "") "," SIGNAL("use", "use", "higher", "") "]}"};
    struct assay_error err = {0};
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 11, .n_row = 500});
    ck_assay_ok(lab_read(lab, specs[which], csv.data, &err));
    assay_text_clear(&csv);
    ck_assay_ok(lab_model(lab, &err));
}

START_TEST(rows_with_a_prediction_have_the_score_that_it_makes)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_held_out held_out;
    calibrate(_i, &lab);
    const struct assay_history *history = &lab.calibration.history;
    const double *prob = lab.calibration.assessment.prob_held_out;
    ck_assert_int_eq(history->n_used == history->n_row, _i == 1);
    ck_assay_ok(assay_held_out_init(&lab.model, &lab.calibration, &held_out, &err));
    ck_assert_ptr_null(held_out.score);
    ck_assay_ok(assay_held_out_score(&held_out, &err));
    ck_assert_int_eq(held_out.prob == prob, _i == 1); /* borrowed */
    size_t k = 0;
    for (size_t i = 0; i < history->n_row; i++) {
        if (isnan(prob[i]))
            continue;
        struct assay_score score = {.log_odds = log(prob[i]) - log1p(-prob[i])};
        assay_score_finish(&lab.model, &score);
        ck_assert_double_eq(held_out.prob[k], prob[i]);
        ck_assert_uint_eq(held_out.outcome[k], history->outcome[i]);
        ck_assert_int_eq(held_out.account[k],
                         history->table->columns[history->columns->id].codes[i]);
        test_close("score", held_out.score[k], score.score, 1e-13, 100);
        ck_assert_uint_eq(held_out.flagged[k], held_out.score[k] < lab.model.at_risk_score);
        k++;
    }
    ck_assert_uint_eq(held_out.n, k);
    ck_assert_uint_eq(k, history->n_used);
    assay_held_out_clear(&held_out);
    lab_clear(&lab);
}
END_TEST

START_TEST(zones_share_out_the_rows_and_rates_lie_within_their_intervals)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_held_out held_out;
    struct assay_zone_result zones[ASSAY_MAX_ZONES];
    calibrate(_i, &lab);
    ck_assay_ok(assay_held_out_init(&lab.model, &lab.calibration, &held_out, &err));
    ck_assay_ok(assay_held_out_zones(&held_out, &lab.model, zones, &err));
    ck_assay_ok(assay_held_out_score(&held_out, &err));
    ck_assert(held_out.repeated);
    size_t n_zone = lab.model.spec.n_zone, total = 0;
    for (size_t z = 0; z < n_zone; z++) {
        size_t n = 0, n_event = 0;
        for (size_t k = 0; k < held_out.n; k++) {
            bool inside = held_out.score[k] >= lab.model.spec.zones[z].from &&
                          (z + 1 == n_zone || held_out.score[k] < lab.model.spec.zones[z + 1].from);
            n += inside;
            n_event += inside && held_out.outcome[k];
        }
        ck_assert_uint_eq(zones[z].n, n);
        ck_assert_uint_eq(zones[z].n_event, n_event);
        double rate = (double)n_event / (double)n;
        ck_assert_double_eq(zones[z].rate.wilson.value, rate);
        ck_assert(zones[z].rate.wilson.low <= rate && rate < zones[z].rate.wilson.high);
        total += n;
    }
    ck_assert_uint_eq(total, held_out.n);
    assay_held_out_clear(&held_out);
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    size_t failures = 0;
    enum assay_status status;
    calibrate(_i, &lab);
    do {
        struct assay_held_out held_out = {0};
        struct assay_zone_result zones[ASSAY_MAX_ZONES];
        test_fail_allocation(failures + 1);
        status = assay_held_out_init(&lab.model, &lab.calibration, &held_out, &err);
        if (status == ASSAY_OK)
            status = assay_held_out_zones(&held_out, &lab.model, zones, &err);
        if (status == ASSAY_OK)
            status = assay_held_out_score(&held_out, &err);
        test_fail_allocation(0);
        assay_held_out_clear(&held_out);
        failures += status == ASSAY_ENOMEM;
    } while (status == ASSAY_ENOMEM);
    ck_assay_ok(status);
    ck_assert_uint_gt(failures, 3);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, rows_with_a_prediction_have_the_score_that_it_makes, 0, 2);
    tcase_add_loop_test(tc, zones_share_out_the_rows_and_rates_lie_within_their_intervals, 0, 2);
    tcase_add_loop_test(tc, running_out_of_memory_is_an_error, 0, 2);
}

ASSAY_SUITE("calibrate/held_out", add_tests)
