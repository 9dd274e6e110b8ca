#include <string.h>

#include "core/signal/columns.h"
#include "release/export/sql.h"

bool assay_sql_has_curves(const struct assay_model *model)
{
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->spec.signals[j].normalise.method == ASSAY_PERCENTILE)
            return true;
    return false;
}

bool assay_sql_has_segments(const struct assay_model *model)
{
    return model->n_segment_model > 0 || model->n_segment_line > 0;
}

static const char *input_name(const struct assay_sql *q, const char *column)
{
    return q->names.input[assay_export_input(q->model, column)];
}

/* ---- what is read ---- */

static void put_column(struct assay_sql *q, const char *column)
{
    assay_text_puts(q->out, "a.");
    assay_sql_name(q, column);
}

/* PostgreSQL stops where a product or a quotient of numbers comes to nothing. A value so near to 0 that one
 * might is put a little further off, on its own side of 0. */
static void put_tiny(struct assay_sql *q, const char *column)
{
    bool dbt = q->dialect == ASSAY_SQL_DIALECTS;
    if (!dbt && q->dialect != ASSAY_SQL_POSTGRESQL)
        return;
    assay_text_puts(q->out, dbt ? "{% if target.type == 'postgres' %}WHEN " : "WHEN ");
    put_column(q, column);
    assay_text_puts(q->out, " <> 0 AND abs(CAST(");
    put_column(q, column);
    assay_text_printf(q->out, " AS double precision)) < %g THEN sign(", ASSAY_SQL_TINY);
    put_column(q, column);
    assay_text_printf(q->out, ") * %g %s", ASSAY_SQL_TINY, dbt ? "{% endif %}" : "");
}

/* NaN is above infinity, or compares with nothing: either way it becomes NULL. So does a text that is no
 * number in SQLite, where the other engines stop. */
static void put_number_input(struct assay_sql *q, const struct assay_input *input, const char *name)
{
    assay_text_puts(q->out, "CASE ");
    put_tiny(q, input->column);
    assay_text_puts(q->out, "WHEN ");
    put_column(q, input->column);
    assay_text_printf(q->out, " <= CAST(%s AS %s) THEN CAST(", q->words->infinity, q->words->real);
    put_column(q, input->column);
    assay_text_printf(q->out, " AS %s) END AS v_%s", q->words->real, name);
}

static void put_text_input(struct assay_sql *q, const struct assay_input *input, const char *name)
{
    assay_text_puts(q->out, "NULLIF(CAST(");
    put_column(q, input->column);
    assay_text_printf(q->out, " AS %s)%s, '') AS t_%s", q->words->text, q->words->collate, name);
}

void assay_sql_inputs(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_sql_step(q, "inputs",
                   "What is read: v_ numbers, t_ texts. A missing one is NULL; so is NaN, and a "
                   "text that is empty.\n");
    assay_sql_item(q);
    put_column(q, model->spec.id);
    assay_text_puts(q->out, " AS id");
    if (model->spec.as_of != NULL) {
        assay_sql_item(q);
        put_column(q, model->spec.as_of);
        assay_text_puts(q->out, " AS as_of");
    }
    for (size_t k = 0; k < model->n_input; k++) {
        assay_sql_item(q);
        if (model->inputs[k].is_text)
            put_text_input(q, &model->inputs[k], q->names.input[k]);
        else
            put_number_input(q, &model->inputs[k], q->names.input[k]);
    }
    assay_text_printf(q->out, "\n  FROM %s AS a%s\n)", q->source, q->words->fence);
    q->last = "inputs";
}

/* ---- cohorts ---- */

/* The number of a node's cohort, or of its cohorts by tenure. */
static void put_node(struct assay_sql *q, size_t node)
{
    const struct assay_cohorts *cohorts = &q->model->cohorts;
    const struct assay_cohort_spec *spec = cohorts->spec;
    bool banded = false;
    for (size_t b = 0; spec->tenure != NULL && b <= spec->n_band; b++)
        banded = banded || assay_cohort_band_node(cohorts, node, b) != node;
    if (!banded) {
        assay_text_printf(q->out, "%zu", node);
        return;
    }
    const char *tenure = input_name(q, spec->tenure);
    assay_text_printf(q->out, "CASE\n        WHEN v_%s IS NULL THEN %zu", tenure, node);
    for (size_t b = 0; b < spec->n_band; b++) {
        assay_text_printf(q->out, "\n        WHEN v_%s < ", tenure);
        assay_sql_number(q, spec->bands[b]);
        assay_text_printf(q->out, " THEN %zu", assay_cohort_band_node(cohorts, node, b));
    }
    assay_text_printf(q->out, "\n        WHEN v_%s IS NOT NULL THEN %zu\n      END", tenure,
                      assay_cohort_band_node(cohorts, node, spec->n_band));
}

static bool is_plan(const struct assay_cohort_node *node)
{
    return node->plan != NULL && node->band == ASSAY_ANY_BAND;
}

static void put_cohort(struct assay_sql *q)
{
    const struct assay_cohorts *cohorts = &q->model->cohorts;
    if (cohorts->spec->plan == NULL || cohorts->n_node == 1) {
        put_node(q, 0);
        return;
    }
    assay_text_printf(q->out, "CASE t_%s", input_name(q, cohorts->spec->plan));
    for (size_t v = 0; v < cohorts->n_node; v++) {
        if (!is_plan(&cohorts->nodes[v]))
            continue;
        assay_text_puts(q->out, "\n      WHEN ");
        assay_sql_string(q, cohorts->nodes[v].plan);
        assay_text_puts(q->out, " THEN ");
        put_node(q, v);
    }
    assay_text_puts(q->out, "\n      ELSE 0\n    END");
}

static void put_new_plan(struct assay_sql *q)
{
    const struct assay_cohorts *cohorts = &q->model->cohorts;
    const char *plan = input_name(q, cohorts->spec->plan);
    size_t n = 0;
    assay_text_printf(q->out, "CASE WHEN t_%s IS NULL", plan);
    for (size_t v = 0; v < cohorts->n_node; v++)
        if (is_plan(&cohorts->nodes[v])) {
            if (n++ == 0)
                assay_text_printf(q->out, " OR t_%s IN (", plan);
            else
                assay_text_puts(q->out, ", ");
            assay_sql_string(q, cohorts->nodes[v].plan);
        }
    assay_text_printf(q->out, "%s THEN 0 ELSE 1 END AS new_plan", n > 0 ? ")" : "");
}

/* ---- segments ---- */

/* Segments of the weights, or of the lines; by: whose column it is. */
struct segments {
    const struct assay_model *model;
    bool lines;
    size_t n;
    const char *by;
};

static struct segments segments_of(const struct assay_model *model, bool lines)
{
    return (struct segments){model, lines, lines ? model->n_segment_line : model->n_segment_model,
                             lines ? model->spec.line.by : model->spec.fit.models_by};
}

static const char *segment(const struct segments *segments, size_t k)
{
    return segments->lines ? segments->model->segment_lines[k].segment
                           : segments->model->segment_models[k].segment;
}

static void put_segment_number(struct assay_sql *q, const struct segments *segments)
{
    if (segments->n == 0)
        return;
    assay_sql_item(q);
    assay_text_printf(q->out, "CASE t_%s", input_name(q, segments->by));
    for (size_t k = 0; k < segments->n; k++) {
        assay_text_puts(q->out, "\n      WHEN ");
        assay_sql_string(q, segment(segments, k));
        assay_text_printf(q->out, " THEN %zu", k + 1);
    }
    assay_text_printf(q->out, "\n      ELSE 0\n    END AS %s",
                      segments->lines ? "line_of" : "weights_of");
}

/* NOT IN is unknown, hence not true, of a missing text. */
static void put_unseen(struct assay_sql *q, const struct segments *segments)
{
    assay_text_printf(q->out, "t_%s NOT IN (", input_name(q, segments->by));
    for (size_t k = 0; k < segments->n; k++) {
        assay_text_puts(q->out, k > 0 ? ", " : "");
        assay_sql_string(q, segment(segments, k));
    }
    assay_text_puts(q->out, ")");
}

static void put_new_segment(struct assay_sql *q, const struct segments *weights,
                            const struct segments *lines)
{
    assay_sql_item(q);
    assay_text_puts(q->out, "CASE WHEN ");
    if (weights->n > 0)
        put_unseen(q, weights);
    if (weights->n > 0 && lines->n > 0)
        assay_text_puts(q->out, " OR ");
    if (lines->n > 0)
        put_unseen(q, lines);
    assay_text_puts(q->out, " THEN 1 ELSE 0 END AS new_segment");
}

/* ---- where the account belongs ---- */

void assay_sql_placed(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    bool plan = model->spec.cohort.plan != NULL;
    struct segments weights = segments_of(model, false), lines = segments_of(model, true);
    if (!assay_sql_has_curves(model) && !plan && !assay_sql_has_segments(model))
        return;
    assay_sql_step(q, "placed",
                   "Whom the account is compared with, and whose weights and at-risk line it has; "
                   "0: everybody's.\n");
    assay_sql_item(q);
    assay_text_puts(q->out, "inputs.*");
    if (assay_sql_has_curves(model)) {
        assay_sql_item(q);
        put_cohort(q);
        assay_text_puts(q->out, " AS cohort");
    }
    if (plan) {
        assay_sql_item(q);
        put_new_plan(q);
    }
    put_segment_number(q, &weights);
    put_segment_number(q, &lines);
    if (assay_sql_has_segments(model))
        put_new_segment(q, &weights, &lines);
    assay_sql_end(q, "placed");
}

static void carry(struct assay_sql *q, bool there, const char *column)
{
    if (!there)
        return;
    assay_sql_item(q);
    assay_text_puts(q->out, column);
}

void assay_sql_carry(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    carry(q, true, "id");
    carry(q, model->spec.as_of != NULL, "as_of");
    carry(q, model->spec.cohort.plan != NULL, "new_plan");
    carry(q, model->n_segment_model > 0, "weights_of");
    carry(q, model->n_segment_line > 0, "line_of");
    carry(q, assay_sql_has_segments(model), "new_segment");
}
