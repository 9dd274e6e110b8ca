#include "core/data/csv_index.h"

#include <string.h>

#include "core/base/cpu.h"

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

/* What the bytes of one block are, bit k for byte k: LF, or that and other ends. */
struct block {
    uint64_t lf, end;
};

static inline uint64_t first_bits(size_t n)
{
    return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* The n bytes from there on, made up to a block with bytes that are of no kind. */
static inline const char *whole_block(const char *bytes, size_t n, char room[ASSAY_INDEX_BLOCK])
{
    if (n >= ASSAY_INDEX_BLOCK)
        return bytes;
    memset(room, ' ', ASSAY_INDEX_BLOCK);
    return memcpy(room, bytes, n);
}

/* fill_*() for an instruction set, of look_*(), write_*() and any_*(): the loop is the same. What there is besides
 * ends is gathered as the set likes it best, and looked at once. */
#define FILL(set)                                                                                  \
    struct seen_##set seen = {0};                                                                  \
    char room[ASSAY_INDEX_BLOCK];                                                                  \
    uint32_t *ends = index->ends;                                                                  \
    size_t n_end = 0, n_lf = 0;                                                                    \
    for (size_t at = 0; at < n; at += ASSAY_INDEX_BLOCK) {                                         \
        const char *from = whole_block(bytes + first + at, n - at, room);                          \
        struct block block = look_##set(from, delimiter, &seen);                                   \
        n_lf += (size_t)__builtin_popcountll(block.lf);                                            \
        n_end +=                                                                                   \
            write_##set(ends + n_end, block.end & first_bits(n - at), (uint32_t)(first + at));     \
    }                                                                                              \
    *index = (struct assay_index)                                                                  \
    {                                                                                              \
        .ends = ends, .n_end = n_end, .n_lf = n_lf, .odd = any_##set(seen.odd),                    \
        .high = any_##set(seen.high), .nul = any_##set(seen.nul)                                   \
    }

/* ---- AVX2 ---- */

#define AVX2 __attribute__((target("avx2,popcnt")))

/* Of all blocks together: bytes with the top bit set where there was one of that kind. */
struct seen_avx2 {
    __m256i odd, high, nul;
};

AVX2 static inline bool any_avx2(__m256i bytes)
{
    return _mm256_movemask_epi8(bytes) != 0;
}

AVX2 static inline __m256i is_avx2(__m256i bytes, char c)
{
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
}

AVX2 static inline uint64_t bits_avx2(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

/* Of half a block; all bits of the bytes that are LF, and of those that are ends. */
AVX2 static inline void look_half_avx2(const char *bytes, char delimiter, __m256i *lf, __m256i *end,
                                       struct seen_avx2 *seen)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    __m256i odd = _mm256_or_si256(is_avx2(v, '\r'), is_avx2(v, '"'));
    *lf = is_avx2(v, '\n');
    *end = _mm256_or_si256(_mm256_or_si256(*lf, odd), is_avx2(v, delimiter));
    seen->odd = _mm256_or_si256(seen->odd, odd);
    seen->high = _mm256_or_si256(seen->high, v);
    seen->nul = _mm256_or_si256(seen->nul, is_avx2(v, '\0'));
}

AVX2 static inline struct block look_avx2(const char *bytes, char delimiter, struct seen_avx2 *seen)
{
    __m256i lf[2], end[2];
    look_half_avx2(bytes, delimiter, &lf[0], &end[0], seen);
    look_half_avx2(bytes + 32, delimiter, &lf[1], &end[1], seen);
    return (struct block){.lf = bits_avx2(lf[0], lf[1]), .end = bits_avx2(end[0], end[1])};
}

/* The places of the bits in each number of a byte, from the lowest on, a byte each. */
#define BIT(m, k, above) ((uint64_t)((m) >> (k)&1) * (k) | (above) << 8 * ((m) >> (k)&1))
#define UPPER_PLACES(m)  BIT(m, 4, BIT(m, 5, BIT(m, 6, BIT(m, 7, UINT64_C(0)))))
#define PLACES(m)        BIT(m, 0, BIT(m, 1, BIT(m, 2, BIT(m, 3, UPPER_PLACES(m)))))
#define FOUR(m)          PLACES(m), PLACES((m) + 1), PLACES((m) + 2), PLACES((m) + 3)
#define SIXTEEN(m)       FOUR(m), FOUR((m) + 4), FOUR((m) + 8), FOUR((m) + 12)
#define SIXTY_FOUR(m)    SIXTEEN(m), SIXTEEN((m) + 16), SIXTEEN((m) + 32), SIXTEEN((m) + 48)
static const uint64_t bit_places[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128),
                                         SIXTY_FOUR(192)};

/* Eight places at a time, most of which are too many and are written over: to ask whether there is one more takes
 * longer, as no processor guesses it right. */
AVX2 static inline size_t write_avx2(uint32_t ends[], uint64_t bits, uint32_t base)
{
    size_t n = 0;
#pragma GCC unroll 8
    for (uint32_t k = 0; k < 64; k += 8) {
        unsigned byte = (unsigned)(bits >> k & 0xff);
        __m128i some = _mm_loadl_epi64((const __m128i *)(const void *)&bit_places[byte]);
        __m256i all = _mm256_set1_epi32((int)(base + k));
        _mm256_storeu_si256((__m256i *)(void *)(ends + n),
                            _mm256_add_epi32(_mm256_cvtepu8_epi32(some), all));
        n += (size_t)__builtin_popcount(byte);
    }
    return n;
}

AVX2 static void fill_avx2(struct assay_index *index, const char *bytes, size_t first, size_t n,
                           char delimiter)
{
    FILL(avx2);
}

AVX2 static size_t count_avx2(const char *bytes, size_t n, char c)
{
    size_t count = 0, at = 0;
    for (; at + ASSAY_INDEX_BLOCK <= n; at += ASSAY_INDEX_BLOCK) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + at));
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + at + 32));
        count += (size_t)__builtin_popcountll(bits_avx2(is_avx2(low, c), is_avx2(high, c)));
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

struct seen_avx512 {
    uint64_t odd, high, nul;
};

static inline bool any_avx512(uint64_t bits)
{
    return bits != 0;
}

AVX512 static inline uint64_t is_avx512(__m512i bytes, char c)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c));
}

AVX512 static inline struct block look_avx512(const char *bytes, char delimiter,
                                              struct seen_avx512 *seen)
{
    __m512i v = _mm512_loadu_si512(bytes);
    uint64_t lf = is_avx512(v, '\n'), odd = is_avx512(v, '\r') | is_avx512(v, '"');
    seen->odd |= odd;
    seen->high |= _mm512_movepi8_mask(v);
    seen->nul |= is_avx512(v, '\0');
    return (struct block){.lf = lf, .end = lf | odd | is_avx512(v, delimiter)};
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
    FILL(avx512);
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
