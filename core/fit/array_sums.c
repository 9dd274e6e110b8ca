/* The sums are taken in a fixed order whatever the number of threads: four lanes within a block,
 * blocks within a task, tasks one after another; the tasks' boundaries depend on n_row alone. Short
 * sums of short sums also keep the rounding error far below that of one long sum. */
#include "core/fit/array_sums.h"

#include <math.h>
#include <string.h>

#include "core/base/thread.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    LANES = 4,         /* independent sums a product: C forbids the compiler to make them up */
    TILE = 2,          /* columns a side that one pass over a block multiplies */
    FEWEST_BLOCKS = 8, /* a task */
    MOST_TASKS = 128,  /* bounds the memory of the tasks' sums */
};

static size_t blocks_per_task(size_t n_block)
{
    size_t fair = (n_block + MOST_TASKS - 1) / MOST_TASKS;
    return fair > FEWEST_BLOCKS ? fair : FEWEST_BLOCKS;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t assay_array_task_count(size_t n_block)
{
    return (n_block + blocks_per_task(n_block) - 1) / blocks_per_task(n_block);
}

struct assay_array_span assay_array_task_blocks(size_t n_block, size_t task)
{
    size_t per_task = blocks_per_task(n_block);
    return (struct assay_array_span){.first = task * per_task,
                                     .end = smaller((task + 1) * per_task, n_block)};
}

const double *assay_array_columns(const struct assay_array_engine *engine, size_t block)
{
    return block + 1 == engine->n_block && engine->tail != NULL
               ? engine->tail
               : engine->data.x + block * engine->data.n_column * ROWS;
}

size_t assay_array_rows(const struct assay_array_engine *engine, size_t block)
{
    return smaller(ROWS, engine->data.n_row - block * ROWS);
}

static struct assay_array_sums sums_of(const struct assay_array_engine *engine, size_t task)
{
    double *at = engine->partial + task * engine->stride;
    return (struct assay_array_sums){.log_likelihood = at,
                                     .gradient = at + 1,
                                     .information = at + 1 + engine->data.n_column + 1};
}

struct assay_array_sums assay_array_task_sums(const struct assay_array_engine *engine, size_t task)
{
    struct assay_array_sums sums = sums_of(engine, task);
    memset(sums.log_likelihood, 0, engine->stride * sizeof(double));
    return sums;
}

void assay_array_log_odds_block(const double *x, size_t n_column, const double coef[], size_t n,
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
static double weigh_rows(const double eta[], const unsigned char outcome[],
                         const unsigned char *include, size_t n, double weight[],
                         double residual[])
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double times = include != NULL ? include[i] : 1.0;
        if (times == 0.0) {
            weight[i] = residual[i] = 0.0;
            continue;
        }
        double margin = outcome[i] ? -eta[i] : eta[i];
        double small = exp(-fabs(eta[i]));
        double large = 1.0 / (1.0 + small);
        double miss = assay_array_miss(margin, small);
        sum -= times * (fmax(margin, 0.0) + log1p(small));
        weight[i] = times * (small * large * large);
        residual[i] = times * (outcome[i] ? miss : -miss);
    }
    for (size_t i = n; i < ROWS; i++)
        weight[i] = residual[i] = 0.0;
    return sum;
}

double assay_array_weigh_block(const struct assay_array_engine *engine, size_t block,
                               double eta[ROWS], double weight[ROWS], double residual[ROWS])
{
    const struct assay_array_data *data = &engine->data;
    size_t n = assay_array_rows(engine, block), first = block * ROWS;
    assay_array_log_odds_block(assay_array_columns(engine, block), data->n_column, engine->coef, n,
                               eta);
    return weigh_rows(eta, data->outcome + first,
                      data->include != NULL ? data->include + first : NULL, n, weight, residual);
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
                          const double residual[ROWS], struct assay_array_sums sums)
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

void assay_array_add_block(const struct assay_array_engine *engine, size_t block,
                           const double weight[ROWS], const double residual[ROWS],
                           struct assay_array_sums sums)
{
    const double *x = assay_array_columns(engine, block);
    size_t n_column = engine->data.n_column;
    if (engine->want_gradient || engine->want_information)
        add_first_row(x, n_column, weight, residual, sums);
    for (size_t j = 0; engine->want_information && j < n_column; j += TILE)
        add_two_rows(x, n_column, j, weight, sums.information);
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

void assay_array_sum_tasks(struct assay_array_engine *engine, void (*run)(void *state, size_t task),
                           const double coef[], double *log_likelihood, double gradient[],
                           double information[])
{
    size_t n_coef = engine->data.n_column + 1;
    engine->coef = coef;
    engine->want_gradient = gradient != NULL;
    engine->want_information = information != NULL;
    assay_parallel(engine->n_task, engine->data.n_thread, run, engine);
    struct assay_array_sums total = sums_of(engine, 0);
    for (size_t task = 1; task < engine->n_task; task++)
        add_to(total.log_likelihood, sums_of(engine, task).log_likelihood,
               1 + n_coef + n_coef * n_coef);
    *log_likelihood = *total.log_likelihood;
    if (gradient != NULL)
        memcpy(gradient, total.gradient, n_coef * sizeof(double));
    if (information != NULL) {
        memcpy(information, total.information, n_coef * n_coef * sizeof(double));
        mirror(information, n_coef);
    }
}
