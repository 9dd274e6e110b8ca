#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/init/draft_parts.h"
#include "calibrate/init/overlap.h"
#include "core/base/memory.h"

/* The strongest come first, so that of signals which say the same the most predictive is kept;
 * categories before the flags that are drawn from them. */
static int by_strength(const void *a, const void *b)
{
    const struct assay_draft_signal *left = a, *right = b;
    double x = assay_evidence_strength(&left->evidence);
    double y = assay_evidence_strength(&right->evidence);
    if (x != y)
        return x > y ? -1 : 1;
    if (left->n_point != right->n_point)
        return left->n_point > right->n_point ? -1 : 1;
    return left->column < right->column ? -1 : 1;
}

static int by_column(const void *a, const void *b)
{
    const struct assay_draft_signal *left = a, *right = b;
    return (left->column > right->column) - (left->column < right->column);
}

struct choosing {
    struct assay_draft *draft;
    struct assay_error *err;
    struct assay_overlap *overlap;
    double *value;  /* [n_used], scratch */
    size_t n_kept;  /* signals[0 .. n_kept) are in, those behind it still to be asked */
    size_t n_limit; /* most that the events can carry */
};

static enum assay_status leave_overlap(const struct choosing *c,
                                       const struct assay_draft_signal *signal,
                                       const struct assay_overlap_finding *finding)
{
    struct assay_draft *draft = c->draft;
    struct assay_shown_name shown = {""};
    if (finding->verdict == ASSAY_OVERLAP_COPY || finding->verdict == ASSAY_OVERLAP_DECIDED ||
        finding->verdict == ASSAY_OVERLAP_DECIDES)
        assay_draft_shown(draft, draft->signals[finding->of].column, &shown);
    switch (finding->verdict) {
    case ASSAY_OVERLAP_COPY:
        return assay_draft_leave(draft, signal->column, ASSAY_LEFT_OVERLAP, c->err,
                                 "as good as a copy of %s, r = %.4f", shown.text, finding->r);
    case ASSAY_OVERLAP_DECIDED:
        return assay_draft_leave(draft, signal->column, ASSAY_LEFT_OVERLAP, c->err,
                                 "%s decides its value", shown.text);
    case ASSAY_OVERLAP_DECIDES:
        return assay_draft_leave(draft, signal->column, ASSAY_LEFT_OVERLAP, c->err,
                                 "it decides the value of %s, which alone predicts better",
                                 shown.text);
    case ASSAY_OVERLAP_COMBINATION:
        return assay_draft_leave(draft, signal->column, ASSAY_LEFT_OVERLAP, c->err,
                                 "as good as a sum of signals that are in, multiple R = %.4f",
                                 finding->r);
    case ASSAY_OVERLAP_CONSTANT:
    case ASSAY_OVERLAP_NONE:
        break;
    }
    return assay_draft_leave(draft, signal->column, ASSAY_LEFT_CONSTANT, c->err, NULL);
}

/* ---- products ---- */

/* A candidate whose logarithm can be taken. */
struct logarithm {
    size_t signal;
    double variance;
};

static int by_variance(const void *a, const void *b)
{
    const struct logarithm *left = a, *right = b;
    if (left->variance != right->variance)
        return left->variance < right->variance ? -1 : 1;
    return (left->signal > right->signal) - (left->signal < right->signal);
}

/* c->value becomes the logarithms of a column that measures something; zeros, which have none, count
 * as missing. */
static enum assay_status take_logarithms(struct choosing *c, size_t k)
{
    const struct assay_draft *draft = c->draft;
    enum assay_status status = assay_draft_values(draft, &draft->signals[k], c->value, c->err);
    for (size_t i = 0; status == ASSAY_OK && i < draft->n_used; i++)
        c->value[i] = c->value[i] > 0 ? log(c->value[i]) : NAN;
    return status;
}

static double variance(const double x[], size_t n)
{
    double mean = 0, sum = 0;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        double gap = x[i] - mean; /* Welford (1962) */
        mean += gap / (double)++used;
        sum += gap * (x[i] - mean);
    }
    return used > 1 ? sum / (double)used : 0;
}

/* Marks signals that are products or ratios of others, as a total is of a rate and a time. Of such
 * a set the one whose logarithm varies most goes: where its parts do not depend on one another that
 * is their product. The first n signals are asked. */
static enum assay_status mark_products(struct choosing *c, size_t n)
{
    struct assay_draft *draft = c->draft;
    struct logarithm *order = assay_alloc(n, sizeof *order);
    struct assay_overlap *overlap = assay_overlap_new(draft->rows, draft->n_used, false);
    size_t n_order = 0;
    enum assay_status status = ASSAY_OK;
    if (order == NULL || overlap == NULL)
        status = assay_fail_memory(c->err, "comparing signals");
    for (size_t k = 0; status == ASSAY_OK && k < n; k++) {
        const struct assay_column_profile *p =
            &draft->profile->columns[draft->signals[k].column];
        if (p->kind != ASSAY_KIND_NUMBER || p->n_level < 3 || p->min < 0)
            continue;
        status = take_logarithms(c, k);
        order[n_order++] = (struct logarithm){k, variance(c->value, draft->n_used)};
    }
    if (n_order > 0)
        qsort(order, n_order, sizeof *order, by_variance);
    for (size_t k = 0; status == ASSAY_OK && k < n_order; k++) {
        struct assay_overlap_column column = {.value = c->value};
        struct assay_overlap_finding finding = {0};
        status = take_logarithms(c, order[k].signal);
        if (status == ASSAY_OK)
            status = assay_overlap_take(overlap, &column, &finding, c->err);
        if (finding.verdict == ASSAY_OVERLAP_COMBINATION) /* copies are for ask() */
            draft->signals[order[k].signal].product_r = finding.r;
    }
    assay_overlap_free(overlap);
    free(order);
    return status;
}

/* ---- choosing ---- */

/* Asks signal k; those kept move up to the front. */
static enum assay_status ask(struct choosing *c, size_t k)
{
    struct assay_draft *draft = c->draft;
    struct assay_draft_signal *signal = &draft->signals[k];
    if (c->n_kept == c->n_limit)
        return assay_draft_leave(draft, signal->column, ASSAY_LEFT_SURPLUS, c->err, NULL);
    if (signal->product_r > 0)
        return assay_draft_leave(draft, signal->column, ASSAY_LEFT_OVERLAP, c->err,
                                 "as good as a product or ratio of other signals, multiple R = "
                                 "%.4f of the logarithms", signal->product_r);
    struct assay_overlap_column column = {
        .value = c->value,
        .codes = draft->profile->table.columns[signal->column].codes,
        .categorical = signal->n_point > 0};
    struct assay_overlap_finding finding;
    enum assay_status status = assay_draft_values(draft, signal, c->value, c->err);
    if (status == ASSAY_OK)
        status = assay_overlap_take(c->overlap, &column, &finding, c->err);
    if (status != ASSAY_OK)
        return status;
    if (finding.verdict != ASSAY_OVERLAP_NONE)
        return leave_overlap(c, signal, &finding);
    struct assay_draft_signal kept = *signal;
    *signal = draft->signals[c->n_kept]; /* one that has been left out, or itself */
    draft->signals[c->n_kept++] = kept;
    return ASSAY_OK;
}

/* The 0/1 column that `indicator` adds must be news as well. */
static enum assay_status ask_indicator(struct choosing *c, struct assay_draft_signal *signal)
{
    const struct assay_draft *draft = c->draft;
    const int32_t *codes = draft->profile->table.columns[signal->column].codes;
    struct assay_overlap_column column = {.value = c->value};
    struct assay_overlap_finding finding;
    for (size_t i = 0; i < draft->n_used; i++)
        c->value[i] = codes[draft->rows[i]] == ASSAY_NO_CODE;
    enum assay_status status = assay_overlap_take(c->overlap, &column, &finding, c->err);
    if (status == ASSAY_OK && finding.verdict != ASSAY_OVERLAP_NONE) {
        signal->missing = ASSAY_NEUTRAL;
        signal->same_gaps = true;
    }
    return status;
}

static enum assay_status choose(struct choosing *c)
{
    struct assay_draft *draft = c->draft;
    enum assay_status status = ASSAY_OK;
    qsort(draft->signals, draft->n_signal, sizeof *draft->signals, by_strength);
    status = mark_products(c, draft->n_signal < c->n_limit ? draft->n_signal : c->n_limit);
    for (size_t k = 0; status == ASSAY_OK && k < draft->n_signal; k++)
        status = ask(c, k);
    if (status != ASSAY_OK)
        return status;
    while (draft->n_signal > c->n_kept)
        free(draft->signals[--draft->n_signal].points);
    for (size_t k = 0; status == ASSAY_OK && k < draft->n_signal; k++)
        if (draft->signals[k].missing == ASSAY_INDICATOR)
            status = ask_indicator(c, &draft->signals[k]);
    qsort(draft->signals, draft->n_signal, sizeof *draft->signals, by_column);
    return status;
}

static enum assay_status fail_empty(const struct assay_draft *draft, struct assay_error *err)
{
    assay_fail(err, ASSAY_EDATA, "%s: no column can be a signal; expected numbers, flags or "
               "categories beside the id and the outcome", draft->profile->source);
    assay_hint(err, "A number must not tell the outcomes apart on its own; of flags and categories, "
                    "two values must each have %d rows with the event and %d without.",
               ASSAY_WEIGHABLE_ROWS, ASSAY_WEIGHABLE_ROWS);
    return ASSAY_EDATA;
}

enum assay_status assay_draft_choose(struct assay_draft *draft, struct assay_error *err)
{
    size_t other = draft->n_used - draft->n_event;
    size_t n_limit = (draft->n_event < other ? draft->n_event : other) / ASSAY_EVENTS_PER_SIGNAL;
    struct choosing c = {.draft = draft, .err = err};
    c.n_limit = n_limit < 1 ? 1 : n_limit > ASSAY_MAX_SIGNALS ? ASSAY_MAX_SIGNALS : n_limit;
    enum assay_status status = ASSAY_OK;
    c.value = assay_alloc(draft->n_used, sizeof *c.value);
    c.overlap = assay_overlap_new(draft->rows, draft->n_used, true);
    if (c.value == NULL || c.overlap == NULL)
        status = assay_fail_memory(err, "choosing signals");
    else if (draft->n_signal > 0)
        status = choose(&c);
    if (status == ASSAY_OK && draft->n_signal == 0)
        status = fail_empty(draft, err);
    assay_overlap_free(c.overlap);
    free(c.value);
    return status;
}
