/* array_sums.h - sums over the blocks of a design, the same on any number of threads
 *
 * What the parts of the array engine (engine.h) share; fitters do not see it. Blocks are cut into tasks by their number
 * alone. A task keeps its sums in lanes (array_kernel.h) at a desk, takes them in after every 64 blocks, and the
 * tasks' sums are added in task order. Short sums of short sums also keep the rounding error far below that of
 * one long sum.
 */
#ifndef ASSAY_CORE_FIT_ARRAY_SUMS_H
#define ASSAY_CORE_FIT_ARRAY_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/desk.h"
#include "core/fit/array_kernel.h"
#include "core/fit/engine.h"

struct assay_array_engine {
    struct assay_array_data data;
    const struct assay_array_kernel *kernel;
    size_t n_thread;
    size_t n_block;
    size_t every, n_view,
        n_task;           /* one block in `every` is looked at: how many, and in how many tasks */
    size_t n_counted;     /* rows, each as often as it counts */
    size_t n_sum, stride; /* doubles of a task's sums, and from one task's to the next's */
    double *partial;      /* [128 * stride] at most, what each task found */
    struct assay_desks desks; /* a block where blocks are made, then the lanes of one request */
    double
        *tail; /* the last block, its padding zero: 0 * garbage could be NaN; NULL: it is whole */
    const double *watched; /* the step that watch() was told of, or NULL; */
    bool seen;             /* what it does is known: */
    struct assay_direction sight;
    double once[ASSAY_BLOCK_ROWS]; /* ones */
};

/* A block as the kernels take it. */
struct assay_array_block {
    size_t first, n;                        /* its first row, and how many of its rows are data */
    const double *x;                        /* finite in the padding too */
    const unsigned char *outcome;           /* 0 in the padding */
    const unsigned char *include;           /* NULL: each row once; 0 in the padding */
    const uint16_t *part;                   /* NULL: of none */
    unsigned char padded[2][ASSAY_BLOCK_ROWS]; /* outcome and include of the last block, */
    uint16_t padded_part[ASSAY_BLOCK_ROWS];    /* and its parts */
};

/* The rows of a block weighed at one coefficient vector: array_kernel.h, weigh(). */
struct assay_array_weighed {
    double weight[ASSAY_BLOCK_ROWS] __attribute__((aligned(64)));
    double residual[ASSAY_BLOCK_ROWS] __attribute__((aligned(64)));
    double loss[ASSAY_BLOCK_ROWS] __attribute__((aligned(64)));
};

/* Where a request's sums are taken, LANES doubles a sum: log-likelihood, gradient, upper triangle of the information
 * (array_kernel.h); largest |x'd|, -margin and margin. */
struct assay_array_lanes {
    double *log_likelihood, *gradient, *information, *extent;
};

/* What is asked of the rows. */
struct assay_array_ask {
    struct assay_array_request request;
    const double *along;          /* [n_coef], a direction; or NULL */
    const double *a;              /* [n_coef * n_coef], of hat values; or NULL */
    struct assay_direction *what; /* out, when along is not NULL */
};

/* Adds a block to the lanes. */
typedef void assay_array_visit(const struct assay_array_engine *engine,
                               const struct assay_array_ask *ask,
                               const struct assay_array_block *block,
                               struct assay_array_lanes lanes);

/* Adds the rows of a block, weighed at the coefficients that all requests share with every part in, to the lanes of
 * one. */
typedef void assay_array_share(const struct assay_array_engine *engine,
                               const struct assay_array_ask *ask,
                               const struct assay_array_block *block,
                               const struct assay_array_weighed *weighed,
                               struct assay_array_lanes lanes);

/* ---- tasks ---- */

struct assay_array_span {
    size_t first, end;
};

/* Tasks for n_block blocks, and the most that fewer blocks may need: at most 128. */
size_t assay_array_task_count(size_t n_block);
size_t assay_array_most_tasks(size_t n_block);
struct assay_array_span assay_array_task_blocks(size_t n_block, size_t task);

/* Threads for n_task tasks, 1..64; n_thread 0: as many as there are processors. */
size_t assay_array_thread_count(size_t n_thread, size_t n_task);

/* ---- blocks ---- */

/* Whether blocks are made when they are needed; a model of the intercept alone has none. */
static inline bool assay_array_makes_blocks(const struct assay_array_data *data)
{
    return data->x == NULL && data->n_column > 0;
}

/* Block number `index` of the design; room [n_column * ROWS] is where it is made when it is not kept. The block
 * points into itself: it is not to be copied. */
void assay_array_block_take(const struct assay_array_engine *engine, size_t index, double room[],
                            struct assay_array_block *block);

/* How often each row of a block counts, 0 in the padding, without the rows of a part (UINT16_MAX: none) beside the one
 * that the engine leaves out; in buffer[ROWS] or elsewhere. */
const double *assay_array_times(const struct assay_array_engine *engine,
                                const struct assay_array_block *block, uint16_t left_out,
                                double buffer[]);

/* Weighs the rows of a block as the request asks, eta being their log-odds: array_kernel.h, weigh(). */
void assay_array_weigh_block(const struct assay_array_engine *engine,
                             const struct assay_array_request *request,
                             const struct assay_array_block *block, double eta[], double weight[],
                             double residual[], struct assay_array_lanes lanes);

/* ---- sums ---- */

/* Doubles of the lanes of one request, and of its sums. */
size_t assay_array_lanes_size(size_t n_column);
size_t assay_array_sums_size(size_t n_column);

/* The upper triangle of a square, row by row, as both of its triangles. */
void assay_array_unpack(const double packed[], size_t n, double square[]);

/* Visits every block that is looked at and answers the request, what is NULL left out. */
void assay_array_sum(struct assay_array_engine *engine, assay_array_visit *visit,
                     const struct assay_array_ask *ask);

/* The same for several in one reading, with memory for them: desks with a block (where blocks are made) and the
 * lanes of n_ask requests each, partial [n_task * n_ask * stride]. share: NULL, or in place of visit where all are at one
 * coefficient vector. */
struct assay_array_many {
    assay_array_visit *visit;
    assay_array_share *share;
    const struct assay_array_ask *asks;
    size_t n_ask;
    struct assay_desks *desks;
    double *partial;
};
void assay_array_sum_many(struct assay_array_engine *engine, const struct assay_array_many *many);

/* ---- the optional operations of struct assay_engine ---- */
enum assay_status assay_array_jeffreys(void *state, const double coef[], const double a[],
                                       double pull[], double curvature[], struct assay_error *err);
enum assay_status assay_array_cluster_scores(void *state, const double coef[], double meat[],
                                             size_t *n_cluster, struct assay_error *err);

/* cluster_scores() where the data have clusters. */
enum assay_status assay_array_clusters(struct assay_array_engine *engine, const double coef[],
                                       double meat[], size_t *n_cluster, struct assay_error *err);

#endif
