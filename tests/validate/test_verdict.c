/* The verdict of one audit: its rule, and its words. */
#include "validate/verdict/verdict.h"

#include <gsl/gsl_randist.h>

#include "tests/validate/judged.h"

static void set_number(struct assay_figures *figures, size_t id, const char *name,
                       struct assay_estimate estimate, double low, double high)
{
    figures->metric[id] = (struct assay_metric){
        .name = name, .estimate = estimate, .low = low, .high = high, .judged = true};
}

static const char *reason(const struct reading *r, size_t k)
{
    return assay_json_string(item(test_at(r->verdict, "reasons", NULL), k));
}

/* ---- the rule ---- */

START_TEST(both_errors_of_the_audit_are_at_most_five_in_a_hundred)
{
    /* Two targets, every outcome of both: P(pass) where the sensitivity is at its limit and the
     * specificity perfect, P(fail) where both are at their limits. */
    const size_t churners[] = {20, 40, 100, 400}, others = 60;
    size_t m = churners[_i];
    double wrong_pass = 0, wrong_fail = 0;
    struct assay_error err = {0};
    struct audit a;
    audit_make(&a, 1, 1, 1, 1, 1);
    for (size_t x = 0; x <= m; x++)
        for (size_t z = 0; z <= others; z++) {
            double at = gsl_ran_binomial_pdf((unsigned)x, 0.75, (unsigned)m);
            double fair = gsl_ran_binomial_pdf((unsigned)z, 0.70, (unsigned)others);
            if (at * fair < 1e-12 && z != others)
                continue;
            struct assay_judgement judgement;
            set_rate(&a.figures, ASSAY_METRIC_SENSITIVITY, x, m, 0.75);
            set_rate(&a.figures, ASSAY_METRIC_SPECIFICITY, z, others, 0.70);
            ck_assay_ok(assay_audit_judge(&a.input, &a.figures, &judgement, &err));
            wrong_fail += judgement.result == ASSAY_FAIL ? at * fair : 0;
            wrong_pass += judgement.result == ASSAY_PASS && z == others ? at : 0;
        }
    ck_assert(0.01 < wrong_pass && wrong_pass <= 0.05);
    ck_assert(0.01 < wrong_fail && wrong_fail <= 0.05);
    audit_clear(&a);
}
END_TEST

START_TEST(snapshots_of_one_account_count_as_one)
{
    struct assay_error err = {0};
    struct assay_judgement once, thrice;
    struct audit a, b;
    audit_make(&a, 29, 2, 40, 260, 1);
    audit_make(&b, 29, 2, 40, 260, 3);
    ck_assay_ok(assay_audit_judge(&a.input, &a.figures, &once, &err));
    ck_assay_ok(assay_audit_judge(&b.input, &b.figures, &thrice, &err));
    ck_assert_double_eq(once.churners, 31);
    ck_assert_double_eq(thrice.churners, 31);
    ck_assert_uint_eq(once.n, 2);
    for (size_t k = 0; k < 2; k++) {
        ck_assert_double_eq_tol(thrice.judged[k].share.n, once.judged[k].share.n, 1e-9);
        ck_assert_double_eq_tol(thrice.judged[k].at_least, once.judged[k].at_least, 1e-12);
        ck_assert_int_eq(thrice.judged[k].result, ASSAY_PASS);
    }
    audit_clear(&a);
    audit_clear(&b);
}
END_TEST

START_TEST(every_share_is_worth_the_accounts_of_its_own_rows)
{
    /* 4 churners and 6 others, 5 snapshots each; half of each flagged. */
    const double worth[] = {4, 6, 5, 5, 10, 10, 10};
    struct assay_error err = {0};
    struct assay_judgement judgement;
    struct audit a;
    audit_make(&a, 2, 2, 3, 3, 5);
    for (size_t id = 0; id < 7; id++)
        set_rate(&a.figures, id, 5, 25, 0.5);
    ck_assay_ok(assay_audit_judge(&a.input, &a.figures, &judgement, &err));
    ck_assert_uint_eq(judgement.n, 7);
    for (size_t id = 0; id < 7; id++) {
        ck_assert_double_eq_tol(judgement.judged[id].share.n, worth[id], 1e-12);
        ck_assert_double_eq_tol(judgement.judged[id].share.x, worth[id] / 5, 1e-12);
    }
    audit_clear(&a);
}
END_TEST

START_TEST(other_metrics_are_judged_by_their_interval)
{
    static const struct {
        struct assay_estimate estimate;
        double low, high;
        enum assay_verdict result;
    } cases[] = {
        {{0.85, 0.81, 0.89}, 0.80, NAN, ASSAY_PASS},
        {{0.85, 0.79, 0.89}, 0.80, NAN, ASSAY_INCONCLUSIVE},
        {{0.70, 0.61, 0.75}, 0.80, NAN, ASSAY_FAIL},
        {{0.10, 0.08, 0.12}, NAN, 0.15, ASSAY_PASS},
        {{0.20, 0.17, 0.23}, NAN, 0.15, ASSAY_FAIL},
        {{1.00, 0.90, 1.10}, 0.8, 1.25, ASSAY_PASS},
        {{1.00, 0.70, 1.10}, 0.8, 1.25, ASSAY_INCONCLUSIVE},
        /* 4 limits: each fails at 1.25% and not 2.5%, and 0.85 + 0.1 * 2.241 / 1.960 is above 0.96 */
        {{0.85, 0.75, 0.95}, 0.96, 1.25, ASSAY_INCONCLUSIVE},
        {{0.85, 0.75, 0.95}, 0.97, 1.25, ASSAY_FAIL},
        {{NAN, NAN, NAN}, 0.5, NAN, ASSAY_INCONCLUSIVE},
        {{0.9, NAN, NAN}, 0.5, NAN, ASSAY_INCONCLUSIVE},
    };
    struct assay_error err = {0};
    struct assay_judgement judgement;
    struct audit a;
    audit_make(&a, 29, 2, 40, 260, 1);
    set_number(&a.figures, ASSAY_METRIC_AUC, "auc", cases[_i].estimate, cases[_i].low,
               cases[_i].high);
    ck_assay_ok(assay_audit_judge(&a.input, &a.figures, &judgement, &err));
    ck_assert_uint_eq(judgement.n, 3);
    ck_assert_int_eq(judgement.judged[2].result, cases[_i].result);
    audit_clear(&a);
}
END_TEST

/* ---- words and file ---- */

START_TEST(a_pass_says_so)
{
    struct audit a;
    struct reading r;
    audit_make(&a, 95, 5, 100, 900, 1);
    read_verdict(&a, &r);
    ck_assert_int_eq(r.result, ASSAY_PASS);
    ck_assert_str_eq(word(r.verdict, "result"), "pass");
    ck_assert_str_eq(word(r.verdict, "headline"), "pass: 100 churners, and every target is met");
    /* Clopper-Pearson's lower limits with 5% in the tail, by R: binom.test(95, 100, alt = "g") gives
     * 0.897699, binom.test(900, 1000, alt = "g") 0.882966. */
    ck_assert_str_eq(reason(&r, 0), "sensitivity 95.0% [88.8, 97.8] of 100 churners; target at least "
                                    "75%: met, it is at least 89.8% with 95% confidence");
    ck_assert_str_eq(reason(&r, 1),
                     "specificity 90.0% [88.0, 91.7] of 1,000 accounts that stayed; target at least "
                     "70%: met, it is at least 88.3% with 95% confidence");
    ck_assert(assay_json_is_null(test_at(r.verdict, "pooled", NULL)));
    ck_assert_int_eq(a.figures.metric[ASSAY_METRIC_SENSITIVITY].result, ASSAY_PASS);
    ck_assert_uint_eq(r.out.advice.n, 0);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(a_fail_names_its_target_and_what_to_do)
{
    struct audit a;
    struct reading r;
    audit_make(&a, 20, 21, 100, 900, 1);
    read_verdict(&a, &r);
    ck_assert_int_eq(r.result, ASSAY_FAIL);
    ck_assert_str_eq(word(r.verdict, "headline"),
                     "fail: sensitivity 48.8% of 41 churners misses its target of at least 75%");
    ck_assert(strstr(reason(&r, 0), "missed, it is at most 64.9% with 97.5% confidence") != NULL);
    ck_assert_int_eq(a.figures.metric[ASSAY_METRIC_SENSITIVITY].result, ASSAY_FAIL);
    ck_assert_int_eq(a.figures.metric[ASSAY_METRIC_SPECIFICITY].result, ASSAY_PASS);
    /* and a floor: 921 of 1,041 accounts are green */
    ck_assert_uint_eq(r.out.advice.n, 2);
    ck_assert_int_eq(r.out.advice.line[0].urgency, 0);
    ck_assert(strncmp(r.out.advice.line[0].text, "Too many churners are missed", 28) == 0);
    ck_assert_int_eq(r.out.advice.line[1].urgency, 1);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

/* 37 of 59 has an upper bound of 74.956% (Clopper and Pearson, 97.5%), 138 of 201 one of 74.9997%, which three
 * decimals do not tell from 75%. */
START_TEST(as_many_digits_are_said_as_tell_a_share_from_its_target)
{
    struct audit a;
    struct reading r;
    audit_make(&a, 7496, 2504, 100, 900, 1); /* 74.96%: 75.0% would read like the target */
    read_verdict(&a, &r);
    ck_assert(strncmp(reason(&r, 0), "sensitivity 74.96% [", 20) == 0);
    reading_clear(&r);
    audit_clear(&a);
    audit_make(&a, 37, 22, 100, 900, 1);
    read_verdict(&a, &r);
    ck_assert(strstr(reason(&r, 0), "missed, it is at most 74.96% with 97.5% confidence") != NULL);
    reading_clear(&r);
    audit_clear(&a);
    audit_make(&a, 138, 63, 100, 900, 1);
    read_verdict(&a, &r);
    ck_assert(strstr(reason(&r, 0), "missed, it is at most 75.0% with 97.5% confidence") != NULL);
    reading_clear(&r);
    audit_clear(&a);
    audit_make(&a, 75, 25, 100, 900, 1); /* the target itself */
    read_verdict(&a, &r);
    ck_assert(strncmp(reason(&r, 0), "sensitivity 75.0% [", 19) == 0);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

/* 75 of 100 churners is the target itself: no audit settles that. */
START_TEST(where_waiting_brings_no_verdict_the_advice_is_not_to_wait)
{
    struct audit a;
    struct reading r;
    audit_make(&a, 75, 25, 10, 90, 1);
    read_verdict(&a, &r);
    bool told = false;
    for (size_t k = 0; k < r.out.advice.n; k++) {
        ck_assert(strstr(r.out.advice.line[k].text, "Wait before") == NULL);
        told |= strstr(r.out.advice.line[k].text, "Do not wait for a verdict: sensitivity is so near its "
                                                  "target that 40 quarters") != NULL;
    }
    ck_assert(told);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(an_open_verdict_says_how_long_it_will_take)
{
    /* 27 of 31 is 87.1%: with 2 targets a fail is tested at 2.5%. */
    struct audit a;
    struct reading r;
    audit_make(&a, 27, 4, 100, 900, 1);
    read_verdict(&a, &r);
    ck_assert_int_eq(r.result, ASSAY_INCONCLUSIVE);
    const struct cJSON *target = item(test_at(r.verdict, "targets", NULL), 0);
    double more = test_number(target, "needed", "more", NULL);
    double quarters = test_number(target, "needed", "quarters", NULL);
    /* Normal approximation: ((1.645 sqrt(.75 .25) + .842 sqrt(.871 .129)) / .121)^2 = 67.5 in all. */
    ck_assert(more > 25 && more < 50);
    ck_assert_double_eq(quarters, ceil(more / 31));
    ck_assert_str_eq(word(r.verdict, "headline"),
                     "inconclusive: 31 churners, about two more quarters to a verdict");
    ck_assert(strstr(reason(&r, 0), "not decided, it may be as low as 72.9%; if the truth is what was "
                                    "seen, ") != NULL);
    ck_assert_uint_eq(r.out.advice.n, 2); /* the first is a floor's */
    ck_assert_str_eq(r.out.advice.line[1].text,
                     "Wait before you rely on the score or blame it: one audit over about two more quarters "
                     "should bring a verdict; or keep this audit's file and give --history, which may be "
                     "looked at every quarter and takes about twice as long");
    const struct cJSON *power = test_at(r.verdict, "power", NULL);
    double drop = test_number(power, "sensitivity_drop", "to", NULL);
    ck_assert(drop > 0.45 && drop < 0.55);
    ck_assert_double_eq(test_number(power, "sensitivity_drop", "from", NULL), 0.75);
    ck_assert_str_eq(word(power, "words"),
                     "With 31 churners and 1,000 accounts that stayed, this audit fails a score four "
                     "times in five when its true sensitivity is 48.9% or worse or its true specificity "
                     "is 65.8% or worse; a smaller shortfall may go unseen");
    ck_assert_double_eq(test_number(power, "level", NULL), 0.025);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(headlines_fit_what_stands_in_the_way)
{
    static const struct {
        size_t tp, fn, fp, tn;
        const char *headline;
    } cases[] = {
        {0, 0, 10, 90, "inconclusive: no churners; sensitivity is not defined on these rows"},
        {30, 10, 100, 900,
         "inconclusive: 40 churners; sensitivity is too near its target for a verdict within 40 "
         "quarters"},
        {1, 0, 100, 900, "inconclusive: 1 churner, about ten more quarters to a verdict"},
        {3, 7, 700, 300,
         "fail: sensitivity 30.0% of 10 churners misses its target of at least 75%, specificity 30.0% "
         "of 1,000 accounts that stayed misses its target of at least 70%"},
    };
    struct audit a;
    struct reading r;
    audit_make(&a, cases[_i].tp, cases[_i].fn, cases[_i].fp, cases[_i].tn, 1);
    read_verdict(&a, &r);
    ck_assert_str_eq(word(r.verdict, "headline"), cases[_i].headline);
    if (cases[_i].tp + cases[_i].fn < 2)
        ck_assert(strstr(word(test_at(r.verdict, "power", NULL), "words"),
                         "; there are too few to fail any sensitivity, however bad") != NULL);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(without_targets_there_is_no_verdict)
{
    struct audit a;
    struct reading r;
    audit_make(&a, 27, 4, 100, 900, 1);
    a.figures.metric[ASSAY_METRIC_SENSITIVITY].judged = false;
    a.figures.metric[ASSAY_METRIC_SPECIFICITY].judged = false;
    read_verdict(&a, &r);
    ck_assert_str_eq(word(r.verdict, "headline"),
                     "inconclusive: 31 churners; there is no target to hold them against");
    ck_assert(assay_json_is_null(test_at(r.verdict, "power", NULL)));
    ck_assert_uint_eq(assay_json_count(test_at(r.verdict, "targets", NULL)), 0);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(a_target_of_its_own_is_told_in_its_own_unit)
{
    struct audit a;
    struct reading r;
    audit_make(&a, 95, 5, 100, 900, 1);
    set_number(&a.figures, ASSAY_METRIC_BRIER, "brier", (struct assay_estimate){0.21, 0.19, 0.23}, NAN,
               0.2);
    set_number(&a.figures, ASSAY_METRIC_LOG_LOSS, "log_loss",
               (struct assay_estimate){HUGE_VAL, NAN, NAN}, NAN, 0.7);
    read_verdict(&a, &r);
    ck_assert_str_eq(reason(&r, 2), "Brier score 0.210 [0.190, 0.230]; target at most 0.2: not decided, "
                                    "it may be as low as 0.190");
    const struct cJSON *brier = item(test_at(r.verdict, "targets", NULL), 2);
    ck_assert(assay_json_is_null(test_at(brier, "of", NULL)));
    ck_assert(assay_json_is_null(test_at(brier, "low", NULL)));
    ck_assert_double_eq(test_number(brier, "high", NULL), 0.2);
    ck_assert(assay_json_is_null(test_at(brier, "needed", "more", NULL)));
    ck_assert(assay_json_is_null(
        test_at(item(test_at(r.verdict, "targets", NULL), 3), "value", NULL)));
    ck_assert_str_eq(word(r.verdict, "headline"),
                     "inconclusive: 100 churners; the interval of log loss holds its target");
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, both_errors_of_the_audit_are_at_most_five_in_a_hundred, 0, 4);
    tcase_add_test(tc, snapshots_of_one_account_count_as_one);
    tcase_add_test(tc, every_share_is_worth_the_accounts_of_its_own_rows);
    tcase_add_loop_test(tc, other_metrics_are_judged_by_their_interval, 0, 11);
    tcase_add_test(tc, as_many_digits_are_said_as_tell_a_share_from_its_target);
    tcase_add_test(tc, where_waiting_brings_no_verdict_the_advice_is_not_to_wait);
    tcase_add_test(tc, a_pass_says_so);
    tcase_add_test(tc, a_fail_names_its_target_and_what_to_do);
    tcase_add_test(tc, an_open_verdict_says_how_long_it_will_take);
    tcase_add_loop_test(tc, headlines_fit_what_stands_in_the_way, 0, 4);
    tcase_add_test(tc, without_targets_there_is_no_verdict);
    tcase_add_test(tc, a_target_of_its_own_is_told_in_its_own_unit);
}

ASSAY_SUITE("validate/verdict", add_tests)
