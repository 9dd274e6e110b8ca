#include <stdlib.h>
#include <string.h>

#include "calibrate/init/draft_format.h"
#include "calibrate/init/draft_parts.h"
#include "core/base/memory.h"

static const struct assay_column_profile *outcome_facts(const struct assay_draft *draft)
{
    return &draft->profile->columns[draft->outcome];
}

/* Two words, not both known: which is which, people must say. */
static void hint_at_words(const struct assay_column *c, size_t n_row, struct assay_error *err)
{
    int32_t code[2] = {ASSAY_NO_CODE, ASSAY_NO_CODE};
    size_t rows[2] = {0};
    char shown[2][ASSAY_QUOTE_SIZE];
    for (size_t i = 0; i < n_row; i++) {
        if (c->codes[i] == ASSAY_NO_CODE)
            continue;
        size_t k = code[0] == ASSAY_NO_CODE || code[0] == c->codes[i] ? 0 : 1;
        code[k] = c->codes[i];
        rows[k]++;
    }
    for (size_t k = 0; k < 2; k++) {
        const char *text = assay_dictionary_text(c->dictionary, code[k]);
        assay_quote_value(text, strlen(text), shown[k]);
    }
    size_t most = rows[1] > rows[0];
    assay_hint(err, "It holds \"%.60s\" (%zu) and \"%.60s\" (%zu): turn the one that left into 1 and "
                    "the other into 0.", shown[most], rows[most], shown[!most], rows[!most]);
}

/* What an outcome that cannot be read looks like, where that is known. */
static enum assay_status hint_at_values(const struct assay_draft *draft, struct assay_error *err)
{
    const struct assay_column_profile *p = outcome_facts(draft);
    const struct assay_column *c = &draft->profile->table.columns[draft->outcome];
    struct assay_format format;
    char shown[ASSAY_QUOTE_SIZE];
    struct assay_error failed;
    if (assay_format_examine(c, p->n_row, &format, &failed) != ASSAY_OK)
        return assay_fail_memory(err, "examining the outcome");
    size_t n_value = p->n_row - p->n_missing - format.n_mark;
    if (2 * (format.n_date + format.n_odd_date) > n_value && format.n_odd_date > 0)
        assay_hint(err, "It holds dates written as \"%s\"; write %s.",
                   assay_quote_value(format.date, strlen(format.date), shown), format.plain_date);
    else if (p->kind == ASSAY_KIND_TEXT && p->n_distinct == 2 && p->n_number + p->n_date == 0)
        hint_at_words(c, p->n_row, err);
    return ASSAY_EDATA;
}

/* Points at the first value that is not what most of the others are. */
static enum assay_status fail_value(const struct assay_draft *draft, struct assay_error *err)
{
    const struct assay_table *table = &draft->profile->table;
    const struct assay_column *c = &table->columns[draft->outcome];
    const struct assay_column_profile *p = outcome_facts(draft);
    struct assay_shown_name name;
    char shown[ASSAY_QUOTE_SIZE];
    bool dates = p->n_date > p->n_flag;
    size_t row = 0;
    int32_t day;
    for (const char *text; row < table->n_row; row++) {
        if (c->codes[row] == ASSAY_NO_CODE)
            continue;
        text = assay_dictionary_text(c->dictionary, c->codes[row]);
        if (dates ? !assay_date_parse(text, strlen(text), &day)
                  : assay_flag_of(text) == ASSAY_NO_FLAG)
            break;
    }
    const char *bad = assay_dictionary_text(c->dictionary, c->codes[row]);
    assay_fail(err, ASSAY_EDATA, "%s:%zu:%zu: outcome \"%s\" is \"%s\"; expected %s",
               draft->profile->source, assay_table_line(table, row), p->field,
               assay_draft_shown(draft, draft->outcome, &name),
               assay_quote_value(bad, strlen(bad), shown),
               dates           ? "a date as 2026-06-30, or an empty cell"
               : p->n_flag > 0 ? "0 or 1, yes or no, true or false"
                               : "0 or 1, yes or no, true or false; or the date of the event");
    return hint_at_values(draft, err);
}

/* What was said about dates must not be passed over in silence. */
static enum assay_status check_no_dates(const struct assay_draft_options *options,
                                        const struct assay_draft *draft, struct assay_error *err)
{
    struct assay_shown_name name;
    if (!options->horizon_given && options->observed_until == ASSAY_NO_DATE)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "%s: outcome \"%s\" is a 0/1 column; expected no --%s, which "
                      "goes with the date of an event", draft->profile->source,
                      assay_draft_shown(draft, draft->outcome, &name),
                      options->horizon_given ? "horizon" : "observed-until");
}

/* The kind of outcome, and for one by date its horizon and how far it was observed. */
static enum assay_status settle_kind(const struct assay_draft_options *options,
                                     struct assay_draft *draft, struct assay_error *err)
{
    const struct assay_column_profile *p = outcome_facts(draft);
    struct assay_shown_name name;
    if (p->kind == ASSAY_KIND_EMPTY)
        return assay_fail(err, ASSAY_EDATA, "%s: outcome \"%s\" is empty in every row; expected 0 "
                          "or 1, or the date of the event", draft->profile->source,
                          assay_draft_shown(draft, draft->outcome, &name));
    if (assay_column_is_flag(p))
        return check_no_dates(options, draft, err);
    if (p->kind != ASSAY_KIND_DATE)
        return fail_value(draft, err);
    if (draft->as_of == ASSAY_NO_PROFILE) {
        assay_fail(err, ASSAY_EDATA, "%s: outcome \"%s\" holds dates, but no column looks like the "
                   "date of the snapshot; expected one to count the horizon from",
                   draft->profile->source, assay_draft_shown(draft, draft->outcome, &name));
        assay_hint(err, "Name the column with --as-of-column=COLUMN.");
        return ASSAY_EDATA;
    }
    draft->by_date = true;
    draft->horizon_days = options->horizon_days;
    draft->observed_until = options->observed_until;
    draft->observed_until_given = options->observed_until != ASSAY_NO_DATE;
    if (!draft->observed_until_given) {
        int32_t last = draft->profile->columns[draft->as_of].last_date;
        draft->observed_until = last > p->last_date ? last : p->last_date;
    }
    return ASSAY_OK;
}

/* A table of the outcome, and of as_of where there is one, in the types in which calibrate will
 * read them. */
static enum assay_status typed_columns(const struct assay_draft *draft,
                                       struct assay_column columns[2], struct assay_error *err)
{
    size_t n = draft->profile->table.n_row;
    enum assay_status status = ASSAY_OK;
    columns[0].type = draft->by_date ? ASSAY_DATE : ASSAY_FLAG;
    columns[0].dates = assay_alloc(n, sizeof *columns[0].dates);
    columns[0].flags = assay_alloc(n, sizeof *columns[0].flags);
    columns[1].type = ASSAY_DATE;
    columns[1].dates = assay_alloc(n, sizeof *columns[1].dates);
    if (columns[0].dates == NULL || columns[0].flags == NULL || columns[1].dates == NULL)
        return assay_fail_memory(err, "reading outcomes");
    if (draft->by_date)
        status = assay_profile_dates(draft->profile, draft->outcome, columns[0].dates, err);
    else
        status = assay_profile_flags(draft->profile, draft->outcome, columns[0].flags, err);
    if (status == ASSAY_OK && draft->as_of != ASSAY_NO_PROFILE)
        status = assay_profile_dates(draft->profile, draft->as_of, columns[1].dates, err);
    return status;
}

/* Snapshots whose horizon runs beyond observed_until count only with an event. Where that day is no
 * more than the last date in the file, the export may well have been made later. */
static void note_early(struct assay_draft *draft, const int32_t as_of[], const unsigned char state[],
                       const unsigned char outcome[])
{
    for (size_t i = 0; i < draft->profile->table.n_row; i++) {
        if (state[i] != ASSAY_ROW_USED || outcome[i] == 0 ||
            as_of[i] + draft->horizon_days <= draft->observed_until)
            continue;
        if (draft->early_from == ASSAY_NO_DATE || as_of[i] < draft->early_from)
            draft->early_from = as_of[i];
        if (draft->early_to == ASSAY_NO_DATE || as_of[i] > draft->early_to)
            draft->early_to = as_of[i];
    }
}

/* state[n_row] and outcome[n_row] by calibrate's own rule. */
static enum assay_status label(struct assay_draft *draft, unsigned char state[],
                               unsigned char outcome[], struct assay_error *err)
{
    struct assay_column typed[2] = {{0}};
    enum assay_status status = typed_columns(draft, typed, err);
    if (status == ASSAY_OK) {
        struct assay_table table = {
            .n_row = draft->profile->table.n_row, .n_column = 2, .columns = typed};
        struct assay_columns columns = {
            .outcome = 0, .as_of = draft->as_of != ASSAY_NO_PROFILE ? 1 : ASSAY_NO_COLUMN};
        char name[] = "outcome"; /* that it is there says which kind it is */
        struct assay_spec spec = {.outcome = {.date = draft->by_date ? name : NULL,
                                              .horizon_days = draft->horizon_days,
                                              .observed_until = draft->observed_until}};
        struct assay_window all = {ASSAY_NO_DATE, ASSAY_NO_DATE};
        size_t early = 0;
        assay_outcome_label(&spec, &columns, &table, all, state, outcome, draft->count, &early);
        if (draft->by_date && !draft->observed_until_given)
            note_early(draft, typed[1].dates, state, outcome);
    }
    free(typed[0].dates);
    free(typed[0].flags);
    free(typed[1].dates);
    return status;
}

static enum assay_status check_both(const struct assay_draft *draft, struct assay_error *err)
{
    struct assay_shown_name name;
    if (draft->n_event > 0 && draft->n_event < draft->n_used)
        return ASSAY_OK;
    assay_draft_shown(draft, draft->outcome, &name);
    assay_fail(err, ASSAY_EDATA, "%s: outcome \"%s\" %s in %s the %zu rows that count; expected "
               "some with the event and some without", draft->profile->source, name.text,
               draft->by_date ? "falls within the horizon" : "is 1",
               draft->n_event == 0 ? "none of" : "all", draft->n_used);
    if (draft->by_date)
        assay_hint(err, "A longer or shorter --horizon, or --observed-until, may change that.");
    return ASSAY_EDATA;
}

enum assay_status assay_draft_outcome(const struct assay_draft_options *options,
                                      struct assay_draft *draft, struct assay_error *err)
{
    size_t n = draft->profile->table.n_row;
    const int32_t *id = draft->profile->table.columns[draft->id].codes;
    draft->early_from = draft->early_to = ASSAY_NO_DATE;
    enum assay_status status = settle_kind(options, draft, err);
    if (status != ASSAY_OK)
        return status;
    unsigned char *state = assay_alloc(n, 1), *outcome = assay_alloc(n, 1);
    draft->rows = assay_alloc(n, sizeof *draft->rows);
    draft->events = assay_alloc(n, 1);
    if (state == NULL || outcome == NULL || draft->rows == NULL || draft->events == NULL)
        status = assay_fail_memory(err, "reading outcomes");
    else
        status = label(draft, state, outcome, err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++) {
        if (state[i] != ASSAY_ROW_USED || id[i] == ASSAY_NO_CODE)
            continue;
        draft->rows[draft->n_used] = i;
        draft->events[draft->n_used++] = outcome[i];
        draft->n_event += outcome[i];
    }
    free(state);
    free(outcome);
    return status == ASSAY_OK ? check_both(draft, err) : status;
}
