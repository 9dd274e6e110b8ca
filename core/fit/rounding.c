#include "core/fit/rounding.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/lattice.h"
#include "core/fit/linear.h"

/* Points that are fitted in one round, and rounds: two or three are usual. */
enum { CANDIDATES = 6, MOST_ROUNDS = 20 };
/* A log-likelihood is higher by more than the rounding of its sum. */
#define ROUNDING 1e-12

struct search {
    const struct assay_rounding_question *q;
    const struct assay_engine *objective; /* log-likelihood, less the anchor's penalty */
    bool by_own_reckoning;  /* the likelihood has no say: the anchor is kept exactly */
    struct assay_lattice lattice;
    struct assay_ratio ratio;
    size_t n_signal, n_coef, n_free, n_other;
    size_t *signal;         /* [n_free], coefficients of the signals that are not held */
    size_t *other;          /* [n_other], coefficients that are fitted to the weights */
    unsigned char *held;    /* [n_signal] */
    double *total_row, floor; /* [n_coef]: sum u >= 0 */
    double *centre;         /* [n_coef], where the quadratic is taken */
    double *gradient, *information; /* [n_coef], [n_coef * n_coef] */
    double *corner;         /* [n_other * n_other], information on the others, factored */
    double *scale;          /* [n_other], of that */
    double *solved;         /* [n_signal * n_other] */
    double *square, *linear; /* of the ratio */
    double *weight;         /* [n_signal] */
    double value;           /* of the objective at the best point */
    long *best, *here;      /* [n_signal] */
    long *around;           /* [CANDIDATES * n_signal] */
    long *tried;            /* [n_tried * n_signal] */
    size_t n_tried;
    double *memory;
    size_t *index_memory;
    long *point_memory;
};

void assay_rounding_clear(struct assay_rounding *rounding)
{
    if (rounding == NULL)
        return;
    free(rounding->weight);
    free(rounding->coef);
    *rounding = (struct assay_rounding){0};
}

static void search_clear(struct search *s)
{
    assay_lattice_clear(&s->lattice);
    free(s->held);
    free(s->memory);
    free(s->index_memory);
    free(s->point_memory);
}

static double *take(double **at, size_t n)
{
    double *part = *at;
    *at += n;
    return part;
}

static bool take_memory(struct search *s)
{
    size_t n = s->n_signal, p = s->n_coef, m = p - n;
    size_t points = 2 + CANDIDATES + CANDIDATES * MOST_ROUNDS;
    s->held = assay_alloc(n, sizeof *s->held);
    s->memory = assay_alloc(3 * p + p * p + m * m + m + n * m + n * n + 2 * n, sizeof *s->memory);
    s->index_memory = assay_alloc(p, sizeof *s->index_memory);
    s->point_memory = assay_alloc(points * n, sizeof *s->point_memory);
    if (s->held == NULL || s->memory == NULL || s->index_memory == NULL || s->point_memory == NULL)
        return false;
    double *at = s->memory;
    s->total_row = take(&at, p);
    s->centre = take(&at, p);
    s->gradient = take(&at, p);
    s->information = take(&at, p * p);
    s->corner = take(&at, m * m);
    s->scale = take(&at, m);
    s->solved = take(&at, n * m);
    s->square = take(&at, n * n);
    s->linear = take(&at, n);
    s->weight = take(&at, n);
    s->signal = s->index_memory;
    s->other = s->index_memory + n;
    s->best = s->point_memory;
    s->here = s->best + n;
    s->around = s->here + n;
    s->tried = s->around + CANDIDATES * n;
    return true;
}

static bool is_held(const struct search *s, size_t j)
{
    return s->q->options->held != NULL && s->q->options->held[j];
}

static enum assay_status search_init(const struct assay_rounding_question *q,
                                     const struct assay_engine *objective, struct search *s,
                                     struct assay_weight_limit *blamed, struct assay_error *err)
{
    *s = (struct search){.q = q, .objective = objective, .n_signal = q->limits->n_signal,
                         .n_coef = q->engine->n_coef, .value = -INFINITY};
    s->by_own_reckoning = q->anchor != NULL && isinf(q->anchor->lambda);
    if (!take_memory(s))
        return assay_fail_memory(err, "rounding weights");
    for (size_t j = 0; j < s->n_coef; j++) {
        bool is_signal = j >= 1 && j <= s->n_signal;
        if (is_signal) {
            s->held[j - 1] = is_held(s, j);
            s->total_row[j] = -1.0;
        }
        if (!is_held(s, j) && is_signal)
            s->signal[s->n_free++] = j;
        else if (!is_held(s, j))
            s->other[s->n_other++] = j;
    }
    assert(s->n_other >= 1);
    memcpy(s->centre, q->coef, s->n_coef * sizeof(double));
    return assay_lattice_init(q->limits, s->held, q->step, &s->lattice, blamed, err);
}

/* ---- the quadratic ---- */

/* solved row j: how the others answer to signal j, I_oo^-1 I_oj. */
static bool solve_others(struct search *s)
{
    size_t m = s->n_other;
    assay_linear_pick(s->information, s->n_coef, s->other, m, s->corner);
    if (!assay_linear_unit_diagonal(s->corner, m, s->scale) || !assay_linear_factor(s->corner, m))
        return false;
    for (size_t j = 0; j < s->n_signal; j++) {
        double *row = s->solved + j * m;
        for (size_t o = 0; o < m; o++)
            row[o] = s->information[(j + 1) * s->n_coef + s->other[o]] / s->scale[o];
        assay_linear_solve(s->corner, m, row);
        for (size_t o = 0; o < m; o++)
            row[o] /= s->scale[o];
    }
    return true;
}

/* With u at the centre, M the information on the signals that the others leave and p the derivative of
 * the objective by u once they have answered, the loss at B w is
 * -p'(B w - u) + 1/2 (B w - u)'M(B w - u). Least over B >= 0 it is the constant 1/2 u'M u + p'u less
 * max(w'(M u + p), 0)^2 / (2 w'M w). */
static void profile(struct search *s)
{
    size_t n = s->n_signal, m = s->n_other;
    s->ratio = (struct assay_ratio){.linear = s->linear, .square = s->square};
    for (size_t j = 0; j < n; j++) {
        double pull = -s->gradient[j + 1];
        for (size_t o = 0; o < m; o++)
            pull += s->solved[j * m + o] * s->gradient[s->other[o]];
        s->linear[j] = s->by_own_reckoning ? 0.0 : pull;
        for (size_t k = j; k < n; k++) {
            double left = s->information[(j + 1) * s->n_coef + k + 1];
            for (size_t o = 0; o < m; o++)
                left -= s->solved[j * m + o] * s->information[s->other[o] * s->n_coef + k + 1];
            s->square[j * n + k] = s->square[k * n + j] = left;
        }
    }
    for (size_t j = 0; j < n; j++) {
        double answer = -assay_linear_dot(s->square + j * n, s->centre + 1, n); /* (M u)_j */
        s->ratio.constant -= s->centre[j + 1] * (s->linear[j] + answer / 2.0);
        s->linear[j] += answer;
    }
}

static enum assay_status take_quadratic(struct search *s, struct assay_error *err)
{
    double value;
    enum assay_status status = s->objective->evaluate(s->objective->state, s->centre, &value,
                                                      s->gradient, s->information, err);
    if (status != ASSAY_OK)
        return status;
    if (!solve_others(s))
        return assay_fail(err, ASSAY_ENUMERIC, "the information has no inverse where weights are "
                          "rounded");
    profile(s);
    return ASSAY_OK;
}

/* ---- fits to a point ---- */

static void find_weights(struct search *s, const long point[])
{
    for (size_t j = 0; j < s->n_signal; j++)
        s->weight[j] = (double)point[j] / (double)s->lattice.total;
}

/* Intercept, slope and the others, the weights being those of the point. */
static enum assay_status fit_point(struct search *s, const struct assay_engine *engine,
                                   const long point[], struct assay_anchor_fit *fit,
                                   struct assay_error *err)
{
    struct assay_limits rising = {.n_limit = 1, .limit = s->total_row, .floor = &s->floor};
    struct assay_logistic_options options = *s->q->options;
    options.start = s->q->coef;
    find_weights(s, point);
    size_t kept = 0;
    for (size_t j = 0; j < s->n_signal; j++) /* those of held signals are 0 */
        if (!s->held[j])
            s->weight[kept++] = s->weight[j];
    struct assay_anchor along = {.lambda = HUGE_VAL, .n_signal = s->n_free, .signal = s->signal,
                                 .weight = s->weight};
    return assay_anchor_fit(engine, &along, &options, &rising, fit, err);
}

static bool was_tried(const struct search *s, const long point[])
{
    for (size_t t = 0; t < s->n_tried; t++)
        if (memcmp(s->tried + t * s->n_signal, point, s->n_signal * sizeof *point) == 0)
            return true;
    return false;
}

/* Fits a point unless that has been done; *better: it is the best so far. A point that has no fit is
 * none; err says why. */
static enum assay_status try_point(struct search *s, const long point[], bool *better,
                                   struct assay_error *err)
{
    struct assay_anchor_fit fit = {0};
    *better = false;
    if (was_tried(s, point))
        return ASSAY_OK;
    memcpy(s->tried + s->n_tried++ * s->n_signal, point, s->n_signal * sizeof *point);
    enum assay_status status = fit_point(s, s->objective, point, &fit, err);
    if (status == ASSAY_OK) {
        double value = fit.fit.log_likelihood;
        *better = value > s->value + (isinf(s->value) ? 0.0 : ROUNDING * fabs(value));
        if (*better) {
            s->value = value;
            memcpy(s->best, point, s->n_signal * sizeof *point);
            memcpy(s->centre, fit.fit.coef, s->n_coef * sizeof(double));
        }
    }
    assay_anchor_fit_clear(&fit);
    return status == ASSAY_ENUMERIC ? ASSAY_OK : status;
}

/* ---- the search ---- */

/* One round: down the quadratic at the centre, then the points around its foot. */
static enum assay_status search_once(struct search *s, bool *better, struct assay_error *err)
{
    size_t n_found = 0;
    *better = false;
    enum assay_status status = take_quadratic(s, err);
    if (status == ASSAY_OK)
        status = assay_lattice_descend(&s->lattice, &s->ratio, s->here, err);
    if (status != ASSAY_OK || s->by_own_reckoning)
        return status;
    status = assay_lattice_around(&s->lattice, &s->ratio, s->here, CANDIDATES, s->around, &n_found,
                                  err);
    for (size_t c = 0; c < n_found && status == ASSAY_OK; c++) {
        bool best;
        status = try_point(s, s->around + c * s->n_signal, &best, err);
        *better = *better || best;
    }
    memcpy(s->here, s->best, s->n_signal * sizeof *s->here);
    return status;
}

static enum assay_status search_run(struct search *s, struct assay_error *err)
{
    double total = 0.0;
    bool better = true;
    for (size_t j = 1; j <= s->n_signal; j++)
        total -= s->q->coef[j];
    assert(total > 0.0);
    for (size_t j = 0; j < s->n_signal; j++)
        s->weight[j] = -s->q->coef[j + 1] / total;
    enum assay_status status = assay_lattice_round(&s->lattice, s->weight, s->here, err);
    for (size_t round = 0; round < MOST_ROUNDS && better && status == ASSAY_OK; round++)
        status = search_once(s, &better, err);
    if (s->by_own_reckoning)
        memcpy(s->best, s->here, s->n_signal * sizeof *s->best);
    else if (status == ASSAY_OK && isinf(s->value))
        return ASSAY_ENUMERIC; /* err holds the last fit's reason */
    return status;
}

/* The published fit: to the best weights, by the data alone. */
static enum assay_status give(struct search *s, struct assay_rounding *rounding,
                              struct assay_error *err)
{
    const struct assay_engine *engine = s->q->engine;
    struct assay_anchor_fit fit = {0};
    struct assay_rounding made = {.n_signal = s->n_signal, .n_coef = s->n_coef};
    double before;
    made.weight = assay_alloc(s->n_signal, sizeof *made.weight);
    made.coef = assay_alloc(s->n_coef, sizeof *made.coef);
    enum assay_status status = made.weight != NULL && made.coef != NULL
                                   ? fit_point(s, engine, s->best, &fit, err)
                                   : assay_fail_memory(err, "rounding weights");
    if (status == ASSAY_OK)
        status = engine->evaluate(engine->state, s->q->coef, &before, NULL, NULL, err);
    if (status == ASSAY_OK) {
        find_weights(s, s->best);
        memcpy(made.weight, s->weight, s->n_signal * sizeof(double));
        memcpy(made.coef, fit.fit.coef, s->n_coef * sizeof(double));
        made.log_likelihood = fit.fit.log_likelihood;
        made.lost = before - made.log_likelihood;
        *rounding = made;
    } else {
        assay_rounding_clear(&made);
    }
    assay_anchor_fit_clear(&fit);
    return status;
}

enum assay_status assay_rounding_find(const struct assay_rounding_question *question,
                                      struct assay_rounding *rounding,
                                      struct assay_weight_limit *blamed, struct assay_error *err)
{
    const struct assay_anchor *anchor = question->anchor;
    bool pulled = anchor != NULL && isfinite(anchor->lambda);
    struct assay_engine anchored = {0};
    struct search s = {0};
    enum assay_status status = ASSAY_OK;
    if (pulled)
        status = assay_anchor_engine_init(question->engine, anchor, &anchored, err);
    if (status == ASSAY_OK)
        status = search_init(question, pulled ? &anchored : question->engine, &s, blamed, err);
    if (status == ASSAY_OK)
        status = search_run(&s, err);
    if (status == ASSAY_OK)
        status = give(&s, rounding, err);
    search_clear(&s);
    assay_anchor_engine_clear(&anchored);
    return status;
}
