#include "validate/audit/reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "validate/audit/scoring.h"
#include "validate/audit/set.h"

/* ---- where each row belongs ---- */

static enum assay_audit_place place_of(unsigned char state, unsigned char without_window, bool by_date)
{
    if (state == ASSAY_ROW_USED)
        return ASSAY_PLACE_USED;
    if (state == (by_date ? ASSAY_ROW_NOT_MATURED : ASSAY_ROW_NO_OUTCOME))
        return ASSAY_PLACE_WAITING;
    bool scored = without_window == ASSAY_ROW_USED || without_window == ASSAY_ROW_NOT_MATURED ||
                  without_window == ASSAY_ROW_NO_OUTCOME;
    return state == ASSAY_ROW_OUTSIDE_WINDOW && scored ? ASSAY_PLACE_OTHER
                                                      : ASSAY_PLACE_NOWHERE;
}

/* An estimate looks at no outcome: of rows whose horizon is not over, those that have had their event
 * already wait with their peers. */
static void hold_back_early(struct assay_audit_reading *reading, unsigned char state[],
                            unsigned char outcome[])
{
    struct assay_audit_input *input = &reading->input;
    const struct assay_outcome_spec *event = &input->spec->outcome;
    const struct assay_table *table = &reading->intake.table;
    if (event->date == NULL || reading->intake.columns.as_of == ASSAY_NO_COLUMN)
        return;
    const int32_t *as_of = table->columns[reading->intake.columns.as_of].dates;
    for (size_t i = 0; i < table->n_row; i++)
        if (state[i] == ASSAY_ROW_USED && as_of[i] > event->observed_until - event->horizon_days) {
            state[i] = ASSAY_ROW_NOT_MATURED;
            outcome[i] = 0;
            input->count[ASSAY_ROW_USED]--;
            input->count[ASSAY_ROW_NOT_MATURED]++;
        }
    input->early_events = 0;
}

static void place_rows(struct assay_audit_reading *reading, struct assay_window window,
                       unsigned char state[], unsigned char outcome[], struct assay_audit_places *placing)
{
    struct assay_audit_input *input = &reading->input;
    const struct assay_table *table = &reading->intake.table;
    const struct assay_window open = {ASSAY_NO_DATE, ASSAY_NO_DATE};
    size_t ignored[ASSAY_ROW_STATES] = {0}, ignored_early = 0;
    assay_outcome_label(input->spec, &reading->intake.columns, table, open, placing->place,
                        placing->outcome, ignored, &ignored_early);
    assay_outcome_label(input->spec, &reading->intake.columns, table, window, state, outcome,
                        input->count, &input->early_events);
    if (input->interim)
        hold_back_early(reading, state, outcome);
    for (size_t i = 0; i < table->n_row; i++) {
        enum assay_audit_place place =
            place_of(state[i], placing->place[i], input->spec->outcome.date != NULL);
        placing->place[i] = (unsigned char)place;
        placing->outcome[i] = place == ASSAY_PLACE_OTHER ? placing->outcome[i] : outcome[i];
        placing->n[place]++;
    }
}

static enum assay_status find_places(struct assay_audit_reading *reading,
                                     struct assay_window window, struct assay_audit_places *placing,
                                     struct assay_error *err)
{
    size_t n = reading->intake.table.n_row;
    unsigned char *state = assay_rows_alloc(n, 1), *outcome = assay_rows_alloc(n, 1);
    placing->place = assay_rows_alloc(n, 1);
    placing->outcome = assay_rows_alloc(n, 1);
    bool good = state != NULL && outcome != NULL && placing->place != NULL && placing->outcome != NULL;
    if (good)
        place_rows(reading, window, state, outcome, placing);
    assay_rows_free(state);
    assay_rows_free(outcome);
    return good ? ASSAY_OK : assay_fail_memory(err, "reading the audit's data");
}

static enum assay_status fill_sets(struct assay_audit_reading *reading,
                                   const struct assay_audit_wanted *wanted,
                                   const struct assay_audit_places *placing, struct assay_error *err)
{
    struct assay_audit_input *input = &reading->input;
    struct assay_audit_shape shape = {.prob = wanted->model != NULL || wanted->probabilities,
                                      .champion = wanted->champion != NULL,
                                      .n_signal = input->n_signal};
    enum assay_status status =
        assay_audit_set_init(input, &shape, placing->n[ASSAY_PLACE_USED], &input->used, err);
    shape.n_signal = 0;
    if (status == ASSAY_OK)
        status = assay_audit_set_init(input, &shape, placing->n[ASSAY_PLACE_WAITING], &input->waiting,
                                      err);
    if (status == ASSAY_OK)
        status =
            assay_audit_set_init(input, &shape, placing->n[ASSAY_PLACE_OTHER], &input->other, err);
    return status == ASSAY_OK ? assay_audit_fill(input, placing, wanted->probabilities, err) : status;
}

/* ---- columns that nobody declared ---- */

/* Every name that the spec gives a part to. A signal of the champion's alone is not among them: whether it
 * would add something is worth asking. */
static size_t declared_names(const struct assay_spec *spec, const char **names)
{
    const char *single[] = {spec->id, spec->as_of, spec->value, spec->outcome.column,
                            spec->outcome.date, spec->cohort.plan, spec->cohort.tenure,
                            spec->fit.models_by, spec->line.by, spec->audit.owner,
                            spec->audit.acted_on_date, spec->audit.acted_on_column};
    size_t n = 0;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (single[k] != NULL)
            names[n++] = single[k];
    for (size_t k = 0; k < spec->n_segment; k++)
        names[n++] = spec->segments[k];
    for (size_t j = 0; j < spec->n_signal; j++) {
        names[n++] = spec->signals[j].column;
        if (spec->signals[j].recorded != NULL)
            names[n++] = spec->signals[j].recorded;
    }
    return n;
}

enum { SINGLE_NAMES = 12 };

/* Not standard input, nor a pipe under a name ("--data <(zcat ...)"). */
static bool can_be_read_twice(const char *path)
{
    struct stat info;
    return strcmp(path, "-") != 0 && (stat(path, &info) != 0 || S_ISREG(info.st_mode));
}

static enum assay_status guess_columns(const struct assay_audit_wanted *wanted,
                                       struct assay_guessed_columns *guessed,
                                       struct assay_error *err)
{
    const struct assay_spec *spec = wanted->spec;
    if (!can_be_read_twice(wanted->options.path))
        return ASSAY_OK;
    const char **names = assay_alloc(SINGLE_NAMES + spec->n_segment + 2 * spec->n_signal, sizeof *names);
    if (names == NULL)
        return assay_fail_memory(err, "looking at columns");
    size_t n = declared_names(spec, names);
    enum assay_status status = assay_columns_guess(wanted->options.path, wanted->options.delimiter,
                                                   names, n, guessed, err);
    free(names);
    return status;
}

static enum assay_status open_source(const struct assay_audit_wanted *wanted,
                                     struct assay_audit_reading *reading, struct assay_error *err)
{
    struct assay_intake_options options = wanted->options;
    enum assay_status status = guess_columns(wanted, &reading->guessed, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = reading->guessed.n;
    struct assay_column_request *extra = assay_alloc(n, sizeof *extra);
    if (extra == NULL)
        return assay_fail_memory(err, "choosing columns");
    for (size_t k = 0; k < n; k++)
        extra[k] = (struct assay_column_request){.column = reading->guessed.columns[k].name,
                                                 .type = reading->guessed.columns[k].type,
                                                 .what = "column",
                                                 .lenient = true};
    options.extra = extra;
    options.n_extra = n;
    if (wanted->champion != NULL)
        options.also = &wanted->champion->spec;
    status = assay_intake_open(wanted->spec, ASSAY_TO_AUDIT, &options, &reading->intake, err);
    free(extra);
    return status;
}

static enum assay_status name_unused(struct assay_audit_reading *reading, struct assay_error *err)
{
    const struct assay_table *table = &reading->intake.table;
    size_t n = reading->guessed.n;
    reading->unused = assay_alloc(n, sizeof *reading->unused);
    if (reading->unused == NULL)
        return assay_fail_memory(err, "choosing columns");
    for (size_t k = 0; k < n; k++) {
        const struct assay_guessed_column *guess = &reading->guessed.columns[k];
        size_t at = assay_table_find(table, guess->name, guess->type);
        reading->unused[k] =
            (struct assay_unused_column){.name = guess->name,
                                         .is_text = guess->type == ASSAY_TEXT,
                                         .column = at,
                                         .dictionary = table->columns[at].dictionary,
                                         .n_unreadable = table->columns[at].n_unreadable};
    }
    reading->input.unused = reading->unused;
    reading->input.n_unused = n;
    return ASSAY_OK;
}

/* ---- the whole ---- */

static const struct assay_dictionary *dictionary_at(const struct assay_intake *intake, size_t index)
{
    return index != ASSAY_NO_COLUMN ? intake->table.columns[index].dictionary : NULL;
}

static enum assay_status describe(const struct assay_audit_wanted *wanted,
                                  struct assay_audit_reading *reading, struct assay_error *err)
{
    struct assay_audit_input *input = &reading->input;
    const struct assay_spec *spec = wanted->spec;
    const struct assay_columns *columns = &reading->intake.columns;
    reading->segment_values = assay_alloc(spec->n_segment, sizeof *reading->segment_values);
    if (reading->segment_values == NULL)
        return assay_fail_memory(err, "reading the audit's data");
    for (size_t k = 0; k < spec->n_segment; k++)
        reading->segment_values[k] = dictionary_at(&reading->intake, columns->segments[k]);
    input->accounts = dictionary_at(&reading->intake, columns->id);
    input->n_account = input->accounts != NULL ? assay_dictionary_count(input->accounts) : 0;
    input->owners = dictionary_at(&reading->intake, columns->owner);
    input->plans = dictionary_at(&reading->intake, columns->plan);
    input->n_segment = spec->n_segment;
    input->segments = (const char *const *)spec->segments;
    input->segment_values = reading->segment_values;
    return name_unused(reading, err);
}

static void set_rules(const struct assay_audit_wanted *wanted, struct assay_audit_reading *reading)
{
    const struct assay_model *model = wanted->model;
    reading->input = (struct assay_audit_input){
        .model = model,
        .champion = wanted->champion,
        .score_column = model == NULL ? wanted->spec->signals[0].column : NULL,
        .spec = wanted->spec,
        .rules = &wanted->spec->audit,
        .higher_is = model != NULL ? ASSAY_HIGHER_IS_HEALTH : wanted->higher_is,
        .line = model != NULL ? model->at_risk_score : wanted->line,
        .line_probability = model != NULL             ? model->at_risk_probability
                            : wanted->probabilities ? wanted->line
                                                    : (double)NAN,
        .target_sensitivity = wanted->target_sensitivity,
        .target_specificity = wanted->target_specificity,
        .rules_name = wanted->rules_name,
        .rules_sha256 = wanted->rules_sha256,
        .created = wanted->created,
        .interim = wanted->interim,
        .intake = &reading->intake,
        .from = ASSAY_NO_DATE,
        .to = ASSAY_NO_DATE,
        .n_signal = model != NULL ? model->n_signal : 0};
}

/* First and last day, and whether an account comes twice. */
static enum assay_status look_over(struct assay_audit_input *input, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    unsigned char *seen = assay_rows_alloc(input->n_account, 1);
    if (seen == NULL)
        return assay_fail_memory(err, "reading the audit's data");
    for (size_t i = 0; i < used->n; i++) {
        if (used->account != NULL && used->account[i] != ASSAY_NO_CODE) {
            input->repeated = input->repeated || seen[used->account[i]];
            input->n_used_account += !seen[used->account[i]];
            seen[used->account[i]] = 1;
        }
        int32_t day = used->as_of != NULL ? used->as_of[i] : ASSAY_NO_DATE;
        if (day == ASSAY_NO_DATE)
            continue;
        input->from = input->from == ASSAY_NO_DATE || day < input->from ? day : input->from;
        input->to = input->to == ASSAY_NO_DATE || day > input->to ? day : input->to;
    }
    assay_rows_free(seen);
    return ASSAY_OK;
}

static enum assay_status read_history(const struct assay_audit_wanted *wanted,
                                      struct assay_audit_reading *reading, struct assay_error *err)
{
    struct assay_audit_input *input = &reading->input;
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    assay_csv_sha256(reading->intake.csv, sha256);
    struct assay_past_wanted subject = {
        .name = wanted->model != NULL ? wanted->spec->name : input->score_column,
        .higher_is = wanted->model != NULL                          ? NULL
                     : input->higher_is == ASSAY_HIGHER_IS_HEALTH ? "health"
                                                                   : "risk",
        .from = input->from,
        .to = input->to,
        .sha256 = sha256};
    if (wanted->history == NULL)
        return ASSAY_OK;
    enum assay_status status =
        assay_past_audits_read(wanted->history, &subject, &reading->past, &reading->said, err);
    input->past = reading->past.audits;
    input->n_past = reading->past.n;
    return status;
}

enum assay_status assay_audit_read(const struct assay_audit_wanted *wanted,
                                   struct assay_audit_reading *reading, struct assay_error *err)
{
    struct assay_audit_places placing = {0};
    set_rules(wanted, reading);
    enum assay_status status = open_source(wanted, reading, err);
    if (status == ASSAY_OK)
        status = assay_intake_read_all(&reading->intake, err);
    if (status == ASSAY_OK)
        status = describe(wanted, reading, err);
    if (status == ASSAY_OK)
        status = find_places(reading, wanted->options.window, &placing, err);
    if (status == ASSAY_OK)
        status = fill_sets(reading, wanted, &placing, err);
    assay_rows_free(placing.place);
    assay_rows_free(placing.outcome);
    if (status == ASSAY_OK)
        status = look_over(&reading->input, err);
    if (status == ASSAY_OK && reading->input.used.n == 0 &&
        (!wanted->interim || reading->input.waiting.n == 0))
        status = assay_fail_no_rows(wanted->spec, assay_csv_name(reading->intake.csv),
                                    reading->input.count, err);
    return status == ASSAY_OK ? read_history(wanted, reading, err) : status;
}

void assay_audit_reading_clear(struct assay_audit_reading *reading)
{
    struct assay_audit_input *input = &reading->input;
    assay_audit_set_clear(&input->used, input->n_segment, input->n_signal);
    assay_audit_set_clear(&input->waiting, input->n_segment, input->n_signal);
    assay_audit_set_clear(&input->other, input->n_segment, input->n_signal);
    free(reading->unused);
    free(reading->segment_values);
    assay_guessed_columns_clear(&reading->guessed);
    assay_past_audits_clear(&reading->past);
    assay_text_clear(&reading->said);
    assay_intake_close(&reading->intake);
    *reading = (struct assay_audit_reading){0};
}

const char *assay_audit_text(const struct assay_dictionary *dictionary, int32_t code)
{
    return dictionary != NULL && code != ASSAY_NO_CODE ? assay_dictionary_text(dictionary, code) : "";
}
