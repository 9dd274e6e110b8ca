#include "calibrate/evidence/checks.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/evidence/stale.h"
#include "core/base/memory.h"
#include "core/metric/rank.h"
#include "core/metric/roc.h"
#include "core/signal/normalise.h"

/* ---- what is looked at ---- */

struct looking {
    const struct assay_history *history;
    struct assay_findings *findings;
    unsigned char *state;    /* [n_row] before signals whose policy is `drop` took rows out */
    unsigned char *outcome;  /* [n_row] */
    const int32_t *account;  /* [n_row] */
    size_t n_account;
    /* of the signal under the eye */
    double *value;           /* [n_row] a number, or a category's points; NaN where missing */
    /* scratch [n_row], rows that count and have a value side by side */
    double *present, *placement;
    unsigned char *event;
    int32_t *cluster;
    size_t *order;
    double *sum;             /* [n_account] */
    size_t *seen;            /* [n_account] */
};

static const struct assay_column *column_of(const struct assay_history *history, size_t j)
{
    return &history->table->columns[history->columns->signals[j]];
}

static bool is_missing(const struct assay_column *column, size_t i)
{
    return column->type == ASSAY_TEXT ? column->codes[i] == ASSAY_NO_CODE
                                      : isnan(column->numbers[i]);
}

static const int32_t *as_of_dates(const struct assay_history *history)
{
    return history->columns->as_of != ASSAY_NO_COLUMN
               ? history->table->columns[history->columns->as_of].dates
               : NULL;
}

/* By its points where a category: the order that the team gave it. */
static enum assay_status take_values(const struct looking *l, size_t j, struct assay_error *err)
{
    const struct assay_column *column = column_of(l->history, j);
    if (column->type != ASSAY_TEXT) {
        memcpy(l->value, column->numbers, l->history->n_row * sizeof *l->value);
        return ASSAY_OK;
    }
    size_t n = assay_dictionary_count(column->dictionary);
    double *points = assay_alloc(n, sizeof *points);
    bool unknown = false;
    if (points == NULL)
        return assay_fail_memory(err, "checking signals");
    for (size_t c = 0; c < n; c++)
        points[c] = assay_normalise_category(&l->history->spec->signals[j],
                                             assay_dictionary_text(column->dictionary, (int32_t)c),
                                             &unknown);
    for (size_t i = 0; i < l->history->n_row; i++)
        l->value[i] = is_missing(column, i) ? (double)NAN : points[column->codes[i]];
    free(points);
    return ASSAY_OK;
}

static enum assay_status note(const struct looking *l, struct assay_finding finding,
                              struct assay_error *err)
{
    struct assay_findings *f = l->findings;
    if (!assay_grow(&f->items, &f->capacity, f->n + 1, sizeof *f->items))
        return assay_fail_memory(err, "noting what was found");
    f->items[f->n++] = finding;
    return ASSAY_OK;
}

/* ---- a signal that knows ---- */

/* Standard error of the AUC with accounts as clusters; NaN with fewer than two. */
static double clustered_error(const struct looking *l, size_t n, double auc, const size_t count[2])
{
    double square = 0;
    size_t n_cluster = 0;
    memset(l->sum, 0, l->n_account * sizeof *l->sum);
    memset(l->seen, 0, l->n_account * sizeof *l->seen);
    for (size_t k = 0; k < n; k++) {
        size_t account = (size_t)l->cluster[k];
        l->sum[account] += (l->placement[k] - auc) / (double)count[l->event[k]];
        n_cluster += l->seen[account]++ == 0;
    }
    for (size_t c = 0; c < l->n_account; c++)
        square += l->sum[c] * l->sum[c];
    return n_cluster > 1 ? sqrt(square * (double)n_cluster / (double)(n_cluster - 1)) : NAN;
}

static struct assay_estimate logit_interval(double auc, double std_error)
{
    if (!(auc < 1) || isnan(std_error))
        return assay_estimate_without_interval(auc);
    double logit = log(auc / (1 - auc)), half = std_error / (auc * (1 - auc));
    struct assay_estimate on_logit = assay_normal_interval(logit, half, ASSAY_LEVEL);
    return (struct assay_estimate){auc, 1 / (1 + exp(-on_logit.low)), 1 / (1 + exp(-on_logit.high))};
}

static enum assay_status probe_auc(const struct looking *l, size_t j, size_t n,
                                   const size_t count[2], bool *found, struct assay_error *err)
{
    enum assay_higher_is way = ASSAY_HIGHER_IS_RISK;
    struct assay_auc auc;
    *found = false;
    enum assay_status status = assay_auc_measure(l->present, l->event, n, way, &auc, err);
    if (status != ASSAY_OK)
        return status;
    double value = fmax(auc.wald.value, 1 - auc.wald.value);
    if (value <= ASSAY_ALONE_AUC) /* most signals, which then cost one sort less */
        return ASSAY_OK;
    if (auc.wald.value < 0.5)
        way = ASSAY_HIGHER_IS_HEALTH;
    status = assay_auc_placements(l->present, l->event, n, way, l->placement, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_estimate estimate =
        logit_interval(value, clustered_error(l, n, value, count));
    *found = value == 1 || estimate.low > ASSAY_ALONE_AUC;
    struct assay_finding finding = {.kind = ASSAY_FOUND_ALONE, .signal = j, .rows = n,
                                    .events = count[1], .auc = estimate};
    return *found ? note(l, finding, err) : ASSAY_OK;
}

/* Events, from one end of the order, before the first value that a non-event has too. */
static size_t pure_end(const struct looking *l, size_t n, bool low_end, double *last)
{
    size_t pure = 0;
    for (size_t k = 0, end; k < n; k = end) {
        size_t events = 0;
        double value = l->present[l->order[low_end ? k : n - 1 - k]];
        for (end = k; end < n && l->present[l->order[low_end ? end : n - 1 - end]] == value; end++)
            events += l->event[l->order[low_end ? end : n - 1 - end]];
        if (events < end - k)
            break;
        pure = end;
        *last = value;
    }
    return pure;
}

static size_t accounts_among(const struct looking *l, size_t n, size_t pure, bool low_end)
{
    size_t accounts = 0;
    memset(l->seen, 0, l->n_account * sizeof *l->seen);
    for (size_t k = 0; k < pure; k++)
        accounts += l->seen[l->cluster[l->order[low_end ? k : n - 1 - k]]]++ == 0;
    return accounts;
}

static enum assay_status probe_ends(const struct looking *l, size_t j, size_t n,
                                    struct assay_error *err)
{
    enum assay_status status = assay_rank_order(l->present, n, l->order, err);
    bool category = column_of(l->history, j)->type == ASSAY_TEXT;
    for (int end = 0; status == ASSAY_OK && end < 2; end++) {
        double last = NAN;
        size_t pure = pure_end(l, n, end == 0, &last);
        if ((double)pure < ASSAY_PURE_SHARE * (double)l->history->n_event ||
            accounts_among(l, n, pure, end == 0) < ASSAY_PURE_ACCOUNTS)
            continue;
        struct assay_finding finding = {.kind = ASSAY_FOUND_PURE, .signal = j, .rows = pure,
                                        .events = pure, .low_end = end == 0,
                                        .other_events = l->history->n_event - pure,
                                        .other_rows = l->history->n_used - pure,
                                        .value = category ? (double)NAN : last};
        status = note(l, finding, err);
    }
    return status;
}

static enum assay_status probe(const struct looking *l, size_t j, struct assay_error *err)
{
    size_t n = 0, count[2] = {0};
    bool found;
    for (size_t i = 0; i < l->history->n_row; i++) {
        if (!l->history->used[i] || isnan(l->value[i]))
            continue;
        l->present[n] = l->value[i];
        l->event[n] = l->history->outcome[i];
        l->cluster[n] = l->account[i];
        count[l->event[n++]]++;
    }
    if (count[0] < ASSAY_ALONE_ROWS || count[1] < ASSAY_ALONE_ROWS)
        return ASSAY_OK;
    enum assay_status status = probe_auc(l, j, n, count, &found, err);
    return status != ASSAY_OK || found ? status : probe_ends(l, j, n, err);
}

/* ---- values from later ---- */

static enum assay_status check_recorded(const struct looking *l, size_t j, struct assay_error *err)
{
    const struct assay_history *history = l->history;
    const int32_t *as_of = as_of_dates(history);
    size_t column = history->columns->recorded[j];
    struct assay_finding finding = {.kind = ASSAY_FOUND_LATE, .signal = j};
    if (column == ASSAY_NO_COLUMN || as_of == NULL)
        return ASSAY_OK;
    const int32_t *recorded = history->table->columns[column].dates;
    for (size_t i = 0; i < history->n_row; i++) {
        if (!history->used[i] || isnan(l->value[i]) || recorded[i] == ASSAY_NO_DATE ||
            as_of[i] == ASSAY_NO_DATE)
            continue;
        bool late = recorded[i] > as_of[i];
        finding.rows += late;
        finding.events += late && history->outcome[i];
        finding.other_rows += !late;
        finding.other_events += !late && history->outcome[i];
    }
    return finding.rows > 0 ? note(l, finding, err) : ASSAY_OK;
}

/* ---- sources that went quiet ---- */

static struct assay_finding finding_of_stale(const struct looking *l, size_t j,
                                             const struct assay_stale *stale)
{
    static const enum assay_finding_kind kinds[] = {[ASSAY_STALE_EMPTY] = ASSAY_FOUND_EMPTY,
                                                    [ASSAY_STALE_CONSTANT] = ASSAY_FOUND_CONSTANT,
                                                    [ASSAY_STALE_FROZEN] = ASSAY_FOUND_FROZEN};
    bool frozen = stale->kind == ASSAY_STALE_FROZEN;
    bool category = column_of(l->history, j)->type == ASSAY_TEXT && !isnan(stale->value);
    return (struct assay_finding){.kind = kinds[stale->kind],
                                  .signal = j,
                                  .rows = frozen ? stale->accounts : stale->rows,
                                  .other_rows = stale->rows_before,
                                  .other_events = stale->rows_before - stale->quiet_before,
                                  .value = category ? (double)NAN : stale->value,
                                  .code = category ? (int32_t)stale->value : -1,
                                  .since = stale->since};
}

/* Categories are compared by themselves here: two of them may have the same points. */
static enum assay_status check_stale(const struct looking *l, size_t j,
                                     const struct assay_stale_rows *rows, struct assay_error *err)
{
    enum { KINDS = 3 };
    const struct assay_column *column = column_of(l->history, j);
    struct assay_stale stale;
    size_t n_date = 0;
    for (size_t k = 0; k < rows->n; k++) {
        size_t i = rows->row[k];
        n_date += k == 0 || rows->day[k] != rows->day[k - 1];
        l->present[k] = is_missing(column, i)          ? (double)NAN
                        : column->type == ASSAY_TEXT ? (double)column->codes[i]
                                                     : column->numbers[i];
    }
    if (n_date < 2)
        return ASSAY_OK;
    /* Every signal may go quiet in each way on every date but the first (Bonferroni). */
    double limit = ASSAY_STALE_LEVEL / (double)(KINDS * l->history->n_signal * (n_date - 1));
    enum assay_status status = assay_stale_find(rows, l->present, limit, &stale, err);
    if (status != ASSAY_OK || stale.kind == ASSAY_STALE_NOT)
        return status;
    return note(l, finding_of_stale(l, j, &stale), err);
}

/* ---- being missing ---- */

/* cells[missing][event] of the rows whose outcome counts, the `drop`ped ones of signal j among them. */
static void count_missing(const struct looking *l, size_t j, size_t cells[2][2])
{
    bool drops = l->history->spec->signals[j].missing == ASSAY_DROP;
    memset(cells, 0, 2 * sizeof *cells);
    for (size_t i = 0; i < l->history->n_row; i++)
        if (l->history->used[i] || (drops && l->state[i] == ASSAY_ROW_USED))
            cells[isnan(l->value[i])][l->outcome[i]]++;
}

static bool can_be_tested(size_t cells[2][2])
{
    double without = (double)(cells[1][0] + cells[1][1]), with = (double)(cells[0][0] + cells[0][1]);
    double share = (double)(cells[0][1] + cells[1][1]) / (with + without);
    return with + without > 0 && fmin(with, without) * fmin(share, 1 - share) >= 5;
}

/* p of the score U = sum_i (m_i - mean m)(y_i - mean y) against the sum of its accounts' squares. */
static double missing_p_value(const struct looking *l, size_t j, size_t cells[2][2])
{
    bool drops = l->history->spec->signals[j].missing == ASSAY_DROP;
    double n = (double)(cells[0][0] + cells[0][1] + cells[1][0] + cells[1][1]);
    double missing = (double)(cells[1][0] + cells[1][1]) / n;
    double share = (double)(cells[0][1] + cells[1][1]) / n, score = 0, square = 0;
    memset(l->sum, 0, l->n_account * sizeof *l->sum);
    for (size_t i = 0; i < l->history->n_row; i++)
        if (l->history->used[i] || (drops && l->state[i] == ASSAY_ROW_USED))
            l->sum[l->account[i]] += (isnan(l->value[i]) - missing) * (l->outcome[i] - share);
    for (size_t c = 0; c < l->n_account; c++) {
        score += l->sum[c];
        square += l->sum[c] * l->sum[c];
    }
    return square > 0 ? assay_normal_p_value(score / sqrt(square)) : 1;
}

/* Where a cell is too small for that: Fisher's exact test (1935) of accounts, with any value missing and
 * with any event; twice the smaller tail. A leak is often just so: few are missing, and all of them
 * left. */
static double exact_p_value(const struct looking *l, size_t j)
{
    enum { COUNTS = 1, MISSING = 2, EVENT = 4 };
    bool drops = l->history->spec->signals[j].missing == ASSAY_DROP;
    unsigned missing = 0, others = 0, events = 0, both = 0;
    memset(l->sum, 0, l->n_account * sizeof *l->sum);
    for (size_t i = 0; i < l->history->n_row; i++)
        if (l->history->used[i] || (drops && l->state[i] == ASSAY_ROW_USED)) {
            unsigned flags = (unsigned)l->sum[l->account[i]] | COUNTS;
            flags |= isnan(l->value[i]) ? MISSING : 0;
            flags |= l->outcome[i] ? EVENT : 0;
            l->sum[l->account[i]] = flags;
        }
    for (size_t c = 0; c < l->n_account; c++) {
        unsigned flags = (unsigned)l->sum[c];
        missing += (flags & MISSING) != 0;
        others += (flags & COUNTS) != 0 && (flags & MISSING) == 0;
        events += (flags & EVENT) != 0;
        both += (flags & MISSING) != 0 && (flags & EVENT) != 0;
    }
    if (missing == 0 || others == 0 || events == 0 || events == missing + others)
        return -1;
    double below = gsl_cdf_hypergeometric_P(both, missing, others, events);
    double above = both > 0 ? gsl_cdf_hypergeometric_Q(both - 1, missing, others, events) : 1;
    return fmin(1, 2 * fmin(below, above));
}

/* Holm (1979): of the k-th smallest of n p-values, n - k + 1 times it; and never less than what a
 * smaller one has become. p is negative where nothing was tested. */
static double adjusted(const double p[], size_t n, size_t j)
{
    double largest = 0;
    for (size_t k = 0; k < n; k++) {
        size_t n_not_less = 0;
        if (p[k] < 0 || p[k] > p[j])
            continue;
        for (size_t i = 0; i < n; i++)
            n_not_less += p[i] >= p[k];
        largest = fmax(largest, (double)n_not_less * p[k]);
    }
    return fmin(1, largest);
}

/* p[n_signal], -1 where nothing can be tested. */
static enum assay_status test_missing(const struct looking *l, double p[], struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < l->history->n_signal; j++) {
        size_t cells[2][2];
        p[j] = -1;
        status = take_values(l, j, err);
        if (status != ASSAY_OK)
            return status;
        count_missing(l, j, cells);
        p[j] = can_be_tested(cells) ? missing_p_value(l, j, cells) : exact_p_value(l, j);
    }
    return status;
}

static enum assay_status check_missing(const struct looking *l, size_t j, const double p[],
                                       struct assay_error *err)
{
    size_t cells[2][2];
    double level = p[j] < 0 ? 1 : adjusted(p, l->history->n_signal, j);
    if (level > ASSAY_MISSING_LEVEL)
        return ASSAY_OK;
    count_missing(l, j, cells);
    struct assay_finding finding = {.kind = ASSAY_FOUND_MISSING,
                                    .signal = j,
                                    .rows = cells[1][0] + cells[1][1],
                                    .events = cells[1][1],
                                    .other_rows = cells[0][0] + cells[0][1],
                                    .other_events = cells[0][1],
                                    .p_value = level};
    return note(l, finding, err);
}

/* ---- all of it ---- */

static enum assay_status look_at_all(const struct looking *l, const struct assay_stale_rows *rows,
                                     struct assay_error *err)
{
    double p[ASSAY_MAX_SIGNALS];
    enum assay_status status = test_missing(l, p, err);
    for (size_t j = 0; status == ASSAY_OK && j < l->history->n_signal; j++) {
        status = take_values(l, j, err);
        if (status == ASSAY_OK)
            status = probe(l, j, err);
        if (status == ASSAY_OK)
            status = check_recorded(l, j, err);
        if (status == ASSAY_OK)
            status = check_stale(l, j, rows, err);
        if (status == ASSAY_OK)
            status = check_missing(l, j, p, err);
    }
    return status;
}

/* The rows of the window by date, those after their own event aside. */
static enum assay_status order_by_date(const struct looking *l, struct assay_stale_rows *rows,
                                       struct assay_error *err)
{
    const int32_t *as_of = as_of_dates(l->history);
    if (as_of == NULL)
        return ASSAY_OK;
    for (size_t i = 0; i < l->history->n_row; i++)
        l->event[i] = l->state[i] != ASSAY_ROW_OUTSIDE_WINDOW && l->state[i] != ASSAY_ROW_AFTER_EVENT;
    return assay_stale_rows_init(as_of, l->account, l->event, l->history->n_row, l->n_account, rows,
                                 err);
}

static void looking_clear(struct looking *l)
{
    free(l->state);
    free(l->outcome);
    free(l->value);
    free(l->present);
    free(l->placement);
    free(l->event);
    free(l->cluster);
    free(l->order);
    free(l->sum);
    free(l->seen);
}

/* What the history forgot when it settled which rows count. */
static void label(const struct looking *l, struct assay_window window)
{
    size_t count[ASSAY_ROW_STATES] = {0}, early = 0;
    assay_outcome_label(l->history->spec, l->history->columns, l->history->table, window, l->state,
                        l->outcome, count, &early);
}

enum assay_status assay_findings_look(const struct assay_history *history,
                                      struct assay_window window, struct assay_findings *findings,
                                      struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n = history->n_row, n_account = assay_dictionary_count(id->dictionary);
    struct assay_findings made = {0};
    struct assay_stale_rows rows = {0};
    struct looking l = {.history = history,
                        .findings = &made,
                        .account = id->codes,
                        .n_account = n_account,
                        .state = assay_alloc(n, 1),
                        .outcome = assay_alloc(n, 1),
                        .value = assay_alloc(n, sizeof *l.value),
                        .present = assay_alloc(n, sizeof *l.present),
                        .placement = assay_alloc(n, sizeof *l.placement),
                        .event = assay_alloc(n, 1),
                        .cluster = assay_alloc(n, sizeof *l.cluster),
                        .order = assay_alloc(n, sizeof *l.order),
                        .sum = assay_alloc(n_account, sizeof *l.sum),
                        .seen = assay_alloc(n_account, sizeof *l.seen)};
    enum assay_status status = ASSAY_OK;
    if (l.state == NULL || l.outcome == NULL || l.value == NULL || l.present == NULL ||
        l.placement == NULL || l.event == NULL || l.cluster == NULL || l.order == NULL ||
        l.sum == NULL || l.seen == NULL)
        status = assay_fail_memory(err, "checking signals");
    if (status == ASSAY_OK) {
        label(&l, window);
        status = order_by_date(&l, &rows, err);
    }
    if (status == ASSAY_OK)
        status = look_at_all(&l, &rows, err);
    looking_clear(&l);
    assay_stale_rows_clear(&rows);
    if (status != ASSAY_OK) {
        assay_findings_clear(&made);
        return status;
    }
    *findings = made;
    return ASSAY_OK;
}

void assay_findings_clear(struct assay_findings *findings)
{
    free(findings->items);
    *findings = (struct assay_findings){0};
}
