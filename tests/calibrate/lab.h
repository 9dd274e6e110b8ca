/* lab.h - a spec and a table taken through calibration, step by step, and made-up tables
 *
 * A lab holds every stage, so that a test can stop after any and look; lab_clear() frees what there
 * is. Later stages point into earlier ones: a lab is not to be copied.
 */
#ifndef ASSAY_TESTS_CALIBRATE_LAB_H
#define ASSAY_TESTS_CALIBRATE_LAB_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calibrate/assemble.h"
#include "calibrate/calibration.h"
#include "calibrate/fit/limits.h"
#include "core/base/file.h"
#include "core/model/model.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

#define DEMO_SPEC "datasets/demo.spec.json"
#define DEMO_DATA "datasets/demo.csv"

struct lab {
    struct assay_spec spec; /* empty once assembled: the model has it */
    struct assay_intake intake;
    struct assay_history history;
    struct assay_declared_limits limits; /* of lab_fit() */
    struct assay_estimation estimation;
    struct assay_pipeline pipeline;
    struct assay_logistic_fit free_fit;
    struct assay_calibration calibration; /* of lab_model(), with a history of its own */
    struct assay_model model;
    size_t n_thread;
    bool resamples; /* lab_model() runs the bootstrap, which takes most of its time */
    const struct assay_model *champion; /* borrowed, or NULL */
};

static inline void lab_clear(struct lab *lab)
{
    assay_calibration_clear(&lab->calibration);
    assay_logistic_fit_clear(&lab->free_fit);
    assay_pipeline_clear(&lab->pipeline);
    assay_declared_limits_clear(&lab->limits);
    assay_history_clear(&lab->history);
    assay_intake_close(&lab->intake);
    assay_model_clear(&lab->model);
    assay_spec_clear(&lab->spec);
}

/* Reads the whole of a CSV file with the spec that is in the lab, and makes its history. */
static inline enum assay_status lab_history(struct lab *lab, const char *csv_path,
                                            struct assay_error *err)
{
    struct assay_intake_options options = assay_intake_options_default();
    options.path = csv_path;
    options.quiet = true;
    options.also = lab->champion != NULL ? &lab->champion->spec : NULL;
    enum assay_status status =
        assay_intake_open(&lab->spec, ASSAY_TO_CALIBRATE, &options, &lab->intake, err);
    if (status == ASSAY_OK)
        status = assay_intake_read_all(&lab->intake, err);
    if (status == ASSAY_OK)
        status = assay_history_init(&lab->spec, &lab->intake, options.window,
                                    lab->n_thread > 0 ? lab->n_thread : 1, &lab->history, err);
    return status;
}

/* A temporary file with this content; the caller unlinks it. */
static inline void lab_write_file(char path[], const char *text, size_t length)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert(write(fd, text, length) == (ssize_t)length);
    close(fd);
}

/* Spec and table as text, through the history. The spec's name in messages is "spec". */
static inline enum assay_status lab_read(struct lab *lab, const char *spec, const char *csv,
                                         struct assay_error *err)
{
    char path[] = "/tmp/assay-lab-XXXXXX";
    enum assay_status status = assay_spec_read_text("spec", spec, strlen(spec), &lab->spec, err);
    if (status != ASSAY_OK)
        return status;
    lab_write_file(path, csv, strlen(csv));
    status = lab_history(lab, path, err);
    unlink(path);
    return status;
}

/* Plain maximum likelihood under the spec's limits, whatever anchor or penalty it asks for. */
static inline enum assay_status lab_fit(struct lab *lab, struct assay_error *err)
{
    enum assay_status status =
        assay_pipeline_prepare(&lab->history, lab->history.used, ASSAY_PIPELINE_PUBLISH, NULL,
                               &lab->pipeline, err);
    if (status == ASSAY_OK)
        status = assay_declared_limits_init(&lab->spec, lab->pipeline.n_coef, &lab->limits, err);
    lab->estimation = (struct assay_estimation){.limits = &lab->limits.set.limits,
                                                .sign_free = lab->limits.sign_free};
    return status != ASSAY_OK ? status
                              : assay_pipeline_fit(&lab->pipeline, &lab->estimation, NULL, err);
}

/* The whole calibration of what was read, and a model without a digest. */
static inline enum assay_status lab_model(struct lab *lab, struct assay_error *err)
{
    struct assay_progress progress;
    assay_progress_init(&progress, true);
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_calibration_request request = {.spec = &lab->spec,
                                                .intake = &lab->intake,
                                                .window = options.window,
                                                .champion = lab->champion,
                                                .n_thread = lab->n_thread > 0 ? lab->n_thread : 1,
                                                .progress = &progress};
    if (!lab->resamples) {
        lab->spec.fit.resamples = 0;
        lab->spec.fit.resamples_given = true;
    }
    enum assay_status status = assay_calibration_run(&request, &lab->calibration, err);
    struct assay_assembly parts = {.spec = &lab->spec,
                                   .calibration = &lab->calibration,
                                   .intake = &lab->intake,
                                   .created = "2026-07-01"};
    return status != ASSAY_OK ? status : assay_assemble(&parts, &lab->model, err);
}

static inline void lab_demo(struct lab *lab)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_spec_read(DEMO_SPEC, &lab->spec, &err));
    ck_assay_ok(lab_history(lab, DEMO_DATA, &err));
    ck_assay_ok(lab_model(lab, &err));
}

/* ---- made-up tables ---- */

/* Columns: id, as_of, plan, months, logins, tickets, nps, seats, use, contract, arr, churned.
 * Two snapshots an account, over eight quarters; risk falls with logins, seats, nps and the
 * contract's length, and rises with tickets. nps, tickets and contract have gaps, plan and months a
 * few. Numbers are whole thousandths, so that a column times 1000 is exact. */
struct made_up {
    uint64_t seed;
    size_t n_row;
    bool shuffled;      /* the same rows in another order */
    const char *scaled; /* name of a column that is to be multiplied by 1000, or NULL */
};

static inline void put_thousandths(struct assay_text *line, const struct made_up *how,
                                   const char *column, long thousandths)
{
    bool scaled = how->scaled != NULL && strcmp(how->scaled, column) == 0;
    if (scaled)
        assay_text_printf(line, ",%ld", thousandths);
    else
        assay_text_printf(line, ",%ld.%03ld", thousandths / 1000, thousandths % 1000);
}

static inline void made_up_row(const struct made_up *how, size_t i, struct assay_text *line)
{
    static const char *const quarters[] = {"2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31",
                                           "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"};
    static const char *const plans[] = {"Basic", "Team", "Scale"};
    static const char *const contracts[] = {"monthly", "yearly", "multi-year"};
    static const double length[] = {0, 0.6, 1};
    struct test_random random = {how->seed * 1000003 + i};
    double u[12];
    for (size_t k = 0; k < COUNT(u); k++)
        u[k] = test_uniform(&random);
    size_t plan = (size_t)(3 * u[0]), contract = (size_t)(3 * u[1]);
    double log_odds = 2.2 - 2.5 * u[2] - 1.5 * u[3] - u[4] - 1.2 * u[5] - 0.8 * length[contract];
    bool churned = u[11] < 1 / (1 + exp(-log_odds));
    assay_text_printf(line, "A%zu,%s,%s", i / 2, quarters[i / 2 % 4 + i % 2 * 4],
                      u[6] < 0.03 ? "" : plans[plan]);
    if (u[7] < 0.03)
        assay_text_puts(line, ",");
    else
        put_thousandths(line, how, "months", 1000 * (long)(60 * u[7]));
    put_thousandths(line, how, "logins", 1000 * (long)((double)(plan + 1) * 40 * u[2] * u[2]));
    if (u[8] < 0.1)
        assay_text_puts(line, ",");
    else
        put_thousandths(line, how, "tickets", 1000 * (long)(8 * (1 - u[3])));
    if (u[9] < 0.2)
        assay_text_puts(line, ",");
    else
        put_thousandths(line, how, "nps", 1000 * (long)(11 * u[4]));
    put_thousandths(line, how, "seats", (long)(1000 * u[5]));
    put_thousandths(line, how, "use", (long)(100000 * (0.5 * u[2] + 0.5 * u[10])));
    assay_text_printf(line, ",%s,%d,%d\n", u[10] < 0.05 ? "" : contracts[contract],
                      1000 * (int)(100 * u[6]), churned);
}

/* The caller clears it. */
static inline struct assay_text made_up_csv(const struct made_up *how)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of,plan,months,logins,tickets,nps,seats,use,contract,arr,"
                          "churned\n");
    /* 7919 is prime: as long as it does not divide n_row, every row comes once. */
    for (size_t i = 0; i < how->n_row; i++)
        made_up_row(how, how->shuffled ? (i * 7919 + 5) % how->n_row : i, &csv);
    ck_assert(!csv.failed);
    return csv;
}

/* What these tables have, for specs to choose from. */
#define SPEC_HEAD "{\"name\": \"made-up\", \"id\": \"id\", \"outcome\": {\"column\": \"churned\"},"
#define SIGNAL(name, column, better, rest) \
    "{\"name\": \"" name "\", \"column\": \"" column "\", \"dimension\": \"d\", \"better\": \"" \
    better "\"" rest "}"
#define METHOD(text) ", \"normalise\": {\"method\": " text "}"
#define MISSING(policy) ", \"missing\": \"" policy "\""
#define BY_CATEGORY \
    METHOD("\"steps\", \"table\": {\"monthly\": 0, \"yearly\": 60, \"multi-year\": 100}")
#define BY_NUMBER METHOD("\"steps\", \"from\": [[0, 0], [3, 30.5], [7, 100]]")
#define FULL_COHORT \
    "\"cohort\": {\"plan\": \"plan\", \"tenure\": \"months\", \"bands\": [3, 12, 24]},"

/* Every normalisation and every missing policy. */
#define ALL_POLICIES \
    SPEC_HEAD "\"as_of\": \"as_of\", \"value\": \"arr\", \"segments\": [\"plan\"]," FULL_COHORT \
    "\"signals\": [" \
    SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", MISSING("renormalise")) "," \
    SIGNAL("nps", "nps", "higher", BY_NUMBER MISSING("indicator")) "," \
    SIGNAL("seats", "seats", "higher", METHOD("\"range\", \"low\": 0.1, \"high\": 0.9")) "," \
    SIGNAL("use", "use", "higher", METHOD("\"none\"") MISSING("neutral")) "," \
    SIGNAL("contract", "contract", "higher", BY_CATEGORY MISSING("drop")) "]}"

#endif
