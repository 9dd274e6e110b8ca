#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "release/export/sql.h"

static bool is_input(const struct assay_model *model, const char *column)
{
    for (size_t k = 0; k < model->n_input; k++)
        if (strcasecmp(model->inputs[k].column, column) == 0)
            return true;
    return false;
}

enum assay_status assay_sql_check_test(const struct assay_model *model, const char *target,
                                       struct assay_error *err)
{
    const char *own[] = {model->spec.id, model->spec.as_of};
    char name[ASSAY_QUOTE_SIZE];
    for (size_t k = 0; k < 2; k++)
        if (own[k] != NULL && is_input(model, own[k]))
            return assay_export_refuse(
                err, target,
                "column \"%s\" is %s and an input, which the self-test cannot tell apart",
                assay_quote_value(own[k], strlen(own[k]), name), k == 0 ? "the id" : "the date");
    return ASSAY_OK;
}

/* ---- figures ---- */

static const char *const figures[] = {"composite", "score", "probability", "zone"};
enum { COMPOSITE, SCORE, PROBABILITY, ZONE, FIGURES };

static const char *figure(const struct assay_sql *q, size_t k)
{
    return k < q->model->n_signal ? q->names.signal[k] : figures[k - q->model->n_signal];
}

/* ---- tables of values ---- */

/* A column of the table that the query reads, under the name that it has there. */
static void put_own_column(struct assay_sql *q, const char *name, enum assay_sql_kind kind,
                           bool typed)
{
    assay_sql_value_column(q, "", kind, false);
    assay_sql_name(q, name);
    assay_sql_value_type(q, kind, typed);
}

static void put_example_columns(struct assay_sql *q, bool typed)
{
    const struct assay_model *model = q->model;
    put_own_column(q, model->spec.id, ASSAY_SQL_WHOLE, typed);
    if (model->spec.as_of != NULL)
        put_own_column(q, model->spec.as_of, ASSAY_SQL_TEXT, typed);
    for (size_t k = 0; k < model->n_input; k++)
        put_own_column(q, model->inputs[k].column,
                       model->inputs[k].is_text ? ASSAY_SQL_TEXT : ASSAY_SQL_REAL, typed);
}

static void put_expected_columns(struct assay_sql *q, bool typed)
{
    char name[ASSAY_SQL_NAME_SIZE];
    assay_sql_value_column(q, "example", ASSAY_SQL_WHOLE, typed);
    for (size_t k = 0; k < q->model->n_signal + FIGURES; k++) {
        snprintf(name, sizeof name, "w_%s", figure(q, k));
        assay_sql_value_column(
            q, name, k == q->model->n_signal + ZONE ? ASSAY_SQL_TEXT : ASSAY_SQL_REAL, typed);
    }
}

static void put_example(struct assay_sql *q, size_t i)
{
    const struct assay_model *model = q->model;
    const struct assay_example *example = &model->examples[i];
    assay_text_printf(q->out, "%s\n    (%zu", i > 0 ? "," : "", i + 1);
    if (model->spec.as_of != NULL)
        assay_text_puts(q->out, ", NULL");
    for (size_t k = 0; k < model->n_input; k++) {
        const struct assay_example_input *input = &example->inputs[k];
        if (model->inputs[k].is_text) {
            assay_text_puts(q->out, ", ");
            assay_sql_string(q, input->text);
        } else {
            assay_sql_value(q, input->number, i == 0);
        }
    }
    assay_text_puts(q->out, ")");
}

static void put_expected(struct assay_sql *q, size_t i)
{
    const struct assay_model *model = q->model;
    const struct assay_example *example = &model->examples[i];
    double none = (double)NAN;
    assay_text_printf(q->out, "%s\n    (%zu", i > 0 ? "," : "", i + 1);
    for (size_t j = 0; j < model->n_signal; j++)
        assay_sql_value(q, example->s[j], i == 0);
    assay_sql_value(q, example->dropped ? none : example->composite, i == 0);
    assay_sql_value(q, example->dropped ? none : example->score, i == 0);
    assay_sql_value(q, example->dropped ? none : example->probability, i == 0);
    assay_text_puts(q->out, ", ");
    assay_sql_string(q, example->dropped ? NULL : model->spec.zones[example->zone].name);
    assay_text_puts(q->out, ")");
}

/* ---- what disagrees ---- */

static void put_got(struct assay_sql *q, size_t k)
{
    assay_text_puts(q->out, ",\n    results.");
    if (k < q->model->n_signal)
        assay_sql_name(q, q->names.signal[k]);
    else
        assay_text_puts(q->out, figure(q, k));
    assay_text_printf(q->out, " AS g_%s", figure(q, k));
}

static void put_disagreement(struct assay_sql *q, size_t k)
{
    const char *name = figure(q, k);
    size_t which = k - q->model->n_signal; /* wraps where k is a signal */
    assay_text_puts(q->out, "\n      WHEN CASE WHEN ");
    if (which == ZONE) {
        assay_text_printf(q->out, "w_%s = g_%s", name, name);
    } else {
        assay_text_printf(q->out, "abs(w_%s - g_%s) <= ", name, name);
        assay_sql_number(q, which == PROBABILITY ? ASSAY_EXPORT_TOLERANCE / 100
                                                 : ASSAY_EXPORT_TOLERANCE);
    }
    assay_text_printf(q->out, " OR (w_%s IS NULL AND g_%s IS NULL) THEN 0 ELSE 1 END = 1 THEN '%s'",
                      name, name, name);
}

static void put_as_text(struct assay_sql *q, char which, const char *name)
{
    assay_text_puts(q->out, ",\n  CASE what");
    for (size_t k = 0; k < q->model->n_signal + FIGURES; k++)
        assay_text_printf(q->out, "\n    WHEN '%s' THEN CAST(%c_%s AS %s)", figure(q, k), which,
                          figure(q, k), q->words->text);
    assay_text_printf(q->out, "\n  END AS %s", name);
}

static void put_comparison(struct assay_sql *q)
{
    size_t n = q->model->n_signal + FIGURES;
    assay_text_puts(q->out, ",\ncompared AS (\n  SELECT\n    expected.*");
    for (size_t k = 0; k < n; k++)
        put_got(q, k);
    assay_text_puts(q->out, "\n  FROM expected\n  LEFT JOIN results ON results.");
    assay_sql_own_name(q, q->model->spec.id);
    assay_text_puts(q->out,
                    " = expected.example\n),\n"
                    "differing AS (\n"
                    "  -- The first figure in which an example differs, in the order of the "
                    "calculation.\n"
                    "  SELECT\n    compared.*,\n    CASE");
    for (size_t k = 0; k < n; k++)
        put_disagreement(q, k);
    assay_text_puts(q->out, "\n    END AS what\n  FROM compared\n)\nSELECT\n  example,\n  what");
    put_as_text(q, 'w', "expected");
    put_as_text(q, 'g', "got");
    assay_text_puts(q->out, "\nFROM differing\nWHERE what IS NOT NULL\nORDER BY example");
}

void assay_sql_test(struct assay_sql *q, void (*write)(struct assay_sql *q))
{
    assay_text_puts(q->out, "WITH ");
    assay_sql_begin_values(q, "examples", put_example_columns);
    for (size_t i = 0; i < q->model->n_example; i++)
        put_example(q, i);
    assay_sql_end_values(q);
    assay_text_puts(q->out, ",\n");
    assay_sql_begin_values(q, "expected", put_expected_columns);
    for (size_t i = 0; i < q->model->n_example; i++)
        put_expected(q, i);
    assay_sql_end_values(q);
    assay_text_puts(q->out, ",\nresults AS (\n");
    write(q);
    assay_text_puts(q->out, "\n)");
    put_comparison(q);
}
