#include "validate/outcomes/actions.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/saves.h"

static const double by_landmark = 0.99; /* of the actions */

const char *assay_actions_column(const struct assay_audit_input *input)
{
    if (input->used.acted == NULL)
        return NULL;
    return input->used.acted_on != NULL ? input->rules->acted_on_date
                                        : input->rules->acted_on_column;
}

static bool dated_rows(const struct assay_audit_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->as_of == NULL || set->as_of[i] == ASSAY_NO_DATE)
            return false;
    return true;
}

static int32_t event_of(const struct assay_audit_set *set, size_t i)
{
    return set->event_date != NULL ? set->event_date[i] : ASSAY_NO_DATE;
}

static unsigned char group_by_date(const struct assay_audit_input *input, size_t i,
                                   struct assay_actions *actions)
{
    const struct assay_audit_set *set = &input->used;
    int32_t acted_on = set->acted_on[i], event = event_of(set, i);
    int32_t as_of = set->as_of != NULL ? set->as_of[i] : ASSAY_NO_DATE;
    int32_t horizon = input->spec->outcome.date != NULL ? input->spec->outcome.horizon_days : 0;
    if (acted_on == ASSAY_NO_DATE)
        return ASSAY_LEFT_ALONE;
    bool early = as_of != ASSAY_NO_DATE && acted_on < as_of;
    bool late = event != ASSAY_NO_DATE && acted_on >= event;
    bool beyond = as_of != ASSAY_NO_DATE && horizon > 0 && acted_on - as_of > horizon;
    actions->before_snapshot += early;
    actions->after_event += late && !early;
    actions->after_horizon += beyond && !late;
    return early || late || beyond ? ASSAY_LEFT_ALONE : ASSAY_ACTED_UPON;
}

static unsigned char group_by_flag(unsigned char acted)
{
    return acted == ASSAY_ACTED       ? ASSAY_ACTED_UPON
           : acted == ASSAY_NOT_ACTED ? ASSAY_LEFT_ALONE
                                      : ASSAY_MAYBE_ACTED_UPON;
}

/* The day by which so many of the actions were taken, by counting. */
static enum assay_status find_landmark(const struct assay_audit_input *input,
                                       struct assay_actions *actions, struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    size_t most = (size_t)input->spec->outcome.horizon_days / 2, sum = 0;
    size_t *count = assay_alloc(most + 1, sizeof *count);
    if (count == NULL)
        return assay_fail_memory(err, "dating actions");
    for (size_t i = 0; i < set->n; i++)
        if (actions->group[i] == ASSAY_ACTED_UPON &&
            (size_t)(set->acted_on[i] - set->as_of[i]) <= most)
            count[set->acted_on[i] - set->as_of[i]]++;
    size_t day = 0;
    for (; day < most; day++) {
        sum += count[day];
        if ((double)sum >= by_landmark * (double)actions->n[ASSAY_ACTED_UPON])
            break;
    }
    actions->landmark = actions->n[ASSAY_ACTED_UPON] > 0 ? (int32_t)day : 0;
    for (size_t i = 0; i < set->n; i++)
        actions->late +=
            actions->group[i] == ASSAY_ACTED_UPON && !assay_acted_by_landmark(input, actions, i);
    free(count);
    return ASSAY_OK;
}

enum assay_status assay_actions_init(const struct assay_audit_input *input,
                                     struct assay_actions *actions, struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    *actions = (struct assay_actions){0};
    if (assay_actions_column(input) == NULL || set->n == 0)
        return ASSAY_OK;
    actions->group = assay_rows_alloc(set->n, 1);
    if (actions->group == NULL)
        return assay_fail_memory(err, "finding who was acted on");
    actions->dated = set->acted_on != NULL;
    actions->ordered = actions->dated && set->event_date != NULL && dated_rows(set);
    for (size_t i = 0; i < set->n; i++) {
        actions->group[i] =
            actions->dated ? group_by_date(input, i, actions) : group_by_flag(set->acted[i]);
        actions->n[actions->group[i]]++;
    }
    enum assay_status status = actions->ordered ? find_landmark(input, actions, err) : ASSAY_OK;
    if (status != ASSAY_OK)
        assay_actions_clear(actions);
    return status;
}

void assay_actions_clear(struct assay_actions *actions)
{
    assay_rows_free(actions->group);
    *actions = (struct assay_actions){0};
}

bool assay_acted_by_landmark(const struct assay_audit_input *input,
                             const struct assay_actions *actions, size_t i)
{
    const struct assay_audit_set *set = &input->used;
    return actions->group[i] == ASSAY_ACTED_UPON &&
           (!actions->ordered || set->acted_on[i] - set->as_of[i] <= actions->landmark);
}

bool assay_there_at_landmark(const struct assay_audit_input *input,
                             const struct assay_actions *actions, size_t i)
{
    const struct assay_audit_set *set = &input->used;
    return !actions->ordered || set->event_date[i] == ASSAY_NO_DATE ||
           set->event_date[i] - set->as_of[i] > actions->landmark;
}
