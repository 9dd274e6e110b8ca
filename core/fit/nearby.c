#include "core/fit/nearby.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"
#include "core/fit/qp.h"

enum { MOST_READINGS = 8 };
/* After a step that may move a log-odds further than this the information is taken anew: chord steps leave about
 * the last step's length of the error, so that four of them settle where one such step began. */
#define LONG_STEP  0.1
/* Chord steps fall off as powers do: after one that is `rate` times the one before, the next would be `rate` times it.
 * Where that is below LEFT of the tolerance, it is not worth a reading. */
#define FALLS      0.1
#define LEFT       1e-2
#define SUFFICIENT 1e-4 /* as newton.c has them */
#define ROUNDING   1e-12

/* One part's fit. */
struct part {
    bool moving;
    bool fresh;          /* the next reading takes the information, the first that of all */
    double *coef;        /* [n_coef], the caller's row */
    double value;        /* penalised log-likelihood there */
    double slope;        /* what the step promises */
    double move;         /* bound of the last step's move of a log-odds; 0: there was none */
    double *trial;       /* [n_coef] where the next reading is */
    double *gradient;    /* [n_coef] */
    double *information; /* [n_coef * n_coef] */
};

struct nearby {
    const struct assay_nearby *question;
    size_t n_coef, n_limit;
    struct assay_engine
        nothing; /* an engine of no rows, and what an anchor makes of it: the penalty alone */
    struct assay_engine penalty; /* state NULL: no anchor */
    struct part *part;
    struct assay_array_request *request; /* [n_part + 1] */
    double *whole;                       /* [n_coef * n_coef], information of all parts at the start */
    double *likelihood;                  /* [n_part] */
    size_t *free_index, n_free;
    double *room;           /* of one step, cut by the functions that need it */
    unsigned char *binding; /* [n_limit] */
    double *memory;
};

/* ---- the anchor ---- */

static enum assay_status no_rows(void *state, const double coef[], double *log_likelihood,
                                 double gradient[], double information[], struct assay_error *err)
{
    const size_t *n_coef = state;
    (void)coef;
    (void)err;
    *log_likelihood = 0;
    if (gradient != NULL)
        memset(gradient, 0, *n_coef * sizeof *gradient);
    if (information != NULL)
        memset(information, 0, *n_coef * *n_coef * sizeof *information);
    return ASSAY_OK;
}

/* Adds the penalty at coef; information where it was read. scratch [n_coef * (n_coef + 1)]. */
static enum assay_status add_penalty(const struct nearby *n, const double coef[], double *value,
                                     double gradient[], double *information, double scratch[],
                                     struct assay_error *err)
{
    double own;
    size_t p = n->n_coef;
    if (n->penalty.state == NULL)
        return ASSAY_OK;
    enum assay_status status = n->penalty.evaluate(n->penalty.state, coef, &own, scratch,
                                                   information != NULL ? scratch + p : NULL, err);
    if (status != ASSAY_OK)
        return status;
    *value += own;
    assay_linear_add(gradient, 1, scratch, p);
    if (information != NULL)
        assay_linear_add(information, 1, scratch + p, p * p);
    return ASSAY_OK;
}

/* ---- one step ---- */

/* A limit that binds one coefficient alone: it is then exactly where the limit has it. */
static void snap(const struct nearby *n, double coef[])
{
    const struct assay_limits *limits = n->question->limits;
    for (size_t k = 0; k < n->n_limit; k++) {
        const double *row = limits->limit + k * n->n_coef;
        size_t at = n->n_coef, count = 0;
        for (size_t j = 0; j < n->n_coef; j++)
            if (row[j] != 0) {
                at = j;
                count++;
            }
        if (count != 1 || (n->question->held != NULL && n->question->held[at]))
            continue;
        double bound = limits->floor[k] / row[at];
        bool beyond = row[at] > 0 ? coef[at] < bound : coef[at] > bound;
        if (beyond || n->binding[k])
            coef[at] = bound;
    }
}

/* step [n_free] from the part's gradient and information, within the limits; false: there is none. */
static enum assay_status solve(const struct nearby *n, const struct part *part, double step[],
                               bool *found, struct assay_error *err)
{
    size_t f = n->n_free, m = n->n_limit;
    const struct assay_limits *limits = n->question->limits;
    double *square = n->room, *linear = square + f * f, *limit = linear + f, *floor = limit + m * f,
           *multiplier = floor + m;
    assay_linear_pick(part->information, n->n_coef, n->free_index, f, square);
    for (size_t k = 0; k < f; k++)
        linear[k] = part->gradient[n->free_index[k]];
    for (size_t k = 0; k < m; k++) {
        const double *row = limits->limit + k * n->n_coef;
        for (size_t j = 0; j < f; j++)
            limit[k * f + j] = row[n->free_index[j]];
        /* Beyond a limit, or beside an equality, is rounding: the start is within them. */
        double left = limits->floor[k] - assay_linear_dot(row, part->coef, n->n_coef);
        floor[k] = k < limits->n_equal ? 0 : fmin(left, 0);
    }
    struct assay_qp qp = {.n = f,
                          .n_limit = m,
                          .n_equal = m > 0 ? limits->n_equal : 0,
                          .hessian = square,
                          .linear = linear,
                          .limit = limit,
                          .floor = floor};
    enum assay_status status = assay_qp_solve(&qp, step, multiplier, n->binding, NULL, err);
    *found = status == ASSAY_OK;
    return status == ASSAY_ENUMERIC ? ASSAY_OK : status;
}

/* Whether a step that moves log-odds by `move` is the last. */
static bool settles(const struct nearby *n, const struct part *part, double move)
{
    double rate = part->move > 0 ? move / part->move : 1, tolerance = n->question->tolerance;
    return move <= tolerance || (rate <= FALLS && move * rate <= LEFT * tolerance);
}

/* Decides where the part's next reading is, or that there is none. */
static enum assay_status step_on(const struct nearby *n, struct part *part, unsigned char *done,
                                 struct assay_error *err)
{
    bool found;
    double reach = n->question->reach, move = 0;
    double *step = part->trial + n->n_coef;
    enum assay_status status = solve(n, part, step, &found, err);
    part->moving = status == ASSAY_OK && found;
    if (!part->moving)
        return status;
    memcpy(part->trial, part->coef, n->n_coef * sizeof *part->trial);
    part->slope = 0;
    for (size_t k = 0; k < n->n_free; k++) {
        size_t j = n->free_index[k];
        part->trial[j] += step[k];
        part->slope += part->gradient[j] * step[k];
        move += fabs(step[k]) * (j == 0 ? 1 : reach);
    }
    snap(n, part->trial);
    part->fresh = move > LONG_STEP;
    *done = settles(n, part, move);
    part->moving = isfinite(move) && !*done;
    part->move = move;
    if (*done)
        memcpy(part->coef, part->trial, n->n_coef * sizeof *part->coef);
    return ASSAY_OK;
}

/* Takes the trial where it climbs as promised; else the part stops here. A short step climbs: the curvature is within a
 * tenth of what it went by. The likelihood is then not asked for, and the next long step is held against the last that
 * is known, which is lower. */
static bool accept(const struct nearby *n, struct part *part, double value)
{
    double least = part->value + SUFFICIENT * part->slope - ROUNDING * fabs(part->value);
    if (part->fresh && !(value >= least)) /* NaN too */
        return false;
    if (part->fresh)
        part->value = value;
    memcpy(part->coef, part->trial, n->n_coef * sizeof *part->coef);
    return true;
}

/* ---- readings ---- */

static enum assay_status read_parts(struct nearby *n, bool first, size_t *n_moving,
                                    struct assay_error *err)
{
    size_t m = 0;
    for (size_t k = 0; k < n->question->n_part; k++) {
        struct part *part = &n->part[k];
        if (part->moving)
            n->request[m++] =
                (struct assay_array_request){.coef = part->trial,
                                             .left_out = n->question->n_part > 1 ? (uint16_t)k
                                                                                 : UINT16_MAX,
                                             .log_likelihood = part->fresh ? &n->likelihood[k] : NULL,
                                             .gradient = part->gradient,
                                             .information =
                                                 part->fresh && !first ? part->information : NULL};
    }
    *n_moving = m;
    if (first && n->question->information == NULL)
        n->request[m++] = (struct assay_array_request){
            .coef = n->question->start, .left_out = UINT16_MAX, .information = n->whole};
    return m > 0 ? assay_array_evaluate_many(n->question->engine, n->request, m, err) : ASSAY_OK;
}

/* What the rows outside one part of n_part know, as far as all rows can tell. */
static void share_information(const struct nearby *n, double information[])
{
    size_t n_part = n->question->n_part;
    double share = n_part > 1 ? 1 - 1 / (double)n_part : 1;
    for (size_t k = 0; k < n->n_coef * n->n_coef; k++)
        information[k] = share * n->whole[k];
}

static enum assay_status advance(struct nearby *n, bool first, unsigned char done[],
                                 struct assay_error *err)
{
    double *scratch = n->room;
    for (size_t k = 0; k < n->question->n_part; k++) {
        struct part *part = &n->part[k];
        if (!part->moving)
            continue;
        double value = n->likelihood[k];
        if (first)
            share_information(n, part->information);
        enum assay_status status =
            add_penalty(n, part->trial, &value, part->gradient,
                        part->fresh ? part->information : NULL, scratch, err);
        if (first)
            part->value = value;
        else
            part->moving = accept(n, part, value);
        if (status == ASSAY_OK && part->moving)
            status = step_on(n, part, &done[k], err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static enum assay_status run(struct nearby *n, unsigned char done[], struct assay_error *err)
{
    size_t n_moving;
    for (size_t reading = 0; reading < MOST_READINGS; reading++) {
        enum assay_status status = read_parts(n, reading == 0, &n_moving, err);
        if (status == ASSAY_OK && n_moving > 0)
            status = advance(n, reading == 0, done, err);
        if (status != ASSAY_OK || n_moving == 0)
            return status;
    }
    return ASSAY_OK;
}

/* ---- all of it ---- */

static void nearby_clear(struct nearby *n)
{
    if (n->penalty.state != NULL)
        assay_anchor_engine_clear(&n->penalty);
    free(n->part);
    free(n->request);
    free(n->likelihood);
    free(n->free_index);
    free(n->binding);
    free(n->memory);
}

static void deal_memory(struct nearby *n, double coef[])
{
    size_t p = n->n_coef;
    double *at = n->memory;
    for (size_t k = 0; k < n->question->n_part; k++) {
        struct part *part = &n->part[k];
        part->moving = part->fresh = true;
        part->coef = coef + k * p;
        part->trial = at;
        part->gradient = at + 2 * p; /* behind the trial: its step */
        part->information = at + 3 * p;
        at += 3 * p + p * p;
        memcpy(part->coef, n->question->start, p * sizeof *part->coef);
        memcpy(part->trial, n->question->start, p * sizeof *part->trial);
    }
    n->whole = at;
    n->room = at + p * p;
    if (n->question->information != NULL)
        memcpy(n->whole, n->question->information, p * p * sizeof *n->whole);
    for (size_t j = 0; j < p; j++)
        if (n->question->held == NULL || !n->question->held[j])
            n->free_index[n->n_free++] = j;
}

static enum assay_status nearby_init(const struct assay_nearby *question, double coef[],
                                     struct nearby *n, struct assay_error *err)
{
    size_t p = question->engine->n_coef, n_part = question->n_part;
    size_t m = question->limits != NULL ? question->limits->n_limit : 0;
    *n = (struct nearby){.question = question,
                         .n_coef = p,
                         .n_limit = m,
                         .part = assay_alloc(n_part, sizeof *n->part),
                         .request = assay_alloc(n_part + 1, sizeof *n->request),
                         .likelihood = assay_alloc(n_part, sizeof *n->likelihood),
                         .free_index = assay_alloc(p, sizeof *n->free_index),
                         .binding = assay_alloc(m, 1),
                         .memory = assay_alloc(n_part * (3 * p + p * p) + 2 * p * p + p + m * (p + 2),
                                               sizeof *n->memory)};
    if (n->part == NULL || n->request == NULL || n->likelihood == NULL || n->free_index == NULL ||
        n->binding == NULL || n->memory == NULL)
        return assay_fail_memory(err, "cross-validating");
    deal_memory(n, coef);
    n->nothing = (struct assay_engine){.n_coef = p, .state = &n->n_coef, .evaluate = no_rows};
    return question->anchor != NULL
               ? assay_anchor_engine_init(&n->nothing, question->anchor, &n->penalty, err)
               : ASSAY_OK;
}

enum assay_status assay_nearby_fit(const struct assay_nearby *question, double coef[],
                                   unsigned char done[], struct assay_error *err)
{
    struct nearby n;
    size_t p = question->engine->n_coef;
    memset(done, 0, question->n_part);
    enum assay_status status = nearby_init(question, coef, &n, err);
    if (status == ASSAY_OK)
        status = run(&n, done, err);
    for (size_t k = 0; k < question->n_part; k++)
        if (!done[k])
            memcpy(coef + k * p, question->start, p * sizeof *coef);
    nearby_clear(&n);
    return status;
}
