#include "core/spec/release_spec.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/spec/spec_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const assay_about_names[ASSAY_ABOUT_KEYS] = {
    "purpose",     "users",    "action",      "population",  "data",       "outcome",
    "signals",     "fairness", "limitations", "monitoring",  "owner",      "approval",
    "involvement", "funding",  "protocol",    "data_access", "code_access"};

static const char *const inconclusive_words[] = {"refuse",
                                                 "accept"}; /* accept_inconclusive as index */

/* ---- release ---- */

struct assay_release_spec assay_release_spec_default(void)
{
    return (struct assay_release_spec){.audit_age_days = 120,
                                       .oe_low = 0.8,
                                       .oe_high = 1.25,
                                       .max_weight_change = 0.10,
                                       .max_zone_changes = 0.20};
}

static enum assay_status read_inconclusive(struct assay_json *doc, const struct cJSON *object,
                                           bool *accept, struct assay_error *err)
{
    size_t word;
    if (assay_json_get(object, "inconclusive") == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_json_want_word(doc, object, "inconclusive", inconclusive_words,
                                                    COUNT(inconclusive_words), &word, err);
    if (status == ASSAY_OK)
        *accept = word == 1;
    return status;
}

static enum assay_status read_age(struct assay_json *doc, const struct cJSON *object, size_t *days,
                                  struct assay_error *err)
{
    return assay_json_get(object, "audit_age_days") == NULL
               ? ASSAY_OK
               : assay_json_want_count(doc, object, "audit_age_days", 1, 3650, days, err);
}

/* Above 0 and up to 1. */
static enum assay_status read_budget(struct assay_json *doc, const struct cJSON *object,
                                     const char *key, double *budget, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    if (value == NULL)
        return ASSAY_OK;
    if (!assay_json_is_number(value) || !(assay_json_number(value) > 0) ||
        assay_json_number(value) > 1)
        return assay_json_wrong(doc, value, err, "a number above 0 and up to 1");
    *budget = assay_json_number(value);
    return ASSAY_OK;
}

static enum assay_status read_oe_ratio(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_release_spec *release, struct assay_error *err)
{
    const double most = 1e9;
    const struct cJSON *value = assay_json_get(object, "oe_ratio");
    if (value == NULL)
        return ASSAY_OK;
    if (!assay_json_is_array(value) || assay_json_count(value) != 2)
        return assay_json_wrong(doc, value, err,
                                "two numbers, [lowest, highest], between which it is right");
    const struct cJSON *low = assay_json_first(value), *high = assay_json_next(low);
    if (!assay_json_is_number(low) || !(assay_json_number(low) > 0) ||
        assay_json_number(low) > most)
        return assay_json_wrong(doc, low, err, "a number above 0 and up to %g", most);
    if (!assay_json_is_number(high) || !(assay_json_number(high) > assay_json_number(low)) ||
        assay_json_number(high) > most)
        return assay_json_wrong(doc, high, err,
                                "a number above %g, which is the lower one, and up to %g",
                                assay_json_number(low), most);
    release->oe_low = assay_json_number(low);
    release->oe_high = assay_json_number(high);
    return ASSAY_OK;
}

enum assay_status assay_release_spec_read(struct assay_json *doc, const struct cJSON *object,
                                          struct assay_release_spec *release,
                                          struct assay_error *err)
{
    static const char *const keys[] = {"inconclusive", "audit_age_days", "oe_ratio",
                                       "max_weight_change", "max_zone_changes"};
    struct assay_release_spec made = *release;
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"release\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_inconclusive(doc, object, &made.accept_inconclusive, err);
    if (status == ASSAY_OK)
        status = read_age(doc, object, &made.audit_age_days, err);
    if (status == ASSAY_OK)
        status = read_oe_ratio(doc, object, &made, err);
    if (status == ASSAY_OK)
        status = read_budget(doc, object, "max_weight_change", &made.max_weight_change, err);
    if (status == ASSAY_OK)
        status = read_budget(doc, object, "max_zone_changes", &made.max_zone_changes, err);
    if (status != ASSAY_OK)
        return status;
    made.declared = true;
    *release = made;
    return ASSAY_OK;
}

void assay_release_spec_write(struct assay_json_writer *json,
                              const struct assay_release_spec *release)
{
    if (!release->declared)
        return;
    assay_json_open(json, "release", '{');
    assay_json_put_string(json, "inconclusive", inconclusive_words[release->accept_inconclusive]);
    assay_json_put_count(json, "audit_age_days", release->audit_age_days);
    assay_json_put_numbers(json, "oe_ratio", (const double[]){release->oe_low, release->oe_high},
                           2);
    assay_json_put_number(json, "max_weight_change", release->max_weight_change);
    assay_json_put_number(json, "max_zone_changes", release->max_zone_changes);
    assay_json_close(json);
}

/* ---- about ---- */

/* A text of blanks would count as filled in, and tell nobody anything. */
static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

enum assay_status assay_about_read(struct assay_json *doc, const struct cJSON *object,
                                   struct assay_about *about, struct assay_error *err)
{
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"about\"", assay_about_names, ASSAY_ABOUT_KEYS, err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_ABOUT_KEYS; k++) {
        const struct cJSON *value = assay_json_get(object, assay_about_names[k]);
        if (value == NULL)
            continue;
        if (!assay_json_is_string(value) || is_blank(assay_json_string(value)) ||
            strlen(assay_json_string(value)) > ASSAY_ABOUT_LIMIT)
            return assay_json_wrong(doc, value, err,
                                    "text in quotes, not blank and of at most %d bytes",
                                    ASSAY_ABOUT_LIMIT);
        status = assay_spec_text(assay_json_string(value), &about->text[k], err);
    }
    return status;
}

void assay_about_write(struct assay_json_writer *json, const struct assay_about *about)
{
    bool any = false;
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        any = any || about->text[k] != NULL;
    if (!any)
        return;
    assay_json_open(json, "about", '{');
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        if (about->text[k] != NULL)
            assay_json_put_string(json, assay_about_names[k], about->text[k]);
    assay_json_close(json);
}

void assay_about_clear(struct assay_about *about)
{
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        free(about->text[k]);
    *about = (struct assay_about){0};
}
