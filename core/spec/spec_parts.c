#include "core/spec/spec_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

const char *const assay_better_names[2] = {"higher", "lower"};
const char *const assay_method_names[4] = {"percentile", "range", "steps", "none"};
const char *const assay_missing_names[ASSAY_MISSING_POLICIES] = {
    "neutral", "indicator", "renormalise", "drop", "renormalise-dimension", "points"};
const char *const assay_scale_names[2] = {"log-odds", "weighted-average"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum assay_status assay_spec_text(const char *text, char **out, struct assay_error *err)
{
    char *copy = assay_copy_string(text);
    if (copy == NULL)
        return assay_fail_memory(err, "reading a declaration");
    free(*out);
    *out = copy;
    return ASSAY_OK;
}

enum assay_status assay_spec_name(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, char **out, struct assay_error *err)
{
    const char *text;
    enum assay_status status = assay_json_want_string(doc, object, key, &text, err);
    if (status != ASSAY_OK)
        return status;
    if (*text == '\0')
        return assay_json_wrong(doc, assay_json_get(object, key), err, "a name");
    return assay_spec_text(text, out, err);
}

static enum assay_status read_dated_outcome(struct assay_json *doc, const struct cJSON *object,
                                            struct assay_outcome_spec *outcome,
                                            struct assay_error *err)
{
    size_t days;
    const char *until;
    enum assay_status status = assay_spec_name(doc, object, "date", &outcome->date, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "horizon_days", 1, 3650, &days, err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, object, "observed_until", &until, err);
    if (status != ASSAY_OK)
        return status;
    if (!assay_date_parse(until, strlen(until), &outcome->observed_until))
        return assay_json_wrong(doc, assay_json_get(object, "observed_until"), err,
                                "a date as \"2026-06-30\"");
    outcome->horizon_days = (int32_t)days;
    return ASSAY_OK;
}

enum assay_status assay_outcome_spec_read(struct assay_json *doc, const struct cJSON *object,
                                          struct assay_outcome_spec *outcome,
                                          struct assay_error *err)
{
    static const char *const keys[] = {"column", "date", "horizon_days", "observed_until"};
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"outcome\"", keys, COUNT(keys), err);
    if (status != ASSAY_OK)
        return status;
    const struct cJSON *column = assay_json_get(object, "column");
    if (column == NULL)
        return assay_json_get(object, "date") != NULL
                   ? read_dated_outcome(doc, object, outcome, err)
                   : assay_fail(err, ASSAY_EDATA,
                                "%s: the outcome names neither \"column\" nor \"date\"; expected "
                                "one of them",
                                assay_json_place(doc, object));
    for (size_t k = 1; k < COUNT(keys); k++)
        if (assay_json_get(object, keys[k]) != NULL)
            return assay_fail(err, ASSAY_EDATA,
                              "%s: \"%s\" beside \"column\"; expected either a 0/1 column or a "
                              "date with its horizon",
                              assay_json_place(doc, assay_json_get(object, keys[k])), keys[k]);
    return assay_spec_name(doc, object, "column", &outcome->column, err);
}

void assay_outcome_spec_write(struct assay_json_writer *json,
                              const struct assay_outcome_spec *outcome)
{
    assay_json_open(json, "outcome", '{');
    if (outcome->column != NULL) {
        assay_json_put_string(json, "column", outcome->column);
    } else {
        char until[ASSAY_DATE_SIZE];
        assay_json_put_string(json, "date", outcome->date);
        assay_json_put_count(json, "horizon_days", (size_t)outcome->horizon_days);
        assay_json_put_string(json, "observed_until",
                              assay_date_print(outcome->observed_until, until));
    }
    assay_json_close(json);
}

static enum assay_status check_ascending(struct assay_json *doc, const struct cJSON *object,
                                         const char *key, const double values[], size_t n,
                                         struct assay_error *err)
{
    const struct cJSON *value = assay_json_first(assay_json_get(object, key));
    for (size_t k = 1; k < n; k++) {
        value = assay_json_next(value);
        if (values[k] <= values[k - 1])
            return assay_json_wrong(doc, value, err, "more than %g before it in \"%s\"",
                                    values[k - 1], key);
    }
    return ASSAY_OK;
}

enum assay_status assay_cohort_spec_read(struct assay_json *doc, const struct cJSON *object,
                                         struct assay_cohort_spec *cohort, struct assay_error *err)
{
    static const char *const keys[] = {"plan", "tenure", "bands", "borrow"};
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"cohort\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK && assay_json_get(object, "plan") != NULL)
        status = assay_spec_name(doc, object, "plan", &cohort->plan, err);
    if (status == ASSAY_OK && assay_json_get(object, "tenure") != NULL)
        status = assay_spec_name(doc, object, "tenure", &cohort->tenure, err);
    if (status == ASSAY_OK && assay_json_get(object, "borrow") != NULL) {
        status = assay_json_want_number(doc, object, "borrow", &cohort->borrow, err);
        if (status == ASSAY_OK && (cohort->borrow < 0 || cohort->borrow > 1e9))
            status = assay_json_wrong(doc, assay_json_get(object, "borrow"), err,
                                      "a number of rows, 0 to 1e9");
    }
    if (status != ASSAY_OK)
        return status;
    if (cohort->plan == NULL && cohort->tenure == NULL)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: the cohort names neither \"plan\" nor \"tenure\"; expected at least "
                          "one of them",
                          assay_json_place(doc, object));
    if (cohort->tenure == NULL) {
        if (assay_json_get(object, "bands") != NULL)
            return assay_json_wrong(doc, assay_json_get(object, "bands"), err,
                                    "no bands where no \"tenure\" column is named");
        return ASSAY_OK;
    }
    status = assay_json_want_numbers(doc, object, "bands", &cohort->bands, &cohort->n_band, err);
    if (status == ASSAY_OK && (cohort->n_band == 0 || cohort->n_band > ASSAY_MAX_BANDS))
        status = assay_json_wrong(doc, assay_json_get(object, "bands"), err,
                                  "1 to %d edges between tenure bands", ASSAY_MAX_BANDS);
    if (status == ASSAY_OK)
        status = check_ascending(doc, object, "bands", cohort->bands, cohort->n_band, err);
    return status;
}

void assay_cohort_spec_write(struct assay_json_writer *json, const struct assay_cohort_spec *cohort)
{
    if (cohort->plan == NULL && cohort->tenure == NULL) {
        assay_json_put_null(json, "cohort");
        return;
    }
    assay_json_open(json, "cohort", '{');
    if (cohort->plan != NULL)
        assay_json_put_string(json, "plan", cohort->plan);
    if (cohort->tenure != NULL) {
        assay_json_put_string(json, "tenure", cohort->tenure);
        assay_json_put_numbers(json, "bands", cohort->bands, cohort->n_band);
    }
    assay_json_put_number(json, "borrow", cohort->borrow);
    assay_json_close(json);
}

/* ---- normalisation ---- */

static enum assay_status check_points(struct assay_json *doc, const struct cJSON *value,
                                      struct assay_error *err)
{
    if (!assay_json_is_number(value) || assay_json_number(value) < 0 ||
        assay_json_number(value) > 100)
        return assay_json_wrong(doc, value, err, "points from 0 to 100");
    return ASSAY_OK;
}

static enum assay_status read_category_steps(struct assay_json *doc, const struct cJSON *table,
                                             struct assay_normalise_spec *normalise,
                                             struct assay_error *err)
{
    size_t n = assay_json_count(table);
    if (n < 2)
        return assay_json_wrong(doc, table, err, "at least two categories with their points");
    normalise->steps = assay_alloc(n, sizeof *normalise->steps);
    if (normalise->steps == NULL)
        return assay_fail_memory(err, "reading a declaration");
    normalise->by_category = true;
    for (const struct cJSON *m = assay_json_first(table); m != NULL; m = assay_json_next(m)) {
        enum assay_status status = check_points(doc, m, err);
        if (status != ASSAY_OK)
            return status;
        struct assay_step *step = &normalise->steps[normalise->n_step++];
        step->points = assay_json_number(m);
        status = assay_spec_text(assay_json_key(m), &step->category, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static enum assay_status read_number_steps(struct assay_json *doc, const struct cJSON *list,
                                           struct assay_normalise_spec *normalise,
                                           struct assay_error *err)
{
    size_t n = assay_json_count(list);
    if (n < 2)
        return assay_json_wrong(doc, list, err, "at least two steps, [value, points] each");
    normalise->steps = assay_alloc(n, sizeof *normalise->steps);
    if (normalise->steps == NULL)
        return assay_fail_memory(err, "reading a declaration");
    for (const struct cJSON *pair = assay_json_first(list); pair != NULL;
         pair = assay_json_next(pair)) {
        const struct cJSON *from = assay_json_first(pair);
        if (!assay_json_is_array(pair) || assay_json_count(pair) != 2 ||
            !assay_json_is_number(from))
            return assay_json_wrong(doc, pair, err, "a step as [value, points]");
        enum assay_status status = check_points(doc, assay_json_next(from), err);
        if (status != ASSAY_OK)
            return status;
        size_t k = normalise->n_step;
        if (k > 0 && assay_json_number(from) <= normalise->steps[k - 1].from)
            return assay_json_wrong(doc, from, err, "more than the step before it, %g",
                                    normalise->steps[k - 1].from);
        normalise->steps[k].from = assay_json_number(from);
        normalise->steps[k].points = assay_json_number(assay_json_next(from));
        normalise->n_step++;
    }
    return ASSAY_OK;
}

static enum assay_status read_steps(struct assay_json *doc, const struct cJSON *object,
                                    struct assay_normalise_spec *normalise,
                                    struct assay_error *err)
{
    const struct cJSON *table = assay_json_get(object, "table");
    const struct cJSON *from = assay_json_get(object, "from");
    if ((table == NULL) == (from == NULL))
        return assay_fail(err, ASSAY_EDATA,
                          "%s: method \"steps\" with %s; expected either \"table\" (categories) or "
                          "\"from\" (numbers)",
                          assay_json_place(doc, object), table == NULL ? "neither" : "both");
    enum assay_status status;
    if (table != NULL) {
        status = assay_json_want_object(doc, object, "table", &table, err);
        return status != ASSAY_OK ? status : read_category_steps(doc, table, normalise, err);
    }
    status = assay_json_want_array(doc, object, "from", &from, err);
    return status != ASSAY_OK ? status : read_number_steps(doc, from, normalise, err);
}

static enum assay_status read_range(struct assay_json *doc, const struct cJSON *object,
                                    struct assay_normalise_spec *normalise,
                                    struct assay_error *err)
{
    enum assay_status status = assay_json_want_number(doc, object, "low", &normalise->low, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "high", &normalise->high, err);
    if (status != ASSAY_OK)
        return status;
    if (!(normalise->high > normalise->low)) {
        status = assay_json_wrong(doc, assay_json_get(object, "high"), err, "more than \"low\", %g",
                                  normalise->low);
        assay_hint(err, "Where lower values are healthier, say \"better\": \"lower\".");
    } else if (!isfinite(100 * (normalise->high - normalise->low))) {
        status = assay_json_wrong(doc, assay_json_get(object, "high"), err,
                                  "less than 1.7e306 above \"low\", %g", normalise->low);
    }
    return status;
}

enum assay_status assay_normalise_spec_read(struct assay_json *doc, const struct cJSON *object,
                                            struct assay_normalise_spec *normalise,
                                            struct assay_error *err)
{
    static const char *const keys[][4] = {
        {"method", "cohorts"}, {"method", "low", "high"}, {"method", "table", "from"}, {"method"}};
    static const size_t n_key[] = {2, 3, 3, 1};
    size_t method;
    enum assay_status status =
        assay_json_want_word(doc, object, "method", assay_method_names, 4, &method, err);
    if (status != ASSAY_OK)
        return status;
    normalise->method = (enum assay_method)method;
    /* Baselines are a model's; a spec's reader refuses them before, and need not offer them. */
    bool with_cohorts = assay_json_get(object, "cohorts") != NULL;
    size_t n = normalise->method == ASSAY_PERCENTILE && !with_cohorts ? 1 : n_key[method];
    char what[64];
    snprintf(what, sizeof what, "\"normalise\" of method \"%s\"", assay_method_names[method]);
    status = assay_json_check_keys(doc, object, what, keys[method], n, err);
    if (status != ASSAY_OK)
        return status;
    if (normalise->method == ASSAY_RANGE)
        return read_range(doc, object, normalise, err);
    if (normalise->method == ASSAY_STEPS)
        return read_steps(doc, object, normalise, err);
    return ASSAY_OK;
}

void assay_normalise_spec_write(struct assay_json_writer *json,
                                const struct assay_normalise_spec *normalise)
{
    assay_json_put_string(json, "method", assay_method_names[normalise->method]);
    if (normalise->method == ASSAY_RANGE) {
        assay_json_put_number(json, "low", normalise->low);
        assay_json_put_number(json, "high", normalise->high);
    }
    if (normalise->method != ASSAY_STEPS)
        return;
    if (normalise->by_category)
        assay_json_open(json, "table", '{');
    else
        assay_json_open(json, "from", '[');
    for (size_t k = 0; k < normalise->n_step; k++) {
        const struct assay_step *step = &normalise->steps[k];
        if (normalise->by_category)
            assay_json_put_number(json, step->category, step->points);
        else
            assay_json_put_numbers(json, NULL, (const double[]){step->from, step->points}, 2);
    }
    assay_json_close(json);
}

void assay_normalise_spec_clear(struct assay_normalise_spec *normalise)
{
    for (size_t k = 0; k < normalise->n_step; k++)
        free(normalise->steps[k].category);
    free(normalise->steps);
    *normalise = (struct assay_normalise_spec){0};
}

/* ---- rounding ---- */

enum assay_status assay_rounding_spec_read(struct assay_json *doc, const struct cJSON *object,
                                           struct assay_rounding_spec *rounding,
                                           struct assay_error *err)
{
    static const char *const keys[] = {"dimensions", "score"};
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"rounding\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK && assay_json_get(object, "dimensions") != NULL)
        status = assay_json_want_bool(doc, object, "dimensions", &rounding->dimensions, err);
    if (status == ASSAY_OK && assay_json_get(object, "score") != NULL)
        status = assay_json_want_bool(doc, object, "score", &rounding->score, err);
    return status;
}

void assay_rounding_spec_write(struct assay_json_writer *json,
                               const struct assay_rounding_spec *rounding)
{
    if (!rounding->dimensions && !rounding->score)
        return;
    assay_json_open(json, "rounding", '{');
    assay_json_put_bool(json, "dimensions", rounding->dimensions);
    assay_json_put_bool(json, "score", rounding->score);
    assay_json_close(json);
}

/* ---- zones and segments ---- */

enum assay_status assay_zones_read(struct assay_json *doc, const struct cJSON *list,
                                   struct assay_zone **zones, size_t *n_zone,
                                   struct assay_error *err)
{
    static const char *const keys[] = {"name", "from"};
    size_t n = assay_json_count(list);
    if (n < 2 || n > ASSAY_MAX_ZONES)
        return assay_json_wrong(doc, list, err, "2 to %d zones", ASSAY_MAX_ZONES);
    *zones = assay_alloc(n, sizeof **zones);
    if (*zones == NULL)
        return assay_fail_memory(err, "reading a declaration");
    for (const struct cJSON *zone = assay_json_first(list); zone != NULL;
         zone = assay_json_next(zone)) {
        struct assay_zone *out = &(*zones)[*n_zone];
        if (!assay_json_is_object(zone))
            return assay_json_wrong(doc, zone, err, "a zone as {\"name\": ..., \"from\": ...}");
        enum assay_status status = assay_json_check_keys(doc, zone, "a zone", keys, 2, err);
        ++*n_zone;
        if (status == ASSAY_OK)
            status = assay_spec_name(doc, zone, "name", &out->name, err);
        if (status == ASSAY_OK)
            status = assay_json_want_number(doc, zone, "from", &out->from, err);
        if (status != ASSAY_OK)
            return status;
        const struct cJSON *from = assay_json_get(zone, "from");
        if (*n_zone == 1 && out->from != 0)
            return assay_json_wrong(doc, from, err, "0: the lowest zone starts at score 0");
        if (*n_zone > 1 && (out->from <= out[-1].from || out->from > 100))
            return assay_json_wrong(doc, from, err, "more than the zone before it, %g, up to 100",
                                    out[-1].from);
        for (size_t k = 0; k + 1 < *n_zone; k++)
            if (strcmp((*zones)[k].name, out->name) == 0)
                return assay_json_wrong(doc, assay_json_get(zone, "name"), err,
                                        "a name that no other zone has");
    }
    return ASSAY_OK;
}

void assay_zones_write(struct assay_json_writer *json, const struct assay_zone *zones,
                       size_t n_zone)
{
    assay_json_open(json, "zones", '[');
    for (size_t k = 0; k < n_zone; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", zones[k].name);
        assay_json_put_number(json, "from", zones[k].from);
        assay_json_close(json);
    }
    assay_json_close(json);
}

enum assay_status assay_segments_read(struct assay_json *doc, const struct cJSON *list,
                                      char ***segments, size_t *n_segment, struct assay_error *err)
{
    size_t n = assay_json_count(list);
    *segments = assay_alloc(n, sizeof **segments);
    if (*segments == NULL)
        return assay_fail_memory(err, "reading a declaration");
    for (const struct cJSON *value = assay_json_first(list); value != NULL;
         value = assay_json_next(value)) {
        if (!assay_json_is_string(value) || assay_json_string(value)[0] == '\0')
            return assay_json_wrong(doc, value, err, "a column name in quotes");
        for (size_t k = 0; k < *n_segment; k++)
            if (strcmp((*segments)[k], assay_json_string(value)) == 0)
                return assay_json_wrong(doc, value, err, "each segment column once");
        enum assay_status status =
            assay_spec_text(assay_json_string(value), &(*segments)[*n_segment], err);
        if (status != ASSAY_OK)
            return status;
        ++*n_segment;
    }
    return ASSAY_OK;
}
