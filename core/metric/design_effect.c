#include "core/metric/design_effect.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"

enum assay_status assay_design_effect_init(size_t n_code, struct assay_design_effect *effect,
                                           struct assay_error *err)
{
    struct assay_design_effect made = {.n_code = n_code,
                                       .sum = assay_alloc(n_code, sizeof *made.sum),
                                       .seen = assay_alloc(n_code, sizeof *made.seen),
                                       .mark = assay_alloc(n_code, 1)};
    if (made.sum == NULL || made.seen == NULL || made.mark == NULL) {
        assay_design_effect_clear(&made);
        return assay_fail_memory(err, "measuring by account");
    }
    *effect = made;
    return ASSAY_OK;
}

void assay_design_effect_clear(struct assay_design_effect *effect)
{
    free(effect->sum);
    free(effect->seen);
    free(effect->mark);
    *effect = (struct assay_design_effect){0};
}

void assay_design_effect_add(struct assay_design_effect *effect, int32_t cluster, double move)
{
    if (!effect->mark[cluster]) {
        effect->mark[cluster] = 1;
        effect->sum[cluster] = 0.0;
        effect->seen[effect->n_seen++] = cluster;
    }
    effect->sum[cluster] += move;
    effect->by_row += move * move;
    effect->n++;
}

double assay_design_effect_take(struct assay_design_effect *effect)
{
    double by_cluster = 0.0, by_row = effect->by_row;
    double rows = (double)effect->n, clusters = (double)effect->n_seen;
    for (size_t k = 0; k < effect->n_seen; k++) {
        double sum = effect->sum[effect->seen[k]];
        by_cluster += sum * sum;
        effect->mark[effect->seen[k]] = 0;
    }
    effect->n = effect->n_seen = 0;
    effect->by_row = 0.0;
    if (!(clusters > 1.0 && by_row > 0.0))
        return 1.0;
    return fmax(1.0, clusters / (clusters - 1.0) * by_cluster / (rows / (rows - 1.0) * by_row));
}

struct assay_estimate assay_stretch(struct assay_estimate estimate, double d, double lowest,
                                    double highest)
{
    double by = sqrt(d), value = estimate.value;
    if (isnan(estimate.low))
        return estimate;
    return (struct assay_estimate){value, fmax(value - by * (value - estimate.low), lowest),
                                   fmin(value + by * (estimate.high - value), highest)};
}

static double logit(double share)
{
    return log(share) - log1p(-share);
}

struct assay_estimate assay_stretch_logit(struct assay_estimate estimate, double d)
{
    if (isnan(estimate.low))
        return estimate;
    struct assay_estimate scale = {logit(estimate.value), logit(estimate.low), logit(estimate.high)};
    scale = assay_stretch(scale, d, -HUGE_VAL, HUGE_VAL);
    return (struct assay_estimate){estimate.value, assay_expit(scale.low), assay_expit(scale.high)};
}
