#include "core/signal/outcome.h"

#include "core/base/text.h"

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

enum assay_status assay_fail_no_rows(const struct assay_spec *spec, const char *source,
                                     const size_t count[ASSAY_ROW_STATES], struct assay_error *err)
{
    struct assay_text why = {0};
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        if (count[k] > 0)
            assay_text_printf(&why, "%s%zu %s", why.length > 0 ? ", " : "", count[k],
                              assay_row_state_words((enum assay_row_state)k));
    assay_fail(err, ASSAY_EDATA, "%s: no snapshot counts (%s); expected some with a known outcome",
               source, why.length > 0 && !why.failed ? why.data : "there are no rows");
    assay_text_clear(&why);
    char day[ASSAY_DATE_SIZE];
    if (count[ASSAY_ROW_NOT_MATURED] > 0)
        assay_hint(err, "Events were observed until %s; if later ones are in the file, say so with "
                        "--observed-until DATE.",
                   assay_date_print(spec->outcome.observed_until, day));
    else if (count[ASSAY_ROW_OUTSIDE_WINDOW] > 0)
        assay_hint(err, "Check --from and --until against the dates in the file.");
    return ASSAY_EDATA;
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
    bool observed = event != ASSAY_NO_DATE && event <= spec->observed_until;
    if (observed && event <= as_of + spec->horizon_days) {
        *outcome = 1;
        *early += !over;
        return ASSAY_ROW_USED;
    }
    return over ? ASSAY_ROW_USED : ASSAY_ROW_NOT_MATURED;
}

void assay_outcome_label_rows(const struct assay_spec *spec, const struct assay_columns *columns,
                              const struct assay_table *table, struct assay_window window,
                              size_t first, size_t n, unsigned char state[],
                              unsigned char outcome[], size_t count[ASSAY_ROW_STATES],
                              size_t *early)
{
    const struct assay_column *result = &table->columns[columns->outcome];
    const int32_t *as_of =
        columns->as_of != ASSAY_NO_COLUMN ? table->columns[columns->as_of].dates : NULL;
    for (size_t i = first; i < first + n; i++) {
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

void assay_outcome_label(const struct assay_spec *spec, const struct assay_columns *columns,
                         const struct assay_table *table, struct assay_window window,
                         unsigned char state[], unsigned char outcome[],
                         size_t count[ASSAY_ROW_STATES], size_t *early)
{
    assay_outcome_label_rows(spec, columns, table, window, 0, table->n_row, state, outcome, count,
                             early);
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
