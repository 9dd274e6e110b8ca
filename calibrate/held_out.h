/* held_out.h - what the candidate would have said of snapshots that its fit had not seen
 *
 * The rows of the history that have a held-out prediction, with the score that it makes: what is said of
 * a candidate's zones and drawn of its curves is honest because it comes from here.
 */
#ifndef ASSAY_CALIBRATE_HELD_OUT_H
#define ASSAY_CALIBRATE_HELD_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "calibrate/calibration.h"
#include "core/base/error.h"
#include "core/metric/zones.h"
#include "core/model/model.h"

/* Every array has n entries. */
struct assay_held_out {
    size_t n;
    double *score, *prob; /* by the line that goes with the row, below 50 is flagged */
    double *value;        /* NaN: not known; NULL: the history has no such column */
    unsigned char *flagged, *outcome;
    int32_t *account;     /* codes */
    bool repeated;        /* some account has several rows */
};

/*   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_held_out_init(const struct assay_model *model,
                                                       const struct assay_calibration *calibration,
                                                       struct assay_held_out *held_out,
                                                       struct assay_error *err);
void assay_held_out_clear(struct assay_held_out *held_out);

/* What happened in each zone: zones[n_zone] of the model. Where accounts repeat, Wilson's intervals of the
 * rates are by account (core/metric/clustered.h). On the weighted-average scale missing indicators play no
 * part, as in the score; of what the spec rounds, only the score is: a held-out prediction has no
 * dimensions. */
ASSAY_MUST_CHECK enum assay_status assay_held_out_zones(const struct assay_held_out *held_out,
                                                        const struct assay_model *model,
                                                        struct assay_zone_result zones[],
                                                        struct assay_error *err);

#endif
