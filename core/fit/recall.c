#include "core/fit/recall.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

struct answer {
    bool has_gradient, has_information;
    double log_likelihood;
    double *coef;        /* [n_coef] */
    double *gradient;    /* [n_coef] */
    double *information; /* [n_coef * n_coef] */
};

struct recall {
    const struct assay_engine *plain;
    struct answer answer[ASSAY_RECALLED];
    size_t n, next; /* answers there are; where the next goes */
    double *gram;   /* [n_coef * n_coef], moments once they are known: */
    bool has_gram;
    bool thinned;   /* not all rows are looked at: nothing is kept or given */
    double *memory;
};

/* Bytes, not values: -0 and 0 may have different answers in the last digit. */
static struct answer *find(struct recall *r, const double coef[])
{
    for (size_t k = 0; k < r->n; k++)
        if (memcmp(r->answer[k].coef, coef, r->plain->n_coef * sizeof *coef) == 0)
            return &r->answer[k];
    return NULL;
}

static struct answer *oldest(struct recall *r)
{
    struct answer *answer = &r->answer[r->next];
    r->next = (r->next + 1) % ASSAY_RECALLED;
    r->n += r->n < ASSAY_RECALLED;
    return answer;
}

static bool has(const struct answer *answer, const double *gradient, const double *information)
{
    return answer != NULL && (gradient == NULL || answer->has_gradient) &&
           (information == NULL || answer->has_information);
}

static void hand_out(const struct recall *r, const struct answer *answer, double *log_likelihood,
                     double gradient[], double information[])
{
    size_t p = r->plain->n_coef;
    *log_likelihood = answer->log_likelihood;
    if (gradient != NULL)
        memcpy(gradient, answer->gradient, p * sizeof *gradient);
    if (information != NULL)
        memcpy(information, answer->information, p * p * sizeof *information);
}

static void keep(struct recall *r, const double coef[], double log_likelihood,
                 const double *gradient, const double *information)
{
    size_t p = r->plain->n_coef;
    struct answer *answer = find(r, coef);
    if (answer == NULL) {
        answer = oldest(r);
        answer->has_gradient = answer->has_information = false;
        memcpy(answer->coef, coef, p * sizeof *coef);
    }
    answer->log_likelihood = log_likelihood;
    if (gradient != NULL)
        memcpy(answer->gradient, gradient, p * sizeof *gradient);
    if (information != NULL)
        memcpy(answer->information, information, p * p * sizeof *information);
    answer->has_gradient = answer->has_gradient || gradient != NULL;
    answer->has_information = answer->has_information || information != NULL;
}

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    struct recall *r = state;
    const struct answer *known = r->thinned ? NULL : find(r, coef);
    if (has(known, gradient, information)) {
        hand_out(r, known, log_likelihood, gradient, information);
        return ASSAY_OK;
    }
    enum assay_status status =
        r->plain->evaluate(r->plain->state, coef, log_likelihood, gradient, information, err);
    if (status == ASSAY_OK && !r->thinned)
        keep(r, coef, *log_likelihood, gradient, information);
    return status;
}

static void watch(void *reader, const double step[])
{
    struct recall *r = reader;
    r->plain->watch(r->plain->reader, step);
}

static void thin(void *reader, size_t every)
{
    struct recall *r = reader;
    r->thinned = every > 1;
    r->plain->thin(r->plain->reader, every);
}

static enum assay_status direction(void *state, const double along[], struct assay_direction *what,
                                   struct assay_error *err)
{
    struct recall *r = state;
    return r->plain->direction(r->plain->state, along, what, err);
}

static enum assay_status jeffreys(void *state, const double coef[], const double a[], double pull[],
                                  double curvature[], struct assay_error *err)
{
    struct recall *r = state;
    return r->plain->jeffreys(r->plain->state, coef, a, pull, curvature, err);
}

static enum assay_status cluster_scores(void *state, const double coef[], double meat[],
                                        size_t *n_cluster, struct assay_error *err)
{
    struct recall *r = state;
    return r->plain->cluster_scores(r->plain->state, coef, meat, n_cluster, err);
}

static enum assay_status moments(void *state, double gram[], struct assay_error *err)
{
    struct recall *r = state;
    size_t size = r->plain->n_coef * r->plain->n_coef * sizeof *gram;
    if (r->has_gram && !r->thinned) {
        memcpy(gram, r->gram, size);
        return ASSAY_OK;
    }
    enum assay_status status = r->plain->moments(r->plain->state, gram, err);
    r->has_gram = r->has_gram || (status == ASSAY_OK && !r->thinned);
    if (status == ASSAY_OK && !r->thinned)
        memcpy(r->gram, gram, size);
    return status;
}

enum assay_status assay_recall_init(const struct assay_engine *plain, struct assay_engine *engine,
                                    struct assay_error *err)
{
    size_t p = plain->n_coef, each = p * (p + 2);
    struct recall *r = assay_alloc(1, sizeof *r);
    double *memory = assay_alloc(ASSAY_RECALLED * each + p * p, sizeof *memory);
    if (r == NULL || memory == NULL) {
        free(r);
        free(memory);
        return assay_fail_memory(err, "setting up the fit");
    }
    *r = (struct recall){
        .plain = plain, .gram = memory + ASSAY_RECALLED * each, .memory = memory};
    for (size_t k = 0; k < ASSAY_RECALLED; k++)
        r->answer[k] = (struct answer){.coef = memory + k * each,
                                       .gradient = memory + k * each + p,
                                       .information = memory + k * each + 2 * p};
    *engine = (struct assay_engine){.n_coef = plain->n_coef,
                                    .n_row = plain->n_row,
                                    .n_event = plain->n_event,
                                    .state = r,
                                    .evaluate = evaluate,
                                    .direction = direction,
                                    .jeffreys = plain->jeffreys != NULL ? jeffreys : NULL,
                                    .cluster_scores =
                                        plain->cluster_scores != NULL ? cluster_scores : NULL,
                                    .moments = plain->moments != NULL ? moments : NULL,
                                    .reader = r,
                                    .watch = plain->watch != NULL ? watch : NULL,
                                    .thin = plain->thin != NULL ? thin : NULL};
    return ASSAY_OK;
}

void assay_recall_clear(struct assay_engine *engine)
{
    struct recall *r = engine->state;
    if (r != NULL)
        free(r->memory);
    free(r);
    *engine = (struct assay_engine){0};
}
