/* slice_parts.h - what the files of the slice finder share: counts by slice, T, and T under no blind spot
 *
 * Sides are indexed by flagged: 0 below the line, 1 above it. A grid is the table of one pair of columns,
 * or of one column beside nothing (a "column" with a single code that every row has): every slice is a
 * rectangle of one grid, whose sums are four look-ups in running totals.
 */
#ifndef ASSAY_CORE_METRIC_SLICE_PARTS_H
#define ASSAY_CORE_METRIC_SLICE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/metric/slices.h"

enum { ASSAY_SLICE_FAMILIES = 2 }; /* plain, and pairs with a column that is no group */

struct assay_slice_side {
    double n, event, expected;
};
struct assay_slice_sums {
    struct assay_slice_side side[2];
};

/* The parts of T, before design effects. */
struct assay_slice_gain {
    double below, above; /* of D_u and D_f; 0 where they are no part of T */
};

/* One rectangle of a grid. */
struct assay_slice_cell {
    uint32_t corner[4];     /* in the grid's running totals: + - - + */
    unsigned char a[2], b[2]; /* first and last code */
    double n[2], expected[2], event[2];
    double looseness[2];    /* 1 / v + 1 / v of the rest, v = E (1 - E / n): bounds D */
};

struct assay_slice_grid {
    size_t a, b;            /* columns; b = n_column: nothing */
    size_t family;
    size_t width, size;     /* of the table with a row and a column for "no condition": cells = size */
    size_t first, end;      /* its cells among all */
};

struct assay_slice_grids {
    const struct assay_slice_rows *rows;
    struct assay_slice_grid *grid;
    size_t n_grid, largest; /* largest: size of a grid */
    struct assay_slice_cell *cell;
    size_t n_cell, capacity;
    struct assay_slice_sums total;
    unsigned char *nothing; /* [n] zeros: the codes of "nothing" */
};

/* ---- slice_counts.c ---- */

/* Every slice of at least `smallest` rows with its sums. */
ASSAY_MUST_CHECK enum assay_status assay_slice_grids_make(const struct assay_slice_rows *rows,
                                                          size_t smallest, size_t n_thread,
                                                          struct assay_slice_grids *grids,
                                                          struct assay_error *err);
void assay_slice_grids_clear(struct assay_slice_grids *grids);

/* Codes of column c, "nothing" included. */
const unsigned char *assay_slice_codes(const struct assay_slice_grids *grids, size_t c);

/* Running totals over a grid, in place: [i * width + j] becomes the sum over rows <= i, columns <= j. */
void assay_slice_accumulate(uint32_t count[], size_t size, size_t width);

/* A rectangle's count from running totals that have one more row and column of zeros in front. */
static inline double assay_slice_count(const uint32_t total[], const uint32_t corner[4])
{
    return (double)(total[corner[0]] - total[corner[1]] - total[corner[2]] + total[corner[3]]);
}

/* ---- slice_joint.c ---- */

enum { ASSAY_SLICE_JOINT = 5 };

/* A table of the rows by up to five columns at once, of which the grids of its pairs are margins. */
struct assay_slice_joint {
    size_t column[ASSAY_SLICE_JOINT], n_column;
    size_t stride[ASSAY_SLICE_JOINT]; /* a cell's number is the sum of stride times code */
    size_t n_cell, first;             /* its cells among those of all joints */
};

/* Sums are by [cell][side]. */
struct assay_slice_joints {
    struct assay_slice_joint *joint;
    size_t n_joint, n_cell;
    size_t *of_grid;        /* [n_grid] the joint that a grid is a margin of */
    size_t *values;         /* [n_column] codes up to the highest that some row has, in place of n_code + 1 */
    uint64_t *n, *expected; /* expected: in units of 2^-28, to which each row's is rounded */
    uint32_t *event;
};

/* Reads the codes for their highest, then the rows once. The same sums on any number of threads.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_slice_joints_make(const struct assay_slice_grids *grids,
                                                           size_t n_thread,
                                                           struct assay_slice_joints *joints,
                                                           struct assay_error *err);
void assay_slice_joints_clear(struct assay_slice_joints *joints);

/* Grid g's sums: n and expected by [cell][side], event by [side][cell]; 2 * size of each. */
void assay_slice_joints_margin(const struct assay_slice_joints *joints, size_t g,
                               const struct assay_slice_grids *grids, double n[], double expected[],
                               uint32_t event[]);

/* ---- slice_gain.c ---- */

struct assay_slice_gain assay_slice_gain_of(enum assay_slice_kind kind,
                                            const struct assay_slice_sums *slice,
                                            const struct assay_slice_sums *total);
/* Denominator and wrong ones of a kind. */
void assay_slice_rate(enum assay_slice_kind kind, const struct assay_slice_sums *sums, double *of,
                      double *wrong);
/* P(T >= t) of a score that is right everywhere. */
double assay_slice_p_value(enum assay_slice_kind kind, double t);

/* ---- slice_rows.c ---- */

/* Rows by cluster, cut into blocks that part no cluster, with what has been reported of them. */
struct assay_slice_view {
    const struct assay_slice_rows *rows; /* as they were given, or: */
    struct assay_slice_rows sorted;      /* by cluster, in arrays of the view's own */
    struct assay_slice_column *column;
    unsigned char *codes, *bytes;        /* what sorted points into; NULL: rows came by cluster */
    double *numbers;
    int32_t *cluster;
    size_t *start;                       /* [n_block + 1] */
    size_t n_block, n_thread;
    unsigned char *covered;              /* [n] 1: of a slice that was reported */
    struct assay_slice_sums *uncovered;  /* [n_block] */
    struct slice_block *block;           /* [n_block][ASSAY_SLICES_AT_ONCE] what a pass finds */
};

ASSAY_MUST_CHECK enum assay_status assay_slice_view_init(const struct assay_slice_rows *rows,
                                                         size_t n_thread,
                                                         struct assay_slice_view *view,
                                                         struct assay_error *err);
void assay_slice_view_clear(struct assay_slice_view *view);

/* No row is covered. */
void assay_slice_uncover(struct assay_slice_view *view);
void assay_slice_cover(struct assay_slice_view *view, const struct assay_slice *slice);

enum { ASSAY_SLICES_AT_ONCE = 8 };

/* Of a slice: design effects of what came less what was expected, by side; and sums of its rows that are not
 * covered. */
struct assay_slice_seen {
    double effect[2];
    struct assay_slice_sums part;
};

/* Looks at n slices, at most ASSAY_SLICES_AT_ONCE, while the rows pass once (slices NULL: at all rows, as one);
 * *total: all rows that are not covered. */
void assay_slice_look(const struct assay_slice_view *view, const struct assay_slice slices[], size_t n,
                      struct assay_slice_seen seen[], struct assay_slice_sums *total);

/* shared[n]: wrong rows, of the slice's kind, that it shares with each of the others. */
void assay_slice_shared(const struct assay_slice_view *view, const struct assay_slice *slice,
                        const struct assay_slice others[], size_t n, size_t shared[]);

/* ---- slice_null.c ---- */

/* largest[kind][family][resamples]: the largest T of each search on redrawn events; the first *done,
 * ascending. It stops when, in every kind and family, more searches than `allowed` have reached what was
 * observed, which then is no finding. */
ASSAY_MUST_CHECK enum assay_status assay_slice_null(const struct assay_slice_grids *grids,
                                                    const struct assay_slice_options *options,
                                                    double observed[ASSAY_SLICE_KINDS]
                                                                   [ASSAY_SLICE_FAMILIES],
                                                    double allowed,
                                                    double *largest[ASSAY_SLICE_KINDS]
                                                                   [ASSAY_SLICE_FAMILIES],
                                                    size_t *done, struct assay_error *err);

#endif
