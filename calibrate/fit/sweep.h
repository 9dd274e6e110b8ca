/* sweep.h - every block of a design once, on all threads
 *
 * For what is done with rows outside the engine: predictions, composites. Designs that are not kept as
 * doubles (core/base/block.h) are made block by block on the way.
 */
#ifndef ASSAY_CALIBRATE_SWEEP_H
#define ASSAY_CALIBRATE_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/block.h"
#include "core/base/error.h"
#include "core/fit/engine.h"

/* Rows first .. first + n - 1, n at most ASSAY_BLOCK_ROWS; column j at x + j * ASSAY_BLOCK_ROWS. Writes what belongs to
 * these rows alone: blocks come in any order, several at a time. */
typedef void assay_block_visitor(void *state, size_t first, size_t n, const double *x);

/* Uses data's design, sizes and n_thread. */
ASSAY_MUST_CHECK enum assay_status assay_blocks_visit(const struct assay_array_data *data,
                                                      assay_block_visitor *visit, void *state,
                                                      struct assay_error *err);

/* prob[i] = P(event) at coef[n_column + 1] for every row that `used` flags, NaN for the others. */
ASSAY_MUST_CHECK enum assay_status assay_predict_rows(const struct assay_array_data *data,
                                                      const double coef[],
                                                      const unsigned char used[], double prob[],
                                                      struct assay_error *err);

/* Rows of part `which` alone, others untouched. */
ASSAY_MUST_CHECK enum assay_status assay_predict_part(const struct assay_array_data *data,
                                                      const double coef[], const uint16_t part[],
                                                      uint16_t which, const unsigned char used[],
                                                      double prob[], struct assay_error *err);

/* The same with coefficients by part: row k of coefs [n_part * (n_column + 1)] is for the rows of part k. Every row is
 * written: NaN where `used` does not flag it, or `fitted` [n_part] its part. */
struct assay_part_coefs {
    const uint16_t *part; /* [n_row] */
    const double *coefs;
    const unsigned char *fitted;
};
ASSAY_MUST_CHECK enum assay_status assay_predict_parts(const struct assay_array_data *data,
                                                       const struct assay_part_coefs *by,
                                                       const unsigned char used[], double prob[],
                                                       struct assay_error *err);

/* held_out as above, and apparent of the same rows by coef, in one sweep; `also` (NULL: nobody) sees the same blocks. */
struct assay_also {
    assay_block_visitor *visit;
    void *state;
};
ASSAY_MUST_CHECK enum assay_status
assay_predict_both(const struct assay_array_data *data, const double coef[],
                   const struct assay_part_coefs *by, const unsigned char used[], double apparent[],
                   double held_out[], const struct assay_also *also, struct assay_error *err);

#endif
