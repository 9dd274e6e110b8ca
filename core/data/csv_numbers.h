/* csv_numbers.h - short numbers of a column, many rows at a time
 *
 * Internal to core/data. On AVX-512 eight rows at once, on AVX2 four, elsewhere one: the same bits.
 */
#ifndef ASSAY_CORE_DATA_CSV_NUMBERS_H
#define ASSAY_CORE_DATA_CSV_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Field i lies between bytes[end[-1]] and bytes[*end], both left out, with end = ends + i * stride; the 8 bytes before
 * *end are readable. Writes number[i] for fields of 1 to 8 characters as assay_decimal_small() (decimal.h) takes
 * them, NaN for empty ones unless `required`. Others are left[i] = 1, and 0 elsewhere; returns how many. */
size_t assay_numbers_read(const char *bytes, const uint32_t *ends, size_t stride, size_t n,
                          bool required, double number[], unsigned char left[]);

#endif
