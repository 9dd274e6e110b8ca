#include "core/metric/accuracy.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/thread.h"
#include "core/base/vector_math.h"
#include "core/metric/check.h"

static enum assay_status check(const char *what, const double prob[], const unsigned char outcome[],
                               size_t n, struct assay_error *err)
{
    enum assay_status status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    return status;
}

/* ---- sums, over chunks on all processors, put together in their order ---- */

enum { STRIP = 256, MANY = 1 << 14, MOST_CHUNKS = 64 }; /* MANY: rows of a chunk, and worth a thread */

enum loss { SQUARED, LOGARITHMIC, N_LOSS };

/* Of some losses; squares are those of the gaps to their own mean. */
struct moments {
    double n, sum, squares;
};

struct summing {
    const double *prob;
    const unsigned char *outcome;
    size_t n, n_chunk;
    bool wanted[N_LOSS];
    struct moments found[MOST_CHUNKS][N_LOSS];
};

/* Squares about the common mean: Chan, Golub & LeVeque (1983, The American Statistician 37:242-247). */
static void add_moments(struct moments *all, const struct moments *part)
{
    double gap = all->n > 0.0 ? part->sum / part->n - all->sum / all->n : 0.0;
    all->squares += part->squares + gap * gap * (all->n * part->n / (all->n + part->n));
    all->sum += part->sum;
    all->n += part->n;
}

static void square_losses(const double prob[], const unsigned char outcome[], size_t n, double loss[])
{
    for (size_t i = 0; i < n; i++)
        loss[i] = (prob[i] - outcome[i]) * (prob[i] - outcome[i]);
}

/* The logarithm is never positive; that of 1 would be -0. */
static void log_losses(const double prob[], const unsigned char outcome[], size_t n, double loss[])
{
    double rest[STRIP];
    assay_logs_array(prob, n, loss, rest);
    for (size_t i = 0; i < n; i++)
        loss[i] = fabs(outcome[i] ? loss[i] : rest[i]);
}

/* Four sums side by side: one would wait for itself. */
static double add_up(const double loss[], size_t n)
{
    double a = 0.0, b = 0.0, c = 0.0, d = 0.0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        a += loss[i];
        b += loss[i + 1];
        c += loss[i + 2];
        d += loss[i + 3];
    }
    a += i < n ? loss[i] : 0.0;
    b += i + 1 < n ? loss[i + 1] : 0.0;
    c += i + 2 < n ? loss[i + 2] : 0.0;
    return a + b + (c + d);
}

/* loss[n] is scratch from here on. */
static void add_strip(double loss[], size_t n, struct moments *all)
{
    double total = add_up(loss, n), mean = total / (double)n;
    for (size_t i = 0; i < n; i++)
        loss[i] = (loss[i] - mean) * (loss[i] - mean);
    add_moments(all, &(struct moments){(double)n, total, add_up(loss, n)});
}

static void sum_chunk(void *state, size_t chunk)
{
    struct summing *s = state;
    double loss[STRIP];
    size_t size = s->n / s->n_chunk, end = chunk + 1 < s->n_chunk ? (chunk + 1) * size : s->n;
    for (size_t i = chunk * size; i < end; i += STRIP) {
        size_t n = end - i < STRIP ? end - i : STRIP;
        if (s->wanted[SQUARED]) {
            square_losses(s->prob + i, s->outcome + i, n, loss);
            add_strip(loss, n, &s->found[chunk][SQUARED]);
        }
        if (s->wanted[LOGARITHMIC]) {
            log_losses(s->prob + i, s->outcome + i, n, loss);
            add_strip(loss, n, &s->found[chunk][LOGARITHMIC]);
        }
        assay_parallel_step();
    }
}

/* Of the losses that are wanted. */
static void mean_losses(struct summing *s, struct assay_mean_loss out[N_LOSS])
{
    double count = (double)s->n;
    s->n_chunk = s->n < 2 * MANY ? 1 : s->n / MANY < MOST_CHUNKS ? s->n / MANY : MOST_CHUNKS;
    assay_parallel(s->n_chunk, 0, sum_chunk, s);
    for (size_t l = 0; l < N_LOSS; l++) {
        struct moments all = {.n = 0.0};
        for (size_t c = 0; s->wanted[l] && c < s->n_chunk; c++)
            add_moments(&all, &s->found[c][l]);
        double std_error = s->n > 1 ? sqrt(all.squares / (count - 1.0) / count) : (double)NAN;
        out[l] = (struct assay_mean_loss){
            .estimate = assay_normal_interval(all.sum / count, std_error, ASSAY_LEVEL),
            .std_error = std_error,
        };
    }
}

/* ---- estimates ---- */

/* Not fmin and fmax, which would put a bound where no interval is. */
static void clip(struct assay_estimate *estimate, double low, double high)
{
    if (estimate->low < low)
        estimate->low = low;
    if (estimate->high > high)
        estimate->high = high;
}

/* Some row makes the loss infinite. */
static enum assay_status fail_impossible(const double prob[], const unsigned char outcome[],
                                         struct assay_error *err)
{
    size_t i = 0;
    while (prob[i] != 1.0 - outcome[i])
        i++;
    return assay_fail(err, ASSAY_EDATA,
                      "log loss: prob[%zu] is %d and outcome[%zu] is %d; expected no outcome that was "
                      "given probability 0",
                      i, 1 - outcome[i], i, outcome[i]);
}

enum assay_status assay_brier_score(const double prob[], const unsigned char outcome[], size_t n,
                                    struct assay_mean_loss *out, struct assay_error *err)
{
    struct summing s = {.prob = prob, .outcome = outcome, .n = n, .wanted = {[SQUARED] = true}};
    struct assay_mean_loss loss[N_LOSS];
    enum assay_status status = check("Brier score", prob, outcome, n, err);
    if (status != ASSAY_OK)
        return status;
    mean_losses(&s, loss);
    clip(&loss[SQUARED].estimate, 0.0, 1.0);
    *out = loss[SQUARED];
    return ASSAY_OK;
}

enum assay_status assay_log_loss(const double prob[], const unsigned char outcome[], size_t n,
                                 struct assay_mean_loss *out, struct assay_error *err)
{
    struct summing s = {.prob = prob, .outcome = outcome, .n = n, .wanted = {[LOGARITHMIC] = true}};
    struct assay_mean_loss loss[N_LOSS];
    enum assay_status status = check("log loss", prob, outcome, n, err);
    if (status != ASSAY_OK)
        return status;
    mean_losses(&s, loss);
    if (!isfinite(loss[LOGARITHMIC].estimate.value))
        return fail_impossible(prob, outcome, err);
    clip(&loss[LOGARITHMIC].estimate, 0.0, (double)INFINITY);
    *out = loss[LOGARITHMIC];
    return ASSAY_OK;
}

void assay_losses_of(const double prob[], const unsigned char outcome[], size_t n,
                     struct assay_mean_loss *brier, struct assay_mean_loss *log_loss)
{
    struct summing s = {.prob = prob,
                        .outcome = outcome,
                        .n = n,
                        .wanted = {[SQUARED] = true, [LOGARITHMIC] = true}};
    struct assay_mean_loss loss[N_LOSS];
    mean_losses(&s, loss);
    clip(&loss[SQUARED].estimate, 0.0, 1.0);
    clip(&loss[LOGARITHMIC].estimate, 0.0, (double)INFINITY);
    if (!isfinite(loss[LOGARITHMIC].estimate.value))
        loss[LOGARITHMIC] = (struct assay_mean_loss){assay_estimate_undefined(), NAN};
    *brier = loss[SQUARED];
    *log_loss = loss[LOGARITHMIC];
}
