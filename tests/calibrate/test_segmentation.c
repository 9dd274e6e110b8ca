/* Do segments get weights of their own, and how much of them is everybody's? */
#include "calibrate/fit/segmentation.h"

#include "core/base/number.h"
#include "tests/calibrate/regions.h"

static struct assay_segmentation segmentation_of(struct stage *s, const struct world *world,
                                                 const char *spec)
{
    struct assay_segmentation found = {0};
    struct assay_error err = {0};
    stage_read(s, world, spec);
    stage_fit(s, NULL);
    stage_fold(s);
    ck_assay_ok(assay_segmentation_find(&s->folds, &s->estimation, s->prob, s->own, &found, &err));
    return found;
}

START_TEST(regions_that_are_alike_keep_the_common_weights)
{
    size_t shared = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct stage s;
        struct assay_text said = {0};
        struct assay_segmentation found =
            segmentation_of(&s, &(struct world){.n_row = 1200, .seed = seed}, by_region);
        assay_segmentation_say(&found, &said);
        ck_assert(found.chosen);
        if (isinf(found.strength)) {
            shared++;
            ck_assert(found.gain.same);
            ck_assert_mem_eq(s.own, s.prob, 1200 * sizeof *s.own);
            ck_assert_str_eq(said.data, "Segments by \"region\": the data do not ask for weights of "
                                        "their own; the common weights are everybody's.\n");
        } else {
            ck_assert_ptr_nonnull(strstr(said.data, "4 sets of weights, pooled with strength"));
        }
        assay_text_clear(&said);
        assay_segmentation_clear(&found);
        stage_clear(&s);
    }
    /* About 4 of 5 (tests/fit/test_pooling.c): fewer than 6 of 12 come once in 100 trials at 3 in 4. */
    ck_assert_uint_ge(shared, 6);
}
END_TEST

static void check_models(const struct stage *s, const struct assay_segmentation *found)
{
    struct assay_model model = {.n_signal = N_SIGNAL};
    struct assay_error err = {0};
    ck_assay_ok(assay_segmentation_publish(found, &s->pipeline, constrained, &model.segment_models,
                                           &model.n_segment_model, &err));
    ck_assert_uint_eq(model.n_segment_model, 4);
    for (size_t k = 0; k < 4; k++) {
        const struct assay_model_segment *segment = &model.segment_models[k];
        double sum = 0, total = 0;
        for (size_t j = 0; j < N_SIGNAL; j++) {
            ck_assert_double_ge(segment->slope[j], 0);
            sum += segment->weight[j];
            total += segment->slope[j];
        }
        for (size_t j = 0; j < N_SIGNAL; j++)
            test_close("weight", segment->weight[j], segment->slope[j] / total, 1e-15, 1);
        test_close("sum", sum, 1, 1e-14, 1);
        ck_assert_str_eq(segment->segment, found->segments.name[k]);
        ck_assert(segment->borrowed > 0 && segment->borrowed < 0.5);
        /* south and west hang on c, east and north on a */
        ck_assert((segment->weight[2] > segment->weight[0]) == (k >= 2));
    }
    assay_model_clear(&model);
}

/* A row held out in fold f is predicted by what its segment's fit on part f makes of it. */
static void check_held_out(const struct stage *s, const struct assay_segmentation *found)
{
    const struct assay_history *history = &s->lab.history;
    struct assay_segment_question question = {&found->segments, &s->estimation, found->lambda};
    struct assay_error err = {0};
    double *log_odds = calloc(history->n_row, sizeof *log_odds);
    for (size_t f = 0; f < s->folds.n; f++) {
        struct assay_segment_fits fits = {0};
        ck_assay_ok(assay_segments_fit(&s->folds.part[f], &question, &fits, &err));
        assay_pipeline_log_odds(&s->folds.part[f], log_odds);
        ck_assay_ok(assay_segments_log_odds(&s->folds.part[f], &found->segments, &fits, constrained,
                                            log_odds, &err));
        for (size_t i = 0; i < history->n_row; i++)
            if (history->fold[i] == f)
                test_close("held out", s->own[i], assay_expit(log_odds[i]), 1e-14, 1);
        assay_segment_fits_clear(&fits);
    }
    free(log_odds);
}

START_TEST(regions_that_differ_get_weights_of_their_own_and_predict_better)
{
    struct stage s;
    struct world world = {.n_row = 2400, .seed = (uint64_t)_i + 1, .parted = true, .gaps = true};
    struct assay_text said = {0};
    struct assay_segmentation found = segmentation_of(&s, &world, by_region);
    ck_assert(found.chosen);
    ck_assert_double_le(found.strength, 1);
    ck_assert_double_lt(found.gain.log_loss.difference.high, 0);
    ck_assert_double_gt(found.gain.auc.difference.low, 0);
    ck_assert_uint_eq(found.gain.n, 2400);
    check_models(&s, &found);
    check_held_out(&s, &found);
    assay_segmentation_say(&found, &said);
    char first[200];
    snprintf(first, sizeof first, "Segments by \"region\": 4 sets of weights, pooled with strength %g "
             "(chosen by cross-validation).\nHeld-out log loss against one set of weights for all: -",
             found.strength);
    ck_assert_msg(strncmp(said.data, first, strlen(first)) == 0, "%s", said.data);
    ck_assert_ptr_nonnull(strstr(said.data, "they predict better.\n  east: "));
    assay_text_clear(&said);
    assay_segmentation_clear(&found);
    stage_clear(&s);
}
END_TEST

START_TEST(threads_change_nothing)
{
    struct stage one, two;
    struct world world = {.n_row = 800, .seed = 8, .parted = true, .gaps = true};
    struct assay_segmentation found[2] = {{0}};
    struct assay_error err = {0};
    found[1] = segmentation_of(&two, &world, by_region);
    stage_read(&one, &world, by_region);
    one.lab.history.n_thread = 1;
    stage_fit(&one, NULL);
    stage_fold(&one);
    ck_assay_ok(assay_segmentation_find(&one.folds, &one.estimation, one.prob, one.own, &found[0],
                                        &err));
    ck_assert_double_eq(found[0].lambda, found[1].lambda);
    ck_assert_mem_eq(found[0].fits.coef, found[1].fits.coef, 16 * sizeof(double));
    ck_assert_mem_eq(one.own, two.own, 800 * sizeof *one.own);
    assay_segmentation_clear(&found[0]);
    assay_segmentation_clear(&found[1]);
    stage_clear(&one);
    stage_clear(&two);
}
END_TEST

/* ---- a strength that is given ---- */

START_TEST(the_specs_strength_is_taken_as_it_is)
{
    static const char given[] = SPEC(", \"models_by\": \"region\", \"pooling\": 2.5", "neutral");
    static const char infinite[] =
        SPEC(", \"models_by\": \"region\", \"pooling\": \"infinite\"", "neutral");
    struct stage s;
    struct assay_text said = {0};
    struct world world = {.n_row = 800, .seed = 9};
    struct assay_segmentation found = segmentation_of(&s, &world, given);
    double n = 0, events = 0;
    for (size_t i = 0; i < 800; i++)
        if (found.segments.of_row[i] < 4) {
            n++;
            events += s.lab.history.outcome[i];
        }
    ck_assert(!found.chosen);
    ck_assert_double_eq(found.strength, 2.5);
    test_close("lambda", found.lambda, 2.5 * events * (n - events) / n / 4, 1e-14, 0);
    assay_segmentation_say(&found, &said);
    ck_assert_ptr_nonnull(strstr(said.data, "4 sets of weights, pooled with strength 2.5.\n"));
    assay_segmentation_clear(&found);
    stage_clear(&s);
    assay_text_reset(&said);
    found = segmentation_of(&s, &world, infinite);
    assay_segmentation_say(&found, &said);
    ck_assert_str_eq(said.data, "Segments by \"region\": no weights of their own, as the spec says; the "
                                "common weights are everybody's.\n");
    struct assay_model_segment *models = NULL;
    size_t n_model = 7;
    struct assay_error err = {0};
    ck_assay_ok(assay_segmentation_publish(&found, &s.pipeline, constrained, &models, &n_model, &err));
    ck_assert_uint_eq(n_model, 0);
    free(models);
    assay_text_clear(&said);
    assay_segmentation_clear(&found);
    stage_clear(&s);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    struct stage s;
    struct assay_error err = {0};
    struct assay_segmentation found = {0};
    enum assay_status status = ASSAY_ENOMEM;
    stage_read(&s, &(struct world){.n_row = 400, .seed = 1, .parted = true, .gaps = true},
               SPEC(", \"models_by\": \"region\", \"pooling\": 1", "renormalise"));
    s.lab.history.n_thread = 1;
    stage_fit(&s, NULL);
    stage_fold(&s);
    size_t n = 0;
    for (size_t step = 1; status == ASSAY_ENOMEM; step += 1 + n / 300) { /* folds repeat the same code */
        n = step;
        test_fail_allocation(n);
        status = assay_segmentation_find(&s.folds, &s.estimation, s.prob, s.own, &found, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && found.fits.coef == NULL));
    }
    ck_assert_uint_gt(n, 300);
    struct assay_model model = {.n_signal = N_SIGNAL};
    status = ASSAY_ENOMEM;
    for (n = 1; status == ASSAY_ENOMEM; n++) {
        test_fail_allocation(n);
        status = assay_segmentation_publish(&found, &s.pipeline, constrained, &model.segment_models,
                                            &model.n_segment_model, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK ||
                  (status == ASSAY_ENOMEM && model.segment_models == NULL));
    }
    ck_assert_uint_eq(n, 1 + 3 * 4 + 2);
    assay_model_clear(&model);
    assay_segmentation_clear(&found);
    stage_clear(&s);
}
END_TEST

START_TEST(choosing_survives_any_failed_allocation)
{
    struct stage s;
    struct assay_error err = {0};
    struct assay_segmentation found = {0};
    enum assay_status status = ASSAY_ENOMEM;
    stage_read(&s, &(struct world){.n_row = 160, .seed = 1, .parted = true}, by_region);
    s.lab.history.n_thread = 1;
    stage_fit(&s, NULL);
    stage_fold(&s);
    for (size_t n = 1; status == ASSAY_ENOMEM; n += n < 60 ? 1 : 97) {
        test_fail_allocation(n);
        status = assay_segmentation_find(&s.folds, &s.estimation, s.prob, s.own, &found, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && found.fits.coef == NULL));
    }
    assay_segmentation_clear(&found);
    stage_clear(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, regions_that_are_alike_keep_the_common_weights);
    tcase_add_loop_test(tc, regions_that_differ_get_weights_of_their_own_and_predict_better, 0, 3);
    tcase_add_test(tc, threads_change_nothing);
    tcase_add_test(tc, the_specs_strength_is_taken_as_it_is);
    tcase_add_test(tc, any_allocation_may_fail);
    tcase_add_test(tc, choosing_survives_any_failed_allocation);
}

ASSAY_SUITE("calibrate/segmentation", add_tests)
