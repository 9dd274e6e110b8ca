/* The optional sums of the array engine: Jeffreys' prior, and scores by cluster. */
#include "core/fit/array_sums.h"

enum { ROWS = ASSAY_BLOCK_ROWS };

/* ---- Jeffreys' prior ---- */

static void jeffreys_block(const struct assay_array_engine *engine,
                           const struct assay_array_ask *ask, const struct assay_array_block *block,
                           struct assay_array_lanes lanes)
{
    double eta[ROWS] __attribute__((aligned(64))), weight[ROWS] __attribute__((aligned(64))),
        pull[ROWS] __attribute__((aligned(64))), size[ROWS] __attribute__((aligned(64)));
    size_t n_column = engine->data.n_column;
    assay_array_weigh_block(engine, &ask->request, block, eta, weight, pull, lanes);
    engine->kernel->sizes(block->x, n_column, ask->a, size);
    engine->kernel->hats(eta, size, weight, pull);
    engine->kernel->products(block->x, n_column, weight, pull, lanes.gradient,
                             ask->request.information != NULL ? lanes.information : NULL);
}

enum assay_status assay_array_jeffreys(void *state, const double coef[], const double a[],
                                       double pull[], double curvature[], struct assay_error *err)
{
    (void)err;
    struct assay_array_ask ask = {.request = {coef, UINT16_MAX, NULL, pull, curvature}, .a = a};
    assay_array_sum(state, jeffreys_block, &ask);
    return ASSAY_OK;
}

/* ---- scores by row ---- */

/* Every row a cluster: the information's sums with squared residuals for weights. */
static void row_score_block(const struct assay_array_engine *engine,
                            const struct assay_array_ask *ask,
                            const struct assay_array_block *block, struct assay_array_lanes lanes)
{
    double eta[ROWS] __attribute__((aligned(64))), weight[ROWS] __attribute__((aligned(64))),
        residual[ROWS] __attribute__((aligned(64)));
    double buffer[ROWS] __attribute__((aligned(64)));
    const double *times = assay_array_times(engine, block, UINT16_MAX, buffer);
    assay_array_weigh_block(engine, &ask->request, block, eta, weight, residual, lanes);
    for (size_t i = 0; i < ROWS; i++) /* k rows of residual r, not one of k r */
        weight[i] = times[i] > 0.0 ? residual[i] * residual[i] / times[i] : 0.0;
    engine->kernel->products(block->x, engine->data.n_column, weight, residual, lanes.gradient,
                             lanes.information);
}

enum assay_status assay_array_cluster_scores(void *state, const double coef[], double meat[],
                                             size_t *n_cluster, struct assay_error *err)
{
    struct assay_array_engine *engine = state;
    if (engine->data.cluster != NULL)
        return assay_array_clusters(engine, coef, meat, n_cluster, err);
    struct assay_array_ask ask = {.request = {coef, UINT16_MAX, NULL, NULL, meat}};
    assay_array_sum(engine, row_score_block, &ask);
    *n_cluster = engine->n_counted;
    return ASSAY_OK;
}
