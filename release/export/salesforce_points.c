#include "release/export/salesforce_formula.h"

#include <math.h>
#include <string.h>

#include "core/signal/columns.h"
#include "core/signal/normalise.h"

bool assay_salesforce_waits(const struct assay_model *model)
{
    return assay_export_has_policy(model, ASSAY_RENORMALISE) ||
           assay_export_has_policy(model, ASSAY_RENORMALISE_DIMENSION);
}

/* ---- pieces ---- */

void assay_salesforce_put_term(struct assay_text *out, double value)
{
    assay_text_puts(out, value < 0 ? " - " : " + ");
    assay_salesforce_number(out, fabs(value));
}

void assay_salesforce_put_text(struct assay_text *out, const char *text)
{
    assay_text_putc(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            assay_text_putc(out, '\\');
        assay_text_putc(out, *text);
    }
    assay_text_putc(out, '"');
}

const char *assay_salesforce_input(const struct assay_salesforce *made, const char *column)
{
    return made->inputs[assay_export_input(made->model, column)];
}

static const char *input_of_signal(const struct assay_salesforce *made, size_t j)
{
    return assay_salesforce_input(made, made->model->spec.signals[j].column);
}

void assay_salesforce_put_missing(struct assay_text *out, const struct assay_salesforce *made,
                                  size_t j)
{
    const struct assay_normalise_spec *normalise = &made->model->spec.signals[j].normalise;
    if (assay_signal_type(&made->model->spec.signals[j]) != ASSAY_TEXT) {
        assay_text_printf(out, "ISBLANK(%s)", input_of_signal(made, j));
        return;
    }
    assay_text_printf(out, "CASE(%s", input_of_signal(made, j));
    for (size_t k = 0; k < normalise->n_step; k++) {
        assay_text_puts(out, ", ");
        assay_salesforce_put_text(out, normalise->steps[k].category);
        assay_text_puts(out, ", 1");
    }
    assay_text_puts(out, ", 0) = 0");
}

/* ---- cohorts ---- */

/* The node of a plan by tenure: bands that the history does not have are the plan's. */
static void put_bands(struct assay_text *out, const struct assay_salesforce *made, size_t node)
{
    const struct assay_cohort_spec *spec = &made->model->spec.cohort;
    size_t n_open = 0;
    if (spec->tenure == NULL) {
        assay_text_printf(out, "%zu", node);
        return;
    }
    const char *tenure = assay_salesforce_input(made, spec->tenure);
    assay_text_printf(out, "IF(ISBLANK(%s), %zu, ", tenure, node);
    for (size_t b = 0; b < spec->n_band; b++, n_open++) {
        assay_text_printf(out, "IF(%s < ", tenure);
        assay_salesforce_number(out, spec->bands[b]);
        assay_text_printf(out, ", %zu, ", assay_cohort_band_node(&made->model->cohorts, node, b));
    }
    assay_text_printf(out, "%zu)",
                      assay_cohort_band_node(&made->model->cohorts, node, spec->n_band));
    for (; n_open > 0; n_open--)
        assay_text_putc(out, ')');
}

void assay_salesforce_put_cohort(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_cohorts *cohorts = &made->model->cohorts;
    if (made->model->spec.cohort.plan == NULL) {
        put_bands(out, made, 0);
        return;
    }
    assay_text_printf(out, "CASE(%s", assay_salesforce_input(made, made->model->spec.cohort.plan));
    for (size_t v = 1; v < cohorts->n_node; v++) {
        if (cohorts->nodes[v].band != ASSAY_ANY_BAND)
            continue;
        assay_text_puts(out, ",\n");
        assay_salesforce_put_text(out, cohorts->nodes[v].plan);
        assay_text_puts(out, ", ");
        put_bands(out, made, v);
    }
    assay_text_puts(out, ",\n0)");
}

/* ---- points ---- */

static void put_knots(struct assay_text *out, const char *x, const struct assay_knots *knots)
{
    assay_text_printf(out, "IF(%s <= ", x);
    assay_salesforce_number(out, knots->x[0]);
    assay_text_puts(out, ", ");
    assay_salesforce_number(out, knots->s[0]);
    for (size_t k = 1; k < knots->n; k++) {
        double rise = (knots->s[k] - knots->s[k - 1]) / (knots->x[k] / 2 - knots->x[k - 1] / 2) / 2;
        assay_text_printf(out, ", IF(%s < ", x);
        assay_salesforce_number(out, knots->x[k]);
        assay_text_puts(out, ", ");
        assay_salesforce_number(out, knots->s[k - 1]);
        assay_salesforce_put_term(out, rise);
        assay_text_printf(out, " * (%s", x);
        assay_salesforce_put_term(out, -knots->x[k - 1]);
        assay_text_putc(out, ')');
    }
    assay_text_puts(out, ", ");
    assay_salesforce_number(out, knots->s[knots->n - 1]);
    for (size_t k = 0; k < knots->n; k++)
        assay_text_putc(out, ')');
}

static void put_percentile(struct assay_text *out, const struct assay_salesforce *made, size_t j)
{
    const struct assay_baseline *baseline = &made->model->baselines[j];
    const char *x = input_of_signal(made, j);
    size_t n_node = made->model->cohorts.n_node;
    if (n_node > 1)
        assay_text_puts(out, "CASE(Health_Cohort__c");
    for (size_t v = 0; n_node > 1 && v + 1 < n_node; v++) {
        assay_text_printf(out, ",\n%zu, ", v);
        put_knots(out, x, &baseline->knots[v]);
    }
    if (n_node > 1)
        assay_text_puts(out, ",\n");
    put_knots(out, x, &baseline->knots[n_node - 1]);
    if (n_node > 1)
        assay_text_putc(out, ')');
}

static void put_steps(struct assay_text *out, const struct assay_signal_spec *signal, const char *x)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    bool turned = signal->better == ASSAY_LOWER;
    for (size_t k = 0; k < normalise->n_step; k++) {
        double points = turned ? 100 - normalise->steps[k].points : normalise->steps[k].points;
        if (k + 1 < normalise->n_step) {
            assay_text_printf(out, "IF(%s < ", x);
            assay_salesforce_number(out, normalise->steps[k + 1].from);
            assay_text_puts(out, ", ");
        }
        assay_salesforce_number(out, points);
        if (k + 1 < normalise->n_step)
            assay_text_puts(out, ", ");
    }
    for (size_t k = 1; k < normalise->n_step; k++)
        assay_text_putc(out, ')');
}

static void put_number_points(struct assay_text *out, const struct assay_salesforce *made, size_t j)
{
    const struct assay_signal_spec *signal = &made->model->spec.signals[j];
    const struct assay_normalise_spec *normalise = &signal->normalise;
    const char *x = input_of_signal(made, j);
    bool turned = signal->better == ASSAY_LOWER;
    switch (normalise->method) {
    case ASSAY_PERCENTILE:
        put_percentile(out, made, j);
        break;
    case ASSAY_RANGE:
        assay_text_printf(out, "MAX(0, MIN(100, 100 * (%s", turned ? "" : x);
        if (turned)
            assay_salesforce_number(out, normalise->high);
        if (turned)
            assay_text_printf(out, " - %s", x);
        else
            assay_salesforce_put_term(out, -normalise->low);
        assay_text_puts(out, ") / ");
        assay_salesforce_number(out, normalise->high - normalise->low);
        assay_text_puts(out, "))");
        break;
    case ASSAY_STEPS:
        put_steps(out, signal, x);
        break;
    case ASSAY_NONE:
        assay_text_printf(out, turned ? "100 - MAX(0, MIN(100, %s))" : "MAX(0, MIN(100, %s))", x);
        break;
    }
}

void assay_salesforce_put_points(struct assay_text *out, const struct assay_salesforce *made,
                                 size_t j)
{
    const struct assay_signal_spec *signal = &made->model->spec.signals[j];
    bool later = assay_export_is_averaged(signal);
    if (assay_signal_type(signal) == ASSAY_TEXT) {
        assay_text_printf(out, "CASE(%s", input_of_signal(made, j));
        for (size_t k = 0; k < signal->normalise.n_step; k++) {
            const struct assay_step *step = &signal->normalise.steps[k];
            assay_text_puts(out, ",\n");
            assay_salesforce_put_text(out, step->category);
            assay_text_puts(out, ", ");
            assay_salesforce_number(out, signal->better == ASSAY_LOWER ? 100 - step->points
                                                                       : step->points);
        }
        assay_text_puts(out, ",\n");
    } else {
        assay_text_printf(out, "IF(ISBLANK(%s), ", input_of_signal(made, j));
    }
    if (later)
        assay_text_puts(out, "NULL");
    else
        assay_salesforce_number(out, assay_missing_points(signal));
    if (assay_signal_type(signal) != ASSAY_TEXT) {
        assay_text_puts(out, ",\n");
        put_number_points(out, made, j);
    }
    assay_text_putc(out, ')');
}
