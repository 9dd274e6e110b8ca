/* verify_json.c - a verification for programs to read */
#include <math.h>
#include <string.h>

#include "score/verify_result.h"

static void put_text(struct assay_json_writer *json, const char *key, const char *text)
{
    if (text != NULL)
        assay_json_put_string(json, key, text);
    else
        assay_json_put_null(json, key);
}

static void put_account(struct assay_json_writer *json,
                        const struct assay_verified_account *account)
{
    char day[ASSAY_DATE_SIZE];
    put_text(json, "account", account->id);
    put_text(json, "as_of",
             account->id != NULL && account->as_of != ASSAY_NO_DATE
                 ? assay_date_print(account->as_of, day)
                 : NULL);
}

static void put_model(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "model", '{');
    assay_json_put_string(json, "name", model->spec.name);
    assay_json_put_string(json, "version", model->version);
    assay_json_put_string(json, "digest", model->digest);
    assay_json_close(json);
}

/* What is compared, and what it may differ by. */
static void put_allowances(struct assay_json_writer *json,
                           const struct assay_comparison *comparison)
{
    assay_json_open(json, "allowed", '{');
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++)
        if (comparison->compared[f])
            assay_json_put_number(json, assay_compared_names[f], comparison->allowance[f]);
    if (comparison->compared[ASSAY_THE_ZONE])
        assay_json_put_string(json, "zone",
                              comparison->rounded ? "of a score within what is allowed" : "equal");
    assay_json_close(json);
}

static void put_alone(struct assay_json_writer *json, const char *key, size_t n,
                      const struct assay_verified_account *first)
{
    assay_json_open(json, key, '{');
    assay_json_put_count(json, "n", n);
    put_account(json, first);
    assay_json_close(json);
}

static void put_largest(struct assay_json_writer *json, const struct assay_agreement *result)
{
    assay_json_open(json, "largest_difference", '{');
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++) {
        const struct assay_largest_gap *gap = &result->largest[f];
        if (!result->comparison->compared[f])
            continue;
        assay_json_open(json, assay_compared_names[f], '{');
        assay_json_put_number(json, "difference", gap->difference);
        put_account(json, &gap->account);
        assay_json_put_optional(json, "ours", gap->account.id != NULL ? gap->ours : (double)NAN);
        assay_json_put_optional(json, "theirs",
                                gap->account.id != NULL ? gap->theirs : (double)NAN);
        assay_json_close(json);
    }
    assay_json_close(json);
}

/* Words that are made for the occasion. */
static void put_words(struct assay_json_writer *json, const char *key,
                      const struct assay_model *model, size_t departure)
{
    struct assay_text words = {0};
    if (departure == ASSAY_NO_DEPARTURE) {
        assay_json_put_null(json, key);
        return;
    }
    assay_departure_words(model, assay_departure_at(model, departure), &words);
    assay_json_put_string(json, key, words.data != NULL ? words.data : "");
    json->out.failed = json->out.failed || words.failed;
    assay_text_clear(&words);
}

static void put_parting(struct assay_json_writer *json, const struct assay_model *model,
                        const struct assay_parting *parting)
{
    struct assay_text name = {0};
    if (parting->signal == ASSAY_NO_SIGNAL) {
        assay_json_put_null(json, "parts_at");
        return;
    }
    assay_parting_name(model, parting, &name);
    assay_json_open(json, "parts_at", '{');
    assay_json_put_string(json, "column", name.data != NULL ? name.data : "");
    assay_json_put_optional(json, "ours", parting->ours);
    assay_json_put_optional(json, "theirs", parting->theirs);
    assay_json_close(json);
    json->out.failed = json->out.failed || name.failed;
    assay_text_clear(&name);
}

static void put_disagreement(struct assay_json_writer *json, const struct assay_model *model,
                             const struct assay_disagreement *d)
{
    assay_json_open(json, NULL, '{');
    put_account(json, &d->account);
    assay_json_put_string(json, "what", assay_compared_names[d->figure]);
    if (d->figure == ASSAY_THE_ZONE) {
        put_text(json, "ours", d->our_zone);
        put_text(json, "theirs", d->their_zone);
    } else {
        assay_json_put_optional(json, "ours", d->ours);
        assay_json_put_optional(json, "theirs", d->theirs);
    }
    put_parting(json, model, &d->parting);
    put_words(json, "would_agree_if", model, d->departure);
    assay_json_close(json);
}

static void put_causes(struct assay_json_writer *json, const struct assay_agreement *result)
{
    const struct assay_model *model = result->comparison->model;
    const struct assay_explanation *explanations[ASSAY_CAUSES_KEPT];
    const struct assay_trait *traits[ASSAY_TRAITS_KEPT];
    struct assay_text words = {0};
    size_t n = assay_causes_explanations(result->causes, explanations);
    assay_json_open(json, "explanations", '[');
    for (size_t k = 0; k < n; k++) {
        assay_json_open(json, NULL, '{');
        put_words(json, "would_agree_if", model, explanations[k]->departure);
        assay_json_put_count(json, "n", explanations[k]->n);
        assay_json_close(json);
    }
    assay_json_close(json);
    n = assay_causes_traits(result->causes, traits);
    assay_json_open(json, "in_common", '[');
    for (size_t k = 0; k < n; k++) {
        assay_text_reset(&words);
        assay_trait_words(model, traits[k], &words);
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "what", words.data != NULL ? words.data : "");
        assay_json_put_count(json, "disagreeing", traits[k]->disagreeing);
        assay_json_put_count(json, "agreeing", traits[k]->agreeing);
        assay_json_close(json);
    }
    assay_json_close(json);
    json->out.failed = json->out.failed || words.failed;
    assay_text_clear(&words);
}

static void put_signals(struct assay_json_writer *json, const struct assay_agreement *result)
{
    const struct assay_model *model = result->comparison->model;
    assay_json_open(json, "parting", '[');
    for (size_t j = 0; j < model->n_signal; j++) {
        if (result->n_parting[j] == 0 && result->n_unlike[j] == 0)
            continue;
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "signal", model->spec.signals[j].name);
        assay_json_put_count(json, "disagreeing", result->n_parting[j]);
        assay_json_put_count(json, "agreeing", result->n_unlike[j]);
        assay_json_close(json);
    }
    assay_json_close(json);
}

void assay_agreement_json(const struct assay_agreement *result, struct assay_json_writer *json)
{
    const struct assay_model *model = result->comparison->model;
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "format", "assay-score-agreement/1");
    put_model(json, model);
    assay_json_put_string(json, "data", result->data_name);
    assay_json_put_string(json, "scores", assay_csv_name(result->theirs->csv));
    put_allowances(json, result->comparison);
    assay_json_put_string(json, "result", assay_agreement_agrees(result) ? "agrees" : "disagrees");
    assay_json_put_count(json, "compared", result->n_compared);
    assay_json_put_count(json, "agree", result->n_agree);
    assay_json_put_count(json, "disagree", result->n_compared - result->n_agree);
    assay_json_put_count(json, "without_score", result->n_unscored);
    assay_json_put_count(json, "score_on_one_side", result->n_score_gap);
    assay_json_put_count(json, "in_another_zone", result->n_zone);
    assay_json_put_count(json, "matched_in_order", result->theirs->n_repeated);
    put_alone(json, "only_in_data", result->n_only_ours, &result->first_ours);
    put_alone(json, "only_in_scores", result->n_only_theirs, &result->first_theirs);
    put_largest(json, result);
    put_causes(json, result);
    put_signals(json, result);
    assay_json_open(json, "disagreements", '[');
    for (size_t k = 0; k < result->n_shown; k++)
        put_disagreement(json, model, &result->shown[k]);
    assay_json_close(json);
    assay_json_close(json);
}
