/* history.h - what earlier audits found, read back from their files
 *
 * A file counts when it is an "assay-audit/1" of the same subject (the model's name, or the score
 * column), is no older copy of another (same data.sha256, from and to: the later created one counts),
 * and does not overlap the audit in hand. What is left out is said.
 */
#ifndef ASSAY_VALIDATE_AUDIT_HISTORY_H
#define ASSAY_VALIDATE_AUDIT_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/date.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/metric/confusion.h"
#include "core/metric/interval.h"

struct assay_past_audit {
    char *path, *name, *version, *digest; /* name: the model's or the score column's; others may be NULL */
    int32_t from, to;          /* first and last as_of, ASSAY_NO_DATE: not dated */
    size_t n, n_event;
    struct assay_confusion counts;
    struct assay_estimate sensitivity, specificity, auc;
    double observed, expected; /* events, and the sum of the probabilities; NaN for a bare score */
    double expected_variance;  /* sum of p (1 - p); NaN */
    double green_share, green_rate; /* of the top zone: of the rows, and the events in it; NaN */
    double zone_share[20];     /* by zone; NaN beyond the last */
    size_t n_zone;
    char *result;              /* "pass", ... */
};

struct assay_past_audits {
    struct assay_past_audit *audits; /* oldest first */
    size_t n;
};

/* Who is audited now, so that other subjects' files and this period's own are left out. */
struct assay_past_wanted {
    const char *name;  /* the model's, or the score column's */
    int32_t from, to;  /* of the audit in hand */
};

/* Reads every *.json of a folder; `said` receives a line for each file left out, with the reason.
 *   ASSAY_EIO      no such folder
 *   ASSAY_EFORMAT  a file that says it is an audit and is damaged, named with its place */
ASSAY_MUST_CHECK enum assay_status assay_past_audits_read(const char *folder,
                                                          const struct assay_past_wanted *wanted,
                                                          struct assay_past_audits *past,
                                                          struct assay_text *said,
                                                          struct assay_error *err);
void assay_past_audits_clear(struct assay_past_audits *past);

#endif
