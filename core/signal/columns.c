#include "core/signal/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"

enum assay_column_type assay_signal_type(const struct assay_signal_spec *signal)
{
    return signal->normalise.method == ASSAY_STEPS && signal->normalise.by_category ? ASSAY_TEXT
                                                                                    : ASSAY_NUMBER;
}

/* `what` is printed in front of a bad value: KIND "NAME", and the column where it has another name. */
static enum assay_status add(struct assay_request_list *list, const char *column,
                             enum assay_column_type type, const char *kind, const char *name,
                             bool required, struct assay_error *err)
{
    size_t texts = list->capacity;
    char quoted[ASSAY_QUOTE_SIZE];
    assay_quote_value(name, strlen(name), quoted);
    size_t size = strlen(kind) + strlen(quoted) + 4;
    char *what = assay_alloc(size, 1);
    if (what == NULL ||
        !assay_grow(&list->requests, &list->capacity, list->n + 1, sizeof *list->requests) ||
        !assay_grow(&list->what, &texts, list->n + 1, sizeof *list->what)) {
        free(what);
        return assay_fail_memory(err, "choosing columns");
    }
    snprintf(what, size, "%s \"%s\"", kind, quoted);
    list->what[list->n] = what;
    list->requests[list->n++] = (struct assay_column_request){
        .column = column, .type = type, .what = what, .required = required};
    return ASSAY_OK;
}

static enum assay_status add_roles(const struct assay_spec *spec, enum assay_purpose purpose,
                                   bool as_of_needed,
                                   bool (*has_column)(void *state, const char *name), void *state,
                                   struct assay_request_list *list, struct assay_error *err)
{
    const struct assay_outcome_spec *outcome = &spec->outcome;
    bool with_outcome = purpose != ASSAY_TO_SCORE;
    bool dated = as_of_needed || (with_outcome && outcome->date != NULL);
    enum assay_status status = ASSAY_OK;
    if (spec->id != NULL)
        status = add(list, spec->id, ASSAY_TEXT, "id", spec->id, true, err);
    if (status == ASSAY_OK && spec->as_of != NULL && (dated || has_column(state, spec->as_of)))
        status = add(list, spec->as_of, ASSAY_DATE, "as_of", spec->as_of, dated, err);
    if (status == ASSAY_OK && with_outcome && outcome->column != NULL)
        status = add(list, outcome->column, ASSAY_FLAG, "outcome", outcome->column, false, err);
    if (status == ASSAY_OK && with_outcome && outcome->date != NULL)
        status = add(list, outcome->date, ASSAY_DATE, "outcome", outcome->date, false, err);
    if (status == ASSAY_OK && spec->cohort.plan != NULL)
        status = add(list, spec->cohort.plan, ASSAY_TEXT, "plan", spec->cohort.plan, false, err);
    if (status == ASSAY_OK && spec->cohort.tenure != NULL)
        status = add(list, spec->cohort.tenure, ASSAY_NUMBER, "tenure", spec->cohort.tenure, false,
                     err);
    return status;
}

/* Who looks after the account, and whether somebody acted: an export may not have them yet. */
static enum assay_status add_audit(const struct assay_spec *spec,
                                   bool (*has_column)(void *state, const char *name), void *state,
                                   struct assay_request_list *list, struct assay_error *err)
{
    const struct assay_audit_spec *audit = &spec->audit;
    const char *acted_on = audit->acted_on_date != NULL ? audit->acted_on_date : audit->acted_on_column;
    enum assay_status status = ASSAY_OK;
    if (audit->owner != NULL && has_column(state, audit->owner))
        status = add(list, audit->owner, ASSAY_TEXT, "owner", audit->owner, false, err);
    if (status == ASSAY_OK && acted_on != NULL && has_column(state, acted_on))
        status = add(list, acted_on, audit->acted_on_date != NULL ? ASSAY_DATE : ASSAY_FLAG,
                     "acted_on", acted_on, false, err);
    return status;
}

/* What splits accounts into segments, and what they are worth. Scores depend on the columns of
 * models_by and the line's by, whatever the purpose; an audit reports on the others, and calibrate
 * does where it can. */
static enum assay_status add_groups(const struct assay_spec *spec, enum assay_purpose purpose,
                                    bool (*has_column)(void *state, const char *name), void *state,
                                    struct assay_request_list *list, struct assay_error *err)
{
    const char *own[] = {spec->fit.models_by, spec->line.by};
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < 2; k++)
        if (own[k] != NULL)
            status = add(list, own[k], ASSAY_TEXT, "segment", own[k], false, err);
    if (status != ASSAY_OK || purpose == ASSAY_TO_SCORE)
        return status;
    bool all = purpose == ASSAY_TO_AUDIT;
    if (spec->value != NULL && (all || has_column(state, spec->value)))
        status = add(list, spec->value, ASSAY_NUMBER, "value", spec->value, false, err);
    if (status == ASSAY_OK && all)
        status = add_audit(spec, has_column, state, list, err);
    for (size_t k = 0; status == ASSAY_OK && k < spec->n_segment; k++)
        if (all || has_column(state, spec->segments[k]))
            status = add(list, spec->segments[k], ASSAY_TEXT, "segment", spec->segments[k], false,
                         err);
    return status;
}

static enum assay_status add_signals(const struct assay_spec *spec, enum assay_purpose purpose,
                                     bool (*has_column)(void *state, const char *name), void *state,
                                     struct assay_request_list *list, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < spec->n_signal; j++) {
        const struct assay_signal_spec *signal = &spec->signals[j];
        status = add(list, signal->column, assay_signal_type(signal),
                     signal->dimension != NULL ? "signal" : "score", signal->name, false, err);
        bool wanted = purpose == ASSAY_TO_CALIBRATE ||
                      (purpose == ASSAY_TO_AUDIT && signal->recorded != NULL &&
                       has_column(state, signal->recorded));
        if (status == ASSAY_OK && wanted && signal->recorded != NULL)
            status = add(list, signal->recorded, ASSAY_DATE, "recording date of signal",
                         signal->name, false, err);
    }
    return status;
}

static enum assay_status fail_no_dates(struct assay_error *err)
{
    assay_fail(err, ASSAY_EDATA, "a window of dates, but no \"as_of\"; expected the column with the "
                                 "date of each snapshot");
    assay_hint(err, "Declare \"as_of\": \"COLUMN\" in the spec; beside a score column, give --as-of-column "
                    "COLUMN.");
    return ASSAY_EDATA;
}

enum assay_status assay_requests_build(const struct assay_spec *spec, enum assay_purpose purpose,
                                       bool as_of_needed,
                                       bool (*has_column)(void *state, const char *name),
                                       void *state, struct assay_request_list *list,
                                       struct assay_error *err)
{
    if (as_of_needed && spec->as_of == NULL)
        return fail_no_dates(err);
    struct assay_request_list made = {0};
    enum assay_status status =
        add_roles(spec, purpose, as_of_needed, has_column, state, &made, err);
    if (status == ASSAY_OK)
        status = add_groups(spec, purpose, has_column, state, &made, err);
    if (status == ASSAY_OK)
        status = add_signals(spec, purpose, has_column, state, &made, err);
    if (status != ASSAY_OK)
        assay_requests_clear(&made);
    else
        *list = made;
    return status;
}

enum assay_status assay_requests_join(struct assay_request_list *to,
                                      struct assay_request_list *from, struct assay_error *err)
{
    size_t texts = to->capacity;
    if (!assay_grow(&to->what, &texts, to->n + from->n, sizeof *to->what) ||
        !assay_grow(&to->requests, &to->capacity, to->n + from->n, sizeof *to->requests))
        return assay_fail_memory(err, "choosing columns");
    for (size_t k = 0; k < from->n; k++) {
        to->what[to->n] = from->what[k];
        to->requests[to->n++] = from->requests[k];
    }
    from->n = 0;
    return ASSAY_OK;
}

enum assay_status assay_requests_add(struct assay_request_list *list,
                                     const struct assay_column_request requests[], size_t n,
                                     struct assay_error *err)
{
    size_t texts = list->capacity;
    if (!assay_grow(&list->what, &texts, list->n + n, sizeof *list->what) ||
        !assay_grow(&list->requests, &list->capacity, list->n + n, sizeof *list->requests))
        return assay_fail_memory(err, "choosing columns");
    for (size_t k = 0; k < n; k++) {
        char *what = assay_copy_string(requests[k].what);
        if (what == NULL)
            return assay_fail_memory(err, "choosing columns");
        list->what[list->n] = what;
        list->requests[list->n] = requests[k];
        list->requests[list->n++].what = what;
    }
    return ASSAY_OK;
}

void assay_requests_clear(struct assay_request_list *list)
{
    for (size_t k = 0; k < list->n; k++)
        free(list->what[k]);
    free(list->what);
    free(list->requests);
    *list = (struct assay_request_list){0};
}

static size_t find(const struct assay_table *table, const char *name, enum assay_column_type type)
{
    return name != NULL ? assay_table_find(table, name, type) : ASSAY_NO_COLUMN;
}

enum assay_status assay_columns_find(const struct assay_spec *spec,
                                     const struct assay_table *table,
                                     struct assay_columns *columns, struct assay_error *err)
{
    struct assay_columns found = {
        .id = find(table, spec->id, ASSAY_TEXT),
        .as_of = find(table, spec->as_of, ASSAY_DATE),
        .value = find(table, spec->value, ASSAY_NUMBER),
        .outcome = spec->outcome.column != NULL ? find(table, spec->outcome.column, ASSAY_FLAG)
                                                : find(table, spec->outcome.date, ASSAY_DATE),
        .plan = find(table, spec->cohort.plan, ASSAY_TEXT),
        .tenure = find(table, spec->cohort.tenure, ASSAY_NUMBER),
        .models_by = find(table, spec->fit.models_by, ASSAY_TEXT),
        .line_by = find(table, spec->line.by, ASSAY_TEXT),
        .owner = find(table, spec->audit.owner, ASSAY_TEXT),
        .acted_on = spec->audit.acted_on_date != NULL
                        ? find(table, spec->audit.acted_on_date, ASSAY_DATE)
                        : find(table, spec->audit.acted_on_column, ASSAY_FLAG),
        .n_signal = spec->n_signal,
        .n_segment = spec->n_segment,
        .signals = assay_alloc(spec->n_signal, sizeof(size_t)),
        .recorded = assay_alloc(spec->n_signal, sizeof(size_t)),
        .segments = assay_alloc(spec->n_segment, sizeof(size_t)),
    };
    if (found.signals == NULL || found.recorded == NULL || found.segments == NULL) {
        assay_columns_clear(&found);
        return assay_fail_memory(err, "choosing columns");
    }
    for (size_t j = 0; j < spec->n_signal; j++) {
        found.signals[j] =
            find(table, spec->signals[j].column, assay_signal_type(&spec->signals[j]));
        found.recorded[j] = find(table, spec->signals[j].recorded, ASSAY_DATE);
    }
    for (size_t k = 0; k < spec->n_segment; k++)
        found.segments[k] = find(table, spec->segments[k], ASSAY_TEXT);
    *columns = found;
    return ASSAY_OK;
}

void assay_columns_clear(struct assay_columns *columns)
{
    free(columns->signals);
    free(columns->recorded);
    free(columns->segments);
    *columns = (struct assay_columns){0};
}
