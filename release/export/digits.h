/* digits.h - examples that a target of 15 digits can be held to
 *
 * Spreadsheets tell numbers apart to 15 digits, and fields of a customer database hold fewer than a double.
 * An example that stands by the next double below an edge has the results of the edge there, and says
 * nothing about the target.
 */
#ifndef ASSAY_RELEASE_EXPORT_DIGITS_H
#define ASSAY_RELEASE_EXPORT_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/model/scorer.h"

/* Whether an edge is the next double above a number of 15 digits, which goes to *below: what is "from" that
 * edge is above the number (imported scorecards have such bands). Else *below is the edge itself. */
bool assay_export_is_above(double edge, double *below);

/* Whether results are those of an example: figures to ASSAY_EXPORT_TOLERANCE, the zone, or both none. */
bool assay_export_agrees(const struct assay_score *score, const struct assay_example *example);

/* The examples whose results are the same with their numbers cut to 15 digits: their indices in kept
 * [n_example], and how many they are in *n_kept.
 *   ASSAY_EDATA  none: "TARGET cannot hold this model: ..." */
ASSAY_MUST_CHECK enum assay_status assay_export_examples_of_15_digits(
    const struct assay_model *model, const char *target, size_t kept[], size_t *n_kept,
    struct assay_error *err);

#endif
