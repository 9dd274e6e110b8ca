/* psi.h - the population stability index, and how large chance alone makes it
 *
 *   PSI = sum over bins of (a - e) ln(a / e),    e, a: the shares of expected and actual
 *
 * Jeffreys' divergence (1946) between two binned samples. A bin that is empty in both adds nothing. Where
 * one is empty in one of them the index would be infinite: then 1/2 is added to every bin that is not
 * empty in both, of both samples; never otherwise.
 *
 * The usual limits, 0.10 and 0.25, do not know how many rows there are. Without any change the index is
 * near chi-square with bins - 1 degrees of freedom times (1 / n + 1 / m) (Yurdakul and Naranjo 2020,
 * Journal of Risk Model Validation 14:89-100): ten bins, 50 rows against many average 0.2. Below some
 * 20 expected rows a bin that is off by factors in the tails, so the null is simulated: given the
 * expected counts x, a second sample of m from the same source is Dirichlet-multinomial,
 *
 *   P ~ Dirichlet(x + 1 / bins),    y ~ Multinomial(m, P)
 *
 * For bins cut at order statistics of a continuous sample the shares beyond them are Dirichlet by themselves
 * (Wilks 1962, Mathematical Statistics, 8.7), with the counts as parameters and 1 more in all; elsewhere
 * this is Perks' (1947) prior. A shifted chi-square with the simulated mean, variance and skewness (three
 * moments: Pearson 1959, Biometrika 46:364) gives p-values and limits beyond what was drawn.
 */
#ifndef ASSAY_CORE_METRIC_PSI_H
#define ASSAY_CORE_METRIC_PSI_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum { ASSAY_PSI_BINS = 64, ASSAY_PSI_DRAWS = 4000 };

/* expected[n_bin], actual[n_bin]: counts >= 0, which need not be whole: rows that repeat may count for
 * less than one. n_bin up to ASSAY_PSI_BINS. NaN where either sample is empty. */
double assay_psi(const double expected[], const double actual[], size_t n_bin);

/* The index without any change; sd 0: it is always mean (a single bin). */
struct assay_psi_null {
    double mean, sd, skewness;
};

/* expected[n_bin] >= 0, with a sum above 0; m: rows of the second sample, above 0, rounded. The same
 * numbers give the same null, whatever the thread. */
void assay_psi_null_draw(const double expected[], size_t n_bin, double m, uint64_t seed,
                         struct assay_psi_null *null);

/* P(PSI >= psi) without change. psi NaN: NaN. */
double assay_psi_p_value(const struct assay_psi_null *null, double psi);

/* The index that chance exceeds with probability `level`, in (0, 1): p-value and limit agree. */
double assay_psi_limit(const struct assay_psi_null *null, double level);

#endif
