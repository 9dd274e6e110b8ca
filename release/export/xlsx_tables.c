#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/signal/normalise.h"
#include "release/export/digits.h"
#include "release/export/xlsx_sheets.h"

/* Cells of a column's name, for formulas that are printed. */
struct cell_name {
    char text[LXW_MAX_COL_NAME_LENGTH];
};

static struct cell_name name_of(size_t column)
{
    struct cell_name name;
    lxw_col_to_name(name.text, (lxw_col_t)column, 0);
    return name;
}

/* Heads of n columns, of which the first n_text hold texts and the others numbers. */
static void put_heads(struct assay_xlsx_book *book, enum assay_xlsx_sheet sheet, size_t row,
                      const char *const heads[], size_t n_text, size_t n)
{
    for (size_t k = 0; k < n; k++)
        assay_xlsx_text(book, sheet, row, k, heads[k],
                        k < n_text ? ASSAY_XLSX_HEAD_RESULT : ASSAY_XLSX_RIGHT_RESULT);
}

/* ---- Weights ---- */

static void put_weight_heads(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    static const char *const heads[] = {"Signal",
                                        "Input",
                                        "Dimension",
                                        "Missing value",
                                        "Points when missing",
                                        "Log-odds when missing"};
    const struct assay_model *model = plan->model;
    for (size_t k = 0; k < plan->n_set; k++) {
        size_t column = ASSAY_XLSX_SETS + 2 * k;
        assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_SET_NAMES, column,
                        k == 0 ? "All accounts" : model->segment_models[k - 1].segment,
                        ASSAY_XLSX_LABEL);
    }
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_INTERCEPT, 0,
                    "Intercept of the log-odds of leaving", ASSAY_XLSX_PLAIN);
    for (size_t k = 0; k < plan->n_set; k++)
        assay_xlsx_number(
            book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_INTERCEPT, ASSAY_XLSX_SETS + 1 + 2 * k,
            k == 0 ? model->intercept : model->segment_models[k - 1].intercept, ASSAY_XLSX_CHANGE);
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_SLOPE, 0, "Sum of the coefficients",
                    ASSAY_XLSX_PLAIN);
    for (size_t k = 0; k < plan->n_set; k++) {
        const double *slope = k == 0 ? model->slope : model->segment_models[k - 1].slope;
        size_t column = ASSAY_XLSX_SETS + 1 + 2 * k;
        double total = 0;
        for (size_t j = 0; j < plan->n_signal; j++)
            total += slope[j];
        if (plan->follows)
            assay_xlsx_number(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_SLOPE, column, total,
                              ASSAY_XLSX_CHANGE);
        else
            assay_xlsx_formula_print(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_SLOPE, column, total,
                                     ASSAY_XLSX_EXACT, "SUM(%s%d:%s%zu)", name_of(column).text,
                                     ASSAY_XLSX_WEIGHT_TOP + 1, name_of(column).text,
                                     ASSAY_XLSX_WEIGHT_TOP + plan->n_signal);
    }
    assay_xlsx_row_height(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_WEIGHT_HEADS, 32);
    put_heads(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_WEIGHT_HEADS, heads, ASSAY_XLSX_PUT,
              ASSAY_XLSX_SETS);
    for (size_t k = 0; k < plan->n_set; k++) {
        assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_WEIGHT_HEADS, ASSAY_XLSX_SETS + 2 * k,
                        "Weight", ASSAY_XLSX_RIGHT_RESULT);
        assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_WEIGHT_HEADS,
                        ASSAY_XLSX_SETS + 1 + 2 * k, "Coefficient", ASSAY_XLSX_RIGHT_RESULT);
    }
}

static void put_missing(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t j)
{
    const struct assay_signal_spec *signal = &plan->model->spec.signals[j];
    size_t row = ASSAY_XLSX_WEIGHT_TOP + j;
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, row, 3, assay_missing_names[signal->missing],
                    ASSAY_XLSX_PLAIN);
    if (!assay_export_is_averaged(signal) && signal->missing != ASSAY_DROP)
        assay_xlsx_number(book, ASSAY_XLSX_WEIGHTS, row, ASSAY_XLSX_PUT,
                          assay_missing_points(signal), ASSAY_XLSX_CHANGE_PLAIN);
    else if (signal->missing == ASSAY_DROP)
        assay_xlsx_number(book, ASSAY_XLSX_WEIGHTS, row, ASSAY_XLSX_PUT, ASSAY_NEUTRAL_POINTS,
                          ASSAY_XLSX_WORK);
    if (signal->missing == ASSAY_INDICATOR)
        assay_xlsx_number(book, ASSAY_XLSX_WEIGHTS, row, ASSAY_XLSX_TERM,
                          plan->model->missing_term[j], ASSAY_XLSX_CHANGE);
}

static void put_weight(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t j)
{
    const struct assay_model *model = plan->model;
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    size_t row = ASSAY_XLSX_WEIGHT_TOP + j;
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, row, 0, signal->name, ASSAY_XLSX_ZONE);
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, row, 1, signal->column, ASSAY_XLSX_PLAIN);
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, row, 2, signal->dimension, ASSAY_XLSX_PLAIN);
    put_missing(book, plan, j);
    for (size_t k = 0; k < plan->n_set; k++) {
        const struct assay_model_segment *segment = k > 0 ? &model->segment_models[k - 1] : NULL;
        double slope = segment != NULL ? segment->slope[j] : model->slope[j];
        size_t column = ASSAY_XLSX_SETS + 2 * k;
        assay_xlsx_number(book, ASSAY_XLSX_WEIGHTS, row, column,
                          segment != NULL ? segment->weight[j] : model->weight[j],
                          ASSAY_XLSX_CHANGE);
        if (plan->follows)
            assay_xlsx_formula_print(book, ASSAY_XLSX_WEIGHTS, row, column + 1, slope,
                                     ASSAY_XLSX_WORK, "%s%zu*%s$%d", name_of(column).text, row + 1,
                                     name_of(column + 1).text, ASSAY_XLSX_SLOPE + 1);
        else
            assay_xlsx_number(book, ASSAY_XLSX_WEIGHTS, row, column + 1, slope, ASSAY_XLSX_CHANGE);
    }
}

void assay_xlsx_write_weights(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    const struct assay_model *model = plan->model;
    assay_xlsx_write_title(book, ASSAY_XLSX_WEIGHTS, "Weights",
                           plan->follows
                               ? "Change a weight and every score follows: its coefficient is the "
                                 "weight's share of the sum of the coefficients."
                               : "Weights make the composite and coefficients the log-odds; change "
                                 "both to see scores follow.");
    put_weight_heads(book, plan);
    for (size_t j = 0; j < plan->n_signal; j++)
        put_weight(book, plan, j);
    size_t end = ASSAY_XLSX_WEIGHT_TOP + plan->n_signal;
    assay_xlsx_text(book, ASSAY_XLSX_WEIGHTS, end, 0, "Sum; weights should add up to 1",
                    ASSAY_XLSX_NOTE);
    for (size_t k = 0; k < plan->n_set; k++) {
        const double *weight = k == 0 ? model->weight : model->segment_models[k - 1].weight;
        size_t column = ASSAY_XLSX_SETS + 2 * k;
        double total = 0;
        for (size_t j = 0; j < plan->n_signal; j++)
            total += weight[j];
        assay_xlsx_formula_print(book, ASSAY_XLSX_WEIGHTS, end, column, total, ASSAY_XLSX_WORK,
                                 "SUM(%s%d:%s%zu)", name_of(column).text, ASSAY_XLSX_WEIGHT_TOP + 1,
                                 name_of(column).text, end);
    }
    assay_xlsx_width(book, ASSAY_XLSX_WEIGHTS, 0, 3, 20);
    assay_xlsx_width(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_PUT, ASSAY_XLSX_TERM, 18);
    assay_xlsx_width(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_SETS,
                     ASSAY_XLSX_SETS + 2 * plan->n_set - 1, 13);
    assay_xlsx_freeze(book, ASSAY_XLSX_WEIGHTS, ASSAY_XLSX_WEIGHT_TOP, 1);
}

/* ---- Baselines ---- */

static void put_baseline_row(struct assay_xlsx_book *book, size_t row,
                             const struct assay_signal_spec *signal, const char *method,
                             const char *cohort)
{
    assay_xlsx_text(book, ASSAY_XLSX_BASELINES, row, 0, signal->name, ASSAY_XLSX_PLAIN);
    assay_xlsx_text(book, ASSAY_XLSX_BASELINES, row, 1, method, ASSAY_XLSX_NOTE);
    assay_xlsx_text(book, ASSAY_XLSX_BASELINES, row, 2, cohort, ASSAY_XLSX_PLAIN);
}

static void put_point(struct assay_xlsx_book *book, size_t row, double value, double points)
{
    assay_xlsx_number(book, ASSAY_XLSX_BASELINES, row, ASSAY_XLSX_VALUE, value, ASSAY_XLSX_EXACT);
    assay_xlsx_number(book, ASSAY_XLSX_BASELINES, row, ASSAY_XLSX_POINTS, points,
                      ASSAY_XLSX_CHANGE);
}

static void put_knots(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t j,
                      size_t node)
{
    const struct assay_signal_spec *signal = &plan->model->spec.signals[j];
    const struct assay_knots *knots = &plan->model->baselines[j].knots[node];
    size_t row = plan->knots[j][node];
    char label[160];
    assay_cohort_label(&plan->model->cohorts, node, label, sizeof label);
    for (size_t k = 0; k < knots->n; k++) {
        put_baseline_row(book, row + k, signal, "percentile", label);
        put_point(book, row + k, knots->x[k], knots->s[k]);
    }
    if (knots->n > 1)
        return;
    /* The formulas need a next knot, of the same points; halved, its distance is no more than a double. */
    double x = knots->x[0];
    put_baseline_row(book, row + 1, signal, "percentile, the same on", label);
    put_point(book, row + 1, x + fmax(1, fabs(x / 2)), knots->s[0]);
}

static void put_category(struct assay_xlsx_book *book, size_t row,
                         const struct assay_signal_spec *signal, const char *category,
                         double points)
{
    put_baseline_row(book, row, signal, "category", "all");
    assay_xlsx_text(book, ASSAY_XLSX_BASELINES, row, ASSAY_XLSX_VALUE, category, ASSAY_XLSX_PLAIN);
    assay_xlsx_number(book, ASSAY_XLSX_BASELINES, row, ASSAY_XLSX_POINTS, points,
                      ASSAY_XLSX_CHANGE);
}

static void put_steps(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t j)
{
    const struct assay_signal_spec *signal = &plan->model->spec.signals[j];
    for (size_t k = 0; k < signal->normalise.n_step; k++) {
        const struct assay_step *step = &signal->normalise.steps[k];
        size_t row = plan->baseline[j] + k;
        double points = assay_export_step_points(signal, k), edge;
        if (step->category != NULL) {
            put_category(book, row, signal, step->category, points);
            continue;
        }
        bool above = assay_export_is_above(step->from, &edge);
        put_baseline_row(book, row, signal,
                         k == 0  ? "below the next step"
                         : above ? "above"
                                 : "from",
                         "all");
        put_point(book, row, edge, points);
    }
}

static void put_baseline(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan, size_t j)
{
    const struct assay_signal_spec *signal = &plan->model->spec.signals[j];
    const struct assay_normalise_spec *normalise = &signal->normalise;
    bool turned = signal->better == ASSAY_LOWER;
    size_t row = plan->baseline[j];
    switch (normalise->method) {
    case ASSAY_PERCENTILE:
        for (size_t v = 0; v < plan->model->cohorts.n_node; v++)
            put_knots(book, plan, j, v);
        break;
    case ASSAY_RANGE:
        put_baseline_row(book, row, signal, "range, up to", "all");
        put_point(book, row, normalise->low, turned ? 100 : 0);
        put_baseline_row(book, row + 1, signal, "range, from", "all");
        put_point(book, row + 1, normalise->high, turned ? 0 : 100);
        break;
    case ASSAY_STEPS:
        put_steps(book, plan, j);
        break;
    case ASSAY_NONE:
        put_baseline_row(book, row, signal,
                         turned ? "100 less the value, 0 to 100" : "the value itself, 0 to 100",
                         "all");
        break;
    }
}

void assay_xlsx_write_baselines(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    static const char *const heads[] = {"Signal", "Method", "Cohort", "Value", "Points"};
    assay_xlsx_write_title(
        book, ASSAY_XLSX_BASELINES, "Baselines",
        "From a value to points, 0 to 100, higher healthier. Percentiles and ranges: straight "
        "lines between the rows, constant beyond the outer two.");
    assay_xlsx_text(
        book, ASSAY_XLSX_BASELINES, 2, 0,
        "Points may be changed; values only within their order. Do not insert or sort rows.",
        ASSAY_XLSX_NOTE);
    put_heads(book, ASSAY_XLSX_BASELINES, ASSAY_XLSX_BASELINE_TOP - 1, heads, ASSAY_XLSX_VALUE,
              sizeof heads / sizeof heads[0]);
    for (size_t j = 0; j < plan->n_signal; j++)
        put_baseline(book, plan, j);
    assay_xlsx_width(book, ASSAY_XLSX_BASELINES, 0, 0, 22);
    assay_xlsx_width(book, ASSAY_XLSX_BASELINES, 1, 1, 26);
    assay_xlsx_width(book, ASSAY_XLSX_BASELINES, 2, 2, 34);
    assay_xlsx_width(book, ASSAY_XLSX_BASELINES, ASSAY_XLSX_VALUE, ASSAY_XLSX_POINTS, 13);
    assay_xlsx_freeze(book, ASSAY_XLSX_BASELINES, ASSAY_XLSX_BASELINE_TOP, 0);
    struct {
        const char *name;
        char column;
    } names[] = {{"Values", 'D'}, {"Points", 'E'}};
    for (size_t k = 0; k < 2; k++) {
        char area[64];
        snprintf(area, sizeof area, "=Baselines!$%c$1:$%c$%zu", names[k].column, names[k].column,
                 plan->baseline_end);
        enum lxw_error error = workbook_define_name(book->workbook, names[k].name, area);
        if (book->error == LXW_NO_ERROR)
            book->error = error;
    }
}

/* ---- Zones ---- */

static void put_lines(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    static const char *const heads[] = {"At-risk line of", "Probability", "Log-odds"};
    const struct assay_model *model = plan->model;
    assay_xlsx_text(book, ASSAY_XLSX_ZONES, plan->factor_row, 0, "Points that halve the odds",
                    ASSAY_XLSX_ZONE);
    assay_xlsx_number(book, ASSAY_XLSX_ZONES, plan->factor_row, 1, model->spec.points_to_halve_odds,
                      ASSAY_XLSX_CHANGE_PLAIN);
    put_heads(book, ASSAY_XLSX_ZONES, plan->line_row - 1, heads, 1, 3);
    for (size_t k = 0; k < plan->n_line; k++) {
        size_t row = plan->line_row + k;
        double prob = k == 0 ? model->at_risk_probability : model->segment_lines[k - 1].probability;
        assay_xlsx_text(book, ASSAY_XLSX_ZONES, row, 0,
                        k == 0 ? "all accounts" : model->segment_lines[k - 1].segment,
                        ASSAY_XLSX_ZONE);
        assay_xlsx_number(book, ASSAY_XLSX_ZONES, row, 1, prob, ASSAY_XLSX_CHANGE);
        assay_xlsx_formula_print(book, ASSAY_XLSX_ZONES, row, 2, assay_export_line(prob),
                                 ASSAY_XLSX_WORK, "LN(B%zu/(1-B%zu))", row + 1, row + 1);
    }
}

void assay_xlsx_write_zones(struct assay_xlsx_book *book, const struct assay_xlsx_plan *plan)
{
    static const char *const heads[] = {"Zone", "From a score of"};
    const struct assay_spec *spec = &plan->model->spec;
    bool words = assay_xlsx_zones_above(spec);
    assay_xlsx_write_title(
        book, ASSAY_XLSX_ZONES, "Zones",
        spec->scale == ASSAY_LOG_ODDS
            ? "A score of 50 stands on the at-risk line; so many points more halve the odds "
              "of leaving. Edges belong to the zone above."
            : "The score is the weighted average of the signals. Edges belong to the zone "
              "above.");
    put_heads(book, ASSAY_XLSX_ZONES, ASSAY_XLSX_ZONE_TOP - 1, heads, 1, 2);
    for (size_t k = 0; k < spec->n_zone; k++) {
        assay_xlsx_text(book, ASSAY_XLSX_ZONES, ASSAY_XLSX_ZONE_TOP + k, 0, spec->zones[k].name,
                        ASSAY_XLSX_ZONE);
        double edge;
        bool above = assay_export_is_above(spec->zones[k].from, &edge);
        assay_xlsx_number(book, ASSAY_XLSX_ZONES, ASSAY_XLSX_ZONE_TOP + k, 1, edge,
                          ASSAY_XLSX_CHANGE_PLAIN);
        if (words)
            assay_xlsx_text(book, ASSAY_XLSX_ZONES, ASSAY_XLSX_ZONE_TOP + k, 2,
                            above ? "above" : "from", ASSAY_XLSX_NOTE);
    }
    if (spec->scale == ASSAY_LOG_ODDS)
        put_lines(book, plan);
    assay_xlsx_colour_zones(book, ASSAY_XLSX_ZONES, ASSAY_XLSX_ZONE_TOP,
                            ASSAY_XLSX_ZONE_TOP + spec->n_zone - 1, 0, plan->model);
    assay_xlsx_width(book, ASSAY_XLSX_ZONES, 0, 0, 28);
    assay_xlsx_width(book, ASSAY_XLSX_ZONES, 1, 2, 16);
    assay_xlsx_freeze(book, ASSAY_XLSX_ZONES, ASSAY_XLSX_ZONE_TOP, 0);
}
