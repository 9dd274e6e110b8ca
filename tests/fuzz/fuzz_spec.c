/* Any bytes as a spec: refused with a sentence, the spec then untouched, or taken with every promise
 * of spec.h kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/spec/spec.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_signal(const struct assay_signal_spec *signal)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    must(signal->name[0] != '\0' && signal->column[0] != '\0' && signal->dimension[0] != '\0');
    if (normalise->method == ASSAY_RANGE)
        must(normalise->low < normalise->high);
    must((normalise->n_step >= 2) == (normalise->method == ASSAY_STEPS));
    for (size_t k = 0; k < normalise->n_step; k++) {
        const struct assay_step *step = &normalise->steps[k];
        must(step->points >= 0 && step->points <= 100);
        must((step->category != NULL) == normalise->by_category);
        must(normalise->by_category || k == 0 || step->from > step[-1].from);
    }
}

static void check_spec(const struct assay_spec *spec)
{
    must(spec->name != NULL && spec->id != NULL);
    must((spec->outcome.column != NULL) != (spec->outcome.date != NULL));
    must(spec->outcome.date == NULL ||
         (spec->as_of != NULL && spec->outcome.horizon_days >= 1 &&
          spec->outcome.horizon_days <= 3650));
    must(spec->n_signal >= 1 && spec->n_signal <= ASSAY_MAX_SIGNALS);
    for (size_t j = 0; j < spec->n_signal; j++)
        check_signal(&spec->signals[j]);
    must((spec->cohort.n_band > 0) == (spec->cohort.tenure != NULL));
    for (size_t b = 1; b < spec->cohort.n_band; b++)
        must(spec->cohort.bands[b] > spec->cohort.bands[b - 1]);
    must(spec->cohort.borrow >= 0 && isfinite(spec->cohort.borrow));
    must(spec->n_zone >= 2 && spec->n_zone <= ASSAY_MAX_ZONES && spec->zones[0].from == 0);
    for (size_t z = 1; z < spec->n_zone; z++)
        must(spec->zones[z].from > spec->zones[z - 1].from && spec->zones[z].from <= 100);
    must(spec->target_sensitivity > 0 && spec->target_sensitivity <= 1);
    must(spec->target_specificity > 0 && spec->target_specificity <= 1);
    must(spec->points_to_halve_odds > 0 && spec->points_to_halve_odds <= 100);
    must(isnan(spec->at_risk_probability) ||
         (spec->at_risk_probability > 0 && spec->at_risk_probability < 1));
    must(spec->folds >= 2 && spec->folds <= 100);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct assay_error err = {0};
    struct assay_spec spec, untouched;
    memset(&spec, 0x5a, sizeof spec);
    untouched = spec;
    enum assay_status status =
        assay_spec_read_text("spec.json", (const char *)bytes, length, &spec, &err);
    must((status == ASSAY_OK) == (err.message[0] == '\0'));
    must(strchr(err.message, '\n') == NULL);
    if (status != ASSAY_OK) {
        must(memcmp(&spec, &untouched, sizeof spec) == 0);
        return 0;
    }
    check_spec(&spec);
    assay_spec_clear(&spec);
    return 0;
}
