#include "core/report/curves.h"

#include <math.h>

enum { AHEAD = 24 }; /* rows by which accounts are fetched ahead */

/* ---- ROC, precision and recall ---- */

/* Everybody from row `first` on is flagged. */
struct border {
    size_t first;
    double tp, fp;
};

static inline bool next_border(const struct assay_ranked *rows, struct border *border)
{
    if (border->first == 0)
        return false;
    size_t end = border->first, first = end - 1, events = rows->outcome[first];
    for (; first > 0 && rows->risk[first - 1] == rows->risk[end - 1]; first--)
        events += rows->outcome[first - 1];
    border->first = first;
    border->tp += (double)events;
    border->fp += (double)(end - first - events);
    return true;
}

static size_t count_runs(const struct assay_ranked *rows)
{
    size_t runs = 1;
    for (size_t k = 1; k < rows->n; k++)
        runs += rows->risk[k] != rows->risk[k - 1];
    return runs;
}

static double threshold_at(const struct assay_ranked *rows, const struct assay_curve_line *line,
                           size_t first)
{
    if (first == line->first && !isnan(line->threshold))
        return line->threshold;
    return first < rows->n ? rows->risk[first] : (double)NAN;
}

/* How far two points must be apart to be drawn both, 0 where there is room for all. `spare`: points that
 * are drawn anyway (the ends, the line's). */
static double least_step(size_t n_point, size_t room, size_t spare, double length)
{
    return n_point <= room ? 0.0 : length / (double)(room - spare);
}

size_t assay_curves_roc(const struct assay_ranked *rows, const struct assay_curve_line *line,
                        struct assay_curve_point out[ASSAY_MOST_ROC])
{
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    if (rows->n_event == 0 || rows->n_event == rows->n)
        return 0;
    double step = least_step(count_runs(rows) + 1, ASSAY_MOST_ROC, 3, 2.0), last = 0.0;
    struct border border = {.first = rows->n};
    size_t n = 0;
    out[n++] = (struct assay_curve_point){0.0, 0.0, threshold_at(rows, line, rows->n)};
    while (next_border(rows, &border)) {
        double across = border.fp / others, up = border.tp / events;
        bool own = border.first == line->first && !isnan(line->threshold);
        if (across + up - last < step && !own && border.first > 0)
            continue;
        out[n++] = (struct assay_curve_point){across, up, threshold_at(rows, line, border.first)};
        last = own && across + up - last < step ? last : across + up;
    }
    return n;
}

size_t assay_curves_precision_recall(const struct assay_ranked *rows,
                                     const struct assay_curve_line *line,
                                     struct assay_curve_point out[ASSAY_MOST_PRECISION_RECALL])
{
    if (rows->n_event == 0)
        return 0;
    double step = least_step(count_runs(rows), ASSAY_MOST_PRECISION_RECALL, 3, 1.0), last = 0.0;
    struct border border = {.first = rows->n};
    size_t n = 0;
    while (next_border(rows, &border)) {
        double recall = border.tp / (double)rows->n_event;
        bool own = border.first == line->first && !isnan(line->threshold);
        bool ends = border.first == 0 || n == 0;
        if (recall - last < step && !own && !ends)
            continue;
        out[n++] = (struct assay_curve_point){recall, border.tp / (border.tp + border.fp),
                                              threshold_at(rows, line, border.first)};
        last = own && recall - last < step ? last : recall;
    }
    return n;
}

/* ---- calibration ---- */

static void measure_bins(const struct assay_ranked *rows, struct assay_design_effect *effect,
                         struct assay_calibration_curve *out)
{
    struct assay_bin bins[ASSAY_BINS];
    out->n_bin = assay_bins_cut(rows, ASSAY_EQUAL_COUNT, bins);
    for (size_t b = 0; b < out->n_bin; b++) {
        struct assay_estimate observed = assay_rate_of(bins[b].n_event, bins[b].n).wilson;
        double share = observed.value, size = (double)bins[b].n;
        for (size_t k = bins[b].first; effect != NULL && k < bins[b].end; k++) {
            if (k + AHEAD < rows->n)
                assay_design_effect_expect(effect, rows->cluster[k + AHEAD]);
            assay_design_effect_add(effect, rows->cluster[k], rows->outcome[k] - share);
        }
        double d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
        if (d > 1.0)
            observed = assay_wilson_of_share(share, size / d, ASSAY_LEVEL);
        out->bins[b] = (struct assay_calibration_bin){
            bins[b].n, bins[b].n_event, bins[b].expected / size, observed};
    }
}

static enum assay_status measure_calibration(const struct assay_ranked *rows,
                                             struct assay_design_effect *effect,
                                             struct assay_calibration_curve *out,
                                             struct assay_error *err)
{
    measure_bins(rows, effect, out);
    assay_brier_parts_of(rows, ASSAY_EQUAL_COUNT, &out->parts);
    if (assay_hosmer_lemeshow_measure(rows, ASSAY_DECILE_CUTS, &out->groups, NULL) != ASSAY_OK)
        out->groups = (struct assay_hosmer_lemeshow){0, NAN, NAN, NAN};
    if (effect != NULL)
        out->groups.p_value = out->groups.p_value_fitted = NAN;
    return assay_flexible_measure(rows, effect, &out->flexible, err);
}

enum assay_status assay_curves_measure(const struct assay_ranked *rows,
                                       const struct assay_curve_line *line, bool of_probability,
                                       struct assay_design_effect *effect,
                                       struct assay_curves *curves, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    curves->of_probability = of_probability;
    curves->n_roc = assay_curves_roc(rows, line, curves->roc);
    curves->n_precision_recall = assay_curves_precision_recall(rows, line, curves->precision_recall);
    assay_gains_measure(rows, effect, &curves->gains);
    if (of_probability)
        status = measure_calibration(rows, effect, &curves->calibration, err);
    if (status == ASSAY_OK && of_probability)
        status = assay_decisions_measure(rows, effect != NULL, &curves->decisions, err);
    if (status != ASSAY_OK)
        assay_curves_clear(curves);
    return status;
}

void assay_curves_clear(struct assay_curves *curves)
{
    assay_flexible_clear(&curves->calibration.flexible);
}
