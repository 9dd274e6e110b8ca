/* exported.h - models for tests of exports, accounts that try them, and what the program makes of these */
#ifndef ASSAY_TESTS_RELEASE_EXPORTED_H
#define ASSAY_TESTS_RELEASE_EXPORTED_H

#include "core/model/scorer.h"
#include "release/export/target.h"
#include "tests/model/specs.h"

/* Beyond tests/model/specs.h: a column that is read as texts and as numbers, and has the name of an output. */
#define TEXT_AND_NUMBER                                                                            \
    SPEC_HEAD "\"cohort\": {\"plan\": \"nps\", \"tenure\": \"months\", \"bands\": [12]}, "         \
              "\"signals\": [" SIGNAL("score", "nps", "higher", "") "," SIGNAL(                    \
                  "logins", "logins", "lower", MISSING("renormalise")) "]}"

enum { N_EXPORTED = COUNT(model_specs) + 1 };

/* The k-th model, with examples and a digest; lab_clear() it. */
static inline void exported_model(struct lab *lab, size_t k)
{
    struct assay_error err = {0};
    struct assay_text file = {0};
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(lab, k < COUNT(model_specs) ? model_specs[k].spec : TEXT_AND_NUMBER,
                         csv.data, &err));
    ck_assay_ok(lab_model(lab, &err));
    ck_assay_ok(assay_model_write(&lab->model, &file, &err));
    assay_text_clear(&file);
    assay_text_clear(&csv);
}

static inline struct assay_text exported_text(assay_export_target *target,
                                              const struct assay_model *model, bool self_test)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_export_request request = {.model = model, .self_test = self_test};
    ck_assay_ok(target(&request, &text, &err));
    return text;
}

/* An account mixed from the model's examples: cells of any of them, some gone, some bent, some far out.
 * inputs[n_input]; texts are borrowed. */
static inline void exported_account(const struct assay_model *model, struct test_random *random,
                                    struct assay_example_input inputs[])
{
    for (size_t k = 0; k < model->n_input; k++) {
        const struct assay_example *example =
            &model->examples[test_below(random, model->n_example)];
        double u = test_uniform(random);
        inputs[k] = example->inputs[k];
        if (u < 0.1)
            inputs[k] = (struct assay_example_input){.number = NAN};
        else if (model->inputs[k].is_text)
            continue;
        else if (u < 0.2)
            inputs[k].number *= 1e300 * (u - 0.15);
        else if (u < 0.6)
            inputs[k].number *= 2 * test_uniform(random);
    }
}

#endif
