/* shrinkage.h - shares of small cells, moved towards the whole as far as their size leaves doubt
 *
 * Cell c has x_c successes in n_c trials. Its true share is taken as a draw from a beta distribution
 * around the share of all, and its number of successes as binomial: of cells that look extreme because
 * they are small, the better guess lies nearer to the whole (empirical Bayes; Casella 1985, American
 * Statistician 39:83-87).
 */
#ifndef ASSAY_CORE_METRIC_SHRINKAGE_H
#define ASSAY_CORE_METRIC_SHRINKAGE_H

#include <stddef.h>

#include "core/metric/interval.h"

/* The whole: mean of the beta distribution, and how many trials of its own a cell's are mixed with (its
 * two parameters are mean * weight and (1 - mean) * weight). */
struct assay_shrinkage {
    double mean;   /* NaN without any trials */
    double weight; /* [ASSAY_LEAST_BORROWED, ASSAY_MOST_BORROWED] */
};

/* Limits on the weight. Few cells cannot show that they are all alike, and a cell of 100 trials would keep
 * nothing of its own were they believed to; nor should chance make every cell a world of its own. */
#define ASSAY_LEAST_BORROWED 2.0
#define ASSAY_MOST_BORROWED 100.0

/* The weight by the method of moments (Kleinman 1973, JASA 68:46-54, cells weighted by their trials):
 * with p the mean, N the sum of n_c, K the number of cells with trials,
 *
 *   rho = (sum n_c (x_c / n_c - p)^2 - p (1 - p) (K - 1)) / (p (1 - p) (N - sum n_c^2 / N - (K - 1)))
 *
 * is the correlation of two trials of a cell, and weight = 1 / rho - 1, inside its limits. Trials need not
 * be whole: where they depend on each other, x and n are divided by the design effect. The most where
 * there is nothing to estimate it from. */
struct assay_shrinkage assay_shrinkage_fit(const double x[], const double n[], size_t n_cell);

/* (x + mean weight) / (n + weight) for the cell, with Wilson's interval of as many trials at 95%. NaN
 * throughout where the mean is. */
struct assay_estimate assay_shrink(const struct assay_shrinkage *whole, double x, double n);

#endif
