#include <stdio.h>
#include <string.h>

#include "release/export/xlsx_sheets.h"

enum { WIDTH = 96, LINE_HEIGHT = 15 }; /* of the text's column; points of a line */

/* Rows are as high as the text takes when it wraps, since not every viewer sees to that. */
static void put_pair(struct assay_xlsx_book *book, size_t *row, const char *name, const char *text)
{
    double lines = 1 + (double)(strlen(text) / (WIDTH - 8));
    assay_xlsx_row_height(book, ASSAY_XLSX_READ_ME, *row, lines * LINE_HEIGHT + 3);
    assay_xlsx_text(book, ASSAY_XLSX_READ_ME, *row, 0, name, ASSAY_XLSX_WRAPPED_LABEL);
    assay_xlsx_text(book, ASSAY_XLSX_READ_ME, (*row)++, 1, text, ASSAY_XLSX_WRAPPED);
}

static void put_section(struct assay_xlsx_book *book, size_t *row, const char *title)
{
    assay_xlsx_text(book, ASSAY_XLSX_READ_ME, ++*row, 0, title, ASSAY_XLSX_HEAD_RESULT);
    assay_xlsx_text(book, ASSAY_XLSX_READ_ME, (*row)++, 1, "", ASSAY_XLSX_HEAD_RESULT);
}

static void put_sheets(struct assay_xlsx_book *book, size_t *row, bool self_test, const char *rows)
{
    const struct {
        enum assay_xlsx_sheet sheet;
        const char *what;
    } sheets[] = {
        {ASSAY_XLSX_ACCOUNTS, rows},
        {ASSAY_XLSX_WEIGHTS,
         "How much each signal counts, and what stands for a missing value. Change a "
         "cell on yellow, and the scores of all accounts move."},
        {ASSAY_XLSX_BASELINES, "What a raw value is worth in points, by signal and cohort."},
        {ASSAY_XLSX_ZONES, "Where zones begin, and the at-risk line."},
        {ASSAY_XLSX_LOOKUP,
         "Helps the formulas: weights in rows, where a cohort's baselines stand."},
        {ASSAY_XLSX_SELF_TEST,
         "The model's own examples with the results that are expected: cell B2 "
         "counts those that disagree, and has to be 0 unless something was changed."},
    };
    put_section(book, row, "Sheets");
    for (size_t k = 0; k < sizeof sheets / sizeof sheets[0]; k++)
        if (sheets[k].sheet != ASSAY_XLSX_SELF_TEST || self_test)
            put_pair(book, row, assay_xlsx_sheet_names[sheets[k].sheet], sheets[k].what);
}

static void put_limits(struct assay_xlsx_book *book, size_t *row)
{
    put_section(book, row, "To know");
    put_pair(book, row, "Missing",
             "An empty cell is a missing value; so is text where a number belongs. "
             "Plans, segments and categories count as written, capitals included.");
    put_pair(book, row, "Digits",
             "Spreadsheets tell numbers apart to 15 digits: scores agree with the program's to "
             "0.000000001 "
             "points, and a value or a score that is nearer than that to an edge may stand on its "
             "other side.");
    put_pair(book, row, "Rows",
             "To score more accounts, copy the last row down as far as you need.");
}

void assay_xlsx_write_read_me(struct assay_xlsx_book *book,
                              const struct assay_export_request *request, size_t rows)
{
    const struct assay_model *model = request->model;
    char accounts[320];
    size_t row = 3;
    snprintf(
        accounts, sizeof accounts,
        "One account a row, %zu rows: what is typed in to the left, then its points by signal, its "
        "score, probability and zone. Columns between them are folded: the working.",
        rows);
    assay_xlsx_write_title(book, ASSAY_XLSX_READ_ME, model->spec.name,
                           "A health-score model as a workbook with live formulas");
    put_pair(book, &row, "Model", model->spec.name);
    put_pair(book, &row, "Version", model->version);
    put_pair(book, &row, "Created", model->created);
    put_pair(book, &row, "Digest", model->digest);
    put_pair(book, &row, "Made by",
             "assay, from the model file. Changes made here stay here: export the "
             "model again rather than edit a copy of its scores.");
    put_pair(book, &row, "Permission", assay_export_permission);
    put_sheets(book, &row, request->self_test, accounts);
    put_limits(book, &row);
    assay_xlsx_width(book, ASSAY_XLSX_READ_ME, 0, 0, 18);
    assay_xlsx_width(book, ASSAY_XLSX_READ_ME, 1, 1, WIDTH);
    assay_xlsx_freeze(book, ASSAY_XLSX_READ_ME, 3, 0);
}
