#include "core/metric/group_auc.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>

#include "core/base/row_sort.h"
#include "core/base/rows.h"
#include "core/metric/check.h"

enum { AHEAD = 32 }; /* rows by which codes are fetched ahead */

/* ---- the order ---- */

void assay_risk_order_clear(struct assay_risk_order *risk)
{
    assay_rows_free(risk->row);
    assay_rows_free(risk->mark);
    *risk = (struct assay_risk_order){0};
}

/* sorted[n] as assay_row_sort() has left them. */
static bool keep_order(const double value[], const uint64_t sorted[], struct assay_risk_order *risk)
{
    risk->row = assay_rows_alloc(risk->n, sizeof *risk->row);
    risk->mark = assay_rows_alloc(risk->n, 1);
    if (risk->row == NULL || risk->mark == NULL)
        return false;
    for (size_t k = 0; k < risk->n; k++) {
        bool tied = k > 0 && assay_sorted_tied(value, sorted[k - 1], sorted[k]);
        risk->row[k] = (uint32_t)assay_sorted_row(sorted[k]);
        risk->mark[k] = (unsigned char)((assay_sorted_flag(sorted[k]) ? ASSAY_RISK_EVENT : 0) |
                                        (tied ? 0 : ASSAY_RISK_RUN));
    }
    return true;
}

/* By value, which is by row. */
static bool sort_rows(const double value[], const unsigned char outcome[], struct assay_risk_order *risk)
{
    uint64_t *sorted = assay_rows_alloc(risk->n, sizeof *sorted);
    bool good = sorted != NULL && assay_row_sort(value, outcome, risk->n, sorted) &&
                keep_order(value, sorted, risk);
    assay_rows_free(sorted);
    return good;
}

enum assay_status assay_risk_order_init(const double score[], const unsigned char outcome[], size_t n,
                                        enum assay_higher_is higher_is,
                                        struct assay_risk_order *risk, struct assay_error *err)
{
    enum assay_status status = assay_check_outcome("AUC", outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_score("AUC", score, n, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_risk_order made = {.n = n};
    bool turned = higher_is == ASSAY_HIGHER_IS_HEALTH;
    double *value = assay_rows_alloc(turned ? n : 0, sizeof *value);
    for (size_t i = 0; turned && value != NULL && i < n; i++)
        value[i] = -score[i];
    bool good = value != NULL && n <= UINT32_MAX && sort_rows(turned ? value : score, outcome, &made);
    assay_rows_free(value);
    if (!good) {
        assay_risk_order_clear(&made);
        return assay_fail_memory(err, "sorting by risk");
    }
    *risk = made;
    return ASSAY_OK;
}

/* ---- sums ---- */

/* Over rows: how many have the event and how many have not; of the rows with the event, of how many others lie below
 * each (ties one half) and of its square; of the others, of how many events do, and of its square. */
struct sums {
    double event, other;
    double below_event, below_event_squared, below_other, below_other_squared;
};

/* Adds a run of `event` and `other` rows with equal risk, which have below_event others and below_other
 * events below each. */
static void add_run(struct sums *sum, double event, double other, double below_event,
                    double below_other)
{
    sum->event += event;
    sum->other += other;
    sum->below_event += event * below_event;
    sum->below_event_squared += event * below_event * below_event;
    sum->below_other += other * below_other;
    sum->below_other_squared += other * below_other * below_other;
}

/* The rest's part of the runs from `from` up to `to`, none of which holds a row of the group, when `own`
 * lies below: every row there has own.other (own.event) fewer below it than in all. */
static void add_stretch(const struct sums *from, const struct sums *to, const struct sums *own,
                        struct sums *rest)
{
    double event = to->event - from->event, below_event = to->below_event - from->below_event;
    double other = to->other - from->other, below_other = to->below_other - from->below_other;
    rest->event += event;
    rest->other += other;
    rest->below_event += below_event - own->other * event;
    rest->below_other += below_other - own->event * other;
    rest->below_event_squared += to->below_event_squared - from->below_event_squared -
                                 own->other * (2.0 * below_event - own->other * event);
    rest->below_other_squared += to->below_other_squared - from->below_other_squared -
                                 own->event * (2.0 * below_other - own->event * other);
}

/* Sample variance of `count` numbers over scale, from their sum and the sum of their squares; NaN for a
 * single one. What rounding alone could have left is none: perfect order says nothing of its own
 * uncertainty. */
static double spread_of(double count, double sum, double squares, double scale)
{
    double spread = squares - sum * (sum / count);
    if (!(spread > 1e-13 * squares))
        spread = 0.0;
    return count > 1.0 ? spread / (count - 1.0) / (scale * scale) : (double)NAN;
}

static struct assay_spread_auc auc_of(const struct sums *sum)
{
    struct assay_auc auc = {.n_event = (size_t)sum->event,
                            .n_nonevent = (size_t)sum->other,
                            .mann_whitney_u = (double)NAN,
                            .variance = (double)NAN,
                            .std_error = (double)NAN,
                            .wald = assay_estimate_undefined(),
                            .logit = assay_estimate_undefined()};
    struct assay_spread_auc made = {auc, (double)NAN, (double)NAN};
    if (sum->event == 0.0 || sum->other == 0.0)
        return made;
    made.event_spread =
        spread_of(sum->event, sum->below_event, sum->below_event_squared, sum->other);
    made.other_spread =
        spread_of(sum->other, sum->below_other, sum->below_other_squared, sum->event);
    made.auc.mann_whitney_u = sum->below_event;
    made.auc.variance = made.event_spread / sum->event + made.other_spread / sum->other;
    made.auc.std_error = sqrt(made.auc.variance);
    assay_auc_add_intervals(&made.auc, sum->below_event / (sum->event * sum->other));
    return made;
}

static double pooled(double n, double spread, double rest_n, double rest_spread)
{
    return ((n - 1.0) * spread + (rest_n - 1.0) * rest_spread) / (n + rest_n - 2.0);
}

double assay_group_auc_p(const struct assay_spread_auc *group, double group_effect,
                         const struct assay_spread_auc *rest, double rest_effect)
{
    double events = (double)group->auc.n_event, others = (double)group->auc.n_nonevent;
    double rest_events = (double)rest->auc.n_event, rest_others = (double)rest->auc.n_nonevent;
    double event = pooled(events, group->event_spread, rest_events, rest->event_spread);
    double other = pooled(others, group->other_spread, rest_others, rest->other_spread);
    double variance = group_effect * (event / events + other / others) +
                      rest_effect * (event / rest_events + other / rest_others);
    if (!(variance > 0.0))
        return (double)NAN;
    return assay_normal_p_value((group->auc.wald.value - rest->auc.wald.value) / sqrt(variance));
}

/* ---- all groups ---- */

struct tally {
    struct sums own, rest;
    struct sums passed;  /* all rows up to where the rest is summed */
    double event, other; /* in the run at hand */
};

struct walk {
    const struct assay_risk_order *risk;
    const int32_t *code;
    unsigned char *group;  /* [n] of few groups: code and 1, so that all of it stays near; else NULL */
    struct tally *tallies; /* by group */
    uint32_t *met;         /* [n_met] groups in the run at hand */
    size_t n_met, first, end;
};

static size_t group_of(const struct walk *w, size_t row)
{
    return w->group != NULL ? w->group[row] : (size_t)(w->code[row] + 1);
}

/* The row at place k will be wanted soon. Inlined, always: gcc leaves out calls of a function that does nothing but
 * fetch ahead. */
static inline __attribute__((always_inline)) void expect_row(const struct walk *w, size_t k)
{
    size_t row = k < w->risk->n ? w->risk->row[k] : 0;
    __builtin_prefetch(w->group != NULL ? (const void *)&w->group[row] : (const void *)&w->code[row]);
}

/* Whether the next run is of a single row, as most are of a fine score; false behind the last. */
static bool next_is_single(const struct walk *w)
{
    const struct assay_risk_order *risk = w->risk;
    size_t k = w->end;
    return k < risk->n && (k + 1 == risk->n || (risk->mark[k + 1] & ASSAY_RISK_RUN) != 0);
}

/* The single row at hand, which the walk passes; *t: its group. */
static size_t pass_single(struct walk *w, struct tally **t)
{
    size_t k = w->end++;
    expect_row(w, k + AHEAD);
    *t = &w->tallies[group_of(w, w->risk->row[k])];
    return k;
}

/* The next run, the first from zeros, counted by group; false when there is none. */
static bool next_run(struct walk *w)
{
    const struct assay_risk_order *risk = w->risk;
    size_t k = w->first = w->end;
    w->n_met = 0;
    if (k == risk->n)
        return false;
    do {
        expect_row(w, k + AHEAD);
        uint32_t group = (uint32_t)group_of(w, risk->row[k]);
        struct tally *t = &w->tallies[group];
        if (t->event + t->other == 0.0)
            w->met[w->n_met++] = group;
        *((risk->mark[k] & ASSAY_RISK_EVENT) != 0 ? &t->event : &t->other) += 1.0;
    } while (++k < risk->n && (risk->mark[k] & ASSAY_RISK_RUN) == 0);
    w->end = k;
    return true;
}

/* The rows of one group in a run, before and behind which all rows have these sums. */
static void take_run(struct tally *t, const struct sums *here, const struct sums *behind)
{
    double rest_event = behind->event - here->event - t->event;
    double rest_other = behind->other - here->other - t->other;
    add_stretch(&t->passed, here, &t->own, &t->rest);
    add_run(&t->rest, rest_event, rest_other, t->rest.other + rest_other / 2.0,
            t->rest.event + rest_event / 2.0);
    add_run(&t->own, t->event, t->other, t->own.other + t->other / 2.0, t->own.event + t->event / 2.0);
    t->passed = *behind;
    t->event = t->other = 0.0;
}

/* Adds a run of one row: add_run() without what would add 0. */
static void add_single(struct sums *sum, bool is_event)
{
    if (is_event) {
        double below = sum->other;
        sum->event += 1.0;
        sum->below_event += below;
        sum->below_event_squared += below * below;
    } else {
        double below = sum->event;
        sum->other += 1.0;
        sum->below_other += below;
        sum->below_other_squared += below * below;
    }
}

/* The next run, which is of one row: the rest has none in it. */
static void take_single(struct walk *w, struct sums *here)
{
    struct tally *t;
    size_t k = pass_single(w, &t);
    bool is_event = (w->risk->mark[k] & ASSAY_RISK_EVENT) != 0;
    add_stretch(&t->passed, here, &t->own, &t->rest);
    add_single(&t->own, is_event);
    add_single(here, is_event);
    t->passed = *here;
}

static struct sums sum_groups(struct walk *w)
{
    struct sums here = {0};
    for (;;) {
        if (next_is_single(w)) {
            take_single(w, &here);
            continue;
        }
        if (!next_run(w))
            return here;
        struct sums behind = here;
        double event = 0.0, other = 0.0;
        for (size_t m = 0; m < w->n_met; m++) {
            event += w->tallies[w->met[m]].event;
            other += w->tallies[w->met[m]].other;
        }
        add_run(&behind, event, other, here.other + other / 2.0, here.event + event / 2.0);
        for (size_t m = 0; m < w->n_met; m++)
            take_run(&w->tallies[w->met[m]], &here, &behind);
        here = behind;
    }
}

/* The row at place k, while its run is counted in t. */
static void place_row(const struct walk *w, size_t k, const struct tally *t,
                      const struct assay_group_auc out[], double placement[])
{
    const struct assay_auc *auc = &out[t - w->tallies].group.auc;
    double events = (double)auc->n_event, others = (double)auc->n_nonevent;
    if (auc->n_event > 0 && auc->n_nonevent > 0)
        placement[w->risk->row[k]] = (w->risk->mark[k] & ASSAY_RISK_EVENT) != 0
                                         ? (t->own.other + t->other / 2.0) / others
                                         : (events - t->own.event - t->event / 2.0) / events;
}

/* The next run, which is of one row: it has no halves. */
static void place_single(struct walk *w, const struct assay_group_auc out[], double placement[])
{
    struct tally *t;
    if (w->end + AHEAD < w->risk->n)
        __builtin_prefetch(&placement[w->risk->row[w->end + AHEAD]], 1);
    size_t k = pass_single(w, &t);
    place_row(w, k, t, out, placement);
    *((w->risk->mark[k] & ASSAY_RISK_EVENT) != 0 ? &t->own.event : &t->own.other) += 1.0;
}

/* own: what of each group lies below the run; of all its rows, out has the numbers. */
static void place_rows(struct walk *w, const struct assay_group_auc out[], double placement[])
{
    for (;;) {
        if (next_is_single(w)) {
            place_single(w, out, placement);
            continue;
        }
        if (!next_run(w))
            return;
        for (size_t k = w->first; k < w->end; k++)
            place_row(w, k, &w->tallies[group_of(w, w->risk->row[k])], out, placement);
        for (size_t m = 0; m < w->n_met; m++) {
            struct tally *t = &w->tallies[w->met[m]];
            t->own.event += t->event;
            t->own.other += t->other;
            t->event = t->other = 0.0;
        }
    }
}

/* false: no memory. */
static bool keep_groups(struct walk *w, size_t n_group)
{
    if (n_group > UCHAR_MAX + (size_t)1)
        return true;
    w->group = assay_rows_alloc(w->risk->n, 1);
    for (size_t i = 0; w->group != NULL && i < w->risk->n; i++)
        w->group[i] = (unsigned char)(w->code[i] + 1);
    return w->group != NULL;
}

enum assay_status assay_group_aucs(const struct assay_risk_order *risk, const int32_t code[],
                                   size_t n_group, struct assay_group_auc out[], double placement[],
                                   struct assay_error *err)
{
    struct walk w = {.risk = risk,
                     .code = code,
                     .tallies = assay_rows_alloc(n_group, sizeof *w.tallies),
                     .met = assay_rows_alloc(n_group, sizeof *w.met)};
    bool good = w.tallies != NULL && w.met != NULL && keep_groups(&w, n_group);
    if (good) {
        struct sums all = sum_groups(&w);
        for (size_t g = 0; g < n_group; g++) {
            struct tally *t = &w.tallies[g];
            add_stretch(&t->passed, &all, &t->own, &t->rest);
            out[g] = (struct assay_group_auc){auc_of(&t->own), auc_of(&t->rest)};
            t->own = (struct sums){0};
        }
        w.end = 0;
        if (placement != NULL)
            place_rows(&w, out, placement);
    }
    assay_rows_free(w.tallies);
    assay_rows_free(w.met);
    assay_rows_free(w.group);
    return good ? ASSAY_OK : assay_fail_memory(err, "measuring groups");
}
