/* newton.h - the maximisation behind both logistic fits, in portions
 *
 * Newton's method with step halving on the log-likelihood of an engine. Under limits a step is the
 * solution of a quadratic programme (qp.h): once the active set is right it is Newton's step on it.
 * The caller runs a number of iterations, looks at what has come of them, and runs on.
 */
#ifndef ASSAY_CORE_FIT_NEWTON_H
#define ASSAY_CORE_FIT_NEWTON_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

enum assay_newton_end {
    ASSAY_NEWTON_RUNNING, /* the iterations asked for are done */
    ASSAY_NEWTON_SETTLED, /* the stopping rule is met; everything below belongs to coef */
    ASSAY_NEWTON_STUCK,   /* no curvature left to divide by, or no step that climbs */
};

struct assay_newton {
    const struct assay_engine *engine;            /* borrowed, as the next two */
    const struct assay_logistic_options *options;
    const struct assay_limits *limits;            /* NULL: none */
    size_t n_coef, n_free;
    unsigned char *held;  /* [n_coef] */
    size_t *free_index;   /* [n_free], coefficients that move */
    double *start;        /* [n_coef] */
    double *coef;         /* [n_coef], where the iteration stands, and at coef: */
    double log_likelihood;
    double *gradient;     /* [n_coef] */
    double *information;  /* [n_coef * n_coef] */
    double *step;         /* [n_coef], the last step tried, whole; 0 for held ones */
    double *multiplier;   /* [n_limit], of that step's programme; of any sign for equalities */
    unsigned char *binding; /* [n_limit], its active set */
    double *size;         /* [n_coef], root of the information's diagonal at the start */
    double *spread;       /* [n_coef], standard deviations of the columns, columns.h */
    size_t iterations;
    double largest_move;  /* of any log-odds by step */
    double *trial, *trial_gradient, *trial_information; /* scratch, as the next */
    double *small;        /* [n_free * n_free + n_limit * (n_free + 1) + 2 * n_free] */
    double *memory;
};

/* Takes memory, goes to the start and evaluates there. held [n_coef] overrides options->held; NULL:
 * none is held.
 *   ASSAY_EDATA  the start breaks a limit */
ASSAY_MUST_CHECK enum assay_status assay_newton_init(const struct assay_engine *engine,
                                                     const struct assay_logistic_options *options,
                                                     const struct assay_limits *limits,
                                                     const unsigned char held[],
                                                     struct assay_newton *newton,
                                                     struct assay_error *err);
void assay_newton_clear(struct assay_newton *newton);

/* Iterates until iterations reaches `until`, or to another end. */
ASSAY_MUST_CHECK enum assay_status assay_newton_run(struct assay_newton *newton, size_t until,
                                                    enum assay_newton_end *end,
                                                    struct assay_error *err);

/* The coefficient that limit k bounds, when it has one free coefficient, and where: *bound is what the
 * held ones leave of its floor. n_coef, *bound untouched, when it has more or none. */
size_t assay_newton_bound(const struct assay_newton *newton, size_t k, double *bound);

#endif
