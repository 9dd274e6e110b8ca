/* Values missing by chance, from accounts whose weights are known: what each policy makes of them. */
#include "core/base/block.h"
#include "core/signal/normalise.h"
#include "tests/calibrate/lab.h"

/* a and b are "product", c and d "money"; what a dimension's signals measure is the same up to a fifth, and
 * the dimensions have nothing to do with each other. b and c have gaps. */
enum { N_SIGNAL = 4, N_COEF = N_SIGNAL + 1 };
static const double true_weight[N_SIGNAL] = {0.3, 0.3, 0.15, 0.25}, intercept = 3, slope = 6;

#define ONE(name, dimension, missing)                                                              \
    "{\"name\": \"" name "\", \"dimension\": \"" dimension "\", \"better\": \"higher\","           \
    " \"normalise\": {\"method\": \"none\"}, \"missing\": " missing "}"
#define GAPS(missing)                                                                              \
    "{\"id\": \"id\", \"outcome\": {\"column\": \"churned\"}, \"signals\": [" ONE(                 \
        "a", "product",                                                                            \
        "\"neutral\"") "," ONE("b", "product",                                                     \
                               missing) "," ONE("c", "money", missing) "," ONE("d", "money",       \
                                                                               "\"neutral\"") "]}"

/* Which composite the risk follows. */
enum truth { AS_FILLED, AS_IT_WAS };

static double gap(struct test_random *random, double value)
{
    return test_below(random, 5) < 2 ? (double)NAN : value;
}

static void draw_row(struct test_random *random, const struct assay_spec *spec, enum truth truth,
                     size_t i, struct assay_text *csv)
{
    double s[N_SIGNAL], x[N_SIGNAL], h = 0;
    double product = test_uniform(random), money = test_uniform(random);
    for (size_t j = 0; j < N_SIGNAL; j++) {
        double common = j < 2 ? product : money;
        s[j] = x[j] = floor(100 * (0.8 * common + 0.2 * test_uniform(random)));
        h += true_weight[j] * s[j];
    }
    x[1] = s[1] = gap(random, s[1]);
    x[2] = s[2] = gap(random, s[2]);
    if (truth == AS_FILLED)
        h = assay_composite(spec->signals, true_weight, N_SIGNAL, s, 1, NULL);
    assay_text_printf(csv, "A%zu", i);
    for (size_t j = 0; j < N_SIGNAL; j++)
        if (isnan(x[j]))
            assay_text_puts(csv, ",");
        else
            assay_text_printf(csv, ",%.0f", x[j]);
    double prob = 1 / (1 + exp(slope * h / 100 - intercept));
    assay_text_printf(csv, ",%d\n", test_uniform(random) < prob);
}

static void fit(struct lab *lab, const char *text, enum truth truth, uint64_t seed, size_t n_row)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    struct assay_text csv = {0};
    struct test_random random = {seed};
    ck_assay_ok(assay_spec_read_text("spec", text, strlen(text), &spec, &err));
    assay_text_puts(&csv, "id,a,b,c,d,churned\n");
    for (size_t i = 0; i < n_row; i++)
        draw_row(&random, &spec, truth, i, &csv);
    ck_assert(!csv.failed);
    ck_assay_ok(lab_read(lab, text, csv.data, &err));
    ck_assay_ok(lab_fit(lab, &err));
    assay_spec_clear(&spec);
    assay_text_clear(&csv);
}

static const char *const policies[] = {GAPS("\"renormalise-dimension\""), GAPS("\"renormalise\""),
                                       GAPS("20"), GAPS("\"neutral\"")};

/* Risks that follow the composite as the policy fills it: the fit sees what made them, and lies where its
 * standard errors say; one estimate in sixteen thousand is 4 of them off. */
START_TEST(weights_are_recovered_where_the_risk_is_what_the_policy_says)
{
    static const double log_odds[N_COEF] = {3, -1.8, -1.8, -0.9, -1.5};
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct lab lab = {0};
        fit(&lab, policies[_i], AS_FILLED, seed, 4000);
        for (size_t k = 0; k < N_COEF; k++) {
            double off = (lab.pipeline.fit.coef[k] - log_odds[k]) /
                         assay_wald(&lab.pipeline.fit, k).std_error;
            ck_assert_msg(fabs(off) <= 4, "coefficient %zu is %.2f standard errors off", k, off);
        }
        lab_clear(&lab);
    }
}
END_TEST

static double mean_error(const char *spec)
{
    enum { SEEDS = 6 };
    double sum = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct lab lab = {0};
        fit(&lab, spec, AS_IT_WAS, seed, 4000);
        for (size_t j = 0; j < N_SIGNAL; j++)
            sum += fabs(lab.pipeline.weight[j] - true_weight[j]);
        lab_clear(&lab);
    }
    return sum / (SEEDS * N_SIGNAL);
}

/* Where the risk follows values that nobody recorded, the dimension's other signal is the better guess:
 * weights are off by 0.07 on average, and by 0.13 where all signals guess. */
START_TEST(a_gap_is_better_filled_from_its_dimension_than_from_all_signals)
{
    double by_dimension = mean_error(policies[0]), by_all = mean_error(policies[1]);
    ck_assert_msg(by_dimension < 0.75 * by_all, "weights are off by %.4f, from all signals by %.4f",
                  by_dimension, by_all);
}
END_TEST

/* With weights w a gap stands at the only other signal of its dimension, whatever w is, and the fit has no
 * slope left to climb: 2,000 residuals of 1e-13 apart. */
START_TEST(gaps_of_a_dimension_stand_at_its_other_signal)
{
    struct lab lab = {0};
    fit(&lab, policies[0], AS_FILLED, 77 + (uint64_t)_i, 2000);
    const struct assay_design *design = lab.pipeline.design;
    double gradient[N_COEF] = {0};
    ck_assert_uint_gt(design->n_hole, 1000);
    for (size_t h = 0; h < design->n_hole; h++) {
        size_t row = design->holes[h].row, j = design->holes[h].signal;
        const double *x = design->x;
        test_close("gap", x[assay_block_index(row, j, design->n_column)],
                   x[assay_block_index(row, j == 1 ? 0 : 3, design->n_column)], 1e-14, 1);
    }
    for (size_t i = 0; i < lab.history.n_row; i++) {
        double x[N_COEF] = {1}, log_odds = 0;
        for (size_t k = 0; k < N_COEF; k++) {
            if (k > 0)
                x[k] = design->x[assay_block_index(i, k - 1, design->n_column)];
            log_odds += lab.pipeline.fit.coef[k] * x[k];
        }
        for (size_t k = 0; k < N_COEF; k++)
            gradient[k] += ((double)lab.history.outcome[i] - 1 / (1 + exp(-log_odds))) * x[k];
    }
    for (size_t k = 0; k < N_COEF; k++)
        ck_assert_double_le(fabs(gradient[k]), 1e-8);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, weights_are_recovered_where_the_risk_is_what_the_policy_says, 0,
                        COUNT(policies));
    tcase_add_test(tc, a_gap_is_better_filled_from_its_dimension_than_from_all_signals);
    tcase_add_loop_test(tc, gaps_of_a_dimension_stand_at_its_other_signal, 0, 3);
}

ASSAY_SUITE("calibrate/missing", add_tests)
