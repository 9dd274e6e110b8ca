/* held_out.h - what the candidate would have said of snapshots that its fit had not seen
 *
 * The rows of the history that have a held-out prediction, with the score that it makes: what is said of
 * a candidate's zones and drawn of its curves is honest because it comes from here. With "folds": 0 nothing was
 * held out: the rows of the fit stand in, by their apparent predictions, and whoever shows them says so.
 */
#ifndef ASSAY_CALIBRATE_HELD_OUT_H
#define ASSAY_CALIBRATE_HELD_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "calibrate/calibration.h"
#include "core/base/error.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

/* Every array has n entries. prob, outcome and account are the calibration's own where every row counts. */
struct assay_held_out {
    size_t n;
    double *score; /* by the line that goes with the row, below 50 is flagged; NULL before assay_held_out_score() */
    const double *prob;
    double *value; /* NaN: not known; NULL: the history has no such column */
    unsigned char *flagged; /* as score */
    const unsigned char *outcome;
    const int32_t *account; /* codes */
    bool repeated;          /* some account has several rows */
    bool apparent;          /* the fit has seen them all */
    struct {
        double *prob;
        unsigned char *outcome;
        int32_t *account;
    } own; /* where some rows do not count */
    struct {
        const struct assay_model *model; /* borrowed */
        size_t n_thread;
        double total;       /* of the slopes */
        double line;        /* log-odds */
        double *line_shift; /* [n] what a row's own line adds to its log-odds; NULL: rows have none */
    } by; /* how scores are made */
};

/* Model and calibration must outlive it.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_held_out_init(const struct assay_model *model,
                                                       const struct assay_calibration *calibration,
                                                       struct assay_held_out *held_out,
                                                       struct assay_error *err);

/* Fills score and flagged, for who wants them row by row.
 *   ASSAY_ENOMEM  *held_out is as it was */
ASSAY_MUST_CHECK enum assay_status assay_held_out_score(struct assay_held_out *held_out,
                                                        struct assay_error *err);
void assay_held_out_clear(struct assay_held_out *held_out);

/* What happened in each zone: zones[n_zone] of the model; needs no scores kept. Where accounts repeat, Wilson's intervals of the
 * rates are by account (core/metric/clustered.h). On the weighted-average scale missing indicators play no
 * part, as in the score; of what the spec rounds, only the score is: a held-out prediction has no
 * dimensions. */
ASSAY_MUST_CHECK enum assay_status assay_held_out_zones(const struct assay_held_out *held_out,
                                                        const struct assay_model *model,
                                                        struct assay_zone_result zones[],
                                                        struct assay_error *err);

#endif
