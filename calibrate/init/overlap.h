/* overlap.h - does a new signal say anything that those already chosen do not?
 *
 * Weights of signals that follow from each other cannot be told apart, and calibrate refuses them.
 * Each column is looked at as numbers and as ranks (percentile normalisation sees ranks alone, so
 * that a logarithm is a copy of its argument there); missing values stand at the mean. Columns of
 * categories are also asked whether they decide another column's value altogether.
 */
#ifndef ASSAY_CALIBRATE_OVERLAP_H
#define ASSAY_CALIBRATE_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/* |correlation| above this is a copy; the same as a multiple correlation is a combination. */
#define ASSAY_COPY_CORRELATION 0.999

/* Longer columns are thinned, evenly, to this many rows for the correlations; a prime, so that the
 * stride does not keep step with the snapshots of an account. */
#define ASSAY_OVERLAP_ROWS 9973

struct assay_overlap_column {
    const double *value;  /* [n_row], NaN where missing */
    const int32_t *codes; /* by row of the table, -1 where missing: what the values are. NULL: none */
    bool categorical;     /* codes are 0 .. ASSAY_OVERLAP_CATEGORIES - 1 */
};
#define ASSAY_OVERLAP_CATEGORIES 32

enum assay_overlap_verdict {
    ASSAY_OVERLAP_NONE,
    ASSAY_OVERLAP_CONSTANT,    /* it does not vary on the thinned rows */
    ASSAY_OVERLAP_COPY,        /* of signal `of`, with correlation r */
    ASSAY_OVERLAP_DECIDED,     /* signal `of` has categories that decide its value */
    ASSAY_OVERLAP_DECIDES,     /* its categories decide the value of signal `of` */
    ASSAY_OVERLAP_COMBINATION, /* sum of multiples of several, with multiple correlation r */
};

struct assay_overlap_finding {
    enum assay_overlap_verdict verdict;
    size_t of; /* place among those that were taken */
    double r;
};

struct assay_overlap;

/* For columns on the rows rows[n_row] of a table, which are borrowed. ranks: look at ranks as well as
 * at numbers. NULL when there is no memory. */
struct assay_overlap *assay_overlap_new(const size_t rows[], size_t n_row, bool ranks);
void assay_overlap_free(struct assay_overlap *overlap);

/* Compares the column with those taken so far, and takes it when the verdict is NONE. Its codes are
 * borrowed as long as overlap lives; its values are not.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_overlap_take(struct assay_overlap *overlap,
                                                      const struct assay_overlap_column *column,
                                                      struct assay_overlap_finding *finding,
                                                      struct assay_error *err);

#endif
