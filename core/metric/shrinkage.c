#include "core/metric/shrinkage.h"

#include <math.h>

struct assay_shrinkage assay_shrinkage_fit(const double x[], const double n[], size_t n_cell)
{
    double successes = 0.0, trials = 0.0, squares = 0.0, cells = 0.0, spread = 0.0;
    for (size_t c = 0; c < n_cell; c++) {
        successes += x[c];
        trials += n[c];
        squares += n[c] * n[c];
        cells += n[c] > 0.0;
    }
    struct assay_shrinkage whole = {.mean = trials > 0.0 ? successes / trials : (double)NAN,
                                    .weight = ASSAY_MOST_BORROWED};
    for (size_t c = 0; c < n_cell; c++)
        if (n[c] > 0.0) {
            double gap = x[c] / n[c] - whole.mean;
            spread += n[c] * gap * gap;
        }
    double binomial = whole.mean * (1.0 - whole.mean);
    double excess = spread - binomial * (cells - 1.0);
    double room = binomial * (trials - squares / trials - (cells - 1.0));
    if (excess > 0.0 && room > 0.0) {
        double rho = fmin(excess / room, 1.0);
        whole.weight = fmin(fmax(1.0 / rho - 1.0, ASSAY_LEAST_BORROWED), ASSAY_MOST_BORROWED);
    }
    return whole;
}

struct assay_estimate assay_shrink(const struct assay_shrinkage *whole, double x, double n)
{
    if (isnan(whole->mean))
        return assay_estimate_undefined();
    double trials = n + whole->weight;
    return assay_wilson_of_share((x + whole->mean * whole->weight) / trials, trials, ASSAY_LEVEL);
}
