/* curves.h - what is drawn of a set of predictions
 *
 * Made by assay_figures_measure(). Thresholds and risks are in the units of what was ranked: of the
 * probability where there is one, else of the score as it was given.
 */
#ifndef ASSAY_CORE_REPORT_CURVES_H
#define ASSAY_CORE_REPORT_CURVES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/bins.h"
#include "core/metric/brier_parts.h"
#include "core/metric/design_effect.h"
#include "core/metric/distribution.h"
#include "core/metric/flexible.h"
#include "core/metric/gains.h"
#include "core/metric/hosmer_lemeshow.h"
#include "core/metric/net_benefit.h"
#include "core/metric/ranked.h"
#include "core/metric/spiegelhalter.h"

enum { ASSAY_MOST_ROC = 201, ASSAY_MOST_PRECISION_RECALL = 200 };

/* A line and what it makes: those at the threshold and riskier are flagged. At the line in force the
 * threshold is the line itself. */
struct assay_curve_point {
    double across, up; /* ROC: false positive rate and sensitivity; else recall and precision */
    double threshold;  /* NaN: nobody is flagged */
};

struct assay_calibration_bin {
    size_t n, n_event;
    double mean_predicted;
    struct assay_estimate observed; /* Wilson, by account where they repeat */
};

/* Of probabilities. Tests that take rows as independent have a p-value of NaN where accounts repeat; what
 * is refused is NaN throughout. */
struct assay_calibration_curve {
    size_t n_bin;
    struct assay_calibration_bin bins[ASSAY_BINS]; /* of equal count */
    struct assay_flexible flexible;
    struct assay_brier_parts parts;                /* over the same bins */
    struct assay_hosmer_lemeshow groups;           /* cut at deciles; n_group degrees of freedom */
    double unreliability_chi2, unreliability_p_value; /* calibration.h */
    struct assay_spiegelhalter spiegelhalter;
};

struct assay_curves {
    size_t n_roc, n_precision_recall; /* 0: one class only; no events */
    struct assay_curve_point roc[ASSAY_MOST_ROC], precision_recall[ASSAY_MOST_PRECISION_RECALL];
    struct assay_gains gains;
    bool of_probability;              /* the next two are filled */
    struct assay_calibration_curve calibration;
    struct assay_decisions decisions;
    struct assay_distribution distribution;
};

/* Where the line lies among ranked rows. */
struct assay_curve_line {
    size_t first;     /* the rows from here on are flagged */
    double threshold; /* the line; NaN: none to show */
};

/* Points of the ROC curve, the riskiest first, from (0, 0) to (1, 1). All, or when they are more than there is
 * room for, such as are at least 1/99 of the way apart (across and up together), with the line's own. */
size_t assay_curves_roc(const struct assay_ranked *rows, const struct assay_curve_line *line,
                        struct assay_curve_point out[ASSAY_MOST_ROC]);
/* Likewise of precision against recall; thinned by recall. */
size_t assay_curves_precision_recall(const struct assay_ranked *rows,
                                     const struct assay_curve_line *line,
                                     struct assay_curve_point out[ASSAY_MOST_PRECISION_RECALL]);

/* All but the distribution and what is drawn of the figures' own tests (unreliability, Spiegelhalter), which
 * the caller has. effect: room by account, or NULL.  ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_curves_measure(const struct assay_ranked *rows,
                                                        const struct assay_curve_line *line,
                                                        bool of_probability,
                                                        struct assay_design_effect *effect,
                                                        struct assay_curves *curves,
                                                        struct assay_error *err);
void assay_curves_clear(struct assay_curves *curves);

#endif
