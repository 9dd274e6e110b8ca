/* drift_test.h - which variables have moved further than chance moves them
 *
 * Each variable is two samples in the same bins, the expected (training) and the actual (the audit's), with
 * a bin of their own for missing values, and one for values that are not listed. It is tested by its PSI
 * (core/metric/psi.h); a number by the Kolmogorov-Smirnov distance too, which sees a shift of the whole
 * sooner, the smaller of both p-values doubled (Bonferroni). Over all variables the false discovery rate is
 * held at ASSAY_DRIFT_RATE (Benjamini and Hochberg 1995, JRSS B 57:289-300): without any change, some
 * variable is said to have drifted in at most that share of audits.
 *
 * Limits are where the same decision falls: a variable has drifted when its PSI or its KS distance is
 * beyond its limit. They depend on how many rows there are, and fall once several variables have moved.
 */
#ifndef ASSAY_VALIDATE_DRIFT_DRIFT_TEST_H
#define ASSAY_VALIDATE_DRIFT_DRIFT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/ks_two_sample.h"
#include "core/metric/psi.h"
#include "core/model/reference.h"

#define ASSAY_DRIFT_RATE 0.05

struct assay_drift_variable {
    /* given */
    const struct assay_reference_variable *of; /* borrowed: name, kind, the expected sample */
    size_t n, missing;                         /* actual rows, and those of them without a value */
    size_t n_bin;
    double expected[ASSAY_PSI_BINS], actual[ASSAY_PSI_BINS]; /* rows */
    double edge[ASSAY_DECILE_BINS - 1]; /* of a number's bins */
    struct assay_ks ks;                 /* of a number; distance NaN otherwise */
    /* found */
    double psi, psi_p, psi_limit;
    double ks_p, ks_limit; /* NaN where there is no distance */
    double q_value;
    bool drifted;
};

/* What a row of either sample counts for, in (0, 1] (effective.h). */
struct assay_drift_weights {
    double expected, actual;
};

/* variables[n], their given parts filled, each with at least an actual row.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_drift_test(struct assay_drift_variable variables[],
                                                    size_t n, struct assay_drift_weights weights,
                                                    uint64_t seed, struct assay_error *err);

#endif
