/* sieve.h - of many values only those in question are put in order
 *
 * All values are counted by strips of equal width between the lowest and the highest, each strip by its values
 * without a flag and with one. What is asked of the order, a percentile or a best cut, mostly needs the values of
 * a few strips; those are gathered, and of the rest the counts are enough. All processors share the work; the
 * result does not depend on their number.
 */
#ifndef ASSAY_CORE_METRIC_SIEVE_H
#define ASSAY_CORE_METRIC_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum { ASSAY_STRIPS = 4096 };

struct assay_sieve {
    const double *value;       /* [n] borrowed; NaN is passed over */
    const unsigned char *flag; /* [n] borrowed, 0 or not; NULL: 0 */
    size_t n, n_chunk;
    size_t n_present;       /* values that are not NaN */
    double lowest, highest; /* of them */
    double per_half;        /* strips to half a unit: halves, for a difference of extremes may overflow */
    size_t (*count)[2];     /* [ASSAY_STRIPS] values without the flag, with it */
    uint32_t (*in_chunk)[ASSAY_STRIPS][2]; /* [n_chunk] the same of parts of the rows */
    bool *kept;             /* [ASSAY_STRIPS] false at first; the caller's to set before gathering */
};

/* Counts value[n], finite or NaN, n < 2^32.
 *   ASSAY_ENOMEM  `what` says doing what */
ASSAY_MUST_CHECK enum assay_status assay_sieve_init(const double value[], const unsigned char flag[],
                                                    size_t n, const char *what,
                                                    struct assay_sieve *sieve,
                                                    struct assay_error *err);
void assay_sieve_clear(struct assay_sieve *sieve);

/* Where a value from lowest to highest lies; no higher value lies in a lower strip. */
size_t assay_sieve_strip(const struct assay_sieve *sieve, double value);

/* How many values lie in a strip, and in those that are kept. */
size_t assay_sieve_in(const struct assay_sieve *sieve, size_t strip);
size_t assay_sieve_kept(const struct assay_sieve *sieve);

/* The values of strips that are kept and, unless NULL, whether they have the flag, 0 or 1, in the order of the
 * rows: room for assay_sieve_kept() each. */
void assay_sieve_gather(const struct assay_sieve *sieve, double value[], unsigned char flag[]);

#endif
