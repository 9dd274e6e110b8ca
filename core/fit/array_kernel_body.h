/* array_kernel_body.h - the source of array_kernel_*.c, which define ASSAY_SIMD_WIDTH and KERNEL
 *
 * The time goes into products(): it is a matrix product of 256 rows with itself, weighted, taken in tiles of columns whose
 * sums stay in registers (Goto & van de Geijn 2008, ACM Transactions on Mathematical Software 34:12). The shape of a
 * tile is a matter of registers alone: each sum has its own lanes, and comes out the same in any.
 */
#include "core/base/block.h"
#include "core/base/vector_functions.h"
#include "core/fit/array_kernel.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    WIDTH = ASSAY_SIMD_WIDTH,
    LANES = ASSAY_KERNEL_LANES,
    TALL = 4, /* weighted columns of a tile, and ... */
#if ASSAY_SIMD_WIDTH == 8 || defined(__aarch64__)
    WIDE = 4, /* ... columns to multiply them with: 16 sums in 32 registers, ... */
#else
    WIDE = 3, /* ... 12 in 16 */
#endif
    MOST = 4,
    ALONE = ASSAY_SIMD_WIDTH, /* columns with one alone: 8 sums */
    SHORT = 4, /* rows of a square of clusters' scores that are taken together, and ... */
    SQUARE_WIDE = WIDTH < LANES ? 2 : 1, /* ... vectors of their columns: 8 sums or 4 */
    STRIP = 4 * LANES, /* rows whose log-odds are made together */
};

_Static_assert((int)ASSAY_SIMD_LANES == (int)ASSAY_KERNEL_LANES, "sums have the lanes of vectors");
_Static_assert(ROWS % STRIP == 0, "a block is whole strips");

ASSAY_SIMD_TARGET static void log_odds(const double x[], size_t n_column, const double coef[],
                                       double eta[])
{
    enum { PARTS = STRIP / WIDTH };
    for (size_t first = 0; first < ROWS; first += STRIP) {
        assay_vec sum[PARTS];
        for (size_t k = 0; k < PARTS; k++)
            sum[k] = assay_vec_all(coef[0]);
        for (size_t j = 0; j < n_column; j++)
            for (size_t k = 0; k < PARTS; k++)
                sum[k] += coef[j + 1] * assay_vec_load(x + j * ROWS + first + k * WIDTH);
        for (size_t k = 0; k < PARTS; k++)
            assay_vec_store(eta + first + k * WIDTH, sum[k]);
    }
}

/* A row has log-likelihood -log(1 + e^m) with m = -(2 y - 1) eta, and |y - p| = 1 / (1 + e^-m). One loop for each
 * of the long chains: a processor then has several of their turns under way at once. */
ASSAY_SIMD_TARGET static void weigh(const double eta[], const unsigned char outcome[],
                                    const double times[], double weight[], double residual[],
                                    double loss[])
{
    const assay_vec zero = {0.0};
    double smaller[ROWS] __attribute__((aligned(64)));
    for (size_t i = 0; i < ROWS; i += WIDTH)
        assay_vec_store(smaller + i, assay_vec_exp(-assay_vec_abs(assay_vec_load(eta + i))));
    for (size_t i = 0; i < ROWS; i += WIDTH) {
        assay_vec count = assay_vec_load(times + i), small = assay_vec_load(smaller + i);
        assay_mask event = assay_vec_flags(outcome + i), counts = count != zero;
        assay_vec margin = assay_vec_negate(event, assay_vec_load(eta + i));
        assay_vec large = 1.0 / (small + 1.0), other = small * large;
        assay_vec miss = assay_vec_select(margin > zero, large, other);
        /* Log-odds may be infinite in rows that do not count. */
        assay_vec_store(weight + i, assay_vec_select(counts, count * (other * large), zero));
        assay_vec_store(residual + i,
                        assay_vec_select(counts, assay_vec_negate(~event, count * miss), zero));
    }
    for (size_t i = 0; loss != NULL && i < ROWS; i += WIDTH) {
        assay_vec count = assay_vec_load(times + i);
        assay_vec margin = assay_vec_negate(assay_vec_flags(outcome + i), assay_vec_load(eta + i));
        assay_vec own =
            assay_vec_larger(zero, margin) + assay_vec_log1p(assay_vec_load(smaller + i));
        assay_vec_store(loss + i, assay_vec_select(count != zero, count * own, zero));
    }
}

ASSAY_SIMD_TARGET static void take_off(const double loss[], double log_likelihood[])
{
    assay_vec sum[ASSAY_SIMD_GROUPS];
    for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++)
        sum[g] = assay_vec_load(log_likelihood + g * WIDTH);
    for (size_t i = 0; i < ROWS; i += LANES)
        for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++)
            sum[g] -= assay_vec_load(loss + i + g * WIDTH);
    for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++)
        assay_vec_store(log_likelihood + g * WIDTH, sum[g]);
}

/* ---- which rows count ---- */

ASSAY_SIMD_TARGET static void times(const unsigned char *include, const uint16_t *part,
                                    const uint16_t out[2], double often[])
{
    const assay_vec zero = {0.0}, once = assay_vec_all(1.0);
    for (size_t i = 0; i < ROWS; i += WIDTH) {
        assay_vec count = include != NULL ? assay_vec_bytes(include + i) : once;
        if (part != NULL)
            count = assay_vec_select(
                assay_vec_equal(part + i, out[0]) | assay_vec_equal(part + i, out[1]), zero, count);
        assay_vec_store(often + i, count);
    }
}

ASSAY_SIMD_TARGET static void leave_out(const double from[], const uint16_t part[], uint16_t out,
                                        double to[])
{
    const assay_vec zero = {0.0};
    for (size_t i = 0; i < ROWS; i += WIDTH)
        assay_vec_store(to + i, assay_vec_select(assay_vec_equal(part + i, out), zero,
                                                 assay_vec_load(from + i)));
}

/* ---- products ---- */

/* sums[s][t * LANES ..] += left[s] . right[t], over the block: s < tall, t < wide. tall and wide are constants to the
 * compiler: the loops over them unroll. */
ASSAY_SIMD void multiply(const double *const left[], size_t tall, const double *right, size_t wide,
                         double *const sums[])
{
    for (size_t g = 0; g < LANES; g += WIDTH) {
        assay_vec sum[MOST][MOST];
        for (size_t s = 0; s < tall; s++)
            for (size_t t = 0; t < wide; t++)
                sum[s][t] = assay_vec_load(sums[s] + t * LANES + g);
        for (size_t i = g; i < ROWS; i += LANES) {
            assay_vec value[MOST];
            for (size_t t = 0; t < wide; t++)
                value[t] = assay_vec_load(right + t * ROWS + i);
            for (size_t s = 0; s < tall; s++) {
                assay_vec factor = assay_vec_load(left[s] + i);
                for (size_t t = 0; t < wide; t++)
                    sum[s][t] = assay_vec_fma(factor, value[t], sum[s][t]);
            }
        }
        for (size_t s = 0; s < tall; s++)
            for (size_t t = 0; t < wide; t++)
                assay_vec_store(sums[s] + t * LANES + g, sum[s][t]);
    }
}

/* weighted[s] = weight own[s], and sums[s][t * LANES ..] += weighted[s] . own[t] for t >= s: stores beside products. */
ASSAY_SIMD void multiply_own(const double *own, const double weight[], size_t tall,
                             double weighted[][ROWS], double *const sums[])
{
    for (size_t g = 0; g < LANES; g += WIDTH) {
        assay_vec sum[TALL][TALL];
        for (size_t s = 0; s < tall; s++)
            for (size_t t = s; t < tall; t++)
                sum[s][t] = assay_vec_load(sums[s] + t * LANES + g);
        for (size_t i = g; i < ROWS; i += LANES) {
            assay_vec value[TALL], w = assay_vec_load(weight + i);
            for (size_t t = 0; t < tall; t++)
                value[t] = assay_vec_load(own + t * ROWS + i);
            for (size_t s = 0; s < tall; s++) {
                assay_vec factor = w * value[s];
                assay_vec_store(weighted[s] + i, factor);
                for (size_t t = s; t < tall; t++)
                    sum[s][t] = assay_vec_fma(factor, value[t], sum[s][t]);
            }
        }
        for (size_t s = 0; s < tall; s++)
            for (size_t t = s; t < tall; t++)
                assay_vec_store(sums[s] + t * LANES + g, sum[s][t]);
    }
}

/* tall (TALL, or 2 for weights and residuals) columns with the n >= 1 beginning at x, at most `most` at once: enough
 * for their sums to fill the time that one addition takes, and no more than there are registers for. */
ASSAY_SIMD void multiply_row(const double *const left[], size_t tall, const double *x, size_t n,
                             size_t most, double *sums[])
{
    while (n > 0) {
        size_t wide = n < most ? n : most;
        if (n == most + 1) /* a single column would leave the units waiting */
            wide = n / 2;
        switch (wide) {
        case 1:
            multiply(left, tall, x, 1, sums);
            break;
        case 2:
            multiply(left, tall, x, 2, sums);
            break;
        case 3:
            multiply(left, tall, x, 3, sums);
            break;
        default:
            multiply(left, tall, x, most, sums);
            break;
        }
        for (size_t s = 0; s < tall; s++)
            sums[s] += wide * LANES;
        x += wide * ROWS;
        n -= wide;
    }
}

/* sums[t * LANES ..] += left . right[t], t < wide, all lanes side by side: one column on its left leaves few sums
 * else. */
ASSAY_SIMD void multiply_one(const double left[], const double *right, size_t wide, double sums[])
{
    assay_vec sum[ALONE][ASSAY_SIMD_GROUPS];
    for (size_t t = 0; t < wide; t++)
        for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++)
            sum[t][g] = assay_vec_load(sums + t * LANES + g * WIDTH);
    for (size_t i = 0; i < ROWS; i += LANES)
        for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++) {
            assay_vec factor = assay_vec_load(left + i + g * WIDTH);
            for (size_t t = 0; t < wide; t++)
                sum[t][g] = assay_vec_fma(
                    factor, assay_vec_load(right + t * ROWS + i + g * WIDTH), sum[t][g]);
        }
    for (size_t t = 0; t < wide; t++)
        for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++)
            assay_vec_store(sums + t * LANES + g * WIDTH, sum[t][g]);
}

ASSAY_SIMD_TARGET static void multiply_alone(const double left[], const double *x, size_t n,
                                             double sums[])
{
    for (; n >= ALONE; n -= ALONE, x += ALONE * ROWS, sums += ALONE * LANES)
        multiply_one(left, x, ALONE, sums);
    for (; n > 0; n--, x += ROWS, sums += LANES)
        multiply_one(left, x, 1, sums);
}

ASSAY_SIMD_TARGET static void add_up(const double value[], double sum[])
{
    for (size_t g = 0; g < LANES; g += WIDTH) {
        assay_vec even = {0.0}, odd = {0.0};
        for (size_t i = g; i < ROWS; i += 2 * LANES) {
            even += assay_vec_load(value + i);
            odd += assay_vec_load(value + i + LANES);
        }
        assay_vec_store(sum + g, assay_vec_load(sum + g) + (even + odd));
    }
}

/* The rows of columns j .. j + tall - 1 of the information; sums[s] is at the diagonal. */
ASSAY_SIMD_TARGET static void add_rows(const double x[], size_t n_column, size_t j, size_t tall,
                                       const double weight[], double *sums[])
{
    double weighted[TALL][ROWS] __attribute__((aligned(64)));
    const double *left[TALL] = {weighted[0], weighted[1], weighted[2], weighted[3]};
    const double *own = x + j * ROWS;
    double *beyond[TALL], *diagonal[TALL];
    for (size_t s = 0; s < tall; s++) {
        diagonal[s] = sums[s] - s * LANES; /* as if it began at column j */
        beyond[s] = diagonal[s] + tall * LANES;
    }
    switch (tall) {
    case 1:
        multiply_own(own, weight, 1, weighted, diagonal);
        break;
    case 2:
        multiply_own(own, weight, 2, weighted, diagonal);
        break;
    case 3:
        multiply_own(own, weight, 3, weighted, diagonal);
        break;
    default:
        multiply_own(own, weight, TALL, weighted, diagonal);
        if (j + TALL < n_column) /* only the last tile is lower */
            multiply_row(left, TALL, own + TALL * ROWS, n_column - j - TALL, WIDE, beyond);
        break;
    }
}

ASSAY_SIMD_TARGET static void products(const double x[], size_t n_column, const double weight[],
                                       const double residual[], double gradient[],
                                       double information[])
{
    size_t n_coef = n_column + 1;
    add_up(residual, gradient);
    if (information == NULL) {
        multiply_alone(residual, x, n_column, gradient + LANES);
        return;
    }
    const double *left[2] = {weight, residual};
    double *first[2] = {information + LANES, gradient + LANES};
    add_up(weight, information);
    multiply_row(left, 2, x, n_column, MOST, first);
    double *at = information + n_coef * LANES;
    for (size_t j = 0; j < n_column; j += TALL) {
        size_t tall = n_column - j < TALL ? n_column - j : TALL;
        double *sums[TALL];
        for (size_t s = 0; s < tall; s++) {
            sums[s] = at;
            at += (n_column - j - s) * LANES;
        }
        add_rows(x, n_column, j, tall, weight, sums);
    }
}

/* One column: sum[LANES] and square[LANES]. */
ASSAY_SIMD void column_moments(const double *own, const double times[], double sum[],
                               double square[])
{
    assay_vec first[ASSAY_SIMD_GROUPS], second[ASSAY_SIMD_GROUPS];
    for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++) {
        first[g] = assay_vec_load(sum + g * WIDTH);
        second[g] = assay_vec_load(square + g * WIDTH);
    }
    for (size_t i = 0; i < ROWS; i += LANES)
        for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++) {
            assay_vec value = assay_vec_load(own + i + g * WIDTH),
                      count = assay_vec_load(times + i + g * WIDTH);
            first[g] = assay_vec_fma(count, value, first[g]);
            second[g] = assay_vec_fma(count * value, value, second[g]);
        }
    for (size_t g = 0; g < ASSAY_SIMD_GROUPS; g++) {
        assay_vec_store(sum + g * WIDTH, first[g]);
        assay_vec_store(square + g * WIDTH, second[g]);
    }
}

ASSAY_SIMD_TARGET static void moments(const double x[], size_t n_column, const double times[],
                                      double gram[])
{
    double *diagonal = gram + (n_column + 1) * LANES;
    add_up(times, gram);
    for (size_t j = 0; j < n_column; j++) {
        column_moments(x + j * ROWS, times, gram + (1 + j) * LANES, diagonal);
        diagonal += (n_column - j) * LANES;
    }
}

/* ---- what directions and priors need ---- */

ASSAY_SIMD_TARGET static void extent(const double move[], const unsigned char outcome[],
                                     const double times[], double most[])
{
    const assay_vec zero = {0.0}, least = assay_vec_all(-__builtin_inf());
    for (size_t g = 0; g < LANES; g += WIDTH) {
        assay_vec size = assay_vec_load(most + g), low = assay_vec_load(most + LANES + g),
                  high = assay_vec_load(most + 2 * LANES + g);
        for (size_t i = g; i < ROWS; i += LANES) {
            assay_mask counts = assay_vec_load(times + i) != zero;
            assay_vec m = assay_vec_load(move + i);
            assay_vec margin = assay_vec_negate(~assay_vec_flags(outcome + i), m);
            size = assay_vec_larger(assay_vec_select(counts, assay_vec_abs(m), zero), size);
            low = assay_vec_larger(assay_vec_select(counts, -margin, least), low);
            high = assay_vec_larger(assay_vec_select(counts, margin, least), high);
        }
        assay_vec_store(most + g, size);
        assay_vec_store(most + LANES + g, low);
        assay_vec_store(most + 2 * LANES + g, high);
    }
}

/* x'a x = a_00 + sum_j x_j (2 a_j0 + 2 sum_(k < j) a_jk x_k + a_jj x_j), by the lower triangle. */
ASSAY_SIMD_TARGET static void sizes(const double x[], size_t n_column, const double a[],
                                    double size[])
{
    enum { PARTS = STRIP / WIDTH };
    size_t n_coef = n_column + 1;
    for (size_t first = 0; first < ROWS; first += STRIP) {
        assay_vec total[PARTS];
        for (size_t p = 0; p < PARTS; p++)
            total[p] = assay_vec_all(a[0]);
        for (size_t j = 0; j < n_column; j++) {
            const double *row = a + (j + 1) * n_coef, *own = x + j * ROWS + first;
            assay_vec sum[PARTS];
            for (size_t p = 0; p < PARTS; p++)
                sum[p] = assay_vec_all(row[0]);
            for (size_t k = 0; k < j; k++)
                for (size_t p = 0; p < PARTS; p++)
                    sum[p] =
                        assay_vec_fma(assay_vec_all(row[k + 1]),
                                      assay_vec_load(x + k * ROWS + first + p * WIDTH), sum[p]);
            for (size_t p = 0; p < PARTS; p++) {
                assay_vec value = assay_vec_load(own + p * WIDTH);
                assay_vec along = assay_vec_fma(value, assay_vec_all(row[j + 1]), sum[p] * 2.0);
                total[p] = assay_vec_fma(along, value, total[p]);
            }
        }
        for (size_t p = 0; p < PARTS; p++)
            assay_vec_store(size + first + p * WIDTH, total[p]);
    }
}

/* ---- scores ---- */

ASSAY_SIMD_TARGET static void spread(const double x[], size_t n_column, const double residual[],
                                     size_t n, size_t width, double score[])
{
    for (size_t i = 0; i < n; i++) {
        score[i * width] = residual[i];
        for (size_t k = n_column + 1; k < width; k++)
            score[i * width + k] = 0.0;
    }
    for (size_t j = 0; j < n_column; j++)
        for (size_t i = 0; i < n; i++)
            score[i * width + j + 1] = residual[i] * x[j * ROWS + i];
}

ASSAY_SIMD_TARGET static void add_scores(const double score[], size_t n, size_t width, double sum[])
{
    for (size_t k = 0; k < width; k += WIDTH) {
        assay_vec total = assay_vec_load(sum + k);
        for (size_t i = 0; i < n; i++)
            total += assay_vec_load(score + i * width + k);
        assay_vec_store(sum + k, total);
    }
}

/* Rows j .. j + tall - 1 of the square, which begin with the same column; returns where the next begin. */
ASSAY_SIMD double *square_rows(const double sums[], size_t n, size_t width, size_t j, size_t tall,
                               double *square)
{
    size_t start = j / LANES * LANES, length = width - start;
    for (size_t k = 0; k < length; k += SQUARE_WIDE * WIDTH) {
        assay_vec total[SHORT][SQUARE_WIDE];
        for (size_t s = 0; s < tall; s++)
            for (size_t t = 0; t < SQUARE_WIDE; t++)
                total[s][t] = assay_vec_load(square + s * length + k + t * WIDTH);
        for (size_t i = 0; i < n; i++) {
            const double *sum = sums + i * width;
            assay_vec other[SQUARE_WIDE];
            for (size_t t = 0; t < SQUARE_WIDE; t++)
                other[t] = assay_vec_load(sum + start + k + t * WIDTH);
            for (size_t s = 0; s < tall; s++)
                for (size_t t = 0; t < SQUARE_WIDE; t++)
                    total[s][t] += assay_vec_all(sum[j + s]) * other[t];
        }
        for (size_t s = 0; s < tall; s++)
            for (size_t t = 0; t < SQUARE_WIDE; t++)
                assay_vec_store(square + s * length + k + t * WIDTH, total[s][t]);
    }
    return square + tall * length;
}

ASSAY_SIMD_TARGET static void add_squares(const double sums[], size_t n, size_t n_coef,
                                          size_t width, double square[])
{
    size_t j = 0;
    for (; j + SHORT <= n_coef; j += SHORT)
        square = square_rows(sums, n, width, j, SHORT, square);
    for (; j < n_coef; j++)
        square = square_rows(sums, n, width, j, 1, square);
}

/* With s = exp(-|eta|): |1/2 - p| = (1 - s) / (1 + s) / 2, positive where eta is negative, and
 * p (1 - p) = s / (1 + s)^2. */
ASSAY_SIMD_TARGET static void hats(const double eta[], const double size[], double weight[],
                                   double pull[])
{
    const assay_vec zero = {0.0};
    for (size_t i = 0; i < ROWS; i += WIDTH) {
        assay_vec e = assay_vec_load(eta + i), small = assay_vec_exp(-assay_vec_abs(e));
        assay_vec large = 1.0 / (small + 1.0);
        assay_vec w = assay_vec_load(weight + i);
        assay_mask counts = w != zero;
        assay_vec hat = w * assay_vec_load(size + i);
        assay_vec half = assay_vec_negate(e > zero, (1.0 - small) * large * 0.5);
        assay_vec_store(pull + i, assay_vec_select(counts, hat * half, zero));
        assay_vec_store(weight + i, assay_vec_select(counts, hat * (small * large * large), zero));
    }
}

const struct assay_array_kernel KERNEL = {.log_odds = log_odds,
                                          .times = times,
                                          .weigh = weigh,
                                          .take_off = take_off,
                                          .leave_out = leave_out,
                                          .products = products,
                                          .moments = moments,
                                          .extent = extent,
                                          .sizes = sizes,
                                          .spread = spread,
                                          .add_scores = add_scores,
                                          .add_squares = add_squares,
                                          .hats = hats};
