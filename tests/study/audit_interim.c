/* audit_interim.c - how often does an interim estimate hold what is found once the outcomes are known?
 *
 * Quarters of snapshots with probabilities whose log-odds are off by a shift; the model's evidence has
 * measured the shift with an error, as cross-validation does. In the last worlds the shift has grown since,
 * by as much as turns the odds 1.5-fold or doubles them, and the evidence knows nothing of it. Prints the
 * tables of docs/audit-evidence.md.
 *
 *   audit_interim [QUARTERS]    2000 a line: a minute
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>

#include "core/metric/expected.h"
#include "tests/metric/sample.h"

enum { EVENTS, SENSITIVITY, SPECIFICITY, PPV, AUC, FIGURES };

struct world {
    const char *what;
    double shift_sd;  /* of the log-odds, across calibrations */
    double measured;  /* standard error with which evidence knows the shift; 0: there is none */
    double drift;     /* of the log-odds since */
    size_t snapshots; /* of an account, which share their fate */
};

static const struct world worlds[] = {
    {"right probabilities", 0, 0, 0, 1},
    {"right, three snapshots an account", 0, 0, 0, 3},
    {"off by 0.2, known with an error of 0.15", 0.2, 0.15, 0, 1},
    {"off by 0.2, and no evidence", 0.2, 0, 0, 1},
    {"odds up 1.5-fold since", 0, 0.1, 0.405, 1},
    {"odds doubled since", 0, 0.1, 0.693, 1},
};

struct quarter {
    size_t n;
    double *prob;
    unsigned char *flagged, *outcome;
    int32_t *account;
};

static double normal(uint64_t *seed)
{
    double radius = sqrt(-2 * log(random_unit(seed)));
    return radius * cos(6.283185307179586 * random_unit(seed));
}

/* Snapshots of an account look alike, and all of them churn or none. */
static void draw(struct quarter *q, const struct world *w, double shift, uint64_t *seed)
{
    double own = 0, luck = 0;
    for (size_t i = 0; i < q->n; i++) {
        if (i % w->snapshots == 0) {
            own = normal(seed);
            luck = random_unit(seed);
        }
        double x = -2.2 + 1.2 * own + (w->snapshots > 1 ? 0.3 * normal(seed) : 0);
        q->prob[i] = 1 / (1 + exp(-x));
        q->outcome[i] = luck < 1 / (1 + exp(-(x + shift + w->drift)));
        q->flagged[i] = q->prob[i] >= 0.2;
        q->account[i] = (int32_t)(i / w->snapshots);
    }
}

static bool find(const struct quarter *q, double found[FIGURES])
{
    struct assay_auc auc;
    double events = 0, flagged = 0, hits = 0, n = (double)q->n;
    for (size_t i = 0; i < q->n; i++) {
        events += q->outcome[i];
        flagged += q->flagged[i];
        hits += q->flagged[i] && q->outcome[i];
    }
    if (assay_auc_measure(q->prob, q->outcome, q->n, ASSAY_HIGHER_IS_RISK, &auc, NULL) != ASSAY_OK ||
        !(flagged > 0))
        return false; /* one class, or nobody flagged */
    found[EVENTS] = events;
    found[SENSITIVITY] = hits / events;
    found[SPECIFICITY] = 1 - (flagged - hits) / (n - events);
    found[PPV] = hits / flagged;
    found[AUC] = auc.wald.value;
    return true;
}

static void expect(const struct quarter *q, const struct world *w, double seen, struct assay_expected *e)
{
    struct assay_error err = {0};
    double by = 1.959963984540054 * w->measured;
    struct assay_calibration_limits limits = {NAN, NAN, NAN, NAN};
    struct assay_expected_rows rows = {.prob = q->prob,
                                       .score = q->prob,
                                       .higher_is = ASSAY_HIGHER_IS_RISK,
                                       .flagged = q->flagged,
                                       .cluster = q->account,
                                       .n = q->n};
    if (w->measured > 0) {
        limits.intercept_low = seen - by;
        limits.intercept_high = seen + by;
    }
    if (assay_expected_measure(&rows, &limits, e, &err) != ASSAY_OK) {
        fprintf(stderr, "audit_interim: %s\n", err.message);
        exit(2);
    }
}

/* One line of the table: shares of quarters in which the interval held what was found. */
static void study(const struct world *w, size_t churners, size_t quarters)
{
    size_t n = churners * 100 / 16 / w->snapshots * w->snapshots, held[FIGURES] = {0}, counted = 0;
    struct quarter q = {n, calloc(n, sizeof(double)), calloc(n, 1), calloc(n, 1),
                        calloc(n, sizeof(int32_t))};
    uint64_t seed = churners + 17 * (size_t)(w - worlds);
    if (q.prob == NULL || q.flagged == NULL || q.outcome == NULL || q.account == NULL) {
        fputs("audit_interim: out of memory\n", stderr);
        exit(2);
    }
    for (size_t k = 0; k < quarters; k++) {
        struct assay_expected e;
        double found[FIGURES], shift = w->shift_sd * normal(&seed);
        draw(&q, w, shift, &seed);
        if (!find(&q, found))
            continue;
        expect(&q, w, shift + w->measured * normal(&seed), &e);
        const struct assay_estimate *figures[] = {&e.events, &e.sensitivity, &e.specificity, &e.ppv, &e.auc};
        for (size_t f = 0; f < FIGURES; f++)
            held[f] += figures[f]->low <= found[f] && found[f] <= figures[f]->high;
        counted++;
    }
    printf("| %s | %zu |", w->what, churners);
    for (size_t f = 0; f < FIGURES; f++)
        printf(" %.1f%% |", 100.0 * (double)held[f] / (double)counted);
    printf("\n");
    free(q.prob);
    free(q.flagged);
    free(q.outcome);
    free(q.account);
}

int main(int argc, char **argv)
{
    static const size_t churners[] = {20, 40, 100, 400};
    size_t quarters = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 2000;
    gsl_set_error_handler_off();
    printf("| world | churners | number of events | sensitivity | specificity | precision | AUC |\n"
           "|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof worlds / sizeof worlds[0]; k++)
        for (size_t c = 0; c < sizeof churners / sizeof churners[0]; c++)
            study(&worlds[k], churners[c], quarters);
    return 0;
}
