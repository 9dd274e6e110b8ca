/* Past audits together with this one, and the section without memory. */
#include "validate/verdict/pooled.h"

#include "tests/validate/judged.h"

static struct assay_past_audit past_of(size_t tp, size_t fn, size_t fp, size_t tn, int32_t from)
{
    struct assay_past_audit past = {.from = from,
                                    .to = from,
                                    .line = 50,
                                    .n = tp + fn + fp + tn,
                                    .n_event = tp + fn,
                                    .counts = {tp, fp, fn, tn}};
    for (size_t k = 0; k < ASSAY_PAST_SHARES; k++)
        past.worth[k] = NAN;
    past.worth[ASSAY_METRIC_SENSITIVITY] = (double)(tp + fn);
    past.worth[ASSAY_METRIC_SPECIFICITY] = (double)(tn + fp);
    return past;
}

START_TEST(quarters_too_small_for_a_verdict_make_one_together)
{
    /* 27 of 31 four times: 108 of 124; one audit alone is open. */
    struct assay_past_audit past[3];
    struct audit a;
    struct reading r;
    audit_make(&a, 27, 4, 100, 900, 1);
    for (int k = 0; k < 3; k++)
        past[k] = past_of(27, 4, 100, 900, 20000 + 91 * k);
    a.input.from = a.input.to = 20273;
    a.input.past = past;
    a.input.n_past = 3;
    read_verdict(&a, &r);
    ck_assert_str_eq(word(r.verdict, "headline"), "inconclusive: 31 churners, about two more quarters "
                                                  "to a verdict; pooled over 4 audits: pass");
    const struct cJSON *pooled = test_at(r.verdict, "pooled", NULL);
    const struct cJSON *sensitivity = item(test_at(pooled, "metrics", NULL), 0);
    ck_assert_double_eq(test_number(pooled, "audits", NULL), 4);
    ck_assert_double_eq(test_number(pooled, "fail_at", NULL), 40);
    ck_assert_double_eq(test_number(sensitivity, "x", NULL), 108);
    ck_assert_double_eq(test_number(sensitivity, "n", NULL), 124);
    struct assay_share share = {108, 124};
    struct assay_series series = {&share, 1, false};
    test_close("evidence", test_number(sensitivity, "evidence_pass", NULL),
               exp(assay_log_evidence_above(&series, 0.75)), 1e-12, 0.0);
    ck_assert(test_number(sensitivity, "evidence_pass", NULL) > 20);
    ck_assert_str_eq(word(sensitivity, "result"), "pass");
    ck_assert(strstr(word(pooled, "words"),
                     "Pooled over 4 audits, 2024-10-04 to 2025-07-04: sensitivity 87.1%") ==
              word(pooled, "words"));
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(other_versions_and_lines_are_not_pooled)
{
    struct assay_past_audit past[] = {past_of(2, 29, 100, 900, 20000), past_of(2, 29, 100, 900, 20091),
                                      past_of(27, 4, 100, 900, 20182)};
    struct audit a;
    struct reading r;
    audit_make(&a, 27, 4, 100, 900, 1);
    past[0].digest = (char *)"sha256:another";
    past[1].line = 40;
    a.input.from = a.input.to = 20273;
    a.input.past = past;
    a.input.n_past = 3;
    read_verdict(&a, &r);
    const struct cJSON *pooled = test_at(r.verdict, "pooled", NULL);
    ck_assert_double_eq(test_number(pooled, "audits", NULL), 2);
    ck_assert(strstr(word(pooled, "words"), ". 2 earlier audits of another version, or at another line, "
                                            "say nothing about this one") != NULL);
    a.input.n_past = 1;
    reading_clear(&r);
    read_verdict(&a, &r);
    ck_assert_str_eq(word(test_at(r.verdict, "pooled", NULL), "words"),
                     "1 earlier audit of another version, or at another line, says nothing about this "
                     "one");
    ck_assert(strstr(word(r.verdict, "headline"), "pooled") == NULL);
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

START_TEST(a_churner_that_several_audits_may_count_is_shared_among_them)
{
    struct assay_past_audit past[] = {past_of(27, 4, 100, 900, 20000), past_of(27, 4, 100, 900, 20091)};
    struct assay_error err = {0};
    struct assay_judgement judgement;
    struct assay_pooled pooled;
    struct audit a;
    audit_make(&a, 27, 4, 100, 900, 1);
    a.input.from = a.input.to = 20182;
    a.input.past = past;
    a.input.n_past = 2;
    a.spec.outcome.date = (char *)"churned_on";
    ck_assay_ok(assay_audit_judge(&a.input, &a.figures, &judgement, &err));
    const struct {
        int32_t horizon;
        double worth;
    } cases[] = {{91, 93}, {92, 93 / 2.0}, {182, 93 / 2.0}, {183, 93 / 3.0}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        a.spec.outcome.horizon_days = cases[k].horizon;
        ck_assay_ok(assay_audit_pool(&a.input, &judgement, &pooled, &err));
        ck_assert_double_eq_tol(pooled.metric[0].worth, cases[k].worth, 1e-9);
        ck_assert_double_eq(pooled.metric[0].n, 93);
        ck_assert_double_eq(pooled.metric[1].worth, 3000); /* others come back whatever the horizon */
    }
    audit_clear(&a);
}
END_TEST

START_TEST(audits_that_fail_together_are_said_to)
{
    struct assay_past_audit past[4];
    struct audit a;
    struct reading r;
    audit_make(&a, 20, 11, 100, 900, 1);
    for (int k = 0; k < 4; k++)
        past[k] = past_of(18, 13, 100, 900, 20000 + 91 * k);
    a.input.from = a.input.to = 20364;
    a.input.past = past;
    a.input.n_past = 4;
    read_verdict(&a, &r);
    ck_assert_int_eq(r.result, ASSAY_INCONCLUSIVE);
    ck_assert_str_eq(word(test_at(r.verdict, "pooled", NULL), "result"), "fail");
    ck_assert_str_eq(r.out.advice.line[0].text, "This quarter alone does not fail, but 5 audits together "
                                                "do: treat the score as failed");
    reading_clear(&r);
    audit_clear(&a);
}
END_TEST

/* ---- memory ---- */

START_TEST(every_failing_allocation_is_reported)
{
    struct assay_past_audit past[] = {past_of(27, 4, 100, 900, 20000)};
    struct audit a;
    audit_make(&a, 27, 4, 20, 50, 3);
    a.input.past = past;
    a.input.n_past = 1;
    size_t failed = 0;
    for (size_t n = 1; n < 200; n++) {
        struct assay_error err = {0};
        struct assay_audit_output out = {0};
        enum assay_verdict result;
        test_fail_allocation(n);
        assay_json_open(&out.json, NULL, '{');
        enum assay_status status =
            assay_audit_verdict(&a.input, &a.figures, &out, &result, &err);
        assay_json_close(&out.json);
        size_t made = test_allocations();
        test_fail_allocation(0);
        bool whole = status == ASSAY_OK && !out.json.out.failed;
        assay_text_clear(&out.json.out);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        if (whole && made < n)
            break;
        ck_assert(!whole);
        failed++;
    }
    ck_assert_uint_gt(failed, 20);
    ck_assert_uint_lt(failed, 199);
    audit_clear(&a);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, quarters_too_small_for_a_verdict_make_one_together);
    tcase_add_test(tc, other_versions_and_lines_are_not_pooled);
    tcase_add_test(tc, a_churner_that_several_audits_may_count_is_shared_among_them);
    tcase_add_test(tc, audits_that_fail_together_are_said_to);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("validate/pooled", add_tests)
