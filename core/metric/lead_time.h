/* lead_time.h - how long before the event an account was flagged for good
 *
 * The warning is the last unbroken run of flagged snapshots before the event; its first day is when
 * the account was first flagged for good, and the lead time is from then to the event. A flag that
 * was taken back by a later snapshot is not the warning: if the last snapshot is not flagged, the
 * lead is 0. An account that was flagged in every snapshot there is may have been flagged before:
 * its lead is at least the time observed (censored there).
 */
#ifndef ASSAY_CORE_METRIC_LEAD_TIME_H
#define ASSAY_CORE_METRIC_LEAD_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/metric/survival.h"

/* One account that had the event. Days are counted back from it. */
struct assay_lead {
    size_t n_snapshot;
    int32_t observed;   /* days from the first snapshot to the event, > 0 */
    int32_t days;       /* the lead, 0..observed */
    bool censored;      /* flagged throughout: the lead is at least `days` */
    int32_t first_flag; /* days from the first flag ever, taken back or not; 0: never flagged */
};

/* From snapshots in order of day, ascending, all before `event`; n at least 1. Snapshots of one day
 * are one, flagged if any of them is. Borrows day[n] and flagged[n], each 0 or 1. */
struct assay_lead assay_lead_of(const int32_t day[], const unsigned char flagged[], size_t n,
                                int32_t event);

enum { ASSAY_LEAD_HORIZONS = 3 };
extern const int32_t assay_lead_horizons[ASSAY_LEAD_HORIZONS]; /* 30, 60, 90 days */

struct assay_lead_times {
    size_t n;                    /* accounts */
    size_t n_single;             /* with one snapshot alone */
    size_t n_flagged;            /* flagged at their last snapshot */
    size_t n_withdrawn;          /* flagged once, not at the last */
    size_t n_never;              /* never flagged */
    size_t n_censored;           /* flagged from their first snapshot on */
    struct assay_survival curve; /* of the leads, in days; owned */
    struct assay_estimate median, lower_quartile,
        upper_quartile;                           /* NaN: beyond what was observed */
    struct assay_rate ahead[ASSAY_LEAD_HORIZONS]; /* flagged for good at least so long before, of
                                                     the accounts observed so early */
    struct assay_estimate first_flag_median;      /* of the first flag ever, censored likewise */
};

/* Borrows leads[n]; step >= 0 is how many days snapshots are apart, 0 where that is not known.
 *
 * The median and the quartiles are Kaplan and Meier's, intervals by Brookmeyer and Crowley
 * (survival.h). Leads are a whole number of snapshots and a rest. Of an account that was flagged in
 * all of n snapshots it is known that the lead is not one of those of n - 1; whether it is of n or
 * more, only a snapshot before the first would tell. It could have been found to end anywhere up to
 * between the two, so it leaves the curve half a step before its first snapshot: leaving at the
 * first, it would count as having passed a day that nobody looked at, and the curve would come down
 * too late. That such accounts are otherwise like the rest is assumed.
 *
 * Shares have Wilson's interval. Of an account observed for at least d days it is always known
 * whether it had been flagged for good d days before, so that these shares need no model.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_lead_times_measure(const struct assay_lead leads[],
                                                            size_t n, double step,
                                                            struct assay_lead_times *out,
                                                            struct assay_error *err);
void assay_lead_times_clear(struct assay_lead_times *times);

#endif
