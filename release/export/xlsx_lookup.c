#include <stdio.h>

#include "core/signal/normalise.h"
#include "release/export/xlsx_sheets.h"

/* Rows that repeat a column of Weights, a signal a column. */
static void put_mirror(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t row,
                       const char *label, size_t column, const double values[])
{
    char name[LXW_MAX_COL_NAME_LENGTH];
    lxw_col_to_name(name, (lxw_col_t)column, 1);
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, row, 0, label, ASSAY_XLSX_PLAIN);
    for (size_t j = 0; j < plan->n_signal; j++)
        assay_xlsx_formula_print(book, ASSAY_XLSX_LOOKUP, row, ASSAY_XLSX_LOOKUP_SIGNALS + j,
                                 values[j], ASSAY_XLSX_WORK, "Weights!%s$%zu", name,
                                 ASSAY_XLSX_WEIGHT_TOP + j + 1);
}

static void put_sets(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    const struct assay_model *model = plan->model;
    char name[LXW_MAX_COL_NAME_LENGTH];
    for (size_t k = 0; k < plan->n_set; k++)
        put_mirror(book, plan, plan->weight + k, k == 0 ? "Weight" : "Weight, segment",
                   ASSAY_XLSX_SETS + 2 * k,
                   k == 0 ? model->weight : model->segment_models[k - 1].weight);
    for (size_t k = 0; k < plan->n_set; k++) {
        size_t column = ASSAY_XLSX_SETS + 1 + 2 * k;
        lxw_col_to_name(name, (lxw_col_t)column, 1);
        put_mirror(book, plan, plan->coef + k, k == 0 ? "Coefficient" : "Coefficient, segment",
                   column, k == 0 ? model->slope : model->segment_models[k - 1].slope);
        assay_xlsx_formula_print(book, ASSAY_XLSX_LOOKUP, plan->coef + k, 1,
                                 k == 0 ? model->intercept : model->segment_models[k - 1].intercept,
                                 ASSAY_XLSX_WORK, "Weights!%s$%d", name, ASSAY_XLSX_INTERCEPT + 1);
    }
}

/* 1 for the signals that a policy, or a dimension, is about, else 0. */
static void put_marks(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t row,
                      const char *label,
                      bool (*is_marked)(const struct assay_xlsx_plan *plan, size_t j, size_t d),
                      size_t d)
{
    if (row == ASSAY_XLSX_NONE)
        return;
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, row, 0, label, ASSAY_XLSX_PLAIN);
    for (size_t j = 0; j < plan->n_signal; j++)
        assay_xlsx_number(book, ASSAY_XLSX_LOOKUP, row, ASSAY_XLSX_LOOKUP_SIGNALS + j,
                          is_marked(plan, j, d) ? 1 : 0, ASSAY_XLSX_WORK);
}

static bool is_later(const struct assay_xlsx_plan *plan, size_t j, size_t d)
{
    (void)d;
    return assay_export_is_averaged(&plan->model->spec.signals[j]);
}

static bool is_within(const struct assay_xlsx_plan *plan, size_t j, size_t d)
{
    (void)d;
    return plan->model->spec.signals[j].missing == ASSAY_RENORMALISE_DIMENSION;
}

static bool is_dropped(const struct assay_xlsx_plan *plan, size_t j, size_t d)
{
    (void)d;
    return plan->model->spec.signals[j].missing == ASSAY_DROP;
}

static bool is_of_dimension(const struct assay_xlsx_plan *plan, size_t j, size_t d)
{
    return plan->dimension[j] == d;
}

/* What step 1 puts: nothing for those that wait. */
static void put_fillings(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    if (plan->put == ASSAY_XLSX_NONE)
        return;
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->put, 0, "Points when missing", ASSAY_XLSX_PLAIN);
    for (size_t j = 0; j < plan->n_signal; j++) {
        size_t column = ASSAY_XLSX_LOOKUP_SIGNALS + j;
        if (is_later(plan, j, 0))
            assay_xlsx_number(book, ASSAY_XLSX_LOOKUP, plan->put, column, 0, ASSAY_XLSX_WORK);
        else
            assay_xlsx_formula_print(book, ASSAY_XLSX_LOOKUP, plan->put, column,
                                     assay_missing_points(&plan->model->spec.signals[j]),
                                     ASSAY_XLSX_WORK, "Weights!$E$%zu",
                                     ASSAY_XLSX_WEIGHT_TOP + j + 1);
    }
}

static void put_dimensions(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    const double *weight = plan->model->weight;
    struct assay_text formula = {0};
    size_t left = ASSAY_XLSX_LOOKUP_SIGNALS, right = left + plan->n_signal - 1;
    for (size_t d = 0; plan->mask != ASSAY_XLSX_NONE && d < plan->n_dimension; d++)
        put_marks(book, plan, plan->mask + d, plan->dimensions[d], is_of_dimension, d);
    if (plan->share == ASSAY_XLSX_NONE)
        return;
    for (size_t d = 0; d < plan->n_dimension; d++)
        assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->share - 1, left + d, plan->dimensions[d],
                        ASSAY_XLSX_HEAD_WORK);
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->share, 0, "Weight of the dimension",
                    ASSAY_XLSX_PLAIN);
    for (size_t d = 0; d < plan->n_dimension; d++) {
        double share = 0;
        for (size_t j = 0; j < plan->n_signal; j++)
            share += plan->dimension[j] == d ? weight[j] : 0;
        assay_text_reset(&formula);
        assay_text_puts(&formula, "SUMPRODUCT(");
        assay_xlsx_put_area(&formula, NULL, plan->weight, left, plan->weight, right);
        assay_text_putc(&formula, ',');
        assay_xlsx_put_area(&formula, NULL, plan->mask + d, left, plan->mask + d, right);
        assay_text_putc(&formula, ')');
        if (formula.failed)
            book->error = LXW_ERROR_MEMORY_MALLOC_FAILED;
        else
            assay_xlsx_formula(book, ASSAY_XLSX_LOOKUP, plan->share, left + d, formula.data,
                               (struct assay_xlsx_value){NULL, share}, ASSAY_XLSX_WORK);
    }
    assay_text_clear(&formula);
}

/* ---- cohorts ---- */

static void put_knot_rows(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan,
                          size_t top, const char *title, bool last)
{
    const struct assay_cohorts *cohorts = &plan->model->cohorts;
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, top - 1, 0, title, ASSAY_XLSX_LABEL);
    for (size_t v = 0; v < cohorts->n_node; v++) {
        char label[160];
        assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, top + v, 0,
                        assay_cohort_label(cohorts, v, label, sizeof label), ASSAY_XLSX_PLAIN);
        for (size_t j = 0; j < plan->n_signal; j++) {
            if (plan->knots[j] == NULL)
                continue;
            size_t rows = assay_xlsx_knot_rows(&plan->model->baselines[j].knots[v]);
            assay_xlsx_number(book, ASSAY_XLSX_LOOKUP, top + v, ASSAY_XLSX_LOOKUP_SIGNALS + j,
                              (double)(plan->knots[j][v] + 1 + (last ? rows - 2 : 0)),
                              ASSAY_XLSX_WORK);
        }
    }
}

/* Nodes of a plan (or of everybody): for no tenure, and for each band. */
static void put_nodes(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t row,
                      const char *name, size_t node)
{
    const struct assay_cohorts *cohorts = &plan->model->cohorts;
    size_t left = ASSAY_XLSX_LOOKUP_SIGNALS, n_band = plan->model->spec.cohort.n_band;
    bool by_band = plan->model->spec.cohort.plan == NULL || node > 0;
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, row, 0, name, ASSAY_XLSX_PLAIN);
    assay_xlsx_number(book, ASSAY_XLSX_LOOKUP, row, left, (double)node, ASSAY_XLSX_WORK);
    for (size_t b = 0; b <= n_band; b++)
        assay_xlsx_number(book, ASSAY_XLSX_LOOKUP, row, left + 1 + b,
                          (double)(by_band ? assay_cohort_band_node(cohorts, node, b) : node),
                          ASSAY_XLSX_WORK);
}

static void put_grid(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    const struct assay_model *model = plan->model;
    const struct assay_cohorts *cohorts = &model->cohorts;
    size_t left = ASSAY_XLSX_LOOKUP_SIGNALS, row = plan->grid + 1;
    if (plan->grid == ASSAY_XLSX_NONE)
        return;
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->edges - 1, 0,
                    "Cohort by plan and tenure, counted from 0 in the list above",
                    ASSAY_XLSX_LABEL);
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->edges, 0, "Tenure from", ASSAY_XLSX_PLAIN);
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->edges, left, "none", ASSAY_XLSX_NOTE);
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->edges, left + 1, "lowest", ASSAY_XLSX_NOTE);
    for (size_t b = 0; b < model->spec.cohort.n_band; b++)
        assay_xlsx_number(book, ASSAY_XLSX_LOOKUP, plan->edges, left + 2 + b,
                          model->spec.cohort.bands[b], ASSAY_XLSX_WORK);
    put_nodes(book, plan, plan->grid, "another or no plan", 0);
    for (size_t v = 1; v < cohorts->n_node; v++)
        if (cohorts->nodes[v].plan != NULL && cohorts->nodes[v].band == ASSAY_ANY_BAND)
            put_nodes(book, plan, row++, cohorts->nodes[v].plan, v);
}

static void put_segments(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    if (plan->segments == ASSAY_XLSX_NONE)
        return;
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->segments - 1, 0,
                    "Segments with weights of their own, as in the rows above", ASSAY_XLSX_LABEL);
    for (size_t k = 0; k + 1 < plan->n_set; k++)
        assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, plan->segments + k, 0,
                        plan->model->segment_models[k].segment, ASSAY_XLSX_PLAIN);
}

void assay_xlsx_write_lookup(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    assay_xlsx_write_title(
        book, ASSAY_XLSX_LOOKUP, "Lookup",
        "For the formulas of the accounts: the weights in rows, and where a cohort's "
        "baselines stand. Nothing to change here.");
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, 3, 0, "", ASSAY_XLSX_HEAD_WORK);
    assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, 3, 1, "Intercept", ASSAY_XLSX_HEAD_WORK);
    for (size_t j = 0; j < plan->n_signal; j++)
        assay_xlsx_text(book, ASSAY_XLSX_LOOKUP, 3, ASSAY_XLSX_LOOKUP_SIGNALS + j,
                        plan->model->spec.signals[j].name, ASSAY_XLSX_HEAD_WORK);
    put_sets(book, plan);
    if (plan->term != ASSAY_XLSX_NONE)
        put_mirror(book, plan, plan->term, "Log-odds when missing", ASSAY_XLSX_TERM,
                   plan->model->missing_term);
    put_fillings(book, plan);
    put_marks(book, plan, plan->later, "Filled in later", is_later, 0);
    put_marks(book, plan, plan->within, "From its dimension", is_within, 0);
    put_marks(book, plan, plan->drop, "No score without it", is_dropped, 0);
    put_dimensions(book, plan);
    put_knot_rows(book, plan, plan->first, "Row of Baselines with the first knot", false);
    put_knot_rows(book, plan, plan->last, "Row of Baselines with the last knot but one", true);
    put_grid(book, plan);
    put_segments(book, plan);
    assay_xlsx_width(book, ASSAY_XLSX_LOOKUP, 0, 0, 40);
    assay_xlsx_width(book, ASSAY_XLSX_LOOKUP, 1, ASSAY_XLSX_LOOKUP_SIGNALS + plan->n_signal, 13);
    assay_xlsx_freeze(book, ASSAY_XLSX_LOOKUP, 4, 1);
}
