#include "core/report/figures_write.h"

#include <math.h>

#include "core/report/curves.h"

const char *assay_result_name(enum assay_verdict verdict)
{
    static const char *const names[] = {"pass", "fail", "inconclusive"};
    return names[verdict];
}

/* A finite number, or null. A ratio over nearly nothing may be beyond double. */
static void put(struct assay_json_writer *json, const char *key, double value)
{
    assay_json_put_optional(json, key, isfinite(value) ? value : (double)NAN);
}

/* ---- counts and metrics ---- */

static void write_counts(const struct assay_confusion *counts, struct assay_json_writer *json)
{
    assay_json_open(json, "counts", '{');
    assay_json_put_count(json, "tp", counts->tp);
    assay_json_put_count(json, "fp", counts->fp);
    assay_json_put_count(json, "fn", counts->fn);
    assay_json_put_count(json, "tn", counts->tn);
    assay_json_close(json);
}

/* One number where it is a lower bound, which nearly all are; [low, high] with null for an open side. */
static void write_target(const struct assay_metric *metric, struct assay_json_writer *json)
{
    if (!metric->judged) {
        assay_json_put_null(json, "target");
    } else if (isnan(metric->high)) {
        assay_json_put_number(json, "target", metric->low);
    } else {
        assay_json_open(json, "target", '-');
        assay_json_put_optional(json, NULL, metric->low);
        assay_json_put_optional(json, NULL, metric->high);
        assay_json_close(json);
    }
    if (metric->judged)
        assay_json_put_string(json, "result", assay_result_name(metric->result));
    else
        assay_json_put_null(json, "result");
}

static void write_metric(const struct assay_metric *metric, struct assay_json_writer *json)
{
    assay_json_open(json, metric->name, '{');
    assay_json_put_optional(json, "value", metric->estimate.value);
    assay_json_put_interval(json, "interval", metric->estimate.low, metric->estimate.high);
    assay_json_put_string(json, "method", metric->method);
    if (metric->is_rate) {
        assay_json_put_interval(json, "clopper_pearson", metric->clopper_pearson.low,
                                metric->clopper_pearson.high);
        assay_json_put_count(json, "of", metric->of);
    }
    write_target(metric, json);
    if (!isnan(metric->p_value))
        assay_json_put_number(json, "p_value", metric->p_value);
    assay_json_close(json);
}

/* ---- curves ---- */

static void write_points(const char *key, const struct assay_curve_point points[], size_t n,
                         const char *across, const char *up, struct assay_json_writer *json)
{
    if (n == 0) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '[');
    for (size_t k = 0; k < n; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_number(json, across, points[k].across);
        assay_json_put_number(json, up, points[k].up);
        assay_json_put_optional(json, "threshold", points[k].threshold);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_gains(const struct assay_gains *gains, struct assay_json_writer *json)
{
    assay_json_open(json, "gains", '[');
    for (size_t g = 0; g < ASSAY_DECILES; g++) {
        const struct assay_gain *gain = &gains->decile[g];
        assay_json_open(json, NULL, '{');
        assay_json_put_count(json, "decile", g + 1);
        assay_json_put_count(json, "n", gain->n);
        assay_json_put_count(json, "events", gain->n_event);
        assay_json_put_optional(json, "rate", gain->rate.value);
        assay_json_put_interval(json, "interval", gain->rate.low, gain->rate.high);
        assay_json_put_optional(json, "lift", gain->lift);
        assay_json_put_optional(json, "cumulative_lift", gain->cumulative_lift);
        assay_json_put_optional(json, "cumulative_gain", gain->cumulative_gain);
        assay_json_put_optional(json, "lowest", gain->lowest);
        assay_json_put_optional(json, "highest", gain->highest);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static double inside(double share)
{
    return share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share; /* a NaN stays */
}

/* A straight line may leave [0, 1] at the ends; what is drawn does not. */
static void write_flexible(const struct assay_flexible *flexible, bool by_account,
                           struct assay_json_writer *json)
{
    assay_json_open(json, "flexible", '{');
    assay_json_put_string(json, "method",
                          by_account ? "lowess over two thirds of the rows; band pointwise, by account"
                                     : "lowess over two thirds of the rows; band pointwise");
    assay_json_open(json, "points", '[');
    for (size_t k = 0; k < flexible->n_point; k++) {
        const struct assay_flexible_point *point = &flexible->points[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_number(json, "predicted", point->predicted);
        assay_json_put_number(json, "observed", inside(point->observed.value));
        assay_json_put_optional(json, "low", inside(point->observed.low));
        assay_json_put_optional(json, "high", inside(point->observed.high));
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

static void write_bins(const struct assay_calibration_curve *curve, struct assay_json_writer *json)
{
    assay_json_open(json, "bins", '[');
    for (size_t b = 0; b < curve->n_bin; b++) {
        const struct assay_calibration_bin *bin = &curve->bins[b];
        assay_json_open(json, NULL, '{');
        assay_json_put_count(json, "n", bin->n);
        assay_json_put_number(json, "mean_predicted", bin->mean_predicted);
        assay_json_put_number(json, "observed", bin->observed.value);
        assay_json_put_interval(json, "interval", bin->observed.low, bin->observed.high);
        assay_json_put_count(json, "events", bin->n_event);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_tests(const struct assay_calibration_curve *curve, struct assay_json_writer *json)
{
    assay_json_open(json, "hosmer_lemeshow", '{');
    put(json, "chi2", curve->groups.chi2);
    assay_json_put_count(json, "df", curve->groups.n_group);
    put(json, "p_value", curve->groups.p_value);
    assay_json_close(json);
    assay_json_open(json, "unreliability", '{');
    put(json, "chi2", curve->unreliability_chi2);
    put(json, "p_value", curve->unreliability_p_value);
    assay_json_close(json);
    assay_json_open(json, "spiegelhalter", '{');
    put(json, "z", curve->spiegelhalter.z);
    put(json, "p_value", curve->spiegelhalter.p_value);
    assay_json_close(json);
}

static void write_calibration(const struct assay_calibration_curve *curve, bool by_account,
                              struct assay_json_writer *json)
{
    assay_json_open(json, "calibration", '{');
    write_bins(curve, json);
    write_flexible(&curve->flexible, by_account, json);
    assay_json_open(json, "brier_parts", '{');
    assay_json_put_number(json, "reliability", curve->parts.reliability);
    assay_json_put_number(json, "resolution", curve->parts.resolution);
    assay_json_put_number(json, "uncertainty", curve->parts.uncertainty);
    assay_json_put_number(json, "within_bin_variance", curve->parts.within_bin_variance);
    assay_json_put_number(json, "within_bin_covariance", curve->parts.within_bin_covariance);
    assay_json_close(json);
    write_tests(curve, json);
    assay_json_close(json);
}

static void write_decisions(const struct assay_decisions *decisions, struct assay_json_writer *json)
{
    assay_json_open(json, "net_benefit", '{');
    assay_json_put_number(json, "prevalence", decisions->prevalence);
    assay_json_open(json, "points", '[');
    for (size_t d = 0; d < ASSAY_DECISIONS; d++) {
        const struct assay_decision *at = &decisions->at[d];
        assay_json_open(json, NULL, '{');
        assay_json_put_number(json, "threshold", at->threshold);
        assay_json_put_number(json, "model", at->model.value);
        assay_json_put_optional(json, "low", at->model.low);
        assay_json_put_optional(json, "high", at->model.high);
        assay_json_put_number(json, "treat_all", at->treat_all);
        assay_json_put_number(json, "interventions_avoided_per_100", at->avoided_per_100);
        put(json, "value_model", at->value_model);
        put(json, "value_treat_all", at->value_all);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

static void write_distribution(const struct assay_distribution *distribution, bool of_probability,
                               struct assay_json_writer *json)
{
    assay_json_open(json, "distribution", '{');
    assay_json_put_numbers(json, "edges", distribution->edge, distribution->n_bin + 1);
    assay_json_open(json, "events", '-');
    for (size_t b = 0; b < distribution->n_bin; b++)
        assay_json_put_count(json, NULL, distribution->events[b]);
    assay_json_close(json);
    assay_json_open(json, "others", '-');
    for (size_t b = 0; b < distribution->n_bin; b++)
        assay_json_put_count(json, NULL, distribution->others[b]);
    assay_json_close(json);
    assay_json_put_string(json, "of", of_probability ? "probability" : "score");
    assay_json_close(json);
}

static void write_curves(const struct assay_figures *figures, struct assay_json_writer *json)
{
    const struct assay_curves *curves = figures->curves;
    assay_json_open(json, "curves", '{');
    write_points("roc", curves->roc, curves->n_roc, "false_positive_rate", "sensitivity", json);
    write_points("precision_recall", curves->precision_recall, curves->n_precision_recall, "recall",
                 "precision", json);
    write_gains(&curves->gains, json);
    if (curves->of_probability) {
        write_calibration(&curves->calibration, figures->by_cluster, json);
        write_decisions(&curves->decisions, json);
    } else {
        assay_json_put_null(json, "calibration");
        assay_json_put_null(json, "net_benefit");
    }
    write_distribution(&curves->distribution, curves->of_probability, json);
    assay_json_close(json);
}

void assay_figures_write(const struct assay_figures *figures, struct assay_json_writer *json)
{
    write_counts(&figures->counts, json);
    assay_json_open(json, "metrics", '{');
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        write_metric(&figures->metric[id], json);
    assay_json_close(json);
    write_curves(figures, json);
}
