#include "validate/drift/calibration_drift.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/metric/cusum.h"
#include "core/metric/interval.h"
#include "validate/drift/periods.h"

/* The chart of the periods, at most ASSAY_CUSUM_LOOKS. */
struct chart {
    const struct assay_drift_periods *periods;
    double z[ASSAY_CUSUM_LOOKS], upper[ASSAY_CUSUM_LOOKS], lower[ASSAY_CUSUM_LOOKS];
    struct assay_cusum_alarm alarm;
};

/* Certain predictions have no error to measure a difference by. */
static double standardised(const struct assay_drift_periods *periods, const struct assay_drift_period *p)
{
    double error = sqrt(periods->design_effect * p->variance);
    return error > 0.0 ? (p->observed - p->expected) / error : 0.0;
}

static void draw_chart(const struct assay_drift_periods *periods, struct chart *chart)
{
    *chart = (struct chart){.periods = periods};
    for (size_t t = 0; t < periods->n; t++)
        chart->z[t] = standardised(periods, &periods->periods[t]);
    chart->alarm = assay_cusum(chart->z, periods->n, chart->upper, chart->lower);
}

static void write_points(struct assay_json_writer *json, const struct chart *chart)
{
    char name[ASSAY_PERIOD_NAME_SIZE];
    assay_json_open(json, "points", '[');
    for (size_t t = 0; t < chart->periods->n; t++) {
        const struct assay_drift_period *p = &chart->periods->periods[t];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "period", assay_drift_period_name(p, name));
        assay_put_date(json, "from", p->from);
        assay_put_date(json, "to", p->to);
        assay_json_put_number(json, "observed", p->observed);
        assay_json_put_number(json, "expected", p->expected);
        assay_json_put_number(json, "z", chart->z[t]);
        assay_json_put_number(json, "upper", chart->upper[t]);
        assay_json_put_number(json, "lower", chart->lower[t]);
        assay_json_put_bool(json, "past", p->past);
        assay_json_close(json);
    }
    assay_json_close(json);
}

/* The periods from `first` on as one. */
static struct assay_drift_period sum_from(const struct assay_drift_periods *periods, size_t first)
{
    struct assay_drift_period sum = {.from = ASSAY_NO_DATE, .to = ASSAY_NO_DATE};
    for (size_t t = first; t < periods->n; t++) {
        sum.observed += periods->periods[t].observed;
        sum.expected += periods->periods[t].expected;
        sum.variance += periods->periods[t].variance;
    }
    return sum;
}

static void describe_alarm(const struct chart *chart, char *out, size_t size)
{
    char since[ASSAY_PERIOD_NAME_SIZE];
    struct assay_drift_period sum = sum_from(chart->periods, chart->alarm.since);
    assay_drift_period_name(&chart->periods->periods[chart->alarm.since], since);
    snprintf(out, size, "Predictions have drifted: since %s there were %.0f churners where %.0f were "
                        "predicted, more than %zu periods of chance would add up to in 19 of 20 cases",
             since, sum.observed, sum.expected, (size_t)ASSAY_CUSUM_LOOKS);
}

/* Without an alarm all periods together may differ all the same: the CUSUM asks for more, since it is
 * looked at every time. Of one period nothing can be said to last. */
static void describe_quiet(const struct chart *chart, char *out, size_t size)
{
    size_t n = chart->periods->n;
    struct assay_drift_period sum = sum_from(chart->periods, 0);
    double z = standardised(chart->periods, &sum);
    if (fabs(z) > assay_normal_quantile(ASSAY_LEVEL))
        snprintf(out, size, "Predictions do not add up: %s churners than predicted, %.0f against %.0f over "
                            "%zu period%s, more than chance explains; %s",
                 z > 0.0 ? "more" : "fewer", sum.observed, sum.expected, n, n == 1 ? "" : "s",
                 n == 1 ? "with one period the CUSUM raises no alarm yet"
                        : "the CUSUM raises no alarm of a lasting difference yet");
    else
        snprintf(out, size, "Predictions still add up: %.0f churners, %.0f predicted over %zu period%s%s",
                 sum.observed, sum.expected, n, n == 1 ? "" : "s",
                 n == 1 ? "" : ", no lasting difference in either direction");
}

static void write_alarm(struct assay_audit_output *out, const struct chart *chart)
{
    struct assay_json_writer *json = &out->json;
    char since[ASSAY_PERIOD_NAME_SIZE], words[400];
    int direction = chart->alarm.direction;
    if (direction != 0)
        describe_alarm(chart, words, sizeof words);
    else
        describe_quiet(chart, words, sizeof words);
    assay_json_put_bool(json, "alarm", direction != 0);
    if (direction == 0) {
        assay_json_put_null(json, "direction");
        assay_json_put_null(json, "since");
    } else {
        assay_drift_period_name(&chart->periods->periods[chart->alarm.since], since);
        assay_json_put_string(json, "direction", direction > 0 ? "more" : "fewer");
        assay_json_put_string(json, "since", since);
        assay_advise(out, 1, "Recalibrate: since %s there have been %s churners than the model predicts, "
                             "so its probabilities are too %s", since, direction > 0 ? "more" : "fewer",
                     direction > 0 ? "low" : "high");
    }
    assay_json_put_string(json, "words", words);
}

static bool has_dates(const struct assay_audit_set *set)
{
    for (size_t i = 0; set->as_of != NULL && i < set->n; i++)
        if (set->as_of[i] != ASSAY_NO_DATE)
            return true;
    return false;
}

static void refuse(struct assay_json_writer *json, const char *why)
{
    assay_json_open(json, "calibration_drift", '{');
    assay_json_put_string(json, "refused", why);
    assay_json_close(json);
}

enum assay_status assay_audit_calibration_drift(const struct assay_audit_input *input,
                                                struct assay_audit_output *out,
                                                struct assay_error *err)
{
    struct assay_drift_periods periods = {0};
    struct assay_json_writer *json = &out->json;
    if (input->used.prob == NULL || input->used.n == 0) {
        assay_json_put_null(json, "calibration_drift");
        return ASSAY_OK;
    }
    if (input->model != NULL && assay_model_is_nominal(input->model)) {
        refuse(json, "The model is an imported scorecard that was not fitted: its nominal probabilities "
                     "predict no number of churners that could drift");
        return ASSAY_OK;
    }
    if (!has_dates(&input->used)) {
        refuse(json, "Snapshots have no dates: they cannot be put in the order of time");
        return ASSAY_OK;
    }
    enum assay_status status = assay_drift_periods_find(input, &periods, err);
    if (status != ASSAY_OK)
        return status;
    assay_drift_periods_join(&periods, ASSAY_CUSUM_EXPECTED, ASSAY_CUSUM_LOOKS);
    if (periods.n == 0) {
        refuse(json, "Fewer than 3 churners are predicted for the snapshots whose horizon is over: too few "
                     "to see a drift in");
    } else {
        struct chart chart;
        draw_chart(&periods, &chart);
        assay_json_open(json, "calibration_drift", '{');
        write_points(json, &chart);
        assay_json_put_number(json, "limit", ASSAY_CUSUM_LIMIT);
        assay_json_put_number(json, "design_effect", periods.design_effect);
        assay_json_put_count(json, "looks", ASSAY_CUSUM_LOOKS);
        assay_json_put_number(json, "false_alarm_rate", ASSAY_CUSUM_FALSE_ALARMS);
        write_alarm(out, &chart);
        assay_json_close(json);
    }
    assay_drift_periods_clear(&periods);
    return ASSAY_OK;
}
