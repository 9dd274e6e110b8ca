#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/intake.h"
#include "release/export/target.h"
#include "release/export/xlsx_sheets.h"

/* Accounts of a CSV, read whole: the workbook needs to know how many there are. */
struct accounts {
    struct assay_intake intake;
    bool open;
    size_t *text,
        *number; /* [n_input] columns of the table that hold an input, or ASSAY_NO_COLUMN */
};

static void close_accounts(struct accounts *accounts)
{
    if (accounts->open)
        assay_intake_close(&accounts->intake);
    free(accounts->text);
    free(accounts->number);
    *accounts = (struct accounts){0};
}

static enum assay_status open_accounts(const struct assay_model *model, const char *path,
                                       struct accounts *accounts, struct assay_error *err)
{
    struct assay_intake_options options = assay_intake_options_default();
    options.path = path;
    options.quiet = true;
    enum assay_status status =
        assay_intake_open(&model->spec, ASSAY_TO_SCORE, &options, &accounts->intake, err);
    accounts->open = status == ASSAY_OK;
    if (status == ASSAY_OK)
        status = assay_intake_read_all(&accounts->intake, err);
    if (status != ASSAY_OK)
        return status;
    accounts->text = assay_alloc(model->n_input, sizeof *accounts->text);
    accounts->number = assay_alloc(model->n_input, sizeof *accounts->number);
    if (accounts->text == NULL || accounts->number == NULL)
        return assay_fail_memory(err, "reading the accounts of a workbook");
    for (size_t k = 0; k < model->n_input; k++) {
        const char *column = model->inputs[k].column;
        accounts->text[k] = assay_table_find(&accounts->intake.table, column, ASSAY_TEXT);
        accounts->number[k] = assay_table_find(&accounts->intake.table, column, ASSAY_NUMBER);
    }
    return ASSAY_OK;
}

static const char *text_at(const struct assay_table *table, size_t column, size_t row)
{
    const struct assay_column *of = column != ASSAY_NO_COLUMN ? &table->columns[column] : NULL;
    return of == NULL || of->codes[row] == ASSAY_NO_CODE
               ? NULL
               : assay_dictionary_text(of->dictionary, of->codes[row]);
}

/* Each input of a row; one that serves as text and as number is its text, which reads as the number. */
static void inputs_of_row(const struct assay_model *model, const struct accounts *accounts,
                          size_t row, struct assay_example_input inputs[])
{
    const struct assay_table *table = &accounts->intake.table;
    for (size_t k = 0; k < model->n_input; k++) {
        const char *text = model->inputs[k].is_text ? text_at(table, accounts->text[k], row) : NULL;
        double number = accounts->number[k] != ASSAY_NO_COLUMN
                            ? assay_column_number(&table->columns[accounts->number[k]], row)
                            : (double)NAN;
        inputs[k] = (struct assay_example_input){(char *)text, number};
    }
}

/* ---- the sheet Accounts ---- */

static void write_account(struct assay_xlsx_book *book, const struct assay_xlsx_formulas *formulas,
                          struct assay_xlsx_account *account, const struct accounts *accounts,
                          struct assay_example_input inputs[], size_t row)
{
    const struct assay_model *model = account->plan->model;
    const struct assay_table *table = &accounts->intake.table;
    const struct assay_columns *columns = &accounts->intake.columns;
    const char *id = NULL;
    int32_t as_of = ASSAY_NO_DATE;
    for (size_t k = 0; !accounts->open && k < model->n_input; k++)
        inputs[k] = (struct assay_example_input){NULL, NAN};
    if (accounts->open) {
        id = text_at(table, columns->id, row);
        as_of = columns->as_of != ASSAY_NO_COLUMN ? table->columns[columns->as_of].dates[row]
                                                  : ASSAY_NO_DATE;
        inputs_of_row(model, accounts, row, inputs);
    }
    assay_xlsx_account_fill(account, id, as_of, inputs);
    assay_xlsx_write_account(book, formulas, account, ASSAY_XLSX_ACCOUNTS,
                             ASSAY_XLSX_ACCOUNT_TOP + row);
}

static enum assay_status write_accounts(struct assay_xlsx_book *book,
                                        const struct assay_xlsx_formulas *formulas,
                                        struct assay_xlsx_account *account,
                                        const struct accounts *accounts, size_t n_row,
                                        struct assay_error *err)
{
    const struct assay_xlsx_plan *plan = account->plan;
    struct assay_example_input *inputs = assay_alloc(plan->model->n_input, sizeof *inputs);
    if (inputs == NULL)
        return assay_fail_memory(err, "writing the accounts of a workbook");
    assay_xlsx_write_title(book, ASSAY_XLSX_ACCOUNTS, "Accounts",
                           "Fill in the columns to the left; the others are formulas.");
    assay_xlsx_write_heads(book, plan, ASSAY_XLSX_ACCOUNTS, NULL, 0);
    for (size_t i = 0; i < n_row; i++)
        write_account(book, formulas, account, accounts, inputs, i);
    assay_xlsx_end_accounts(book, plan, ASSAY_XLSX_ACCOUNTS, n_row);
    free(inputs);
    return ASSAY_OK;
}

static enum assay_status write_book(const struct assay_export_request *request,
                                    const struct assay_xlsx_plan *plan,
                                    const struct accounts *accounts, size_t n_row,
                                    struct assay_text *out, struct assay_error *err)
{
    struct assay_xlsx_book book = {0};
    struct assay_xlsx_formulas formulas = {0};
    struct assay_xlsx_account account = {0};
    enum assay_status status = assay_xlsx_formulas_init(plan, &formulas, err);
    if (status == ASSAY_OK)
        status = assay_xlsx_account_init(plan, &account, err);
    if (status == ASSAY_OK)
        status = assay_xlsx_book_open(request->model, request->self_test, &book, err);
    if (status == ASSAY_OK) {
        assay_xlsx_write_read_me(&book, request, n_row);
        status = write_accounts(&book, &formulas, &account, accounts, n_row, err);
    }
    if (status == ASSAY_OK) {
        assay_xlsx_write_weights(&book, plan);
        assay_xlsx_write_baselines(&book, plan);
        assay_xlsx_write_zones(&book, plan);
        assay_xlsx_write_lookup(&book, plan);
        if (request->self_test)
            status = assay_xlsx_write_self_test(&book, &formulas, &account, err);
    }
    if (status == ASSAY_OK)
        status = assay_xlsx_book_finish(&book, out, err);
    assay_xlsx_book_abort(&book);
    assay_xlsx_account_clear(&account);
    assay_xlsx_formulas_clear(&formulas);
    return status;
}

enum assay_status assay_export_xlsx(const struct assay_export_request *request,
                                    struct assay_text *out, struct assay_error *err)
{
    struct accounts accounts = {0};
    struct assay_xlsx_plan plan = {0};
    enum assay_status status = ASSAY_OK;
    if (request->data_path != NULL)
        status = open_accounts(request->model, request->data_path, &accounts, err);
    size_t n_row = request->data_path != NULL ? accounts.intake.table.n_row : request->rows;
    if (status == ASSAY_OK)
        status = assay_xlsx_plan_init(request->model, n_row, &plan, err);
    if (status == ASSAY_OK)
        status = write_book(request, &plan, &accounts, n_row, out, err);
    assay_xlsx_plan_clear(&plan);
    close_accounts(&accounts);
    return status;
}
