#include "calibrate/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/summary.h"
#include "core/model/scorer.h"

static double weight_of(const struct assay_model *model, const char *name)
{
    for (size_t j = 0; j < model->n_signal; j++)
        if (strcmp(model->spec.signals[j].name, name) == 0)
            return model->weight[j];
    return NAN;
}

static enum assay_status note_weight(struct assay_model_changes *changes, const char *name,
                                     double before, double after, struct assay_error *err)
{
    struct assay_weight_change *change = &changes->weights[changes->n_weight];
    change->name = assay_copy_string(name);
    if (change->name == NULL)
        return assay_fail_memory(err, "comparing weights");
    change->before = before;
    change->after = after;
    changes->n_weight++;
    return ASSAY_OK;
}

/* The new model's signals in their order, then those that only the champion has. */
static enum assay_status compare_weights(const struct assay_model *champion,
                                         struct assay_model *model, struct assay_error *err)
{
    struct assay_model_changes *changes = &model->changes;
    changes->weights =
        assay_alloc(model->n_signal + champion->n_signal, sizeof *changes->weights);
    if (changes->weights == NULL)
        return assay_fail_memory(err, "comparing weights");
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++) {
        const char *name = model->spec.signals[j].name;
        status = note_weight(changes, name, weight_of(champion, name), model->weight[j], err);
    }
    for (size_t j = 0; status == ASSAY_OK && j < champion->n_signal; j++) {
        const char *name = champion->spec.signals[j].name;
        if (isnan(weight_of(model, name)))
            status = note_weight(changes, name, champion->weight[j], NAN, err);
    }
    return status;
}

/* Both models on the rows that count and that both can score. */
struct scoring {
    double *before, *after; /* the champion's predictions; the new model's, held out */
    unsigned char *outcome;
    size_t n;
    size_t *moves;          /* [champion zones * new zones] */
};

static enum assay_status score_both(const struct assay_assembly *parts,
                                    const struct assay_model *model, struct scoring *out,
                                    struct assay_error *err)
{
    const struct assay_history *history = parts->history;
    struct assay_scorer before = {0}, after = {0};
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    enum assay_status status = assay_scorer_init(parts->champion, history->table, &before, err);
    if (status == ASSAY_OK)
        status = assay_scorer_init(model, history->table, &after, err);
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++) {
        struct assay_score old, new;
        if (!history->used[i])
            continue;
        assay_scorer_row(&before, history->table, i, s, missing, &old);
        assay_scorer_row(&after, history->table, i, s, missing, &new);
        if (old.dropped || new.dropped)
            continue;
        out->moves[old.zone * model->spec.n_zone + new.zone]++;
        if (isnan(parts->assessment->prob_held_out[i]))
            continue;
        out->before[out->n] = old.probability;
        out->after[out->n] = parts->assessment->prob_held_out[i];
        out->outcome[out->n++] = history->outcome[i];
    }
    if (before.model != NULL)
        assay_scorer_clear(&before);
    if (after.model != NULL)
        assay_scorer_clear(&after);
    return status;
}

static enum assay_status note_moves(const struct assay_model *champion, struct assay_model *model,
                                    const size_t moves[], struct assay_error *err)
{
    struct assay_model_changes *changes = &model->changes;
    size_t n_from = champion->spec.n_zone, n_to = model->spec.n_zone;
    changes->moves = assay_alloc(n_from * n_to, sizeof *changes->moves);
    if (changes->moves == NULL)
        return assay_fail_memory(err, "comparing zones");
    for (size_t a = 0; a < n_from; a++)
        for (size_t b = 0; b < n_to; b++) {
            struct assay_zone_move *move = &changes->moves[changes->n_move++];
            move->from = assay_copy_string(champion->spec.zones[a].name);
            move->to = assay_copy_string(model->spec.zones[b].name);
            move->snapshots = moves[a * n_to + b];
            if (move->from == NULL || move->to == NULL)
                return assay_fail_memory(err, "comparing zones");
        }
    return ASSAY_OK;
}

static enum assay_status measure(const struct scoring *scoring, const double prob[], double line,
                                 struct assay_model_performance *kept, struct assay_error *err)
{
    struct assay_performance measured;
    if (scoring->n == 0)
        return ASSAY_OK;
    enum assay_status status = assay_performance_measure(prob, scoring->outcome, scoring->n,
                                                         nextafter(line, 1), &measured, err);
    if (status == ASSAY_OK)
        assay_model_performance_take(&measured, kept);
    return status;
}

enum assay_status assay_compare(const struct assay_assembly *parts, struct assay_model *model,
                                struct assay_error *err)
{
    const struct assay_model *champion = parts->champion;
    struct scoring scoring = {
        .before = assay_alloc(parts->history->n_used, sizeof *scoring.before),
        .after = assay_alloc(parts->history->n_used, sizeof *scoring.after),
        .outcome = assay_alloc(parts->history->n_used, 1),
        .moves = assay_alloc(champion->spec.n_zone * model->spec.n_zone, sizeof *scoring.moves)};
    enum assay_status status = ASSAY_OK;
    if (scoring.before == NULL || scoring.after == NULL || scoring.outcome == NULL ||
        scoring.moves == NULL)
        status = assay_fail_memory(err, "comparing with the champion");
    if (status == ASSAY_OK)
        status = compare_weights(champion, model, err);
    if (status == ASSAY_OK)
        status = score_both(parts, model, &scoring, err);
    if (status == ASSAY_OK)
        status = measure(&scoring, scoring.before, champion->at_risk_probability,
                         &model->changes.before, err);
    if (status == ASSAY_OK)
        status = measure(&scoring, scoring.after, model->at_risk_probability,
                         &model->changes.after, err);
    if (status == ASSAY_OK)
        status = note_moves(champion, model, scoring.moves, err);
    free(scoring.before);
    free(scoring.after);
    free(scoring.outcome);
    free(scoring.moves);
    return status;
}
