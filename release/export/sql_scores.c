#include <math.h>
#include <strings.h>

#include "release/export/sql.h"

void assay_sql_by_weights(struct assay_sql *q, assay_sql_part *part, const void *context)
{
    const struct assay_model *model = q->model;
    if (model->n_segment_model == 0) {
        part(q, (struct assay_terms){0}, context);
        return;
    }
    assay_text_puts(q->out, "CASE weights_of");
    for (size_t k = 0; k < model->n_segment_model; k++) {
        assay_text_printf(q->out, "\n      WHEN %zu THEN -- ", k + 1);
        assay_sql_comment(q, model->segment_models[k].segment);
        assay_text_puts(q->out, "\n        ");
        part(q, (struct assay_terms){.weights = &model->segment_models[k]}, context);
    }
    assay_text_puts(q->out, "\n      ELSE\n        ");
    part(q, (struct assay_terms){0}, context);
    assay_text_puts(q->out, "\n      END");
}

/* ---- composite and log-odds ---- */

static void put_composite(struct assay_sql *q, struct assay_terms terms, const void *context)
{
    const double *weight = assay_terms_weight(q->model, terms);
    size_t n = 0;
    (void)context;
    for (size_t j = 0; j < q->model->n_signal; j++) {
        if (weight[j] == 0)
            continue;
        assay_text_puts(q->out, n++ > 0 ? "\n        + " : "");
        assay_sql_number(q, weight[j]);
        assay_text_printf(q->out, " * s_%s", q->names.signal[j]);
    }
    if (n == 0)
        assay_sql_typed(q, 0);
}

static void put_log_odds(struct assay_sql *q, struct assay_terms terms, const void *context)
{
    const struct assay_model *model = q->model;
    const double *slope = assay_terms_slope(model, terms);
    (void)context;
    assay_sql_typed(q, assay_terms_intercept(model, terms));
    for (size_t j = 0; j < model->n_signal; j++) {
        if (slope[j] == 0)
            continue;
        assay_text_printf(q->out, "\n        %c ", slope[j] > 0 ? '-' : '+');
        assay_sql_number(q, fabs(slope[j]));
        assay_text_printf(q->out, " * (s_%s / 100e0)", q->names.signal[j]);
    }
    for (size_t j = 0; j < model->n_signal; j++)
        if (assay_sql_has_term(model, j)) {
            assay_text_printf(q->out, "\n        + CASE WHEN m_%s = 1 THEN ", q->names.signal[j]);
            assay_sql_number(q, model->missing_term[j]);
            assay_text_puts(q->out, " ELSE 0e0 END");
        }
}

static void put_sum(struct assay_sql *q, assay_sql_part *part, const char *name)
{
    bool drops = assay_export_has_policy(q->model, ASSAY_DROP);
    assay_sql_item(q);
    assay_text_puts(q->out, drops ? "CASE WHEN no_score = 0 THEN\n        " : "");
    assay_sql_by_weights(q, part, NULL);
    assay_text_printf(q->out, "%s AS %s", drops ? "\n    END" : "", name);
}

static void put_summed(struct assay_sql *q)
{
    assay_sql_step(q, "summed",
                   assay_export_has_policy(q->model, ASSAY_DROP)
                       ? "NULL where a signal that must not be missing is.\n"
                       : "The weighted average, and the log-odds of the event.\n");
    assay_sql_item(q);
    assay_text_printf(q->out, "%s.*", q->last);
    put_sum(q, put_composite, "composite");
    put_sum(q, put_log_odds, "log_odds");
    assay_sql_end(q, "summed");
}

/* ---- the score ---- */

static void put_from_log_odds(struct assay_sql *q, double line)
{
    assay_text_puts(q->out, "50e0 + ");
    assay_sql_number(q, assay_export_factor(q->model));
    assay_text_puts(q->out, " * (");
    assay_sql_number(q, assay_export_line(line));
    assay_text_puts(q->out, " - log_odds)");
}

static void put_by_lines(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    if (model->n_segment_line == 0) {
        put_from_log_odds(q, model->at_risk_probability);
        return;
    }
    assay_text_puts(q->out, "CASE line_of");
    for (size_t k = 0; k < model->n_segment_line; k++) {
        assay_text_printf(q->out, "\n      WHEN %zu THEN ", k + 1);
        put_from_log_odds(q, model->segment_lines[k].probability);
        assay_text_puts(q->out, " -- ");
        assay_sql_comment(q, model->segment_lines[k].segment);
    }
    assay_text_puts(q->out, "\n      ELSE ");
    put_from_log_odds(q, model->at_risk_probability);
    assay_text_puts(q->out, "\n    END");
}

static double whole_weight(const struct assay_sql *q, const double weight[], size_t dimension)
{
    double sum = 0;
    for (size_t j = 0; j < q->model->n_signal; j++)
        if (q->of_dimension[j] == dimension)
            sum += weight[j];
    return sum;
}

static void put_counted(struct assay_sql *q, const double weight[])
{
    assay_sql_typed(q, 0);
    for (size_t d = 0; d < q->n_dimension; d++) {
        assay_text_printf(q->out, "\n        + CASE WHEN r_%zu IS NULL THEN 0e0 ELSE ", d + 1);
        assay_sql_number(q, whole_weight(q, weight, d));
        assay_text_puts(q->out, " END");
    }
}

/* The weighted average of dimensions that have been rounded. */
static void put_rounded(struct assay_sql *q, struct assay_terms terms, const void *context)
{
    const double *weight = assay_terms_weight(q->model, terms);
    (void)context;
    assay_text_puts(q->out, "CASE WHEN composite IS NULL THEN NULL WHEN ");
    put_counted(q, weight);
    assay_text_puts(q->out, " > 0e0 THEN (");
    for (size_t d = 0; d < q->n_dimension; d++) {
        assay_text_puts(q->out, d > 0 ? "\n        + COALESCE(" : "COALESCE(");
        assay_sql_number(q, whole_weight(q, weight, d));
        assay_text_printf(q->out, " * r_%zu, 0e0)", d + 1);
    }
    assay_text_puts(q->out, ") / (");
    put_counted(q, weight);
    assay_text_puts(q->out, ") ELSE composite END");
}

static void put_weighted_average(struct assay_sql *q)
{
    const struct assay_rounding_spec *rounding = &q->model->spec.rounding;
    assay_text_puts(q->out, rounding->score ? "floor(" : "");
    if (rounding->dimensions)
        assay_sql_by_weights(q, put_rounded, NULL);
    else
        assay_text_puts(q->out, "composite");
    assay_text_puts(q->out, rounding->score ? " + 5e-1 + 1e-9)" : "");
}

static void put_rated(struct assay_sql *q)
{
    bool average = q->model->spec.scale == ASSAY_WEIGHTED_AVERAGE;
    assay_sql_step(q, "rated",
                   average
                       ? "The score before it is kept within 0 and 100: the weighted average.\n"
                       : "The score before it is kept within 0 and 100: 50 at the at-risk line.\n");
    assay_sql_item(q);
    assay_text_puts(q->out, "summed.*");
    assay_sql_item(q);
    if (average)
        put_weighted_average(q);
    else
        put_by_lines(q);
    assay_text_puts(q->out, " AS unclamped");
    assay_sql_end(q, "rated");
}

/* exp() of -700 and less is nothing beside 1, and an error in PostgreSQL from -745. */
static void put_scored(struct assay_sql *q)
{
    assay_sql_step(q, "scored", "exp() sees numbers from -700 to 0 alone: it cannot overflow.\n");
    assay_text_puts(q->out,
                    "\n    rated.*,\n"
                    "    CASE WHEN unclamped < 0e0 THEN 0e0 WHEN unclamped > 100e0 THEN 100e0 "
                    "ELSE unclamped END AS score,\n"
                    "    CASE\n"
                    "      WHEN log_odds < -700e0 THEN 0e0\n"
                    "      WHEN log_odds < 0e0 THEN exp(log_odds) / (1e0 + exp(log_odds))\n"
                    "      WHEN log_odds <= 700e0 THEN 1e0 / (1e0 + exp(-log_odds))\n"
                    "      WHEN log_odds > 700e0 THEN 1e0\n"
                    "    END AS probability");
    assay_sql_end(q, "scored");
}

/* ---- the result ---- */

void assay_sql_own_name(struct assay_sql *q, const char *column)
{
    static const char *const taken[] = {"composite", "score",    "probability", "zone",
                                        "missing",   "new_plan", "new_segment"};
    struct assay_text name = {0};
    assay_text_puts(&name, column);
    for (size_t k = 0; k < sizeof taken / sizeof taken[0]; k++)
        if (strcasecmp(taken[k], column) == 0)
            assay_text_putc(&name, '_');
    if (name.failed)
        q->out->failed = true;
    else
        assay_sql_name(q, name.data);
    assay_text_clear(&name);
}

static void put_zone(struct assay_sql *q)
{
    const struct assay_spec *spec = &q->model->spec;
    assay_text_puts(q->out, ",\n    CASE");
    for (size_t k = spec->n_zone; k-- > 1;) {
        assay_text_puts(q->out, "\n      WHEN score >= ");
        assay_sql_number(q, spec->zones[k].from);
        assay_text_puts(q->out, " THEN ");
        assay_sql_string(q, spec->zones[k].name);
    }
    assay_text_puts(q->out, "\n      WHEN score IS NOT NULL THEN ");
    assay_sql_string(q, spec->zones[0].name);
    assay_text_puts(q->out, "\n    END AS zone");
}

static void put_result(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_text_puts(q->out, "\nSELECT");
    q->n_item = 0;
    assay_sql_item(q);
    assay_text_puts(q->out, "id AS ");
    assay_sql_own_name(q, model->spec.id);
    if (model->spec.as_of != NULL) {
        assay_sql_item(q);
        assay_text_puts(q->out, "as_of AS ");
        assay_sql_own_name(q, model->spec.as_of);
    }
    for (size_t j = 0; j < model->n_signal; j++) {
        assay_sql_item(q);
        assay_text_printf(q->out, "s_%s AS ", q->names.signal[j]);
        assay_sql_name(q, q->names.signal[j]);
    }
    assay_text_puts(q->out, ",\n    composite,\n    score,\n    probability");
    put_zone(q);
    assay_text_puts(q->out, ",\n    missing");
    if (model->spec.cohort.plan != NULL)
        assay_text_puts(q->out, ",\n    new_plan");
    if (assay_sql_has_segments(model))
        assay_text_puts(q->out, ",\n    new_segment");
    assay_text_puts(q->out, "\n  FROM scored");
}

void assay_sql_scores(struct assay_sql *q)
{
    put_summed(q);
    put_rated(q);
    put_scored(q);
    put_result(q);
}
