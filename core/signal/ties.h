/* ties.h - a column of numbers by its distinct values and the cohorts that have them
 *
 * Rows with one value in one cohort node are tied. What is the same for them, their place in a
 * distribution or the points of their value, is then worked out once, and rows are only counted or looked
 * up: those of a resample and ten million alike.
 *   short tables   tie[i] is the number of row i's; there are as many as occur
 *   coded columns  that of row i is code * n_leaf + leaf[i]; there are as many as might occur
 * A plain column of a long table has none, nor a coded one that would have more than ASSAY_MOST_TIES.
 */
#ifndef ASSAY_CORE_SIGNAL_TIES_H
#define ASSAY_CORE_SIGNAL_TIES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/table.h"

/* 32 MB of counts. */
#define ASSAY_MOST_TIES ((size_t)1 << 22)

struct assay_runs;

/* n_tie is 0 where a column has no ties. */
struct assay_ties {
    size_t n_row, n_tie;
    uint16_t *tie;  /* [n_row] in short tables; else NULL */
    double *value;  /* [n_tie] in short tables, ascending; missing (NaN) come last */
    uint16_t *leaf; /* [n_tie] in short tables, ascending within a value; of the missing, 0 */
    const struct assay_column *column; /* borrowed; where it is coded: */
    size_t n_leaf;
    uint16_t *order; /* [n_order] its codes, values ascending, without NaN */
    size_t n_order;
};

/* leaf[n_row]: cohort nodes, below n_leaf.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_ties_init(const struct assay_column *column,
                                                   const uint16_t leaf[], size_t n_leaf,
                                                   size_t n_row, struct assay_ties *ties,
                                                   struct assay_error *err);
void assay_ties_clear(struct assay_ties *ties);

/* Counts rows with a value, each include[row] times (NULL: each once), as runs (mixture.h), which the
 * caller clears. There must be ties. leaf[] is that of assay_ties_init(). */
ASSAY_MUST_CHECK enum assay_status assay_ties_count(const struct assay_ties *ties,
                                                    const uint16_t leaf[],
                                                    const unsigned char *include,
                                                    struct assay_runs *runs,
                                                    struct assay_error *err);

#endif
