/* expected_events.h - what a score leads one to expect of each row, once it is put right as a whole
 *
 * Before a group of rows is blamed for events that nobody saw coming, the score must be believed as far as
 * it goes: where it is too low everywhere, no group is to blame. So the probability of the event is fitted
 * to the very rows that are audited, as a function of the score alone, apart for flagged and unflagged
 * rows: events then come exactly as often as expected on either side of the line, whatever unit the score
 * is in, whichever way it runs, and however badly it is calibrated; and what a group has beyond is the
 * group's own.
 */
#ifndef ASSAY_CORE_METRIC_EXPECTED_EVENTS_H
#define ASSAY_CORE_METRIC_EXPECTED_EVENTS_H

#include <stddef.h>

#include "core/base/error.h"

/* expected[n], probabilities whose sum on either side is its number of events (to 1e-6 of it), from x[n],
 * finite (the log-odds of a probability, or a bare score), flagged[n] and outcome[n], 0 or 1:
 *
 *   logit P = a + b z + c z^2
 *
 * on each side, z its x less the mean over the standard deviation, within -4 and 4; by maximum likelihood
 * with a ridge of 0.01 on b and c, which keeps them finite where the score separates a side's outcomes. A
 * side of one outcome expects that outcome. x takes part by its means in 256 bins: a score of a million
 * values costs three passes. expected may be x itself, whose place it then takes.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_expected_events(const double x[],
                                                         const unsigned char flagged[],
                                                         const unsigned char outcome[], size_t n,
                                                         double expected[], struct assay_error *err);

#endif
