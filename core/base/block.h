/* block.h - the layout of a design: blocks of rows, columns contiguous within a block
 *
 * Shared by those who fill designs (core/signal) and those who sum over them (core/fit). A block of
 * a dozen columns stays in the first-level cache while its products are taken.
 * value (row i, column j) = x[(i / R * n_column + j) * R + i % R], R = ASSAY_BLOCK_ROWS.
 * The last block is padded; its padding is never read as data.
 */
#ifndef ASSAY_CORE_BASE_BLOCK_H
#define ASSAY_CORE_BASE_BLOCK_H

#include <stddef.h>

#define ASSAY_BLOCK_ROWS 256

static inline size_t assay_block_index(size_t row, size_t column, size_t n_column)
{
    return (row / ASSAY_BLOCK_ROWS * n_column + column) * ASSAY_BLOCK_ROWS + row % ASSAY_BLOCK_ROWS;
}

/* Doubles that a design of this size takes: whole blocks. */
static inline size_t assay_block_size(size_t n_row, size_t n_column)
{
    return (n_row + ASSAY_BLOCK_ROWS - 1) / ASSAY_BLOCK_ROWS * ASSAY_BLOCK_ROWS * n_column;
}

#endif
