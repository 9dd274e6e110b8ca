#include "calibrate/fit/anchoring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/base/rows.h"

/* Where the losses are taken: each fold's own design; or, above ASSAY_STRENGTH_ROWS snapshots, a
 * compact copy of whole accounts from the design that the folds share. */
struct ground {
    size_t n_fold, n_row, n_group;
    struct assay_array_data *data; /* [n_fold], the rows outside the fold */
    const unsigned char *outcome;  /* [n_row] */
    const uint16_t *fold;          /* [n_row] */
    int32_t *group;                /* [n_row], -1: the row does not count */
    size_t *group_rows;            /* [n_group], those whose loss counts */
    unsigned char *judged;         /* [n_row] 1: a row whose loss counts */
    double *log_odds;              /* [n_fold * n_row], scratch */

    double *sample_x; /* what a sample owns */
    unsigned char *sample_outcome;
    uint16_t *sample_fold;
};

static void ground_clear(struct ground *ground)
{
    free(ground->data);
    assay_rows_free(ground->group);
    assay_rows_free(ground->group_rows);
    assay_rows_free(ground->judged);
    assay_rows_free(ground->log_odds);
    free(ground->sample_x);
    free(ground->sample_outcome);
    free(ground->sample_fold);
}

/* ---- whole histories ---- */

static void take_parts(const struct assay_folds *folds, struct ground *ground)
{
    const struct assay_history *history = folds->published->history;
    ground->n_row = history->n_row;
    ground->outcome = history->outcome;
    ground->fold = history->fold;
    for (size_t f = 0; f < folds->n; f++) {
        ground->data[f] = assay_pipeline_data(&folds->part[f]);
        ground->data[f].n_thread = 1; /* folds run side by side */
    }
}

/* ---- a sample of accounts ---- */

/* Flags one account in `step`, by its hash; the seed is shifted, or folds and sample would go together. */
static enum assay_status draw_accounts(const struct assay_history *history, size_t step,
                                       unsigned char **drawn, struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n = assay_dictionary_count(id->dictionary);
    *drawn = assay_rows_alloc(n, 1);
    if (*drawn == NULL)
        return assay_fail_memory(err, "choosing the anchor's strength");
    for (size_t c = 0; c < n; c++)
        (*drawn)[c] = assay_account_hash(assay_dictionary_text(id->dictionary, (int32_t)c),
                                         history->spec->seed + 1) % step == 0;
    return ASSAY_OK;
}

static enum assay_status list_drawn(const struct assay_history *history, size_t **rows, size_t *n,
                                    struct assay_error *err)
{
    const int32_t *account = history->table->columns[history->columns->id].codes;
    size_t step = (history->n_used + ASSAY_STRENGTH_ROWS - 1) / ASSAY_STRENGTH_ROWS, capacity = 0;
    unsigned char *drawn = NULL;
    enum assay_status status = draw_accounts(history, step, &drawn, err);
    *n = 0;
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++) {
        if (!history->used[i] || !drawn[account[i]])
            continue;
        if (!assay_grow(rows, &capacity, *n + 1, sizeof **rows))
            status = assay_fail_memory(err, "choosing the anchor's strength");
        else
            (*rows)[(*n)++] = i;
    }
    assay_rows_free(drawn);
    return status;
}

static void copy_row(const struct assay_design *design, size_t from, double room[], size_t to,
                     double x[])
{
    assay_design_row(design, from, room);
    for (size_t j = 0; j < design->n_column; j++)
        x[assay_block_index(to, j, design->n_column)] = room[j];
}

static enum assay_status take_sample(const struct assay_folds *folds, struct ground *ground,
                                     size_t **rows, struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    const struct assay_design *design = folds->published->design;
    size_t n;
    enum assay_status status = list_drawn(history, rows, &n, err);
    if (status != ASSAY_OK)
        return status;
    double *room = assay_alloc(design->n_column, sizeof *room);
    ground->n_row = n;
    ground->sample_x = assay_alloc(assay_block_size(n, design->n_column), sizeof(double));
    ground->sample_outcome = assay_alloc(n, 1);
    ground->sample_fold = assay_alloc(n, sizeof *ground->sample_fold);
    if (room == NULL || ground->sample_x == NULL || ground->sample_outcome == NULL ||
        ground->sample_fold == NULL) {
        free(room);
        return assay_fail_memory(err, "choosing the anchor's strength");
    }
    for (size_t r = 0; r < n; r++) {
        copy_row(design, (*rows)[r], room, r, ground->sample_x);
        ground->sample_outcome[r] = history->outcome[(*rows)[r]];
        ground->sample_fold[r] = history->fold[(*rows)[r]];
    }
    free(room);
    ground->outcome = ground->sample_outcome;
    ground->fold = ground->sample_fold;
    for (size_t f = 0; f < folds->n; f++)
        ground->data[f] = (struct assay_array_data){.x = ground->sample_x,
                                                    .outcome = ground->sample_outcome,
                                                    .part = ground->sample_fold,
                                                    .left_out = (uint16_t)f,
                                                    .n_row = n,
                                                    .n_column = design->n_column,
                                                    .n_thread = 1};
    return ASSAY_OK;
}

/* ---- accounts ---- */

/* Numbers the accounts that have a row here; rows[r] is the history's row, NULL: r itself. */
static enum assay_status number_accounts(const struct assay_history *history, const size_t rows[],
                                         const unsigned char *judged, struct ground *ground,
                                         struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n_code = assay_dictionary_count(id->dictionary);
    int32_t *number = assay_rows_alloc(n_code, sizeof *number);
    ground->group = assay_rows_alloc(ground->n_row, sizeof *ground->group);
    ground->group_rows = assay_rows_alloc(n_code, sizeof *ground->group_rows);
    ground->judged = assay_rows_alloc(ground->n_row, 1);
    ground->log_odds = assay_rows_alloc(ground->n_fold, ground->n_row * sizeof *ground->log_odds);
    if (number == NULL || ground->group == NULL || ground->group_rows == NULL ||
        ground->judged == NULL || ground->log_odds == NULL) {
        assay_rows_free(number);
        return assay_fail_memory(err, "choosing the anchor's strength");
    }
    for (size_t c = 0; c < n_code; c++)
        number[c] = -1;
    for (size_t r = 0; r < ground->n_row; r++) {
        size_t i = rows != NULL ? rows[r] : r;
        ground->group[r] = -1;
        if (!history->used[i])
            continue;
        int32_t *at = &number[id->codes[i]];
        if (*at < 0)
            *at = (int32_t)ground->n_group++;
        ground->group[r] = *at;
        ground->judged[r] = judged == NULL || judged[i];
        ground->group_rows[*at] += ground->judged[r];
    }
    assay_rows_free(number);
    return ASSAY_OK;
}

/* A sample may hold too little of what is to be judged: then all of it is. */
static void judge_enough(const struct assay_history *history, const size_t rows[],
                         struct ground *ground)
{
    enum { ENOUGH = 20 };
    size_t n = 0, events = 0;
    for (size_t r = 0; r < ground->n_row; r++) {
        n += ground->judged[r];
        events += ground->judged[r] && ground->outcome[r];
    }
    if (rows == NULL || (events >= ENOUGH && n - events >= ENOUGH))
        return;
    memset(ground->group_rows, 0, ground->n_group * sizeof *ground->group_rows);
    for (size_t r = 0; r < ground->n_row; r++) {
        ground->judged[r] = history->used[rows[r]];
        if (ground->judged[r])
            ground->group_rows[ground->group[r]]++;
    }
}

static enum assay_status ground_init(const struct assay_folds *folds, const unsigned char *judged,
                                     struct ground *ground, struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    bool shared = folds->part[0].design == folds->published->design;
    size_t *rows = NULL;
    *ground = (struct ground){.n_fold = folds->n,
                              .data = assay_alloc(folds->n, sizeof *ground->data)};
    enum assay_status status = ASSAY_OK;
    if (ground->data == NULL)
        status = assay_fail_memory(err, "choosing the anchor's strength");
    else if (shared && history->n_used > ASSAY_STRENGTH_ROWS)
        status = take_sample(folds, ground, &rows, err);
    else
        take_parts(folds, ground);
    if (status == ASSAY_OK)
        status = number_accounts(history, rows, judged, ground, err);
    if (status == ASSAY_OK)
        judge_enough(history, rows, ground);
    free(rows);
    if (status != ASSAY_OK)
        ground_clear(ground);
    return status;
}

/* ---- losses ---- */

static enum assay_status charge_fold(void *state, size_t f, const double coef[], double loss[],
                                     struct assay_error *err)
{
    const struct ground *ground = state;
    double *eta = ground->log_odds + f * ground->n_row;
    if (!assay_array_log_odds(&ground->data[f], coef, eta))
        return assay_fail_memory(err, "choosing the anchor's strength");
    for (size_t r = 0; r < ground->n_row; r++)
        if (ground->group[r] >= 0 && ground->fold[r] == f)
            loss[ground->group[r]] = 0;
    for (size_t r = 0; r < ground->n_row; r++)
        if (ground->judged[r] && ground->fold[r] == f) {
            double wrong = ground->outcome[r] ? -eta[r] : eta[r];
            loss[ground->group[r]] += fmax(wrong, 0) + log1p(exp(-fabs(wrong)));
        }
    return ASSAY_OK;
}

/* ---- the search ---- */

/* An indicator that does not vary outside some fold has no term in any while strengths are compared. */
static enum assay_status hold_indicators(const struct assay_folds *folds,
                                         const struct assay_engine engines[], unsigned char held[],
                                         struct assay_error *err)
{
    size_t p = folds->published->n_coef;
    unsigned char *blamed = assay_alloc(p, 1);
    enum assay_status status =
        blamed != NULL ? ASSAY_OK : assay_fail_memory(err, "choosing the anchor's strength");
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++) {
        enum assay_fit_problem problem;
        status = assay_logistic_check(&engines[f], &problem, blamed, err);
        for (size_t k = 1 + folds->published->n_signal; status == ASSAY_OK && k < p; k++)
            held[k] |= problem == ASSAY_FIT_CONSTANT && blamed[k];
    }
    free(blamed);
    return status;
}

static enum assay_status search(const struct assay_folds *folds, const struct ground *ground,
                                const struct assay_engine engines[], const size_t signal[],
                                const unsigned char held[],
                                const struct assay_anchoring *question,
                                struct assay_strength_curve *curve, struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_anchor own = {.n_signal = published->n_signal,
                               .signal = signal,
                               .weight = question->own,
                               .sd = question->sd};
    struct assay_strength_options options = assay_strength_options_default();
    options.own = &own;
    options.rival = question->rival;
    options.limits = question->limits;
    options.fit.held = held;
    options.fit.tolerance = 1e-6; /* Newton's last step squares it: losses agree to 1e-12 */
    options.n_thread = published->history->n_thread;
    struct assay_array_data all = ground->data[0];
    struct assay_engine whole;
    unsigned char *counts = assay_rows_alloc(ground->n_row, 1);
    if (counts == NULL)
        return assay_fail_memory(err, "choosing the anchor's strength");
    for (size_t r = 0; r < ground->n_row; r++)
        counts[r] = ground->group[r] >= 0;
    all.include = counts;
    all.part = NULL;
    enum assay_status status = assay_array_engine_init(&all, &whole, err);
    if (status == ASSAY_OK) {
        struct assay_strength_data data = {.whole = &whole,
                                           .train = engines,
                                           .n_fold = folds->n,
                                           .n_group = ground->n_group,
                                           .group_rows = ground->group_rows,
                                           .held_out = charge_fold,
                                           .state = (void *)ground};
        status = assay_strength_curve_find(&data, &options, curve, err);
        assay_array_engine_clear(&whole);
    }
    assay_rows_free(counts);
    return status;
}

/* A sample's lambda stands; its strength is told on the scale of all rows. */
static void tell_of_whole(const struct assay_history *history, struct assay_strength_curve *curve)
{
    double n = (double)history->n_used, events = (double)history->n_event;
    double scale = events * (n - events) / n;
    if (scale == curve->scale)
        return;
    for (size_t p = 0; p < curve->n_point; p++)
        curve->point[p].strength = curve->point[p].lambda / scale;
    curve->scale = scale;
}

enum assay_status assay_anchoring_find(const struct assay_folds *folds,
                                       const struct assay_anchoring *question,
                                       struct assay_strength_curve *curve,
                                       struct assay_strength_choice *choice,
                                       struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct ground ground;
    size_t n_made = 0;
    for (size_t f = 0; f < folds->n; f++) {
        if (folds->part[f].design == NULL)
            return assay_fail(err, ASSAY_ENUMERIC, "%s", folds->reason);
        if (folds->part[f].own_design.n_hole > 0)
            assay_pipeline_fill_holes(&folds->part[f], question->own);
    }
    enum assay_status status = ground_init(folds, question->judged, &ground, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_engine *engines = assay_alloc(folds->n, sizeof *engines);
    unsigned char *held = assay_alloc(published->n_coef, 1);
    size_t *signal = assay_alloc(published->n_signal, sizeof *signal);
    if (engines == NULL || held == NULL || signal == NULL)
        status = assay_fail_memory(err, "choosing the anchor's strength");
    for (size_t j = 0; status == ASSAY_OK && j < published->n_signal; j++)
        signal[j] = 1 + j;
    for (; status == ASSAY_OK && n_made < folds->n; n_made += status == ASSAY_OK) {
        status = assay_array_engine_init(&ground.data[n_made], &engines[n_made], err);
    }
    if (status == ASSAY_OK)
        status = hold_indicators(folds, engines, held, err);
    if (status == ASSAY_OK)
        status = search(folds, &ground, engines, signal, held, question, curve, err);
    if (status == ASSAY_OK) {
        *choice = assay_strength_choose(curve, ASSAY_STRENGTH_ERRORS);
        tell_of_whole(published->history, curve);
    }
    for (size_t f = 0; f < n_made; f++)
        assay_array_engine_clear(&engines[f]);
    free(engines);
    free(held);
    free(signal);
    ground_clear(&ground);
    return status;
}
