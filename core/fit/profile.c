#include "core/fit/profile.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/memory.h"
#include "core/fit/firth.h"
#include "core/fit/linear.h"
#include "core/fit/newton.h"
#include "core/fit/separation.h"

enum { MOST_LOOKS = 200 };
/* A limit is found when its last correction is below this share of its distance, ... */
#define PRECISE 1e-9
/* ... and given up when it lies this many Wald half-widths out. */
#define FAR 1e9
/* On separated data no step settles, and l may end at 0; one that wins less than this, for each unit of
 * 1 + |l|, has nothing left to win. */
#define NOTHING 1e-14
/* But it may also have run out of curvature: then some gradient, in standard errors, is above this. */
#define LEVEL 1e-6
/* How far beside a direction its neighbour lies, as a share of its longest part. */
#define ASIDE 1e-3

struct profile {
    const struct assay_engine *engine;
    const struct assay_profile_options *options;
    size_t n;
    double root;           /* sqrt(q): how far sqrt(2 (maximum - p)) may rise */
    double maximum;
    bool separated;
    unsigned char *held;   /* [n], of options, plus the coefficient in hand */
    double *mode;          /* [n], where the maximum is, or how far the climb towards it went */
    double *direction;     /* [n], along which separated data climb for ever */
    double *scale;         /* [n], standard errors, or a first idea of them */
    double *coef;          /* [n], where the last look was: the next starts there */
    double *memory;
};

struct assay_profile_options assay_profile_options_default(void)
{
    return (struct assay_profile_options){.fit = assay_logistic_options_default(),
                                          .likelihood = ASSAY_PROFILE_PLAIN,
                                          .level = 0.95};
}

static struct assay_logistic_options fit_options(const struct profile *p, const double start[])
{
    struct assay_logistic_options options = p->options->fit;
    options.start = start;
    options.held = p->held;
    options.report = NULL;
    return options;
}

/* ---- the likelihood with some coefficients held ---- */

/* Climbs until it settles; on separated data until there is nothing left to win. */
static enum assay_status climb(const struct profile *p, struct assay_newton *newton,
                               struct assay_error *err)
{
    enum assay_newton_end end = ASSAY_NEWTON_RUNNING;
    enum assay_status status = ASSAY_OK;
    size_t most = newton->iterations + p->options->fit.max_iterations;
    bool wins = true;
    while (status == ASSAY_OK && end == ASSAY_NEWTON_RUNNING && wins && newton->iterations < most) {
        double before = newton->log_likelihood;
        status = assay_newton_run(newton, newton->iterations + 1, &end, err);
        wins = !p->separated ||
               newton->log_likelihood - before > NOTHING * (1.0 + fabs(newton->log_likelihood));
    }
    bool done = end == ASSAY_NEWTON_SETTLED || (p->separated && (!wins || end != ASSAY_NEWTON_RUNNING));
    if (status == ASSAY_OK && !done)
        return assay_fail(err, ASSAY_ENUMERIC,
                          "profile likelihood: log-odds still move by %.1e after %zu iterations; "
                          "expected below %.1e", newton->largest_move, newton->iterations,
                          p->options->fit.tolerance);
    return status;
}

/* Separated data are climbed until nothing moves: is that the top, or where rounding stopped it? */
static enum assay_status check_top(const struct profile *p, const struct assay_newton *newton,
                                   struct assay_error *err)
{
    for (size_t f = 0; f < newton->n_free; f++) {
        size_t k = newton->free_index[f];
        double rest = fabs(newton->gradient[k]) * p->scale[k];
        if (!(rest <= LEVEL))
            return assay_fail(err, ASSAY_ENUMERIC,
                              "profile likelihood: the gradient of coefficient %zu is still %.1e; "
                              "expected below %.1e", k, rest, LEVEL);
    }
    return ASSAY_OK;
}

static enum assay_status look_plain(struct profile *p, const struct assay_logistic_options *options,
                                    size_t j, double *value, double *slope, struct assay_error *err)
{
    struct assay_newton newton = {0};
    enum assay_status status =
        assay_newton_init(p->engine, options, NULL, options->held, &newton, err);
    if (status == ASSAY_OK)
        status = climb(p, &newton, err);
    if (status == ASSAY_OK && p->separated)
        status = check_top(p, &newton, err);
    if (status == ASSAY_OK) {
        *value = newton.log_likelihood;
        *slope = newton.gradient[j];
        memcpy(p->coef, newton.coef, p->n * sizeof(double));
    }
    assay_newton_clear(&newton);
    return status;
}

static enum assay_status look_firth(struct profile *p, const struct assay_logistic_options *options,
                                    size_t j, double *value, double *slope, struct assay_error *err)
{
    struct assay_firth_fit fit = {0};
    enum assay_status status = assay_firth_fit(p->engine, options, &fit, err);
    if (status == ASSAY_OK) {
        *value = fit.penalised_log_likelihood;
        *slope = fit.score[j];
        memcpy(p->coef, fit.base.coef, p->n * sizeof(double));
    }
    assay_firth_fit_clear(&fit);
    return status;
}

/* The profile at b_j = at, and its derivative there: that of the likelihood by b_j, for the others'
 * are 0. */
static enum assay_status look(struct profile *p, size_t j, double at, double *value, double *slope,
                              struct assay_error *err)
{
    p->coef[j] = at;
    p->held[j] = 1;
    struct assay_logistic_options options = fit_options(p, p->coef);
    enum assay_status status =
        p->options->likelihood == ASSAY_PROFILE_FIRTH
            ? look_firth(p, &options, j, value, slope, err)
            : look_plain(p, &options, j, value, slope, err);
    p->held[j] = 0;
    return status;
}

/* ---- the maximum ---- */

static void set_mode(struct profile *p, const struct assay_logistic_fit *fit, double maximum)
{
    memcpy(p->mode, fit->coef, p->n * sizeof(double));
    for (size_t j = 0; j < p->n; j++)
        p->scale[j] = sqrt(fit->covariance[j * p->n + j]);
    p->maximum = maximum;
}

static enum assay_status find_firth(struct profile *p, struct assay_error *err)
{
    struct assay_firth_fit fit = {0};
    struct assay_logistic_options options = fit_options(p, p->options->fit.start);
    enum assay_status status = assay_firth_fit(p->engine, &options, &fit, err);
    if (status == ASSAY_OK)
        set_mode(p, &fit.base, fit.penalised_log_likelihood);
    assay_firth_fit_clear(&fit);
    return status;
}

/* No finite maximum: the direction in which it lies, and as far that way as there is still something
 * to win. */
static enum assay_status find_supremum(struct profile *p, struct assay_error *err)
{
    struct assay_newton newton = {0};
    enum assay_fit_problem kind;
    enum assay_newton_end end;
    struct assay_logistic_options options = fit_options(p, p->options->fit.start);
    enum assay_status status =
        assay_newton_init(p->engine, &options, NULL, options.held, &newton, err);
    if (status == ASSAY_OK)
        status = assay_separation_climb(&newton, options.max_iterations, p->direction, &kind, &end,
                                        err);
    p->separated = true;
    if (status == ASSAY_OK)
        status = climb(p, &newton, err);
    if (status == ASSAY_OK) {
        memcpy(p->mode, newton.coef, p->n * sizeof(double));
        for (size_t j = 0; j < p->n; j++)
            p->scale[j] = 1.0 / newton.size[j];
        p->maximum = newton.log_likelihood;
    }
    assay_newton_clear(&newton);
    return status;
}

static enum assay_status find_plain(struct profile *p, struct assay_error *err)
{
    struct assay_logistic_fit fit = {0};
    struct assay_logistic_options options = fit_options(p, p->options->fit.start);
    enum assay_status status = assay_logistic_fit(p->engine, &options, &fit, err);
    if (status == ASSAY_OK)
        set_mode(p, &fit, fit.log_likelihood);
    else if (fit.problem == ASSAY_FIT_SEPARATED || fit.problem == ASSAY_FIT_QUASI)
        status = find_supremum(p, err);
    assay_logistic_fit_clear(&fit);
    return status;
}

/* ---- the limits ---- */

/* Where sqrt(2 (maximum - p)) is `root`, at a distance between inside and outside from the mode. */
struct search {
    double inside, outside, distance;
    bool found;
};

/* Newton's step: the square root of a parabola is a straight line. Where it leaves the bracket, the
 * middle is taken, or as long as there is no outside, twice the distance. */
static void advance(struct search *s, double rise, double rise_slope, double root, double precision)
{
    bool rises = rise > 0.0 && rise_slope > 0.0;
    double next = rises ? s->distance - (rise - root) / rise_slope : NAN; /* NaN passes no test */
    s->found = fabs(next - s->distance) <= precision;
    if (rise < root)
        s->inside = s->distance;
    else
        s->outside = s->distance;
    if (s->found) {
        s->distance = next;
        return;
    }
    if (!isfinite(s->outside)) {
        s->distance = next > s->inside ? fmin(next, 4.0 * s->inside) : 2.0 * s->inside;
    } else {
        s->distance = next > s->inside && next < s->outside ? next : 0.5 * (s->inside + s->outside);
        s->found = s->outside - s->inside <= precision;
    }
}

/* The limit of coefficient j above (sign 1) or below (-1) the mode. */
static enum assay_status find_limit(struct profile *p, size_t j, double sign, double *limit,
                                    struct assay_error *err)
{
    double first = p->root * p->scale[j], mode = p->mode[j];
    struct search s = {.outside = HUGE_VAL, .distance = first};
    memcpy(p->coef, p->mode, p->n * sizeof(double));
    for (size_t k = 0; k < MOST_LOOKS && !s.found; k++) {
        double value, slope;
        enum assay_status status = look(p, j, mode + sign * s.distance, &value, &slope, err);
        if (status != ASSAY_OK)
            return status;
        double rise = sqrt(fmax(2.0 * (p->maximum - value), 0.0));
        double precision = PRECISE * s.distance + 4.0 * DBL_EPSILON * fabs(mode);
        advance(&s, rise, -sign * slope / rise, p->root, precision);
        if (s.inside > FAR * first) {
            *limit = sign * HUGE_VAL;
            return ASSAY_OK;
        }
    }
    if (!s.found)
        return assay_fail(err, ASSAY_ENUMERIC,
                          "profile likelihood: a limit of coefficient %zu was not found within %d fits",
                          j, (int)MOST_LOOKS);
    *limit = mode + sign * s.distance;
    return ASSAY_OK;
}

/* Whether the likelihood never falls as b_j goes to sign * infinity: it is concave, so this is when a
 * direction that separates leads there. Of those the one at hand is tried, and the one beside it
 * with b_j turned round a little. */
static enum assay_status is_endless(struct profile *p, size_t j, double sign, bool *endless,
                                    struct assay_error *err)
{
    struct assay_direction what;
    double longest = 0.0;
    *endless = p->separated && sign * p->direction[j] > 0.0;
    if (!p->separated || *endless)
        return ASSAY_OK;
    for (size_t k = 0; k < p->n; k++)
        longest = fmax(longest, fabs(p->direction[k]) / p->scale[k]);
    memcpy(p->coef, p->direction, p->n * sizeof(double));
    p->coef[j] = sign * ASIDE * longest * p->scale[j];
    enum assay_status status = p->engine->direction(p->engine->state, p->coef, &what, err);
    if (status == ASSAY_OK)
        *endless = what.min_margin >= 0.0 && what.max_margin > 0.0;
    return status;
}

static enum assay_status find_interval(struct profile *p, size_t j,
                                       struct assay_profile_interval *interval,
                                       struct assay_error *err)
{
    bool down, up;
    enum assay_status status = is_endless(p, j, -1.0, &down, err);
    if (status == ASSAY_OK)
        status = is_endless(p, j, 1.0, &up, err);
    if (status != ASSAY_OK)
        return status;
    interval->estimate = down && up ? NAN : down ? -HUGE_VAL : up ? HUGE_VAL : p->mode[j];
    interval->low = -HUGE_VAL;
    interval->high = HUGE_VAL;
    if (!down)
        status = find_limit(p, j, -1.0, &interval->low, err);
    if (status == ASSAY_OK && !up)
        status = find_limit(p, j, 1.0, &interval->high, err);
    return status;
}

static enum assay_status take_memory(struct profile *p, struct assay_error *err)
{
    size_t n = p->n;
    p->held = assay_alloc(n, sizeof *p->held);
    p->memory = assay_alloc(4 * n, sizeof *p->memory);
    if (p->held == NULL || p->memory == NULL)
        return assay_fail_memory(err, "profiling the likelihood");
    p->mode = p->memory;
    p->direction = p->mode + n;
    p->scale = p->direction + n;
    p->coef = p->scale + n;
    if (p->options->fit.held != NULL)
        memcpy(p->held, p->options->fit.held, n);
    return ASSAY_OK;
}

static enum assay_status find_all(struct profile *p, struct assay_profile_interval made[],
                                  struct assay_error *err)
{
    const unsigned char *wanted = p->options->wanted;
    enum assay_status status =
        p->options->likelihood == ASSAY_PROFILE_FIRTH ? find_firth(p, err) : find_plain(p, err);
    for (size_t j = 0; j < p->n && status == ASSAY_OK; j++) {
        made[j] = (struct assay_profile_interval){NAN, NAN, NAN};
        if (!p->held[j] && (wanted == NULL || wanted[j]))
            status = find_interval(p, j, &made[j], err);
    }
    return status;
}

enum assay_status assay_profile_intervals(const struct assay_engine *engine,
                                          const struct assay_profile_options *options,
                                          struct assay_profile_interval interval[],
                                          double *maximum, struct assay_error *err)
{
    assert(options->level > 0.0 && options->level < 1.0);
    struct profile p = {.engine = engine, .options = options, .n = engine->n_coef,
                        .root = gsl_cdf_ugaussian_Pinv(0.5 + 0.5 * options->level)};
    struct assay_profile_interval *made = assay_alloc(p.n, sizeof *made);
    enum assay_status status = take_memory(&p, err);
    if (status == ASSAY_OK && made == NULL)
        status = assay_fail_memory(err, "profiling the likelihood");
    if (status == ASSAY_OK)
        status = find_all(&p, made, err);
    if (status == ASSAY_OK) {
        memcpy(interval, made, p.n * sizeof *made);
        if (maximum != NULL)
            *maximum = p.maximum;
    }
    free(p.held);
    free(p.memory);
    free(made);
    return status;
}
