/* actions.h - which audited rows somebody acted on in time to matter */
#ifndef ASSAY_VALIDATE_OUTCOMES_ACTIONS_H
#define ASSAY_VALIDATE_OUTCOMES_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

/* With dates a row was acted on if that was on the day of the snapshot or later, before the event,
 * and no later than the horizon (where the outcome has one); the other actions are counted and do
 * not count. A flag is taken as it stands. Zeroed: no such column, or no row. */
struct assay_actions {
    unsigned char
        *group;  /* [used.n] ASSAY_LEFT_ALONE, ... (core/metric/saves.h); NULL: no column or row */
    size_t n[3]; /* by group */
    size_t after_event, before_snapshot, after_horizon; /* actions that do not count */
    bool dated;                                         /* a date column */
    bool ordered;     /* of each row it is known which came first, action or event */
    int32_t landmark; /* days after the snapshot by which 99% of the actions that count were taken,
                         at most half the horizon; 0 unless ordered */
    size_t late;      /* actions that count, after the landmark */
};

ASSAY_MUST_CHECK enum assay_status assay_actions_init(const struct assay_audit_input *input,
                                                      struct assay_actions *actions,
                                                      struct assay_error *err);
void assay_actions_clear(struct assay_actions *actions);

/* The column with the actions; NULL: none. */
const char *assay_actions_column(const struct assay_audit_input *input);

/* Whether used row i was acted on by the landmark. */
bool assay_acted_by_landmark(const struct assay_audit_input *input,
                             const struct assay_actions *actions, size_t i);
/* Whether it had had no event by then. */
bool assay_there_at_landmark(const struct assay_audit_input *input,
                             const struct assay_actions *actions, size_t i);

#endif
