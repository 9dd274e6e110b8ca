/* signals.h - what the score saw of an audit's rows: the normalised signals, and which were missing
 *
 * A long table has few different values of most signals (core/data/table.h), and a signal's points follow from its
 * value and the row's cohort alone: they are worked out once for each pair, and a row finds its own there. Other
 * signals lie in the set by entry: those of plain columns and of texts, and those whose missing values wait for
 * the row's other signals. Readers ask here and need not know which it is.
 */
#ifndef ASSAY_VALIDATE_AUDIT_SIGNALS_H
#define ASSAY_VALIDATE_AUDIT_SIGNALS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

/* Of one signal, by value and cohort. */
struct assay_audit_points {
    const uint16_t *code;  /* [n_row] of the table's column; NULL: the signal lies in the set by entry */
    const double *value;   /* [n_value] of the column; NaN: missing */
    size_t n_value, n_node;
    bool gaps;             /* some value is missing */
    bool by_cohort;
    float *point;          /* [n_node * n_value]; one node where cohorts do not matter */
};

/* Makes set->points[n_signal] for rows of this input, of which the set has up to n. True in *by_cohort: some need
 * set->cohort.
 *   ASSAY_ENOMEM  what was made is to be cleared all the same */
ASSAY_MUST_CHECK enum assay_status assay_audit_points_make(const struct assay_audit_input *input,
                                                           size_t n_signal, size_t n,
                                                           struct assay_audit_set *set, bool *by_cohort,
                                                           struct assay_error *err);
void assay_audit_points_clear(struct assay_audit_set *set, size_t n_signal);

/* Whether signal j lies in the set by entry. */
static inline bool assay_audit_signal_is_plain(const struct assay_audit_set *set, size_t j)
{
    return set->points == NULL || set->points[j].code == NULL;
}

/* Signal j of entry i as the score used it, [0, 100]; a missing one has what its policy put in its place. */
static inline double assay_audit_signal(const struct assay_audit_set *set, size_t j, size_t i)
{
    if (assay_audit_signal_is_plain(set, j))
        return (double)set->s[j][i];
    const struct assay_audit_points *points = &set->points[j];
    size_t node = points->by_cohort ? set->cohort[i] : 0;
    return (double)points->point[node * points->n_value + points->code[assay_audit_row(set, i)]];
}

/* Whether its raw value was missing or unknown. */
static inline bool assay_audit_missing(const struct assay_audit_set *set, size_t j, size_t i)
{
    if (assay_audit_signal_is_plain(set, j))
        return set->missing[j][i] != 0;
    const struct assay_audit_points *points = &set->points[j];
    return isnan(points->value[points->code[assay_audit_row(set, i)]]);
}

/* Both, of entries first .. first + n - 1. */
void assay_audit_signals(const struct assay_audit_set *set, size_t j, size_t first, size_t n, float s[],
                         unsigned char missing[]);

#endif
