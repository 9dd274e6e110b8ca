/* xlsx_formula.h - the formulas of an account's row
 *
 * Made once, and expanded for each row: ASSAY_XLSX_HERE stands where the row's number goes. They use what
 * Excel 2010, LibreOffice and Google Sheets share: no LET, no dynamic arrays, nothing volatile. Constants
 * stand in cells, since a number typed into a formula is cut at 15 digits. Text is compared by EXACT: "=" and
 * MATCH pass over case, and MATCH takes "*" and "?" for more than they are.
 */
#ifndef ASSAY_RELEASE_EXPORT_XLSX_FORMULA_H
#define ASSAY_RELEASE_EXPORT_XLSX_FORMULA_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/export/xlsx_plan.h"

#define ASSAY_XLSX_HERE '\1'

/* ---- references; rows and columns from 0 ---- */

/* "$D$12", or "Zones!$D$12" with a sheet. */
void assay_xlsx_put_cell(struct assay_text *out, const char *sheet, size_t row, size_t column);
/* "Zones!$A$5:$B$8". Sheet and corners as above. */
void assay_xlsx_put_area(struct assay_text *out, const char *sheet, size_t top, size_t left,
                         size_t bottom, size_t right);
/* "D", the column's name. */
void assay_xlsx_put_column(struct assay_text *out, size_t column);

/* ---- an account ---- */

struct assay_xlsx_formulas {
    char **of_column; /* [n] with ASSAY_XLSX_HERE; NULL: an input */
    size_t n;
};

/*   ASSAY_EDATA  a formula longer than Excel takes: says which */
ASSAY_MUST_CHECK enum assay_status assay_xlsx_formulas_init(const struct assay_xlsx_plan *plan,
                                                            struct assay_xlsx_formulas *formulas,
                                                            struct assay_error *err);
void assay_xlsx_formulas_clear(struct assay_xlsx_formulas *formulas);

/* Puts a formula for a row (from 0) into out, which is emptied before. */
void assay_xlsx_expand(struct assay_text *out, const char *formula, size_t row);

#endif
