/* array_kernel.h - the inner loops of the array engine, over one block of 256 rows
 *
 * Compiled once for each instruction set from array_kernel_body.h; the engine takes the set that is in use when it is
 * made (core/base/cpu.h). All arrays of rows have ASSAY_BLOCK_ROWS elements. x holds the block's columns as block.h lays
 * them out. Sums are kept in ASSAY_KERNEL_LANES lanes, row i in lane i % 8, each sum's lanes side by side, and
 * are added to what is there.
 */
#ifndef ASSAY_CORE_FIT_ARRAY_KERNEL_H
#define ASSAY_CORE_FIT_ARRAY_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum { ASSAY_KERNEL_LANES = 8 };

struct assay_array_kernel {
    /* eta[i] = (1, x_i)'coef, product by product in the order of the columns, without FMA: what plain C gives. */
    void (*log_odds)(const double x[], size_t n_column, const double coef[], double eta[]);

    /* times[i] = include[i] (NULL: 1), 0 where part[i] (NULL: of none) is one of out[]. */
    void (*times)(const unsigned char *include, const uint16_t *part, const uint16_t out[2],
                  double times[]);

    /* Rows at log-odds eta, each counting times[i] (0: not at all), outcome[i] 0 or not: weight[i] = times p (1 - p),
     * residual[i] = times (y - p), loss[i] (NULL: not wanted) minus the log-likelihood of times rows. exp() sees only
     * non-positive numbers and nothing cancels, however sure the model is. */
    void (*weigh)(const double eta[], const unsigned char outcome[], const double times[],
                  double weight[], double residual[], double loss[]);

    /* Takes a block's losses off log_likelihood[LANES]. */
    void (*take_off)(const double loss[], double log_likelihood[]);

    /* to[i] = from[i], 0 where part[i] is `out`. */
    void (*leave_out)(const double from[], const uint16_t part[], uint16_t out, double to[]);

    /* gradient[(1 + n_column) * LANES] gains X'residual; information, when not NULL, X'diag(weight)X: its upper triangle,
     * row by row, the row of coefficient j beginning behind those of j' < j, which have n_coef - j' sums. */
    void (*products)(const double x[], size_t n_column, const double weight[],
                     const double residual[], double gradient[], double information[]);

    /* Of X'diag(times)X, laid out as information is, the first row and the diagonal. */
    void (*moments)(const double x[], size_t n_column, const double times[], double gram[]);

    /* extent[3 * LANES], over rows with times[i] != 0 and move[i] = x_i'd: the largest |move|, the largest of
     * -margin and the largest margin, margin = (2 y - 1) move. */
    void (*extent)(const double move[], const unsigned char outcome[], const double times[],
                   double extent[]);

    /* size[i] = (1, x_i)'a (1, x_i) for a symmetric a [n_coef * n_coef]. */
    void (*sizes)(const double x[], size_t n_column, const double a[], double size[]);

    /* Scores by row, in rows of `width` doubles, n_column + 1 or more in whole lanes: score[i] = residual[i]
     * (1, x_i) and zeros behind, for the n rows that begin at x and residual. */
    void (*spread)(const double x[], size_t n_column, const double residual[], size_t n,
                   size_t width, double score[]);

    /* sum[width] gains n such rows, one after the other. */
    void (*add_scores)(const double score[], size_t n, size_t width, double sum[]);

    /* square gains sum sum' of n such rows, sums[n * width], one after the other, without FMA: of row j < n_coef the
     * columns from j / LANES * LANES on, row by row. */
    void (*add_squares)(const double sums[], size_t n, size_t n_coef, size_t width,
                        double square[]);

    /* With h = weight[i] size[i] of rows at log-odds eta: pull[i] = h (1/2 - p), weight[i] = h p (1 - p). */
    void (*hats)(const double eta[], const double size[], double weight[], double pull[]);
};

extern const struct assay_array_kernel assay_array_kernel_baseline;
#if defined(__x86_64__)
extern const struct assay_array_kernel assay_array_kernel_avx2, assay_array_kernel_avx512;
#endif

/* That of the set in use. */
const struct assay_array_kernel *assay_array_kernel(void);

#endif
