#include "validate/people/misses.h"

#include <math.h>

#include "core/base/text.h"
#include "validate/people/drivers.h"
#include "validate/people/person.h"

/* A type is worth a sentence of advice when it has so many misses and so large a share of them. */
enum { ADVISE_COUNT = 3 };
static const double advise_share = 0.2;

/* ---- the summary ---- */

static void count_types(const struct assay_mistakes *mistakes, size_t count[ASSAY_MISS_TYPES + 1])
{
    for (size_t t = 0; t <= ASSAY_MISS_TYPES; t++)
        count[t] = 0;
    for (size_t m = 0; m < mistakes->n_miss; m++)
        count[mistakes->misses[m].type]++;
}

static enum assay_status write_types(const struct assay_people *people,
                                     const struct assay_mistakes *mistakes, const size_t count[],
                                     struct assay_json_writer *json, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    assay_json_open(json, "types", '[');
    for (size_t t = 0; status == ASSAY_OK && t < ASSAY_MISS_TYPES; t++) {
        double value = 0;
        status = assay_mistakes_value(people, mistakes->misses, mistakes->n_miss,
                                      (enum assay_miss_type)t, &value, err);
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "type", assay_miss_type_names[t]);
        assay_json_put_count(json, "n", count[t]);
        assay_json_put_optional(json, "value", value);
        assay_json_put_string(json, "meaning", assay_miss_type_meanings[t]);
        assay_json_close(json);
    }
    assay_json_close(json);
    return status;
}

static size_t listed(size_t n)
{
    return n < ASSAY_LISTED ? n : ASSAY_LISTED;
}

static enum assay_status write_summary(const struct assay_people *people,
                                       const struct assay_mistakes *mistakes, const size_t count[],
                                       struct assay_json_writer *json, struct assay_error *err)
{
    double value = 0;
    enum assay_status status = assay_mistakes_value(people, mistakes->misses, mistakes->n_miss,
                                                    ASSAY_MISS_TYPES, &value, err);
    if (status != ASSAY_OK)
        return status;
    assay_json_open(json, "miss_summary", '{');
    assay_json_put_count(json, "n", mistakes->n_miss);
    assay_json_put_count(json, "listed", listed(mistakes->n_miss));
    assay_json_put_count(json, "typed", mistakes->n_miss - count[ASSAY_MISS_UNKNOWN]);
    assay_json_put_optional(json, "value", value);
    status = write_types(people, mistakes, count, json, err);
    assay_json_close(json);
    return status;
}

/* ---- one by one ---- */

static void write_why(const struct assay_people *people, const struct assay_mistake *miss,
                      struct assay_text *why, struct assay_json_writer *json)
{
    bool known = miss->type != ASSAY_MISS_UNKNOWN;
    assay_text_reset(why);
    assay_why_say(people, miss->row, miss->place, why);
    assay_person_put_text(json, "type", known ? assay_miss_type_names[miss->type] : NULL);
    assay_person_put_text(json, "why", why->data);
    json->out.failed = json->out.failed || why->failed;
}

static void write_miss(const struct assay_people *people, const struct assay_mistake *miss,
                       struct assay_text *why, struct assay_json_writer *json)
{
    const struct assay_audit_set *used = &people->input->used;
    size_t i = miss->row;
    int32_t as_of = used->as_of != NULL ? used->as_of[i] : ASSAY_NO_DATE;
    int32_t event = used->event_date != NULL ? used->event_date[i] : ASSAY_NO_DATE;
    bool dated = as_of != ASSAY_NO_DATE && event != ASSAY_NO_DATE;
    struct assay_drivers drivers = assay_drivers_find(people, i);
    assay_json_open(json, NULL, '{');
    assay_person_put_who(json, people, i);
    assay_put_date(json, "event_date", event);
    assay_json_put_optional(json, "days", dated ? (double)(event - as_of) : (double)NAN);
    assay_person_put_standing(json, people, i);
    write_why(people, miss, why, json);
    assay_drivers_put(json, "looked_healthy", people, drivers.up, drivers.n_up);
    assay_drivers_put(json, "warned", people, drivers.down, drivers.n_down);
    assay_json_close(json);
}

static void write_list(const struct assay_people *people, const struct assay_mistakes *mistakes,
                       struct assay_json_writer *json)
{
    struct assay_text why = {0};
    assay_json_open(json, "misses", '[');
    for (size_t m = 0; m < listed(mistakes->n_miss); m++)
        write_miss(people, &mistakes->misses[m], &why, json);
    assay_json_close(json);
    assay_text_clear(&why);
}

/* ---- what to do about it ---- */

static bool frequent(size_t count, size_t n)
{
    return count >= ADVISE_COUNT && (double)count >= advise_share * (double)n;
}

static void advise(const struct assay_mistakes *mistakes, const size_t count[],
                   struct assay_audit_output *out)
{
    size_t n = mistakes->n_miss;
    if (frequent(count[ASSAY_MISS_MISSING], n))
        assay_advise(out, 1, "Fill in the signals that are missing: %zu of %zu missed churners would "
                     "have been flagged with them at the level of the typical churner",
                     count[ASSAY_MISS_MISSING], n);
    if (frequent(count[ASSAY_MISS_STALE], n))
        assay_advise(out, 1, "Refresh the signals that are out of date: they hid %zu of %zu missed "
                     "churners", count[ASSAY_MISS_STALE], n);
    if (frequent(count[ASSAY_MISS_COLLAPSE], n))
        assay_advise(out, 1, "Score more often, or alert on falling scores: %zu of %zu missed churners "
                     "were flagged later, before they left, or were falling fast",
                     count[ASSAY_MISS_COLLAPSE], n);
    if (frequent(count[ASSAY_MISS_CONTRADICTORY], n))
        assay_advise(out, 2, "Look at missed churners whose signals contradicted each other (%zu of "
                     "%zu): a strong warning may deserve a rule of its own",
                     count[ASSAY_MISS_CONTRADICTORY], n);
}

enum assay_status assay_misses_write(const struct assay_people *people,
                                     const struct assay_mistakes *mistakes,
                                     struct assay_audit_output *out, struct assay_error *err)
{
    size_t count[ASSAY_MISS_TYPES + 1];
    count_types(mistakes, count);
    enum assay_status status = write_summary(people, mistakes, count, &out->json, err);
    if (status != ASSAY_OK)
        return status;
    write_list(people, mistakes, &out->json);
    advise(mistakes, count, out);
    return ASSAY_OK;
}
