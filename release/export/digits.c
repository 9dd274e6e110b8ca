#include "release/export/digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "release/export/target.h"

/* The nearest number of 15 digits; NaN where that is beyond double. */
static double cut(double value)
{
    char digits[ASSAY_NUMBER_SIZE];
    int length = snprintf(digits, sizeof digits, "%.15g", value);
    return assay_number_parse(digits, (size_t)length, &value) ? value : (double)NAN;
}

bool assay_export_is_above(double edge, double *below)
{
    double next = nextafter(edge, -HUGE_VAL);
    bool above = cut(edge) != edge && cut(next) == next;
    *below = above ? next : edge;
    return above;
}

bool assay_export_agrees(const struct assay_score *score, const struct assay_example *example)
{
    if (score->dropped || example->dropped)
        return score->dropped && example->dropped;
    return fabs(score->composite - example->composite) <= ASSAY_EXPORT_TOLERANCE &&
           fabs(score->score - example->score) <= ASSAY_EXPORT_TOLERANCE &&
           fabs(score->probability - example->probability) <= ASSAY_EXPORT_TOLERANCE / 100 &&
           score->zone == example->zone;
}

/* A text that serves as a number too stays as it is. */
static bool holds(const struct assay_model *model, const struct assay_example *example,
                  struct assay_example_input inputs[])
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_score score;
    for (size_t k = 0; k < model->n_input; k++) {
        inputs[k] = example->inputs[k];
        if (inputs[k].text != NULL || isnan(inputs[k].number))
            continue;
        inputs[k].number = cut(inputs[k].number);
        if (isnan(inputs[k].number))
            return false;
    }
    assay_score_inputs(model, inputs, s, missing, &score);
    return assay_export_agrees(&score, example);
}

enum assay_status assay_export_examples_of_15_digits(const struct assay_model *model,
                                                     const char *target, size_t kept[],
                                                     size_t *n_kept, struct assay_error *err)
{
    struct assay_example_input *inputs = assay_alloc(model->n_input, sizeof *inputs);
    size_t n = 0;
    if (inputs == NULL)
        return assay_fail_memory(err, "choosing examples");
    for (size_t k = 0; k < model->n_example; k++)
        if (holds(model, &model->examples[k], inputs))
            kept[n++] = k;
    free(inputs);
    if (n == 0)
        return assay_export_refuse(err, target,
                                   "none of its %zu examples has the same results in 15 digits",
                                   model->n_example);
    *n_kept = n;
    return ASSAY_OK;
}
