/* anchored.h - samples with four signals and an indicator, for the tests of anchors */
#ifndef ASSAY_TESTS_FIT_ANCHORED_H
#define ASSAY_TESTS_FIT_ANCHORED_H

#include "core/fit/anchor.h"
#include "core/fit/logistic.h"
#include "tests/fit/design.h"

enum { N_SIGNAL = 4, N_COEF = 6 };

/* Coefficients 1..4 are signals, negative as health is good; 5 is an indicator. */
static const double truth[] = {-0.4, -0.6, -0.4, -0.2, -0.5, 0.3};
static const size_t signal[] = {1, 2, 3, 4};
static const double uneven[] = {0.1, 0.2, 0.3, 0.4};

static inline struct assay_anchor anchor_at(double lambda)
{
    return (struct assay_anchor){
        .lambda = lambda, .n_signal = N_SIGNAL, .signal = signal, .weight = uneven};
}

static inline struct design draw(size_t n_row, uint64_t seed)
{
    return design_draw(n_row, N_COEF - 1, truth, seed);
}

static inline struct assay_logistic_fit fit_plain(const struct assay_engine *engine)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(engine, &options, &fit, &err));
    return fit;
}

/* The column sum_j w_j s_j with the indicator beside it: coefficients (a, -B, indicator). */
static inline struct design composite(const struct design *d, const double weight[])
{
    struct design c = design_new(d->data.n_row, 2);
    for (size_t i = 0; i < d->data.n_row; i++) {
        double sum = 0.0;
        for (size_t k = 0; k < N_SIGNAL; k++)
            sum += weight[k] * design_at(d, i, signal[k] - 1);
        design_set(&c, i, 0, sum);
        design_set(&c, i, 1, design_at(d, i, N_COEF - 2));
        c.outcome[i] = d->outcome[i];
    }
    design_start(&c);
    return c;
}

#endif
