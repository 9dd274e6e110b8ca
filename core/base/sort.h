/* sort.h - sorting doubles by the million
 *
 * Least significant digit radix sort on an order-preserving image of the double: stable, linear, and
 * the same work whatever the input. -0 and 0 are one value; NaN is the caller's to keep out.
 */
#ifndef ASSAY_CORE_BASE_SORT_H
#define ASSAY_CORE_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assay_sort_item {
    uint64_t key; /* assay_sort_key() of the value */
    size_t index; /* whatever the caller wants to find again */
};

/* The 64-bit image of a double that sorts as the double does, and back. */
uint64_t assay_sort_key(double value);
double assay_sort_value(uint64_t key);

/* Sorts items[n], with spare[n] as scratch. *sorted is the one of the two that holds the result; items
 * with equal keys keep their order. False, with nothing promised, when there is no memory. */
bool assay_sort_items(struct assay_sort_item items[], struct assay_sort_item spare[], size_t n,
                      struct assay_sort_item **sorted);

#endif
