/* number_codes.h - a column's numbers as 16-bit codes into their distinct values
 *
 * Health signals are counts, shares in percent and months: ten million of them have a few thousand distinct
 * values. A value is told from another by its bits, so that -0 and 0 are two, and all NaN are one. For table.c,
 * which decides what is coded; everybody else reads through table.h.
 *
 * A value is found by open addressing with linear probing (Knuth 1973, 6.4) from a multiplicative hash. A
 * free slot holds code 0, whose value is compared like any other: a probe ends there in either case.
 */
#ifndef ASSAY_CORE_DATA_NUMBER_CODES_H
#define ASSAY_CORE_DATA_NUMBER_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/data/table.h"

#define ASSAY_MOST_VALUES 65536 /* that 16 bits tell apart */

/* Writes the codes of number[n] to rows first .. first + n - 1 of a coded column, which has room for them.
 * Returns how many it wrote: fewer than n where a value more than ASSAY_MOST_VALUES came (column->n_value
 * is that many then), or where there was no memory. */
size_t assay_number_codes_write(struct assay_column *column, size_t first, const double number[],
                                size_t n);

/* Forgets values that no row of the first n_row has: those of a part that was not appended. */
void assay_number_codes_trim(struct assay_column *column, size_t n_row);

/* Makes a plain column coded, with room for capacity rows: true, or false where there is no memory, which
 * leaves it plain. Too many values leave it plain too, and are no failure. */
bool assay_number_codes_make(struct assay_column *column, size_t n_row, size_t capacity);

/* Makes a coded column plain again. False, with the column as it was, where there is no memory. */
bool assay_number_codes_undo(struct assay_column *column, size_t n_row, size_t capacity);

/* Gives back codes, values and index; the column is neither plain nor coded then. */
void assay_number_codes_clear(struct assay_column *column);

#endif
