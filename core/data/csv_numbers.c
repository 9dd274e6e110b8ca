#include "core/data/csv_numbers.h"

#include <math.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/decimal.h"

static size_t read_one_by_one(const char *bytes, const uint32_t *ends, size_t stride, size_t n,
                              bool required, double number[], unsigned char left[])
{
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++, ends += stride) {
        size_t length = *ends - (ends[-1] + 1);
        uint64_t word = assay_decimal_load(bytes + *ends - 8);
        bool empty = length == 0 && !required;
        if (empty)
            number[i] = NAN;
        left[i] = !empty && !assay_decimal_short(word, length, &number[i]);
        n_left += left[i];
    }
    return n_left;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd")))

static bool has_avx512(void)
{
    return assay_cpu() == ASSAY_CPU_AVX512 && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd");
}

AVX512 static inline __m512i all(uint64_t word)
{
    return _mm512_set1_epi64((long long)word);
}

/* The number of eight digits 0 .. 9, the first in the lowest byte: two, four and eight are joined. */
AVX512 static inline __m512d join(__m512i digits)
{
    __m512i two = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(1 << 8 | 10));
    __m512i four = _mm512_madd_epi16(two, _mm512_set1_epi32(1 << 16 | 100));
    __m512i eight =
        _mm512_add_epi64(_mm512_mul_epu32(four, all(10000)), _mm512_srli_epi64(four, 32));
    return _mm512_cvtepi64_pd(eight);
}

/* The digits before the point, of which `point` is the top bit, move to its place. */
AVX512 static inline __m512i close_gap(__m512i word, __m512i point, __mmask8 has_point)
{
    __m512i front = _mm512_sub_epi64(_mm512_srli_epi64(point, 7), all(1));
    __m512i behind = _mm512_sub_epi64(all(0), _mm512_slli_epi64(point, 1));
    __m512i moved = _mm512_or_si512(_mm512_and_si512(word, behind),
                                    _mm512_slli_epi64(_mm512_and_si512(word, front), 8));
    return _mm512_mask_mov_epi64(word, has_point, moved);
}

/* assay_decimal_short() of eight fields, step by step; *good are those that it takes. */
AVX512 static inline __m512d convert(__m512i word, __m512i length, __mmask8 *good)
{
    const __m512d power = _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7);
    const __m512i ones = all(UINT64_C(0x0101010101010101)),
                  high = all(UINT64_C(0x8080808080808080));
    __m512i before = _mm512_sub_epi64(all(64), _mm512_slli_epi64(length, 3));
    __m512i first = _mm512_and_si512(_mm512_srlv_epi64(word, before), all(0xff));
    __mmask8 negative = _mm512_cmpeq_epi64_mask(first, all('-'));
    __m512i used = _mm512_mask_sub_epi64(length, negative, length, all(1));
    before = _mm512_mask_add_epi64(before, negative, before, all(8));
    word = _mm512_xor_si512(word, all(UINT64_C(0x3030303030303030)));
    word = _mm512_sllv_epi64(_mm512_srlv_epi64(word, before), before);

    __m512i point = _mm512_xor_si512(word, all(UINT64_C(0x0101010101010101) * ('.' ^ '0')));
    point = _mm512_and_si512(_mm512_andnot_si512(point, _mm512_sub_epi64(point, ones)), high);
    __mmask8 has_point = _mm512_test_epi64_mask(point, point);
    point = _mm512_and_si512(point, _mm512_sub_epi64(all(0), point)); /* the top bit of its byte */
    if (has_point != 0)
        word = close_gap(word, point, has_point);

    __m512i beyond = _mm512_add_epi64(word, all(UINT64_C(0x7676767676767676)));
    *good = _mm512_testn_epi64_mask(_mm512_or_si512(beyond, word), high) &
            _mm512_cmple_epu64_mask(_mm512_sub_epi64(length, all(1)), all(7)) &
            _mm512_cmpgt_epu64_mask(used, _mm512_maskz_mov_epi64(has_point, all(1)));
    __m512d number = join(word);
    if (has_point != 0) { /* columns of counts have none, and need no division */
        __m512i decimals = _mm512_maskz_srli_epi64(has_point, _mm512_lzcnt_epi64(point), 3);
        number = _mm512_div_pd(number, _mm512_permutexvar_pd(decimals, power));
    }
    __m512d minus = _mm512_castsi512_pd(all(UINT64_C(1) << 63));
    return _mm512_mask_xor_pd(number, negative, number, minus);
}

/* Eight bytes, whatever they are: as doubles they go to a half of a register from memory. */
static inline double load(const void *at)
{
    double word;
    memcpy(&word, at, sizeof word);
    return word;
}

AVX512 static inline __m256d four(double a, double b, double c, double d)
{
    return _mm256_set_m128d(_mm_set_pd(d, c), _mm_set_pd(b, a));
}

AVX512 static inline __m512i eight(__m256d low, __m256d high)
{
    return _mm512_castpd_si512(_mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1));
}

/* Of eight fields, a stride apart, the end of the one before each in the lower half, and its own in the upper. Loaded
 * one by one, here and below, which takes two thirds of what gathers take. */
AVX512 static inline __m512i eight_pairs(const uint32_t *at, size_t stride)
{
    const uint32_t *half = at + 4 * stride;
    return eight(four(load(at), load(at + stride), load(at + 2 * stride), load(at + 3 * stride)),
                 four(load(half), load(half + stride), load(half + 2 * stride),
                      load(half + 3 * stride)));
}

/* Eight bytes from bytes + each of eight ends on. */
AVX512 static inline __m512i eight_words(const char *bytes, const uint32_t *end, size_t stride)
{
    const uint32_t *half = end + 4 * stride;
    return eight(four(load(bytes + end[0]), load(bytes + end[stride]),
                      load(bytes + end[2 * stride]), load(bytes + end[3 * stride])),
                 four(load(bytes + half[0]), load(bytes + half[stride]),
                      load(bytes + half[2 * stride]), load(bytes + half[3 * stride])));
}

AVX512 static size_t read_eight(const char *bytes, const uint32_t *ends, size_t stride, size_t n,
                                bool required, double number[], unsigned char left[])
{
    size_t i = 0, n_left = 0;
    for (; i + 8 <= n; i += 8, ends += 8 * stride) {
        __m512i pair = eight_pairs(ends - 1, stride);
        __m256i end = _mm512_cvtepi64_epi32(_mm512_srli_epi64(pair, 32));
        __m256i last = _mm512_cvtepi64_epi32(pair);
        __m256i length = _mm256_sub_epi32(_mm256_sub_epi32(end, last), _mm256_set1_epi32(1));
        __m512i word = eight_words(bytes - 8, ends, stride);
        __mmask8 good;
        __m512d value = convert(word, _mm512_cvtepu32_epi64(length), &good);
        __mmask8 empty = _mm256_testn_epi32_mask(length, length);
        if (!required) {
            value = _mm512_mask_mov_pd(value, empty, _mm512_set1_pd(NAN));
            good |= empty;
        }
        __m128i bad = _mm_maskz_set1_epi8((__mmask16)(~(unsigned)good & 0xff), 1);
        _mm512_storeu_pd(number + i, value);
        _mm_storel_epi64((__m128i *)(void *)(left + i), bad);
        n_left += (size_t)__builtin_popcount(~(unsigned)good & 0xff);
    }
    return n_left + read_one_by_one(bytes, ends, stride, n - i, required, number + i, left + i);
}
#endif

size_t assay_numbers_read(const char *bytes, const uint32_t *ends, size_t stride, size_t n,
                          bool required, double number[], unsigned char left[])
{
#if defined(__x86_64__)
    if (has_avx512())
        return read_eight(bytes, ends, stride, n, required, number, left);
#endif
    return read_one_by_one(bytes, ends, stride, n, required, number, left);
}
