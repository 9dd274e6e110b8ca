/* logistic.h - maximum likelihood, free and with linear limits
 *
 * Both fits see an engine alone. Signs are those of the log-odds: b[0] is the intercept.
 */
#ifndef ASSAY_CORE_FIT_LOGISTIC_H
#define ASSAY_CORE_FIT_LOGISTIC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"

struct assay_logistic_options {
    size_t max_iterations; /* Newton steps; 1..10000, default 100 */
    double tolerance;      /* largest change of any fitted log-odds by the last step; default 1e-10 */
    const double *start;   /* [n_coef] first guess, or NULL: the intercept-only fit */
    /* Every coefficient with held[j] != 0 stays at start[j] (0 without a start). NULL: none. */
    const unsigned char *held;
    /* Called after every step when not NULL; for progress, never for control. */
    void (*report)(void *state, size_t iteration, double log_likelihood, double largest_move);
    void *report_state;
};
struct assay_logistic_options assay_logistic_options_default(void);

/* Why there is no fit, or for assay_logistic_check() why there would be none worth having; the
 * coefficients to blame are flagged in assay_logistic_fit.blamed, the intercept never. */
enum assay_fit_problem {
    ASSAY_FIT_FINE,
    ASSAY_FIT_ONE_OUTCOME,   /* no events, or nothing but events */
    ASSAY_FIT_CONSTANT,      /* a blamed column does not vary */
    ASSAY_FIT_COLLINEAR,     /* the blamed columns are linearly dependent */
    ASSAY_FIT_SEPARATED,     /* a combination of the blamed columns splits the outcomes perfectly */
    ASSAY_FIT_QUASI,         /* ... or with ties only on the boundary (quasi-complete separation) */
    ASSAY_FIT_FEW_EVENTS,    /* fewer events (or non-events) than coefficients; a fit says so only when
                                it did not settle, for it may exist all the same */
    ASSAY_FIT_NO_CONVERGENCE,
};

/* Arrays are owned by the fit; n_coef of each. Zeroed is empty. */
struct assay_logistic_fit {
    enum assay_fit_problem problem;
    unsigned char *blamed;  /* [n_coef], 1 where the problem names the coefficient */
    size_t n_coef;
    double *coef;
    double *covariance;     /* [n_coef * n_coef]: inverse information on the free coefficients, 0
                               in rows and columns of those held or on a limit of their own; an
                               active limit of several takes its direction out */
    unsigned char *active;  /* [n_coef], 1: on its bound at the solution (constrained fit) */
    double log_likelihood;
    double null_log_likelihood; /* intercept only */
    size_t iterations;
    double gradient_norm;   /* largest |gradient| over free coefficients, at the solution */
    double kkt_residual;    /* constrained: largest violation of the optimality conditions, scaled
                               as the gradient; free: the same as gradient_norm */
    double condition_number; /* of the information, scaled to unit diagonal, on free coefficients */
    double largest_move;    /* by the last step; above the tolerance where rows are many and the next would not be */
};
void assay_logistic_fit_clear(struct assay_logistic_fit *fit);

/* Looks at the columns before any fit: constant columns, linear dependence (on unit-length centred
 * columns), too few events. Fills *problem and blamed[n_coef]; returns ASSAY_OK also when there is
 * one. A column whose spread is below a millionth of its mean counts as constant. */
ASSAY_MUST_CHECK enum assay_status assay_logistic_check(const struct assay_engine *engine,
                                                        enum assay_fit_problem *problem,
                                                        unsigned char blamed[],
                                                        struct assay_error *err);

/* Maximum likelihood by Newton's method with step halving (Fisher scoring; the logit link makes
 * them one). Stops on the largest change of any fitted log-odds.
 *   ASSAY_ENUMERIC  there is no finite answer: fit->problem and fit->blamed say why (they, and
 *                   the message in err, are set; clear the fit all the same). Messages number
 *                   coefficients as b does. Nobody is accused of separation without a direction
 *                   that every row confirms (separation.h).
 * On any other failure *fit is untouched. */
ASSAY_MUST_CHECK enum assay_status assay_logistic_fit(const struct assay_engine *engine,
                                                      const struct assay_logistic_options *options,
                                                      struct assay_logistic_fit *fit,
                                                      struct assay_error *err);

/* The same under linear limits: limit[k]'b = floor[k] for k < n_equal, >= for the others below
 * n_limit, limit row-major [n_limit * n_coef]. Newton steps solved as quadratic programmes (qp.h)
 * with a line search on the log-likelihood. options->start, if given, must satisfy the limits;
 * without one the vector (logit of the event share, 0, ..., 0) must. Equalities may follow from one
 * another.
 * A limit with one free coefficient that holds with equality marks it in fit->active, and the
 * coefficient is then exactly on its bound.
 *   ASSAY_EDATA     the start breaks a limit
 *   ASSAY_ENUMERIC  as above; or kkt_residual is not below 1e-8 (tolerance if that is more) of
 *                   max(root of the information, gradient), coefficient by coefficient */
struct assay_limits {
    size_t n_limit;
    const double *limit;
    const double *floor;
    size_t n_equal; /* <= n_limit */
};
ASSAY_MUST_CHECK enum assay_status
assay_logistic_fit_limited(const struct assay_engine *engine,
                           const struct assay_logistic_options *options,
                           const struct assay_limits *limits, struct assay_logistic_fit *fit,
                           struct assay_error *err);

/* Wald inference for coefficient j of a fit: SE, z, two-sided normal p, 95% interval
 * (Wald 1943). NaN where the coefficient is held or on its limit. */
struct assay_wald {
    double std_error, z, p_value, low, high;
};
struct assay_wald assay_wald(const struct assay_logistic_fit *fit, size_t j);

#endif
