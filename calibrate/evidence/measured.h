/* measured.h - what predictions are worth on rows that count so many times each
 *
 * For resamples, which measure the same predictions on other counts of the same rows: predictions are made and put
 * in order once, and rows that count twice are counted, not copied. Figures are those of
 * core/metric/summary.h and zones.h on copied rows, to the rounding of their sums; intervals are not made.
 */
#ifndef ASSAY_CALIBRATE_MEASURED_H
#define ASSAY_CALIBRATE_MEASURED_H

#include <stddef.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/model/model.h"
#include "core/spec/spec.h"

/* Zeroed is empty. */
struct assay_predicted {
    const struct assay_history *history; /* borrowed */
    double *log_odds; /* [n_row], room for whole blocks (core/base/block.h); the caller fills it */
    double *prob;     /* [n_row] */
    double *line;     /* [n_row] each row's at-risk probability; the caller fills it */
    size_t *order;    /* [n_used] rows that count, ascending by prob */
    size_t n_order;
};
ASSAY_MUST_CHECK enum assay_status assay_predicted_init(const struct assay_history *history,
                                                        struct assay_predicted *predicted,
                                                        struct assay_error *err);
void assay_predicted_clear(struct assay_predicted *predicted);

/* prob and order from log_odds. */
ASSAY_MUST_CHECK enum assay_status assay_predicted_rank(struct assay_predicted *predicted,
                                                        struct assay_error *err);

/* How one model did on one set of rows: the figures, then the zones' shares of the rows and their rates
 * of events. NaN where there is no such thing: the ppv when nobody is flagged, the rate of an
 * empty zone. */
enum {
    ASSAY_MEASURED_SHARE = ASSAY_FIGURES,
    ASSAY_MEASURED_RATE = ASSAY_MEASURED_SHARE + ASSAY_MAX_ZONES,
    ASSAY_MEASURED = ASSAY_MEASURED_RATE + ASSAY_MAX_ZONES
};
struct assay_measurement {
    double value[ASSAY_MEASURED];
};

/* On the rows that count, each times[i] times: those of the history at most. A row is flagged above its line. Zones
 * are the spec's, on the score that has the row's line at 50.
 *   ASSAY_EDATA  no row counts */
ASSAY_MUST_CHECK enum assay_status assay_predicted_measure(const struct assay_predicted *predicted,
                                                           const unsigned char times[],
                                                           struct assay_measurement *measurement,
                                                           struct assay_error *err);

#endif
