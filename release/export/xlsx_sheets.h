/* xlsx_sheets.h - what stands on each sheet of the workbook */
#ifndef ASSAY_RELEASE_EXPORT_XLSX_SHEETS_H
#define ASSAY_RELEASE_EXPORT_XLSX_SHEETS_H

#include <stddef.h>

#include "core/base/error.h"
#include "release/export/target.h"
#include "release/export/xlsx_book.h"
#include "release/export/xlsx_formula.h"

/* Name, version and digest of the model, what each sheet is, the permission, the limits. */
void assay_xlsx_write_read_me(struct assay_xlsx_book *book,
                              const struct assay_export_request *request, size_t rows);

/* Weights and Zones are to be changed; the formulas of all others follow. */
void assay_xlsx_write_weights(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan);
void assay_xlsx_write_baselines(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan);
void assay_xlsx_write_zones(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan);

/* The weights by rows, and where to look for a cohort: what the formulas of an account use. */
void assay_xlsx_write_lookup(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan);

/* Title and purpose of a sheet, in its first two rows. */
void assay_xlsx_write_title(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet,
                            const char *title, const char *note);

/* A sheet of accounts: its heads, and then row by row. extra[n_extra]: heads of columns behind those of an
 * account. */
void assay_xlsx_write_heads(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                            enum assay_xlsx_sheet sheet, const char *const extra[], size_t n_extra);
void assay_xlsx_write_account(struct assay_xlsx_book *book,
                              const struct assay_xlsx_formulas *formulas,
                              const struct assay_xlsx_account *account, enum assay_xlsx_sheet sheet,
                              size_t row);
/* Behind the last row. */
void assay_xlsx_end_accounts(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                             enum assay_xlsx_sheet sheet, size_t n_row);

/* The model's examples: as accounts, what is expected of each, and whether it is met. Those whose result
 * hangs on the 16th digit of an input are left out, and counted.
 *   ASSAY_EDATA  all of them are */
ASSAY_MUST_CHECK enum assay_status assay_xlsx_write_self_test(
    struct assay_xlsx_book *book, const struct assay_xlsx_formulas *formulas,
    struct assay_xlsx_account *account, struct assay_error *err);

#endif
