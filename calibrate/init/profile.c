#include "calibrate/init/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/progress.h"
#include "core/data/csv.h"

/* ---- one column ---- */

int8_t assay_flag_of(const char *text)
{
    int8_t flag;
    return assay_flag_parse(text, strlen(text), &flag) ? flag : ASSAY_NO_FLAG;
}

struct level {
    double value;
    size_t rows;
};

static int by_value(const void *a, const void *b)
{
    const struct level *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

/* The smallest value that at least a share p of the n_row rows does not exceed. */
static double quantile(const struct level level[], size_t n_level, size_t n_row, double p)
{
    size_t seen = 0;
    for (size_t k = 0; k + 1 < n_level; k++) {
        seen += level[k].rows;
        if ((double)seen >= p * (double)n_row)
            return level[k].value;
    }
    return level[n_level - 1].value;
}

static void summarise_numbers(struct level level[], size_t n_level,
                              struct assay_column_profile *profile)
{
    size_t n = profile->n_number;
    qsort(level, n_level, sizeof *level, by_value);
    profile->min = level[0].value;
    profile->percentile_1 = quantile(level, n_level, n, 0.01);
    profile->quartile_1 = quantile(level, n_level, n, 0.25);
    profile->median = quantile(level, n_level, n, 0.50);
    profile->quartile_3 = quantile(level, n_level, n, 0.75);
    profile->percentile_99 = quantile(level, n_level, n, 0.99);
    profile->max = level[n_level - 1].value;
    profile->whole = true;
    for (size_t k = 0; k < n_level; k++) {
        profile->n_level += k == 0 || level[k].value != level[k - 1].value;
        profile->whole = profile->whole && level[k].value == floor(level[k].value);
    }
}

/* Notes one distinct value that `rows` rows have. */
static void examine_value(const char *text, size_t rows, struct level level[], size_t *n_level,
                          struct assay_column_profile *profile)
{
    size_t length = strlen(text);
    double value;
    int32_t date;
    profile->n_distinct += rows > 0;
    profile->n_flag += assay_flag_of(text) != ASSAY_NO_FLAG ? rows : 0;
    if (assay_number_parse(text, length, &value)) {
        level[(*n_level)++] = (struct level){value, rows};
        profile->n_number += rows;
    } else if (assay_date_parse(text, length, &date)) {
        if (profile->n_date == 0 || date < profile->first_date)
            profile->first_date = date;
        if (profile->n_date == 0 || date > profile->last_date)
            profile->last_date = date;
        profile->n_date += rows;
    }
}

static enum assay_column_kind kind_of(const struct assay_column_profile *profile)
{
    size_t n = profile->n_row - profile->n_missing;
    return n == 0                  ? ASSAY_KIND_EMPTY
           : profile->n_number == n ? ASSAY_KIND_NUMBER
           : profile->n_flag == n   ? ASSAY_KIND_FLAG
           : profile->n_date == n   ? ASSAY_KIND_DATE
                                    : ASSAY_KIND_TEXT;
}

enum assay_status assay_column_examine(const struct assay_column *column, size_t n_row,
                                       struct assay_column_profile *profile,
                                       struct assay_error *err)
{
    size_t n_code = assay_dictionary_count(column->dictionary), n_level = 0;
    size_t *rows = assay_alloc(n_code, sizeof *rows);
    struct level *level = assay_alloc(n_code, sizeof *level);
    struct assay_column_profile made = {.field = profile->field, .n_row = n_row};
    if (rows == NULL || level == NULL) {
        free(rows);
        free(level);
        return assay_fail_memory(err, "examining a column");
    }
    for (size_t i = 0; i < n_row; i++) {
        if (column->codes[i] == ASSAY_NO_CODE)
            made.n_missing++;
        else
            rows[column->codes[i]]++;
    }
    for (size_t k = 0; k < n_code; k++)
        examine_value(assay_dictionary_text(column->dictionary, (int32_t)k), rows[k], level,
                      &n_level, &made);
    made.kind = kind_of(&made);
    if (made.kind == ASSAY_KIND_NUMBER)
        summarise_numbers(level, n_level, &made);
    *profile = made;
    free(rows);
    free(level);
    return ASSAY_OK;
}

bool assay_column_is_flag(const struct assay_column_profile *profile)
{
    return profile->n_flag > 0 && profile->n_flag == profile->n_row - profile->n_missing;
}

/* ---- which columns to read ---- */

struct reading {
    struct assay_csv *csv;
    struct assay_column_request *requests;
    size_t n_request;
    size_t *field; /* [n_header] of each request, from 1 */
};

/* How often each name occurs, by its code in `names`; codes by field. */
static enum assay_status count_names(const struct assay_csv *csv, struct assay_dictionary *names,
                                     int32_t code[], size_t count[], struct assay_error *err)
{
    for (size_t k = 0; k < assay_csv_header_count(csv); k++) {
        const char *name = assay_csv_header(csv, k);
        code[k] = assay_dictionary_enter(names, name, strlen(name));
        if (code[k] == ASSAY_NO_CODE)
            return assay_fail_memory(err, "choosing columns");
        count[code[k]]++;
    }
    return ASSAY_OK;
}

/* A name that several columns share cannot be asked for, and an empty one cannot be declared. */
static void take_header(struct reading *r, size_t k, size_t *count, struct assay_profile *profile)
{
    const char *name = assay_csv_header(r->csv, k);
    char shown[ASSAY_QUOTE_SIZE];
    if (*name == '\0') {
        profile->n_unnamed++;
    } else if (*count == 1) {
        r->field[r->n_request] = k + 1;
        r->requests[r->n_request++] =
            (struct assay_column_request){.column = name, .type = ASSAY_TEXT, .what = "column"};
    } else if (*count > 1) {
        assay_text_printf(&profile->repeated, "%s\"%s\"", profile->n_repeated++ > 0 ? ", " : "",
                          assay_quote_value(name, strlen(name), shown));
        *count = 0; /* said once */
    }
}

/* The wanted columns stand behind the file's own order, where they join it; one that is not there
 * fails with the reader's sentence. */
static enum assay_status choose_columns(struct reading *r,
                                        const struct assay_wanted_column wanted[], size_t n_wanted,
                                        struct assay_profile *profile, struct assay_error *err)
{
    size_t n = assay_csv_header_count(r->csv);
    struct assay_dictionary *names = assay_dictionary_new();
    int32_t *code = assay_alloc(n, sizeof *code);
    size_t *count = assay_alloc(n, sizeof *count);
    r->requests = assay_alloc(n + n_wanted, sizeof *r->requests);
    r->field = assay_alloc(n, sizeof *r->field);
    enum assay_status status = ASSAY_OK;
    if (names == NULL || code == NULL || count == NULL || r->requests == NULL || r->field == NULL)
        status = assay_fail_memory(err, "choosing columns");
    if (status == ASSAY_OK)
        status = count_names(r->csv, names, code, count, err);
    for (size_t k = 0; status == ASSAY_OK && k < n; k++)
        take_header(r, k, &count[code[k]], profile);
    for (size_t k = 0; status == ASSAY_OK && k < n_wanted; k++)
        r->requests[r->n_request++] = (struct assay_column_request){
            .column = wanted[k].name, .type = ASSAY_TEXT, .what = wanted[k].what};
    profile->n_header = n;
    assay_dictionary_free(names);
    free(code);
    free(count);
    return status;
}

/* ---- reading ---- */

static enum assay_status read_rows(struct assay_csv *csv, bool quiet, struct assay_table *table,
                                   struct assay_error *err)
{
    enum { STEP = 65536 }; /* rows between two looks at the clock */
    struct assay_progress progress;
    enum assay_status status = ASSAY_OK;
    assay_progress_init(&progress, quiet);
    assay_progress_start(&progress, "reading", ASSAY_PROGRESS_BYTES, NULL);
    for (bool more = true; status == ASSAY_OK && more;) {
        status = assay_csv_read(csv, table, STEP, &more, err);
        assay_progress_update_rows(&progress, assay_csv_bytes(csv), assay_csv_size(csv),
                                   assay_csv_record_count(csv));
    }
    assay_progress_end(&progress);
    if (status == ASSAY_OK && table->n_row == 0)
        status = assay_fail(err, ASSAY_EDATA, "%s: no rows that can be read; expected snapshots "
                            "below the header line", assay_csv_name(csv));
    return status;
}

static void describe_reading(const struct assay_csv *csv, struct assay_profile *profile)
{
    enum { SHOWN = 3 };
    struct assay_text *text = &profile->complaints;
    char c = assay_csv_delimiter(csv);
    if (assay_csv_delimiter_guessed(csv))
        assay_text_printf(text, "%s: fields are separated by %s, as the header line suggests\n",
                          profile->source, c == '\t' ? "a tab" : c == ';' ? "\";\"" : "\"|\"");
    profile->n_bad = assay_csv_reject_count(csv);
    const char *message;
    for (size_t k = 0; k < SHOWN && (message = assay_csv_reject_message(csv, k)) != NULL; k++)
        assay_text_printf(text, "%s\n", message);
    if (profile->n_bad > 0)
        assay_text_printf(text,
                          "%s: %zu bad row%s left out; mend them, or calibrate with "
                          "--max-rejects=%zu\n",
                          profile->source, profile->n_bad, profile->n_bad == 1 ? "" : "s",
                          profile->n_bad);
}

static enum assay_status examine_all(struct assay_profile *profile, const size_t field[],
                                     struct assay_error *err)
{
    struct assay_table *table = &profile->table;
    enum assay_status status = ASSAY_OK;
    profile->columns = assay_alloc(table->n_column, sizeof *profile->columns);
    if (profile->columns == NULL)
        return assay_fail_memory(err, "examining columns");
    for (size_t k = 0; status == ASSAY_OK && k < table->n_column; k++) {
        profile->columns[k].field = field[k];
        status = assay_column_examine(&table->columns[k], table->n_row, &profile->columns[k], err);
    }
    return status;
}

static enum assay_status read_all(struct reading *r, const struct assay_profile_options *options,
                                  const struct assay_wanted_column wanted[], size_t n_wanted,
                                  struct assay_profile *profile, struct assay_error *err)
{
    profile->source = assay_copy_string(assay_csv_name(r->csv));
    if (profile->source == NULL)
        return assay_fail_memory(err, "reading a data file");
    enum assay_status status = choose_columns(r, wanted, n_wanted, profile, err);
    if (status == ASSAY_OK)
        status = assay_csv_select(r->csv, r->requests, r->n_request, &profile->table, err);
    if (status == ASSAY_OK)
        status = read_rows(r->csv, options->quiet, &profile->table, err);
    if (status == ASSAY_OK)
        status = examine_all(profile, r->field, err);
    if (status == ASSAY_OK)
        describe_reading(r->csv, profile);
    if (status == ASSAY_OK && (profile->complaints.failed || profile->repeated.failed))
        status = assay_fail_memory(err, "reading a data file");
    return status;
}

enum assay_status assay_profile_read(const char *path, const struct assay_profile_options *options,
                                     const struct assay_wanted_column wanted[], size_t n_wanted,
                                     struct assay_profile *profile, struct assay_error *err)
{
    struct assay_csv_options csv_options = assay_csv_options_default();
    struct assay_profile made = {0};
    struct reading r = {0};
    csv_options.delimiter = options->delimiter;
    csv_options.no_fingerprint = true;
    enum assay_status status = assay_csv_open(path, &csv_options, &r.csv, err);
    if (status != ASSAY_OK)
        return status;
    status = read_all(&r, options, wanted, n_wanted, &made, err);
    assay_csv_close(r.csv);
    free(r.requests);
    free(r.field);
    if (status == ASSAY_OK)
        *profile = made;
    else
        assay_profile_clear(&made);
    return status;
}

void assay_profile_clear(struct assay_profile *profile)
{
    assay_table_clear(&profile->table);
    assay_text_clear(&profile->complaints);
    assay_text_clear(&profile->repeated);
    free(profile->columns);
    free(profile->source);
    *profile = (struct assay_profile){0};
}

size_t assay_profile_find(const struct assay_profile *profile, const char *name)
{
    return assay_table_find(&profile->table, name, ASSAY_TEXT);
}

/* ---- values by row ---- */

enum assay_status assay_profile_numbers(const struct assay_profile *profile, size_t column,
                                        double out[], struct assay_error *err)
{
    const struct assay_column *c = &profile->table.columns[column];
    size_t n_code = assay_dictionary_count(c->dictionary);
    double *value = assay_alloc(n_code, sizeof *value);
    if (value == NULL)
        return assay_fail_memory(err, "reading numbers");
    for (size_t k = 0; k < n_code; k++) {
        const char *text = assay_dictionary_text(c->dictionary, (int32_t)k);
        if (!assay_number_parse(text, strlen(text), &value[k]))
            value[k] = NAN;
    }
    for (size_t i = 0; i < profile->table.n_row; i++)
        out[i] = c->codes[i] == ASSAY_NO_CODE ? NAN : value[c->codes[i]];
    free(value);
    return ASSAY_OK;
}

enum assay_status assay_profile_dates(const struct assay_profile *profile, size_t column,
                                      int32_t out[], struct assay_error *err)
{
    const struct assay_column *c = &profile->table.columns[column];
    size_t n_code = assay_dictionary_count(c->dictionary);
    int32_t *date = assay_alloc(n_code, sizeof *date);
    if (date == NULL)
        return assay_fail_memory(err, "reading dates");
    for (size_t k = 0; k < n_code; k++) {
        const char *text = assay_dictionary_text(c->dictionary, (int32_t)k);
        if (!assay_date_parse(text, strlen(text), &date[k]))
            date[k] = ASSAY_NO_DATE;
    }
    for (size_t i = 0; i < profile->table.n_row; i++)
        out[i] = c->codes[i] == ASSAY_NO_CODE ? ASSAY_NO_DATE : date[c->codes[i]];
    free(date);
    return ASSAY_OK;
}

enum assay_status assay_profile_flags(const struct assay_profile *profile, size_t column,
                                      int8_t out[], struct assay_error *err)
{
    const struct assay_column *c = &profile->table.columns[column];
    size_t n_code = assay_dictionary_count(c->dictionary);
    int8_t *flag = assay_alloc(n_code, sizeof *flag);
    if (flag == NULL)
        return assay_fail_memory(err, "reading flags");
    for (size_t k = 0; k < n_code; k++)
        flag[k] = assay_flag_of(assay_dictionary_text(c->dictionary, (int32_t)k));
    for (size_t i = 0; i < profile->table.n_row; i++)
        out[i] = c->codes[i] == ASSAY_NO_CODE ? ASSAY_NO_FLAG : flag[c->codes[i]];
    free(flag);
    return ASSAY_OK;
}
