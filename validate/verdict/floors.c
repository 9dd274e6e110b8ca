#include "validate/verdict/floors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/metric/multiple.h"

enum { SOONEST = 60, LATEST = 90 }; /* days before the event */

const char *assay_floor_result_word(enum assay_floor_result result)
{
    static const char *const words[] = {"met", "missed", "inconclusive", "undefined"};
    return words[result];
}

static void judge(struct assay_floor *floor)
{
    struct assay_estimate e = floor->estimate;
    double bound = floor->bound;
    if (isnan(e.low))
        floor->result = ASSAY_FLOOR_UNDEFINED;
    else if (floor->at_least ? e.low >= bound : e.high <= bound)
        floor->result = ASSAY_FLOOR_MET;
    else if (floor->at_least ? e.high < bound : e.low > bound)
        floor->result = ASSAY_FLOOR_MISSED;
    else
        floor->result = ASSAY_FLOOR_INCONCLUSIVE;
}

static struct assay_estimate share_of(double x, double n)
{
    return n > 0.0 ? assay_wilson_of_share(x / n, n, ASSAY_LEVEL) : assay_estimate_undefined();
}

static bool has_zones(const struct assay_audit_input *input)
{
    return input->spec->n_zone > 1 && input->higher_is == ASSAY_HIGHER_IS_HEALTH;
}

static bool is_green(const struct assay_audit_input *input, double score)
{
    return score >= input->spec->zones[input->spec->n_zone - 1].from;
}

static const char *top_zone(const struct assay_audit_input *input)
{
    return input->spec->zones[input->spec->n_zone - 1].name;
}

/* ---- the red zone ---- */

static void say_red_zone(const struct assay_audit_input *input, struct assay_floor *floor)
{
    struct assay_estimate e = floor->estimate;
    const char *zone = input->spec->zones[0].name;
    if (isnan(e.value))
        snprintf(floor->words, sizeof floor->words,
                 "red zone (%.60s): no churn multiple, for there are no %s", zone,
                 input->used.n_event == 0 ? "churners" : "accounts in it");
    else
        snprintf(floor->words, sizeof floor->words,
                 "red zone (%.60s): churns %.1f times [%.1f, %.1f] as often as all; at least %g times "
                 "is asked for", zone, e.value, e.low, e.high, floor->bound);
}

static enum assay_status measure_red_zone(const struct assay_audit_input *input,
                                          struct assay_floor *floor, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    unsigned char *member = assay_rows_alloc(used->n, 1);
    if (member == NULL)
        return assay_fail_memory(err, "measuring the red zone");
    for (size_t i = 0; i < used->n; i++) {
        member[i] = used->score[i] < input->spec->zones[1].from;
        floor->of += member[i];
    }
    const int32_t *cluster = input->repeated ? used->account : NULL;
    enum assay_status status = assay_rate_multiple(member, used->outcome, cluster, input->n_account,
                                                   used->n, &floor->estimate, err);
    assay_rows_free(member);
    if (status == ASSAY_OK)
        say_red_zone(input, floor);
    return status;
}

/* ---- below green before churn ---- */

/* A snapshot 60 to 90 days before an event of its account. */
struct warning {
    int32_t account, event, as_of;
    double score;
};

struct warnings {
    struct warning *items;
    size_t n, capacity;
};

/* Whether an event is one of those that the audit is about: within the horizon of its snapshots. */
static bool is_audited(const struct assay_audit_input *input, int32_t event)
{
    return input->from == ASSAY_NO_DATE ||
           (event > input->from &&
            event <= (int64_t)input->to + input->spec->outcome.horizon_days);
}

/* A row without an account is one of its own: numbered below 0. */
static bool add_warnings(const struct assay_audit_input *input, const struct assay_audit_set *set,
                         int32_t *stranger, struct warnings *w)
{
    for (size_t i = 0; set->event_date != NULL && set->as_of != NULL && i < set->n; i++) {
        int32_t event = set->event_date[i], as_of = set->as_of[i];
        if (event == ASSAY_NO_DATE || as_of == ASSAY_NO_DATE)
            continue;
        int64_t days = (int64_t)event - as_of;
        if (days < SOONEST || days > LATEST || !is_audited(input, event))
            continue;
        if (!assay_grow(&w->items, &w->capacity, w->n + 1, sizeof *w->items))
            return false;
        w->items[w->n++] = (struct warning){.account = set->account != NULL ? set->account[i]
                                                                            : --*stranger,
                                            .event = event,
                                            .as_of = as_of,
                                            .score = set->score[i]};
    }
    return true;
}

/* Of an account and event the latest snapshot comes first; of one day's, the healthiest. */
static int by_event(const void *left, const void *right)
{
    const struct warning *a = left, *b = right;
    if (a->account != b->account)
        return a->account < b->account ? -1 : 1;
    if (a->event != b->event)
        return a->event < b->event ? -1 : 1;
    if (a->as_of != b->as_of)
        return a->as_of > b->as_of ? -1 : 1;
    return (a->score < b->score) - (a->score > b->score);
}

static void count_warned(const struct assay_audit_input *input, struct warnings *w,
                         struct assay_floor *floor)
{
    double below = 0.0, churners = 0.0;
    if (w->n > 0)
        qsort(w->items, w->n, sizeof *w->items, by_event);
    for (size_t k = 0; k < w->n; k++) {
        const struct warning *at = &w->items[k];
        if (k > 0 && at->account == at[-1].account && at->event == at[-1].event)
            continue;
        churners += 1.0;
        below += !is_green(input, at->score);
    }
    floor->of = churners;
    floor->estimate = share_of(below, churners);
}

static void say_below_green(const struct assay_audit_input *input, struct assay_floor *floor)
{
    struct assay_estimate e = floor->estimate;
    char of[ASSAY_GROUPED_SIZE];
    if (input->used.event_date == NULL)
        snprintf(floor->words, sizeof floor->words, "below %.60s 60 to 90 days before churn: not known "
                 "without a column of churn dates", top_zone(input));
    else if (isnan(e.value))
        snprintf(floor->words, sizeof floor->words, "below %.60s 60 to 90 days before churn: no snapshot "
                 "was taken of a churner in those days", top_zone(input));
    else
        snprintf(floor->words, sizeof floor->words, "below %.60s 60 to 90 days before churn: %.0f%% "
                 "[%.0f, %.0f] of %s churners; at least two thirds are asked for", top_zone(input),
                 100 * e.value, 100 * e.low, 100 * e.high, assay_number_group(floor->of, of));
}

static enum assay_status measure_below_green(const struct assay_audit_input *input,
                                             struct assay_floor *floor, struct assay_error *err)
{
    struct warnings w = {0};
    int32_t stranger = 0;
    enum assay_status status = ASSAY_OK;
    if (!add_warnings(input, &input->used, &stranger, &w) ||
        !add_warnings(input, &input->other, &stranger, &w))
        status = assay_fail_memory(err, "looking at churners 60 to 90 days before");
    else
        count_warned(input, &w, floor);
    free(w.items);
    if (status == ASSAY_OK)
        say_below_green(input, floor);
    return status;
}

/* ---- green accounts ---- */

/* Whether row i shows its account later than row k; of one day's, in worse health. */
static bool is_later(const struct assay_audit_set *set, size_t i, size_t k)
{
    if (set->as_of != NULL && set->as_of[i] != set->as_of[k])
        return set->as_of[i] > set->as_of[k];
    return set->score[i] < set->score[k];
}

static void count_green_rows(const struct assay_audit_input *input, struct assay_floor *floor)
{
    double green = 0.0;
    for (size_t i = 0; i < input->used.n; i++)
        green += is_green(input, input->used.score[i]);
    floor->of = (double)input->used.n;
    floor->estimate = share_of(green, floor->of);
}

static enum assay_status count_green_accounts(const struct assay_audit_input *input,
                                              struct assay_floor *floor, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    size_t *last = assay_alloc(input->n_account, sizeof *last); /* row + 1; 0: none yet */
    double green = 0.0;
    if (last == NULL)
        return assay_fail_memory(err, "counting green accounts");
    for (size_t i = 0; i < used->n; i++) {
        size_t *at = &last[used->account[i]];
        if (*at == 0 || is_later(used, i, *at - 1))
            *at = i + 1;
    }
    for (size_t a = 0; a < input->n_account; a++)
        if (last[a] > 0) {
            floor->of += 1.0;
            green += is_green(input, used->score[last[a] - 1]);
        }
    free(last);
    floor->estimate = share_of(green, floor->of);
    return ASSAY_OK;
}

static enum assay_status measure_green_share(const struct assay_audit_input *input,
                                             struct assay_floor *floor, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (input->repeated && input->used.account != NULL)
        status = count_green_accounts(input, floor, err);
    else
        count_green_rows(input, floor);
    if (status != ASSAY_OK)
        return status;
    struct assay_estimate e = floor->estimate;
    char of[ASSAY_GROUPED_SIZE];
    if (isnan(e.value))
        snprintf(floor->words, sizeof floor->words, "accounts that are %.60s: there are no accounts",
                 top_zone(input));
    else
        snprintf(floor->words, sizeof floor->words, "accounts that are %.60s: %.0f%% [%.0f, %.0f] of "
                 "%s; at most 80%% is asked for, more is a score that flatters", top_zone(input),
                 100 * e.value, 100 * e.low, 100 * e.high, assay_number_group(floor->of, of));
    return status;
}

/* ---- all ---- */

enum assay_status assay_audit_floors(const struct assay_audit_input *input,
                                     struct assay_floor floors[], struct assay_error *err)
{
    static const struct {
        const char *name, *what;
        double bound;
        bool at_least;
        enum assay_status (*measure)(const struct assay_audit_input *, struct assay_floor *,
                                     struct assay_error *);
    } kinds[ASSAY_FLOORS] = {
        {"red_zone_multiple", "red zone churn multiple", 3.0, true, measure_red_zone},
        {"below_green_before_churn", "below green 60 to 90 days before churn", 2.0 / 3.0, true,
         measure_below_green},
        {"green_share", "share of green accounts", 0.8, false, measure_green_share}};
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_FLOORS; k++) {
        floors[k] = (struct assay_floor){.name = kinds[k].name,
                                         .estimate = assay_estimate_undefined(),
                                         .bound = kinds[k].bound,
                                         .at_least = kinds[k].at_least};
        if (has_zones(input))
            status = kinds[k].measure(input, &floors[k], err);
        else
            snprintf(floors[k].words, sizeof floors[k].words,
                     "%s: not known without zones of a health score", kinds[k].what);
        judge(&floors[k]);
    }
    return status;
}
