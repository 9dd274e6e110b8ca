#include "core/metric/flexible.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/rows.h"
#include "core/metric/lowess.h"
#include "core/metric/quantile.h"

enum { DRAWS = 1000, AHEAD = 24 }; /* AHEAD: rows by which accounts are fetched ahead */
static const double aside = 0.05; /* share of rows, see flexible.h */

/* ---- errors of the curve ---- */

/* 95% quantiles over the draws. */
struct reach {
    double mean, most, quantile; /* of mean |e|, max |e|, Q_0.95(|e|) */
};

/* Box and Muller (1958): two standard normal draws. */
static void draw_pair(struct assay_random *random, double pair[2])
{
    double u = ((double)(assay_random_bits(random) >> 11) + 0.5) * 0x1p-53;
    double v = (double)(assay_random_bits(random) >> 11) * 0x1p-53;
    double r = sqrt(-2.0 * log(u)), angle = 2.0 * 3.14159265358979323846 * v;
    pair[0] = r * cos(angle);
    pair[1] = r * sin(angle);
}

static void draw_error(const struct assay_lowess *curve, struct assay_random *random, double error[])
{
    double z[ASSAY_LOWESS_PARTS + 1];
    for (size_t k = 0; k < curve->n_part; k += 2)
        draw_pair(random, z + k);
    for (size_t a = 0; a < curve->n_anchor; a++) {
        const double *loading = curve->loading + a * curve->n_part;
        double sum = 0.0;
        for (size_t k = 0; k < curve->n_part; k++)
            sum += loading[k] * z[k];
        error[a] = sum;
    }
}

struct weighed {
    double size, share;
};

static int by_size_falling(const void *a, const void *b)
{
    const struct weighed *left = a, *right = b;
    return (left->size < right->size) - (left->size > right->size);
}

/* The size that at most `aside` of the rows exceed. */
static double upper_quantile(struct weighed size[], size_t n)
{
    double above = 0.0;
    qsort(size, n, sizeof *size, by_size_falling);
    for (size_t k = 0; k < n; k++) {
        above += size[k].share;
        if (above > aside)
            return size[k].size;
    }
    return size[n - 1].size;
}

/* mean |e| and so on of one draw: e at the anchors, and straight between them at the parts. */
static void measure_draw(const struct assay_lowess *curve, const double error[], double *mean,
                         double *most, double *quantile)
{
    struct weighed size[ASSAY_LOWESS_PARTS];
    size_t a = 0;
    *mean = *most = 0.0;
    for (size_t k = 0; k < curve->n_part; k++) {
        double x = curve->part_x[k], at = error[0];
        while (a + 2 < curve->n_anchor && curve->anchors[a + 1].x < x)
            a++;
        if (curve->n_anchor > 1) {
            double from = curve->anchors[a].x, along = (x - from) / (curve->anchors[a + 1].x - from);
            at = along * error[a + 1] + (1.0 - along) * error[a];
        }
        size[k] = (struct weighed){fabs(at), curve->part_share[k]};
        *mean += size[k].size * size[k].share;
    }
    for (size_t k = 0; k < curve->n_anchor; k++)
        *most = fmax(*most, fabs(error[k]));
    *quantile = upper_quantile(size, curve->n_part);
}

static double high_quantile(double value[])
{
    double out;
    assay_quantiles(value, DRAWS, (const double[]){ASSAY_LEVEL}, 1, &out);
    return out;
}

static enum assay_status find_reach(const struct assay_lowess *curve, double d, struct reach *reach,
                                    struct assay_error *err)
{
    struct assay_random random;
    double *room = assay_alloc(curve->n_anchor + 3 * DRAWS, sizeof *room);
    if (room == NULL)
        return assay_fail_memory(err, "drawing calibration curves");
    double *mean = room + curve->n_anchor, *most = mean + DRAWS, *quantile = most + DRAWS;
    assay_random_init(&random, 1, 0);
    for (size_t k = 0; k < DRAWS; k++) {
        draw_error(curve, &random, room);
        measure_draw(curve, room, &mean[k], &most[k], &quantile[k]);
    }
    double by = sqrt(d);
    *reach = (struct reach){by * high_quantile(mean), by * high_quantile(most),
                            by * high_quantile(quantile)};
    free(room);
    return ASSAY_OK;
}

/* ---- the figures ---- */

/* gap[n] comes as the curve's heights and goes as |prob - curve|; d is that of outcome - curve. */
static double take_gaps(const struct assay_ranked *rows, struct assay_design_effect *effect, double gap[])
{
    for (size_t k = 0; k < rows->n; k++) {
        if (effect != NULL && k + AHEAD < rows->n)
            assay_design_effect_expect(effect, rows->cluster[k + AHEAD]);
        if (effect != NULL)
            assay_design_effect_add(effect, rows->cluster[k], rows->outcome[k] - gap[k]);
        gap[k] = fabs(rows->risk[k] - gap[k]);
    }
    return effect != NULL ? assay_design_effect_take(effect) : 1.0;
}

static struct assay_estimate between(double value, double low, double high)
{
    return (struct assay_estimate){value, fmax(low, 0.0), fmin(high, fmax(value, 1.0))};
}

static void sum_up(double gap[], size_t n, const struct reach *reach, struct assay_flexible *out)
{
    static const double share[] = {0.45, 0.5, 0.55, 0.85, 0.9, 0.95};
    double q[6], sum = 0.0, most = 0.0;
    for (size_t k = 0; k < n; k++) {
        sum += gap[k];
        most = fmax(most, gap[k]);
    }
    double mean = sum / (double)n;
    assay_quantiles(gap, n, share, 6, q);
    out->ici = between(mean, mean - reach->mean, mean + reach->mean);
    out->e50 = between(q[1], q[0] - reach->quantile, q[2] + reach->quantile);
    out->e90 = between(q[4], q[3] - reach->quantile, q[5] + reach->quantile);
    out->emax = between(most, most - reach->most, most + reach->most);
}

static void drop_intervals(struct assay_flexible *out)
{
    struct assay_estimate *figures[] = {&out->ici, &out->e50, &out->e90, &out->emax};
    for (size_t k = 0; k < 4; k++)
        *figures[k] = assay_estimate_without_interval(figures[k]->value);
    for (size_t k = 0; k < out->n_point; k++)
        out->points[k].observed = assay_estimate_without_interval(out->points[k].observed.value);
}

static enum assay_status keep_points(const struct assay_lowess *curve, double d,
                                     struct assay_flexible *out, struct assay_error *err)
{
    out->points = assay_alloc(curve->n_anchor, sizeof *out->points);
    if (out->points == NULL)
        return assay_fail_memory(err, "drawing calibration curves");
    out->n_point = curve->n_anchor;
    for (size_t a = 0; a < curve->n_anchor; a++) {
        const struct assay_lowess_anchor *anchor = &curve->anchors[a];
        out->points[a] = (struct assay_flexible_point){
            anchor->x, assay_normal_interval(anchor->y, sqrt(d) * anchor->std_error, ASSAY_LEVEL)};
    }
    return ASSAY_OK;
}

static enum assay_status measure(const struct assay_ranked *rows, const struct assay_lowess *curve,
                                 struct assay_design_effect *effect, struct assay_flexible *out,
                                 struct assay_error *err)
{
    struct reach reach = {0};
    double *gap = assay_rows_alloc(rows->n, sizeof *gap);
    if (gap == NULL)
        return assay_fail_memory(err, "measuring calibration");
    assay_lowess_heights(curve, rows->risk, rows->n, gap);
    double d = take_gaps(rows, effect, gap);
    enum assay_status status = find_reach(curve, d, &reach, err);
    if (status == ASSAY_OK)
        status = keep_points(curve, d, out, err);
    if (status == ASSAY_OK)
        sum_up(gap, rows->n, &reach, out);
    if (status == ASSAY_OK && (rows->n_event == 0 || rows->n_event == rows->n || !(reach.most > 0.0)))
        drop_intervals(out);
    assay_rows_free(gap);
    return status;
}

enum assay_status assay_flexible_measure(const struct assay_ranked *rows,
                                         struct assay_design_effect *effect,
                                         struct assay_flexible *out, struct assay_error *err)
{
    struct assay_lowess curve;
    struct assay_flexible made = {0};
    enum assay_status status = assay_lowess_fit(rows->risk, rows->outcome, rows->n, &curve, err);
    if (status != ASSAY_OK)
        return status;
    status = measure(rows, &curve, effect, &made, err);
    assay_lowess_clear(&curve);
    if (status == ASSAY_OK)
        *out = made;
    else
        assay_flexible_clear(&made);
    return status;
}

void assay_flexible_clear(struct assay_flexible *flexible)
{
    free(flexible->points);
    *flexible = (struct assay_flexible){0};
}
