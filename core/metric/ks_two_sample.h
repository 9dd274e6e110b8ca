/* ks_two_sample.h - the largest gap between two distribution functions, and whether chance makes it
 *
 * Kolmogorov (1933) and Smirnov (1939). The distance is taken at the percentiles of the first sample and
 * at its lowest value, which is all that is kept of it; between two of them it can be larger by at most
 * the 1% that lies there. Its p-value is the one of the whole distance without ties, which only errs on
 * the safe side: on points fewer than all, and where values tie (Noether 1963), large distances are rarer.
 */
#ifndef ASSAY_CORE_METRIC_KS_TWO_SAMPLE_H
#define ASSAY_CORE_METRIC_KS_TWO_SAMPLE_H

#include <stddef.h>

#include "core/metric/percentiles.h"

struct assay_ks {
    double distance;    /* [0, 1]; NaN where a sample is empty */
    double at;          /* where it is largest: shares of values <= at, but < at where `below` */
    double then, now;   /* the two shares there */
    int below;          /* 1: at the lowest value of the first sample, of values below it */
};
struct assay_ks assay_ks_distance(const struct assay_percentiles *of,
                                  const struct assay_percentile_counts *counts);

/* P(D >= distance) for samples of n and m, whole and at least 1, from one continuous distribution.
 * n m up to 10,000: exact, by counting lattice paths (Hodges 1958, Arkiv foer Matematik 3:469-486).
 * Beyond: Kolmogorov's limit of
 *
 *   (sqrt(s) + 0.12 + 0.11 / sqrt(s)) distance,    s = n m / (n + m)
 *
 * (Stephens 1970, JRSS B 32:115-122), within some 10% of the exact p-value there but for the steps in
 * which that one falls. */
double assay_ks_p_value(double distance, size_t n, size_t m);

/* The smallest distance, to 1e-9, that has a p-value of at most `level`; 1 where none has. */
double assay_ks_limit(double level, size_t n, size_t m);

#endif
