/* judge.h - every target of the audit, and whether it is met: the rule behind pass and fail
 *
 * A share of rows (sensitivity, specificity, ...) is judged by exact binomial tests
 * (core/metric/share_test.h), whatever its printed interval: Wilson's keeps its error rate only on
 * average. Rows of one account count as one, for they may all say the same; the share is worth
 * n^2 / sum of squared sizes rows then. Any other metric is judged by its own 95% interval.
 *
 * Errors, each at most ASSAY_VERDICT_ERROR whatever the truth and whatever the number of targets:
 *
 *   wrong pass of the audit    each limit at the full error: the one that is broken must be let through
 *                              (intersection-union test; Berger 1982, Technometrics 24:295-300)
 *   wrong fail of the audit    each of the K limits at error / K (Bonferroni)
 */
#ifndef ASSAY_VALIDATE_VERDICT_JUDGE_H
#define ASSAY_VALIDATE_VERDICT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/share_test.h"
#include "core/report/figures.h"
#include "validate/audit/input.h"

#define ASSAY_VERDICT_ERROR 0.05

struct assay_judged {
    const struct assay_metric *metric;  /* borrowed from the figures */
    size_t id;                          /* its place among them: enum assay_metric_id */
    struct assay_limits limits;
    bool is_share;
    struct assay_share share;           /* x and n in independent rows; n = 0: nothing to judge */
    double at_least, at_most;           /* the bounds that decide about the lower limit (the upper one
                                           where that is open); NaN: none */
    enum assay_verdict result;
};

struct assay_judgement {
    struct assay_judged judged[ASSAY_METRICS];
    size_t n;
    struct assay_verdict_errors errors; /* of each limit */
    double churners, others;            /* accounts seen with and without the event (some may be both);
                                           rows where no account is seen twice */
    enum assay_verdict result;          /* fail: any target is; pass: all are, and there is one */
};

/* Judges every metric that has a target, in the order of the figures.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_judge(const struct assay_audit_input *input,
                                                     const struct assay_figures *figures,
                                                     struct assay_judgement *out,
                                                     struct assay_error *err);

const char *assay_result_word(enum assay_verdict result); /* "pass", "fail", "inconclusive" */

/* Fail where any is, pass where all are; inconclusive of none. */
enum assay_verdict assay_join_results(const enum assay_verdict results[], size_t n);

#endif
