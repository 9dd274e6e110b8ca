/* mcnemar.h - two ways of judging the same rows: does one get more of them right?
 *
 * Rows on which both are right, or both wrong, say nothing of which is better; what counts are the rows
 * that only one of them gets right. Were neither better, each such row would fall either way with
 * probability one half (McNemar 1947, Psychometrika 12:153-157).
 */
#ifndef ASSAY_CORE_METRIC_MCNEMAR_H
#define ASSAY_CORE_METRIC_MCNEMAR_H

#include <stddef.h>

/* How often each was right. */
struct assay_paired_counts {
    size_t both, only_first, only_second, neither;
};

/* Two-sided p-values for rows that are independent; all of them 1 where no row tells.
 *
 *   exact  twice the binomial tail of the smaller count, at most 1. Errs at most at its level, mostly
 *          far less
 *   mid    the same with P(X = the smaller count) counted half: near its level also with few rows
 *          (Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91). What we report
 *   chi2   (b - c)^2 / (b + c), one degree of freedom, without continuity correction; NaN where no row
 *          tells */
struct assay_mcnemar {
    double p_exact, p_mid;
    double chi2, p_chi2;
};
struct assay_mcnemar assay_mcnemar_of(size_t only_first, size_t only_second);

/* For rows that come in clusters. D_g is the number of rows of cluster g that only the first gets right
 * less the number that only the second does; sum and squares are those of D_g over the n_cluster clusters
 * that hold rows:
 *
 *   chi2 = (sum D_g)^2 / ( G / (G - 1) * sum D_g^2 )
 *
 * (Obuchowski 1998, Statistics in Medicine 17:1495-1507), one degree of freedom: it tests the difference
 * between the shares of rows, which is what we print. (Durkalski et al. 2003, 22:2417-2428, divide D_g by
 * the cluster's size and so test the mean of the clusters' own differences.) Returns its p-value; 1 where
 * every D_g is 0, NaN with fewer than two clusters. */
double assay_mcnemar_clustered_p(double sum, double squares, size_t n_cluster);

#endif
