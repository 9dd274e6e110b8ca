/* simulator.h - accounts that live and churn by a stated truth
 *
 * Signal j of an account has a latent health z_j, standard normal,
 *
 *   z_j = sqrt(common) F + sqrt(dimension) D + sqrt(1 - common - dimension) E_j
 *
 * with F the account's own, D shared by the signals of a dimension, E_j the signal's, all
 * independent and each AR(1) from quarter to quarter, so that a dip lasts. The truth of a snapshot
 * is its health s_j = 100 Phi(z_j), higher healthier, 50 where the value is missing, and
 *
 *   logit P(churn within the horizon) = alpha - sum_j u_j s_j / 100 + the group's and gaps'
 * log-odds
 *
 * with u_j = slope * w_j. What a table shows is the raw value: the shape's quantile at z_j (at -z_j
 * where lower is better), after the season's and the trend's shift, which the truth does not know.
 *
 * Every account has its own random stream, made from the seed and the account's number: account 7
 * is the same whether 10 or 10,000 accounts are drawn. A stream spends the same number of draws on
 * every quarter, so changing what owners do changes nothing else about an account.
 */
#ifndef ASSAY_DATASETS_SIMULATOR_H
#define ASSAY_DATASETS_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "datasets/scenario.h"

/* One snapshot. Arrays live only until the callback returns. */
struct assay_simulated_row {
    size_t account;                      /* from 1 */
    size_t quarter;                      /* from 0 */
    size_t plan, segment, region, owner; /* indices into the scenario's lists */
    int32_t as_of;
    double arr;           /* dollars a year, a multiple of 100 */
    size_t tenure_months; /* whole months since signup */
    const double *values; /* [n_signal] as measured; NaN where missing */
    int32_t acted_on;     /* or ASSAY_NO_DATE: not acted on, or not yet by observed_until */
    int32_t churned_on;   /* or ASSAY_NO_DATE: within the horizon only, and by observed_until */

    /* ---- the truth, which no table would show ---- */
    const double *health;  /* [n_signal], s_j in [0, 100]; 50 where missing */
    double prob;           /* P(churn within the horizon), after the owner's action if any */
    double prob_untouched; /* had nobody acted */
    bool acted, churned;   /* whether or not it is known yet */
    bool saved;            /* stays, and would have churned had nobody acted */
};

/* Hands over the snapshots of accounts 1..n_account (below 2^32), account by account, each in order
 * of time; an account's last one may be that in whose horizon it churns. `take` returns a status
 * other than ASSAY_OK to stop, which is then returned.
 *
 *   ASSAY_ENOMEM  no memory for one account's state
 */
ASSAY_MUST_CHECK enum assay_status assay_simulate(
    const struct assay_scenario *scenario, uint64_t seed, size_t n_account,
    enum assay_status (*take)(void *state, const struct assay_simulated_row *row,
                              struct assay_error *err),
    void *state, struct assay_error *err);

#endif
