/* safe_csv.h - CSV that is safe to open in a spreadsheet
 *
 * A spreadsheet runs a cell that begins with = + - @, a tab or a line end as a formula, and formulas can
 * fetch and send data. Texts that came with the data are therefore written with a ' in front of such a
 * beginning, as OWASP describes under "CSV injection"; so is what stands behind a semicolon, a tab or a
 * line end within a text (quotes and blanks passed over), where a program that splits at these would see
 * a cell begin. Numbers that we write ourselves stay numbers: "-3.5" is one.
 */
#ifndef ASSAY_VALIDATE_PEOPLE_SAFE_CSV_H
#define ASSAY_VALIDATE_PEOPLE_SAFE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

/* A line of cells, the separator a comma. */
struct assay_safe_line {
    struct assay_text *out;
    struct assay_text scratch; /* zeroed to start with; given back by assay_safe_clear() */
    size_t n;                  /* cells in the line so far */
};

void assay_safe_text(struct assay_safe_line *cells, const char *text); /* "" where NULL */
/* With so many decimals; empty where value is NaN or infinite. */
void assay_safe_number(struct assay_safe_line *cells, double value, int decimals);
/* As many digits as read back to the same double; empty where it is NaN. */
void assay_safe_exact(struct assay_safe_line *cells, double value);
void assay_safe_day(struct assay_safe_line *cells, int32_t day); /* empty for ASSAY_NO_DATE */
void assay_safe_end(struct assay_safe_line *cells);              /* of the line */
/* Memory that was short is remembered in out->failed. */
void assay_safe_clear(struct assay_safe_line *cells);

#endif
