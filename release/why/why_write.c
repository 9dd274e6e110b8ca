#include <math.h>

#include "release/why/why_parts.h"

static void put_text(struct assay_json_writer *json, const char *key, const char *text)
{
    if (text != NULL)
        assay_json_put_string(json, key, text);
    else
        assay_json_put_null(json, key);
}

/* A figure of the score, null where there is none. */
static void put_figure(const struct assay_why_case *why, struct assay_json_writer *json,
                       const char *key, double value)
{
    assay_json_put_optional(json, key, why->score.dropped ? (double)NAN : value);
}

static void put_case(const struct assay_why_case *why, struct assay_json_writer *json)
{
    char day[ASSAY_DATE_SIZE];
    const struct assay_model *model = why->model;
    assay_json_open(json, "model", '{');
    assay_json_put_string(json, "name", model->spec.name);
    assay_json_put_string(json, "version", model->version);
    assay_json_put_string(json, "digest", model->digest);
    assay_json_close(json);
    assay_json_put_string(json, "account", why->account);
    assay_json_put_string(json, "source", why->source);
    assay_json_put_count(json, "line", why->line);
    put_text(json, "as_of", why->as_of != ASSAY_NO_DATE ? assay_date_print(why->as_of, day) : NULL);
    assay_json_put_count(json, "rows_of_day", why->n_same_day);
}

static void put_score(const struct assay_why_case *why, struct assay_json_writer *json)
{
    const struct assay_model *model = why->model;
    const struct assay_score *score = &why->score;
    put_figure(why, json, "score", score->score);
    put_figure(why, json, "unclamped", why->unclamped);
    put_figure(why, json, "probability", score->probability);
    put_figure(why, json, "composite", score->composite);
    put_text(json, "zone", score->dropped ? NULL : model->spec.zones[score->zone].name);
    if (score->dropped)
        assay_json_put_null(json, "flagged");
    else
        assay_json_put_bool(json, "flagged", score->score < model->at_risk_score);
    assay_json_open(json, "at_risk", '{');
    assay_json_put_number(json, "score", model->at_risk_score);
    assay_json_put_number(json, "probability", assay_terms_line(model, score->terms));
    assay_json_close(json);
    put_figure(why, json, "neutral_score", why->neutral);
    put_figure(why, json, "points", why->points_sum);
}

static void put_peers(const struct assay_why_case *why, struct assay_json_writer *json)
{
    char label[ASSAY_QUOTE_SIZE];
    const struct assay_terms *terms = &why->score.terms;
    assay_json_put_string(
        json, "cohort",
        assay_cohort_label(&why->model->cohorts, why->score.cohort, label, sizeof label));
    put_text(json, "plan", why->plan);
    assay_json_put_bool(json, "new_plan", why->score.unseen_plan);
    assay_json_open(json, "segment", '{');
    put_text(json, "weights", terms->weights != NULL ? terms->weights->segment : NULL);
    put_text(json, "line", terms->line != NULL ? terms->line->segment : NULL);
    assay_json_close(json);
    assay_json_put_bool(json, "new_segment", terms->unseen);
}

static void put_signal(const struct assay_why_case *why, size_t j, struct assay_json_writer *json)
{
    const struct assay_signal_spec *signal = &why->model->spec.signals[j];
    struct assay_estimate weight = assay_why_weight(why, j);
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "name", signal->name);
    assay_json_put_string(json, "column", signal->column);
    assay_json_put_string(json, "dimension", signal->dimension);
    if (why->text[j] != NULL)
        assay_json_put_string(json, "raw", why->text[j]);
    else
        assay_json_put_optional(json, "raw", why->number[j]);
    assay_json_put_optional(json, "normalised", assay_why_bars(why, j) ? (double)NAN : why->s[j]);
    assay_json_put_number(json, "weight", weight.value);
    assay_json_put_interval(json, "interval", weight.low, weight.high);
    put_figure(why, json, "points", why->points[j] + 0.0); /* never -0 */
    put_text(json, "missing", why->missing[j] ? assay_missing_names[signal->missing] : NULL);
    assay_json_put_bool(json, "new_category", why->missing[j] && why->text[j] != NULL);
    assay_json_close(json);
}

void assay_why_write(const struct assay_why_case *why, struct assay_json_writer *json)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "format", "assay-why/1");
    put_case(why, json);
    put_score(why, json);
    put_peers(why, json);
    assay_json_open(json, "signals", '[');
    for (size_t k = 0; k < why->model->n_signal; k++)
        put_signal(why, why->order[k], json);
    assay_json_close(json);
    assay_json_close(json);
}
