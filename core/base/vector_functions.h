/* vector_functions.h - exp, log1p and log for inner loops, a vector at a time
 *
 * For files that are compiled once for each instruction set (simd.h). No tables and no branches; the
 * same bytes on every set with a fused multiply-add. The largest errors are those found against quadruple
 * precision at 3,000,000 points of the domain; tests/base/test_vector_math.c holds them to 1.1 ulp.
 */
#ifndef ASSAY_CORE_BASE_VECTOR_FUNCTIONS_H
#define ASSAY_CORE_BASE_VECTOR_FUNCTIONS_H

#include "core/base/simd.h"

/* e^x for x <= 0, -infinity and what is below the range of doubles included: subnormal results are as
 * exact as they can be, then come zeros. NaN stays NaN.
 *
 * x = k log 2 + r with |r| <= log(2) / 2 (log 2 in two parts, the first short enough for k times it to be exact: Cody &
 * Waite 1980), e^r by a polynomial of degree 11 whose first two coefficients are 1 (the others by
 * interpolation at Chebyshev nodes, relative error 2^-56), and 2^k in two factors, so that a subnormal result is
 * rounded once.
 *
 * Largest error found 1.05 ulp with an FMA, 1.03 ulp without. */
ASSAY_SIMD assay_vec assay_vec_exp(assay_vec x)
{
    const double magic =
        0x1.8p52; /* adding it rounds to the nearest whole number, in the low bits */
    x = assay_vec_larger(assay_vec_all(-746.0), x);
    assay_vec k =
        assay_vec_fma(x, assay_vec_all(0x1.71547652b82fep0), assay_vec_all(magic)) - magic;
    assay_vec r = assay_vec_fma(k, assay_vec_all(-0x1.62e42fee00000p-1), x);
    r = assay_vec_fma(k, assay_vec_all(-0x1.a39ef35793c76p-33), r);
    assay_vec p = assay_vec_all(0x1.af38a9b0ec855p-26);
    p = assay_vec_fma(p, r, assay_vec_all(0x1.289185613a3d6p-22));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.71de0dae63bb3p-19));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.a019b90d2ae7ap-16));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.a01a01a7c41d5p-13));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.6c16c1788bd90p-10));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.11111111109b3p-7));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.5555555553d63p-5));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.5555555555556p-3));
    p = assay_vec_fma(p, r, assay_vec_all(0x1.0000000000001p-1));
    p = assay_vec_fma(p * r, r, r) + 1.0;
    assay_vec half = (k * 0.5 + magic) - magic;
    assay_mask first = (assay_mask)(half + (magic + 1023.0)) << 52;
    assay_mask second = (assay_mask)((k - half) + (magic + 1023.0)) << 52;
    return p * (assay_vec)first * (assay_vec)second;
}

/* z (f^2 / 2 + R) of log(1 + f) = f - (f^2 / 2 - z (f^2 / 2 + R)), z = f / (2 + f), as fdlibm has it (Sun Microsystems
 * 1993); R = z^2 P(z^2), P of degree 7 by interpolation at Chebyshev nodes on [0, 0.0401] (relative error of the
 * logarithm 2^-60). more is added, unrounded. */
ASSAY_SIMD assay_vec assay_vec_log_tail(assay_vec f, assay_vec half_square, assay_vec more)
{
    assay_vec z = f / (f + 2.0), w = z * z;
    assay_vec p = assay_vec_all(0x1.16b68338bd78bp-3);
    p = assay_vec_fma(p, w, assay_vec_all(0x1.0e88ea4725d3dp-3));
    p = assay_vec_fma(p, w, assay_vec_all(0x1.3b29fcbbce66dp-3));
    p = assay_vec_fma(p, w, assay_vec_all(0x1.745cab2727663p-3));
    p = assay_vec_fma(p, w, assay_vec_all(0x1.c71c72e2f78d5p-3));
    p = assay_vec_fma(p, w, assay_vec_all(0x1.24924923dba6ap-2));
    p = assay_vec_fma(p, w, assay_vec_all(0x1.9999999999f30p-2));
    p = assay_vec_fma(p, w, assay_vec_all(0x1.5555555555555p-1));
    return assay_vec_fma(z, assay_vec_fma(w, p, half_square), more);
}

/* log(1 + s) for s in [0, 1].
 *
 * From s = 1/2 on log 2 is split off, log(1 + s) = log 2 + log(1 + f) with f = (s - 1) / 2, exact; below it f = s.
 *
 * Largest error found 0.90 ulp, with an FMA and without. */
ASSAY_SIMD assay_vec assay_vec_log1p(assay_vec s)
{
    assay_mask upper = s >= 0.5;
    assay_vec zero = {0.0};
    assay_vec f = assay_vec_select(upper, (s - 1.0) * 0.5, s), half_square = f * f * 0.5;
    assay_vec high = assay_vec_select(upper, assay_vec_all(0x1.62e42fee00000p-1), zero);
    assay_vec low = assay_vec_select(upper, assay_vec_all(0x1.a39ef35793c76p-33), zero);
    return high + (f - (half_square - assay_vec_log_tail(f, half_square, low)));
}

/* log(x + more) for x in [0, 1], 0 giving -infinity, and |more| of half a unit in x's last place at most, of which the
 * square is dropped.
 *
 * x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), numbers below the range of full precision made larger first. more
 * / x is more (2 - x) where it counts: it is 0 below 1/2. */
ASSAY_SIMD assay_vec assay_vec_log(assay_vec x, assay_vec more)
{
    const int64_t one = INT64_C(0x3ff0000000000000), root_half = INT64_C(0x3fe6a09e00000000);
    assay_mask tiny = x < 0x1p-1022;
    assay_vec up = assay_vec_select(tiny, x * 0x1p54, x);
    assay_mask bits = (assay_mask)up + (one - root_half);
    assay_bits exponent = (assay_bits)bits >> 52;
    assay_vec k = (assay_vec)(exponent | (assay_bits)assay_vec_all(0x1p52)) - (0x1p52 + 1023.0);
    k = assay_vec_select(tiny, k - 54.0, k);
    assay_vec f = (assay_vec)((bits & INT64_C(0x000fffffffffffff)) + root_half) - 1.0;
    assay_vec half_square = f * f * 0.5;
    assay_vec low = assay_vec_fma(k, assay_vec_all(0x1.a39ef35793c76p-33), more * (2.0 - x));
    assay_vec tail = assay_vec_log_tail(f, half_square, low);
    assay_vec log = assay_vec_fma(k, assay_vec_all(0x1.62e42fee00000p-1), f - (half_square - tail));
    return assay_vec_select(x > 0.0, log, assay_vec_all(-__builtin_inf()));
}

#endif
