#include "validate/people/false_alarms.h"

#include <math.h>

#include "core/base/rows.h"
#include "validate/people/drivers.h"
#include "validate/people/outreach.h"
#include "validate/people/person.h"

/* Worth a sentence of advice: so many accounts, and so large a share of the false alarms' accounts. */
enum { ADVISE_COUNT = 3 };
static const double advise_share = 0.2;

/* ---- the same account again ---- */

enum { AHEAD = 16 }; /* alarms by which what lies anywhere is fetched ahead */

struct repeated {
    size_t n_account;        /* with a false alarm */
    size_t accounts, alarms; /* of those with more than one alarm */
    size_t most_row, most;   /* the one with most */
};

static enum assay_status find_repeated(const struct assay_people *people,
                                       const struct assay_mistakes *mistakes,
                                       struct repeated *repeated, struct assay_error *err)
{
    const struct assay_audit_input *input = people->input;
    uint32_t *alarms =
        assay_rows_alloc(input->used.account != NULL ? input->n_account : input->used.n, sizeof *alarms);
    if (alarms == NULL)
        return assay_fail_memory(err, "counting repeated alarms");
    *repeated = (struct repeated){0};
    const struct assay_moment *moments = people->timeline.moments;
    for (size_t m = 0; m < mistakes->n_alarm; m++) {
        const struct assay_mistake *mistake = &mistakes->alarms[m];
        uint32_t *most = &alarms[moments[mistake->place].account];
        if (m + 2 * (size_t)AHEAD < mistakes->n_alarm) {
            __builtin_prefetch(&moments[mistake[2 * AHEAD].place]);
            __builtin_prefetch(&alarms[moments[mistake[AHEAD].place].account], 1);
        }
        uint32_t before = *most, now = mistake->alarms > before ? mistake->alarms : before;
        *most = now;
        repeated->n_account += before == 0;
        if (now < 2)
            continue;
        repeated->accounts += before < 2;
        repeated->alarms += now - (before < 2 ? 0 : before);
        if (now > repeated->most) {
            repeated->most = now;
            repeated->most_row = mistake->row;
        }
    }
    assay_rows_free(alarms);
    return ASSAY_OK;
}

/* ---- the summary ---- */

static void put_cost(const struct assay_assumption *cost, size_t contacts,
                     struct assay_json_writer *json)
{
    double n = (double)contacts;
    if (isnan(cost->value)) {
        assay_json_put_null(json, "contact_cost");
        return;
    }
    assay_json_open(json, "contact_cost", '{');
    assay_json_put_number(json, "low", n * cost->low);
    assay_json_put_number(json, "value", n * cost->value);
    assay_json_put_number(json, "high", n * cost->high);
    assay_json_close(json);
}

static void put_owners(const struct assay_people *people, const struct assay_outreach *outreach,
                       struct assay_json_writer *json)
{
    assay_json_open(json, "by_owner", '[');
    for (size_t k = 0; k < outreach->n_owner && k < ASSAY_LISTED; k++) {
        const struct assay_owner_load *load = &outreach->owners[k];
        assay_json_open(json, NULL, '{');
        assay_person_put_text(json, "owner", assay_audit_text(people->input->owners, load->owner));
        assay_json_put_count(json, "flagged", load->flagged);
        assay_json_put_optional(json, "flagged_per_week", load->per_week);
        assay_json_put_count(json, "right", load->right);
        assay_json_put_count(json, "vain", load->flagged - load->right);
        assay_put_estimate(json, "precision", &load->precision);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void put_zones(const struct assay_people *people, const struct assay_outreach *outreach,
                      struct assay_json_writer *json)
{
    assay_json_open(json, "zones", '[');
    for (size_t k = 0; k < outreach->n_zone; k++) {
        const struct assay_zone_load *load = &outreach->zones[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "zone", people->input->spec->zones[load->zone].name);
        assay_json_put_count(json, "flagged", load->flagged);
        assay_json_put_count(json, "right", load->right);
        assay_json_put_number(json, "precision", load->precision.value);
        assay_json_put_interval(json, "interval", load->precision.low, load->precision.high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

/* Null without an account column: nobody knows who is who. */
static void put_repeated(const struct assay_people *people, const struct repeated *repeated,
                         struct assay_json_writer *json)
{
    if (people->input->used.account == NULL) {
        assay_json_put_null(json, "repeated");
        return;
    }
    assay_json_open(json, "repeated", '{');
    assay_json_put_count(json, "accounts", repeated->accounts);
    assay_json_put_count(json, "alarms", repeated->alarms);
    if (repeated->accounts > 0) {
        assay_json_open(json, "most", '{');
        assay_person_put_text(json, "account", assay_person_account(people, repeated->most_row));
        assay_json_put_count(json, "alarms", repeated->most);
        assay_json_close(json);
    } else {
        assay_json_put_null(json, "most");
    }
    assay_json_close(json);
}

static size_t count_flagged(const struct assay_audit_set *used)
{
    size_t n = 0;
    for (size_t i = 0; i < used->n; i++)
        n += used->flagged[i];
    return n;
}

static size_t listed(size_t n)
{
    return n < ASSAY_LISTED ? n : ASSAY_LISTED;
}

static void put_summary(const struct assay_people *people, const struct assay_mistakes *mistakes,
                        const struct assay_outreach *outreach, const struct repeated *repeated,
                        double value, struct assay_json_writer *json)
{
    size_t vain = outreach->flagged - outreach->right;
    assay_json_open(json, "false_alarm_summary", '{');
    assay_json_put_count(json, "n", mistakes->n_alarm);
    assay_json_put_count(json, "listed", listed(mistakes->n_alarm));
    assay_json_put_optional(json, "value", value);
    assay_json_put_count(json, "flagged", count_flagged(&people->input->used));
    assay_json_put_count(json, "contacts", outreach->flagged);
    assay_json_put_count(json, "contacts_in_vain", vain);
    put_cost(&people->input->rules->contact_cost, vain, json);
    assay_json_put_count(json, "periods", outreach->n_period);
    assay_json_put_string(json, "period_words", "quarter");
    if (outreach->n_period > 0)
        assay_put_estimate(json, "per_week", &outreach->per_week);
    else
        assay_json_put_null(json, "per_week");
    put_owners(people, outreach, json);
    put_repeated(people, repeated, json);
    put_zones(people, outreach, json);
    assay_json_close(json);
}

/* ---- one by one ---- */

static void put_alarm(const struct assay_people *people, const struct assay_mistake *alarm,
                      struct assay_json_writer *json)
{
    const struct assay_audit_set *used = &people->input->used;
    size_t i = alarm->row;
    struct assay_drivers drivers = assay_drivers_find(people, i);
    assay_json_open(json, NULL, '{');
    assay_person_put_who(json, people, i);
    assay_person_put_standing(json, people, i);
    if (used->account != NULL)
        assay_json_put_count(json, "alarms", alarm->alarms);
    else
        assay_json_put_null(json, "alarms");
    if (used->acted != NULL && used->acted[i] != ASSAY_ACTION_UNKNOWN)
        assay_json_put_bool(json, "acted", used->acted[i] == ASSAY_ACTED);
    else
        assay_json_put_null(json, "acted");
    assay_drivers_put(json, "pulled_down", people, drivers.down, drivers.n_down);
    assay_json_close(json);
}

static void put_list(const struct assay_people *people, const struct assay_mistakes *mistakes,
                     struct assay_json_writer *json)
{
    assay_json_open(json, "false_alarms", '[');
    for (size_t m = 0; m < listed(mistakes->n_alarm); m++)
        put_alarm(people, &mistakes->alarms[m], json);
    assay_json_close(json);
}

enum assay_status assay_false_alarms_write(const struct assay_people *people,
                                           const struct assay_mistakes *mistakes,
                                           struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_outreach outreach = {0};
    struct repeated repeated = {0};
    double value = 0;
    enum assay_status status = assay_mistakes_value(people, mistakes->alarms, mistakes->n_alarm,
                                                    ASSAY_MISS_TYPES, &value, err);
    if (status == ASSAY_OK)
        status = find_repeated(people, mistakes, &repeated, err);
    if (status == ASSAY_OK)
        status = assay_outreach_measure(people, &outreach, err);
    if (status != ASSAY_OK)
        return status;
    put_summary(people, mistakes, &outreach, &repeated, value, &out->json);
    put_list(people, mistakes, &out->json);
    if (repeated.accounts >= ADVISE_COUNT &&
        (double)repeated.accounts >= advise_share * (double)repeated.n_account)
        assay_advise(out, 2, "Look at the %zu accounts that were flagged in vain more than once: one "
                     "visit may settle why their scores are low, and the list gets shorter",
                     repeated.accounts);
    assay_outreach_clear(&outreach);
    return ASSAY_OK;
}
