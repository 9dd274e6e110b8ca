#include "core/metric/clustered.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/base/vector_math.h"
#include "core/metric/calibration.h"
#include "core/metric/check.h"
#include "core/metric/cluster_sums.h"
#include "core/metric/roc.h"

/* ---- what rows move the figures by ---- */

enum figure { BRIER, LOG_LOSS, AUC, RATIO, INTERCEPT, SLOPE };

/* A cell: flagged or not, above the event or not. */
enum { NOT_FLAGGED = 1 | 2, FLAGGED = 4 | 8, OTHERS = 1 | 4, EVENTS = 2 | 8, EVERYBODY = 15 };

struct moving {
    const struct assay_clustered_rows *rows;
    const struct assay_performance *plain;
    const struct assay_performance_parts *parts;
    double middle; /* of the log-odds, weighted by what rows tell about the slope */
};

/* Some rows side by side. */
struct strip {
    size_t n;
    double prob[ASSAY_MOVE_ROWS], event[ASSAY_MOVE_ROWS]; /* 0 or 1 */
    double log_prob[ASSAY_MOVE_ROWS], log_rest[ASSAY_MOVE_ROWS], log_odds[ASSAY_MOVE_ROWS];
};

static void move_losses(const struct moving *m, const struct strip *s, struct assay_move_strip *strip)
{
    double brier = m->plain->brier.value, log_loss = m->plain->log_loss.value;
    bool finite = !isnan(m->plain->log_loss.low); /* a loss may be infinite */
    for (size_t k = 0; k < s->n; k++) {
        double miss = s->prob[k] - s->event[k];
        double loss = -(s->event[k] > 0.0 ? s->log_prob[k] : s->log_rest[k]);
        strip->move[BRIER][k] = miss * miss - brier;
        strip->move[LOG_LOSS][k] = finite ? loss - log_loss : 0.0;
    }
}

static void move_auc(const struct moving *m, const size_t row[], size_t n, double move[])
{
    double auc = m->plain->auc.value, events = (double)m->plain->n_event;
    double others = (double)(m->plain->n - m->plain->n_event);
    double share[2] = {0.5 / events, 0.5 / others}, by[2] = {1.0 / others, 1.0 / events};
    if (isnan(m->plain->auc.low)) {
        memset(move, 0, n * sizeof *move);
        return;
    }
    for (size_t k = 0; k < n; k++) {
        unsigned char y = m->rows->outcome[row[k]];
        move[k] = ((double)m->parts->placing.twice[row[k]] * share[y] - auc) * by[y];
    }
}

static void move_calibration(const struct moving *m, const struct strip *s,
                             struct assay_move_strip *strip)
{
    const struct assay_calibration_pair *lines = &m->parts->lines;
    bool in_large = lines->in_large == ASSAY_OK, line = lines->line == ASSAY_OK;
    double shift = in_large ? lines->intercept.value : 0.0, prevalence = m->plain->prevalence.value;
    double a = line ? lines->recalibration.intercept.value : 0.0;
    double b = line ? lines->recalibration.slope.value : 0.0;
    double by_shift[ASSAY_MOVE_ROWS], by_line[ASSAY_MOVE_ROWS];
    for (size_t k = 0; k < s->n; k++) {
        by_shift[k] = in_large ? shift + s->log_odds[k] : 0.0;
        by_line[k] = line ? a + b * s->log_odds[k] : 0.0;
    }
    assay_expit_array(by_shift, s->n, by_shift);
    assay_expit_array(by_line, s->n, by_line);
    for (size_t k = 0; k < s->n; k++) {
        double y = s->event[k];
        strip->move[RATIO][k] = y - prevalence;
        strip->move[INTERCEPT][k] = in_large ? y - by_shift[k] : 0.0;
        strip->move[SLOPE][k] = line ? (y - by_line[k]) * (s->log_odds[k] - m->middle) : 0.0;
    }
}

static bool is_flagged(const struct assay_clustered_rows *rows, size_t i)
{
    if (rows->flagged != NULL)
        return rows->flagged[i] != 0;
    return rows->prob[i] > (rows->row_line != NULL ? rows->row_line[i] : rows->line);
}

static void fill(const void *state, const size_t row[], size_t n, struct assay_move_strip *strip)
{
    const struct moving *m = state;
    struct strip s = {.n = n};
    for (size_t k = 0; k < n; k++) {
        unsigned char y = m->rows->outcome[row[k]];
        s.prob[k] = m->rows->prob[row[k]];
        s.event[k] = y;
        strip->cell[k] = (unsigned char)(2 * is_flagged(m->rows, row[k]) + y);
    }
    assay_logs_array(s.prob, n, s.log_prob, s.log_rest);
    for (size_t k = 0; k < n; k++)
        s.log_odds[k] = s.log_prob[k] - s.log_rest[k];
    move_losses(m, &s, strip);
    move_auc(m, row, n, strip->move[AUC]);
    move_calibration(m, &s, strip);
}

/* ---- intervals ---- */

/* Of the rows in some cells among those in others. */
static struct assay_estimate share_of(const struct assay_cell_moments *cells, unsigned hit,
                                      unsigned of)
{
    double hits = 0.0, members = 0.0, move[4];
    for (unsigned c = 0; c < 4; c++) {
        members += (of >> c & 1) != 0 ? cells->rows[c] : 0.0;
        hits += (of & hit) >> c & 1 ? cells->rows[c] : 0.0;
    }
    if (members == 0.0)
        return assay_estimate_undefined();
    for (unsigned c = 0; c < 4; c++)
        move[c] = (hit >> c & 1) - hits / members;
    double effect = assay_cell_effect(cells, of, move);
    return assay_wilson_of_share(hits / members, members / effect, ASSAY_LEVEL);
}

/* The value stays as it was measured, to the last digit. */
static void measure_share(const struct assay_cell_moments *cells, unsigned hit, unsigned of,
                          struct assay_estimate *share)
{
    struct assay_estimate made = share_of(cells, hit, of);
    share->low = made.low;
    share->high = made.high;
}

/* Of those that are not hit: the other way round, so that both say the same. */
static void measure_rest(const struct assay_cell_moments *cells, unsigned hit, unsigned of,
                         struct assay_estimate *share)
{
    struct assay_estimate made = share_of(cells, hit, of);
    share->low = 1.0 - made.high;
    share->high = 1.0 - made.low;
}

static void stretch_ratio(struct assay_estimate *ratio, double effect)
{
    double by = sqrt(effect), value = ratio->value;
    ratio->low = value * pow(ratio->low / value, by);
    ratio->high = value * pow(ratio->high / value, by);
}

static void stretch_all(const struct assay_cluster_sums *sums, struct assay_performance *p)
{
    static const double infinite = (double)INFINITY;
    double d[ASSAY_MOVES];
    for (size_t k = 0; k < ASSAY_MOVES; k++)
        d[k] = assay_cluster_sums_effect(sums, k);
    measure_share(&sums->cells, EVENTS, EVERYBODY, &p->prevalence);
    measure_share(&sums->cells, FLAGGED, EVENTS, &p->sensitivity);
    measure_rest(&sums->cells, FLAGGED, OTHERS, &p->specificity);
    measure_share(&sums->cells, EVENTS, FLAGGED, &p->ppv);
    measure_rest(&sums->cells, EVENTS, NOT_FLAGGED, &p->npv);
    p->brier = assay_stretch(p->brier, d[BRIER], 0.0, 1.0);
    p->log_loss = assay_stretch(p->log_loss, d[LOG_LOSS], 0.0, infinite);
    p->auc = assay_stretch(p->auc, d[AUC], 0.0, 1.0);
    stretch_ratio(&p->oe_ratio, d[RATIO]);
    p->calibration_intercept =
        assay_stretch(p->calibration_intercept, d[INTERCEPT], -infinite, infinite);
    p->calibration_slope = assay_stretch(p->calibration_slope, d[SLOPE], -infinite, infinite);
}

/* plain was measured row by row, on the way to the parts. */
static enum assay_status sum_clusters(const struct assay_clustered_rows *rows,
                                      const struct assay_performance *plain,
                                      const struct assay_performance_parts *parts,
                                      struct assay_cluster_sums *sums, struct assay_error *err)
{
    const struct assay_recalibration *line = &parts->lines.recalibration;
    struct moving moving = {.rows = rows, .plain = plain, .parts = parts};
    if (parts->lines.line == ASSAY_OK)
        moving.middle = -line->covariance / (line->slope_se * line->slope_se);
    struct assay_move_rows move_rows = {.cluster = rows->cluster,
                                        .n = rows->n,
                                        .n_figure = ASSAY_MOVES,
                                        .state = &moving,
                                        .fill = fill};
    return assay_cluster_sums_find(&move_rows, sums, err);
}

/* Of rows that all have a prediction; *placing, where not NULL, is theirs. */
static enum assay_status measure(const struct assay_clustered_rows *rows,
                                 const struct assay_confusion *counts,
                                 struct assay_performance *out, struct assay_placing *placing,
                                 struct assay_error *err)
{
    struct assay_performance made;
    struct assay_performance_parts parts = {.placing = {.twice = NULL}};
    struct assay_cluster_sums sums;
    enum assay_status status = assay_performance_measure_parts(rows->prob, rows->outcome, rows->n,
                                                               counts, &made, &parts, err);
    if (status == ASSAY_OK && rows->cluster != NULL) {
        status = sum_clusters(rows, &made, &parts, &sums, err);
        if (status == ASSAY_OK)
            stretch_all(&sums, &made);
    }
    if (status == ASSAY_OK)
        *out = made;
    if (status == ASSAY_OK && placing != NULL) {
        *placing = parts.placing;
        parts.placing.twice = NULL;
    }
    assay_performance_parts_clear(&parts);
    return status;
}

/* ---- rows with a prediction, side by side ---- */

struct gathered {
    double *prob;
    unsigned char *outcome, *flagged;
    int32_t *cluster; /* NULL: the rows have none */
};

static void release(struct gathered *g)
{
    assay_rows_free(g->prob);
    assay_rows_free(g->outcome);
    assay_rows_free(g->flagged);
    assay_rows_free(g->cluster);
}

static bool make_room(struct gathered *g, size_t n, bool with_cluster)
{
    *g = (struct gathered){.prob = assay_rows_alloc(n, sizeof *g->prob),
                           .outcome = assay_rows_alloc(n, 1),
                           .flagged = assay_rows_alloc(n, 1),
                           .cluster = with_cluster ? assay_rows_alloc(n, sizeof *g->cluster) : NULL};
    return g->prob != NULL && g->outcome != NULL && g->flagged != NULL &&
           (!with_cluster || g->cluster != NULL);
}

static void gather(const struct assay_clustered_rows *rows, struct gathered *g)
{
    for (size_t i = 0, k = 0; i < rows->n; i++) {
        if (isnan(rows->prob[i]))
            continue;
        g->prob[k] = rows->prob[i];
        g->outcome[k] = rows->outcome[i];
        g->flagged[k] = is_flagged(rows, i);
        if (g->cluster != NULL)
            g->cluster[k] = rows->cluster[i];
        k++;
    }
}

static enum assay_status measure_gathered(const struct assay_clustered_rows *rows,
                                          const struct assay_confusion *counts, size_t n,
                                          struct assay_performance *out, struct assay_error *err)
{
    struct gathered g;
    enum assay_status status = ASSAY_OK;
    if (make_room(&g, n, rows->cluster != NULL)) {
        gather(rows, &g);
        struct assay_clustered_rows all = {.prob = g.prob,
                                           .outcome = g.outcome,
                                           .flagged = g.flagged,
                                           .cluster = g.cluster,
                                           .n = n};
        status = measure(&all, counts, out, NULL, err);
    } else {
        status = assay_fail_memory(err, "measuring by cluster");
    }
    release(&g);
    return status;
}

/* ---- the doors ---- */

static enum assay_status fail_prob(const char *what, size_t row, double prob, struct assay_error *err)
{
    char place[64];
    snprintf(place, sizeof place, "%s: prob[%zu]", what, row);
    return assay_fail_value(err, place, prob, "0 to 1");
}

/* Rows are looked at in tasks of so many, a strip at a time, which stays in the first cache. */
enum { TASK_ROWS = 1 << 16, STRIP = 1024, FEW_TASKS = 2 };

struct found {
    size_t n, n_event, flagged, hit; /* of rows with a prediction */
    bool outside;                    /* one is not in [0, 1] */
};

struct looking {
    const struct assay_clustered_rows *rows;
    struct found *tasks;
};

/* A NaN is not above any line, nor below 0 or above 1. */
static void flag_strip(const struct assay_clustered_rows *rows, size_t first, size_t n,
                       unsigned char flagged[])
{
    const double *prob = rows->prob + first;
    double line = rows->line;
    if (rows->flagged == NULL && rows->row_line == NULL)
        for (size_t k = 0; k < n; k++)
            flagged[k] = prob[k] > line;
    else
        for (size_t k = 0; k < n; k++)
            flagged[k] = !isnan(prob[k]) && is_flagged(rows, first + k);
}

static void look_at_strip(const struct assay_clustered_rows *rows, size_t first, size_t n,
                          struct found *found)
{
    const double *prob = rows->prob + first;
    const unsigned char *outcome = rows->outcome + first;
    unsigned char flagged[STRIP];
    int n_row = 0, n_event = 0, n_flagged = 0, n_hit = 0, outside = 0;
    flag_strip(rows, first, n, flagged);
    for (size_t k = 0; k < n; k++) {
        int is = !isnan(prob[k]);
        outside |= (prob[k] < 0.0) | (prob[k] > 1.0);
        n_row += is;
        n_event += is & outcome[k];
        n_flagged += flagged[k];
        n_hit += flagged[k] & outcome[k];
    }
    found->n += (size_t)n_row;
    found->n_event += (size_t)n_event;
    found->flagged += (size_t)n_flagged;
    found->hit += (size_t)n_hit;
    found->outside = found->outside || outside != 0;
}

static void look_task(void *state, size_t task)
{
    const struct looking *l = state;
    size_t n = l->rows->n, first = task * TASK_ROWS;
    size_t end = n - first < TASK_ROWS ? n : first + TASK_ROWS;
    for (size_t i = first; i < end; i += STRIP)
        look_at_strip(l->rows, i, end - i < STRIP ? end - i : STRIP, &l->tasks[task]);
}

static enum assay_status look(const struct assay_clustered_rows *rows, struct found *all,
                              struct assay_error *err)
{
    size_t n_task = (rows->n + TASK_ROWS - 1) / TASK_ROWS;
    struct looking l = {rows, assay_alloc(n_task, sizeof *l.tasks)};
    if (l.tasks == NULL)
        return assay_fail_memory(err, "measuring performance");
    assay_parallel(n_task, n_task < FEW_TASKS ? 1 : 0, look_task, &l);
    for (size_t t = 0; t < n_task; t++) {
        all->n += l.tasks[t].n;
        all->n_event += l.tasks[t].n_event;
        all->flagged += l.tasks[t].flagged;
        all->hit += l.tasks[t].hit;
        all->outside = all->outside || l.tasks[t].outside;
    }
    free(l.tasks);
    return ASSAY_OK;
}

static enum assay_status check(const struct assay_clustered_rows *rows, struct found *found,
                               struct assay_error *err)
{
    static const char what[] = "performance";
    enum assay_status status = assay_check_outcome(what, rows->outcome, rows->n, NULL, err);
    if (status == ASSAY_OK)
        status = look(rows, found, err);
    for (size_t i = 0; status == ASSAY_OK && found->outside && i < rows->n; i++)
        if (rows->prob[i] < 0.0 || rows->prob[i] > 1.0)
            status = fail_prob(what, i, rows->prob[i], err);
    if (status == ASSAY_OK && found->n == 0)
        status = assay_fail(err, ASSAY_EDATA,
                            "performance: no row has a prediction; expected at least 1");
    return status;
}

enum assay_status assay_performance_measure_placed(const struct assay_clustered_rows *rows,
                                                   struct assay_performance *out,
                                                   struct assay_placing *placing,
                                                   struct assay_error *err)
{
    struct found found = {.n = 0};
    enum assay_status status = check(rows, &found, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = found.n;
    struct assay_confusion counts = {.tp = found.hit,
                                     .fp = found.flagged - found.hit,
                                     .fn = found.n_event - found.hit,
                                     .tn = n - found.flagged - (found.n_event - found.hit)};
    if (n == rows->n)
        return measure(rows, &counts, out, placing, err);
    status = measure_gathered(rows, &counts, n, out, err);
    if (status == ASSAY_OK && placing != NULL)
        *placing = (struct assay_placing){.twice = NULL};
    return status;
}

enum assay_status assay_performance_measure_clustered(const struct assay_clustered_rows *rows,
                                                      struct assay_performance *out,
                                                      struct assay_error *err)
{
    return assay_performance_measure_placed(rows, out, NULL, err);
}

/* These rows were measured before: only memory can be short. */
enum assay_status assay_performance_by_cluster(const struct assay_clustered_rows *rows,
                                               struct assay_performance *performance,
                                               struct assay_error *err)
{
    if (assay_performance_measure_clustered(rows, performance, NULL) == ASSAY_OK)
        return ASSAY_OK;
    return assay_fail_memory(err, "measuring by cluster");
}

struct assay_estimate assay_share_of_cells(const struct assay_cell_moments *cells)
{
    return share_of(cells, EVENTS, FLAGGED);
}

struct sharing {
    const unsigned char *member, *hit;
};

static void fill_cells(const void *state, const size_t row[], size_t n, struct assay_move_strip *strip)
{
    const struct sharing *s = state;
    for (size_t k = 0; k < n; k++)
        strip->cell[k] = (unsigned char)(2 * (s->member[row[k]] != 0) + (s->hit[row[k]] != 0));
}

enum assay_status assay_share_by_cluster(const struct assay_clustered_rows *rows,
                                         const unsigned char member[], const unsigned char hit[],
                                         struct assay_estimate *share, struct assay_error *err)
{
    struct sharing sharing = {member, hit};
    struct assay_move_rows move_rows = {
        .cluster = rows->cluster, .n = rows->n, .state = &sharing, .fill = fill_cells};
    struct assay_cluster_sums sums;
    enum assay_status status = assay_cluster_sums_find(&move_rows, &sums, err);
    if (status == ASSAY_OK)
        *share = assay_share_of_cells(&sums.cells);
    return status;
}
