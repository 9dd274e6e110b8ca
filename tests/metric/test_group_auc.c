#include "core/metric/group_auc.h"

#include <math.h>

#include "tests/metric/sample.h"
#include "tests/support/random.h"

enum { MOST = 3000 };
static double score[MOST], part[MOST];
static unsigned char outcome[MOST], member[MOST], of_part[MOST];
static int32_t code[MOST];

static void draw(uint64_t seed, size_t n, size_t levels)
{
    struct test_random random = {seed};
    for (size_t i = 0; i < n; i++) {
        double u = test_uniform(&random);
        outcome[i] = test_uniform(&random) < 0.1 + 0.6 * u;
        score[i] = levels > 0 ? floor(u * (double)levels) : u;
        member[i] = test_uniform(&random) < 0.3;
    }
}

/* The AUC of the members, or of the others, sorted for themselves. */
static struct assay_auc sorted(size_t n, bool members, enum assay_higher_is higher_is)
{
    struct assay_error err = {0};
    struct assay_auc auc;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if ((member[i] != 0) == members) {
            part[m] = score[i];
            of_part[m++] = outcome[i];
        }
    ck_assay_ok(assay_auc_measure(part, of_part, m, higher_is, &auc, &err));
    return auc;
}

/* Members are group 1, all others group 0; a third is empty. */
static struct assay_group_auc measure(const struct assay_risk_order *risk, double placement[])
{
    struct assay_error err = {0};
    struct assay_group_auc out[3];
    for (size_t i = 0; i < risk->n; i++)
        code[i] = member[i] ? 0 : -1;
    ck_assay_ok(assay_group_aucs(risk, code, 3, out, placement, &err));
    ck_assert_uint_eq(out[2].group.auc.n_event + out[2].group.auc.n_nonevent, 0);
    ck_assert_uint_eq(out[2].rest.auc.n_event, out[0].group.auc.n_event + out[1].group.auc.n_event);
    ck_assert_double_eq(out[0].group.auc.mann_whitney_u, out[1].rest.auc.mann_whitney_u);
    return out[1];
}

static void check_same(const struct assay_auc *got, const struct assay_auc *want)
{
    ck_assert_uint_eq(got->n_event, want->n_event);
    ck_assert_uint_eq(got->n_nonevent, want->n_nonevent);
    ck_assert_double_eq(got->mann_whitney_u, want->mann_whitney_u);
    /* Sums of squares of numbers up to 3,000 lose at most some digits of 16. */
    test_close("variance", got->variance, want->variance, 1e-10, 0.0);
    test_close("low", got->wald.low, want->wald.low, 1e-10, 1.0);
    test_close("high", got->logit.high, want->logit.high, 1e-10, 1.0);
}

START_TEST(group_and_rest_are_as_if_sorted_by_themselves) /* seeds; ties of several kinds */
{
    static const size_t levels[] = {0, 2, 7, 100};
    enum assay_higher_is higher_is = _i % 2 ? ASSAY_HIGHER_IS_HEALTH : ASSAY_HIGHER_IS_RISK;
    struct assay_error err = {0};
    struct assay_risk_order risk;
    struct assay_auc want;
    size_t n = 60 + (size_t)_i * 97;
    draw((uint64_t)_i + 1, n, levels[_i % 4]);
    ck_assay_ok(assay_risk_order_init(score, outcome, n, higher_is, &risk, &err));
    struct assay_group_auc got = measure(&risk, NULL);
    want = sorted(n, true, higher_is);
    check_same(&got.group.auc, &want);
    want = sorted(n, false, higher_is);
    check_same(&got.rest.auc, &want);
    assay_risk_order_clear(&risk);
}
END_TEST

START_TEST(placements_are_those_of_the_group) /* seeds */
{
    static double placement[MOST], want[MOST];
    struct assay_error err = {0};
    struct assay_risk_order risk;
    size_t n = 500, m = 0;
    draw((uint64_t)_i + 1, n, _i % 2 ? 9 : 0);
    ck_assay_ok(assay_risk_order_init(score, outcome, n, ASSAY_HIGHER_IS_RISK, &risk, &err));
    measure(&risk, placement);
    for (size_t i = 0; i < n; i++)
        if (member[i]) {
            part[m] = score[i];
            of_part[m++] = outcome[i];
        }
    ck_assay_ok(assay_auc_placements(part, of_part, m, ASSAY_HIGHER_IS_RISK, want, &err));
    for (size_t i = 0, k = 0; i < n; i++)
        if (member[i])
            ck_assert_double_eq_tol(placement[i], want[k++], 1e-15);
    assay_risk_order_clear(&risk);
}
END_TEST

/* Of so many groups that none but their numbers says which: the first and the last as among few. */
START_TEST(many_groups_are_as_few)
{
    static const size_t groups[] = {300, 255, 256, 257}; /* a byte tells 256 */
    enum { MOST_GROUPS = 300 };
    const size_t n_group = groups[_i / 2];
    static double placement[MOST], few_placement[MOST];
    static struct assay_group_auc many[MOST_GROUPS];
    struct assay_group_auc few[3];
    struct assay_error err = {0};
    struct assay_risk_order risk;
    static int32_t few_code[MOST];
    draw(5, MOST, _i % 2 == 0 ? 0 : 40);
    for (size_t i = 0; i < MOST; i++) {
        few_code[i] = (int32_t)(i % 3) - 1;
        code[i] = few_code[i] == 1 ? (int32_t)n_group - 2 : few_code[i];
    }
    ck_assay_ok(assay_risk_order_init(score, outcome, MOST, ASSAY_HIGHER_IS_RISK, &risk, &err));
    ck_assay_ok(assay_group_aucs(&risk, few_code, 3, few, few_placement, &err));
    ck_assay_ok(assay_group_aucs(&risk, code, n_group, many, placement, &err));
    ck_assert_mem_eq(placement, few_placement, sizeof placement);
    ck_assert_mem_eq(many, few, 2 * sizeof *few);
    ck_assert_mem_eq(&many[n_group - 1], &few[2], sizeof *few);
    assay_risk_order_clear(&risk);
}
END_TEST

START_TEST(one_outcome_and_perfect_order_have_no_interval)
{
    struct assay_error err = {0};
    struct assay_risk_order risk;
    const double scores[] = {1, 2, 3, 4, 5, 6, 7};
    const unsigned char outcomes[] = {0, 0, 0, 0, 0, 1, 1};
    for (size_t i = 0; i < 7; i++)
        member[i] = i < 3; /* none of them with the event */
    ck_assay_ok(assay_risk_order_init(scores, outcomes, 7, ASSAY_HIGHER_IS_RISK, &risk, &err));
    struct assay_group_auc got = measure(&risk, NULL);
    ck_assert(isnan(got.group.auc.wald.value) && isnan(got.group.auc.variance));
    ck_assert(got.rest.auc.wald.value == 1.0 && isnan(got.rest.auc.wald.low));
    assay_risk_order_clear(&risk);
}
END_TEST

/* Splits A and B as group and rest of one sample, their rows in turn. */
START_TEST(two_splits_are_those_of_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample a = sample_group("p_core", "A", NULL, NULL), b = sample_group("p_core", "B", NULL, NULL);
    size_t n = a.n + b.n;
    double *value = calloc(n, sizeof *value);
    unsigned char *y = calloc(n, 1);
    int32_t *of = calloc(n, sizeof *of);
    for (size_t i = 0; i < n; i++) { /* in turn, as far as they go */
        bool of_a = i < 2 * a.n && i < 2 * b.n ? i % 2 == 0 : i >= 2 * b.n;
        size_t k = of_a ? (i < 2 * b.n ? i / 2 : i - b.n) : (i < 2 * a.n ? i / 2 : i - a.n);
        value[i] = of_a ? a.value[k] : b.value[k];
        y[i] = of_a ? a.outcome[k] : b.outcome[k];
        of[i] = of_a ? 0 : -1;
    }
    struct assay_risk_order risk;
    struct assay_group_auc got[2];
    ck_assay_ok(assay_risk_order_init(value, y, n, ASSAY_HIGHER_IS_RISK, &risk, &err));
    ck_assay_ok(assay_group_aucs(&risk, of, 2, got, NULL, &err));
    const struct assay_auc *group = &got[1].group.auc, *rest = &got[1].rest.auc;
    double gap = group->wald.value - rest->wald.value, se = sqrt(group->variance + rest->variance);
    const struct cJSON *want = test_at(assay_json_root(doc), "A_vs_B_core_unpaired", NULL);
    test_close("difference", gap, test_number(want, "difference", NULL), 1e-8, 0.0);
    test_close("se", se, test_number(want, "se", NULL), 1e-8, 0.0);
    test_close("p", assay_normal_p_value(gap / se), test_number(want, "p_value_normal", NULL), 1e-8, 0.0);
    assay_risk_order_clear(&risk);
    assay_json_free(doc);
    sample_free(&a);
    sample_free(&b);
    free(value);
    free(y);
    free(of);
}
END_TEST

START_TEST(what_is_no_score_is_refused)
{
    struct assay_error err = {0};
    struct assay_risk_order risk = {0};
    const double scores[] = {1, NAN};
    const unsigned char outcomes[] = {0, 1};
    ck_assert_int_eq(assay_risk_order_init(scores, outcomes, 2, ASSAY_HIGHER_IS_RISK, &risk, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "AUC: score[1] is NaN; expected a finite number");
    ck_assert_int_eq(assay_risk_order_init(scores, outcomes, 0, ASSAY_HIGHER_IS_RISK, &risk, &err),
                     ASSAY_EDATA);
    ck_assert_ptr_null(risk.row);
}
END_TEST

static void check_groups_fail(const struct assay_risk_order *risk)
{
    for (size_t k = 1; k <= 3; k++) {
        struct assay_error err = {0};
        struct assay_group_auc out[1];
        test_fail_allocation(k);
        enum assay_status status = assay_group_aucs(risk, code, 1, out, NULL, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, k <= 3 ? ASSAY_ENOMEM : ASSAY_OK);
    }
}

START_TEST(every_failing_allocation_is_said)
{
    draw(1, 50, 0);
    for (size_t i = 0; i < 50; i++)
        code[i] = -1;
    for (size_t k = 1;; k++) {
        struct assay_error err = {0};
        struct assay_risk_order risk = {0};
        test_fail_allocation(k);
        enum assay_status status =
            assay_risk_order_init(score, outcome, 50, ASSAY_HIGHER_IS_RISK, &risk, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK) {
            check_groups_fail(&risk);
            assay_risk_order_clear(&risk);
            ck_assert_uint_ge(k, 5);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_ptr_null(risk.row);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, group_and_rest_are_as_if_sorted_by_themselves, 0, 24);
    tcase_add_loop_test(tc, placements_are_those_of_the_group, 0, 4);
    tcase_add_loop_test(tc, many_groups_are_as_few, 0, 8);
    tcase_add_test(tc, one_outcome_and_perfect_order_have_no_interval);
    tcase_add_test(tc, two_splits_are_those_of_the_reference);
    tcase_add_test(tc, what_is_no_score_is_refused);
    tcase_add_test(tc, every_failing_allocation_is_said);
}

ASSAY_SUITE("metric/group_auc", add_tests)
