/* check.h - what every metric asks of the arrays it borrows
 *
 * `what` names the metric in messages: "log loss: prob[17] is 1.2; expected 0 to 1". Each returns
 * ASSAY_OK, or ASSAY_EDATA for the first value (in index order) that breaks the rule.
 */
#ifndef ASSAY_CORE_METRIC_CHECK_H
#define ASSAY_CORE_METRIC_CHECK_H

#include <stddef.h>

#include "core/base/error.h"

/* n > 0, every outcome 0 or 1. *n_event, if not NULL, is the number of ones. */
ASSAY_MUST_CHECK enum assay_status assay_check_outcome(const char *what,
                                                       const unsigned char outcome[], size_t n,
                                                       size_t *n_event, struct assay_error *err);

/* Every prob in [0, 1]. */
ASSAY_MUST_CHECK enum assay_status assay_check_prob(const char *what, const double prob[], size_t n,
                                                    struct assay_error *err);

/* Every score finite. */
ASSAY_MUST_CHECK enum assay_status assay_check_score(const char *what, const double score[],
                                                     size_t n, struct assay_error *err);

/* Both outcomes are there: 0 < n_event < n. */
ASSAY_MUST_CHECK enum assay_status assay_check_both(const char *what, size_t n_event, size_t n,
                                                    struct assay_error *err);

/* Fails with `WHAT is VALUE; expected EXPECTED`, the value as the shortest text that reads back
 * to the same double. */
enum assay_status assay_fail_value(struct assay_error *err, const char *what, double value,
                                   const char *expected);

#endif
