#include "core/spec/audit_spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/spec/spec_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The metrics of an audit, and the numbers that make sense as their targets. */
static const struct metric {
    const char *name;
    enum assay_target_kind kind;
    double low, high;
    bool open; /* low itself would ask for nothing */
} metrics[] = {
    {"sensitivity", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"specificity", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"ppv", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"npv", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"prevalence", ASSAY_TARGET_WITHIN, 0, 1, false},
    {"accuracy", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"flagged_share", ASSAY_TARGET_WITHIN, 0, 1, false},
    {"auc", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"auc_logit", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"brier", ASSAY_TARGET_AT_MOST, 0, 1, true},
    {"log_loss", ASSAY_TARGET_AT_MOST, 0, 1e9, true},
    {"calibration_intercept", ASSAY_TARGET_WITHIN, -1e9, 1e9, false},
    {"calibration_slope", ASSAY_TARGET_WITHIN, -1e9, 1e9, false},
    {"oe_ratio", ASSAY_TARGET_WITHIN, 0, 1e9, false},
    {"balanced_accuracy", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"f1", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"mcc", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"average_precision", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"ks", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"gini", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"brier_scaled", ASSAY_TARGET_AT_LEAST, 0, 1, true},
    {"ici", ASSAY_TARGET_AT_MOST, 0, 1, true},
    {"e50", ASSAY_TARGET_AT_MOST, 0, 1, true},
    {"e90", ASSAY_TARGET_AT_MOST, 0, 1, true},
    {"emax", ASSAY_TARGET_AT_MOST, 0, 1, true},
    {"spiegelhalter_z", ASSAY_TARGET_WITHIN, -1e9, 1e9, false},
    {"net_benefit", ASSAY_TARGET_AT_LEAST, 0, 1, false},
    {"lift_top_decile", ASSAY_TARGET_AT_LEAST, 0, 10, true},
};

static const struct metric *find_metric(const char *name)
{
    for (size_t k = 0; k < COUNT(metrics); k++)
        if (strcmp(metrics[k].name, name) == 0)
            return &metrics[k];
    return NULL;
}

bool assay_target_kind_of(const char *metric, enum assay_target_kind *kind)
{
    const struct metric *found = find_metric(metric);
    if (found != NULL)
        *kind = found->kind;
    return found != NULL;
}

struct assay_audit_spec assay_audit_spec_default(void)
{
    struct assay_assumption none = {NAN, NAN, NAN};
    return (struct assay_audit_spec){.recovery_rate = none, .contact_cost = none};
}

static bool is_number_within(const struct cJSON *value, double low, double high)
{
    return assay_json_is_number(value) && assay_json_number(value) >= low &&
           assay_json_number(value) <= high;
}

/* ---- targets ---- */

static enum assay_status read_bound(struct assay_json *doc, const struct cJSON *value,
                                    const struct metric *metric, struct assay_target *target,
                                    struct assay_error *err)
{
    bool good = is_number_within(value, metric->low, metric->high) &&
                !(metric->open && assay_json_number(value) == metric->low);
    if (!good && metric->open)
        return assay_json_wrong(doc, value, err, "a number above %g and up to %g", metric->low,
                                metric->high);
    if (!good)
        return assay_json_wrong(doc, value, err, "a number from %g to %g", metric->low,
                                metric->high);
    *(metric->kind == ASSAY_TARGET_AT_LEAST ? &target->low : &target->high) =
        assay_json_number(value);
    return ASSAY_OK;
}

static enum assay_status read_range(struct assay_json *doc, const struct cJSON *value,
                                    const struct metric *metric, struct assay_target *target,
                                    struct assay_error *err)
{
    if (!assay_json_is_array(value) || assay_json_count(value) != 2)
        return assay_json_wrong(doc, value, err,
                                "two numbers, [lowest, highest], between which it is right");
    const struct cJSON *low = assay_json_first(value), *high = assay_json_next(low);
    if (!is_number_within(low, metric->low, metric->high))
        return assay_json_wrong(doc, low, err, "a number from %g to %g", metric->low, metric->high);
    if (!is_number_within(high, assay_json_number(low), metric->high) ||
        assay_json_number(high) == assay_json_number(low))
        return assay_json_wrong(doc, high, err, "a number above %g, which is the lower one, and up "
                                                "to %g",
                                assay_json_number(low), metric->high);
    target->low = assay_json_number(low);
    target->high = assay_json_number(high);
    return ASSAY_OK;
}

/* There are too many names for a hint that lists them. */
static enum assay_status refuse_metric(struct assay_json *doc, const struct cJSON *member,
                                       struct assay_error *err)
{
    const char *names[COUNT(metrics)];
    char shown[ASSAY_QUOTE_SIZE];
    const char *name = assay_json_key(member);
    for (size_t k = 0; k < COUNT(metrics); k++)
        names[k] = metrics[k].name;
    const char *nearest = assay_nearest_word(name, names, COUNT(metrics));
    assay_fail(err, ASSAY_EDATA, "%s: unknown key \"%s\" in \"targets\"",
               assay_json_place(doc, member), assay_quote_value(name, strlen(name), shown));
    if (nearest != NULL)
        assay_hint(err, "Did you mean \"%s\"?", nearest);
    else
        assay_hint(err, "Targets are for the metrics of an audit, as \"sensitivity\", \"auc\" or "
                        "\"oe_ratio\".");
    return ASSAY_EDATA;
}

static enum assay_status read_target(struct assay_json *doc, const struct cJSON *member,
                                     double *sensitivity, double *specificity,
                                     struct assay_audit_spec *audit, struct assay_error *err)
{
    const struct metric *metric = find_metric(assay_json_key(member));
    struct assay_target target = {NULL, NAN, NAN};
    if (metric == NULL)
        return refuse_metric(doc, member, err);
    enum assay_status status = metric->kind == ASSAY_TARGET_WITHIN
                                   ? read_range(doc, member, metric, &target, err)
                                   : read_bound(doc, member, metric, &target, err);
    if (status != ASSAY_OK)
        return status;
    if (strcmp(metric->name, "sensitivity") == 0) {
        *sensitivity = target.low;
    } else if (strcmp(metric->name, "specificity") == 0) {
        *specificity = target.low;
    } else {
        struct assay_target *out = &audit->targets[audit->n_target++];
        *out = target;
        status = assay_spec_text(metric->name, &out->metric, err);
    }
    return status;
}

enum assay_status assay_targets_read(struct assay_json *doc, const struct cJSON *object,
                                     double *sensitivity, double *specificity,
                                     struct assay_audit_spec *audit, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    audit->targets = assay_alloc(assay_json_count(object), sizeof *audit->targets);
    if (audit->targets == NULL)
        return assay_fail_memory(err, "reading a declaration");
    for (const struct cJSON *member = assay_json_first(object);
         status == ASSAY_OK && member != NULL; member = assay_json_next(member))
        status = read_target(doc, member, sensitivity, specificity, audit, err);
    return status;
}

void assay_targets_write(struct assay_json_writer *json, const struct assay_spec *spec)
{
    assay_json_open(json, "targets", '{');
    assay_json_put_number(json, "sensitivity", spec->target_sensitivity);
    assay_json_put_number(json, "specificity", spec->target_specificity);
    for (size_t k = 0; k < spec->audit.n_target; k++) {
        const struct assay_target *target = &spec->audit.targets[k];
        if (isnan(target->low) || isnan(target->high))
            assay_json_put_number(json, target->metric,
                                  isnan(target->low) ? target->high : target->low);
        else
            assay_json_put_numbers(json, target->metric,
                                   (const double[]){target->low, target->high}, 2);
    }
    assay_json_close(json);
}

/* ---- audit ---- */

static enum assay_status read_acted_on(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_audit_spec *audit, struct assay_error *err)
{
    static const char *const keys[] = {"date", "column"};
    const struct cJSON *part;
    enum assay_status status = assay_json_want_object(doc, object, "acted_on", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, part, "\"acted_on\"", keys, COUNT(keys), err);
    if (status != ASSAY_OK)
        return status;
    bool dated = assay_json_get(part, "date") != NULL;
    if (dated == (assay_json_get(part, "column") != NULL))
        return assay_fail(err, ASSAY_EDATA,
                          "%s: \"acted_on\" names %s; expected either \"date\", a column with the "
                          "day, or \"column\", one of 0 and 1",
                          assay_json_place(doc, part), dated ? "both" : "neither");
    return dated ? assay_spec_name(doc, part, "date", &audit->acted_on_date, err)
                 : assay_spec_name(doc, part, "column", &audit->acted_on_column, err);
}

static enum assay_status read_promotion(struct assay_json *doc, const struct cJSON *object,
                                        struct assay_audit_spec *audit, struct assay_error *err)
{
    static const char *const keys[] = {"auc",   "sensitivity", "specificity",
                                       "brier", "log_loss",    "net_benefit"};
    const struct cJSON *part;
    enum assay_status status = assay_json_want_object(doc, object, "promotion", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, part, "\"promotion\"", keys, COUNT(keys), err);
    if (status != ASSAY_OK)
        return status;
    if (assay_json_first(part) == NULL) /* a rule without conditions would promote anything */
        return assay_json_wrong(doc, part, err, "at least one metric with its margin");
    audit->promotion = assay_alloc(assay_json_count(part), sizeof *audit->promotion);
    if (audit->promotion == NULL)
        return assay_fail_memory(err, "reading a declaration");
    for (const struct cJSON *member = assay_json_first(part); status == ASSAY_OK && member != NULL;
         member = assay_json_next(member)) {
        if (!is_number_within(member, 0, 1) || assay_json_number(member) == 0) {
            assay_json_wrong(doc, member, err, "a margin above 0 and up to 1");
            assay_hint(err, "By how much may a new model be worse here and still be good enough? "
                            "No data can show that it is not worse at all.");
            return ASSAY_EDATA;
        }
        struct assay_margin *margin = &audit->promotion[audit->n_promotion++];
        margin->margin = assay_json_number(member);
        status = assay_spec_text(assay_json_key(member), &margin->metric, err);
    }
    return status;
}

/* A number, or [low, value, high]. */
static enum assay_status read_assumption(struct assay_json *doc, const struct cJSON *object,
                                         const char *key, double highest,
                                         struct assay_assumption *out, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    double least = 0, read[3];
    if (value == NULL)
        return ASSAY_OK;
    if (is_number_within(value, 0, highest)) {
        double number = assay_json_number(value);
        *out = (struct assay_assumption){number, number, number};
        return ASSAY_OK;
    }
    if (!assay_json_is_array(value) || assay_json_count(value) != 3)
        return assay_json_wrong(doc, value, err,
                                "a number from 0 to %g, or three of them as [low, value, high]",
                                highest);
    const struct cJSON *element = assay_json_first(value);
    for (size_t k = 0; k < 3; k++, element = assay_json_next(element)) {
        if (!is_number_within(element, least, highest))
            return assay_json_wrong(doc, element, err, "a number from %g%s to %g", least,
                                    k == 0 ? "" : ", which is the one before it,", highest);
        least = read[k] = assay_json_number(element);
    }
    *out = (struct assay_assumption){read[0], read[1], read[2]};
    return ASSAY_OK;
}

static const char *const audit_keys[] = {"owner",         "acted_on",     "promotion",
                                         "recovery_rate", "contact_cost", "targets"};
enum { AUDIT_KEYS = COUNT(audit_keys) - 1 }; /* "targets" stands beside them in a rules file alone */

static enum assay_status read_members(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_audit_spec *audit, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (assay_json_get(object, "owner") != NULL)
        status = assay_spec_name(doc, object, "owner", &audit->owner, err);
    if (status == ASSAY_OK && assay_json_get(object, "acted_on") != NULL)
        status = read_acted_on(doc, object, audit, err);
    if (status == ASSAY_OK && assay_json_get(object, "promotion") != NULL)
        status = read_promotion(doc, object, audit, err);
    if (status == ASSAY_OK)
        status = read_assumption(doc, object, "recovery_rate", 1, &audit->recovery_rate, err);
    if (status == ASSAY_OK)
        status = read_assumption(doc, object, "contact_cost", 1e12, &audit->contact_cost, err);
    return status;
}

enum assay_status assay_audit_part_read(struct assay_json *doc, const struct cJSON *object,
                                        struct assay_audit_spec *audit, struct assay_error *err)
{
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"audit\"", audit_keys, AUDIT_KEYS, err);
    return status != ASSAY_OK ? status : read_members(doc, object, audit, err);
}

static void write_assumption(struct assay_json_writer *json, const char *key,
                             const struct assay_assumption *assumption)
{
    if (isnan(assumption->value))
        return;
    if (assumption->low == assumption->high)
        assay_json_put_number(json, key, assumption->value);
    else
        assay_json_put_numbers(
            json, key, (const double[]){assumption->low, assumption->value, assumption->high}, 3);
}

static void write_acted_on(struct assay_json_writer *json, const struct assay_audit_spec *audit)
{
    assay_json_open(json, "acted_on", '{');
    if (audit->acted_on_date != NULL)
        assay_json_put_string(json, "date", audit->acted_on_date);
    else
        assay_json_put_string(json, "column", audit->acted_on_column);
    assay_json_close(json);
}

void assay_audit_part_write(struct assay_json_writer *json, const struct assay_audit_spec *audit)
{
    bool acted_on = audit->acted_on_date != NULL || audit->acted_on_column != NULL;
    if (audit->owner == NULL && !acted_on && audit->n_promotion == 0 &&
        isnan(audit->recovery_rate.value) && isnan(audit->contact_cost.value))
        return;
    assay_json_open(json, "audit", '{');
    if (audit->owner != NULL)
        assay_json_put_string(json, "owner", audit->owner);
    if (acted_on)
        write_acted_on(json, audit);
    if (audit->n_promotion > 0) {
        assay_json_open(json, "promotion", '{');
        for (size_t k = 0; k < audit->n_promotion; k++)
            assay_json_put_number(json, audit->promotion[k].metric, audit->promotion[k].margin);
        assay_json_close(json);
    }
    write_assumption(json, "recovery_rate", &audit->recovery_rate);
    write_assumption(json, "contact_cost", &audit->contact_cost);
    assay_json_close(json);
}

/* ---- a file of rules ---- */

static enum assay_status read_rules(struct assay_json *doc, struct assay_audit_spec *audit,
                                    double *sensitivity, double *specificity,
                                    struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(doc), *targets = NULL;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "rules for audits: an object in braces");
    enum assay_status status =
        assay_json_check_keys(doc, root, "the rules", audit_keys, COUNT(audit_keys), err);
    if (status == ASSAY_OK && assay_json_get(root, "targets") != NULL)
        status = assay_json_want_object(doc, root, "targets", &targets, err);
    if (status == ASSAY_OK && targets != NULL)
        status = assay_targets_read(doc, targets, sensitivity, specificity, audit, err);
    return status != ASSAY_OK ? status : read_members(doc, root, audit, err);
}

enum assay_status assay_audit_spec_read_text(const char *name, const char *text, size_t length,
                                             struct assay_audit_spec *audit, double *sensitivity,
                                             double *specificity, struct assay_error *err)
{
    struct assay_json *doc;
    struct assay_audit_spec made = assay_audit_spec_default();
    double targets[2] = {NAN, NAN};
    enum assay_status status =
        assay_json_parse(name, text, length, ASSAY_JSON_COMMENTS, &doc, err);
    if (status != ASSAY_OK)
        return status;
    status = read_rules(doc, &made, &targets[0], &targets[1], err);
    assay_json_free(doc);
    if (status != ASSAY_OK) {
        assay_audit_spec_clear(&made);
        return status;
    }
    *audit = made;
    *sensitivity = targets[0];
    *specificity = targets[1];
    return ASSAY_OK;
}

enum assay_status assay_audit_spec_read(const char *path, struct assay_audit_spec *audit,
                                        double *sensitivity, double *specificity,
                                        char sha256[ASSAY_SHA256_TEXT_SIZE],
                                        struct assay_error *err)
{
    struct assay_text text = {0};
    enum assay_status status = assay_file_read(path, ASSAY_SPEC_LIMIT, &text, err);
    if (status == ASSAY_OK)
        status = assay_audit_spec_read_text(strcmp(path, "-") == 0 ? "standard input" : path,
                                            text.data, text.length, audit, sensitivity, specificity,
                                            err);
    if (status == ASSAY_OK) {
        struct assay_sha256 hash;
        assay_sha256_init(&hash);
        assay_sha256_add(&hash, text.data, text.length);
        assay_sha256_finish(&hash, sha256);
    }
    assay_text_clear(&text);
    return status;
}

void assay_audit_spec_clear(struct assay_audit_spec *audit)
{
    free(audit->owner);
    free(audit->acted_on_date);
    free(audit->acted_on_column);
    for (size_t k = 0; k < audit->n_target; k++)
        free(audit->targets[k].metric);
    free(audit->targets);
    for (size_t k = 0; k < audit->n_promotion; k++)
        free(audit->promotion[k].metric);
    free(audit->promotion);
    *audit = assay_audit_spec_default();
}
