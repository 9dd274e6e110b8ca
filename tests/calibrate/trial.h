/* trial.h - small histories for tests of the bootstrap: a table whose rows are known one by one
 *
 * Accounts with one to three snapshots, of a plan each; three signals, one of each common method, with
 * gaps; risk falls with all three. A trial holds every stage up to the published fit by constrained
 * maximum likelihood; trial_clear() frees what there is. It is not to be copied.
 */
#ifndef ASSAY_TESTS_CALIBRATE_TRIAL_H
#define ASSAY_TESTS_CALIBRATE_TRIAL_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calibrate/evidence/bootstrap.h"
#include "core/base/text.h"
#include "core/metric/summary.h"
#include "core/signal/intake.h"
#include "core/signal/normalise.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { TRIAL_SIGNALS = 3, TRIAL_COEF = 4, TRIAL_MOST_ROWS = 4000 };

#define TRIAL_SIGNAL_LIST \
    "\"signals\": [{\"name\": \"a\", \"column\": \"a\", \"dimension\": \"d\", \"better\": \"higher\"}," \
    "{\"name\": \"b\", \"column\": \"b\", \"dimension\": \"d\", \"better\": \"lower\"," \
    " \"normalise\": {\"method\": \"range\", \"low\": 0, \"high\": 8}}," \
    "{\"name\": \"c\", \"column\": \"c\", \"dimension\": \"d\", \"better\": \"higher\"," \
    " \"normalise\": {\"method\": \"none\"}}]"
#define TRIAL_SPEC_WITH(more) \
    "{\"name\": \"t\", \"id\": \"id\", \"as_of\": \"as_of\", \"outcome\": {\"column\": \"y\"}," \
    "\"cohort\": {\"plan\": \"plan\"}, \"seed\": 11," more TRIAL_SIGNAL_LIST "}"
#define TRIAL_SPEC TRIAL_SPEC_WITH("")

/* One row of the table: everything behind the id. */
struct trial_row {
    size_t account;
    char rest[96];
};

static inline bool trial_has_event(const struct trial_row *row)
{
    return row->rest[strlen(row->rest) - 1] == '1';
}

struct trial_table {
    size_t n;
    struct trial_row row[];
};

/* base: log-odds of an account in the middle. What the signals' points are, but for sampling, are three
 * independent uniform numbers, the first of which goes with the account; their coefficients are 3, 2
 * and 1, the weights 1/2, 1/3 and 1/6. */
static inline struct trial_table *trial_draw(uint64_t seed, size_t n_account, double base)
{
    static const char *const quarters[] = {"2025-01-31", "2025-04-30", "2025-07-31"};
    struct test_random random = {seed};
    struct trial_table *table = calloc(1, sizeof *table + 3 * n_account * sizeof *table->row);
    for (size_t account = 0; account < n_account; account++) {
        size_t snapshots = 1 + test_below(&random, 3), plan = test_below(&random, 2);
        double own = test_uniform(&random);
        for (size_t s = 0; s < snapshots; s++) {
            double u = fmod(own + 0.3 * test_uniform(&random), 1), v = test_uniform(&random);
            double w = test_uniform(&random), e = base + 3 - 3 * u - 2 * v - w;
            bool gap = test_below(&random, 15) == 0;
            struct trial_row *row = &table->row[table->n++];
            char a[32];
            row->account = account;
            snprintf(a, sizeof a, "%.3f", (double)(1 + plan) * 40 * u * u);
            snprintf(row->rest, sizeof row->rest, "%s,%s,%s,%.3f,%.3f,%d", quarters[s],
                     plan == 0 ? "Basic" : "Team", gap ? "" : a, 8 * (1 - v), 100 * w,
                     test_uniform(&random) < 1 / (1 + exp(-e)));
        }
    }
    return table;
}

struct trial {
    struct assay_spec spec;
    struct assay_intake intake;
    struct assay_history history;
    struct assay_pipeline pipeline;
    double limit[TRIAL_SIGNALS * TRIAL_COEF], floor[TRIAL_SIGNALS];
    double anchor[TRIAL_SIGNALS], sd[TRIAL_SIGNALS];
    unsigned char sign_free[TRIAL_SIGNALS];
    struct assay_limits limits;
    struct assay_estimation estimation;
    struct assay_line_given given;
};

static inline void trial_clear(struct trial *trial)
{
    assay_pipeline_clear(&trial->pipeline);
    assay_history_clear(&trial->history);
    assay_intake_close(&trial->intake);
    assay_spec_clear(&trial->spec);
}

/* Reads the CSV and fits: anchored to equal weights where trial->estimation.lambda > 0. No line is
 * given. */
static inline void trial_fit(struct trial *trial, const char *spec, const struct assay_text *csv,
                             size_t n_thread)
{
    char path[] = "/tmp/assay-trial-XXXXXX";
    struct assay_error err = {0};
    struct assay_intake_options options = assay_intake_options_default();
    int fd = mkstemp(path);
    ck_assert(!csv->failed && fd >= 0 &&
              write(fd, csv->data, csv->length) == (ssize_t)csv->length);
    close(fd);
    options.path = path;
    options.quiet = true;
    for (size_t j = 0; j < TRIAL_SIGNALS; j++) {
        trial->limit[j * TRIAL_COEF + 1 + j] = -1; /* u_j >= 0 */
        trial->anchor[j] = 1.0 / TRIAL_SIGNALS;
        trial->sd[j] = 0.3;
    }
    trial->limits = (struct assay_limits){
        .n_limit = TRIAL_SIGNALS, .limit = trial->limit, .floor = trial->floor};
    trial->estimation = (struct assay_estimation){.limits = &trial->limits,
                                                  .sign_free = trial->sign_free,
                                                  .anchor = trial->anchor,
                                                  .lambda = trial->estimation.lambda,
                                                  .sd = trial->sd};
    trial->given = (struct assay_line_given){.probability = NAN};
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &trial->spec, &err));
    ck_assay_ok(
        assay_intake_open(&trial->spec, ASSAY_TO_CALIBRATE, &options, &trial->intake, &err));
    ck_assay_ok(assay_intake_read_all(&trial->intake, &err));
    unlink(path);
    ck_assay_ok(assay_history_init(&trial->spec, &trial->intake, options.window, n_thread,
                                   &trial->history, &err));
    ck_assay_ok(assay_pipeline_prepare(&trial->history, trial->history.used,
                                       ASSAY_PIPELINE_PUBLISH, NULL, &trial->pipeline, &err));
    ck_assay_ok(assay_pipeline_fit(&trial->pipeline, &trial->estimation, NULL, &err));
}

/* The table as CSV, rows in the order of[n] (NULL: as they are). times[i] copies of row i, each of
 * another account (NULL: each once). */
static inline struct assay_text trial_csv(const struct trial_table *table, const size_t *of,
                                          const unsigned char *times)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of,plan,a,b,c,y\n");
    for (size_t k = 0; k < table->n; k++) {
        const struct trial_row *row = &table->row[of != NULL ? of[k] : k];
        unsigned n = times != NULL ? times[of != NULL ? of[k] : k] : 1;
        for (unsigned copy = 0; copy < n; copy++)
            assay_text_printf(&csv, "A%zu%s%.*u,%s\n", row->account, copy > 0 ? "-" : "",
                              copy > 0 ? 1 : 0, copy, row->rest);
    }
    return csv;
}

/* The table as it is, with this spec. */
static inline void trial_make(struct trial *trial, const char *spec,
                              const struct trial_table *table, size_t n_thread)
{
    struct assay_text csv = trial_csv(table, NULL, NULL);
    trial_fit(trial, spec, &csv, n_thread);
    assay_text_clear(&csv);
}

static inline void trial_make_anchored(struct trial *trial, const char *spec,
                                       const struct trial_table *table, size_t n_thread,
                                       double lambda)
{
    trial->estimation.lambda = lambda;
    trial_make(trial, spec, table, n_thread);
}

static inline struct assay_bootstrap_question trial_question(const struct trial *trial,
                                                             size_t resamples)
{
    return (struct assay_bootstrap_question){
        .of = {&trial->pipeline, &trial->estimation, NULL, &trial->given},
        .line = isnan(trial->given.probability) ? 0.2 : trial->given.probability,
        .resamples = resamples};
}

static inline struct assay_resampling trial_resampling(const struct trial *trial)
{
    struct assay_error err = {0};
    struct assay_resampling resampling = {0};
    struct assay_bootstrap_question question = trial_question(trial, 2);
    ck_assay_ok(assay_resampling_init(&question.of, &resampling, &err));
    return resampling;
}

struct trial_result {
    struct assay_model_bootstrap bootstrap;
    struct assay_model_performance corrected;
};

static inline void trial_result_clear(struct trial_result *result)
{
    free(result->bootstrap.weight);
    free(result->bootstrap.zone_share);
    free(result->bootstrap.zone_rate);
    *result = (struct trial_result){0};
}

static inline enum assay_status trial_run(const struct assay_bootstrap_question *question,
                                          struct trial_result *result, struct assay_error *err)
{
    struct assay_progress progress;
    assay_progress_init(&progress, true);
    return assay_bootstrap_run(question, &progress, &result->bootstrap, &result->corrected, err);
}

/* ---- predictions and figures by hand ---- */

/* Log-odds of the table's rows by the knots and coefficients of another history's fit. */
static inline void trial_score(const struct trial *table, const struct assay_pipeline *fitted,
                          double log_odds[])
{
    const struct assay_history *h = &table->history;
    const double *coef = fitted->fit.coef;
    for (size_t i = 0; i < h->n_row; i++) {
        log_odds[i] = coef[0];
        for (size_t j = 0; j < TRIAL_SIGNALS; j++) {
            const struct assay_signal_spec *signal = &h->spec->signals[j];
            double raw = h->table->columns[h->columns->signals[j]].numbers[i];
            double s = assay_normalise_number(
                signal, j == 0 ? &fitted->baselines[0].knots[h->leaf[i]] : NULL, raw);
            log_odds[i] += coef[1 + j] * (isnan(s) ? 0.5 : s / 100);
        }
    }
}

/* All rows once; flagged is a probability above the line. */
static inline struct assay_measurement trial_measure(const double log_odds[],
                                                const unsigned char outcome[], size_t n,
                                                double line, const struct assay_spec *spec)
{
    struct assay_error err = {0};
    struct assay_performance performance;
    struct assay_model_performance kept;
    struct assay_measurement made = {{0}};
    double events[ASSAY_MAX_ZONES] = {0}, rows[ASSAY_MAX_ZONES] = {0};
    double *prob = calloc(n, sizeof *prob);
    for (size_t i = 0; i < n; i++) {
        double halvings = (log(line / (1 - line)) - log_odds[i]) / log(2);
        double score = fmax(0, fmin(100, 50 + spec->points_to_halve_odds * halvings));
        size_t zone = spec->n_zone - 1;
        while (score < spec->zones[zone].from)
            zone--;
        prob[i] = 1 / (1 + exp(-log_odds[i]));
        rows[zone]++;
        events[zone] += outcome[i];
    }
    ck_assay_ok(assay_performance_measure(prob, outcome, n, nextafter(line, 1), &performance, &err));
    free(prob);
    assay_model_performance_take(&performance, &kept);
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        made.value[f] = kept.figures[f].value;
    for (size_t z = 0; z < spec->n_zone; z++) {
        made.value[ASSAY_MEASURED_SHARE + z] = rows[z] / (double)n;
        made.value[ASSAY_MEASURED_RATE + z] = events[z] / rows[z];
    }
    return made;
}

#endif
