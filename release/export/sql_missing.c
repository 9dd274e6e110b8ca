#include <math.h>

#include "core/signal/normalise.h"
#include "release/export/sql.h"

#define ALL ((size_t)-1)

bool assay_sql_has_term(const struct assay_model *model, size_t j)
{
    return model->spec.signals[j].missing == ASSAY_INDICATOR && model->missing_term[j] != 0;
}

/* Whether a missing value of the signal is filled from other signals, after step 1. */
static bool waits(const struct assay_model *model, size_t j)
{
    return assay_export_is_averaged(&model->spec.signals[j]);
}

/* ---- averages of the signals that have points ---- */

struct average {
    size_t dimension; /* or ALL */
    bool rounded;     /* half up */
    double otherwise; /* where the signals that have points have no weight; NaN: NULL */
};

static bool counts(const struct assay_sql *q, const struct average *average, size_t j,
                   double weight)
{
    return weight != 0 && (average->dimension == ALL || q->of_dimension[j] == average->dimension);
}

static void put_points(struct assay_sql *q, const struct average *average, const double weight[])
{
    size_t n = 0;
    for (size_t j = 0; j < q->model->n_signal; j++) {
        if (!counts(q, average, j, weight[j]))
            continue;
        bool may_lack = waits(q->model, j);
        assay_text_puts(q->out, n++ > 0 ? "\n        + " : "");
        assay_text_puts(q->out, may_lack ? "COALESCE(" : "");
        assay_sql_number(q, weight[j]);
        assay_text_printf(q->out, " * s_%s%s", q->names.signal[j], may_lack ? ", 0e0)" : "");
    }
}

/* The weights of those present, in *constant as far as they do not depend on the account; returns the
 * first signal that does, or n_signal. */
static size_t constant_weights(const struct assay_sql *q, const struct average *average,
                               const double weight[], double *constant)
{
    size_t j = 0;
    for (*constant = 0; j < q->model->n_signal; j++) {
        if (!counts(q, average, j, weight[j]))
            continue;
        if (waits(q->model, j))
            break;
        *constant += weight[j];
    }
    return j;
}

static void put_weights(struct assay_sql *q, const struct average *average, const double weight[],
                        size_t from, double constant)
{
    assay_sql_typed(q, constant);
    for (size_t j = from; j < q->model->n_signal; j++) {
        if (!counts(q, average, j, weight[j]))
            continue;
        assay_text_puts(q->out, "\n        + ");
        if (waits(q->model, j))
            assay_text_printf(q->out, "CASE WHEN s_%s IS NULL THEN 0e0 ELSE ", q->names.signal[j]);
        assay_sql_number(q, weight[j]);
        assay_text_puts(q->out, waits(q->model, j) ? " END" : "");
    }
}

static void put_otherwise(struct assay_sql *q, const struct average *average)
{
    if (!isnan(average->otherwise))
        assay_sql_typed(q, average->otherwise);
    else
        assay_text_printf(q->out, "CAST(NULL AS %s)", q->words->real);
}

static void put_average(struct assay_sql *q, struct assay_terms terms, const void *context)
{
    const struct average *average = context;
    const double *weight = assay_terms_weight(q->model, terms);
    double constant;
    size_t from = constant_weights(q, average, weight, &constant);
    bool depends = from < q->model->n_signal;
    if (!depends && !(constant > 0)) {
        put_otherwise(q, average);
        return;
    }
    if (depends) {
        assay_text_puts(q->out, "CASE WHEN ");
        put_weights(q, average, weight, from, constant);
        assay_text_puts(q->out, " > 0e0 THEN ");
    }
    assay_text_puts(q->out, average->rounded ? "floor((" : "(");
    put_points(q, average, weight);
    assay_text_puts(q->out, ") / ");
    if (depends) {
        assay_text_puts(q->out, "(");
        put_weights(q, average, weight, from, constant);
        assay_text_puts(q->out, ")");
    } else {
        assay_sql_number(q, constant);
    }
    assay_text_puts(q->out, average->rounded ? " + 5e-1 + 1e-9)" : "");
    if (depends) {
        assay_text_puts(q->out, " ELSE ");
        put_otherwise(q, average);
        assay_text_puts(q->out, " END");
    }
}

/* ---- the steps ---- */

static void put_missing_count(struct assay_sql *q)
{
    assay_sql_item(q);
    for (size_t j = 0; j < q->model->n_signal; j++)
        assay_text_printf(q->out, "%sCASE WHEN s_%s IS NULL THEN 1 ELSE 0 END",
                          j > 0 ? "\n      + " : "", q->names.signal[j]);
    assay_text_puts(q->out, " AS missing");
}

static void put_no_score(struct assay_sql *q)
{
    size_t n = 0;
    assay_sql_item(q);
    for (size_t j = 0; j < q->model->n_signal; j++)
        if (q->model->spec.signals[j].missing == ASSAY_DROP)
            assay_text_printf(q->out, "%s s_%s IS NULL", n++ > 0 ? " OR" : "CASE WHEN",
                              q->names.signal[j]);
    assay_text_puts(q->out, " THEN 1 ELSE 0 END AS no_score");
}

static void put_present(struct assay_sql *q, const char *name)
{
    const struct assay_model *model = q->model;
    assay_sql_step(q, name,
                   "The points that stand in for a missing value, as the signal declares; missing: "
                   "how many are.\n");
    assay_sql_carry(q);
    for (size_t j = 0; j < model->n_signal; j++) {
        assay_sql_item(q);
        if (waits(model, j)) {
            assay_text_printf(q->out, "s_%s", q->names.signal[j]);
            continue;
        }
        assay_text_printf(q->out, "COALESCE(s_%s, ", q->names.signal[j]);
        assay_sql_number(q, assay_missing_points(&model->spec.signals[j]));
        assay_text_printf(q->out, ") AS s_%s", q->names.signal[j]);
    }
    for (size_t j = 0; j < model->n_signal; j++)
        if (assay_sql_has_term(model, j)) {
            assay_sql_item(q);
            assay_text_printf(q->out, "CASE WHEN s_%s IS NULL THEN 1 ELSE 0 END AS m_%s",
                              q->names.signal[j], q->names.signal[j]);
        }
    put_missing_count(q);
    if (assay_export_has_policy(model, ASSAY_DROP))
        put_no_score(q);
    assay_sql_end(q, name);
}

/* Every column but the signals'. */
static void carry_all(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_sql_carry(q);
    for (size_t j = 0; j < model->n_signal; j++)
        if (assay_sql_has_term(model, j)) {
            assay_sql_item(q);
            assay_text_printf(q->out, "m_%s", q->names.signal[j]);
        }
    assay_sql_item(q);
    assay_text_puts(q->out, "missing");
    if (assay_export_has_policy(model, ASSAY_DROP)) {
        assay_sql_item(q);
        assay_text_puts(q->out, "no_score");
    }
}

static bool has_waiting(const struct assay_sql *q, size_t dimension)
{
    for (size_t j = 0; j < q->model->n_signal; j++)
        if (q->of_dimension[j] == dimension &&
            q->model->spec.signals[j].missing == ASSAY_RENORMALISE_DIMENSION)
            return true;
    return false;
}

static void put_dimensions(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_sql_step(
        q, "dimensions",
        "d_: the average of a dimension's signals that have points; NULL where these have "
        "no weight.\n");
    assay_sql_item(q);
    assay_text_printf(q->out, "%s.*", q->last);
    for (size_t d = 0; d < q->n_dimension; d++) {
        if (!has_waiting(q, d))
            continue;
        struct average average = {.dimension = d, .otherwise = (double)NAN};
        assay_sql_item(q);
        assay_sql_by_weights(q, put_average, &average);
        assay_text_printf(q->out, " AS d_%zu", d + 1);
    }
    assay_sql_end(q, "dimensions");
    assay_sql_step(q, "completed", "Signals that take their dimension's average.\n");
    carry_all(q);
    for (size_t j = 0; j < model->n_signal; j++) {
        const char *name = q->names.signal[j];
        assay_sql_item(q);
        if (model->spec.signals[j].missing == ASSAY_RENORMALISE_DIMENSION)
            assay_text_printf(q->out, "COALESCE(s_%s, d_%zu) AS s_%s", name, q->of_dimension[j] + 1,
                              name);
        else
            assay_text_printf(q->out, "s_%s", name);
    }
    assay_sql_end(q, "completed");
}

static void put_averaged(struct assay_sql *q, bool waiting)
{
    const struct assay_model *model = q->model;
    assay_sql_step(q, "averaged",
                   waiting && model->spec.rounding.dimensions
                       ? "rest: the average of all signals that have points; r_: that of a "
                         "dimension's, rounded half up.\n"
                   : waiting ? "rest: the average of all signals that have points.\n"
                             : "r_: the average of a dimension's signals, rounded half up.\n");
    assay_sql_item(q);
    assay_text_printf(q->out, "%s.*", q->last);
    if (waiting) {
        struct average average = {.dimension = ALL, .otherwise = ASSAY_NEUTRAL_POINTS};
        assay_sql_item(q);
        assay_sql_by_weights(q, put_average, &average);
        assay_text_puts(q->out, " AS rest");
    }
    for (size_t d = 0; model->spec.rounding.dimensions && d < q->n_dimension; d++) {
        struct average average = {.dimension = d, .rounded = true, .otherwise = (double)NAN};
        assay_sql_item(q);
        assay_sql_by_weights(q, put_average, &average);
        assay_text_printf(q->out, " AS r_%zu", d + 1);
    }
    assay_sql_end(q, "averaged");
}

static void put_filled(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_sql_step(q, "filled", "Signals that take the average of all the others.\n");
    carry_all(q);
    for (size_t d = 0; model->spec.rounding.dimensions && d < q->n_dimension; d++) {
        assay_sql_item(q);
        assay_text_printf(q->out, "r_%zu", d + 1);
    }
    for (size_t j = 0; j < model->n_signal; j++) {
        const char *name = q->names.signal[j];
        assay_sql_item(q);
        if (waits(model, j))
            assay_text_printf(q->out, "COALESCE(s_%s, rest) AS s_%s", name, name);
        else
            assay_text_printf(q->out, "s_%s", name);
    }
    assay_sql_end(q, "filled");
}

void assay_sql_missing(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    bool by_dimension = assay_export_has_policy(model, ASSAY_RENORMALISE_DIMENSION);
    bool waiting = by_dimension || assay_export_has_policy(model, ASSAY_RENORMALISE);
    put_present(q, waiting ? "present" : "filled");
    if (by_dimension)
        put_dimensions(q);
    if (waiting || model->spec.rounding.dimensions)
        put_averaged(q, waiting);
    if (waiting)
        put_filled(q);
}
