#include "core/metric/psi.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "core/base/random.h"

double assay_psi(const double expected[], const double actual[], size_t n_bin)
{
    double n = 0.0, m = 0.0, bins = 0.0, psi = 0.0;
    bool one_sided = false;
    for (size_t b = 0; b < n_bin; b++) {
        n += expected[b];
        m += actual[b];
        bins += expected[b] > 0.0 || actual[b] > 0.0;
        one_sided |= (expected[b] > 0.0) != (actual[b] > 0.0);
    }
    if (!(n > 0.0 && m > 0.0))
        return NAN;
    double added = one_sided ? 0.5 : 0.0;
    for (size_t b = 0; b < n_bin; b++) {
        if (expected[b] == 0.0 && actual[b] == 0.0)
            continue;
        double e = (expected[b] + added) / (n + added * bins);
        double a = (actual[b] + added) / (m + added * bins);
        psi += (a - e) * log(a / e);
    }
    return psi;
}

/* ---- the null ---- */

/* Our generator where GSL's distributions ask for one of theirs, on our own memory. */
static unsigned long next_word(void *state)
{
    return (unsigned long)(assay_random_bits(state) >> 32);
}

static double next_uniform(void *state)
{
    return (double)(assay_random_bits(state) >> 11) * 0x1p-53;
}

static void seed_anew(void *state, unsigned long seed)
{
    assay_random_init(state, seed, 0);
}

static const gsl_rng_type generator = {.name = "xoshiro256**",
                                       .max = 0xffffffff,
                                       .min = 0,
                                       .size = sizeof(struct assay_random),
                                       .set = seed_anew,
                                       .get = next_word,
                                       .get_double = next_uniform};

/* Sums of powers about the first draw, which is as good a place as any: no draws are kept. */
struct moments {
    double n, origin, sum, square, cube;
};

static void add(struct moments *s, double x)
{
    if (s->n == 0.0)
        s->origin = x;
    double d = x - s->origin;
    s->n += 1.0;
    s->sum += d;
    s->square += d * d;
    s->cube += d * d * d;
}

static struct assay_psi_null null_of(const struct moments *s)
{
    double mean = s->sum / s->n, square = s->square / s->n, cube = s->cube / s->n;
    double variance = square - mean * mean;
    if (!(variance > 1e-12 * square)) /* one bin: every draw is 0 */
        return (struct assay_psi_null){.mean = s->origin + mean};
    double third = cube - 3.0 * mean * square + 2.0 * mean * mean * mean;
    return (struct assay_psi_null){s->origin + mean, sqrt(variance), third / pow(variance, 1.5)};
}

void assay_psi_null_draw(const double expected[], size_t n_bin, double m, uint64_t seed,
                         struct assay_psi_null *null)
{
    double alpha[ASSAY_PSI_BINS], share[ASSAY_PSI_BINS], actual[ASSAY_PSI_BINS];
    unsigned int count[ASSAY_PSI_BINS];
    struct assay_random state;
    gsl_rng random = {.type = &generator, .state = &state};
    struct moments sums = {0};
    assert(n_bin > 0 && n_bin <= ASSAY_PSI_BINS);
    assay_random_init(&state, seed, 0);
    for (size_t b = 0; b < n_bin; b++)
        alpha[b] = expected[b] + 1.0 / (double)n_bin;
    unsigned int rows = (unsigned int)fmin(fmax(round(m), 1.0), (double)UINT_MAX);
    for (size_t k = 0; k < ASSAY_PSI_DRAWS; k++) {
        gsl_ran_dirichlet(&random, n_bin, alpha, share);
        gsl_ran_multinomial(&random, n_bin, rows, share, count);
        for (size_t b = 0; b < n_bin; b++)
            actual[b] = (double)count[b];
        add(&sums, assay_psi(expected, actual, n_bin));
    }
    *null = null_of(&sums);
}

/* ---- the shifted chi-square ---- */

/* mean + sd (X - df) / sqrt(2 df) with X chi-square has the skewness sqrt(8 / df). Simulation may find
 * next to none, or a negative one: 0.05 is as good as normal. */
static double degrees(const struct assay_psi_null *null)
{
    double skewness = fmax(null->skewness, 0.05);
    return 8.0 / (skewness * skewness);
}

double assay_psi_p_value(const struct assay_psi_null *null, double psi)
{
    if (isnan(psi))
        return NAN;
    if (psi <= 0.0)
        return 1.0; /* it cannot be less, of which the shifted chi-square does not know */
    if (null->sd == 0.0)
        return psi > null->mean ? 0.0 : 1.0;
    double df = degrees(null);
    double x = df + (psi - null->mean) / null->sd * sqrt(2.0 * df);
    return x > 0.0 ? gsl_cdf_chisq_Q(x, df) : 1.0;
}

double assay_psi_limit(const struct assay_psi_null *null, double level)
{
    if (null->sd == 0.0)
        return null->mean;
    double df = degrees(null);
    return null->mean + null->sd * (gsl_cdf_chisq_Qinv(level, df) - df) / sqrt(2.0 * df);
}
