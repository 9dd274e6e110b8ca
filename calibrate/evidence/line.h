/* line.h - the at-risk line by the spec's rule, on held-out predictions, for all and by segment */
#ifndef ASSAY_CALIBRATE_LINE_H
#define ASSAY_CALIBRATE_LINE_H

#include <stddef.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/metric/line.h"
#include "core/model/model.h"

/* A segment with fewer events, or fewer others, than this takes the common line. */
#define ASSAY_LINE_SEGMENT_ROWS 20

/* Lines that are not to be chosen anew: the spec's, or the champion's. Borrowed. */
struct assay_line_given {
    double probability; /* NaN: choose it */
    const struct assay_model_segment_line *segments; /* those that are not here are chosen */
    size_t n_segment;
};

struct assay_line_choice {
    double probability;       /* the common line */
    struct assay_model_line how;
    struct assay_line answer; /* what the rule found, with its proof where none is feasible; n is 0
                                 where the line was given */
    struct assay_model_segment_line *segments; /* by name; of the held-out rows. Owned */
    size_t n_segment;         /* 0 unless the spec's line has "by" */
};

/* prob[n_row]: held-out probabilities, NaN where there is none; not read where the line is given and the spec
 * has none by segment.
 *
 * Capacity: the periods are calendar quarters of as_of, and all rows one period where there are no
 * dates; a row without a date in a history that has them is left out, and so is a quarter with less than half
 * of the snapshots of the fullest, which the window has cut. Segments share the team's time
 * by their held-out snapshots: one with a third of them has room for a third of the accounts.
 * A segment takes the common line also where the rule finds none in it.
 *
 *   ASSAY_EDATA     the predictions are of one outcome only
 *   ASSAY_ENUMERIC  they are all the same; or more accounts than the team can work share the highest
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_line_settle(const struct assay_history *history,
                                                     const double prob[],
                                                     const struct assay_line_given *given,
                                                     struct assay_line_choice *choice,
                                                     struct assay_error *err);
void assay_line_choice_clear(struct assay_line_choice *choice);

#endif
