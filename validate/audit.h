/* audit.h - scores and what became of the accounts -> the figures of an audit
 *
 * Numbers only: reading the data is audit_data's, saying it audit_write's and the summary's.
 */
#ifndef ASSAY_VALIDATE_AUDIT_H
#define ASSAY_VALIDATE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/data/csv.h"
#include "core/metric/confusion.h"
#include "core/metric/roc.h"
#include "core/metric/summary.h"
#include "core/metric/zones.h"
#include "core/signal/outcome.h"
#include "core/spec/spec.h"

/* What is audited, row by row: every array has n entries. Borrowed by assay_audit_measure(). */
struct assay_audit_rows {
    size_t n;
    const double *score;          /* higher is healthier, or riskier where higher_is says so */
    const double *prob;           /* probability of the event, or NULL: a bare score */
    const unsigned char *outcome; /* 1: the event */
    const double *value;          /* worth of the account, NaN where not known; NULL: no column */
    size_t n_segment;
    const int32_t *const *segment_codes;                     /* [n_segment][n] */
    const struct assay_dictionary *const *segment_dictionary; /* [n_segment] */
};

struct assay_audit_rules {
    double line;                    /* on the score */
    enum assay_higher_is higher_is; /* of the score */
    double target_sensitivity, target_specificity;
    const struct assay_zone *zones; /* NULL: none */
    size_t n_zone;
    const char *const *segments;    /* [n_segment] column names */
};

/* One value of one segment column. */
struct assay_audit_segment {
    const char *column, *value; /* borrowed; value "" where it is missing */
    size_t n, n_event;
    struct assay_confusion counts;
    struct assay_confusion_rates rates;
    struct assay_estimate auc; /* NaN with one outcome only */
};

struct assay_audit {
    size_t n, n_event;
    struct assay_confusion counts;
    struct assay_confusion_rates rates;
    struct assay_performance performance; /* NaN where a bare score has no such figure */
    struct assay_auc auc;                 /* NaN throughout with one outcome only */
    struct assay_zone_result *zones;      /* [n_zone] */
    size_t n_zone;
    struct assay_audit_segment *segments;
    size_t n_segment;
    double value_churned, value_caught, value_missed, value_in_vain; /* NaN without a value column */
    size_t n_value_missing; /* rows that such a column leaves empty */
    enum assay_verdict sensitivity_result, specificity_result, verdict;
};

/*   ASSAY_EDATA   n is 0, a score that is not finite, or values whose sum is not
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_measure(const struct assay_audit_rows *rows,
                                                       const struct assay_audit_rules *rules,
                                                       struct assay_audit *audit,
                                                       struct assay_error *err);
void assay_audit_clear(struct assay_audit *audit);

#endif
