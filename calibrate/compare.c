#include "calibrate/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
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
    *change = (struct assay_weight_change){.name = assay_copy_string(name),
                                           .before = before,
                                           .after = after,
                                           .data = assay_estimate_undefined(),
                                           .baselines = assay_estimate_undefined(),
                                           .method = assay_estimate_undefined()};
    if (change->name == NULL)
        return assay_fail_memory(err, "comparing weights");
    changes->n_weight++;
    return ASSAY_OK;
}

/* Why weight j moved, and who pulls it most the way it went; either way where it has no before. */
static enum assay_status note_reasons(const struct assay_calibration *calibration, size_t j,
                                      struct assay_weight_change *change, struct assay_error *err)
{
    enum { TOP = sizeof change->accounts / sizeof change->accounts[0] };
    const struct assay_history *history = &calibration->history;
    const struct assay_column *id = &history->table->columns[history->columns->id];
    const struct assay_weight_moves *moves = &calibration->moves;
    const struct assay_influence *influence = &moves->influence;
    int direction = (change->after > change->before) - (change->after < change->before);
    size_t top[TOP], n = assay_influence_top(influence, j, direction, TOP, top);
    change->data = moves->moves[j].data;
    change->baselines = moves->moves[j].baselines;
    change->method = moves->moves[j].method;
    for (size_t k = 0; k < n; k++) {
        if (fabs(influence->pull[top[k] * influence->n_signal + j]) < 1e-9)
            break; /* rounding: the weights are kept, or nearly so */
        change->accounts[k] =
            assay_copy_string(assay_dictionary_text(id->dictionary, (int32_t)top[k]));
        change->pulls[k] = influence->pull[top[k] * influence->n_signal + j];
        if (change->accounts[k] == NULL)
            return assay_fail_memory(err, "comparing weights");
    }
    return ASSAY_OK;
}

/* The new model's signals in their order, then those that only the champion has. */
static enum assay_status compare_weights(const struct assay_assembly *parts,
                                         struct assay_model *model, struct assay_error *err)
{
    const struct assay_model *champion = parts->calibration->champion;
    struct assay_model_changes *changes = &model->changes;
    changes->weights =
        assay_alloc(model->n_signal + champion->n_signal, sizeof *changes->weights);
    if (changes->weights == NULL)
        return assay_fail_memory(err, "comparing weights");
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++) {
        const char *name = model->spec.signals[j].name;
        status = note_weight(changes, name, weight_of(champion, name), model->weight[j], err);
        if (status == ASSAY_OK && parts->calibration->moves.moves != NULL)
            status = note_reasons(parts->calibration, j, &changes->weights[j], err);
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
    double *line_before, *line_after; /* each row's at-risk probability */
    unsigned char *outcome;
    int32_t *account;
    size_t n;
    bool repeat;            /* accounts do */
    size_t *moves;          /* [champion zones * new zones] */
};

static enum assay_status score_both(const struct assay_assembly *parts,
                                    const struct assay_model *model, struct scoring *out,
                                    struct assay_error *err)
{
    const struct assay_calibration *calibration = parts->calibration;
    const struct assay_history *history = &calibration->history;
    const int32_t *account = history->table->columns[history->columns->id].codes;
    const double *held_out = calibration->assessment.prob_held_out;
    struct assay_scorer before = {0}, after = {0};
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    enum assay_status status = assay_scorer_init(calibration->champion, history->table, &before, err);
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
        if (held_out == NULL || isnan(held_out[i]) ||
            (calibration->judged != NULL && !calibration->judged[i]))
            continue;
        out->account[out->n] = account[i];
        out->before[out->n] = old.probability;
        out->after[out->n] = held_out[i];
        out->line_before[out->n] = assay_terms_line(calibration->champion, old.terms);
        out->line_after[out->n] = assay_terms_line(model, new.terms);
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

static enum assay_status measure(const struct scoring *scoring, const double prob[],
                                 const double line[], struct assay_model_performance *kept,
                                 struct assay_error *err)
{
    struct assay_performance measured;
    if (scoring->n == 0)
        return ASSAY_OK;
    enum assay_status status =
        assay_measure_accounts(prob, scoring->outcome, scoring->repeat ? scoring->account : NULL,
                               scoring->n, line[0], line, &measured, err);
    if (status == ASSAY_OK)
        assay_model_performance_take(&measured, kept);
    return status;
}

static enum assay_status scoring_init(size_t n_row, size_t n_move, struct scoring *scoring,
                                      struct assay_error *err)
{
    *scoring = (struct scoring){.before = assay_rows_alloc(n_row, sizeof(double)),
                                .after = assay_rows_alloc(n_row, sizeof(double)),
                                .line_before = assay_rows_alloc(n_row, sizeof(double)),
                                .line_after = assay_rows_alloc(n_row, sizeof(double)),
                                .outcome = assay_rows_alloc(n_row, 1),
                                .account = assay_rows_alloc(n_row, sizeof *scoring->account),
                                .moves = assay_alloc(n_move, sizeof *scoring->moves)};
    return scoring->before != NULL && scoring->after != NULL && scoring->line_before != NULL &&
                   scoring->line_after != NULL && scoring->outcome != NULL && scoring->account != NULL &&
                   scoring->moves != NULL
               ? ASSAY_OK
               : assay_fail_memory(err, "comparing with the champion");
}

static void scoring_clear(struct scoring *scoring)
{
    assay_rows_free(scoring->before);
    assay_rows_free(scoring->after);
    assay_rows_free(scoring->line_before);
    assay_rows_free(scoring->line_after);
    assay_rows_free(scoring->outcome);
    assay_rows_free(scoring->account);
    free(scoring->moves);
}

enum assay_status assay_compare(const struct assay_assembly *parts, struct assay_model *model,
                                struct assay_error *err)
{
    const struct assay_model *champion = parts->calibration->champion;
    struct scoring scoring;
    enum assay_status status =
        scoring_init(parts->calibration->history.n_used,
                     champion->spec.n_zone * model->spec.n_zone, &scoring, err);
    scoring.repeat =
        parts->calibration->history.n_account < parts->calibration->history.n_used;
    if (status == ASSAY_OK)
        status = compare_weights(parts, model, err);
    if (status == ASSAY_OK)
        status = score_both(parts, model, &scoring, err);
    if (status == ASSAY_OK)
        status = measure(&scoring, scoring.before, scoring.line_before, &model->changes.before, err);
    if (status == ASSAY_OK)
        status = measure(&scoring, scoring.after, scoring.line_after, &model->changes.after, err);
    if (status == ASSAY_OK)
        status = note_moves(champion, model, scoring.moves, err);
    scoring_clear(&scoring);
    return status;
}
