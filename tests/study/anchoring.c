/* anchoring.c - does choosing the anchor's strength by held-out losses pay, and by which rule?
 *
 * Draws data sets from a known truth, fits them under every rule, and measures each fit against the
 * truth itself: expected log loss and AUC on 20,000 fresh rows whose probabilities are known, so
 * that no noise of test outcomes is added. Prints CSV. What came of it: docs/anchoring.md.
 *
 *   anchoring [REPLICATES [DECAY]]    200 and 0.845
 *
 * Truth: 12 signals, normal with correlation 0.3, mapped to [0, 1] by the normal distribution
 * function, as percentile normalisation does; weights proportional to DECAY^j; slope 11; the intercept
 * makes the churn rate 10%. Replicates 2k and 2k + 1 are two data sets for one analyst, who holds one
 * noisy anchor: how far the weights move between them is what two refits would show.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "core/base/sort.h"
#include "core/fit/anchor.h"
#include "core/fit/strength.h"
#include "tests/support/random.h"

enum { N_SIGNAL = 12, N_COEF = N_SIGNAL + 1, N_FOLD = 10, N_TEST = 20000, MOST_ROWS = 3000 };

#define CORRELATION 0.3
#define CHURN       0.1
#define SLOPE       11.0
#define NOISE       0.5 /* standard deviation of a noisy anchor's log weights */
#define TWO_PI      6.283185307179586

static const size_t sizes[] = {300, 600, 1500, 3000};
static const char *const anchor_names[] = {"equal", "noisy", "reversed"};
enum { N_SIZE = 4, N_BELIEF = 3, N_ANCHOR = 3 };

/* The rules that are compared. A rule looks at the anchors it knows, takes the strongest point
 * within `errors` standard errors of the least loss among them. */
enum known { OWN = 1, WITH_RIVAL = 1 | 4, ALL = 1 | 2 | 4 }; /* bits: enum assay_strength_anchor */
enum kind { ML, EQUAL, KEEP, PAIRED, TEXTBOOK, AVERAGE, AUTO };
static const struct rule {
    const char *name;
    enum kind kind;
    unsigned known;
    double errors; /* AVERAGE: what a nat of held-out log-likelihood counts */
} rules[] = {
    {"maximum likelihood", ML, ALL, 0},
    {"equal weights", EQUAL, ALL, 0},
    {"anchor kept", KEEP, OWN, 0},
    {"own: textbook 1 SE", TEXTBOOK, OWN, 1},
    {"own: paired 1 SE", PAIRED, OWN, 1},
    {"own: paired 1/2 SE", PAIRED, OWN, 0.5},
    {"own: least loss", PAIRED, OWN, 0},
    {"own + equal: paired 1 SE", PAIRED, WITH_RIVAL, 1},
    {"own + equal: paired 1/2 SE", PAIRED, WITH_RIVAL, 0.5},
    {"own + equal: least loss", PAIRED, WITH_RIVAL, 0},
    {"three: paired 1 SE", PAIRED, ALL, 1},
    {"three: paired 1/4 SE", PAIRED, ALL, 0.25},
    {"three: least loss", PAIRED, ALL, 0},
    {"three: average", AVERAGE, ALL, 0.5},
    {"auto", AUTO, ALL, ASSAY_STRENGTH_ERRORS},
};
enum { N_RULE = sizeof rules / sizeof *rules };

struct truth {
    double weight[N_SIGNAL], intercept;
    double x[N_TEST * N_SIGNAL], prob[N_TEST]; /* the fresh rows */
};

struct sample {
    size_t n_row;
    double row[MOST_ROWS * N_SIGNAL]; /* row-major */
    double x[(MOST_ROWS + ASSAY_BLOCK_ROWS) * N_SIGNAL];
    unsigned char outcome[MOST_ROWS];
    unsigned char fold[MOST_ROWS];
    unsigned char include[N_FOLD][MOST_ROWS];
    size_t group_rows[MOST_ROWS];
    struct assay_engine whole, train[N_FOLD];
};

/* Sums over the replicates of one size, belief and rule. */
struct tally {
    double loss, auc, moved, on[N_ANCHOR];       /* on: how often each anchor was chosen */
    double against[2], against_square[2];        /* loss less that of ML and of equal weights */
    double last[N_SIGNAL];                       /* the weights of the replicate before */
};

static struct truth truth;
static struct sample sample;
static struct tally tallies[N_SIZE][N_BELIEF][N_RULE];
static size_t signals[N_SIGNAL];
static double sign_rows[N_SIGNAL * N_COEF], sign_floor[N_SIGNAL];
static const struct assay_limits signs = {
    .n_limit = N_SIGNAL, .limit = sign_rows, .floor = sign_floor};

static void die_unless(enum assay_status status, const struct assay_error *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "anchoring: %s\n", err->message);
    exit(2);
}

/* ---- the truth ---- */

static double draw_normal(struct test_random *random)
{
    double radius = sqrt(-2.0 * log1p(-test_uniform(random)));
    return radius * cos(TWO_PI * test_uniform(random));
}

static void draw_signals(struct test_random *random, double s[])
{
    double common = sqrt(CORRELATION) * draw_normal(random);
    for (size_t j = 0; j < N_SIGNAL; j++)
        s[j] = gsl_cdf_ugaussian_P(common + sqrt(1.0 - CORRELATION) * draw_normal(random));
}

static double true_prob(const double s[])
{
    double health = 0.0;
    for (size_t j = 0; j < N_SIGNAL; j++)
        health += truth.weight[j] * s[j];
    return 1.0 / (1.0 + exp(SLOPE * health - truth.intercept));
}

static double churn_rate(double intercept)
{
    double sum = 0.0;
    truth.intercept = intercept;
    for (size_t i = 0; i < N_TEST; i++)
        sum += truth.prob[i] = true_prob(truth.x + i * N_SIGNAL);
    return sum / N_TEST;
}

static void make_truth(double decay)
{
    struct test_random random = {99};
    double sum = 0.0, low = -20.0, high = 20.0;
    for (size_t j = 0; j < N_SIGNAL; j++)
        sum += truth.weight[j] = pow(decay, (double)j);
    for (size_t j = 0; j < N_SIGNAL; j++)
        truth.weight[j] /= sum;
    for (size_t i = 0; i < N_TEST; i++)
        draw_signals(&random, truth.x + i * N_SIGNAL);
    while (high - low > 1e-9) {
        double middle = (low + high) / 2.0;
        if (churn_rate(middle) > CHURN)
            high = middle;
        else
            low = middle;
    }
}

/* With the outcomes' probabilities known, an AUC is the chance that an event drawn by its probability
 * lies above a non-event drawn by its own. */
static double expected_auc(const double log_odds[])
{
    static struct assay_sort_item items[N_TEST], spare[N_TEST], *sorted;
    double below = 0.0, pairs = 0.0, events = 0.0;
    for (size_t i = 0; i < N_TEST; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(log_odds[i]), i};
    if (!assay_sort_items(items, spare, N_TEST, &sorted))
        exit(2);
    for (size_t i = 0; i < N_TEST; i++) {
        double prob = truth.prob[sorted[i].index];
        pairs += prob * below;
        below += 1.0 - prob;
        events += prob;
    }
    return pairs / (events * below);
}

static double log_odds_at(const double coef[], const double s[])
{
    double eta = coef[0];
    for (size_t j = 0; j < N_SIGNAL; j++)
        eta += coef[j + 1] * s[j];
    return eta;
}

static double log_one_plus_exp(double x)
{
    return fmax(x, 0.0) + log1p(exp(-fabs(x)));
}

static void measure(const double coef[], double *loss, double *auc)
{
    static double log_odds[N_TEST];
    double sum = 0.0;
    for (size_t i = 0; i < N_TEST; i++) {
        log_odds[i] = log_odds_at(coef, truth.x + i * N_SIGNAL);
        sum += log_one_plus_exp(log_odds[i]) - truth.prob[i] * log_odds[i];
    }
    *loss = sum / N_TEST;
    *auc = expected_auc(log_odds);
}

/* ---- a data set and its folds ---- */

static void start_engine(const unsigned char include[], struct assay_engine *engine)
{
    struct assay_error err = {0};
    struct assay_array_data data = {.x = sample.x,
                                    .outcome = sample.outcome,
                                    .include = include,
                                    .n_row = sample.n_row,
                                    .n_column = N_SIGNAL,
                                    .n_thread = 1};
    die_unless(assay_array_engine_init(&data, engine, &err), &err);
}

static void draw_sample(size_t n_row, uint64_t seed)
{
    struct test_random random = {seed};
    size_t count[2] = {0};
    sample.n_row = n_row;
    for (size_t i = 0; i < n_row; i++) {
        double *s = sample.row + i * N_SIGNAL;
        draw_signals(&random, s);
        for (size_t j = 0; j < N_SIGNAL; j++)
            sample.x[assay_block_index(i, j, N_SIGNAL)] = s[j];
        sample.outcome[i] = test_uniform(&random) < true_prob(s);
        sample.fold[i] = (unsigned char)(count[sample.outcome[i]]++ % N_FOLD);
        sample.group_rows[i] = 1;
        for (size_t k = 0; k < N_FOLD; k++)
            sample.include[k][i] = sample.fold[i] != k;
    }
    start_engine(NULL, &sample.whole);
    for (size_t k = 0; k < N_FOLD; k++)
        start_engine(sample.include[k], &sample.train[k]);
}

static void drop_sample(void)
{
    assay_array_engine_clear(&sample.whole);
    for (size_t k = 0; k < N_FOLD; k++)
        assay_array_engine_clear(&sample.train[k]);
}

static enum assay_status held_out(void *state, size_t fold, const double coef[], double loss[],
                                  struct assay_error *err)
{
    (void)state;
    (void)err;
    for (size_t i = 0; i < sample.n_row; i++)
        if (sample.fold[i] == fold) {
            double eta = log_odds_at(coef, sample.row + i * N_SIGNAL);
            loss[i] = log_one_plus_exp(eta) - sample.outcome[i] * eta;
        }
    return ASSAY_OK;
}

/* ---- the rules ---- */

static struct assay_strength_curve find_curve(const double own[], const double equal[])
{
    struct assay_strength_data data = {.whole = &sample.whole,
                                       .train = sample.train,
                                       .n_fold = N_FOLD,
                                       .n_group = sample.n_row,
                                       .group_rows = sample.group_rows,
                                       .held_out = held_out};
    struct assay_anchor anchor = {.n_signal = N_SIGNAL, .signal = signals, .weight = own};
    struct assay_strength_options options = assay_strength_options_default();
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    options.own = &anchor;
    options.rival = equal;
    options.limits = &signs;
    options.n_thread = 1;
    die_unless(assay_strength_curve_find(&data, &options, &curve, &err), &err);
    return curve;
}

static bool knows(const struct assay_strength_curve *curve, unsigned known, size_t p)
{
    return (known >> curve->point[p].anchor & 1U) != 0 && curve->point[p].n_failed == 0;
}

/* As assay_strength_choose(), among the anchors that the rule knows. */
static size_t choose(const struct assay_strength_curve *curve, const struct rule *rule)
{
    size_t n = curve->n_point, best = n, p = 0;
    for (size_t q = n; q-- > 0;)
        if (knows(curve, rule->known, q) &&
            (best == n || curve->point[q].loss <= curve->point[best].loss))
            best = q;
    double own_error = curve->point[best].std_error;
    for (; p < best; p++) {
        double error = rule->kind == TEXTBOOK ? own_error : curve->paired[p * n + best];
        if (knows(curve, rule->known, p) &&
            curve->point[p].loss - curve->point[best].loss <= rule->errors * error)
            break;
    }
    return p;
}

static void fit_point(const struct assay_strength_curve *curve, size_t p, double coef[])
{
    struct assay_anchor anchor = {.lambda = curve->point[p].lambda,
                                  .n_signal = N_SIGNAL,
                                  .signal = signals,
                                  .weight = curve->weight + curve->point[p].anchor * N_SIGNAL};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    die_unless(assay_anchor_fit(&sample.whole, &anchor, &options, &signs, &fit, &err), &err);
    memcpy(coef, fit.fit.coef, N_COEF * sizeof *coef);
    assay_anchor_fit_clear(&fit);
}

/* Coefficients averaged by exp(share * held-out log-likelihood); a convex mean keeps the signs. */
static void fit_average(const struct assay_strength_curve *curve, double share, double coef[])
{
    double total = 0.0, one[N_COEF];
    size_t best = assay_strength_choose(curve, 0.0).best;
    memset(coef, 0, N_COEF * sizeof *coef);
    for (size_t p = 0; p < curve->n_point; p++) {
        double nats = (double)sample.n_row * (curve->point[p].loss - curve->point[best].loss);
        double weight = exp(-share * nats);
        if (!(weight > 1e-9)) /* NaN too: no such fit */
            continue;
        fit_point(curve, p, one);
        total += weight;
        for (size_t j = 0; j < N_COEF; j++)
            coef[j] += weight * one[j];
    }
    for (size_t j = 0; j < N_COEF; j++)
        coef[j] /= total;
}

/* Fits by the rule; returns the anchor it rests on, N_ANCHOR if on no single one. */
static size_t apply(const struct rule *rule, const struct assay_strength_curve *curve, double coef[])
{
    size_t last = curve->n_point - 1, p = 0;
    switch (rule->kind) {
    case AVERAGE:
        fit_average(curve, rule->errors, coef);
        return N_ANCHOR;
    case ML:
        p = last;
        break;
    case EQUAL: /* the strongest points stand in the order of the anchors, and the rival is last */
        p = curve->n_anchor - 1;
        break;
    case KEEP:
        p = 0;
        break;
    case AUTO:
        p = assay_strength_choose(curve, rule->errors).chosen;
        break;
    case PAIRED:
    case TEXTBOOK:
        p = choose(curve, rule);
        break;
    }
    fit_point(curve, p, coef);
    return curve->point[p].anchor;
}

/* ---- the count ---- */

static double move_weights(const double coef[], double last[])
{
    double sum = 0.0, moved = 0.0;
    for (size_t j = 0; j < N_SIGNAL; j++)
        sum -= coef[j + 1];
    for (size_t j = 0; j < N_SIGNAL; j++) {
        double weight = sum > 0.0 ? -coef[j + 1] / sum : 1.0 / N_SIGNAL;
        moved += fabs(weight - last[j]) / 2.0;
        last[j] = weight;
    }
    return 100.0 * moved;
}

static void tally_belief(size_t replicate, const double own[], const double equal[],
                         struct tally tally[])
{
    struct assay_strength_curve curve = find_curve(own, equal);
    double coef[N_COEF], loss[N_RULE], auc;
    for (size_t r = 0; r < N_RULE; r++) {
        size_t anchor = apply(&rules[r], &curve, coef);
        double moved = move_weights(coef, tally[r].last);
        measure(coef, &loss[r], &auc);
        tally[r].loss += loss[r];
        tally[r].auc += auc;
        tally[r].moved += replicate % 2 == 1 ? moved : 0.0;
        if (anchor < N_ANCHOR)
            tally[r].on[anchor] += 1.0;
    }
    for (size_t r = 0; r < N_RULE; r++)
        for (size_t b = ML; b <= EQUAL; b++) {
            double gap = loss[r] - loss[b];
            tally[r].against[b] += gap;
            tally[r].against_square[b] += gap * gap;
        }
    assay_strength_curve_clear(&curve);
}

static void make_beliefs(size_t replicate, double belief[N_BELIEF][N_SIGNAL])
{
    struct test_random random = {7000 + replicate / 2};
    double sum = 0.0;
    for (size_t j = 0; j < N_SIGNAL; j++) {
        belief[0][j] = 1.0 / N_SIGNAL;
        sum += belief[1][j] = truth.weight[j] * exp(NOISE * draw_normal(&random));
        belief[2][j] = truth.weight[N_SIGNAL - 1 - j];
    }
    for (size_t j = 0; j < N_SIGNAL; j++)
        belief[1][j] /= sum;
}

static void run_size(size_t k, size_t n_replicate)
{
    double belief[N_BELIEF][N_SIGNAL];
    for (size_t replicate = 0; replicate < n_replicate; replicate++) {
        make_beliefs(replicate, belief);
        draw_sample(sizes[k], UINT64_C(1000003) * sizes[k] + UINT64_C(7919) * replicate);
        for (size_t b = 0; b < N_BELIEF; b++)
            tally_belief(replicate, belief[b], belief[0], tallies[k][b]);
        drop_sample();
        fprintf(stderr, "\r%zu accounts: %zu of %zu", sizes[k], replicate + 1, n_replicate);
    }
    fputc('\n', stderr);
}

/* excess: loss above the better of maximum likelihood and equal weights, each taken as its mean over
 * the replicates, with the standard error of that paired difference; auc_lost the same of AUC. */
static void print_cell(size_t k, size_t b, size_t n_replicate)
{
    const struct tally *cell = tallies[k][b];
    double n = (double)n_replicate, auc = fmax(cell[ML].auc, cell[EQUAL].auc);
    size_t better = cell[ML].loss <= cell[EQUAL].loss ? ML : EQUAL;
    for (size_t r = 0; r < N_RULE; r++) {
        const struct tally *t = &cell[r];
        double excess = t->against[better] / n;
        double variance = fmax(t->against_square[better] / n - excess * excess, 0.0) / (n - 1.0);
        printf("%zu,%s,%s,%zu,%.5f,%.5f,%+.5f,%.5f,%+.5f,%.1f,%.2f,%.2f,%.2f\n", sizes[k],
               anchor_names[b], rules[r].name, n_replicate, t->loss / n, t->auc / n, excess,
               sqrt(variance), (auc - t->auc) / n, t->moved / floor(n / 2.0), t->on[0] / n,
               t->on[1] / n, t->on[2] / n);
    }
}

static bool read_arguments(int argc, char **argv, size_t *n_replicate, double *decay)
{
    char *end = NULL;
    errno = 0;
    if (argc > 1) {
        long n = strtol(argv[1], &end, 10);
        if (errno != 0 || *end != '\0' || n < 2 || n > 100000)
            return false;
        *n_replicate = (size_t)n;
    }
    if (argc > 2) {
        *decay = strtod(argv[2], &end);
        if (*end != '\0' || !(*decay > 0.0 && *decay <= 1.0))
            return false;
    }
    return argc <= 3;
}

int main(int argc, char **argv)
{
    size_t n_replicate = 200;
    double decay = 0.845;
    gsl_set_error_handler_off();
    if (!read_arguments(argc, argv, &n_replicate, &decay)) {
        fprintf(stderr, "Usage: anchoring [REPLICATES [DECAY]], at least 2 and in (0, 1]\n");
        return 2;
    }
    make_truth(decay);
    for (size_t j = 0; j < N_SIGNAL; j++) {
        signals[j] = j + 1;
        sign_rows[j * N_COEF + j + 1] = -1.0;
    }
    printf("accounts,anchor,rule,replicates,log_loss,auc,excess,excess_se,auc_lost,moved,on_own,"
           "on_halfway,on_rival\n");
    for (size_t k = 0; k < N_SIZE; k++) {
        run_size(k, n_replicate);
        for (size_t b = 0; b < N_BELIEF; b++)
            print_cell(k, b, n_replicate);
        fflush(stdout);
    }
    return 0;
}
