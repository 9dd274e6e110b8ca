#include "core/metric/paired.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/thread.h"
#include "core/base/vector_math.h"
#include "core/metric/accuracy.h"
#include "core/metric/check.h"
#include "core/metric/cluster_sums.h"
#include "core/metric/roc.h"

/* What rows move the differences by, those of the AUC by outcome and together, and the cells they fall into. */
enum figure { BRIER, LOG_LOSS, EVENT_PLACE, OTHER_PLACE, PLACE };
enum { OTHERS = 1, EVENTS = 2 };

struct pairing {
    const double *prob[2];
    const unsigned char *outcome;
    const int32_t *cluster;
    size_t n;
    const struct assay_placing *placing[2]; /* NULL: one outcome only */
    const struct assay_paired *out;         /* the figures themselves */
};

/* ---- what may be compared ---- */

/* What is wrong, row by row; the first of it is told. */
static enum assay_status tell_prediction(const char *what, const double prob[],
                                         const unsigned char outcome[], size_t n,
                                         struct assay_error *err)
{
    enum assay_status status = assay_check_prob(what, prob, n, err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        if (prob[i] == 1.0 - outcome[i])
            status = assay_fail(err, ASSAY_EDATA,
                                "%s: prob[%zu] is %d and outcome[%zu] is %d; expected no outcome "
                                "that was given probability 0",
                                what, i, 1 - outcome[i], i, outcome[i]);
    return status;
}

static enum assay_status tell_clusters(const struct pairing *p, struct assay_error *err)
{
    for (size_t i = 0; p->cluster != NULL && i < p->n; i++)
        if (p->cluster[i] < 0)
            return assay_fail(err, ASSAY_EDATA, "paired comparison: cluster[%zu] is %d; expected 0 or "
                              "more", i, p->cluster[i]);
    return ASSAY_OK;
}

/* Chunks of rows are looked at without a branch, on all processors: whether one may be wrong, whether all are the
 * same. */
enum { CHUNK_ROWS = 1 << 16, MOST_CHUNKS = 64 };

struct looking {
    const struct pairing *pairing;
    size_t n_chunk;
    bool good[MOST_CHUNKS], same[MOST_CHUNKS];
};

static void look_chunk(void *state, size_t chunk)
{
    struct looking *l = state;
    const struct pairing *p = l->pairing;
    size_t size = p->n / l->n_chunk, end = chunk + 1 < l->n_chunk ? (chunk + 1) * size : p->n;
    int possible = 1, near = 1;
    int32_t all = 0; /* negative where one is */
    for (size_t i = chunk * size; i < end; i++) {
        double impossible = 1.0 - p->outcome[i], first = p->prob[0][i], second = p->prob[1][i];
        possible &= (first >= 0.0) & (first <= 1.0) & (second >= 0.0) & (second <= 1.0) &
                    (first != impossible) & (second != impossible);
        near &= !(fabs(first - second) > ASSAY_PAIRED_SAME);
    }
    for (size_t i = chunk * size; p->cluster != NULL && i < end; i++)
        all |= p->cluster[i];
    l->good[chunk] = possible != 0 && all >= 0;
    l->same[chunk] = near != 0;
}

/* *good: no row is wrong. Returns whether all rows are the same. */
static bool look(const struct pairing *p, bool *good)
{
    struct looking l = {.pairing = p};
    bool same = true;
    size_t most = p->n / CHUNK_ROWS < MOST_CHUNKS ? p->n / CHUNK_ROWS : MOST_CHUNKS;
    l.n_chunk = most < 2 ? 1 : most;
    assay_parallel(l.n_chunk, 0, look_chunk, &l);
    *good = true;
    for (size_t c = 0; c < l.n_chunk; c++) {
        *good = *good && l.good[c];
        same = same && l.same[c];
    }
    return same;
}

/* ---- sums by cluster ---- */

static void move_losses(const struct pairing *p, const size_t row[], size_t n,
                        struct assay_move_strip *strip)
{
    const struct assay_paired *out = p->out;
    double brier = out->brier.first - out->brier.second;
    double log_loss = out->log_loss.first - out->log_loss.second;
    double prob[2][ASSAY_MOVE_ROWS] = {{0.0}}, log_prob[2][ASSAY_MOVE_ROWS], log_rest[2][ASSAY_MOVE_ROWS];
    for (size_t which = 0; which < 2; which++) {
        for (size_t k = 0; k < n; k++)
            prob[which][k] = p->prob[which][row[k]];
        assay_logs_array(prob[which], n, log_prob[which], log_rest[which]);
    }
    for (size_t k = 0; k < n; k++) {
        unsigned char y = p->outcome[row[k]];
        double gap[2] = {prob[0][k] - y, prob[1][k] - y};
        double loss = y ? log_prob[1][k] - log_prob[0][k] : log_rest[1][k] - log_rest[0][k];
        strip->cell[k] = y;
        strip->move[BRIER][k] = gap[0] * gap[0] - gap[1] * gap[1] - brier;
        strip->move[LOG_LOSS][k] = loss - log_loss;
    }
}

static void move_places(const struct pairing *p, const size_t row[], size_t n,
                        struct assay_move_strip *strip)
{
    double mean = p->out->auc.first - p->out->auc.second;
    double own[2] = {(double)(p->out->n - p->out->n_event), (double)p->out->n_event};
    for (size_t k = 0; k < n; k++) {
        unsigned char y = p->outcome[row[k]];
        double move = 0.0;
        if (p->placing[0] != NULL) {
            double gap = (double)p->placing[0]->twice[row[k]] - (double)p->placing[1]->twice[row[k]];
            move = (0.5 * gap / p->placing[0]->others[y] - mean) / own[y];
        }
        strip->move[EVENT_PLACE][k] = y ? move : 0.0;
        strip->move[OTHER_PLACE][k] = y ? 0.0 : move;
        strip->move[PLACE][k] = move;
    }
}

static void fill(const void *state, const size_t row[], size_t n, struct assay_move_strip *strip)
{
    move_losses(state, row, n, strip);
    move_places(state, row, n, strip);
}

static enum assay_status sum_clusters(const struct pairing *p, struct assay_cluster_sums *sums,
                                      struct assay_error *err)
{
    struct assay_move_rows rows = {
        .cluster = p->cluster, .n = p->n, .n_figure = PLACE + 1, .state = p, .fill = fill};
    return assay_cluster_sums_find(&rows, sums, err);
}

/* ---- errors ---- */

/* G / (G - 1): a single cluster says nothing of the variance between clusters. */
static double factor(double n_cluster)
{
    return n_cluster > 1.0 ? n_cluster / (n_cluster - 1.0) : (double)NAN;
}

static double variance_of_mean(const struct assay_cluster_sums *sums, enum figure figure)
{
    return factor(sums->clusters) * sums->by_cluster[figure] / (sums->rows * sums->rows);
}

static double variance_of_auc(const struct assay_cluster_sums *sums)
{
    const double *clusters = sums->cells.clusters;
    double events = sums->by_cluster[EVENT_PLACE], others = sums->by_cluster[OTHER_PLACE];
    double products = (sums->by_cluster[PLACE] - events - others) / 2.0;
    return factor(clusters[EVENTS] + clusters[EVENTS | OTHERS]) * events +
           factor(clusters[OTHERS] + clusters[EVENTS | OTHERS]) * others +
           2.0 * factor(sums->clusters) * products;
}

static void add_interval(struct assay_paired_figure *figure, bool same, double variance)
{
    double difference = figure->first - figure->second;
    figure->std_error = sqrt(variance);
    if (same) {
        figure->difference = (struct assay_estimate){0};
        figure->std_error = 0.0;
    } else if (variance > 0.0) {
        figure->difference = assay_normal_interval(difference, figure->std_error, ASSAY_LEVEL);
    } else {
        figure->difference = assay_estimate_without_interval(difference);
    }
}

static double log_odds_of(double prob)
{
    return log(prob) - log1p(-prob);
}

/* Whether the log-odds of one are a straight, rising line of the other's: the same score with another
 * intercept or another slope, which ranks any rows alike, not these alone. */
static bool are_aligned(const struct pairing *p)
{
    size_t low = 0, high = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!(p->prob[0][i] > 0.0 && p->prob[0][i] < 1.0 && p->prob[1][i] > 0.0 && p->prob[1][i] < 1.0))
            return false;
        low = p->prob[0][i] < p->prob[0][low] ? i : low;
        high = p->prob[0][i] > p->prob[0][high] ? i : high;
    }
    double from = log_odds_of(p->prob[0][low]), to = log_odds_of(p->prob[1][low]);
    double run = log_odds_of(p->prob[0][high]) - from, rise = log_odds_of(p->prob[1][high]) - to;
    if (!(run > 0.0 && rise > 0.0))
        return false;
    double slope = rise / run, near = ASSAY_PAIRED_SAME * fmax(1.0, fabs(to) + rise);
    for (size_t i = 0; i < p->n; i++)
        if (fabs(to + slope * (log_odds_of(p->prob[0][i]) - from) - log_odds_of(p->prob[1][i])) > near)
            return false;
    return true;
}

/* Variances of differences that are there. */
static enum assay_status find_errors(const struct pairing *p, struct assay_paired *out,
                                     struct assay_error *err)
{
    struct assay_cluster_sums sums;
    enum assay_status status = sum_clusters(p, &sums, err);
    if (status != ASSAY_OK)
        return status;
    out->n_cluster = (size_t)sums.clusters;
    add_interval(&out->brier, out->same, variance_of_mean(&sums, BRIER));
    add_interval(&out->log_loss, out->same, variance_of_mean(&sums, LOG_LOSS));
    if (p->placing[0] == NULL) {
        out->auc = (struct assay_paired_figure){NAN, NAN, assay_estimate_undefined(), NAN};
        return ASSAY_OK;
    }
    double variance = variance_of_auc(&sums);
    add_interval(&out->auc, out->same || (!(variance > 0.0) && are_aligned(p)), variance);
    return ASSAY_OK;
}

/* What `known` holds of the first, of the second. */
static enum assay_status compare(struct pairing *p, const struct assay_paired_known *known,
                                 struct assay_paired *out, struct assay_error *err)
{
    bool both = out->n_event > 0 && out->n_event < out->n;
    struct assay_placing placing = {.twice = NULL};
    struct assay_auc auc;
    out->auc.first = known->auc;
    out->brier.first = known->brier;
    out->log_loss.first = known->log_loss;
    struct assay_mean_loss brier, log_loss;
    enum assay_status status = ASSAY_OK;
    assay_losses_of(p->prob[1], p->outcome, p->n, &brier, &log_loss);
    out->brier.second = brier.estimate.value;
    out->log_loss.second = log_loss.estimate.value;
    if (both)
        status = assay_auc_place(p->prob[1], p->outcome, p->n, out->n_event, &auc, &placing, err);
    if (status == ASSAY_OK && both) {
        out->auc.second = auc.wald.value;
        p->placing[0] = known->placing;
        p->placing[1] = &placing;
    }
    if (status == ASSAY_OK)
        status = find_errors(p, out, err);
    assay_placing_clear(&placing);
    return status;
}

static enum assay_status check(const struct pairing *p, size_t *n_event, bool *same,
                               struct assay_error *err)
{
    bool good = true;
    enum assay_status status = assay_check_outcome("paired comparison", p->outcome, p->n, n_event, err);
    if (status == ASSAY_OK)
        *same = look(p, &good);
    if (good || status != ASSAY_OK)
        return status;
    status = tell_prediction("first prediction", p->prob[0], p->outcome, p->n, err);
    if (status == ASSAY_OK)
        status = tell_prediction("second prediction", p->prob[1], p->outcome, p->n, err);
    return status == ASSAY_OK ? tell_clusters(p, err) : status;
}

enum assay_status assay_paired_measure_known(const double first[],
                                             const struct assay_paired_known *known,
                                             const double second[], const unsigned char outcome[],
                                             const int32_t cluster[], size_t n,
                                             struct assay_paired *out, struct assay_error *err)
{
    struct assay_paired made = {.n = n};
    struct pairing p = {
        .prob = {first, second}, .outcome = outcome, .cluster = cluster, .n = n, .out = &made};
    enum assay_status status = check(&p, &made.n_event, &made.same, err);
    if (status != ASSAY_OK)
        return status;
    status = compare(&p, known, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    return status;
}

enum assay_status assay_paired_measure(const double first[], const double second[],
                                       const unsigned char outcome[], const int32_t cluster[],
                                       size_t n, struct assay_paired *out, struct assay_error *err)
{
    struct pairing p = {.prob = {first, second}, .outcome = outcome, .cluster = cluster, .n = n};
    struct assay_placing placing = {.twice = NULL};
    struct assay_mean_loss brier, log_loss;
    struct assay_auc auc = {.n_event = 0};
    size_t n_event = 0;
    bool same;
    enum assay_status status = check(&p, &n_event, &same, err);
    if (status != ASSAY_OK)
        return status;
    assay_losses_of(first, outcome, n, &brier, &log_loss);
    if (n_event > 0 && n_event < n)
        status = assay_auc_place(first, outcome, n, n_event, &auc, &placing, err);
    struct assay_paired_known known = {.auc = auc.wald.value,
                                       .brier = brier.estimate.value,
                                       .log_loss = log_loss.estimate.value,
                                       .placing = &placing};
    if (status == ASSAY_OK)
        status = assay_paired_measure_known(first, &known, second, outcome, cluster, n, out, err);
    assay_placing_clear(&placing);
    return status;
}
