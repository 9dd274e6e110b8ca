#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/signal/columns.h"

const char *const assay_reference_kinds[ASSAY_REFERENCE_KINDS] = {"signal", "score", "segment",
                                                                  "plan"};

static void clear_variable(struct assay_reference_variable *variable)
{
    for (size_t k = 0; variable->values != NULL && k < variable->n_value; k++)
        free(variable->values[k]);
    free(variable->values);
    free(variable->counts);
    free(variable->numbers);
    free(variable->name);
}

void assay_model_reference_clear(struct assay_model_reference *reference)
{
    for (size_t v = 0; v < reference->n_variable; v++)
        clear_variable(&reference->variables[v]);
    free(reference->variables);
    *reference = (struct assay_model_reference){0};
}

/* ---- writing ---- */

static void put_counts(struct assay_json_writer *json, const char *key, const size_t counts[],
                       size_t n)
{
    assay_json_open(json, key, '-');
    for (size_t k = 0; k < n; k++)
        assay_json_put_count(json, NULL, counts[k]);
    assay_json_close(json);
}

static void write_numbers(struct assay_json_writer *json, const struct assay_percentiles *numbers)
{
    size_t n = numbers->n > 0 ? ASSAY_PERCENTILES : 0;
    assay_json_put_interval(json, "range", numbers->n > 0 ? numbers->lowest : (double)NAN,
                            numbers->n > 0 ? numbers->highest : (double)NAN);
    assay_json_put_numbers(json, "percentiles", numbers->at, n);
    put_counts(json, "up_to", numbers->up_to, n);
}

static void write_texts(struct assay_json_writer *json,
                        const struct assay_reference_variable *variable)
{
    assay_json_open(json, "values", '-');
    for (size_t k = 0; k < variable->n_value; k++)
        assay_json_put_string(json, NULL, variable->values[k]);
    assay_json_close(json);
    put_counts(json, "counts", variable->counts, variable->n_value);
    assay_json_put_count(json, "others", variable->others);
}

void assay_model_reference_write(struct assay_json_writer *json,
                                 const struct assay_model_reference *reference, size_t n_zone)
{
    if (reference->rows == 0)
        return;
    assay_json_open(json, "reference", '{');
    assay_json_put_count(json, "rows", reference->rows);
    assay_json_put_count(json, "accounts", reference->accounts);
    assay_json_put_number(json, "effective", reference->effective);
    put_counts(json, "zone_rows", reference->zone_rows, n_zone);
    put_counts(json, "zone_events", reference->zone_events, n_zone);
    assay_json_open(json, "variables", '[');
    for (size_t v = 0; v < reference->n_variable; v++) {
        const struct assay_reference_variable *variable = &reference->variables[v];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "kind", assay_reference_kinds[variable->kind]);
        assay_json_put_string(json, "name", variable->name);
        assay_json_put_count(json, "missing", variable->missing);
        if (variable->numbers != NULL)
            write_numbers(json, variable->numbers);
        else
            write_texts(json, variable);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

/* ---- reading ---- */

/* n whole numbers from 0, each at most its own limit[k], or `most` where limit is NULL. */
static enum assay_status read_counts(struct assay_json *doc, const struct cJSON *object,
                                     const char *key, size_t n, size_t most, const size_t limit[],
                                     size_t counts[], struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, object, key, &list, err);
    if (status != ASSAY_OK)
        return status;
    if (assay_json_count(list) != n)
        return assay_json_wrong(doc, list, err, "%zu counts", n);
    const struct cJSON *value = assay_json_first(list);
    for (size_t k = 0; k < n; k++, value = assay_json_next(value)) {
        size_t bound = limit != NULL ? limit[k] : most;
        double count = assay_json_is_number(value) ? assay_json_number(value) : -1;
        if (!(count >= 0 && count <= (double)bound && count == floor(count)))
            return assay_json_wrong(doc, value, err, "a whole number from 0 to %zu", bound);
        counts[k] = (size_t)count;
    }
    return ASSAY_OK;
}

static size_t sum_of(const size_t counts[], size_t n)
{
    size_t sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += counts[k]; /* at most 50 counts of up to 2^53: no overflow */
    return sum;
}

/* Percentiles ascend from lowest to highest, and so do the numbers of values up to each. */
static enum assay_status check_numbers(struct assay_json *doc, const struct cJSON *element,
                                       const struct assay_percentiles *numbers,
                                       struct assay_error *err)
{
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
        double before = k > 0 ? numbers->at[k - 1] : numbers->lowest;
        if (!(numbers->at[k] >= before && numbers->at[k] <= numbers->highest))
            return assay_json_wrong(doc, assay_json_get(element, "percentiles"), err,
                                    "numbers that ascend within \"range\"");
        if (k > 0 && numbers->up_to[k] < numbers->up_to[k - 1])
            return assay_json_wrong(doc, assay_json_get(element, "up_to"), err,
                                    "counts that ascend");
    }
    return ASSAY_OK;
}

static enum assay_status read_numbers(struct assay_json *doc, const struct cJSON *element,
                                      size_t present, struct assay_reference_variable *variable,
                                      struct assay_error *err)
{
    size_t n = present > 0 ? ASSAY_PERCENTILES : 0;
    double *at = NULL;
    struct assay_percentiles *numbers = assay_alloc(1, sizeof *numbers);
    if (numbers == NULL)
        return assay_fail_memory(err, "reading a model");
    variable->numbers = numbers;
    numbers->n = present;
    enum assay_status status = assay_want_interval(doc, element, "range", &numbers->lowest,
                                                   &numbers->highest, err);
    if (status == ASSAY_OK && isnan(numbers->lowest) != (present == 0))
        status = assay_json_wrong(doc, assay_json_get(element, "range"), err, "%s",
                                  present == 0 ? "null where every value is missing"
                                               : "[lowest, highest]");
    if (status == ASSAY_OK)
        status = assay_want_vector(doc, element, "percentiles", n, &at, err);
    if (status == ASSAY_OK)
        memcpy(numbers->at, at, n * sizeof *at);
    free(at);
    if (status == ASSAY_OK)
        status = read_counts(doc, element, "up_to", n, present, NULL, numbers->up_to, err);
    if (status != ASSAY_OK || present > 0)
        return status != ASSAY_OK ? status : check_numbers(doc, element, numbers, err);
    numbers->lowest = numbers->highest = 0;
    return ASSAY_OK;
}

static enum assay_status read_values(struct assay_json *doc, const struct cJSON *list,
                                     struct assay_reference_variable *variable,
                                     struct assay_error *err)
{
    for (const struct cJSON *value = assay_json_first(list); value != NULL;
         value = assay_json_next(value)) {
        if (!assay_json_is_string(value))
            return assay_json_wrong(doc, value, err, "text in quotes");
        const char *text = assay_json_string(value);
        for (size_t k = 0; k < variable->n_value; k++)
            if (strcmp(variable->values[k], text) == 0)
                return assay_json_wrong(doc, value, err, "each value once");
        variable->values[variable->n_value] = assay_copy_string(text);
        if (variable->values[variable->n_value++] == NULL)
            return assay_fail_memory(err, "reading a model");
    }
    return ASSAY_OK;
}

static enum assay_status read_texts(struct assay_json *doc, const struct cJSON *element,
                                    size_t present, struct assay_reference_variable *variable,
                                    struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, element, "values", &list, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list);
    if (n > ASSAY_REFERENCE_VALUES)
        return assay_json_wrong(doc, list, err, "at most %d values", ASSAY_REFERENCE_VALUES);
    variable->values = assay_alloc(n, sizeof *variable->values);
    variable->counts = assay_alloc(n, sizeof *variable->counts);
    if (variable->values == NULL || variable->counts == NULL)
        return assay_fail_memory(err, "reading a model");
    status = read_values(doc, list, variable, err);
    if (status == ASSAY_OK)
        status = read_counts(doc, element, "counts", n, present, NULL, variable->counts, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, element, "others", &variable->others, err);
    size_t listed = sum_of(variable->counts, n);
    if (status == ASSAY_OK && (listed > present || present - listed != variable->others))
        status = assay_json_wrong(doc, assay_json_get(element, "others"), err,
                                  "what \"rows\" leave, less \"missing\" and \"counts\"");
    return status;
}

/* What variable v of the list may be: signals and score in their order, the rest in any. */
static enum assay_status check_name(struct assay_json *doc, const struct cJSON *element, size_t v,
                                    const struct assay_model *model,
                                    const struct assay_reference_variable *variable,
                                    struct assay_error *err)
{
    const struct assay_spec *spec = &model->spec;
    enum assay_reference_kind due = v < model->n_signal    ? ASSAY_OF_SIGNAL
                                    : v == model->n_signal ? ASSAY_OF_SCORE
                                    : variable->kind == ASSAY_OF_PLAN ? ASSAY_OF_PLAN
                                                                      : ASSAY_OF_SEGMENT;
    if (variable->kind != due)
        return assay_json_wrong(doc, assay_json_get(element, "kind"), err, "\"%s\"",
                                assay_reference_kinds[due]);
    const struct cJSON *name = assay_json_get(element, "name");
    const char *expected = due == ASSAY_OF_SIGNAL  ? spec->signals[v].name
                           : due == ASSAY_OF_SCORE ? "score"
                                                   : spec->cohort.plan;
    if (due != ASSAY_OF_SEGMENT)
        return expected != NULL && strcmp(variable->name, expected) == 0
                   ? ASSAY_OK
                   : assay_json_wrong(doc, name, err, "%s",
                                      expected != NULL ? expected : "no plan: none is declared");
    for (size_t k = 0; k < spec->n_segment; k++)
        if (strcmp(spec->segments[k], variable->name) == 0)
            return ASSAY_OK;
    return assay_json_wrong(doc, name, err, "a declared segment");
}

/* A variable is read as numbers or texts as the declarations say, not as its keys would have it. */
static bool is_number(const struct assay_model *model, size_t v)
{
    return v == model->n_signal ||
           (v < model->n_signal &&
            assay_signal_type(&model->spec.signals[v]) == ASSAY_NUMBER);
}

static enum assay_status read_variable(struct assay_json *doc, const struct cJSON *element,
                                       size_t v, const struct assay_model *model, size_t rows,
                                       struct assay_reference_variable *variable,
                                       struct assay_error *err)
{
    static const char *const numbers[] = {"kind",  "name",        "missing",
                                          "range", "percentiles", "up_to"};
    static const char *const texts[] = {"kind", "name", "missing", "values", "counts", "others"};
    size_t kind = 0;
    enum assay_status status =
        assay_check_element(doc, element, "a variable", is_number(model, v) ? numbers : texts,
                            ASSAY_COUNT(texts), err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, element, "kind", assay_reference_kinds,
                                      ASSAY_REFERENCE_KINDS, &kind, err);
    variable->kind = (enum assay_reference_kind)kind;
    if (status == ASSAY_OK)
        status = assay_want_text(doc, element, "name", false, &variable->name, err);
    if (status == ASSAY_OK)
        status = check_name(doc, element, v, model, variable, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, element, "missing", 0, rows, &variable->missing, err);
    if (status != ASSAY_OK)
        return status;
    size_t present = rows - variable->missing;
    return is_number(model, v) ? read_numbers(doc, element, present, variable, err)
                               : read_texts(doc, element, present, variable, err);
}

static enum assay_status read_variables(struct assay_json *doc, const struct cJSON *part,
                                        const struct assay_model *model,
                                        struct assay_model_reference *reference,
                                        struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_want_list(doc, part, "variables",
                                               sizeof *reference->variables,
                                               &reference->variables, &list, err);
    if (status == ASSAY_OK && assay_json_count(list) <= model->n_signal)
        status = assay_json_wrong(doc, list, err, "every signal, and the score behind them");
    const struct cJSON *element = status == ASSAY_OK ? assay_json_first(list) : NULL;
    for (; status == ASSAY_OK && element != NULL; element = assay_json_next(element)) {
        size_t v = reference->n_variable++;
        status = read_variable(doc, element, v, model, reference->rows, &reference->variables[v],
                               err);
        for (size_t k = model->n_signal + 1; status == ASSAY_OK && k < v; k++)
            if (reference->variables[k].kind == reference->variables[v].kind &&
                strcmp(reference->variables[k].name, reference->variables[v].name) == 0)
                status = assay_json_wrong(doc, assay_json_get(element, "name"), err,
                                          "each variable once");
    }
    return status;
}

static enum assay_status read_zones(struct assay_json *doc, const struct cJSON *part, size_t n_zone,
                                    struct assay_model_reference *reference,
                                    struct assay_error *err)
{
    enum assay_status status = read_counts(doc, part, "zone_rows", n_zone, reference->rows, NULL,
                                           reference->zone_rows, err);
    if (status == ASSAY_OK && sum_of(reference->zone_rows, n_zone) != reference->rows)
        status = assay_json_wrong(doc, assay_json_get(part, "zone_rows"), err,
                                  "counts that add up to \"rows\"");
    return status != ASSAY_OK ? status
                              : read_counts(doc, part, "zone_events", n_zone, 0,
                                            reference->zone_rows, reference->zone_events, err);
}

enum assay_status assay_model_reference_read(struct assay_json *doc, const struct cJSON *object,
                                             const struct assay_model *model,
                                             struct assay_model_reference *reference,
                                             struct assay_error *err)
{
    static const char *const keys[] = {"rows",      "accounts",    "effective",
                                       "zone_rows", "zone_events", "variables"};
    const struct cJSON *part;
    if (assay_json_get(object, "reference") == NULL)
        return ASSAY_OK; /* written before references were kept */
    enum assay_status status =
        assay_want_part(doc, object, "reference", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, part, "rows", 1, model->training.left_out[ASSAY_ROW_USED],
                                       &reference->rows, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, part, "accounts", 1, reference->rows,
                                       &reference->accounts, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "effective", &reference->effective, err);
    if (status == ASSAY_OK && !(reference->effective >= 1 &&
                                reference->effective <= (double)reference->accounts * (1 + 1e-9)))
        status = assay_json_wrong(doc, assay_json_get(part, "effective"), err,
                                  "a number from 1 to \"accounts\"");
    if (status == ASSAY_OK)
        status = read_zones(doc, part, model->spec.n_zone, reference, err);
    return status != ASSAY_OK ? status : read_variables(doc, part, model, reference, err);
}
