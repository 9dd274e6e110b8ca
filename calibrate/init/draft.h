/* draft.h - a spec guessed from what a file looks like
 *
 * Everything that was decided stands in the draft with its reason; draft_text.h puts it into words.
 * Roles come from names and from what the values can be, signals and their directions from the
 * outcome where it speaks clearly (|z| > 2, or > 3 against what the name says) and from names where
 * it does not.
 */
#ifndef ASSAY_CALIBRATE_DRAFT_H
#define ASSAY_CALIBRATE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibrate/init/evidence.h"
#include "calibrate/init/profile.h"
#include "core/base/error.h"
#include "core/signal/outcome.h"
#include "core/spec/spec.h"

struct assay_draft_options {
    const char *outcome;    /* column: 0/1 or the like, or dates */
    const char *id, *as_of; /* columns, or NULL: guess */
    int32_t horizon_days;   /* of an outcome by date; 1..3650 */
    bool horizon_given;     /* said, not the default: an error beside a 0/1 outcome */
    int32_t observed_until; /* likewise, ASSAY_NO_DATE: the last date in outcome or as_of */
};

/* Which way a signal's "better" was settled. */
enum assay_direction_reason { ASSAY_BY_DATA, ASSAY_BY_NAME, ASSAY_BY_DEFAULT };

struct assay_draft_signal {
    size_t column;
    enum assay_better better;
    enum assay_direction_reason direction;
    bool against_name;     /* the data say otherwise than the name */
    bool against_data;     /* BY_NAME: the data lean the other way, with 2 < |z| <= 3 */
    bool leak_name;        /* it may be recorded after the event, by its name */
    char keyword[32];      /* of the name, where it says anything */
    enum assay_method method;
    double low, high;      /* RANGE */
    double *points;        /* STEPS, always better HIGHER: [n_point] by code of the column's
                              dictionary, owned */
    size_t n_point;
    bool points_from_data; /* drawn from retention rates, not 0 and 100 */
    const char *dimension;
    enum assay_missing_policy missing;
    bool same_gaps; /* would be `indicator`, but another signal is missing where it is */
    double product_r;  /* multiple R of its logarithm with those of others whose product (or ratio)
                          it is, 0 where it is none */
    struct assay_evidence evidence;
};

/* Why a column plays no part. */
enum assay_left_reason {
    ASSAY_LEFT_LEAK,
    ASSAY_LEFT_OVERLAP,
    ASSAY_LEFT_FORMAT,       /* numbers or dates that the reader does not take as they are written */
    ASSAY_LEFT_MIXED,        /* nearly numbers, or nearly dates */
    ASSAY_LEFT_UNWEIGHABLE,  /* categories or flags */
    ASSAY_LEFT_SEPARATES,    /* an ordered number that tells the outcomes apart on its own */
    ASSAY_LEFT_SURPLUS,      /* more signals than the events can carry */
    ASSAY_LEFT_INTERVENTION, /* from here on a name says enough */
    ASSAY_LEFT_OWNER,
    ASSAY_LEFT_KEY,
    ASSAY_LEFT_DATE,
    ASSAY_LEFT_TEXT,         /* too many values */
    ASSAY_LEFT_CONSTANT,
    ASSAY_LEFT_EMPTY,
    ASSAY_LEFT_REASONS
};

struct assay_left_out {
    size_t column;
    enum assay_left_reason reason;
    char note[400]; /* LEAK to SEPARATES: the finding in words */
};

/* Fewer events (or non-events, whichever are rarer) than this a signal, and the rest is left out:
 * below five the estimates are no longer to be relied on (Vittinghoff and McCulloch 2007). */
#define ASSAY_EVENTS_PER_SIGNAL 5

struct assay_draft {
    const struct assay_profile *profile; /* borrowed */
    size_t outcome, id, as_of, value, plan, tenure; /* columns, or ASSAY_NO_PROFILE */
    bool id_given;       /* by the options */
    bool id_by_values;   /* no name said id, but its values do */
    size_t n_repeated;   /* rows whose id (and as_of) an earlier row has */
    size_t n_without_id; /* rows that have none, which calibrate refuses */
    bool by_date;        /* the outcome is a date: */
    int32_t horizon_days, observed_until;
    bool observed_until_given;
    /* First and last date of the snapshots that are too recent but for those with an event, where
     * observed_until was guessed; ASSAY_NO_DATE: none. */
    int32_t early_from, early_to;
    double bands[3];
    size_t n_band;
    size_t *rows;           /* [n_used] of the table: those with an id whose outcome is known */
    unsigned char *events;  /* [n_used] 0 or 1 */
    size_t n_used, n_event;
    size_t count[ASSAY_ROW_STATES];
    size_t *segments;
    size_t n_segment, segment_capacity;
    struct assay_draft_signal *signals; /* in the file's order */
    size_t n_signal, signal_capacity;
    struct assay_left_out *left;
    size_t n_left, left_capacity;
};

/* Drafts a spec. The profile must have the columns that options name.
 *   ASSAY_EDATA  the outcome is neither flags nor dates, or only one of both happens; no id; no
 *                dates to count a horizon from; nothing that could be a signal */
ASSAY_MUST_CHECK enum assay_status assay_draft_make(const struct assay_profile *profile,
                                                    const struct assay_draft_options *options,
                                                    struct assay_draft *draft,
                                                    struct assay_error *err);
void assay_draft_clear(struct assay_draft *draft);

/* An edge between tenure bands that people would choose near value: whole quarters up to a year and
 * half years beyond for months ('m'), months for days ('d'), quarters for weeks ('w'), whole years
 * ('y'); else two leading digits in steps of five (one below 10). */
double assay_draft_band(double value, char unit);

#endif
