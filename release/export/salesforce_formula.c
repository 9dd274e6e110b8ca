#include "release/export/salesforce_formula.h"

#include <math.h>
#include <string.h>

#include "core/signal/columns.h"
#include "core/signal/normalise.h"

enum { MAX_CELLS = 20 }; /* of a CASE over equal parts of the score */

/* Accounts without a score: IF(..., NULL, up to the closing of the guard. */
static bool open_guard(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_model *model = made->model;
    const char *comma = "";
    if (!assay_export_has_policy(model, ASSAY_DROP))
        return false;
    assay_text_puts(out, "IF(OR(");
    for (size_t j = 0; j < model->n_signal; j++) {
        if (model->spec.signals[j].missing != ASSAY_DROP)
            continue;
        assay_text_puts(out, comma);
        assay_salesforce_put_missing(out, made, j);
        comma = ", ";
    }
    assay_text_puts(out, "), NULL,\n");
    return true;
}

/* ---- averages ---- */

/* A figure that segments have of their own: CASE by segment, the common one behind. of gives that of
 * segment k, or the common one for n_segment_model. */
static void put_by_segment(struct assay_text *out, const struct assay_salesforce *made,
                           double (*of)(const struct assay_model *model, size_t k, size_t j),
                           size_t j)
{
    const struct assay_model *model = made->model;
    size_t n = model->n_segment_model;
    if (n > 0)
        assay_text_printf(out, "CASE(%s", assay_salesforce_input(made, model->spec.fit.models_by));
    for (size_t k = 0; k < n; k++) {
        assay_text_puts(out, ", ");
        assay_salesforce_put_text(out, model->segment_models[k].segment);
        assay_text_puts(out, ", ");
        assay_salesforce_number(out, of(model, k, j));
    }
    assay_text_puts(out, n > 0 ? ", " : "");
    assay_salesforce_number(out, of(model, n, j));
    assay_text_puts(out, n > 0 ? ")" : "");
}

static const double *weights_of(const struct assay_model *model, size_t k)
{
    return k < model->n_segment_model ? model->segment_models[k].weight : model->weight;
}

static double weight_of(const struct assay_model *model, size_t k, size_t j)
{
    return weights_of(model, k)[j];
}

static double sum_of_weights(const struct assay_model *model, size_t k, size_t j)
{
    double sum = 0;
    (void)j;
    for (size_t i = 0; i < model->n_signal; i++)
        sum += weights_of(model, k)[i];
    return sum;
}

static double intercept_of(const struct assay_model *model, size_t k, size_t j)
{
    (void)j;
    return k < model->n_segment_model ? model->segment_models[k].intercept : model->intercept;
}

/* What a composite of 100 takes from the log-odds, over 100. */
static double slope_of(const struct assay_model *model, size_t k, size_t j)
{
    const double *slope =
        k < model->n_segment_model ? model->segment_models[k].slope : model->slope;
    double sum = 0;
    (void)j;
    for (size_t i = 0; i < model->n_signal; i++)
        sum += slope[i];
    return sum / 100;
}

static bool may_go(const struct assay_signal_spec *signal, bool within_too)
{
    return signal->missing == ASSAY_RENORMALISE ||
           (within_too && signal->missing == ASSAY_RENORMALISE_DIMENSION);
}

/* Weight of the signals of a dimension that are always there. */
static double weight_that_stays(const struct assay_model *model, size_t k, const size_t dimension[],
                                size_t d, bool within_too)
{
    double sum = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        if (dimension[j] == d && !may_go(&model->spec.signals[j], within_too))
            sum += weights_of(model, k)[j];
    return sum;
}

/* Whether a dimension has an average whatever is missing (d is n_dimension: whether any has). */
static bool always_counts(const struct assay_salesforce *made, size_t d)
{
    const struct assay_model *model = made->model;
    bool any = false;
    if (d == made->n_dimension) {
        for (size_t e = 0; e < made->n_dimension; e++)
            any = any || always_counts(made, e);
        return any;
    }
    for (size_t k = 0; k <= model->n_segment_model; k++)
        if (!(weight_that_stays(model, k, made->dimension, d, true) > 0))
            return false;
    return true;
}

/* Opens IF(the dimension has an average, where it may not have. */
static const char *open_if_counts(struct assay_text *out, const struct assay_salesforce *made,
                                  size_t d)
{
    if (always_counts(made, d))
        return "";
    assay_text_printf(out, "IF(%s_weight__c > 0, ", made->dimensions[d]);
    return ", 0)";
}

/* Weight of a dimension's signals, less those that are missing under one policy, or under two. */
static void put_weights(struct assay_text *out, const struct assay_salesforce *made, size_t d,
                        bool within_too)
{
    const struct assay_model *model = made->model;
    bool common = model->n_segment_model == 0;
    double stays = weight_that_stays(model, 0, made->dimension, d, within_too);
    const char *plus = "";
    if (common && stays > 0) {
        assay_salesforce_number(out, stays);
        plus = " + ";
    }
    for (size_t j = 0; j < model->n_signal; j++) {
        bool goes = may_go(&model->spec.signals[j], within_too);
        if (made->dimension[j] != d || (common && stays > 0 && !goes))
            continue;
        assay_text_puts(out, plus);
        if (goes) {
            assay_text_puts(out, "IF(");
            assay_salesforce_put_missing(out, made, j);
            assay_text_puts(out, ", 0, ");
        }
        put_by_segment(out, made, weight_of, j);
        assay_text_puts(out, goes ? ")" : "");
        plus = " + ";
    }
}

void assay_salesforce_put_weight(struct assay_text *out, const struct assay_salesforce *made,
                                 size_t d)
{
    put_weights(out, made, d, true);
}

void assay_salesforce_put_average(struct assay_text *out, const struct assay_salesforce *made,
                                  size_t d)
{
    const char *plus = "";
    bool always = always_counts(made, d);
    if (!always)
        assay_text_printf(out, "IF(%s_weight__c > 0,\n", made->dimensions[d]);
    assay_text_putc(out, '(');
    for (size_t j = 0; j < made->model->n_signal; j++) {
        bool later = assay_export_is_averaged(&made->model->spec.signals[j]);
        if (made->dimension[j] != d)
            continue;
        assay_text_puts(out, plus);
        put_by_segment(out, made, weight_of, j);
        assay_text_printf(out, later ? " * BLANKVALUE(%s__c, 0)" : " * %s__c", made->signals[j]);
        plus = " + ";
    }
    assay_text_printf(out, ")\n/ %s_weight__c%s", made->dimensions[d], always ? "" : ", NULL)");
}

/* Sum over the dimensions that have an average: of the weights that go by it, times the average where
 * of_points. */
static void put_counted(struct assay_text *out, const struct assay_salesforce *made, bool of_points)
{
    for (size_t d = 0; d < made->n_dimension; d++) {
        assay_text_puts(out, d > 0 ? " + " : "");
        const char *end = open_if_counts(out, made, d);
        assay_text_puts(out, of_points ? "(" : "");
        put_weights(out, made, d, false);
        if (of_points)
            assay_text_printf(out, ") * %s_avg__c", made->dimensions[d]);
        assay_text_puts(out, end);
    }
}

void assay_salesforce_put_rest(struct assay_text *out, const struct assay_salesforce *made)
{
    bool always = always_counts(made, made->n_dimension);
    if (!always) {
        assay_text_puts(out, "IF(");
        put_counted(out, made, false);
        assay_text_puts(out, " > 0,\n");
    }
    assay_text_putc(out, '(');
    put_counted(out, made, true);
    assay_text_puts(out, ")\n/ (");
    put_counted(out, made, false);
    assay_text_puts(out, always ? ")" : "), 50)");
}

/* ---- results ---- */

/* With signals that are filled in last, with the average of all others, the composite is that average, times
 * the sum of the weights. */
void assay_salesforce_put_composite(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_model *model = made->model;
    bool guarded = open_guard(out, made);
    if (assay_salesforce_waits(model)) {
        assay_text_puts(out, "Health_Rest__c * ");
        put_by_segment(out, made, sum_of_weights, 0);
    }
    for (size_t j = 0; !assay_salesforce_waits(model) && j < model->n_signal; j++) {
        if (j > 0 && model->n_segment_model == 0) {
            assay_salesforce_put_term(out, model->weight[j]);
        } else {
            assay_text_puts(out, j > 0 ? " + " : "");
            put_by_segment(out, made, weight_of, j);
        }
        assay_text_printf(out, " * %s__c", made->signals[j]);
    }
    assay_text_puts(out, guarded ? ")" : "");
}

/* Coefficients are the weights' multiples (checked before), so that they act through the composite. */
void assay_salesforce_put_log_odds(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_model *model = made->model;
    bool guarded = open_guard(out, made);
    put_by_segment(out, made, intercept_of, 0);
    assay_text_puts(out, " - Health_Composite__c * ");
    put_by_segment(out, made, slope_of, 0);
    for (size_t j = 0; j < model->n_signal; j++) {
        if (model->spec.signals[j].missing != ASSAY_INDICATOR)
            continue;
        assay_text_puts(out, " + IF(");
        assay_salesforce_put_missing(out, made, j);
        assay_text_puts(out, ", ");
        assay_salesforce_number(out, model->missing_term[j]);
        assay_text_puts(out, ", 0)");
    }
    assay_text_puts(out, guarded ? ")" : "");
}

static void put_line(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_model *model = made->model;
    if (model->n_segment_line > 0)
        assay_text_printf(out, "CASE(%s", assay_salesforce_input(made, model->spec.line.by));
    for (size_t k = 0; k < model->n_segment_line; k++) {
        assay_text_puts(out, ", ");
        assay_salesforce_put_text(out, model->segment_lines[k].segment);
        assay_text_puts(out, ", ");
        assay_salesforce_number(out, assay_export_line(model->segment_lines[k].probability));
    }
    if (model->n_segment_line > 0)
        assay_text_puts(out, ", ");
    assay_salesforce_number(out, assay_export_line(model->at_risk_probability));
    if (model->n_segment_line > 0)
        assay_text_putc(out, ')');
}

static void put_rounded(struct assay_text *out)
{
    assay_text_puts(out, " + 0.5 + 0.000000001)");
}

/* Sum of the dimensions' weights, times the rounded averages where of_points; those without one left out. */
static void put_dimensions(struct assay_text *out, const struct assay_salesforce *made,
                           bool of_points)
{
    for (size_t d = 0; d < made->n_dimension; d++) {
        double weight = 0;
        for (size_t j = 0; j < made->model->n_signal; j++)
            weight += made->dimension[j] == d ? made->model->weight[j] : 0;
        assay_text_puts(out, d > 0 ? " + " : "");
        const char *end = open_if_counts(out, made, d);
        assay_salesforce_number(out, weight);
        if (of_points) {
            assay_text_printf(out, " * FLOOR(%s_avg__c", made->dimensions[d]);
            put_rounded(out);
        }
        assay_text_puts(out, end);
    }
}

/* Where no dimension has an average, nothing has: all is neutral. */
static void put_weighted(struct assay_text *out, const struct assay_salesforce *made)
{
    if (!made->model->spec.rounding.dimensions) {
        assay_text_puts(out, "Health_Composite__c");
        return;
    }
    bool always = always_counts(made, made->n_dimension);
    if (!always) {
        assay_text_puts(out, "IF(");
        put_dimensions(out, made, false);
        assay_text_puts(out, " > 0,\n");
    }
    assay_text_putc(out, '(');
    put_dimensions(out, made, true);
    assay_text_puts(out, ")\n/ (");
    put_dimensions(out, made, false);
    assay_text_putc(out, ')');
    if (always)
        return;
    assay_text_puts(out, ",\n");
    assay_salesforce_number(out, ASSAY_NEUTRAL_POINTS * sum_of_weights(made->model, 0, 0));
    assay_text_putc(out, ')');
}

void assay_salesforce_put_score(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_spec *spec = &made->model->spec;
    bool guarded = open_guard(out, made);
    assay_text_puts(out, "MAX(0, MIN(100, ");
    if (spec->scale == ASSAY_LOG_ODDS) {
        assay_text_puts(out, "50 + ");
        assay_salesforce_number(out, assay_export_factor(made->model));
        assay_text_puts(out, " * (");
        put_line(out, made);
        assay_text_puts(out, " - Health_Log_odds__c)");
    } else {
        assay_text_puts(out, spec->rounding.score ? "FLOOR(" : "");
        put_weighted(out, made);
        if (spec->rounding.score)
            put_rounded(out);
    }
    assay_text_puts(out, "))");
    assay_text_puts(out, guarded ? ")" : "");
}

void assay_salesforce_put_probability(struct assay_text *out, const struct assay_salesforce *made)
{
    bool guarded = open_guard(out, made);
    assay_text_puts(out, "1 / (1 + EXP(-1 * Health_Log_odds__c))");
    assay_text_puts(out, guarded ? ")" : "");
}

/* The widest parts of the score, equal and at most MAX_CELLS of them, of which every zone's edge is a
 * multiple; 0: there are none. A CASE over them refers to the score once, where IFs do for each zone. */
static double equal_parts(const struct assay_spec *spec)
{
    for (size_t n = 1; n <= MAX_CELLS; n++) {
        double part = 100.0 / (double)n;
        bool all = part == floor(part);
        for (size_t k = 1; all && k < spec->n_zone; k++)
            all = fmod(spec->zones[k].from, part) == 0 && spec->zones[k].from >= 0 &&
                  spec->zones[k].from <= 100;
        if (all)
            return part;
    }
    return 0;
}

static size_t zone_of(const struct assay_spec *spec, double score)
{
    size_t zone = 0;
    while (zone + 1 < spec->n_zone && score >= spec->zones[zone + 1].from)
        zone++;
    return zone;
}

void assay_salesforce_put_zone(struct assay_text *out, const struct assay_salesforce *made)
{
    const struct assay_spec *spec = &made->model->spec;
    double part = equal_parts(spec);
    size_t n = spec->n_zone;
    bool guarded = open_guard(out, made);
    if (part > 0) {
        assay_text_printf(out, "CASE(FLOOR(Health_Score__c / %g)", part);
        for (size_t k = 0; (double)k * part < 100 && zone_of(spec, (double)k * part) + 1 < n; k++) {
            assay_text_printf(out, ", %zu, ", k);
            assay_salesforce_put_text(out, spec->zones[zone_of(spec, (double)k * part)].name);
        }
        assay_text_puts(out, ", ");
    }
    for (size_t k = 0; part == 0 && k + 1 < n; k++) {
        assay_text_puts(out, "IF(Health_Score__c < ");
        assay_salesforce_number(out, spec->zones[k + 1].from);
        assay_text_puts(out, ", ");
        assay_salesforce_put_text(out, spec->zones[k].name);
        assay_text_puts(out, ", ");
    }
    assay_salesforce_put_text(out, spec->zones[n - 1].name);
    if (part > 0)
        assay_text_putc(out, ')');
    for (size_t k = 0; part == 0 && k + 1 < n; k++)
        assay_text_putc(out, ')');
    assay_text_puts(out, guarded ? ")" : "");
}
