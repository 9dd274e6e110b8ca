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

/* Eight bytes, whatever they are: as doubles they go to a half of a register from memory. */
static inline double load(const void *at)
{
    double word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* ---- AVX2 ---- */

#define AVX2 __attribute__((target("avx2,popcnt")))

AVX2 static inline __m256i all_avx2(uint64_t word)
{
    return _mm256_set1_epi64x((long long)word);
}

AVX2 static inline __m256d four_avx2(double a, double b, double c, double d)
{
    return _mm256_set_m128d(_mm_set_pd(d, c), _mm_set_pd(b, a));
}

/* The number of eight digits 0 .. 9, the first in the lowest byte: two, four and eight are joined. Below 2^52 it is the
 * low bits of a double from there on. */
AVX2 static inline __m256d join_avx2(__m256i digits)
{
    const __m256d base = _mm256_set1_pd(0x1p52);
    __m256i two = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(1 << 8 | 10));
    __m256i four = _mm256_madd_epi16(two, _mm256_set1_epi32(1 << 16 | 100));
    __m256i eight =
        _mm256_add_epi64(_mm256_mul_epu32(four, all_avx2(10000)), _mm256_srli_epi64(four, 32));
    return _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(eight), base), base);
}

/* 10^decimals, where `behind` has all bits of as many bytes, or of all eight for none. A sum of bytes of 255 is minus
 * their count, modulo 8; the low halves of these powers, as doubles, are 0. */
AVX2 static inline __m256d power_avx2(__m256i behind)
{
    const __m256i high =
        _mm256_setr_epi32(0x3ff00000, 0x416312d0, 0x412e8480, 0x40f86a00, 0x40c38800, 0x408f4000,
                          0x40590000, 0x40240000); /* 1, 1e7, 1e6, ... 10 */
    __m256i count = _mm256_sad_epu8(behind, _mm256_setzero_si256());
    __m256i power = _mm256_permutevar8x32_epi32(high, count);
    return _mm256_castsi256_pd(_mm256_slli_epi64(power, 32));
}

/* assay_decimal_short() of four fields, step by step; *good are those that it takes. */
AVX2 static inline __m256d convert_avx2(__m256i word, __m256i length, __m256i *good)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i before = _mm256_sub_epi64(all_avx2(64), _mm256_slli_epi64(length, 3));
    __m256i first = _mm256_and_si256(_mm256_srlv_epi64(word, before), all_avx2(0xff));
    __m256i negative = _mm256_cmpeq_epi64(first, all_avx2('-'));
    before = _mm256_add_epi64(before, _mm256_and_si256(negative, all_avx2(8)));
    word = _mm256_xor_si256(word, _mm256_set1_epi8('0'));
    word = _mm256_sllv_epi64(_mm256_srlv_epi64(word, before), before);

    __m256i point = _mm256_cmpeq_epi8(word, _mm256_set1_epi8('.' ^ '0'));
    __m256i without = _mm256_cmpeq_epi64(point, zero);
    bool any = !_mm256_testz_si256(point, point); /* columns of counts have none: no division */
    __m256i behind = without;
    if (any) {
        __m256i from = _mm256_or_si256(point, _mm256_sub_epi64(zero, point)); /* the first on */
        behind = _mm256_or_si256(_mm256_slli_epi64(from, 8), without);
        __m256i front = _mm256_andnot_si256(_mm256_or_si256(from, without), word);
        word = _mm256_or_si256(_mm256_and_si256(word, behind), _mm256_slli_epi64(front, 8));
    }

    __m256i beyond = _mm256_subs_epu8(word, _mm256_set1_epi8(9));
    __m256i needed = _mm256_add_epi64(_mm256_andnot_si256(without, all_avx2(1)),
                                      _mm256_and_si256(negative, all_avx2(1)));
    *good = _mm256_and_si256(_mm256_cmpeq_epi64(beyond, zero),
                             _mm256_and_si256(_mm256_cmpgt_epi64(length, needed),
                                              _mm256_cmpgt_epi64(all_avx2(9), length)));
    __m256d number = join_avx2(word);
    if (any)
        number = _mm256_div_pd(number, power_avx2(behind));
    return _mm256_xor_pd(number, _mm256_castsi256_pd(_mm256_slli_epi64(negative, 63)));
}

/* Four rows; bit k of what is returned says that row k is left. */
AVX2 static inline unsigned read_rows_avx2(const char *bytes, const uint32_t *ends, size_t stride,
                                           bool required, double number[], unsigned char left[])
{
    const __m256i zero = _mm256_setzero_si256();
    const uint32_t *b = ends + stride, *c = b + stride, *d = c + stride;
    __m256i pair =
        _mm256_castpd_si256(four_avx2(load(ends - 1), load(b - 1), load(c - 1), load(d - 1)));
    __m256i length = _mm256_sub_epi32(_mm256_srli_epi64(pair, 32), pair);
    length = _mm256_sub_epi64(_mm256_and_si256(length, all_avx2(UINT32_MAX)), all_avx2(1));
    __m256i word = _mm256_castpd_si256(four_avx2(load(bytes + *ends - 8), load(bytes + *b - 8),
                                                 load(bytes + *c - 8), load(bytes + *d - 8)));
    __m256i good;
    __m256d value = convert_avx2(word, length, &good);
    __m256i empty = required ? zero : _mm256_cmpeq_epi64(length, zero);
    value = _mm256_blendv_pd(value, _mm256_set1_pd(NAN), _mm256_castsi256_pd(empty));
    good = _mm256_or_si256(good, empty);
    unsigned bad = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(good)) ^ 0xf;
    uint32_t flags = (bad * 0x00204081) & 0x01010101; /* bit k to byte k */
    _mm256_storeu_pd(number, value);
    memcpy(left, &flags, sizeof flags);
    return bad;
}

/* The last four rows may be read once more, some of them, but are counted once. */
AVX2 static size_t read_four(const char *bytes, const uint32_t *ends, size_t stride, size_t n,
                             bool required, double number[], unsigned char left[])
{
    size_t done = 0, n_left = 0;
    if (n < 4)
        return read_one_by_one(bytes, ends, stride, n, required, number, left);
    while (done < n) {
        size_t i = done + 4 <= n ? done : n - 4;
        unsigned bad =
            read_rows_avx2(bytes, ends + i * stride, stride, required, number + i, left + i);
        n_left += (size_t)__builtin_popcount(bad >> (done - i));
        done = i + 4;
    }
    return n_left;
}

/* ---- AVX-512 ---- */

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
    if (assay_cpu() >= ASSAY_CPU_AVX2)
        return read_four(bytes, ends, stride, n, required, number, left);
#endif
    return read_one_by_one(bytes, ends, stride, n, required, number, left);
}
