#include "validate/people/unused.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/fit/score_test.h"
#include "core/metric/discovery.h"
#include "validate/people/extra.h"
#include "validate/people/repeats.h"
#include "validate/people/unused_write.h"

static const char doing[] = "testing columns";

/* ---- the model without them ---- */

static double log_odds(double prob)
{
    double inside = fmin(fmax(prob, DBL_EPSILON), 1.0 - DBL_EPSILON);
    return log(inside) - log1p(-inside);
}

/* What the subject says of each row, with mean 0 and standard deviation 1; *varies says whether it does. */
static void fill_nuisance(const struct assay_audit_set *used, double nuisance[], bool *varies)
{
    double count = (double)used->n, sum = 0.0, squares = 0.0;
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (size_t i = 0; i < used->n; i++) {
        nuisance[i] = used->prob != NULL ? log_odds(used->prob[i]) : used->score[i];
        sum += nuisance[i];
        low = fmin(low, nuisance[i]);
        high = fmax(high, nuisance[i]);
    }
    *varies = high > low;
    for (size_t i = 0; i < used->n; i++) {
        nuisance[i] -= sum / count;
        squares += nuisance[i] * nuisance[i];
    }
    double deviation = sqrt(squares / count);
    for (size_t i = 0; *varies && i < used->n; i++)
        nuisance[i] /= deviation;
}

static enum assay_status fit_null(const struct assay_audit_input *input, const double *nuisance[1],
                                  bool varies, struct assay_score_null *null, struct assay_error *err)
{
    bool by_account = input->repeated && input->used.account != NULL;
    struct assay_score_rows rows = {.nuisance = nuisance,
                                    .n_nuisance = varies,
                                    .outcome = input->used.outcome,
                                    .cluster = by_account ? input->used.account : NULL,
                                    .n = input->used.n,
                                    .n_cluster = by_account ? input->n_account : 0};
    return assay_score_null_fit(&rows, 0, null, err);
}

/* ---- column by column ---- */

struct testing {
    const struct assay_audit_input *input;
    const struct assay_score_null *null;
    const size_t *order;                 /* of the used rows by score */
    struct assay_unused_result *results; /* [n_unused] */
    struct assay_error *errors;          /* [n_unused] */
};

static enum assay_repeats repeats_of(const struct testing *testing, const double value[])
{
    const struct assay_audit_set *used = &testing->input->used;
    if (used->acted != NULL && assay_repeats_action(value, used->acted, used->n))
        return ASSAY_REPEATS_ACTION;
    return assay_repeats_score(value, used->score, testing->order, used->n) ? ASSAY_REPEATS_SCORE
                                                                            : ASSAY_REPEATS_NOTHING;
}

static enum assay_status read_numbers(const struct testing *testing, const struct assay_column *column,
                                      struct assay_extra *extra, enum assay_repeats *repeats,
                                      struct assay_error *err)
{
    const struct assay_audit_set *used = &testing->input->used;
    double *value = assay_rows_alloc(used->n, sizeof *value);
    if (value == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0; i < used->n; i++)
        value[i] = assay_column_number(column, assay_audit_row(used, i));
    *repeats = repeats_of(testing, value);
    enum assay_status status = assay_extra_of_numbers(value, used->outcome, used->n, extra, err);
    assay_rows_free(value);
    return status;
}

/* "yes" 1, "no" 0, anything else NaN. */
static double yes_or_no(const struct assay_column *column, int32_t code)
{
    const char *text = assay_audit_text(column->dictionary, code);
    return strcasecmp(text, "yes") == 0 ? 1.0 : strcasecmp(text, "no") == 0 ? 0.0 : (double)NAN;
}

static bool is_action(const struct assay_audit_set *used, const struct assay_column *column)
{
    size_t n_acted = 0;
    for (size_t i = 0; used->acted != NULL && i < used->n; i++) {
        double value = yes_or_no(column, column->codes[assay_audit_row(used, i)]);
        if (!assay_is_action(value, used->acted[i]))
            return false;
        n_acted += used->acted[i] == ASSAY_ACTED;
    }
    return n_acted > 0 && n_acted < used->n;
}

static enum assay_status read_texts(const struct testing *testing, const struct assay_column *column,
                                    struct assay_extra *extra, enum assay_repeats *repeats,
                                    struct assay_error *err)
{
    const struct assay_audit_set *used = &testing->input->used;
    int32_t *code = assay_rows_alloc(used->n, sizeof *code);
    if (code == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0; i < used->n; i++)
        code[i] = column->codes[assay_audit_row(used, i)];
    *repeats = is_action(used, column) ? ASSAY_REPEATS_ACTION : ASSAY_REPEATS_NOTHING;
    enum assay_status status = assay_extra_of_texts(
        code, assay_dictionary_count(column->dictionary), used->outcome, used->n, extra, err);
    assay_rows_free(code);
    return status;
}

/* The group whose events are furthest from what was expected, in standard errors: for the words. */
static void find_furthest(const struct assay_score_null *null, const struct assay_extra *extra,
                          struct assay_unused_result *result)
{
    double expected[ASSAY_SCORE_MAX_GROUPS] = {0}, spread[ASSAY_SCORE_MAX_GROUPS] = {0}, far = -1.0;
    size_t observed[ASSAY_SCORE_MAX_GROUPS] = {0};
    for (size_t i = 0; extra->group != NULL && i < null->rows.n; i++) {
        double p = null->prob[i];
        expected[extra->group[i]] += p;
        spread[extra->group[i]] += p * (1.0 - p);
        observed[extra->group[i]] += null->rows.outcome[i];
    }
    for (size_t g = 0; g < extra->n_group; g++) {
        double z = spread[g] > 0 ? fabs((double)observed[g] - expected[g]) / sqrt(spread[g]) : 0.0;
        if (z > far) {
            far = z;
            result->furthest = extra->code[g];
            result->observed = observed[g];
            result->expected = expected[g];
        }
    }
}

static enum assay_status test_column(const struct testing *testing, size_t k, struct assay_error *err)
{
    const struct assay_unused_column *unused = &testing->input->unused[k];
    const struct assay_column *column = &testing->input->intake->table.columns[unused->column];
    struct assay_unused_result *result = &testing->results[k];
    struct assay_extra extra = {0};
    enum assay_repeats repeats = ASSAY_REPEATS_NOTHING;
    enum assay_status status = unused->is_text ? read_texts(testing, column, &extra, &repeats, err)
                                               : read_numbers(testing, column, &extra, &repeats, err);
    if (status == ASSAY_OK) {
        struct assay_score_column tested = {extra.x, extra.group, extra.n_group};
        *result = (struct assay_unused_result){
            .column = unused,
            .kind = extra.kind,
            .repeats = repeats,
            .n_missing = extra.n_missing,
            .auc = extra.auc};
        status = assay_score_test(testing->null, &tested, &result->test, err);
    }
    if (status == ASSAY_OK)
        find_furthest(testing->null, &extra, result);
    assay_extra_clear(&extra);
    return status;
}

static void run_test(void *state, size_t k)
{
    struct testing *testing = state;
    testing->errors[k].status = test_column(testing, k, &testing->errors[k]);
}

static bool was_tested(const struct assay_unused_result *result)
{
    return result->repeats == ASSAY_REPEATS_NOTHING && result->kind <= ASSAY_EXTRA_FILLED_IN &&
           result->test.df > 0;
}

static enum assay_status find_q_values(struct assay_unused_result results[], size_t n,
                                       struct assay_error *err)
{
    double *p = assay_rows_alloc(n, sizeof *p);
    if (p == NULL)
        return assay_fail_memory(err, doing);
    for (size_t k = 0; k < n; k++) {
        results[k].tested = was_tested(&results[k]);
        p[k] = results[k].tested ? results[k].test.p_value : (double)NAN;
    }
    enum assay_status status = assay_q_values(p, n, ASSAY_POSITIVE_DEPENDENCE, p, err);
    for (size_t k = 0; status == ASSAY_OK && k < n; k++)
        results[k].q_value = p[k];
    assay_rows_free(p);
    return status;
}

static enum assay_status test_all(const struct assay_audit_input *input,
                                  const struct assay_score_null *null,
                                  struct assay_unused_result results[], struct assay_error *err)
{
    struct assay_error *errors = assay_alloc(input->n_unused, sizeof *errors);
    size_t *order = assay_rows_alloc(input->used.n, sizeof *order);
    struct testing testing = {input, null, order, results, errors};
    enum assay_status status = errors == NULL || order == NULL
                                   ? assay_fail_memory(err, doing)
                                   : assay_repeats_order(input->used.score, input->used.n, order, err);
    if (status == ASSAY_OK)
        assay_parallel(input->n_unused, 0, run_test, &testing);
    for (size_t k = 0; status == ASSAY_OK && k < input->n_unused; k++)
        if (errors[k].status != ASSAY_OK) {
            status = errors[k].status;
            if (err != NULL)
                *err = errors[k];
        }
    free(errors);
    assay_rows_free(order);
    return status != ASSAY_OK ? status : find_q_values(results, input->n_unused, err);
}

/* ---- the section ---- */

enum assay_status assay_audit_unused_columns(const struct assay_audit_input *input,
                                             struct assay_audit_output *out, struct assay_error *err)
{
    if (input->n_unused == 0 || input->used.n == 0) {
        assay_json_put_null(&out->json, "unused_columns");
        return ASSAY_OK;
    }
    bool varies = false;
    struct assay_score_null null = {0};
    struct assay_unused_result *results = assay_alloc(input->n_unused, sizeof *results);
    double *nuisance = assay_rows_alloc(input->used.n, sizeof *nuisance);
    if (results == NULL || nuisance == NULL) {
        free(results);
        assay_rows_free(nuisance);
        return assay_fail_memory(err, doing);
    }
    fill_nuisance(&input->used, nuisance, &varies);
    struct assay_error why = {0};
    enum assay_status status =
        fit_null(input, (const double *[]){nuisance}, varies, &null, &why);
    if (status == ASSAY_EDATA || status == ASSAY_ENUMERIC) {
        assay_unused_refuse(input, why.message, &out->json);
        status = ASSAY_OK;
    } else if (status == ASSAY_OK) {
        status = test_all(input, &null, results, &why);
        if (status == ASSAY_OK)
            status = assay_unused_write(input, results, varies, out, &why);
    }
    if (status != ASSAY_OK && err != NULL)
        *err = why;
    assay_score_null_clear(&null);
    assay_rows_free(nuisance);
    free(results);
    return status;
}
