/* population.h - accounts with signals of every awkward kind, as a model's training data and as an audit
 *
 * What an audit's drift looks at, put together by hand: a reference as calibrate would keep it, and an
 * input whose rows are drawn from the same population, or from one in which something has moved. Twelve
 * numbers that share a common cause, their score, four texts.
 */
#ifndef ASSAY_TESTS_DRIFT_POPULATION_H
#define ASSAY_TESTS_DRIFT_POPULATION_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/data/dictionary.h"
#include "validate/audit/input.h"

enum { POP_NUMBERS = 12, POP_TEXTS = 4, POP_SEGMENTS = 3, POP_VARIABLES = POP_NUMBERS + 1 + POP_TEXTS };

struct population {
    size_t n;               /* rows */
    size_t n_account;
    double *x[POP_NUMBERS]; /* NaN: missing */
    double *score;
    int32_t *code[POP_TEXTS];
    int32_t *account;
};

/* What is different about a population. */
struct pop_change {
    double shift;         /* of number 0, in standard deviations */
    double more_missing;  /* share of number 10 that is missing on top */
    double plan_share;    /* of the accounts that moved to text value 0 of the plan */
};

static inline double pop_uniform(struct assay_random *r)
{
    return ((double)(assay_random_bits(r) >> 11) + 0.5) * 0x1p-53;
}

static inline double pop_normal(struct assay_random *r)
{
    double radius = sqrt(-2.0 * log(pop_uniform(r)));
    return radius * cos(2.0 * 3.14159265358979323846 * pop_uniform(r));
}

/* A count whose mean follows from a normal: floor of an exponential of it. */
static inline double pop_count(double z, double mean)
{
    return floor(mean * exp(0.7 * z));
}

/* Shares that fall off as 1 / rank over `n` values. */
static inline int32_t pop_zipf(struct assay_random *r, size_t n)
{
    double total = 0.0, u;
    for (size_t k = 1; k <= n; k++)
        total += 1.0 / (double)k;
    u = pop_uniform(r) * total;
    for (size_t k = 1; k < n; k++)
        if ((u -= 1.0 / (double)k) < 0.0)
            return (int32_t)(k - 1);
    return (int32_t)(n - 1);
}

/* One row's numbers from its normals z, and its score: six continuous (one skewed), two counts, one mostly
 * 0, one 0/1, one of whole numbers from 0 to 10 that is missing where `gap` is below a half, and one with two
 * decimals. */
static inline void pop_numbers(struct population *p, size_t i, const double z[POP_NUMBERS],
                               double gap, const struct pop_change *change)
{
    for (size_t j = 0; j < 5; j++)
        p->x[j][i] = 50.0 + 10.0 * z[j];
    p->x[0][i] += 10.0 * change->shift;
    p->x[5][i] = exp(z[5]);
    p->x[6][i] = pop_count(z[6], 1.0);
    p->x[7][i] = pop_count(z[7], 5.0);
    p->x[8][i] = z[8] > 0.85 ? floor(10.0 * exp(z[8])) : 0.0;
    p->x[9][i] = z[9] > 0.2;
    p->x[10][i] = gap < 0.5 + change->more_missing
                      ? NAN : fmin(fmax(round(7.0 + 2.0 * z[10]), 0.0), 10.0);
    p->x[11][i] = round(100.0 / (1.0 + exp(-z[11]))) / 100.0;
    p->score[i] = 50.0;
    for (size_t j = 0; j < POP_NUMBERS; j++)
        p->score[i] += 5.0 * z[j] / sqrt(POP_NUMBERS) * (j == 0 ? 1.0 : 2.0);
    p->score[i] = fmin(fmax(p->score[i] + 2.0 * change->shift, 0.0), 100.0);
}

/* n_account accounts with `repeats` rows each; `alike` in [0, 1): how much of a row is its account's. */
static inline struct population pop_draw(size_t n_account, size_t repeats, double alike,
                                         struct pop_change change, uint64_t seed)
{
    static const size_t values[POP_TEXTS] = {5, 3, 60, 4};
    struct assay_random r;
    struct population p = {.n = n_account * repeats, .n_account = n_account};
    assay_random_init(&r, seed, 1);
    for (size_t j = 0; j < POP_NUMBERS; j++)
        p.x[j] = calloc(p.n, sizeof *p.x[j]);
    for (size_t k = 0; k < POP_TEXTS; k++)
        p.code[k] = calloc(p.n, sizeof *p.code[k]);
    p.score = calloc(p.n, sizeof *p.score);
    p.account = calloc(p.n, sizeof *p.account);
    for (size_t a = 0; a < n_account; a++) {
        double own[POP_NUMBERS], z[POP_NUMBERS], common = pop_normal(&r), gap = pop_uniform(&r);
        int32_t code[POP_TEXTS];
        for (size_t j = 0; j < POP_NUMBERS; j++)
            own[j] = 0.5 * common + sqrt(0.75) * pop_normal(&r);
        for (size_t k = 0; k < POP_TEXTS; k++)
            code[k] = pop_uniform(&r) < 0.02 ? ASSAY_NO_CODE : pop_zipf(&r, values[k]);
        if (pop_uniform(&r) < change.plan_share)
            code[3] = 0;
        for (size_t s = 0; s < repeats; s++) {
            size_t i = a * repeats + s;
            double here = pop_uniform(&r) < alike ? gap : pop_uniform(&r);
            for (size_t j = 0; j < POP_NUMBERS; j++)
                z[j] = sqrt(alike) * own[j] + sqrt(1.0 - alike) * pop_normal(&r);
            pop_numbers(&p, i, z, here, &change);
            p.account[i] = (int32_t)a;
            for (size_t k = 0; k < POP_TEXTS; k++)
                p.code[k][i] = code[k];
        }
    }
    return p;
}

static inline void pop_free(struct population *p)
{
    for (size_t j = 0; j < POP_NUMBERS; j++)
        free(p->x[j]);
    for (size_t k = 0; k < POP_TEXTS; k++)
        free(p->code[k]);
    free(p->score);
    free(p->account);
}

/* ---- a model and an input over two populations ---- */

/* Not to be copied: the input points into it. */
struct drifting {
    struct population then, now;
    char names[POP_VARIABLES][16], values[60][8];
    struct assay_signal_spec signals[POP_NUMBERS];
    struct assay_zone zones[4];
    struct assay_reference_variable variables[POP_VARIABLES];
    struct assay_percentiles numbers[POP_NUMBERS + 1];
    char *value_lists[POP_TEXTS][60];
    size_t count_lists[POP_TEXTS][60];
    struct assay_column columns[POP_NUMBERS];
    size_t column_of[POP_NUMBERS], *rows;
    const char *segments[POP_SEGMENTS];
    const struct assay_dictionary *segment_values[POP_SEGMENTS];
    struct assay_dictionary *texts;
    struct assay_model model;
    struct assay_intake intake;
    struct assay_audit_spec rules;
    struct assay_audit_input input;
};

static inline double pop_kish(const struct population *p)
{
    size_t *rows = calloc(p->n_account, sizeof *rows);
    double squares = 0.0, n = (double)p->n;
    for (size_t i = 0; i < p->n; i++)
        rows[p->account[i]]++;
    for (size_t a = 0; a < p->n_account; a++)
        squares += (double)(rows[a] * rows[a]);
    free(rows);
    return n * n / squares;
}

/* Values are numbered by how frequent they are meant to be; the first 50 are kept. */
static inline void drifting_text(struct drifting *d, size_t k)
{
    struct assay_reference_variable *v = &d->variables[POP_NUMBERS + 1 + k];
    *v = (struct assay_reference_variable){
        .kind = k < POP_SEGMENTS ? ASSAY_OF_SEGMENT : ASSAY_OF_PLAN,
        .name = d->names[POP_NUMBERS + 1 + k],
        .values = d->value_lists[k],
        .counts = d->count_lists[k],
        .n_value = ASSAY_REFERENCE_VALUES};
    for (size_t c = 0; c < 60; c++)
        d->value_lists[k][c] = d->values[c];
    for (size_t i = 0; i < d->then.n; i++) {
        int32_t code = d->then.code[k][i];
        if (code == ASSAY_NO_CODE)
            v->missing++;
        else if (code < ASSAY_REFERENCE_VALUES)
            v->counts[code]++;
        else
            v->others++;
    }
    while (v->n_value > 0 && v->counts[v->n_value - 1] == 0)
        v->n_value--;
}

static inline void drifting_number(struct drifting *d, size_t j)
{
    const double *value = j < POP_NUMBERS ? d->then.x[j] : d->then.score;
    if (assay_percentiles_measure(value, d->then.n, &d->numbers[j], NULL) != ASSAY_OK)
        abort();
    d->variables[j] = (struct assay_reference_variable){
        .kind = j < POP_NUMBERS ? ASSAY_OF_SIGNAL : ASSAY_OF_SCORE,
        .name = d->names[j],
        .missing = d->then.n - d->numbers[j].n,
        .numbers = &d->numbers[j]};
}

static inline void drifting_reference(struct drifting *d)
{
    struct assay_model_reference *reference = &d->model.training.reference;
    reference->rows = d->then.n;
    reference->accounts = d->then.n_account;
    reference->effective = pop_kish(&d->then);
    reference->variables = d->variables;
    reference->n_variable = POP_VARIABLES;
    for (size_t j = 0; j <= POP_NUMBERS; j++)
        drifting_number(d, j);
    for (size_t k = 0; k < POP_TEXTS; k++)
        drifting_text(d, k);
    for (size_t i = 0; i < d->then.n; i++)
        reference->zone_rows[d->then.score[i] < 25 ? 0 : d->then.score[i] < 50 ? 1
                             : d->then.score[i] < 75 ? 2 : 3]++;
}

static inline void drifting_names(struct drifting *d)
{
    static char *const zones[] = {(char *)"Critical", (char *)"At Risk", (char *)"Neutral",
                                  (char *)"Healthy"};
    for (size_t v = 0; v < POP_VARIABLES; v++)
        snprintf(d->names[v], sizeof d->names[v], v < POP_NUMBERS ? "signal_%zu" : "text_%zu", v);
    snprintf(d->names[POP_NUMBERS], sizeof d->names[0], "score");
    d->texts = assay_dictionary_new();
    for (size_t c = 0; c < 60; c++) {
        snprintf(d->values[c], sizeof d->values[c], "v%zu", c);
        if (assay_dictionary_enter(d->texts, d->values[c], strlen(d->values[c])) != (int32_t)c)
            abort();
    }
    for (size_t z = 0; z < 4; z++)
        d->zones[z] = (struct assay_zone){zones[z], 25.0 * (double)z};
    for (size_t j = 0; j < POP_NUMBERS; j++) {
        d->signals[j] = (struct assay_signal_spec){.name = d->names[j]};
        d->columns[j] = (struct assay_column){.type = ASSAY_NUMBER, .numbers = d->now.x[j]};
        d->column_of[j] = j;
    }
    for (size_t k = 0; k < POP_SEGMENTS; k++) {
        d->segments[k] = d->names[POP_NUMBERS + 1 + k];
        d->segment_values[k] = d->texts;
    }
}

/* Takes both populations over. */
static inline struct drifting *drifting_new(struct population then, struct population now)
{
    struct drifting *d = calloc(1, sizeof *d);
    d->then = then;
    d->now = now;
    drifting_names(d);
    drifting_reference(d);
    d->rows = calloc(now.n, sizeof *d->rows);
    for (size_t i = 0; i < now.n; i++)
        d->rows[i] = i;
    d->model.spec.signals = d->signals;
    d->model.spec.n_signal = POP_NUMBERS;
    d->model.n_signal = POP_NUMBERS;
    d->model.spec.zones = d->zones;
    d->model.spec.n_zone = 4;
    d->model.spec.seed = 1;
    d->model.training.from = d->model.training.to = ASSAY_NO_DATE;
    d->intake.table.columns = d->columns;
    d->intake.columns.signals = d->column_of;
    d->intake.columns.n_signal = POP_NUMBERS;
    d->input = (struct assay_audit_input){.model = &d->model,
                                          .spec = &d->model.spec,
                                          .rules = &d->rules,
                                          .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                          .intake = &d->intake,
                                          .from = ASSAY_NO_DATE,
                                          .to = ASSAY_NO_DATE,
                                          .n_account = now.n_account,
                                          .repeated = now.n > now.n_account,
                                          .plans = d->texts,
                                          .n_segment = POP_SEGMENTS,
                                          .segments = d->segments,
                                          .segment_values = d->segment_values,
                                          .n_signal = POP_NUMBERS};
    d->input.used = (struct assay_audit_set){.n = now.n,
                                             .row = d->rows,
                                             .score = d->now.score,
                                             .account = d->now.account,
                                             .plan = d->now.code[POP_SEGMENTS],
                                             .segment = d->now.code};
    return d;
}

static inline void drifting_free(struct drifting *d)
{
    assay_dictionary_free(d->texts);
    pop_free(&d->then);
    pop_free(&d->now);
    free(d->rows);
    free(d);
}

#endif
