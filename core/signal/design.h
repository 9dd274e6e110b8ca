/* design.h - normalised signals as the engine's blocks
 *
 * Column j < n_signal holds s_j / 100; behind them stands one 0/1 column for each signal whose
 * missing policy is `indicator`, in the signals' order. The model's coefficients are
 *   [0] alpha, [1 + j] of signal j (= -u_j), [1 + n_signal + k] of indicator k.
 */
#ifndef ASSAY_CORE_SIGNAL_DESIGN_H
#define ASSAY_CORE_SIGNAL_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/signal/baseline.h"
#include "core/signal/columns.h"
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
    double *x;                 /* blocks, laid out as core/base/block.h says */
    size_t *indicator_signal;  /* [n_column - n_signal] */
    struct assay_hole *holes;  /* by row, then signal */
    size_t n_hole, hole_capacity;
};

/* Allocates a design for n_row rows. */
ASSAY_MUST_CHECK enum assay_status assay_design_init(const struct assay_spec *spec, size_t n_row,
                                                     struct assay_design *design,
                                                     struct assay_error *err);
void assay_design_clear(struct assay_design *design);

/* Normalises every row of the table with these baselines [n_signal]; leaf[i] is row i's cohort
 * node. Holes start at 0.5.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_design_fill(struct assay_design *design, const struct assay_columns *columns,
                  const struct assay_table *table, const struct assay_baseline baselines[],
                  const uint16_t leaf[], size_t n_thread, struct assay_error *err);

/* Sets the holes to the averages that these weights give (assay_composite()); returns the largest change
 * of x. */
double assay_design_fill_holes(struct assay_design *design, const double weight[]);

#endif
