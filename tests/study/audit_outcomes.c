/* audit_outcomes.c - what an audit says of outreach and of lead times, held against known truths
 *
 * Prints the tables of docs/audit-evidence.md:
 *
 *   bounds   sensitivity, specificity and precision had nobody acted, in the simulator's worlds,
 * where it is known of each account whether it was saved effect   the effect of acting, in worlds
 * where it is known, timing and all leads    lead times under a known process of flags, truncated
 * as data are
 *
 *   audit_outcomes SCENARIO.json [DATA_SETS]    1000: a minute. SCENARIO:
 * datasets/demo.scenario.json
 */
#include <stdio.h>

#include <gsl/gsl_errno.h>

#include "core/metric/lead_time.h"
#include "core/metric/saves.h"
#include "datasets/simulator.h"
#include "tests/outcomes/outcome_world.h"
#include "validate/outcomes/effect.h"

static void die_unless(enum assay_status status, const struct assay_error *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "audit_outcomes: %s\n", err->message);
    exit(2);
}

static double percent(size_t x, size_t n)
{
    return 100.0 * (double)x / (double)n;
}

/* ---- the simulator's worlds, as audited rows ---- */

#define FLAGGED_AT 0.2

struct simulated {
    struct outcome_world world;
    size_t n, quarters;
    unsigned char *untouched; /* [n] 1: would have churned had nobody acted */
    double *prob_acted;       /* [n] of churn within the horizon, where acted on */
};

/* Rows whose horizon is over. The probability is the true one had nobody acted: owners chose by it
 * alone. */
static enum assay_status take(void *state, const struct assay_simulated_row *row,
                              struct assay_error *err)
{
    struct simulated *s = state;
    struct assay_audit_set *set = &s->world.input.used;
    (void)err;
    if (row->quarter + 1 == s->quarters)
        return ASSAY_OK;
    size_t i = s->n++;
    set->prob[i] = row->prob_untouched;
    set->flagged[i] = row->prob_untouched >= FLAGGED_AT;
    set->account[i] = (int32_t)row->account - 1;
    set->as_of[i] = row->as_of;
    set->plan[i] = (int32_t)row->plan;
    set->acted_on[i] = row->acted_on;
    set->acted[i] = row->acted;
    set->event_date[i] = row->churned_on;
    set->outcome[i] = row->churned;
    set->n_event += row->churned;
    s->untouched[i] = row->churned || row->saved;
    s->prob_acted[i] = row->prob;
    return ASSAY_OK;
}

static void simulate(const struct assay_scenario *scenario, uint64_t seed, size_t n_account,
                     struct simulated *s)
{
    struct assay_error err = {0};
    size_t most = n_account * scenario->n_quarter;
    *s = (struct simulated){.quarters = scenario->n_quarter,
                            .untouched = calloc(most, 1),
                            .prob_acted = calloc(most, sizeof *s->prob_acted)};
    outcome_world_init(&s->world, most);
    die_unless(assay_simulate(scenario, seed, n_account, take, s, &err), &err);
    s->world.input.used.n = s->n;
    s->world.input.repeated = true;
}

static void simulated_clear(struct simulated *s)
{
    outcome_world_clear(&s->world);
    free(s->untouched);
    free(s->prob_acted);
}

/* An account churns on a day drawn evenly from those left of the horizon, after an action from
 * those after it (datasets/README.md). Given that it is still there at the landmark: */
static void after_landmark(struct simulated *s, const struct assay_actions *actions)
{
    const struct assay_audit_set *set = &s->world.input.used;
    double days = WORLD_HORIZON, l = actions->landmark;
    for (size_t i = 0; i < s->n; i++) {
        double p0 = set->prob[i], p1 = s->prob_acted[i], at = set->acted_on[i] - set->as_of[i];
        s->world.rate[i] = (double)NAN;
        s->world.otherwise[i] = p0 * (days - l) / days / (1 - p0 * l / days);
        s->world.acted[i] = p1 * (days - l) / (days - at) / (1 - p1 * (l - at) / (days - at));
    }
}

/* ---- bounds ---- */

enum { RATES = 3 };
static const char *const rate_names[RATES] = {"sensitivity", "specificity", "precision"};

struct rate_sums {
    double hit[RATES], of[RATES];
};

/* Counts of one table: as it would have been untouched. */
static struct rate_sums untouched_rates(const struct simulated *s)
{
    const unsigned char *flagged = s->world.input.used.flagged;
    struct rate_sums sums = {.hit = {0}};
    for (size_t i = 0; i < s->n; i++) {
        bool event = s->untouched[i];
        sums.hit[0] += flagged[i] && event;
        sums.of[0] += event;
        sums.hit[1] += !flagged[i] && !event;
        sums.of[1] += !event;
        sums.hit[2] += flagged[i] && event;
        sums.of[2] += flagged[i];
    }
    return sums;
}

struct bound_result {
    size_t holds[RATES]; /* the table's truth, within the bounds */
    double low[RATES], high[RATES], plain[RATES];
    struct assay_bound *bounds; /* [sets * RATES] */
    struct rate_sums all;
};

static struct assay_saves measure_saves(const struct simulated *s)
{
    struct assay_error err = {0};
    struct assay_actions actions;
    struct assay_saves saves;
    const struct assay_audit_set *set = &s->world.input.used;
    die_unless(assay_actions_init(&s->world.input, &actions, &err), &err);
    struct assay_saves_rows rows = {set->flagged, set->outcome, actions.group, set->account, s->n};
    die_unless(assay_saves_measure(&rows, &saves, &err), &err);
    assay_actions_clear(&actions);
    return saves;
}

static double plain_rate(const struct simulated *s, size_t k)
{
    const struct assay_audit_set *set = &s->world.input.used;
    double hit = 0, of = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool member = k == 2 ? set->flagged[i] : set->outcome[i] == (k == 0);
        of += member;
        hit += member && (k == 1 ? !set->flagged[i] : set->flagged[i] && set->outcome[i]);
    }
    return hit / of;
}

static void add_bounds(const struct simulated *s, size_t at, struct bound_result *r)
{
    struct assay_saves saves = measure_saves(s);
    const struct assay_bound *bounds[RATES] = {&saves.sensitivity, &saves.specificity, &saves.ppv};
    struct rate_sums truth = untouched_rates(s);
    for (size_t k = 0; k < RATES; k++) {
        double value = truth.hit[k] / truth.of[k];
        r->holds[k] += bounds[k]->low <= value && value <= bounds[k]->high;
        r->low[k] += bounds[k]->low;
        r->high[k] += bounds[k]->high;
        r->plain[k] += plain_rate(s, k);
        r->bounds[at * RATES + k] = *bounds[k];
        r->all.hit[k] += truth.hit[k];
        r->all.of[k] += truth.of[k];
    }
}

static void study_bounds(const struct assay_scenario *scenario, size_t accounts, size_t sets)
{
    struct bound_result r = {.bounds = calloc(sets * RATES, sizeof *r.bounds)};
    for (size_t k = 0; k < sets; k++) {
        struct simulated s;
        simulate(scenario, 1000 + k, accounts, &s);
        add_bounds(&s, k, &r);
        simulated_clear(&s);
    }
    for (size_t k = 0; k < RATES; k++) {
        double truth = r.all.hit[k] / r.all.of[k], n = (double)sets;
        size_t held = 0;
        for (size_t m = 0; m < sets; m++)
            held += r.bounds[m * RATES + k].interval_low <= truth &&
                    truth <= r.bounds[m * RATES + k].interval_high;
        printf("| %zu | %s | %.1f | %.1f | %.1f to %.1f | %.1f | %.1f |\n", accounts, rate_names[k],
               100 * truth, 100 * r.plain[k] / n, 100 * r.low[k] / n, 100 * r.high[k] / n,
               percent(r.holds[k], sets), percent(held, sets));
    }
    free(r.bounds);
}

/* ---- effect ---- */

struct effect_result {
    size_t done, refused, held, below, above;
    double truth, off, width;
};

static void add_effect(const struct assay_audit_input *input, const struct assay_actions *actions,
                       double truth, struct effect_result *r)
{
    struct assay_error err = {0};
    struct assay_effect effect;
    die_unless(assay_effect_measure(input, actions, &effect, &err), &err);
    if (effect.treatment.problem != ASSAY_TREATMENT_FINE) {
        r->refused++;
        return;
    }
    const struct assay_estimate *d = &effect.treatment.risk_difference;
    r->done++;
    r->held += d->low <= truth && truth <= d->high;
    r->below += d->high < truth;
    r->above += d->low > truth;
    r->truth += truth;
    r->off += d->value - truth;
    r->width += d->high - d->low;
}

static void print_effect(const char *world, size_t accounts, const char *acting,
                         const struct effect_result *r)
{
    double n = (double)r->done;
    printf("| %s | %zu | %s | %.1f | %+.2f | %.1f | %.1f | %.1f | %.1f | %zu |\n", world, accounts,
           acting, 100 * r->truth / n, 100 * r->off / n, 100 * r->width / n,
           percent(r->held, r->done), percent(r->below, r->done), percent(r->above, r->done),
           r->refused);
}

/* With the dates; and with a flag in their place, which knows no order of action and event. */
static void study_rates(size_t accounts, double ratio, size_t sets)
{
    struct effect_result dated = {0}, flags = {0};
    char acting[60];
    for (size_t k = 0; k < sets; k++) {
        struct outcome_world world;
        struct assay_actions actions;
        struct assay_error err = {0};
        outcome_world_draw(&world, 7919 * k + accounts, accounts, ratio);
        die_unless(assay_actions_init(&world.input, &actions, &err), &err);
        double truth = outcome_world_truth(&world, &actions);
        add_effect(&world.input, &actions, truth, &dated);
        actions.ordered = false;
        actions.landmark = 0;
        add_effect(&world.input, &actions, outcome_world_truth(&world, &actions), &flags);
        assay_actions_clear(&actions);
        outcome_world_clear(&world);
    }
    snprintf(acting, sizeof acting, ratio < 1 ? "leaves at %.0f%% of the rate" : "does nothing",
             100 * ratio);
    print_effect("rates, dates", accounts, acting, &dated);
    print_effect("rates, a flag", accounts, acting, &flags);
}

static void study_simulated(const struct assay_scenario *scenario, size_t accounts, size_t sets)
{
    struct effect_result r = {0};
    for (size_t k = 0; k < sets; k++) {
        struct simulated s;
        struct assay_actions actions;
        struct assay_error err = {0};
        simulate(scenario, 5000 + k, accounts, &s);
        die_unless(assay_actions_init(&s.world.input, &actions, &err), &err);
        after_landmark(&s, &actions);
        add_effect(&s.world.input, &actions, outcome_world_truth(&s.world, &actions), &r);
        assay_actions_clear(&actions);
        simulated_clear(&s);
    }
    print_effect("simulator, dates", accounts, "odds times 0.45", &r);
}

/* ---- lead times ---- */

/* An account is flagged for good a time before its event that is exponential, after false starts;
 * it is looked at every `step` days, from a random phase, and has been for an exponential time. */
struct flags {
    double mean_lead, mean_observed, false_start;
    int32_t step;
};

enum { LONGEST = 1500, MOST_ACCOUNTS = 400, REFERENCE = 400000 };

/* observed: days; HUGE_VAL: as long as can be. */
static struct assay_lead draw_lead(const struct flags *flags, bool always,
                                   struct test_random *random)
{
    static int32_t day[LONGEST];
    static unsigned char flagged[LONGEST];
    double lead = -flags->mean_lead * log1p(-test_uniform(random));
    double observed = always ? LONGEST : -flags->mean_observed * log1p(-test_uniform(random));
    int32_t last = 1 + (int32_t)test_below(random, (size_t)flags->step), n = 1;
    while (n * flags->step + last <= observed && n * flags->step + last < LONGEST)
        n++;
    for (int32_t k = 0; k < n; k++) {
        int32_t before = last + (n - 1 - k) * flags->step;
        bool early = before > lead && test_uniform(random) < flags->false_start;
        day[k] = -before;
        flagged[k] = before <= lead || early;
    }
    return assay_lead_of(day, flagged, (size_t)n, 0);
}

struct lead_result {
    size_t median, unbounded, ahead[ASSAY_LEAD_HORIZONS], of[ASSAY_LEAD_HORIZONS];
    double sum_median, censored;
};

/* What would be measured of accounts that have been looked at for years. */
static struct assay_lead_times lead_truth(const struct flags *flags)
{
    struct assay_error err = {0};
    struct assay_lead_times times;
    struct test_random random = {99};
    struct assay_lead *leads = calloc(REFERENCE, sizeof *leads);
    for (size_t i = 0; i < REFERENCE; i++)
        leads[i] = draw_lead(flags, true, &random);
    die_unless(assay_lead_times_measure(leads, REFERENCE, flags->step, &times, &err), &err);
    free(leads);
    return times;
}

static void add_leads(const struct flags *flags, size_t accounts, uint64_t seed,
                      const struct assay_lead_times *truth, struct lead_result *r)
{
    struct assay_error err = {0};
    struct assay_lead_times times;
    struct test_random random = {seed};
    struct assay_lead leads[MOST_ACCOUNTS];
    for (size_t i = 0; i < accounts; i++)
        leads[i] = draw_lead(flags, false, &random);
    die_unless(assay_lead_times_measure(leads, accounts, flags->step, &times, &err), &err);
    double median = truth->median.value;
    r->median += !(times.median.low > median) && !(times.median.high < median);
    r->unbounded += isnan(times.median.high) != 0;
    r->sum_median += times.median.value;
    r->censored += (double)times.n_censored / (double)accounts;
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++) {
        const struct assay_estimate *share = &times.ahead[h].wilson;
        double want = truth->ahead[h].wilson.value;
        r->of[h] += times.ahead[h].n > 0;
        r->ahead[h] += times.ahead[h].n > 0 && share->low <= want && want <= share->high;
    }
    assay_lead_times_clear(&times);
}

static void study_leads(const struct flags *flags, const struct assay_lead_times *truth,
                        size_t accounts, size_t sets)
{
    struct lead_result r = {0};
    for (size_t k = 0; k < sets; k++)
        add_leads(flags, accounts, 104729 * k + accounts, truth, &r);
    printf("| %d | %zu | %.0f | %.0f | %.0f | %.1f | %.0f", (int)flags->step, accounts,
           100 * r.censored / (double)sets, truth->median.value, r.sum_median / (double)sets,
           percent(r.median, sets), percent(r.unbounded, sets));
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++)
        printf(" | %.0f: %.1f", 100 * truth->ahead[h].wilson.value, percent(r.ahead[h], r.of[h]));
    printf(" |\n");
}

/* ---- the whole ---- */

static void print_bounds(const struct assay_scenario *scenario, size_t sets)
{
    printf("| accounts | rate | truth %% | as seen %% | bounds, mean %% | the table's truth within "
           "bounds %% | "
           "the world's within the interval %% |\n|---|---|---|---|---|---|---|\n");
    for (size_t accounts = 200; accounts <= 2000; accounts *= 10)
        study_bounds(scenario, accounts, sets);
}

static void print_effects(const struct assay_scenario *scenario, size_t sets)
{
    static const size_t accounts[] = {300, 1000, 5000};
    static const double ratios[] = {0.5, 1.0};
    printf("\n| world | accounts | acting | truth, points | off by | width | coverage %% | too low "
           "%% | "
           "too high %% | refused |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t r = 0; r < 2; r++)
        for (size_t a = 0; a < 3; a++)
            study_rates(accounts[a], ratios[r], sets);
    for (size_t n = 500; n <= 2000; n *= 2)
        study_simulated(scenario, n, sets);
}

static void print_leads(size_t sets)
{
    static const int32_t steps[] = {1, 30, 91};
    static const size_t accounts[] = {20, 50, 150, MOST_ACCOUNTS};
    printf("\n| days between snapshots | churners | censored %% | median, truth | mean estimate | "
           "its interval "
           "holds it %% | open above %% | 30 days: share, coverage %% | 60 days | 90 days |\n"
           "|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        struct flags flags = {120, 300, 0.15, steps[s]};
        struct assay_lead_times truth = lead_truth(&flags);
        for (size_t a = 0; a < sizeof accounts / sizeof *accounts; a++)
            study_leads(&flags, &truth, accounts[a], sets);
        assay_lead_times_clear(&truth);
    }
}

int main(int argc, char **argv)
{
    struct assay_scenario scenario;
    struct assay_error err = {0};
    size_t sets = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1000;
    gsl_set_error_handler_off();
    if (argc < 2 || sets == 0) {
        fprintf(stderr, "usage: audit_outcomes SCENARIO.json [DATA_SETS]\n");
        return 2;
    }
    die_unless(assay_scenario_read(argv[1], &scenario, &err), &err);
    print_bounds(&scenario, sets);
    print_effects(&scenario, sets);
    print_leads(sets);
    assay_scenario_clear(&scenario);
    return 0;
}
