#include "validate/outcomes/outcomes.h"

#include "validate/outcomes/acted_on.h"
#include "validate/outcomes/actions.h"
#include "validate/outcomes/effect.h"
#include "validate/outcomes/impact.h"
#include "validate/outcomes/lead_time.h"

enum assay_status assay_audit_outcomes(const struct assay_audit_input *input,
                                       struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_actions actions;
    struct assay_effect effect;
    enum assay_status status = assay_actions_init(input, &actions, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_effect_measure(input, &actions, &effect, err);
    if (status == ASSAY_OK)
        status = assay_audit_acted_on(input, &actions, &effect, out, err);
    if (status == ASSAY_OK)
        status = assay_audit_lead_time(input, out, err);
    if (status == ASSAY_OK)
        status = assay_audit_impact(input, &effect, out, err);
    assay_actions_clear(&actions);
    return status;
}
