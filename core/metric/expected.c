#include "core/metric/expected.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/metric/check.h"

enum { EVENTS, SENSITIVITY, SPECIFICITY, PPV, AUC, FIGURES };

/* Rows from the safest to the riskiest. */
struct ranked {
    size_t n, n_flagged;
    double *prob;
    unsigned char *flagged, *tied; /* tied: with the one before */
    int32_t *cluster;              /* NULL: none */
};

static void ranked_clear(struct ranked *r)
{
    assay_rows_free(r->prob);
    assay_rows_free(r->flagged);
    assay_rows_free(r->tied);
    assay_rows_free(r->cluster);
}

static enum assay_status ranked_init(const struct assay_expected_rows *rows, struct ranked *r,
                                     struct assay_error *err)
{
    size_t n = rows->n;
    struct assay_sort_item *sorted = NULL, *items = assay_rows_alloc(n, sizeof *items);
    struct assay_sort_item *spare = assay_rows_alloc(n, sizeof *spare);
    double sign = rows->higher_is == ASSAY_HIGHER_IS_RISK ? 1.0 : -1.0;
    *r = (struct ranked){
        .n = n,
        .prob = assay_rows_alloc(n, sizeof *r->prob),
        .flagged = assay_rows_alloc(n, 1),
        .tied = assay_rows_alloc(n, 1),
        .cluster = rows->cluster != NULL ? assay_rows_alloc(n, sizeof *r->cluster) : NULL};
    bool good = items != NULL && spare != NULL && r->prob != NULL && r->flagged != NULL &&
                r->tied != NULL && (rows->cluster == NULL || r->cluster != NULL);
    for (size_t i = 0; good && i < n; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(sign * rows->score[i]), i};
    good = good && assay_sort_items(items, spare, n, &sorted);
    for (size_t k = 0; good && k < n; k++) {
        size_t i = sorted[k].index;
        r->prob[k] = rows->prob[i];
        r->flagged[k] = rows->flagged[i];
        r->n_flagged += rows->flagged[i];
        r->tied[k] = k > 0 && sorted[k].key == sorted[k - 1].key;
        if (r->cluster != NULL)
            r->cluster[k] = rows->cluster[i];
    }
    assay_rows_free(items);
    assay_rows_free(spare);
    if (!good)
        ranked_clear(r);
    return good ? ASSAY_OK : assay_fail_memory(err, "estimating what to expect");
}

/* One past the last row that ties with `first`; their expected events and others. */
static size_t group_end(const struct ranked *r, const double prob[], size_t first, double *events,
                        double *others)
{
    size_t k = first;
    *events = *others = 0.0;
    do {
        *events += prob[k];
        *others += 1.0 - prob[k];
        k++;
    } while (k < r->n && r->tied[k]);
    return k;
}

/* ---- values ---- */

struct sums {
    double events, others, both;   /* of p, 1 - p, p (1 - p) */
    double flagged;                /* of p, over the flagged */
    double value[FIGURES];
};

/* No row makes a pair with itself: p (1 - p) of each is taken out of its group's ties, and of all pairs. */
static double expected_auc(const struct ranked *r, const double prob[], const struct sums *s)
{
    double right = -0.5 * s->both, below = 0.0, events, others;
    for (size_t k = 0; k < r->n;) {
        k = group_end(r, prob, k, &events, &others);
        right += events * (below + 0.5 * others);
        below += others;
    }
    double pairs = s->events * s->others - s->both;
    return pairs > 0.0 ? fmin(fmax(right / pairs, 0.0), 1.0) : (double)NAN;
}

static struct sums sum_up(const struct ranked *r, const double prob[])
{
    struct sums s = {0};
    for (size_t k = 0; k < r->n; k++) {
        double p = prob[k];
        s.events += p;
        s.others += 1.0 - p;
        s.both += p * (1.0 - p);
        s.flagged += r->flagged[k] ? p : 0.0;
    }
    double n_flagged = (double)r->n_flagged, right = (double)r->n - n_flagged - (s.events - s.flagged);
    s.value[EVENTS] = s.events;
    s.value[SENSITIVITY] = s.events > 0.0 ? fmin(s.flagged / s.events, 1.0) : (double)NAN;
    s.value[SPECIFICITY] = s.others > 0.0 ? fmin(fmax(right / s.others, 0.0), 1.0) : (double)NAN;
    s.value[PPV] = n_flagged > 0.0 ? s.flagged / n_flagged : (double)NAN;
    s.value[AUC] = expected_auc(r, prob, &s);
    return s;
}

/* ---- chance ---- */

struct spread {
    double rows[FIGURES];     /* variance if rows are independent */
    double clusters[FIGURES]; /* and if those of a cluster share their fate */
    double (*sum)[FIGURES];   /* [n_code]; NULL: not asked for */
    size_t n_code;
};

/* Row k's part of every figure's variance; below and above: expected others that look safer, events that
 * look riskier, ties half, the row itself left out. */
static void spread_row(struct spread *spread, const struct ranked *r, const struct sums *s, size_t k,
                       double p, double below, double above)
{
    double flagged = r->flagged[k] ? 1.0 : 0.0, deviation = sqrt(p * (1.0 - p));
    double pairs = s->events * s->others - s->both;
    double more_pairs = (s->others - (1.0 - p)) - (s->events - p); /* than before, if the row is an event */
    double move[FIGURES] = {
        1.0, (flagged - s->value[SENSITIVITY]) / s->events,
        -((1.0 - flagged) - s->value[SPECIFICITY]) / s->others,
        r->n_flagged > 0 ? flagged / (double)r->n_flagged : 0.0,
        (below - above - s->value[AUC] * more_pairs) / pairs};
    for (size_t f = 0; f < FIGURES; f++) {
        double part = move[f] * deviation;
        spread->rows[f] += part * part;
        if (spread->sum != NULL)
            spread->sum[r->cluster[k]][f] += part;
    }
}

static void measure_spread(const struct ranked *r, const double prob[], const struct sums *s,
                           struct spread *spread)
{
    double below = 0.0, above = s->events, events, others;
    for (size_t k = 0; k < r->n;) {
        size_t end = group_end(r, prob, k, &events, &others);
        above -= events;
        for (; k < end; k++)
            spread_row(spread, r, s, k, prob[k], below + 0.5 * (others - (1.0 - prob[k])),
                       above + 0.5 * (events - prob[k]));
        below += others;
    }
    for (size_t g = 0; g < spread->n_code; g++)
        for (size_t f = 0; f < FIGURES; f++)
            spread->clusters[f] += spread->sum[g][f] * spread->sum[g][f];
}

/* Variances by chance, and by how much clusters make them larger than rows would. */
struct chance {
    double variance[FIGURES], inflation[FIGURES];
};

static enum assay_status chance_of(const struct ranked *r, const struct sums *s, struct chance *chance,
                                   struct assay_error *err)
{
    struct spread spread = {.n_code = 0};
    for (size_t k = 0; r->cluster != NULL && k < r->n; k++)
        if ((size_t)r->cluster[k] >= spread.n_code)
            spread.n_code = (size_t)r->cluster[k] + 1;
    if (r->cluster != NULL) {
        spread.sum = assay_rows_alloc(spread.n_code, sizeof *spread.sum);
        if (spread.sum == NULL)
            return assay_fail_memory(err, "estimating what to expect");
    }
    measure_spread(r, r->prob, s, &spread);
    for (size_t f = 0; f < FIGURES; f++) {
        double inflation = spread.rows[f] > 0.0 ? spread.clusters[f] / spread.rows[f] : 1.0;
        chance->inflation[f] = fmax(inflation, 1.0);
        chance->variance[f] = chance->inflation[f] * spread.rows[f];
    }
    assay_rows_free(spread.sum);
    return ASSAY_OK;
}

/* The same of other probabilities of the same rows: clusters are taken to inflate them as much, which saves
 * the sums by cluster, most of the time that all of this takes. */
static void chance_moved(const struct ranked *r, const double prob[], const struct sums *s,
                         const struct chance *as_is, double variance[FIGURES])
{
    struct spread spread = {.n_code = 0};
    measure_spread(r, prob, s, &spread);
    for (size_t f = 0; f < FIGURES; f++)
        variance[f] = as_is->inflation[f] * spread.rows[f];
}

/* ---- calibration ---- */

static double log_odds(double p)
{
    return log(p) - log1p(-p);
}

static double middle_of(const struct ranked *r)
{
    double weight = 0.0, sum = 0.0;
    for (size_t k = 0; k < r->n; k++) {
        double p = r->prob[k], w = p * (1.0 - p);
        weight += w;
        sum += w > 0.0 ? w * log_odds(p) : 0.0;
    }
    return weight > 0.0 ? sum / weight : 0.0;
}

/* Where a figure is found, and how far it may lie from there on either side. */
struct reach {
    double centre, below, above;
};

/* The probabilities with logit p turned into middle + slope (logit p - middle) + intercept, and their sums. */
static struct sums move_to(const struct ranked *r, double middle, double intercept, double slope,
                           double moved[])
{
    for (size_t k = 0; k < r->n; k++) {
        double p = r->prob[k];
        moved[k] = p > 0.0 && p < 1.0
                       ? assay_expit(middle + slope * (log_odds(p) - middle) + intercept)
                       : p; /* what is certain stays so */
    }
    return sum_up(r, moved);
}

/* The larger of two ways to go on either side of the centre, added in squares to what is there. */
static void add_way(const struct sums *a, const struct sums *b, struct reach reach[FIGURES])
{
    for (size_t f = 0; f < FIGURES; f++) {
        double low = fmin(a->value[f], b->value[f]), high = fmax(a->value[f], b->value[f]);
        reach[f].below = hypot(reach[f].below, fmax(reach[f].centre - low, 0.0));
        reach[f].above = hypot(reach[f].above, fmax(high - reach[f].centre, 0.0));
    }
}

/* The middle of two limits; `known` where they are not. */
static double centre_of(double low, double high, double known)
{
    return isnan(low) || isnan(high) ? known : 0.5 * (low + high);
}

static enum assay_status reach_within(const struct ranked *r, const struct assay_calibration_limits *l,
                                      const struct chance *as_is, struct reach reach[FIGURES],
                                      struct assay_error *err)
{
    double *moved = assay_rows_alloc(r->n, sizeof *moved), variance[FIGURES];
    double middle = middle_of(r), z = assay_normal_quantile(ASSAY_LEVEL);
    double a = centre_of(l->intercept_low, l->intercept_high, 0.0);
    double b = centre_of(l->slope_low, l->slope_high, 1.0);
    if (moved == NULL)
        return assay_fail_memory(err, "estimating what to expect");
    struct sums centre = move_to(r, middle, a, b, moved);
    chance_moved(r, moved, &centre, as_is, variance);
    for (size_t f = 0; f < FIGURES; f++)
        reach[f] = (struct reach){centre.value[f], z * sqrt(variance[f]), z * sqrt(variance[f])};
    if (!isnan(l->intercept_low) && !isnan(l->intercept_high)) {
        struct sums low = move_to(r, middle, l->intercept_low, b, moved);
        struct sums high = move_to(r, middle, l->intercept_high, b, moved);
        add_way(&low, &high, reach);
    }
    if (!isnan(l->slope_low) && !isnan(l->slope_high)) {
        struct sums low = move_to(r, middle, a, l->slope_low, moved);
        struct sums high = move_to(r, middle, a, l->slope_high, moved);
        add_way(&low, &high, reach);
    }
    assay_rows_free(moved);
    return ASSAY_OK;
}

/* ---- the whole ---- */

static enum assay_status check_rows(const struct assay_expected_rows *rows, struct assay_error *err)
{
    if (rows->n == 0)
        return assay_fail(err, ASSAY_EDATA, "expected figures: n is 0; expected at least 1 row");
    for (size_t i = 0; rows->cluster != NULL && i < rows->n; i++)
        if (rows->cluster[i] < 0)
            return assay_fail(err, ASSAY_EDATA,
                              "expected figures: cluster[%zu] is %d; expected 0 or more", i,
                              rows->cluster[i]);
    enum assay_status status = assay_check_prob("expected figures", rows->prob, rows->n, err);
    return status != ASSAY_OK ? status
                              : assay_check_score("expected figures", rows->score, rows->n, err);
}

/* What the probabilities say as they are, and what they say within the limits: an interval for both. */
static struct assay_estimate join(double value, double chance, const struct reach *within, double most)
{
    double by = assay_normal_quantile(ASSAY_LEVEL) * sqrt(chance);
    if (isnan(value))
        return assay_estimate_undefined();
    return (struct assay_estimate){value,
                                   fmax(fmin(value - by, within->centre - within->below), 0.0),
                                   fmin(fmax(value + by, within->centre + within->above), most)};
}

static enum assay_status expect(const struct ranked *r, const struct assay_calibration_limits *limits,
                                struct assay_expected *out, struct assay_error *err)
{
    struct sums s = sum_up(r, r->prob);
    struct chance chance;
    struct reach within[FIGURES];
    struct assay_estimate *figures[FIGURES] = {&out->events, &out->sensitivity, &out->specificity,
                                               &out->ppv, &out->auc};
    enum assay_status status = chance_of(r, &s, &chance, err);
    for (size_t f = 0; f < FIGURES; f++)
        within[f] = (struct reach){s.value[f], 0.0, 0.0};
    if (status == ASSAY_OK && limits != NULL)
        status = reach_within(r, limits, &chance, within, err);
    for (size_t f = 0; status == ASSAY_OK && f < FIGURES; f++)
        *figures[f] = join(s.value[f], chance.variance[f], &within[f], f == EVENTS ? (double)r->n : 1.0);
    return status;
}

enum assay_status assay_expected_measure(const struct assay_expected_rows *rows,
                                         const struct assay_calibration_limits *limits,
                                         struct assay_expected *out, struct assay_error *err)
{
    struct ranked ranked;
    enum assay_status status = check_rows(rows, err);
    if (status == ASSAY_OK)
        status = ranked_init(rows, &ranked, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_expected made = {.n = rows->n, .n_flagged = ranked.n_flagged};
    status = expect(&ranked, limits, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    ranked_clear(&ranked);
    return status;
}
