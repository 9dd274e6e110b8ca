/* imported.h - scorecards as text, and the score that their model gives an account */
#ifndef ASSAY_TESTS_CALIBRATE_IMPORTED_H
#define ASSAY_TESTS_CALIBRATE_IMPORTED_H

#include <math.h>
#include <string.h>

#include "calibrate/import/config.h"
#include "calibrate/import/edges.h"
#include "calibrate/import/model_make.h"
#include "core/model/scorer.h"
#include "tests/support/suite.h"

struct imported {
    struct assay_scorecard card;
    struct assay_shape shape;
    struct assay_model model;
};

static inline const struct assay_vendor *vendor_called(const char *word)
{
    size_t v = 0;
    while (strcmp(assay_vendors[v].word, word) != 0)
        v++;
    return &assay_vendors[v];
}

static inline struct assay_import_wishes plain_wishes(void)
{
    return (struct assay_import_wishes){.name = "card",
                                        .id = "id",
                                        .outcome = "churned",
                                        .observed_until = ASSAY_NO_DATE,
                                        .at_risk_score = NAN,
                                        .at_risk_probability = 0.5,
                                        .created = "2026-07-01"};
}

/* On failure, too, to be cleared. */
static inline enum assay_status import_text(const char *vendor, const char *text,
                                            const struct assay_import_wishes *wishes,
                                            struct imported *made, struct assay_error *err)
{
    *made = (struct imported){0};
    enum assay_status status = assay_scorecard_read(vendor_called(vendor), "card.csv", text,
                                                    strlen(text), &made->card, err);
    if (status == ASSAY_OK)
        status = assay_import_model(&made->card, wishes, &made->shape, &made->model, err);
    return status == ASSAY_OK ? assay_edge_examples_make(&made->model, err) : status;
}

static inline void imported_clear(struct imported *made)
{
    assay_model_clear(&made->model);
    assay_shape_clear(&made->shape);
    assay_scorecard_clear(&made->card);
}

/* The score of an account with these numbers in the order of model->inputs, NaN: missing. */
static inline struct assay_score score_numbers(const struct assay_model *model,
                                               const double numbers[])
{
    struct assay_example_input inputs[8];
    struct assay_score score;
    double s[8];
    bool missing[8];
    ck_assert_uint_le(model->n_input, COUNT(inputs));
    for (size_t k = 0; k < model->n_input; k++)
        inputs[k] = (struct assay_example_input){.number = numbers[k]};
    assay_score_inputs(model, inputs, s, missing, &score);
    return score;
}

#endif
