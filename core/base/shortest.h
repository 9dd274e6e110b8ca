/* shortest.h - the fewest digits that read back as the same double, and their text
 *
 * What assay_number_print() is made of (number.h is the door).
 */
#ifndef ASSAY_CORE_BASE_SHORTEST_H
#define ASSAY_CORE_BASE_SHORTEST_H

#include "core/base/decimal.h"
#include "core/base/number.h"

/* Of the decimals with the fewest digits that read back as value, the one nearest to it (of two, that whose
 * last digit is even), without zeros at its end. value must be finite. Schubfach (Giulietti 2020, "The Schubfach
 * way to render doubles"), with a short cut for numbers of few decimals.
 *
 * False, with nothing promised of *d, where that need not be what %g rounds to with so many digits: at powers
 * of two, whose neighbour below is nearer than the one above. */
bool assay_shortest_digits(double value, struct assay_decimal *d);

/* d as assay_number_print() writes it, which is what %g makes of it with 15 digits, or as many as d has
 * when those are more; returns the length. d has at most 17 digits and no zero at its end, unless it
 * is 0. */
size_t assay_shortest_text(const struct assay_decimal *d, char out[ASSAY_NUMBER_SIZE]);

#endif
