#include "calibrate/evidence/moves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/evidence/champion_view.h"
#include "calibrate/fit/limits.h"
#include "core/base/memory.h"

/* ---- the champion's method ---- */

static double alpha_of(const struct assay_model_penalty *penalty)
{
    return penalty->word == ASSAY_RIDGE ? 0 : penalty->word == ASSAY_LASSO ? 1 : penalty->alpha;
}

static struct assay_estimation estimation_of(const struct assay_model *champion,
                                             const struct assay_history *history,
                                             const struct assay_declared_limits *limits)
{
    const struct assay_model_fit *fit = &champion->fit;
    double n = (double)history->n_used, events = (double)history->n_event;
    struct assay_estimation estimation = {.by = ASSAY_BY_LIKELIHOOD,
                                          .limits = &limits->set.limits,
                                          .sign_free = limits->sign_free,
                                          .alpha = alpha_of(&fit->penalty),
                                          .penalty = fit->penalty.lambda};
    if (champion->spec.fit.method == ASSAY_FIRTH)
        estimation.by = ASSAY_BY_FIRTH;
    else if (fit->penalty.word != ASSAY_NO_PENALTY)
        estimation.by = ASSAY_BY_ELASTIC;
    else if (fit->anchor.weight != NULL) {
        estimation.anchor = fit->anchor.weight;
        estimation.lambda = isinf(fit->anchor.strength)
                                ? HUGE_VAL
                                : fit->anchor.strength * events * (n - events) / n;
    }
    return estimation;
}

static bool same_signal(const struct assay_signal_spec *a, const struct assay_signal_spec *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->dimension, b->dimension) == 0 &&
           a->weight_low == b->weight_low && a->weight_high == b->weight_high &&
           a->sign_free == b->sign_free;
}

/* Whether the team's weights are in the same proportions in both, or in neither. */
static bool same_expert(const struct assay_spec *a, const struct assay_spec *b)
{
    double total_a = 0, total_b = 0;
    if (isnan(a->signals[0].expert) || isnan(b->signals[0].expert))
        return isnan(a->signals[0].expert) && isnan(b->signals[0].expert);
    for (size_t j = 0; j < a->n_signal; j++) {
        total_a += a->signals[j].expert;
        total_b += b->signals[j].expert;
    }
    for (size_t j = 0; j < a->n_signal; j++)
        if (fabs(a->signals[j].expert / total_a - b->signals[j].expert / total_b) > 1e-9)
            return false;
    return true;
}

/* NaN stands for what is chosen by cross-validation. */
static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Whether two specs ask for weights in the same way: of the same signals in the same order, under the
 * same limits, by the same method, with the same team's weights where these are the new anchor. Which
 * weights a champion then has is not a matter of method. */
static bool same_method(const struct assay_spec *a, const struct assay_spec *b, bool by_expert)
{
    bool same = a->n_signal == b->n_signal && a->n_dimension == b->n_dimension &&
                a->fit.method == b->fit.method && a->fit.anchor == b->fit.anchor &&
                a->fit.penalty == b->fit.penalty && a->fit.alpha == b->fit.alpha &&
                a->fit.round_to == b->fit.round_to &&
                same_number(a->fit.strength, b->fit.strength) &&
                same_number(a->fit.lambda, b->fit.lambda);
    for (size_t j = 0; same && j < a->n_signal; j++)
        same = same_signal(&a->signals[j], &b->signals[j]);
    for (size_t g = 0; same && g < a->n_dimension; g++)
        same = strcmp(a->dimensions[g].name, b->dimensions[g].name) == 0 &&
               a->dimensions[g].share_low == b->dimensions[g].share_low &&
               a->dimensions[g].share_high == b->dimensions[g].share_high;
    return same && (!by_expert || same_expert(a, b));
}

/* One of the two fits in between, and who pulls its weights. */
struct refit {
    struct assay_pipeline pipeline;
    struct assay_influence influence;
};

static void refit_clear(struct refit *refit)
{
    assay_influence_clear(&refit->influence);
    assay_pipeline_clear(&refit->pipeline);
}

static enum assay_status refit(const struct assay_champion_view *view,
                               const struct assay_estimation *estimation, bool new_baselines,
                               struct refit *out, struct assay_error *err)
{
    enum assay_status status =
        assay_champion_view_prepare(view, new_baselines, &out->pipeline, err);
    if (status == ASSAY_OK)
        status = assay_pipeline_fit(&out->pipeline, estimation, NULL, err);
    if (status == ASSAY_OK)
        status = assay_influence_measure(&out->pipeline, &out->influence, err);
    return status;
}

/* settled: the new model's estimation, where it is the champion's method too; else NULL. */
static enum assay_status refit_both(const struct assay_champion_view *view,
                                    const struct assay_estimation *settled, struct refit *as_was,
                                    struct refit *renewed, struct assay_error *err)
{
    const struct assay_model *champion = view->champion;
    size_t n_coef = 1 + champion->n_signal + assay_indicator_count(&champion->spec);
    struct assay_declared_limits limits = {0};
    enum assay_status status = assay_declared_limits_init(&champion->spec, n_coef, &limits, err);
    struct assay_estimation estimation =
        settled != NULL ? *settled : estimation_of(champion, &view->history, &limits);
    estimation.limits = &limits.set.limits;
    if (status == ASSAY_OK)
        status = refit(view, &estimation, false, as_was, err);
    if (status == ASSAY_OK)
        status = refit(view, &estimation, true, renewed, err);
    assay_declared_limits_clear(&limits);
    return status;
}

/* ---- the differences ---- */

/* No interval where nobody moves anything: a weight that is held, fixed or kept. What rounding leaves
 * of 0 is beyond the digits to which weights settle. */
static struct assay_estimate difference(double value, double std_error)
{
    static const double nothing = 1e-9;
    return std_error > nothing ? assay_normal_interval(value, std_error, ASSAY_LEVEL)
                               : assay_estimate_without_interval(value);
}

static size_t signal_named(const struct assay_spec *spec, const char *name)
{
    size_t j = 0;
    while (j < spec->n_signal && strcmp(spec->signals[j].name, name) != 0)
        j++;
    return j;
}

/* from_published: both fits in between hold on to the champion's published weights; otherwise the way
 * starts from its weights before they were rounded. */
static void split(const struct assay_pipeline *published, const struct assay_model *champion,
                  bool from_published, const struct refit *as_was, const struct refit *renewed,
                  struct assay_weight_moves *moves)
{
    const struct assay_spec *spec = published->history->spec;
    const double *before = from_published ? NULL : champion->fit.rounding.before;
    for (size_t j = 0; j < moves->n_signal; j++) {
        size_t c = signal_named(&champion->spec, spec->signals[j].name);
        if (c == champion->n_signal)
            continue;
        double fitted = before != NULL ? before[c] : champion->weight[c];
        double change = published->weight[j] - champion->weight[c];
        double data = as_was->pipeline.weight[c] - fitted;
        double baselines = renewed->pipeline.weight[c] - as_was->pipeline.weight[c];
        moves->moves[j] = (struct assay_weight_move){
            difference(data, assay_influence_error(&as_was->influence, c, NULL, 0)),
            difference(baselines,
                       assay_influence_error(&renewed->influence, c, &as_was->influence, c)),
            difference(change - data - baselines,
                       assay_influence_error(&moves->influence, j, &renewed->influence, c))};
    }
}

/* ---- the whole way ---- */

/* A status that is the champion's trouble, not ours, becomes a reason. */
static enum assay_status excuse(enum assay_status status, const struct assay_error *reason,
                                struct assay_weight_moves *moves, struct assay_error *err)
{
    if (status == ASSAY_EDATA || status == ASSAY_ENUMERIC) {
        snprintf(moves->reason, sizeof moves->reason, "%s", reason->message);
        return ASSAY_OK;
    }
    if (status != ASSAY_OK && err != NULL)
        *err = *reason;
    return status;
}

static enum assay_status go_the_way(const struct assay_pipeline *published,
                                    const struct assay_moves_question *question,
                                    const struct assay_model *champion,
                                    struct assay_weight_moves *moves, struct assay_error *err)
{
    const struct assay_spec *spec = published->history->spec;
    bool same = question->estimation != NULL &&
                same_method(&champion->spec, spec, question->anchor == ASSAY_ANCHOR_EXPERT);
    const struct assay_estimation *estimation = question->estimation;
    bool from_published = same && question->anchor == ASSAY_ANCHOR_CHAMPION;
    struct assay_champion_view view = {0};
    struct refit as_was = {0}, renewed = {0};
    struct assay_error reason = {0};
    enum assay_status status =
        assay_champion_view_init(published->history, champion, &view, &reason);
    if (status == ASSAY_OK)
        status = refit_both(&view, same ? estimation : NULL, &as_was, &renewed, &reason);
    if (status == ASSAY_OK)
        split(published, champion, from_published, &as_was, &renewed, moves);
    status = excuse(status, &reason, moves, err);
    refit_clear(&as_was);
    refit_clear(&renewed);
    assay_champion_view_clear(&view);
    return status;
}

enum assay_status assay_weight_moves_find(const struct assay_pipeline *published,
                                          const struct assay_moves_question *question,
                                          const struct assay_model *champion,
                                          struct assay_weight_moves *moves, struct assay_error *err)
{
    struct assay_weight_moves made = {.n_signal = published->n_signal,
                                      .moves = assay_alloc(published->n_signal,
                                                           sizeof *made.moves)};
    if (made.moves == NULL)
        return assay_fail_memory(err, "comparing weights");
    for (size_t j = 0; j < made.n_signal; j++)
        made.moves[j] = (struct assay_weight_move){assay_estimate_undefined(),
                                                   assay_estimate_undefined(),
                                                   assay_estimate_undefined()};
    enum assay_status status = assay_influence_measure(published, &made.influence, err);
    if (status == ASSAY_OK)
        status = go_the_way(published, question, champion, &made, err);
    if (status != ASSAY_OK)
        assay_weight_moves_clear(&made);
    else
        *moves = made;
    return status;
}

void assay_weight_moves_clear(struct assay_weight_moves *moves)
{
    free(moves->moves);
    assay_influence_clear(&moves->influence);
    *moves = (struct assay_weight_moves){0};
}
