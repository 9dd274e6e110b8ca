/* audit_figures.c - how often does each interval of the audit's figures hold the truth?
 *
 * Draws audits of 20, 40, 100 and 400 expected churners from a known truth, measures them as the audit does,
 * and prints, as Markdown, the share of audits whose interval holds the truth. The truth of a metric is its
 * value in 4,000,000 rows; of ICI, E50, E90 and Emax it is that of the audit's own rows, with the
 * probabilities that they were drawn with in the place of a curve.
 *
 *   audit_figures [AUDITS]     1000 of each kind
 *
 * The same table on any number of threads.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/random.h"
#include "core/base/thread.h"
#include "core/metric/quantile.h"
#include "core/report/figures.h"

static const double line = 0.2, prevalence = 0.13; /* that of all worlds, nearly */
enum { POPULATION = 4000000, SIZES = 4, WORLDS = 3 };
static const size_t churners[SIZES] = {20, 40, 100, 400};

/* The log-odds of a row are `middle` and two normal draws, of the account and of the row; its churn follows
 * a + b times them. */
static const struct world {
    const char *words;
    double middle, of_account, of_row, a, b;
    size_t rows_each; /* of an account */
} worlds[WORLDS] = {
    {"Probabilities as they should be, one row an account", -2.4, 0.0, 1.2, 0.0, 1.0, 1},
    {"Probabilities too extreme and too high (slope 0.7, intercept -0.5)", -2.1, 0.0, 1.4, -0.5, 0.7, 1},
    {"Probabilities as they should be, four rows an account that resemble each other", -2.4, 1.1, 0.5,
     0.0, 1.0, 4},
};

struct audit {
    size_t n;
    double *prob, *truth, *score;
    unsigned char *flagged, *outcome;
    int32_t *account;
};

static double draw_normal(struct assay_random *random)
{
    double u = ((double)(assay_random_bits(random) >> 11) + 0.5) * 0x1p-53;
    double v = (double)(assay_random_bits(random) >> 11) * 0x1p-53;
    return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}

static void must(int fine)
{
    if (fine)
        return;
    fputs("audit_figures: out of memory\n", stderr);
    exit(2);
}

static struct audit draw(const struct world *world, size_t n, uint64_t seed, uint64_t stream)
{
    struct assay_random random;
    struct audit audit = {.n = n,
                          .prob = assay_alloc(n, sizeof(double)),
                          .truth = assay_alloc(n, sizeof(double)),
                          .score = assay_alloc(n, sizeof(double)),
                          .flagged = assay_alloc(n, 1),
                          .outcome = assay_alloc(n, 1),
                          .account = assay_alloc(n, sizeof(int32_t))};
    double of_account = 0.0;
    must(audit.prob != NULL && audit.truth != NULL && audit.score != NULL && audit.flagged != NULL &&
         audit.outcome != NULL && audit.account != NULL);
    assay_random_init(&random, seed, stream);
    for (size_t i = 0; i < n; i++) {
        if (i % world->rows_each == 0)
            of_account = world->of_account * draw_normal(&random);
        double log_odds = world->middle + of_account + world->of_row * draw_normal(&random);
        audit.prob[i] = assay_expit(log_odds);
        audit.truth[i] = assay_expit(world->a + world->b * log_odds);
        audit.score[i] = -log_odds;
        audit.flagged[i] = audit.prob[i] >= line;
        audit.outcome[i] = (double)(assay_random_bits(&random) >> 11) * 0x1p-53 < audit.truth[i];
        audit.account[i] = (int32_t)(i / world->rows_each);
    }
    return audit;
}

static void drop(struct audit *audit)
{
    free(audit->prob);
    free(audit->truth);
    free(audit->score);
    free(audit->flagged);
    free(audit->outcome);
    free(audit->account);
}

static struct assay_figures measure(const struct audit *audit)
{
    struct assay_error err = {0};
    struct assay_figures figures;
    struct assay_figures_rows rows = {.n = audit->n,
                                      .score = audit->score,
                                      .prob = audit->prob,
                                      .flagged = audit->flagged,
                                      .outcome = audit->outcome,
                                      .cluster = audit->account,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .line = -log(line / (1.0 - line)),
                                      .line_probability = line};
    struct assay_figures_targets targets = {.sensitivity = NAN, .specificity = NAN};
    if (assay_figures_measure(&rows, &targets, &figures, &err) == ASSAY_OK)
        return figures;
    fprintf(stderr, "audit_figures: %s\n", err.message);
    exit(2);
}

/* What ICI, E50, E90 and Emax of these rows would be if the curve were the truth. */
static void know_errors(const struct audit *audit, double truth[ASSAY_METRICS])
{
    double sum = 0.0, q[3], *gap = assay_alloc(audit->n, sizeof *gap);
    must(gap != NULL);
    for (size_t i = 0; i < audit->n; i++) {
        gap[i] = fabs(audit->prob[i] - audit->truth[i]);
        sum += gap[i];
    }
    assay_quantiles(gap, audit->n, (const double[]){0.5, 0.9, 1.0}, 3, q);
    truth[ASSAY_METRIC_ICI] = sum / (double)audit->n;
    truth[ASSAY_METRIC_E50] = q[0];
    truth[ASSAY_METRIC_E90] = q[1];
    truth[ASSAY_METRIC_EMAX] = q[2];
    free(gap);
}

struct trial {
    const struct world *world;
    size_t n;
    uint64_t seed;
    double truth[ASSAY_METRICS];
    unsigned char (*held)[ASSAY_METRICS]; /* [audits] 2: no interval */
};

static void run(void *state, size_t task)
{
    struct trial *trial = state;
    double truth[ASSAY_METRICS];
    struct audit audit = draw(trial->world, trial->n, trial->seed, task + 1);
    struct assay_figures figures = measure(&audit);
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        truth[id] = trial->truth[id];
    know_errors(&audit, truth);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        const struct assay_estimate *e = &figures.metric[id].estimate;
        trial->held[task][id] = isnan(e->low) ? 2 : e->low <= truth[id] && truth[id] <= e->high;
    }
    assay_figures_clear(&figures);
    drop(&audit);
}

static void fill_truth(struct trial *trial)
{
    struct audit all = draw(trial->world, POPULATION, trial->seed, 0);
    struct assay_figures figures = measure(&all);
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        trial->truth[id] = figures.metric[id].estimate.value;
    assay_figures_clear(&figures);
    drop(&all);
}

static double share_held(const struct trial *trial, size_t audits, size_t id)
{
    size_t with = 0, held = 0;
    for (size_t k = 0; k < audits; k++) {
        with += trial->held[k][id] != 2;
        held += trial->held[k][id] == 1;
    }
    return 100.0 * (double)held / (double)with;
}

static void print_world(const struct world *world, uint64_t seed, size_t audits)
{
    double held[SIZES][ASSAY_METRICS];
    struct trial trial = {.world = world, .seed = seed, .held = assay_alloc(audits, sizeof *trial.held)};
    must(trial.held != NULL);
    fill_truth(&trial);
    for (size_t s = 0; s < SIZES; s++) {
        trial.n = (size_t)((double)churners[s] / prevalence) / world->rows_each * world->rows_each;
        assay_parallel(audits, 0, run, &trial);
        for (size_t id = 0; id < ASSAY_METRICS; id++)
            held[s][id] = share_held(&trial, audits, id);
    }
    printf("\n%s:\n\n| metric | truth | 20 churners | 40 | 100 | 400 |\n|---|---:|---:|---:|---:|---:|\n",
           world->words);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        bool own = id >= ASSAY_METRIC_ICI && id <= ASSAY_METRIC_EMAX;
        if (id == ASSAY_METRIC_SPIEGELHALTER_Z) /* has no interval */
            continue;
        printf("| %s | ", assay_metric_names[id]);
        if (own)
            fputs("its rows'", stdout);
        else
            printf("%.4f", trial.truth[id]);
        for (size_t s = 0; s < SIZES; s++)
            printf(" | %.1f%%", held[s][id]);
        puts(" |");
    }
    free(trial.held);
}

int main(int argc, char **argv)
{
    size_t audits = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    if (audits == 0) {
        fputs("Usage: audit_figures [AUDITS]\n", stderr);
        return 2;
    }
    for (size_t w = 0; w < WORLDS; w++)
        print_world(&worlds[w], w + 1, audits);
    return 0;
}
