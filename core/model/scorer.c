#include "core/model/scorer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/signal/normalise.h"

double assay_score_by_line(const struct assay_model *model, double line_log_odds, double log_odds,
                           double rounded)
{
    double score = 50 + model->spec.points_to_halve_odds / M_LN2 * (line_log_odds - log_odds);
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE)
        score = model->spec.rounding.score ? assay_round_half_up(rounded) : rounded;
    return score < 0 ? 0 : score > 100 ? 100 : score;
}

void assay_score_finish(const struct assay_model *model, struct assay_score *out)
{
    double at_risk = assay_terms_line(model, out->terms), line = log(at_risk / (1 - at_risk));
    out->score = assay_score_by_line(model, line, out->log_odds, out->rounded);
    out->probability = assay_expit(out->log_odds);
    out->zone = 0;
    while (out->zone + 1 < model->spec.n_zone &&
           out->score >= model->spec.zones[out->zone + 1].from)
        out->zone++;
}

void assay_score_normalised(const struct assay_model *model, struct assay_terms terms, double s[],
                            bool missing[], struct assay_score *out)
{
    const double *slope = assay_terms_slope(model, terms);
    const double *weight = assay_terms_weight(model, terms);
    const struct assay_signal_spec *signals = model->spec.signals;
    out->terms = terms;
    out->composite = assay_composite(signals, weight, model->n_signal, s, 1, missing);
    out->rounded = out->composite;
    if (model->spec.rounding.dimensions)
        out->rounded = assay_composite_rounded(signals, weight, model->n_signal, s, missing,
                                               out->composite);
    out->n_missing = 0;
    out->dropped = false;
    double sum = assay_terms_intercept(model, terms);
    for (size_t j = 0; j < model->n_signal; j++)
        sum -= slope[j] * (s[j] / 100);
    for (size_t j = 0; j < model->n_signal; j++)
        if (missing[j]) {
            sum += model->missing_term[j];
            out->n_missing++;
            out->dropped = out->dropped || signals[j].missing == ASSAY_DROP;
        }
    out->log_odds = sum;
    assay_score_finish(model, out);
}

/* ---- rows of a table ---- */

enum assay_status assay_scorer_init(const struct assay_model *model,
                                    const struct assay_table *table, struct assay_scorer *scorer,
                                    struct assay_error *err)
{
    size_t n = model->n_signal;
    struct assay_scorer made = {.model = model,
                                .points = assay_alloc(n, sizeof *made.points),
                                .unknown = assay_alloc(n, sizeof *made.unknown),
                                .n_point = assay_alloc(n, sizeof *made.n_point),
                                .point_capacity = assay_alloc(n, sizeof *made.point_capacity),
                                .unknown_capacity = assay_alloc(n, sizeof *made.unknown_capacity)};
    enum assay_status status = ASSAY_OK;
    if (made.points == NULL || made.unknown == NULL || made.n_point == NULL ||
        made.point_capacity == NULL || made.unknown_capacity == NULL)
        status = assay_fail_memory(err, "preparing to score");
    if (status == ASSAY_OK)
        status = assay_columns_find(&model->spec, table, &made.columns, err);
    if (status == ASSAY_OK)
        status = assay_scorer_extend(&made, table, err);
    if (status != ASSAY_OK)
        assay_scorer_clear(&made);
    else
        *scorer = made;
    return status;
}

void assay_scorer_clear(struct assay_scorer *scorer)
{
    for (size_t j = 0; scorer->points != NULL && j < scorer->model->n_signal; j++)
        free(scorer->points[j]);
    for (size_t j = 0; scorer->unknown != NULL && j < scorer->model->n_signal; j++)
        free(scorer->unknown[j]);
    free(scorer->points);
    free(scorer->unknown);
    free(scorer->n_point);
    free(scorer->point_capacity);
    free(scorer->unknown_capacity);
    assay_cohort_lookup_clear(&scorer->lookup);
    assay_terms_lookup_clear(&scorer->terms);
    assay_columns_clear(&scorer->columns);
    *scorer = (struct assay_scorer){0};
}

enum assay_status assay_scorer_extend(struct assay_scorer *scorer, const struct assay_table *table,
                                      struct assay_error *err)
{
    const struct assay_model *model = scorer->model;
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        if (assay_signal_type(signal) != ASSAY_TEXT)
            continue;
        const struct assay_dictionary *names = table->columns[scorer->columns.signals[j]].dictionary;
        size_t n = assay_dictionary_count(names);
        if (!assay_grow(&scorer->points[j], &scorer->point_capacity[j], n, sizeof(double)) ||
            !assay_grow(&scorer->unknown[j], &scorer->unknown_capacity[j], n, sizeof(bool)))
            return assay_fail_memory(err, "preparing to score");
        for (size_t c = scorer->n_point[j]; c < n; c++)
            scorer->points[j][c] = assay_normalise_category(
                signal, assay_dictionary_text(names, (int32_t)c), &scorer->unknown[j][c]);
        scorer->n_point[j] = n;
    }
    enum assay_status status = assay_cohort_lookup_extend(&scorer->lookup, &model->cohorts,
                                                          &scorer->columns, table, err);
    if (status == ASSAY_OK)
        status = assay_terms_lookup_extend(&scorer->terms, model, &scorer->columns, table, err);
    return status;
}

static const struct assay_knots *knots_of(const struct assay_model *model, size_t signal,
                                          size_t cohort)
{
    return model->spec.signals[signal].normalise.method == ASSAY_PERCENTILE
               ? &model->baselines[signal].knots[cohort]
               : NULL;
}

void assay_scorer_row(const struct assay_scorer *scorer, const struct assay_table *table,
                      size_t row, double s[], bool missing[], struct assay_score *out)
{
    const struct assay_model *model = scorer->model;
    out->n_unknown = 0;
    out->cohort = assay_cohort_of_row(&scorer->lookup, &model->cohorts, &scorer->columns, table,
                                      row, &out->unseen_plan);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_column *column = &table->columns[scorer->columns.signals[j]];
        if (column->type == ASSAY_TEXT) {
            int32_t code = column->codes[row];
            s[j] = code == ASSAY_NO_CODE ? (double)NAN : scorer->points[j][code];
            out->n_unknown += code != ASSAY_NO_CODE && scorer->unknown[j][code];
        } else {
            s[j] = assay_normalise_number(&model->spec.signals[j], knots_of(model, j, out->cohort),
                                          assay_column_number(column, row));
        }
    }
    assay_score_normalised(model,
                           assay_terms_of_row(&scorer->terms, &scorer->columns, table, row), s,
                           missing, out);
}

/* ---- loose inputs ---- */

static const struct assay_example_input *input_of(const struct assay_model *model,
                                                  const struct assay_example_input inputs[],
                                                  const char *column)
{
    for (size_t k = 0; k < model->n_input; k++)
        if (strcmp(model->inputs[k].column, column) == 0)
            return &inputs[k];
    return NULL;
}

static double number_of(const struct assay_example_input *input)
{
    double value;
    if (input->text == NULL)
        return input->number;
    return assay_number_parse(input->text, strlen(input->text), &value) ? value : (double)NAN;
}

static size_t cohort_of_inputs(const struct assay_model *model,
                               const struct assay_example_input inputs[], bool *unseen)
{
    const struct assay_cohort_spec *spec = &model->spec.cohort;
    size_t node = 0;
    *unseen = false;
    if (spec->plan != NULL) {
        const char *plan = input_of(model, inputs, spec->plan)->text;
        node = assay_cohort_plan_node(&model->cohorts, plan, unseen);
        if (node == 0)
            return 0;
    }
    if (spec->tenure == NULL)
        return node;
    double tenure = number_of(input_of(model, inputs, spec->tenure));
    return assay_cohort_band_node(&model->cohorts, node, assay_cohort_band(spec, tenure));
}

/* NULL where no column is declared, or the example has none. */
static const char *text_of(const struct assay_model *model,
                           const struct assay_example_input inputs[], const char *column)
{
    return column != NULL ? input_of(model, inputs, column)->text : NULL;
}

void assay_score_inputs(const struct assay_model *model, const struct assay_example_input inputs[],
                        double s[], bool missing[], struct assay_score *out)
{
    out->n_unknown = 0;
    out->cohort = cohort_of_inputs(model, inputs, &out->unseen_plan);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_example_input *input = input_of(model, inputs, signal->column);
        bool unknown = false;
        if (assay_signal_type(signal) == ASSAY_TEXT)
            s[j] = assay_normalise_category(signal, input->text, &unknown);
        else
            s[j] = assay_normalise_number(signal, knots_of(model, j, out->cohort),
                                          number_of(input));
        out->n_unknown += unknown;
    }
    assay_score_normalised(model,
                           assay_terms_find(model,
                                            text_of(model, inputs, model->spec.fit.models_by),
                                            text_of(model, inputs, model->spec.line.by)),
                           s, missing, out);
}
