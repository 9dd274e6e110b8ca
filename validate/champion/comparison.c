#include "validate/champion/comparison.h"

#include <math.h>
#include <string.h>

#include "core/base/rows.h"
#include "validate/audit/notes.h"
#include "validate/champion/differences.h"
#include "validate/champion/promotion.h"

/* ---- rows that both models score ---- */

static void rivals_clear(struct assay_rivals *rows)
{
    assay_rows_free(rows->challenger);
    assay_rows_free(rows->champion);
    assay_rows_free(rows->challenger_flagged);
    assay_rows_free(rows->champion_flagged);
    assay_rows_free(rows->outcome);
    assay_rows_free(rows->account);
    *rows = (struct assay_rivals){0};
}

static enum assay_status rivals_gather(const struct assay_audit_set *set, struct assay_rivals *rows,
                                       struct assay_error *err)
{
    size_t n = set->n;
    *rows = (struct assay_rivals){
        .challenger = assay_rows_alloc(n, sizeof *rows->challenger),
        .champion = assay_rows_alloc(n, sizeof *rows->champion),
        .challenger_flagged = assay_rows_alloc(n, 1),
        .champion_flagged = assay_rows_alloc(n, 1),
        .outcome = assay_rows_alloc(n, 1),
        .account = set->account != NULL ? assay_rows_alloc(n, sizeof *rows->account) : NULL};
    if (rows->challenger == NULL || rows->champion == NULL || rows->challenger_flagged == NULL ||
        rows->champion_flagged == NULL || rows->outcome == NULL ||
        (set->account != NULL && rows->account == NULL)) {
        rivals_clear(rows);
        return assay_fail_memory(err, "comparing with the champion");
    }
    for (size_t i = 0; i < n; i++) {
        if (isnan(set->champion_prob[i]))
            continue;
        size_t k = rows->n++;
        rows->challenger[k] = set->prob[i];
        rows->champion[k] = set->champion_prob[i];
        rows->challenger_flagged[k] = set->flagged[i];
        rows->champion_flagged[k] = set->champion_flagged[i];
        rows->outcome[k] = set->outcome[i];
        rows->n_event += set->outcome[i];
        if (rows->account != NULL)
            rows->account[k] = set->account[i];
    }
    return ASSAY_OK;
}

/* ---- zones ---- */

struct cell {
    size_t n, n_event;
};

static size_t zone_of(const struct assay_spec *spec, double score)
{
    size_t z = spec->n_zone - 1;
    while (z > 0 && score < spec->zones[z].from)
        z--;
    return z;
}

static void write_moves(struct assay_json_writer *json, const struct assay_audit_input *input)
{
    const struct assay_spec *before = &input->champion->spec;
    const struct assay_audit_set *set = &input->used;
    struct cell cells[ASSAY_MAX_ZONES][ASSAY_MAX_ZONES] = {{{0, 0}}};
    assay_json_open(json, "moves", '[');
    bool zoned = input->model != NULL && before->n_zone > 0 && input->model->spec.n_zone > 0;
    for (size_t i = 0; zoned && i < set->n; i++) {
        if (isnan(set->champion_prob[i]))
            continue;
        struct cell *cell = &cells[zone_of(before, set->champion_score[i])]
                                  [zone_of(&input->model->spec, set->score[i])];
        cell->n++;
        cell->n_event += set->outcome[i];
    }
    for (size_t a = 0; zoned && a < before->n_zone; a++)
        for (size_t b = 0; b < input->model->spec.n_zone; b++) {
            if (cells[a][b].n == 0)
                continue;
            assay_json_open(json, NULL, '{');
            assay_json_put_string(json, "from", before->zones[a].name);
            assay_json_put_string(json, "to", input->model->spec.zones[b].name);
            assay_json_put_count(json, "n", cells[a][b].n);
            assay_json_put_count(json, "events", cells[a][b].n_event);
            assay_json_close(json);
        }
    assay_json_close(json);
}

/* ---- figures ---- */

static void write_figures(struct assay_json_writer *json, const char *key,
                          const struct assay_differences *d, const unsigned char flagged[],
                          const struct assay_rivals *rows, bool challenger)
{
    size_t n_flagged = 0, n_right = 0;
    for (size_t i = 0; i < rows->n; i++) {
        n_flagged += flagged[i];
        n_right += flagged[i] && rows->outcome[i];
    }
    assay_json_open(json, key, '{');
    for (size_t k = 0; k < ASSAY_RIVAL_METRICS; k++)
        assay_json_put_optional(json, assay_rival_metric_names[k],
                                challenger ? d->metrics[k].challenger : d->metrics[k].champion);
    assay_json_put_optional(json, "ppv",
                            n_flagged > 0 ? (double)n_right / (double)n_flagged : (double)NAN);
    assay_json_put_count(json, "flagged", n_flagged);
    assay_json_close(json);
}

static void write_differences(struct assay_json_writer *json, const struct assay_differences *d)
{
    assay_json_open(json, "differences", '[');
    for (size_t k = 0; k < ASSAY_RIVAL_METRICS; k++) {
        const struct assay_difference *m = &d->metrics[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "metric", assay_rival_metric_names[k]);
        assay_json_put_optional(json, "champion", m->champion);
        assay_json_put_optional(json, "challenger", m->challenger);
        assay_put_estimate(json, "difference", &m->difference);
        assay_json_put_optional(json, "p_value", m->p_value);
        assay_json_put_string(json, "method", m->method);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_mcnemar(struct assay_json_writer *json, const struct assay_differences *d)
{
    const struct assay_paired_counts *c = &d->right.counts;
    struct assay_mcnemar rows = assay_mcnemar_of(c->only_first, c->only_second);
    assay_json_open(json, "mcnemar", '{');
    assay_json_put_count(json, "both_right", c->both);
    assay_json_put_count(json, "only_champion", c->only_second);
    assay_json_put_count(json, "only_challenger", c->only_first);
    assay_json_put_count(json, "both_wrong", c->neither);
    assay_json_put_optional(json, "p_value", d->right.p_value);
    assay_json_put_optional(json, "p_exact", d->repeated ? (double)NAN : rows.p_exact);
    assay_json_put_string(json, "method",
                          d->repeated ? "Obuchowski (1998), by account" : "exact binomial, mid-p");
    assay_json_close(json);
}

/* ---- promotion ---- */

static void write_rule(struct assay_json_writer *json, const struct assay_promotion *p)
{
    assay_json_open(json, "rule", '[');
    for (size_t k = 0; k < p->n; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "metric", assay_rival_metric_names[p->rule[k].metric]);
        assay_json_put_number(json, "margin", p->rule[k].margin);
        assay_json_put_optional(json, "difference", p->rule[k].difference.value);
        assay_json_put_optional(json, "low_or_high", p->rule[k].bad_end);
        if (p->rule[k].holding == ASSAY_CANNOT_TELL)
            assay_json_put_null(json, "holds");
        else
            assay_json_put_bool(json, "holds", p->rule[k].holding == ASSAY_HOLDS);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void advise(const struct assay_audit_input *input, const struct assay_promotion *p,
                   struct assay_audit_output *out)
{
    const char *version = input->champion->version;
    if (p->result == ASSAY_PROMOTE)
        assay_advise(out, 1, "Promote the new model: against the champion (version %.60s) every margin of "
                             "the promotion rule holds", version);
    else if (p->result == ASSAY_KEEP)
        assay_advise(out, 1, "Keep the champion (version %.60s): the new model is worse than the promotion "
                             "rule allows", version);
    else if (p->in_sample)
        assay_advise(out, 1, "Compare with the champion (version %.60s) on a later quarter: the new model "
                             "was fitted to these rows, or may have been", version);
    else
        assay_advise(out, 2, "Leave the champion (version %.60s) in force and compare again next quarter: "
                             "these rows cannot tell whether the promotion rule holds", version);
}

static void write_declared(struct assay_json_writer *json, const struct assay_audit_input *input)
{
    struct assay_text text = {0};
    if (input->rules_name == NULL) {
        assay_json_put_string(json, "declared", "in the model");
        return;
    }
    assay_text_printf(&text, "--rules %s, sha256 %s", input->rules_name, input->rules_sha256);
    json->out.failed |= text.failed;
    assay_json_put_string(json, "declared", text.data != NULL ? text.data : "");
    assay_text_clear(&text);
}

static void write_promotion(const struct assay_audit_input *input, const struct assay_differences *d,
                            struct assay_audit_output *out)
{
    static const char none[] =
        "No promotion rule was declared, so nothing is said of which model should be in force. Declare one "
        "before the next comparison, in the spec: \"audit\": {\"promotion\": {\"auc\": 0.01, "
        "\"sensitivity\": 0.03, \"specificity\": 0.03}}: by how much the new model may be worse; or in a "
        "file, with --rules.";
    struct assay_json_writer *json = &out->json;
    struct assay_promotion promotion;
    struct assay_text words = {0};
    if (input->rules->n_promotion == 0) {
        assay_json_put_null(json, "promotion");
        assay_json_put_string(json, "words", none);
        assay_advise(out, 2, "Declare by how much a new model may be worse than the champion (\"promotion\" "
                             "in the spec's \"audit\") before the next comparison");
        return;
    }
    assay_promotion_decide(input->rules->promotion, input->rules->n_promotion, d,
                           assay_audit_in_sample(input), &promotion);
    assay_promotion_say(&promotion, &words);
    json->out.failed |= words.failed;
    const char *said = words.data != NULL ? words.data : "";
    assay_json_open(json, "promotion", '{');
    write_rule(json, &promotion);
    assay_json_put_string(json, "result", assay_promotion_names[promotion.result]);
    assay_json_put_number(json, "error_rate", ASSAY_PROMOTION_ERROR);
    write_declared(json, input);
    assay_json_put_string(json, "words", said);
    assay_json_close(json);
    assay_json_put_string(json, "words", said);
    assay_text_clear(&words);
    advise(input, &promotion, out);
}

/* ---- the section ---- */

static bool is_itself(const struct assay_audit_input *input)
{
    return input->model != NULL && *input->model->digest != '\0' &&
           strcmp(input->model->digest, input->champion->digest) == 0;
}

static void write_comparison(const struct assay_audit_input *input, const struct assay_rivals *rows,
                             const struct assay_differences *d, struct assay_audit_output *out)
{
    struct assay_json_writer *json = &out->json;
    assay_json_open(json, "comparison", '{');
    assay_json_put_count(json, "n", rows->n);
    assay_json_put_count(json, "events", rows->n_event);
    assay_json_put_count(json, "left_out", input->used.n - rows->n);
    if (rows->n == 0) {
        assay_json_put_null(json, "promotion");
        assay_json_put_string(json, "words", "The champion scores none of the audited rows: there is "
                                             "nothing to compare.");
    } else {
        write_figures(json, "champion", d, rows->champion_flagged, rows, false);
        write_figures(json, "challenger", d, rows->challenger_flagged, rows, true);
        write_differences(json, d);
        write_mcnemar(json, d);
        write_moves(json, input);
        if (is_itself(input)) {
            assay_json_put_null(json, "promotion");
            assay_json_put_string(json, "words", "The champion and this model are the same file: there is "
                                                 "nothing to promote.");
        } else {
            write_promotion(input, d, out);
        }
    }
    assay_json_close(json);
}

enum assay_status assay_audit_comparison(const struct assay_audit_input *input,
                                         struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_rivals rows;
    struct assay_differences differences = {0};
    if (input->champion == NULL || input->used.prob == NULL || input->used.champion_prob == NULL) {
        assay_json_put_null(&out->json, "comparison");
        return ASSAY_OK;
    }
    enum assay_status status = rivals_gather(&input->used, &rows, err);
    if (status != ASSAY_OK)
        return status;
    if (rows.n > 0)
        status = assay_differences_measure(&rows, input->line_probability, &differences, err);
    if (status == ASSAY_OK)
        write_comparison(input, &rows, &differences, out);
    rivals_clear(&rows);
    return status;
}
