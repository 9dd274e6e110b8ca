#include "calibrate/import/sheet.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/text.h"

static const size_t absent = (size_t)-1;

/* Of an edge: whole numbers up to here have neighbours that are one apart. */
static const double largest = 1e15;

const char *const assay_sheet_names[ASSAY_SHEET_COLUMNS] = {
    "kind", "group", "group_weight", "measure", "column",    "weight",
    "from", "to",    "value",        "points",  "points_to", "missing"};

/* ---- opening ---- */

static enum assay_status unknown_column(const struct assay_csv *csv, size_t field,
                                        struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    const char *text = assay_csv_header(csv, field);
    assay_fail(
        err, ASSAY_EDATA,
        "%s:1:%zu: column \"%s\"; expected kind, group, group_weight, measure, column, weight, "
        "from, to, value, points, points_to or missing",
        assay_csv_name(csv), field + 1, assay_quote_value(text, strlen(text), name));
    const char *nearest = assay_nearest_word(text, assay_sheet_names, ASSAY_SHEET_COLUMNS);
    if (nearest != NULL)
        assay_hint(err, "Did you mean \"%s\"?", nearest);
    return ASSAY_EDATA;
}

/* Which columns there are; sheet->at says so until the table has them. */
static enum assay_status read_header(struct assay_sheet *sheet, struct assay_error *err)
{
    for (size_t c = 0; c < ASSAY_SHEET_COLUMNS; c++)
        sheet->at[c] = absent;
    for (size_t f = 0; f < assay_csv_header_count(sheet->csv); f++) {
        const char *name = assay_csv_header(sheet->csv, f);
        size_t c = 0;
        while (c < ASSAY_SHEET_COLUMNS && strcmp(assay_sheet_names[c], name) != 0)
            c++;
        if (c == ASSAY_SHEET_COLUMNS)
            return unknown_column(sheet->csv, f, err);
        sheet->at[c] = 0;
        sheet->field[c] = f + 1;
    }
    if (sheet->at[ASSAY_SHEET_MEASURE] == absent)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: no column \"measure\"; expected the columns of a scorecard, as "
                          "docs/import.md has them",
                          assay_csv_name(sheet->csv));
    return ASSAY_OK;
}

static enum assay_status read_rows(struct assay_sheet *sheet, struct assay_error *err)
{
    struct assay_column_request requests[ASSAY_SHEET_COLUMNS];
    size_t n = 0;
    bool more = true;
    for (size_t c = 0; c < ASSAY_SHEET_COLUMNS; c++)
        if (sheet->at[c] != absent) {
            requests[n] = (struct assay_column_request){
                .column = assay_sheet_names[c], .type = ASSAY_TEXT, .what = "scorecard's"};
            sheet->at[c] = n++;
        }
    enum assay_status status = assay_csv_select(sheet->csv, requests, n, &sheet->table, err);
    while (status == ASSAY_OK && more)
        status = assay_csv_read(sheet->csv, &sheet->table, 4096, &more, err);
    if (status == ASSAY_OK && assay_csv_reject_count(sheet->csv) > 0)
        status = assay_fail(err, ASSAY_EDATA, "%s", assay_csv_reject_message(sheet->csv, 0));
    if (status == ASSAY_OK && sheet->table.n_row == 0)
        status = assay_fail(err, ASSAY_EDATA, "%s: no rows; expected the measures of a scorecard",
                            assay_csv_name(sheet->csv));
    return status;
}

enum assay_status assay_sheet_open(const char *path, const char *text, size_t length,
                                   struct assay_sheet *sheet, struct assay_error *err)
{
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_sheet made = {0};
    enum assay_status status =
        text != NULL ? assay_csv_open_memory(path, text, length, &options, &made.csv, err)
                     : assay_csv_open(path, &options, &made.csv, err);
    if (status == ASSAY_OK)
        status = read_header(&made, err);
    if (status == ASSAY_OK)
        status = read_rows(&made, err);
    if (status == ASSAY_OK)
        *sheet = made;
    else
        assay_sheet_close(&made);
    return status;
}

void assay_sheet_close(struct assay_sheet *sheet)
{
    assay_table_clear(&sheet->table);
    if (sheet->csv != NULL)
        assay_csv_close(sheet->csv);
    *sheet = (struct assay_sheet){0};
}

/* ---- cells ---- */

const char *assay_sheet_text(const struct assay_sheet *sheet, size_t row,
                             enum assay_sheet_column column)
{
    if (sheet->at[column] == absent)
        return "";
    const struct assay_column *cells = &sheet->table.columns[sheet->at[column]];
    return cells->codes[row] == ASSAY_NO_CODE
               ? ""
               : assay_dictionary_text(cells->dictionary, cells->codes[row]);
}

enum assay_status assay_sheet_wrong(const struct assay_sheet *sheet, size_t row,
                                    enum assay_sheet_column column, struct assay_error *err,
                                    const char *expected, ...)
{
    char wanted[384], value[ASSAY_QUOTE_SIZE];
    const char *text = assay_sheet_text(sheet, row, column);
    const char *file = assay_csv_name(sheet->csv), *name = assay_sheet_names[column];
    va_list args;
    va_start(args, expected);
    vsnprintf(wanted, sizeof wanted, expected, args);
    va_end(args);
    size_t line = assay_table_line(&sheet->table, row);
    if (sheet->at[column] == absent)
        return assay_fail(err, ASSAY_EDATA, "%s:%zu: there is no column \"%s\"; expected %s", file,
                          line, name, wanted);
    if (text[0] == '\0')
        return assay_fail(err, ASSAY_EDATA, "%s:%zu:%zu: %s is empty; expected %s", file, line,
                          sheet->field[column], name, wanted);
    return assay_fail(err, ASSAY_EDATA, "%s:%zu:%zu: %s is \"%s\"; expected %s", file, line,
                      sheet->field[column], name, assay_quote_value(text, strlen(text), value),
                      wanted);
}

/* A number of people's: blanks around it, a percent sign behind it. */
static bool parse_number(const char *text, bool percent, double *out)
{
    size_t length = strlen(text);
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (percent && length > 0 && text[length - 1] == '%')
        length--;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return assay_number_parse(text, length, out);
}

enum assay_status assay_sheet_number(const struct assay_sheet *sheet, size_t row,
                                     enum assay_sheet_column column, double low, double high,
                                     double *out, struct assay_error *err)
{
    const char *text = assay_sheet_text(sheet, row, column);
    double value = NAN;
    if (text[0] != '\0' && (!parse_number(text, true, &value) || value < low || value > high))
        return assay_sheet_wrong(sheet, row, column, err, "a number from %.12g to %.12g", low,
                                 high);
    *out = value;
    return ASSAY_OK;
}

enum assay_status assay_sheet_bound(const struct assay_sheet *sheet, size_t row,
                                    enum assay_sheet_column column, struct assay_bound *out,
                                    struct assay_error *err)
{
    bool lower = column == ASSAY_SHEET_FROM;
    char sign = lower ? '>' : '<';
    const char *text = assay_sheet_text(sheet, row, column);
    struct assay_bound bound = {.value = lower ? -HUGE_VAL : HUGE_VAL};
    while (*text == ' ')
        text++;
    if (*text != '\0') {
        if (*text == sign) {
            bound.given = true;
            text++;
            if (*text == '=') {
                bound.included = true;
                text++;
            }
        }
        if (!parse_number(text, false, &bound.value) || fabs(bound.value) > largest)
            return assay_sheet_wrong(sheet, row, column, err,
                                     "a number, or one behind \"%c=\" or \"%c\"", sign, sign);
    }
    *out = bound;
    return ASSAY_OK;
}
