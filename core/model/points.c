#include "core/model/points.h"

#include <math.h>

double assay_points_of_signal(const struct assay_model *model, struct assay_terms terms, size_t j,
                              double s, bool missing)
{
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE)
        return assay_terms_weight(model, terms)[j] * (s - 50);
    double log_odds = -assay_terms_slope(model, terms)[j] * (s - 50) / 100 +
                      (missing ? model->missing_term[j] : 0);
    return -model->spec.points_to_halve_odds / M_LN2 * log_odds;
}

double assay_points_unclamped(const struct assay_model *model, struct assay_terms terms, double score,
                              double prob)
{
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE)
        return score; /* an average of what lies in [0, 100] */
    double line = assay_terms_line(model, terms);
    return 50 + model->spec.points_to_halve_odds / M_LN2 *
                    (log(line / (1 - line)) - (log(prob) - log1p(-prob)));
}
