#include "validate/outcomes/impact.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/metric/impact.h"

/* What teams without figures of their own may start from; no finding, and said to be none. */
static const struct assay_range default_recovery = {0.1, 0.2, 0.3};

struct assumptions {
    struct assay_range recovery, cost;
    bool recovery_given, cost_given;
};

static struct assumptions assume(const struct assay_audit_spec *rules)
{
    const struct assay_assumption *recovery = &rules->recovery_rate, *cost = &rules->contact_cost;
    struct assumptions a = {.recovery = default_recovery,
                            .recovery_given = !isnan(recovery->value),
                            .cost_given = !isnan(cost->value)};
    if (a.recovery_given)
        a.recovery = (struct assay_range){recovery->low, recovery->value, recovery->high};
    if (a.cost_given)
        a.cost = (struct assay_range){cost->low, cost->value, cost->high};
    return a;
}

/* ---- the flagged ---- */

struct churners {
    struct assay_impact_flagged flagged;
    size_t n, n_without_value;
};

static bool later(const struct assay_audit_set *set, size_t a, size_t b)
{
    return set->as_of != NULL && set->as_of[a] > set->as_of[b];
}

/* An account flagged in several snapshots before the same churn can be kept once: its last one
 * counts. */
static void find_churners(const struct assay_audit_input *input, size_t row_of[], size_t n)
{
    const struct assay_audit_set *set = &input->used;
    for (size_t k = 0; k < n; k++)
        row_of[k] = SIZE_MAX;
    for (size_t i = 0; i < set->n; i++) {
        if (!set->flagged[i] || !set->outcome[i])
            continue;
        size_t k = set->account != NULL ? (size_t)set->account[i] : i;
        if (row_of[k] == SIZE_MAX || later(set, i, row_of[k]))
            row_of[k] = i;
    }
}

static int by_key(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* An account that is flagged in a quarter is contacted once in it, however many of its snapshots are;
 * without accounts each flagged row is a contact. false: no memory. */
static bool count_contacts(const struct assay_audit_set *set, double *contacts)
{
    struct assay_quarter_memo memo = {0};
    uint64_t *key = assay_rows_alloc(set->n, sizeof *key);
    size_t n = 0, n_contact = 0;
    bool sorted = true; /* as they are where an account's rows follow each other */
    if (key == NULL)
        return false;
    for (size_t i = 0; i < set->n; i++) {
        if (!set->flagged[i])
            continue;
        bool dated = set->as_of != NULL && set->as_of[i] != ASSAY_NO_DATE;
        uint32_t quarter = dated ? (uint32_t)assay_date_quarter_again(&memo, set->as_of[i]) : UINT32_MAX;
        uint64_t who = set->account != NULL ? (uint64_t)(uint32_t)set->account[i] : (uint64_t)i;
        key[n] = who << 32 | quarter;
        sorted = sorted && (n == 0 || key[n - 1] <= key[n]);
        n++;
    }
    if (!sorted)
        qsort(key, n, sizeof *key, by_key);
    for (size_t k = 0; k < n; k++)
        n_contact += k == 0 || key[k] != key[k - 1];
    assay_rows_free(key);
    *contacts = (double)n_contact;
    return true;
}

static enum assay_status count_churners(const struct assay_audit_input *input,
                                        struct churners *churners, struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    size_t n = set->account != NULL ? input->n_account : set->n;
    double value = 0.0;
    size_t *row_of = assay_rows_alloc(n, sizeof *row_of);
    if (row_of == NULL)
        return assay_fail_memory(err, "adding up what churners were worth");
    *churners = (struct churners){0};
    find_churners(input, row_of, n);
    for (size_t k = 0; k < n; k++) {
        if (row_of[k] == SIZE_MAX)
            continue;
        churners->n++;
        if (set->value != NULL && isfinite(set->value[row_of[k]]))
            value += set->value[row_of[k]];
        else
            churners->n_without_value++;
    }
    assay_rows_free(row_of);
    if (!count_contacts(set, &churners->flagged.outreaches))
        return assay_fail_memory(err, "adding up what outreach costs");
    bool known =
        set->value != NULL && (churners->n == 0 || churners->n_without_value < churners->n);
    churners->flagged.accounts = (double)churners->n;
    churners->flagged.value_at_risk = known ? value : (double)NAN;
    return ASSAY_OK;
}

/* ---- writing ---- */

static void put_range(struct assay_json_writer *json, const char *key, struct assay_range range)
{
    assay_json_open(json, key, '{');
    assay_json_put_optional(json, "low", range.low);
    assay_json_put_optional(json, "value", range.value);
    assay_json_put_optional(json, "high", range.high);
    assay_json_close(json);
}

static void put_assumptions(struct assay_json_writer *json, const struct assumptions *a)
{
    assay_json_open(json, "assumptions", '{');
    put_range(json, "recovery_rate", a->recovery);
    put_range(json, "contact_cost", a->cost);
    assay_json_put_string(json, "source", a->recovery_given ? "given" : "default");
    assay_json_put_bool(json, "contact_cost_given", a->cost_given);
    assay_json_close(json);
}

static void put_expected(struct assay_json_writer *json, const struct churners *churners,
                         const struct assay_impact *impact)
{
    assay_json_open(json, "expected", '{');
    assay_json_put_number(json, "contacts", churners->flagged.outreaches);
    assay_json_put_count(json, "accounts", churners->n);
    assay_json_put_count(json, "accounts_without_value", churners->n_without_value);
    assay_json_put_optional(json, "value_at_risk", churners->flagged.value_at_risk);
    put_range(json, "retained", impact->retained);
    put_range(json, "retained_accounts", impact->accounts);
    put_range(json, "cost", impact->cost);
    put_range(json, "net", impact->net);
    assay_json_put_optional(json, "break_even_rate", impact->break_even);
    assay_json_close(json);
}

/* Prevented churn at the mean value of those acted on. */
static struct assay_impact realise(const struct assay_effect *effect, struct assay_range cost)
{
    const struct assay_estimate *prevented = &effect->treatment.prevented;
    struct assay_impact_flagged one = {.outreaches = (double)effect->treatment.n_acted,
                                       .accounts = 1.0,
                                       .value_at_risk = effect->mean_value};
    struct assay_range accounts = {prevented->low, prevented->value, prevented->high};
    return assay_impact_of(&one, accounts, cost);
}

static bool has_effect(const struct assay_effect *effect)
{
    return effect->measured && effect->ordered && effect->treatment.problem == ASSAY_TREATMENT_FINE;
}

static void put_realised(struct assay_json_writer *json, const struct assay_effect *effect,
                         struct assay_range cost)
{
    if (!has_effect(effect)) {
        assay_json_put_null(json, "realised");
        return;
    }
    struct assay_impact impact = realise(effect, cost);
    assay_json_open(json, "realised", '{');
    assay_json_put_count(json, "acted", effect->treatment.n_acted);
    assay_put_estimate(json, "prevented", &effect->treatment.prevented);
    assay_put_estimate(json, "kept", &effect->treatment.kept);
    assay_json_put_optional(json, "mean_value", effect->mean_value);
    put_range(json, "retained", impact.retained);
    put_range(json, "cost", impact.cost);
    put_range(json, "net", impact.net);
    assay_json_close(json);
}

static void say_expected(struct assay_json_writer *json, const struct assay_audit_input *input,
                         const struct churners *churners, const struct assumptions *a,
                         const struct assay_impact *impact)
{
    char line[600], range[128] = "", worth[ASSAY_GROUPED_SIZE], low[ASSAY_GROUPED_SIZE],
        middle[ASSAY_GROUPED_SIZE], high[ASSAY_GROUPED_SIZE];
    if (a->recovery.low < a->recovery.high)
        snprintf(range, sizeof range, " (%s to %s at %g%% to %g%%)",
                 assay_number_group(impact->retained.low, low),
                 assay_number_group(impact->retained.high, high), 100 * a->recovery.low,
                 100 * a->recovery.high);
    if (churners->n == 0) {
        assay_json_put_string(json, NULL,
                              "No flagged account churned: there was nothing to retain.");
    } else if (isnan(impact->retained.value)) {
        snprintf(
            line, sizeof line,
            "%zu flagged account%s churned. Were %g%% of such kept, that would be %.1f accounts "
            "(%.1f to %.1f at %g%% to %g%%). What they are worth is not known.",
            churners->n, churners->n == 1 ? "" : "s", 100 * a->recovery.value,
            impact->accounts.value, impact->accounts.low,
            impact->accounts.high, 100 * a->recovery.low, 100 * a->recovery.high);
        assay_json_put_string(json, NULL, line);
    } else {
        int used = snprintf(
            line, sizeof line,
            "%zu flagged account%s churned, worth %s by %s. Were %g%% of that kept, outreach "
            "would retain %s%s.",
            churners->n, churners->n == 1 ? "" : "s",
            assay_number_group(churners->flagged.value_at_risk, worth),
            input->spec->value != NULL ? input->spec->value : "value", 100 * a->recovery.value,
            assay_number_group(impact->retained.value, middle), range);
        if (churners->n_without_value > 0 && used > 0 && (size_t)used < sizeof line)
            snprintf(line + used, sizeof line - (size_t)used,
                     " The value of %zu of them is not known and counts as nothing.",
                     churners->n_without_value);
        assay_json_put_string(json, NULL, line);
    }
}

static void say_assumptions(struct assay_json_writer *json, const struct churners *churners,
                            const struct assumptions *a, const struct assay_impact *impact)
{
    char line[400], cost[ASSAY_GROUPED_SIZE], net[ASSAY_GROUPED_SIZE], outreaches[ASSAY_GROUPED_SIZE];
    if (!a->recovery_given && churners->n > 0)
        assay_json_put_string(
            json, NULL,
            "That recovery rate is an assumption of this program, not a finding: none was "
            "given. Give your own as \"recovery_rate\", in the spec's \"audit\" or in --rules FILE.");
    if (!a->cost_given) {
        assay_json_put_string(
            json, NULL,
            "No contact cost was given: outreach is taken to cost nothing. Give it as "
            "\"contact_cost\", in the spec's \"audit\" or in --rules FILE.");
        return;
    }
    double n = churners->flagged.outreaches;
    int used = snprintf(line, sizeof line, "%s contact%s, an account at most once a quarter, cost %s.",
                        assay_number_group(n, outreaches), n == 1 ? "" : "s",
                        assay_number_group(impact->cost.value, cost));
    bool room = used > 0 && (size_t)used < sizeof line && !isnan(impact->break_even);
    if (room && impact->break_even <= 1.0)
        snprintf(line + used, sizeof line - (size_t)used,
                 " Net: %s. Outreach pays for itself from a recovery rate of %.1f%% on.",
                 assay_number_group(impact->net.value, net), 100 * impact->break_even);
    else if (room)
        snprintf(line + used, sizeof line - (size_t)used,
                 " Net: %s. Outreach would not pay for itself if all of them were kept.",
                 assay_number_group(impact->net.value, net));
    assay_json_put_string(json, NULL, line);
}

static void say_realised(struct assay_json_writer *json, const struct assay_effect *effect,
                         const struct assumptions *a)
{
    char line[500], value[ASSAY_GROUPED_SIZE], low[ASSAY_GROUPED_SIZE], high[ASSAY_GROUPED_SIZE];
    const struct assay_estimate *kept = &effect->treatment.kept;
    if (!has_effect(effect)) {
        assay_json_put_string(
            json, NULL,
            "What outreach did retain is not known: that takes an estimate of its effect, with the "
            "days of outreach and of churn.");
        return;
    }
    struct assay_impact impact = realise(effect, a->cost);
    int used =
        snprintf(line, sizeof line,
                 "Seen: of those that would have churned, outreach kept %.0f%% (%.0f%% to %.0f%%), "
                 "against the %g%% assumed.",
                 100 * kept->value, 100 * kept->low, 100 * kept->high, 100 * a->recovery.value);
    if (!isnan(impact.retained.value) && used > 0 && (size_t)used < sizeof line)
        snprintf(line + used, sizeof line - (size_t)used,
                 " At the mean value of those acted on, that retained %s (%s to %s).",
                 assay_number_group(impact.retained.value, value),
                 assay_number_group(impact.retained.low, low),
                 assay_number_group(impact.retained.high, high));
    assay_json_put_string(json, NULL, line);
}

static void advise(struct assay_audit_output *out, const struct assumptions *a,
                   const struct assay_impact *impact)
{
    if (impact->net.high < 0.0)
        assay_advise(
            out, 1,
            "Flag fewer accounts or make outreach cheaper: even at the best of what is assumed, "
            "it costs more than it keeps");
    else if (!a->recovery_given && impact->retained.value > 0.0)
        assay_advise(
            out, 2,
            "Give a recovery rate and a contact cost of your own: what flagging is worth rests on "
            "an assumed %g%%",
            100 * a->recovery.value);
}

enum assay_status assay_audit_impact(const struct assay_audit_input *input,
                                     const struct assay_effect *effect,
                                     struct assay_audit_output *out, struct assay_error *err)
{
    struct assumptions a = assume(input->rules);
    struct churners churners;
    if (input->used.n == 0) {
        assay_json_put_null(&out->json, "impact");
        return ASSAY_OK;
    }
    enum assay_status status = count_churners(input, &churners, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_impact impact = assay_impact_of(&churners.flagged, a.recovery, a.cost);
    assay_json_open(&out->json, "impact", '{');
    put_assumptions(&out->json, &a);
    put_expected(&out->json, &churners, &impact);
    put_realised(&out->json, effect, a.cost);
    assay_json_open(&out->json, "words", '[');
    say_expected(&out->json, input, &churners, &a, &impact);
    say_assumptions(&out->json, &churners, &a, &impact);
    say_realised(&out->json, effect, &a);
    assay_json_close(&out->json);
    assay_json_close(&out->json);
    advise(out, &a, &impact);
    return ASSAY_OK;
}
