#include "core/metric/spiegelhalter.h"

#include <math.h>

#include "core/metric/interval.h"

enum assay_status assay_spiegelhalter_measure(const struct assay_ranked *rows,
                                              struct assay_design_effect *effect,
                                              struct assay_spiegelhalter *out,
                                              struct assay_error *err)
{
    double sum = 0.0, variance = 0.0;
    for (size_t k = 0; k < rows->n; k++) {
        double p = rows->risk[k], term = (rows->outcome[k] - p) * (1 - 2 * p);
        sum += term;
        variance += (1 - 2 * p) * (1 - 2 * p) * p * (1 - p);
        if (effect != NULL)
            assay_design_effect_add(effect, rows->cluster[k], term);
    }
    double d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
    if (!(variance > 0.0))
        return assay_fail(err, ASSAY_EDATA,
                          "Spiegelhalter's test: every probability is 0, 0.5 or 1; expected another");
    double z = sum / sqrt(d * variance);
    *out = (struct assay_spiegelhalter){.z = z, .p_value = assay_normal_p_value(z)};
    return ASSAY_OK;
}
