#include "validate/verdict/verdict.h"

#include <math.h>
#include <stdio.h>

#include "validate/verdict/floors.h"
#include "validate/verdict/words.h"

/* All of the verdict. */
struct whole {
    const struct assay_audit_input *input;
    struct assay_judgement judgement;
    struct assay_needed needed[ASSAY_METRICS];
    struct assay_pooled pooled;
    struct assay_floor floors[ASSAY_FLOORS];
};

static enum assay_status measure(const struct assay_figures *figures, struct whole *w,
                                 struct assay_error *err)
{
    enum assay_status status = assay_audit_judge(w->input, figures, &w->judgement, err);
    if (status == ASSAY_OK)
        status = assay_audit_pool(w->input, &w->judgement, &w->pooled, err);
    if (status == ASSAY_OK)
        status = assay_audit_floors(w->input, w->floors, err);
    for (size_t k = 0; status == ASSAY_OK && k < w->judgement.n; k++)
        w->needed[k] = assay_audit_needed(w->input, &w->judgement.judged[k], w->judgement.errors);
    return status;
}

static struct assay_verdict_view view_of(const struct whole *w)
{
    return (struct assay_verdict_view){.input = w->input,
                                       .judgement = &w->judgement,
                                       .needed = w->needed,
                                       .pooled = &w->pooled};
}

/* Puts a sentence and empties it; lacking memory is the document's. */
static void put_words(struct assay_json_writer *json, const char *key, struct assay_text *words)
{
    if (words->failed)
        json->out.failed = true;
    else
        assay_json_put_string(json, key, words->data);
    assay_text_clear(words);
}

/* ---- targets ---- */

static void write_target(struct assay_json_writer *json, const struct assay_judged *judged,
                         const struct assay_needed *needed)
{
    const struct assay_metric *metric = judged->metric;
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "metric", metric->name);
    assay_json_put_optional(json, "low", judged->limits.low);
    assay_json_put_optional(json, "high", judged->limits.high);
    /* The log loss may be infinite, and has no interval then. */
    assay_json_put_optional(json, "value", isfinite(metric->estimate.value) ? metric->estimate.value
                                                                            : (double)NAN);
    assay_json_put_interval(json, "interval", metric->estimate.low, metric->estimate.high);
    if (judged->is_share)
        assay_json_put_count(json, "of", metric->of);
    else
        assay_json_put_null(json, "of");
    assay_json_put_optional(json, "worth", judged->is_share ? judged->share.n : (double)NAN);
    assay_json_put_optional(json, "at_least", judged->at_least);
    assay_json_put_optional(json, "at_most", judged->at_most);
    assay_json_put_string(json, "result", assay_result_word(judged->result));
    assay_json_open(json, "needed", '{');
    assay_json_put_optional(json, "more", needed->more);
    assay_json_put_optional(json, "quarters", needed->quarters);
    assay_json_close(json);
    assay_json_close(json);
}

static void write_targets(struct assay_json_writer *json, const struct whole *w)
{
    assay_json_open(json, "targets", '[');
    for (size_t k = 0; k < w->judgement.n; k++)
        write_target(json, &w->judgement.judged[k], &w->needed[k]);
    assay_json_close(json);
}

static void write_head(struct assay_json_writer *json, const struct whole *w)
{
    struct assay_verdict_view view = view_of(w);
    struct assay_text words = {0};
    assay_json_put_string(json, "result", assay_result_word(w->judgement.result));
    assay_json_open(json, "reasons", '[');
    for (size_t k = 0; k < w->judgement.n; k++) {
        assay_say_reason(&words, &view, k);
        put_words(json, NULL, &words);
    }
    assay_json_close(json);
    assay_say_headline(&words, &view);
    put_words(json, "headline", &words);
    assay_json_put_number(json, "error_rate", ASSAY_VERDICT_ERROR);
}

/* ---- power ---- */

static const struct assay_judged *find_judged(const struct whole *w, size_t id)
{
    for (size_t k = 0; k < w->judgement.n; k++)
        if (w->judgement.judged[k].id == id)
            return &w->judgement.judged[k];
    return NULL;
}

static void write_drop(struct assay_json_writer *json, const char *key,
                       const struct assay_judged *judged, double detectable)
{
    if (judged == NULL) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_number(json, "from",
                          isnan(judged->limits.low) ? judged->limits.high : judged->limits.low);
    assay_json_put_optional(json, "to", detectable);
    assay_json_close(json);
}

static void write_power(struct assay_json_writer *json, const struct whole *w)
{
    struct assay_verdict_view view = view_of(w);
    struct assay_text words = {0};
    const struct assay_judged *sensitivity = find_judged(w, ASSAY_METRIC_SENSITIVITY),
                              *specificity = find_judged(w, ASSAY_METRIC_SPECIFICITY);
    double drops[2] = {NAN, NAN};
    if (sensitivity == NULL && specificity == NULL) {
        assay_json_put_null(json, "power");
        return;
    }
    if (sensitivity != NULL)
        drops[0] = assay_audit_detectable(sensitivity, w->judgement.errors);
    if (specificity != NULL)
        drops[1] = assay_audit_detectable(specificity, w->judgement.errors);
    assay_json_open(json, "power", '{');
    assay_json_put_number(json, "events", w->judgement.churners);
    assay_json_put_number(json, "others", w->judgement.others);
    assay_json_put_number(json, "power", ASSAY_POWER);
    assay_json_put_number(json, "level", w->judgement.errors.fail);
    write_drop(json, "sensitivity_drop", sensitivity, drops[0]);
    write_drop(json, "specificity_drop", specificity, drops[1]);
    assay_say_power(&words, &view, sensitivity != NULL ? &drops[0] : NULL,
                    specificity != NULL ? &drops[1] : NULL);
    put_words(json, "words", &words);
    assay_json_close(json);
}

/* ---- past audits ---- */

static void write_pooled_metric(struct assay_json_writer *json,
                                const struct assay_pooled_metric *metric)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "metric", metric->judged->metric->name);
    assay_json_put_number(json, "x", metric->x);
    assay_json_put_number(json, "n", metric->n);
    assay_json_put_optional(json, "share", metric->n > 0 ? metric->x / metric->n : (double)NAN);
    assay_json_put_number(json, "worth", metric->worth);
    assay_json_put_interval(json, "interval", metric->interval.low, metric->interval.high);
    assay_json_put_number(json, "evidence_pass", metric->evidence_pass);
    assay_json_put_number(json, "evidence_fail", metric->evidence_fail);
    assay_json_put_string(json, "result", assay_result_word(metric->result));
    assay_json_close(json);
}

static void write_pooled(struct assay_json_writer *json, const struct whole *w)
{
    const struct assay_pooled *pooled = &w->pooled;
    struct assay_text words = {0};
    if (pooled->n_audit == 0) {
        assay_json_put_null(json, "pooled");
        return;
    }
    assay_json_open(json, "pooled", '{');
    assay_json_put_string(json, "rule",
                          "evidence that may be read at any time: of churners, one-sided beta-binomial "
                          "mixtures (Robbins 1970); of accounts that come back, exact tests of the average "
                          "quarter, paid for at every look; a pass where the evidence for it reaches "
                          "pass_at, a fail where that reaches fail_at");
    assay_json_put_number(json, "error_rate", ASSAY_VERDICT_ERROR);
    assay_json_put_number(json, "pass_at", pooled->pass_at);
    assay_json_put_number(json, "fail_at", pooled->fail_at);
    assay_json_put_count(json, "audits", pooled->n_audit);
    assay_put_date(json, "from", pooled->from);
    assay_put_date(json, "to", pooled->to);
    assay_json_open(json, "metrics", '[');
    for (size_t k = 0; k < pooled->n; k++)
        write_pooled_metric(json, &pooled->metric[k]);
    assay_json_close(json);
    assay_json_put_string(json, "result", assay_result_word(pooled->result));
    assay_say_pooled(&words, pooled);
    put_words(json, "words", &words);
    assay_json_close(json);
}

/* ---- floors ---- */

static void write_floors(struct assay_json_writer *json, const struct whole *w)
{
    assay_json_open(json, "floors", '[');
    for (size_t k = 0; k < ASSAY_FLOORS; k++) {
        const struct assay_floor *floor = &w->floors[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", floor->name);
        assay_json_put_string(json, "words", floor->words);
        assay_json_put_optional(json, "value", floor->estimate.value);
        assay_json_put_interval(json, "interval", floor->estimate.low, floor->estimate.high);
        assay_json_put_number(json, "bound", floor->bound);
        assay_json_put_string(json, "direction", floor->at_least ? "at_least" : "at_most");
        assay_json_put_string(json, "result", assay_floor_result_word(floor->result));
        assay_json_close(json);
    }
    assay_json_close(json);
}

/* ---- what to do ---- */

static void advise_target(struct assay_audit_output *out, const struct assay_judged *judged)
{
    if (judged->id == ASSAY_METRIC_SENSITIVITY && !isnan(judged->limits.low))
        assay_advise(out, 0, "Too many churners are missed: read why under the misses, then move the "
                             "line or calibrate anew before the score is relied on");
    else if (judged->id == ASSAY_METRIC_SPECIFICITY && !isnan(judged->limits.low))
        assay_advise(out, 0, "Too many healthy accounts are flagged: see the false alarms, then move the "
                             "line or calibrate anew before the team works them all");
    else
        assay_advise(out, 0, "Target missed: %s; see the metrics", assay_judged_name(judged));
}

/* Quarters: longer, and "wait" is no advice. */
enum { MOST_PATIENCE = 8 };

/* A target that no amount of waiting helps: true where one was found and advised on. */
static bool advise_against_waiting(struct assay_audit_output *out, const struct whole *w)
{
    const struct assay_judged *undefined = NULL, *never = NULL;
    for (size_t k = 0; k < w->judgement.n; k++) {
        const struct assay_judged *judged = &w->judgement.judged[k];
        undefined = isnan(judged->metric->estimate.value) ? judged : undefined;
        never = w->needed[k].never ? judged : never;
    }
    if (undefined != NULL)
        assay_advise(out, 1, "Audit a longer window: %s is not defined on these rows, and without it there "
                             "is no verdict", assay_judged_name(undefined));
    else if (never != NULL)
        assay_advise(out, 2, "Do not wait for a verdict: %s is so near its target that %d quarters would "
                             "hardly bring one; decide by its interval whether the score is good enough",
                     assay_judged_name(never), ASSAY_MOST_QUARTERS);
    return undefined != NULL || never != NULL;
}

static void advise_waiting(struct assay_audit_output *out, const struct whole *w)
{
    double quarters = 0.0;
    struct assay_text words = {0};
    for (size_t k = 0; k < w->judgement.n; k++)
        if (!isnan(w->needed[k].quarters))
            quarters = fmax(quarters, w->needed[k].quarters);
    if (quarters == 0.0)
        return;
    assay_say_quarters(&words, quarters);
    if (words.failed)
        out->json.out.failed = true;
    else if (quarters > MOST_PATIENCE)
        assay_advise(out, 2, "Do not wait for a verdict: one audit would take %s; decide by the intervals "
                             "whether the score is good enough", words.data);
    else
        assay_advise(out, 2, "Wait before you rely on the score or blame it: one audit over %s should "
                             "bring a verdict; or keep this audit's file and give --history, which may "
                             "be looked at every quarter and takes about twice as long", words.data);
    assay_text_clear(&words);
}

static void advise(struct assay_audit_output *out, const struct whole *w)
{
    for (size_t k = 0; k < w->judgement.n; k++)
        if (w->judgement.judged[k].result == ASSAY_FAIL)
            advise_target(out, &w->judgement.judged[k]);
    if (w->judgement.result == ASSAY_INCONCLUSIVE && !advise_against_waiting(out, w))
        advise_waiting(out, w);
    if (w->pooled.n_audit > 1 && w->pooled.result == ASSAY_FAIL && w->judgement.result != ASSAY_FAIL)
        assay_advise(out, 0, "This quarter alone does not fail, but %zu audits together do: treat the "
                             "score as failed", w->pooled.n_audit);
    for (size_t k = 0; k < ASSAY_FLOORS; k++)
        if (w->floors[k].result == ASSAY_FLOOR_MISSED)
            assay_advise(out, 1, "Below what practitioners hold a score to: %s", w->floors[k].words);
}

enum assay_status assay_audit_verdict(const struct assay_audit_input *input,
                                      struct assay_figures *figures, struct assay_audit_output *out,
                                      enum assay_verdict *result, struct assay_error *err)
{
    struct whole w = {.input = input};
    enum assay_status status = measure(figures, &w, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_json_writer *json = &out->json;
    assay_json_open(json, "verdict", '{');
    write_head(json, &w);
    write_targets(json, &w);
    write_power(json, &w);
    write_pooled(json, &w);
    write_floors(json, &w);
    assay_json_close(json);
    advise(out, &w);
    for (size_t k = 0; k < w.judgement.n; k++)
        figures->metric[w.judgement.judged[k].id].result = w.judgement.judged[k].result;
    *result = w.judgement.result;
    return ASSAY_OK;
}
