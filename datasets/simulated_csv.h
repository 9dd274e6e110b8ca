/* simulated_csv.h - simulated snapshots as a table
 *
 * Columns: account_id, as_of, plan, segment, region, owner, arr, tenure_months, the scenario's
 * signals, acted_on, churned_on; with the truth also true_probability, untouched_probability,
 * true_churned and saved. datasets/README.md is their dictionary. A missing value, and a date that
 * has not come or is not known yet, is an empty cell. Lines end in LF.
 */
#ifndef ASSAY_DATASETS_SIMULATED_CSV_H
#define ASSAY_DATASETS_SIMULATED_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/error.h"
#include "datasets/scenario.h"

struct assay_simulated_summary {
    size_t n_row;     /* snapshots */
    size_t n_churned; /* of them with churn within the horizon, whether or not observed */
    size_t n_acted;   /* ... with an owner's action */
    size_t n_saved;   /* ... that stay because of it */
    double mean_prob; /* mean of the true probability; NaN without rows */
};

/* Draws n_account accounts, writes them to the stream and fills *summary.
 *   ASSAY_EIO  the stream takes no more */
ASSAY_MUST_CHECK enum assay_status assay_simulated_csv_write(
    const struct assay_scenario *scenario, uint64_t seed, size_t n_account, bool truth,
    FILE *stream, struct assay_simulated_summary *summary, struct assay_error *err);

#endif
