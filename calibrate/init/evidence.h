/* evidence.h - what one column alone says of the outcome
 *
 * Screening, not inference: rows count as independent, although an account may have several, so
 * that z and p are too sure of themselves there; the fit judges later. Every function borrows
 * outcome[n], each 0 or 1, both of which occur.
 */
#ifndef ASSAY_CALIBRATE_EVIDENCE_H
#define ASSAY_CALIBRATE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct assay_evidence {
    size_t n, n_present;
    /* Of the rows with a value: P(an event's is higher) + P(equal) / 2, DeLong's standard error and
     * z = (auc - 1/2) / std_error, infinite in perfect order. 0.5 and 0 where the value, or the
     * outcome beside it, does not vary. */
    double auc, z;
    double presence_auc; /* AUC of there being a value, the better way round: 0.5 to 1 */
    double missing_p_value;  /* chi-square test that being missing has nothing to do with the outcome;
                                1 where nothing, or everything, is missing */
    bool missing_weighable;  /* a 0/1 column of being missing could be weighed, see below */
};

/* value[n], NaN where missing.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_evidence_measure(const double value[],
                                                          const unsigned char outcome[], size_t n,
                                                          struct assay_evidence *out,
                                                          struct assay_error *err);

/* How far an AUC is from saying nothing: |auc - 1/2|, scaled by the share of rows with a value. */
double assay_evidence_strength(const struct assay_evidence *evidence);

/* Whether a weight for a column of categories, or of 0 and 1, is finite, and stays so when a tenth of
 * the rows is held out: two of its values must each hold at least ASSAY_WEIGHABLE_ROWS events and as
 * many non-events. value[n], NaN where missing, takes up to ASSAY_MOST_LEVELS different values. */
#define ASSAY_WEIGHABLE_ROWS 5
#define ASSAY_MOST_LEVELS 21
bool assay_is_weighable(const double value[], const unsigned char outcome[], size_t n);

/* How near an ordered number comes to telling the outcomes apart on its own: but for n_row rows, the
 * events lie on one side of `at` and the others on the other, ties at it allowed. With none of them
 * the weight is not finite (complete and quasi-complete separation: Albert and Anderson 1984). */
struct assay_border {
    size_t n_row; /* the fewest, over every border and both ways round */
    double at;    /* one of the values; NaN, with n_row 0, where only one outcome has any */
};

/* Few rows fall into one fold of a cross-validation, and what is left is then separated: a number
 * wants at least so many beyond its border. */
#define ASSAY_BORDER_ROWS 3

/* value[n], NaN where missing.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_border_find(const double value[],
                                                     const unsigned char outcome[], size_t n,
                                                     struct assay_border *border,
                                                     struct assay_error *err);

/* ---- categories: counts[n_group] of rows, events[n_group] of those with the event ---- */

/* Pearson's chi-square test (1900) that all groups have the same rate; groups without rows do not
 * count. 1 where there is nothing to compare. */
double assay_rates_p_value(const size_t counts[], const size_t events[], size_t n_group);

/* Points from 0 (worst) to 100 (best), spread as the retention rates 1 - events / counts are, and
 * rounded to 5. A rate is first drawn to the overall one by ASSAY_RATE_PRIOR rows, so that a
 * category with three rows does not mark an end of the scale. All 50 where the rates are equal. */
#define ASSAY_RATE_PRIOR 10.0
void assay_points_from_rates(const size_t counts[], const size_t events[], size_t n_group,
                             double points[]);

#endif
