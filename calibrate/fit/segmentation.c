#include "calibrate/fit/segmentation.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/number.h"
#include "core/fit/pooling.h"

/* ---- where the losses are taken ---- */

struct ground {
    const struct assay_folds *folds;
    const struct assay_segments *segments;
    size_t n_fold;       /* those that were fitted */
    size_t *fold;        /* [n_fold] their numbers */
    int32_t *group;      /* [n_row] a row's account, numbered anew; -1: not in the contest */
    size_t *group_rows;  /* [n_group] */
    size_t n_group, n_row, n_event;
    double *common;      /* [n_fold * n_coef] */
    struct assay_segment_part *part; /* [n_fold], of the segment that the fold is at */
};

static void ground_clear(struct ground *g)
{
    free(g->fold);
    assay_rows_free(g->group);
    free(g->group_rows);
    free(g->common);
    free(g->part);
}

/* Accounts that have a row in a segment, in a fold that was fitted. */
static enum assay_status number_accounts(struct ground *g, struct assay_error *err)
{
    const struct assay_history *history = g->folds->published->history;
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n_code = assay_dictionary_count(id->dictionary);
    int32_t *number = assay_alloc(n_code, sizeof *number);
    g->group = assay_rows_alloc(history->n_row, sizeof *g->group);
    g->group_rows = assay_alloc(n_code, sizeof *g->group_rows);
    if (number == NULL || g->group == NULL || g->group_rows == NULL) {
        free(number);
        return assay_fail_memory(err, "choosing the pooling");
    }
    for (size_t c = 0; c < n_code; c++)
        number[c] = -1;
    for (size_t i = 0; i < history->n_row; i++) {
        g->group[i] = -1;
        if (!history->used[i] || !g->folds->fitted[history->fold[i]] ||
            g->segments->of_row[i] == g->segments->n)
            continue;
        int32_t *at = &number[id->codes[i]];
        if (*at < 0)
            *at = (int32_t)g->n_group++;
        g->group[i] = *at;
        g->group_rows[*at]++;
        g->n_row++;
        g->n_event += history->outcome[i];
    }
    free(number);
    return ASSAY_OK;
}

static enum assay_status ground_init(const struct assay_folds *folds,
                                     const struct assay_segments *segments, struct ground *g,
                                     struct assay_error *err)
{
    size_t n_coef = folds->published->n_coef;
    *g = (struct ground){.folds = folds,
                         .segments = segments,
                         .fold = assay_alloc(folds->n, sizeof *g->fold),
                         .common = assay_alloc(folds->n, n_coef * sizeof *g->common),
                         .part = assay_alloc(folds->n, sizeof *g->part)};
    enum assay_status status = ASSAY_OK;
    if (g->fold == NULL || g->common == NULL || g->part == NULL)
        status = assay_fail_memory(err, "choosing the pooling");
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++)
        if (folds->fitted[f]) {
            memcpy(g->common + g->n_fold * n_coef, folds->part[f].fit.coef,
                   n_coef * sizeof *g->common);
            g->fold[g->n_fold++] = f;
        }
    if (status == ASSAY_OK)
        status = number_accounts(g, err);
    if (status != ASSAY_OK)
        ground_clear(g);
    return status;
}

static enum assay_status open_segment(void *state, size_t k, size_t segment,
                                      struct assay_engine *engine, struct assay_error *err)
{
    const struct ground *g = state;
    struct assay_segment_part *part = &g->part[k];
    enum assay_status status = assay_segment_part_init(&g->folds->part[g->fold[k]], g->segments,
                                                       segment, part, err);
    bool any = false;
    for (size_t r = 0; status == ASSAY_OK && r < part->design.n_row; r++)
        any = any || part->include[r] > 0;
    if (!any)
        return status;
    struct assay_array_data data = assay_segment_part_data(part);
    status = assay_array_engine_init(&data, engine, err);
    if (status != ASSAY_OK)
        assay_segment_part_clear(part);
    return status;
}

static void close_segment(void *state, size_t k, size_t segment, struct assay_engine *engine)
{
    const struct ground *g = state;
    (void)segment;
    if (engine->state != NULL)
        assay_array_engine_clear(engine);
    assay_segment_part_clear(&g->part[k]);
}

static enum assay_status charge(void *state, size_t k, size_t segment, const double coef[],
                                double loss[], struct assay_error *err)
{
    const struct ground *g = state;
    const struct assay_history *history = g->folds->published->history;
    const struct assay_segment_part *part = &g->part[k];
    (void)segment;
    (void)err;
    for (size_t r = 0; r < part->design.n_row; r++) {
        size_t i = part->row[r];
        if (g->group[i] < 0 || history->fold[i] != g->fold[k])
            continue;
        double eta = coef[0];
        for (size_t j = 0; j < part->design.n_column; j++)
            eta += coef[1 + j] * part->design.x[assay_block_index(r, j, part->design.n_column)];
        double wrong = part->outcome[r] ? -eta : eta;
        loss[g->group[i]] += fmax(wrong, 0) + log1p(exp(-fabs(wrong)));
    }
    return ASSAY_OK;
}

/* ---- the strength ---- */

static double scale_of(const struct ground *g)
{
    double n = (double)g->n_row, events = (double)g->n_event;
    return events * (n - events) / n / (double)g->segments->n;
}

static enum assay_status find_curve(struct ground *g, const struct assay_estimation *estimation,
                                    struct assay_strength_curve *curve, struct assay_error *err)
{
    const struct assay_pipeline *published = g->folds->published;
    struct assay_pooling_options options = assay_pooling_options_default();
    double *sd = assay_alloc(published->n_coef, sizeof *sd);
    unsigned char *held = assay_alloc(published->n_coef, 1);
    enum assay_status status = ASSAY_OK;
    if (sd == NULL || held == NULL) {
        status = assay_fail_memory(err, "choosing the pooling");
    } else {
        assay_segment_spreads(published, estimation, sd);
        assay_segment_held(published, held);
        options.limits = estimation->limits;
        options.fit.held = held;
        options.fit.tolerance = 1e-6; /* Newton's last step squares it: losses agree to 1e-12 */
        options.n_thread = published->history->n_thread;
        struct assay_pooling_data data = {.n_coef = published->n_coef,
                                          .n_segment = g->segments->n,
                                          .scale = scale_of(g),
                                          .sd = sd,
                                          .n_fold = g->n_fold,
                                          .common = g->common,
                                          .n_group = g->n_group,
                                          .group_rows = g->group_rows,
                                          .open = open_segment,
                                          .close = close_segment,
                                          .held_out = charge,
                                          .state = g};
        status = assay_pooling_curve_find(&data, &options, curve, err);
    }
    free(sd);
    free(held);
    return status;
}

static enum assay_status fit_at(const struct assay_pipeline *pipeline,
                                const struct assay_estimation *estimation,
                                const struct assay_segmentation *s, double lambda,
                                struct assay_segment_fits *fits, struct assay_error *err)
{
    struct assay_segment_question question = {
        .segments = &s->segments, .estimation = estimation, .lambda = lambda};
    return assay_segments_fit(pipeline, &question, fits, err);
}

/* The grid begins at infinity, which always has a fit. */
static enum assay_status choose(struct ground *g, const struct assay_estimation *estimation,
                                struct assay_segmentation *s, struct assay_error *err)
{
    struct assay_strength_curve curve = {0};
    enum assay_status status = find_curve(g, estimation, &curve, err);
    if (status != ASSAY_OK)
        return status;
    size_t p = assay_strength_choose(&curve, ASSAY_STRENGTH_ERRORS).chosen;
    for (;; p--) {
        s->strength = curve.point[p].strength;
        s->lambda = curve.point[p].lambda;
        status = fit_at(g->folds->published, estimation, s, s->lambda, &s->fits, err);
        if (status != ASSAY_ENUMERIC || p == 0)
            break;
    }
    assay_strength_curve_clear(&curve);
    return status;
}

static enum assay_status settle(struct ground *g, const struct assay_estimation *estimation,
                                double strength, struct assay_segmentation *s,
                                struct assay_error *err)
{
    if (g->n_fold < 2 || g->n_group < 2 || !(scale_of(g) > 0))
        return assay_fail(err, ASSAY_ENUMERIC, "%zu of the %zu snapshots in segments by \"%s\" have "
                          "the event; expected some with it and some without", g->n_event, g->n_row,
                          s->column);
    s->chosen = isnan(strength);
    if (s->chosen)
        return choose(g, estimation, s, err);
    s->strength = strength;
    s->lambda = strength * scale_of(g);
    return fit_at(g->folds->published, estimation, s, s->lambda, &s->fits, err);
}

/* ---- held-out predictions ---- */

static enum assay_status predict_fold(const struct assay_pipeline *part, size_t f,
                                      const struct assay_estimation *estimation,
                                      const struct assay_segmentation *s, double log_odds[],
                                      double prob[], struct assay_error *err)
{
    const struct assay_history *history = part->history;
    struct assay_segment_fits fits = {0};
    enum assay_status status = fit_at(part, estimation, s, s->lambda, &fits, err);
    if (status == ASSAY_OK)
        status = assay_segments_log_odds(part, &s->segments, &fits, estimation->sign_free, log_odds,
                                         err);
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++)
        if (history->used[i] && history->fold[i] == f && s->segments.of_row[i] < s->segments.n)
            prob[i] = assay_expit(log_odds[i]);
    assay_segment_fits_clear(&fits);
    if (status == ASSAY_ENUMERIC)
        assay_error_prefix(err, "fold %zu of the cross-validation", f + 1);
    return status;
}

/* own[n_row] has the common predictions, which those by segment replace. */
static enum assay_status predict(const struct assay_folds *folds,
                                 const struct assay_estimation *estimation,
                                 const struct assay_segmentation *s, double own[],
                                 struct assay_error *err)
{
    if (isinf(s->lambda))
        return ASSAY_OK;
    double *log_odds = assay_rows_alloc(folds->published->history->n_row, sizeof *log_odds);
    if (log_odds == NULL)
        return assay_fail_memory(err, "predicting by segment");
    enum assay_status status = ASSAY_OK;
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++)
        if (folds->fitted[f])
            status = predict_fold(&folds->part[f], f, estimation, s, log_odds, own, err);
    assay_rows_free(log_odds);
    return status;
}

/* Side by side, rows that have a prediction. */
static enum assay_status compare(const struct assay_history *history, const double own[],
                                 const double common[], struct assay_paired *gain,
                                 struct assay_error *err)
{
    const int32_t *account = history->table->columns[history->columns->id].codes;
    size_t n = history->n_row, m = 0;
    double *first = assay_rows_alloc(n, sizeof *first);
    double *second = assay_rows_alloc(n, sizeof *second);
    unsigned char *outcome = assay_rows_alloc(n, 1);
    int32_t *cluster = assay_rows_alloc(n, sizeof *cluster);
    enum assay_status status = ASSAY_OK;
    if (first == NULL || second == NULL || outcome == NULL || cluster == NULL)
        status = assay_fail_memory(err, "comparing segments' weights");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++) {
        if (!history->used[i] || isnan(common[i]))
            continue;
        first[m] = own[i];
        second[m] = common[i];
        outcome[m] = history->outcome[i];
        cluster[m++] = account[i];
    }
    if (status == ASSAY_OK)
        status = assay_paired_measure(first, second, outcome, cluster, m, gain, err);
    assay_rows_free(first);
    assay_rows_free(second);
    assay_rows_free(outcome);
    assay_rows_free(cluster);
    return status;
}

/* ---- the whole ---- */

static enum assay_status find_out(struct ground *g, const struct assay_estimation *estimation,
                                  const double prob_common[], double prob[],
                                  struct assay_segmentation *s, struct assay_error *err)
{
    const struct assay_history *history = g->folds->published->history;
    double *own = assay_rows_alloc(history->n_row, sizeof *own);
    if (own == NULL)
        return assay_fail_memory(err, "predicting by segment");
    memcpy(own, prob_common, history->n_row * sizeof *own);
    enum assay_status status = settle(g, estimation, history->spec->fit.pooling, s, err);
    if (status == ASSAY_OK)
        status = predict(g->folds, estimation, s, own, err);
    if (status == ASSAY_OK)
        status = compare(history, own, prob_common, &s->gain, err);
    if (status == ASSAY_OK)
        memcpy(prob, own, history->n_row * sizeof *prob);
    assay_rows_free(own);
    return status;
}

enum assay_status assay_segmentation_find(const struct assay_folds *folds,
                                          const struct assay_estimation *estimation,
                                          const double prob_common[], double prob[],
                                          struct assay_segmentation *segmentation,
                                          struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    struct assay_segmentation made = {.column = history->spec->fit.models_by};
    struct ground g;
    assert(made.column != NULL && estimation->sd != NULL);
    enum assay_status status =
        assay_segments_find(history, history->columns->models_by, &made.segments, err);
    if (status == ASSAY_OK)
        status = ground_init(folds, &made.segments, &g, err);
    if (status == ASSAY_OK) {
        status = find_out(&g, estimation, prob_common, prob, &made, err);
        ground_clear(&g);
    }
    if (status != ASSAY_OK)
        assay_segmentation_clear(&made);
    else
        *segmentation = made;
    return status;
}

void assay_segmentation_clear(struct assay_segmentation *segmentation)
{
    assay_segments_clear(&segmentation->segments);
    assay_segment_fits_clear(&segmentation->fits);
    *segmentation = (struct assay_segmentation){0};
}

/* ---- what the model keeps ---- */

static enum assay_status publish_segment(const struct assay_segmentation *s, size_t k,
                                         size_t n_signal, const unsigned char sign_free[],
                                         struct assay_model_segment *model, struct assay_error *err)
{
    const double *coef = s->fits.coef + k * s->fits.n_coef;
    *model = (struct assay_model_segment){.segment = assay_copy_string(s->segments.name[k]),
                                          .rows = s->fits.rows[k],
                                          .events = s->fits.events[k],
                                          .intercept = coef[0],
                                          .slope = assay_alloc(n_signal, sizeof *model->slope),
                                          .weight = assay_alloc(n_signal, sizeof *model->weight),
                                          .borrowed = s->fits.borrowed[k]};
    if (model->segment == NULL || model->slope == NULL || model->weight == NULL)
        return assay_fail_memory(err, "keeping segments");
    assay_segment_weights(coef, n_signal, sign_free, model->slope, model->weight);
    return ASSAY_OK;
}

enum assay_status assay_segmentation_publish(const struct assay_segmentation *segmentation,
                                             const struct assay_pipeline *pipeline,
                                             const unsigned char sign_free[],
                                             struct assay_model_segment **models, size_t *n,
                                             struct assay_error *err)
{
    size_t n_segment = isinf(segmentation->lambda) ? 0 : segmentation->segments.n, k = 0;
    struct assay_model_segment *made = assay_alloc(n_segment, sizeof *made);
    enum assay_status status =
        made != NULL ? ASSAY_OK : assay_fail_memory(err, "keeping segments");
    for (; status == ASSAY_OK && k < n_segment; k++)
        status = publish_segment(segmentation, k, pipeline->n_signal, sign_free, &made[k], err);
    if (status == ASSAY_OK) {
        *models = made;
        *n = n_segment;
        return ASSAY_OK;
    }
    while (k-- > 0) {
        free(made[k].segment);
        free(made[k].slope);
        free(made[k].weight);
    }
    free(made);
    return status;
}

/* ---- in words ---- */

static void say_gain(const struct assay_paired *gain, struct assay_text *text)
{
    const struct assay_estimate *d = &gain->log_loss.difference;
    assay_text_printf(text, "Held-out log loss against one set of weights for all: %+.4f", d->value);
    if (!isnan(d->low))
        assay_text_printf(text, " [%+.4f, %+.4f]: %s", d->low, d->high,
                          d->high < 0   ? "they predict better"
                          : d->low > 0  ? "they predict worse"
                                        : "a difference that these data cannot tell from none");
    assay_text_puts(text, ".\n");
}

void assay_segmentation_say(const struct assay_segmentation *segmentation, struct assay_text *text)
{
    const struct assay_segmentation *s = segmentation;
    const char *chosen = s->chosen ? " (chosen by cross-validation)" : "";
    if (isinf(s->lambda)) {
        assay_text_printf(text, "Segments by \"%s\": %s; the common weights are everybody's.\n",
                          s->column,
                          s->chosen ? "the data do not ask for weights of their own"
                                    : "no weights of their own, as the spec says");
        return;
    }
    assay_text_printf(text, "Segments by \"%s\": %zu sets of weights, pooled with strength %g%s.\n",
                      s->column, s->segments.n, s->strength, chosen);
    say_gain(&s->gain, text);
    for (size_t k = 0; k < s->segments.n; k++)
        assay_text_printf(text, "  %s: %zu snapshots, %zu with the event; %.0f%% borrowed from the "
                          "common weights\n", s->segments.name[k], s->fits.rows[k],
                          s->fits.events[k], 100 * s->fits.borrowed[k]);
}
