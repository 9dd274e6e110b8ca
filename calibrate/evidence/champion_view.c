#include "calibrate/evidence/champion_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/base/rows.h"

static enum assay_status fail_column(const char *column, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EDATA, "the champion's column \"%s\" is not in the data", column);
}

static enum assay_status check_columns(const struct assay_spec *spec,
                                       const struct assay_columns *columns, struct assay_error *err)
{
    for (size_t j = 0; j < spec->n_signal; j++)
        if (columns->signals[j] == ASSAY_NO_COLUMN)
            return fail_column(spec->signals[j].column, err);
    if (spec->cohort.plan != NULL && columns->plan == ASSAY_NO_COLUMN)
        return fail_column(spec->cohort.plan, err);
    if (spec->cohort.tenure != NULL && columns->tenure == ASSAY_NO_COLUMN)
        return fail_column(spec->cohort.tenure, err);
    return ASSAY_OK;
}

/* ---- which rows the champion can take in ---- */

static bool is_dropped(const struct assay_history *history, size_t i)
{
    for (size_t j = 0; j < history->n_signal; j++) {
        if (history->spec->signals[j].missing != ASSAY_DROP)
            continue;
        const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
        if (column->type == ASSAY_TEXT ? column->codes[i] == ASSAY_NO_CODE
                                       : isnan(assay_column_number(column, i)))
            return true;
    }
    return false;
}

static enum assay_status choose_rows(const struct assay_history *mine, struct assay_history *history,
                                     struct assay_error *err)
{
    history->n_used = history->n_event = 0;
    for (size_t i = 0; i < mine->n_row; i++) {
        history->used[i] = mine->used[i] && !is_dropped(history, i);
        history->n_used += history->used[i];
        history->n_event += history->used[i] && mine->outcome[i];
    }
    return history->n_used > 0
               ? ASSAY_OK
               : assay_fail(err, ASSAY_EDATA, "no snapshot has all signals that the champion needs");
}

/* ---- cohorts ---- */

static enum assay_status find_cohorts(struct assay_champion_view *view, struct assay_error *err)
{
    struct assay_history *history = &view->history;
    enum assay_status status =
        assay_cohorts_build(&history->spec->cohort, history->columns, history->table, history->used,
                            &history->cohorts, err);
    if (status == ASSAY_OK)
        status = assay_cohort_leaves(&history->cohorts, history->columns, history->table,
                                     history->n_thread, history->leaf, err);
    if (status == ASSAY_OK)
        status = assay_cohort_leaves(&view->champion->cohorts, history->columns, history->table,
                                     history->n_thread, view->leaf_as_was, err);
    return status == ASSAY_OK ? assay_history_find_ties(history, err) : status;
}

/* ---- the view ---- */

enum assay_status assay_champion_view_init(const struct assay_history *history,
                                           const struct assay_model *champion,
                                           struct assay_champion_view *view,
                                           struct assay_error *err)
{
    const struct assay_spec *spec = &champion->spec;
    struct assay_history *made = &view->history;
    *view = (struct assay_champion_view){.champion = champion};
    enum assay_status status = assay_columns_find(spec, history->table, &view->columns, err);
    if (status == ASSAY_OK)
        status = check_columns(spec, &view->columns, err);
    *made = (struct assay_history){.spec = spec,
                                   .table = history->table,
                                   .columns = &view->columns,
                                   .n_signal = spec->n_signal,
                                   .n_row = history->n_row,
                                   .n_thread = history->n_thread,
                                   .outcome = history->outcome,
                                   .used = assay_rows_alloc(history->n_row, 1),
                                   .leaf = assay_rows_alloc(history->n_row, sizeof *made->leaf),
                                   .ties = assay_alloc(spec->n_signal, sizeof *made->ties)};
    view->leaf_as_was = assay_rows_alloc(history->n_row, sizeof *view->leaf_as_was);
    if (status == ASSAY_OK && (made->used == NULL || made->leaf == NULL || made->ties == NULL ||
                               view->leaf_as_was == NULL))
        status = assay_fail_memory(err, "looking at the data as the champion does");
    if (status == ASSAY_OK)
        status = choose_rows(history, made, err);
    if (status == ASSAY_OK)
        status = find_cohorts(view, err);
    if (status != ASSAY_OK)
        assay_champion_view_clear(view);
    return status;
}

void assay_champion_view_clear(struct assay_champion_view *view)
{
    view->history.outcome = NULL; /* another's */
    assay_history_clear(&view->history);
    assay_columns_clear(&view->columns);
    assay_rows_free(view->leaf_as_was);
    *view = (struct assay_champion_view){0};
}

static enum assay_status prepare_as_was(const struct assay_champion_view *view,
                                        struct assay_pipeline *pipeline, struct assay_error *err)
{
    const struct assay_history *history = &view->history;
    size_t n_coef = 1 + history->n_signal + assay_indicator_count(history->spec);
    *pipeline = (struct assay_pipeline){.history = history,
                                        .include = history->used,
                                        .use = ASSAY_PIPELINE_PUBLISH,
                                        .n_signal = history->n_signal,
                                        .n_coef = n_coef,
                                        .held = assay_alloc(n_coef, 1),
                                        .weight = assay_alloc(history->n_signal,
                                                              sizeof *pipeline->weight),
                                        .reading = assay_alloc(1, sizeof *pipeline->reading)};
    pipeline->design = &pipeline->own_design;
    enum assay_status status = ASSAY_OK;
    if (pipeline->held == NULL || pipeline->weight == NULL || pipeline->reading == NULL)
        status = assay_fail_memory(err, "refitting the champion");
    struct assay_design_source source = {.columns = history->columns,
                                         .table = history->table,
                                         .baselines = view->champion->baselines,
                                         .leaf = view->leaf_as_was,
                                         .n_thread = history->n_thread};
    if (status == ASSAY_OK)
        status = assay_design_make(history->spec, &source, &pipeline->own_design, err);
    if (status != ASSAY_OK)
        assay_pipeline_clear(pipeline);
    return status;
}

enum assay_status assay_champion_view_prepare(const struct assay_champion_view *view,
                                              bool new_baselines, struct assay_pipeline *pipeline,
                                              struct assay_error *err)
{
    if (!new_baselines)
        return prepare_as_was(view, pipeline, err);
    return assay_pipeline_prepare(&view->history, view->history.used, ASSAY_PIPELINE_PUBLISH, NULL,
                                  pipeline, err);
}
