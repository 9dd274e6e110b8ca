/* village.h - a model that can be reckoned with in the head, and audits of small tables by it
 *
 * Four signals that are scored as they stand, 0 to 100: logins and seats (product), tickets (support),
 * nps (sentiment, recorded on nps_on), of weight 0.4, 0.1, 0.3 and 0.2. The score is their weighted mean,
 * what is missing counting 50; the line is 50. Churn counts within 90 days of the snapshot.
 */
#ifndef ASSAY_TESTS_VALIDATE_VILLAGE_H
#define ASSAY_TESTS_VALIDATE_VILLAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/model/model.h"
#include "tests/support/suite.h"
#include "validate/audit/output.h"
#include "validate/audit/reading.h"

#define VILLAGE_SIGNAL(name, dimension, more) \
    "{\"name\": \"" name "\", \"dimension\": \"" dimension "\", \"better\": \"higher\"," \
    " \"normalise\": {\"method\": \"none\"}" more "}"
#define VILLAGE_SPEC(scale) \
    "{\"name\": \"village\", \"id\": \"id\", \"as_of\": \"as_of\", \"value\": \"arr\"," \
    "\"outcome\": {\"date\": \"left\", \"horizon_days\": 90, \"observed_until\": \"2026-12-31\"}," \
    "\"segments\": [\"region\"], \"scale\": \"" scale "\", \"signals\": [" \
    VILLAGE_SIGNAL("logins", "product", "") "," VILLAGE_SIGNAL("seats", "product", "") "," \
    VILLAGE_SIGNAL("tickets", "support", "") "," \
    VILLAGE_SIGNAL("nps", "sentiment", ", \"recorded\": \"nps_on\"") "]," \
    "\"zones\": [{\"name\": \"Red\", \"from\": 0}, {\"name\": \"Amber\", \"from\": 25}," \
    " {\"name\": \"Green\", \"from\": 50}]," \
    "\"audit\": {\"owner\": \"owner\", \"acted_on\": {\"date\": \"called_on\"}," \
    " \"contact_cost\": [50, 100, 200]}}"

#define VILLAGE_HEADER \
    "id,as_of,logins,seats,tickets,nps,nps_on,arr,owner,region,called_on,left"

enum { VILLAGE_SIGNALS = 4 };

struct village {
    struct assay_model model;
    struct assay_spec spec; /* of a score column */
    struct assay_audit_reading reading;
    struct assay_audit_output out;
    struct assay_json *doc; /* what was written */
};

static inline double *village_numbers(const double from[VILLAGE_SIGNALS])
{
    double *numbers = assay_alloc(VILLAGE_SIGNALS, sizeof *numbers);
    ck_assert_ptr_nonnull(numbers);
    memcpy(numbers, from, VILLAGE_SIGNALS * sizeof *numbers);
    return numbers;
}

/* On the log-odds scale the slopes are four times the weights, and ten points halve the odds. */
static inline void village_model(struct assay_model *model, const char *spec)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &model->spec, &err));
    model->version = assay_copy_string("1");
    model->n_signal = VILLAGE_SIGNALS;
    model->n_coef = VILLAGE_SIGNALS + 1;
    model->intercept = 2.0;
    model->weight = village_numbers((double[]){0.4, 0.1, 0.3, 0.2});
    model->slope = village_numbers((double[]){1.6, 0.4, 1.2, 0.8});
    model->missing_term = village_numbers((double[]){0, 0, 0, 0});
    model->at_risk_probability = 0.5; /* a composite of 50 has log-odds 2 - 4 / 2 = 0 */
    model->at_risk_score = 50;
    model->cohorts.spec = &model->spec.cohort;
    model->cohorts.nodes = assay_alloc(1, sizeof *model->cohorts.nodes);
    ck_assert(model->version != NULL && model->cohorts.nodes != NULL);
    model->cohorts.nodes[0] = (struct assay_cohort_node){.band = ASSAY_ANY_BAND, .rows = 1};
    model->cohorts.n_node = 1;
}

static inline void village_read(struct village *village, struct assay_audit_wanted wanted,
                                const char *header, const char *rows)
{
    struct assay_error err = {0};
    char path[] = "/tmp/assay-village-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    dprintf(fd, "%s\n", header);
    ck_assert(write(fd, rows, strlen(rows)) == (ssize_t)strlen(rows));
    close(fd);
    wanted.options.path = path;
    wanted.options.quiet = true;
    ck_assay_ok(assay_audit_read(&wanted, &village->reading, &err));
    unlink(path);
}

/* rows: lines below VILLAGE_HEADER followed by `more` columns ("" or ",x"). window: {0} for all. */
static inline void village_open(struct village *village, const char *spec, const char *more,
                                const char *rows, struct assay_window window)
{
    char header[512];
    memset(village, 0, sizeof *village);
    village_model(&village->model, spec);
    struct assay_audit_wanted wanted = {.model = &village->model,
                                        .spec = &village->model.spec,
                                        .target_sensitivity = 0.75,
                                        .target_specificity = 0.7,
                                        .options = assay_intake_options_default()};
    if (window.from != 0)
        wanted.options.window = window;
    snprintf(header, sizeof header, "%s%s", VILLAGE_HEADER, more);
    village_read(village, wanted, header, rows);
}

/* A bare health score in column "score", line 50, outcome 0/1 in "y". spec: of one signal. */
#define VILLAGE_BARE_SPEC \
    "{\"name\": \"column\", \"id\": \"id\", \"outcome\": {\"column\": \"y\"}, \"signals\": [" \
    "{\"name\": \"score\", \"dimension\": \"score\", \"better\": \"higher\"," \
    " \"normalise\": {\"method\": \"none\"}, \"missing\": \"drop\"}]}"
static inline void village_open_bare(struct village *village, const char *header, const char *rows)
{
    struct assay_error err = {0};
    memset(village, 0, sizeof *village);
    ck_assay_ok(assay_spec_read_text("spec", VILLAGE_BARE_SPEC, strlen(VILLAGE_BARE_SPEC),
                                     &village->spec, &err));
    struct assay_audit_wanted wanted = {.spec = &village->spec,
                                        .line = 50,
                                        .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                        .options = assay_intake_options_default()};
    village_read(village, wanted, header, rows);
}

typedef enum assay_status (*village_section)(const struct assay_audit_input *input,
                                             struct assay_audit_output *out, struct assay_error *err);

/* Runs a section and reads back what it wrote. */
static inline const struct cJSON *village_run(struct village *village, village_section section)
{
    struct assay_error err = {0};
    assay_json_open(&village->out.json, NULL, '{');
    ck_assay_ok(section(&village->reading.input, &village->out, &err));
    assay_json_close(&village->out.json);
    ck_assert(!village->out.json.out.failed);
    ck_assay_ok(assay_json_parse("audit", village->out.json.out.data, village->out.json.out.length,
                                 ASSAY_JSON_STRICT, &village->doc, &err));
    return assay_json_root(village->doc);
}

static inline void village_close(struct village *village)
{
    assay_json_free(village->doc);
    assay_text_clear(&village->out.json.out);
    assay_text_clear(&village->out.errors);
    assay_audit_reading_clear(&village->reading);
    assay_model_clear(&village->model);
    assay_spec_clear(&village->spec);
}

/* Element k of a list. */
static inline const struct cJSON *village_item(const struct cJSON *list, size_t k)
{
    const struct cJSON *at = assay_json_first(list);
    while (k-- > 0 && at != NULL)
        at = assay_json_next(at);
    ck_assert_ptr_nonnull(at);
    return at;
}

static inline const char *village_text(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = assay_json_get(object, key);
    ck_assert_msg(value != NULL, "no \"%s\"", key);
    return assay_json_is_null(value) ? "(null)" : assay_json_string(value);
}

static inline double village_number(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = assay_json_get(object, key);
    ck_assert_msg(value != NULL && assay_json_is_number(value), "no number \"%s\"", key);
    return assay_json_number(value);
}

#endif
