/* history.h - what earlier audits found, read back from their files
 *
 * A file counts when it is an "assay-audit/1" of the same subject (the model's name, or the score column
 * with the same sense of a high score), is older than the audit in hand and does not overlap it. Of files
 * that overlap each other, and of copies (undated, of the same data), the one created last counts. What is
 * left out is said.
 */
#ifndef ASSAY_VALIDATE_AUDIT_HISTORY_H
#define ASSAY_VALIDATE_AUDIT_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/date.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/metric/confusion.h"
#include "core/metric/interval.h"

/* The shares that the four counts make, in the order of the audit's metrics (core/report/figures.h). */
enum { ASSAY_PAST_SHARES = 7 };

struct assay_past_audit {
    char *path, *name, *version, *digest; /* name: the model's or the score column's; others may be NULL */
    int32_t from, to;          /* first and last as_of, ASSAY_NO_DATE: not dated */
    char created[ASSAY_DATE_SIZE];       /* "": not known */
    char sha256[ASSAY_SHA256_TEXT_SIZE]; /* of the data */
    double line;               /* on the score */
    size_t n, n_event;
    struct assay_confusion counts;
    /* As many independent rows as the denominator of sensitivity, specificity, ppv, npv, prevalence,
     * accuracy and flagged_share is worth: what the file says of its targets; else what made the
     * interval of the metric as wide as it is; NaN where there are none. */
    double worth[ASSAY_PAST_SHARES];
    struct assay_estimate sensitivity, specificity, auc;
    double observed, expected; /* events, and the sum of the probabilities; NaN for a bare score */
    double expected_variance;  /* sum of p (1 - p); NaN. Where the file does not say, the information of the
                                  calibration intercept, which is that sum at the observed level. NaN too
                                  where events counted whose horizon was not over: their peers without the
                                  event did not, so that observed and expected do not compare */
    double green_share, green_rate; /* of the top zone: of the rows, and the events in it; NaN */
    double zone_share[20];     /* by zone, lowest first; NaN beyond the last */
    size_t n_zone;
    char *result;              /* "pass", ... */
};

struct assay_past_audits {
    struct assay_past_audit *audits; /* oldest first; those without dates come first, by creation */
    size_t n;
};

/* Who is audited now, so that other subjects' files and this period's own are left out. */
struct assay_past_wanted {
    const char *name;   /* the model's, or the score column's */
    const char *higher_is; /* of a score column: "health" or "risk"; NULL: a model */
    int32_t from, to;   /* of the audit in hand */
    const char *sha256; /* of its data, to know its own file by where there are no dates; NULL: not known */
};

/* Reads every *.json of a folder; `said` receives a line for each file left out, with the reason.
 *   ASSAY_EIO      no such folder, or a file in it could not be read
 *   ASSAY_EFORMAT  a file that says it is an audit and is not JSON, named with its place
 *   ASSAY_EDATA    an audit that lacks, or has of another type, what every audit holds */
ASSAY_MUST_CHECK enum assay_status assay_past_audits_read(const char *folder,
                                                          const struct assay_past_wanted *wanted,
                                                          struct assay_past_audits *past,
                                                          struct assay_text *said,
                                                          struct assay_error *err);
void assay_past_audits_clear(struct assay_past_audits *past);

#endif
