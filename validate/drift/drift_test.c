#include "validate/drift/drift_test.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/metric/discovery.h"

struct testing {
    struct assay_drift_variable *variables;
    struct assay_psi_null *nulls;
    struct assay_drift_weights weights;
    uint64_t seed;
};

/* Effective numbers of values on both sides of a distance. */
static size_t values_then(const struct assay_drift_variable *v, struct assay_drift_weights weights)
{
    return (size_t)fmax(floor((double)v->of->numbers->n * weights.expected), 1.0);
}

static size_t values_now(const struct assay_drift_variable *v, struct assay_drift_weights weights)
{
    return (size_t)fmax(floor((double)(v->n - v->missing) * weights.actual), 1.0);
}

static void test_one(void *state, size_t k)
{
    const struct testing *t = state;
    struct assay_drift_variable *v = &t->variables[k];
    double expected[ASSAY_PSI_BINS], actual[ASSAY_PSI_BINS];
    for (size_t b = 0; b < v->n_bin; b++) {
        expected[b] = v->expected[b] * t->weights.expected;
        actual[b] = v->actual[b] * t->weights.actual;
    }
    v->psi = assay_psi(expected, actual, v->n_bin);
    assay_psi_null_draw(expected, v->n_bin, (double)v->n * t->weights.actual, t->seed,
                        &t->nulls[k]);
    v->psi_p = assay_psi_p_value(&t->nulls[k], v->psi);
    v->ks_p = isnan(v->ks.distance)
                  ? (double)NAN : assay_ks_p_value(v->ks.distance, values_then(v, t->weights),
                                                   values_now(v, t->weights));
}

static double p_of(const struct assay_drift_variable *v)
{
    return isnan(v->ks_p) ? v->psi_p : fmin(1.0, 2.0 * fmin(v->psi_p, v->ks_p));
}

/* Benjamini and Hochberg reject the k smallest of n p-values for the largest k with p(k) <= rate k / n: that
 * is the level at which each variable was tested in the end, and where none is rejected, rate / n. */
static void set_limits(struct testing *t, size_t n)
{
    size_t k = 0;
    for (size_t v = 0; v < n; v++)
        k += t->variables[v].drifted;
    double level = ASSAY_DRIFT_RATE * (double)(k > 0 ? k : 1) / (double)n;
    for (size_t i = 0; i < n; i++) {
        struct assay_drift_variable *v = &t->variables[i];
        bool both = !isnan(v->ks_p);
        v->psi_limit = assay_psi_limit(&t->nulls[i], both ? level / 2.0 : level);
        v->ks_limit = both ? assay_ks_limit(level / 2.0, values_then(v, t->weights),
                                            values_now(v, t->weights)) : (double)NAN;
    }
}

enum assay_status assay_drift_test(struct assay_drift_variable variables[], size_t n,
                                   struct assay_drift_weights weights, uint64_t seed,
                                   struct assay_error *err)
{
    struct assay_psi_null *nulls = assay_alloc(n, sizeof *nulls);
    double *p = assay_alloc(n, sizeof *p), *q = assay_alloc(n, sizeof *q);
    enum assay_status status = ASSAY_OK;
    if (nulls == NULL || p == NULL || q == NULL) {
        status = assay_fail_memory(err, "testing for drift");
        goto cleanup;
    }
    struct testing t = {variables, nulls, weights, seed};
    assay_parallel(n, 0, test_one, &t);
    for (size_t v = 0; v < n; v++)
        p[v] = p_of(&variables[v]);
    status = assay_q_values(p, n, ASSAY_POSITIVE_DEPENDENCE, q, err);
    for (size_t v = 0; status == ASSAY_OK && v < n; v++) {
        variables[v].q_value = q[v];
        variables[v].drifted = q[v] <= ASSAY_DRIFT_RATE;
    }
    if (status == ASSAY_OK)
        set_limits(&t, n);
cleanup:
    free(nulls);
    free(p);
    free(q);
    return status;
}
