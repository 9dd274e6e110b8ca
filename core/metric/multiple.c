#include "core/metric/multiple.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"

double assay_worth_of_clusters(const uint32_t size[], size_t n_cluster)
{
    double n = 0.0, squares = 0.0;
    for (size_t c = 0; c < n_cluster; c++) {
        n += size[c];
        squares += (double)size[c] * size[c];
    }
    return n > 0.0 ? n * (n / squares) : 0.0;
}

/* Rows, and what was counted among them. */
struct group {
    const unsigned char *member, *outcome;
    const int32_t *cluster;
    size_t n_cluster, n;
    double cell[2][2]; /* rows by member and outcome */
    double move[2][2]; /* what each of them moves R by */
    double events, share, rows_share; /* s and f */
};

static void count(struct group *g)
{
    for (size_t i = 0; i < g->n; i++)
        g->cell[g->member[i]][g->outcome[i]] += 1.0;
    g->events = g->cell[0][1] + g->cell[1][1];
    g->share = g->cell[1][1] / g->events;
    g->rows_share = (g->cell[1][0] + g->cell[1][1]) / (double)g->n;
}

static void find_moves(struct group *g)
{
    double s = g->share, f = g->rows_share;
    for (int z = 0; z < 2; z++)
        for (int y = 0; y < 2; y++)
            g->move[z][y] = (y * (z - s) / g->events - s / f * (z - f) / (double)g->n) / f;
}

/* V, and the worth of the events. */
struct spread {
    double variance, events_worth;
};

static struct spread spread_by_row(const struct group *g)
{
    struct spread out = {.events_worth = g->events};
    for (int z = 0; z < 2; z++)
        for (int y = 0; y < 2; y++)
            out.variance += g->cell[z][y] * g->move[z][y] * g->move[z][y];
    return out;
}

static enum assay_status spread_by_cluster(const struct group *g, struct spread *out,
                                           struct assay_error *err)
{
    double *sum = assay_alloc(g->n_cluster, sizeof *sum);
    uint32_t *size = assay_alloc(g->n_cluster, sizeof *size);
    enum assay_status status = ASSAY_OK;
    if (sum == NULL || size == NULL) {
        status = assay_fail_memory(err, "measuring by cluster");
        goto cleanup;
    }
    for (size_t i = 0; i < g->n; i++) {
        sum[g->cluster[i]] += g->move[g->member[i]][g->outcome[i]];
        size[g->cluster[i]] += g->outcome[i];
    }
    double variance = 0.0;
    for (size_t c = 0; c < g->n_cluster; c++)
        variance += sum[c] * sum[c];
    out->variance = fmax(out->variance, variance);
    out->events_worth = assay_worth_of_clusters(size, g->n_cluster);
cleanup:
    free(sum);
    free(size);
    return status;
}

enum assay_status assay_rate_multiple(const unsigned char member[], const unsigned char outcome[],
                                      const int32_t cluster[], size_t n_cluster, size_t n,
                                      struct assay_estimate *multiple, struct assay_error *err)
{
    struct group g = {.member = member, .outcome = outcome, .cluster = cluster,
                      .n_cluster = n_cluster, .n = n};
    enum assay_status status = ASSAY_OK;
    count(&g);
    if (!(g.events > 0.0 && g.rows_share > 0.0)) {
        *multiple = assay_estimate_undefined();
        return ASSAY_OK;
    }
    find_moves(&g);
    struct spread spread = spread_by_row(&g);
    if (cluster != NULL)
        status = spread_by_cluster(&g, &spread, err);
    if (status != ASSAY_OK)
        return status;
    double s = g.share, f = g.rows_share, worth = spread.events_worth;
    if (s > 0.0 && s < 1.0 && spread.variance > 0.0)
        worth = s * (1.0 - s) / (spread.variance * f * f);
    struct assay_estimate share = assay_wilson_of_share(s, worth, ASSAY_LEVEL);
    *multiple = (struct assay_estimate){s / f, share.low / f, share.high / f};
    return ASSAY_OK;
}
