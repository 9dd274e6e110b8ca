/* outcome_world.h - audited rows of worlds in which it is known what acting did
 *
 * One snapshot an account, 90 days ahead. Nobody acted on: an account of untouched probability p
 * leaves at a constant rate, -log(1 - p) / 90 a day. Owners choose by p and segment, and by nothing
 * else: a chosen account is acted on on one of the first 30 days, if it is still there, and leaves
 * at `ratio` times its rate from then on. The model knows p; plan 1 has a rate that the model does
 * not know, and owners favour it. So among accounts alike in p and plan, acting has nothing to do
 * with who would leave; without plan, or with those counted as not acted on that left before their
 * day, it has.
 */
#ifndef ASSAY_TESTS_OUTCOMES_OUTCOME_WORLD_H
#define ASSAY_TESTS_OUTCOMES_OUTCOME_WORLD_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/metric/saves.h"
#include "tests/support/random.h"
#include "validate/audit/input.h"
#include "validate/outcomes/actions.h"

enum { WORLD_HORIZON = 90, WORLD_LAST_ACTION = 30, WORLD_AS_OF = 20000 };

struct outcome_world {
    struct assay_audit_input input;
    struct assay_spec spec;
    struct assay_audit_spec rules;
    double *rate; /* [n] a day, untouched; NaN where another world says the two below */
    double *otherwise,
        *acted; /* [n] probability of the event after the landmark, given there then */
    double ratio;
};

static inline void outcome_world_init(struct outcome_world *world, size_t n)
{
    struct assay_audit_set *set = &world->input.used;
    memset(world, 0, sizeof *world);
    world->spec.outcome.date = (char *)"churned_on";
    world->spec.outcome.horizon_days = WORLD_HORIZON;
    world->spec.value = (char *)"arr";
    world->rules.acted_on_date = (char *)"acted_on";
    world->rules.recovery_rate = world->rules.contact_cost =
        (struct assay_assumption){(double)NAN, (double)NAN, (double)NAN};
    world->input.spec = &world->spec;
    world->input.rules = &world->rules;
    world->input.from = world->input.to = WORLD_AS_OF;
    world->input.n_account = n;
    set->n = n;
    set->score = calloc(n, sizeof *set->score);
    set->prob = calloc(n, sizeof *set->prob);
    set->flagged = calloc(n, 1);
    set->outcome = calloc(n, 1);
    set->account = calloc(n, sizeof *set->account);
    set->as_of = calloc(n, sizeof *set->as_of);
    set->event_date = calloc(n, sizeof *set->event_date);
    set->value = calloc(n, sizeof *set->value);
    set->acted = calloc(n, 1);
    set->acted_on = calloc(n, sizeof *set->acted_on);
    set->plan = calloc(n, sizeof *set->plan);
    world->rate = calloc(n, sizeof *world->rate);
    world->otherwise = calloc(n, sizeof *world->otherwise);
    world->acted = calloc(n, sizeof *world->acted);
    for (size_t i = 0; i < n; i++) {
        set->account[i] = (int32_t)i;
        set->as_of[i] = WORLD_AS_OF;
        set->event_date[i] = set->acted_on[i] = ASSAY_NO_DATE;
        set->value[i] = 15000;
    }
}

static inline void outcome_world_clear(struct outcome_world *world)
{
    struct assay_audit_set *set = &world->input.used;
    void *all[] = {set->score, set->prob,   set->flagged,     set->outcome, set->account,
                   set->as_of, set->value,  set->event_date,  set->acted,   set->acted_on,
                   set->plan,  world->rate, world->otherwise, world->acted};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        free(all[k]);
}

static inline void outcome_world_event(struct assay_audit_set *set, size_t i, double days)
{
    if (days > WORLD_HORIZON)
        return;
    set->event_date[i] = set->as_of[i] + (int32_t)ceil(days);
    set->outcome[i] = 1;
    set->n_event++;
}

/* One account: risk, who is chosen, when it leaves. */
static inline void outcome_world_live(struct outcome_world *world, struct test_random *random,
                                      size_t i)
{
    struct assay_audit_set *set = &world->input.used;
    double p = 0.03 + 0.6 * pow(test_uniform(random), 2);
    set->prob[i] = p;
    set->score[i] = 100 * (1 - p);
    set->flagged[i] = p >= 0.25;
    set->plan[i] = test_uniform(random) < 0.4;
    double rate = -log1p(-p) / WORLD_HORIZON * (set->plan[i] ? 1.5 : 0.8);
    double chosen = p < 0.1 ? 0.02 : set->plan[i] ? 0.6 : 0.3;
    double event = -log1p(-test_uniform(random)) / rate;
    bool act = test_uniform(random) < chosen;
    double day = 1 + (double)test_below(random, WORLD_LAST_ACTION);
    world->rate[i] = rate;
    if (act && ceil(event) > day) {
        set->acted_on[i] = set->as_of[i] + (int32_t)day;
        set->acted[i] = ASSAY_ACTED;
        event =
            day + (event - day) / world->ratio; /* no memory: the rest of its time is stretched */
    }
    outcome_world_event(set, i, event);
}

static inline void outcome_world_draw(struct outcome_world *world, uint64_t seed, size_t n,
                                      double ratio)
{
    struct test_random random = {seed};
    outcome_world_init(world, n);
    world->ratio = ratio;
    for (size_t i = 0; i < n; i++)
        outcome_world_live(world, &random, i);
}

/* The mean effect on those acted on by the landmark, and still there; without a landmark, from the
 * day on which each was acted on. */
static inline double outcome_world_truth(const struct outcome_world *world,
                                         const struct assay_actions *actions)
{
    const struct assay_audit_set *set = &world->input.used;
    double sum = 0, n = 0, left = WORLD_HORIZON - actions->landmark;
    for (size_t i = 0; i < set->n; i++) {
        if (!assay_acted_by_landmark(&world->input, actions, i) ||
            !assay_there_at_landmark(&world->input, actions, i))
            continue;
        if (!actions->ordered && set->acted_on != NULL)
            left = WORLD_HORIZON - (set->acted_on[i] - set->as_of[i]);
        double otherwise = -expm1(-world->rate[i] * left);
        double acted = -expm1(-world->rate[i] * world->ratio * left);
        if (isnan(world->rate[i])) {
            otherwise = world->otherwise[i];
            acted = world->acted[i];
        }
        sum += acted - otherwise;
        n++;
    }
    return sum / n;
}

#endif
