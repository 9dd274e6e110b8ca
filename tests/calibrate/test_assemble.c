/* Which evidence the published intervals of weights and coefficients stand on. */
#include "core/fit/weight_interval.h"
#include "core/metric/clustered.h"
#include "tests/calibrate/lab.h"

enum { SIGNALS = 5 };
/* "use" is half "logins" and half noise: with little data its sign tends to turn. */
#define SPEC_WITH(fit) \
    SPEC_HEAD "\"as_of\": \"as_of\", \"fit\": {\"bootstrap\": 0, " fit "}, \"signals\": [" \
    SIGNAL("logins", "logins", "higher", ", \"expert\": 3") "," \
    SIGNAL("tickets", "tickets", "lower", ", \"expert\": 1") "," \
    SIGNAL("nps", "nps", "higher", ", \"expert\": 2") "," \
    SIGNAL("seats", "seats", "higher", ", \"expert\": 1") "," \
    SIGNAL("use", "use", "higher", ", \"expert\": 1") "]}"

static void calibrate(struct lab *lab, const char *spec, uint64_t seed)
{
    struct assay_error err = {0};
    struct made_up how = {.seed = seed, .n_row = 400};
    struct assay_text csv = made_up_csv(&how);
    ck_assay_ok(lab_read(lab, spec, csv.data, &err));
    assay_text_clear(&csv);
    ck_assay_ok(lab_model(lab, &err));
    ck_assert_uint_eq(lab->model.n_signal, SIGNALS);
}

/* Fieller's intervals by these coefficients and covariance. */
static void fieller(const struct assay_coefficient coefficients[], const double covariance[],
                    double low[], double high[])
{
    double coef[1 + SIGNALS];
    for (size_t k = 0; k <= SIGNALS; k++)
        coef[k] = coefficients[k].estimate;
    assay_weight_intervals(coef, covariance, 1 + SIGNALS, SIGNALS, ASSAY_LEVEL, low, high);
}

static double free_weight(const struct assay_model *model, size_t j)
{
    double total = 0;
    for (size_t k = 1; k <= SIGNALS; k++)
        total += model->fit.free_coefficients[k].estimate;
    return model->fit.free_coefficients[1 + j].estimate / total;
}

static const char *const from_data[] = {SPEC_WITH("\"anchor\": \"none\""),
                                        SPEC_WITH("\"anchor\": \"expert\""),
                                        SPEC_WITH("\"anchor\": \"equal\""),
                                        SPEC_WITH("\"anchor\": \"expert\", \"strength\": 0")};

/* An estimate within [0, 1] is not moved; the interval is then cut and holds the published weight. */
START_TEST(without_a_prior_weights_lie_where_the_data_alone_say) /* a loop over specs and seeds */
{
    struct lab lab = {0};
    double low[SIGNALS], high[SIGNALS];
    calibrate(&lab, from_data[_i % 4], (uint64_t)_i / 4 + 1);
    const struct assay_model *model = &lab.model;
    ck_assert(model->fit.clustered);
    fieller(model->fit.free_coefficients, model->fit.free_covariance, low, high);
    for (size_t j = 0; j < SIGNALS; j++) {
        const struct assay_estimate *got = &model->weight_interval[j];
        double moved = fmin(fmax(free_weight(model, j), 0), 1) - free_weight(model, j);
        test_close("low", got->low, fmin(fmax(low[j] + moved, 0), model->weight[j]), 1e-12, 1);
        test_close("high", got->high, fmax(fmin(high[j] + moved, 1), model->weight[j]), 1e-12, 1);
        ck_assert(got->low <= got->value && got->value <= got->high && got->low < got->high);
    }
    lab_clear(&lab);
}
END_TEST

START_TEST(a_weight_held_at_0_has_an_interval_from_0)
{
    size_t held = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct lab lab = {0};
        calibrate(&lab, from_data[0], seed);
        for (size_t j = 0; j < SIGNALS; j++)
            if (lab.model.slope[j] == 0) {
                held++;
                ck_assert(isnan(lab.model.fit.coefficients[1 + j].std_error));
                ck_assert_double_eq(lab.model.weight_interval[j].low, 0);
                ck_assert_double_gt(lab.model.weight_interval[j].high, 0.01);
            }
        lab_clear(&lab);
    }
    ck_assert_uint_gt(held, 0);
}
END_TEST

START_TEST(a_given_strength_is_a_prior)
{
    struct lab lab = {0};
    double low[SIGNALS], high[SIGNALS], free_low[SIGNALS], free_high[SIGNALS];
    calibrate(&lab, SPEC_WITH("\"anchor\": \"expert\", \"strength\": 4"), 2);
    const struct assay_model *model = &lab.model;
    fieller(model->fit.coefficients, model->fit.covariance, low, high);
    fieller(model->fit.free_coefficients, model->fit.free_covariance, free_low, free_high);
    for (size_t j = 0; j < SIGNALS; j++) {
        const struct assay_coefficient *c = &model->fit.coefficients[1 + j];
        test_close("low", model->weight_interval[j].low, fmax(low[j], 0), 1e-12, 1);
        test_close("high", model->weight_interval[j].high, fmin(high[j], 1), 1e-12, 1);
        ck_assert_double_lt(high[j] - low[j], 0.8 * (free_high[j] - free_low[j]));
        test_close("coefficient", c->high - c->low, 2 * 1.959963984540054 * c->std_error, 1e-12, 1);
    }
    lab_clear(&lab);
}
END_TEST

START_TEST(an_anchor_that_is_to_be_kept_has_no_interval)
{
    struct lab lab = {0};
    calibrate(&lab, SPEC_WITH("\"anchor\": \"expert\", \"strength\": \"infinite\""), 2);
    for (size_t j = 0; j < SIGNALS; j++)
        ck_assert(isnan(lab.model.weight_interval[j].low) &&
                  isnan(lab.model.weight_interval[j].high));
    lab_clear(&lab);
}
END_TEST

START_TEST(coefficients_under_a_chosen_strength_lie_where_the_data_alone_say)
{
    struct lab lab = {0};
    calibrate(&lab, from_data[1], 3);
    for (size_t k = 0; k <= SIGNALS; k++) {
        const struct assay_coefficient *c = &lab.model.fit.coefficients[k];
        const struct assay_coefficient *free = &lab.model.fit.free_coefficients[k];
        ck_assert_double_eq(c->low, fmin(free->low, c->estimate));
        ck_assert_double_eq(c->high, fmax(free->high, c->estimate));
    }
    lab_clear(&lab);
}
END_TEST

/* Two snapshots an account. */
START_TEST(performance_is_by_account_where_accounts_repeat)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    calibrate(&lab, from_data[0], 4);
    const struct assay_history *history = &lab.calibration.history;
    const double *prob = lab.calibration.assessment.prob_held_out;
    double line = lab.model.at_risk_probability;
    unsigned char flagged[400];
    for (size_t i = 0; i < history->n_row; i++)
        flagged[i] = prob[i] > line;
    struct assay_clustered_rows rows = {.prob = prob,
                                        .outcome = history->outcome,
                                        .flagged = flagged,
                                        .cluster = history->table->columns[0].codes,
                                        .n = history->n_row};
    struct assay_performance want;
    struct assay_model_performance kept;
    ck_assay_ok(assay_performance_measure(prob, history->outcome, history->n_row, line, &want, &err));
    struct assay_performance plain = want;
    ck_assay_ok(assay_performance_by_cluster(&rows, &want, &err));
    ck_assert(memcmp(&plain, &want, sizeof want) != 0);
    assay_model_performance_take(&want, &kept);
    const struct assay_model_performance *got = &lab.model.performance[ASSAY_CROSS_VALIDATED];
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        ck_assert_mem_eq(&got->figures[f], &kept.figures[f], sizeof kept.figures[f]);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, without_a_prior_weights_lie_where_the_data_alone_say, 0, 16);
    tcase_add_test(tc, a_weight_held_at_0_has_an_interval_from_0);
    tcase_add_test(tc, a_given_strength_is_a_prior);
    tcase_add_test(tc, an_anchor_that_is_to_be_kept_has_no_interval);
    tcase_add_test(tc, coefficients_under_a_chosen_strength_lie_where_the_data_alone_say);
    tcase_add_test(tc, performance_is_by_account_where_accounts_repeat);
}

ASSAY_SUITE("calibrate/assemble", add_tests)
