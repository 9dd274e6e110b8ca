#include "core/metric/spiegelhalter.h"

#include <math.h>

#include "core/metric/interval.h"
#include "tests/metric/ranked_sample.h"

/* 15 digits; z is a sum of terms of both signs. */
START_TEST(the_test_agrees_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_spiegelhalter got;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want =
        test_at(assay_json_root(doc), splits[_i].key, "calibration", "spiegelhalter", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    ck_assay_ok(assay_spiegelhalter_measure(&rows, NULL, &got, &err));
    test_close("z", got.z, test_number(want, "z", NULL), 1e-11, 0);
    test_close("p", got.p_value, test_number(want, "p_value", NULL), 1e-11, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* Events drawn with the probabilities themselves: |z| > 1.96 in 5% of 2,000 samples, give or take 1.5
 * points (three standard errors). */
START_TEST(right_probabilities_are_rejected_at_the_level)
{
    struct assay_error err = {0};
    size_t rejected = 0;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct assay_spiegelhalter got;
        struct test_random random = {seed};
        double prob[200];
        unsigned char outcome[200];
        for (size_t i = 0; i < 200; i++) {
            prob[i] = 0.05 + 0.4 * test_uniform(&random);
            outcome[i] = test_uniform(&random) < prob[i];
        }
        struct assay_ranked rows = rank_rows(prob, outcome, 200, ASSAY_HIGHER_IS_RISK);
        ck_assay_ok(assay_spiegelhalter_measure(&rows, NULL, &got, &err));
        rejected += got.p_value < 0.05;
        assay_ranked_clear(&rows);
    }
    ck_assert_uint_ge(rejected, 70);
    ck_assert_uint_le(rejected, 130);
}
END_TEST

START_TEST(copies_of_rows_say_no_more_than_the_rows)
{
    struct assay_error err = {0};
    struct assay_spiegelhalter one, three;
    struct sample s = sample_random(3, 500, 0);
    struct assay_ranked rows = rank_sample(&s), copies = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&copies);
    ck_assay_ok(assay_spiegelhalter_measure(&rows, NULL, &one, &err));
    ck_assay_ok(assay_spiegelhalter_measure(&copies, &effect, &three, &err));
    test_close("z", three.z, one.z, 5e-3, 0);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&copies);
    sample_free(&s);
}
END_TEST

START_TEST(probabilities_with_nothing_at_stake_are_refused)
{
    struct assay_error err = {0};
    struct assay_spiegelhalter got;
    struct assay_ranked rows = rank_rows((const double[]){0, 0.5, 1, 0.5},
                                         (const unsigned char[]){0, 1, 1, 0}, 4, ASSAY_HIGHER_IS_RISK);
    ck_assert_int_eq(assay_spiegelhalter_measure(&rows, NULL, &got, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "Spiegelhalter's test: every probability is 0, 0.5 or 1; expected another");
    assay_ranked_clear(&rows);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_test_agrees_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, right_probabilities_are_rejected_at_the_level);
    tcase_add_test(tc, copies_of_rows_say_no_more_than_the_rows);
    tcase_add_test(tc, probabilities_with_nothing_at_stake_are_refused);
}

ASSAY_SUITE("metric/spiegelhalter", add_tests)
