/* slice_parts.h - what the files of the slice finder share: counts by slice, T, and T under no blind spot
 *
 * Sides are indexed by flagged: 0 below the line, 1 above it. A grid is the table of one pair of columns,
 * or of one column beside nothing (a "column" with a single code that every row has): every slice is a
 * rectangle of one grid, whose sums are four look-ups in running totals.
 */
#ifndef ASSAY_CORE_METRIC_SLICE_PARTS_H
#define ASSAY_CORE_METRIC_SLICE_PARTS_H

#include <stdbool.h>

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

/* ---- slice_gain.c ---- */

struct assay_slice_gain assay_slice_gain_of(enum assay_slice_kind kind,
                                            const struct assay_slice_sums *slice,
                                            const struct assay_slice_sums *total);
/* Denominator and wrong ones of a kind. */
void assay_slice_rate(enum assay_slice_kind kind, const struct assay_slice_sums *sums, double *of,
                      double *wrong);
/* P(T >= t) of a score that is right everywhere. */
double assay_slice_p_value(enum assay_slice_kind kind, double t);

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
