#include "core/spec/spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/spec/audit_spec.h"
#include "core/spec/fit_spec.h"
#include "core/spec/release_spec.h"
#include "core/spec/spec_parts.h"
#include "core/spec/spec_rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is being read, so that the readers of single keys need few arguments. */
struct reading {
    struct assay_json *doc;
    const struct cJSON *root;
    struct assay_spec *spec;
    struct assay_error *err;
};

static bool has(const struct reading *r, const char *key)
{
    return assay_json_get(r->root, key) != NULL;
}

static enum assay_status read_text(struct reading *r, const char *key, char **out)
{
    return assay_spec_name(r->doc, r->root, key, out, r->err);
}

static enum assay_status want_outcome(struct reading *r, const struct cJSON **outcome)
{
    enum assay_status status =
        assay_json_want_object(r->doc, r->root, "outcome", outcome, r->err);
    if (status != ASSAY_OK && !has(r, "outcome"))
        assay_hint(r->err, "Name the 0/1 column with what happened: \"outcome\": {\"column\": "
                           "\"churned\"}; or the date of the event, with \"date\", "
                           "\"horizon_days\" and \"observed_until\".");
    return status;
}

static enum assay_status read_roles(struct reading *r)
{
    struct assay_spec *spec = r->spec;
    const struct cJSON *outcome;
    enum assay_status status = ASSAY_OK;
    if (has(r, "name"))
        status = read_text(r, "name", &spec->name);
    if (status == ASSAY_OK) {
        status = read_text(r, "id", &spec->id);
        if (status != ASSAY_OK && !has(r, "id"))
            assay_hint(r->err, "Name the column that tells accounts apart: \"id\": \"account_id\".");
    }
    if (status == ASSAY_OK && has(r, "as_of"))
        status = read_text(r, "as_of", &spec->as_of);
    if (status == ASSAY_OK && has(r, "value"))
        status = read_text(r, "value", &spec->value);
    if (status == ASSAY_OK)
        status = want_outcome(r, &outcome);
    if (status == ASSAY_OK)
        status = assay_outcome_spec_read(r->doc, outcome, &spec->outcome, r->err);
    if (status == ASSAY_OK && spec->outcome.date != NULL && spec->as_of == NULL)
        status = assay_fail(r->err, ASSAY_EDATA,
                            "%s: an outcome by date but no \"as_of\"; expected the column with the "
                            "date of each snapshot",
                            assay_json_place(r->doc, outcome));
    return status;
}

static enum assay_status read_groups(struct reading *r)
{
    struct assay_spec *spec = r->spec;
    const struct cJSON *part;
    enum assay_status status = ASSAY_OK;
    if (has(r, "cohort")) {
        status = assay_json_want_object(r->doc, r->root, "cohort", &part, r->err);
        if (status == ASSAY_OK)
            status = assay_cohort_spec_read(r->doc, part, &spec->cohort, r->err);
    }
    if (status == ASSAY_OK && has(r, "segments")) {
        status = assay_json_want_array(r->doc, r->root, "segments", &part, r->err);
        if (status == ASSAY_OK)
            status =
                assay_segments_read(r->doc, part, &spec->segments, &spec->n_segment, r->err);
    }
    return status;
}

/* ---- signals ---- */

/* A policy by its word, or the points themselves. */
static enum assay_status read_missing(struct reading *r, const struct cJSON *object,
                                      struct assay_signal_spec *signal)
{
    const struct cJSON *value = assay_json_get(object, "missing");
    size_t word = ASSAY_NEUTRAL;
    if (assay_json_is_number(value)) {
        signal->missing = ASSAY_POINTS;
        signal->missing_points = assay_json_number(value);
        return signal->missing_points >= 0 && signal->missing_points <= 100
                   ? ASSAY_OK
                   : assay_json_wrong(r->doc, value, r->err, "points from 0 to 100");
    }
    if (assay_json_is_string(value) &&
        strcmp(assay_json_string(value), assay_missing_names[ASSAY_POINTS]) == 0)
        return assay_json_wrong(r->doc, value, r->err,
                                "the points themselves, a number from 0 to 100");
    enum assay_status status = assay_json_want_word(r->doc, object, "missing", assay_missing_names,
                                                    ASSAY_POINTS, &word, r->err);
    if (status != ASSAY_OK)
        assay_hint(r->err, "Or a number from 0 to 100: the points that stand for a missing value.");
    signal->missing = (enum assay_missing_policy)word;
    return status;
}

static enum assay_status read_signal_choices(struct reading *r, const struct cJSON *object,
                                             struct assay_signal_spec *signal)
{
    size_t word = 0;
    enum assay_status status =
        assay_json_want_word(r->doc, object, "better", assay_better_names, 2, &word, r->err);
    signal->better = (enum assay_better)word;
    if (status == ASSAY_OK && assay_json_get(object, "missing") != NULL)
        status = read_missing(r, object, signal);
    return status;
}

static enum assay_status read_signal_normalise(struct reading *r, const struct cJSON *object,
                                               struct assay_signal_spec *signal)
{
    const struct cJSON *normalise = assay_json_get(object, "normalise");
    if (normalise == NULL) /* percentile is the zero of the enum, and the default */
        return ASSAY_OK;
    enum assay_status status =
        assay_json_want_object(r->doc, object, "normalise", &normalise, r->err);
    if (status == ASSAY_OK && assay_json_get(normalise, "cohorts") != NULL)
        status = assay_json_wrong(r->doc, assay_json_get(normalise, "cohorts"), r->err,
                                  "no baselines in a spec: calibrate works them out");
    if (status == ASSAY_OK)
        status = assay_normalise_spec_read(r->doc, normalise, &signal->normalise, r->err);
    return status;
}

static enum assay_status read_signal(struct reading *r, const struct cJSON *object,
                                     struct assay_signal_spec *signal)
{
    static const char *const keys[] = {"name",    "column", "dimension", "better", "normalise",
                                       "missing", "expert", "weight",    "sign",   "recorded"};
    if (!assay_json_is_object(object))
        return assay_json_wrong(r->doc, object, r->err, "a signal as an object in braces");
    enum assay_status status =
        assay_json_check_keys(r->doc, object, "a signal", keys, COUNT(keys), r->err);
    if (status == ASSAY_OK)
        status = assay_spec_name(r->doc, object, "name", &signal->name, r->err);
    if (status == ASSAY_OK && assay_json_get(object, "column") == NULL)
        status = assay_spec_text(signal->name, &signal->column, r->err);
    else if (status == ASSAY_OK)
        status = assay_spec_name(r->doc, object, "column", &signal->column, r->err);
    if (status == ASSAY_OK)
        status = assay_spec_name(r->doc, object, "dimension", &signal->dimension, r->err);
    if (status == ASSAY_OK)
        status = read_signal_choices(r, object, signal);
    if (status == ASSAY_OK)
        status = assay_signal_limits_read(r->doc, object, r->spec->fit.signs_free, signal, r->err);
    return status != ASSAY_OK ? status : read_signal_normalise(r, object, signal);
}

static enum assay_status read_signals(struct reading *r)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(r->doc, r->root, "signals", &list, r->err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list);
    if (n < 1 || n > ASSAY_MAX_SIGNALS)
        return assay_json_wrong(r->doc, list, r->err, "1 to %d signals", ASSAY_MAX_SIGNALS);
    r->spec->signals = assay_alloc(n, sizeof *r->spec->signals);
    if (r->spec->signals == NULL)
        return assay_fail_memory(r->err, "reading a declaration");
    for (const struct cJSON *object = assay_json_first(list); object != NULL;
         object = assay_json_next(object)) {
        struct assay_signal_spec *signal = &r->spec->signals[r->spec->n_signal++];
        status = read_signal(r, object, signal);
        if (status != ASSAY_OK)
            return status;
        for (size_t k = 0; k + 1 < r->spec->n_signal; k++)
            if (strcmp(r->spec->signals[k].name, signal->name) == 0)
                return assay_json_wrong(r->doc, assay_json_get(object, "name"), r->err,
                                        "a name that no other signal has");
    }
    return ASSAY_OK;
}

/* ---- score, targets, fit ---- */

static enum assay_status default_zones(struct assay_spec *spec, struct assay_error *err)
{
    static const char *const names[] = {"Critical", "At Risk", "Neutral", "Healthy"};
    spec->zones = assay_alloc(COUNT(names), sizeof *spec->zones);
    if (spec->zones == NULL)
        return assay_fail_memory(err, "reading a declaration");
    for (size_t k = 0; k < COUNT(names); k++) {
        spec->n_zone = k + 1;
        spec->zones[k].from = 25.0 * (double)k;
        enum assay_status status = assay_spec_text(names[k], &spec->zones[k].name, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

/* object[key], when it is there, must lie in (low, high], or in (low, high) when open. */
static enum assay_status read_bounded(struct reading *r, const struct cJSON *object,
                                      const char *key, double low, double high, bool open,
                                      double *out)
{
    if (assay_json_get(object, key) == NULL)
        return ASSAY_OK;
    double value;
    enum assay_status status = assay_json_want_number(r->doc, object, key, &value, r->err);
    if (status != ASSAY_OK)
        return status;
    if (!(value > low) || value > high || (open && value == high))
        return assay_json_wrong(r->doc, assay_json_get(object, key), r->err,
                                "a number above %g and %s %g", low, open ? "below" : "up to", high);
    *out = value;
    return ASSAY_OK;
}

static enum assay_status read_scale(struct reading *r)
{
    struct assay_spec *spec = r->spec;
    const struct cJSON *part;
    size_t scale = ASSAY_LOG_ODDS;
    enum assay_status status = ASSAY_OK;
    if (has(r, "scale"))
        status = assay_json_want_word(r->doc, r->root, "scale", assay_scale_names, 2, &scale,
                                      r->err);
    spec->scale = (enum assay_scale)scale;
    if (status == ASSAY_OK && has(r, "rounding")) {
        status = assay_json_want_object(r->doc, r->root, "rounding", &part, r->err);
        if (status == ASSAY_OK)
            status = assay_rounding_spec_read(r->doc, part, &spec->rounding, r->err);
    }
    return status;
}

static enum assay_status read_score(struct reading *r)
{
    struct assay_spec *spec = r->spec;
    const struct cJSON *part;
    enum assay_status status = ASSAY_OK;
    if (has(r, "zones")) {
        status = assay_json_want_array(r->doc, r->root, "zones", &part, r->err);
        if (status == ASSAY_OK)
            status = assay_zones_read(r->doc, part, &spec->zones, &spec->n_zone, r->err);
    } else {
        status = default_zones(spec, r->err);
    }
    if (status == ASSAY_OK)
        status = read_scale(r);
    if (status == ASSAY_OK)
        status = read_bounded(r, r->root, "points_to_halve_odds", 0, 100, false,
                              &spec->points_to_halve_odds);
    if (status == ASSAY_OK)
        status = read_bounded(r, r->root, "at_risk_probability", 0, 1, true,
                              &spec->at_risk_probability);
    return status;
}

static enum assay_status read_targets(struct reading *r)
{
    struct assay_spec *spec = r->spec;
    const struct cJSON *part;
    if (!has(r, "targets"))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(r->doc, r->root, "targets", &part, r->err);
    return status != ASSAY_OK
               ? status
               : assay_targets_read(r->doc, part, &spec->target_sensitivity,
                                    &spec->target_specificity, &spec->audit, r->err);
}

static enum assay_status read_audit(struct reading *r)
{
    const struct cJSON *part;
    if (!has(r, "audit"))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(r->doc, r->root, "audit", &part, r->err);
    return status != ASSAY_OK ? status
                              : assay_audit_part_read(r->doc, part, &r->spec->audit, r->err);
}

static enum assay_status read_release(struct reading *r)
{
    const struct cJSON *part;
    if (!has(r, "release"))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(r->doc, r->root, "release", &part, r->err);
    return status != ASSAY_OK ? status
                              : assay_release_spec_read(r->doc, part, &r->spec->release, r->err);
}

static enum assay_status read_about(struct reading *r)
{
    const struct cJSON *part;
    if (!has(r, "about"))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(r->doc, r->root, "about", &part, r->err);
    return status != ASSAY_OK ? status
                              : assay_about_read(r->doc, part, &r->spec->about, r->err);
}

static enum assay_status read_fit(struct reading *r)
{
    const struct cJSON *part;
    if (!has(r, "fit"))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(r->doc, r->root, "fit", &part, r->err);
    return status != ASSAY_OK ? status
                              : assay_fit_spec_read(r->doc, part, &r->spec->fit, r->err);
}

static enum assay_status read_dimensions(struct reading *r)
{
    const struct cJSON *part;
    if (!has(r, "dimensions"))
        return ASSAY_OK;
    enum assay_status status =
        assay_json_want_object(r->doc, r->root, "dimensions", &part, r->err);
    return status != ASSAY_OK ? status : assay_dimensions_read(r->doc, part, r->spec, r->err);
}

static enum assay_status read_line(struct reading *r)
{
    const struct cJSON *line = assay_json_get(r->root, "line");
    return line == NULL ? ASSAY_OK : assay_line_spec_read(r->doc, line, &r->spec->line, r->err);
}

static enum assay_status read_seed(struct reading *r)
{
    size_t seed = 1;
    if (!has(r, "seed"))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_count(r->doc, r->root, "seed", 0,
                                                     (size_t)9007199254740991u, &seed, r->err);
    r->spec->seed = seed;
    return status;
}

static enum assay_status read_root(struct reading *r)
{
    static const char *const keys[] = {
        "name", "id", "as_of", "value", "outcome", "cohort", "segments", "signals",
        "dimensions", "zones", "scale", "rounding", "points_to_halve_odds",
        "at_risk_probability", "targets", "audit", "release", "about", "line", "fit", "seed"};
    /* The fit before the signals: it says what sign they have unless they say it themselves. */
    static enum assay_status (*const readers[])(struct reading *) = {
        read_roles, read_groups,  read_fit,  read_signals, read_dimensions,
        read_score, read_targets, read_audit, read_release, read_about,
        read_line,  read_seed};
    if (!assay_json_is_object(r->root))
        return assay_json_wrong(r->doc, r->root, r->err, "a spec: an object in braces");
    if (has(r, "format")) {
        assay_json_wrong(r->doc, assay_json_get(r->root, "format"), r->err,
                         "a spec, which has no such key");
        assay_hint(r->err, "Calibrate starts from the spec that the analyst wrote; a model in force "
                           "goes with --champion.");
        return ASSAY_EDATA;
    }
    enum assay_status status =
        assay_json_check_keys(r->doc, r->root, "the spec", keys, COUNT(keys), r->err);
    for (size_t k = 0; status == ASSAY_OK && k < COUNT(readers); k++)
        status = readers[k](r);
    if (status == ASSAY_OK)
        status = assay_spec_rules_check(r->doc, r->root, r->spec, r->err);
    if (status == ASSAY_OK && r->spec->name == NULL)
        status = assay_spec_text("health", &r->spec->name, r->err);
    return status;
}

enum assay_status assay_spec_read_text(const char *name, const char *text, size_t length,
                                       struct assay_spec *spec, struct assay_error *err)
{
    struct assay_json *doc;
    enum assay_status status =
        assay_json_parse(name, text, length, ASSAY_JSON_COMMENTS, &doc, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_spec made = {.target_sensitivity = 0.75,
                              .target_specificity = 0.70,
                              .points_to_halve_odds = 10,
                              .at_risk_probability = NAN,
                              .fit = assay_fit_spec_default(),
                              .audit = assay_audit_spec_default(),
                              .release = assay_release_spec_default(),
                              .seed = 1,
                              .cohort = {.borrow = 200}};
    struct reading reading = {doc, assay_json_root(doc), &made, err};
    status = read_root(&reading);
    assay_json_free(doc);
    if (status != ASSAY_OK)
        assay_spec_clear(&made);
    else
        *spec = made;
    return status;
}

enum assay_status assay_spec_read(const char *path, struct assay_spec *spec,
                                  struct assay_error *err)
{
    struct assay_text text = {0};
    enum assay_status status = assay_file_read(path, ASSAY_SPEC_LIMIT, &text, err);
    if (status == ASSAY_OK)
        status = assay_spec_read_text(strcmp(path, "-") == 0 ? "standard input" : path, text.data,
                                      text.length, spec, err);
    assay_text_clear(&text);
    return status;
}

void assay_spec_clear(struct assay_spec *spec)
{
    free(spec->name);
    free(spec->id);
    free(spec->as_of);
    free(spec->value);
    free(spec->outcome.column);
    free(spec->outcome.date);
    free(spec->cohort.plan);
    free(spec->cohort.tenure);
    free(spec->cohort.bands);
    for (size_t k = 0; k < spec->n_segment; k++)
        free(spec->segments[k]);
    free(spec->segments);
    for (size_t j = 0; j < spec->n_signal; j++) {
        struct assay_signal_spec *signal = &spec->signals[j];
        free(signal->name);
        free(signal->column);
        free(signal->dimension);
        free(signal->recorded);
        assay_normalise_spec_clear(&signal->normalise);
    }
    free(spec->signals);
    for (size_t k = 0; k < spec->n_zone; k++)
        free(spec->zones[k].name);
    free(spec->zones);
    for (size_t k = 0; k < spec->n_dimension; k++)
        free(spec->dimensions[k].name);
    free(spec->dimensions);
    free(spec->fit.models_by);
    free(spec->line.by);
    assay_audit_spec_clear(&spec->audit);
    assay_about_clear(&spec->about);
    *spec = (struct assay_spec){0};
}

size_t assay_indicator_count(const struct assay_spec *spec)
{
    size_t n = 0;
    for (size_t j = 0; j < spec->n_signal; j++)
        n += spec->signals[j].missing == ASSAY_INDICATOR;
    return n;
}
