/* powers.h - the powers of ten as 128-bit numbers, for reading and printing decimals
 *
 * Entry k (ASSAY_POWER_FIRST..ASSAY_POWER_LAST) is the leading 128 bits of 10^k: with b = floor(log2 10^k),
 * 10^k = g 2^(b - 127) and 2^127 <= g < 2^128. g is exact for k in 0..55; beyond, it is cut off (k > 55) or
 * rounded up (k < 0), so never off by a whole unit. tests/base/test_decimal.c makes every entry anew, in
 * integers of any length, and compares.
 */
#ifndef ASSAY_CORE_BASE_POWERS_H
#define ASSAY_CORE_BASE_POWERS_H

#include <stdint.h>

/* From the smallest that 19 digits lift above 0 to the largest that printing a subnormal takes. */
#define ASSAY_POWER_FIRST (-342)
#define ASSAY_POWER_LAST  324
#define ASSAY_POWER_EXACT 55

struct assay_power {
    uint64_t high, low;
};

extern const struct assay_power assay_powers[ASSAY_POWER_LAST - ASSAY_POWER_FIRST + 1];

/* floor(log2 10^k) for |k| <= 600, and floor(log10 2^k) for |k| <= 1,100; a shift rounds down, below 0
 * too. */
static inline int assay_log2_power10(int k)
{
    return (k * 217706) >> 16;
}

static inline int assay_log10_power2(int k)
{
    return (k * 1262611) >> 22;
}

#endif
