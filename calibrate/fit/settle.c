#include "calibrate/fit/settle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/anchoring.h"
#include "calibrate/fit/penalised.h"
#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/fit/columns.h"

enum assay_status assay_settle_limits(const struct assay_pipeline *published,
                                      struct assay_settlement *settlement,
                                      struct assay_error *err)
{
    enum assay_status status = assay_declared_limits_init(
        published->history->spec, published->n_coef, &settlement->limits, err);
    if (status != ASSAY_OK)
        return status;
    settlement->estimation.limits = &settlement->limits.set.limits;
    settlement->estimation.sign_free = settlement->limits.sign_free;
    return ASSAY_OK;
}

/* ---- anchors ---- */

/* Standard deviations, divisor n, of the published columns over the rows that count. A column that does not vary gets
 * 1; no fit will take it. */
static enum assay_status find_spreads(const struct assay_pipeline *published, double sd[],
                                      struct assay_error *err)
{
    static const double no_spread = 1e-6; /* of its root mean square, as core/fit/columns.h draws the line */
    size_t p = published->n_coef;
    const struct assay_engine *engine;
    double *memory = assay_alloc(p * p + p, sizeof *memory);
    if (memory == NULL)
        return assay_fail_memory(err, "settling the fit");
    double *spread = memory + p * p;
    enum assay_status status = assay_pipeline_engine(published, &engine, err);
    if (status == ASSAY_OK)
        status = engine->moments(engine->state, memory, err);
    if (status == ASSAY_OK)
        assay_columns_spread(memory, p, NULL, spread);
    for (size_t j = 0; status == ASSAY_OK && j < published->n_signal; j++) {
        double length = sqrt(memory[(1 + j) * p + 1 + j] / memory[0]);
        sd[j] = spread[1 + j] > no_spread * length ? spread[1 + j] : 1;
    }
    free(memory);
    return status;
}

static double champion_weight(const struct assay_model *champion, const char *name)
{
    for (size_t j = 0; j < champion->n_signal; j++)
        if (strcmp(champion->spec.signals[j].name, name) == 0)
            return champion->weight[j];
    return NAN;
}

/* The champion's weights by name. A signal that is new to it gets 1 / n, the others share the rest in
 * its proportions. False when it has none of the signals, or weight on none. */
static bool weights_of_champion(const struct assay_spec *spec, const struct assay_model *champion,
                                double weight[], size_t *n_new)
{
    double n = (double)spec->n_signal, known = 0;
    *n_new = 0;
    for (size_t j = 0; j < spec->n_signal; j++) {
        weight[j] = champion_weight(champion, spec->signals[j].name);
        *n_new += isnan(weight[j]) ? 1 : 0;
        known += isnan(weight[j]) ? 0 : weight[j];
    }
    if (!(known > 0))
        return false;
    double rest = 1 - (double)*n_new / n;
    for (size_t j = 0; j < spec->n_signal; j++)
        weight[j] = isnan(weight[j]) ? 1 / n : weight[j] / known * rest;
    return true;
}

static void weights_of_team(const struct assay_spec *spec, double weight[])
{
    double total = 0;
    for (size_t j = 0; j < spec->n_signal; j++)
        total += spec->signals[j].expert;
    for (size_t j = 0; j < spec->n_signal; j++)
        weight[j] = spec->signals[j].expert / total;
}

static void equal_weights(size_t n, double weight[])
{
    for (size_t j = 0; j < n; j++)
        weight[j] = 1 / (double)n;
}

/* Which anchor it is, by the words of the spec and what there is; its weights into own. */
static enum assay_status choose_anchor(const struct assay_spec *spec,
                                       const struct assay_model *champion,
                                       struct assay_settlement *s, struct assay_error *err)
{
    enum assay_anchor_word word = spec->fit.anchor;
    bool other = spec->fit.method != ASSAY_MAXIMUM_LIKELIHOOD ||
                 spec->fit.penalty != ASSAY_NO_PENALTY;
    if (word == ASSAY_ANCHOR_BY_DEFAULT && other)
        word = ASSAY_ANCHOR_NONE;
    if ((word == ASSAY_ANCHOR_BY_DEFAULT && champion != NULL) || word == ASSAY_ANCHOR_CHAMPION) {
        if (champion != NULL && weights_of_champion(spec, champion, s->own, &s->n_new))
            word = ASSAY_ANCHOR_CHAMPION;
        else if (word == ASSAY_ANCHOR_CHAMPION)
            return assay_fail(err, ASSAY_EDATA, "the anchor is \"champion\", but the champion has weight "
                              "on none of the spec's signals; expected some by the same name");
    }
    if (word == ASSAY_ANCHOR_BY_DEFAULT)
        word = isnan(spec->signals[0].expert) ? ASSAY_ANCHOR_EQUAL : ASSAY_ANCHOR_EXPERT;
    if (word == ASSAY_ANCHOR_EXPERT)
        weights_of_team(spec, s->own);
    else if (word == ASSAY_ANCHOR_EQUAL || word == ASSAY_ANCHOR_NONE)
        equal_weights(spec->n_signal, s->own);
    s->anchor.word = word;
    return ASSAY_OK;
}

/* Moves anchor and rival within the limits. */
static enum assay_status keep_to_limits(size_t n, struct assay_settlement *s,
                                        struct assay_error *err)
{
    double *asked = assay_alloc(n, sizeof *asked);
    if (asked == NULL)
        return assay_fail_memory(err, "anchoring");
    memcpy(asked, s->own, n * sizeof *asked);
    memcpy(s->asked, s->own, n * sizeof *asked);
    enum assay_status status =
        assay_weight_limits_nearest(&s->limits.limits, asked, s->sd, s->own, err);
    for (size_t j = 0; status == ASSAY_OK && j < n; j++)
        s->own_moved = s->own_moved || fabs(s->own[j] - asked[j]) > 1e-9;
    equal_weights(n, asked);
    if (status == ASSAY_OK)
        status = assay_weight_limits_nearest(&s->limits.limits, asked, s->sd, s->rival, err);
    free(asked);
    return status;
}

/* By cross-validation. */
static enum assay_status choose_strength(const struct assay_folds *folds,
                                         const unsigned char *judged, struct assay_settlement *s,
                                         struct assay_error *err)
{
    struct assay_anchoring question = {.own = s->own,
                                       .rival = s->rival,
                                       .sd = s->sd,
                                       .judged = s->anchor.word == ASSAY_ANCHOR_CHAMPION ? judged
                                                                                         : NULL,
                                       .limits = s->estimation.limits};
    struct assay_strength_curve curve = {0};
    struct assay_strength_choice choice;
    enum assay_status status = assay_anchoring_find(folds, &question, &curve, &choice, err);
    if (status == ASSAY_ENUMERIC) {
        assay_error_prefix(err, "with %zu events there is no fit in every fold of the cross-validation, not "
                                "even of intercept and slope to the anchor's weights",
                           folds->published->history->n_event);
        assay_hint(err, "Use a longer history, fewer \"folds\", or \"method\": \"firth\".");
    }
    if (status != ASSAY_OK)
        return status;
    const struct assay_strength_point *point = &curve.point[choice.chosen];
    s->anchor.strength = point->strength;
    s->anchor.lambda = point->lambda;
    s->anchor.chosen = true;
    s->anchor.taken = (unsigned)point->anchor; /* the same three, in the same order */
    memcpy(s->anchor.weight, curve.weight + point->anchor * curve.n_signal,
           curve.n_signal * sizeof(double));
    for (size_t j = 0; j < curve.n_signal && point->anchor != ASSAY_ANCHOR_OWN; j++) {
        double equal = 1 / (double)curve.n_signal;
        s->asked[j] = point->anchor == ASSAY_ANCHOR_RIVAL ? equal : (s->asked[j] + equal) / 2;
    }
    assay_strength_curve_clear(&curve);
    return ASSAY_OK;
}

static enum assay_status settle_anchor(struct assay_pipeline *published,
                                       const struct assay_folds *folds, const unsigned char *judged,
                                       struct assay_settlement *s, struct assay_error *err)
{
    const struct assay_history *history = published->history;
    size_t n = published->n_signal;
    double rows = (double)history->n_used, events = (double)history->n_event;
    s->anchor.weight = assay_alloc(n, sizeof *s->anchor.weight);
    if (s->anchor.weight == NULL)
        return assay_fail_memory(err, "anchoring");
    memcpy(s->anchor.weight, s->own, n * sizeof *s->own);
    s->anchor.strength = history->spec->fit.strength;
    s->anchor.lambda = s->anchor.strength * (events * (rows - events) / rows);
    /* What no strength mends is said before any is tried. */
    struct assay_estimation strongest = s->estimation;
    strongest.anchor = s->own;
    strongest.lambda = HUGE_VAL;
    enum assay_status status = assay_pipeline_check(published, &strongest, err);
    if (status == ASSAY_OK && isnan(s->anchor.strength))
        status = choose_strength(folds, judged, s, err);
    s->estimation.anchor = s->anchor.weight;
    s->estimation.lambda = s->anchor.lambda;
    return status;
}

/* ---- all of it ---- */

static enum assay_status settle_method(struct assay_pipeline *published,
                                       const struct assay_folds *folds, const unsigned char *judged,
                                       struct assay_settlement *s, struct assay_error *err)
{
    const struct assay_fit_spec *fit = &published->history->spec->fit;
    s->estimation.sd = s->sd;
    if (fit->method == ASSAY_FIRTH) {
        s->estimation.by = ASSAY_BY_FIRTH;
        return ASSAY_OK;
    }
    if (fit->penalty != ASSAY_NO_PENALTY) {
        s->estimation.by = ASSAY_BY_ELASTIC;
        enum assay_status status =
            assay_penalised_settle(published, folds, &s->estimation, &s->penalty, err);
        s->estimation.alpha = s->penalty.alpha;
        s->estimation.penalty = s->penalty.lambda;
        return status;
    }
    return s->anchor.word == ASSAY_ANCHOR_NONE ? ASSAY_OK
                                               : settle_anchor(published, folds, judged, s, err);
}

enum assay_status assay_settle(struct assay_pipeline *published, const struct assay_folds *folds,
                               const struct assay_model *champion, const unsigned char *judged,
                               struct assay_settlement *s, struct assay_error *err)
{
    size_t n = published->n_signal;
    s->sd = assay_alloc(n, sizeof *s->sd);
    s->own = assay_alloc(n, sizeof *s->own);
    s->rival = assay_alloc(n, sizeof *s->rival);
    s->asked = assay_alloc(n, sizeof *s->asked);
    if (s->sd == NULL || s->own == NULL || s->rival == NULL || s->asked == NULL)
        return assay_fail_memory(err, "settling the fit");
    enum assay_status status = find_spreads(published, s->sd, err);
    if (status == ASSAY_OK)
        status = choose_anchor(published->history->spec, champion, s, err);
    if (status == ASSAY_OK)
        status = keep_to_limits(n, s, err);
    return status == ASSAY_OK ? settle_method(published, folds, judged, s, err) : status;
}

void assay_settlement_clear(struct assay_settlement *s)
{
    assay_declared_limits_clear(&s->limits);
    free(s->anchor.weight);
    free(s->penalty.stability);
    free(s->sd);
    free(s->own);
    free(s->rival);
    free(s->asked);
    *s = (struct assay_settlement){0};
}
