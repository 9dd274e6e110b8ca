#include "core/metric/brier_parts.h"

#include <math.h>

#include "core/metric/check.h"

static double mean_loss(const struct assay_ranked *rows)
{
    double sum = 0.0;
    for (size_t k = 0; k < rows->n; k++) {
        double miss = rows->risk[k] - rows->outcome[k];
        sum += miss * miss;
    }
    return sum / (double)rows->n;
}

enum assay_status assay_brier_scaled_measure(const struct assay_ranked *rows,
                                             struct assay_design_effect *effect,
                                             struct assay_estimate *out, struct assay_error *err)
{
    enum assay_status status = assay_check_both("scaled Brier score", rows->n_event, rows->n, err);
    if (status != ASSAY_OK)
        return status;
    double n = (double)rows->n, share = (double)rows->n_event / n, unskilled = share * (1 - share);
    double loss = mean_loss(rows), by_share = loss * (1 - 2 * share) / (unskilled * unskilled);
    double squares = 0.0;
    for (size_t k = 0; k < rows->n; k++) {
        double miss = rows->risk[k] - rows->outcome[k];
        double move = -(miss * miss - loss) / unskilled + by_share * (rows->outcome[k] - share);
        squares += move * move;
        if (effect != NULL)
            assay_design_effect_add(effect, rows->cluster[k], move);
    }
    double d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
    *out = assay_normal_interval(1 - loss / unskilled, sqrt(d * squares / (n - 1)) / sqrt(n), ASSAY_LEVEL);
    out->high = fmin(out->high, 1.0);
    return ASSAY_OK;
}

void assay_brier_parts_of(const struct assay_ranked *rows, enum assay_binning binning,
                          struct assay_brier_parts *out)
{
    struct assay_bin bins[ASSAY_BINS];
    size_t n_bin = assay_bins_cut(rows, binning, bins);
    double n = (double)rows->n, share = (double)rows->n_event / n;
    struct assay_brier_parts made = {.uncertainty = share * (1 - share)};
    for (size_t b = 0; b < n_bin; b++) {
        double size = (double)bins[b].n, mean = bins[b].expected / size;
        double observed = (double)bins[b].n_event / size;
        made.reliability += size / n * (mean - observed) * (mean - observed);
        made.resolution += size / n * (observed - share) * (observed - share);
        for (size_t k = bins[b].first; k < bins[b].end; k++) {
            double gap = rows->risk[k] - mean;
            made.within_bin_variance += gap * gap / n;
            made.within_bin_covariance += gap * (rows->outcome[k] - observed) / n;
        }
    }
    *out = made;
}
