#include "validate/drift/inflation.h"

#include <math.h>
#include <stdio.h>

#include "core/base/rows.h"
#include "core/metric/clustered.h"
#include "validate/drift/effective.h"
#include "validate/drift/inflation_test.h"
#include "validate/drift/zone.h"

#define CLAIM 0.05

enum { NO_THEN, THEN_AUDIT, THEN_TRAINING };

struct inflation {
    size_t rows[ASSAY_MAX_ZONES];
    struct assay_green now, then;
    struct assay_estimate share, rate, share_then, rate_then;
    int source;
    int32_t from, to;                  /* of then */
    double zone_then[ASSAY_MAX_ZONES]; /* shares */
    struct assay_inflation test;
};

/* ---- now ---- */

static struct assay_estimate share_by_row(size_t x, size_t n)
{
    return assay_rate_of(x, n).wilson;
}

/* The green share and rate where accounts repeat. */
static enum assay_status shares_by_account(const struct assay_audit_set *set,
                                           const unsigned char green[], struct inflation *it,
                                           struct assay_error *err)
{
    struct assay_clustered_rows rows = {.cluster = set->account, .n = set->n};
    unsigned char *all = assay_rows_alloc(set->n, 1);
    if (all == NULL)
        return assay_fail_memory(err, "counting zones");
    for (size_t i = 0; i < set->n; i++)
        all[i] = 1;
    enum assay_status status = assay_share_by_cluster(&rows, all, green, &it->share, err);
    if (status == ASSAY_OK)
        status = assay_share_by_cluster(&rows, green, set->outcome, &it->rate, err);
    assay_rows_free(all);
    return status;
}

static enum assay_status look_now(const struct assay_audit_input *input, struct inflation *it,
                                  struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    size_t top = input->spec->n_zone - 1, green_events = 0, events = 0;
    unsigned char *green = assay_rows_alloc(set->n, 1);
    if (green == NULL)
        return assay_fail_memory(err, "counting zones");
    for (size_t i = 0; i < set->n; i++) {
        size_t z = assay_zone_of(input->spec, set->score[i]);
        it->rows[z]++;
        green[i] = z == top;
        events += set->outcome[i];
        green_events += green[i] && set->outcome[i];
    }
    it->now = (struct assay_green){(double)set->n, (double)it->rows[top], (double)events,
                                   (double)green_events, 1.0};
    it->share = share_by_row(it->rows[top], set->n);
    it->rate = share_by_row(green_events, it->rows[top]);
    enum assay_status status = assay_row_weight(input, set, &it->now.weight, err);
    if (status == ASSAY_OK && input->repeated && set->account != NULL)
        status = shares_by_account(set, green, it, err);
    assay_rows_free(green);
    return status;
}

/* ---- then ---- */

static bool take_past(const struct assay_audit_input *input, struct inflation *it)
{
    for (size_t k = 0; k < input->n_past; k++) {
        const struct assay_past_audit *past = &input->past[k];
        if (past->n == 0 || past->n_zone != input->spec->n_zone || isnan(past->green_share))
            continue;
        double n = (double)past->n, green = past->green_share * n;
        it->source = THEN_AUDIT;
        it->from = past->from;
        it->to = past->to;
        it->then = (struct assay_green){
            .rows = n,
            .green = green,
            .events = (double)past->n_event,
            .green_events = isnan(past->green_rate) ? 0.0 : past->green_rate * green,
            .weight = it->now.weight}; /* its accounts will have repeated as they do now */
        for (size_t z = 0; z < past->n_zone; z++)
            it->zone_then[z] = past->zone_share[z];
        return true;
    }
    return false;
}

static void take_training(const struct assay_audit_input *input, struct inflation *it)
{
    if (input->model == NULL || input->model->training.reference.rows == 0)
        return;
    const struct assay_model_reference *reference = &input->model->training.reference;
    size_t n_zone = input->spec->n_zone;
    double rows = (double)reference->rows;
    it->source = THEN_TRAINING;
    it->from = input->model->training.from;
    it->to = input->model->training.to;
    it->then = (struct assay_green){.rows = rows,
                                    .green = (double)reference->zone_rows[n_zone - 1],
                                    .green_events = (double)reference->zone_events[n_zone - 1],
                                    .weight = reference->effective / rows};
    for (size_t z = 0; z < n_zone; z++) {
        it->then.events += (double)reference->zone_events[z];
        it->zone_then[z] = (double)reference->zone_rows[z] / rows;
    }
}

static void look_then(const struct assay_audit_input *input, struct inflation *it)
{
    const struct assay_green *then = &it->then;
    it->source = NO_THEN;
    if (!take_past(input, it))
        take_training(input, it);
    it->test = assay_inflation_test(it->then, it->now);
    if (it->source == NO_THEN)
        return;
    it->share_then = assay_wilson_of_share(then->green / then->rows, then->rows * then->weight,
                                           ASSAY_LEVEL);
    it->rate_then = then->green > 0.0
                        ? assay_wilson_of_share(then->green_events / then->green,
                                                then->green * then->weight, ASSAY_LEVEL)
                        : assay_estimate_undefined();
}

/* ---- saying it ---- */

static void describe(const struct inflation *it, const char *green, bool found, char *out,
                     size_t size)
{
    double now = 100.0 * it->share.value, then = 100.0 * it->share_then.value;
    const char *when = it->source == THEN_AUDIT ? "in the oldest audit" : "in the training data";
    if (it->source == NO_THEN)
        snprintf(out, size, "%.1f%% of snapshots are %s; there is nothing earlier to compare with", now,
                 green);
    else if (isnan(it->test.p_value))
        snprintf(out, size, "%.1f%% of snapshots are %s, %.1f%% %s; with no churn rate of then on both "
                            "sides of its bound, whether churn fell with it cannot be said",
                 now, green, then, when);
    else if (found)
        snprintf(out, size, "The score has become kinder: %.1f%% of snapshots are %s, %.1f%% %s, but "
                            "churners are %.0f where so many %s accounts should have left %.0f", now,
                 green, then, when, it->now.events, green, it->test.expected);
    else
        snprintf(out, size, "No sign that the score has become kinder: %.1f%% of snapshots are %s, %.1f%% "
                            "%s, with %.0f churners where the rates of then and the zones of now make "
                            "%.0f", now, green, then, when, it->now.events, it->test.expected);
}

static void write_zones(struct assay_json_writer *json, const struct assay_spec *spec,
                        const struct inflation *it)
{
    assay_json_open(json, "zones", '[');
    for (size_t z = 0; z < spec->n_zone; z++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "zone", spec->zones[z].name);
        assay_json_put_number(json, "share_now", (double)it->rows[z] / it->now.rows);
        assay_json_put_optional(json, "share_then",
                                it->source == NO_THEN ? (double)NAN : it->zone_then[z]);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_then(struct assay_json_writer *json, const struct inflation *it)
{
    if (it->source == NO_THEN) {
        assay_json_put_null(json, "then");
        return;
    }
    assay_json_open(json, "then", '{');
    assay_json_put_string(json, "source", it->source == THEN_AUDIT ? "audit" : "training");
    assay_put_date(json, "from", it->from);
    assay_put_date(json, "to", it->to);
    assay_put_estimate(json, "green_share", &it->share_then);
    assay_put_estimate(json, "green_rate", &it->rate_then);
    assay_json_close(json);
}

static void write_inflation(struct assay_audit_output *out, const struct assay_spec *spec,
                            const struct inflation *it)
{
    struct assay_json_writer *json = &out->json;
    char words[600];
    const char *green = spec->zones[spec->n_zone - 1].name;
    bool found = it->test.p_value <= CLAIM;
    describe(it, green, found, words, sizeof words);
    assay_json_open(json, "inflation", '{');
    write_zones(json, spec, it);
    assay_json_put_string(json, "green", green);
    assay_put_estimate(json, "green_share", &it->share);
    assay_put_estimate(json, "green_rate", &it->rate);
    write_then(json, it);
    assay_json_put_optional(json, "expected", it->test.expected);
    assay_json_put_number(json, "observed", it->now.events);
    assay_json_put_optional(json, "p_value", it->test.p_value);
    assay_json_put_bool(json, "found", found);
    assay_json_put_string(json, "words", words);
    assay_json_close(json);
    if (found)
        assay_advise(out, 1, "Take %s with care: more accounts are in it than before, and churn has not "
                             "fallen with it; recalibrate, and look at the signals that have risen most",
                     green);
}

enum assay_status assay_audit_inflation(const struct assay_audit_input *input,
                                        struct assay_audit_output *out, struct assay_error *err)
{
    struct inflation it = {0};
    if (!assay_has_zones(input) || input->used.n == 0) {
        assay_json_put_null(&out->json, "inflation");
        return ASSAY_OK;
    }
    enum assay_status status = look_now(input, &it, err);
    if (status != ASSAY_OK)
        return status;
    look_then(input, &it);
    write_inflation(out, input->spec, &it);
    return ASSAY_OK;
}
