#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/number.h"
#include "core/model/compiled.h"
#include "core/model/compiled_parts.h"
#include "core/signal/normalise.h"

/* The loops over rows are compiled three times from one source, for what every processor has, for AVX2, which takes
 * half the time, and for AVX-512; both have curves of their own: they are inlined into one function of each (score_rows,
 * score_avx2, score_avx512). None fuses a multiplication with an addition, so the bits are the same. */
#define INLINED static inline __attribute__((always_inline))

/* ---- memory of a block ---- */

enum { DOUBLES = 6, COUNTS = 7 };

size_t assay_block_room(const struct assay_compiled *compiled, size_t capacity)
{
    return capacity * (compiled->n_signal * (sizeof(double) + sizeof(bool)) +
                       DOUBLES * sizeof(double) + COUNTS * sizeof(uint32_t));
}

void assay_block_lay(const struct assay_compiled *compiled, void *memory, size_t capacity,
                     struct assay_block *block)
{
    double *doubles = memory;
    double **figures[DOUBLES] = {&block->composite,   &block->rounded, &block->log_odds,
                                 &block->probability, &block->score,   &block->line};
    uint32_t **counts[COUNTS] = {&block->cohort,    &block->weights,   &block->zone, &block->flags,
                                 &block->n_missing, &block->n_unknown, &block->piece};
    block->capacity = capacity;
    block->s = doubles;
    doubles += compiled->n_signal * capacity;
    for (size_t k = 0; k < DOUBLES; k++, doubles += capacity)
        *figures[k] = doubles;
    uint32_t *words = (uint32_t *)doubles;
    for (size_t k = 0; k < COUNTS; k++, words += capacity)
        *counts[k] = words;
    block->missing = (bool *)words;
}

/* ---- whose cohort, weights and line ---- */

INLINED void find_cohorts(const struct assay_compiled *c, const struct assay_lane lanes[], size_t n,
                          struct assay_block *block)
{
    size_t width = c->n_band + 2;
    const double *bands = c->model->spec.cohort.bands;
    const double *tenure = c->tenure != ASSAY_NO_INPUT ? lanes[c->tenure].numbers : NULL;
    for (size_t i = 0; i < n; i++)
        block->cohort[i] = tenure == NULL || isnan(tenure[i]) ? (uint32_t)c->n_band + 1 : 0;
    for (size_t b = 0; tenure != NULL && b < c->n_band; b++)
        for (size_t i = 0; i < n; i++)
            block->cohort[i] += tenure[i] >= bands[b];
    if (c->plan == ASSAY_NO_INPUT) {
        for (size_t i = 0; i < n; i++)
            block->cohort[i] = c->bands[block->cohort[i]];
        return;
    }
    const int32_t *ids = lanes[c->plan].ids;
    const uint32_t *plan = c->inputs[c->plan].plan;
    for (size_t i = 0; i < n; i++)
        block->cohort[i] = c->bands[plan[ids[i]] * width + block->cohort[i]];
}

INLINED void find_terms(const struct assay_compiled *c, const struct assay_lane lanes[], size_t n,
                        struct assay_block *block)
{
    for (size_t i = 0; i < n; i++) {
        block->weights[i] = 0;
        block->flags[i] = 0;
        block->line[i] = c->line;
    }
    for (size_t k = 0; k < c->n_input; k++) {
        const struct assay_compiled_input *input = &c->inputs[k];
        const int32_t *ids = lanes[k].ids;
        for (size_t i = 0; input->texts != NULL && i < n; i++)
            block->flags[i] |= input->flags[ids[i]];
        for (size_t i = 0; input->weights != NULL && i < n; i++)
            block->weights[i] = input->weights[ids[i]];
        for (size_t i = 0; input->line != NULL && i < n; i++)
            block->line[i] = input->line[ids[i]];
    }
}

/* ---- normalised signals ---- */

/* at[n]: the last piece of each row's node that does not begin above v, or its first. A step of the search at
 * a time for all rows: none waits for its own last step, and none is a branch that random rows mispredict.
 * (With a product in the place of the shift, clang's code takes twice as long.) */
INLINED void find_pieces(const struct assay_curve *curve, const uint32_t cohort[], const double v[],
                         size_t n, uint32_t at[])
{
    for (size_t i = 0; i < n; i++)
        at[i] = curve->by_node ? cohort[i] * curve->width : 0;
    for (unsigned k = curve->n_halving; k-- > 0;) {
        const double *x = curve->x + ((size_t)1 << k);
        for (size_t i = 0; i < n; i++)
            at[i] += (uint32_t)(x[at[i]] <= v[i]) << k;
    }
}

INLINED void by_curve(const struct assay_curve *curve, const uint32_t at[], const double v[],
                      size_t n, double s[])
{
    for (size_t i = 0; i < n; i++) {
        const struct assay_knot *knot = &curve->knots[at[i]];
        double value = v[i] > DBL_MAX ? DBL_MAX : v[i]; /* infinity times no rise would be NaN */
        double share = (value / 2 - knot->half) / knot->width;
        s[i] = knot->s + (share < 0 ? 0 : share) * knot->rise;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,popcnt")))

/* by_curve() of four rows: their knots are turned round, so that each field of them is a vector. */
AVX2 static inline __m256d four_by_curve(const struct assay_curve *curve, const uint32_t at[],
                                         __m256d v)
{
    __m256d a = _mm256_loadu_pd(&curve->knots[at[0]].half),
            b = _mm256_loadu_pd(&curve->knots[at[1]].half),
            c = _mm256_loadu_pd(&curve->knots[at[2]].half),
            d = _mm256_loadu_pd(&curve->knots[at[3]].half);
    __m256d even = _mm256_unpacklo_pd(a, b), more_even = _mm256_unpacklo_pd(c, d);
    __m256d odd = _mm256_unpackhi_pd(a, b), more_odd = _mm256_unpackhi_pd(c, d);
    __m256d half = _mm256_permute2f128_pd(even, more_even, 0x20);
    __m256d width = _mm256_permute2f128_pd(odd, more_odd, 0x20);
    __m256d s = _mm256_permute2f128_pd(even, more_even, 0x31);
    __m256d rise = _mm256_permute2f128_pd(odd, more_odd, 0x31);
    /* Of two operands, one of them NaN, these give the second. */
    v = _mm256_min_pd(_mm256_set1_pd(DBL_MAX), v);
    __m256d share = _mm256_sub_pd(_mm256_mul_pd(v, _mm256_set1_pd(0.5)), half);
    share = _mm256_max_pd(_mm256_setzero_pd(), _mm256_div_pd(share, width));
    return _mm256_add_pd(s, _mm256_mul_pd(share, rise));
}

AVX2 static void by_curve_avx2(const struct assay_curve *curve, const uint32_t at[],
                               const double v[], size_t n, double s[])
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        _mm256_storeu_pd(s + i, four_by_curve(curve, at + i, _mm256_loadu_pd(v + i)));
    by_curve(curve, at + i, v + i, n - i, s + i);
}

/* find_pieces() of nodes with up to 32 pieces: the first begins below everything, and all others of a row are compared
 * at once. */
enum { PIECES_AT_ONCE = 32 };

AVX512 static inline uint32_t count_begun(const double x[], uint32_t width, double v)
{
    __m512d value = _mm512_set1_pd(v);
    uint32_t begun = 0;
    for (uint32_t k = 0; k < width; k += 8)
        begun |= (uint32_t)_mm512_cmp_pd_mask(_mm512_loadu_pd(x + k), value, _CMP_LE_OQ) << k;
    return (uint32_t)__builtin_popcount(begun & ~1U);
}

AVX512 static void find_pieces_avx512(const struct assay_curve *curve, const uint32_t cohort[],
                                      const double v[], size_t n, uint32_t at[])
{
    uint32_t width = curve->width;
    for (size_t i = 0; i < n; i++) {
        uint32_t first = curve->by_node ? cohort[i] * width : 0;
        const double *x = curve->x + first;
        at[i] = first + (width == 16 ? count_begun(x, 16, v[i]) : count_begun(x, width, v[i]));
    }
}

/* Two knots, of rows i and i + 4, side by side. */
AVX512 static inline __m512d two_knots(const struct assay_curve *curve, const uint32_t at[])
{
    __m256d low = _mm256_loadu_pd(&curve->knots[at[0]].half);
    return _mm512_insertf64x4(_mm512_castpd256_pd512(low),
                              _mm256_loadu_pd(&curve->knots[at[4]].half), 1);
}

/* by_curve() of eight rows: their knots are turned round, so that each field of them is a vector. */
AVX512 static inline __m512d eight_by_curve(const struct assay_curve *curve, const uint32_t at[],
                                            __m512d v)
{
    const __m512i front = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13),
                  back = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    __m512d a = two_knots(curve, at), b = two_knots(curve, at + 1), c = two_knots(curve, at + 2),
            d = two_knots(curve, at + 3);
    __m512d even = _mm512_unpacklo_pd(a, b), more_even = _mm512_unpacklo_pd(c, d);
    __m512d odd = _mm512_unpackhi_pd(a, b), more_odd = _mm512_unpackhi_pd(c, d);
    __m512d half = _mm512_permutex2var_pd(even, front, more_even);
    __m512d width = _mm512_permutex2var_pd(odd, front, more_odd);
    __m512d s = _mm512_permutex2var_pd(even, back, more_even);
    __m512d rise = _mm512_permutex2var_pd(odd, back, more_odd);
    /* Of two operands, one of them NaN, these give the second. */
    v = _mm512_min_pd(_mm512_set1_pd(DBL_MAX), v);
    __m512d share = _mm512_sub_pd(_mm512_mul_pd(v, _mm512_set1_pd(0.5)), half);
    share = _mm512_max_pd(_mm512_setzero_pd(), _mm512_div_pd(share, width));
    return _mm512_add_pd(s, _mm512_mul_pd(share, rise));
}

AVX512 static void by_curve_avx512(const struct assay_curve *curve, const uint32_t at[],
                                   const double v[], size_t n, double s[])
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm512_storeu_pd(s + i, eight_by_curve(curve, at + i, _mm512_loadu_pd(v + i)));
    by_curve(curve, at + i, v + i, n - i, s + i);
}
#endif

INLINED void through_curve(const struct assay_curve *curve, const double v[], size_t n,
                           enum assay_cpu cpu, struct assay_block *block, double s[])
{
#if defined(__x86_64__)
    if (cpu == ASSAY_CPU_AVX512 && curve->width >= 8 && curve->width <= PIECES_AT_ONCE) {
        find_pieces_avx512(curve, block->cohort, v, n, block->piece);
        by_curve_avx512(curve, block->piece, v, n, s);
        return;
    }
#endif
    find_pieces(curve, block->cohort, v, n, block->piece);
#if defined(__x86_64__)
    if (cpu != ASSAY_CPU_BASELINE) {
        by_curve_avx2(curve, block->piece, v, n, s);
        return;
    }
#endif
    (void)cpu;
    by_curve(curve, block->piece, v, n, s);
}

INLINED void one_by_one(const struct assay_model *model, size_t j, const uint32_t cohort[],
                        const double v[], size_t n, double s[])
{
    const struct assay_baseline *baseline = &model->baselines[j];
    for (size_t i = 0; i < n; i++)
        s[i] = assay_normalise_number(&model->spec.signals[j], &baseline->knots[cohort[i]], v[i]);
}

INLINED double clamped(double s)
{
    return s < 0 ? 0 : s > 100 ? 100 : s;
}

INLINED void by_range(const struct assay_compiled_signal *signal, const double v[], size_t n,
                      double s[])
{
    for (size_t i = 0; i < n; i++)
        s[i] = clamped(100 * (v[i] - signal->low) / signal->span);
}

INLINED void by_itself(const double v[], size_t n, double s[])
{
    for (size_t i = 0; i < n; i++)
        s[i] = clamped(v[i]);
}

INLINED void by_category(const struct assay_compiled_signal *signal, int32_t none,
                         const int32_t ids[], size_t n, double s[], uint32_t n_unknown[])
{
    for (size_t i = 0; i < n; i++) {
        s[i] = signal->by_text[ids[i]];
        n_unknown[i] += isnan(s[i]) && ids[i] != none;
    }
}

INLINED void normalise(const struct assay_compiled *c, size_t j, const struct assay_lane *lane,
                       size_t n, enum assay_cpu cpu, struct assay_block *block, double s[])
{
    const struct assay_compiled_signal *signal = &c->signals[j];
    bool turn = signal->lower && (signal->method == ASSAY_RANGE || signal->method == ASSAY_NONE);
    if (signal->by_category)
        by_category(signal, (int32_t)c->inputs[signal->input].n_text + 1, lane->ids, n, s,
                    block->n_unknown);
    else if (signal->method == ASSAY_RANGE)
        by_range(signal, lane->numbers, n, s);
    else if (signal->method == ASSAY_NONE)
        by_itself(lane->numbers, n, s);
    else if (signal->curve.x == NULL)
        one_by_one(c->model, j, block->cohort, lane->numbers, n, s);
    else
        through_curve(&signal->curve, lane->numbers, n, cpu, block, s);
    for (size_t i = 0; turn && i < n; i++)
        s[i] = 100 - s[i];
}

/* ---- missing values ---- */

INLINED void fill_rows(double filling, size_t n, double s[], bool missing[], uint32_t n_missing[])
{
    for (size_t i = 0; i < n; i++)
        missing[i] = isnan(s[i]);
    for (size_t i = 0; i < n; i++)
        s[i] = missing[i] ? filling : s[i];
    for (size_t i = 0; i < n; i++)
        n_missing[i] += missing[i];
}

#if defined(__x86_64__)
AVX2 static void fill_avx2(double filling, size_t n, double s[], bool missing[],
                           uint32_t n_missing[])
{
    const __m256d with = _mm256_set1_pd(filling);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256d value = _mm256_loadu_pd(s + i);
        __m128i *count = (__m128i *)(void *)(n_missing + i);
        __m256d gone = _mm256_cmp_pd(value, value, _CMP_UNORD_Q);
        __m128i words = _mm_castps_si128(
            _mm_shuffle_ps(_mm_castpd_ps(_mm256_castpd256_pd128(gone)),
                           _mm_castpd_ps(_mm256_extractf128_pd(gone, 1)), _MM_SHUFFLE(2, 0, 2, 0)));
        __m128i ones = _mm_abs_epi8(_mm_packs_epi16(_mm_packs_epi32(words, words), words));
        int bytes = _mm_cvtsi128_si32(ones);
        _mm256_storeu_pd(s + i, _mm256_blendv_pd(value, with, gone));
        _mm_storeu_si128(count, _mm_sub_epi32(_mm_loadu_si128(count), words));
        memcpy(missing + i, &bytes, sizeof bytes);
    }
    fill_rows(filling, n - i, s + i, missing + i, n_missing + i);
}

AVX512 static void fill_avx512(double filling, size_t n, double s[], bool missing[],
                               uint32_t n_missing[])
{
    const __m512d with = _mm512_set1_pd(filling);
    const __m256i one = _mm256_set1_epi32(1);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m512d value = _mm512_loadu_pd(s + i);
        __m256i count = _mm256_loadu_si256((const __m256i *)(const void *)(n_missing + i));
        __mmask8 gone = _mm512_cmp_pd_mask(value, value, _CMP_UNORD_Q);
        __m128i bytes = _mm512_cvtepi64_epi8(_mm512_maskz_set1_epi64(gone, 1));
        _mm512_storeu_pd(s + i, _mm512_mask_mov_pd(value, gone, with));
        _mm_storel_epi64((__m128i *)(void *)(missing + i), bytes);
        _mm256_storeu_si256((__m256i *)(void *)(n_missing + i),
                            _mm256_mask_add_epi32(count, gone, count, one));
    }
    fill_rows(filling, n - i, s + i, missing + i, n_missing + i);
}
#endif

INLINED void fill(const struct assay_compiled_signal *signal, size_t n, enum assay_cpu cpu,
                  struct assay_block *block, double s[], bool missing[])
{
#if defined(__x86_64__)
    if (cpu == ASSAY_CPU_AVX512)
        fill_avx512(signal->filling, n, s, missing, block->n_missing);
    if (cpu == ASSAY_CPU_AVX2)
        fill_avx2(signal->filling, n, s, missing, block->n_missing);
#endif
    if (cpu != ASSAY_CPU_AVX2 && cpu != ASSAY_CPU_AVX512)
        fill_rows(signal->filling, n, s, missing, block->n_missing);
    for (size_t i = 0; signal->drops && i < n; i++)
        block->flags[i] |= missing[i] ? ASSAY_ROW_DROPPED : 0;
}

INLINED const double *weights_of(const struct assay_compiled *c, const struct assay_block *block,
                                 size_t row)
{
    return assay_terms_weight(c->model, assay_block_terms(c, block, row));
}

/* What the other signals of a row decide: values that wait for an average, and rounded dimensions. */
INLINED void finish_row(const struct assay_compiled *c, struct assay_block *block, size_t row)
{
    const struct assay_signal_spec *signals = c->model->spec.signals;
    const double *weight = weights_of(c, block, row);
    double composite =
        assay_composite(signals, weight, c->n_signal, block->s + row, block->capacity, NULL);
    if (!c->model->spec.rounding.dimensions)
        return;
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    for (size_t j = 0; j < c->n_signal; j++) {
        s[j] = block->s[j * block->capacity + row];
        missing[j] = block->missing[j * block->capacity + row];
    }
    block->rounded[row] =
        assay_composite_rounded(signals, weight, c->n_signal, s, missing, composite);
}

INLINED bool waits(const struct assay_compiled *c, const struct assay_block *block, size_t row)
{
    if (c->model->spec.rounding.dimensions)
        return true;
    bool waiting = false;
    for (size_t j = 0; block->n_missing[row] > 0 && j < c->n_signal && !waiting; j++)
        waiting = isnan(block->s[j * block->capacity + row]);
    return waiting;
}

/* ---- sums over the signals ---- */

INLINED void add_common(const struct assay_compiled_signal *signal, const double s[], size_t n,
                        double composite[], double log_odds[])
{
    double weight = signal->weight[0], slope = signal->slope[0];
    for (size_t i = 0; i < n; i++) {
        composite[i] += weight * s[i];
        log_odds[i] -= slope * (s[i] / 100);
    }
}

INLINED void add_segments(const struct assay_compiled_signal *signal, const double s[], size_t n,
                          const uint32_t weights[], double composite[], double log_odds[])
{
    for (size_t i = 0; i < n; i++) {
        composite[i] += signal->weight[weights[i]] * s[i];
        log_odds[i] -= signal->slope[weights[i]] * (s[i] / 100);
    }
}

INLINED void add_up(const struct assay_compiled *c, size_t n, struct assay_block *block)
{
    for (size_t i = 0; i < n; i++) {
        block->composite[i] = 0;
        block->log_odds[i] = c->intercept[block->weights[i]];
    }
    for (size_t j = 0; j < c->n_signal; j++) {
        const double *s = block->s + j * block->capacity;
        if (c->model->n_segment_model == 0)
            add_common(&c->signals[j], s, n, block->composite, block->log_odds);
        else
            add_segments(&c->signals[j], s, n, block->weights, block->composite, block->log_odds);
    }
    for (size_t j = 0; j < c->n_signal; j++) {
        const bool *missing = block->missing + j * block->capacity;
        double term = c->signals[j].missing_term;
        for (size_t i = 0; term != 0 && i < n; i++)
            block->log_odds[i] = missing[i] ? block->log_odds[i] + term : block->log_odds[i];
    }
}

/* ---- score ---- */

INLINED void finish(const struct assay_compiled *c, size_t n, struct assay_block *block)
{
    const struct assay_spec *spec = &c->model->spec;
    bool average = spec->scale == ASSAY_WEIGHTED_AVERAGE;
    for (size_t i = 0; i < n; i++) {
        double rounded = spec->rounding.dimensions ? block->rounded[i] : block->composite[i];
        double score = 50 + c->factor * (block->line[i] - block->log_odds[i]);
        if (average)
            score = spec->rounding.score ? assay_round_half_up(rounded) : rounded;
        block->rounded[i] = rounded;
        block->score[i] = clamped(score);
        block->zone[i] = 0;
    }
    for (size_t z = 1; z < spec->n_zone; z++)
        for (size_t i = 0; i < n; i++)
            block->zone[i] += block->score[i] >= spec->zones[z].from;
    for (size_t i = 0; block->probability != NULL && i < n; i++)
        block->probability[i] = assay_expit(block->log_odds[i]);
}

INLINED void score_rows(const struct assay_compiled *compiled, const struct assay_lane lanes[],
                        size_t n, enum assay_cpu cpu, struct assay_block *block)
{
    find_cohorts(compiled, lanes, n, block);
    find_terms(compiled, lanes, n, block);
    for (size_t i = 0; i < n; i++)
        block->n_missing[i] = block->n_unknown[i] = 0;
    for (size_t j = 0; j < compiled->n_signal; j++) {
        const struct assay_compiled_signal *signal = &compiled->signals[j];
        size_t at = j * block->capacity;
        normalise(compiled, j, &lanes[signal->input], n, cpu, block, block->s + at);
        fill(signal, n, cpu, block, block->s + at, block->missing + at);
    }
    for (size_t i = 0; compiled->by_row && i < n; i++)
        if (waits(compiled, block, i))
            finish_row(compiled, block, i);
    add_up(compiled, n, block);
    finish(compiled, n, block);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void score_avx2(const struct assay_compiled *compiled,
                                                       const struct assay_lane lanes[], size_t n,
                                                       struct assay_block *block)
{
    score_rows(compiled, lanes, n, ASSAY_CPU_AVX2, block);
}

AVX512 static void score_avx512(const struct assay_compiled *compiled,
                                const struct assay_lane lanes[], size_t n,
                                struct assay_block *block)
{
    score_rows(compiled, lanes, n, ASSAY_CPU_AVX512, block);
}
#endif

void assay_compiled_score(const struct assay_compiled *compiled, const struct assay_lane lanes[],
                          size_t n, struct assay_block *block)
{
#if defined(__x86_64__)
    enum assay_cpu cpu = assay_cpu();
    if (cpu == ASSAY_CPU_AVX512) {
        score_avx512(compiled, lanes, n, block);
        return;
    }
    if (cpu == ASSAY_CPU_AVX2) {
        score_avx2(compiled, lanes, n, block);
        return;
    }
#endif
    score_rows(compiled, lanes, n, ASSAY_CPU_BASELINE, block);
}

struct assay_terms assay_block_terms(const struct assay_compiled *compiled,
                                     const struct assay_block *block, size_t row)
{
    struct assay_terms terms = {0};
    if (block->weights[row] > 0)
        terms.weights = &compiled->model->segment_models[block->weights[row] - 1];
    terms.unseen = (block->flags[row] & ASSAY_ROW_UNSEEN_SEGMENT) != 0;
    return terms;
}
