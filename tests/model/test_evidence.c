/* The evidence in a model file: every struct of it written, held against the schema, read, compared
 * and written again. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/model/handmade.h"

/* ---- there and back ---- */

static void same(double a, double b)
{
    ck_assert_msg(isnan(a) ? isnan(b) : a == b, "%.17g is not %.17g", a, b);
}

static void same_numbers(const double a[], const double b[], size_t n)
{
    ck_assert_int_eq(a == NULL, b == NULL);
    for (size_t k = 0; a != NULL && k < n; k++)
        same(a[k], b[k]);
}

static void same_text(const char *a, const char *b)
{
    ck_assert_int_eq(a == NULL, b == NULL);
    if (a != NULL)
        ck_assert_str_eq(a, b);
}

static void same_estimates(const struct assay_estimate a[], const struct assay_estimate b[],
                           size_t n)
{
    for (size_t k = 0; k < n; k++) {
        same(a[k].value, b[k].value);
        same(a[k].low, b[k].low);
        same(a[k].high, b[k].high);
    }
}

static void same_coefficients(const struct assay_coefficient a[],
                              const struct assay_coefficient b[])
{
    for (size_t k = 0; k < N_COEF; k++) {
        same(a[k].estimate, b[k].estimate);
        same(a[k].std_error, b[k].std_error);
        same(a[k].z, b[k].z);
        same(a[k].p_value, b[k].p_value);
        same(a[k].low, b[k].low);
        same(a[k].high, b[k].high);
    }
}

static void same_declared(const struct assay_spec *a, const struct assay_spec *b)
{
    ck_assert_int_eq(a->fit.method, b->fit.method);
    ck_assert_int_eq(a->fit.anchor, b->fit.anchor);
    same(a->fit.strength, b->fit.strength);
    ck_assert_int_eq(a->fit.penalty, b->fit.penalty);
    same(a->fit.alpha, b->fit.alpha);
    same(a->fit.lambda, b->fit.lambda);
    same(a->fit.round_to, b->fit.round_to);
    ck_assert_uint_eq(a->fit.folds, b->fit.folds);
    ck_assert_uint_eq(a->fit.resamples, b->fit.resamples);
    ck_assert_int_eq(a->fit.resamples_given, b->fit.resamples_given);
    same_text(a->fit.models_by, b->fit.models_by);
    same(a->fit.pooling, b->fit.pooling);
    ck_assert_int_eq(a->line.rule, b->line.rule);
    same(a->line.miss, b->line.miss);
    same(a->line.false_alarm, b->line.false_alarm);
    ck_assert_uint_eq(a->line.accounts, b->line.accounts);
    same_text(a->line.by, b->line.by);
    ck_assert_uint_eq(a->n_dimension, b->n_dimension);
    for (size_t k = 0; k < a->n_dimension; k++) {
        ck_assert_str_eq(a->dimensions[k].name, b->dimensions[k].name);
        same(a->dimensions[k].share_low, b->dimensions[k].share_low);
        same(a->dimensions[k].share_high, b->dimensions[k].share_high);
    }
    for (size_t j = 0; j < a->n_signal; j++) {
        same_text(a->signals[j].recorded, b->signals[j].recorded);
        same(a->signals[j].expert, b->signals[j].expert);
        same(a->signals[j].weight_low, b->signals[j].weight_low);
        same(a->signals[j].weight_high, b->signals[j].weight_high);
        ck_assert_int_eq(a->signals[j].sign_free, b->signals[j].sign_free);
    }
}

static void same_pull(const struct assay_model_fit *a, const struct assay_model_fit *b)
{
    ck_assert_int_eq(a->anchor.word, b->anchor.word);
    ck_assert_uint_eq(a->anchor.taken, b->anchor.taken);
    ck_assert_int_eq(a->anchor.chosen, b->anchor.chosen);
    same_numbers(a->anchor.weight, b->anchor.weight, N_SIGNAL);
    same(a->anchor.strength, b->anchor.strength);
    same(a->anchor.lambda, b->anchor.lambda);
    same(a->anchor.degrees, b->anchor.degrees);
    same(a->anchor.conflict_statistic, b->anchor.conflict_statistic);
    same(a->anchor.conflict_p, b->anchor.conflict_p);
    ck_assert_uint_eq(a->anchor.conflict_degrees, b->anchor.conflict_degrees);
    ck_assert_int_eq(a->penalty.word, b->penalty.word);
    same(a->penalty.alpha, b->penalty.alpha);
    same(a->penalty.lambda, b->penalty.lambda);
    ck_assert_int_eq(a->penalty.chosen, b->penalty.chosen);
    same_numbers(a->penalty.stability, b->penalty.stability, N_SIGNAL);
    ck_assert_uint_eq(a->penalty.half_samples, b->penalty.half_samples);
}

static void same_bootstrap(const struct assay_model_bootstrap *a,
                           const struct assay_model_bootstrap *b, size_t n_zone)
{
    ck_assert_uint_eq(a->resamples, b->resamples);
    ck_assert_uint_eq(a->failed, b->failed);
    if (a->resamples == 0)
        return;
    same_estimates(a->weight, b->weight, N_SIGNAL);
    same_estimates(&a->line, &b->line, 1);
    same_estimates(a->figures, b->figures, ASSAY_FIGURES);
    same_estimates(a->zone_share, b->zone_share, n_zone);
    same_estimates(a->zone_rate, b->zone_rate, n_zone);
}

static void same_findings(const struct assay_model_fit *a, const struct assay_model_fit *b)
{
    ck_assert_uint_eq(a->n_limit, b->n_limit);
    for (size_t k = 0; k < a->n_limit; k++) {
        ck_assert_str_eq(a->limits[k].what, b->limits[k].what);
        same(a->limits[k].deviance, b->limits[k].deviance);
        same(a->limits[k].auc, b->limits[k].auc);
    }
    same(a->rounding.step, b->rounding.step);
    same(a->rounding.log_likelihood, b->rounding.log_likelihood);
    same_numbers(a->rounding.before, b->rounding.before, N_SIGNAL);
    same(a->sample_size.r2, b->sample_size.r2);
    same(a->sample_size.shrinkage, b->sample_size.shrinkage);
    same(a->sample_size.for_shrinkage, b->sample_size.for_shrinkage);
    same(a->sample_size.for_optimism, b->sample_size.for_optimism);
    same(a->sample_size.for_margin, b->sample_size.for_margin);
    same(a->sample_size.needed, b->sample_size.needed);
}

static void same_fit(const struct assay_model_fit *a, const struct assay_model_fit *b)
{
    ck_assert_int_eq(a->clustered, b->clustered);
    ck_assert_int_eq(a->profiled, b->profiled);
    ck_assert_int_eq(a->free_missing, b->free_missing);
    same(a->log_likelihood, b->log_likelihood);
    same(a->condition_number, b->condition_number);
    same(a->free_log_likelihood, b->free_log_likelihood);
    same_coefficients(a->coefficients, b->coefficients);
    same_coefficients(a->free_coefficients, b->free_coefficients);
    same_numbers(a->covariance, b->covariance, N_COEF * N_COEF);
    same_numbers(a->free_covariance, b->free_covariance, N_COEF * N_COEF);
    ck_assert_uint_eq(a->n_warning, b->n_warning);
    for (size_t k = 0; k < a->n_warning; k++)
        ck_assert_str_eq(a->warnings[k], b->warnings[k]);
}

static void same_line(const struct assay_model *a, const struct assay_model *b)
{
    ck_assert_int_eq(a->line.rule, b->line.rule);
    ck_assert_int_eq(a->line.given, b->line.given);
    ck_assert_int_eq(a->line.feasible, b->line.feasible);
    same(a->line.low, b->line.low);
    same(a->line.high, b->line.high);
    same(a->line.caught, b->line.caught);
    same(a->line.caught_low, b->line.caught_low);
    same(a->line.caught_high, b->line.caught_high);
    same(a->line.cost, b->line.cost);
    ck_assert_uint_eq(a->n_segment_line, b->n_segment_line);
    for (size_t k = 0; k < a->n_segment_line; k++) {
        const struct assay_model_segment_line *x = &a->segment_lines[k], *y = &b->segment_lines[k];
        ck_assert_str_eq(x->segment, y->segment);
        same(x->probability, y->probability);
        ck_assert_uint_eq(x->rows, y->rows);
        ck_assert_uint_eq(x->events, y->events);
        ck_assert_int_eq(x->common, y->common);
    }
}

static void same_segments(const struct assay_model *a, const struct assay_model *b)
{
    same(a->pooling, b->pooling);
    ck_assert_uint_eq(a->n_segment_model, b->n_segment_model);
    for (size_t k = 0; k < a->n_segment_model; k++) {
        const struct assay_model_segment *x = &a->segment_models[k], *y = &b->segment_models[k];
        ck_assert_str_eq(x->segment, y->segment);
        ck_assert_uint_eq(x->rows, y->rows);
        ck_assert_uint_eq(x->events, y->events);
        same(x->intercept, y->intercept);
        same_numbers(x->slope, y->slope, N_SIGNAL);
        same_numbers(x->weight, y->weight, N_SIGNAL);
        same(x->borrowed, y->borrowed);
    }
}

static void same_evidence(const struct assay_model *a, const struct assay_model *b)
{
    for (size_t k = 0; k < ASSAY_PERFORMANCES; k++) {
        ck_assert_uint_eq(a->performance[k].n, b->performance[k].n);
        ck_assert_uint_eq(a->performance[k].events, b->performance[k].events);
        same_estimates(a->performance[k].figures, b->performance[k].figures, ASSAY_FIGURES);
    }
    for (size_t k = 0; k < ASSAY_YARDS; k++) {
        const struct assay_model_yardstick *x = &a->yardsticks[k], *y = &b->yardsticks[k];
        ck_assert_uint_eq(x->n, y->n);
        ck_assert_uint_eq(x->events, y->events);
        same(x->auc, y->auc);
        same(x->brier, y->brier);
        same(x->log_loss, y->log_loss);
        same_estimates(&x->auc_gain, &y->auc_gain, 1);
        same_estimates(&x->brier_change, &y->brier_change, 1);
        same_estimates(&x->log_loss_change, &y->log_loss_change, 1);
    }
}

static void same_changes(const struct assay_model_changes *a, const struct assay_model_changes *b)
{
    ck_assert_uint_eq(a->n_weight, b->n_weight);
    for (size_t k = 0; k < a->n_weight; k++) {
        const struct assay_weight_change *x = &a->weights[k], *y = &b->weights[k];
        ck_assert_str_eq(x->name, y->name);
        same(x->before, y->before);
        same(x->after, y->after);
        same_estimates(&x->data, &y->data, 1);
        same_estimates(&x->baselines, &y->baselines, 1);
        same_estimates(&x->method, &y->method, 1);
        for (size_t i = 0; i < COUNT(x->accounts); i++)
            same_text(x->accounts[i], y->accounts[i]);
        same_numbers(x->pulls, y->pulls, COUNT(x->pulls));
    }
    ck_assert_uint_eq(a->n_move, b->n_move);
    for (size_t k = 0; k < a->n_move; k++) {
        ck_assert_str_eq(a->moves[k].from, b->moves[k].from);
        ck_assert_str_eq(a->moves[k].to, b->moves[k].to);
        ck_assert_uint_eq(a->moves[k].snapshots, b->moves[k].snapshots);
    }
}

START_TEST(everything_written_is_read)
{
    struct assay_error err = {0};
    struct assay_model made, read = {0};
    struct assay_text text = {0};
    handmade_model(&made, (enum handmade)_i);
    ck_assay_ok(assay_model_write(&made, &text, &err));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &read, &err));
    if (_i == PLAIN_FIT) { /* it is read as what it is: nothing of all this */
        ck_assert_int_eq(read.fit.anchor.word, ASSAY_ANCHOR_NONE);
        made.fit.anchor.word = ASSAY_ANCHOR_NONE;
        made.fit.anchor.conflict_statistic = made.fit.anchor.conflict_p = NAN;
        made.line = (struct assay_model_line){0, false, false, NAN, NAN, NAN, NAN, NAN, NAN};
        made.pooling = NAN;
    }
    if (made.fit.anchor.weight == NULL)
        made.fit.anchor.word = ASSAY_ANCHOR_NONE;
    same_declared(&made.spec, &read.spec);
    same_pull(&made.fit, &read.fit);
    same_findings(&made.fit, &read.fit);
    same_bootstrap(&made.fit.bootstrap, &read.fit.bootstrap, made.spec.n_zone);
    same_fit(&made.fit, &read.fit);
    same_line(&made, &read);
    same_segments(&made, &read);
    same_evidence(&made, &read);
    same_changes(&made.changes, &read.changes);
    assay_text_clear(&text);
    assay_model_clear(&made);
    assay_model_clear(&read);
}
END_TEST

START_TEST(what_was_read_is_written_as_it_stood)
{
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text text = handmade_file((enum handmade)_i), again = {0};
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &model, &err));
    ck_assay_ok(assay_model_write(&model, &again, &err));
    ck_assert_str_eq(again.data, text.data);
    assay_text_clear(&text);
    assay_text_clear(&again);
    assay_model_clear(&model);
}
END_TEST

/* Pooling without end and no segment's own weights: the answer stands in the file all the same. */
START_TEST(the_answer_that_segments_need_no_weights_comes_back)
{
    struct assay_error err = {0};
    struct assay_model model, read = {0};
    struct assay_text text = {0};
    handmade_model(&model, SEGMENTED);
    size_t n = model.n_segment_model;
    model.n_segment_model = 0;
    model.pooling = HUGE_VAL;
    for (size_t e = 0; e < model.n_example; e++) {
        bool missing[N_SIGNAL];
        struct assay_score score;
        struct assay_example *example = &model.examples[e];
        assay_score_inputs(&model, example->inputs, example->s, missing, &score);
        example->composite = score.composite;
        example->score = score.score;
        example->probability = score.probability;
        example->zone = score.zone;
    }
    ck_assay_ok(assay_model_write(&model, &text, &err));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &read, &err));
    ck_assert(read.pooling == HUGE_VAL);
    ck_assert_uint_eq(read.n_segment_model, 0);
    model.n_segment_model = n;
    assay_text_clear(&text);
    assay_model_clear(&model);
    assay_model_clear(&read);
}
END_TEST

/* Deviance 400 / 3; what a coefficient counts depends on what pulled it. */
START_TEST(aic_counts_what_the_fit_was_free_to_choose)
{
    static const double count[HANDMADE] = {10.0 / 3, NAN, 5, 2, 5};
    char want[64];
    struct assay_text text = handmade_file((enum handmade)_i);
    if (isnan(count[_i]))
        snprintf(want, sizeof want, "\"aic\": null,");
    else
        snprintf(want, sizeof want, "\"aic\": %.9f", 400.0 / 3 + 2 * count[_i]);
    char *digits = strchr(want, '.');
    if (digits != NULL && strspn(digits + 1, "0") == 9)
        *digits = '\0';
    ck_assert_ptr_nonnull(strstr(text.data, want));
    assay_text_clear(&text);
}
END_TEST

START_TEST(no_allocation_that_fails_goes_unsaid)
{
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text text = handmade_file((enum handmade)_i);
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    while (status == ASSAY_ENOMEM) {
        test_fail_allocation(++n);
        status = assay_model_read_text("m.json", text.data, text.length, &model, &err);
        test_fail_allocation(0);
        if (status == ASSAY_ENOMEM)
            ck_assert_int_eq(strncmp(err.message, "out of memory ", 14), 0);
    }
    ck_assay_ok(status);
    ck_assert_uint_gt(n, 100); /* declarations, lists, matrices and texts were all tried */
    assay_model_clear(&model);
    assay_text_clear(&text);
}
END_TEST

/* ---- the schema ---- */

START_TEST(every_kind_of_evidence_follows_the_schema)
{
    char path[] = "/tmp/assay-evidence-XXXXXX", command[128];
    struct assay_text text = handmade_file((enum handmade)_i);
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert(write(fd, text.data, text.length) == (ssize_t)text.length);
    close(fd);
    snprintf(command, sizeof command, "tests/model/schema_check docs/model.schema.json %s", path);
    fflush(stdout);
    int status = system(command);
    unlink(path);
    assay_text_clear(&text);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) == 3 || WEXITSTATUS(status) >= 126)
        test_skip("python3-jsonschema is not installed");
    else
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, everything_written_is_read, 0, HANDMADE);
    tcase_add_loop_test(tc, what_was_read_is_written_as_it_stood, 0, HANDMADE);
    tcase_add_test(tc, the_answer_that_segments_need_no_weights_comes_back);
    tcase_add_loop_test(tc, aic_counts_what_the_fit_was_free_to_choose, 0, HANDMADE);
    tcase_add_loop_test(tc, no_allocation_that_fails_goes_unsaid, 0, HANDMADE);
    tcase_add_loop_test(tc, every_kind_of_evidence_follows_the_schema, 0, HANDMADE);
}

ASSAY_SUITE("model/evidence", add_tests)
