/* audit_slices.c - does the search for blind spots find those that are there, and none that are not?
 *
 * Draws audits from a known world, plants a blind spot or none, and runs the search as an audit does.
 * Prints the tables of docs/audit-evidence.d/30-slices.md, Markdown.
 *
 *   audit_slices [RUNS]    200, and five times as many where nothing is planted
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>

#include "core/base/number.h"
#include "tests/support/random.h"
#include "core/metric/discovery.h"
#include "validate/groups/blind_spots.h"
#include "validate/groups/gaps.h"

enum { ACCOUNTS = 5000, SIGNALS = 12, SEGMENTS = 2, COEF = SIGNALS + 1, MOST_ROWS = 40000 };
#define SLOPE  9.0
#define CHURN  0.12
#define MISSED 0.2 /* share of the churners below the line, outside of what is planted */

static const char *const segment_names[6] = {"Manufacturing", "Services",  "Retail",
                                             "Healthcare",    "Education", "Nonprofit"};
static const double segment_share[6] = {0.24, 0.22, 0.19, 0.15, 0.12, 0.08};
static const char *const region_names[3] = {"EMEA", "Americas", "APAC"};
static const double region_share[3] = {0.41, 0.44, 0.15};
static const char *const plan_names[4] = {"Starter", "Team", "Business", "Enterprise"};
static const double plan_share[4] = {0.38, 0.32, 0.21, 0.09};
static double bands[3] = {3, 12, 24};

enum plant { NOTHING, SHIFTED, BLIND };
enum model { TRUE_MODEL, FITTED_MODEL, BARE_SCORE, REPEATED };

struct world {
    const char *words;
    enum plant plant;
    enum model model;
    size_t n; /* accounts */
};

/* One audit. */
struct sample {
    size_t n;
    double x[SIGNALS][MOST_ROWS]; /* percentiles */
    double eta[MOST_ROWS], prob[MOST_ROWS], score[MOST_ROWS], tenure[MOST_ROWS], value[MOST_ROWS];
    unsigned char outcome[MOST_ROWS], flagged[MOST_ROWS], planted[MOST_ROWS], none[MOST_ROWS];
    int32_t code[SEGMENTS][MOST_ROWS], plan[MOST_ROWS], account[MOST_ROWS];
    float s[SIGNALS][MOST_ROWS];
};

static double normal(struct test_random *random)
{
    double radius = sqrt(-2.0 * log1p(-test_uniform(random)));
    return radius * cos(6.283185307179586 * test_uniform(random));
}

static int32_t pick(struct test_random *random, const double share[], int32_t n)
{
    double u = test_uniform(random);
    int32_t k = 0;
    while (k + 1 < n && u >= share[k])
        u -= share[k++];
    return k;
}

static double weight(size_t j)
{
    return pow(0.845, (double)j) / ((1.0 - pow(0.845, SIGNALS)) / (1.0 - 0.845));
}

/* ---- the world ---- */

/* Accounts with 4 snapshots keep 80% of their signals' variance; their outcomes share half of theirs. */
static void draw_signals(struct sample *s, struct test_random *random, size_t snapshots)
{
    double own[SIGNALS];
    for (size_t i = 0; i < s->n; i++) {
        double keep = snapshots > 1 ? 0.8 : 0.0;
        if (i % snapshots == 0) {
            double common = sqrt(0.3) * normal(random);
            for (size_t j = 0; j < SIGNALS; j++)
                own[j] = common + sqrt(0.7) * normal(random);
        }
        double common = sqrt(0.3) * normal(random);
        s->eta[i] = 0.0;
        for (size_t j = 0; j < SIGNALS; j++) {
            double now = common + sqrt(0.7) * normal(random);
            s->x[j][i] = gsl_cdf_ugaussian_P(sqrt(keep) * own[j] + sqrt(1.0 - keep) * now);
            s->s[j][i] = (float)(100.0 * s->x[j][i]);
            s->eta[i] -= SLOPE * weight(j) * s->x[j][i];
        }
    }
}

static void draw_groups(struct sample *s, struct test_random *random, size_t snapshots)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t first = i / snapshots * snapshots;
        s->account[i] = (int32_t)(i / snapshots);
        s->code[0][i] = i > first ? s->code[0][first] : pick(random, segment_share, 6);
        s->code[1][i] = i > first ? s->code[1][first] : pick(random, region_share, 3);
        s->plan[i] = i > first ? s->plan[first] : pick(random, plan_share, 4);
        s->tenure[i] = i > first ? s->tenure[i - 1] + 3.0 : -22.0 * log1p(-test_uniform(random));
        s->value[i] = i > first ? s->value[first] : exp(9.0 + 1.2 * normal(random));
    }
}

/* Slices of about 8% of the accounts: a segment; a segment on a plan; a plan in a band of tenure; a segment
 * below 35 points of a signal, which is no edge of any band. */
static void mark(struct sample *s, size_t which)
{
    for (size_t i = 0; i < s->n; i++) {
        bool in[4] = {s->code[0][i] == 5, s->code[0][i] == 0 && s->plan[i] == 1,
                      s->plan[i] == 1 && s->tenure[i] >= 3.0 && s->tenure[i] < 12.0,
                      s->code[0][i] == 1 && s->x[4][i] < 0.35};
        s->planted[i] = in[which];
    }
}

static void draw_outcomes(struct sample *s, struct test_random *random, size_t snapshots)
{
    double low = -20.0, high = 20.0;
    while (high - low > 1e-9) {
        double rate = 0.0, a = (low + high) / 2.0;
        for (size_t i = 0; i < s->n; i++)
            rate += assay_expit(a + s->eta[i]) / (double)s->n;
        *(rate > CHURN ? &high : &low) = a;
    }
    double fate = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        s->eta[i] += low;
        if (i % snapshots == 0)
            fate = normal(random);
        double shared = snapshots > 1 ? 0.5 : 0.0;
        double latent = sqrt(shared) * fate + sqrt(1.0 - shared) * normal(random);
        s->outcome[i] = gsl_cdf_ugaussian_P(latent) < assay_expit(s->eta[i]);
        s->prob[i] = assay_expit(s->eta[i]);
    }
}

/* ---- the model that is audited ---- */

/* log-odds of the sample by a model that was fitted to another 5,000 accounts. */
static void refit(struct sample *s, const struct sample *other)
{
    double b[COEF] = {0}, hessian[COEF * COEF], gradient[COEF], step[COEF];
    for (int round = 0; round < 12; round++) {
        memset(hessian, 0, sizeof hessian);
        memset(gradient, 0, sizeof gradient);
        for (size_t i = 0; i < other->n; i++) {
            double row[COEF] = {1.0}, eta = b[0];
            for (size_t j = 0; j < SIGNALS; j++) {
                row[j + 1] = other->x[j][i];
                eta += b[j + 1] * row[j + 1];
            }
            double p = assay_expit(eta);
            for (size_t j = 0; j < COEF; j++) {
                gradient[j] += (other->outcome[i] - p) * row[j];
                for (size_t k = 0; k < COEF; k++)
                    hessian[j * COEF + k] += p * (1.0 - p) * row[j] * row[k];
            }
        }
        gsl_matrix_view h = gsl_matrix_view_array(hessian, COEF, COEF);
        gsl_vector_view g = gsl_vector_view_array(gradient, COEF), x = gsl_vector_view_array(step, COEF);
        gsl_linalg_cholesky_decomp1(&h.matrix);
        gsl_linalg_cholesky_solve(&h.matrix, &g.vector, &x.vector);
        for (size_t j = 0; j < COEF; j++)
            b[j] += step[j];
    }
    for (size_t i = 0; i < s->n; i++) {
        double eta = b[0];
        for (size_t j = 0; j < SIGNALS; j++)
            eta += b[j + 1] * s->x[j][i];
        s->prob[i] = assay_expit(eta);
    }
}

static int upwards(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The line below which MISSED of the churners outside of the slice lie, flags by it, and the share missed
 * inside. */
static double flag(struct sample *s)
{
    static double p[MOST_ROWS];
    size_t n = 0, in = 0, missed = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->outcome[i] && !s->planted[i])
            p[n++] = s->prob[i];
    qsort(p, n, sizeof *p, upwards);
    double line = p[(size_t)(MISSED * (double)n)];
    for (size_t i = 0; i < s->n; i++) {
        s->flagged[i] = s->prob[i] >= line;
        in += s->planted[i] && s->outcome[i];
        missed += s->planted[i] && s->outcome[i] && !s->flagged[i];
    }
    return in > 0 ? (double)missed / (double)in : 0.0;
}

/* Makes the score worse in the slice until three times as many are missed there. SHIFTED: everybody looks
 * healthier by the same log-odds. BLIND: some have the probability, and the signals that make it, of somebody
 * else (but for the signal that the slice goes by). */
static void plant(struct sample *s, enum plant how, bool keep, uint64_t seed)
{
    static double truth[MOST_ROWS];
    double low = 0.0, high = how == SHIFTED ? 6.0 : 1.0;
    memcpy(truth, s->prob, sizeof truth);
    for (int step = 0; step < 12; step++) {
        struct test_random random = {seed};
        double by = (low + high) / 2.0;
        for (size_t i = 0; i < s->n; i++) {
            double u = test_uniform(&random);
            size_t other = test_below(&random, s->n);
            double worse = how == SHIFTED ? assay_expit(log(truth[i]) - log1p(-truth[i]) - by)
                                          : truth[u < by ? other : i];
            s->prob[i] = s->planted[i] ? worse : truth[i];
            for (size_t j = 0; how == BLIND && j < SIGNALS && s->planted[i]; j++)
                s->s[j][i] = (float)(100.0 * s->x[j][u < by && !(keep && j == 4) ? other : i]);
        }
        *(flag(s) > 3.0 * MISSED ? &high : &low) = by;
    }
}

static void make(const struct world *world, uint64_t seed, struct sample *s, struct sample *other)
{
    struct test_random random = {seed};
    size_t snapshots = world->model == REPEATED ? 4 : 1;
    s->n = world->n * snapshots;
    draw_signals(s, &random, snapshots);
    draw_groups(s, &random, snapshots);
    draw_outcomes(s, &random, snapshots);
    if (world->model == FITTED_MODEL) {
        struct test_random more = {seed + 500000};
        other->n = ACCOUNTS;
        draw_signals(other, &more, 1);
        draw_outcomes(other, &more, 1);
        refit(s, other);
    }
    memset(s->planted, 0, s->n);
    size_t which = seed % (world->model == BARE_SCORE ? 3 : 4); /* a bare score has no signals */
    if (world->plant != NOTHING)
        mark(s, which);
    flag(s);
    if (world->plant != NOTHING)
        plant(s, world->plant, which == 3, seed + 900000);
    for (size_t i = 0; i < s->n; i++) /* a curved link, as vendors' scores have */
        s->score[i] = 100.0 * (1.0 - pow(s->prob[i], 0.3));
}

/* ---- the audit ---- */

struct lists {
    struct assay_dictionary *segment[SEGMENTS], *plan;
};

static struct assay_dictionary *dictionary(const char *const names[], size_t n)
{
    struct assay_dictionary *made = assay_dictionary_new();
    for (size_t k = 0; made != NULL && k < n; k++)
        if (assay_dictionary_enter(made, names[k], strlen(names[k])) == ASSAY_NO_CODE)
            abort();
    if (made == NULL)
        abort();
    return made;
}

static void must(enum assay_status status, const struct assay_error *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

/* Whether any gap between segments is found. */
static bool any_gap(const struct assay_audit_input *input)
{
    struct assay_segment_ground ground;
    struct assay_segment *segments[SEGMENTS] = {NULL};
    struct assay_segment_gap gap[100];
    struct assay_error err = {0};
    size_t n = 0, n_gap = 0;
    must(assay_segment_ground_make(input, &ground, &err), &err);
    for (size_t c = 0; c < SEGMENTS; c++) {
        must(assay_segments_measure(&ground, c, &segments[c], &n, &err), &err);
        n_gap += assay_segment_gaps(segments[c], n, gap + n_gap);
    }
    must(assay_segment_gaps_judge(gap, n_gap, &err), &err);
    assay_segment_ground_clear(&ground);
    for (size_t c = 0; c < SEGMENTS; c++)
        free(segments[c]);
    return n_gap > 0 && gap[0].q_value <= ASSAY_FALSE_DISCOVERY_RATE;
}

static void search(const struct world *world, struct sample *s, const struct lists *lists,
                   struct assay_blind_spots *spots, bool *gap)
{
    static const char *const segments[SEGMENTS] = {"segment", "region"};
    static char names[SIGNALS][8], plan[] = "plan", tenure[] = "tenure", value[] = "arr";
    struct assay_signal_spec signals[SIGNALS] = {{0}};
    float *points[SIGNALS];
    unsigned char *missing[SIGNALS];
    int32_t *codes[SEGMENTS] = {s->code[0], s->code[1]};
    for (size_t j = 0; j < SIGNALS; j++) {
        snprintf(names[j], sizeof names[j], "s%zu", j);
        signals[j].name = names[j];
        points[j] = s->s[j];
        missing[j] = s->none;
    }
    struct assay_spec spec = {.value = value,
                              .cohort = {.plan = plan, .tenure = tenure, .bands = bands, .n_band = 3},
                              .signals = signals,
                              .n_signal = SIGNALS,
                              .seed = 1};
    const struct assay_dictionary *values[SEGMENTS] = {lists->segment[0], lists->segment[1]};
    bool bare = world->model == BARE_SCORE;
    struct assay_audit_input input = {
        .spec = &spec,
        .n_account = world->n,
        .higher_is = ASSAY_HIGHER_IS_HEALTH,
        .repeated = world->model == REPEATED,
        .plans = lists->plan,
        .n_segment = SEGMENTS,
        .segments = segments,
        .segment_values = values,
        .n_signal = bare ? 0 : SIGNALS,
        .used = {.n = s->n, .score = s->score, .prob = bare ? NULL : s->prob, .flagged = s->flagged,
                 .outcome = s->outcome, .account = s->account, .value = s->value, .plan = s->plan,
                 .tenure = s->tenure, .segment = codes, .s = bare ? NULL : points,
                 .missing = bare ? NULL : missing}};
    struct assay_error err = {0};
    must(assay_blind_spots_find(&input, spots, &err), &err);
    *gap = any_gap(&input);
}

/* |both| / |either| of a slice and what was planted. */
static double jaccard(const struct sample *s, const struct assay_blind_spots *spots,
                      const struct assay_slice *slice)
{
    double both = 0, either = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool in = assay_slice_holds(spots->conditions.coded, slice, i) != 0;
        both += in && s->planted[i];
        either += in || s->planted[i];
    }
    return both / either;
}

/* What shares alone would say: Fisher's exact test of every slice's misses among its churners against the
 * rest's, Bonferroni over the slices of one condition only. Whether anything is found. */
static bool shares_alone(const struct sample *s, const struct assay_blind_spots *spots)
{
    unsigned all = 0, all_missed = 0;
    double least = 1.0, tests = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        all += s->outcome[i];
        all_missed += s->outcome[i] && !s->flagged[i];
    }
    for (size_t c = 0; c < spots->conditions.n_column; c++)
        for (unsigned code = 0; code < spots->conditions.coded[c].n_code; code++) {
            unsigned of = 0, missed = 0;
            for (size_t i = 0; i < s->n; i++)
                if (spots->conditions.coded[c].code[i] == code && s->outcome[i]) {
                    of++;
                    missed += !s->flagged[i];
                }
            if (of < ASSAY_SLICE_LEAST_OF || missed == 0)
                continue;
            tests += 1.0;
            least = fmin(least, gsl_cdf_hypergeometric_Q(missed - 1, all_missed, all - all_missed, of));
        }
    return least * tests <= 0.05;
}

struct tally {
    size_t runs, reported, found, first, beside, shares, gaps;
    double slices, churners;
};

static void judge(const struct world *world, const struct sample *s,
                  const struct assay_blind_spots *spots, struct tally *t)
{
    bool found = false, first = false, beside = false;
    for (size_t k = 0; k < spots->search.n_found; k++) {
        const struct assay_slice *slice = &spots->search.found[k];
        double overlap = world->plant != NOTHING ? jaccard(s, spots, slice) : 0.0;
        bool hit = slice->kind == ASSAY_SLICE_MISSES && overlap >= 0.5;
        first |= hit && k == 0;
        found |= hit;
        beside |= overlap < 0.1;
    }
    t->runs++;
    t->reported += spots->search.n_found > 0;
    t->found += found;
    t->first += first;
    t->beside += beside;
    t->shares += shares_alone(s, spots);
    t->slices += (double)spots->search.n_slice;
    for (size_t i = 0; i < s->n; i++)
        t->churners += s->outcome[i];
}

static struct tally study(const struct world *world, size_t runs, const struct lists *lists)
{
    struct sample *s = calloc(1, sizeof *s), *other = calloc(1, sizeof *other);
    struct tally tally = {0};
    if (s == NULL || other == NULL)
        abort();
    for (size_t r = 0; r < runs; r++) {
        struct assay_blind_spots spots;
        bool gap;
        make(world, 1000 + r, s, other);
        search(world, s, lists, &spots, &gap);
        tally.gaps += gap;
        judge(world, s, &spots, &tally);
        assay_blind_spots_clear(&spots);
    }
    free(s);
    free(other);
    return tally;
}

static double percent(size_t x, size_t n)
{
    return 100.0 * (double)x / (double)n;
}

static void print_nothing(const struct world *world, const struct tally *t)
{
    struct assay_rate rate = assay_rate_of(t->reported, t->runs);
    printf("| %s | %.0f | %.0f | %.1f [%.1f, %.1f] | %.0f | %.1f |\n", world->words,
           t->churners / (double)t->runs, t->slices / (double)t->runs, 100.0 * rate.wilson.value,
           100.0 * rate.wilson.low, 100.0 * rate.wilson.high, percent(t->shares, t->runs),
           percent(t->gaps, t->runs));
}

static void print_planted(const struct world *world, const struct tally *t)
{
    struct assay_rate rate = assay_rate_of(t->found, t->runs);
    printf("| %s | %.0f | %.0f | %.1f [%.1f, %.1f] | %.0f | %.1f |\n", world->words,
           t->churners / (double)t->runs, t->slices / (double)t->runs, 100.0 * rate.wilson.value,
           100.0 * rate.wilson.low, 100.0 * rate.wilson.high, percent(t->first, t->runs),
           percent(t->beside, t->runs));
}

int main(int argc, char **argv)
{
    static const struct world worlds[] = {
        {"the true probabilities", NOTHING, TRUE_MODEL, ACCOUNTS},
        {"a model fitted to 5,000 other accounts", NOTHING, FITTED_MODEL, ACCOUNTS},
        {"a bare score with a curved link", NOTHING, BARE_SCORE, ACCOUNTS},
        {"1,000 accounts", NOTHING, TRUE_MODEL, 1000},
        {"5,000 accounts with 4 dependent snapshots each", NOTHING, REPEATED, ACCOUNTS},
        {"25,000 accounts (Bonferroni)", NOTHING, TRUE_MODEL, 25000},
        {"everybody in it looks healthier", SHIFTED, TRUE_MODEL, ACCOUNTS},
        {"the same, a fitted model", SHIFTED, FITTED_MODEL, ACCOUNTS},
        {"the same, a bare score", SHIFTED, BARE_SCORE, ACCOUNTS},
        {"the score is blind in it", BLIND, TRUE_MODEL, ACCOUNTS},
        {"the same, a fitted model", BLIND, FITTED_MODEL, ACCOUNTS},
        {"the same, a bare score", BLIND, BARE_SCORE, ACCOUNTS},
    };
    size_t runs = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 200;
    bool heading = false;
    struct lists lists = {{dictionary(segment_names, 6), dictionary(region_names, 3)},
                          dictionary(plan_names, 4)};
    gsl_set_error_handler_off();
    printf("| no blind spot; the audited score is | churners | slices | audits that report one, %% | "
           "by shares alone, %% | a gap between segments, %% |\n|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof worlds / sizeof worlds[0]; k++) {
        if (worlds[k].plant != NOTHING && !heading)
            printf("\n| a blind spot | churners | slices | found, %% | named first, %% | something beside "
                   "it, %% |\n|---|---|---|---|---|---|\n");
        heading = worlds[k].plant != NOTHING;
        struct tally tally = study(&worlds[k], heading ? runs : 5 * runs, &lists);
        (heading ? print_planted : print_nothing)(&worlds[k], &tally);
        fflush(stdout);
    }
    for (size_t k = 0; k < SEGMENTS; k++)
        assay_dictionary_free(lists.segment[k]);
    assay_dictionary_free(lists.plan);
}
