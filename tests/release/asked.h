/* asked.h - a model of known points, and the question why an account's score was what it was */
#ifndef ASSAY_TESTS_RELEASE_ASKED_H
#define ASSAY_TESTS_RELEASE_ASKED_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "release/why/why.h"
#include "tests/support/suite.h"

enum { N_SIGNAL = 3 };

/* Weights 1/2, 1/4, 1/4, a point of the composite being a point of the score, and the line at a
 * probability of 1/2 where every signal is at 50: the points of a signal are w (s - 50), and the
 * score is the composite. "west" has all its weight on "use", and twice the slope. */
struct world {
    struct assay_model model;
    double slope[N_SIGNAL], weight[N_SIGNAL], missing_term[N_SIGNAL];
    double west_slope[N_SIGNAL], west_weight[N_SIGNAL];
    struct assay_estimate interval[N_SIGNAL];
    struct assay_model_segment west;
    struct assay_model_segment_line lines[2];
    struct assay_cohort_node nodes[2];
};

#define SIGNALS(nps_missing)                                                                       \
    "{\"name\": \"use\", \"dimension\": \"product\", \"better\": \"higher\","                      \
    " \"normalise\": {\"method\": \"none\"}},"                                                     \
    "{\"name\": \"nps\", \"dimension\": \"sentiment\", \"better\": \"higher\","                    \
    " \"normalise\": {\"method\": \"range\", \"low\": 0, \"high\": 10}, \"missing\": "             \
    "\"" nps_missing "\"},"                                                                        \
    "{\"name\": \"terms\", \"column\": \"contract\", \"dimension\": \"finance\", \"better\": "     \
    "\"higher\","                                                                                  \
    " \"normalise\": {\"method\": \"steps\", \"table\": {\"monthly\": 0, \"yearly\": 100}}}"
#define WORLD(more, nps_missing)                                                                   \
    "{\"name\": \"b2b\", \"id\": \"id\", \"as_of\": \"day\", \"outcome\": {\"column\": "           \
    "\"churned\"}," more "\"signals\": [" SIGNALS(nps_missing) "]}"

static inline void world_init(struct world *w, const char *spec)
{
    struct assay_error err = {0};
    const double unit = 10 * M_LN2;
    *w = (struct world){.slope = {unit / 2, unit / 4, unit / 4},
                        .weight = {0.5, 0.25, 0.25},
                        .interval = {{0.5, 0.375, 0.625}, {0.25, NAN, NAN}, {0.25, 0.125, 0.5}},
                        .west_slope = {2 * unit, 0, 0},
                        .west_weight = {1, 0, 0},
                        .west = {.segment = (char *)"west", .intercept = unit},
                        .lines = {{.segment = (char *)"big", .probability = 0.2},
                                  {.segment = (char *)"small", .probability = 0.5, .common = true}},
                        .nodes = {{.band = ASSAY_ANY_BAND, .rows = 2},
                                  {.plan = (char *)"Team", .band = ASSAY_ANY_BAND, .rows = 2}}};
    w->west.slope = w->west_slope;
    w->west.weight = w->west_weight;
    w->model = (struct assay_model){.version = (char *)"1.2.0",
                                    .n_signal = N_SIGNAL,
                                    .n_coef = N_SIGNAL + 1,
                                    .intercept = unit / 2,
                                    .slope = w->slope,
                                    .weight = w->weight,
                                    .weight_interval = w->interval,
                                    .missing_term = w->missing_term,
                                    .at_risk_probability = 0.5,
                                    .at_risk_score = 50,
                                    .segment_models = &w->west,
                                    .segment_lines = w->lines,
                                    .cohorts = {.nodes = w->nodes, .n_node = 1},
                                    .digest = "sha256:0123456789abcdef"};
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &w->model.spec, &err));
    w->model.cohorts.spec = &w->model.spec.cohort;
    w->model.cohorts.n_node = w->model.spec.cohort.plan != NULL ? 2 : 1;
    w->model.n_segment_model = w->model.spec.fit.models_by != NULL;
    w->model.n_segment_line = w->model.spec.line.by != NULL ? 2 : 0;
}

/* What came of one question; texts are cleared by the caller. */
struct answer {
    enum assay_status status;
    struct assay_text words, json, notes;
    struct assay_error err;
};

static inline int32_t day_of(const char *text)
{
    int32_t day = ASSAY_NO_DATE;
    ck_assert(text == NULL || assay_date_parse(text, strlen(text), &day));
    return day;
}

/* The data is a file "why.csv" in a directory of its own, so that messages are the same each time.
 */
struct table {
    char directory[32], path[48];
};

static inline struct table put_table(const char *csv)
{
    struct assay_error err = {0};
    struct table table = {.directory = "/tmp/assay-why-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(table.directory));
    snprintf(table.path, sizeof table.path, "%s/why.csv", table.directory);
    ck_assay_ok(assay_file_write(table.path, csv, strlen(csv), &err));
    return table;
}

static inline void remove_table(const struct table *table)
{
    unlink(table->path);
    ck_assert_int_eq(rmdir(table->directory), 0);
}

static inline struct assay_why_options options_of(const struct table *table, const char *account,
                                                  const char *day)
{
    struct assay_why_options options = {
        .intake = assay_intake_options_default(), .account = account, .day = day_of(day)};
    options.intake.path = table->path;
    options.intake.quiet = true;
    return options;
}

static inline struct answer ask(const struct world *w, const char *csv, const char *account,
                                const char *day)
{
    struct answer answer = {0};
    struct table table = put_table(csv);
    struct assay_why_options options = options_of(&table, account, day);
    options.notes = &answer.notes;
    answer.status = assay_why(&w->model, &options, &answer.words, &answer.json, &answer.err);
    remove_table(&table);
    return answer;
}

static inline void answer_clear(struct answer *answer)
{
    assay_text_clear(&answer->words);
    assay_text_clear(&answer->json);
    assay_text_clear(&answer->notes);
}

#endif
