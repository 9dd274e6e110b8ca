#include "core/fit/separation.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

#define CERTAIN ASSAY_SEPARATION_CERTAIN
/* A component that moves log-odds by less than this share of the largest one is rounding. */
#define ROUNDING 1e-7
/* How far out a direction is tried, in log-odds of its fastest row. */
#define FAR 1e3
#define VERY_FAR 1e5
/* Curvature this far below the largest may have died; a step this large between neighbours says so. */
#define FADING 1e-3
#define GAP 30.0

/* Newton's method has usually settled before the first look; a row that is being separated keeps
 * moving by about 1 in log-odds at every step. */
enum { FIRST_LOOK = 8, LOOK_EVERY = 4, LAST_LOOK = 60 };
#define MOVING 0.3

static enum assay_status look(const struct assay_newton *newton, const double direction[],
                              struct assay_direction *what, struct assay_error *err)
{
    return newton->engine->direction(newton->engine->state, direction, what, err);
}

static void clear_rounding(const struct assay_newton *newton, double direction[])
{
    double largest = 0.0;
    for (size_t j = 1; j < newton->n_coef; j++)
        largest = fmax(largest, fabs(direction[j]) * newton->spread[j]);
    for (size_t j = 1; j < newton->n_coef; j++)
        if (fabs(direction[j]) * newton->spread[j] <= ROUNDING * largest)
            direction[j] = 0.0;
}

/* Puts the intercept half-way between the classes: with it far below every x'd the least margin is
 * that of an event, far above that of a non-event. */
static enum assay_status centre_intercept(const struct assay_newton *newton, double direction[],
                                          struct assay_error *err)
{
    struct assay_direction what;
    direction[0] = 0.0;
    enum assay_status status = look(newton, direction, &what, err);
    if (status != ASSAY_OK)
        return status;
    double far = 2.0 * what.max_move;
    direction[0] = -far;
    status = look(newton, direction, &what, err);
    if (status != ASSAY_OK)
        return status;
    double lowest_event = what.min_margin + far;
    direction[0] = far;
    status = look(newton, direction, &what, err);
    double highest_other = -(what.min_margin + far);
    direction[0] = -(lowest_event + highest_other) / 2.0;
    return status;
}

/* Whether the limits allow going along direction for ever. */
static bool keeps_to_limits(const struct assay_newton *newton, const double direction[])
{
    const struct assay_limits *limits = newton->limits;
    for (size_t k = 0; limits != NULL && k < limits->n_limit; k++) {
        double sum = 0.0, size = 0.0;
        for (size_t j = 0; j < newton->n_coef; j++) {
            sum += limits->limit[k * newton->n_coef + j] * direction[j];
            size += fabs(limits->limit[k * newton->n_coef + j] * direction[j]);
        }
        if ((k < limits->n_equal ? -fabs(sum) : sum) < -CERTAIN * size)
            return false;
    }
    return true;
}

/* An engine may hold coefficients back by more than its rows, a penalty say: ask it, far out. */
static enum assay_status still_rises(const struct assay_newton *newton, const double direction[],
                                     double max_move, bool *rises, struct assay_error *err)
{
    size_t n = newton->n_coef;
    double *point = assay_alloc(n, sizeof *point), far_out;
    if (point == NULL)
        return assay_fail_memory(err, "looking for separation");
    for (size_t j = 0; j < n; j++)
        point[j] = newton->coef[j] + VERY_FAR / max_move * direction[j];
    enum assay_status status =
        newton->engine->evaluate(newton->engine->state, point, &far_out, NULL, NULL, err);
    free(point);
    if (status == ASSAY_OK)
        *rises = far_out >= newton->log_likelihood - 1e-4 * (1.0 + fabs(newton->log_likelihood));
    return status;
}

enum assay_status assay_separation_certify(const struct assay_newton *newton, double direction[],
                                           enum assay_fit_problem *kind, struct assay_error *err)
{
    struct assay_direction what = {0};
    enum assay_status status = ASSAY_OK;
    bool rises = false;
    *kind = ASSAY_FIT_FINE;
    clear_rounding(newton, direction);
    if (!newton->held[0])
        status = centre_intercept(newton, direction, err);
    if (status == ASSAY_OK)
        status = look(newton, direction, &what, err);
    if (status != ASSAY_OK || !isfinite(what.max_move) || !keeps_to_limits(newton, direction))
        return status;
    double tiny = CERTAIN * what.max_move;
    if (!(what.min_margin >= -tiny && what.max_margin > tiny))
        return ASSAY_OK;
    status = still_rises(newton, direction, what.max_move, &rises, err);
    if (status == ASSAY_OK && rises)
        *kind = what.min_margin > tiny ? ASSAY_FIT_SEPARATED : ASSAY_FIT_QUASI;
    return status;
}

/* ---- candidates ---- */

struct search {
    const struct assay_newton *newton;
    size_t n;             /* coefficients that the last step moved */
    size_t *index;        /* [n], which */
    double *square;       /* [n * n] */
    double *value;        /* [n], eigenvalues of the information, ascending, and ... */
    double *vector;       /* [n * n], their eigenvectors, in units of size */
    double *weight;       /* [n], the step on each eigenvector */
    double *candidate;    /* [n_coef] */
    double *best;         /* [n_coef], the one past the widest gap */
    double *point;        /* [n_coef] */
    double *gradient;     /* [n_coef] */
    double *information;  /* [n_coef * n_coef] */
    double *memory;
};

static bool search_init(const struct assay_newton *newton, struct search *s)
{
    size_t n = newton->n_coef;
    *s = (struct search){.newton = newton};
    s->index = assay_alloc(n, sizeof *s->index);
    s->memory = assay_alloc(3 * n * n + 6 * n, sizeof *s->memory);
    if (s->index == NULL || s->memory == NULL) {
        free(s->index);
        free(s->memory);
        return false;
    }
    s->square = s->memory;
    s->vector = s->square + n * n;
    s->information = s->vector + n * n;
    s->value = s->information + n * n;
    s->weight = s->value + n;
    s->candidate = s->weight + n;
    s->best = s->candidate + n;
    s->point = s->best + n;
    s->gradient = s->point + n;
    for (size_t j = 0; j < n; j++)
        if (newton->step[j] != 0.0)
            s->index[s->n++] = j;
    return true;
}

/* Splits the step into the eigenvectors of the information as it is now, in units of what it was at
 * the start: rows that are separated have lost their weight, and their directions their curvature. */
static enum assay_status split_step(struct search *s, const double information[],
                                    struct assay_error *err)
{
    const struct assay_newton *w = s->newton;
    size_t n = s->n;
    assay_linear_pick(information, w->n_coef, s->index, n, s->square);
    for (size_t f = 0; f < n; f++)
        for (size_t g = 0; g < n; g++)
            s->square[f * n + g] /= w->size[s->index[f]] * w->size[s->index[g]];
    enum assay_status status = assay_linear_eigen(s->square, n, s->value, s->vector, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t k = 0; k < n; k++) {
        s->weight[k] = 0.0;
        for (size_t f = 0; f < n; f++)
            s->weight[k] += s->vector[k * n + f] * w->size[s->index[f]] * w->step[s->index[f]];
    }
    return ASSAY_OK;
}

/* candidate += the part of the step along eigenvector k. */
static void add_part(struct search *s, size_t k)
{
    for (size_t f = 0; f < s->n; f++) {
        size_t j = s->index[f];
        s->candidate[j] += s->weight[k] * s->vector[k * s->n + f] / s->newton->size[j];
    }
}

/* Tries the step's part in the k flattest directions, for every k behind which curvature jumps. */
static enum assay_status try_gaps(struct search *s, double direction[],
                                  enum assay_fit_problem *kind, struct assay_error *err)
{
    size_t n = s->n, n_coef = s->newton->n_coef;
    double largest = s->value[n - 1], least = 1e-18 * largest, widest = 0.0;
    enum assay_status status = ASSAY_OK;
    memset(s->candidate, 0, n_coef * sizeof(double));
    for (size_t k = 0; k < n && s->value[k] < FADING * largest && status == ASSAY_OK; k++) {
        add_part(s, k);
        double next = k + 1 < n ? s->value[k + 1] : largest;
        double gap = fmax(next, least) / fmax(s->value[k], least);
        if (gap < GAP)
            continue;
        if (gap > widest) {
            widest = gap;
            memcpy(s->best, s->candidate, n_coef * sizeof(double));
        }
        memcpy(direction, s->candidate, n_coef * sizeof(double));
        status = assay_separation_certify(s->newton, direction, kind, err);
        if (*kind != ASSAY_FIT_FINE)
            break;
    }
    return status;
}

/* Goes far along the best candidate, where what it separates has no weight left at all. */
static enum assay_status evaluate_far(struct search *s, bool *worth, struct assay_error *err)
{
    const struct assay_newton *w = s->newton;
    struct assay_direction what;
    double log_likelihood;
    enum assay_status status = look(w, s->best, &what, err);
    *worth = status == ASSAY_OK && what.max_move > 0.0 && isfinite(what.max_move);
    if (!*worth)
        return status;
    for (size_t j = 0; j < w->n_coef; j++)
        s->point[j] = w->coef[j] + FAR / what.max_move * s->best[j];
    return w->engine->evaluate(w->engine->state, s->point, &log_likelihood, s->gradient,
                               s->information, err);
}

static enum assay_status search_null_space(struct search *s, double direction[],
                                           enum assay_fit_problem *kind, struct assay_error *err)
{
    bool worth = true;
    enum assay_status status = split_step(s, s->newton->information, err);
    if (status == ASSAY_OK)
        status = try_gaps(s, direction, kind, err);
    if (status == ASSAY_OK && *kind == ASSAY_FIT_FINE)
        status = evaluate_far(s, &worth, err);
    if (status != ASSAY_OK || *kind != ASSAY_FIT_FINE || !worth)
        return status;
    status = split_step(s, s->information, err);
    return status == ASSAY_OK ? try_gaps(s, direction, kind, err) : status;
}

enum assay_status assay_separation_search(const struct assay_newton *newton, double direction[],
                                          enum assay_fit_problem *kind, struct assay_error *err)
{
    struct search search;
    for (size_t j = 0; j < newton->n_coef; j++)
        direction[j] = newton->coef[j] - newton->start[j];
    enum assay_status status = assay_separation_certify(newton, direction, kind, err);
    if (status != ASSAY_OK || *kind != ASSAY_FIT_FINE)
        return status;
    if (!search_init(newton, &search))
        return assay_fail_memory(err, "looking for separation");
    if (search.n > 0)
        status = search_null_space(&search, direction, kind, err);
    free(search.index);
    free(search.memory);
    /* Eigenvalues that cannot be had give no candidate; that is no reason to stop looking later. */
    return status == ASSAY_ENUMERIC ? ASSAY_OK : status;
}

enum assay_status assay_separation_climb(struct assay_newton *newton, size_t most, double direction[],
                                         enum assay_fit_problem *kind, enum assay_newton_end *end,
                                         struct assay_error *err)
{
    *kind = ASSAY_FIT_FINE;
    for (size_t until = FIRST_LOOK;; until += LOOK_EVERY) {
        enum assay_status status =
            assay_newton_run(newton, until < most ? until : most, end, err);
        if (status != ASSAY_OK || *end == ASSAY_NEWTON_SETTLED)
            return status;
        bool last = *end == ASSAY_NEWTON_STUCK || until >= most;
        if (last || newton->largest_move > MOVING)
            status = assay_separation_search(newton, direction, kind, err);
        if (status != ASSAY_OK || last || *kind != ASSAY_FIT_FINE)
            return status;
    }
}

/* ---- the smallest set ---- */

struct shrink {
    const struct assay_newton *newton;
    struct assay_logistic_options options;
    unsigned char *held;
    double *trial;     /* [n_coef] */
    double *direction; /* [n_coef], certified; the caller's */
    enum assay_fit_problem *kind;
};

/* The column with the least part in the direction among those not yet found needed; 0: none. */
static size_t least_part(const struct shrink *s, const unsigned char needed[])
{
    size_t least = 0;
    for (size_t j = 1; j < s->newton->n_coef; j++) {
        double part = fabs(s->direction[j]) * s->newton->spread[j];
        if (part > 0.0 && !needed[j] &&
            (least == 0 || part < fabs(s->direction[least]) * s->newton->spread[least]))
            least = j;
    }
    return least;
}

/* A new iteration from the start, on the columns that have a part in the direction, but for j. */
static enum assay_status start_without(struct shrink *s, size_t j, struct assay_newton *newton,
                                       struct assay_error *err)
{
    const struct assay_newton *whole = s->newton;
    for (size_t k = 1; k < whole->n_coef; k++)
        s->held[k] = k == j || s->direction[k] == 0.0;
    s->held[0] = whole->held[0];
    return assay_newton_init(whole->engine, &s->options, whole->limits, s->held, newton, err);
}

/* Looks for a direction without column j and without those that have no part in this one. */
static enum assay_status fit_without(struct shrink *s, size_t j, enum assay_fit_problem *kind,
                                     struct assay_error *err)
{
    struct assay_newton newton;
    enum assay_newton_end end;
    enum assay_status status = start_without(s, j, &newton, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_separation_climb(&newton, s->options.max_iterations, s->trial, kind, &end, err);
    assay_newton_clear(&newton);
    return status;
}

/* Tries to do without column j: first with what is left of the direction, then with a new one. */
static enum assay_status try_without(struct shrink *s, size_t j, bool *dropped,
                                     struct assay_error *err)
{
    enum assay_fit_problem kind;
    memcpy(s->trial, s->direction, s->newton->n_coef * sizeof(double));
    s->trial[j] = 0.0;
    enum assay_status status = assay_separation_certify(s->newton, s->trial, &kind, err);
    if (status == ASSAY_OK && kind == ASSAY_FIT_FINE)
        status = fit_without(s, j, &kind, err);
    *dropped = status == ASSAY_OK && kind != ASSAY_FIT_FINE;
    if (*dropped) {
        memcpy(s->direction, s->trial, s->newton->n_coef * sizeof(double));
        *s->kind = kind;
    }
    return status;
}

/* A direction found early may tie rows that a better one on the same columns would split. If there is
 * one, the iteration walks into it: once the log-likelihood passes -log 2 no row is on the wrong
 * side. One column alone needs no second look, its intercept stands where it serves best. */
static enum assay_status seek_complete(struct shrink *s, struct assay_error *err)
{
    struct assay_newton newton;
    enum assay_newton_end end = ASSAY_NEWTON_RUNNING;
    enum assay_status status = start_without(s, 0, &newton, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = newton.n_coef;
    for (size_t until = FIRST_LOOK; until <= LAST_LOOK && end == ASSAY_NEWTON_RUNNING &&
                                    *s->kind != ASSAY_FIT_SEPARATED && status == ASSAY_OK;
         until += LOOK_EVERY) {
        enum assay_fit_problem kind = ASSAY_FIT_FINE;
        status = assay_newton_run(&newton, until, &end, err);
        for (size_t j = 0; j < n; j++)
            s->trial[j] = newton.coef[j] - newton.start[j];
        if (status == ASSAY_OK)
            status = assay_separation_certify(&newton, s->trial, &kind, err);
        if (status == ASSAY_OK && kind == ASSAY_FIT_SEPARATED) {
            memcpy(s->direction, s->trial, n * sizeof(double));
            *s->kind = kind;
        }
    }
    assay_newton_clear(&newton);
    return status;
}

static size_t count(const unsigned char flags[], size_t n)
{
    size_t sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += flags[k] != 0;
    return sum;
}

enum assay_status assay_separation_shrink(const struct assay_newton *newton, double direction[],
                                          enum assay_fit_problem *kind, unsigned char blamed[],
                                          struct assay_error *err)
{
    struct shrink s = {.newton = newton, .options = *newton->options, .direction = direction,
                       .kind = kind};
    enum assay_status status = ASSAY_OK;
    s.options.report = NULL;
    s.held = assay_alloc(newton->n_coef, sizeof *s.held);
    s.trial = assay_alloc(newton->n_coef, sizeof *s.trial);
    memset(blamed, 0, newton->n_coef);
    if (s.held == NULL || s.trial == NULL)
        status = assay_fail_memory(err, "looking for separation");
    for (size_t j; status == ASSAY_OK && (j = least_part(&s, blamed)) != 0;) {
        bool dropped;
        status = try_without(&s, j, &dropped, err);
        if (status == ASSAY_OK && !dropped)
            blamed[j] = 1; /* needed, and so in every smaller set */
    }
    if (status == ASSAY_OK && *kind == ASSAY_FIT_QUASI && count(blamed, newton->n_coef) > 1)
        status = seek_complete(&s, err);
    free(s.held);
    free(s.trial);
    return status;
}
