#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "release/export/digits.h"
#include "release/export/xlsx_sheets.h"

/* Columns behind those of an account: what is expected, and whether it is met. */
enum { COMPOSITE, SCORE, PROBABILITY, ZONE, AGREES, EXTRA };

static const char *const heads[EXTRA] = {"expected composite", "expected score",
                                         "expected probability", "expected zone", "agrees"};
static const enum assay_xlsx_style styles[EXTRA] = {
    ASSAY_XLSX_FIGURE, ASSAY_XLSX_FIGURE, ASSAY_XLSX_PERCENT, ASSAY_XLSX_PLAIN, ASSAY_XLSX_PLAIN};

static void put_ref(struct assay_text *out, size_t column)
{
    assay_xlsx_put_column(out, column);
    assay_text_putc(out, ASSAY_XLSX_HERE);
}

/* IF(both without a number, TRUE, ABS(difference) within the tolerance) */
static void put_close(struct assay_text *out, size_t column, size_t expected, const char *tolerance)
{
    assay_text_puts(out, "IF(AND(ISNUMBER(");
    put_ref(out, column);
    assay_text_puts(out, "),ISNUMBER(");
    put_ref(out, expected);
    assay_text_puts(out, ")),ABS(");
    put_ref(out, column);
    assay_text_putc(out, '-');
    put_ref(out, expected);
    assay_text_printf(out, ")<=%s,AND(", tolerance);
    put_ref(out, column);
    assay_text_puts(out, "=\"\",");
    put_ref(out, expected);
    assay_text_puts(out, "=\"\"))");
}

static void put_agrees(struct assay_text *out, const struct assay_xlsx_columns *at)
{
    assay_text_puts(out, "IF(AND(");
    put_close(out, at->composite, at->n + COMPOSITE, "1E-9");
    assay_text_putc(out, ',');
    put_close(out, at->score, at->n + SCORE, "1E-9");
    assay_text_putc(out, ',');
    put_close(out, at->probability, at->n + PROBABILITY, "1E-11");
    assay_text_puts(out, ",EXACT(");
    put_ref(out, at->zone);
    assay_text_putc(out, ',');
    put_ref(out, at->n + ZONE);
    assay_text_puts(out, ")),\"yes\",\"no\")");
}

static void put_expected(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                         const struct assay_example *example, size_t row)
{
    const double numbers[] = {example->composite, example->score, example->probability};
    size_t left = plan->at.n;
    for (size_t k = COMPOSITE; k <= ZONE; k++)
        if (example->dropped)
            assay_xlsx_blank(book, ASSAY_XLSX_SELF_TEST, row, left + k, styles[k]);
        else if (k == ZONE)
            assay_xlsx_text(book, ASSAY_XLSX_SELF_TEST, row, left + k,
                            plan->model->spec.zones[example->zone].name, styles[k]);
        else
            assay_xlsx_number(book, ASSAY_XLSX_SELF_TEST, row, left + k, numbers[k], styles[k]);
}

/* How many disagree stands above them all, told by the formulas; beside it, how many are left out. */
static void put_counts(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                       size_t n_kept)
{
    struct assay_text *formula = &book->formula;
    size_t column = plan->at.n + AGREES, n = plan->model->n_example;
    assay_text_reset(formula);
    assay_text_puts(formula, "SUMPRODUCT(--(");
    assay_xlsx_put_area(formula, NULL, ASSAY_XLSX_ACCOUNT_TOP, column,
                        ASSAY_XLSX_ACCOUNT_TOP + n_kept - 1, column);
    assay_text_puts(formula, "<>\"yes\"))");
    if (!formula->failed)
        assay_xlsx_formula(book, ASSAY_XLSX_SELF_TEST, 1, 1, formula->data,
                           (struct assay_xlsx_value){NULL, 0}, ASSAY_XLSX_LABEL);
    assay_text_reset(formula);
    assay_text_printf(
        formula,
        "of %zu examples; the model has %zu, and %zu of them need more than the 15 digits "
        "that a spreadsheet tells apart",
        n_kept, n, n - n_kept);
    if (!formula->failed)
        assay_xlsx_text(book, ASSAY_XLSX_SELF_TEST, 1, 2, formula->data, ASSAY_XLSX_NOTE);
}

static void put_example(struct assay_xlsx_book *book, const struct assay_xlsx_formulas *formulas,
                        struct assay_xlsx_account *account, size_t k, size_t row,
                        const char *agreement)
{
    const struct assay_example *example = &account->plan->model->examples[k];
    char id[40];
    snprintf(id, sizeof id, "example %zu", k + 1);
    assay_xlsx_account_fill(account, id, ASSAY_NO_DATE, example->inputs);
    assay_xlsx_write_account(book, formulas, account, ASSAY_XLSX_SELF_TEST, row);
    put_expected(book, account->plan, example, row);
    assay_xlsx_expand(&book->formula, agreement, row);
    if (!book->formula.failed)
        assay_xlsx_formula(book, ASSAY_XLSX_SELF_TEST, row, account->plan->at.n + AGREES,
                           book->formula.data,
                           (struct assay_xlsx_value){
                               assay_export_agrees(&account->score, example) ? "yes" : "no", 0},
                           styles[AGREES]);
}

static void put_examples(struct assay_xlsx_book *book, const struct assay_xlsx_formulas *formulas,
                         struct assay_xlsx_account *account, const size_t kept[], size_t n)
{
    const struct assay_xlsx_plan *plan = account->plan;
    struct assay_text agreement = {0};
    size_t top = ASSAY_XLSX_ACCOUNT_TOP, column = plan->at.n + AGREES;
    put_agrees(&agreement, &plan->at);
    for (size_t i = 0; i < n && !agreement.failed; i++)
        put_example(book, formulas, account, kept[i], top + i, agreement.data);
    assay_xlsx_end_accounts(book, plan, ASSAY_XLSX_SELF_TEST, n);
    assay_text_reset(&book->formula);
    assay_xlsx_put_column(&book->formula, column);
    assay_text_printf(&book->formula, "%zu=\"no\"", top + 1);
    book->formula.failed = book->formula.failed || agreement.failed;
    if (!book->formula.failed)
        assay_xlsx_colour_alarm(book, ASSAY_XLSX_SELF_TEST, top, top + n - 1, column,
                                book->formula.data);
    assay_text_clear(&agreement);
}

enum assay_status assay_xlsx_write_self_test(struct assay_xlsx_book *book,
                                             const struct assay_xlsx_formulas *formulas,
                                             struct assay_xlsx_account *account,
                                             struct assay_error *err)
{
    const struct assay_xlsx_plan *plan = account->plan;
    const struct assay_model *model = plan->model;
    size_t *kept = assay_alloc(model->n_example, sizeof *kept), n = 0;
    enum assay_status status =
        kept == NULL ? assay_fail_memory(err, "writing the self-test of a workbook")
                     : assay_export_examples_of_15_digits(model, "xlsx", kept, &n, err);
    if (status == ASSAY_OK) {
        assay_xlsx_write_title(book, ASSAY_XLSX_SELF_TEST, "Self-test", "Disagree");
        put_counts(book, plan, n);
        assay_xlsx_write_heads(book, plan, ASSAY_XLSX_SELF_TEST, heads, EXTRA);
        put_examples(book, formulas, account, kept, n);
    }
    free(kept);
    return status;
}
