/* bounds.h - limits on weights and shares that own their arrays, and random ones, for tests */
#ifndef ASSAY_TESTS_FIT_BOUNDS_H
#define ASSAY_TESTS_FIT_BOUNDS_H

#include <string.h>

#include "core/fit/logistic.h"
#include "core/fit/weight_limits.h"
#include "tests/fit/design.h"

enum { MOST_SIGNALS = 8, MOST_COEF = 10, MOST_GROUPS = 3 };

static const double truth[MOST_COEF] = {-0.4, -0.9, -0.5, -0.1, 0.3, -0.7, -0.2, -0.4, 0.1, 0.3};

/* Limits that own their arrays; open until set. */
struct bounds {
    struct assay_weight_limits limits;
    unsigned char sign_free[MOST_SIGNALS];
    double low[MOST_SIGNALS], high[MOST_SIGNALS];
    size_t group[MOST_SIGNALS];
    double group_low[MOST_GROUPS], group_high[MOST_GROUPS];
};

static inline void bounds_open(struct bounds *b, size_t n_signal, size_t n_group)
{
    memset(b, 0, sizeof *b);
    for (size_t j = 0; j < n_signal; j++) {
        b->high[j] = 1.0;
        b->group[j] = n_group;
    }
    for (size_t g = 0; g < n_group; g++)
        b->group_high[g] = 1.0;
    b->limits = (struct assay_weight_limits){
        .n_signal = n_signal, .sign_free = b->sign_free, .low = b->low, .high = b->high,
        .n_group = n_group, .group = b->group, .group_low = b->group_low,
        .group_high = b->group_high};
}

/* Draws weights, and limits around them: those weights meet them. */
static inline void bounds_draw(struct bounds *b, size_t n, uint64_t *state)
{
    double w[MOST_SIGNALS], sum = 0.0, share[MOST_GROUPS] = {0};
    bounds_open(b, n, 2);
    for (size_t j = 0; j < n; j++)
        sum += w[j] = 0.05 + draw_uniform(state);
    for (size_t j = 0; j < n; j++) {
        double kind = draw_uniform(state);
        w[j] /= sum;
        b->group[j] = (size_t)(draw_uniform(state) * 3.0);
        share[b->group[j]] += w[j];
        b->sign_free[j] = kind > 0.9;
        if (kind < 0.3)
            b->low[j] = w[j] * draw_uniform(state);
        if (kind > 0.2 && kind < 0.6)
            b->high[j] = w[j] + (1.0 - w[j]) * 0.3 * draw_uniform(state);
        if (kind > 0.6 && kind < 0.7)
            b->low[j] = b->high[j] = w[j];
    }
    for (size_t g = 0; g < 2; g++) {
        double kind = draw_uniform(state);
        if (kind < 0.4)
            b->group_low[g] = 0.9 * share[g];
        if (kind > 0.3 && kind < 0.7)
            b->group_high[g] = fmin(1.05 * share[g], 1.0);
        if (kind > 0.8)
            b->group_low[g] = b->group_high[g] = fmin(share[g], 1.0);
    }
}

/* How far weights are outside the limits, as these were written down. */
static inline double violation(const struct bounds *b, const double weight[])
{
    double worst = 0.0, share[MOST_GROUPS + 1] = {0}, sum = 0.0;
    for (size_t j = 0; j < b->limits.n_signal; j++) {
        bool floor = b->low[j] > 0.0 || b->high[j] == 0.0 || !b->sign_free[j];
        bool cap = b->high[j] < 1.0 || b->low[j] == 1.0;
        worst = fmax(worst, floor ? b->low[j] - weight[j] : 0.0);
        worst = fmax(worst, cap ? weight[j] - b->high[j] : 0.0);
        share[b->group[j]] += weight[j];
        sum += weight[j];
    }
    for (size_t g = 0; g < b->limits.n_group; g++) {
        worst = fmax(worst, b->group_low[g] > 0.0 ? b->group_low[g] - share[g] : 0.0);
        worst = fmax(worst, b->group_high[g] < 1.0 ? share[g] - b->group_high[g] : 0.0);
    }
    return fmax(worst, fabs(sum - 1.0));
}

static inline double slope_of(size_t n, const double coef[])
{
    double sum = 0.0;
    for (size_t j = 1; j <= n; j++)
        sum -= coef[j];
    return sum;
}

static inline void weights_of(size_t n, const double coef[], double weight[])
{
    for (size_t j = 0; j < n; j++)
        weight[j] = -coef[j + 1] / slope_of(n, coef);
}

static inline struct assay_logistic_fit fit_within(const struct assay_engine *engine,
                                            const struct assay_weight_limits *limits)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit_set set;
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_weight_limit_set_init(limits, engine->n_coef, &set, &err));
    ck_assay_ok(assay_logistic_fit_limited(engine, &options, &set.limits, &fit, &err));
    assay_weight_limit_set_clear(&set);
    return fit;
}

#endif
