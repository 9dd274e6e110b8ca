#include "calibrate/fit/pipeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/base/thread.h"

/* ---- baselines ---- */

/* Signals that are counted are estimated side by side; those that are sorted one after the other, for the
 * room that each takes, and on all threads. */
struct estimating {
    struct assay_pipeline *pipeline;
    enum assay_status *status;
    struct assay_error *errors;
    bool counted;
};

static void estimate_signal(void *state, size_t j)
{
    const struct estimating *e = state;
    const struct assay_history *history = e->pipeline->history;
    const struct assay_signal_spec *signal = &history->spec->signals[j];
    if (signal->normalise.method == ASSAY_PERCENTILE && (history->ties[j].n_tie > 0) == e->counted)
        e->status[j] = assay_history_baseline(history, j, e->pipeline->include,
                                              &e->pipeline->baselines[j], &e->errors[j]);
}

static enum assay_status estimate_baselines(struct assay_pipeline *pipeline,
                                            struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    size_t n = pipeline->n_signal;
    struct estimating e = {pipeline, assay_alloc(n, sizeof(enum assay_status)),
                           assay_alloc(n, sizeof(struct assay_error)), true};
    enum assay_status status = ASSAY_OK;
    if (e.status == NULL || e.errors == NULL)
        status = assay_fail_memory(err, "estimating baselines");
    else
        assay_parallel(n, history->n_thread, estimate_signal, &e);
    e.counted = false;
    for (size_t j = 0; status == ASSAY_OK && j < n; j++)
        estimate_signal(&e, j);
    for (size_t j = 0; status == ASSAY_OK && j < n; j++) {
        if (e.status[j] == ASSAY_OK)
            continue;
        status = e.status[j];
        if (status == ASSAY_EDATA) {
            assay_fail(err, status, "signal \"%s\" is empty in every snapshot that counts",
                       history->spec->signals[j].name);
            assay_hint(err, "Leave it out of the spec, or check its column, \"%s\".",
                       history->spec->signals[j].column);
        } else if (err != NULL) {
            *err = e.errors[j];
        }
    }
    free(e.status);
    free(e.errors);
    return status;
}

/* ---- design ---- */

static enum assay_status build_design(struct assay_pipeline *pipeline, struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    pipeline->baselines = assay_alloc(pipeline->n_signal, sizeof *pipeline->baselines);
    if (pipeline->baselines == NULL)
        return assay_fail_memory(err, "estimating baselines");
    enum assay_status status = estimate_baselines(pipeline, err);
    struct assay_design_source source = {.columns = history->columns,
                                         .table = history->table,
                                         .baselines = pipeline->baselines,
                                         .leaf = history->leaf,
                                         .ties = history->ties,
                                         .n_thread = history->n_thread};
    if (status == ASSAY_OK)
        status = assay_design_make(history->spec, &source, &pipeline->own_design, err);
    return status;
}

bool assay_pipeline_shares(const struct assay_pipeline *published)
{
    return published->history->n_used > ASSAY_SHARED_BASELINE_ROWS &&
           published->design->n_hole == 0; /* holes depend on the weights */
}

enum assay_status assay_pipeline_prepare(const struct assay_history *history,
                                         const unsigned char *include, enum assay_pipeline_use use,
                                         const struct assay_pipeline *published,
                                         struct assay_pipeline *pipeline, struct assay_error *err)
{
    size_t n_signal = history->n_signal;
    size_t n_coef = 1 + n_signal + assay_indicator_count(history->spec);
    struct assay_pipeline made = {.history = history,
                                  .include = include,
                                  .use = use,
                                  .n_signal = n_signal,
                                  .n_coef = n_coef,
                                  .held = assay_alloc(n_coef, 1),
                                  .weight = assay_alloc(n_signal, sizeof *made.weight),
                                  .reading = assay_alloc(1, sizeof *made.reading)};
    bool shares = published != NULL && assay_pipeline_shares(published);
    enum assay_status status = ASSAY_OK;
    if (made.held == NULL || made.weight == NULL || made.reading == NULL)
        status = assay_fail_memory(err, "fitting weights");
    else if (!shares)
        status = build_design(&made, err);
    if (status != ASSAY_OK) {
        assay_pipeline_clear(&made);
        return status;
    }
    *pipeline = made;
    pipeline->design = shares ? published->design : &pipeline->own_design;
    pipeline->published = shares ? published : NULL;
    return ASSAY_OK;
}

void assay_pipeline_clear(struct assay_pipeline *pipeline)
{
    for (size_t j = 0; pipeline->baselines != NULL && j < pipeline->n_signal; j++)
        assay_baseline_clear(&pipeline->baselines[j]);
    if (pipeline->reading != NULL)
        assay_reading_clear(pipeline->reading);
    free(pipeline->reading);
    free(pipeline->baselines);
    free(pipeline->held);
    free(pipeline->weight);
    assay_design_clear(&pipeline->own_design);
    assay_logistic_fit_clear(&pipeline->fit);
    *pipeline = (struct assay_pipeline){0};
}

struct assay_array_data assay_pipeline_data(const struct assay_pipeline *pipeline)
{
    const struct assay_history *history = pipeline->history;
    return (struct assay_array_data){.x = pipeline->design->x,
                                     .blocks = assay_design_blocks(pipeline->design),
                                     .outcome = history->outcome,
                                     .include = pipeline->include,
                                     .part = pipeline->part,
                                     .left_out = pipeline->left_out,
                                     .cluster = history->table->columns[history->columns->id].codes,
                                     .n_row = history->n_row,
                                     .n_column = pipeline->design->n_column,
                                     .n_thread = history->n_thread};
}

bool assay_pipeline_log_odds(const struct assay_pipeline *pipeline, double log_odds[])
{
    struct assay_array_data data = assay_pipeline_data(pipeline);
    return assay_array_log_odds(&data, pipeline->fit.coef, log_odds);
}
