#include "core/metric/expected_events.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"

enum { BINS = 256, COEF = 3, MAX_STEPS = 60 };
static const double reach = 4.0, ridge = 0.01, tolerance = 1e-8;

struct bin {
    double n, event, z; /* z: the sum */
};

/* One side of the line. */
struct side {
    double n, event, sum, squares; /* of x less the first x, which keeps digits */
    double mean, spread;
    struct bin bin[BINS];
    double coef[COEF];
};

/* Not by fmin() and fmax(), which are calls. */
static double standardised(const struct side *side, double x)
{
    double z = side->spread > 0.0 ? (x - side->mean) / side->spread : 0.0;
    z = z > -reach ? z : -reach;
    return z < reach ? z : reach;
}

static double log_odds(const struct side *side, double z)
{
    return side->coef[0] + z * (side->coef[1] + z * side->coef[2]);
}

/* The penalised log-likelihood. */
static double objective(const struct side *side)
{
    double sum = -ridge / 2.0 * (side->coef[1] * side->coef[1] + side->coef[2] * side->coef[2]);
    for (size_t k = 0; k < BINS; k++) {
        const struct bin *bin = &side->bin[k];
        if (bin->n == 0.0)
            continue;
        double eta = log_odds(side, bin->z / bin->n);
        sum += bin->event * eta - bin->n * (fmax(eta, 0.0) + log1p(exp(-fabs(eta))));
    }
    return sum;
}

static void derivatives(const struct side *side, double gradient[COEF], double hessian[COEF][COEF])
{
    for (size_t j = 0; j < COEF; j++) {
        gradient[j] = j > 0 ? -ridge * side->coef[j] : 0.0;
        for (size_t k = 0; k < COEF; k++)
            hessian[j][k] = j > 0 && j == k ? ridge : 0.0;
    }
    for (size_t i = 0; i < BINS; i++) {
        const struct bin *bin = &side->bin[i];
        if (bin->n == 0.0)
            continue;
        double z = bin->z / bin->n, p = assay_expit(log_odds(side, z)), row[COEF] = {1.0, z, z * z};
        for (size_t j = 0; j < COEF; j++) {
            gradient[j] += (bin->event - bin->n * p) * row[j];
            for (size_t k = 0; k < COEF; k++)
                hessian[j][k] += bin->n * p * (1.0 - p) * row[j] * row[k];
        }
    }
}

/* hessian step = gradient, by elimination: positive definite, but for an intercept whose weights have
 * all underflowed, which then stays. */
static void solve(double hessian[COEF][COEF], double gradient[COEF], double step[COEF])
{
    for (size_t j = 0; j < COEF; j++)
        for (size_t i = j + 1; i < COEF && hessian[j][j] > 0.0; i++) {
            double factor = hessian[i][j] / hessian[j][j];
            for (size_t k = j; k < COEF; k++)
                hessian[i][k] -= factor * hessian[j][k];
            gradient[i] -= factor * gradient[j];
        }
    for (size_t j = COEF; j-- > 0;) {
        double rest = gradient[j];
        for (size_t k = j + 1; k < COEF; k++)
            rest -= hessian[j][k] * step[k];
        step[j] = hessian[j][j] > 0.0 ? rest / hessian[j][j] : 0.0;
    }
}

/* Newton's method, steps halved until the objective, which is concave, does not fall. */
static void fit(struct side *side)
{
    double moved = 1.0, here;
    side->coef[0] = log(side->event) - log(side->n - side->event);
    here = objective(side);
    for (int count = 0; count < MAX_STEPS && moved > tolerance; count++) {
        double gradient[COEF], hessian[COEF][COEF], step[COEF], old[COEF], there = -HUGE_VAL;
        derivatives(side, gradient, hessian);
        solve(hessian, gradient, step);
        for (size_t j = 0; j < COEF; j++)
            old[j] = side->coef[j];
        for (int halved = 0; halved < 40 && !(there >= here - 1e-12 * fabs(here)); halved++) {
            moved = 0.0;
            for (size_t j = 0; j < COEF; j++) {
                double by = ldexp(step[j], -halved);
                side->coef[j] = old[j] + by;
                moved = fmax(moved, fabs(by));
            }
            there = objective(side);
        }
        here = there;
    }
}

static void summarise(const double x[], const unsigned char flagged[], const unsigned char outcome[],
                      size_t n, struct side sides[2])
{
    double origin = n > 0 ? x[0] : 0.0;
    for (size_t i = 0; i < n; i++) {
        struct side *side = &sides[flagged[i]];
        double at = x[i] - origin;
        side->n += 1.0;
        side->event += outcome[i];
        side->sum += at;
        side->squares += at * at;
    }
    for (struct side *side = sides; side < sides + 2; side++) {
        double mean = side->n > 0.0 ? side->sum / side->n : 0.0;
        side->mean = origin + mean;
        double variance = side->n > 0.0 ? side->squares / side->n - mean * mean : 0.0;
        /* Less is what rounding leaves of a constant. */
        side->spread = variance > 1e-12 * mean * mean ? sqrt(variance) : 0.0;
    }
    for (size_t i = 0; i < n; i++) {
        struct side *side = &sides[flagged[i]];
        double z = standardised(side, x[i]), at = (z + reach) / (2.0 * reach) * BINS;
        struct bin *bin = &side->bin[at < BINS ? (size_t)at : BINS - 1];
        bin->n += 1.0;
        bin->event += outcome[i];
        bin->z += z;
    }
}

/* expected may be x. */
static void predict(const struct side sides[2], const double x[], const unsigned char flagged[],
                    size_t n, double expected[])
{
    double sum[2] = {0.0, 0.0}, factor[2];
    for (size_t i = 0; i < n; i++) {
        const struct side *side = &sides[flagged[i]];
        bool both = side->event > 0.0 && side->event < side->n;
        expected[i] = both ? assay_expit(log_odds(side, standardised(side, x[i])))
                           : (side->event > 0.0 ? 1.0 : 0.0);
        sum[flagged[i]] += expected[i];
    }
    /* What the bins rounded away. */
    for (size_t k = 0; k < 2; k++)
        factor[k] = sum[k] > 0.0 ? sides[k].event / sum[k] : 1.0;
    for (size_t i = 0; i < n; i++) {
        double scaled = expected[i] * factor[flagged[i]];
        expected[i] = scaled < 1.0 ? scaled : 1.0;
    }
}

enum assay_status assay_expected_events(const double x[], const unsigned char flagged[],
                                        const unsigned char outcome[], size_t n, double expected[],
                                        struct assay_error *err)
{
    struct side *sides = assay_alloc(2, sizeof *sides);
    if (sides == NULL)
        return assay_fail_memory(err, "fitting what a score leads one to expect");
    summarise(x, flagged, outcome, n, sides);
    for (size_t k = 0; k < 2; k++)
        if (sides[k].event > 0.0 && sides[k].event < sides[k].n)
            fit(&sides[k]);
    predict(sides, x, flagged, n, expected);
    free(sides);
    return ASSAY_OK;
}
