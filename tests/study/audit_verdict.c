/* audit_verdict.c - how often is a verdict wrong, and how long does it take?
 *
 * Prints the tables of docs/audit-evidence.d/10-verdict.md, Markdown. Exact figures come from
 * enumerating every outcome, the others from draws.
 *
 *   audit_verdict [RUNS]    10000: two minutes
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#include "core/metric/clustered.h"
#include "core/metric/multiple.h"
#include "core/metric/sequential.h"
#include "tests/support/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ERROR 0.05

enum { QUARTERS = 20, MOST_CHURNERS = 400, MOST_ROWS = 6 * MOST_CHURNERS };
static const size_t churners[] = {20, 40, 100, MOST_CHURNERS};
static const double targets[] = {0.70, 0.75, 0.90, 0.95};
static const struct assay_verdict_errors errors = {ERROR, ERROR / 2}; /* two targets */

static double percent(double share)
{
    return 100.0 * share;
}

/* ---- one audit, exactly ---- */

typedef enum assay_verdict judge(size_t x, size_t n, double target);

static enum assay_verdict by_wilson(size_t x, size_t n, double target)
{
    struct assay_estimate e = assay_rate_of(x, n).wilson;
    return assay_verdict_of(&e, target);
}

static enum assay_verdict by_exact_test(size_t x, size_t n, double target)
{
    struct assay_share share = {(double)x, (double)n};
    return assay_share_verdict(share, (struct assay_limits){target, NAN}, errors);
}

/* Largest P(wrong pass) and P(wrong fail) over 200 true shares on the wrong side, its edge among them. */
static void worst(judge *rule, size_t n, double target, double *pass, double *fail)
{
    enum assay_verdict verdict[MOST_CHURNERS + 1];
    for (size_t x = 0; x <= n; x++)
        verdict[x] = rule(x, n, target);
    *pass = *fail = 0;
    for (int step = 0; step <= 200; step++) {
        double below = target * (1 - step / 200.0), above = target + (1 - target) * step / 200.0;
        double wrong_pass = 0, wrong_fail = 0;
        for (size_t x = 0; x <= n; x++) {
            if (verdict[x] == ASSAY_PASS)
                wrong_pass += gsl_ran_binomial_pdf((unsigned)x, below, (unsigned)n);
            if (verdict[x] == ASSAY_FAIL)
                wrong_fail += gsl_ran_binomial_pdf((unsigned)x, above, (unsigned)n);
        }
        *pass = fmax(*pass, wrong_pass);
        *fail = fmax(*fail, wrong_fail);
    }
}

static void print_single(void)
{
    printf("| target | churners | 95%% Wilson: wrong pass | wrong fail | exact tests: wrong pass | "
           "wrong fail |\n|---|---|---|---|---|---|\n");
    for (size_t t = 0; t < COUNT(targets); t++)
        for (size_t k = 0; k < COUNT(churners); k++) {
            double pass, fail, exact_pass, exact_fail;
            worst(by_wilson, churners[k], targets[t], &pass, &fail);
            worst(by_exact_test, churners[k], targets[t], &exact_pass, &exact_fail);
            printf("| %.0f%% | %zu | %.2f%% | %.2f%% | %.2f%% | %.2f%% |\n", percent(targets[t]),
                   churners[k], percent(pass), percent(fail), percent(exact_pass),
                   percent(exact_fail));
        }
    printf("\n");
}

/* The audit as a whole: sensitivity and specificity, which are of different accounts. Its worst pass is
 * at one limit while the other is sure; its worst fail is at both. */
static void print_whole(void)
{
    printf("| churners | others | wrong pass | wrong fail | right pass at 90%% and 85%% | right fail at "
           "55%% and 85%% |\n|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < COUNT(churners); k++) {
        double n = (double)churners[k], m = 10 * n;
        struct assay_limits sensitivity = {0.75, NAN}, specificity = {0.70, NAN};
        struct assay_verdict_chances a = assay_share_chances(n, 0.75, sensitivity, errors),
                                     b = assay_share_chances(m, 0.70, specificity, errors),
                                     good = assay_share_chances(n, 0.90, sensitivity, errors),
                                     fair = assay_share_chances(m, 0.85, specificity, errors),
                                     bad = assay_share_chances(n, 0.55, sensitivity, errors);
        printf("| %zu | %.0f | %.2f%% | %.2f%% | %.0f%% | %.0f%% |\n", churners[k], m,
               percent(fmax(a.pass, b.pass)), percent(1 - (1 - a.fail) * (1 - b.fail)),
               percent(good.pass * fair.pass), percent(1 - (1 - bad.fail) * (1 - fair.fail)));
    }
    printf("\n");
}

/* ---- accounts that repeat ---- */

struct repeated {
    size_t n;
    unsigned char hit[MOST_ROWS], member[MOST_ROWS];
    int32_t account[MOST_ROWS];
    uint32_t size[MOST_CHURNERS];
};

/* Each account has 1 to 6 snapshots; a snapshot is flagged as the account is, with probability `tie`, and
 * else on its own: both with probability p, so that tie^2 is their correlation. */
static void draw_repeated(struct test_random *random, size_t accounts, double p, double tie,
                          struct repeated *r)
{
    r->n = 0;
    for (size_t a = 0; a < accounts; a++) {
        bool common = test_uniform(random) < p;
        r->size[a] = (uint32_t)(1 + test_below(random, 6));
        for (uint32_t s = 0; s < r->size[a]; s++) {
            bool own = test_uniform(random) < p;
            r->hit[r->n] = test_uniform(random) < tie ? common : own;
            r->member[r->n] = 1;
            r->account[r->n++] = (int32_t)a;
        }
    }
}

struct wrong {
    size_t pass, fail;
};

static void tally(struct wrong *wrong, enum assay_verdict verdict)
{
    wrong->pass += verdict == ASSAY_PASS;
    wrong->fail += verdict == ASSAY_FAIL;
}

static struct assay_share as_accounts(const struct repeated *r, size_t accounts, size_t *x)
{
    *x = 0;
    for (size_t i = 0; i < r->n; i++)
        *x += r->hit[i];
    double worth = assay_worth_of_clusters(r->size, accounts);
    return (struct assay_share){(double)*x * (worth / (double)r->n), worth};
}

static void print_repeated(size_t runs)
{
    static struct repeated r;
    const double ties[] = {0, 0.7, 1};
    printf("| target | accounts | correlation | rows as they are | design effect | accounts count once | "
           "fails: rows | design | accounts |\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t t = 1; t < 3; t++)
        for (size_t k = 0; k < 3; k++)
            for (size_t c = 0; c < COUNT(ties); c++) {
                struct test_random random = {1000 * t + 10 * k + c};
                struct wrong rows = {0, 0}, design = {0, 0}, once = {0, 0};
                for (size_t run = 0; run < runs; run++) {
                    size_t x;
                    draw_repeated(&random, churners[k], targets[t], ties[c], &r);
                    struct assay_share share = as_accounts(&r, churners[k], &x);
                    struct assay_clustered_rows by = {.cluster = r.account, .n = r.n};
                    struct assay_estimate e;
                    if (assay_share_by_cluster(&by, r.member, r.hit, &e, NULL) != ASSAY_OK)
                        abort();
                    tally(&rows, by_exact_test(x, r.n, targets[t]));
                    tally(&design, assay_verdict_of(&e, targets[t]));
                    tally(&once, assay_share_verdict(share, (struct assay_limits){targets[t], NAN},
                                                     errors));
                }
                double n = (double)runs;
                printf("| %.0f%% | %zu | %.1f | %.1f%% | %.1f%% | %.1f%% | %.1f%% | %.1f%% | %.1f%% |\n",
                       percent(targets[t]), churners[k], ties[c] * ties[c],
                       percent((double)rows.pass / n), percent((double)design.pass / n),
                       percent((double)once.pass / n), percent((double)rows.fail / n),
                       percent((double)design.fail / n), percent((double)once.fail / n));
            }
    printf("\n");
}

/* ---- past quarters ---- */

static double draw_count(struct test_random *random, size_t n, double p)
{
    double x = 0;
    for (size_t i = 0; i < n; i++)
        x += test_uniform(random) < p;
    return x;
}

/* What happens to one series of audits, looked at after each. */
struct story {
    bool passed, failed;             /* by the evidence, ever */
    bool naive_passed, naive_failed; /* by the same exact tests of all trials so far, ever */
    bool left;                       /* the interval did not hold the truth, ever */
    size_t decided;                  /* quarter of the first verdict; 0: none */
};

static void look(const struct assay_series *series, double truth, double target, struct story *story)
{
    struct assay_share all = {0, 0};
    for (size_t k = 0; k < series->n; k++) {
        all.x += series->shares[k].x;
        all.n += series->shares[k].n;
    }
    bool pass = assay_log_evidence_above(series, target) >= -log(errors.pass);
    bool fail = assay_log_evidence_below(series, target) >= -log(errors.fail);
    enum assay_verdict naive =
        assay_share_verdict(all, (struct assay_limits){target, NAN}, errors);
    story->passed = story->passed || pass;
    story->failed = story->failed || fail;
    story->naive_passed = story->naive_passed || naive == ASSAY_PASS;
    story->naive_failed = story->naive_failed || naive == ASSAY_FAIL;
    story->left = story->left || assay_log_evidence_above(series, truth) >= -log(ERROR) ||
                  assay_log_evidence_below(series, truth) >= -log(ERROR);
    if (story->decided == 0 && (pass || fail))
        story->decided = series->n;
}

/* Fresh churners each quarter; their number varies by half about n. */
static struct story tell_fresh(struct test_random *random, size_t n, double truth, double target)
{
    struct assay_share shares[QUARTERS];
    struct story story = {false, false, false, false, false, 0};
    for (size_t k = 0; k < QUARTERS; k++) {
        size_t now = n / 2 + test_below(random, n + 1);
        shares[k] = (struct assay_share){draw_count(random, now, truth), (double)now};
        struct assay_series series = {shares, k + 1, false};
        look(&series, truth, target, &story);
    }
    return story;
}

/* The same n accounts each quarter; an account does as in the quarter before with probability `stay`. */
static struct story tell_same(struct test_random *random, size_t n, double stay, double truth,
                              double target)
{
    static unsigned char state[MOST_CHURNERS];
    struct assay_share shares[QUARTERS];
    struct story story = {false, false, false, false, false, 0};
    for (size_t k = 0; k < QUARTERS; k++) {
        shares[k] = (struct assay_share){0, (double)n};
        for (size_t a = 0; a < n; a++) {
            if (k == 0 || test_uniform(random) >= stay)
                state[a] = test_uniform(random) < truth;
            shares[k].x += state[a];
        }
        struct assay_series series = {shares, k + 1, true};
        look(&series, truth, target, &story);
    }
    return story;
}

static int by_size(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    return (a > b) - (a < b);
}

static void print_pooled_errors(size_t runs)
{
    printf("| each quarter | target | evidence: wrong pass, ever | wrong fail, ever | interval ever "
           "leaves the truth | 5%% tests each quarter: wrong pass | wrong fail |\n"
           "|---|---|---|---|---|---|---|\n");
    for (size_t t = 1; t < 3; t++)
        for (size_t k = 0; k < COUNT(churners); k++) {
            struct test_random random = {7000 + 10 * t + k};
            size_t wrong[5] = {0};
            for (size_t run = 0; run < runs; run++) {
                struct story s = tell_fresh(&random, churners[k], targets[t], targets[t]);
                const bool seen[5] = {s.passed, s.failed, s.left, s.naive_passed, s.naive_failed};
                for (size_t j = 0; j < 5; j++)
                    wrong[j] += seen[j];
            }
            printf("| about %zu churners | %.0f%%", churners[k], percent(targets[t]));
            for (size_t j = 0; j < 5; j++)
                printf(" | %.2f%%", percent((double)wrong[j] / (double)runs));
            printf(" |\n");
        }
    printf("\n");
}

static void print_same_errors(size_t runs)
{
    const double stays[] = {0, 0.5, 0.9, 1};
    printf("| accounts | same as the quarter before | average: wrong pass, ever | wrong fail, ever | as if "
           "fresh: 5%% tests, wrong pass | wrong fail |\n|---|---|---|---|---|---|\n");
    for (size_t k = 2; k < COUNT(churners); k++)
        for (size_t c = 0; c < COUNT(stays); c++) {
            struct test_random random = {9000 + 10 * k + c};
            size_t wrong[4] = {0};
            for (size_t run = 0; run < runs; run++) {
                struct story s = tell_same(&random, churners[k], stays[c], 0.70, 0.70);
                const bool seen[4] = {s.passed, s.failed, s.naive_passed, s.naive_failed};
                for (size_t j = 0; j < 4; j++)
                    wrong[j] += seen[j];
            }
            printf("| %zu | %.0f%%", churners[k], percent(stays[c]));
            for (size_t j = 0; j < 4; j++)
                printf(" | %.2f%%", percent((double)wrong[j] / (double)runs));
            printf(" |\n");
        }
    printf("\n");
}

static void print_times(size_t runs)
{
    const double truths[] = {0.55, 0.65, 0.85, 0.90, 0.95};
    size_t *decided = calloc(runs, sizeof *decided);
    if (decided == NULL)
        abort();
    printf("| each quarter | true sensitivity | decided within 20 quarters | median quarter of the "
           "verdict | one audit alone decides |\n|---|---|---|---|---|\n");
    for (size_t k = 0; k < COUNT(churners); k++)
        for (size_t c = 0; c < COUNT(truths); c++) {
            struct test_random random = {11000 + 10 * k + c};
            size_t ever = 0;
            for (size_t run = 0; run < runs; run++) {
                struct story s = tell_fresh(&random, churners[k], truths[c], 0.75);
                ever += s.decided > 0;
                decided[run] = s.decided > 0 ? s.decided : QUARTERS + 1;
            }
            qsort(decided, runs, sizeof *decided, by_size);
            struct assay_verdict_chances alone = assay_share_chances(
                (double)churners[k], truths[c], (struct assay_limits){0.75, NAN}, errors);
            printf("| about %zu churners | %.0f%% | %.0f%% | ", churners[k], percent(truths[c]),
                   percent((double)ever / (double)runs));
            if (decided[runs / 2] > QUARTERS)
                printf("over 20");
            else
                printf("%zu", decided[runs / 2]);
            printf(" | %.0f%% |\n", percent(alone.pass + alone.fail));
        }
    printf("\n");
    free(decided);
}

/* ---- the red zone ---- */

/* A zone of a tenth of the rows with three times the event rate of all: how often does the interval lie
 * wholly above, or below, that 3? */
static void print_multiple(size_t runs)
{
    enum { MOST = 8000 };
    static unsigned char member[MOST], outcome[MOST];
    printf("| churners, about | event rate | held | floor wrongly met | wrongly missed |\n"
           "|---|---|---|---|---|\n");
    for (size_t k = 0; k < COUNT(churners); k++)
        for (int often = 0; often < 2; often++) {
            struct test_random random = {13000 + 10 * k + (unsigned)often};
            double rate = often ? 0.2 : 0.05;
            size_t rows = (size_t)lround((double)churners[k] / rate), held = 0, met = 0, missed = 0;
            for (size_t run = 0; run < runs; run++) {
                struct assay_estimate e;
                for (size_t i = 0; i < rows; i++) {
                    member[i] = test_uniform(&random) < 0.1;
                    outcome[i] = test_uniform(&random) < rate * (member[i] ? 3 : 0.7 / 0.9);
                }
                if (assay_rate_multiple(member, outcome, NULL, 0, rows, &e, NULL) != ASSAY_OK)
                    abort();
                held += e.low <= 3 && 3 <= e.high;
                met += e.low > 3;
                missed += e.high < 3;
            }
            double n = (double)runs;
            printf("| %zu | %.0f%% | %.1f%% | %.1f%% | %.1f%% |\n", churners[k], percent(rate),
                   percent((double)held / n), percent((double)met / n), percent((double)missed / n));
        }
    printf("\n");
}

int main(int argc, char **argv)
{
    size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    gsl_set_error_handler_off();
    if (runs == 0)
        return 2;
    printf("Single audits, exactly\n\n");
    print_single();
    print_whole();
    printf("Accounts that repeat\n\n");
    print_repeated(runs);
    printf("Past quarters: churners\n\n");
    print_pooled_errors(runs);
    printf("Past quarters: the same accounts\n\n");
    print_same_errors(runs);
    printf("Past quarters: time to a verdict\n\n");
    print_times(runs);
    printf("The red zone\n\n");
    print_multiple(runs);
    return 0;
}
