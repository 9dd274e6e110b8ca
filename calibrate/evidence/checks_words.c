/* What was found in the data, said to the analyst (checks.h). */
#include <math.h>
#include <string.h>

#include "calibrate/evidence/checks.h"
#include "core/base/date.h"

static double percent(size_t part, size_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

/* A value as the file has it, quoted where it is a category. */
static void put_value(const struct assay_finding *f, const struct assay_history *history,
                      struct assay_text *text)
{
    char quoted[ASSAY_QUOTE_SIZE];
    if (f->code < 0) {
        assay_text_printf(text, "%.6g", f->value);
        return;
    }
    const struct assay_column *column =
        &history->table->columns[history->columns->signals[f->signal]];
    const char *category = assay_dictionary_text(column->dictionary, f->code);
    assay_text_printf(text, "\"%s\"", assay_quote_value(category, strlen(category), quoted));
}

static void say_alone(const struct assay_finding *f, struct assay_text *text)
{
    if (isnan(f->auc.low))
        assay_text_printf(text, " alone separates the outcomes: all %zu events of the %zu snapshots "
                          "with a value lie on one side", f->events, f->rows);
    else
        assay_text_printf(text, " alone tells the outcomes apart with an AUC of %.3f [%.3f, %.3f]",
                          f->auc.value, f->auc.low, f->auc.high);
    assay_text_puts(text, "; a signal this good is often recorded after the event");
}

static void say_pure(const struct assay_finding *f, struct assay_text *text)
{
    assay_text_printf(text, ": all %zu snapshots ", f->rows);
    if (isnan(f->value))
        assay_text_printf(text, "in the categories with the %s points",
                          f->low_end ? "fewest" : "most");
    else
        assay_text_printf(text, "at %.6g or %s", f->value, f->low_end ? "less" : "more");
    assay_text_printf(text, " have the event, %.1f%% of all events; no sign of what is to come is "
                      "that sure: is it recorded after the event?",
                      percent(f->events, f->events + f->other_events));
}

static void say_late(const struct assay_finding *f, struct assay_text *text)
{
    assay_text_printf(text, ": %zu of %zu values were recorded after the date of their snapshot; "
                      "%.1f%% of these snapshots have the event, %.1f%% of the others: take values "
                      "as they stood on the day", f->rows, f->rows + f->other_rows,
                      percent(f->events, f->rows), percent(f->other_events, f->other_rows));
}

static void say_stale(const struct assay_finding *f, const struct assay_history *history,
                      struct assay_text *text)
{
    char day[ASSAY_DATE_SIZE];
    double before = percent(f->other_events, f->other_rows);
    assay_date_print(f->since, day);
    if (f->kind == ASSAY_FOUND_EMPTY) {
        assay_text_printf(text, " is empty in all %zu snapshots since %s; before, %.1f%% had a value",
                          f->rows, day, before);
    } else if (f->kind == ASSAY_FOUND_CONSTANT) {
        assay_text_puts(text, " is ");
        put_value(f, history, text);
        assay_text_printf(text, " in all %zu snapshots with a value since %s; before, %.1f%% had "
                          "another", f->rows, day, before);
    } else {
        assay_text_printf(text, " has changed in none of %zu accounts since %s; before, %.1f%% of its "
                          "values differed from the account's last", f->rows, day, before);
    }
    assay_text_puts(text, ": is its source still fed?");
}

static void say_missing(const struct assay_finding *f, enum assay_missing_policy policy,
                        struct assay_text *text)
{
    static const double tiny = 1e-15; /* beyond, a normal tail is no statement about data */
    static const char *const what[] = {
        [ASSAY_NEUTRAL] = "\"missing\": \"indicator\" would give it a term",
        [ASSAY_RENORMALISE] = "\"missing\": \"indicator\" would give it a term",
        [ASSAY_RENORMALISE_DIMENSION] = "\"missing\": \"indicator\" would give it a term",
        [ASSAY_POINTS] = "\"missing\": \"indicator\" would give it a term",
        [ASSAY_DROP] = "\"missing\": \"drop\" leaves these snapshots out, \"indicator\" would give "
                       "them a term",
        [ASSAY_INDICATOR] = "its indicator weighs that; see that values do not go missing because of "
                            "the event"};
    assay_text_printf(text, ": %.1f%% of the %zu snapshots without a value have the event, %.1f%% of "
                      "the %zu with one (p %s %.2g): being missing says something; %s",
                      percent(f->events, f->rows), f->rows, percent(f->other_events, f->other_rows),
                      f->other_rows, f->p_value < tiny ? "<" : "=", fmax(f->p_value, tiny),
                      what[policy]);
}

void assay_finding_say(const struct assay_finding *finding, const struct assay_history *history,
                       struct assay_text *text)
{
    const struct assay_signal_spec *signal = &history->spec->signals[finding->signal];
    assay_text_printf(text, "signal \"%s\"", signal->name);
    switch (finding->kind) {
    case ASSAY_FOUND_ALONE:
        say_alone(finding, text);
        return;
    case ASSAY_FOUND_PURE:
        say_pure(finding, text);
        return;
    case ASSAY_FOUND_LATE:
        say_late(finding, text);
        return;
    case ASSAY_FOUND_EMPTY:
    case ASSAY_FOUND_CONSTANT:
    case ASSAY_FOUND_FROZEN:
        say_stale(finding, history, text);
        return;
    case ASSAY_FOUND_MISSING:
        say_missing(finding, signal->missing, text);
        return;
    }
}
