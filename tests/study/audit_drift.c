/* audit_drift.c - how often does an audit see drift where there is none, and where there is?
 *
 * Draws training data and audits from one population (tests/drift/population.h), or from one that has moved,
 * and puts them through the very tests of validate/drift. Prints the tables of docs/audit-evidence.md.
 *
 *   audit_drift [AUDITS]    1000 a line: some 15 minutes of two processors
 *
 * The same bytes for any number of threads.
 */
#include <stdbool.h>
#include <stdio.h>

#include <gsl/gsl_errno.h>

#include "core/metric/cusum.h"
#include "tests/drift/population.h"
#include "validate/drift/drift_count.h"
#include "validate/drift/drift_test.h"
#include "validate/drift/effective.h"
#include "validate/drift/inflation_test.h"

/* One line of a table. */
struct design {
    size_t then_accounts, then_repeats, now_accounts, now_repeats;
    struct pop_change change;
    size_t watched; /* the variable that moves */
    bool by_row;    /* every row is taken for an account of its own */
};

struct result {
    size_t audits, any, watched, above_10, above_25;
    double false_share; /* of the findings, in variables that have not moved */
};

static void die(const struct assay_error *err)
{
    fprintf(stderr, "audit_drift: %s\n", err->message);
    exit(2);
}

static size_t test_audit(struct drifting *d, bool by_row, struct assay_drift_variable variables[])
{
    struct assay_error err = {0};
    const struct assay_model_reference *reference = &d->model.training.reference;
    struct assay_drift_weights weights = {.expected =
                                              reference->effective / (double)reference->rows};
    size_t n;
    if (assay_row_weight(&d->input, &d->input.used, &weights.actual, &err) != ASSAY_OK)
        die(&err);
    if (by_row)
        weights = (struct assay_drift_weights){1.0, 1.0};
    if (assay_drift_count(&d->input, &d->input.used, weights, variables, &n, &err) != ASSAY_OK ||
        assay_drift_test(variables, n, weights, d->model.spec.seed, &err) != ASSAY_OK)
        die(&err);
    return n;
}

static void add_audit(const struct design *design, uint64_t seed, struct result *result)
{
    struct assay_drift_variable variables[POP_VARIABLES];
    struct pop_change none = {.shift = 0};
    struct drifting *d = drifting_new(
        pop_draw(design->then_accounts, design->then_repeats, 0.9, none, 2 * seed),
        pop_draw(design->now_accounts, design->now_repeats, 0.9, design->change, 2 * seed + 1));
    size_t n = test_audit(d, design->by_row, variables), found = 0, above_10 = 0, above_25 = 0;
    for (size_t v = 0; v < n; v++) {
        found += variables[v].drifted;
        above_10 += variables[v].psi > 0.10;
        above_25 += variables[v].psi > 0.25;
    }
    result->audits++;
    result->any += found > 0;
    result->watched += variables[design->watched].drifted;
    result->above_10 += above_10 > 0;
    result->above_25 += above_25 > 0;
    /* The score moves with its signals. */
    size_t of_others = found - variables[design->watched].drifted -
                       (design->watched < POP_NUMBERS && variables[POP_NUMBERS].drifted);
    result->false_share += found > 0 ? (double)of_others / (double)found : 0.0;
    drifting_free(d);
}

static struct result run(const struct design *design, size_t audits, uint64_t seed)
{
    struct result result = {0};
    for (size_t k = 0; k < audits; k++)
        add_audit(design, seed + k, &result);
    return result;
}

static double percent(size_t x, size_t n)
{
    return 100.0 * (double)x / (double)n;
}

static const size_t sizes[] = {50, 100, 200, 1000};
enum { N_SIZE = sizeof sizes / sizeof *sizes };

static void print_false_alarms(size_t audits)
{
    static const struct {
        const char *name;
        size_t then_accounts, then_repeats, now_repeats;
        bool by_row;
    } kinds[] = {{"2,000 accounts once; audit once", 2000, 1, 1, false},
                 {"300 accounts once; audit once", 300, 1, 1, false},
                 {"500 accounts 4 times each; audit 3 times each", 500, 4, 3, false},
                 {"the same, each row taken for an account", 500, 4, 3, true}};
    printf("| training data | accounts audited | any drift said | some PSI above 0.10 | above 0.25 |\n"
           "|---|---:|---:|---:|---:|\n");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t s = 0; s < N_SIZE; s++) {
            struct design design = {.then_accounts = kinds[k].then_accounts,
                                    .then_repeats = kinds[k].then_repeats,
                                    .now_accounts = sizes[s],
                                    .now_repeats = kinds[k].now_repeats,
                                    .by_row = kinds[k].by_row};
            struct result r = run(&design, audits, 1000003 * (10 * k + s + 1));
            printf("| %s | %zu | %.1f%% | %.0f%% | %.0f%% |\n", kinds[k].name, sizes[s],
                   percent(r.any, r.audits), percent(r.above_10, r.audits),
                   percent(r.above_25, r.audits));
            fflush(stdout);
        }
}

static void print_power(size_t audits)
{
    static const struct {
        const char *name;
        struct pop_change change;
        size_t watched;
    } moves[] = {{"a signal by 0.5 standard deviations", {.shift = 0.5}, 0},
                 {"a signal by 1 standard deviation", {.shift = 1.0}, 0},
                 {"missing values from 50% to 70%", {.more_missing = 0.2}, 10},
                 {"30% of accounts to another plan", {.plan_share = 0.3}, POP_VARIABLES - 1}};
    printf("\n| what moved | accounts audited | found | of all findings, false |\n|---|---:|---:|---:|\n");
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        for (size_t s = 0; s < N_SIZE; s++) {
            struct design design = {.then_accounts = 2000,
                                    .then_repeats = 1,
                                    .now_accounts = sizes[s],
                                    .now_repeats = 1,
                                    .change = moves[k].change,
                                    .watched = moves[k].watched};
            struct result r = run(&design, audits, 7000003 * (10 * k + s + 1));
            printf("| %s | %zu | %.0f%% | %.1f%% |\n", moves[k].name, sizes[s],
                   percent(r.watched, r.audits), 100.0 * r.false_share / (double)r.audits);
            fflush(stdout);
        }
}

/* ---- CUSUM ---- */

/* Events of `rows` accounts with probability p each. */
static double draw_events(struct assay_random *r, size_t rows, double p)
{
    double events = 0.0;
    for (size_t i = 0; i < rows; i++)
        events += pop_uniform(r) < p;
    return events;
}

/* Share of runs with an alarm among `quarters`, predictions being p and the truth `factor` times that. */
static double alarms(size_t runs, size_t quarters, double expected, double p, double factor,
                     uint64_t seed)
{
    struct assay_random r;
    double z[ASSAY_CUSUM_LOOKS], upper[ASSAY_CUSUM_LOOKS], lower[ASSAY_CUSUM_LOOKS];
    size_t rows = (size_t)(expected / p + 0.5), n = 0;
    assay_random_init(&r, seed, 2);
    for (size_t k = 0; k < runs; k++) {
        for (size_t t = 0; t < quarters; t++)
            z[t] = (draw_events(&r, rows, factor * p) - (double)rows * p) /
                   sqrt((double)rows * p * (1.0 - p));
        n += assay_cusum(z, quarters, upper, lower).direction != 0;
    }
    return percent(n, runs);
}

static void print_cusum(size_t runs)
{
    static const double expected[] = {3, 5, 10, 30, 100};
    printf("\n| churners expected a quarter | false alarms in 20 quarters | found in 4 quarters: a third more "
           "than predicted | half as many again | half as many |\n|---:|---:|---:|---:|---:|\n");
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++)
        printf("| %.0f | %.1f%% | %.0f%% | %.0f%% | %.0f%% |\n", expected[k],
               alarms(runs, ASSAY_CUSUM_LOOKS, expected[k], 0.1, 1.0, 11 + k),
               alarms(runs, 4, expected[k], 0.1, 4.0 / 3.0, 21 + k),
               alarms(runs, 4, expected[k], 0.1, 1.5, 31 + k),
               alarms(runs, 4, expected[k], 0.1, 0.5, 41 + k));
}

/* ---- inflation ---- */

static struct assay_green draw_green(struct assay_random *r, size_t rows, double share,
                                     double green_rate, double rest_rate)
{
    struct assay_green made = {.rows = (double)rows, .weight = 1.0};
    made.green = draw_events(r, rows, share);
    made.green_events = draw_events(r, (size_t)made.green, green_rate);
    made.events = made.green_events + draw_events(r, rows - (size_t)made.green, rest_rate);
    return made;
}

static double claims(size_t runs, size_t rows, double share_now, double kinder, uint64_t seed)
{
    struct assay_random r;
    size_t n = 0;
    assay_random_init(&r, seed, 3);
    for (size_t k = 0; k < runs; k++) {
        struct assay_green then = draw_green(&r, 2000, 0.4, 0.03, 0.15);
        /* Of the green accounts now, the share `kinder` would have been in the rest before. */
        struct assay_green now = draw_green(&r, rows, share_now,
                                            (1.0 - kinder) * 0.03 + kinder * 0.15, 0.15);
        n += assay_inflation_test(then, now).p_value <= 0.05;
    }
    return percent(n, runs);
}

static void print_inflation(size_t runs)
{
    printf("\n| accounts audited | no change | healthier accounts, 40%% to 60%% green | same accounts, kinder "
           "score, 40%% to 60%% green |\n|---:|---:|---:|---:|\n");
    for (size_t s = 0; s < N_SIZE; s++)
        printf("| %zu | %.1f%% | %.1f%% | %.0f%% |\n", sizes[s],
               claims(runs, sizes[s], 0.4, 0.0, 51 + s), claims(runs, sizes[s], 0.6, 0.0, 61 + s),
               claims(runs, sizes[s], 0.6, 1.0 / 3.0, 71 + s));
}

int main(int argc, char **argv)
{
    size_t audits = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    gsl_set_error_handler_off();
    if (audits == 0) {
        fputs("Usage: audit_drift [AUDITS]\n", stderr);
        return 2;
    }
    print_false_alarms(audits);
    print_power(audits / 2 + 1);
    print_cusum(20 * audits);
    print_inflation(20 * audits);
    return 0;
}
