/* scenario.h - the world that the simulator draws from, as a JSON file declares it
 *
 * datasets/README.md describes the file key by key. Reading is strict: an unknown, missing or
 * repeated key and a number out of its range are errors that name the place.
 */
#ifndef ASSAY_DATASETS_SCENARIO_H
#define ASSAY_DATASETS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "datasets/raw_value.h"

struct assay_json;

/* A plan, a segment or a region. */
struct assay_scenario_group {
    const char *name;
    double share;      /* of all accounts, in [0, 1]; the shares of a list sum to 1 */
    double log_odds;   /* added to the log-odds of churn, [-10, 10], 0 if not given */
    double arr_median; /* plans: dollars a year, lognormal, at signup */
    double arr_sigma;  /* plans: standard deviation of log ARR */
};

struct assay_scenario_signal {
    const char *name;         /* the column */
    size_t dimension;         /* index into dimensions */
    bool lower_is_better;
    double weight;            /* w_j in [0, 1]; all sum to 1; u_j = slope * w_j */
    struct assay_raw_shape shape;
    double newcomer_level;    /* multiplies the plan's level below newcomer_months of tenure */
    double season_amplitude;  /* how far raw values shift up in the peak quarter and down two
                                 quarters later, in standard deviations, [0, 3] */
    size_t peak_quarter;      /* of the calendar year, 1..4 */
    double trend_per_year;    /* shift of raw values, standard deviations a year, [-3, 3] */
    double missing_rate;      /* share of snapshots without the value, [0, 1] */
    double missing_log_odds;  /* added to the log-odds of churn where it is missing, [-10, 10] */
};

struct assay_scenario {
    const char *name;
    size_t seed;
    size_t n_account;             /* 1..10 million */
    size_t horizon_days;          /* 2..90, so that a horizon ends by the next quarter end */
    double joining_share;         /* of the accounts, sign up within the window */
    double mean_tenure_months;    /* of the others at the first quarter, exponential */
    size_t newcomer_months;
    size_t warm_up_quarters;      /* lived through, and survived, before the first snapshot */
    double arr_uplift_per_year;   /* of ARR at each anniversary, as a share */
    size_t n_quarter;             /* 1..ASSAY_SCENARIO_QUARTERS */
    int32_t *as_of;               /* [n_quarter], quarter ends */
    size_t first_quarter_of_year; /* of as_of[0], 1..4 */
    int32_t observed_until;       /* on or after the last as_of */

    struct assay_scenario_group *plans, *segments, *regions;
    size_t n_plan, n_segment, n_region;
    const char **owners;
    size_t n_owner;

    struct assay_scenario_signal *signals;
    size_t n_signal;
    const char **dimensions;      /* in order of first mention */
    size_t n_dimension;
    double *levels;               /* [n_signal * n_plan], row-major, > 0 */

    double common, dimension;     /* shares of a latent health's variance, sum at most 1 */
    double persistence;           /* AR(1) coefficient from quarter to quarter, [0, 1) */
    double intercept, slope;      /* alpha and B */

    double act_above;             /* owners act on risks of at least this ... */
    double act_probability;       /* ... with this probability (0: nobody ever acts), ... */
    double act_log_odds;          /* ... which adds this, in [-10, 0], ... */
    size_t act_within_days;       /* ... on one of the first so many days */

    struct assay_json *doc;       /* the names above live here */
};

#define ASSAY_SCENARIO_QUARTERS 400
#define ASSAY_SCENARIO_SIGNALS 200

/* Reads text[length], // comments allowed; name stands in messages.
 *   ASSAY_EFORMAT  not JSON
 *   ASSAY_EDATA    not a scenario */
ASSAY_MUST_CHECK enum assay_status assay_scenario_parse(const char *name, const char *text,
                                                        size_t length,
                                                        struct assay_scenario *scenario,
                                                        struct assay_error *err);

/* The same from a file of at most 1 MiB; "-" is standard input. */
ASSAY_MUST_CHECK enum assay_status assay_scenario_read(const char *path,
                                                       struct assay_scenario *scenario,
                                                       struct assay_error *err);
void assay_scenario_clear(struct assay_scenario *scenario);

#endif
