#include "core/data/csv_index.h"

#include <string.h>

#include "core/base/cpu.h"

/* What the bytes of one block are, bit k for byte k. */
struct block {
    uint64_t delimiter, lf, odd, high, nul;
};

/* Of all blocks together, n_lf apart from the bits. */
static inline __attribute__((always_inline)) void note(struct block *seen, size_t *n_lf,
                                                       const struct block *block)
{
    *n_lf += (size_t)__builtin_popcountll(block->lf);
    seen->odd |= block->odd;
    seen->high |= block->high;
    seen->nul |= block->nul;
}

static void put_together(struct assay_index *index, const struct block *seen, size_t n_end,
                         size_t n_lf)
{
    *index = (struct assay_index){.ends = index->ends,
                                  .n_end = n_end,
                                  .n_lf = n_lf,
                                  .odd = seen->odd != 0,
                                  .high = seen->high != 0,
                                  .nul = seen->nul != 0};
}

static inline uint64_t first_bits(size_t n)
{
    return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* ---- any processor ---- */

enum { IS_END = 1, IS_LF = 2, IS_ODD = 4, IS_HIGH = 8, IS_NUL = 16 };

static void classify(unsigned char kinds[256], char delimiter)
{
    memset(kinds, 0, 128);
    memset(kinds + 128, IS_HIGH, 128);
    kinds[0] = IS_NUL;
    kinds['\n'] = IS_END | IS_LF;
    kinds['\r'] = kinds['"'] = IS_END | IS_ODD;
    kinds[(unsigned char)delimiter] = IS_END;
}

static void fill_plain(struct assay_index *index, const char *bytes, size_t first, size_t n,
                       char delimiter)
{
    unsigned char kinds[256], seen = 0;
    classify(kinds, delimiter);
    uint32_t *ends = index->ends;
    size_t n_end = 0, n_lf = 0;
    for (size_t at = first; at < first + n; at++) {
        unsigned char kind = kinds[(unsigned char)bytes[at]];
        ends[n_end] = (uint32_t)at;
        n_end += (size_t)(kind & IS_END);
        n_lf += (size_t)((kind & IS_LF) / IS_LF);
        seen |= kind;
    }
    *index = (struct assay_index){.ends = ends,
                                  .n_end = n_end,
                                  .n_lf = n_lf,
                                  .odd = (seen & IS_ODD) != 0,
                                  .high = (seen & IS_HIGH) != 0,
                                  .nul = (seen & IS_NUL) != 0};
}

static size_t count_plain(const char *bytes, size_t n, char c)
{
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        count += bytes[k] == c;
    return count;
}

#if defined(__x86_64__)
#include <immintrin.h>

/* ---- AVX2 ---- */

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

AVX2 static inline uint64_t equal_avx2(__m256i low, __m256i high, char c)
{
    __m256i all = _mm256_set1_epi8(c);
    uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return a | (uint64_t)b << 32;
}

AVX2 static inline struct block look_avx2(const char *bytes, char delimiter, uint64_t within)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32));
    uint64_t top =
        (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
    return (struct block){.delimiter = equal_avx2(low, high, delimiter) & within,
                          .lf = equal_avx2(low, high, '\n') & within,
                          .odd =
                              (equal_avx2(low, high, '\r') | equal_avx2(low, high, '"')) & within,
                          .high = top & within,
                          .nul = equal_avx2(low, high, '\0') & within};
}

/* Four places at a time, of which the last may be too many and are written over: the branch that asks whether there is
 * one more is what costs. */
AVX2 static inline size_t write_avx2(uint32_t ends[], uint64_t bits, uint32_t base)
{
    size_t n = (size_t)__builtin_popcountll(bits);
    for (size_t k = 0; k < n; k += 4)
        for (size_t j = k; j < k + 4; j++) {
            ends[j] = base + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
    return n;
}

AVX2 static void fill_avx2(struct assay_index *index, const char *bytes, size_t first, size_t n,
                           char delimiter)
{
    struct block seen = {0};
    size_t n_end = 0, n_lf = 0;
    for (size_t at = 0; at < n; at += ASSAY_INDEX_BLOCK) {
        struct block block = look_avx2(bytes + first + at, delimiter, first_bits(n - at));
        note(&seen, &n_lf, &block);
        n_end += write_avx2(index->ends + n_end, block.delimiter | block.lf | block.odd,
                           (uint32_t)(first + at));
    }
    put_together(index, &seen, n_end, n_lf);
}

AVX2 static size_t count_avx2(const char *bytes, size_t n, char c)
{
    size_t count = 0, at = 0;
    for (; at + ASSAY_INDEX_BLOCK <= n; at += ASSAY_INDEX_BLOCK) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + at));
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + at + 32));
        count += (size_t)__builtin_popcountll(equal_avx2(low, high, c));
    }
    return count + count_plain(bytes + at, n - at, c);
}

/* ---- AVX-512 ---- */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))

/* Ice Lake (2019), Zen 4 and later: the first that had AVX-512 had no VBMI2, and use AVX2 here. */
static bool has_avx512(void)
{
    return assay_cpu() == ASSAY_CPU_AVX512 && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vbmi2");
}

AVX512 static inline struct block look_avx512(const char *bytes, char delimiter, uint64_t within)
{
    __m512i v = _mm512_maskz_loadu_epi8(within, bytes);
    return (struct block){.delimiter =
                              _mm512_mask_cmpeq_epi8_mask(within, v, _mm512_set1_epi8(delimiter)),
                          .lf = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')),
                          .odd = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\r')) |
                                 _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')),
                          .high = _mm512_movepi8_mask(v),
                          .nul = _mm512_mask_cmpeq_epi8_mask(within, v, _mm512_setzero_si512())};
}

/* The places of ends pressed together, and the first sixteen made words, which seldom are not all. */
AVX512 static inline size_t write_avx512(uint32_t ends[], uint64_t bits, uint32_t base)
{
    const __m512i step = _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    size_t n = (size_t)__builtin_popcountll(bits);
    __m512i places = _mm512_maskz_compress_epi8(bits, step), all = _mm512_set1_epi32((int)base);
    for (size_t k = 0; k < n; k += 16) {
        __m512i some = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
        _mm512_storeu_si512(ends + k, _mm512_add_epi32(some, all));
        places = _mm512_alignr_epi64(places, places, 2);
    }
    return n;
}

AVX512 static void fill_avx512(struct assay_index *index, const char *bytes, size_t first, size_t n,
                               char delimiter)
{
    struct block seen = {0};
    size_t n_end = 0, n_lf = 0;
    for (size_t at = 0; at < n; at += ASSAY_INDEX_BLOCK) {
        struct block block = look_avx512(bytes + first + at, delimiter, first_bits(n - at));
        note(&seen, &n_lf, &block);
        n_end += write_avx512(index->ends + n_end, block.delimiter | block.lf | block.odd,
                           (uint32_t)(first + at));
    }
    put_together(index, &seen, n_end, n_lf);
}

AVX512 static size_t count_avx512(const char *bytes, size_t n, char c)
{
    __m512i all = _mm512_set1_epi8(c);
    size_t count = 0;
    for (size_t at = 0; at < n; at += ASSAY_INDEX_BLOCK) {
        uint64_t within = first_bits(n - at);
        __m512i v = _mm512_maskz_loadu_epi8(within, bytes + at);
        count += (size_t)__builtin_popcountll(_mm512_mask_cmpeq_epi8_mask(within, v, all));
    }
    return count;
}
#endif

/* ---- the door ---- */

void assay_index_fill(struct assay_index *index, const char *bytes, size_t first, size_t n,
                      char delimiter)
{
#if defined(__x86_64__)
    if (has_avx512()) {
        fill_avx512(index, bytes, first, n, delimiter);
        return;
    }
    if (assay_cpu() >= ASSAY_CPU_AVX2) {
        fill_avx2(index, bytes, first, n, delimiter);
        return;
    }
#endif
    fill_plain(index, bytes, first, n, delimiter);
}

size_t assay_index_count(const char *bytes, size_t n, char c)
{
#if defined(__x86_64__)
    if (has_avx512())
        return count_avx512(bytes, n, c);
    if (assay_cpu() >= ASSAY_CPU_AVX2)
        return count_avx2(bytes, n, c);
#endif
    return count_plain(bytes, n, c);
}
