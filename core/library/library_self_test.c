#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/library/library_parts.h"

/* Another compiler's exp() may end in other digits. */
#define POINTS_TOLERANCE      1e-9
#define PROBABILITY_TOLERANCE 1e-11

/* The examples as a caller would hold them. */
struct examples {
    struct libassay_value *values;   /* [n_example * n_input] by example */
    struct libassay_driver *drivers; /* [n_signal] */
    struct libassay_column *columns; /* [n_input] */
    double *numbers;                 /* [n_input * n_example] by input */
    const char **texts;              /* the same */
    struct libassay_results results; /* into figures and zones */
    double *figures;                 /* [3 * n_example] */
    int32_t *zones;
};

static void clear(struct examples *at)
{
    free(at->values);
    free(at->drivers);
    free(at->columns);
    free(at->numbers);
    free((void *)at->texts);
    free(at->figures);
    free(at->zones);
}

static bool alloc(const struct assay_model *model, struct examples *at)
{
    size_t n_cell = model->n_example * model->n_input;
    at->values = assay_alloc(n_cell, sizeof *at->values);
    at->drivers = assay_alloc(model->n_signal, sizeof *at->drivers);
    at->columns = assay_alloc(model->n_input, sizeof *at->columns);
    at->numbers = assay_alloc(n_cell, sizeof *at->numbers);
    at->texts = assay_alloc(n_cell, sizeof *at->texts);
    at->figures = assay_alloc(3 * model->n_example, sizeof *at->figures);
    at->zones = assay_alloc(model->n_example, sizeof *at->zones);
    return at->values != NULL && at->drivers != NULL && at->columns != NULL &&
           at->numbers != NULL && at->texts != NULL && at->figures != NULL && at->zones != NULL;
}

static void fill(const struct assay_model *model, struct examples *at)
{
    size_t n = model->n_example;
    for (size_t k = 0; k < model->n_input; k++) {
        for (size_t e = 0; e < n; e++) {
            const struct assay_example_input *input = &model->examples[e].inputs[k];
            at->values[e * model->n_input + k] =
                (struct libassay_value){.number = input->number, .text = input->text};
            at->numbers[k * n + e] = input->number;
            at->texts[k * n + e] = input->text;
        }
        if (model->inputs[k].is_text)
            at->columns[k].texts = at->texts + k * n;
        else
            at->columns[k].numbers = at->numbers + k * n;
    }
    at->results = (struct libassay_results){.size = sizeof at->results,
                                            .composite = at->figures,
                                            .score = at->figures + n,
                                            .probability = at->figures + 2 * n,
                                            .zone = at->zones};
}

/* ---- comparing ---- */

static bool differ(double a, double b, double tolerance)
{
    return !(fabs(a - b) <= tolerance);
}

static enum assay_status check_figures(const struct assay_model *model, size_t e, const char *how,
                                       const struct libassay_score *score, struct assay_error *err)
{
    const struct assay_example *said = &model->examples[e];
    if (said->dropped != (score->zone < 0))
        return assay_fail(err, ASSAY_EDATA, "example %zu, %s, gets %s score; expected the reverse",
                          e + 1, how, said->dropped ? "a" : "no");
    if (said->dropped)
        return ASSAY_OK;
    if (differ(score->score, said->score, POINTS_TOLERANCE) || (size_t)score->zone != said->zone)
        return assay_fail(err, ASSAY_EDATA,
                          "example %zu, %s, scores %.12g (%s); expected %.12g (%s)", e + 1, how,
                          score->score, model->spec.zones[score->zone].name, said->score,
                          model->spec.zones[said->zone].name);
    if (differ(score->composite, said->composite, POINTS_TOLERANCE) ||
        differ(score->probability, said->probability, PROBABILITY_TOLERANCE))
        return assay_fail(err, ASSAY_EDATA,
                          "example %zu, %s, has composite %.12g and probability %.12g; expected "
                          "%.12g and %.12g",
                          e + 1, how, score->composite, score->probability, said->composite,
                          said->probability);
    return ASSAY_OK;
}

static enum assay_status check_row(const struct libassay_model *model, size_t e,
                                   const struct examples *at, struct assay_error *err)
{
    const struct assay_model *from = &model->model;
    struct libassay_score score = {.size = sizeof score};
    libassay_explain_row(model, at->values + e * from->n_input, from->n_input, at->drivers,
                         from->n_signal, &score, NULL);
    for (size_t j = 0; j < from->n_signal; j++)
        if (differ(at->drivers[j].normalised, from->examples[e].s[j], POINTS_TOLERANCE))
            return assay_fail(err, ASSAY_EDATA,
                              "example %zu, by itself, has signal \"%s\" at %.12g; expected %.12g",
                              e + 1, from->spec.signals[j].name, at->drivers[j].normalised,
                              from->examples[e].s[j]);
    return check_figures(from, e, "by itself", &score, err);
}

static enum assay_status check_all(const struct libassay_model *model, const struct examples *at,
                                   struct assay_error *err)
{
    const struct assay_model *from = &model->model;
    enum assay_status status = ASSAY_OK;
    for (size_t e = 0; status == ASSAY_OK && e < from->n_example; e++)
        status = check_row(model, e, at, err);
    if (status != ASSAY_OK)
        return status;
    if (libassay_score_columns(model, at->columns, from->n_input, from->n_example, &at->results,
                               NULL) != LIBASSAY_OK)
        return assay_fail_memory(err, "scoring");
    for (size_t e = 0; status == ASSAY_OK && e < from->n_example; e++) {
        struct libassay_score score = {.composite = at->results.composite[e],
                                       .score = at->results.score[e],
                                       .probability = at->results.probability[e],
                                       .zone = at->results.zone[e]};
        status = check_figures(from, e, "by columns", &score, err);
    }
    return status;
}

enum libassay_status libassay_self_test(const struct libassay_model *model,
                                        struct libassay_error *error)
{
    struct assay_error err = {0};
    struct examples examples = {0};
    enum libassay_status given = assay_library_check_given(model, "model", error);
    if (given != LIBASSAY_OK)
        return given;
    enum assay_status status = ASSAY_OK;
    locale_t theirs = uselocale(model->plain);
    if (!alloc(&model->model, &examples)) {
        status = assay_fail_memory(&err, "testing a model");
    } else {
        fill(&model->model, &examples);
        status = check_all(model, &examples, &err);
    }
    uselocale(theirs);
    clear(&examples);
    return status == ASSAY_OK ? LIBASSAY_OK : assay_library_fail(error, status, &err);
}
