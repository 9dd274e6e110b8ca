#include <math.h>

#include "release/export/sql.h"

void assay_sql_value_column(struct assay_sql *q, const char *name, enum assay_sql_kind kind,
                            bool typed)
{
    assay_text_puts(q->out, q->n_item == 0 ? "" : q->n_item % 6 == 0 ? ",\n  " : ", ");
    q->n_item++;
    assay_text_puts(q->out, name);
    assay_sql_value_type(q, kind, typed);
}

void assay_sql_value_type(struct assay_sql *q, enum assay_sql_kind kind, bool typed)
{
    static const char *const types[] = {" INT64", " FLOAT64", " STRING"};
    assay_text_puts(q->out, typed ? types[kind] : "");
}

static void put_list(struct assay_sql *q, const char *name, assay_sql_columns *columns,
                     const char *values)
{
    assay_text_printf(q->out, "%s (", name);
    q->n_item = 0;
    columns(q, false);
    assay_text_printf(q->out, ") AS (\n  %s", values);
}

static void put_struct(struct assay_sql *q, const char *name, assay_sql_columns *columns)
{
    assay_text_printf(q->out, "%s AS (\n  SELECT * FROM UNNEST(ARRAY<STRUCT<", name);
    q->n_item = 0;
    columns(q, true);
    assay_text_puts(q->out, ">>[");
}

void assay_sql_begin_values(struct assay_sql *q, const char *name, assay_sql_columns *columns)
{
    switch (q->dialect) {
    case ASSAY_SQL_BIGQUERY:
        put_struct(q, name, columns);
        break;
    case ASSAY_SQL_SNOWFLAKE:
        put_list(q, name, columns, "SELECT * FROM (VALUES");
        break;
    case ASSAY_SQL_DIALECTS:
        assay_text_puts(q->out, "{% if target.type == 'bigquery' %}");
        put_struct(q, name, columns);
        assay_text_puts(q->out, "{% else %}");
        put_list(q, name, columns,
                 "{{ 'SELECT * FROM (' if target.type == 'snowflake' else '' }}VALUES");
        assay_text_puts(q->out, "{% endif %}");
        break;
    default:
        put_list(q, name, columns, "VALUES");
    }
}

void assay_sql_end_values(struct assay_sql *q)
{
    if (q->dialect == ASSAY_SQL_DIALECTS)
        assay_text_puts(q->out, "\n  {% if target.type == 'bigquery' %}]){% elif target.type == "
                                "'snowflake' %}) AS rows_of{% endif %}\n)");
    else
        assay_text_puts(q->out, q->dialect == ASSAY_SQL_BIGQUERY    ? "\n  ])\n)"
                                : q->dialect == ASSAY_SQL_SNOWFLAKE ? "\n  ) AS rows_of\n)"
                                                                    : "\n)");
}

void assay_sql_value(struct assay_sql *q, double value, bool first)
{
    assay_text_puts(q->out, ", ");
    if (isnan(value) && first)
        assay_text_printf(q->out, "CAST(NULL AS %s)", q->words->real);
    else if (isnan(value))
        assay_text_puts(q->out, "NULL");
    else if (isinf(value))
        assay_text_printf(q->out, "CAST(%s AS %s)", q->words->infinity, q->words->real);
    else if (first)
        assay_sql_typed(q, value);
    else
        assay_sql_number(q, value);
}
