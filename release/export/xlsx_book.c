#include "release/export/xlsx_book.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "release/export/target.h"

enum { MAX_TEXT = 32767, SECONDS_A_DAY = 86400 };
#define MAX_FILE ((size_t)2 << 30)

const char *const assay_xlsx_sheet_names[ASSAY_XLSX_SHEETS] = {
    "Read me", "Accounts", "Weights", "Baselines", "Zones", "Lookup", "Self-test"};

/* ---- the palette: one dark blue, two shades of it, paper, and four quiet colours for zones ---- */

enum {
    INK = 0x1f2d3a,
    QUIET = 0x6b7885,
    NAVY = 0x1f3a52,
    STEEL = 0x4f6b80,
    MIST = 0xe4eaef,
    TEAL = 0x2f6b6b,
    PAPER = 0xfff8e3,
    LINE = 0xc9d2da,
    WHITE = 0xffffff
};
static const lxw_color_t zone_fills[] = {0xf3cfc8, 0xfae5bf, 0xe6ebef, 0xcfe6d6};
enum { N_FILL = sizeof zone_fills / sizeof zone_fills[0] };

struct look {
    int ink, fill; /* 0: none */
    bool bold, wrap, right, indent;
    const char *number;
    double size; /* 0: the usual */
};

static const struct look looks[ASSAY_XLSX_STYLES] = {
    [ASSAY_XLSX_PLAIN] = {.ink = INK, .indent = true},
    [ASSAY_XLSX_TITLE] = {.ink = NAVY, .bold = true, .size = 15},
    [ASSAY_XLSX_NOTE] = {.ink = QUIET},
    [ASSAY_XLSX_WRAPPED] = {.ink = INK, .wrap = true},
    [ASSAY_XLSX_WRAPPED_LABEL] = {.ink = INK, .bold = true, .wrap = true},
    [ASSAY_XLSX_LABEL] = {.ink = INK, .bold = true},
    [ASSAY_XLSX_HEAD] = {.ink = NAVY, .fill = MIST, .bold = true, .wrap = true, .indent = true},
    [ASSAY_XLSX_HEAD_WORK] = {.ink = QUIET, .fill = MIST, .wrap = true, .indent = true},
    [ASSAY_XLSX_HEAD_SIGNAL] =
        {.ink = WHITE, .fill = STEEL, .bold = true, .wrap = true, .indent = true},
    [ASSAY_XLSX_HEAD_RESULT] =
        {.ink = WHITE, .fill = NAVY, .bold = true, .wrap = true, .indent = true},
    [ASSAY_XLSX_RIGHT] = {.ink = NAVY, .fill = MIST, .bold = true, .wrap = true, .right = true},
    [ASSAY_XLSX_RIGHT_WORK] = {.ink = QUIET, .fill = MIST, .wrap = true, .right = true},
    [ASSAY_XLSX_RIGHT_SIGNAL] =
        {.ink = WHITE, .fill = STEEL, .bold = true, .wrap = true, .right = true},
    [ASSAY_XLSX_RIGHT_RESULT] =
        {.ink = WHITE, .fill = NAVY, .bold = true, .wrap = true, .right = true},
    [ASSAY_XLSX_BAND] = {.ink = NAVY, .fill = MIST},
    [ASSAY_XLSX_BAND_WORK] = {.ink = QUIET, .fill = MIST},
    [ASSAY_XLSX_BAND_SIGNAL] = {.ink = WHITE, .fill = STEEL},
    [ASSAY_XLSX_BAND_RESULT] = {.ink = WHITE, .fill = NAVY},
    [ASSAY_XLSX_INPUT] = {.ink = TEAL},
    [ASSAY_XLSX_INPUT_TEXT] = {.ink = TEAL, .indent = true},
    [ASSAY_XLSX_DATE] = {.ink = TEAL, .number = "yyyy-mm-dd"},
    [ASSAY_XLSX_FIGURE] = {.ink = INK, .number = "0.0"},
    [ASSAY_XLSX_WORK] = {.ink = QUIET, .number = "0.###"},
    [ASSAY_XLSX_RESULT] = {.ink = INK, .bold = true, .number = "0.0"},
    [ASSAY_XLSX_ZONE] = {.ink = INK, .bold = true, .indent = true},
    [ASSAY_XLSX_EXACT] = {.ink = INK},
    [ASSAY_XLSX_PERCENT] = {.ink = INK, .number = "0.0%"},
    [ASSAY_XLSX_CHANGE] = {.ink = TEAL, .fill = PAPER, .number = "0.0000"},
    [ASSAY_XLSX_CHANGE_PLAIN] = {.ink = TEAL, .fill = PAPER},
};

static lxw_format *make_format(lxw_workbook *workbook, const struct look *look)
{
    lxw_format *format = workbook_add_format(workbook);
    if (format == NULL)
        return NULL;
    format_set_font_color(format, (lxw_color_t)look->ink);
    if (look->fill != 0)
        format_set_bg_color(format, (lxw_color_t)look->fill);
    if (look->bold)
        format_set_bold(format);
    if (look->wrap) {
        format_set_text_wrap(format);
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    }
    if (look->right)
        format_set_align(format, LXW_ALIGN_RIGHT);
    if (look->indent)
        format_set_indent(format, 1);
    if (look->number != NULL)
        format_set_num_format(format, look->number);
    if (look->size > 0)
        format_set_font_size(format, look->size);
    if (look->fill == PAPER) {
        format_set_border(format, LXW_BORDER_THIN);
        format_set_border_color(format, (lxw_color_t)LINE);
    }
    return format;
}

/* ---- the book ---- */

static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

/* libxlsxwriter writes to a path alone: a file of our own that is read back and removed. */
static enum assay_status make_path(struct assay_xlsx_book *book, struct assay_error *err)
{
    struct assay_text path = {0};
    assay_text_printf(&path, "%s/assay-xlsx-XXXXXX", temporary_folder());
    if (path.failed) {
        assay_text_clear(&path);
        return assay_fail_memory(err, "making a workbook");
    }
    int file = mkstemp(path.data);
    if (file < 0) {
        enum assay_status status = assay_fail(err, ASSAY_EIO, "could not make a file in \"%s\": %s",
                                              temporary_folder(), strerror(errno));
        assay_text_clear(&path);
        return status;
    }
    close(file);
    book->path = path.data;
    return ASSAY_OK;
}

static void set_properties(lxw_workbook *workbook, const struct assay_model *model)
{
    int32_t day = 0;
    struct assay_text comments = {0};
    assay_date_parse(model->created, strlen(model->created), &day);
    assay_export_notice(&comments, model, "");
    lxw_doc_properties properties = {.title = model->spec.name,
                                     .subject = model->version,
                                     .company = (char[]){""},
                                     .comments = comments.failed ? NULL : comments.data,
                                     .created = (time_t)day * SECONDS_A_DAY};
    workbook_set_properties(workbook, &properties);
    assay_text_clear(&comments);
}

enum assay_status assay_xlsx_book_open(const struct assay_model *model, bool self_test,
                                       struct assay_xlsx_book *book, struct assay_error *err)
{
    struct assay_xlsx_book made = {0};
    enum assay_status status = make_path(&made, err);
    if (status != ASSAY_OK)
        return status;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", temporary_folder());
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE, .tmpdir = folder, .use_zip64 = LXW_FALSE};
    made.workbook = workbook_new_opt(made.path, &options);
    bool enough = made.workbook != NULL;
    if (enough)
        set_properties(made.workbook, model);
    for (size_t k = 0; enough && k < ASSAY_XLSX_STYLES; k++) {
        made.formats[k] = make_format(made.workbook, &looks[k]);
        enough = made.formats[k] != NULL;
    }
    for (size_t k = 0; enough && k < ASSAY_XLSX_SHEETS; k++) {
        if (k == ASSAY_XLSX_SELF_TEST && !self_test)
            continue;
        made.sheets[k] = workbook_add_worksheet(made.workbook, assay_xlsx_sheet_names[k]);
        enough = made.sheets[k] != NULL;
    }
    if (!enough) {
        assay_xlsx_book_abort(&made);
        return assay_fail_memory(err, "making a workbook");
    }
    *book = made;
    return ASSAY_OK;
}

static enum assay_status describe(const struct assay_xlsx_book *book, struct assay_error *err)
{
    if (book->formula.failed || book->error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return assay_fail_memory(err, "making a workbook");
    if (book->longest > 0)
        return assay_export_refuse(err, "xlsx", "a text of %zu bytes; a cell has room for %d",
                                   book->longest, MAX_TEXT);
    if (book->error != LXW_NO_ERROR)
        return assay_fail(err, ASSAY_EIO, "could not make the workbook \"%s\": %s", book->path,
                          lxw_strerror(book->error));
    return ASSAY_OK;
}

static void keep(struct assay_xlsx_book *book, enum lxw_error error)
{
    if (book->error == LXW_NO_ERROR)
        book->error = error;
}

enum assay_status assay_xlsx_book_finish(struct assay_xlsx_book *book, struct assay_text *out,
                                         struct assay_error *err)
{
    struct assay_text file = {0};
    keep(book, workbook_close(book->workbook));
    book->workbook = NULL;
    enum assay_status status = describe(book, err);
    if (status == ASSAY_OK)
        status = assay_file_read(book->path, MAX_FILE, &file, err);
    if (status == ASSAY_OK)
        assay_text_add(out, file.data, file.length);
    if (status == ASSAY_OK && out->failed)
        status = assay_fail_memory(err, "making a workbook");
    assay_text_clear(&file);
    assay_xlsx_book_abort(book);
    return status;
}

void assay_xlsx_book_abort(struct assay_xlsx_book *book)
{
    if (book->workbook != NULL)
        lxw_workbook_free(book->workbook);
    if (book->path != NULL)
        unlink(book->path);
    free(book->path);
    assay_text_clear(&book->formula);
    *book = (struct assay_xlsx_book){0};
}

/* ---- cells ---- */

static lxw_col_t column_of(size_t column)
{
    assert(column < ASSAY_XLSX_MAX_COLUMNS);
    return (lxw_col_t)column;
}

void assay_xlsx_text(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                     size_t column, const char *text, enum assay_xlsx_style style)
{
    size_t length = strlen(text);
    if (length > MAX_TEXT) {
        book->longest = book->longest > length ? book->longest : length;
        return;
    }
    keep(book, worksheet_write_string(book->sheets[sheet], (lxw_row_t)row, column_of(column), text,
                                      book->formats[style]));
}

void assay_xlsx_number(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                       size_t column, double number, enum assay_xlsx_style style)
{
    keep(book, worksheet_write_number(book->sheets[sheet], (lxw_row_t)row, column_of(column),
                                      number, book->formats[style]));
}

void assay_xlsx_blank(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                      size_t column, enum assay_xlsx_style style)
{
    keep(book, worksheet_write_blank(book->sheets[sheet], (lxw_row_t)row, column_of(column),
                                     book->formats[style]));
}

void assay_xlsx_formula(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                        size_t column, const char *formula, struct assay_xlsx_value value,
                        enum assay_xlsx_style style)
{
    if (value.text != NULL)
        keep(book,
             worksheet_write_formula_str(book->sheets[sheet], (lxw_row_t)row, column_of(column),
                                         formula, book->formats[style], value.text));
    else
        keep(book,
             worksheet_write_formula_num(book->sheets[sheet], (lxw_row_t)row, column_of(column),
                                         formula, book->formats[style], value.number));
}

void assay_xlsx_formula_print(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                              size_t column, double value, enum assay_xlsx_style style,
                              const char *format, ...)
{
    char formula[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(formula, sizeof formula, format, arguments);
    va_end(arguments);
    assert(length > 0 && (size_t)length < sizeof formula);
    assay_xlsx_formula(book, sheet, row, column, formula, (struct assay_xlsx_value){NULL, value},
                       style);
}

/* ---- columns and rows ---- */

void assay_xlsx_width(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t first,
                      size_t last, double width)
{
    keep(book,
         worksheet_set_column(book->sheets[sheet], column_of(first), column_of(last), width, NULL));
}

void assay_xlsx_fold(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t first,
                     size_t last, double width)
{
    lxw_row_col_options closed = {.hidden = LXW_TRUE, .level = 1, .collapsed = LXW_FALSE};
    lxw_row_col_options button = {.hidden = LXW_FALSE, .level = 0, .collapsed = LXW_TRUE};
    keep(book, worksheet_set_column_opt(book->sheets[sheet], column_of(first), column_of(last),
                                        width, NULL, &closed));
    keep(book, worksheet_set_column_opt(book->sheets[sheet], column_of(last + 1),
                                        column_of(last + 1), width, NULL, &button));
}

void assay_xlsx_freeze(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                       size_t column)
{
    worksheet_freeze_panes(book->sheets[sheet], (lxw_row_t)row, column_of(column));
    worksheet_gridlines(book->sheets[sheet], LXW_HIDE_ALL_GRIDLINES);
    worksheet_set_landscape(book->sheets[sheet]);
    worksheet_fit_to_pages(book->sheets[sheet], 1, 0);
}

void assay_xlsx_row_height(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                           double height)
{
    keep(book, worksheet_set_row(book->sheets[sheet], (lxw_row_t)row, height, NULL));
}

/* ---- colours that follow the values ---- */

static void colour(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t top,
                   size_t bottom, size_t column, const char *formula, lxw_color_t fill)
{
    lxw_format *format = workbook_add_format(book->workbook);
    struct assay_text criterion = {0};
    assay_text_printf(&criterion, "=%s", formula);
    if (format == NULL || criterion.failed) {
        keep(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
    } else {
        format_set_bg_color(format, fill);
        lxw_conditional_format rule = {
            .type = LXW_CONDITIONAL_TYPE_FORMULA, .value_string = criterion.data, .format = format};
        keep(book, worksheet_conditional_format_range(book->sheets[sheet], (lxw_row_t)top,
                                                      column_of(column), (lxw_row_t)bottom,
                                                      column_of(column), &rule));
    }
    assay_text_clear(&criterion);
}

static void put_quoted(struct assay_text *out, const char *text)
{
    assay_text_putc(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            assay_text_putc(out, '"');
        assay_text_putc(out, *text);
    }
    assay_text_putc(out, '"');
}

void assay_xlsx_colour_zones(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t top,
                             size_t bottom, size_t column, const struct assay_model *model)
{
    size_t n = model->spec.n_zone;
    char cell[LXW_MAX_CELL_NAME_LENGTH];
    lxw_rowcol_to_cell(cell, (lxw_row_t)top, column_of(column));
    for (size_t k = 0; k < n; k++) {
        struct assay_text rule = {0};
        assay_text_printf(&rule, "EXACT(%s,", cell);
        put_quoted(&rule, model->spec.zones[k].name);
        assay_text_putc(&rule, ')');
        size_t fill = n > 1 ? (k * (N_FILL - 1) * 2 + (n - 1)) / (2 * (n - 1)) : N_FILL / 2;
        if (rule.failed)
            keep(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        else
            colour(book, sheet, top, bottom, column, rule.data, zone_fills[fill]);
        assay_text_clear(&rule);
    }
}

void assay_xlsx_colour_alarm(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t top,
                             size_t bottom, size_t column, const char *formula)
{
    colour(book, sheet, top, bottom, column, formula, zone_fills[0]);
}
