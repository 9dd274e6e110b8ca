#include "core/fit/array_sums.h"

#include <math.h>
#include <string.h>

#include "core/base/thread.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    LANES = ASSAY_KERNEL_LANES,
    EXTENT = 3,
    FEWEST_BLOCKS = 8,   /* a task */
    MOST_TASKS = 128,    /* bounds the memory of the tasks' sums */
    BLOCKS_AT_ONCE = 64, /* whose sums are taken in lanes, before they are taken in */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- tasks ---- */

static size_t blocks_per_task(size_t n_block)
{
    size_t fair = (n_block + MOST_TASKS - 1) / MOST_TASKS;
    return fair > FEWEST_BLOCKS ? fair : FEWEST_BLOCKS;
}

size_t assay_array_task_count(size_t n_block)
{
    return (n_block + blocks_per_task(n_block) - 1) / blocks_per_task(n_block);
}

size_t assay_array_most_tasks(size_t n_block)
{
    return smaller((n_block + FEWEST_BLOCKS - 1) / FEWEST_BLOCKS, MOST_TASKS);
}

struct assay_array_span assay_array_task_blocks(size_t n_block, size_t task)
{
    size_t per_task = blocks_per_task(n_block);
    return (struct assay_array_span){.first = task * per_task,
                                     .end = smaller((task + 1) * per_task, n_block)};
}

size_t assay_array_thread_count(size_t n_thread, size_t n_task)
{
    size_t n = n_thread > 0 ? n_thread : assay_processor_count();
    n = smaller(smaller(n, n_task), ASSAY_MOST_DESKS);
    return n > 0 ? n : 1;
}

/* ---- blocks ---- */

/* The last block's rows, with rows that do not count behind them. */
static void pad_block(const struct assay_array_data *data, struct assay_array_block *block)
{
    size_t n = block->n;
    memset(block->padded, 0, sizeof block->padded);
    memcpy(block->padded[0], block->outcome, n);
    if (data->include != NULL)
        memcpy(block->padded[1], block->include, n);
    else
        memset(block->padded[1], 1, n);
    block->outcome = block->padded[0];
    block->include = block->padded[1];
    if (data->part == NULL)
        return;
    memset(block->padded_part, 0, sizeof block->padded_part);
    memcpy(block->padded_part, block->part, n * sizeof *block->part);
    block->part = block->padded_part;
}

void assay_array_block_take(const struct assay_array_engine *engine, size_t index, double room[],
                            struct assay_array_block *block)
{
    const struct assay_array_data *data = &engine->data;
    size_t first = index * ROWS, n = smaller(ROWS, data->n_row - first);
    block->first = first;
    block->n = n;
    block->outcome = data->outcome + first;
    block->include = data->include != NULL ? data->include + first : NULL;
    block->part = data->part != NULL ? data->part + first : NULL;
    block->x = room;
    if (n < ROWS)
        pad_block(data, block);
    if (assay_array_makes_blocks(data))
        data->blocks.fill(data->blocks.state, index, room);
    else if (data->n_column > 0)
        block->x = n < ROWS ? engine->tail : data->x + first * data->n_column;
}

const double *assay_array_times(const struct assay_array_engine *engine,
                                const struct assay_array_block *block, uint16_t left_out,
                                double buffer[])
{
    if (block->include == NULL && block->part == NULL)
        return engine->once;
    engine->kernel->times(block->include, block->part,
                          (const uint16_t[2]){engine->data.left_out, left_out}, buffer);
    return buffer;
}

void assay_array_weigh_block(const struct assay_array_engine *engine,
                             const struct assay_array_request *request,
                             const struct assay_array_block *block, double eta[], double weight[],
                             double residual[], struct assay_array_lanes lanes)
{
    double buffer[ROWS] __attribute__((aligned(64))), loss[ROWS] __attribute__((aligned(64)));
    const double *times = assay_array_times(engine, block, request->left_out, buffer);
    bool wanted = request->log_likelihood != NULL;
    engine->kernel->log_odds(block->x, engine->data.n_column, request->coef, eta);
    engine->kernel->weigh(eta, block->outcome, times, weight, residual, wanted ? loss : NULL);
    if (wanted)
        engine->kernel->take_off(loss, lanes.log_likelihood);
}

/* ---- lanes, and what they come to ---- */

static size_t triangle(size_t n)
{
    return n * (n + 1) / 2;
}

/* The largest come last: they are not summed. */
size_t assay_array_sums_size(size_t n_column)
{
    return 1 + (n_column + 1) + triangle(n_column + 1) + EXTENT;
}

size_t assay_array_lanes_size(size_t n_column)
{
    return assay_array_sums_size(n_column) * LANES;
}

static struct assay_array_lanes lanes_at(double *at, size_t n_column)
{
    size_t n_coef = n_column + 1;
    return (struct assay_array_lanes){.log_likelihood = at,
                                      .gradient = at + LANES,
                                      .information = at + (1 + n_coef) * LANES,
                                      .extent = at + (1 + n_coef + triangle(n_coef)) * LANES};
}

static double lanes_sum(const double lane[LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static double lanes_most(const double lane[LANES])
{
    double most = lane[0];
    for (size_t k = 1; k < LANES; k++)
        most = lane[k] > most ? lane[k] : most;
    return most;
}

static void clear_lanes(const struct assay_array_engine *engine, double lanes[])
{
    size_t n_sum = engine->n_sum - EXTENT;
    memset(lanes, 0, (n_sum + 1) * LANES * sizeof *lanes); /* no |x'd| is below 0 */
    for (size_t k = (n_sum + 1) * LANES; k < engine->n_sum * LANES; k++)
        lanes[k] = -INFINITY;
}

static void take_in(const struct assay_array_engine *engine, const double lanes[], double sums[])
{
    size_t n_sum = engine->n_sum - EXTENT;
    for (size_t k = 0; k < n_sum; k++)
        sums[k] += lanes_sum(lanes + k * LANES);
    for (size_t k = n_sum; k < engine->n_sum; k++)
        sums[k] = fmax(sums[k], lanes_most(lanes + k * LANES));
}

static void clear_sums(const struct assay_array_engine *engine, double sums[])
{
    size_t n_sum = engine->n_sum - EXTENT;
    memset(sums, 0, (n_sum + 1) * sizeof *sums);
    for (size_t k = n_sum + 1; k < engine->n_sum; k++)
        sums[k] = -INFINITY;
}

static void add_sums(const struct assay_array_engine *engine, const double part[], double sums[])
{
    size_t n_sum = engine->n_sum - EXTENT;
    for (size_t k = 0; k < n_sum; k++)
        sums[k] += part[k];
    for (size_t k = n_sum; k < engine->n_sum; k++)
        sums[k] = fmax(sums[k], part[k]);
}

/* ---- a sweep ---- */

struct sweep {
    const struct assay_array_engine *engine;
    const struct assay_array_many *many;
};

/* A block for requests that share their coefficients. */
static void share_block(const struct sweep *sweep, const struct assay_array_block *block,
                        double *lanes)
{
    const struct assay_array_engine *engine = sweep->engine;
    const struct assay_array_many *many = sweep->many;
    size_t n_column = engine->data.n_column, size = engine->n_sum * LANES;
    double eta[ROWS] __attribute__((aligned(64))), buffer[ROWS] __attribute__((aligned(64)));
    struct assay_array_weighed weighed;
    const double *times = assay_array_times(engine, block, UINT16_MAX, buffer);
    engine->kernel->log_odds(block->x, n_column, many->asks[0].request.coef, eta);
    engine->kernel->weigh(eta, block->outcome, times, weighed.weight, weighed.residual,
                          weighed.loss);
    for (size_t k = 0; k < many->n_ask; k++)
        many->share(engine, &many->asks[k], block, &weighed, lanes_at(lanes + k * size, n_column));
}

/* Blocks first .. end - 1 of those looked at, for all requests: at most BLOCKS_AT_ONCE. */
static void sum_blocks(const struct sweep *sweep, size_t first, size_t end, double *room,
                       double *lanes)
{
    const struct assay_array_engine *engine = sweep->engine;
    const struct assay_array_many *many = sweep->many;
    size_t n_column = engine->data.n_column, size = engine->n_sum * LANES;
    for (size_t k = 0; k < many->n_ask; k++)
        clear_lanes(engine, lanes + k * size);
    for (size_t view = first; view < end; view++) {
        struct assay_array_block block;
        assay_array_block_take(engine, view * engine->every, room, &block);
        if (many->share != NULL)
            share_block(sweep, &block, lanes);
        for (size_t k = 0; many->share == NULL && k < many->n_ask; k++)
            many->visit(engine, &many->asks[k], &block, lanes_at(lanes + k * size, n_column));
    }
}

static void sweep_task(void *state, size_t task)
{
    const struct sweep *sweep = state;
    const struct assay_array_engine *engine = sweep->engine;
    const struct assay_array_many *many = sweep->many;
    struct assay_array_span span = assay_array_task_blocks(engine->n_view, task);
    double *room = assay_desk_take(many->desks);
    double *lanes =
        room + (assay_array_makes_blocks(&engine->data) ? engine->data.n_column * ROWS : 0);
    double *sums = many->partial + task * many->n_ask * engine->stride;
    for (size_t k = 0; k < many->n_ask; k++)
        clear_sums(engine, sums + k * engine->stride);
    for (size_t first = span.first; first < span.end; first += BLOCKS_AT_ONCE) {
        sum_blocks(sweep, first, smaller(first + BLOCKS_AT_ONCE, span.end), room, lanes);
        for (size_t k = 0; k < many->n_ask; k++)
            take_in(engine, lanes + k * engine->n_sum * LANES, sums + k * engine->stride);
    }
    assay_desk_leave(many->desks, room);
}

void assay_array_unpack(const double packed[], size_t n, double square[])
{
    for (size_t j = 0; j < n; j++)
        for (size_t k = j; k < n; k++)
            square[j * n + k] = square[k * n + j] = *packed++;
}

/* Hands out what was asked for. */
static void answer(const struct assay_array_engine *engine, const struct assay_array_ask *ask,
                   const double sums[])
{
    size_t n_coef = engine->data.n_column + 1;
    const double *extent = sums + engine->n_sum - EXTENT;
    if (ask->request.log_likelihood != NULL)
        *ask->request.log_likelihood = sums[0];
    if (ask->request.gradient != NULL)
        memcpy(ask->request.gradient, sums + 1, n_coef * sizeof *sums);
    if (ask->request.information != NULL)
        assay_array_unpack(sums + 1 + n_coef, n_coef, ask->request.information);
    if (ask->what != NULL)
        *ask->what = (struct assay_direction){
            .max_move = extent[0], .min_margin = -extent[1], .max_margin = extent[2]};
}

void assay_array_sum_many(struct assay_array_engine *engine, const struct assay_array_many *many)
{
    struct sweep sweep = {.engine = engine, .many = many};
    assay_parallel(engine->n_task, engine->n_thread, sweep_task, &sweep);
    for (size_t k = 0; k < many->n_ask; k++) {
        double *sums = many->partial + k * engine->stride;
        for (size_t task = 1; task < engine->n_task; task++)
            add_sums(engine, many->partial + (task * many->n_ask + k) * engine->stride, sums);
        answer(engine, &many->asks[k], sums);
    }
}

void assay_array_sum(struct assay_array_engine *engine, assay_array_visit *visit,
                     const struct assay_array_ask *ask)
{
    assay_array_sum_many(engine, &(struct assay_array_many){.visit = visit,
                                                            .asks = ask,
                                                            .n_ask = 1,
                                                            .desks = &engine->desks,
                                                            .partial = engine->partial});
}
