#include "validate/people/outreach.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/clustered.h"
#include "core/metric/design_effect.h"

static const char doing[] = "measuring outreach";

/* ---- contacts ---- */

struct contact {
    int32_t account, owner;
    bool right;
};

struct contacts {
    struct contact *list;
    size_t n;
};

static int32_t quarter_of(struct assay_quarter_memo *memo, int32_t day)
{
    return day == ASSAY_NO_DATE ? 0 : assay_date_quarter_again(memo, day);
}

/* Moments come by account and day, so that those of a contact stand side by side. Its owner is who had
 * the account when it was first flagged. */
static enum assay_status find_contacts(const struct assay_people *people, struct contacts *contacts,
                                       struct assay_error *err)
{
    const struct assay_audit_set *used = &people->input->used;
    const struct assay_timeline *timeline = &people->timeline;
    struct assay_quarter_memo memo = {0};
    int32_t quarter = 0;
    contacts->list = assay_rows_alloc(timeline->n, sizeof *contacts->list);
    if (contacts->list == NULL)
        return assay_fail_memory(err, doing);
    for (size_t m = 0; m < timeline->n; m++) {
        const struct assay_moment *moment = &timeline->moments[m];
        if (moment->other || !used->flagged[moment->index])
            continue;
        struct contact *last = contacts->n > 0 ? &contacts->list[contacts->n - 1] : NULL;
        int32_t now = quarter_of(&memo, moment->as_of);
        if (last == NULL || last->account != moment->account || quarter != now) {
            last = &contacts->list[contacts->n++];
            *last = (struct contact){
                .account = moment->account,
                .owner = used->owner != NULL ? used->owner[moment->index] : ASSAY_NO_CODE};
            quarter = now;
        }
        last->right = last->right || used->outcome[moment->index];
    }
    return ASSAY_OK;
}

/* ---- periods ---- */

/* Quarters that have an audited row. */
static enum assay_status count_quarters(const struct assay_audit_input *input, size_t *n_period,
                                        struct assay_error *err)
{
    *n_period = 0;
    if (input->used.as_of == NULL || input->from == ASSAY_NO_DATE)
        return ASSAY_OK;
    struct assay_quarter_memo memo = {0};
    int32_t first = quarter_of(&memo, input->from);
    unsigned char *seen = assay_alloc((size_t)(quarter_of(&memo, input->to) - first) + 1, 1);
    if (seen == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0; i < input->used.n; i++) {
        if (input->used.as_of[i] == ASSAY_NO_DATE)
            continue;
        int32_t quarter = quarter_of(&memo, input->used.as_of[i]);
        *n_period += !seen[quarter - first];
        seen[quarter - first] = 1;
    }
    free(seen);
    return ASSAY_OK;
}

/* Limits of a Poisson mean: a count's own below, the next count's above. GSL's gamma quantiles are exact,
 * and do not always settle from a thousand on; Byar's approximation (Breslow & Day 1987, The Design and
 * Analysis of Cohort Studies, 2.3) is within 1e-5 of them there. */
static double poisson_limit(double count, bool lower)
{
    double tail = (1.0 - ASSAY_LEVEL) / 2.0, z = assay_normal_quantile(ASSAY_LEVEL);
    if (count == 0.0)
        return 0.0;
    if (count < 1000.0)
        return (lower ? gsl_cdf_chisq_Pinv(tail, 2.0 * count) : gsl_cdf_chisq_Qinv(tail, 2.0 * count)) /
               2.0;
    double root = 1.0 - 1.0 / (9.0 * count) + (lower ? -z : z) / (3.0 * sqrt(count));
    return count * root * root * root;
}

static struct assay_estimate weekly(size_t contacts, size_t n_period)
{
    if (n_period == 0)
        return assay_estimate_undefined();
    double count = (double)contacts, weeks = (double)(ASSAY_WEEKS_OF_QUARTER * n_period);
    return (struct assay_estimate){count / weeks, poisson_limit(count, true) / weeks,
                                   poisson_limit(count + 1.0, false) / weeks};
}

/* ---- owners ---- */

struct by_name {
    const struct assay_owner_load *load;
    const char *name;
};

/* Sorts contacts by owner, ASSAY_NO_CODE last: start[k] is where those of owner k begin. */
static void group_by_owner(const struct contacts *contacts, size_t n_owner, struct contact sorted[],
                           size_t start[])
{
    for (size_t c = 0; c < contacts->n; c++) {
        int32_t owner = contacts->list[c].owner;
        start[(owner == ASSAY_NO_CODE ? n_owner : (size_t)owner) + 1]++;
    }
    for (size_t k = 0; k <= n_owner; k++)
        start[k + 1] += start[k];
    for (size_t c = contacts->n; c-- > 0;) { /* from behind: start[k + 1] goes down to where k begins */
        int32_t owner = contacts->list[c].owner;
        sorted[--start[(owner == ASSAY_NO_CODE ? n_owner : (size_t)owner) + 1]] = contacts->list[c];
    }
}

static struct assay_owner_load measure_owner(const struct contact contacts[], size_t n,
                                             size_t n_period, struct assay_design_effect *effect)
{
    struct assay_owner_load load = {.owner = contacts[0].owner, .flagged = n};
    for (size_t c = 0; c < n; c++)
        load.right += contacts[c].right;
    double share = (double)load.right / (double)n;
    for (size_t c = 0; c < n; c++)
        assay_design_effect_add(effect, contacts[c].account, contacts[c].right - share);
    load.precision =
        assay_wilson_of_share(share, (double)n / assay_design_effect_take(effect), ASSAY_LEVEL);
    load.per_week = weekly(n, n_period).value;
    return load;
}

static int most_first(const void *a, const void *b)
{
    const struct by_name *x = a, *y = b;
    if (x->load->flagged != y->load->flagged)
        return x->load->flagged > y->load->flagged ? -1 : 1;
    return strcmp(x->name, y->name);
}

static enum assay_status sort_owners(const struct assay_audit_input *input,
                                     struct assay_outreach *outreach, struct assay_error *err)
{
    struct by_name *names = assay_alloc(outreach->n_owner, sizeof *names);
    struct assay_owner_load *sorted = assay_alloc(outreach->n_owner, sizeof *sorted);
    bool good = names != NULL && sorted != NULL;
    if (good) {
        for (size_t k = 0; k < outreach->n_owner; k++)
            names[k] = (struct by_name){
                &outreach->owners[k], assay_audit_text(input->owners, outreach->owners[k].owner)};
        qsort(names, outreach->n_owner, sizeof *names, most_first);
        for (size_t k = 0; k < outreach->n_owner; k++)
            sorted[k] = *names[k].load;
        memcpy(outreach->owners, sorted, outreach->n_owner * sizeof *sorted);
    }
    free(names);
    free(sorted);
    return good ? ASSAY_OK : assay_fail_memory(err, doing);
}

static enum assay_status measure_owners(const struct assay_people *people,
                                        const struct contacts *contacts,
                                        struct assay_outreach *outreach, struct assay_error *err)
{
    const struct assay_audit_input *input = people->input;
    if (input->used.owner == NULL)
        return ASSAY_OK;
    size_t n_owner = assay_dictionary_count(input->owners);
    size_t n_account = input->used.account != NULL ? input->n_account : input->used.n;
    struct assay_design_effect effect = {0};
    size_t *start = assay_alloc(n_owner + 2, sizeof *start);
    struct contact *sorted = assay_rows_alloc(contacts->n, sizeof *sorted);
    outreach->owners = assay_alloc(n_owner + 1, sizeof *outreach->owners);
    enum assay_status status = ASSAY_OK;
    if (start == NULL || sorted == NULL || outreach->owners == NULL)
        status = assay_fail_memory(err, doing);
    if (status == ASSAY_OK)
        status = assay_design_effect_init(n_account, &effect, err);
    if (status == ASSAY_OK) {
        group_by_owner(contacts, n_owner, sorted, start);
        for (size_t k = 0; k <= n_owner; k++) {
            size_t first = start[k + 1], end = k < n_owner ? start[k + 2] : contacts->n;
            if (end > first)
                outreach->owners[outreach->n_owner++] =
                    measure_owner(sorted + first, end - first, outreach->n_period, &effect);
        }
        status = sort_owners(input, outreach, err);
    }
    assay_design_effect_clear(&effect);
    free(start);
    assay_rows_free(sorted);
    return status;
}

/* ---- zones ---- */

/* The flagged rows, one by one. */
struct flagged_rows {
    int32_t *account;
    unsigned char *right, *zone, *member; /* member: of the zone in hand */
    size_t n;
};

static void take_flagged(const struct assay_people *people, struct flagged_rows *rows)
{
    const struct assay_audit_set *used = &people->input->used;
    for (size_t m = 0; m < people->timeline.n; m++) {
        const struct assay_moment *moment = &people->timeline.moments[m];
        if (moment->other || !used->flagged[moment->index])
            continue;
        rows->account[rows->n] = moment->account;
        rows->right[rows->n] = used->outcome[moment->index];
        rows->zone[rows->n++] =
            (unsigned char)assay_people_zone_at(people->input->spec, used->score[moment->index]);
    }
}

static enum assay_status measure_zone(struct flagged_rows *rows, size_t zone,
                                      struct assay_outreach *outreach, struct assay_error *err)
{
    struct assay_zone_load load = {.zone = zone};
    struct assay_clustered_rows clustered = {.cluster = rows->account, .n = rows->n};
    for (size_t r = 0; r < rows->n; r++) {
        rows->member[r] = rows->zone[r] == zone;
        load.flagged += rows->member[r];
        load.right += rows->member[r] && rows->right[r];
    }
    if (load.flagged == 0)
        return ASSAY_OK;
    enum assay_status status =
        assay_share_by_cluster(&clustered, rows->member, rows->right, &load.precision, err);
    if (status == ASSAY_OK)
        outreach->zones[outreach->n_zone++] = load;
    return status;
}

static enum assay_status measure_zones(const struct assay_people *people,
                                       struct assay_outreach *outreach, struct assay_error *err)
{
    const struct assay_audit_input *input = people->input;
    size_t n = people->timeline.n, n_zone = input->spec->n_zone;
    if (n_zone == 0 || input->higher_is != ASSAY_HIGHER_IS_HEALTH)
        return ASSAY_OK;
    struct flagged_rows rows = {.account = assay_rows_alloc(n, sizeof *rows.account),
                                .right = assay_rows_alloc(n, 1),
                                .member = assay_rows_alloc(n, 1),
                                .zone = assay_rows_alloc(n, 1)};
    static_assert(ASSAY_MAX_ZONES <= UCHAR_MAX + 1, "a zone takes a byte");
    enum assay_status status = ASSAY_OK;
    if (rows.account == NULL || rows.right == NULL || rows.member == NULL || rows.zone == NULL)
        status = assay_fail_memory(err, doing);
    else
        take_flagged(people, &rows);
    for (size_t zone = 0; status == ASSAY_OK && zone < n_zone; zone++)
        status = measure_zone(&rows, zone, outreach, err);
    assay_rows_free(rows.account);
    assay_rows_free(rows.right);
    assay_rows_free(rows.member);
    assay_rows_free(rows.zone);
    return status;
}

/* ---- all of it ---- */

enum assay_status assay_outreach_measure(const struct assay_people *people,
                                         struct assay_outreach *outreach, struct assay_error *err)
{
    struct assay_outreach made = {0};
    struct contacts contacts = {0};
    enum assay_status status = find_contacts(people, &contacts, err);
    if (status == ASSAY_OK)
        status = count_quarters(people->input, &made.n_period, err);
    if (status == ASSAY_OK) {
        made.flagged = contacts.n;
        for (size_t c = 0; c < contacts.n; c++)
            made.right += contacts.list[c].right;
        made.per_week = weekly(contacts.n, made.n_period);
        status = measure_owners(people, &contacts, &made, err);
    }
    if (status == ASSAY_OK)
        status = measure_zones(people, &made, err);
    assay_rows_free(contacts.list);
    if (status == ASSAY_OK)
        *outreach = made;
    else
        assay_outreach_clear(&made);
    return status;
}

void assay_outreach_clear(struct assay_outreach *outreach)
{
    free(outreach->owners);
    *outreach = (struct assay_outreach){0};
}
