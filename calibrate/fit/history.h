/* history.h - the snapshots that a calibration learns from
 *
 * Takes a table as it was read and works out everything that does not depend on a fit: which rows
 * count and why the others do not, outcomes, cohorts, the folds of the cross-validation and which values
 * of the signals are tied.
 */
#ifndef ASSAY_CALIBRATE_HISTORY_H
#define ASSAY_CALIBRATE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/signal/baseline.h"
#include "core/signal/cohort.h"
#include "core/signal/intake.h"
#include "core/signal/outcome.h"
#include "core/signal/ties.h"
#include "core/spec/spec.h"

struct assay_history {
    const struct assay_spec *spec;       /* borrowed */
    const struct assay_table *table;     /* borrowed */
    const struct assay_columns *columns; /* borrowed */
    size_t n_signal, n_row, n_used, n_event, n_account;
    size_t n_thread;
    unsigned char *used;    /* [n_row] 1: the row counts */
    unsigned char *outcome; /* [n_row] 1: the event */
    uint16_t *leaf;         /* [n_row] cohort node */
    uint16_t *fold;         /* [n_row] 0 .. n_fold - 1; an account's rows share one. Empty without folds */
    size_t n_fold;          /* 0: nothing is held out */
    size_t count[ASSAY_ROW_STATES];
    size_t early_events;    /* see assay_outcome_label() */
    size_t n_repeated;      /* rows with the account and date of an earlier one */
    int32_t from, to;       /* first and last as_of used, or ASSAY_NO_DATE */
    struct assay_cohorts cohorts;
    struct assay_ties *ties; /* [n_signal], of used and unused rows; see assay_history_find_ties() */
};

/* The table that the intake has read, seen through the window of dates.
 *   ASSAY_EDATA  no row counts; a category that the spec's steps do not have; a percentile signal
 *                that is empty in every row that counts */
ASSAY_MUST_CHECK enum assay_status assay_history_init(const struct assay_spec *spec,
                                                      const struct assay_intake *intake,
                                                      struct assay_window window, size_t n_thread,
                                                      struct assay_history *history,
                                                      struct assay_error *err);
void assay_history_clear(struct assay_history *history);

/* Fills ties[n_signal], which must be zeroed, from table, columns, leaf and cohorts: of signals that are
 * numbers, where a column has ties (core/signal/ties.h). assay_history_init() has done so; this is for
 * whoever puts a history together by hand. */
ASSAY_MUST_CHECK enum assay_status assay_history_find_ties(struct assay_history *history,
                                                           struct assay_error *err);

/* Baselines of signal j, which must be a percentile, from the rows, each counted include[row] times: by
 * counting ties, or by sorting the column where there are none. Several threads may ask at once.
 *   ASSAY_EDATA  no included row has a value */
ASSAY_MUST_CHECK enum assay_status assay_history_baseline(const struct assay_history *history,
                                                          size_t j, const unsigned char *include,
                                                          struct assay_baseline *baseline,
                                                          struct assay_error *err);

/* FNV-1a (Fowler, Noll and Vo) of the id, stirred with the seed (the finaliser of Steele, Lea and Flood
 * 2014): what is dealt or drawn by it does not depend on the order of the rows. */
uint64_t assay_account_hash(const char *id, uint64_t seed);

#endif
