/* audit_champion.c - how often does the promotion rule let a worse model through, and a good one not?
 *
 * Accounts of three snapshots share a risk; champion and challenger see it with errors of their own, which
 * stay with the account in part. The challenger's error is set so that it is worse by exactly the margin,
 * by the truth of a large sample, or as good as the champion, or better. Prints the tables of
 * docs/audit-evidence.md.
 *
 *   audit_champion [RUNS]    2000 a line: some minutes
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>

#include "tests/metric/sample.h"
#include "validate/champion/promotion.h"

enum { SNAPSHOTS = 3, LARGE = 600000 };
static const double line = 0.25, base = -2.2, steepness = 1.3, champion_error = 0.7;

/* Rates that a rule might name. */
static const struct assay_margin margins[ASSAY_RIVAL_METRICS] = {
    {(char[]){"auc"}, 0.01},          {(char[]){"brier"}, 0.002},       {(char[]){"log_loss"}, 0.01},
    {(char[]){"sensitivity"}, 0.03}, {(char[]){"specificity"}, 0.03}, {(char[]){"net_benefit"}, 0.002}};

static double normal(uint64_t *seed)
{
    double radius = sqrt(-2 * log(random_unit(seed)));
    return radius * cos(6.283185307179586 * random_unit(seed));
}

static struct assay_rivals rivals_new(size_t n)
{
    struct assay_rivals r = {.n = n,
                             .challenger = calloc(n, sizeof(double)),
                             .champion = calloc(n, sizeof(double)),
                             .challenger_flagged = calloc(n, 1),
                             .champion_flagged = calloc(n, 1),
                             .outcome = calloc(n, 1),
                             .account = calloc(n, sizeof(int32_t))};
    if (r.challenger == NULL || r.champion == NULL || r.challenger_flagged == NULL ||
        r.champion_flagged == NULL || r.outcome == NULL || r.account == NULL) {
        fputs("audit_champion: out of memory\n", stderr);
        exit(2);
    }
    return r;
}

static void rivals_free(struct assay_rivals *r)
{
    free(r->challenger);
    free(r->champion);
    free(r->challenger_flagged);
    free(r->champion_flagged);
    free(r->outcome);
    free(r->account);
}

/* What a model makes of a risk that it sees with an error of this standard deviation: shrunk, as a fit
 * would, so that it stays calibrated. `shift` moves its log-odds: a model may also be off. */
static double predict(double seen, double error, double shift)
{
    double slope = steepness / (1 + error * error);
    return 1 / (1 + exp(-(base + shift + slope * seen)));
}

static void draw(struct assay_rivals *r, double error, double shift, uint64_t seed)
{
    double shared = 0, stay[2] = {0, 0};
    r->n_event = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (i % SNAPSHOTS == 0) {
            shared = normal(&seed);
            stay[0] = normal(&seed);
            stay[1] = normal(&seed);
        }
        double risk = 0.8 * shared + 0.6 * normal(&seed);
        double noise[2] = {0.8 * stay[0] + 0.6 * normal(&seed), 0.8 * stay[1] + 0.6 * normal(&seed)};
        r->outcome[i] = random_unit(&seed) < 1 / (1 + exp(-(base + steepness * risk)));
        r->champion[i] = predict(risk + champion_error * noise[0], champion_error, 0);
        r->challenger[i] = predict(risk + error * noise[1], error, shift);
        r->champion_flagged[i] = r->champion[i] >= line;
        r->challenger_flagged[i] = r->challenger[i] >= line;
        r->account[i] = (int32_t)(i / SNAPSHOTS);
        r->n_event += r->outcome[i];
    }
}

static void measure(const struct assay_rivals *r, struct assay_differences *d)
{
    struct assay_error err = {0};
    if (assay_differences_measure(r, line, d, &err) != ASSAY_OK) {
        fprintf(stderr, "audit_champion: %s\n", err.message);
        exit(2);
    }
}

/* How much worse the challenger truly is in a metric. */
static double worse_by(struct assay_rivals *large, enum assay_rival_metric metric, double error, double shift)
{
    struct assay_differences d;
    draw(large, error, shift, 99);
    measure(large, &d);
    double difference = d.metrics[metric].difference.value;
    return assay_rival_more_is_better(metric) ? -difference : difference;
}

/* The one knob that makes a challenger worse by a margin: its error; for the specificity a shift of its
 * log-odds, since an error lowers hardly any but the sensitivity. */
static double knob_at_margin(struct assay_rivals *large, enum assay_rival_metric metric)
{
    bool shifted = metric == ASSAY_RIVAL_SPECIFICITY;
    double low = shifted ? 0 : 0.5 * champion_error, high = shifted ? 1.5 : 3 * champion_error;
    for (int k = 0; k < 18; k++) {
        double knob = 0.5 * (low + high);
        double worse = shifted ? worse_by(large, metric, champion_error, knob)
                               : worse_by(large, metric, knob, 0);
        *(worse < margins[metric].margin ? &low : &high) = knob;
    }
    return 0.5 * (low + high);
}

/* Counts results of `runs` audits with so many churners. */
static void run(const struct assay_margin rule[], size_t n_rule, double error, double shift, size_t churners,
                size_t runs, size_t results[3])
{
    static uint64_t seed = 1;
    struct assay_rivals r = rivals_new(churners * 100 / 16 / SNAPSHOTS * SNAPSHOTS); /* 16% churn */
    struct assay_differences d;
    struct assay_promotion p;
    results[0] = results[1] = results[2] = 0;
    for (size_t k = 0; k < runs; k++) {
        draw(&r, error, shift, seed += 1000);
        measure(&r, &d);
        assay_promotion_decide(rule, n_rule, &d, false, &p);
        results[p.result]++;
    }
    rivals_free(&r);
}

static void at_the_margin(size_t runs)
{
    static const size_t churners[] = {20, 40, 100, 400};
    struct assay_rivals large = rivals_new(LARGE);
    size_t results[3];
    printf("| worse by the whole margin in | margin | 20 churners | 40 | 100 | 400 |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t m = 0; m < ASSAY_RIVAL_METRICS; m++) {
        bool shifted = m == ASSAY_RIVAL_SPECIFICITY;
        double knob = knob_at_margin(&large, (enum assay_rival_metric)m);
        printf("| %s | %g |", assay_rival_metric_names[m], margins[m].margin);
        for (size_t k = 0; k < sizeof churners / sizeof churners[0]; k++) {
            run(&margins[m], 1, shifted ? champion_error : knob, shifted ? knob : 0, churners[k], runs,
                results);
            printf(" %.1f%% |", 100.0 * (double)results[ASSAY_PROMOTE] / (double)runs);
        }
        printf("\n");
        fflush(stdout);
    }
    rivals_free(&large);
}

static void all_margins(size_t runs)
{
    static const struct {
        const char *what;
        double error;
    } rivals[] = {{"as good as the champion", 0.7}, {"a little better", 0.6}, {"clearly better", 0.4},
                  {"clearly worse", 1.2}};
    static const size_t churners[] = {40, 100, 400, 1600};
    size_t results[3];
    printf("\n| challenger | churners | promote | keep | undecided |\n|---|---|---|---|---|\n");
    for (size_t m = 0; m < sizeof rivals / sizeof rivals[0]; m++)
        for (size_t k = 0; k < sizeof churners / sizeof churners[0]; k++) {
            size_t n = churners[k] > 1000 ? runs / 4 : runs;
            run(margins, ASSAY_RIVAL_METRICS, rivals[m].error, 0, churners[k], n, results);
            printf("| %s | %zu | %.1f%% | %.1f%% | %.1f%% |\n", rivals[m].what, churners[k],
                   100.0 * (double)results[ASSAY_PROMOTE] / (double)n,
                   100.0 * (double)results[ASSAY_KEEP] / (double)n,
                   100.0 * (double)results[ASSAY_UNDECIDED] / (double)n);
            fflush(stdout);
        }
}

int main(int argc, char **argv)
{
    size_t runs = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 2000;
    gsl_set_error_handler_off();
    at_the_margin(runs);
    all_margins(runs);
    return 0;
}
