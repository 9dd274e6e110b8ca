/* pooled.h - past audits and this one together, by a rule that may be looked at after every quarter
 *
 * Evidence grows audit by audit (core/metric/sequential.h); a verdict falls when it reaches 1 / error: 20
 * for a pass, 20 K for a fail by one of K limits. Looked at as often as you like, each wrong verdict, on
 * every metric together, comes at any time at all with a probability of at most ASSAY_VERDICT_ERROR.
 *
 * Pooled are shares with a target, over audits of the same version at the same line. Churners are fresh in
 * each audit; where the horizon lets one be counted by m audits, each counts for 1 / m. All other shares
 * meet the same accounts again, and are pooled as the same trials.
 */
#ifndef ASSAY_VALIDATE_VERDICT_POOLED_H
#define ASSAY_VALIDATE_VERDICT_POOLED_H

#include "core/metric/sequential.h"
#include "validate/verdict/judge.h"

struct assay_pooled_metric {
    const struct assay_judged *judged; /* borrowed */
    double x, n;                       /* rows of all audits, as counted */
    double worth;                      /* independent ones among them */
    struct assay_estimate interval;    /* anytime-valid, each end at ASSAY_VERDICT_ERROR */
    double evidence_pass, evidence_fail; /* at most 1e300 */
    enum assay_verdict result;
};

struct assay_pooled {
    size_t n_audit;    /* this one included; 0: there are no past audits */
    size_t n_other;    /* past audits left out: of another version, or at another line */
    int32_t from, to;  /* ASSAY_NO_DATE: not known */
    struct assay_pooled_metric metric[ASSAY_METRICS];
    size_t n;
    double pass_at, fail_at; /* evidence that decides */
    enum assay_verdict result;
};

/* *out borrows the judgement.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_pool(const struct assay_audit_input *input,
                                                    const struct assay_judgement *judgement,
                                                    struct assay_pooled *out,
                                                    struct assay_error *err);

#endif
