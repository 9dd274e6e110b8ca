/* labels.h - what a history forgot when it settled which rows count
 *
 * Whether a row counts is one bit in the history. Checks also ask about rows that a missing signal took out, and
 * about those of the window whose outcome is not known.
 */
#ifndef ASSAY_CALIBRATE_LABELS_H
#define ASSAY_CALIBRATE_LABELS_H

#include "calibrate/fit/history.h"
#include "core/base/error.h"

/* Zeroed is empty. Where every row counts nothing was forgotten, and the arrays are the history's. */
struct assay_labels {
    const unsigned char *state;   /* [n_row] before signals whose policy is `drop` took rows out; NULL where every
                                     row counts */
    const unsigned char *outcome; /* [n_row] */
    const unsigned char *wanted;  /* [n_row] 1: of the window, and not after its own event */
    unsigned char *own;           /* what has to be given back */
};

ASSAY_MUST_CHECK enum assay_status assay_labels_init(const struct assay_history *history,
                                                     struct assay_window window,
                                                     struct assay_labels *labels,
                                                     struct assay_error *err);
void assay_labels_clear(struct assay_labels *labels);

#endif
