#include "core/report/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/text.h"
#include "core/base/vector_math.h"
#include "core/metric/accuracy.h"
#include "core/metric/brier_parts.h"
#include "core/metric/calibration.h"
#include "core/metric/check.h"
#include "core/metric/class_rates.h"
#include "core/metric/clustered.h"
#include "core/metric/net_benefit.h"
#include "core/metric/ranked.h"
#include "core/metric/separation.h"
#include "core/metric/spiegelhalter.h"
#include "core/report/curves.h"

const char *const assay_metric_names[ASSAY_METRICS] = {
    "sensitivity", "specificity", "ppv", "npv", "prevalence", "accuracy", "flagged_share",
    "balanced_accuracy", "f1", "mcc", "auc", "auc_logit", "gini", "ks", "average_precision",
    "lift_top_decile", "brier", "brier_scaled", "log_loss", "calibration_intercept",
    "calibration_slope", "oe_ratio", "ici", "e50", "e90", "emax", "spiegelhalter_z", "net_benefit"};

/* How intervals are made: of rows as they stand, and where accounts repeat. */
#define EITHER(method) {method, method ", by account"}
static const char *const methods[ASSAY_METRICS][2] = {
    [ASSAY_METRIC_SENSITIVITY] = EITHER("Wilson"),
    [ASSAY_METRIC_SPECIFICITY] = EITHER("Wilson"),
    [ASSAY_METRIC_PPV] = EITHER("Wilson"),
    [ASSAY_METRIC_NPV] = EITHER("Wilson"),
    [ASSAY_METRIC_PREVALENCE] = EITHER("Wilson"),
    [ASSAY_METRIC_ACCURACY] = EITHER("Wilson"),
    [ASSAY_METRIC_FLAGGED_SHARE] = EITHER("Wilson"),
    [ASSAY_METRIC_BALANCED_ACCURACY] = EITHER("Wilson, of both joined"),
    [ASSAY_METRIC_F1] = EITHER("Wilson, of the share behind it"),
    [ASSAY_METRIC_MCC] = EITHER("delta method, on the atanh scale"),
    [ASSAY_METRIC_AUC] = EITHER("DeLong"),
    [ASSAY_METRIC_AUC_LOGIT] = EITHER("DeLong, on the logit scale"),
    [ASSAY_METRIC_GINI] = EITHER("DeLong"),
    [ASSAY_METRIC_KS] = EITHER("Kolmogorov"),
    [ASSAY_METRIC_AVERAGE_PRECISION] = EITHER("delta method, on the logit scale"),
    [ASSAY_METRIC_LIFT_TOP_DECILE] = EITHER("Wilson, of the share of events in it"),
    [ASSAY_METRIC_BRIER] = EITHER("normal"),
    [ASSAY_METRIC_BRIER_SCALED] = EITHER("delta method"),
    [ASSAY_METRIC_LOG_LOSS] = EITHER("normal"),
    [ASSAY_METRIC_CALIBRATION_INTERCEPT] = EITHER("Wald"),
    [ASSAY_METRIC_CALIBRATION_SLOPE] = EITHER("Wald"),
    [ASSAY_METRIC_OE_RATIO] = EITHER("log-normal"),
    [ASSAY_METRIC_ICI] = EITHER("drawn errors of the curve"),
    [ASSAY_METRIC_E50] = EITHER("drawn errors of the curve"),
    [ASSAY_METRIC_E90] = EITHER("drawn errors of the curve"),
    [ASSAY_METRIC_EMAX] = EITHER("drawn errors of the curve"),
    [ASSAY_METRIC_SPIEGELHALTER_Z] = EITHER("none; tested against the standard normal"),
    [ASSAY_METRIC_NET_BENEFIT] = EITHER("normal"),
};

/* In the order of the file the rows of an account often lie side by side, or accounts follow each other alike in
 * every period, so that their sums are found in the cache; by risk they come at random. Counts are taken so. Other
 * sums round in the order in which they are taken: up to FEW_ROWS that is the order of risk, so that not even the
 * last digit depends on how the file is sorted. */
enum { FEW_ROWS = 1 << 16, STRIP = 512 }; /* STRIP: rows whose logarithms are taken at once */

/* What is under way: the rows sorted, and as they came, room by account where they repeat. */
struct work {
    const struct assay_figures_rows *rows;
    struct assay_ranked ranked;        /* of many rows without flagged */
    struct assay_ranked plain;         /* borrowed: in the order of the file */
    const struct assay_ranked *sums;   /* either, for what needs no order */
    struct assay_design_effect room, *effect; /* effect: &room, or NULL */
    double intercept; /* of the recalibration line */
    struct assay_figures *out;
};

static void set(struct work *work, enum assay_metric_id id, struct assay_estimate estimate)
{
    work->out->metric[id].estimate = estimate;
}

/* What a metric refuses is that it is not defined on these rows, which were checked before; only a lack of
 * memory ends the whole. */
static enum assay_status keep(struct work *work, enum assay_metric_id id, enum assay_status status,
                              const struct assay_estimate *measured)
{
    if (status == ASSAY_OK)
        set(work, id, *measured);
    return status == ASSAY_ENOMEM ? status : ASSAY_OK;
}

/* ---- rates and ranks: every score has them ---- */

static void keep_share(struct work *work, enum assay_metric_id id, const struct assay_class_share *share)
{
    struct assay_metric *metric = &work->out->metric[id];
    metric->estimate = share->estimate;
    metric->is_rate = true;
    metric->x = share->x;
    metric->of = share->n;
    metric->design_effect = share->design_effect;
    metric->clopper_pearson = share->clopper_pearson;
}

static void measure_rates(struct work *work)
{
    struct assay_class_rates rates;
    assay_class_rates_measure(&work->plain, work->effect, &rates);
    work->out->counts = rates.counts;
    keep_share(work, ASSAY_METRIC_SENSITIVITY, &rates.sensitivity);
    keep_share(work, ASSAY_METRIC_SPECIFICITY, &rates.specificity);
    keep_share(work, ASSAY_METRIC_PPV, &rates.ppv);
    keep_share(work, ASSAY_METRIC_NPV, &rates.npv);
    keep_share(work, ASSAY_METRIC_PREVALENCE, &rates.prevalence);
    keep_share(work, ASSAY_METRIC_ACCURACY, &rates.accuracy);
    keep_share(work, ASSAY_METRIC_FLAGGED_SHARE, &rates.flagged_share);
    set(work, ASSAY_METRIC_BALANCED_ACCURACY, rates.balanced_accuracy);
    set(work, ASSAY_METRIC_F1, rates.f1);
    set(work, ASSAY_METRIC_MCC, rates.mcc);
}

static void measure_ranks(struct work *work)
{
    struct assay_separation separation;
    assay_separation_measure(&work->ranked, work->effect, &separation);
    if (separation.both) {
        set(work, ASSAY_METRIC_AUC, separation.auc.wald);
        set(work, ASSAY_METRIC_AUC_LOGIT, separation.auc.logit);
        set(work, ASSAY_METRIC_GINI, assay_gini_of(&separation.auc.wald));
        set(work, ASSAY_METRIC_KS, separation.ks.d);
        work->out->metric[ASSAY_METRIC_KS].p_value = separation.ks.p_value;
    }
    if (separation.any)
        set(work, ASSAY_METRIC_AVERAGE_PRECISION, separation.precision.estimate);
}

/* ---- probabilities ---- */

static enum assay_status measure_losses(struct work *work)
{
    const struct assay_ranked *rows = work->sums;
    struct assay_mean_loss loss;
    struct assay_estimate estimate;
    enum assay_status status = assay_brier_score(rows->risk, rows->outcome, rows->n, &loss, NULL);
    status = keep(work, ASSAY_METRIC_BRIER, status, &loss.estimate);
    if (status == ASSAY_OK)
        status = keep(work, ASSAY_METRIC_LOG_LOSS,
                      assay_log_loss(rows->risk, rows->outcome, rows->n, &loss, NULL),
                      &loss.estimate);
    if (status == ASSAY_OK)
        status = keep(work, ASSAY_METRIC_BRIER_SCALED,
                      assay_brier_scaled_measure(rows, work->effect, &estimate, NULL), &estimate);
    if (status == ASSAY_OK && !isnan(work->rows->line_probability))
        set(work, ASSAY_METRIC_NET_BENEFIT,
            assay_net_benefit_of(rows, work->rows->line_probability, work->effect));
    return status;
}

static enum assay_status measure_calibration(struct work *work)
{
    const struct assay_ranked *rows = work->sums;
    struct assay_calibration_curve *curve = &work->out->curves->calibration;
    struct assay_calibration_pair pair;
    struct assay_estimate ratio;
    enum assay_status status =
        keep(work, ASSAY_METRIC_OE_RATIO,
             assay_oe_ratio(rows->risk, rows->outcome, rows->n, &ratio, NULL), &ratio);
    if (status == ASSAY_OK)
        status = assay_calibration_pair(rows->risk, rows->outcome, rows->n, &pair);
    if (status == ASSAY_OK)
        status = keep(work, ASSAY_METRIC_CALIBRATION_INTERCEPT, pair.in_large, &pair.intercept);
    if (status != ASSAY_OK)
        return status;
    const struct assay_recalibration *line = &pair.recalibration;
    bool fitted = pair.line == ASSAY_OK;
    work->intercept = fitted ? line->intercept.value : (double)NAN;
    curve->unreliability_chi2 = fitted ? line->unreliability_chi2 : (double)NAN;
    curve->unreliability_p_value =
        fitted && work->effect == NULL ? line->unreliability_p_value : (double)NAN;
    status = keep(work, ASSAY_METRIC_CALIBRATION_SLOPE, pair.line, &line->slope);
    struct assay_metric *z = &work->out->metric[ASSAY_METRIC_SPIEGELHALTER_Z];
    if (assay_spiegelhalter_measure(rows, work->effect, &curve->spiegelhalter, NULL) != ASSAY_OK)
        curve->spiegelhalter = (struct assay_spiegelhalter){NAN, NAN};
    z->estimate = assay_estimate_without_interval(curve->spiegelhalter.z);
    z->p_value = curve->spiegelhalter.p_value;
    return status;
}

/* ---- probabilities of rows that share accounts: the intervals of clustered.h ---- */

/* A strip of rows with the logarithms of their probabilities. */
struct strip {
    size_t first, n;
    double of_event[STRIP], of_other[STRIP];
};

static bool next_strip(const struct assay_ranked *rows, struct strip *strip)
{
    strip->first += strip->n;
    size_t left = rows->n - strip->first;
    strip->n = left < STRIP ? left : STRIP;
    assay_logs_array(rows->risk + strip->first, strip->n, strip->of_event, strip->of_other);
    return strip->n > 0;
}

/* What intervals are stretched by: as clustered.h has it. */
static void stretch(struct work *work, enum assay_metric_id id, double d, double lowest, double highest)
{
    struct assay_metric *metric = &work->out->metric[id];
    metric->estimate = assay_stretch(metric->estimate, d, lowest, highest);
}

/* Losses, and O/E on its logarithm. */
static void stretch_losses(struct work *work)
{
    struct assay_metric *metric = work->out->metric;
    struct assay_estimate *ratio = &metric[ASSAY_METRIC_OE_RATIO].estimate;
    const struct assay_ranked *rows = work->sums;
    double brier = metric[ASSAY_METRIC_BRIER].estimate.value;
    double log_loss = metric[ASSAY_METRIC_LOG_LOSS].estimate.value, d[3];
    double share = (double)rows->n_event / (double)rows->n;
    for (struct strip strip = {0}; next_strip(rows, &strip);)
        for (size_t k = 0; k < strip.n; k++) {
            unsigned char y = rows->outcome[strip.first + k];
            double miss = rows->risk[strip.first + k] - y;
            double loss = fabs(y ? strip.of_event[k] : strip.of_other[k]);
            assay_design_effect_add_three(work->effect, rows->cluster[strip.first + k],
                                          (double[]){miss * miss - brier, loss - log_loss, y - share});
        }
    assay_design_effect_take_three(work->effect, d);
    stretch(work, ASSAY_METRIC_BRIER, d[0], 0.0, 1.0);
    if (!isnan(log_loss)) /* a loss may be infinite */
        stretch(work, ASSAY_METRIC_LOG_LOSS, d[1], 0.0, HUGE_VAL);
    ratio->low = ratio->value * pow(ratio->low / ratio->value, sqrt(d[2]));
    ratio->high = ratio->value * pow(ratio->high / ratio->value, sqrt(d[2]));
}

/* at[k] = expit(a + b log-odds) of the strip's rows, and their log-odds. */
static void take_line(const struct strip *strip, double a, double b, double log_odds[], double at[])
{
    for (size_t k = 0; k < strip->n; k++) {
        log_odds[k] = strip->of_event[k] - strip->of_other[k];
        at[k] = a + b * log_odds[k];
    }
    assay_expit_array(at, strip->n, at);
}

/* Mean of the log-odds, weighted by what rows tell about the slope. */
static double middle_of(const struct assay_ranked *rows, double a, double b)
{
    double sum = 0.0, weighted = 0.0;
    for (struct strip strip = {0}; next_strip(rows, &strip);) {
        double log_odds[STRIP], at[STRIP];
        take_line(&strip, a, b, log_odds, at);
        for (size_t k = 0; k < strip.n; k++) {
            sum += at[k] * (1.0 - at[k]);
            weighted += at[k] * (1.0 - at[k]) * log_odds[k];
        }
    }
    return weighted / sum;
}

/* Of the intercept where the slope is held, and of the slope. */
static void stretch_calibration(struct work *work)
{
    const struct assay_ranked *rows = work->sums;
    double in_large = work->out->metric[ASSAY_METRIC_CALIBRATION_INTERCEPT].estimate.value;
    double slope = work->out->metric[ASSAY_METRIC_CALIBRATION_SLOPE].estimate.value, d[3];
    if (isnan(in_large) && isnan(slope))
        return;
    double middle = !isnan(slope) ? middle_of(rows, work->intercept, slope) : 0.0;
    for (struct strip strip = {0}; next_strip(rows, &strip);) {
        double log_odds[STRIP], shifted[STRIP], tilted[STRIP];
        take_line(&strip, in_large, 1.0, log_odds, shifted);
        take_line(&strip, work->intercept, slope, log_odds, tilted);
        for (size_t k = 0; k < strip.n; k++) {
            double y = rows->outcome[strip.first + k];
            double move[] = {y - shifted[k], (y - tilted[k]) * (log_odds[k] - middle), 0.0};
            assay_design_effect_add_three(work->effect, rows->cluster[strip.first + k], move);
        }
    }
    assay_design_effect_take_three(work->effect, d);
    if (!isnan(in_large))
        stretch(work, ASSAY_METRIC_CALIBRATION_INTERCEPT, d[0], -HUGE_VAL, HUGE_VAL);
    if (!isnan(slope))
        stretch(work, ASSAY_METRIC_CALIBRATION_SLOPE, d[1], -HUGE_VAL, HUGE_VAL);
}

static enum assay_status measure_probabilities(struct work *work, struct assay_error *err)
{
    enum assay_status status = measure_losses(work);
    if (status == ASSAY_OK)
        status = measure_calibration(work);
    if (status != ASSAY_OK)
        return assay_fail_memory(err, "measuring the figures");
    if (work->effect != NULL) {
        stretch_losses(work);
        stretch_calibration(work);
    }
    return ASSAY_OK;
}

/* ---- curves ---- */

static struct assay_curve_line place_line(const struct work *work)
{
    const struct assay_figures_rows *rows = work->rows;
    double line = rows->prob != NULL ? rows->line_probability : rows->line;
    bool health = rows->prob == NULL && rows->higher_is == ASSAY_HIGHER_IS_HEALTH;
    double cut = health ? nextafter(-line, HUGE_VAL) : line; /* flagged is below a line of health */
    return (struct assay_curve_line){assay_ranked_below(&work->ranked, cut), health ? -line : line};
}

static void turn(double *risk)
{
    *risk = 0.0 - *risk;
}

/* Risks of a health score are the score with its sign turned: back. */
static void turn_back(struct assay_curves *curves)
{
    for (size_t k = 0; k < curves->n_roc; k++)
        turn(&curves->roc[k].threshold);
    for (size_t k = 0; k < curves->n_precision_recall; k++)
        turn(&curves->precision_recall[k].threshold);
    for (size_t g = 0; g < ASSAY_DECILES; g++) {
        struct assay_gain *gain = &curves->gains.decile[g];
        double lowest = 0.0 - gain->highest;
        gain->highest = 0.0 - gain->lowest;
        gain->lowest = lowest;
    }
}

static enum assay_status measure_curves(struct work *work, struct assay_error *err)
{
    const struct assay_figures_rows *rows = work->rows;
    struct assay_curves *curves = work->out->curves;
    struct assay_curve_line line = place_line(work);
    enum assay_status status = assay_curves_measure(&work->ranked, &line, rows->prob != NULL,
                                                    work->effect, curves, err);
    if (status != ASSAY_OK)
        return status;
    set(work, ASSAY_METRIC_LIFT_TOP_DECILE, curves->gains.top);
    if (rows->prob != NULL) {
        const struct assay_flexible *flexible = &curves->calibration.flexible;
        set(work, ASSAY_METRIC_ICI, flexible->ici);
        set(work, ASSAY_METRIC_E50, flexible->e50);
        set(work, ASSAY_METRIC_E90, flexible->e90);
        set(work, ASSAY_METRIC_EMAX, flexible->emax);
    } else if (rows->higher_is == ASSAY_HIGHER_IS_HEALTH) {
        turn_back(curves);
    }
    assay_distribution_of(rows->prob != NULL ? rows->prob : rows->score, rows->outcome, rows->n, 0.0,
                          rows->prob != NULL ? 1.0 : 100.0, &curves->distribution);
    return ASSAY_OK;
}

/* ---- targets ---- */

static enum assay_verdict judge(const struct assay_metric *metric)
{
    const struct assay_estimate *e = &metric->estimate;
    if (isnan(e->low) || isnan(e->high))
        return ASSAY_INCONCLUSIVE;
    if (e->high < metric->low || e->low > metric->high) /* false where a side is open */
        return ASSAY_FAIL;
    bool above = isnan(metric->low) || e->low >= metric->low;
    bool below = isnan(metric->high) || e->high <= metric->high;
    return above && below ? ASSAY_PASS : ASSAY_INCONCLUSIVE;
}

static enum assay_status set_targets(const struct assay_figures_targets *targets,
                                     struct assay_figures *out, struct assay_error *err)
{
    out->metric[ASSAY_METRIC_SENSITIVITY].low = targets->sensitivity;
    out->metric[ASSAY_METRIC_SPECIFICITY].low = targets->specificity;
    for (size_t t = 0; t < targets->n_further; t++) {
        const struct assay_target *target = &targets->further[t];
        size_t id = 0;
        while (id < ASSAY_METRICS && strcmp(assay_metric_names[id], target->metric) != 0)
            id++;
        if (id == ASSAY_METRICS) {
            char quoted[ASSAY_QUOTE_SIZE];
            const char *near = assay_nearest_word(target->metric, assay_metric_names, ASSAY_METRICS);
            assay_quote_value(target->metric, strlen(target->metric), quoted);
            return assay_fail(err, ASSAY_EDATA, "no metric \"%s\" to have a target; expected %s",
                              quoted, near != NULL ? near : "the name of one that an audit has");
        }
        out->metric[id].low = target->low;
        out->metric[id].high = target->high;
    }
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        struct assay_metric *metric = &out->metric[id];
        metric->judged = !isnan(metric->low) || !isnan(metric->high);
        metric->result = metric->judged ? judge(metric) : ASSAY_INCONCLUSIVE;
    }
    return ASSAY_OK;
}

/* ---- all of it ---- */

/* Whether a code comes twice. */
static enum assay_status find_repeats(const int32_t cluster[], size_t n, size_t n_code, bool *repeats,
                                      struct assay_error *err)
{
    unsigned char *seen = assay_rows_alloc(n_code, 1);
    if (seen == NULL)
        return assay_fail_memory(err, "measuring the figures");
    *repeats = false;
    for (size_t i = 0; i < n && !*repeats; i++) {
        *repeats = seen[cluster[i]] != 0;
        seen[cluster[i]] = 1;
    }
    assay_rows_free(seen);
    return ASSAY_OK;
}

static enum assay_status start(const struct assay_figures_rows *rows, struct work *work,
                               struct assay_error *err)
{
    struct assay_ranked_columns columns = {.n = rows->n,
                                           .score = rows->prob != NULL ? rows->prob : rows->score,
                                           .outcome = rows->outcome,
                                           .flagged = rows->n > FEW_ROWS ? NULL : rows->flagged,
                                           .value = rows->prob != NULL ? rows->value : NULL,
                                           .cluster = rows->cluster};
    bool repeats = false;
    enum assay_status status = ASSAY_OK;
    if (rows->prob != NULL)
        status = assay_check_prob("figures", rows->prob, rows->n, err);
    if (status == ASSAY_OK)
        status = assay_check_score("figures", rows->score, rows->n, err);
    if (status == ASSAY_OK)
        status = assay_ranked_init(
            &columns, rows->prob != NULL ? ASSAY_HIGHER_IS_RISK : rows->higher_is, &work->ranked, err);
    /* Nobody changes what is borrowed here. */
    work->plain = (struct assay_ranked){.n = rows->n,
                                        .n_event = work->ranked.n_event,
                                        .risk = (double *)rows->prob,
                                        .outcome = (unsigned char *)rows->outcome,
                                        .flagged = (unsigned char *)rows->flagged,
                                        .cluster = (int32_t *)rows->cluster,
                                        .n_code = work->ranked.n_code};
    work->sums = rows->n > FEW_ROWS ? &work->plain : &work->ranked;
    if (status == ASSAY_OK && rows->cluster != NULL)
        status = find_repeats(rows->cluster, rows->n, work->ranked.n_code, &repeats, err);
    if (status == ASSAY_OK && repeats) {
        status = assay_design_effect_init(work->ranked.n_code, &work->room, err);
        work->effect = &work->room;
    }
    work->out->n = rows->n;
    work->out->n_event = work->ranked.n_event;
    work->out->by_cluster = repeats;
    return status;
}

static void name_metrics(struct assay_figures *figures)
{
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        figures->metric[id] = (struct assay_metric){.name = assay_metric_names[id],
                                                    .method = methods[id][figures->by_cluster],
                                                    .estimate = assay_estimate_undefined(),
                                                    .design_effect = NAN,
                                                    .clopper_pearson = assay_estimate_undefined(),
                                                    .low = NAN,
                                                    .high = NAN,
                                                    .p_value = NAN};
}

enum assay_status assay_figures_measure(const struct assay_figures_rows *rows,
                                        const struct assay_figures_targets *targets,
                                        struct assay_figures *figures, struct assay_error *err)
{
    struct assay_figures made = {.curves = assay_alloc(1, sizeof *made.curves)};
    struct work work = {.rows = rows, .out = &made};
    enum assay_status status = made.curves != NULL ? start(rows, &work, err)
                                                   : assay_fail_memory(err, "measuring the figures");
    if (status == ASSAY_OK) {
        name_metrics(&made);
        measure_rates(&work);
        measure_ranks(&work);
    }
    if (status == ASSAY_OK && rows->prob != NULL)
        status = measure_probabilities(&work, err);
    if (status == ASSAY_OK)
        status = measure_curves(&work, err);
    if (status == ASSAY_OK)
        status = set_targets(targets, &made, err);
    assay_ranked_clear(&work.ranked);
    assay_design_effect_clear(&work.room);
    if (status == ASSAY_OK)
        *figures = made;
    else
        assay_figures_clear(&made);
    return status;
}

void assay_figures_clear(struct assay_figures *figures)
{
    if (figures->curves != NULL)
        assay_curves_clear(figures->curves);
    free(figures->curves);
    *figures = (struct assay_figures){0};
}

const struct assay_metric *assay_figures_find(const struct assay_figures *figures, const char *name)
{
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        if (strcmp(assay_metric_names[id], name) == 0)
            return &figures->metric[id];
    return NULL;
}
