#include "core/metric/separation.h"

#include <math.h>

enum { AHEAD = 24 }; /* rows by which accounts are fetched ahead */

/* A run of equal risks, met from the lowest up; counts of halves are exact in a double. */
struct run {
    size_t first, end;
    double events, others;             /* in it */
    double events_below, others_below; /* before it */
};

/* The next run, the first from zeros; false when there is none. */
static inline bool next_run(const struct assay_ranked *rows, struct run *run)
{
    if (run->end == rows->n)
        return false;
    size_t first = run->end, end = first + 1, events = rows->outcome[first];
    for (; end < rows->n && rows->risk[end] == rows->risk[first]; end++)
        events += rows->outcome[end];
    run->events_below += run->events;
    run->others_below += run->others;
    run->events = (double)events;
    run->others = (double)(end - first - events);
    run->first = first;
    run->end = end;
    return true;
}

/* ---- values ---- */

struct gap {
    double size, at;
    size_t end;
    double event_share, other_share;
};

struct values {
    double u, auc, average;
    struct gap gap;
};

static double precision_at(const struct assay_ranked *rows, const struct run *run)
{
    return ((double)rows->n_event - run->events_below) / (double)(rows->n - run->first);
}

static void widen(const struct assay_ranked *rows, const struct run *run, double all_events,
                  double all_others, struct gap *gap)
{
    double of_events = (run->events_below + run->events) / all_events;
    double of_others = (run->others_below + run->others) / all_others;
    double size = fabs(of_others - of_events);
    if (size > gap->size)
        *gap = (struct gap){size, rows->risk[run->first], run->end, of_events, of_others};
}

static struct values measure_values(const struct assay_ranked *rows)
{
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    struct values values = {.gap = {.size = -1.0}};
    struct run run = {0};
    while (next_run(rows, &run)) {
        values.u += run.events * (run.others_below + 0.5 * run.others);
        /* whole numbers where the order is perfect: 1 exactly */
        values.average += run.events * precision_at(rows, &run);
        widen(rows, &run, events, others, &values.gap);
    }
    values.auc = values.u / (events * others);
    values.average /= events;
    return values;
}

/* ---- what each row moves them by ---- */

enum { OF_AUC, OF_KS, OF_PRECISION, FIGURES };

struct spread {
    double of_events, of_others; /* squares of placements about the AUC */
    double of_precision;         /* squares of moves */
    double d[FIGURES];
};

struct moving {
    const struct assay_ranked *rows;
    const struct values *values;
    double all_events, all_others;
    struct assay_precision_sums precision;
    struct spread spread;
};

/* What the rows of the run move each figure by, by outcome. */
static inline void move_run(struct moving *m, const struct run *run, double move[2][FIGURES])
{
    const struct values *v = m->values;
    double of_event = (run->others_below + 0.5 * run->others) / m->all_others;
    double of_other = (m->all_events - run->events_below - 0.5 * run->events) / m->all_events;
    double event_gap = of_event - v->auc, other_gap = of_other - v->auc;
    double below = run->first < v->gap.end ? 1.0 : 0.0;
    m->spread.of_events += run->events * event_gap * event_gap;
    m->spread.of_others += run->others * other_gap * other_gap;
    move[1][OF_AUC] = event_gap / m->all_events;
    move[0][OF_AUC] = other_gap / m->all_others;
    move[1][OF_KS] = (below - v->gap.event_share) / m->all_events;
    move[0][OF_KS] = (v->gap.other_share - below) / m->all_others;
    assay_precision_move(&m->precision, m->rows, run->first, run->events, precision_at(m->rows, run),
                         v->average, &move[1][OF_PRECISION], &move[0][OF_PRECISION]);
    m->spread.of_precision += run->events * move[1][OF_PRECISION] * move[1][OF_PRECISION] +
                              run->others * move[0][OF_PRECISION] * move[0][OF_PRECISION];
}

static struct spread measure_spread(const struct assay_ranked *rows, const struct values *values,
                                    struct assay_design_effect *effect)
{
    struct moving m = {.rows = rows,
                       .values = values,
                       .all_events = (double)rows->n_event,
                       .all_others = (double)(rows->n - rows->n_event),
                       .spread = {.d = {1.0, 1.0, 1.0}}};
    struct run run = {0};
    while (next_run(rows, &run)) {
        double move[2][FIGURES];
        move_run(&m, &run, move);
        for (size_t k = run.first; effect != NULL && k < run.end; k++) {
            if (k + AHEAD < rows->n)
                assay_design_effect_expect_three(effect, rows->cluster[k + AHEAD]);
            assay_design_effect_add_three(effect, rows->cluster[k], move[rows->outcome[k]]);
        }
    }
    if (effect != NULL)
        assay_design_effect_take_three(effect, m.spread.d);
    return m.spread;
}

/* ---- intervals ---- */

static struct assay_auc auc_of(const struct assay_ranked *rows, const struct values *values,
                               const struct spread *spread)
{
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    bool many = events > 1.0 && others > 1.0;
    double variance = many ? spread->of_events / (events - 1.0) / events +
                                 spread->of_others / (others - 1.0) / others
                           : (double)NAN;
    struct assay_auc auc = {.n_event = rows->n_event,
                            .n_nonevent = rows->n - rows->n_event,
                            .mann_whitney_u = values->u,
                            .variance = variance,
                            .std_error = sqrt(variance)};
    assay_auc_add_intervals(&auc, values->auc);
    auc.wald = assay_stretch(auc.wald, spread->d[OF_AUC], 0.0, 1.0);
    auc.logit = assay_stretch_logit(auc.logit, spread->d[OF_AUC]);
    return auc;
}

static struct assay_ks_gap ks_of(const struct assay_ranked *rows, const struct gap *gap, double d)
{
    static const double quantile = 1.3580986393225507; /* assay_kolmogorov_p_value() is 0.05 there */
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    double unit = sqrt(d * (1.0 / events + 1.0 / others));
    return (struct assay_ks_gap){.d = {gap->size, fmax(gap->size - quantile * unit, 0.0),
                                       fmin(gap->size + quantile * unit, 1.0)},
                                 .at = gap->at,
                                 .p_value = assay_kolmogorov_p_value(gap->size / unit)};
}

void assay_separation_measure(const struct assay_ranked *rows, struct assay_design_effect *effect,
                              struct assay_separation *out)
{
    struct values values = measure_values(rows);
    struct spread spread = measure_spread(rows, &values, effect);
    *out = (struct assay_separation){.both = rows->n_event > 0 && rows->n_event < rows->n,
                                     .any = rows->n_event > 0};
    if (out->both) {
        out->auc = auc_of(rows, &values, &spread);
        out->ks = ks_of(rows, &values.gap, spread.d[OF_KS]);
    }
    if (out->any)
        out->precision = assay_average_precision_of(values.average, spread.of_precision,
                                                    (double)rows->n, spread.d[OF_PRECISION]);
}

struct assay_estimate assay_gini_of(const struct assay_estimate *auc)
{
    return (struct assay_estimate){2 * auc->value - 1, 2 * auc->low - 1, 2 * auc->high - 1};
}

double assay_kolmogorov_p_value(double x)
{
    double sum = 0.0, sign = 1.0;
    if (x < 0.2) /* 1 - 5e-13 at most, where the series below would need many terms */
        return 1.0;
    for (double k = 1; k <= 20; k++, sign = -sign)
        sum += sign * exp(-2 * k * k * x * x);
    return fmin(fmax(2 * sum, 0.0), 1.0);
}
