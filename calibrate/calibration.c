#include "calibrate/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/number.h"
#include "core/fit/rounding.h"
#include "core/model/scorer.h"

/* ---- what the champion has seen ---- */

/* A champion's weights have seen the outcomes of the snapshots that it was fitted to: judged on them it
 * looks better than it is, as an anchor too. Where the snapshots after its own hold enough of either
 * outcome it is judged on these alone. */
static enum assay_status find_judged(struct assay_calibration *c, struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    if (c->champion == NULL || c->champion->training.left_out[ASSAY_ROW_USED] == 0)
        return ASSAY_OK; /* hand-set weights have seen nothing */
    int32_t seen = c->champion->training.to;
    size_t n = 0, events = 0;
    unsigned char *judged = assay_rows_alloc(history->n_row, 1);
    if (judged == NULL)
        return assay_fail_memory(err, "comparing with the champion");
    const int32_t *as_of = history->columns->as_of != ASSAY_NO_COLUMN
                               ? history->table->columns[history->columns->as_of].dates : NULL;
    for (size_t i = 0; seen != ASSAY_NO_DATE && as_of != NULL && i < history->n_row; i++) {
        judged[i] = history->used[i] && as_of[i] != ASSAY_NO_DATE && as_of[i] > seen;
        n += judged[i];
        events += judged[i] && history->outcome[i];
    }
    c->champion_saw = events < ASSAY_JUDGED_EVENTS || n - events < ASSAY_JUDGED_EVENTS;
    if (c->champion_saw)
        assay_rows_free(judged);
    else
        c->judged = judged;
    return ASSAY_OK;
}

/* ---- the fit ---- */

static enum assay_status fit(struct assay_calibration *c, struct assay_error *err)
{
    enum assay_status status =
        assay_pipeline_prepare(&c->history, c->history.used, ASSAY_PIPELINE_PUBLISH, NULL,
                               &c->pipeline, err);
    if (status == ASSAY_OK)
        status = assay_settle_limits(&c->pipeline, &c->settlement, err);
    if (status == ASSAY_OK)
        status = assay_folds_prepare(&c->pipeline, &c->folds, err);
    if (status == ASSAY_OK)
        status = assay_settle(&c->pipeline, &c->folds, c->champion, c->judged, &c->settlement, err);
    if (status == ASSAY_OK)
        status = assay_pipeline_fit(&c->pipeline, &c->settlement.estimation, NULL, err);
    return status;
}

static enum assay_status know(struct assay_calibration *c, struct assay_error *err)
{
    const struct assay_estimation *estimation = &c->settlement.estimation;
    enum assay_status status =
        assay_uncertainty_find(&c->pipeline, estimation, c->settlement.own, &c->settlement.anchor,
                               &c->uncertainty, err);
    if (status == ASSAY_OK && estimation->by == ASSAY_BY_LIKELIHOOD)
        status = assay_limits_cost(&c->pipeline, estimation, &c->settlement.limits,
                                   c->settlement.asked, &c->limits, &c->n_limit, err);
    return status;
}

/* ---- rounding ---- */

static enum assay_status no_lattice(const struct assay_spec *spec, struct assay_weight_limit blamed,
                                    struct assay_error *err)
{
    struct assay_text words = {0};
    assay_limit_describe(spec, blamed, &words);
    if (words.failed) {
        assay_text_clear(&words);
        return assay_fail_memory(err, "rounding weights");
    }
    assay_fail(err, ASSAY_EDATA, "no weights that are multiples of %g have %s", spec->fit.round_to,
               blamed.kind == ASSAY_LIMIT_TOTAL ? "all limits met at once" : words.data);
    assay_hint(err, "Take a finer \"round_to\", or limits that are multiples of it.");
    assay_text_clear(&words);
    return ASSAY_EDATA;
}

static enum assay_status find_rounded(struct assay_calibration *c, const struct assay_engine *engine,
                                      struct assay_rounding *rounded, struct assay_error *err)
{
    const struct assay_estimation *estimation = &c->settlement.estimation;
    const struct assay_pipeline *pipeline = &c->pipeline;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit blamed = {0};
    size_t *signal = assay_alloc(pipeline->n_signal, sizeof *signal);
    if (signal == NULL)
        return assay_fail_memory(err, "rounding weights");
    for (size_t j = 0; j < pipeline->n_signal; j++)
        signal[j] = 1 + j;
    struct assay_anchor anchor = {.lambda = estimation->lambda,
                                  .n_signal = pipeline->n_signal,
                                  .signal = signal,
                                  .weight = estimation->anchor,
                                  .sd = estimation->sd};
    options.held = pipeline->held;
    struct assay_rounding_question question = {.engine = engine,
                                               .anchor = estimation->anchor != NULL ? &anchor : NULL,
                                               .options = &options,
                                               .limits = &c->settlement.limits.limits,
                                               .coef = pipeline->fit.coef,
                                               .step = c->history.spec->fit.round_to};
    enum assay_status status = assay_rounding_find(&question, rounded, &blamed, err);
    if (status == ASSAY_EDATA)
        status = no_lattice(c->history.spec, blamed, err);
    free(signal);
    return status;
}

/* Publishes multiples of the step: slope, intercept and indicators are fitted to them. */
static enum assay_status round_weights(struct assay_calibration *c, struct assay_error *err)
{
    struct assay_pipeline *pipeline = &c->pipeline;
    size_t n = pipeline->n_signal;
    struct assay_rounding rounded = {0};
    const struct assay_engine *engine;
    if (c->history.spec->fit.round_to == 0)
        return ASSAY_OK;
    c->rounding.before = assay_alloc(n, sizeof *c->rounding.before);
    if (c->rounding.before == NULL)
        return assay_fail_memory(err, "rounding weights");
    memcpy(c->rounding.before, pipeline->weight, n * sizeof *pipeline->weight);
    double before = pipeline->fit.log_likelihood;
    enum assay_status status = assay_pipeline_engine(pipeline, &engine, err);
    if (status == ASSAY_OK)
        status = find_rounded(c, engine, &rounded, err);
    if (status == ASSAY_OK)
        status = assay_pipeline_set_weights(pipeline, rounded.weight, err);
    c->rounding.step = c->history.spec->fit.round_to;
    c->rounding.log_likelihood = before - pipeline->fit.log_likelihood; /* with holes where they now are */
    assay_rounding_clear(&rounded);
    return status;
}

/* ---- predictions ---- */

/* Apparent predictions by segment in the place of the common ones. */
static enum assay_status predict_segments(struct assay_calibration *c, struct assay_error *err)
{
    double *log_odds = assay_rows_alloc(c->history.n_row, sizeof *log_odds);
    if (log_odds == NULL)
        return assay_fail_memory(err, "predicting");
    enum assay_status status = assay_pipeline_log_odds(&c->pipeline, log_odds)
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "predicting");
    if (status == ASSAY_OK)
        status = assay_segments_log_odds(&c->pipeline, &c->segmentation.segments,
                                         &c->segmentation.fits,
                                         c->settlement.estimation.sign_free, log_odds, err);
    for (size_t i = 0; status == ASSAY_OK && i < c->history.n_row; i++)
        if (c->history.used[i])
            c->assessment.prob_apparent[i] = assay_expit(log_odds[i]);
    assay_rows_free(log_odds);
    return status;
}

static enum assay_status predict(struct assay_calibration *c, struct assay_progress *progress,
                                 struct assay_error *err)
{
    struct assay_assessment *a = &c->assessment;
    enum assay_status status = assay_assess_predict(
        &c->pipeline, &c->folds, &c->settlement.estimation, progress, a, err);
    if (status != ASSAY_OK || c->history.spec->fit.models_by == NULL)
        return status;
    status = assay_segmentation_find(&c->folds, &c->settlement.estimation, a->prob_held_out,
                                     a->prob_held_out, &c->segmentation, err);
    if (status == ASSAY_OK && isfinite(c->segmentation.strength))
        status = predict_segments(c, err);
    return status;
}

/* How segments are fitted, where they have weights of their own; else NULL. */
static const struct assay_segment_question *ask_segments(const struct assay_calibration *c,
                                                         struct assay_segment_question *question)
{
    *question = (struct assay_segment_question){.segments = &c->segmentation.segments,
                                                .estimation = &c->settlement.estimation,
                                                .lambda = c->segmentation.lambda};
    return c->segmentation.column != NULL && isfinite(c->segmentation.strength) ? question : NULL;
}

static enum assay_status measure(struct assay_calibration *c, struct assay_error *err)
{
    struct assay_segment_question segments;
    return assay_assess_measure(&c->pipeline, &c->settlement.estimation, ask_segments(c, &segments),
                                &c->assessment, err);
}

/* ---- the line ---- */

/* Each row's own line, where segments have them. */
static enum assay_status spread_lines(struct assay_calibration *c, struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    if (c->line.n_segment == 0)
        return ASSAY_OK;
    const struct assay_column *by = &history->table->columns[history->columns->line_by];
    size_t n_code = assay_dictionary_count(by->dictionary);
    double *of_code = assay_alloc(n_code, sizeof *of_code);
    c->row_line = assay_rows_alloc(history->n_row, sizeof *c->row_line);
    if (of_code == NULL || c->row_line == NULL) {
        free(of_code);
        return assay_fail_memory(err, "drawing lines");
    }
    for (size_t code = 0; code < n_code; code++)
        of_code[code] = c->line.probability;
    for (size_t k = 0; k < c->line.n_segment; k++) {
        int32_t code = assay_dictionary_find(by->dictionary, c->line.segments[k].segment);
        if (code != ASSAY_NO_CODE)
            of_code[code] = c->line.segments[k].probability;
    }
    for (size_t i = 0; i < history->n_row; i++)
        c->row_line[i] = by->codes[i] != ASSAY_NO_CODE ? of_code[by->codes[i]] : c->line.probability;
    free(of_code);
    return ASSAY_OK;
}

/* The line is chosen once and kept: by the spec, else the champion, unless a new one is wanted. That of an
 * imported scorecard without a history is a declaration: there is nothing to keep. */
static struct assay_line_given given_lines(const struct assay_calibration *c, bool new_line)
{
    const struct assay_spec *spec = c->history.spec;
    struct assay_line_given given = {.probability = spec->at_risk_probability};
    if (!isnan(given.probability) || c->champion == NULL || new_line ||
        assay_model_is_nominal(c->champion))
        return given;
    const char *by = c->champion->spec.line.by;
    given.probability = c->champion->at_risk_probability;
    if (by != NULL && spec->line.by != NULL && strcmp(by, spec->line.by) == 0) {
        given.segments = c->champion->segment_lines;
        given.n_segment = c->champion->n_segment_line;
    }
    return given;
}

static enum assay_status draw_line(struct assay_calibration *c, bool new_line,
                                   struct assay_error *err)
{
    c->given = given_lines(c, new_line);
    enum assay_status status =
        assay_line_settle(&c->history, c->assessment.prob_held_out, &c->given, &c->line, err);
    if (status == ASSAY_OK)
        status = spread_lines(c, err);
    c->assessment.line = c->line.probability;
    c->assessment.row_line = c->row_line;
    return status;
}

/* ---- comparisons ---- */

/* The champion's log-odds of every row that counts; NaN where it has no score. */
static enum assay_status score_champion(const struct assay_calibration *c, double log_odds[],
                                        struct assay_error *err)
{
    struct assay_scorer scorer;
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    enum assay_status status = assay_scorer_init(c->champion, c->history.table, &scorer, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < c->history.n_row; i++) {
        struct assay_score score = {.dropped = true};
        if (c->history.used[i])
            assay_scorer_row(&scorer, c->history.table, i, s, missing, &score);
        log_odds[i] = score.dropped ? (double)NAN : score.log_odds;
    }
    assay_scorer_clear(&scorer);
    return ASSAY_OK;
}

static enum assay_status compare(struct assay_calibration *c, struct assay_error *err)
{
    struct assay_assessment *a = &c->assessment;
    struct assay_paired_known known = {.auc = a->cross_validated.auc.value,
                                       .brier = a->cross_validated.brier.value,
                                       .log_loss = a->cross_validated.log_loss.value,
                                       .placing = &a->placing};
    struct assay_yardstick_data data = {.held_out = a->prob_held_out,
                                        .known = a->placing.twice != NULL ? &known : NULL,
                                        .equal = a->prob_equal,
                                        .judged = c->judged};
    double *champion = NULL;
    enum assay_status status = ASSAY_OK;
    if (c->champion != NULL && data.held_out != NULL) {
        champion = assay_rows_alloc(c->history.n_row, sizeof *champion);
        status = champion != NULL ? score_champion(c, champion, err)
                                  : assay_fail_memory(err, "comparing with the champion");
        data.champion = champion;
    }
    if (status == ASSAY_OK)
        status = assay_yardsticks_measure(&c->history, &data, c->yards, err);
    assay_placing_clear(&a->placing); /* nobody asks for these again */
    assay_rows_free(a->prob_equal);
    a->prob_equal = NULL;
    assay_rows_free(champion);
    return status;
}

static enum assay_status resample(struct assay_calibration *c, struct assay_progress *progress,
                                  struct assay_error *err)
{
    struct assay_segment_question segments;
    struct assay_bootstrap_question question = {
        .of = {.published = &c->pipeline,
               .estimation = &c->settlement.estimation,
               .segments = ask_segments(c, &segments),
               .given = &c->given},
        .line = c->line.probability,
        .row_line = c->row_line,
        .resamples = assay_bootstrap_resamples(&c->history)};
    if (question.resamples == 0)
        return ASSAY_OK;
    return assay_bootstrap_run(&question, progress, &c->bootstrap, &c->corrected, err);
}

static enum assay_status explain_moves(struct assay_calibration *c, struct assay_error *err)
{
    struct assay_moves_question question = {.estimation = &c->settlement.estimation,
                                            .anchor = c->settlement.anchor.word};
    return assay_weight_moves_find(&c->pipeline, &question, c->champion, &c->moves, err);
}

/* What takes long on millions of rows, and has no count of its own. */
static void show(const struct assay_calibration_request *request, const char *what)
{
    assay_progress_start(request->progress, what, ASSAY_PROGRESS_TIME, NULL);
}

/* Everything behind the history. */
static enum assay_status run_steps(const struct assay_calibration_request *request,
                                   struct assay_calibration *c, struct assay_error *err)
{
    enum assay_status status = find_judged(c, err);
    show(request, "estimating weights");
    if (status == ASSAY_OK)
        status = fit(c, err);
    show(request, "measuring uncertainty");
    if (status == ASSAY_OK)
        status = know(c, err);
    if (status == ASSAY_OK)
        status = round_weights(c, err);
    if (status == ASSAY_OK)
        status = predict(c, request->progress, err);
    if (status == ASSAY_OK)
        status = draw_line(c, request->new_line, err);
    show(request, "measuring performance");
    if (status == ASSAY_OK)
        status = measure(c, err);
    if (status == ASSAY_OK)
        status = compare(c, err);
    if (status == ASSAY_OK)
        status = resample(c, request->progress, err);
    show(request, "looking through the history");
    if (status == ASSAY_OK)
        status = assay_findings_look(&c->history, request->window, &c->findings, err);
    if (status == ASSAY_OK && c->champion != NULL)
        status = explain_moves(c, err);
    assay_progress_end(request->progress);
    return status;
}

enum assay_status assay_calibration_run(const struct assay_calibration_request *request,
                                        struct assay_calibration *c, struct assay_error *err)
{
    *c = (struct assay_calibration){.champion = request->champion};
    enum assay_status status = assay_history_init(request->spec, request->intake, request->window,
                                                  request->n_thread, &c->history, err);
    if (status != ASSAY_OK)
        return status;
    status = run_steps(request, c, err);
    if (status == ASSAY_EDATA || status == ASSAY_ENUMERIC) /* fits know signals, but no files */
        assay_error_prefix(err, "%s", assay_csv_name(request->intake->csv));
    return status;
}

static void clear_bootstrap(struct assay_model_bootstrap *bootstrap)
{
    free(bootstrap->weight);
    free(bootstrap->zone_share);
    free(bootstrap->zone_rate);
}

void assay_calibration_clear(struct assay_calibration *c)
{
    for (size_t k = 0; k < c->n_limit; k++)
        free(c->limits[k].what);
    free(c->limits);
    free(c->rounding.before);
    assay_rows_free(c->row_line);
    assay_rows_free(c->judged);
    assay_weight_moves_clear(&c->moves);
    assay_findings_clear(&c->findings);
    clear_bootstrap(&c->bootstrap);
    assay_line_choice_clear(&c->line);
    assay_segmentation_clear(&c->segmentation);
    assay_assessment_clear(&c->assessment);
    assay_uncertainty_clear(&c->uncertainty);
    assay_settlement_clear(&c->settlement);
    assay_folds_clear(&c->folds);
    assay_pipeline_clear(&c->pipeline);
    if (c->history.used != NULL)
        assay_history_clear(&c->history);
    *c = (struct assay_calibration){0};
}
