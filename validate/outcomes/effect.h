/* effect.h - what acting did to churn, measured on the audited rows
 *
 * Compared are rows that had had no event by the landmark (actions.h), acted on by then or not
 * (landmark analysis: Anderson, Cain and Gelber 1983, Journal of Clinical Oncology 1:710-719): a
 * row whose event came on day 5 could not be acted on on day 12, and with those among the ones that
 * nobody acted on, acting would look better than it is. Rows acted on after the landmark count as
 * not acted on. The estimate is that of core/metric/treatment.h, weighted on the probability and
 * its log-odds (of a bare score: the score and its square), the account's value where it is known
 * of nine rows in ten, plan and segments; accounts are its clusters where they repeat.
 */
#ifndef ASSAY_VALIDATE_OUTCOMES_EFFECT_H
#define ASSAY_VALIDATE_OUTCOMES_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/treatment.h"
#include "validate/outcomes/actions.h"

struct assay_effect {
    struct assay_treatment treatment;
    bool measured;      /* false: no column of actions; the rest is zero then */
    bool ordered;       /* as the actions are: without it, the estimate may be far off */
    bool with_value;    /* the value was one of the covariates */
    size_t left_before; /* rows whose event came by the landmark */
    double mean_value;  /* of those acted on by the landmark and there; NaN: not known */
};

ASSAY_MUST_CHECK enum assay_status assay_effect_measure(const struct assay_audit_input *input,
                                                        const struct assay_actions *actions,
                                                        struct assay_effect *effect,
                                                        struct assay_error *err);

#endif
