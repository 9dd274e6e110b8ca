/* deal.h - the accounts of a history: dealt into folds, and looked at for snapshots that repeat */
#ifndef ASSAY_CALIBRATE_DEAL_H
#define ASSAY_CALIBRATE_DEAL_H

#include "calibrate/fit/history.h"
#include "core/base/error.h"

/* Fills fold[], n_fold and n_account from used[] and outcome[]. Accounts are dealt in turn: used before
 * unused, those with an event before others, then by assay_account_hash(), so that every fold has its share
 * of accounts that churned, and the order of the rows does not matter. With "folds": 0 accounts are counted,
 * and fold[] is not touched.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_history_deal(struct assay_history *history,
                                                      struct assay_error *err);

/* Fills n_repeated. An account twice on one date is usually a join gone wrong, and counts its outcome
 * twice. One sweep where used rows stand by account and date, as they mostly do; else they are sorted.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_history_count_repeats(struct assay_history *history,
                                                               struct assay_error *err);

#endif
