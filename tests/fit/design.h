/* design.h - small designs for the tests of the fitters
 *
 * A design owns its blocks, its outcomes and the engine over them. Columns count from 0, coefficients
 * from 1: coefficient 0 is the intercept, which is not stored.
 */
#ifndef ASSAY_TESTS_FIT_DESIGN_H
#define ASSAY_TESTS_FIT_DESIGN_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/fit/engine.h"
#include "tests/support/suite.h"

struct design {
    struct assay_array_data data;
    struct assay_engine engine;
    double *x;
    unsigned char *outcome;
};

static inline struct design design_new(size_t n_row, size_t n_column)
{
    struct design d = {.data = {.n_row = n_row, .n_column = n_column, .n_thread = 2}};
    size_t size = assay_block_size(n_row, n_column);
    d.x = malloc((size > 0 ? size : 1) * sizeof *d.x);
    d.outcome = calloc(n_row > 0 ? n_row : 1, 1);
    for (size_t k = 0; k < size; k++)
        d.x[k] = NAN; /* padding must not matter */
    d.data.x = d.x;
    d.data.outcome = d.outcome;
    return d;
}

static inline void design_set(struct design *d, size_t row, size_t column, double value)
{
    d->x[assay_block_index(row, column, d->data.n_column)] = value;
}

static inline double design_at(const struct design *d, size_t row, size_t column)
{
    return d->x[assay_block_index(row, column, d->data.n_column)];
}

static inline void design_start(struct design *d)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_array_engine_init(&d->data, &d->engine, &err));
}

/* After any change to a started design: the engine counts and copies at its start. */
static inline void design_restart(struct design *d)
{
    assay_array_engine_clear(&d->engine);
    design_start(d);
}

/* A design from a row-major table whose last entry in each row is the outcome. */
static inline struct design design_of(const double table[], size_t n_row, size_t n_column)
{
    struct design d = design_new(n_row, n_column);
    for (size_t i = 0; i < n_row; i++) {
        for (size_t j = 0; j < n_column; j++)
            design_set(&d, i, j, table[i * (n_column + 1) + j]);
        d.outcome[i] = table[i * (n_column + 1) + n_column] != 0.0;
    }
    design_start(&d);
    return d;
}

static inline void design_free(struct design *d)
{
    if (d->engine.state != NULL)
        assay_array_engine_clear(&d->engine);
    free(d->x);
    free(d->outcome);
}

/* splitmix64 (Steele, Lea & Flood 2014): small, and good from any seed. */
static inline double draw_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) / (double)(UINT64_C(1) << 53);
}

static inline double draw_normal(uint64_t *state)
{
    double radius = sqrt(-2.0 * log(1.0 - draw_uniform(state)));
    return radius * cos(6.283185307179586 * draw_uniform(state));
}

/* Correlated normal columns and outcomes drawn at log-odds truth[0] + x'truth[1..]. */
static inline struct design design_draw(size_t n_row, size_t n_column, const double truth[],
                                        uint64_t seed)
{
    struct design d = design_new(n_row, n_column);
    uint64_t state = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    for (size_t i = 0; i < n_row; i++) {
        double common = draw_normal(&state), eta = truth[0];
        for (size_t j = 0; j < n_column; j++) {
            double value = 0.6 * common + 0.8 * draw_normal(&state); /* correlation 0.36 */
            design_set(&d, i, j, value);
            eta += truth[j + 1] * value;
        }
        d.outcome[i] = draw_uniform(&state) < 1.0 / (1.0 + exp(-eta));
    }
    design_start(&d);
    return d;
}

#endif
