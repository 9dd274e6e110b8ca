/* distribution.h - how the events and the others lie along the score */
#ifndef ASSAY_CORE_METRIC_DISTRIBUTION_H
#define ASSAY_CORE_METRIC_DISTRIBUTION_H

#include <stddef.h>

enum { ASSAY_DISTRIBUTION_BINS = 20 };

/* Counts between equally far edges: [edge[b], edge[b + 1]), the last one closed. */
struct assay_distribution {
    size_t n_bin;
    double edge[ASSAY_DISTRIBUTION_BINS + 1];
    size_t events[ASSAY_DISTRIBUTION_BINS], others[ASSAY_DISTRIBUTION_BINS];
};

/* value[n], finite, in any order; outcome[n], 0 or 1. Edges from low to high, where these hold all values
 * (probabilities: 0 and 1, health scores: 0 and 100), else from the smallest to the largest value; one bin
 * where all values are the same and lie outside. */
void assay_distribution_of(const double value[], const unsigned char outcome[], size_t n, double low,
                           double high, struct assay_distribution *out);

#endif
