#include "validate/figures/zones.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "core/metric/design_effect.h"
#include "core/metric/zones.h"
#include "validate/figures/periods.h"
#include "validate/figures/weights.h"

enum { STRIP = 512 }; /* rows that are listed at once */

/* Of one zone: what its accounts are worth, as far as that is known, and what of it was lost. */
struct worth {
    double value, lost;
};

/* A score is in the zone from `from` on, and below `below`. */
struct bounds {
    double from, below;
};

static struct bounds bounds_of(const struct assay_spec *spec, size_t z)
{
    return (struct bounds){spec->zones[z].from, z + 1 < spec->n_zone ? spec->zones[z + 1].from : HUGE_VAL};
}

static size_t is_in(struct bounds zone, double score)
{
    return (size_t)(score >= zone.from) & (size_t)(score < zone.below);
}

/* list: those of n rows, at most STRIP, that are in the zone; returns how many. Without a branch, for which are nobody
 * can foresee. */
static size_t list_zone(struct bounds zone, const double score[], size_t n, uint16_t list[STRIP])
{
    size_t length = 0;
    for (size_t k = 0; k < n; k++) {
        list[length] = (uint16_t)k;
        length += is_in(zone, score[k]);
    }
    return length;
}

static struct worth worth_of(const struct assay_audit_input *input, size_t z)
{
    const struct assay_audit_set *used = &input->used;
    struct bounds zone = bounds_of(input->spec, z);
    struct worth worth = {0.0, 0.0};
    if (used->value == NULL)
        return (struct worth){NAN, NAN};
    for (size_t i = 0; i < used->n; i++)
        if (!isnan(used->value[i]) && is_in(zone, used->score[i])) {
            worth.value += used->value[i];
            worth.lost += used->outcome[i] ? used->value[i] : 0.0;
        }
    return worth;
}

/* The rate's interval as wide as rows that share accounts deserve. */
static struct assay_estimate rate_by_account(const struct assay_audit_input *input, size_t z,
                                             const struct assay_zone_result *zone,
                                             struct assay_design_effect *effect)
{
    const struct assay_audit_set *used = &input->used;
    struct bounds bounds = bounds_of(input->spec, z);
    double share = zone->rate.wilson.value;
    if (effect == NULL || zone->n == 0)
        return zone->rate.wilson;
    for (size_t first = 0; first < used->n; first += STRIP) {
        uint16_t list[STRIP];
        size_t n = used->n - first < STRIP ? used->n - first : STRIP;
        size_t length = list_zone(bounds, used->score + first, n, list);
        for (size_t k = 0; k < length; k++) {
            size_t i = first + list[k];
            assay_design_effect_add(effect, used->account[i], used->outcome[i] - share);
        }
    }
    double d = assay_design_effect_take(effect);
    return d > 1.0 ? assay_wilson_of_share(share, (double)zone->n / d, ASSAY_LEVEL)
                   : zone->rate.wilson;
}

static void write_zone(const struct assay_audit_input *input, size_t z,
                       const struct assay_zone_result *zone, const struct assay_estimate *rate,
                       struct assay_json_writer *json)
{
    struct worth worth = worth_of(input, z);
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "name", input->spec->zones[z].name);
    assay_json_put_number(json, "from", input->spec->zones[z].from);
    assay_json_put_count(json, "n", zone->n);
    assay_json_put_count(json, "events", zone->n_event);
    assay_json_put_optional(json, "rate", rate->value);
    assay_json_put_interval(json, "interval", rate->low, rate->high);
    assay_json_put_optional(json, "value", worth.value);
    assay_json_put_optional(json, "value_lost", worth.lost);
    assay_json_close(json);
}

/* A zone that is surely worse than the one below it, which is meant to be riskier. */
static void advise_order(const struct assay_spec *spec, size_t z, const struct assay_estimate *below,
                         const struct assay_estimate *rate, struct assay_audit_output *out)
{
    if (rate->low > below->high)
        assay_advise(out, 1,
                     "%s has more churn (%.1f%%) than %s below it (%.1f%%): the zones are out of "
                     "order, so look at what sets these accounts apart before the next release",
                     spec->zones[z].name, 100.0 * rate->value, spec->zones[z - 1].name,
                     100.0 * below->value);
}

static void write_zones(const struct assay_audit_input *input,
                        const struct assay_zone_result zones[], struct assay_design_effect *effect,
                        struct assay_audit_output *out)
{
    struct assay_estimate rate = assay_estimate_undefined();
    assay_json_open(&out->json, "zones", '[');
    for (size_t z = 0; zones != NULL && z < input->spec->n_zone; z++) {
        struct assay_estimate below = rate;
        rate = rate_by_account(input, z, &zones[z], effect);
        write_zone(input, z, &zones[z], &rate, &out->json);
        if (z > 0)
            advise_order(input->spec, z, &below, &rate, out);
    }
    assay_json_close(&out->json);
}

static enum assay_status measure(const struct assay_audit_input *input,
                                 struct assay_zone_result zones[], struct assay_error *err)
{
    double lower[ASSAY_MAX_ZONES];
    for (size_t z = 0; z < input->spec->n_zone; z++)
        lower[z] = input->spec->zones[z].from;
    return assay_zones_measure(input->used.score, input->used.outcome, input->used.n, lower,
                               input->spec->n_zone, zones, err);
}

enum assay_status assay_audit_zones(const struct assay_audit_input *input,
                                    struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_zone_result zones[ASSAY_MAX_ZONES];
    struct assay_design_effect room = {0}, *effect = NULL;
    bool any = input->spec->n_zone > 0 && input->used.n > 0;
    enum assay_status status = any ? measure(input, zones, err) : ASSAY_OK;
    if (status == ASSAY_OK && input->repeated) {
        status = assay_design_effect_init(input->n_account, &room, err);
        effect = &room;
    }
    if (status == ASSAY_OK) {
        write_zones(input, any ? zones : NULL, effect, out);
        status = assay_audit_write_periods(input, effect, out, err);
    }
    if (status == ASSAY_OK)
        assay_audit_write_weights(input, out);
    assay_design_effect_clear(&room);
    return status;
}
