#include "validate/drift/drift.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "validate/drift/drift_count.h"
#include "validate/drift/drift_words.h"
#include "validate/drift/effective.h"

static void write_reference(struct assay_json_writer *json, const struct assay_model *model)
{
    if (model == NULL || model->training.reference.rows == 0) {
        assay_json_put_null(json, "reference");
        return;
    }
    assay_json_open(json, "reference", '{');
    assay_json_put_count(json, "rows", model->training.reference.rows);
    assay_json_put_count(json, "accounts", model->training.reference.accounts);
    assay_put_date(json, "from", model->training.from);
    assay_put_date(json, "to", model->training.to);
    assay_json_close(json);
}

static void write_bins(struct assay_json_writer *json, const struct assay_drift_variable *v)
{
    char label[ASSAY_BIN_LABEL_SIZE];
    assay_json_open(json, "bins", '[');
    for (size_t b = 0; b < v->n_bin; b++) {
        if (v->expected[b] == 0.0 && v->actual[b] == 0.0)
            continue;
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "label", assay_bin_label(v, b, label));
        assay_json_put_number(json, "expected", v->expected[b] / assay_expected_rows(v));
        assay_json_put_number(json, "actual", v->actual[b] / (double)v->n);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_variable(struct assay_json_writer *json, const struct assay_drift_variable *v,
                           struct assay_text *words)
{
    assay_text_reset(words);
    assay_variable_words(v, words);
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "name", v->of->name);
    assay_json_put_string(json, "kind", assay_reference_kinds[v->of->kind]);
    assay_json_put_count(json, "n", v->n);
    assay_json_put_count(json, "missing", v->missing);
    assay_json_put_optional(json, "psi", v->psi);
    assay_json_put_optional(json, "psi_limit", v->psi_limit);
    assay_json_put_optional(json, "psi_p", v->psi_p);
    assay_json_put_optional(json, "ks", v->ks.distance);
    assay_json_put_optional(json, "ks_limit", v->ks_limit);
    assay_json_put_optional(json, "ks_p", v->ks_p);
    assay_json_put_number(json, "q_value", v->q_value);
    assay_json_put_bool(json, "drifted", v->drifted);
    assay_json_put_string(json, "words", words->data != NULL ? words->data : "");
    write_bins(json, v);
    assay_json_close(json);
}

/* What moved first; equals in the order of the model. */
static int by_q_value(const void *a, const void *b)
{
    const struct assay_drift_variable *l = a, *r = b;
    if (l->q_value != r->q_value)
        return l->q_value < r->q_value ? -1 : 1;
    if (l->psi != r->psi)
        return l->psi > r->psi ? -1 : 1;
    return l->of < r->of ? -1 : l->of > r->of;
}

static enum assay_status write_variables(struct assay_audit_output *out,
                                         struct assay_drift_variable variables[], size_t n,
                                         struct assay_error *err)
{
    struct assay_text words = {0};
    bool any = false;
    qsort(variables, n, sizeof *variables, by_q_value);
    assay_json_open(&out->json, "variables", '[');
    for (size_t v = 0; v < n; v++) {
        write_variable(&out->json, &variables[v], &words);
        any |= variables[v].drifted;
    }
    assay_json_close(&out->json);
    assay_text_reset(&words);
    assay_drift_words(variables, n, &words);
    bool failed = words.failed;
    assay_json_put_bool(&out->json, "any", any);
    assay_json_put_number(&out->json, "false_alarm_rate", ASSAY_DRIFT_RATE);
    assay_json_put_string(&out->json, "words", failed ? "" : words.data);
    assay_text_clear(&words);
    return failed ? assay_fail_memory(err, "describing drift") : ASSAY_OK;
}

static void advise(struct assay_audit_output *out, const struct assay_drift_variable variables[],
                   size_t n)
{
    char names[ASSAY_NAMES_SIZE];
    size_t moved = 0;
    while (moved < n && variables[moved].drifted)
        moved++;
    if (moved == 0)
        return;
    assay_advise(out, 1,
                 "Look into the drift of %s: first whether the data feed has changed, then whether the "
                 "customers have; a model whose inputs have really moved is due for recalibration",
                 assay_drifted_names(variables, moved, names));
}

static enum assay_status compare(const struct assay_audit_input *input,
                                 const struct assay_audit_set *set, struct assay_audit_output *out,
                                 struct assay_error *err)
{
    const struct assay_model_reference *reference = &input->model->training.reference;
    struct assay_drift_weights weights = {.expected =
                                              reference->effective / (double)reference->rows};
    struct assay_drift_variable *variables = assay_alloc(reference->n_variable, sizeof *variables);
    size_t n = 0;
    if (variables == NULL)
        return assay_fail_memory(err, "looking for drift");
    enum assay_status status = assay_row_weight(input, set, &weights.actual, err);
    if (status == ASSAY_OK)
        status = assay_drift_count(input, set, weights, variables, &n, err);
    if (status == ASSAY_OK)
        status = assay_drift_test(variables, n, weights, input->spec->seed, err);
    if (status == ASSAY_OK) {
        assay_json_put_count(&out->json, "rows", set->n);
        assay_json_open(&out->json, "effective", '{');
        assay_json_put_number(&out->json, "expected", reference->effective);
        assay_json_put_number(&out->json, "actual", (double)set->n * weights.actual);
        assay_json_close(&out->json);
        status = write_variables(out, variables, n, err);
        advise(out, variables, n);
    }
    free(variables);
    return status;
}

static const char *refusal(const struct assay_audit_input *input, const struct assay_audit_set *set)
{
    if (input->model == NULL)
        return "A score column comes without its training data: there is nothing to compare with";
    if (input->model->training.reference.rows == 0)
        return "The model file does not say what its training data looked like, as models calibrated "
               "from now on do: the next calibration makes it known";
    return set->n == 0 ? "There is no snapshot to compare with the training data" : NULL;
}

enum assay_status assay_audit_drift(const struct assay_audit_input *input,
                                    struct assay_audit_output *out, struct assay_error *err)
{
    const struct assay_audit_set *set = input->interim ? &input->waiting : &input->used;
    const char *refused = refusal(input, set);
    enum assay_status status = ASSAY_OK;
    assay_json_open(&out->json, "drift", '{');
    write_reference(&out->json, input->model);
    if (refused != NULL)
        assay_json_put_string(&out->json, "refused", refused);
    else
        status = compare(input, set, out, err);
    assay_json_close(&out->json);
    return status;
}
