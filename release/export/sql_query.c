#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/memory.h"
#include "release/export/sql.h"

enum { POSTGRESQL_NAME = 63 }; /* bytes; what is behind them is cut off */

/* Columns of a table differ in more than case. */
static enum assay_status check_inputs(const struct assay_model *model,
                                      enum assay_sql_dialect dialect, struct assay_error *err)
{
    const char *target = dialect != ASSAY_SQL_DIALECTS ? assay_sql_dialect_names[dialect] : "dbt";
    char name[ASSAY_QUOTE_SIZE], other[ASSAY_QUOTE_SIZE];
    for (size_t k = 0; k < model->n_input; k++) {
        const char *column = model->inputs[k].column;
        assay_quote_value(column, strlen(column), name);
        /* A table has a number or a text in a column; a CSV cell is both. */
        if (model->inputs[k].is_text && assay_export_reads_number(model, k)) {
            assay_export_refuse(err, target, "column \"%s\" is read both as a number and as a text",
                                name);
            assay_hint(err, "Give each use a column of its own and calibrate again.");
            return ASSAY_EDATA;
        }
        for (size_t i = 0; i < k; i++) {
            assay_quote_value(model->inputs[i].column, strlen(model->inputs[i].column), other);
            if (strcasecmp(model->inputs[i].column, column) == 0)
                return assay_export_refuse(
                    err, target, "columns \"%s\" and \"%s\" differ in case alone", other, name);
            if (dialect == ASSAY_SQL_POSTGRESQL &&
                strncmp(model->inputs[i].column, column, POSTGRESQL_NAME) == 0)
                return assay_export_refuse(
                    err, target,
                    "columns \"%s\" and \"%s\" differ behind the %d bytes that it reads of a name",
                    other, name, POSTGRESQL_NAME);
        }
    }
    return ASSAY_OK;
}

/* Nearer to 0 than what PostgreSQL is given (sql_inputs.c). */
static bool is_tiny(double edge)
{
    return edge != 0 && fabs(edge) < ASSAY_SQL_TINY;
}

static enum assay_status check_edges(const struct assay_model *model, const char *target,
                                     struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    for (size_t j = 0; j < model->n_signal; j++) {
        double edge = assay_export_edge(model, j, is_tiny);
        const char *signal = model->spec.signals[j].name;
        if (edge != 0)
            return assay_export_refuse(
                err, target,
                "signal \"%s\" has the number %g; what is nearer to 0 than %g counts as that",
                assay_quote_value(signal, strlen(signal), name), edge, ASSAY_SQL_TINY);
    }
    for (size_t b = 0; b < model->spec.cohort.n_band; b++)
        if (is_tiny(model->spec.cohort.bands[b]))
            return assay_export_refuse(
                err, target,
                "a band of tenure begins at %g; what is nearer to 0 than %g counts as that",
                model->spec.cohort.bands[b], ASSAY_SQL_TINY);
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

/* A template keeps names that begin with "_" to itself. */
static enum assay_status name_macro(char **name, struct assay_error *err)
{
    struct assay_text made = {0};
    assay_text_printf(&made, "%s%s", **name == '_' ? "model" : "", *name);
    if (made.failed) {
        assay_text_clear(&made);
        return assay_fail_memory(err, "naming what is exported");
    }
    free(*name);
    *name = made.data;
    return ASSAY_OK;
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
    enum assay_status status = check_inputs(model, dialect, err);
    if (status == ASSAY_OK && dialect == ASSAY_SQL_POSTGRESQL)
        status = check_edges(model, assay_sql_dialect_names[dialect], err);
    if (status == ASSAY_OK)
        status = name_all(&made, err);
    if (status != ASSAY_OK)
        return status;
    if (!known)
        status = name_macro(&made.names.model, err);
    made.of_dimension = assay_alloc(model->n_signal, sizeof *made.of_dimension);
    if (status == ASSAY_OK && made.of_dimension == NULL)
        status = assay_fail_memory(err, "exporting");
    if (status != ASSAY_OK) {
        assay_sql_clear(&made);
        return status;
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
