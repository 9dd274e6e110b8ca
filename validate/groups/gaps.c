#include "validate/groups/gaps.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/discovery.h"
#include "core/metric/share_gap.h"
#include "validate/groups/conditions.h"

const char *const assay_gap_metric_names[ASSAY_GAP_METRICS] = {"sensitivity", "specificity",
                                                               "calibration_intercept", "auc"};

/* ---- one gap ---- */

/* Hits and trials of a share, and its design effect. */
struct cell {
    double hits, trials, effect;
};

static struct cell cell_of(const struct assay_segment *s, enum assay_gap_metric metric)
{
    const struct assay_confusion *c = &s->counts;
    return metric == ASSAY_GAP_SENSITIVITY
               ? (struct cell){(double)c->tp, (double)(c->tp + c->fn), s->effect.sensitivity}
               : (struct cell){(double)c->tn, (double)(c->tn + c->fp), s->effect.specificity};
}

/* Sums over a column, of which a value's own are taken off. */
struct column_sums {
    struct cell share[2]; /* by metric; effect: the sum of trials times effect */
    double n, auc, calibration; /* rows; rows times effect */
};

static struct column_sums sum_column(const struct assay_segment segments[], size_t n)
{
    struct column_sums sums = {0};
    for (size_t k = 0; k < n; k++) {
        const struct assay_segment *s = &segments[k];
        for (int m = 0; m < 2; m++) {
            struct cell cell = cell_of(s, (enum assay_gap_metric)m);
            sums.share[m].hits += cell.hits;
            sums.share[m].trials += cell.trials;
            sums.share[m].effect += cell.trials * cell.effect;
        }
        sums.n += (double)s->n;
        sums.auc += (double)s->n * s->effect.auc;
        sums.calibration += (double)s->n * s->effect.calibration;
    }
    return sums;
}

static bool share_gap(const struct assay_segment *s, const struct column_sums *column,
                      struct assay_segment_gap *gap)
{
    struct cell own = cell_of(s, gap->metric), rest = column->share[gap->metric];
    rest.hits -= own.hits;
    rest.trials -= own.trials;
    if (own.trials == 0.0 || rest.trials == 0.0)
        return false;
    rest.effect = (rest.effect - own.trials * own.effect) / rest.trials;
    gap->value = own.hits / own.trials;
    gap->rest = rest.hits / rest.trials;
    struct assay_share_gap measured =
        assay_share_gap_measure((struct assay_trials){gap->value, own.trials / own.effect},
                                (struct assay_trials){gap->rest, rest.trials / rest.effect});
    gap->gap = measured.gap;
    gap->p_value = measured.p_value;
    return true;
}

static double rest_effect(const struct assay_segment *s, double own, double all, double n)
{
    return (all - (double)s->n * own) / (n - (double)s->n);
}

static double half_width(const struct assay_estimate *estimate)
{
    return (estimate->high - estimate->low) / 2.0;
}

static bool calibration_gap(const struct assay_segment *s, const struct column_sums *column,
                            struct assay_segment_gap *gap)
{
    double d = rest_effect(s, s->effect.calibration, column->calibration, column->n);
    double reach = hypot(half_width(&s->calibration_intercept), /* stretched already */
                         sqrt(d) * half_width(&s->rest_intercept));
    gap->value = s->calibration_intercept.value;
    gap->rest = s->rest_intercept.value;
    gap->p_value = s->calibration_p;
    double value = gap->value - gap->rest;
    gap->gap = (struct assay_estimate){value, value - reach, value + reach};
    return !isnan(reach) && !isnan(gap->p_value);
}

static bool auc_gap(const struct assay_segment *s, const struct column_sums *column,
                    struct assay_segment_gap *gap)
{
    const struct assay_auc *own = &s->own_auc.auc, *rest = &s->rest_auc.auc;
    double d = rest_effect(s, s->effect.auc, column->auc, column->n);
    double variance = own->variance * s->effect.auc + rest->variance * d;
    if (s->small || rest->n_event < ASSAY_SMALL_CELL || rest->n_nonevent < ASSAY_SMALL_CELL ||
        !(variance > 0.0))
        return false;
    gap->value = own->wald.value;
    gap->rest = rest->wald.value;
    gap->gap = assay_normal_interval(gap->value - gap->rest, sqrt(variance), ASSAY_LEVEL);
    gap->gap.low = fmax(gap->gap.low, -1.0);
    gap->gap.high = fmin(gap->gap.high, 1.0);
    gap->p_value = assay_group_auc_p(&s->own_auc, s->effect.auc, &s->rest_auc, d);
    return !isnan(gap->p_value);
}

size_t assay_segment_gaps(const struct assay_segment segments[], size_t n,
                          struct assay_segment_gap gap[])
{
    struct column_sums column = sum_column(segments, n);
    size_t n_gap = 0;
    for (size_t k = 0; k < n && n > 1; k++)
        for (int m = 0; m < ASSAY_GAP_METRICS; m++) {
            struct assay_segment_gap one = {.segment = &segments[k],
                                            .metric = (enum assay_gap_metric)m,
                                            .q_value = (double)NAN};
            bool tested = m == ASSAY_GAP_CALIBRATION ? calibration_gap(&segments[k], &column, &one)
                          : m == ASSAY_GAP_AUC       ? auc_gap(&segments[k], &column, &one)
                                                     : share_gap(&segments[k], &column, &one);
            if (tested)
                gap[n_gap++] = one;
        }
    return n_gap;
}

/* ---- all of them ---- */

/* Gaps stand in the order of columns, values and metrics, which decides between equal p-values. */
struct ranked {
    struct assay_segment_gap gap;
    size_t place;
};

static int by_p_value(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->gap.p_value < right->gap.p_value || left->gap.p_value > right->gap.p_value)
        return left->gap.p_value < right->gap.p_value ? -1 : 1;
    return left->place < right->place ? -1 : 1;
}

enum assay_status assay_segment_gaps_judge(struct assay_segment_gap gap[], size_t n,
                                           struct assay_error *err)
{
    struct ranked *ranked = assay_alloc(n, sizeof *ranked);
    double *p = assay_alloc(n, sizeof *p);
    enum assay_status status = ranked != NULL && p != NULL
                                   ? ASSAY_OK : assay_fail_memory(err, "auditing segments");
    for (size_t k = 0; status == ASSAY_OK && k < n; k++)
        p[k] = gap[k].p_value;
    if (status == ASSAY_OK)
        status = assay_q_values(p, n, ASSAY_POSITIVE_DEPENDENCE, p, err);
    if (status == ASSAY_OK && n > 0) {
        for (size_t k = 0; k < n; k++) {
            ranked[k] = (struct ranked){gap[k], k};
            ranked[k].gap.q_value = p[k];
        }
        qsort(ranked, n, sizeof *ranked, by_p_value);
        for (size_t k = 0; k < n; k++)
            gap[k] = ranked[k].gap;
    }
    free(ranked);
    free(p);
    return status;
}

/* ---- words ---- */

void assay_segment_gap_words(struct assay_text *words, const struct assay_segment_gap *gap)
{
    assay_group_words(words, gap->segment->column, gap->segment->value);
    double value = gap->gap.value, points = round(100.0 * fabs(value));
    const char *side = value < 0.0 ? "below" : "above";
    switch (gap->metric) {
    case ASSAY_GAP_SENSITIVITY:
    case ASSAY_GAP_SPECIFICITY:
        assay_text_printf(words, ": %s %.0f%%, %.0f point%s %s the rest",
                          assay_gap_metric_names[gap->metric], 100.0 * gap->value, points,
                          points > 0.5 && points < 1.5 ? "" : "s", side);
        break;
    case ASSAY_GAP_CALIBRATION:
        assay_text_printf(words, ": at the same probability the odds of churn are %.2f times the "
                                 "rest's, so that risk is %s there", exp(value),
                          value < 0.0 ? "overstated" : "understated");
        break;
    default:
        assay_text_printf(words, ": AUC %.3f, %.3f %s the rest", gap->value, fabs(value), side);
        break;
    }
}
