#include "core/metric/impact.h"

#include <math.h>

static struct assay_range times(double factor, struct assay_range range)
{
    return (struct assay_range){factor * range.low, factor * range.value, factor * range.high};
}

struct assay_impact assay_impact_of(const struct assay_impact_flagged *flagged,
                                    struct assay_range recovery_rate,
                                    struct assay_range contact_cost)
{
    struct assay_impact impact = {
        .accounts = times(flagged->accounts, recovery_rate),
        .retained = times(flagged->value_at_risk, recovery_rate),
        .cost = times(flagged->outreaches, contact_cost),
        .break_even = (double)NAN,
    };
    impact.net = (struct assay_range){impact.retained.low - impact.cost.high,
                                      impact.retained.value - impact.cost.value,
                                      impact.retained.high - impact.cost.low};
    if (flagged->value_at_risk > 0.0)
        impact.break_even = impact.cost.value / flagged->value_at_risk;
    return impact;
}
