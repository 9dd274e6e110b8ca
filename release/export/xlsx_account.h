/* xlsx_account.h - what an account's formulas give, by the program's own scorer
 *
 * Stored beside each formula, so that a viewer that does not recalculate shows the right figures, and a
 * spreadsheet that recalculates only what was touched does not mix them with nothing. The scores are
 * core/model/scorer's; the working behind them is made here as the formulas have it.
 */
#ifndef ASSAY_RELEASE_EXPORT_XLSX_ACCOUNT_H
#define ASSAY_RELEASE_EXPORT_XLSX_ACCOUNT_H

#include <stdint.h>

#include "core/base/date.h"
#include "core/base/error.h"
#include "core/model/scorer.h"
#include "release/export/xlsx_plan.h"

/* A cell: text, or a number where text is NULL; NaN: empty. */
struct assay_xlsx_value {
    const char *text;
    double number;
};

struct assay_xlsx_account {
    const struct assay_xlsx_plan *plan; /* borrowed */
    struct assay_xlsx_value *cells;     /* [plan->at.n] */
    struct assay_score score;
    bool empty;          /* no id and no input: formulas show nothing */
    double *s, *raw;     /* [n_signal] filled in; NaN where missing */
    bool *missing;       /* [n_signal] */
    char (*labels)[160]; /* [n_node] of cohorts */
    char note[160], date[ASSAY_DATE_SIZE];
};

ASSAY_MUST_CHECK enum assay_status assay_xlsx_account_init(const struct assay_xlsx_plan *plan,
                                                           struct assay_xlsx_account *account,
                                                           struct assay_error *err);
void assay_xlsx_account_clear(struct assay_xlsx_account *account);

/* Fills the cells; id may be NULL, inputs are in the order of model->inputs. Texts are borrowed until the
 * next call. */
void assay_xlsx_account_fill(struct assay_xlsx_account *account, const char *id, int32_t as_of,
                             const struct assay_example_input inputs[]);

#endif
