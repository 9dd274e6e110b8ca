#include "core/metric/design_effect.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/rows.h"

enum { MANY = 1 << 12 }; /* clusters */

enum assay_status assay_design_effect_init(size_t n_code, struct assay_design_effect *effect,
                                           struct assay_error *err)
{
    struct assay_design_effect made = {.n_code = n_code,
                                       .sum = assay_rows_alloc(n_code, sizeof *made.three),
                                       .seen = assay_rows_alloc(n_code + 1, sizeof *made.seen),
                                       .mark = assay_rows_alloc(n_code, 1)};
    if (made.sum == NULL || made.seen == NULL || made.mark == NULL) {
        assay_design_effect_clear(&made);
        return assay_fail_memory(err, "measuring by account");
    }
    made.cell = (uint32_t(*)[4])(void *)(made.sum + n_code);
    made.three = (double(*)[4])(void *)made.sum;
    *effect = made;
    return ASSAY_OK;
}

void assay_design_effect_clear(struct assay_design_effect *effect)
{
    assay_rows_free(effect->sum);
    assay_rows_free(effect->seen);
    assay_rows_free(effect->mark);
    *effect = (struct assay_design_effect){0};
}

void assay_design_effect_take_cells(struct assay_design_effect *effect,
                                    struct assay_cell_moments *moments)
{
    *moments = (struct assay_cell_moments){.rows = {0}};
    for (size_t k = 0; k < effect->n_seen; k++) {
        uint32_t *cell = effect->cell[effect->seen[k]];
        unsigned mask = 0;
        for (unsigned a = 0; a < 4; a++) {
            double rows = (double)cell[a];
            mask |= cell[a] > 0 ? 1U << a : 0U;
            moments->rows[a] += rows;
            for (unsigned b = 0; b < 4; b++)
                moments->product[a][b] += rows * (double)cell[b];
        }
        moments->clusters[mask] += 1.0;
        memset(cell, 0, sizeof effect->cell[0]);
        effect->mark[effect->seen[k]] = 0;
    }
    effect->n_seen = 0;
}

double assay_cell_effect(const struct assay_cell_moments *moments, unsigned members,
                         const double move[4])
{
    double rows = 0.0, clusters = 0.0, by_row = 0.0, by_cluster = 0.0;
    for (unsigned mask = 1; mask < 16; mask++)
        clusters += (mask & members) != 0 ? moments->clusters[mask] : 0.0;
    for (unsigned a = 0; a < 4; a++) {
        if ((members >> a & 1) == 0)
            continue;
        rows += moments->rows[a];
        by_row += moments->rows[a] * move[a] * move[a];
        for (unsigned b = 0; b < 4; b++)
            by_cluster += (members >> b & 1) != 0 ? moments->product[a][b] * move[a] * move[b] : 0.0;
    }
    return assay_design_effect_of(rows, clusters, by_row, by_cluster);
}

double assay_design_effect_of(double rows, double clusters, double by_row, double by_cluster)
{
    if (!(clusters > 1.0 && by_row > 0.0))
        return 1.0;
    return fmax(1.0, clusters / (clusters - 1.0) * by_cluster / (rows / (rows - 1.0) * by_row));
}

/* Adds up and empties the sums of many clusters by code: by when they were seen they lie anywhere. */
static double take_by_code(struct assay_design_effect *effect)
{
    double by_cluster = 0.0;
    for (size_t c = 0; c < effect->n_code; c++)
        by_cluster += effect->sum[c] * effect->sum[c];
    memset(effect->sum, 0, effect->n_code * sizeof *effect->sum);
    memset(effect->mark, 0, effect->n_code);
    return by_cluster;
}

static double take_by_seen(struct assay_design_effect *effect)
{
    double by_cluster = 0.0;
    for (size_t k = 0; k < effect->n_seen; k++) {
        double *sum = &effect->sum[effect->seen[k]];
        by_cluster += *sum * *sum;
        *sum = 0.0;
        effect->mark[effect->seen[k]] = 0;
    }
    return by_cluster;
}

static bool sees_many(const struct assay_design_effect *effect)
{
    return effect->n_seen > MANY && effect->n_seen > effect->n_code / 8;
}

double assay_design_effect_take(struct assay_design_effect *effect)
{
    double rows = (double)effect->n, clusters = (double)effect->n_seen, by_row = effect->by_row;
    double by_cluster = sees_many(effect) ? take_by_code(effect) : take_by_seen(effect);
    effect->n = effect->n_seen = 0;
    effect->by_row = 0.0;
    return assay_design_effect_of(rows, clusters, by_row, by_cluster);
}

void assay_design_effect_take_three(struct assay_design_effect *effect, double d[3])
{
    double rows = (double)effect->n, clusters = (double)effect->n_seen, by_cluster[3] = {0.0};
    bool many = sees_many(effect); /* by code, as one figure's are */
    size_t n = many ? effect->n_code : effect->n_seen;
    for (size_t k = 0; k < n; k++) {
        double *sum = effect->three[many ? k : (size_t)effect->seen[k]];
        for (int f = 0; f < 3; f++)
            by_cluster[f] += sum[f] * sum[f];
        memset(sum, 0, sizeof effect->three[0]);
    }
    for (int f = 0; f < 3; f++) {
        d[f] = assay_design_effect_of(rows, clusters, effect->by_row_of[f], by_cluster[f]);
        effect->by_row_of[f] = 0.0;
    }
    effect->n = effect->n_seen = 0;
}

struct assay_estimate assay_stretch(struct assay_estimate estimate, double d, double lowest,
                                    double highest)
{
    double by = sqrt(d), value = estimate.value;
    if (isnan(estimate.low))
        return estimate;
    return (struct assay_estimate){value, fmax(value - by * (value - estimate.low), lowest),
                                   fmin(value + by * (estimate.high - value), highest)};
}

static double logit(double share)
{
    return log(share) - log1p(-share);
}

struct assay_estimate assay_stretch_logit(struct assay_estimate estimate, double d)
{
    if (isnan(estimate.low))
        return estimate;
    struct assay_estimate scale = {logit(estimate.value), logit(estimate.low), logit(estimate.high)};
    scale = assay_stretch(scale, d, -HUGE_VAL, HUGE_VAL);
    return (struct assay_estimate){estimate.value, assay_expit(scale.low), assay_expit(scale.high)};
}
