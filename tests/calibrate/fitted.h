/* fitted.h - a lab whose weights are fitted in one plain way, and the champion that comes of it
 *
 * By maximum likelihood under the declared limits, or anchored where the test says so: nothing is
 * chosen by cross-validation, so that a test knows what the weights stand on.
 */
#ifndef ASSAY_TESTS_CALIBRATE_FITTED_H
#define ASSAY_TESTS_CALIBRATE_FITTED_H

#include "tests/calibrate/lab.h"

struct fitted {
    struct lab lab;
    const double *anchor; /* weights, or NULL */
    double strength;
    struct assay_model champion; /* arrays are borrowed but for these two */
    double *slope, *missing_term;
};

static inline void fitted_fit(struct fitted *f)
{
    struct assay_error err = {0};
    double n = (double)f->lab.history.n_used, events = (double)f->lab.history.n_event;
    ck_assay_ok(lab_fit(&f->lab, &err));
    if (f->anchor == NULL)
        return;
    f->lab.estimation.anchor = f->anchor;
    f->lab.estimation.lambda = f->strength * events * (n - events) / n;
    ck_assay_ok(assay_pipeline_fit(&f->lab.pipeline, &f->lab.estimation, NULL, &err));
}

/* The model that these weights make, enough of it to score and to be compared with. */
static inline const struct assay_model *fitted_champion(struct fitted *f)
{
    const struct assay_pipeline *p = &f->lab.pipeline;
    size_t n = p->n_signal;
    f->slope = calloc(n, sizeof *f->slope);
    f->missing_term = calloc(n, sizeof *f->missing_term);
    ck_assert(f->slope != NULL && f->missing_term != NULL);
    for (size_t j = 0; j < n; j++)
        f->slope[j] = -p->fit.coef[1 + j];
    for (size_t k = 0; k < p->n_coef - 1 - n; k++)
        f->missing_term[p->design->indicator_signal[k]] = p->fit.coef[1 + n + k];
    f->champion = (struct assay_model){.spec = f->lab.spec,
                                       .n_signal = n,
                                       .n_coef = p->n_coef,
                                       .intercept = p->fit.coef[0],
                                       .slope = f->slope,
                                       .weight = p->weight,
                                       .missing_term = f->missing_term,
                                       .at_risk_probability = 0.2,
                                       .at_risk_score = 50,
                                       .pooling = NAN,
                                       .cohorts = f->lab.history.cohorts,
                                       .baselines = p->baselines};
    f->champion.cohorts.spec = &f->champion.spec.cohort;
    f->champion.fit.anchor.strength = f->strength;
    f->champion.fit.anchor.weight = (double *)(uintptr_t)f->anchor; /* not written to */
    return &f->champion;
}

static inline void fitted_clear(struct fitted *f)
{
    free(f->slope);
    free(f->missing_term);
    lab_clear(&f->lab);
}

#endif
