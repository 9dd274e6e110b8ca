/* input.h - all that an audit looks at: rows, the model that scored them, the rules, past audits
 *
 * Made once by input.c; every section of the audit borrows it and none changes it.
 */
#ifndef ASSAY_VALIDATE_AUDIT_INPUT_H
#define ASSAY_VALIDATE_AUDIT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/dictionary.h"
#include "core/metric/roc.h"
#include "core/model/model.h"
#include "core/signal/intake.h"
#include "core/spec/spec.h"
#include "validate/audit/history.h"

enum { ASSAY_NOT_ACTED, ASSAY_ACTED, ASSAY_ACTION_UNKNOWN };

/* Rows of one kind, in the order of the file. Every array has n entries, or is NULL where the source has
 * no such thing. Codes are shared by all sets: the same account has the same code in each. What the table has as
 * it is here may be the table's own, lent: nobody writes to a set once it is filled. */
struct assay_audit_set {
    size_t n, n_event;
    size_t *row;            /* in the table of the intake; NULL: it is the set's own number, for all rows are here */
    double *score;          /* as the subject gives it: higher is healthier, or riskier where
                               input->higher_is says so */
    double *prob;           /* probability of the event, [0, 1]; NULL: a bare score */
    unsigned char *flagged; /* beyond the line */
    unsigned char *outcome; /* 1: the event; 0 also where it is not known (waiting) */
    int32_t *account;       /* codes from 0, input->n_account of them; NULL: no id column */
    int32_t *as_of;         /* days since 1970-01-01, or ASSAY_NO_DATE */
    int32_t *event_date;    /* of the event, also of one beyond the horizon or not observed;
                               ASSAY_NO_DATE: none; NULL: the outcome is a 0/1 column */
    double *value;          /* NaN: not known */
    int32_t *owner;         /* codes, ASSAY_NO_CODE: none */
    unsigned char *acted;   /* ASSAY_NOT_ACTED, ... */
    int32_t *acted_on;      /* ASSAY_NO_DATE: not acted on; NULL: a flag column, or none */
    int32_t *plan;          /* codes, ASSAY_NO_CODE: none */
    double *tenure;         /* NaN: not known; NULL also where it stays coded: */
    const struct assay_column *coded_tenure; /* of the table, by its rows */
    int32_t **segment;      /* [n_segment][n] codes, ASSAY_NO_CODE: missing */
    /* Normalised signals: read them by validate/audit/signals.h. */
    float **s;               /* [n_signal][n] NULL: no model; s[j] is NULL where points has signal j */
    unsigned char **missing; /* likewise */
    struct assay_audit_points *points; /* [n_signal] NULL: s and missing have all */
    uint16_t *cohort;        /* node; NULL: no points are by cohort */
    double *champion_score, *champion_prob; /* NaN where the champion leaves the row out */
    unsigned char *champion_flagged;
    unsigned lent;          /* which are the table's (set.c) */
    bool segments_lent;
};

/* Row of the table that entry i is. */
static inline size_t assay_audit_row(const struct assay_audit_set *set, size_t i)
{
    return set->row != NULL ? set->row[i] : i;
}

/* Columns of the file that the model does not use (nor the audit for anything else), read leniently. */
struct assay_unused_column {
    char *name;
    bool is_text;
    size_t column;                             /* in the table */
    const struct assay_dictionary *dictionary; /* of a text */
    size_t n_unreadable; /* cells of a column of numbers that were not, and count as missing */
};

struct assay_audit_input {
    const struct assay_model *model;    /* NULL: a score column */
    const struct assay_model *champion; /* NULL: none */
    const char *score_column;           /* NULL: a model */
    const struct assay_spec *spec;      /* the model's, or one made for the score column */
    const struct assay_audit_spec *rules; /* what the spec, or --rules, asks of audits; never NULL */
    const char *rules_name, *rules_sha256; /* of --rules FILE; NULL: the model's own */
    enum assay_higher_is higher_is;
    double line;                        /* on the score */
    double line_probability;            /* NaN for a bare score */
    double target_sensitivity, target_specificity;
    int32_t created;                    /* the day of the audit */
    bool interim;                       /* --interim */
    const struct assay_intake *intake;  /* the table, the source's name, its bad rows */
    size_t count[ASSAY_ROW_STATES];
    size_t early_events, n_unseen, n_new_segment, n_unknown;
    int32_t from, to;                   /* first and last as_of of the used rows, or ASSAY_NO_DATE */

    size_t n_account;
    size_t n_used_account;              /* accounts that have a used row; 0 without an id column */
    bool repeated;                      /* some account has more than one used row */
    const struct assay_dictionary *accounts, *owners, *plans; /* NULL: no such column */
    size_t n_segment;
    const char *const *segments;        /* [n_segment] column names */
    const struct assay_dictionary **segment_values; /* [n_segment] */
    size_t n_signal;                    /* 0 for a score column */

    struct assay_audit_set used;        /* the audited rows */
    struct assay_audit_set waiting;     /* inside the window, not matured: no outcome yet; no signals */
    struct assay_audit_set other;       /* dated outside the window; scored; no signals.
                                           outcome is 1 where the event fell within its horizon, 0 also
                                           where that is not known */
    const struct assay_unused_column *unused;
    size_t n_unused;
    const struct assay_past_audit *past; /* oldest first; NULL: no --history */
    size_t n_past;
};

/* Text of an account, owner, plan or segment; "" for ASSAY_NO_CODE or without a dictionary. */
const char *assay_audit_text(const struct assay_dictionary *dictionary, int32_t code);

#endif
