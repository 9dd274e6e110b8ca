#include "core/metric/saves.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"

/* A row is in one of twelve cells, by group, flag and outcome; a rate is a pair of sets of cells,
 * and a set of cells is a mask. */
enum { CELLS = 4 * ASSAY_ACTION_GROUPS };
#define CELL(group, flagged, outcome) (4 * (group) + 2 * (flagged) + (outcome))
#define GROUP_MASK(group)             (0xfu << 4 * (group))
enum {
    EVENTS = 0xaaa,
    STAYED = 0x555,
    FLAGGED = 0xccc,
    UNFLAGGED = 0x333,
    MAYBE_SAVED = 0xff0 & STAYED
};

/* Over clusters a rate needs no more than how often two cells meet in a cluster, and how many
 * clusters hold which cells: with hits h and members m by cluster, sum (h - share m)^2 is a
 * quadratic form in the first, and the clusters with a member are counted from the second. */
struct cells {
    bool clustered;
    size_t total[CELLS];
    double product[CELLS][CELLS]; /* sum over clusters of the product of two cells' rows */
    size_t holding[1 << CELLS];   /* clusters, by the mask of the cells they hold */
};

static enum assay_status check_row(const struct assay_saves_rows *rows, size_t i,
                                   struct assay_error *err)
{
    if (rows->flagged[i] > 1 || rows->outcome[i] > 1 || rows->group[i] >= ASSAY_ACTION_GROUPS)
        return assay_fail(
            err, ASSAY_EDATA,
            "saves: row %zu is flagged %u, outcome %u, group %u; expected 0 or 1, 0 or 1, "
            "and 0 to %d",
            i, rows->flagged[i], rows->outcome[i], rows->group[i], ASSAY_ACTION_GROUPS - 1);
    if (rows->cluster != NULL && rows->cluster[i] < 0)
        return assay_fail(err, ASSAY_EDATA, "saves: cluster[%zu] is %d; expected 0 or more", i,
                          rows->cluster[i]);
    return ASSAY_OK;
}

static enum assay_status count_rows(const struct assay_saves_rows *rows, struct cells *cells,
                                    size_t *n_cluster, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    *n_cluster = 0;
    for (size_t i = 0; i < rows->n && status == ASSAY_OK; i++) {
        status = check_row(rows, i, err);
        if (status != ASSAY_OK)
            break;
        cells->total[CELL((size_t)rows->group[i], rows->flagged[i], rows->outcome[i])]++;
        if (rows->cluster != NULL && (size_t)rows->cluster[i] >= *n_cluster)
            *n_cluster = (size_t)rows->cluster[i] + 1;
    }
    return status;
}

static void count_cluster(const uint32_t of[CELLS], struct cells *cells)
{
    size_t held[CELLS], n = 0, mask = 0;
    for (size_t k = 0; k < CELLS; k++)
        if (of[k] > 0) {
            held[n++] = k;
            mask |= (size_t)1 << k;
        }
    cells->holding[mask]++;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            cells->product[held[a]][held[b]] += (double)of[held[a]] * (double)of[held[b]];
}

static enum assay_status count_clusters(const struct assay_saves_rows *rows, size_t n_cluster,
                                        struct cells *cells, struct assay_error *err)
{
    uint32_t(*of)[CELLS] = assay_rows_alloc(n_cluster, sizeof *of);
    if (of == NULL)
        return assay_fail_memory(err, "counting who was acted on");
    for (size_t i = 0; i < rows->n; i++)
        of[rows->cluster[i]][CELL((size_t)rows->group[i], rows->flagged[i], rows->outcome[i])]++;
    for (size_t c = 0; c < n_cluster; c++)
        count_cluster(of[c], cells);
    assay_rows_free(of);
    return ASSAY_OK;
}

static double sum_total(const struct cells *cells, unsigned mask)
{
    double sum = 0.0;
    for (size_t k = 0; k < CELLS; k++)
        sum += mask >> k & 1 ? (double)cells->total[k] : 0.0;
    return sum;
}

/* Variance of the share over clusters to that over rows, as clustered.h has it. */
static double design_effect(const struct cells *cells, unsigned members, unsigned hits, double n,
                            double share)
{
    double clusters = 0.0, squares = 0.0, factor[CELLS];
    for (size_t k = 0; k < CELLS; k++)
        factor[k] = (double)(hits >> k & 1) - share * (double)(members >> k & 1);
    for (size_t a = 0; a < CELLS; a++)
        for (size_t b = 0; b < CELLS; b++)
            squares += factor[a] * factor[b] * cells->product[a][b];
    for (size_t mask = 0; mask < 1 << CELLS; mask++)
        clusters += mask & members ? (double)cells->holding[mask] : 0.0;
    double by_row = n / (n - 1.0) * n * share * (1.0 - share);
    if (!(clusters > 1.0 && by_row > 0.0))
        return 1.0;
    return fmax(1.0, clusters / (clusters - 1.0) * squares / by_row);
}

/* Of hits among members; hits is a subset. */
static struct assay_estimate share_of(const struct cells *cells, unsigned members, unsigned hits)
{
    double n = sum_total(cells, members);
    if (!(n > 0.0))
        return assay_estimate_undefined();
    double share = sum_total(cells, hits) / n;
    double effect = cells->clustered ? design_effect(cells, members, hits, n, share) : 1.0;
    return assay_wilson_of_share(share, n / effect, ASSAY_LEVEL);
}

static struct assay_bound bound_of(struct assay_estimate low, struct assay_estimate high)
{
    if (isnan(low.value) || isnan(high.value))
        return (struct assay_bound){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    return (struct assay_bound){low.value, high.value, low.low, high.high};
}

static void measure_group(const struct cells *cells, size_t g, struct assay_saves *out)
{
    unsigned mine = GROUP_MASK(g);
    out->group[g].counts = (struct assay_confusion){.tp = cells->total[CELL(g, 1, 1)],
                                                    .fp = cells->total[CELL(g, 1, 0)],
                                                    .fn = cells->total[CELL(g, 0, 1)],
                                                    .tn = cells->total[CELL(g, 0, 0)]};
    out->group[g].sensitivity = share_of(cells, mine & EVENTS, mine & EVENTS & FLAGGED);
    out->group[g].specificity = share_of(cells, mine & STAYED, mine & STAYED & UNFLAGGED);
    out->group[g].ppv = share_of(cells, mine & FLAGGED, mine & FLAGGED & EVENTS);
}

static void measure_bounds(const struct cells *cells, struct assay_saves *out)
{
    const unsigned a = MAYBE_SAVED & FLAGGED, b = MAYBE_SAVED & UNFLAGGED;
    out->stayed_flagged = (size_t)sum_total(cells, a);
    out->stayed_unflagged = (size_t)sum_total(cells, b);
    out->sensitivity = bound_of(share_of(cells, EVENTS | b, EVENTS & FLAGGED),
                                share_of(cells, EVENTS | a, (EVENTS & FLAGGED) | a));
    out->specificity = bound_of(share_of(cells, STAYED & ~b, STAYED & UNFLAGGED & ~b),
                                share_of(cells, STAYED & ~a, STAYED & UNFLAGGED));
    out->ppv = bound_of(share_of(cells, FLAGGED, FLAGGED & EVENTS),
                        share_of(cells, FLAGGED, (FLAGGED & EVENTS) | a));
    out->npv = bound_of(share_of(cells, UNFLAGGED, UNFLAGGED & STAYED & ~b),
                        share_of(cells, UNFLAGGED, UNFLAGGED & STAYED));
}

enum assay_status assay_saves_measure(const struct assay_saves_rows *rows, struct assay_saves *out,
                                      struct assay_error *err)
{
    size_t n_cluster;
    struct cells *cells = assay_alloc(1, sizeof *cells); /* 34 kB */
    if (cells == NULL)
        return assay_fail_memory(err, "counting who was acted on");
    cells->clustered = rows->cluster != NULL;
    enum assay_status status = count_rows(rows, cells, &n_cluster, err);
    if (status == ASSAY_OK && cells->clustered)
        status = count_clusters(rows, n_cluster, cells, err);
    if (status == ASSAY_OK) {
        for (size_t g = 0; g < ASSAY_ACTION_GROUPS; g++)
            measure_group(cells, g, out);
        measure_bounds(cells, out);
    }
    free(cells);
    return status;
}
