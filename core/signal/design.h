/* design.h - normalised signals as the engine's blocks
 *
 * Column j < n_signal holds s_j / 100; behind them stands one 0/1 column for each signal whose
 * missing policy is `indicator`, in the signals' order. The model's coefficients are
 *   [0] alpha, [1 + j] of signal j (= -u_j), [1 + n_signal + k] of indicator k.
 *
 * Short tables keep all values, in x. Long ones, whose columns are coded (core/data/table.h), keep what
 * values are found by (lookup.h), a few bytes a row, and make a block when it is asked for: the same
 * values, to the bit.
 */
#ifndef ASSAY_CORE_SIGNAL_DESIGN_H
#define ASSAY_CORE_SIGNAL_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/block.h"
#include "core/base/error.h"
#include "core/data/table.h"
#include "core/signal/baseline.h"
#include "core/signal/columns.h"
#include "core/signal/lookup.h"
#include "core/signal/ties.h"
#include "core/spec/spec.h"

/* A value that is missing under `renormalise` or `renormalise-dimension`: what stands for it depends on the
 * weights. */
struct assay_hole {
    uint32_t row;
    uint16_t signal;
};

struct assay_design {
    const struct assay_spec *spec; /* borrowed */
    size_t n_row, n_column, n_signal;
    double *x;                 /* blocks, laid out as core/base/block.h says; or NULL: */
    struct assay_lookup *lookups; /* [n_signal] */
    size_t *indicator_signal;  /* [n_column - n_signal] */
    struct assay_hole *holes;  /* by row, then signal */
    double *hole_value;        /* [n_hole] what stands there, where there is no x */
    size_t n_hole, hole_capacity;
};

/* What a design is made of; all of it is borrowed. Without x the columns' data and leaf[] must outlive the
 * design. */
struct assay_design_source {
    const struct assay_columns *columns;
    const struct assay_table *table;
    const struct assay_baseline *baselines; /* [n_signal] */
    const uint16_t *leaf;                   /* [n_row] cohort nodes of the baselines */
    const struct assay_ties *ties;          /* [n_signal], of the same leaves, or NULL */
    size_t n_thread;
};

/* The design of every row of a table. Holes start at 0.5.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_design_make(const struct assay_spec *spec,
                                                     const struct assay_design_source *source,
                                                     struct assay_design *design,
                                                     struct assay_error *err);
void assay_design_clear(struct assay_design *design);

/* For rows that come from elsewhere: a design with x for n_row rows, all 0 and without holes ... */
ASSAY_MUST_CHECK enum assay_status assay_design_init(const struct assay_spec *spec, size_t n_row,
                                                     struct assay_design *design,
                                                     struct assay_error *err);

/* ... and one of those filled from a table.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_design_fill(struct assay_design *design, const struct assay_columns *columns,
                  const struct assay_table *table, const struct assay_baseline baselines[],
                  const uint16_t leaf[], size_t n_thread, struct assay_error *err);

/* Sets the holes to the averages that these weights give (assay_composite()); returns the largest change
 * of x. */
double assay_design_fill_holes(struct assay_design *design, const double weight[]);

/* ---- reading ---- */

/* The n_column * ASSAY_BLOCK_ROWS values of one block: x's own, or made in buffer[]. */
const double *assay_design_block(const struct assay_design *design, size_t block, double buffer[]);

/* Values of column j in rows first .. first + n - 1, all of one block, one after the other: x's own, or
 * made in buffer[n]. */
const double *assay_design_column(const struct assay_design *design, size_t column, size_t first,
                                  size_t n, double buffer[]);

/* One row, into out[n_column]. */
void assay_design_row(const struct assay_design *design, size_t row, double out[]);

/* Blocks as the engine asks for them where x is NULL; they borrow the design. */
struct assay_block_source assay_design_blocks(const struct assay_design *design);

#endif
