/* banding.h - a column of numbers, cut into bands for the search of blind spots
 *
 * Numbers that the table has by codes, and a signal's points by value and cohort, are banded value by value: rows
 * are counted by these, and find their band there.
 */
#ifndef ASSAY_VALIDATE_GROUPS_BANDING_H
#define ASSAY_VALIDATE_GROUPS_BANDING_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/bands.h"
#include "core/spec/spec.h"
#include "validate/audit/input.h"
#include "validate/groups/conditions.h"

/* A number of the audit by row: doubles, a column of the table, or a signal. */
struct assay_row_numbers {
    const double *value;
    const struct assay_column *column; /* where value is NULL */
    const struct assay_audit_set *set; /* of both of these */
    size_t signal;                     /* where column is NULL too */
};

/* Sets the column's edges and, where it has any, its code[n]: tenure is cut where the spec cuts it, if it does, others
 * so that bands hold about equally many rows. bands is scratch.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_numbers_band(const struct assay_row_numbers *numbers,
                                                      const struct assay_cohort_spec *cohort, size_t n,
                                                      struct assay_bands *bands,
                                                      struct assay_condition_column *column,
                                                      struct assay_error *err);

#endif
