/* The optional sums of the array engine: Jeffreys' prior, and scores by cluster. */
#include "core/fit/array_sums.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum { ROWS = ASSAY_BLOCK_ROWS };

/* ---- Jeffreys' prior ---- */

/* size[i] = x_i'a x_i over a block, by way of the lower triangle of a. */
static void block_sizes(const double *x, size_t n_column, const double a[], double size[ROWS])
{
    size_t n_coef = n_column + 1;
    for (size_t i = 0; i < ROWS; i++)
        size[i] = a[0];
    for (size_t j = 0; j < n_column; j++) {
        const double *row = a + (j + 1) * n_coef, *column = x + j * ROWS;
        double along[ROWS];
        for (size_t i = 0; i < ROWS; i++)
            along[i] = 2.0 * row[0] + row[j + 1] * column[i];
        for (size_t k = 0; k < j; k++)
            for (size_t i = 0; i < ROWS; i++)
                along[i] += 2.0 * row[k + 1] * x[k * ROWS + i];
        for (size_t i = 0; i < ROWS; i++)
            size[i] += along[i] * column[i];
    }
}

static void jeffreys_task(void *state, size_t task)
{
    const struct assay_array_engine *engine = state;
    struct assay_array_sums sums = assay_array_task_sums(engine, task);
    struct assay_array_span blocks = assay_array_task_blocks(engine->n_block, task);
    for (size_t block = blocks.first; block < blocks.end; block++) {
        double eta[ROWS], weight[ROWS], pull[ROWS], size[ROWS];
        assay_array_weigh_block(engine, block, eta, weight, pull);
        block_sizes(assay_array_columns(engine, block), engine->data.n_column, engine->a, size);
        for (size_t i = 0; i < assay_array_rows(engine, block); i++) {
            double slope = exp(-fabs(eta[i])), hat = weight[i] * size[i];
            pull[i] = -0.5 * hat * tanh(0.5 * eta[i]); /* 1/2 - p is -tanh(eta / 2) / 2 */
            weight[i] = hat * slope / ((1.0 + slope) * (1.0 + slope));
        }
        assay_array_add_block(engine, block, weight, pull, sums);
    }
}

enum assay_status assay_array_jeffreys(void *state, const double coef[], const double a[],
                                       double pull[], double curvature[], struct assay_error *err)
{
    (void)err;
    struct assay_array_engine *engine = state;
    double unused;
    engine->a = a;
    assay_array_sum_tasks(engine, jeffreys_task, coef, &unused, pull, curvature);
    return ASSAY_OK;
}

/* ---- scores by cluster ---- */

/* Rows sorted by cluster: those of code c are row[first[c]] .. row[first[c + 1] - 1], ascending. */
struct assay_array_clusters {
    size_t *first, *row;
    size_t n_code;
};

static void clusters_clear(struct assay_array_clusters *clusters)
{
    free(clusters->first);
    free(clusters->row);
}

/* A counting sort; rows that do not count are left out, and so are clusters without others. */
static bool sort_by_cluster(const struct assay_array_data *data,
                            struct assay_array_clusters *clusters)
{
    size_t n_code = 0;
    for (size_t i = 0; i < data->n_row; i++) {
        assert(data->cluster[i] >= 0);
        size_t code = (size_t)data->cluster[i];
        n_code = code < n_code ? n_code : code + 1;
    }
    clusters->n_code = n_code;
    clusters->first = assay_alloc(n_code + 2, sizeof *clusters->first);
    clusters->row = assay_alloc(data->n_row, sizeof *clusters->row);
    if (clusters->first == NULL || clusters->row == NULL)
        return false;
    size_t *next = clusters->first + 1; /* next[c] starts as first[c] and ends as first[c + 1] */
    for (size_t i = 0; i < data->n_row; i++)
        next[data->cluster[i] + 1] += data->include == NULL || data->include[i];
    for (size_t code = 0; code < n_code; code++)
        next[code + 1] += next[code];
    for (size_t i = 0; i < data->n_row; i++)
        if (data->include == NULL || data->include[i])
            clusters->row[next[data->cluster[i]]++] = i;
    return true;
}

/* y - p as often as the row counts, times (1, x). */
static void add_score(const struct assay_array_engine *engine, size_t row, double score[])
{
    const struct assay_array_data *data = &engine->data;
    const double *x = data->x + assay_block_index(row, 0, data->n_column);
    double eta = engine->coef[0], times = data->include != NULL ? data->include[row] : 1.0;
    for (size_t j = 0; j < data->n_column; j++)
        eta += engine->coef[j + 1] * x[j * ROWS];
    double miss = assay_array_miss(data->outcome[row] ? -eta : eta, exp(-fabs(eta)));
    double residual = times * (data->outcome[row] ? miss : -miss);
    score[0] += residual;
    for (size_t j = 0; j < data->n_column; j++)
        score[j + 1] += residual * x[j * ROWS];
}

/* The clusters of a task: an even share of the codes. The count stands where a log-likelihood would. */
static void cluster_task(void *state, size_t task)
{
    const struct assay_array_engine *engine = state;
    const struct assay_array_clusters *clusters = engine->clusters;
    struct assay_array_sums sums = assay_array_task_sums(engine, task);
    size_t n_coef = engine->data.n_column + 1;
    size_t per_task = (clusters->n_code + engine->n_task - 1) / engine->n_task;
    size_t end = (task + 1) * per_task;
    for (size_t code = task * per_task; code < end && code < clusters->n_code; code++) {
        if (clusters->first[code] == clusters->first[code + 1])
            continue;
        memset(sums.gradient, 0, n_coef * sizeof(double));
        for (size_t k = clusters->first[code]; k < clusters->first[code + 1]; k++)
            add_score(engine, clusters->row[k], sums.gradient);
        for (size_t j = 0; j < n_coef; j++)
            for (size_t k = j; k < n_coef; k++)
                sums.information[j * n_coef + k] += sums.gradient[j] * sums.gradient[k];
        *sums.log_likelihood += 1.0;
    }
}

/* Every row a cluster: the information's sums with squared residuals for weights. */
static void row_score_task(void *state, size_t task)
{
    const struct assay_array_engine *engine = state;
    const unsigned char *include = engine->data.include;
    struct assay_array_sums sums = assay_array_task_sums(engine, task);
    struct assay_array_span blocks = assay_array_task_blocks(engine->n_block, task);
    for (size_t block = blocks.first; block < blocks.end; block++) {
        double eta[ROWS], weight[ROWS], residual[ROWS];
        assay_array_weigh_block(engine, block, eta, weight, residual);
        for (size_t i = 0; i < assay_array_rows(engine, block); i++) {
            double times = include != NULL && include[block * ROWS + i] ? include[block * ROWS + i]
                                                                        : 1.0;
            weight[i] = residual[i] * residual[i] / times; /* k rows of residual r, not one of k r */
        }
        assay_array_add_block(engine, block, weight, residual, sums);
    }
}

enum assay_status assay_array_cluster_scores(void *state, const double coef[], double meat[],
                                             size_t *n_cluster, struct assay_error *err)
{
    struct assay_array_engine *engine = state;
    struct assay_array_clusters clusters = {0};
    double count;
    if (engine->data.cluster == NULL) {
        assay_array_sum_tasks(engine, row_score_task, coef, &count, NULL, meat);
        *n_cluster = engine->n_counted;
        return ASSAY_OK;
    }
    bool sorted = sort_by_cluster(&engine->data, &clusters);
    engine->clusters = &clusters;
    if (sorted)
        assay_array_sum_tasks(engine, cluster_task, coef, &count, NULL, meat);
    engine->clusters = NULL;
    clusters_clear(&clusters);
    if (!sorted)
        return assay_fail_memory(err, "sorting rows by cluster");
    *n_cluster = (size_t)count;
    return ASSAY_OK;
}
