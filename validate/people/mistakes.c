#include "validate/people/mistakes.h"

#include <math.h>
#include <string.h>

#include "core/base/row_sort.h"
#include "core/base/rows.h"

static const char doing[] = "listing misses and false alarms";

/* ---- mistake them, account by account ---- */

static bool is_miss(const struct assay_audit_set *used, size_t i)
{
    return used->outcome[i] && !used->flagged[i];
}

static bool is_false_alarm(const struct assay_audit_set *used, size_t i)
{
    return !used->outcome[i] && used->flagged[i];
}

static void take(const struct assay_people *people, size_t place, size_t alarms,
                 struct assay_mistakes *mistakes)
{
    const struct assay_audit_set *used = &people->input->used;
    size_t i = people->timeline.moments[place].index;
    struct assay_mistake mistake = {
        .row = (uint32_t)i, .place = (uint32_t)place, .alarms = (uint32_t)alarms};
    if (is_miss(used, i)) {
        mistake.type = assay_why_type(people, i, place);
        mistakes->misses[mistakes->n_miss++] = mistake;
    } else if (is_false_alarm(used, i)) {
        mistakes->alarms[mistakes->n_alarm++] = mistake;
    }
}

/* Counts the alarms of a day before its mistakes: those of one day have no order. */
static void walk(const struct assay_people *people, struct assay_mistakes *mistakes)
{
    const struct assay_timeline *timeline = &people->timeline;
    for (size_t first = 0, end; first < timeline->n; first = end) {
        size_t alarms = 0, counted = first;
        end = assay_timeline_account_end(timeline, first);
        for (size_t place = first; place < end; place++) {
            for (; counted < end &&
                   timeline->moments[counted].as_of <= timeline->moments[place].as_of;
                 counted++)
                alarms += assay_moment_flagged(people->input, &timeline->moments[counted]);
            if (!timeline->moments[place].other)
                take(people, place, alarms, mistakes);
        }
    }
}

/* ---- their order ---- */

/* Ascending keys: the highest risk first. */
static double risk_key(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    if (input->used.prob != NULL)
        return -input->used.prob[i];
    return input->higher_is == ASSAY_HIGHER_IS_RISK ? -input->used.score[i] : input->used.score[i];
}

/* The largest value first, unknown ones last. */
static double value_key(const struct assay_people *people, size_t i)
{
    double value = assay_people_value(people, i);
    return isnan(value) ? HUGE_VAL : -value;
}

/* A stable sort. key_of takes the row of a mistake. */
static bool sort_by(const struct assay_people *people,
                    double (*key_of)(const struct assay_people *people, size_t i),
                    struct assay_mistake mistakes[], size_t n)
{
    double *key = assay_rows_alloc(n, sizeof *key);
    uint64_t *items = assay_rows_alloc(n, sizeof *items);
    bool good = key != NULL && items != NULL;
    for (size_t m = 0; good && m < n; m++)
        key[m] = key_of(people, mistakes[m].row);
    good = good && assay_row_sort(key, NULL, n, items);
    assay_rows_free(key);
    struct assay_mistake *copy = assay_rows_alloc(n, sizeof *copy);
    good = good && copy != NULL;
    if (good)
        memcpy(copy, mistakes, n * sizeof *copy);
    for (size_t m = 0; good && m < n; m++)
        mistakes[m] = copy[assay_sorted_row(items[m])];
    assay_rows_free(copy);
    assay_rows_free(items);
    return good;
}

/* By risk, and then by value where there is one. */
static enum assay_status put_in_order(const struct assay_people *people,
                                      struct assay_mistake mistakes[], size_t n,
                                      struct assay_error *err)
{
    bool good = n == 0 || (sort_by(people, risk_key, mistakes, n) &&
                           (people->input->used.value == NULL ||
                            sort_by(people, value_key, mistakes, n)));
    return good ? ASSAY_OK : assay_fail_memory(err, doing);
}

static enum assay_status allocate(const struct assay_audit_set *used, struct assay_mistakes *mistakes,
                                  struct assay_error *err)
{
    size_t n_miss = 0, n_alarm = 0;
    for (size_t i = 0; i < used->n; i++) {
        n_miss += is_miss(used, i);
        n_alarm += is_false_alarm(used, i);
    }
    mistakes->misses = assay_rows_alloc(n_miss, sizeof *mistakes->misses);
    mistakes->alarms = assay_rows_alloc(n_alarm, sizeof *mistakes->alarms);
    return mistakes->misses != NULL && mistakes->alarms != NULL ? ASSAY_OK
                                                                : assay_fail_memory(err, doing);
}

enum assay_status assay_mistakes_init(const struct assay_people *people,
                                      struct assay_mistakes *mistakes, struct assay_error *err)
{
    struct assay_mistakes made = {0};
    enum assay_status status = allocate(&people->input->used, &made, err);
    if (status == ASSAY_OK) {
        walk(people, &made);
        status = put_in_order(people, made.misses, made.n_miss, err);
    }
    if (status == ASSAY_OK)
        status = put_in_order(people, made.alarms, made.n_alarm, err);
    if (status == ASSAY_OK)
        *mistakes = made;
    else
        assay_mistakes_clear(&made);
    return status;
}

void assay_mistakes_clear(struct assay_mistakes *mistakes)
{
    assay_rows_free(mistakes->misses);
    assay_rows_free(mistakes->alarms);
    *mistakes = (struct assay_mistakes){0};
}

/* ---- what they are worth ---- */

enum assay_status assay_mistakes_value(const struct assay_people *people,
                                       const struct assay_mistake mistakes[], size_t n,
                                       enum assay_miss_type type, double *value,
                                       struct assay_error *err)
{
    *value = (double)NAN;
    if (people->input->used.value == NULL)
        return ASSAY_OK;
    /* Mistakes come by value: the first of an account is its highest. */
    size_t n_account = people->input->used.account != NULL ? people->input->n_account
                                                           : people->input->used.n;
    unsigned char *counted = assay_rows_alloc(n_account, 1);
    if (counted == NULL)
        return assay_fail_memory(err, doing);
    double sum = 0.0;
    for (size_t m = 0; m < n; m++) {
        int32_t account = people->timeline.moments[mistakes[m].place].account;
        double worth = assay_people_value(people, mistakes[m].row);
        if ((type != ASSAY_MISS_TYPES && mistakes[m].type != type) || counted[account] || isnan(worth))
            continue;
        counted[account] = 1;
        sum += worth;
    }
    assay_rows_free(counted);
    *value = sum;
    return ASSAY_OK;
}
