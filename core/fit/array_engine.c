/* The sums are taken in a fixed order whatever the number of threads: four lanes within a block,
 * blocks within a task, tasks one after another; the tasks' boundaries depend on n_row alone. Short
 * sums of short sums also keep the rounding error far below that of one long sum. */
#include "core/fit/engine.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    LANES = 4,         /* independent sums a product: C forbids the compiler to make them up */
    TILE = 2,          /* columns a side that one pass over a block multiplies */
    FEWEST_BLOCKS = 8, /* a task */
    MOST_TASKS = 128,  /* bounds the memory of the tasks' sums */
    LINE = 8,          /* doubles a cache line */
};

struct array_engine {
    struct assay_array_data data;
    double *tail;    /* the last block, its padding zero: 0 * garbage could be NaN */
    double *partial; /* [n_task * stride], what each task found */
    size_t n_block, n_task, stride;
    /* of the call in progress */
    const double *coef;
    bool want_gradient, want_information;
};

/* One task's sums, within its stride: log-likelihood, gradient, upper triangle. */
struct sums {
    double *log_likelihood;
    double *gradient;    /* [n_coef] */
    double *information; /* [n_coef * n_coef] */
};

static size_t blocks_per_task(size_t n_block)
{
    size_t fair = (n_block + MOST_TASKS - 1) / MOST_TASKS;
    return fair > FEWEST_BLOCKS ? fair : FEWEST_BLOCKS;
}

static size_t task_count(size_t n_block)
{
    return (n_block + blocks_per_task(n_block) - 1) / blocks_per_task(n_block);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static const double *block_columns(const struct array_engine *engine, size_t block)
{
    return block + 1 == engine->n_block && engine->tail != NULL
               ? engine->tail
               : engine->data.x + block * engine->data.n_column * ROWS;
}

static size_t block_rows(const struct array_engine *engine, size_t block)
{
    return smaller(ROWS, engine->data.n_row - block * ROWS);
}

static struct sums task_sums(const struct array_engine *engine, size_t task)
{
    double *at = engine->partial + task * engine->stride;
    return (struct sums){.log_likelihood = at,
                         .gradient = at + 1,
                         .information = at + 1 + engine->data.n_column + 1};
}

/* eta = x'coef over the first n rows of a block. */
static void block_log_odds(const double *x, size_t n_column, const double coef[], size_t n,
                           double eta[])
{
    for (size_t i = 0; i < n; i++)
        eta[i] = coef[0];
    for (size_t j = 0; j < n_column; j++) {
        const double *column = x + j * ROWS;
        double slope = coef[j + 1];
        for (size_t i = 0; i < n; i++)
            eta[i] += slope * column[i];
    }
}

/* Turns eta into IRLS weight p (1 - p) and residual y - p, and returns the block's log-likelihood.
 * With m = -(2 y - 1) eta a row has -log(1 + e^m) and |y - p| = 1 / (1 + e^-m): exp() sees only
 * non-positive numbers and nothing cancels, however sure the model is. */
static double weigh_block(const double eta[], const unsigned char outcome[],
                          const unsigned char *include, size_t n, double weight[],
                          double residual[])
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (include != NULL && !include[i]) {
            weight[i] = residual[i] = 0.0;
            continue;
        }
        double margin = outcome[i] ? -eta[i] : eta[i];
        double small = exp(-fabs(eta[i]));
        double large = 1.0 / (1.0 + small);
        double miss = margin > 0.0 ? large : small * large;
        sum -= fmax(margin, 0.0) + log1p(small);
        weight[i] = small * large * large;
        residual[i] = outcome[i] ? miss : -miss;
    }
    for (size_t i = n; i < ROWS; i++)
        weight[i] = residual[i] = 0.0;
    return sum;
}

/* Two doubles side by side: what every x86-64 and AArch64 register holds. gcc 12, left to itself,
 * vectorises the loop below across rows and spends its time shuffling. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

static inline pair load(const double *at)
{
    pair two;
    memcpy(&two, at, sizeof two);
    return two;
}

static double pair_sum(pair even, pair odd)
{
    pair sum = even + odd;
    return sum[0] + sum[1];
}

static double block_sum(const double a[ROWS])
{
    pair sum[2] = {{0.0, 0.0}, {0.0, 0.0}};
    for (size_t i = 0; i < ROWS; i += LANES) {
        sum[0] += load(a + i);
        sum[1] += load(a + i + 2);
    }
    return pair_sum(sum[0], sum[1]);
}

/* product[2 * s + t] = left[s] . right[t] over a block: each value loaded serves two products. */
static void multiply_tile(const double *left0, const double *left1, const double *right0,
                          const double *right1, double product[TILE * TILE])
{
    pair zero = {0.0, 0.0};
    pair sum[2][TILE * TILE] = {{zero, zero, zero, zero}, {zero, zero, zero, zero}};
    for (size_t i = 0; i < ROWS; i += LANES)
        for (size_t half = 0; half < 2; half++) {
            size_t at = i + 2 * half;
            pair l0 = load(left0 + at), l1 = load(left1 + at);
            pair r0 = load(right0 + at), r1 = load(right1 + at);
            sum[half][0] += l0 * r0;
            sum[half][1] += l0 * r1;
            sum[half][2] += l1 * r0;
            sum[half][3] += l1 * r1;
        }
    for (size_t k = 0; k < TILE * TILE; k++)
        product[k] = pair_sum(sum[0][k], sum[1][k]);
}

/* The intercept's row of the information and the gradient: weight and residual against all columns. */
static void add_first_row(const double *x, size_t n_column, const double weight[ROWS],
                          const double residual[ROWS], struct sums sums)
{
    sums.gradient[0] += block_sum(residual);
    sums.information[0] += block_sum(weight);
    for (size_t k = 0; k < n_column; k += TILE) {
        double product[TILE * TILE];
        size_t next = smaller(k + 1, n_column - 1); /* an odd column out is its own partner */
        multiply_tile(weight, residual, x + k * ROWS, x + next * ROWS, product);
        for (size_t t = 0; t < TILE && k + t < n_column; t++) {
            sums.information[k + t + 1] += product[t];
            sums.gradient[k + t + 1] += product[TILE + t];
        }
    }
}

/* The rows of columns j and j + 1, from the diagonal on. */
static void add_two_rows(const double *x, size_t n_column, size_t j, const double weight[ROWS],
                         double *information)
{
    double weighted[TILE][ROWS];
    size_t n_coef = n_column + 1;
    size_t last = smaller(j + 1, n_column - 1);
    for (size_t i = 0; i < ROWS; i++) {
        weighted[0][i] = weight[i] * x[j * ROWS + i];
        weighted[1][i] = weight[i] * x[last * ROWS + i];
    }
    for (size_t k = j; k < n_column; k += TILE) {
        double product[TILE * TILE];
        size_t next = smaller(k + 1, n_column - 1);
        multiply_tile(weighted[0], weighted[1], x + k * ROWS, x + next * ROWS, product);
        for (size_t s = 0; s < TILE && j + s < n_column; s++)
            for (size_t t = 0; t < TILE && k + t < n_column; t++)
                information[(j + s + 1) * n_coef + k + t + 1] += product[TILE * s + t];
    }
}

static void evaluate_task(void *state, size_t task)
{
    const struct array_engine *engine = state;
    const struct assay_array_data *data = &engine->data;
    struct sums sums = task_sums(engine, task);
    size_t per_task = blocks_per_task(engine->n_block);
    size_t end = smaller((task + 1) * per_task, engine->n_block);
    memset(sums.log_likelihood, 0, engine->stride * sizeof(double));
    for (size_t block = task * per_task; block < end; block++) {
        double eta[ROWS], weight[ROWS], residual[ROWS];
        const double *x = block_columns(engine, block);
        size_t n = block_rows(engine, block), first = block * ROWS;
        block_log_odds(x, data->n_column, engine->coef, n, eta);
        *sums.log_likelihood += weigh_block(eta, data->outcome + first,
                                            data->include != NULL ? data->include + first : NULL,
                                            n, weight, residual);
        if (engine->want_gradient || engine->want_information)
            add_first_row(x, data->n_column, weight, residual, sums);
        for (size_t j = 0; engine->want_information && j < data->n_column; j += TILE)
            add_two_rows(x, data->n_column, j, weight, sums.information);
    }
}

static void add_to(double total[], const double part[], size_t n)
{
    for (size_t k = 0; k < n; k++)
        total[k] += part[k];
}

static void mirror(double square[], size_t n)
{
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < j; k++)
            square[j * n + k] = square[k * n + j];
}

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    (void)err; /* all memory was taken at the start */
    struct array_engine *engine = state;
    size_t n_coef = engine->data.n_column + 1;
    engine->coef = coef;
    engine->want_gradient = gradient != NULL;
    engine->want_information = information != NULL;
    assay_parallel(engine->n_task, engine->data.n_thread, evaluate_task, engine);
    struct sums total = task_sums(engine, 0);
    for (size_t task = 1; task < engine->n_task; task++)
        add_to(total.log_likelihood, task_sums(engine, task).log_likelihood,
               1 + n_coef + n_coef * n_coef);
    *log_likelihood = *total.log_likelihood;
    if (gradient != NULL)
        memcpy(gradient, total.gradient, n_coef * sizeof(double));
    if (information != NULL) {
        memcpy(information, total.information, n_coef * n_coef * sizeof(double));
        mirror(information, n_coef);
    }
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
    const struct array_engine *engine = state;
    const struct assay_array_data *data = &engine->data;
    size_t per_task = blocks_per_task(engine->n_block);
    size_t end = smaller((task + 1) * per_task, engine->n_block);
    struct assay_direction what = no_rows();
    for (size_t block = task * per_task; block < end; block++) {
        double move[ROWS];
        size_t n = block_rows(engine, block);
        block_log_odds(block_columns(engine, block), data->n_column, engine->coef, n, move);
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
    struct array_engine *engine = state;
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

static bool copy_tail(struct array_engine *engine)
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
        bool counts = data->include == NULL || data->include[i];
        *n_row += counts;
        *n_event += counts && data->outcome[i];
    }
}

static void engine_free(struct array_engine *engine)
{
    if (engine == NULL)
        return;
    free(engine->tail);
    free(engine->partial);
    free(engine);
}

static struct array_engine *engine_new(const struct assay_array_data *data)
{
    struct array_engine *engine = assay_alloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    size_t n_coef = data->n_column + 1;
    size_t n_sum = 1 + n_coef + n_coef * n_coef;
    engine->data = *data;
    engine->n_block = (data->n_row + ROWS - 1) / ROWS;
    engine->n_task = task_count(engine->n_block);
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
    struct array_engine *state = engine_new(data);
    if (state == NULL)
        return assay_fail_memory(err, "setting up the fit");
    *engine = (struct assay_engine){.n_coef = data->n_column + 1,
                                    .n_row = n_row,
                                    .n_event = n_event,
                                    .state = state,
                                    .evaluate = evaluate,
                                    .direction = direction};
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
    size_t n_block = (data->n_row + ROWS - 1) / ROWS, per_task = blocks_per_task(n_block);
    size_t end = smaller((task + 1) * per_task, n_block);
    for (size_t block = task * per_task; block < end; block++)
        block_log_odds(data->x + block * data->n_column * ROWS, data->n_column, work->coef,
                       smaller(ROWS, data->n_row - block * ROWS), work->log_odds + block * ROWS);
}

void assay_array_log_odds(const struct assay_array_data *data, const double coef[],
                          double log_odds[])
{
    struct log_odds_work work = {.data = data, .coef = coef, .log_odds = log_odds};
    assay_parallel(task_count((data->n_row + ROWS - 1) / ROWS), data->n_thread, log_odds_task,
                   &work);
}
