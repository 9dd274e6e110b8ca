#include "core/signal/outcome.h"

const char *assay_row_state_name(enum assay_row_state state)
{
    static const char *const names[] = {"used",       "not_matured",    "after_event",
                                        "no_outcome", "outside_window", "missing_signal"};
    return names[state];
}

const char *assay_row_state_words(enum assay_row_state state)
{
    static const char *const words[] = {
        "used",
        "not matured yet",
        "dated on or after their own event",
        "without an outcome",
        "outside the window of dates",
        "with a required signal missing"};
    return words[state];
}

static bool outside(struct assay_window window, int32_t as_of)
{
    return (window.from != ASSAY_NO_DATE && as_of < window.from) ||
           (window.until != ASSAY_NO_DATE && as_of > window.until);
}

static enum assay_row_state label_by_date(const struct assay_outcome_spec *spec, int32_t as_of,
                                          int32_t event, unsigned char *outcome, size_t *early)
{
    bool over = as_of + spec->horizon_days <= spec->observed_until;
    if (event != ASSAY_NO_DATE && event <= as_of)
        return ASSAY_ROW_AFTER_EVENT;
    if (event != ASSAY_NO_DATE && event <= as_of + spec->horizon_days) {
        *outcome = 1;
        *early += !over;
        return ASSAY_ROW_USED;
    }
    return over ? ASSAY_ROW_USED : ASSAY_ROW_NOT_MATURED;
}

void assay_outcome_label(const struct assay_spec *spec, const struct assay_columns *columns,
                         const struct assay_table *table, struct assay_window window,
                         unsigned char state[], unsigned char outcome[],
                         size_t count[ASSAY_ROW_STATES], size_t *early)
{
    const struct assay_column *result = &table->columns[columns->outcome];
    const int32_t *as_of =
        columns->as_of != ASSAY_NO_COLUMN ? table->columns[columns->as_of].dates : NULL;
    for (size_t i = 0; i < table->n_row; i++) {
        enum assay_row_state found = ASSAY_ROW_USED;
        outcome[i] = 0;
        if (as_of != NULL && outside(window, as_of[i]))
            found = ASSAY_ROW_OUTSIDE_WINDOW;
        else if (spec->outcome.date != NULL)
            found = label_by_date(&spec->outcome, as_of[i], result->dates[i], &outcome[i], early);
        else if (result->flags[i] == ASSAY_NO_FLAG)
            found = ASSAY_ROW_NO_OUTCOME;
        else
            outcome[i] = result->flags[i] == 1;
        state[i] = (unsigned char)found;
        count[found]++;
    }
}

void assay_window_apply(const struct assay_columns *columns, const struct assay_table *table,
                        struct assay_window window, unsigned char state[],
                        size_t count[ASSAY_ROW_STATES])
{
    const int32_t *as_of =
        columns->as_of != ASSAY_NO_COLUMN ? table->columns[columns->as_of].dates : NULL;
    for (size_t i = 0; i < table->n_row; i++) {
        enum assay_row_state found = as_of != NULL && outside(window, as_of[i])
                                         ? ASSAY_ROW_OUTSIDE_WINDOW
                                         : ASSAY_ROW_USED;
        state[i] = (unsigned char)found;
        count[found]++;
    }
}
