/* array_sums.h - sums over the blocks of a design, the same on any number of threads
 *
 * What the parts of the array engine (engine.h) share; fitters do not see it. Blocks are cut into
 * tasks by their number alone; a task adds its blocks up in its own partial sums, and those are
 * added in task order.
 */
#ifndef ASSAY_CORE_FIT_ARRAY_SUMS_H
#define ASSAY_CORE_FIT_ARRAY_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fit/engine.h"

struct assay_array_clusters;

struct assay_array_engine {
    struct assay_array_data data;
    double *tail;     /* the last block, its padding zero: 0 * garbage could be NaN */
    double *partial;  /* [n_task * stride], what each task found */
    size_t n_block, n_task, stride;
    size_t n_counted; /* rows, each as often as it counts */
    /* of the call in progress */
    const double *coef;
    bool want_gradient, want_information;
    const double *a;  /* of the hat values, [n_coef * n_coef] */
    const struct assay_array_clusters *clusters;
};

/* One task's sums, within its stride: log-likelihood, gradient, upper triangle. */
struct assay_array_sums {
    double *log_likelihood;
    double *gradient;    /* [n_coef] */
    double *information; /* [n_coef * n_coef] */
};

struct assay_array_span {
    size_t first, end;
};

size_t assay_array_task_count(size_t n_block);
struct assay_array_span assay_array_task_blocks(size_t n_block, size_t task);

/* A block's columns, padded with finite numbers, and how many of its rows are data. */
const double *assay_array_columns(const struct assay_array_engine *engine, size_t block);
size_t assay_array_rows(const struct assay_array_engine *engine, size_t block);

/* The task's sums, all set to 0. */
struct assay_array_sums assay_array_task_sums(const struct assay_array_engine *engine, size_t task);

/* eta[i] = (1, x_i)'coef over the first n rows of a block. */
void assay_array_log_odds_block(const double *x, size_t n_column, const double coef[], size_t n,
                                double eta[]);

/* |y - p| of a row: margin is -(2 y - 1) eta, small is exp(-|eta|). Nothing cancels, however sure the
 * model is. */
static inline double assay_array_miss(double margin, double small)
{
    double large = 1.0 / (1.0 + small);
    return margin > 0.0 ? large : small * large;
}

/* Weighs the rows of a block at engine->coef, each as often as it counts: eta[i] for its rows,
 * weight[i] = p (1 - p) and residual[i] = y - p, 0 for rows that do not count and for padding.
 * Returns their log-likelihood. */
double assay_array_weigh_block(const struct assay_array_engine *engine, size_t block,
                               double eta[ASSAY_BLOCK_ROWS], double weight[ASSAY_BLOCK_ROWS],
                               double residual[ASSAY_BLOCK_ROWS]);

/* Adds a block to the sums asked for: X'residual to the gradient, X'diag(weight)X to the information,
 * with any weights and residuals. */
void assay_array_add_block(const struct assay_array_engine *engine, size_t block,
                           const double weight[ASSAY_BLOCK_ROWS],
                           const double residual[ASSAY_BLOCK_ROWS], struct assay_array_sums sums);

/* Runs run(engine, task) for all tasks at coef, adds their sums in task order, and hands out those
 * that are not NULL (the information with both triangles). */
void assay_array_sum_tasks(struct assay_array_engine *engine, void (*run)(void *state, size_t task),
                           const double coef[], double *log_likelihood, double gradient[],
                           double information[]);

/* ---- the optional operations of struct assay_engine ---- */
enum assay_status assay_array_jeffreys(void *state, const double coef[], const double a[],
                                       double pull[], double curvature[], struct assay_error *err);
enum assay_status assay_array_cluster_scores(void *state, const double coef[], double meat[],
                                             size_t *n_cluster, struct assay_error *err);

#endif
