/* calibration.h - from a history to a model and its evidence, step by step
 *
 * The order is that of the argument: settle how weights are estimated, fit, say how sure they are,
 * predict what was held out, draw the line, measure, compare, resample, check. Every step leaves its
 * result here; assemble.h makes the model of them. With "folds": 0 nothing is held out, and what would need it
 * is left out: the caller has seen to it that nothing is to be chosen by it (first_look.h).
 */
#ifndef ASSAY_CALIBRATE_CALIBRATION_H
#define ASSAY_CALIBRATE_CALIBRATION_H

#include "calibrate/evidence/assess.h"
#include "calibrate/evidence/bootstrap.h"
#include "calibrate/evidence/checks.h"
#include "calibrate/evidence/line.h"
#include "calibrate/evidence/moves.h"
#include "calibrate/fit/segmentation.h"
#include "calibrate/fit/settle.h"
#include "calibrate/fit/uncertainty.h"
#include "calibrate/evidence/yardsticks.h"

/* Everything is borrowed. */
struct assay_calibration_request {
    const struct assay_spec *spec;
    const struct assay_intake *intake;  /* read whole */
    struct assay_window window;
    const struct assay_model *champion; /* or NULL */
    bool new_line;                      /* the champion's line is not kept */
    size_t n_thread;
    struct assay_progress *progress;
};

/* A champion is judged on snapshots that it has not seen, where these hold as many events, and as many
 * others. */
#define ASSAY_JUDGED_EVENTS 20

/* Zeroed is empty. Must not be moved: later steps point into earlier ones. */
struct assay_calibration {
    const struct assay_model *champion;
    unsigned char *judged;  /* [n_row] snapshots that the champion is judged on; NULL: all that count, */
    bool champion_saw;      /* though it was, or may have been, fitted to some of them */
    struct assay_history history;
    struct assay_pipeline pipeline;
    struct assay_folds folds;
    struct assay_settlement settlement;
    struct assay_uncertainty uncertainty;
    struct assay_model_limit *limits; /* that hold the weights back */
    size_t n_limit;
    struct assay_model_rounding rounding;
    struct assay_assessment assessment;
    struct assay_segmentation segmentation; /* empty unless the spec has "models_by" */
    struct assay_line_given given;    /* lines that are not chosen */
    struct assay_line_choice line;
    double *row_line;                 /* [n_row], NULL: one line for all */
    struct assay_model_yardstick yards[ASSAY_YARDS];
    struct assay_model_bootstrap bootstrap;
    struct assay_model_performance corrected; /* n 0: no bootstrap */
    struct assay_findings findings;
    struct assay_weight_moves moves;  /* empty without a champion */
};

/*   ASSAY_EDATA, ASSAY_ENUMERIC  one of the steps has no answer: its message, the data named first */
ASSAY_MUST_CHECK enum assay_status
assay_calibration_run(const struct assay_calibration_request *request,
                      struct assay_calibration *calibration, struct assay_error *err);
void assay_calibration_clear(struct assay_calibration *calibration);

#endif
