/* design_effect.h - by how much rows that share an account say less than as many that do not
 *
 * A figure is, to first order, a sum over its m rows of what each moves it by, v_i. Its design effect
 * (Kish 1965) is the variance that holds between clusters over the one that would hold between rows,
 *
 *   d = G / (G - 1) * sum_g (sum of v_i over cluster g)^2 / ( m / (m - 1) * sum_i v_i^2 ),
 *
 * over the G clusters that hold these rows, and not below 1: chance alone makes estimates so small. 1 also
 * where there is a single cluster, or nothing moves the figure. Shares take it off their denominator (Rao
 * and Scott 1992, Biometrics 48:577-585), others stretch their interval by its root: clustered.h does so
 * for the headline figures, and this is the same for any other.
 */
#ifndef ASSAY_CORE_METRIC_DESIGN_EFFECT_H
#define ASSAY_CORE_METRIC_DESIGN_EFFECT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* Room for the sums of one figure at a time, or of three about the same rows: 37 bytes for each code. */
struct assay_design_effect {
    size_t n_code, n_seen, n;
    double by_row;
    double *sum;         /* [n_code] 0 between figures */
    int32_t *seen;       /* [n_seen + 1] the codes so far, and room for one */
    unsigned char *mark; /* [n_code] 1: seen */
    uint32_t (*cell)[4]; /* [n_code] rows by cell, 0 between figures; behind sum */
    double (*three)[4];  /* [n_code] sums of three figures, and 1 where they have a row; in the place of both */
    double by_row_of[3]; /* of the three */
};

/* For codes 0 .. n_code - 1.  ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_design_effect_init(size_t n_code,
                                                            struct assay_design_effect *effect,
                                                            struct assay_error *err);
void assay_design_effect_clear(struct assay_design_effect *effect);

/* One row of the figure: its cluster, and v_i (in any unit). Without a branch, for which cluster is new nobody can
 * foresee, and many rows are then waited for at once. */
static inline void assay_design_effect_add(struct assay_design_effect *effect, int32_t cluster,
                                           double move)
{
    effect->seen[effect->n_seen] = cluster;
    effect->n_seen += effect->mark[cluster] ^ 1U;
    effect->mark[cluster] = 1;
    effect->sum[cluster] += move;
    effect->by_row += move * move;
    effect->n++;
}

/* A row of this cluster will be added soon: in an order in which clusters come at random its sum is fetched ahead. */
static inline void assay_design_effect_expect(const struct assay_design_effect *effect, int32_t cluster)
{
    __builtin_prefetch(&effect->sum[cluster], 1);
    __builtin_prefetch(&effect->mark[cluster], 1);
}

/* d of the rows added since the last call; the room is empty again. */
double assay_design_effect_take(struct assay_design_effect *effect);

/* ---- three figures about the same rows ---- */

/* As assay_design_effect_add() for each of them, from one look at the cluster. */
static inline void assay_design_effect_add_three(struct assay_design_effect *effect, int32_t cluster,
                                                 const double move[3])
{
    double *sum = effect->three[cluster];
    effect->seen[effect->n_seen] = cluster;
    effect->n_seen += sum[3] == 0.0;
    sum[3] = 1.0;
    for (int f = 0; f < 3; f++) {
        sum[f] += move[f];
        effect->by_row_of[f] += move[f] * move[f];
    }
    effect->n++;
}

static inline void assay_design_effect_expect_three(const struct assay_design_effect *effect,
                                                    int32_t cluster)
{
    __builtin_prefetch(effect->three[cluster], 1);
}

/* As assay_design_effect_take(), of the rows added to three. */
void assay_design_effect_take_three(struct assay_design_effect *effect, double d[3]);

/* ---- rows that fall into four cells (flagged or not, by event or not) ---- */

/* Figures whose v_i are the same in all rows of a cell need no pass of their own: sums over the clusters of the
 * products of their rows in each two cells lead to any of them. */
struct assay_cell_moments {
    double rows[4];       /* in each cell */
    double clusters[16];  /* with rows in just the cells of a mask */
    double product[4][4]; /* sum over clusters, rows in the one cell times rows in the other */
};

static inline void assay_design_effect_cell(struct assay_design_effect *effect, int32_t cluster,
                                            size_t cell)
{
    effect->seen[effect->n_seen] = cluster;
    effect->n_seen += effect->mark[cluster] ^ 1U;
    effect->mark[cluster] = 1;
    effect->cell[cluster][cell]++;
}

/* Of the rows added by assay_design_effect_cell() since the last call; the room is empty again. */
void assay_design_effect_take_cells(struct assay_design_effect *effect,
                                    struct assay_cell_moments *moments);

/* d of a figure about the rows of the cells in the mask `members`, which a row of cell c moves by move[c]. */
double assay_cell_effect(const struct assay_cell_moments *moments, unsigned members,
                         const double move[4]);

/* ---- others ---- */

/* d from the number of rows and of clusters, the sum of v_i^2 and that of the squares of the clusters' sums: for who
 * has rows side by side by cluster. */
double assay_design_effect_of(double rows, double clusters, double by_row, double by_cluster);

/* estimate with its interval stretched by sqrt(d) about the value and cut at lowest and highest. */
struct assay_estimate assay_stretch(struct assay_estimate estimate, double d, double lowest,
                                    double highest);

/* The same on the logit scale, for a value strictly between 0 and 1. */
struct assay_estimate assay_stretch_logit(struct assay_estimate estimate, double d);

#endif
