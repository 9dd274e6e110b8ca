#include "calibrate/evidence/yardsticks.h"
#include "core/base/number.h"
#include "core/metric/paired.h"
#include "tests/calibrate/past.h"

/* ---- histories with a truth ---- */

enum { ROWS = 2000, FOLDS = 5 };

/* What is known of each row, as log-odds: nearly all (the new weights), or half (equal weights). */
struct views {
    struct past past;
    double fitted[ROWS], half[ROWS];
    double held_out[ROWS], equal[ROWS], champion[ROWS];
};

static double middling(struct test_random *random) /* about normal, variance 1 */
{
    double sum = -6;
    for (size_t k = 0; k < 12; k++)
        sum += test_uniform(random);
    return sum;
}

static struct views *views_new(uint64_t seed)
{
    struct test_random random = {seed};
    struct views *v = calloc(1, sizeof *v);
    past_init(&v->past, ROWS, FOLDS);
    for (size_t i = 0; i < ROWS; i++) {
        double a = middling(&random), b = middling(&random);
        v->fitted[i] = -1.5 + a + b + 0.2 * middling(&random); /* weights are never quite right */
        v->half[i] = -1.4 + 0.9 * a;
        v->past.history.outcome[i] = test_uniform(&random) < assay_expit(-1.5 + a + b);
        v->held_out[i] = assay_expit(v->fitted[i]);
        v->equal[i] = assay_expit(v->half[i]);
    }
    return v;
}

static void views_free(struct views *v)
{
    past_clear(&v->past);
    free(v);
}

static void measure(const struct views *v, bool champion, struct assay_model_yardstick yards[])
{
    struct assay_error err = {0};
    struct assay_yardstick_data data = {.held_out = v->held_out,
                                        .equal = v->equal,
                                        .champion = champion ? v->champion : NULL};
    ck_assay_ok(assay_yardsticks_measure(&v->past.history, &data, yards, &err));
}

/* ---- figures ---- */

START_TEST(where_nothing_was_held_out_nothing_is_compared)
{
    struct views *v = views_new(1);
    struct assay_error err = {0};
    struct assay_yardstick_data data = {.equal = v->equal, .champion = v->champion};
    struct assay_model_yardstick yards[ASSAY_YARDS];
    ck_assay_ok(assay_yardsticks_measure(&v->past.history, &data, yards, &err));
    for (size_t k = 0; k < ASSAY_YARDS; k++) {
        ck_assert_uint_eq(yards[k].n, 0);
        ck_assert_double_nan(yards[k].auc);
    }
    ck_assert_int_eq(assay_worth_of(yards).verdict, ASSAY_WORTH_UNKNOWN);
    views_free(v);
}
END_TEST

static void assert_yard(const struct assay_model_yardstick *yard, const struct assay_paired *paired)
{
    ck_assert_uint_eq(yard->n, paired->n);
    ck_assert_uint_eq(yard->events, paired->n_event);
    test_close("AUC", yard->auc, paired->auc.second, 1e-9, 0);
    test_close("Brier", yard->brier, paired->brier.second, 1e-9, 0);
    test_close("log loss", yard->log_loss, paired->log_loss.second, 1e-9, 0);
    const struct assay_estimate *got[] = {&yard->auc_gain, &yard->brier_change, &yard->log_loss_change};
    const struct assay_estimate *want[] = {&paired->auc.difference, &paired->brier.difference,
                                           &paired->log_loss.difference};
    for (size_t k = 0; k < 3; k++) {
        test_close("change", got[k]->value, want[k]->value, 1e-8, 0.01);
        test_close("low", got[k]->low, want[k]->low, 1e-8, 0.01);
        test_close("high", got[k]->high, want[k]->high, 1e-8, 0.01);
    }
}

/* Newton's method for two coefficients, written out. */
static void fit_two(const struct views *v, size_t fold, double b[2])
{
    b[0] = b[1] = 0;
    for (size_t step = 0; step < 30; step++) {
        double g[2] = {0}, h[3] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            if (v->past.history.fold[i] == fold || isnan(v->champion[i]))
                continue;
            double x = v->champion[i], p = assay_expit(b[0] + b[1] * x), w = p * (1 - p);
            double residual = v->past.history.outcome[i] - p;
            g[0] += residual;
            g[1] += residual * x;
            h[0] += w;
            h[1] += w * x;
            h[2] += w * x * x;
        }
        double det = h[0] * h[2] - h[1] * h[1];
        b[0] += (h[2] * g[0] - h[1] * g[1]) / det;
        b[1] += (h[0] * g[1] - h[1] * g[0]) / det;
    }
}

/* Two rows an account, every tenth beyond the champion, every seventh without a held-out prediction;
 * the champion recalibrated with intercept and slope of the other folds. */
START_TEST(yardsticks_are_compared_on_the_rows_that_both_predict)
{
    enum { YARDS = ASSAY_YARDS };
    struct views *v = views_new(1);
    struct assay_model_yardstick yards[YARDS];
    double b[FOLDS][2], prob[YARDS][ROWS], new[ROWS], yard[ROWS];
    unsigned char outcome[ROWS];
    int32_t *account = v->past.table.columns[0].codes, cluster[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        account[i] = (int32_t)(i / 2);
        v->past.history.fold[i] = (uint16_t)(i / 2 % FOLDS);
        v->champion[i] = i % 10 == 3 ? (double)NAN : 0.5 + 1.7 * v->half[i];
        v->held_out[i] = i % 7 == 2 ? (double)NAN : v->held_out[i];
    }
    measure(v, true, yards);
    for (size_t f = 0; f < FOLDS; f++)
        fit_two(v, f, b[f]);
    for (size_t i = 0; i < ROWS; i++) {
        const double *mine = b[v->past.history.fold[i]];
        prob[ASSAY_YARD_EQUAL][i] = v->equal[i];
        prob[ASSAY_YARD_CHAMPION][i] = assay_expit(v->champion[i]);
        prob[ASSAY_YARD_RECALIBRATED][i] = assay_expit(mine[0] + mine[1] * v->champion[i]);
    }
    for (size_t k = 0; k < YARDS; k++) {
        struct assay_error err = {0};
        struct assay_paired paired;
        size_t n = 0;
        for (size_t i = 0; i < ROWS; i++)
            if (!isnan(v->held_out[i]) && !isnan(prob[k][i])) {
                new[n] = v->held_out[i];
                yard[n] = prob[k][i];
                cluster[n] = account[i];
                outcome[n++] = v->past.history.outcome[i];
            }
        ck_assert_int_eq(n < 1600, k != ASSAY_YARD_EQUAL);
        ck_assay_ok(assay_paired_measure(new, yard, outcome, cluster, n, &paired, &err));
        assert_yard(&yards[k], &paired);
    }
    views_free(v);
}
END_TEST

START_TEST(rows_that_do_not_count_play_no_part)
{
    struct assay_model_yardstick with[ASSAY_YARDS], without[ASSAY_YARDS];
    struct views *v = views_new(2);
    for (size_t i = 0; i < ROWS; i++) {
        v->champion[i] = v->half[i];
        if (i % 3 == 0)
            v->past.history.used[i] = 0;
    }
    measure(v, true, with);
    for (size_t i = 0; i < ROWS; i += 3) {
        v->held_out[i] = 0;
        v->champion[i] = 1e6;
        v->past.history.outcome[i] ^= 1;
    }
    measure(v, true, without);
    ck_assert_uint_eq(with[ASSAY_YARD_RECALIBRATED].n, ROWS - (ROWS + 2) / 3);
    for (size_t k = 0; k < ASSAY_YARDS; k++) {
        ck_assert_double_eq(with[k].log_loss, without[k].log_loss);
        ck_assert_double_eq(with[k].log_loss_change.low, without[k].log_loss_change.low);
    }
    views_free(v);
}
END_TEST

START_TEST(a_champion_that_cannot_be_refitted_is_compared_as_it_is)
{
    struct assay_model_yardstick yards[ASSAY_YARDS];
    struct views *v = views_new(3);
    for (size_t i = 0; i < ROWS; i++)
        v->champion[i] = -1.2; /* it knows nobody from another: no slope */
    measure(v, true, yards);
    ck_assert_uint_eq(yards[ASSAY_YARD_CHAMPION].n, ROWS);
    ck_assert_double_eq(yards[ASSAY_YARD_CHAMPION].auc, 0.5);
    ck_assert_uint_eq(yards[ASSAY_YARD_RECALIBRATED].n, 0);
    ck_assert_double_nan(yards[ASSAY_YARD_RECALIBRATED].log_loss_change.value);
    measure(v, false, yards);
    ck_assert_uint_eq(yards[ASSAY_YARD_EQUAL].n, ROWS);
    ck_assert_uint_eq(yards[ASSAY_YARD_CHAMPION].n, 0);
    ck_assert_double_nan(yards[ASSAY_YARD_CHAMPION].auc);
    views_free(v);
}
END_TEST

/* One account of 2,000 that the champion was sure of, and wrong. */
START_TEST(a_surprise_costs_a_champion_no_more_than_36)
{
    struct assay_model_yardstick yards[ASSAY_YARDS];
    struct views *v = views_new(4);
    size_t surprise = 0;
    memcpy(v->champion, v->fitted, sizeof v->fitted);
    while (!v->past.history.outcome[surprise])
        surprise++;
    v->champion[surprise] = v->fitted[surprise];
    measure(v, true, yards);
    double before = yards[ASSAY_YARD_CHAMPION].log_loss;
    double own = -log(assay_expit(v->fitted[surprise]));
    v->champion[surprise] = -800; /* a probability of 0 */
    measure(v, true, yards);
    test_close("log loss", yards[ASSAY_YARD_CHAMPION].log_loss, before + (36 - own) / ROWS, 1e-10, 0);
    views_free(v);
}
END_TEST

/* ---- the verdict on data with a truth ---- */

static const struct {
    const char *what;
    double slope, shift, half; /* the champion: shift + slope * fitted + half * half */
    bool spoilt;               /* the new weights know half, no more than equal weights do */
    enum assay_worth_verdict verdict;
} cases[] = {
    {"a champion that misses a signal", 0, 0, 1, false, ASSAY_WORTH_CHANGING},
    {"a champion that is out of tune", 1.8, 1, 0, false, ASSAY_WORTH_RECALIBRATING},
    {"a champion that predicts the same", 1, 0, 0, false, ASSAY_NOT_WORTH_CHANGING},
    {"a champion that knows more", 1, 0, 0, true, ASSAY_WORSE_THAN_CHAMPION},
};

START_TEST(the_verdict_is_what_the_truth_is)
{
    struct assay_model_yardstick yards[ASSAY_YARDS];
    struct views *v = views_new(5);
    for (size_t i = 0; i < ROWS; i++) {
        v->champion[i] = cases[_i].shift + cases[_i].slope * v->fitted[i] + cases[_i].half * v->half[i];
        if (cases[_i].spoilt)
            v->held_out[i] = v->equal[i];
    }
    measure(v, true, yards);
    struct assay_worth worth = assay_worth_of(yards);
    ck_assert_msg(worth.verdict == cases[_i].verdict, "%s: %d", cases[_i].what, (int)worth.verdict);
    ck_assert_int_eq(worth.standing[ASSAY_YARD_EQUAL], cases[_i].spoilt ? ASSAY_NOT_TOLD : ASSAY_BETTER);
    measure(v, false, yards);
    worth = assay_worth_of(yards);
    ck_assert_int_eq(worth.verdict, cases[_i].spoilt ? ASSAY_NOT_WORTH_WEIGHING : ASSAY_WORTH_WEIGHING);
    views_free(v);
}
END_TEST

START_TEST(the_champion_is_judged_where_it_is_said_to_be)
{
    struct views *v = views_new(11);
    struct assay_error err = {0};
    struct assay_model_yardstick all[ASSAY_YARDS], some[ASSAY_YARDS];
    size_t n = v->past.history.n_row, judged_rows = 0;
    unsigned char *judged = calloc(n, 1);
    memcpy(v->champion, v->half, sizeof v->half);
    for (size_t i = 0; i < n; i++) {
        judged[i] = i % 3 == 0;
        judged_rows += judged[i] && v->past.history.used[i];
    }
    measure(v, true, all);
    struct assay_yardstick_data data = {.held_out = v->held_out, .equal = v->equal,
                                        .champion = v->champion, .judged = judged};
    ck_assay_ok(assay_yardsticks_measure(&v->past.history, &data, some, &err));
    ck_assert_uint_eq(some[ASSAY_YARD_EQUAL].n, all[ASSAY_YARD_EQUAL].n);
    ck_assert_uint_eq(some[ASSAY_YARD_CHAMPION].n, judged_rows);
    ck_assert_uint_eq(some[ASSAY_YARD_RECALIBRATED].n, judged_rows);
    ck_assert_uint_lt(judged_rows, all[ASSAY_YARD_CHAMPION].n);
    free(judged);
    views_free(v);
}
END_TEST

/* ---- the verdict and its words ---- */

#define NONE {.n = 0}
#define YARD(loss, low, value, high) \
    {.n = 2412, .events = 231, .log_loss = loss, .auc = 0.8, .auc_gain = {0.003, -0.004, 0.01}, \
     .log_loss_change = {value, low, high}}
#define BETTER YARD(0.2930, -0.0136, -0.0089, -0.0042)
#define UNTOLD YARD(0.2851, -0.0031, -0.0009, 0.0013)
#define WORSE YARD(0.2801, 0.0011, 0.0041, 0.0071)

static const struct {
    struct assay_model_yardstick yards[ASSAY_YARDS]; /* equal, champion, recalibrated */
    bool champion_saw;
    enum assay_worth_verdict verdict;
    const char *words;
} worths[] = {
    {{UNTOLD, BETTER, YARD(0.2911, -0.0110, -0.0065, -0.0020)}, false, ASSAY_WORTH_CHANGING,
     "Worth changing: on 2,412 held-out snapshots (231 with the event) the new weights predict better "
     "than the champion, log loss 0.2841 against 0.2930, lower by 0.0089 [0.0042, 0.0136].\n"
     "It is the weights that do it: with the champion's intercept and slope refitted, log loss is still "
     "lower by 0.0065 [0.0020, 0.0110].\n"
     "Beside equal weights: the new weights and these cannot be told apart by log loss, which differs by -0.0009 "
     "[-0.0031, 0.0013]; AUC differs by +0.003 [-0.004, 0.010].\n"},
    {{{.n = 8601, .events = 722, .log_loss = 0.222, .log_loss_change = {-0.0033, -0.0049, -0.0017}},
      UNTOLD, NONE}, false, ASSAY_NOT_WORTH_CHANGING,
     "Not worth changing for accuracy: on 2,412 held-out snapshots (231 with the event) the new weights "
     "and the champion cannot be told apart by log loss, which differs by -0.0009 [-0.0031, 0.0013]; AUC differs by "
     "+0.003 [-0.004, 0.010].\n"
     "Beside equal weights: on 8,601 held-out snapshots (722 with the event) the new weights predict "
     "better than these, log loss 0.2187 against 0.2220, lower by 0.0033 [0.0017, 0.0049].\n"},
    {{YARD(0.29, -0.00104, -0.000004, 0.00104), NONE, NONE}, false, ASSAY_NOT_WORTH_WEIGHING,
     "No better than equal weights, as far as these data can tell: on 2,412 held-out snapshots (231 with "
     "the event) the new weights and equal weights cannot be told apart by log loss, which differs by 0.0000 "
     "[-0.0010, 0.0010]; AUC differs by +0.003 [-0.004, 0.010].\n"},
    {{NONE, BETTER, NONE}, true, ASSAY_WORTH_CHANGING,
     "Worth changing: on 2,412 held-out snapshots (231 with the event) the new weights predict better "
     "than the champion, log loss 0.2841 against 0.2930, lower by 0.0089 [0.0042, 0.0136].\n"
     "Whether the champion with its intercept and slope refitted would do as well could not be "
     "measured.\n"
     "The champion was fitted to some of these snapshots, or may have been, which flatters it and new "
     "weights that hold on to it: a comparison on later snapshots will be fairer.\n"},
    {{BETTER, BETTER, UNTOLD}, false, ASSAY_WORTH_RECALIBRATING,
     "Better, but the gain comes from recalibration alone: keep the champion's weights and refit "
     "intercept and slope.\n"
     "As it is, on 2,412 held-out snapshots (231 with the event) the new weights predict better than the "
     "champion, log loss 0.2841 against 0.2930, lower by 0.0089 [0.0042, 0.0136].\n"
     "With the champion's intercept and slope refitted, the new weights and the champion cannot be told "
     "apart by log loss, which differs by -0.0009 [-0.0031, 0.0013]; AUC differs by +0.003 [-0.004, 0.010].\n"
     "Beside equal weights: the new weights predict better than these, log loss 0.2841 against 0.2930, "
     "lower by 0.0089 [0.0042, 0.0136].\n"},
    {{NONE, UNTOLD, WORSE}, false, ASSAY_NOT_WORTH_CHANGING,
     "Not worth changing for accuracy: on 2,412 held-out snapshots (231 with the event) the new weights "
     "and the champion cannot be told apart by log loss, which differs by -0.0009 [-0.0031, 0.0013]; AUC differs by "
     "+0.003 [-0.004, 0.010].\n"
     "The champion with its intercept and slope refitted would do better than the new weights: log loss "
     "lower by 0.0041 [0.0011, 0.0071].\n"},
    {{NONE, YARD(0.29, 0, 0, 0), UNTOLD}, false, ASSAY_NOT_WORTH_CHANGING,
     "Not worth changing for accuracy: on 2,412 held-out snapshots (231 with the event) the new weights "
     "and the champion predict the same.\n"},
    {{NONE, WORSE, UNTOLD}, false, ASSAY_WORSE_THAN_CHAMPION,
     "Do not change: on 2,412 held-out snapshots (231 with the event) the new weights predict worse than "
     "the champion, log loss 0.2842 against 0.2801, higher by 0.0041 [0.0011, 0.0071].\n"},
    {{NONE, WORSE, UNTOLD}, true, ASSAY_WORSE_THAN_CHAMPION,
     "No reason to change in these data: on 2,412 held-out snapshots (231 with the event) the new weights "
     "predict worse than the champion, log loss 0.2842 against 0.2801, higher by 0.0041 "
     "[0.0011, 0.0071].\n"
     "The champion was fitted to some of these snapshots, or may have been, which flatters it and new "
     "weights that hold on to it: a comparison on later snapshots will be fairer.\n"},
    {{BETTER, NONE, NONE}, true, ASSAY_WORTH_WEIGHING,
     "Worth weighting: on 2,412 held-out snapshots (231 with the event) the new weights predict better "
     "than equal weights, log loss 0.2841 against 0.2930, lower by 0.0089 [0.0042, 0.0136].\n"},
    {{{.n = 50, .events = 50, .log_loss = 0.5, .auc_gain = {NAN, NAN, NAN},
       .log_loss_change = {0.01, NAN, NAN}}, NONE, NONE}, false, ASSAY_NOT_WORTH_WEIGHING,
     "No better than equal weights, as far as these data can tell: on 50 held-out snapshots (50 with the "
     "event) the new weights and equal weights cannot be told apart by log loss, which differs by +0.0100 (no "
     "interval).\n"},
    {{YARD(0.28, 0.00012, 0.00031, 0.0005), NONE, NONE}, false, ASSAY_WORSE_THAN_EQUAL,
     "Worse than equal weights: on 2,412 held-out snapshots (231 with the event) the new weights predict "
     "worse than equal weights, log loss 0.2803 against 0.2800, higher by 0.00031 [0.00012, 0.00050].\n"},
    {{NONE, NONE, NONE}, true, ASSAY_WORTH_UNKNOWN,
     "Whether the new weights are worth changing to could not be measured: no held-out snapshot has a "
     "second prediction beside it.\n"},
};

START_TEST(a_verdict_says_its_numbers)
{
    struct assay_text text = {0};
    struct assay_worth worth = assay_worth_of(worths[_i].yards);
    ck_assert_int_eq(worth.verdict, worths[_i].verdict);
    assay_worth_say(worths[_i].yards, worths[_i].champion_saw, &text);
    ck_assert_str_eq(text.data, worths[_i].words);
    assay_text_clear(&text);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct assay_model_yardstick yards[ASSAY_YARDS], untouched[ASSAY_YARDS] = {{.n = 7}};
    struct views *v = views_new(6);
    memcpy(v->champion, v->half, sizeof v->half);
    struct assay_yardstick_data data = {.held_out = v->held_out, .equal = v->equal,
                                        .champion = v->champion};
    test_fail_allocation(0);
    enum assay_status status = assay_yardsticks_measure(&v->past.history, &data, yards, NULL);
    size_t made = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_ge(made, 30);
    for (size_t n = 1; n <= made; n++) {
        test_fail_allocation(n);
        status = assay_yardsticks_measure(&v->past.history, &data, untouched, NULL);
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_ENOMEM, "allocation %zu of %zu", n, made);
        ck_assert_uint_eq(untouched[0].n, 7);
    }
    views_free(v);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, where_nothing_was_held_out_nothing_is_compared);
    tcase_add_test(tc, yardsticks_are_compared_on_the_rows_that_both_predict);
    tcase_add_test(tc, rows_that_do_not_count_play_no_part);
    tcase_add_test(tc, a_champion_that_cannot_be_refitted_is_compared_as_it_is);
    tcase_add_test(tc, a_surprise_costs_a_champion_no_more_than_36);
    tcase_add_loop_test(tc, the_verdict_is_what_the_truth_is, 0, COUNT(cases));
    tcase_add_test(tc, the_champion_is_judged_where_it_is_said_to_be);
    tcase_add_loop_test(tc, a_verdict_says_its_numbers, 0, COUNT(worths));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("calibrate/yardsticks", add_tests)
