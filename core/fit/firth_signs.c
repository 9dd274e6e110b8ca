#include "core/fit/firth_signs.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum { MOST_FITS = 20 }; /* for each coefficient */
/* How far a score at its limit may point to the allowed side, in roots of its information. */
#define LEVEL 1e-8

struct search {
    const struct assay_engine *engine;
    struct assay_logistic_options options; /* of the next fit: start is coef, held is held */
    size_t n;
    unsigned char *limited;  /* [n], may not be positive, and is not held by the caller */
    unsigned char *at_limit; /* [n] */
    unsigned char *held;     /* [n], by the caller or at its limit */
    double *coef;            /* [n], within the limits; l* never falls along its way */
    double *information;     /* [n * n] */
    size_t iterations;
    double *memory;
    unsigned char *flags;
};

static void search_clear(struct search *s)
{
    free(s->memory);
    free(s->flags);
}

/* Where the caller says, or as firth.c begins: the intercept alone, half an event added to either
 * side. */
static void go_to_start(struct search *s, const struct assay_logistic_options *options)
{
    double events = (double)s->engine->n_event, others = (double)s->engine->n_row - events;
    if (options->start != NULL)
        memcpy(s->coef, options->start, s->n * sizeof *s->coef);
    else if (!s->held[0])
        s->coef[0] = log((events + 0.5) / (others + 0.5));
    for (size_t j = 1; j < s->n; j++)
        if (s->limited[j])
            s->coef[j] = fmin(s->coef[j], 0.0);
}

static enum assay_status search_init(const struct assay_engine *engine,
                                     const struct assay_logistic_options *options,
                                     const unsigned char never_positive[], struct search *s,
                                     struct assay_error *err)
{
    size_t n = engine->n_coef;
    *s = (struct search){.engine = engine, .options = *options, .n = n};
    s->memory = assay_alloc(n * n + n, sizeof *s->memory);
    s->flags = assay_alloc(3 * n, sizeof *s->flags);
    if (s->memory == NULL || s->flags == NULL) {
        search_clear(s);
        return assay_fail_memory(err, "fitting");
    }
    s->coef = s->memory;
    s->information = s->coef + n;
    s->limited = s->flags;
    s->at_limit = s->limited + n;
    s->held = s->at_limit + n;
    for (size_t j = 0; j < n; j++) {
        s->held[j] = options->held != NULL && options->held[j];
        s->limited[j] = j > 0 && never_positive[j] && !s->held[j];
    }
    go_to_start(s, options);
    s->options.start = s->coef;
    s->options.held = s->held;
    return ASSAY_OK;
}

/* The maximum with what is held now; *fit is cleared first. */
static enum assay_status fit_face(struct search *s, struct assay_firth_fit *fit,
                                  struct assay_error *err)
{
    assay_firth_fit_clear(fit);
    enum assay_status status = assay_firth_fit(s->engine, &s->options, fit, err);
    if (status == ASSAY_OK)
        s->iterations += fit->base.iterations;
    return status;
}

/* What share of the way from coef to target lies within the limits. */
static double allowed_share(const struct search *s, const double target[])
{
    double share = 1.0;
    for (size_t j = 1; j < s->n; j++)
        if (s->limited[j] && !s->at_limit[j] && target[j] > 0.0)
            share = fmin(share, s->coef[j] / (s->coef[j] - target[j]));
    return share;
}

/* Goes towards target as far as the limits let it, and holds what it has come to. true: all the way. */
static bool advance(struct search *s, const double target[])
{
    double share = allowed_share(s, target);
    bool arrived = true;
    for (size_t j = 0; j < s->n; j++) {
        bool beyond = s->limited[j] && !s->at_limit[j] && target[j] > 0.0;
        if (beyond && s->coef[j] / (s->coef[j] - target[j]) <= share) {
            s->coef[j] = 0.0;
            s->at_limit[j] = s->held[j] = 1;
            arrived = false;
        } else {
            s->coef[j] = share < 1.0 ? s->coef[j] + share * (target[j] - s->coef[j]) : target[j];
            if (s->limited[j])
                s->coef[j] = fmin(s->coef[j], 0.0);
        }
    }
    return arrived;
}

/* A fit leaves log-odds off by its tolerance, and scores by the root of so many squares weighed by
 * p (1 - p), at most 1/4: less than that is no reason to let go. */
static double score_level(const struct search *s)
{
    return fmax(LEVEL, 0.5 * s->options.tolerance * sqrt((double)s->engine->n_row));
}

/* Lets go what the score would move furthest into the allowed side, if anything. */
static enum assay_status release(struct search *s, const struct assay_firth_fit *fit, bool *released,
                                 struct assay_error *err)
{
    double log_likelihood, worst = score_level(s);
    size_t which = 0;
    enum assay_status status = s->engine->evaluate(s->engine->state, fit->base.coef,
                                                   &log_likelihood, NULL, s->information, err);
    for (size_t j = 1; status == ASSAY_OK && j < s->n; j++) {
        double down = -fit->score[j] / sqrt(s->information[j * s->n + j]);
        if (s->at_limit[j] && down > worst) {
            worst = down;
            which = j;
        }
    }
    *released = which > 0;
    if (*released)
        s->at_limit[which] = s->held[which] = 0;
    return status;
}

static enum assay_status climb(struct search *s, struct assay_firth_fit *fit,
                               struct assay_error *err)
{
    for (size_t k = 0; k < MOST_FITS * s->n; k++) {
        bool released = true;
        enum assay_status status = fit_face(s, fit, err);
        if (status == ASSAY_OK && advance(s, fit->base.coef))
            status = release(s, fit, &released, err);
        if (status != ASSAY_OK || !released)
            return status;
    }
    fit->base.problem = ASSAY_FIT_NO_CONVERGENCE;
    return assay_fail(err, ASSAY_ENUMERIC,
                      "Firth fit: which coefficients stand at 0 still changes after %zu fits",
                      MOST_FITS * s->n);
}

/* Says in the fit what only the search knows. */
static void tell_limits(const struct search *s, struct assay_firth_fit *fit)
{
    fit->base.iterations = s->iterations;
    for (size_t j = 1; j < s->n; j++) {
        fit->base.active[j] = s->at_limit[j];
        if (s->at_limit[j])
            fit->base.kkt_residual = fmax(fit->base.kkt_residual, -fit->score[j]);
    }
}

enum assay_status assay_firth_fit_signed(const struct assay_engine *engine,
                                         const struct assay_logistic_options *options,
                                         const unsigned char never_positive[],
                                         struct assay_firth_fit *fit, struct assay_error *err)
{
    struct assay_firth_fit made = {0};
    struct search search;
    enum assay_status status = search_init(engine, options, never_positive, &search, err);
    if (status != ASSAY_OK)
        return status;
    status = climb(&search, &made, err);
    if (status == ASSAY_OK)
        tell_limits(&search, &made);
    search_clear(&search);
    if (status == ASSAY_OK || (status == ASSAY_ENUMERIC && made.base.problem != ASSAY_FIT_FINE))
        *fit = made;
    else
        assay_firth_fit_clear(&made);
    return status;
}
