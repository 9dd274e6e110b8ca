/* checks.h - what in the data looks like a leak or like a dead source
 *
 * A calibration believes its history. These are the ways in which a history most often does not
 * deserve it, found before or after any fit: nothing here depends on one. They are named, each
 * with its numbers, and nothing is dropped for them: whether a column knew the future is for those
 * to say who know where it comes from.
 *
 * Raw values are looked at, not normalised ones: it is the column that leaks. Categories count by
 * their points.
 */
#ifndef ASSAY_CALIBRATE_CHECKS_H
#define ASSAY_CALIBRATE_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibrate/evidence/eye.h"
#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/metric/interval.h"
#include "core/signal/outcome.h"

enum assay_finding_kind {
    ASSAY_FOUND_ALONE,    /* one signal tells the outcomes apart by itself */
    ASSAY_FOUND_PURE,     /* one end of a signal holds events and nothing else */
    ASSAY_FOUND_LATE,     /* values recorded after their snapshot */
    ASSAY_FOUND_EMPTY,    /* see stale.h */
    ASSAY_FOUND_CONSTANT,
    ASSAY_FOUND_FROZEN,
    ASSAY_FOUND_MISSING   /* being missing goes with the outcome */
};

/* Behaviour seen in advance reaches an AUC of 0.7 to 0.9, whole models included; a single column
 * whose interval lies above this has seen what became of the account. */
#define ASSAY_ALONE_AUC 0.95
#define ASSAY_ALONE_ROWS 5 /* of each outcome, with a value: fewer are in order by accident */

/* Even days past due do not foretell without an exception. An end of the scale is called pure when it
 * holds at least this share of all events, from so many accounts, before the first non-event. */
#define ASSAY_PURE_SHARE 0.25
#define ASSAY_PURE_ACCOUNTS 10

/* The chance, over all signals together, of an accusation that is an accident. */
#define ASSAY_STALE_LEVEL 0.001
#define ASSAY_MISSING_LEVEL 0.01

/* Which numbers a kind has:
 *
 *            rows, events             other_rows, other_events   besides
 *   ALONE    with a value             -                          auc
 *   PURE     at the pure end          other_events: all others   low_end, value (NaN: a category)
 *   LATE     recorded later           recorded in time
 *   EMPTY    since                    before; other_events: those that had a value   since
 *   CONSTANT since, with a value      before                     since, value, code
 *   FROZEN   accounts since           before; other_events: those that changed       since
 *   MISSING  without a value          with one                   p_value
 */
struct assay_finding {
    enum assay_finding_kind kind;
    size_t signal;
    size_t rows, events, other_rows, other_events;
    struct assay_estimate auc; /* the better way round; no interval where it separates altogether */
    bool low_end;              /* PURE: the values are `value` or less; else or more */
    double value;
    int32_t code;              /* CONSTANT: of a category in its column's dictionary; else -1 */
    int32_t since;
    double p_value;            /* adjusted for the number of signals (Holm 1979) */
};

/* By signal, then kind. Zeroed is empty. */
struct assay_findings {
    struct assay_finding *items;
    size_t n, capacity;
    struct assay_levels *levels; /* [n_signal] what was counted for it; no values where that was not known (eye.h) */
    size_t n_signal;
};

/* Looks at all signals of a history. window is the one that the history was made with.
 *
 * ALONE    AUC of the raw order, either way round, its variance by DeLong et al. (1988) with
 *          placements added up by account (Obuchowski 1997), the interval on the logit scale
 * LATE     of the signals that declare `recorded`; a single value is reported
 * EMPTY .. on all snapshots in the window, those too whose outcome is not known yet, because the
 *          newest show it first; needs as_of dates
 * MISSING  difference between the shares with the event, by the score test with contributions added
 *          up by account (Rotnitzky & Jewell 1990), where at least 5 events and non-events are
 *          expected on either side (Cochran 1954); else Fisher's exact test (1935) of accounts.
 *          Rows that the policy `drop` leaves out are looked at too
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_findings_look(const struct assay_history *history,
                                                       struct assay_window window,
                                                       struct assay_findings *findings,
                                                       struct assay_error *err);
void assay_findings_clear(struct assay_findings *findings);

/* Appends one sentence, without a full stop: what was found, its numbers, and what to do. */
void assay_finding_say(const struct assay_finding *finding, const struct assay_history *history,
                       struct assay_text *text);

#endif
