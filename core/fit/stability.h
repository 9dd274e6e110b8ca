/* stability.h - how often a penalised fit to half the groups keeps a coefficient
 *
 * Stability selection (Meinshausen & Buehlmann 2010, J. R. Statist. Soc. B 72:417-473) in
 * complementary pairs (Shah & Samworth 2013, J. R. Statist. Soc. B 75:55-80): the groups, accounts with
 * all their rows, are dealt at random into two halves of the same number, one group staying out where
 * their number is odd, and both halves are fitted, at the lambda that was chosen for all rows.
 * lambda is per row (elastic.h), so a half is penalised as the whole is. The share of halves in
 * which a coefficient is not 0 says how much its being kept hangs on who happened to be in the data.
 * A ridge drops nothing, and says only how often a sign limit does.
 */
#ifndef ASSAY_CORE_FIT_STABILITY_H
#define ASSAY_CORE_FIT_STABILITY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/fit/elastic.h"
#include "core/fit/engine.h"

/* Everything is borrowed. */
struct assay_stability_data {
    size_t n_coef;
    size_t n_group; /* at least 2 */

    /* Makes an engine of n_coef coefficients over the rows of the groups with half[g] != 0, and takes it
     * down again; sample 0 .. 2 n_pair - 1 numbers the halves. half[n_group] lives until it is taken
     * down. Both may be called for several samples at the same time. */
    enum assay_status (*make_engine)(void *state, size_t sample, const unsigned char half[],
                                     struct assay_engine *engine, struct assay_error *err);
    void (*drop_engine)(void *state, size_t sample, struct assay_engine *engine);
    void *state;
};

struct assay_stability_options {
    struct assay_elastic_options elastic; /* of every fit. Columns that do not vary in a half are dropped
                                             there, whatever it says */
    double lambda;                        /* above 0 */
    size_t n_pair;                        /* at least 1, default 50 */
    uint64_t seed;                        /* default 1 */
    size_t n_thread;                      /* 0, the default: as many as there are processors */
};
struct assay_stability_options assay_stability_options_default(void);

/* share[n_coef] in [0, 1]: of the halves with a fit, those in which the coefficient is not 0; 1 for the
 * intercept. *n_fitted of the 2 n_pair halves have one: halves with one outcome only have none. The
 * same for any n_thread. On failure nothing is changed.
 *   ASSAY_EDATA     lambda or alpha is out of range
 *   ASSAY_ENUMERIC  no half has a fit (the message ends in the first reason)
 *   others          as make_engine fails; its ASSAY_ENUMERIC and ASSAY_EDATA are halves without a fit */
ASSAY_MUST_CHECK enum assay_status
assay_stability_select(const struct assay_stability_data *data,
                       const struct assay_stability_options *options, double share[],
                       size_t *n_fitted, struct assay_error *err);

#endif
