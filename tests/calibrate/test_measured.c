#include "calibrate/evidence/measured.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/metric/confusion.h"
#include "core/metric/summary.h"
#include "core/metric/zones.h"
#include "core/model/model.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { ROWS = 700 }; /* more than two blocks, the last not full */

static struct assay_zone zone[] = {{.from = 0}, {.from = 30}, {.from = 50}, {.from = 99.9}};

struct sample {
    struct assay_spec spec;
    struct assay_history history;
    unsigned char used[ROWS], outcome[ROWS], times[ROWS];
    struct assay_predicted predicted;
};

static void sample_init(struct sample *s, uint64_t seed)
{
    struct test_random random = {seed};
    struct assay_error err = {0};
    *s =
        (struct sample){.spec = {.points_to_halve_odds = 10, .zones = zone, .n_zone = COUNT(zone)}};
    s->history = (struct assay_history){
        .spec = &s->spec, .n_row = ROWS, .n_thread = 1, .used = s->used, .outcome = s->outcome};
    for (size_t i = 0; i < ROWS; i++) {
        s->used[i] = test_below(&random, 8) > 0;
        s->times[i] = s->used[i] ? (unsigned char)test_below(&random, 4) : 0;
        s->history.n_used += s->used[i];
    }
    ck_assay_ok(assay_predicted_init(&s->history, &s->predicted, &err));
    for (size_t i = 0; i < ROWS; i++) { /* coarse: with ties */
        double eta = (double)test_below(&random, 60) / 10 - 4;
        s->predicted.log_odds[i] = eta;
        s->predicted.line[i] = i % 3 == 0 ? 0.2 : 0.35;
        s->outcome[i] = test_uniform(&random) < 1 / (1 + exp(-0.7 * eta));
    }
    ck_assay_ok(assay_predicted_rank(&s->predicted, &err));
}

/* The slow path: rows written out as often as they count. */
struct copies {
    double prob[4 * ROWS], score[4 * ROWS];
    unsigned char outcome[4 * ROWS];
    size_t n;
};

static void copy_rows(const struct sample *s, const unsigned char times[], struct copies *c)
{
    c->n = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (unsigned k = 0; k < times[i]; k++) {
            double line = s->predicted.line[i], eta = s->predicted.log_odds[i];
            double score = 50 + 10 / M_LN2 * (log(line) - log1p(-line) - eta);
            c->prob[c->n] = s->predicted.prob[i];
            c->score[c->n] = fmin(fmax(score, 0), 100);
            c->outcome[c->n++] = s->outcome[i];
        }
}

static void check_against_copies(const struct sample *s, const unsigned char times[])
{
    static struct copies c;
    struct assay_error err = {0};
    struct assay_performance performance;
    struct assay_model_performance kept;
    struct assay_confusion counts;
    struct assay_zone_result zones[COUNT(zone)];
    double lower[COUNT(zone)];
    struct assay_measurement got;
    copy_rows(s, times, &c);
    ck_assay_ok(assay_performance_measure(c.prob, c.outcome, c.n, 0.5, &performance, &err));
    ck_assay_ok(assay_confusion_of_score(c.score, c.outcome, c.n, 50, &counts, &err));
    struct assay_confusion_rates rates = assay_confusion_rates_of(&counts);
    performance.sensitivity = rates.sensitivity.wilson;
    performance.specificity = rates.specificity.wilson;
    performance.ppv = rates.ppv.wilson;
    performance.npv = rates.npv.wilson;
    assay_model_performance_take(&performance, &kept);
    for (size_t z = 0; z < COUNT(zone); z++)
        lower[z] = zone[z].from;
    ck_assay_ok(assay_zones_measure(c.score, c.outcome, c.n, lower, COUNT(zone), zones, &err));
    ck_assay_ok(assay_predicted_measure(&s->predicted, times, &got, &err));
    for (size_t f = 0; f < ASSAY_FIGURES; f++) /* both iterate until steps are below 1e-10 or so */
        if (!isnan(kept.figures[f].value) || !isnan(got.value[f]))
            test_close("figure", got.value[f], kept.figures[f].value, 1e-9, 1);
    for (size_t z = 0; z < COUNT(zone); z++) {
        double rate = got.value[ASSAY_MEASURED_RATE + z];
        ck_assert_double_eq(got.value[ASSAY_MEASURED_SHARE + z], (double)zones[z].n / (double)c.n);
        ck_assert(zones[z].n > 0 ? rate == zones[z].rate.wilson.value : isnan(rate));
    }
}

START_TEST(figures_are_those_of_rows_written_out) /* a loop over seeds */
{
    struct sample s;
    sample_init(&s, (uint64_t)_i + 1);
    check_against_copies(&s, s.times);
    check_against_copies(&s, s.used);
    assay_predicted_clear(&s.predicted);
}
END_TEST

START_TEST(what_there_is_not_is_nan)
{
    struct sample s;
    struct assay_measurement got;
    struct assay_error err = {0};
    sample_init(&s, 40);
    for (size_t i = 0; i < ROWS; i++)
        s.predicted.line[i] = 0.999; /* nobody is flagged */
    memset(s.outcome, 0, ROWS);
    ck_assay_ok(assay_predicted_measure(&s.predicted, s.times, &got, &err));
    ck_assert(isnan(got.value[ASSAY_FIG_AUC]));
    ck_assert(isnan(got.value[ASSAY_FIG_PPV]));
    ck_assert(isnan(got.value[ASSAY_FIG_SENSITIVITY]));
    ck_assert(isnan(got.value[ASSAY_FIG_CALIBRATION_INTERCEPT]));
    ck_assert(isnan(got.value[ASSAY_FIG_CALIBRATION_SLOPE]));
    ck_assert(isnan(got.value[ASSAY_MEASURED_RATE])); /* the lowest zone is empty */
    ck_assert_double_eq(got.value[ASSAY_FIG_SPECIFICITY], 1);
    ck_assert_double_eq(got.value[ASSAY_FIG_OE_RATIO], 0);
    assay_predicted_clear(&s.predicted);
}
END_TEST

START_TEST(separated_outcomes_have_no_slope_and_certain_ones_no_line)
{
    struct sample s;
    struct assay_measurement got;
    struct assay_error err = {0};
    sample_init(&s, 41);
    for (size_t i = 0; i < ROWS; i++)
        s.outcome[i] = s.predicted.log_odds[i] > 0.05;
    ck_assay_ok(assay_predicted_measure(&s.predicted, s.times, &got, &err));
    ck_assert_double_eq(got.value[ASSAY_FIG_AUC], 1);
    ck_assert(isnan(got.value[ASSAY_FIG_CALIBRATION_SLOPE]));
    ck_assert(isfinite(got.value[ASSAY_FIG_CALIBRATION_INTERCEPT]));
    size_t row = 0;
    while (s.times[row] == 0)
        row++;
    s.predicted.log_odds[row] = 800; /* a prob of 1, which did not come true */
    s.outcome[row] = 0;
    ck_assay_ok(assay_predicted_rank(&s.predicted, &err));
    ck_assay_ok(assay_predicted_measure(&s.predicted, s.times, &got, &err));
    ck_assert(isnan(got.value[ASSAY_FIG_LOG_LOSS]));
    ck_assert(isnan(got.value[ASSAY_FIG_CALIBRATION_INTERCEPT]));
    assay_predicted_clear(&s.predicted);
}
END_TEST

START_TEST(no_row_is_an_error)
{
    struct sample s;
    struct assay_measurement got;
    struct assay_error err = {0};
    sample_init(&s, 42);
    memset(s.times, 0, ROWS);
    ck_assert_int_eq(assay_predicted_measure(&s.predicted, s.times, &got, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "no row to fit; expected at least one");
    assay_predicted_clear(&s.predicted);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct sample s;
    sample_init(&s, 43);
    for (size_t n = 1; n < 1000; n++) {
        struct assay_predicted predicted = {0};
        struct assay_measurement got;
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_predicted_init(&s.history, &predicted, &err);
        if (status == ASSAY_OK)
            status = assay_predicted_rank(&s.predicted, &err);
        if (status == ASSAY_OK)
            status = assay_predicted_measure(&s.predicted, s.times, &got, &err);
        test_fail_allocation(0);
        assay_predicted_clear(&predicted);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_int_eq(strncmp(err.message, "out of memory", 13), 0);
    }
    assay_predicted_clear(&s.predicted);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, figures_are_those_of_rows_written_out, 0, 20);
    tcase_add_test(tc, what_there_is_not_is_nan);
    tcase_add_test(tc, separated_outcomes_have_no_slope_and_certain_ones_no_line);
    tcase_add_test(tc, no_row_is_an_error);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/measured", add_tests)
