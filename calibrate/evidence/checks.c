#include "calibrate/evidence/checks.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/evidence/eye.h"
#include "calibrate/evidence/labels.h"
#include "calibrate/evidence/latest.h"
#include "calibrate/evidence/stale.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/rank.h"
#include "core/metric/roc.h"

/* ---- what is looked at ---- */

struct looking {
    const struct assay_history *history;
    struct assay_labels labels;
    struct assay_events events;
    const int32_t *account;  /* [n_row] */
    size_t n_account;
    struct assay_latest latest;
    struct glance *glance;   /* [n_signal] */
    struct assay_levels *levels; /* [n_signal] those of the findings */
};

/* One signal, looked at by itself: signals are looked at side by side. */
struct glance {
    struct assay_eye eye;
    bool known;                   /* its levels are */
    struct assay_findings found;  /* but for what takes all signals, or the order of dates */
    bool quiet;                   /* it may have gone quiet */
    size_t cells[2][2];           /* missing, event: rows whose outcome counts, `drop`ped ones among them */
    double p_missing;             /* -1 where nothing can be tested */
    enum assay_status status;
    struct assay_error err;
};

static const int32_t *as_of_dates(const struct assay_history *history)
{
    return history->columns->as_of != ASSAY_NO_COLUMN
               ? history->table->columns[history->columns->as_of].dates
               : NULL;
}

static enum assay_status note(struct assay_findings *found, struct assay_finding finding,
                              struct assay_error *err)
{
    if (!assay_grow(&found->items, &found->capacity, found->n + 1, sizeof *found->items))
        return assay_fail_memory(err, "noting what was found");
    found->items[found->n++] = finding;
    return ASSAY_OK;
}

/* ---- a signal that knows ---- */

/* Rows that count and have a value, side by side. */
struct probe {
    const struct looking *looking;
    size_t signal, n, count[2];
    double *present, *placement;
    unsigned char *event;
    int32_t *cluster;
    size_t *order;
    double *sum;  /* [n_account] */
    size_t *seen; /* [n_account] */
};

static void probe_clear(struct probe *p)
{
    assay_rows_free(p->present);
    assay_rows_free(p->placement);
    assay_rows_free(p->event);
    assay_rows_free(p->cluster);
    assay_rows_free(p->order);
    assay_rows_free(p->sum);
    assay_rows_free(p->seen);
}

static enum assay_status probe_init(const struct looking *l, size_t j, struct probe *p,
                                    struct assay_error *err)
{
    const struct assay_history *history = l->history;
    const struct assay_eye *eye = &l->glance[j].eye;
    size_t n = history->n_used;
    *p = (struct probe){.looking = l,
                        .signal = j,
                        .present = assay_rows_alloc(n, sizeof *p->present),
                        .placement = assay_rows_alloc(n, sizeof *p->placement),
                        .event = assay_rows_alloc(n, 1),
                        .cluster = assay_rows_alloc(n, sizeof *p->cluster),
                        .order = assay_rows_alloc(n, sizeof *p->order),
                        .sum = assay_rows_alloc(l->n_account, sizeof *p->sum),
                        .seen = assay_rows_alloc(l->n_account, sizeof *p->seen)};
    if (p->present == NULL || p->placement == NULL || p->event == NULL || p->cluster == NULL ||
        p->order == NULL || p->sum == NULL || p->seen == NULL) {
        probe_clear(p);
        return assay_fail_memory(err, "checking signals");
    }
    for (size_t i = 0; i < history->n_row; i++) {
        double value = history->used[i] ? assay_eye_value(eye, i) : (double)NAN;
        assay_parallel_row(i);
        if (isnan(value))
            continue;
        p->present[p->n] = value;
        p->event[p->n] = history->outcome[i];
        p->cluster[p->n] = l->account[i];
        p->count[p->event[p->n++]]++;
    }
    return ASSAY_OK;
}

/* Standard error of the AUC with accounts as clusters; NaN with fewer than two. */
static double clustered_error(const struct probe *p, double auc)
{
    size_t n_account = p->looking->n_account, n_cluster = 0;
    double square = 0;
    memset(p->sum, 0, n_account * sizeof *p->sum);
    memset(p->seen, 0, n_account * sizeof *p->seen);
    for (size_t k = 0; k < p->n; k++) {
        size_t account = (size_t)p->cluster[k];
        p->sum[account] += (p->placement[k] - auc) / (double)p->count[p->event[k]];
        n_cluster += p->seen[account]++ == 0;
        assay_parallel_row(k);
    }
    for (size_t c = 0; c < n_account; c++)
        square += p->sum[c] * p->sum[c];
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

static enum assay_status probe_auc(const struct probe *p, struct assay_findings *out, bool *found,
                                   struct assay_error *err)
{
    enum assay_higher_is way = ASSAY_HIGHER_IS_RISK;
    struct assay_auc auc;
    *found = false;
    enum assay_status status = assay_auc_measure(p->present, p->event, p->n, way, &auc, err);
    if (status != ASSAY_OK)
        return status;
    double value = fmax(auc.wald.value, 1 - auc.wald.value);
    if (value <= ASSAY_ALONE_AUC)
        return ASSAY_OK;
    if (auc.wald.value < 0.5)
        way = ASSAY_HIGHER_IS_HEALTH;
    status = assay_auc_placements(p->present, p->event, p->n, way, p->placement, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_estimate estimate = logit_interval(value, clustered_error(p, value));
    *found = value == 1 || estimate.low > ASSAY_ALONE_AUC;
    struct assay_finding finding = {.kind = ASSAY_FOUND_ALONE, .signal = p->signal, .rows = p->n,
                                    .events = p->count[1], .auc = estimate};
    return *found ? note(out, finding, err) : ASSAY_OK;
}

/* Events, from one end of the order, before the first value that a non-event has too. */
static size_t pure_end(const struct probe *p, bool low_end, double *last)
{
    size_t pure = 0, n = p->n;
    for (size_t k = 0, end; k < n; k = end) {
        size_t events = 0;
        double value = p->present[p->order[low_end ? k : n - 1 - k]];
        for (end = k; end < n && p->present[p->order[low_end ? end : n - 1 - end]] == value; end++)
            events += p->event[p->order[low_end ? end : n - 1 - end]];
        if (events < end - k)
            break;
        pure = end;
        *last = value;
    }
    return pure;
}

static size_t accounts_among(const struct probe *p, size_t pure, bool low_end)
{
    size_t accounts = 0;
    memset(p->seen, 0, p->looking->n_account * sizeof *p->seen);
    for (size_t k = 0; k < pure; k++)
        accounts += p->seen[p->cluster[p->order[low_end ? k : p->n - 1 - k]]]++ == 0;
    return accounts;
}

static bool is_large_end(const struct assay_history *history, size_t pure)
{
    return (double)pure >= ASSAY_PURE_SHARE * (double)history->n_event;
}

static enum assay_status probe_ends(const struct probe *p, struct assay_findings *out,
                                    struct assay_error *err)
{
    const struct assay_history *history = p->looking->history;
    enum assay_status status = assay_rank_order(p->present, p->n, p->order, err);
    bool category = p->looking->glance[p->signal].eye.points != NULL;
    for (int end = 0; status == ASSAY_OK && end < 2; end++) {
        double last = NAN;
        size_t pure = pure_end(p, end == 0, &last);
        if (!is_large_end(history, pure) ||
            accounts_among(p, pure, end == 0) < ASSAY_PURE_ACCOUNTS)
            continue;
        struct assay_finding finding = {.kind = ASSAY_FOUND_PURE, .signal = p->signal, .rows = pure,
                                        .events = pure, .low_end = end == 0,
                                        .other_events = history->n_event - pure,
                                        .other_rows = history->n_used - pure,
                                        .value = category ? (double)NAN : last};
        status = note(out, finding, err);
    }
    return status;
}

static bool are_enough(const size_t count[2])
{
    return count[0] >= ASSAY_ALONE_ROWS && count[1] >= ASSAY_ALONE_ROWS;
}

/* Most signals are cleared by how often each of their values comes with the event; the rest takes the rows in
 * order, and the accounts behind them. */
static bool is_innocent(const struct assay_history *history, const struct assay_levels *levels)
{
    size_t total[2];
    assay_levels_total(levels, total);
    if (!are_enough(total))
        return true;
    double auc = assay_levels_auc(levels);
    return fmax(auc, 1 - auc) <= ASSAY_ALONE_AUC &&
           !is_large_end(history, assay_levels_pure(levels, true)) &&
           !is_large_end(history, assay_levels_pure(levels, false));
}

static enum assay_status probe(const struct looking *l, size_t j, struct assay_error *err)
{
    struct glance *g = &l->glance[j];
    struct probe p;
    bool found;
    if (g->known && is_innocent(l->history, &l->levels[j]))
        return ASSAY_OK;
    enum assay_status status = probe_init(l, j, &p, err);
    if (status != ASSAY_OK)
        return status;
    if (are_enough(p.count)) {
        status = probe_auc(&p, &g->found, &found, err);
        if (status == ASSAY_OK && !found)
            status = probe_ends(&p, &g->found, err);
    }
    probe_clear(&p);
    return status;
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
        if (!history->used[i] || recorded[i] == ASSAY_NO_DATE || as_of[i] == ASSAY_NO_DATE ||
            isnan(assay_eye_value(&l->glance[j].eye, i)))
            continue;
        bool late = recorded[i] > as_of[i];
        finding.rows += late;
        finding.events += late && history->outcome[i];
        finding.other_rows += !late;
        finding.other_events += !late && history->outcome[i];
        assay_parallel_row(i);
    }
    return finding.rows > 0 ? note(&l->glance[j].found, finding, err) : ASSAY_OK;
}

/* ---- sources that went quiet ---- */

static struct assay_finding finding_of_stale(const struct glance *g, size_t j,
                                             const struct assay_stale *stale)
{
    static const enum assay_finding_kind kinds[] = {[ASSAY_STALE_EMPTY] = ASSAY_FOUND_EMPTY,
                                                    [ASSAY_STALE_CONSTANT] = ASSAY_FOUND_CONSTANT,
                                                    [ASSAY_STALE_FROZEN] = ASSAY_FOUND_FROZEN};
    bool frozen = stale->kind == ASSAY_STALE_FROZEN;
    bool category = g->eye.points != NULL && !isnan(stale->value);
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
                                     const struct assay_stale_rows *rows,
                                     struct assay_findings *findings, struct assay_error *err)
{
    enum { KINDS = 3 };
    const struct glance *g = &l->glance[j];
    struct assay_stale stale = {0};
    size_t n_date = 0;
    double *state = assay_rows_alloc(rows->n, sizeof *state);
    if (state == NULL)
        return assay_fail_memory(err, "looking for stale signals");
    for (size_t k = 0; k < rows->n; k++) {
        n_date += k == 0 || rows->day[k] != rows->day[k - 1];
        state[k] = assay_eye_state(&g->eye, rows->row[k]);
    }
    /* Every signal may go quiet in each way on every date but the first (Bonferroni). */
    double limit = ASSAY_STALE_LEVEL / (double)(KINDS * l->history->n_signal * (n_date - 1));
    enum assay_status status = assay_stale_find(rows, state, limit, &stale, err);
    assay_rows_free(state);
    if (status != ASSAY_OK || stale.kind == ASSAY_STALE_NOT)
        return status;
    return note(findings, finding_of_stale(g, j, &stale), err);
}

/* ---- being missing ---- */

/* Whether signal j's missing values are asked about row i: the `drop`ped ones of its own among them. */
static bool is_asked(const struct looking *l, size_t j, size_t i)
{
    bool drops = l->history->spec->signals[j].missing == ASSAY_DROP;
    return l->history->used[i] || (drops && l->labels.state[i] == ASSAY_ROW_USED);
}

static bool lacks(const struct looking *l, size_t j, size_t i)
{
    return isnan(assay_eye_value(&l->glance[j].eye, i));
}

static void count_missing(const struct looking *l, size_t j)
{
    struct glance *g = &l->glance[j];
    memset(g->cells, 0, sizeof g->cells);
    if (g->known && l->history->spec->signals[j].missing != ASSAY_DROP) {
        memcpy(g->cells[1], l->levels[j].missing, sizeof g->cells[1]);
        assay_levels_total(&l->levels[j], g->cells[0]);
        return;
    }
    for (size_t i = 0; i < l->history->n_row; i++) {
        if (is_asked(l, j, i))
            g->cells[lacks(l, j, i)][l->labels.outcome[i]]++;
        assay_parallel_row(i);
    }
}

static bool can_be_tested(size_t cells[2][2])
{
    double without = (double)(cells[1][0] + cells[1][1]), with = (double)(cells[0][0] + cells[0][1]);
    double share = (double)(cells[0][1] + cells[1][1]) / (with + without);
    return with + without > 0 && fmin(with, without) * fmin(share, 1 - share) >= 5;
}

/* p of the score U = sum_i (m_i - mean m)(y_i - mean y) against the sum of its accounts' squares.
 * sum [n_account] is zero. */
static double missing_p_value(const struct looking *l, size_t j, double sum[])
{
    size_t(*cells)[2] = l->glance[j].cells;
    double n = (double)(cells[0][0] + cells[0][1] + cells[1][0] + cells[1][1]);
    double missing = (double)(cells[1][0] + cells[1][1]) / n;
    double share = (double)(cells[0][1] + cells[1][1]) / n, score = 0, square = 0, product[2][2];
    for (int lacking = 0; lacking < 2; lacking++)
        for (int event = 0; event < 2; event++)
            product[lacking][event] = (lacking - missing) * (event - share);
    for (size_t i = 0; i < l->history->n_row; i++) {
        if (is_asked(l, j, i))
            sum[l->account[i]] += product[lacks(l, j, i)][l->labels.outcome[i]];
        assay_parallel_row(i);
    }
    for (size_t c = 0; c < l->n_account; c++) {
        score += sum[c];
        square += sum[c] * sum[c];
    }
    return square > 0 ? assay_normal_p_value(score / sqrt(square)) : 1;
}

/* Where a cell is too small for that: Fisher's exact test (1935) of accounts, with any value missing and
 * with any event; twice the smaller tail. A leak is often just so: few are missing, and all of them
 * left. sum [n_account] is zero. */
static double exact_p_value(const struct looking *l, size_t j, double sum[])
{
    enum { COUNTS = 1, MISSING = 2, EVENT = 4 };
    unsigned missing = 0, others = 0, events = 0, both = 0;
    for (size_t i = 0; i < l->history->n_row; i++) {
        assay_parallel_row(i);
        if (!is_asked(l, j, i))
            continue;
        unsigned flags = (unsigned)sum[l->account[i]] | COUNTS;
        flags |= lacks(l, j, i) ? MISSING : 0;
        flags |= l->labels.outcome[i] ? EVENT : 0;
        sum[l->account[i]] = flags;
    }
    for (size_t c = 0; c < l->n_account; c++) {
        unsigned flags = (unsigned)sum[c];
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

static enum assay_status test_missing(const struct looking *l, size_t j, struct assay_error *err)
{
    struct glance *g = &l->glance[j];
    g->p_missing = -1;
    count_missing(l, j);
    if (g->cells[1][0] + g->cells[1][1] == 0)
        return ASSAY_OK;
    double *sum = assay_rows_alloc(l->n_account, sizeof *sum);
    if (sum == NULL)
        return assay_fail_memory(err, "checking signals");
    g->p_missing =
        can_be_tested(g->cells) ? missing_p_value(l, j, sum) : exact_p_value(l, j, sum);
    assay_rows_free(sum);
    return ASSAY_OK;
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

static enum assay_status check_missing(const struct looking *l, size_t j, const double p[],
                                       struct assay_findings *findings, struct assay_error *err)
{
    size_t(*cells)[2] = l->glance[j].cells;
    double level = p[j] < 0 ? 1 : adjusted(p, l->history->n_signal, j);
    if (level > ASSAY_MISSING_LEVEL)
        return ASSAY_OK;
    struct assay_finding finding = {.kind = ASSAY_FOUND_MISSING,
                                    .signal = j,
                                    .rows = cells[1][0] + cells[1][1],
                                    .events = cells[1][1],
                                    .other_rows = cells[0][0] + cells[0][1],
                                    .other_events = cells[0][1],
                                    .p_value = level};
    return note(findings, finding, err);
}

/* ---- all of it ---- */

/* What a signal says by itself. */
static void look_at_signal(void *state, size_t j)
{
    const struct looking *l = state;
    struct glance *g = &l->glance[j];
    g->status = assay_eye_init(l->history, j, &g->eye, &g->err);
    if (g->status == ASSAY_OK)
        g->status = assay_levels_count(&g->eye, &l->events, &g->known, &l->levels[j], &g->err);
    if (g->status == ASSAY_OK)
        g->status = probe(l, j, &g->err);
    if (g->status == ASSAY_OK)
        g->status = check_recorded(l, j, &g->err);
    if (g->status == ASSAY_OK)
        g->status = test_missing(l, j, &g->err);
    g->quiet = g->status == ASSAY_OK && l->latest.several &&
               !assay_latest_is_lively(&l->latest, &g->eye);
}

/* Signals that may have gone quiet are held against the rows by date, which are put in order for the first. */
static enum assay_status gather(const struct looking *l, struct assay_stale_rows *rows,
                                struct assay_findings *findings, struct assay_error *err)
{
    double p[ASSAY_MAX_SIGNALS];
    size_t n_signal = l->history->n_signal;
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; j < n_signal; j++)
        p[j] = l->glance[j].p_missing;
    for (size_t j = 0; status == ASSAY_OK && j < n_signal; j++) {
        const struct glance *g = &l->glance[j];
        for (size_t k = 0; status == ASSAY_OK && k < g->found.n; k++)
            status = note(findings, g->found.items[k], err);
        if (status == ASSAY_OK && g->quiet && rows->day == NULL)
            status = assay_stale_rows_init(as_of_dates(l->history), l->account, l->labels.wanted,
                                           l->history->n_row, l->n_account, rows, err);
        if (status == ASSAY_OK && g->quiet)
            status = check_stale(l, j, rows, findings, err);
        if (status == ASSAY_OK)
            status = check_missing(l, j, p, findings, err);
    }
    return status;
}

static enum assay_status look_at_all(struct looking *l, struct assay_findings *findings,
                                     struct assay_error *err)
{
    const int32_t *as_of = as_of_dates(l->history);
    struct assay_stale_rows rows = {0};
    enum assay_status status = ASSAY_OK;
    if (as_of != NULL)
        status = assay_latest_find(as_of, l->account, l->labels.wanted, l->history->n_row,
                                   l->n_account, &l->latest, err);
    if (status == ASSAY_OK)
        assay_parallel(l->history->n_signal, l->history->n_thread, look_at_signal, l);
    for (size_t j = 0; status == ASSAY_OK && j < l->history->n_signal; j++) {
        status = l->glance[j].status;
        if (status != ASSAY_OK && err != NULL)
            *err = l->glance[j].err;
    }
    if (status == ASSAY_OK)
        status = gather(l, &rows, findings, err);
    assay_stale_rows_clear(&rows);
    return status;
}

static void looking_clear(struct looking *l)
{
    for (size_t j = 0; l->glance != NULL && j < l->history->n_signal; j++) {
        assay_eye_clear(&l->glance[j].eye);
        assay_findings_clear(&l->glance[j].found);
    }
    free(l->glance);
    assay_latest_clear(&l->latest);
    assay_labels_clear(&l->labels);
    assay_events_clear(&l->events);
}

enum assay_status assay_findings_look(const struct assay_history *history,
                                      struct assay_window window, struct assay_findings *findings,
                                      struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    struct assay_findings made = {.levels = assay_alloc(history->n_signal, sizeof *made.levels),
                                  .n_signal = history->n_signal};
    struct looking l = {.history = history,
                        .account = id->codes,
                        .n_account = assay_dictionary_count(id->dictionary),
                        .glance = assay_alloc(history->n_signal, sizeof *l.glance),
                        .levels = made.levels};
    enum assay_status status = ASSAY_OK;
    if (l.glance == NULL || l.levels == NULL)
        status = assay_fail_memory(err, "checking signals");
    if (status == ASSAY_OK)
        status = assay_labels_init(history, window, &l.labels, err);
    if (status == ASSAY_OK)
        status = assay_events_find(history, &l.events, err);
    if (status == ASSAY_OK)
        status = look_at_all(&l, &made, err);
    looking_clear(&l);
    if (status != ASSAY_OK) {
        assay_findings_clear(&made);
        return status;
    }
    *findings = made;
    return ASSAY_OK;
}

void assay_findings_clear(struct assay_findings *findings)
{
    for (size_t j = 0; findings->levels != NULL && j < findings->n_signal; j++)
        assay_levels_clear(&findings->levels[j]);
    free(findings->levels);
    free(findings->items);
    *findings = (struct assay_findings){0};
}
