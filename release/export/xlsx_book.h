/* xlsx_book.h - a workbook in the making: sheets, formats, cells, and the file's bytes at the end
 *
 * Around libxlsxwriter, which is included here and nowhere else. Rows are written in their order, and leave
 * memory as they go. What goes wrong is kept, and told by assay_xlsx_book_finish().
 */
#ifndef ASSAY_RELEASE_EXPORT_XLSX_BOOK_H
#define ASSAY_RELEASE_EXPORT_XLSX_BOOK_H

#include <xlsxwriter.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/export/xlsx_account.h"

enum assay_xlsx_sheet {
    ASSAY_XLSX_READ_ME,
    ASSAY_XLSX_ACCOUNTS,
    ASSAY_XLSX_WEIGHTS,
    ASSAY_XLSX_BASELINES,
    ASSAY_XLSX_ZONES,
    ASSAY_XLSX_LOOKUP,
    ASSAY_XLSX_SELF_TEST,
    ASSAY_XLSX_SHEETS
};
extern const char *const assay_xlsx_sheet_names[ASSAY_XLSX_SHEETS]; /* Read me, Accounts, ... */

enum assay_xlsx_style {
    ASSAY_XLSX_PLAIN,
    ASSAY_XLSX_TITLE,
    ASSAY_XLSX_NOTE, /* grey, what a sheet is for */
    ASSAY_XLSX_WRAPPED,
    ASSAY_XLSX_WRAPPED_LABEL,
    ASSAY_XLSX_LABEL,     /* bold */
    ASSAY_XLSX_HEAD,      /* heads of columns, by what stands below: what is typed in, */
    ASSAY_XLSX_HEAD_WORK, /* the working, */
    ASSAY_XLSX_HEAD_SIGNAL,
    ASSAY_XLSX_HEAD_RESULT,
    ASSAY_XLSX_RIGHT, /* the same four above numbers */
    ASSAY_XLSX_RIGHT_WORK,
    ASSAY_XLSX_RIGHT_SIGNAL,
    ASSAY_XLSX_RIGHT_RESULT,
    ASSAY_XLSX_BAND, /* the line above them, likewise */
    ASSAY_XLSX_BAND_WORK,
    ASSAY_XLSX_BAND_SIGNAL,
    ASSAY_XLSX_BAND_RESULT,
    ASSAY_XLSX_INPUT, /* typed in */
    ASSAY_XLSX_INPUT_TEXT,
    ASSAY_XLSX_DATE,
    ASSAY_XLSX_FIGURE, /* one decimal */
    ASSAY_XLSX_WORK,   /* likewise, grey */
    ASSAY_XLSX_RESULT, /* likewise, bold */
    ASSAY_XLSX_ZONE,   /* bold text beside it */
    ASSAY_XLSX_EXACT,  /* as many digits as there are */
    ASSAY_XLSX_PERCENT,
    ASSAY_XLSX_CHANGE,       /* to be tried out: a weight */
    ASSAY_XLSX_CHANGE_PLAIN, /* likewise, any number */
    ASSAY_XLSX_STYLES
};

struct assay_xlsx_book {
    lxw_workbook *workbook;
    lxw_worksheet *sheets[ASSAY_XLSX_SHEETS]; /* NULL: not asked for */
    lxw_format *formats[ASSAY_XLSX_STYLES];
    char *path;                /* of the file while it is made */
    enum lxw_error error;      /* the first */
    size_t longest;            /* text that no cell holds, its characters; 0: none */
    struct assay_text formula; /* room for one */
};

ASSAY_MUST_CHECK enum assay_status assay_xlsx_book_open(const struct assay_model *model,
                                                        bool self_test,
                                                        struct assay_xlsx_book *book,
                                                        struct assay_error *err);
/* Appends the file to out. Closes the book in either case.
 *   ASSAY_EDATA  a text that no cell holds
 *   ASSAY_EIO    the temporary file */
ASSAY_MUST_CHECK enum assay_status assay_xlsx_book_finish(struct assay_xlsx_book *book,
                                                          struct assay_text *out,
                                                          struct assay_error *err);
/* Without a file; also after _finish, and of a zeroed one. */
void assay_xlsx_book_abort(struct assay_xlsx_book *book);

/* ---- cells; rows and columns from 0 ---- */

void assay_xlsx_text(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                     size_t column, const char *text, enum assay_xlsx_style style);
void assay_xlsx_number(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                       size_t column, double number, enum assay_xlsx_style style);
void assay_xlsx_blank(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                      size_t column, enum assay_xlsx_style style);
/* A formula (no "=" before it) with what it gives. */
void assay_xlsx_formula(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                        size_t column, const char *formula, struct assay_xlsx_value value,
                        enum assay_xlsx_style style);
/* The same of a number, the formula printed. */
void assay_xlsx_formula_print(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                              size_t column, double value, enum assay_xlsx_style style,
                              const char *format, ...) ASSAY_PRINTF(7, 8);

void assay_xlsx_width(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t first,
                      size_t last, double width);
/* Columns that are closed up; the column behind them has the button that opens them. */
void assay_xlsx_fold(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t first,
                     size_t last, double width);
void assay_xlsx_freeze(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                       size_t column);
void assay_xlsx_row_height(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                           double height);

/* Zones in their colours, from the worst to the best, in rows of a column. */
void assay_xlsx_colour_zones(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t top,
                             size_t bottom, size_t column, const struct assay_model *model);
/* Rows of a column that are this text stand out. */
void assay_xlsx_colour_alarm(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t top,
                             size_t bottom, size_t column, const char *formula);

#endif
