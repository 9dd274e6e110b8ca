/* cluster_sums.h - what design effects of several figures need (design_effect.h), in one pass over the rows
 *
 * Where a cluster's rows stand next to each other in the order of their codes, as an account's in a file usually do,
 * they are summed where they stand; else each task takes the clusters of a range of codes. All processors
 * share the work; the result does not depend on their number.
 */
#ifndef ASSAY_CORE_METRIC_CLUSTER_SUMS_H
#define ASSAY_CORE_METRIC_CLUSTER_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/design_effect.h"

enum { ASSAY_MOVES = 6, ASSAY_MOVE_ROWS = 256 };

/* What some rows move each figure by, and the cell each falls into. */
struct assay_move_strip {
    double move[ASSAY_MOVES][ASSAY_MOVE_ROWS];
    unsigned char cell[ASSAY_MOVE_ROWS]; /* 0 to 3 */
};

struct assay_move_rows {
    const int32_t *cluster; /* [n] codes from 0; NULL: every row one of its own */
    size_t n;
    size_t n_figure; /* moves that are used, at most ASSAY_MOVES; 0 where the cells are enough */
    const void *state;
    /* Fills n_figure moves and the cells of the strip for row[n_row]. Several threads may be at it at once. */
    void (*fill)(const void *state, const size_t row[], size_t n_row, struct assay_move_strip *strip);
};

struct assay_cluster_sums {
    double rows, clusters;
    double by_row[ASSAY_MOVES], by_cluster[ASSAY_MOVES]; /* squares of moves, and of clusters' sums of them */
    struct assay_cell_moments cells;
};

/*   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_cluster_sums_find(const struct assay_move_rows *rows,
                                                           struct assay_cluster_sums *sums,
                                                           struct assay_error *err);

/* Whether clusters lie together: codes only rise, so that none comes again. cluster NULL: they do. */
bool assay_clusters_together(const int32_t cluster[], size_t n);

/* d of figure k. */
double assay_cluster_sums_effect(const struct assay_cluster_sums *sums, size_t k);

#endif
