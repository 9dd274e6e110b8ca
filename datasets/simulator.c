#include "datasets/simulator.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>

#include "core/base/date.h"
#include "core/base/memory.h"

#define DAYS_PER_MONTH        30.4375
#define DAYS_PER_QUARTER      91
#define LONGEST_TENURE_MONTHS 240.0

/* Where an account was drawn that would not have lived to its first snapshot, it is drawn again;
 * after so many times (a world in which nobody survives) the last one is taken. */
#define WARM_UP_TRIES 1000

struct world {
    const struct assay_scenario *scenario;
    gsl_rng rng;
    size_t n_factor;
    double *factors; /* [n_factor], standard normal AR(1): F, D by dimension, E by signal, and one
                        by signal that decides whether its value is missing */
    double *values, *health; /* [n_signal] of the current snapshot */
};

struct account {
    size_t number, plan, segment, region, owner;
    size_t first; /* quarter of the first snapshot */
    int32_t signed_up;
    double arr_at_signup;
};

/* ---- random numbers ---- */

/* Stream of an account. For a given seed this maps the account's number one to one onto the 32 bits
 * that mt19937 can be seeded with, so no two accounts of a table share a stream (GSL reads seed 0
 * as 4357, the one exception). The mixing steps are those of splitmix64 (Steele, Lea & Flood 2014)
 * and of MurmurHash3's 32-bit finaliser (Appleby 2011), which are both one to one. */
static void seed_account(struct world *world, uint64_t seed, size_t number)
{
    uint64_t key = seed + UINT64_C(0x9e3779b97f4a7c15);
    key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
    key ^= key >> 31;
    uint32_t h = (uint32_t)number + (uint32_t)key;
    h = (h ^ (h >> 16)) * UINT32_C(0x85ebca6b);
    h = (h ^ (h >> 13)) * UINT32_C(0xc2b2ae35);
    h ^= h >> 16;
    gsl_rng_set(&world->rng, h ^ (uint32_t)(key >> 32));
}

static double draw_uniform(struct world *world)
{
    return gsl_rng_uniform(&world->rng); /* in [0, 1) */
}

/* By inversion: one draw each, unlike the faster methods. */
static double draw_normal(struct world *world)
{
    return gsl_cdf_ugaussian_Pinv(gsl_rng_uniform_pos(&world->rng));
}

static size_t draw_index(struct world *world, size_t n)
{
    return (size_t)(draw_uniform(world) * (double)n);
}

static size_t draw_group(struct world *world, const struct assay_scenario_group groups[], size_t n)
{
    double left = draw_uniform(world);
    size_t k = 0;
    while (k + 1 < n && left >= groups[k].share)
        left -= groups[k++].share;
    return k;
}

/* ---- what an account is ---- */

static void draw_signup(struct world *world, struct account *account)
{
    const struct assay_scenario *scenario = world->scenario;
    bool joins = draw_uniform(world) < scenario->joining_share;
    size_t quarter = draw_index(world, scenario->n_quarter);
    double position = draw_uniform(world);
    if (joins) {
        account->first = quarter;
        account->signed_up =
            scenario->as_of[quarter] - 1 - (int32_t)(position * (DAYS_PER_QUARTER - 1));
    } else {
        double months =
            fmin(-scenario->mean_tenure_months * log1p(-position), LONGEST_TENURE_MONTHS);
        account->first = 0;
        account->signed_up = scenario->as_of[0] - 1 - (int32_t)(months * DAYS_PER_MONTH);
    }
}

static struct account draw_account(struct world *world, size_t number)
{
    const struct assay_scenario *scenario = world->scenario;
    struct account account = {.number = number};
    account.plan = draw_group(world, scenario->plans, scenario->n_plan);
    account.segment = draw_group(world, scenario->segments, scenario->n_segment);
    account.region = draw_group(world, scenario->regions, scenario->n_region);
    account.owner = draw_index(world, scenario->n_owner);
    const struct assay_scenario_group *plan = &scenario->plans[account.plan];
    account.arr_at_signup = plan->arr_median * exp(plan->arr_sigma * draw_normal(world));
    draw_signup(world, &account);
    return account;
}

static size_t tenure_months(const struct account *account, int32_t as_of)
{
    return (size_t)((double)(as_of - account->signed_up) / DAYS_PER_MONTH);
}

static double arr_now(const struct world *world, const struct account *account, size_t months)
{
    double uplift = pow(1.0 + world->scenario->arr_uplift_per_year, (double)(months / 12));
    return fmax(100.0, 100.0 * round(account->arr_at_signup * uplift / 100.0));
}

/* ---- how it fares ---- */

static void start_factors(struct world *world)
{
    for (size_t k = 0; k < world->n_factor; k++)
        world->factors[k] = draw_normal(world);
}

static void step_factors(struct world *world)
{
    double keep = world->scenario->persistence;
    double fresh = sqrt(1.0 - keep * keep);
    for (size_t k = 0; k < world->n_factor; k++)
        world->factors[k] = keep * world->factors[k] + fresh * draw_normal(world);
}

static double latent_health(const struct world *world, size_t j)
{
    const struct assay_scenario *scenario = world->scenario;
    double own = fmax(0.0, 1.0 - scenario->common - scenario->dimension);
    return sqrt(scenario->common) * world->factors[0] +
           sqrt(scenario->dimension) * world->factors[1 + scenario->signals[j].dimension] +
           sqrt(own) * world->factors[1 + scenario->n_dimension + j];
}

static bool is_missing(const struct world *world, size_t j)
{
    const struct assay_scenario *scenario = world->scenario;
    double position = world->factors[1 + scenario->n_dimension + scenario->n_signal + j];
    return gsl_cdf_ugaussian_P(position) < scenario->signals[j].missing_rate;
}

/* Fills world->health and gives the log-odds of churn when nobody acts. */
static double look_inside(struct world *world, const struct account *account)
{
    const struct assay_scenario *scenario = world->scenario;
    double log_odds = scenario->intercept + scenario->plans[account->plan].log_odds +
                      scenario->segments[account->segment].log_odds +
                      scenario->regions[account->region].log_odds;
    for (size_t j = 0; j < scenario->n_signal; j++) {
        const struct assay_scenario_signal *signal = &scenario->signals[j];
        bool missing = is_missing(world, j);
        world->health[j] = missing ? 50.0 : 100.0 * gsl_cdf_ugaussian_P(latent_health(world, j));
        log_odds -= scenario->slope * signal->weight * world->health[j] / 100.0;
        if (missing)
            log_odds += signal->missing_log_odds;
    }
    return log_odds;
}

/* Fills world->values: what an analyst would see in this quarter. */
static void measure(struct world *world, const struct account *account, size_t quarter,
                    size_t months)
{
    static const double swing[4] = {1.0, 0.0, -1.0, 0.0}; /* a cosine over the year */
    const struct assay_scenario *scenario = world->scenario;
    size_t of_year = scenario->first_quarter_of_year + quarter;
    for (size_t j = 0; j < scenario->n_signal; j++) {
        const struct assay_scenario_signal *signal = &scenario->signals[j];
        double level = scenario->levels[j * scenario->n_plan + account->plan];
        if (months < scenario->newcomer_months)
            level *= signal->newcomer_level;
        double z = latent_health(world, j);
        double x = (signal->lower_is_better ? -z : z) +
                   signal->season_amplitude * swing[(of_year + 4 - signal->peak_quarter) % 4] +
                   signal->trend_per_year * (double)quarter / 4.0;
        world->values[j] = is_missing(world, j) ? NAN : assay_raw_value(&signal->shape, level, x);
    }
}

static double probability(double log_odds)
{
    return 1.0 / (1.0 + exp(-log_odds));
}

/* The account's state as of its first snapshot. An account that had signed up before has survived
 * the quarters since, or as many of them as the scenario warms up. */
static void warm_up(struct world *world, const struct account *account)
{
    const struct assay_scenario *scenario = world->scenario;
    size_t lived =
        (size_t)(scenario->as_of[account->first] - account->signed_up) / DAYS_PER_QUARTER;
    size_t n = lived < scenario->warm_up_quarters ? lived : scenario->warm_up_quarters;
    bool survived = false;
    for (size_t k = 0; k < WARM_UP_TRIES && !survived; k++) {
        start_factors(world);
        survived = true;
        for (size_t t = 0; t < n && survived; t++) {
            survived = draw_uniform(world) >= probability(look_inside(world, account));
            step_factors(world);
        }
    }
}

/* ---- what happens to it ---- */

/* Decides the row's truth; always four draws. An owner acts first: an account that churns after an
 * action does so later in the horizon than the action. */
static void decide(struct world *world, double log_odds, struct assay_simulated_row *row)
{
    const struct assay_scenario *scenario = world->scenario;
    double act = draw_uniform(world), act_day = draw_uniform(world);
    double churn = draw_uniform(world), churn_day = draw_uniform(world);
    row->prob_untouched = probability(log_odds);
    row->acted = row->prob_untouched >= scenario->act_above && act < scenario->act_probability;
    row->prob = row->acted ? probability(log_odds + scenario->act_log_odds) : row->prob_untouched;
    row->churned = churn < row->prob;
    row->saved = !row->churned && churn < row->prob_untouched;
    int32_t waited = 0;
    if (row->acted)
        waited = 1 + (int32_t)(act_day * (double)scenario->act_within_days);
    int32_t left = (int32_t)scenario->horizon_days - waited;
    int32_t acted_on = row->as_of + waited;
    int32_t churned_on = acted_on + 1 + (int32_t)(churn_day * left);
    if (row->acted && acted_on <= scenario->observed_until)
        row->acted_on = acted_on;
    if (row->churned && churned_on <= scenario->observed_until)
        row->churned_on = churned_on;
}

static struct assay_simulated_row snapshot(struct world *world, const struct account *account,
                                           size_t quarter)
{
    int32_t as_of = world->scenario->as_of[quarter];
    size_t months = tenure_months(account, as_of);
    struct assay_simulated_row row = {
        .account = account->number,
        .quarter = quarter,
        .plan = account->plan,
        .segment = account->segment,
        .region = account->region,
        .owner = account->owner,
        .as_of = as_of,
        .arr = arr_now(world, account, months),
        .tenure_months = months,
        .values = world->values,
        .health = world->health,
        .acted_on = ASSAY_NO_DATE,
        .churned_on = ASSAY_NO_DATE,
    };
    double log_odds = look_inside(world, account);
    measure(world, account, quarter, months);
    decide(world, log_odds, &row);
    return row;
}

/* ---- the whole ---- */

static enum assay_status make_world(const struct assay_scenario *scenario, struct world *world,
                                    struct assay_error *err)
{
    size_t n = scenario->n_signal;
    struct world made = {.scenario = scenario, .n_factor = 1 + scenario->n_dimension + 2 * n};
    made.rng.type = gsl_rng_mt19937;
    made.rng.state = assay_alloc(1, gsl_rng_mt19937->size);
    made.factors = assay_alloc(made.n_factor + 2 * n, sizeof *made.factors);
    if (made.rng.state == NULL || made.factors == NULL) {
        free(made.rng.state);
        free(made.factors);
        return assay_fail_memory(err, "simulating accounts");
    }
    made.values = made.factors + made.n_factor;
    made.health = made.values + n;
    *world = made;
    return ASSAY_OK;
}

enum assay_status assay_simulate(const struct assay_scenario *scenario, uint64_t seed,
                                 size_t n_account,
                                 enum assay_status (*take)(void *state,
                                                           const struct assay_simulated_row *row,
                                                           struct assay_error *err),
                                 void *state, struct assay_error *err)
{
    struct world world;
    enum assay_status status = make_world(scenario, &world, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t number = 1; number <= n_account && status == ASSAY_OK; number++) {
        seed_account(&world, seed, number);
        struct account account = draw_account(&world, number);
        warm_up(&world, &account);
        bool lives = true;
        for (size_t t = account.first; t < scenario->n_quarter && lives && status == ASSAY_OK;
             t++) {
            if (t > account.first)
                step_factors(&world);
            struct assay_simulated_row row = snapshot(&world, &account, t);
            status = take(state, &row, err);
            lives = !row.churned;
        }
    }
    free(world.factors);
    free(world.rng.state);
    return status;
}
