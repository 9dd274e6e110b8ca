/* ranked.h - rows sorted by risk, once, for every figure that needs them so
 *
 * A copy of the columns in ascending order of risk; rows of equal risk stay in the order in which they
 * came (the file's). Where a figure cuts through a run of equal risks (deciles, bins of equal count) that
 * order decides who falls on which side; nothing else depends on the order of the rows.
 */
#ifndef ASSAY_CORE_METRIC_RANKED_H
#define ASSAY_CORE_METRIC_RANKED_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/roc.h"

/* Borrowed, in any order; each has n entries. Those marked so may be NULL. */
struct assay_ranked_columns {
    size_t n;
    const double *score;          /* finite */
    const unsigned char *outcome; /* 0 or 1 */
    const unsigned char *flagged; /* or NULL */
    const double *value;          /* or NULL */
    const int32_t *cluster;       /* codes from 0, or NULL */
};

struct assay_ranked {
    size_t n, n_event;
    double *risk;           /* [n] ascending: the score, or the score with its sign turned where higher is
                               healthier; never -0 */
    unsigned char *outcome; /* [n] */
    unsigned char *flagged; /* [n] or NULL, as it was given; so the next two */
    double *value;
    int32_t *cluster;
    size_t n_code;          /* clusters: the largest code and one */
};

/* Takes at most 22 bytes a row; while it sorts it takes 8 and what row_sort.h does. n is at most 2^32.
 *   ASSAY_EDATA   n is 0, a score that is not finite, an outcome that is not 0 or 1
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_ranked_init(const struct assay_ranked_columns *columns,
                                                     enum assay_higher_is higher_is,
                                                     struct assay_ranked *ranked,
                                                     struct assay_error *err);
void assay_ranked_clear(struct assay_ranked *ranked);

/* The start of the run of equal risks that ends before `end`, end at least 1. */
static inline size_t assay_ranked_run_start(const struct assay_ranked *ranked, size_t end)
{
    size_t first = end - 1;
    while (first > 0 && ranked->risk[first - 1] == ranked->risk[end - 1])
        first--;
    return first;
}

/* How many rows have a risk below `risk`: the place of the first that does not. */
size_t assay_ranked_below(const struct assay_ranked *ranked, double risk);

#endif
