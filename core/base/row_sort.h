/* row_sort.h - rows in the order of their values, by 8 bytes a row
 *
 * sort.h sorts any keys in 16 bytes an item. Here an item is the highest bits of the value's image (assay_sort_key())
 * in which values differ, above the row and a bit of the caller's: half the memory to go through. Rows that agree in
 * those bits are told apart by the values themselves, so that the order is exact. All processors share the work;
 * the result does not depend on their number.
 */
#ifndef ASSAY_CORE_BASE_ROW_SORT_H
#define ASSAY_CORE_BASE_ROW_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an item says. */
static inline size_t assay_sorted_row(uint64_t item)
{
    return (size_t)(item >> 1 & UINT32_MAX);
}

static inline unsigned assay_sorted_flag(uint64_t item)
{
    return (unsigned)(item & 1);
}

/* Of two items of one sorting, whether their values are equal. */
static inline bool assay_sorted_tied(const double value[], uint64_t a, uint64_t b)
{
    return a >> 33 == b >> 33 && value[assay_sorted_row(a)] == value[assay_sorted_row(b)];
}

/* items[n]: the rows from the smallest value to the largest, equal ones (-0 and 0 are) in their order, and their
 * flags, 0 or 1; flag NULL: 0. No value is NaN, n <= 2^32. Scratch is 8 bytes for each row of the commonest leading
 * bits, for each processor, and never more than for all rows. False, with nothing promised, when there is no
 * memory. */
bool assay_row_sort(const double value[], const unsigned char flag[], size_t n, uint64_t items[]);

#endif
