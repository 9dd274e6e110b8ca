/* simd.h - vectors of doubles for inner loops that are compiled once for each instruction set
 *
 * A file that defines ASSAY_SIMD_WIDTH (doubles a vector: 8 for AVX-512, 4 for AVX2 with FMA, 2 for what every
 * processor of the architecture has) and includes this may use what follows in functions marked ASSAY_SIMD. Files
 * compiled for a set the processor lacks are never entered (cpu.h chooses), so nothing here tests for it.
 *
 * Loops run over ASSAY_SIMD_LANES = 8 logical lanes: element i belongs to lane i % 8 whatever the width, a sum is eight
 * sums, and they are added up in one order. That, explicit fused multiply-adds and -ffp-contract=off give
 * the same bytes on every set that has an FMA. A loop that has not the registers for eight lanes runs
 * once for each group of lanes, ASSAY_SIMD_GROUPS times.
 *
 * Arithmetic is that of C: + - * / and comparisons work on assay_vec, element by element.
 */
#ifndef ASSAY_CORE_BASE_SIMD_H
#define ASSAY_CORE_BASE_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifndef ASSAY_SIMD_WIDTH
#error "ASSAY_SIMD_WIDTH is not defined; expected 8, 4 or 2"
#endif

enum {
    ASSAY_SIMD_LANES = 8,
    ASSAY_SIMD_GROUPS = ASSAY_SIMD_LANES / ASSAY_SIMD_WIDTH,
};

#if ASSAY_SIMD_WIDTH == 8
#define ASSAY_SIMD_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#elif ASSAY_SIMD_WIDTH == 4
#define ASSAY_SIMD_TARGET __attribute__((target("avx2,fma")))
#else
#define ASSAY_SIMD_TARGET
#endif

/* What such a file exports, and what it is made of: inlined also where nothing is optimised, for vectors wider than
 * the platform's have no calling convention. */
#define ASSAY_SIMD ASSAY_SIMD_TARGET static inline __attribute__((always_inline, unused))

typedef double assay_vec __attribute__((vector_size(8 * ASSAY_SIMD_WIDTH)));
typedef int64_t assay_mask
    __attribute__((vector_size(8 * ASSAY_SIMD_WIDTH))); /* lanes all ones or 0 */
typedef uint64_t assay_bits __attribute__((vector_size(8 * ASSAY_SIMD_WIDTH)));

ASSAY_SIMD assay_vec assay_vec_load(const double *at)
{
    assay_vec v;
    memcpy(&v, at, sizeof v);
    return v;
}

ASSAY_SIMD void assay_vec_store(double *at, assay_vec v)
{
    memcpy(at, &v, sizeof v);
}

ASSAY_SIMD assay_vec assay_vec_all(double x)
{
    assay_vec zero = {0.0};
    return zero + x;
}

/* a * b + c, rounded once where the set can. */
ASSAY_SIMD assay_vec assay_vec_fma(assay_vec a, assay_vec b, assay_vec c)
{
#if ASSAY_SIMD_WIDTH == 8
    return (assay_vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif ASSAY_SIMD_WIDTH == 4
    return (assay_vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__aarch64__)
    return (assay_vec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#else
    return a * b + c;
#endif
}

/* a where the mask is set, b elsewhere. */
ASSAY_SIMD assay_vec assay_vec_select(assay_mask mask, assay_vec a, assay_vec b)
{
    return (assay_vec)(((assay_mask)a & mask) | ((assay_mask)b & ~mask));
}

/* a where a > b, b elsewhere, so that a NaN in b stays. */
ASSAY_SIMD assay_vec assay_vec_larger(assay_vec a, assay_vec b)
{
#if ASSAY_SIMD_WIDTH == 8
    return (assay_vec)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif ASSAY_SIMD_WIDTH == 4
    return (assay_vec)_mm256_max_pd((__m256d)a, (__m256d)b);
#else
    return assay_vec_select(a > b, a, b);
#endif
}

ASSAY_SIMD assay_vec assay_vec_abs(assay_vec a)
{
    return (assay_vec)((assay_mask)a & INT64_MAX);
}

/* a with its sign turned round where the mask is set. */
ASSAY_SIMD assay_vec assay_vec_negate(assay_mask mask, assay_vec a)
{
    return (assay_vec)((assay_mask)a ^ (mask & INT64_MIN));
}

/* Bytes as numbers. */
ASSAY_SIMD assay_vec assay_vec_bytes(const unsigned char *bytes)
{
#if ASSAY_SIMD_WIDTH == 8
    return (assay_vec)_mm512_cvtepi32_pd(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)bytes)));
#elif ASSAY_SIMD_WIDTH == 4
    int32_t four;
    memcpy(&four, bytes, sizeof four);
    return (assay_vec)_mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)));
#else
    return (assay_vec){bytes[0], bytes[1]};
#endif
}

/* Set where the number is this one. */
ASSAY_SIMD assay_mask assay_vec_equal(const uint16_t *numbers, uint16_t one)
{
#if ASSAY_SIMD_WIDTH == 8
    return (assay_mask)_mm512_cvtepu16_epi64(
               _mm_loadu_si128((const __m128i *)(const void *)numbers)) == one;
#elif ASSAY_SIMD_WIDTH == 4
    return (assay_mask)_mm256_cvtepu16_epi64(
               _mm_loadl_epi64((const __m128i *)(const void *)numbers)) == one;
#else
    return (assay_mask){-(int64_t)(numbers[0] == one), -(int64_t)(numbers[1] == one)};
#endif
}

/* Set where the byte is not 0. */
ASSAY_SIMD assay_mask assay_vec_flags(const unsigned char *bytes)
{
#if ASSAY_SIMD_WIDTH == 8
    return (assay_mask)_mm512_cvtepu8_epi64(
               _mm_loadl_epi64((const __m128i *)(const void *)bytes)) != 0;
#elif ASSAY_SIMD_WIDTH == 4
    int32_t four;
    memcpy(&four, bytes, sizeof four);
    return (assay_mask)_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(four)) != 0;
#else
    return (assay_mask){-(int64_t)(bytes[0] != 0), -(int64_t)(bytes[1] != 0)};
#endif
}

#endif
