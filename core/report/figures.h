/* figures.h - every figure of a set of predictions, measured once: of an audit's rows, or of a
 * candidate's held-out ones
 *
 * The metrics are a list with names, the same list whatever the rows; what is not defined on them (the
 * AUC of one class, the Brier score of a bare score) is NaN throughout. What is drawn stands in curves.h.
 * Intervals are two-sided at 95%.
 */
#ifndef ASSAY_CORE_REPORT_FIGURES_H
#define ASSAY_CORE_REPORT_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/confusion.h"
#include "core/metric/interval.h"
#include "core/metric/roc.h"
#include "core/metric/summary.h"
#include "core/spec/spec.h"

/* Rows in any order, each with n entries; all borrowed. Of more than 65,536 the last digits of what is summed over the
 * rows depend on that order. */
struct assay_figures_rows {
    size_t n;
    const double *score;          /* finite */
    const double *prob;           /* [0, 1], of the event; NULL: a bare score */
    const unsigned char *flagged; /* 0 or 1: beyond the line */
    const unsigned char *outcome; /* 0 or 1: the event */
    const double *value;          /* what the account is worth, NaN where not known; NULL: no such column */
    const int32_t *cluster;       /* codes from 0 of the accounts; NULL: every row is one of its own */
    enum assay_higher_is higher_is; /* of the score */
    double line;                  /* on the score */
    double line_probability;      /* NaN for a bare score */
};

struct assay_figures_targets {
    double sensitivity, specificity;    /* at least; NaN: no target */
    const struct assay_target *further; /* of any metrics; one for sensitivity or specificity takes the
                                           place of those above */
    size_t n_further;
};

/* In the order in which they are written. */
enum assay_metric_id {
    ASSAY_METRIC_SENSITIVITY,
    ASSAY_METRIC_SPECIFICITY,
    ASSAY_METRIC_PPV,
    ASSAY_METRIC_NPV,
    ASSAY_METRIC_PREVALENCE,
    ASSAY_METRIC_ACCURACY,
    ASSAY_METRIC_FLAGGED_SHARE,
    ASSAY_METRIC_BALANCED_ACCURACY,
    ASSAY_METRIC_F1,
    ASSAY_METRIC_MCC,
    ASSAY_METRIC_AUC,
    ASSAY_METRIC_AUC_LOGIT,
    ASSAY_METRIC_GINI,
    ASSAY_METRIC_KS,
    ASSAY_METRIC_AVERAGE_PRECISION,
    ASSAY_METRIC_LIFT_TOP_DECILE,
    ASSAY_METRIC_BRIER,
    ASSAY_METRIC_BRIER_SCALED,
    ASSAY_METRIC_LOG_LOSS,
    ASSAY_METRIC_CALIBRATION_INTERCEPT,
    ASSAY_METRIC_CALIBRATION_SLOPE,
    ASSAY_METRIC_OE_RATIO,
    ASSAY_METRIC_ICI,
    ASSAY_METRIC_E50,
    ASSAY_METRIC_E90,
    ASSAY_METRIC_EMAX,
    ASSAY_METRIC_SPIEGELHALTER_Z,
    ASSAY_METRIC_NET_BENEFIT, /* at the line's probability */
    ASSAY_METRICS
};

struct assay_metric {
    const char *name;               /* as the audit file has it: "sensitivity", ... */
    struct assay_estimate estimate;
    const char *method;             /* of the interval, for people: "Wilson", "DeLong, by account" */
    bool is_rate;                   /* the fields below are those of a share x of n */
    size_t x, of;
    double design_effect;           /* of rows that share an account, at least 1 (clustered.h): the share is
                                       worth as much as of / design_effect independent rows; NaN: no rate,
                                       or of is 0 */
    struct assay_estimate clopper_pearson; /* as if the rows were independent; NaN: no rate */
    double low, high;               /* the target: low <= metric <= high, NaN where open */
    bool judged;                    /* there is a target */
    enum assay_verdict result;      /* pass: the whole interval lies within it; fail: all of the interval
                                       lies outside it, on one side; else inconclusive */
    double p_value;                 /* of a statistic with a test of its own (Spiegelhalter's z, KS); NaN */
};

struct assay_curves; /* curves.h */

struct assay_figures {
    size_t n, n_event;
    bool by_cluster;                /* some account has more than one row: intervals allow for it */
    struct assay_confusion counts;
    struct assay_metric metric[ASSAY_METRICS];
    struct assay_curves *curves;
};

/* "sensitivity", ... by enum assay_metric_id. */
extern const char *const assay_metric_names[ASSAY_METRICS];

/* The metric of that name, or NULL. */
const struct assay_metric *assay_figures_find(const struct assay_figures *figures, const char *name);

/* Sorts the rows once, and takes some 60 bytes a row while it runs.
 *   ASSAY_EDATA   n is 0, a value out of range, or a target for a metric that does not exist
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_figures_measure(const struct assay_figures_rows *rows,
                                                         const struct assay_figures_targets *targets,
                                                         struct assay_figures *figures,
                                                         struct assay_error *err);
void assay_figures_clear(struct assay_figures *figures);

#endif
