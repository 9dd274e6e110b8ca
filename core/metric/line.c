#include "core/metric/line.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "core/base/number.h"
#include "core/base/row_sort.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/check.h"
#include "core/metric/sieve.h"
#include "core/metric/workload.h"

/* Rates are quotients of counts, targets decimal fractions: 1 - 3/10 - 0.7 need not be 0. */
static const double rounding = 1e-12;

static const char doing[] = "choosing the at-risk line";

/* Rows with a prediction. Those near which the line may lie are kept, side by side; of the others it is known how
 * many are above them. */
struct rows {
    struct assay_sieve sieve;
    size_t n, n_event;
    double *prob; /* [n_kept] */
    unsigned char *outcome;
    uint64_t *order; /* from the lowest prediction to the highest (row_sort.h); flagged: the event */
    size_t n_kept;
    int32_t *account, *period; /* CAPACITY alone, which keeps all rows */
    struct assay_workload workload;
};

/* Everybody from the prediction `above` on is flagged; `below` is the next one. */
struct cut {
    double above, below;
    size_t caught, vain; /* events and others that are flagged */
};

struct search {
    const struct assay_line_question *question;
    struct rows rows;
    struct cut best;
    double worth; /* of the best */
    double low, high, most_sensitivity, most_specificity;
};

/* ---- taking in ---- */

static enum assay_status check_rule(const struct assay_line_question *q, struct assay_error *err)
{
    bool fine = true;
    switch (q->by) {
    case ASSAY_BY_TARGETS:
        fine = q->sensitivity > 0 && q->sensitivity <= 1 && q->specificity > 0 && q->specificity <= 1;
        break;
    case ASSAY_BY_YOUDEN:
        break;
    case ASSAY_BY_COST:
        fine = q->miss > 0 && q->false_alarm > 0 && isfinite(q->miss + q->false_alarm);
        break;
    case ASSAY_BY_CAPACITY:
        assert(q->account != NULL && q->period != NULL);
        fine = q->accounts > 0;
        break;
    }
    static const char *const expected[] = {"targets of more than 0, at most 1", "",
                                           "finite costs of more than 0",
                                           "room for more than 0 accounts"};
    return fine ? ASSAY_OK : assay_fail(err, ASSAY_EDATA, "line: expected %s", expected[q->by]);
}

/* Before they are gathered, so that messages number rows as the caller does. */
static enum assay_status check_rows(const double prob[], const unsigned char outcome[], size_t n,
                                    struct assay_error *err)
{
    char place[64];
    for (size_t i = 0; i < n; i++) {
        assay_parallel_row(i);
        if (isnan(prob[i]))
            continue;
        if (!(prob[i] >= 0 && prob[i] <= 1)) {
            snprintf(place, sizeof place, "line: prob[%zu]", i);
            return assay_fail_value(err, place, prob[i], "0 to 1");
        }
        if (outcome[i] > 1)
            return assay_fail(err, ASSAY_EDATA, "line: outcome[%zu] is %u; expected 0 or 1", i,
                              (unsigned)outcome[i]);
    }
    return ASSAY_OK;
}

/* Counts them all. */
static enum assay_status take_in(const double prob[], const unsigned char outcome[], size_t n,
                                 struct rows *r, struct assay_error *err)
{
    enum assay_status status = assay_sieve_init(prob, outcome, n, doing, &r->sieve, err);
    if (status != ASSAY_OK)
        return status;
    const struct assay_sieve *sieve = &r->sieve;
    bool good = sieve->n_present == 0 || (sieve->lowest >= 0 && sieve->highest <= 1);
    if (!good || assay_check_outcome("line", outcome, n, NULL, NULL) != ASSAY_OK)
        status = check_rows(prob, outcome, n, err);
    r->n = sieve->n_present;
    for (size_t b = 0; b < ASSAY_STRIPS; b++)
        r->n_event += sieve->count[b][1];
    if (status == ASSAY_OK && r->n == 0)
        status = assay_check_outcome("line", outcome, 0, NULL, err);
    return status == ASSAY_OK ? assay_check_both("line", r->n_event, r->n, err) : status;
}

static void release(struct rows *rows)
{
    assay_sieve_clear(&rows->sieve);
    assay_rows_free(rows->prob);
    assay_rows_free(rows->outcome);
    assay_rows_free(rows->order);
    assay_rows_free(rows->account);
    assay_rows_free(rows->period);
    assay_workload_clear(&rows->workload);
}

/* ---- what a cut is worth ---- */

static double sensitivity_of(const struct rows *rows, const struct cut *cut)
{
    return (double)cut->caught / (double)rows->n_event;
}

static double specificity_of(const struct rows *rows, const struct cut *cut)
{
    return 1 - (double)cut->vain / (double)(rows->n - rows->n_event);
}

static double cost_of(const struct search *s, size_t caught, size_t vain)
{
    return 100.0 *
           (s->question->miss * (double)(s->rows.n_event - caught) +
            s->question->false_alarm * (double)vain) /
           (double)s->rows.n;
}

/* More is better; -INFINITY: not allowed. */
static double worth_of(const struct search *s, const struct cut *cut)
{
    const struct assay_line_question *q = s->question;
    double events = (double)s->rows.n_event, others = (double)s->rows.n - events;
    switch (q->by) {
    case ASSAY_BY_TARGETS:
        return fmin(sensitivity_of(&s->rows, cut) - q->sensitivity,
                    specificity_of(&s->rows, cut) - q->specificity);
    case ASSAY_BY_YOUDEN: /* exact in counts, so that ties are ties */
        return (double)cut->caught * others - (double)cut->vain * events;
    case ASSAY_BY_COST:
        return -cost_of(s, cut->caught, cut->vain);
    case ASSAY_BY_CAPACITY:
        break;
    }
    if (assay_workload_size(&s->rows.workload) > q->accounts)
        return -INFINITY;
    return (double)(cut->caught + cut->vain);
}

static bool is_sensitive(const struct search *s, const struct cut *cut)
{
    return sensitivity_of(&s->rows, cut) - s->question->sensitivity >= -rounding;
}

static bool is_specific(const struct search *s, const struct cut *cut)
{
    return specificity_of(&s->rows, cut) - s->question->specificity >= -rounding;
}

/* Cuts come from the highest down: those that meet both targets are neighbours. */
static void note_targets(struct search *s, const struct cut *cut)
{
    bool sensitive = is_sensitive(s, cut), specific = is_specific(s, cut);
    if (specific)
        s->most_sensitivity = fmax(s->most_sensitivity, sensitivity_of(&s->rows, cut));
    if (sensitive)
        s->most_specificity = fmax(s->most_specificity, specificity_of(&s->rows, cut));
    if (!sensitive || !specific)
        return;
    s->low = cut->below;
    if (isnan(s->high))
        s->high = cut->above;
}

/* ---- where the best cut may lie ---- */

static void add_strip(const struct rows *rows, size_t strip, struct cut *cut)
{
    cut->vain += rows->sieve.count[strip][0];
    cut->caught += rows->sieve.count[strip][1];
}

/* The next strip that has rows, below `strip`; ASSAY_STRIPS where there is none. */
static size_t next_down(const struct rows *rows, size_t strip)
{
    while (strip-- > 0)
        if (assay_sieve_in(&rows->sieve, strip) > 0)
            return strip;
    return ASSAY_STRIPS;
}

/* The most that a cut is worth between two strips with rows. */
static double best_between(const struct search *s)
{
    struct cut cut = {0};
    double best = -INFINITY;
    for (size_t b = next_down(&s->rows, ASSAY_STRIPS), next; b < ASSAY_STRIPS; b = next) {
        next = next_down(&s->rows, b);
        add_strip(&s->rows, b, &cut);
        if (next < ASSAY_STRIPS)
            best = fmax(best, worth_of(s, &cut));
    }
    return best;
}

/* A cut in or right below a strip flags no more events than all of it has, and no fewer others than are above it: it
 * is worth no more than that would be. Where either target is reached or left must be seen too. */
static bool may_matter(const struct search *s, const struct cut *above, const struct cut *with,
                       double best)
{
    const struct cut dream = {.caught = with->caught, .vain = above->vain};
    if (worth_of(s, &dream) >= best)
        return true;
    return s->question->by == ASSAY_BY_TARGETS &&
           (is_sensitive(s, above) != is_sensitive(s, with) ||
            is_specific(s, above) != is_specific(s, with));
}

/* With each strip the next on either side, for a cut ends at the highest prediction below it. The outermost are
 * always kept: a target may be met from the first cut on, or up to the last. CAPACITY keeps all, for an account
 * counts once. */
static void keep_strips(struct search *s)
{
    const struct rows *rows = &s->rows;
    bool *kept = rows->sieve.kept, all = s->question->by == ASSAY_BY_CAPACITY;
    double best = all ? 0 : best_between(s);
    struct cut above = {0};
    for (size_t b = next_down(rows, ASSAY_STRIPS), before = b, next; b < ASSAY_STRIPS; b = next) {
        struct cut with = above;
        next = next_down(rows, b);
        add_strip(rows, b, &with);
        bool outermost = before == b || next == ASSAY_STRIPS;
        if (all || outermost || may_matter(s, &above, &with, best)) {
            kept[b] = kept[before] = true;
            if (next < ASSAY_STRIPS)
                kept[next] = true;
        }
        above = with;
        before = b;
    }
}

/* ---- all cuts there ---- */

/* Accounts and periods of rows with a prediction, all of which are kept. */
static enum assay_status place(struct search *s, struct assay_error *err)
{
    struct rows *r = &s->rows;
    const struct assay_sieve *sieve = &r->sieve;
    r->account = assay_rows_alloc(r->n, sizeof *r->account);
    r->period = assay_rows_alloc(r->n, sizeof *r->period);
    if (r->account == NULL || r->period == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0, k = 0; i < sieve->n; i++) {
        if (isnan(sieve->value[i]))
            continue;
        r->account[k] = s->question->account[i];
        r->period[k++] = s->question->period[i];
    }
    return assay_workload_init(r->account, r->period, r->n, &r->workload, err);
}

static enum assay_status gather(struct search *s, struct assay_error *err)
{
    struct rows *r = &s->rows;
    r->n_kept = assay_sieve_kept(&r->sieve);
    r->prob = assay_rows_alloc(r->n_kept, sizeof *r->prob);
    r->outcome = assay_rows_alloc(r->n_kept, 1);
    r->order = assay_rows_alloc(r->n_kept, sizeof *r->order);
    bool good = r->prob != NULL && r->outcome != NULL && r->order != NULL;
    if (good) {
        assay_sieve_gather(&r->sieve, r->prob, r->outcome);
        good = assay_row_sort(r->prob, r->outcome, r->n_kept, r->order);
    }
    if (!good)
        return assay_fail_memory(err, doing);
    return s->question->by == ASSAY_BY_CAPACITY ? place(s, err) : ASSAY_OK;
}

/* Flags one more kept row; the rows below it begin with `below`, where there is a line between them. */
static void take_row(struct search *s, size_t k, bool ends, struct cut *cut)
{
    struct rows *rows = &s->rows;
    size_t row = assay_sorted_row(rows->order[k]);
    bool event = assay_sorted_flag(rows->order[k]) == 1;
    cut->caught += event;
    cut->vain += !event;
    if (s->question->by == ASSAY_BY_CAPACITY)
        assay_workload_flag(&rows->workload, row, event);
    if (!ends)
        return;
    cut->above = rows->prob[row];
    cut->below = rows->prob[assay_sorted_row(rows->order[k - 1])];
    if (cut->below == cut->above)
        return;
    if (s->question->by == ASSAY_BY_TARGETS)
        note_targets(s, cut);
    double worth = worth_of(s, cut);
    if (worth > s->worth) {
        s->worth = worth;
        s->best = *cut;
    }
}

/* Walks down from the highest prediction: flagging one more group of ties at each step, or a strip that is not
 * kept. */
static void walk(struct search *s)
{
    const struct assay_sieve *sieve = &s->rows.sieve;
    struct cut cut = {0};
    size_t k = s->rows.n_kept;
    for (size_t b = next_down(&s->rows, ASSAY_STRIPS), next; b < ASSAY_STRIPS; b = next) {
        next = next_down(&s->rows, b);
        if (!sieve->kept[b]) {
            add_strip(&s->rows, b, &cut);
            continue;
        }
        bool next_kept = next < ASSAY_STRIPS && sieve->kept[next];
        for (size_t left = assay_sieve_in(sieve, b); left-- > 0;)
            take_row(s, --k, left > 0 || next_kept, &cut);
    }
}

/* ---- the answer ---- */

static enum assay_status fail_without_line(struct search *s, struct assay_error *err)
{
    struct rows *rows = &s->rows;
    double highest = rows->sieve.highest;
    if (rows->sieve.lowest == highest) {
        char text[ASSAY_NUMBER_SIZE];
        assay_number_print(highest, text);
        return assay_fail(err, ASSAY_ENUMERIC, "line: all %zu predictions are %s; expected some that "
                          "differ", rows->n, text);
    }
    assay_workload_reset(&rows->workload);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->prob[i] == highest)
            assay_workload_flag(&rows->workload, i, 0);
    return assay_fail(err, ASSAY_ENUMERIC, "line: the highest prediction is shared by %.4g accounts a "
                      "period; expected at most %.4g", assay_workload_size(&rows->workload),
                      s->question->accounts);
}

static void answer_capacity(struct search *s, struct assay_line *out)
{
    struct rows *rows = &s->rows;
    assay_workload_reset(&rows->workload);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->prob[i] >= s->best.above)
            assay_workload_flag(&rows->workload, i, rows->outcome[i]);
    out->n_period = rows->workload.n_period;
    out->flagged = assay_workload_size(&rows->workload);
    out->caught = assay_workload_caught(&rows->workload);
}

static double log_odds_of(double prob)
{
    return fmin(fmax(log(prob) - log1p(-prob), -36), 36);
}

static void answer(struct search *s, struct assay_line *out)
{
    const struct rows *rows = &s->rows;
    const double undefined = (double)NAN;
    bool targets = s->question->by == ASSAY_BY_TARGETS, cost = s->question->by == ASSAY_BY_COST;
    *out = (struct assay_line){
        .line = assay_expit(0.5 * (log_odds_of(s->best.above) + log_odds_of(s->best.below))),
        .n = rows->n,
        .n_event = rows->n_event,
        .sensitivity = sensitivity_of(rows, &s->best),
        .specificity = specificity_of(rows, &s->best),
        .feasible = targets && !isnan(s->high),
        .low = s->low,
        .high = s->high,
        .most_sensitivity = targets ? s->most_sensitivity : undefined,
        .most_specificity = targets ? s->most_specificity : undefined,
        .cost = cost ? -s->worth : undefined,
        .cost_of_none = cost ? cost_of(s, 0, 0) : undefined,
        .cost_of_all = cost ? cost_of(s, rows->n_event, rows->n - rows->n_event) : undefined,
        .flagged = undefined,
        .caught = assay_estimate_undefined(),
    };
    if (s->question->by == ASSAY_BY_CAPACITY)
        answer_capacity(s, out);
}

enum assay_status assay_line_choose(const double prob[], const unsigned char outcome[], size_t n,
                                    const struct assay_line_question *question,
                                    struct assay_line *out, struct assay_error *err)
{
    struct search s = {.question = question, .worth = -INFINITY, .low = NAN, .high = NAN};
    enum assay_status status = check_rule(question, err);
    if (status == ASSAY_OK)
        status = take_in(prob, outcome, n, &s.rows, err);
    if (status == ASSAY_OK) {
        keep_strips(&s);
        status = gather(&s, err);
    }
    if (status == ASSAY_OK)
        walk(&s);
    if (status == ASSAY_OK && isinf(s.worth))
        status = fail_without_line(&s, err);
    if (status == ASSAY_OK)
        answer(&s, out);
    release(&s.rows);
    return status;
}
