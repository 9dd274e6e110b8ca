#include "core/fit/array_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    LINE = 8, /* doubles a cache line */
};

static void evaluate_task(void *state, size_t task)
{
    const struct assay_array_engine *engine = state;
    struct assay_array_sums sums = assay_array_task_sums(engine, task);
    struct assay_array_span blocks = assay_array_task_blocks(engine->n_block, task);
    for (size_t block = blocks.first; block < blocks.end; block++) {
        double eta[ROWS], weight[ROWS], residual[ROWS];
        *sums.log_likelihood += assay_array_weigh_block(engine, block, eta, weight, residual);
        assay_array_add_block(engine, block, weight, residual, sums);
    }
}

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    (void)err; /* all memory was taken at the start */
    assay_array_sum_tasks(state, evaluate_task, coef, log_likelihood, gradient, information);
    return ASSAY_OK;
}

static struct assay_direction no_rows(void)
{
    return (struct assay_direction){.min_margin = INFINITY, .max_margin = -INFINITY};
}

static void widen(struct assay_direction *what, struct assay_direction part)
{
    what->max_move = fmax(what->max_move, part.max_move);
    what->min_margin = fmin(what->min_margin, part.min_margin);
    what->max_margin = fmax(what->max_margin, part.max_margin);
}

static void direction_task(void *state, size_t task)
{
    const struct assay_array_engine *engine = state;
    const struct assay_array_data *data = &engine->data;
    struct assay_array_span blocks = assay_array_task_blocks(engine->n_block, task);
    struct assay_direction what = no_rows();
    for (size_t block = blocks.first; block < blocks.end; block++) {
        double move[ROWS];
        size_t n = assay_array_rows(engine, block);
        assay_array_log_odds_block(assay_array_columns(engine, block), data->n_column, engine->coef, n,
                                   move);
        for (size_t i = 0; i < n; i++) {
            size_t row = block * ROWS + i;
            if (data->include != NULL && !data->include[row])
                continue;
            double margin = data->outcome[row] ? move[i] : -move[i];
            what.max_move = fabs(margin) > what.max_move ? fabs(margin) : what.max_move;
            what.min_margin = margin < what.min_margin ? margin : what.min_margin;
            what.max_margin = margin > what.max_margin ? margin : what.max_margin;
        }
    }
    memcpy(engine->partial + task * engine->stride, &what, sizeof what);
}

static enum assay_status direction(void *state, const double along[], struct assay_direction *what,
                                   struct assay_error *err)
{
    (void)err;
    struct assay_array_engine *engine = state;
    engine->coef = along;
    assay_parallel(engine->n_task, engine->data.n_thread, direction_task, engine);
    *what = no_rows();
    for (size_t task = 0; task < engine->n_task; task++) {
        struct assay_direction part;
        memcpy(&part, engine->partial + task * engine->stride, sizeof part);
        widen(what, part);
    }
    return ASSAY_OK;
}

static bool copy_tail(struct assay_array_engine *engine)
{
    size_t n = engine->data.n_row % ROWS, n_column = engine->data.n_column;
    if (n == 0)
        return true;
    engine->tail = assay_alloc(n_column * ROWS, sizeof *engine->tail);
    if (engine->tail == NULL)
        return false;
    const double *from = engine->data.x + (engine->n_block - 1) * n_column * ROWS;
    for (size_t j = 0; j < n_column; j++)
        memcpy(engine->tail + j * ROWS, from + j * ROWS, n * sizeof(double));
    return true;
}

static void count_rows(const struct assay_array_data *data, size_t *n_row, size_t *n_event)
{
    *n_row = *n_event = 0;
    for (size_t i = 0; i < data->n_row; i++) {
        size_t times = data->include != NULL ? data->include[i] : 1;
        *n_row += times;
        *n_event += data->outcome[i] ? times : 0;
    }
}

static void engine_free(struct assay_array_engine *engine)
{
    if (engine == NULL)
        return;
    free(engine->tail);
    free(engine->partial);
    free(engine);
}

static struct assay_array_engine *engine_new(const struct assay_array_data *data)
{
    struct assay_array_engine *engine = assay_alloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    size_t n_coef = data->n_column + 1;
    size_t n_sum = 1 + n_coef + n_coef * n_coef;
    engine->data = *data;
    engine->n_block = (data->n_row + ROWS - 1) / ROWS;
    engine->n_task = assay_array_task_count(engine->n_block);
    engine->stride = (n_sum + LINE - 1) / LINE * LINE + LINE; /* tasks never share a cache line */
    engine->partial = assay_alloc(engine->n_task * engine->stride, sizeof *engine->partial);
    if (engine->partial != NULL && copy_tail(engine))
        return engine;
    engine_free(engine);
    return NULL;
}

enum assay_status assay_array_engine_init(const struct assay_array_data *data,
                                          struct assay_engine *engine, struct assay_error *err)
{
    size_t n_row, n_event;
    count_rows(data, &n_row, &n_event);
    if (n_row == 0)
        return assay_fail(err, ASSAY_EDATA, "no row to fit; expected at least one");
    struct assay_array_engine *state = engine_new(data);
    if (state == NULL)
        return assay_fail_memory(err, "setting up the fit");
    state->n_counted = n_row;
    *engine = (struct assay_engine){.n_coef = data->n_column + 1,
                                    .n_row = n_row,
                                    .n_event = n_event,
                                    .state = state,
                                    .evaluate = evaluate,
                                    .direction = direction,
                                    .jeffreys = assay_array_jeffreys,
                                    .cluster_scores = assay_array_cluster_scores};
    return ASSAY_OK;
}

void assay_array_engine_clear(struct assay_engine *engine)
{
    engine_free(engine->state);
    *engine = (struct assay_engine){0};
}

struct log_odds_work {
    const struct assay_array_data *data;
    const double *coef;
    double *log_odds;
};

static void log_odds_task(void *state, size_t task)
{
    const struct log_odds_work *work = state;
    const struct assay_array_data *data = work->data;
    struct assay_array_span blocks = assay_array_task_blocks((data->n_row + ROWS - 1) / ROWS, task);
    for (size_t block = blocks.first; block < blocks.end; block++)
        assay_array_log_odds_block(data->x + block * data->n_column * ROWS, data->n_column,
                                   work->coef,
                                   data->n_row - block * ROWS < ROWS ? data->n_row % ROWS : ROWS,
                                   work->log_odds + block * ROWS);
}

void assay_array_log_odds(const struct assay_array_data *data, const double coef[],
                          double log_odds[])
{
    struct log_odds_work work = {.data = data, .coef = coef, .log_odds = log_odds};
    assay_parallel(assay_array_task_count((data->n_row + ROWS - 1) / ROWS), data->n_thread,
                   log_odds_task, &work);
}
