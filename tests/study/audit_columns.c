/* audit_columns.c - how often does the audit call a column useful that is not, and find one that is?
 *
 * Draws audits of known truth, puts columns to the score test as the audit does, and prints the tables of
 * docs/audit-evidence.d/40-unused-columns.md. The same on every run.
 *
 *   audit_columns [RUNS]    2000
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>

#include "core/base/number.h"
#include "core/base/random.h"
#include "core/base/thread.h"
#include "core/fit/score_test.h"
#include "core/metric/discovery.h"
#include "validate/people/extra.h"

enum { PREVALENCE = 10, MOST_ROWS = 4000, SNAPSHOTS = 4, NOISE_COLUMNS = 12 };
#define LEVEL 0.05

enum kind { NUMBER, GAPPY, FEW, MANY, KINDS };
static const char *const kind_names[KINDS] = {"number", "number, a third missing", "5 categories",
                                              "20 categories, some rare"};

/* One audit: rows with a probability that is right but for level and spread, and account effects. */
struct audit {
    size_t n;
    double log_odds[MOST_ROWS], effect[MOST_ROWS];
    unsigned char outcome[MOST_ROWS];
    int32_t account[MOST_ROWS];
};

static double uniform(struct assay_random *random)
{
    return (double)(assay_random_bits(random) >> 11) * 0x1p-53;
}

static double normal(struct assay_random *random)
{
    double radius = sqrt(-2.0 * log(1.0 - uniform(random)));
    return radius * cos(2.0 * M_PI * uniform(random));
}

/* per_account rows share an account, whose log-odds differ by `spread` times a normal draw. column[n],
 * when not NULL, moves them by `slope`. */
static void draw_audit(struct assay_random *random, size_t n, size_t per_account, double spread,
                       const double column[], double slope, struct audit *audit)
{
    double own = 0.0, log_odds = 0.0;
    audit->n = n;
    for (size_t i = 0; i < n; i++) {
        if (i % per_account == 0) {
            own = spread * normal(random);
            log_odds = -2.7 + 1.2 * normal(random); /* one in ten, near enough */
        }
        double moved = log_odds + own + (column != NULL ? slope * column[i] : 0.0);
        audit->log_odds[i] = 0.3 + 0.8 * log_odds; /* what the model says: drifted */
        audit->outcome[i] = uniform(random) < assay_expit(moved);
        audit->account[i] = (int32_t)(i / per_account);
    }
}

/* A column, the same in all rows of an account, as numbers (NaN: missing) or codes. */
static void draw_column(struct assay_random *random, enum kind kind, size_t n, size_t per_account,
                        double number[], int32_t code[])
{
    for (size_t i = 0; i < n; i++) {
        if (i % per_account > 0) {
            number[i] = number[i - 1];
            code[i] = code[i - 1];
            continue;
        }
        double u = uniform(random);
        number[i] = kind == GAPPY && uniform(random) < 1.0 / 3 ? (double)NAN : normal(random);
        code[i] = (int32_t)(kind == MANY ? 20 * u * u : 5 * u);
    }
}

static double test_column(const struct assay_score_null *null, enum kind kind, const double number[],
                          const int32_t code[])
{
    struct assay_extra extra;
    struct assay_score_test test;
    enum assay_status status =
        kind == NUMBER || kind == GAPPY
            ? assay_extra_of_numbers(number, null->rows.outcome, null->rows.n, &extra, NULL)
            : assay_extra_of_texts(code, 20, null->rows.outcome, null->rows.n, &extra, NULL);
    struct assay_score_column column = {extra.x, extra.group, extra.n_group};
    if (status != ASSAY_OK || assay_score_test(null, &column, &test, NULL) != ASSAY_OK)
        abort();
    assay_extra_clear(&extra);
    return test.p_value;
}

static void fit(const struct audit *audit, bool by_account, struct assay_score_null *null)
{
    static _Thread_local const double *nuisance[1];
    nuisance[0] = audit->log_odds;
    struct assay_score_rows rows = {nuisance, 1, audit->outcome, by_account ? audit->account : NULL,
                                    audit->n, by_account ? audit->n : 0};
    if (assay_score_null_fit(&rows, 1, null, NULL) != ASSAY_OK)
        abort();
}

/* ---- one question, many audits ---- */

struct question {
    size_t churners, per_account;
    double spread, slope; /* slope: of the column, per standard deviation; NUMBER alone */
    enum kind kind;
    size_t columns;       /* 1: is it rejected? more: is any found? */
    bool by_account;
    uint64_t seed;
    unsigned char *yes;   /* [runs] */
};

static void ask(void *state, size_t run)
{
    const struct question *q = state;
    struct audit *audit = malloc(sizeof *audit);
    double *number = malloc(MOST_ROWS * sizeof *number), p[NOISE_COLUMNS];
    int32_t *code = malloc(MOST_ROWS * sizeof *code);
    struct assay_score_null null;
    struct assay_random random;
    size_t n = PREVALENCE * q->churners;
    if (audit == NULL || number == NULL || code == NULL)
        abort();
    assay_random_init(&random, q->seed, run);
    draw_column(&random, q->kind, n, q->per_account, number, code);
    draw_audit(&random, n, q->per_account, q->spread, q->slope != 0.0 ? number : NULL, q->slope, audit);
    fit(audit, q->by_account, &null);
    for (size_t k = 0; k < q->columns; k++) {
        if (k > 0)
            draw_column(&random, (enum kind)(k % KINDS), n, q->per_account, number, code);
        p[k] = test_column(&null, q->columns > 1 ? (enum kind)(k % KINDS) : q->kind, number, code);
    }
    if (assay_q_values(p, q->columns, ASSAY_POSITIVE_DEPENDENCE, p, NULL) != ASSAY_OK)
        abort();
    for (size_t k = 0; k < q->columns; k++)
        q->yes[run] = q->yes[run] || p[k] <= LEVEL; /* of one column q is p */
    assay_score_null_clear(&null);
    free(audit);
    free(number);
    free(code);
}

static double answer(struct question question, size_t runs)
{
    size_t yes = 0;
    question.yes = calloc(runs, 1);
    if (question.yes == NULL)
        abort();
    assay_parallel(runs, 0, ask, &question);
    for (size_t run = 0; run < runs; run++)
        yes += question.yes[run];
    free(question.yes);
    return 100.0 * (double)yes / (double)runs;
}

static const size_t churners[] = {20, 40, 100, 400};
enum { SIZES = 4 };

static void print_size(size_t runs)
{
    printf("| column | churners | one row an account | 4 rows: by row | by account |\n|---|---|---|---|---|\n");
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t k = 0; k < SIZES; k++) {
            struct question q = {.churners = churners[k], .per_account = 1, .kind = (enum kind)kind,
                                 .columns = 1, .seed = 100 * kind + k + 1};
            printf("| %s | %zu | %.1f%% |", kind_names[kind], churners[k], answer(q, runs));
            q.per_account = SNAPSHOTS;
            q.spread = 1.5;
            printf(" %.1f%% |", answer(q, runs));
            q.by_account = true;
            printf(" %.1f%% |\n", answer(q, runs));
        }
}

static void print_findings(size_t runs)
{
    printf("\n| churners | audits with a false finding among %d columns | column with odds 1.5 times per "
           "standard deviation found | 2 times |\n|---|---|---|---|\n", NOISE_COLUMNS);
    for (size_t k = 0; k < SIZES; k++) {
        struct question none = {.churners = churners[k], .per_account = 1, .columns = NOISE_COLUMNS,
                                .seed = 1000 + k};
        struct question some = {.churners = churners[k], .per_account = 1, .columns = 1,
                                .slope = log(1.5), .seed = 2000 + k};
        struct question more = some;
        more.slope = log(2.0);
        printf("| %zu | %.1f%% | %.0f%% | %.0f%% |\n", churners[k], answer(none, runs),
               answer(some, runs), answer(more, runs));
    }
}

int main(int argc, char **argv)
{
    size_t runs = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 2000;
    gsl_set_error_handler_off();
    print_size(runs);
    print_findings(runs);
    return 0;
}
