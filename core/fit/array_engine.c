#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/fit/array_sums.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    LINE = 8,                /* doubles a cache line */
    MOST_AT_ONCE = 32,       /* requests in one reading, and ... */
    LANES_AT_ONCE = 1 << 15, /* ... doubles of their lanes: they stay in the second-level cache */
};

/* ---- operations ---- */

static void evaluate_block(const struct assay_array_engine *engine,
                           const struct assay_array_ask *ask, const struct assay_array_block *block,
                           struct assay_array_lanes lanes)
{
    double eta[ROWS] __attribute__((aligned(64))), weight[ROWS] __attribute__((aligned(64))),
        residual[ROWS] __attribute__((aligned(64)));
    const struct assay_array_request *request = &ask->request;
    bool second = request->information != NULL;
    assay_array_weigh_block(engine, request, block, eta, weight, residual, lanes);
    if (second || request->gradient != NULL)
        engine->kernel->products(block->x, engine->data.n_column, weight, residual, lanes.gradient,
                                 second ? lanes.information : NULL);
}

static void share_block(const struct assay_array_engine *engine, const struct assay_array_ask *ask,
                        const struct assay_array_block *block,
                        const struct assay_array_weighed *weighed, struct assay_array_lanes lanes)
{
    struct assay_array_weighed own;
    const struct assay_array_kernel *kernel = engine->kernel;
    const struct assay_array_request *request = &ask->request;
    bool second = request->information != NULL, partly = block->part != NULL;
    if (partly) {
        uint16_t out = request->left_out;
        kernel->leave_out(weighed->residual, block->part, out, own.residual);
        if (second)
            kernel->leave_out(weighed->weight, block->part, out, own.weight);
        if (request->log_likelihood != NULL)
            kernel->leave_out(weighed->loss, block->part, out, own.loss);
        weighed = &own;
    }
    if (request->log_likelihood != NULL)
        kernel->take_off(weighed->loss, lanes.log_likelihood);
    if (second || request->gradient != NULL)
        kernel->products(block->x, engine->data.n_column, weighed->weight, weighed->residual,
                         lanes.gradient, second ? lanes.information : NULL);
}

static void direction_block(const struct assay_array_engine *engine,
                            const struct assay_array_ask *ask,
                            const struct assay_array_block *block, struct assay_array_lanes lanes)
{
    double move[ROWS] __attribute__((aligned(64))), buffer[ROWS] __attribute__((aligned(64)));
    const double *times = assay_array_times(engine, block, UINT16_MAX, buffer);
    engine->kernel->log_odds(block->x, engine->data.n_column, ask->along, move);
    engine->kernel->extent(move, block->outcome, times, lanes.extent);
}

static void evaluate_along_block(const struct assay_array_engine *engine,
                                 const struct assay_array_ask *ask,
                                 const struct assay_array_block *block,
                                 struct assay_array_lanes lanes)
{
    evaluate_block(engine, ask, block, lanes);
    direction_block(engine, ask, block, lanes);
}

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    (void)err; /* all memory was taken at the start */
    struct assay_array_engine *engine = state;
    struct assay_array_ask ask = {
        .request = {coef, UINT16_MAX, log_likelihood, gradient, information}};
    if (engine->watched != NULL && !engine->seen) {
        ask.along = engine->watched;
        ask.what = &engine->sight;
        engine->seen = true;
    }
    assay_array_sum(engine, ask.along != NULL ? evaluate_along_block : evaluate_block, &ask);
    return ASSAY_OK;
}

static void moments_block(const struct assay_array_engine *engine,
                          const struct assay_array_ask *ask, const struct assay_array_block *block,
                          struct assay_array_lanes lanes)
{
    double buffer[ROWS] __attribute__((aligned(64)));
    (void)ask;
    engine->kernel->moments(block->x, engine->data.n_column,
                            assay_array_times(engine, block, UINT16_MAX, buffer),
                            lanes.information);
}

static enum assay_status moments(void *state, double gram[], struct assay_error *err)
{
    (void)err;
    struct assay_array_ask ask = {.request = {.left_out = UINT16_MAX, .information = gram}};
    assay_array_sum(state, moments_block, &ask);
    return ASSAY_OK;
}

static enum assay_status direction(void *state, const double along[], struct assay_direction *what,
                                   struct assay_error *err)
{
    (void)err;
    struct assay_array_engine *engine = state;
    struct assay_array_ask ask = {.along = along, .what = what};
    if (engine->seen && engine->watched == along)
        *what = engine->sight;
    else
        assay_array_sum(engine, direction_block, &ask);
    engine->watched = NULL;
    engine->seen = false;
    return ASSAY_OK;
}

static void watch(void *reader, const double step[])
{
    struct assay_array_engine *engine = reader;
    engine->watched = step;
    engine->seen = false;
}

static void thin(void *reader, size_t every)
{
    struct assay_array_engine *engine = reader;
    engine->every = every;
    engine->n_view = (engine->n_block + every - 1) / every;
    engine->n_task = assay_array_task_count(engine->n_view);
}

/* ---- several at once ---- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Whether there are several, all at the same coefficients. */
static bool ask_many(const struct assay_array_request requests[], size_t n, size_t n_coef,
                     struct assay_array_ask asks[])
{
    bool one_place = n > 1;
    for (size_t k = 0; k < n; k++) {
        asks[k] = (struct assay_array_ask){.request = requests[k]};
        one_place = one_place && memcmp(requests[k].coef, requests[0].coef,
                                        n_coef * sizeof *requests[k].coef) == 0;
    }
    return one_place;
}

enum assay_status assay_array_evaluate_many(const struct assay_engine *engine,
                                            const struct assay_array_request requests[],
                                            size_t n_request, struct assay_error *err)
{
    struct assay_array_engine *state = engine->state;
    struct assay_array_ask asks[MOST_AT_ONCE];
    struct assay_desks desks = {0};
    size_t n_column = state->data.n_column, lanes = assay_array_lanes_size(n_column);
    size_t at_once = smaller(MOST_AT_ONCE, lanes < LANES_AT_ONCE ? LANES_AT_ONCE / lanes : 1);
    at_once = smaller(at_once, n_request);
    if (at_once == 0)
        return ASSAY_OK;
    size_t room = assay_array_makes_blocks(&state->data) ? n_column * ROWS : 0;
    double *partial = assay_alloc(state->n_task * at_once * state->stride, sizeof *partial);
    bool ready =
        partial != NULL && assay_desks_init(&desks, state->n_thread, room + at_once * lanes);
    for (size_t first = 0; ready && first < n_request; first += at_once) {
        size_t n = smaller(at_once, n_request - first);
        bool one_place = ask_many(requests + first, n, n_column + 1, asks);
        assay_array_sum_many(state,
                             &(struct assay_array_many){.visit = evaluate_block,
                                                        .share = one_place ? share_block : NULL,
                                                        .asks = asks,
                                                        .n_ask = n,
                                                        .desks = &desks,
                                                        .partial = partial});
    }
    assay_desks_clear(&desks);
    free(partial);
    return ready ? ASSAY_OK : assay_fail_memory(err, "fitting");
}

/* ---- beginning and end ---- */

static bool copy_tail(struct assay_array_engine *engine)
{
    size_t n = engine->data.n_row % ROWS, n_column = engine->data.n_column;
    if (n == 0 || n_column == 0 || engine->data.x == NULL)
        return true;
    engine->tail = assay_alloc(n_column * ROWS, sizeof *engine->tail);
    if (engine->tail == NULL)
        return false;
    const double *from = engine->data.x + (engine->n_block - 1) * n_column * ROWS;
    for (size_t j = 0; j < n_column; j++)
        memcpy(engine->tail + j * ROWS, from + j * ROWS, n * sizeof(double));
    return true;
}

enum { COUNT_TASKS = 64, FEWEST_COUNTED = 1 << 16 };

struct counting {
    const struct assay_array_data *data;
    size_t per_task, n_row[COUNT_TASKS], n_event[COUNT_TASKS];
};

static void count_task(void *state, size_t task)
{
    struct counting *c = state;
    const struct assay_array_data *data = c->data;
    size_t end = smaller((task + 1) * c->per_task, data->n_row), n_row = 0, n_event = 0;
    for (size_t i = task * c->per_task; i < end; i++) {
        size_t times = data->include != NULL ? data->include[i] : 1;
        if (data->part != NULL && data->part[i] == data->left_out)
            times = 0;
        n_row += times;
        n_event += data->outcome[i] ? times : 0;
    }
    c->n_row[task] = n_row;
    c->n_event[task] = n_event;
}

static void count_rows(const struct assay_array_data *data, size_t *n_row, size_t *n_event)
{
    size_t fair = (data->n_row + COUNT_TASKS - 1) / COUNT_TASKS;
    struct counting c = {.data = data, .per_task = fair > FEWEST_COUNTED ? fair : FEWEST_COUNTED};
    size_t n_task = (data->n_row + c.per_task - 1) / c.per_task;
    assay_parallel(n_task, data->n_thread, count_task, &c);
    *n_row = *n_event = 0;
    for (size_t task = 0; task < n_task; task++) {
        *n_row += c.n_row[task];
        *n_event += c.n_event[task];
    }
}

static void engine_free(struct assay_array_engine *engine)
{
    if (engine == NULL)
        return;
    assay_desks_clear(&engine->desks);
    free(engine->tail);
    free(engine->partial);
    free(engine);
}

static struct assay_array_engine *engine_new(const struct assay_array_data *data)
{
    struct assay_array_engine *engine = assay_alloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->data = *data;
    engine->kernel = assay_array_kernel();
    for (size_t i = 0; i < ROWS; i++)
        engine->once[i] = 1.0;
    engine->n_block = (data->n_row + ROWS - 1) / ROWS;
    thin(engine, 1);
    engine->n_thread = assay_array_thread_count(data->n_thread, engine->n_task);
    engine->n_sum = assay_array_sums_size(data->n_column);
    engine->stride =
        (engine->n_sum + LINE - 1) / LINE * LINE + LINE; /* tasks share no cache line */
    size_t room = assay_array_makes_blocks(data) ? data->n_column * ROWS : 0;
    size_t most_tasks = assay_array_most_tasks(engine->n_block);
    engine->partial = assay_alloc(most_tasks * engine->stride, sizeof *engine->partial);
    if (engine->partial != NULL &&
        assay_desks_init(&engine->desks, engine->n_thread,
                         room + assay_array_lanes_size(data->n_column)) &&
        copy_tail(engine))
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
                                    .cluster_scores = assay_array_cluster_scores,
                                    .moments = moments,
                                    .reader = state,
                                    .watch = watch,
                                    .thin = thin};
    return ASSAY_OK;
}

void assay_array_engine_clear(struct assay_engine *engine)
{
    engine_free(engine->state);
    *engine = (struct assay_engine){0};
}

/* ---- log-odds ---- */

struct log_odds_work {
    const struct assay_array_data *data;
    const struct assay_array_kernel *kernel;
    const double *coef;
    double *log_odds;
    size_t n_block;
    struct assay_desks desks; /* blocks, where they are made */
};

static void log_odds_task(void *state, size_t task)
{
    struct log_odds_work *work = state;
    const struct assay_array_data *data = work->data;
    struct assay_array_span blocks = assay_array_task_blocks(work->n_block, task);
    bool makes = assay_array_makes_blocks(data);
    double *room = makes ? assay_desk_take(&work->desks) : NULL;
    for (size_t block = blocks.first; block < blocks.end; block++) {
        double eta[ROWS] __attribute__((aligned(64)));
        const double *x = room;
        if (makes)
            data->blocks.fill(data->blocks.state, block, room);
        else if (data->n_column > 0)
            x = data->x + block * data->n_column * ROWS;
        work->kernel->log_odds(x, data->n_column, work->coef, eta);
        memcpy(work->log_odds + block * ROWS, eta,
               smaller(ROWS, data->n_row - block * ROWS) * sizeof *eta);
    }
    if (makes)
        assay_desk_leave(&work->desks, room);
}

bool assay_array_log_odds(const struct assay_array_data *data, const double coef[],
                          double log_odds[])
{
    struct log_odds_work work = {.data = data,
                                 .kernel = assay_array_kernel(),
                                 .coef = coef,
                                 .log_odds = log_odds,
                                 .n_block = (data->n_row + ROWS - 1) / ROWS};
    size_t n_task = assay_array_task_count(work.n_block);
    size_t n_thread = assay_array_thread_count(data->n_thread, n_task);
    if (assay_array_makes_blocks(data) &&
        !assay_desks_init(&work.desks, n_thread, data->n_column * ROWS))
        return false;
    assay_parallel(n_task, n_thread, log_odds_task, &work);
    assay_desks_clear(&work.desks);
    return true;
}
