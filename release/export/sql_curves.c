#include <float.h>
#include <math.h>
#include <stdio.h>

#include "release/export/sql.h"

/* SQLite joins at most 64 tables (its page of limits, "maximum number of tables in a join"). */
enum { JOINS_IN_A_STEP = 50 };

static bool is_percentile(const struct assay_sql *q, size_t j)
{
    return q->model->spec.signals[j].normalise.method == ASSAY_PERCENTILE;
}

static const char *input_name(const struct assay_sql *q, size_t j)
{
    return q->names.input[assay_export_input(q->model, q->model->spec.signals[j].column)];
}

static void put_label(struct assay_sql *q, size_t node)
{
    char label[ASSAY_QUOTE_SIZE];
    assay_text_puts(q->out, "-- ");
    assay_sql_comment(q, assay_cohort_label(&q->model->cohorts, node, label, sizeof label));
}

/* ---- as arrays ---- */

static void put_array(struct assay_sql *q, const double values[], size_t n)
{
    assay_text_puts(q->out, "CAST(ARRAY[");
    for (size_t k = 0; k < n; k++) {
        assay_text_puts(q->out, k == 0 ? "" : k % 12 == 0 ? ",\n        " : ", ");
        assay_sql_number(q, values[k]);
    }
    assay_text_printf(q->out, "] AS %s[])", q->words->real);
}

static void put_array_row(struct assay_sql *q, size_t node)
{
    assay_text_printf(q->out, "%s\n    (%zu, ", node > 0 ? "," : "", node);
    put_label(q, node);
    for (size_t j = 0, n = 0; j < q->model->n_signal; j++) {
        if (!is_percentile(q, j))
            continue;
        const struct assay_knots *knots = &q->model->baselines[j].knots[node];
        assay_text_printf(q->out, "%s\n      -- %s\n      ", n++ > 0 ? "," : "",
                          q->names.signal[j]);
        put_array(q, knots->x, knots->n);
        assay_text_puts(q->out, ",\n      ");
        put_array(q, knots->s, knots->n);
    }
    assay_text_puts(q->out, ")");
}

static void put_arrays(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_text_puts(q->out, ",\nknots (cohort");
    for (size_t j = 0; j < model->n_signal; j++)
        if (is_percentile(q, j))
            assay_text_printf(q->out, ",\n  x_%s, y_%s", q->names.signal[j], q->names.signal[j]);
    assay_text_puts(
        q->out, ") AS (\n"
                "  -- The curves of each cohort: ascending raw values (x_) and what they are worth"
                " (y_), linear between.\n"
                "  VALUES");
    for (size_t node = 0; node < model->cohorts.n_node; node++)
        put_array_row(q, node);
    assay_text_puts(q->out, "\n)");
}

/* How many of the array x_NAME, which ascends, are not above the value. */
static void put_rank(struct assay_sql *q, size_t j)
{
    static const char postgresql[] = "width_bucket(v_%s, x_%s)";
    static const char duckdb[] =
        "CASE WHEN v_%s IS NOT NULL THEN len([e for e in x_%s if e <= v_%s]) END";
    const char *name = q->names.signal[j], *v = input_name(q, j);
    bool dbt = q->dialect == ASSAY_SQL_DIALECTS;
    assay_text_puts(q->out, dbt ? "{% if target.type == 'postgres' %}" : "");
    if (q->dialect != ASSAY_SQL_DUCKDB)
        assay_text_printf(q->out, postgresql, v, name);
    assay_text_puts(q->out, dbt ? "{% else %}" : "");
    if (q->dialect != ASSAY_SQL_POSTGRESQL)
        assay_text_printf(q->out, duckdb, v, name, v);
    assay_text_puts(q->out, dbt ? "{% endif %}" : "");
}

static void put_sought(struct assay_sql *q)
{
    assay_sql_step(q, "sought",
                   "i_: how many raw values of the curve are not above the account's own.\n");
    assay_sql_item(q);
    assay_text_printf(q->out, "%s.*", q->last);
    for (size_t j = 0; j < q->model->n_signal; j++) {
        if (!is_percentile(q, j))
            continue;
        const char *name = q->names.signal[j];
        assay_sql_item(q);
        assay_text_printf(q->out, "x_%s, y_%s, ", name, name);
        put_rank(q, j);
        assay_text_printf(q->out, " AS i_%s", name);
    }
    assay_text_printf(q->out, "\n  FROM %s\n  JOIN knots ON knots.cohort = %s.cohort%s\n)", q->last,
                      q->last, q->words->fence);
    q->last = "sought";
}

void assay_sql_array_curve(struct assay_sql *q, size_t j)
{
    const char *n = q->names.signal[j];
    assay_text_printf(q->out,
                      "CASE\n"
                      "      WHEN i_%s = 0 THEN y_%s[1]\n"
                      "      WHEN i_%s = array_length(x_%s, 1) THEN y_%s[i_%s]\n"
                      "      ELSE y_%s[i_%s]\n"
                      "        + (v_%s / 2e0 - x_%s[i_%s] / 2e0)\n"
                      "        / (x_%s[i_%s + 1] / 2e0 - x_%s[i_%s] / 2e0)\n"
                      "        * (y_%s[i_%s + 1] - y_%s[i_%s])\n"
                      "    END",
                      n, n, n, n, n, n, n, n, input_name(q, j), n, n, n, n, n, n, n, n, n, n);
}

/* ---- as tables ---- */

static void put_table_columns(struct assay_sql *q, bool typed)
{
    static const char *const names[] = {"cohort", "x0", "x1", "y0", "y1"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        assay_sql_value_column(q, names[k], k == 0 ? ASSAY_SQL_WHOLE : ASSAY_SQL_REAL, typed);
}

/* One row; x1 is infinite in the last of a curve. */
static void put_table_row(struct assay_sql *q, size_t node, const double row[4], bool first)
{
    assay_text_printf(q->out, "\n    (%zu", node);
    for (size_t k = 0; k < 4; k++)
        assay_sql_value(q, row[k], first);
    assay_text_puts(q->out, ")");
}

static void put_curve(struct assay_sql *q, const struct assay_knots *knots, size_t node)
{
    for (size_t k = 0; k <= knots->n; k++) {
        size_t from = k > 0 ? k - 1 : 0, to = k < knots->n ? k : knots->n - 1;
        const double row[4] = {k > 0 ? knots->x[from] : -DBL_MAX,
                               k < knots->n ? knots->x[to] : (double)INFINITY, knots->s[from],
                               knots->s[to]};
        bool first = node == 0 && k == 0;
        assay_text_puts(q->out, first ? "" : ",");
        if (k == 0) {
            assay_text_puts(q->out, "\n    ");
            put_label(q, node);
        }
        put_table_row(q, node, row, first);
    }
}

static void put_table(struct assay_sql *q, size_t j)
{
    char name[ASSAY_SQL_NAME_SIZE];
    snprintf(name, sizeof name, "k_%s", q->names.signal[j]);
    assay_text_puts(q->out, ",\n");
    assay_sql_begin_values(q, name, put_table_columns);
    for (size_t node = 0; node < q->model->cohorts.n_node; node++)
        put_curve(q, &q->model->baselines[j].knots[node], node);
    assay_sql_end_values(q);
}

static void put_table_curve(struct assay_sql *q, size_t j)
{
    const char *n = q->names.signal[j];
    assay_sql_item(q);
    assay_text_printf(q->out,
                      "k_%s.y0 + (v_%s / 2e0 - k_%s.x0 / 2e0) / (k_%s.x1 / 2e0 - k_%s.x0 / 2e0)\n"
                      "      * (k_%s.y1 - k_%s.y0) AS s_%s",
                      n, input_name(q, j), n, n, n, n, n, n);
}

static void put_join(struct assay_sql *q, size_t j)
{
    const char *n = q->names.signal[j], *v = input_name(q, j);
    assay_text_printf(
        q->out,
        "\n  LEFT JOIN k_%s ON k_%s.cohort = %s.cohort AND v_%s >= k_%s.x0 AND v_%s < "
        "k_%s.x1",
        n, n, q->last, v, n, v, n);
}

/* Signals from `start` on, as many as one step joins; returns the one after them. */
static size_t put_curved(struct assay_sql *q, size_t start, const char *name)
{
    size_t end = start;
    assay_sql_step(
        q, name,
        "Raw values on the curve of their cohort: y0 at x0 to y1 at x1, linear between.\n");
    assay_sql_item(q);
    assay_text_printf(q->out, "%s.*", q->last);
    for (size_t n = 0; end < q->model->n_signal && n < JOINS_IN_A_STEP; end++)
        if (is_percentile(q, end)) {
            put_table_curve(q, end);
            n++;
        }
    assay_text_printf(q->out, "\n  FROM %s", q->last);
    for (size_t j = start; j < end; j++)
        if (is_percentile(q, j))
            put_join(q, j);
    assay_text_printf(q->out, "%s\n)", q->words->fence);
    q->last = name;
    return end;
}

static void put_tables(struct assay_sql *q)
{
    static const char *const names[] = {"curved", "curved_2", "curved_3", "curved_4"};
    for (size_t j = 0; j < q->model->n_signal; j++)
        if (is_percentile(q, j))
            put_table(q, j);
    size_t j = 0;
    for (size_t k = 0; j < q->model->n_signal; k++)
        j = put_curved(q, j, names[k]);
}

void assay_sql_curves(struct assay_sql *q)
{
    if (!assay_sql_has_curves(q->model))
        return;
    if (!q->arrays) {
        put_tables(q);
        return;
    }
    put_arrays(q);
    put_sought(q);
}
