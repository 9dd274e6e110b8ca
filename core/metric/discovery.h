/* discovery.h - which of many tests found something, when chance alone would make some of them
 *
 * The q-value of a test is the smallest false discovery rate (the expected share of false findings among
 * all findings, Benjamini & Hochberg 1995) at which it counts as a finding: those with q <= 0.05 are a set
 * of which at most 5% are expected to be false. Of m tests, p sorted upwards, q_(i) = min over k >= i of
 * c m p_(k) / k, at most 1, with
 *
 *   c = 1                      Benjamini & Hochberg (1995, JRSS B 57:289-300): tests that are independent,
 *                              or depend positively (Benjamini & Yekutieli 2001)
 *   c = 1 + 1/2 + ... + 1/m    Benjamini & Yekutieli (2001, Annals of Statistics 29:1165-1188): any
 *                              dependence
 */
#ifndef ASSAY_CORE_METRIC_DISCOVERY_H
#define ASSAY_CORE_METRIC_DISCOVERY_H

#include <stddef.h>

#include "core/base/error.h"

#define ASSAY_FALSE_DISCOVERY_RATE 0.05 /* of an audit, unless it says otherwise */

enum assay_dependence { ASSAY_POSITIVE_DEPENDENCE, ASSAY_ANY_DEPENDENCE };

/* q[n] of p[n], each in [0, 1]. A NaN is no test: it is not counted in m, and its q is NaN. q may be p.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_q_values(const double p[], size_t n,
                                                  enum assay_dependence dependence, double q[],
                                                  struct assay_error *err);

#endif
