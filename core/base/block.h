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

/* Blocks that are made when they are needed, where a design is not kept as doubles. fill(state, block, out)
 * writes the n_column * R values of one block, finite in its padding too; any thread may call it, and it writes
 * the same each time. */
struct assay_block_source {
    void (*fill)(const void *state, size_t block, double out[]);
    const void *state;
};

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
