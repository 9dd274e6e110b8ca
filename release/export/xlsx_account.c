#include "release/export/xlsx_account.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "core/signal/normalise.h"
#include "release/export/target.h"

enum {
    EXCEL_EPOCH = 25569,
    FIRST_EXCEL_DAY = 61
}; /* 1970-01-01; 1900-03-01, before which it errs */

enum assay_status assay_xlsx_account_init(const struct assay_xlsx_plan *plan,
                                          struct assay_xlsx_account *account,
                                          struct assay_error *err)
{
    const struct assay_cohorts *cohorts = &plan->model->cohorts;
    struct assay_xlsx_account made = {.plan = plan,
                                      .cells = assay_alloc(plan->at.n, sizeof *made.cells),
                                      .s = assay_alloc(plan->n_signal, sizeof *made.s),
                                      .raw = assay_alloc(plan->n_signal, sizeof *made.raw),
                                      .missing = assay_alloc(plan->n_signal, sizeof *made.missing),
                                      .labels = assay_alloc(cohorts->n_node, sizeof *made.labels)};
    if (made.cells == NULL || made.s == NULL || made.raw == NULL || made.missing == NULL ||
        made.labels == NULL) {
        assay_xlsx_account_clear(&made);
        return assay_fail_memory(err, "scoring the accounts of a workbook");
    }
    for (size_t v = 0; v < cohorts->n_node; v++)
        assay_cohort_label(cohorts, v, made.labels[v], sizeof made.labels[v]);
    *account = made;
    return ASSAY_OK;
}

void assay_xlsx_account_clear(struct assay_xlsx_account *account)
{
    free(account->cells);
    free(account->s);
    free(account->raw);
    free(account->missing);
    free(account->labels);
    *account = (struct assay_xlsx_account){0};
}

/* ---- cells ---- */

static void set_number(struct assay_xlsx_account *account, size_t column, double value)
{
    if (column != ASSAY_XLSX_NONE)
        account->cells[column] = (struct assay_xlsx_value){NULL, value};
}

static void set_text(struct assay_xlsx_account *account, size_t column, const char *text)
{
    if (column != ASSAY_XLSX_NONE)
        account->cells[column] = (struct assay_xlsx_value){text, 0};
}

/* A number, or the "" of a formula that has none. */
static void set_result(struct assay_xlsx_account *account, size_t column, double value)
{
    if (isnan(value))
        set_text(account, column, "");
    else
        set_number(account, column, value);
}

/* ---- what is typed in ---- */

static void fill_inputs(struct assay_xlsx_account *account, const char *id, int32_t as_of,
                        const struct assay_example_input inputs[])
{
    const struct assay_xlsx_plan *plan = account->plan;
    account->empty = id == NULL && as_of == ASSAY_NO_DATE;
    set_number(account, plan->at.id, NAN);
    set_number(account, plan->at.as_of, NAN);
    if (id != NULL)
        set_text(account, plan->at.id, id);
    if (as_of != ASSAY_NO_DATE && as_of + EXCEL_EPOCH >= FIRST_EXCEL_DAY)
        set_number(account, plan->at.as_of, as_of + EXCEL_EPOCH);
    else if (as_of != ASSAY_NO_DATE)
        set_text(account, plan->at.as_of, assay_date_print(as_of, account->date));
    for (size_t k = 0; k < plan->n_input; k++) {
        const struct assay_example_input *input = &inputs[plan->inputs[k].input];
        set_number(account, plan->at.inputs + k, NAN);
        if (plan->inputs[k].is_number)
            set_number(account, plan->at.inputs + k, assay_export_example_number(input));
        else if (input->text != NULL)
            set_text(account, plan->at.inputs + k, input->text);
        const struct assay_xlsx_value *cell = &account->cells[plan->at.inputs + k];
        account->empty = account->empty && cell->text == NULL && isnan(cell->number);
    }
}

/* ---- the working ---- */

/* Row of Baselines, from 1, that the account uses; NaN where the value is missing. */
static double position_of(const struct assay_xlsx_account *account, size_t j)
{
    const struct assay_xlsx_plan *plan = account->plan;
    const struct assay_normalise_spec *normalise = &plan->model->spec.signals[j].normalise;
    const struct assay_xlsx_value *input = &account->cells[plan->of_signal[j]];
    if (normalise->by_category && input->text == NULL)
        return 0;
    for (size_t k = 0; normalise->by_category && k < normalise->n_step; k++)
        if (strcmp(normalise->steps[k].category, input->text) == 0)
            return (double)(plan->baseline[j] + k + 1);
    if (normalise->by_category)
        return 0;
    if (isnan(input->number))
        return NAN;
    size_t at = 0;
    if (normalise->method == ASSAY_STEPS) {
        while (at + 1 < normalise->n_step && input->number >= normalise->steps[at + 1].from)
            at++;
        return (double)(plan->baseline[j] + at + 1);
    }
    const struct assay_knots *knots = &plan->model->baselines[j].knots[account->score.cohort];
    while (at + 2 < knots->n && input->number >= knots->x[at + 1])
        at++;
    return (double)(plan->knots[j][account->score.cohort] + at + 1);
}

struct sums {
    double points, weight, waiting;
};

/* Of the signals of a dimension (of all: NONE) that have points after step 1. */
static struct sums sums_of(const struct assay_xlsx_account *account, const double weight[],
                           size_t d)
{
    const struct assay_xlsx_plan *plan = account->plan;
    struct sums sums = {0};
    for (size_t j = 0; j < plan->n_signal; j++) {
        const struct assay_signal_spec *signal = &plan->model->spec.signals[j];
        if (d != ASSAY_XLSX_NONE && plan->dimension[j] != d)
            continue;
        if (account->missing[j] && assay_export_is_averaged(signal)) {
            sums.waiting += signal->missing == ASSAY_RENORMALISE_DIMENSION ? weight[j] : 0;
            continue;
        }
        sums.weight += weight[j];
        sums.points +=
            weight[j] * (account->missing[j] ? assay_missing_points(signal) : account->raw[j]);
    }
    return sums;
}

static void fill_averages(struct assay_xlsx_account *account)
{
    const struct assay_xlsx_columns *at = &account->plan->at;
    const double *weight = assay_terms_weight(account->plan->model, account->score.terms);
    struct sums all = sums_of(account, weight, ASSAY_XLSX_NONE);
    for (size_t d = 0; at->average != ASSAY_XLSX_NONE && d < account->plan->n_dimension; d++) {
        struct sums sums = sums_of(account, weight, d);
        double average = sums.weight > 0 ? sums.points / sums.weight : (double)NAN;
        set_result(account, at->average + d, average);
        if (at->waiting != ASSAY_XLSX_NONE)
            set_number(account, at->waiting + d, sums.waiting);
        if (at->rounded != ASSAY_XLSX_NONE)
            set_result(account, at->rounded + d, assay_round_half_up(average));
        if (at->waiting != ASSAY_XLSX_NONE && !isnan(average)) {
            all.points += average * sums.waiting;
            all.weight += sums.waiting;
        }
    }
    set_number(account, at->rest, all.weight > 0 ? all.points / all.weight : ASSAY_NEUTRAL_POINTS);
}

static void fill_working(struct assay_xlsx_account *account)
{
    const struct assay_xlsx_plan *plan = account->plan;
    const struct assay_xlsx_columns *at = &plan->at;
    const struct assay_score *score = &account->score;
    set_number(account, at->node, (double)score->cohort);
    set_number(account, at->set, 1 + (double)assay_xlsx_set_of(plan->model, score->terms.weights));
    set_number(account, at->line, 1 + (double)assay_xlsx_line_of(plan->model, score->terms.line));
    set_number(account, at->unknown, (double)score->n_unknown);
    set_text(account, at->cohort, account->labels[score->cohort]);
    for (size_t j = 0; j < plan->n_signal; j++) {
        account->raw[j] = account->missing[j] ? (double)NAN : account->s[j];
        if (plan->position[j] != ASSAY_XLSX_NONE)
            set_result(account, plan->position[j], position_of(account, j));
        set_result(account, at->raw + j, account->raw[j]);
        set_number(account, at->filled + j, account->s[j]);
    }
    fill_averages(account);
}

/* ---- results ---- */

static void add_note(struct assay_xlsx_account *account, const char *words)
{
    size_t used = strlen(account->note);
    snprintf(account->note + used, sizeof account->note - used, "%s%s", used > 0 ? "; " : "",
             words);
}

static void fill_note(struct assay_xlsx_account *account)
{
    const struct assay_score *score = &account->score;
    char words[64];
    account->note[0] = '\0';
    if (account->empty)
        return;
    if (score->dropped) {
        add_note(account, "no score: a required signal is missing");
        return;
    }
    if (score->unseen_plan)
        add_note(account, "new plan");
    if (score->terms.unseen)
        add_note(account, "new segment");
    snprintf(words, sizeof words, "%zu new %s", score->n_unknown,
             score->n_unknown == 1 ? "category" : "categories");
    if (score->n_unknown > 0)
        add_note(account, words);
    snprintf(words, sizeof words, "%zu missing", score->n_missing);
    if (score->n_missing > 0)
        add_note(account, words);
}

static void fill_results(struct assay_xlsx_account *account)
{
    const struct assay_xlsx_columns *at = &account->plan->at;
    const struct assay_score *score = &account->score;
    bool any = !account->empty && !score->dropped;
    set_result(account, at->composite, any ? score->composite : (double)NAN);
    set_result(account, at->log_odds, any ? score->log_odds : (double)NAN);
    set_result(account, at->score, any ? score->score : (double)NAN);
    set_result(account, at->probability, any ? score->probability : (double)NAN);
    set_text(account, at->zone, any ? account->plan->model->spec.zones[score->zone].name : "");
    fill_note(account);
    set_text(account, at->note, account->note);
}

void assay_xlsx_account_fill(struct assay_xlsx_account *account, const char *id, int32_t as_of,
                             const struct assay_example_input inputs[])
{
    fill_inputs(account, id, as_of, inputs);
    assay_score_inputs(account->plan->model, inputs, account->s, account->missing, &account->score);
    fill_working(account);
    fill_results(account);
}
