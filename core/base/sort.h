/* sort.h - sorting doubles by the million
 *
 * Radix sort on an order-preserving image of the double, the most significant bits that vary first (MSD: McIlroy,
 * Bostic & McIlroy 1993, Computing Systems 6:5-27): stable and linear. From 65,536 items on all processors share
 * the work; memory is gone through in order but for one scattering into 2,048 buckets, so that it may be a mapped
 * file. The result is the same on any number of threads, for a stable order is the only one. -0 and 0 are one
 * value; NaN is the caller's to keep out.
 */
#ifndef ASSAY_CORE_BASE_SORT_H
#define ASSAY_CORE_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct assay_sort_item {
    uint64_t key; /* assay_sort_key() of the value */
    size_t index; /* whatever the caller wants to find again */
};

/* The 64-bit image of a double that sorts as the double does, and back: sign bit set for positive values, all bits
 * turned for negative ones; adding 0 makes -0 a 0. */
static inline uint64_t assay_sort_key(double value)
{
    double plain = value + 0.0;
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits ^ ((UINT64_C(0) - (bits >> 63)) | UINT64_C(1) << 63);
}
double assay_sort_value(uint64_t key);

/* Sorts items[n], with spare[n] as scratch. *sorted is the one of the two that holds the result; items
 * with equal keys keep their order. False, with nothing promised, when there is no memory. */
bool assay_sort_items(struct assay_sort_item items[], struct assay_sort_item spare[], size_t n,
                      struct assay_sort_item **sorted);

#endif
