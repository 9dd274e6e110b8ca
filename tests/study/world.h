/* world.h - data sets whose truth is known, for the study of coverage and its tests
 *
 * 12 signals, normal with correlation 0.3, whose percentiles (0 to 1) are x; the world of
 * docs/anchoring.md. With u_j the true slopes,
 *
 *   logit P(event) = a - sum_j u_j x_j,   u_j = 11 w_j,   w_j proportional to 0.845^j,
 *
 * the last of them 0 where the world says so, and a such that 10% have the event. Where accounts have
 * several snapshots, signals and outcomes both depend on each other within an account, by a
 * normal copula: an outcome is an event when
 *
 *   Phi(sqrt(r) A + sqrt(1 - r) e) < P,   A the account's, e the snapshot's own, r = 0.5,
 *
 * so that each snapshot's probability is exactly P (Emrich & Piedmonte 1991) and the logistic model
 * holds, which under a random intercept it would not.
 */
#ifndef ASSAY_TESTS_STUDY_WORLD_H
#define ASSAY_TESTS_STUDY_WORLD_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "core/base/text.h"
#include "tests/support/random.h"

enum { WORLD_SIGNALS = 12, WORLD_COEF = WORLD_SIGNALS + 1 };

struct world {
    const char *name;
    size_t n_account, n_snapshot; /* rows: their product */
    size_t n_zero;                /* so many of the last weights are 0 */
    bool percentile;              /* raw values are skewed, and normalised by percentiles */
    double weight[WORLD_SIGNALS], slope[WORLD_SIGNALS], intercept; /* by world_make() */
};

/* A data set: raw values [n_row * WORLD_SIGNALS] by row. */
struct world_sample {
    size_t n_row;
    double *raw;
    unsigned char *outcome;
};

#define WORLD_CORRELATION 0.3
#define WORLD_WITHIN      0.7 /* correlation of a signal between snapshots of an account */
#define WORLD_OUTCOMES    0.5 /* r */
#define WORLD_DECAY       0.845
#define WORLD_SLOPE       11.0
#define WORLD_CHURN       0.1

static inline double world_normal(struct test_random *random)
{
    double radius = sqrt(-2.0 * log1p(-test_uniform(random)));
    return radius * cos(6.283185307179586 * test_uniform(random));
}

static inline void world_normals(struct test_random *random, double z[])
{
    double common = sqrt(WORLD_CORRELATION) * world_normal(random);
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        z[j] = common + sqrt(1.0 - WORLD_CORRELATION) * world_normal(random);
}

static inline double world_prob(const struct world *world, const double z[])
{
    double eta = world->intercept;
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        eta -= world->slope[j] * gsl_cdf_ugaussian_P(z[j]);
    return 1.0 / (1.0 + exp(-eta));
}

/* What the data show of a signal: its points, or a skewed count whose percentile they are. */
static inline double world_raw(const struct world *world, double z)
{
    return world->percentile ? exp(1.0 + z) : 100.0 * gsl_cdf_ugaussian_P(z);
}

/* Weights, and the intercept by bisection on 40,000 draws. */
static inline void world_make(struct world *world)
{
    enum { DRAWS = 40000 };
    double *health = malloc(DRAWS * sizeof *health), sum = 0.0, low = -20.0, high = 20.0;
    struct test_random random = {99};
    if (health == NULL)
        abort();
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        sum += world->weight[j] =
            j + world->n_zero < WORLD_SIGNALS ? pow(WORLD_DECAY, (double)j) : 0.0;
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        world->slope[j] = WORLD_SLOPE * (world->weight[j] /= sum);
    for (size_t i = 0; i < DRAWS; i++) {
        double z[WORLD_SIGNALS];
        world_normals(&random, z);
        health[i] = 0.0;
        for (size_t j = 0; j < WORLD_SIGNALS; j++)
            health[i] += world->slope[j] * gsl_cdf_ugaussian_P(z[j]);
    }
    while (high - low > 1e-9) {
        double rate = 0.0;
        world->intercept = (low + high) / 2.0;
        for (size_t i = 0; i < DRAWS; i++)
            rate += 1.0 / (1.0 + exp(health[i] - world->intercept)) / DRAWS;
        *(rate > WORLD_CHURN ? &high : &low) = world->intercept;
    }
    free(health);
}

static inline struct world_sample world_draw(const struct world *world, uint64_t seed)
{
    struct test_random random = {seed};
    size_t n = world->n_account * world->n_snapshot, i = 0;
    struct world_sample sample = {n, malloc(n * WORLD_SIGNALS * sizeof(double)), malloc(n)};
    double own = world->n_snapshot > 1 ? WORLD_WITHIN : 0.0;
    double luck = world->n_snapshot > 1 ? WORLD_OUTCOMES : 0.0;
    if (sample.raw == NULL || sample.outcome == NULL)
        abort();
    for (size_t a = 0; a < world->n_account; a++) {
        double account[WORLD_SIGNALS], z[WORLD_SIGNALS], fate = world_normal(&random);
        world_normals(&random, account);
        for (size_t s = 0; s < world->n_snapshot; s++, i++) {
            world_normals(&random, z);
            for (size_t j = 0; j < WORLD_SIGNALS; j++) {
                z[j] = sqrt(own) * account[j] + sqrt(1.0 - own) * z[j];
                sample.raw[i * WORLD_SIGNALS + j] = world_raw(world, z[j]);
            }
            double latent = sqrt(luck) * fate + sqrt(1.0 - luck) * world_normal(&random);
            sample.outcome[i] = gsl_cdf_ugaussian_P(latent) < world_prob(world, z);
        }
    }
    return sample;
}

static inline void world_sample_clear(struct world_sample *sample)
{
    free(sample->raw);
    free(sample->outcome);
}

/* Columns id, as_of, s0 .. s11, y; as_of goes through four quarters. The caller clears it. */
static inline struct assay_text world_csv(const struct world *world,
                                          const struct world_sample *sample)
{
    static const char *const quarters[] = {"2025-02-15", "2025-05-15", "2025-08-15", "2025-11-15"};
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of");
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        assay_text_printf(&csv, ",s%zu", j);
    assay_text_puts(&csv, ",y\n");
    for (size_t i = 0; i < sample->n_row; i++) {
        size_t account = i / world->n_snapshot, quarter = (account + i % world->n_snapshot) % 4;
        assay_text_printf(&csv, "A%zu,%s", account, quarters[quarter]);
        for (size_t j = 0; j < WORLD_SIGNALS; j++)
            assay_text_printf(&csv, ",%.8g", sample->raw[i * WORLD_SIGNALS + j]);
        assay_text_printf(&csv, ",%d\n", sample->outcome[i]);
    }
    return csv;
}

/* fit, line: members of the spec, such as "\"fit\": {\"anchor\": \"none\"}". expert: weights, or NULL. */
static inline struct assay_text world_spec(const struct world *world, const char *fit,
                                           const double expert[])
{
    struct assay_text spec = {0};
    assay_text_printf(&spec, "{\"name\": \"study\", \"id\": \"id\", \"as_of\": \"as_of\", "
                             "\"outcome\": {\"column\": \"y\"}, %s, \"signals\": [", fit);
    for (size_t j = 0; j < WORLD_SIGNALS; j++) {
        assay_text_printf(&spec, "%s{\"name\": \"s%zu\", \"column\": \"s%zu\", \"dimension\": \"d\", "
                                 "\"better\": \"higher\", \"normalise\": {\"method\": \"%s\"}",
                          j > 0 ? ", " : "", j, j, world->percentile ? "percentile" : "none");
        if (expert != NULL)
            assay_text_printf(&spec, ", \"expert\": %.17g", expert[j]);
        assay_text_puts(&spec, "}");
    }
    assay_text_puts(&spec, "]}");
    return spec;
}

#endif
