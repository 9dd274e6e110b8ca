/* outcome.h - which snapshots count, and what became of them
 *
 * Positive (1) is the adverse event. By flag: the column says. By date: 1 when
 * as_of < date <= as_of + horizon_days, 0 when the horizon has passed without it. A date after
 * observed_until (a cancellation already announced) has not been observed: whether those without
 * one will follow is not known either.
 */
#ifndef ASSAY_CORE_SIGNAL_OUTCOME_H
#define ASSAY_CORE_SIGNAL_OUTCOME_H

#include <stddef.h>
#include <stdint.h>

#include "core/data/table.h"
#include "core/signal/columns.h"
#include "core/spec/spec.h"

/* What becomes of a row: used, or left out for a reason that is counted and reported. */
enum assay_row_state {
    ASSAY_ROW_USED,
    ASSAY_ROW_NOT_MATURED,    /* the horizon ends after observed_until, and no event yet */
    ASSAY_ROW_AFTER_EVENT,    /* dated on or after its own event */
    ASSAY_ROW_NO_OUTCOME,     /* the 0/1 column is empty */
    ASSAY_ROW_OUTSIDE_WINDOW, /* as_of before --from or after --until */
    ASSAY_ROW_MISSING_SIGNAL, /* a signal whose policy is "drop" is missing */
    ASSAY_ROW_STATES
};

/* "not_matured", ...: the key under which files count it. */
const char *assay_row_state_name(enum assay_row_state state);
/* "not matured yet", ...: as people read it, behind a count of snapshots. */
const char *assay_row_state_words(enum assay_row_state state);

/* Snapshots from `from` to `until`, both included; ASSAY_NO_DATE: no bound. */
struct assay_window {
    int32_t from, until;
};

/* Fills state[n_row] and outcome[n_row] (0 where the row is not used) for the rows of a table, and
 * adds to count[ASSAY_ROW_STATES]. *early counts events of snapshots whose horizon is not over:
 * they are used, while their peers without an event cannot be. */
void assay_outcome_label(const struct assay_spec *spec, const struct assay_columns *columns,
                         const struct assay_table *table, struct assay_window window,
                         unsigned char state[], unsigned char outcome[],
                         size_t count[ASSAY_ROW_STATES], size_t *early);

/* The same for rows first .. first + n - 1 alone: state[], outcome[] and the table are still those of all
 * rows. Threads may share a table out so, each with counters of its own. */
void assay_outcome_label_rows(const struct assay_spec *spec, const struct assay_columns *columns,
                              const struct assay_table *table, struct assay_window window,
                              size_t first, size_t n, unsigned char state[],
                              unsigned char outcome[], size_t count[ASSAY_ROW_STATES],
                              size_t *early);

/* What a command says when no row of the source is used; returns ASSAY_EDATA. */
enum assay_status assay_fail_no_rows(const struct assay_spec *spec, const char *source,
                                     const size_t count[ASSAY_ROW_STATES],
                                     struct assay_error *err);

/* The window alone, for scoring: state is USED or OUTSIDE_WINDOW. */
void assay_window_apply(const struct assay_columns *columns, const struct assay_table *table,
                        struct assay_window window, unsigned char state[],
                        size_t count[ASSAY_ROW_STATES]);

#endif
