#include <math.h>
#include <string.h>

#include "core/signal/columns.h"
#include "release/export/xlsx_sheets.h"

/* ---- what a column is ---- */

enum kind { TYPED, WORKING, SIGNAL, RESULT };

static enum kind kind_of(const struct assay_xlsx_plan *plan, size_t column)
{
    const struct assay_xlsx_columns *at = &plan->at;
    size_t shown = at->cohort != ASSAY_XLSX_NONE ? at->cohort : at->filled;
    return column < at->inputs + plan->n_input ? TYPED
           : column < shown                    ? WORKING
           : column < at->composite            ? SIGNAL
                                               : RESULT;
}

static bool holds_text(const struct assay_xlsx_plan *plan, size_t column)
{
    const struct assay_xlsx_columns *at = &plan->at;
    if (column >= at->inputs && column < at->inputs + plan->n_input)
        return !plan->inputs[column - at->inputs].is_number;
    return column == at->id || column == at->cohort || column == at->zone || column == at->note;
}

static enum assay_xlsx_style head_style(const struct assay_xlsx_plan *plan, size_t column)
{
    static const enum assay_xlsx_style styles[][2] = {
        [TYPED] = {ASSAY_XLSX_RIGHT, ASSAY_XLSX_HEAD},
        [WORKING] = {ASSAY_XLSX_RIGHT_WORK, ASSAY_XLSX_HEAD_WORK},
        [SIGNAL] = {ASSAY_XLSX_RIGHT_SIGNAL, ASSAY_XLSX_HEAD_SIGNAL},
        [RESULT] = {ASSAY_XLSX_RIGHT_RESULT, ASSAY_XLSX_HEAD_RESULT}};
    return styles[kind_of(plan, column)][holds_text(plan, column)];
}

static enum assay_xlsx_style band_style(enum kind kind)
{
    return kind == TYPED     ? ASSAY_XLSX_BAND
           : kind == WORKING ? ASSAY_XLSX_BAND_WORK
           : kind == SIGNAL  ? ASSAY_XLSX_BAND_SIGNAL
                             : ASSAY_XLSX_BAND_RESULT;
}

static enum assay_xlsx_style cell_style(const struct assay_xlsx_plan *plan, size_t column)
{
    const struct assay_xlsx_columns *at = &plan->at;
    enum kind kind = kind_of(plan, column);
    if (kind == TYPED)
        return column == at->as_of        ? ASSAY_XLSX_DATE
               : column == at->id         ? ASSAY_XLSX_ZONE
               : holds_text(plan, column) ? ASSAY_XLSX_INPUT_TEXT
                                          : ASSAY_XLSX_INPUT;
    if (kind == WORKING)
        return ASSAY_XLSX_WORK;
    if (column == at->probability)
        return ASSAY_XLSX_PERCENT;
    if (column == at->log_odds)
        return ASSAY_XLSX_WORK;
    if (column == at->score)
        return ASSAY_XLSX_RESULT;
    if (column == at->zone)
        return ASSAY_XLSX_ZONE;
    return column == at->note || column == at->cohort ? ASSAY_XLSX_PLAIN : ASSAY_XLSX_FIGURE;
}

/* ---- heads ---- */

static const char *single_head(const struct assay_xlsx_columns *at, size_t column)
{
    const struct {
        size_t column;
        const char *head;
    } heads[] = {
        {at->node, "cohort, row"},        {at->set, "weights, row"},    {at->line, "line, row"},
        {at->unknown, "new categories"},  {at->rest, "fills the rest"}, {at->cohort, "cohort"},
        {at->composite, "composite"},     {at->log_odds, "log-odds"},   {at->score, "score"},
        {at->probability, "probability"}, {at->zone, "zone"},           {at->note, "note"}};
    for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++)
        if (heads[k].column == column)
            return heads[k].head;
    return NULL;
}

static bool is_within(size_t column, size_t first, size_t n)
{
    return first != ASSAY_XLSX_NONE && column >= first && column < first + n;
}

static void put_typed_head(const struct assay_xlsx_plan *plan, size_t column,
                           struct assay_text *out)
{
    const struct assay_spec *spec = &plan->model->spec;
    if (column == plan->at.id || column == plan->at.as_of) {
        assay_text_puts(out, column == plan->at.id ? spec->id : spec->as_of);
        return;
    }
    const struct assay_xlsx_input *input = &plan->inputs[column - plan->at.inputs];
    assay_text_puts(out, plan->model->inputs[input->input].column);
    if (input->is_number && plan->model->inputs[input->input].is_text)
        assay_text_puts(out, " as a number");
}

static void put_head(const struct assay_xlsx_plan *plan, size_t column, struct assay_text *out)
{
    const struct assay_xlsx_columns *at = &plan->at;
    const struct assay_signal_spec *signals = plan->model->spec.signals;
    const char *single = single_head(at, column);
    assay_text_reset(out);
    if (kind_of(plan, column) == TYPED)
        put_typed_head(plan, column, out);
    else if (single != NULL)
        assay_text_puts(out, single);
    else if (is_within(column, at->raw, plan->n_signal))
        assay_text_printf(out, "%s before filling", signals[column - at->raw].name);
    else if (is_within(column, at->filled, plan->n_signal))
        assay_text_puts(out, signals[column - at->filled].name);
    else if (is_within(column, at->average, plan->n_dimension))
        assay_text_printf(out, "%s average", plan->dimensions[column - at->average]);
    else if (is_within(column, at->waiting, plan->n_dimension))
        assay_text_printf(out, "%s weight filled", plan->dimensions[column - at->waiting]);
    else if (is_within(column, at->rounded, plan->n_dimension))
        assay_text_printf(out, "%s rounded", plan->dimensions[column - at->rounded]);
    for (size_t j = 0; j < plan->n_signal; j++)
        if (plan->position[j] == column)
            assay_text_printf(out, "%s row", signals[j].name);
}

static void put_bands(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                      enum assay_xlsx_sheet sheet, size_t n_extra)
{
    static const char *const words[] = {"Fill in", "Working",
                                        "Signals, 0 to 100, missing ones filled in", "Result"};
    for (size_t k = 0; k < plan->at.n; k++) {
        enum kind kind = kind_of(plan, k);
        bool starts = k == 0 || kind != kind_of(plan, k - 1);
        if (starts)
            assay_xlsx_text(book, sheet, ASSAY_XLSX_ACCOUNT_HEADS - 1, k, words[kind],
                            band_style(kind));
        else
            assay_xlsx_blank(book, sheet, ASSAY_XLSX_ACCOUNT_HEADS - 1, k, band_style(kind));
    }
    for (size_t k = 0; k < n_extra; k++)
        assay_xlsx_text(book, sheet, ASSAY_XLSX_ACCOUNT_HEADS - 1, plan->at.n + k,
                        k == 0 ? "Expected" : "", ASSAY_XLSX_BAND);
}

static double width_of(const struct assay_xlsx_plan *plan, size_t column, const char *head)
{
    size_t longest = 0, run = 0;
    if (column == plan->at.note)
        return 34;
    if (column == plan->at.cohort)
        return 28;
    for (const char *c = head;; c++) {
        run = *c == '\0' || *c == ' ' ? 0 : run + 1;
        longest = run > longest ? run : longest;
        if (*c == '\0')
            break;
    }
    double width = (double)longest + 2;
    return width < 10 ? 10 : width > 24 ? 24 : width;
}

void assay_xlsx_write_title(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet,
                            const char *title, const char *note)
{
    assay_xlsx_text(book, sheet, 0, 0, title, ASSAY_XLSX_TITLE);
    assay_xlsx_text(book, sheet, 1, 0, note, ASSAY_XLSX_NOTE);
}

void assay_xlsx_write_heads(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                            enum assay_xlsx_sheet sheet, const char *const extra[], size_t n_extra)
{
    const struct assay_xlsx_columns *at = &plan->at;
    size_t work = at->inputs + plan->n_input;
    size_t shown = at->cohort != ASSAY_XLSX_NONE ? at->cohort : at->filled;
    struct assay_text *head = &book->formula;
    put_bands(book, plan, sheet, n_extra);
    assay_xlsx_row_height(book, sheet, ASSAY_XLSX_ACCOUNT_HEADS, 32);
    for (size_t k = 0; k < at->n; k++) {
        put_head(plan, k, head);
        if (head->failed)
            return;
        assay_xlsx_text(book, sheet, ASSAY_XLSX_ACCOUNT_HEADS, k, head->data, head_style(plan, k));
        assay_xlsx_width(book, sheet, k, k, width_of(plan, k, head->data));
    }
    for (size_t k = 0; k < n_extra; k++) {
        assay_xlsx_text(book, sheet, ASSAY_XLSX_ACCOUNT_HEADS, at->n + k, extra[k],
                        ASSAY_XLSX_HEAD);
        assay_xlsx_width(book, sheet, at->n + k, at->n + k, width_of(plan, at->n + k, extra[k]));
    }
    put_head(plan, shown, head);
    if (!head->failed)
        assay_xlsx_fold(book, sheet, work, shown - 1, width_of(plan, shown, head->data));
    assay_xlsx_freeze(book, sheet, ASSAY_XLSX_ACCOUNT_TOP, 1);
}

/* ---- rows ---- */

void assay_xlsx_write_account(struct assay_xlsx_book *book,
                              const struct assay_xlsx_formulas *formulas,
                              const struct assay_xlsx_account *account, enum assay_xlsx_sheet sheet,
                              size_t row)
{
    const struct assay_xlsx_plan *plan = account->plan;
    for (size_t k = 0; k < plan->at.n; k++) {
        struct assay_xlsx_value value = account->cells[k];
        enum assay_xlsx_style style = cell_style(plan, k);
        if (formulas->of_column[k] != NULL) {
            assay_xlsx_expand(&book->formula, formulas->of_column[k], row);
            if (book->formula.failed)
                return;
            assay_xlsx_formula(book, sheet, row, k, book->formula.data, value, style);
        } else if (value.text != NULL) {
            assay_xlsx_text(book, sheet, row, k, value.text, style);
        } else if (!isnan(value.number)) {
            assay_xlsx_number(book, sheet, row, k, value.number, style);
        } else {
            assay_xlsx_blank(book, sheet, row, k, style);
        }
    }
}

void assay_xlsx_end_accounts(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                             enum assay_xlsx_sheet sheet, size_t n_row)
{
    if (n_row == 0)
        return;
    assay_xlsx_colour_zones(book, sheet, ASSAY_XLSX_ACCOUNT_TOP, ASSAY_XLSX_ACCOUNT_TOP + n_row - 1,
                            plan->at.zone, plan->model);
}
