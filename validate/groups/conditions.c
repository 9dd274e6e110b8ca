#include "validate/groups/conditions.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/metric/bands.h"
#include "core/model/model.h"
#include "validate/groups/banding.h"

void assay_conditions_clear(struct assay_conditions *conditions)
{
    for (size_t c = 0; c < conditions->n_column && conditions->column != NULL; c++) {
        free(conditions->column[c].text);
        assay_rows_free(conditions->column[c].code);
    }
    free(conditions->column);
    free(conditions->coded);
    *conditions = (struct assay_conditions){0};
}

static enum assay_status no_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "searching blind spots");
}

/* ---- texts ---- */

struct counted_text {
    const char *text;
    int32_t code; /* in the dictionary */
    size_t n;
};

static int commonest_first(const void *a, const void *b)
{
    const struct counted_text *left = a, *right = b;
    if (left->n != right->n)
        return left->n > right->n ? -1 : 1;
    return strcmp(left->text, right->text);
}

static int by_text(const void *a, const void *b)
{
    const struct counted_text *left = a, *right = b;
    return strcmp(left->text, right->text);
}

/* The texts with enough rows, in byte order; *n_text of the n_text + 1 (the missing one first). */
static size_t choose_texts(struct counted_text texts[], size_t n_text, size_t smallest)
{
    size_t kept = 0;
    for (size_t k = 0; k < n_text; k++)
        if (texts[k].n >= smallest)
            texts[kept++] = texts[k];
    if (kept > 0)
        qsort(texts, kept, sizeof *texts, commonest_first);
    kept = kept < ASSAY_SLICE_MAX_CODES ? kept : ASSAY_SLICE_MAX_CODES;
    if (kept > 0)
        qsort(texts, kept, sizeof *texts, by_text);
    return kept;
}

static enum assay_status code_texts(const int32_t codes[], size_t n,
                                    const struct assay_dictionary *dictionary, size_t smallest,
                                    struct assay_condition_column *column, struct assay_error *err)
{
    size_t n_text = assay_dictionary_count(dictionary) + 1;
    struct counted_text *texts = assay_alloc(n_text, sizeof *texts);
    unsigned char *code_of = assay_alloc(n_text, 1);
    column->code = assay_rows_alloc(n, 1);
    if (texts == NULL || code_of == NULL || column->code == NULL)
        goto cleanup;
    for (size_t k = 0; k < n_text; k++) {
        int32_t code = (int32_t)k - 1;
        texts[k] = (struct counted_text){assay_audit_text(dictionary, code), code, 0};
    }
    for (size_t i = 0; i < n; i++)
        texts[codes[i] + 1].n++;
    column->n_text = choose_texts(texts, n_text, smallest);
    column->text = assay_alloc(column->n_text, sizeof *column->text);
    if (column->text == NULL)
        goto cleanup;
    memset(code_of, (int)column->n_text, n_text);
    for (size_t k = 0; k < column->n_text; k++) {
        column->text[k] = texts[k].text;
        code_of[texts[k].code + 1] = (unsigned char)k;
    }
    for (size_t i = 0; i < n; i++)
        column->code[i] = code_of[codes[i] + 1];
cleanup:
    free(texts);
    free(code_of);
    return column->text != NULL ? ASSAY_OK : no_memory(err);
}

/* ---- all columns ---- */

static struct assay_condition_column *next_column(struct assay_conditions *conditions,
                                                  enum assay_condition_kind kind, const char *name)
{
    struct assay_condition_column *column = &conditions->column[conditions->n_column++];
    column->kind = kind;
    column->name = name;
    return column;
}

static bool is_segment(const struct assay_audit_input *input, const char *name)
{
    for (size_t k = 0; k < input->n_segment; k++)
        if (strcmp(input->segments[k], name) == 0)
            return true;
    return false;
}

static enum assay_status add_texts(const struct assay_audit_input *input, size_t smallest,
                                   struct assay_conditions *conditions, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < input->n_segment; k++)
        status = code_texts(used->segment[k], used->n, input->segment_values[k], smallest,
                            next_column(conditions, ASSAY_IS_SEGMENT, input->segments[k]), err);
    const char *plan = input->spec->cohort.plan;
    if (status == ASSAY_OK && used->plan != NULL && plan != NULL && !is_segment(input, plan))
        status = code_texts(used->plan, used->n, input->plans, smallest,
                            next_column(conditions, ASSAY_IS_PLAN, plan), err);
    return status;
}

/* Leaves a number out that is the same in all rows that have it. */
static enum assay_status add_number(const struct assay_audit_input *input,
                                    enum assay_condition_kind kind, const char *name,
                                    const struct assay_row_numbers *numbers, struct assay_bands *bands,
                                    struct assay_conditions *conditions, struct assay_error *err)
{
    struct assay_condition_column *column = next_column(conditions, kind, name);
    enum assay_status status =
        assay_numbers_band(numbers, &input->spec->cohort, input->used.n, bands, column, err);
    if (status == ASSAY_OK && column->n_edge == 0)
        conditions->n_column--;
    return status;
}

static enum assay_status add_tenure_and_value(const struct assay_audit_input *input,
                                              struct assay_bands *bands,
                                              struct assay_conditions *conditions,
                                              struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    const char *tenure = input->spec->cohort.tenure, *value = input->spec->value;
    enum assay_status status = ASSAY_OK;
    struct assay_row_numbers tenures = {.value = used->tenure, .column = used->coded_tenure, .set = used};
    if ((tenures.value != NULL || tenures.column != NULL) && tenure != NULL)
        status = add_number(input, ASSAY_IS_TENURE, tenure, &tenures, bands, conditions, err);
    if (status == ASSAY_OK && used->value != NULL && value != NULL)
        status = add_number(input, ASSAY_IS_VALUE, value,
                            &(struct assay_row_numbers){.value = used->value}, bands, conditions, err);
    return status;
}

/* The heaviest signal that is not among those taken, the first of equals; n_signal when all are. */
static size_t heaviest(const struct assay_audit_input *input, const bool taken[])
{
    size_t best = input->n_signal;
    double most = -1.0;
    for (size_t j = 0; j < input->n_signal; j++) {
        double weight = input->model != NULL ? fabs(input->model->weight[j]) : 0.0;
        if (!taken[j] && weight > most) {
            most = weight;
            best = j;
        }
    }
    return best;
}

static enum assay_status add_signals(const struct assay_audit_input *input, struct assay_bands *bands,
                                     struct assay_conditions *conditions, struct assay_error *err)
{
    bool taken[ASSAY_MAX_SIGNALS] = {false};
    enum assay_status status = ASSAY_OK;
    if (input->used.s == NULL)
        return ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < input->n_signal; k++) {
        size_t j = heaviest(input, taken);
        taken[j] = true;
        struct assay_row_numbers numbers = {.set = &input->used, .signal = j};
        status = add_number(input, ASSAY_IS_SIGNAL, input->spec->signals[j].name, &numbers, bands,
                            conditions, err);
    }
    return status;
}

static void describe_to_search(struct assay_conditions *conditions)
{
    for (size_t c = 0; c < conditions->n_column; c++) {
        const struct assay_condition_column *column = &conditions->column[c];
        bool text = column->text != NULL;
        conditions->coded[c] =
            (struct assay_slice_column){.code = column->code,
                                        .n_code = text ? column->n_text : column->n_edge + 2,
                                        .n_band = text ? 0 : column->n_edge + 1};
        conditions->n_group += column->kind != ASSAY_IS_SIGNAL;
    }
    size_t most = conditions->n_group > ASSAY_CONDITION_PAIRED ? conditions->n_group
                                                               : ASSAY_CONDITION_PAIRED;
    conditions->n_paired = conditions->n_column < most ? conditions->n_column : most;
}

enum assay_status assay_conditions_make(const struct assay_audit_input *input, size_t smallest,
                                        struct assay_conditions *conditions, struct assay_error *err)
{
    size_t most = input->n_segment + 3 + input->n_signal;
    struct assay_conditions made = {.column = assay_alloc(most, sizeof *made.column),
                                    .coded = assay_alloc(most, sizeof *made.coded)};
    struct assay_bands bands = {0};
    enum assay_status status =
        made.column != NULL && made.coded != NULL ? assay_bands_init(&bands, err) : no_memory(err);
    if (status == ASSAY_OK)
        status = add_texts(input, smallest, &made, err);
    if (status == ASSAY_OK)
        status = add_tenure_and_value(input, &bands, &made, err);
    if (status == ASSAY_OK)
        status = add_signals(input, &bands, &made, err);
    assay_bands_clear(&bands);
    if (status != ASSAY_OK) {
        assay_conditions_clear(&made);
        return status;
    }
    describe_to_search(&made);
    *conditions = made;
    return ASSAY_OK;
}

/* ---- words ---- */

/* The codes of a condition as numbers: NaN where open. */
static bool bounds_of(const struct assay_condition_column *column,
                      const struct assay_slice_condition *condition, double *from, double *below)
{
    *from = condition->first > 0 ? column->edge[condition->first - 1] : (double)NAN;
    *below = condition->last < column->n_edge ? column->edge[condition->last] : (double)NAN;
    return condition->first <= column->n_edge; /* else: missing */
}

void assay_condition_put(struct assay_json_writer *json, const struct assay_conditions *conditions,
                         const struct assay_slice_condition *condition)
{
    const struct assay_condition_column *column = &conditions->column[condition->column];
    double from, below;
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "column", column->name);
    if (column->text != NULL) {
        assay_json_put_string(json, "is", column->text[condition->first]);
    } else if (!bounds_of(column, condition, &from, &below)) {
        assay_json_put_string(json, "is", "");
    } else {
        if (!isnan(from))
            assay_json_put_number(json, "from", from);
        if (!isnan(below))
            assay_json_put_number(json, "below", below);
    }
    assay_json_close(json);
}

/* A word that people know without its column's name. */
static bool speaks_for_itself(const char *value)
{
    static const char *const mute[] = {"yes", "no", "true", "false", "none", "other", "unknown"};
    for (size_t k = 0; k < sizeof mute / sizeof mute[0]; k++)
        if (strcasecmp(value, mute[k]) == 0)
            return false;
    size_t letters = 0;
    for (const char *c = value; *c != '\0'; c++)
        letters += isalpha((unsigned char)*c) || (unsigned char)*c >= 0x80;
    return letters >= 3;
}

static void add_quoted(struct assay_text *words, const char *text)
{
    char quoted[ASSAY_QUOTE_SIZE];
    assay_text_puts(words, assay_quote_value(text, strlen(text), quoted));
}

void assay_group_words(struct assay_text *words, const char *column, const char *value)
{
    if (!speaks_for_itself(value)) {
        add_quoted(words, column);
        assay_text_putc(words, ' ');
    }
    if (value[0] == '\0')
        assay_text_puts(words, "(missing)");
    else
        add_quoted(words, value);
}

static void add_range(struct assay_text *words, double from, double below, const char *unit)
{
    char low[ASSAY_GROUPED_SIZE], high[ASSAY_GROUPED_SIZE];
    for (int k = 0; k < 2; k++) {
        double edge = k == 0 ? from : below;
        char *out = k == 0 ? low : high;
        if (fabs(edge) >= 1000.0)
            assay_number_group(edge, out);
        else
            snprintf(out, ASSAY_GROUPED_SIZE, "%.4g", edge);
    }
    if (isnan(from))
        assay_text_printf(words, " below %s%s", high, unit);
    else if (isnan(below))
        assay_text_printf(words, " %s%s or more", low, unit);
    else
        assay_text_printf(words, " from %s to below %s%s", low, high, unit);
}

void assay_condition_words(struct assay_text *words, const struct assay_conditions *conditions,
                           const struct assay_slice_condition *condition)
{
    const struct assay_condition_column *column = &conditions->column[condition->column];
    double from, below;
    if (column->text != NULL) {
        const char *text = column->text[condition->first];
        if (column->kind == ASSAY_IS_PLAN && text[0] != '\0')
            assay_text_puts(words, "plan ");
        if (column->kind == ASSAY_IS_PLAN && text[0] != '\0')
            add_quoted(words, text);
        else
            assay_group_words(words, column->name, text);
        return;
    }
    add_quoted(words, column->name);
    if (!bounds_of(column, condition, &from, &below))
        assay_text_puts(words, " missing");
    else
        add_range(words, from, below, column->kind == ASSAY_IS_SIGNAL ? " points" : "");
}
