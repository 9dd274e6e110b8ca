#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "release/export/sql.h"

/* A table has a number or a text in a column; a CSV cell is both. */
static bool is_both(const struct assay_model *model, const struct assay_input *input)
{
    const char *tenure = model->spec.cohort.tenure;
    bool number = tenure != NULL && strcmp(tenure, input->column) == 0;
    for (size_t j = 0; j < model->n_signal; j++)
        number = number || (strcmp(model->spec.signals[j].column, input->column) == 0 &&
                            assay_signal_type(&model->spec.signals[j]) != ASSAY_TEXT);
    return number && input->is_text;
}

/* Columns of a table differ in more than case. */
static enum assay_status check_inputs(const struct assay_model *model, const char *target,
                                      struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE], other[ASSAY_QUOTE_SIZE];
    for (size_t k = 0; k < model->n_input; k++) {
        const char *column = model->inputs[k].column;
        assay_quote_value(column, strlen(column), name);
        if (is_both(model, &model->inputs[k])) {
            assay_export_refuse(err, target, "column \"%s\" is read both as a number and as a text",
                                name);
            assay_hint(err, "Give each use a column of its own and calibrate again.");
            return ASSAY_EDATA;
        }
        for (size_t i = 0; i < k; i++)
            if (strcasecmp(model->inputs[i].column, column) == 0)
                return assay_export_refuse(
                    err, target, "columns \"%s\" and \"%s\" differ in case alone",
                    assay_quote_value(model->inputs[i].column, strlen(model->inputs[i].column),
                                      other),
                    name);
    }
    return ASSAY_OK;
}

/* ---- names ---- */

/* Names of the result that signals may not take. */
static enum assay_status name_all(struct assay_sql *q, struct assay_error *err)
{
    const struct assay_spec *spec = &q->model->spec;
    struct assay_text id = {0}, as_of = {0};
    assay_export_identifier(&id, spec->id);
    assay_export_identifier(&as_of, spec->as_of != NULL ? spec->as_of : "as_of");
    const char *const reserved[] = {"composite", "score",    "probability", "zone",
                                    "missing",   "new_plan", "new_segment", id.data,
                                    as_of.data,  NULL};
    enum assay_status status = id.failed || as_of.failed
                                   ? assay_fail_memory(err, "naming what is exported")
                                   : assay_export_names_init(q->model, reserved, &q->names, err);
    assay_text_clear(&id);
    assay_text_clear(&as_of);
    return status;
}

enum assay_status assay_sql_init(struct assay_sql *q, const struct assay_model *model,
                                 enum assay_sql_dialect dialect, const char *source,
                                 struct assay_text *out, struct assay_error *err)
{
    bool known = dialect != ASSAY_SQL_DIALECTS;
    struct assay_sql made = {.out = out,
                             .model = model,
                             .words = known ? &assay_sql_words[dialect] : &assay_sql_dbt_words,
                             .dialect = dialect,
                             .source = source};
    enum assay_status status =
        check_inputs(model, known ? assay_sql_dialect_names[dialect] : "dbt", err);
    if (status == ASSAY_OK)
        status = name_all(&made, err);
    if (status != ASSAY_OK)
        return status;
    made.of_dimension = assay_alloc(model->n_signal, sizeof *made.of_dimension);
    if (made.of_dimension == NULL) {
        assay_sql_clear(&made);
        return assay_fail_memory(err, "exporting");
    }
    made.n_dimension = assay_export_dimensions(model, made.of_dimension);
    *q = made;
    return ASSAY_OK;
}

void assay_sql_clear(struct assay_sql *q)
{
    assay_export_names_clear(&q->names);
    free(q->of_dimension);
    *q = (struct assay_sql){0};
}

/* ---- the query ---- */

/* The curves as arrays or as tables, and the signals by them. */
static void put_signals(struct assay_sql *q, bool arrays)
{
    q->arrays = arrays;
    assay_sql_curves(q);
    assay_sql_normalised(q);
}

void assay_sql_query(struct assay_sql *q)
{
    q->n_step = 0;
    assay_sql_inputs(q);
    assay_sql_placed(q);
    if (q->dialect != ASSAY_SQL_DIALECTS) {
        put_signals(q, q->dialect == ASSAY_SQL_POSTGRESQL || q->dialect == ASSAY_SQL_DUCKDB);
    } else {
        const char *before = q->last;
        assay_text_puts(q->out, "{%- if target.type in ('postgres', 'duckdb') %}");
        put_signals(q, true);
        assay_text_puts(q->out, "\n{%- else %}");
        q->last = before;
        put_signals(q, false);
        assay_text_puts(q->out, "\n{%- endif %}");
    }
    assay_sql_missing(q);
    assay_sql_scores(q);
}
