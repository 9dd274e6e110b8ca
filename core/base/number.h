/* number.h - decimal text to double and back, without loss and without a locale */
#ifndef ASSAY_CORE_BASE_NUMBER_H
#define ASSAY_CORE_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads all of text[length] as a decimal number: [+-] digits [. digits] [e [+-] digits], with
 * at least one digit in the mantissa. Correctly rounded: the same bits as strtod(). Refuses what
 * strtod() takes beyond that (blanks, hexadecimal, nan, inf) and what overflows a double. Text of
 * any length is read without allocating. */
bool assay_number_parse(const char *text, size_t length, double *value);

/* The decimal text with the fewest digits (as %g rounds them) that reads back as the same double,
 * as JSON writes it; returns its length. value must be finite. -0 is written "-0". */
#define ASSAY_NUMBER_SIZE 32
size_t assay_number_print(double value, char out[ASSAY_NUMBER_SIZE]);

/* For people: value as a whole number, its thousands set off, "-1,234,567"; from 1e15 in magnitude as
 * "1.235e+15". Never "-0". value must be finite. Returns out. */
#define ASSAY_GROUPED_SIZE 32
const char *assay_number_group(double value, char out[ASSAY_GROUPED_SIZE]);

/* For people: value, or 0 where so many decimals (0..15) print it as 0, which has no sign: no "-0.00". */
double assay_number_unsigned_zero(double value, int decimals);

/* Whether text[length] is one of the ways an export writes an empty cell:
 * nothing, NA, N/A, null, NaN, in any case. */
bool assay_is_missing(const char *text, size_t length);

/* 1 / (1 + e^-x), the probability of a log-odds: exp() sees only non-positive numbers. */
double assay_expit(double log_odds);

/* Reads a 0/1 value as exports write it: 0/1, no/yes, false/true, n/y, f/t, in any
 * case, and 0.0/1.0, which is what a data frame makes of a 0/1 column with gaps. */
bool assay_flag_parse(const char *text, size_t length, int8_t *flag);

#endif
