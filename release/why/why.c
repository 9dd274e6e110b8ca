#include "release/why/why.h"

#include <math.h>
#include <string.h>

#include "core/model/points.h"
#include "release/why/why_parts.h"

static const char doing[] = "explaining a score";

/* ---- which row ---- */

/* What the account has in the data. */
struct search {
    size_t row, n_row, n_same_day;
    int32_t day;         /* of the row */
    int32_t first, last; /* of all its dated rows; ASSAY_NO_DATE: none */
    bool found;
};

static bool in_window(const struct assay_why_options *options, int32_t day)
{
    struct assay_window window = options->intake.window;
    return (options->day == ASSAY_NO_DATE || day <= options->day) &&
           (window.from == ASSAY_NO_DATE || day >= window.from) &&
           (window.until == ASSAY_NO_DATE || day <= window.until);
}

static void look_at(const struct assay_why_options *options, size_t row, int32_t day,
                    struct search *search)
{
    if (day == ASSAY_NO_DATE)
        return;
    if (search->first == ASSAY_NO_DATE || day < search->first)
        search->first = day;
    if (search->last == ASSAY_NO_DATE || day > search->last)
        search->last = day;
    if (!in_window(options, day) || (search->found && day < search->day))
        return;
    search->n_same_day = search->found && day == search->day ? search->n_same_day + 1 : 1;
    search->found = true;
    search->day = day;
    search->row = row; /* of two rows of a day the later one: exports append corrections */
}

static struct search search_rows(const struct assay_why_options *options,
                                 const struct assay_intake *intake)
{
    const struct assay_table *table = &intake->table;
    const struct assay_column *id = &table->columns[intake->columns.id];
    size_t as_of = intake->columns.as_of;
    struct search search = {.first = ASSAY_NO_DATE, .last = ASSAY_NO_DATE, .day = ASSAY_NO_DATE};
    int32_t code = assay_dictionary_find(id->dictionary, options->account);
    for (size_t i = 0; code != ASSAY_NO_CODE && i < table->n_row; i++) {
        if (id->codes[i] != code)
            continue;
        search.n_row++;
        if (as_of != ASSAY_NO_COLUMN)
            look_at(options, i, table->columns[as_of].dates[i], &search);
        else
            search.row = i;
    }
    return search;
}

/* "from 2026-01-01 to 2026-03-31": the days that were asked for. */
static void say_days(const struct assay_why_options *options, struct assay_text *text)
{
    char day[ASSAY_DATE_SIZE];
    int32_t from = options->intake.window.from, until = options->intake.window.until;
    if (until == ASSAY_NO_DATE || (options->day != ASSAY_NO_DATE && options->day < until))
        until = options->day;
    if (from != ASSAY_NO_DATE)
        assay_text_printf(text, " from %s on", assay_date_print(from, day));
    if (until != ASSAY_NO_DATE)
        assay_text_printf(text, "%s %s", from != ASSAY_NO_DATE ? " and up to" : " on or before",
                          assay_date_print(until, day));
}

static enum assay_status fail_no_snapshot(const struct assay_why_options *options,
                                          const struct search *search, const char *source,
                                          const char *account, struct assay_error *err)
{
    char first[ASSAY_DATE_SIZE], last[ASSAY_DATE_SIZE];
    struct assay_text days = {0};
    say_days(options, &days);
    enum assay_status status;
    if (days.failed)
        status = assay_fail_memory(err, doing);
    else if (search->first == ASSAY_NO_DATE)
        status =
            assay_fail(err, ASSAY_EDATA, "%s: account \"%s\" has no dated snapshot; expected one%s",
                       source, account, days.length > 0 ? days.data : "");
    else if (search->first == search->last)
        status =
            assay_fail(err, ASSAY_EDATA, "%s: account \"%s\" has no snapshot%s; its only day is %s",
                       source, account, days.data, assay_date_print(search->first, first));
    else
        status = assay_fail(err, ASSAY_EDATA,
                            "%s: account \"%s\" has no snapshot%s; its first is of %s, its last "
                            "of %s",
                            source, account, days.data, assay_date_print(search->first, first),
                            assay_date_print(search->last, last));
    assay_text_clear(&days);
    return status;
}

static enum assay_status find_row(const struct assay_why_options *options,
                                  const struct assay_intake *intake, const char *id,
                                  struct search *search, struct assay_error *err)
{
    char account[ASSAY_QUOTE_SIZE], column[ASSAY_QUOTE_SIZE];
    const char *source = assay_csv_name(intake->csv);
    *search = search_rows(options, intake);
    assay_quote_value(options->account, strlen(options->account), account);
    if (search->n_row == 0)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: no account \"%s\"; expected one that column \"%s\" "
                          "has",
                          source, account, assay_quote_value(id, strlen(id), column));
    if (intake->columns.as_of != ASSAY_NO_COLUMN)
        return search->found ? ASSAY_OK : fail_no_snapshot(options, search, source, account, err);
    search->n_same_day = 1;
    if (search->n_row > 1)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: account \"%s\" has %zu rows and the data no date "
                          "of the snapshot; expected a date to tell them apart",
                          source, account, search->n_row);
    return ASSAY_OK;
}

/* ---- what it was scored on ---- */

bool assay_why_bars(const struct assay_why_case *why, size_t j)
{
    return why->missing[j] && why->model->spec.signals[j].missing == ASSAY_DROP;
}

struct assay_estimate assay_why_weight(const struct assay_why_case *why, size_t j)
{
    double weight = assay_terms_weight(why->model, why->score.terms)[j];
    return why->score.terms.weights != NULL
               ? assay_estimate_without_interval(weight)
               : (struct assay_estimate){weight, why->model->weight_interval[j].low,
                                         why->model->weight_interval[j].high};
}

/* The score before it is clamped at a log-odds, in the terms of the account's segment. */
static double score_at(const struct assay_model *model, struct assay_terms terms, double log_odds)
{
    double line = assay_terms_line(model, terms);
    return 50 + model->spec.points_to_halve_odds / M_LN2 * (log(line / (1 - line)) - log_odds);
}

/* All of them from the model anew, so that the sum is a check and not a definition. */
static void add_up(struct assay_why_case *why)
{
    const struct assay_model *model = why->model;
    struct assay_terms terms = why->score.terms;
    bool average = model->spec.scale == ASSAY_WEIGHTED_AVERAGE;
    double log_odds = assay_terms_intercept(model, terms), composite = 0;
    for (size_t j = 0; j < model->n_signal; j++) {
        log_odds -= assay_terms_slope(model, terms)[j] / 2;
        composite += assay_terms_weight(model, terms)[j] * 50;
        why->points[j] = assay_points_of_signal(model, terms, j, why->s[j], why->missing[j]);
        why->points_sum += why->points[j];
    }
    why->neutral = average ? composite : score_at(model, terms, log_odds);
    why->unclamped = average ? why->score.composite : score_at(model, terms, why->score.log_odds);
}

static void put_in_order(struct assay_why_case *why)
{
    size_t n = why->model->n_signal;
    for (size_t j = 0; j < n; j++) {
        size_t at = j; /* an insertion keeps the model's order among equals */
        for (; at > 0 && why->points[why->order[at - 1]] > why->points[j]; at--)
            why->order[at] = why->order[at - 1];
        why->order[at] = j;
    }
}

static const char *text_at(const struct assay_table *table, size_t column, size_t row)
{
    if (column == ASSAY_NO_COLUMN || table->columns[column].codes[row] == ASSAY_NO_CODE)
        return NULL;
    return assay_dictionary_text(table->columns[column].dictionary,
                                 table->columns[column].codes[row]);
}

static void explain(const struct assay_scorer *scorer, const struct assay_table *table, size_t row,
                    struct assay_why_case *why)
{
    const struct assay_columns *columns = &scorer->columns;
    assay_scorer_row(scorer, table, row, why->s, why->missing, &why->score);
    why->plan = text_at(table, columns->plan, row);
    why->models_by = text_at(table, columns->models_by, row);
    why->line_by = text_at(table, columns->line_by, row);
    for (size_t j = 0; j < why->model->n_signal; j++) {
        const struct assay_column *column = &table->columns[columns->signals[j]];
        why->number[j] =
            column->type == ASSAY_TEXT ? (double)NAN : assay_column_number(column, row);
        why->text[j] = column->type == ASSAY_TEXT ? text_at(table, columns->signals[j], row) : NULL;
    }
    if (!why->score.dropped)
        add_up(why);
    put_in_order(why);
}

/* ---- the doors ---- */

static enum assay_status put(const struct assay_why_case *why, struct assay_text *words,
                             struct assay_text *json, struct assay_error *err)
{
    struct assay_text said = {0};
    struct assay_json_writer written = {0};
    assay_why_words(why, &said);
    assay_why_write(why, &written);
    if (words != NULL && said.data != NULL)
        assay_text_add(words, said.data, said.length);
    if (json != NULL && written.out.data != NULL)
        assay_text_add(json, written.out.data, written.out.length);
    bool failed = said.failed || written.out.failed || (words != NULL && words->failed) ||
                  (json != NULL && json->failed);
    assay_text_clear(&said);
    assay_text_clear(&written.out);
    return failed ? assay_fail_memory(err, doing) : ASSAY_OK;
}

static enum assay_status explain_row(const struct assay_model *model,
                                     const struct assay_why_options *options,
                                     const struct assay_intake *intake, struct assay_text *words,
                                     struct assay_text *json, struct assay_error *err)
{
    struct search search;
    struct assay_scorer scorer;
    enum assay_status status = find_row(options, intake, model->spec.id, &search, err);
    if (status == ASSAY_OK)
        status = assay_scorer_init(model, &intake->table, &scorer, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_why_case why = {.model = model,
                                 .account = options->account,
                                 .source = assay_csv_name(intake->csv),
                                 .line = assay_table_line(&intake->table, search.row),
                                 .as_of = search.day,
                                 .n_same_day = search.n_same_day};
    explain(&scorer, &intake->table, search.row, &why);
    status = put(&why, words, json, err);
    assay_scorer_clear(&scorer);
    return status;
}

enum assay_status assay_why(const struct assay_model *model,
                            const struct assay_why_options *options, struct assay_text *words,
                            struct assay_text *json, struct assay_error *err)
{
    struct assay_intake intake;
    enum assay_status status =
        assay_intake_open(&model->spec, ASSAY_TO_SCORE, &options->intake, &intake, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_intake_read_all(&intake, err);
    if (options->notes != NULL)
        assay_intake_describe(&intake, options->notes);
    if (status == ASSAY_OK)
        status = explain_row(model, options, &intake, words, json, err);
    assay_intake_close(&intake);
    return status;
}
