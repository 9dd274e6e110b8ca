#include <math.h>
#include <string.h>

#include "release/version/change.h"

static void write_list(struct assay_json_writer *json, const char *key, char *const sentences[],
                       size_t n)
{
    assay_json_open(json, key, '[');
    for (size_t k = 0; k < n; k++)
        assay_json_put_string(json, NULL, sentences[k]);
    assay_json_close(json);
}

static void write_weight(struct assay_json_writer *json, const char *key,
                         const struct assay_estimate *weight)
{
    if (isnan(weight->value)) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_number(json, "weight", weight->value);
    assay_json_put_interval(json, "interval", weight->low, weight->high);
    assay_json_close(json);
}

static void write_weights(struct assay_json_writer *json, const struct assay_change *change)
{
    assay_json_open(json, "weights", '[');
    for (size_t j = 0; j < change->n_signal; j++) {
        const struct assay_signal_change *signal = &change->signals[j];
        double before = isnan(signal->before.value) ? 0 : signal->before.value;
        double after = isnan(signal->after.value) ? 0 : signal->after.value;
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", signal->name);
        assay_json_put_string(json, "dimension", signal->dimension);
        write_weight(json, "before", &signal->before);
        write_weight(json, "after", &signal->after);
        assay_json_put_number(json, "points", 100 * (after - before));
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_baselines(struct assay_json_writer *json, const struct assay_change *change)
{
    assay_json_open(json, "baselines", '[');
    for (size_t k = 0; k < change->n_baseline; k++) {
        const struct assay_baseline_change *baseline = &change->baselines[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", baseline->name);
        assay_json_put_bool(json, "method", baseline->method);
        assay_json_put_optional(json, "mean", baseline->mean);
        assay_json_put_optional(json, "largest", baseline->largest);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_line(struct assay_json_writer *json, const struct assay_change *change)
{
    static const char *const keys[2] = {"before", "after"};
    assay_json_open(json, "intercept", '{');
    for (size_t k = 0; k < 2; k++)
        assay_json_put_number(json, keys[k], change->intercept[k]);
    assay_json_close(json);
    assay_json_open(json, "line", '{');
    for (size_t k = 0; k < 2; k++) {
        assay_json_open(json, keys[k], '{');
        assay_json_put_number(json, "probability", change->line[k]);
        assay_json_put_number(json, "score", change->line_score[k]);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static bool same_zones(const struct assay_spec *a, const struct assay_spec *b)
{
    if (a->n_zone != b->n_zone)
        return false;
    for (size_t k = 0; k < a->n_zone; k++)
        if (strcmp(a->zones[k].name, b->zones[k].name) != 0 || a->zones[k].from != b->zones[k].from)
            return false;
    return true;
}

static void write_zones(struct assay_json_writer *json, const struct assay_spec *before,
                        const struct assay_spec *after)
{
    static const char *const keys[2] = {"before", "after"};
    const struct assay_spec *specs[2] = {before, after};
    if (same_zones(before, after)) {
        assay_json_put_null(json, "zones");
        return;
    }
    assay_json_open(json, "zones", '{');
    for (size_t k = 0; k < 2; k++) {
        assay_json_open(json, keys[k], '[');
        for (size_t z = 0; z < specs[k]->n_zone; z++) {
            assay_json_open(json, NULL, '{');
            assay_json_put_string(json, "name", specs[k]->zones[z].name);
            assay_json_put_number(json, "from", specs[k]->zones[z].from);
            assay_json_close(json);
        }
        assay_json_close(json);
    }
    assay_json_close(json);
}

void assay_change_write(struct assay_json_writer *json, const char *key,
                        const struct assay_model *before, const struct assay_model *after,
                        const struct assay_change *change)
{
    assay_json_open(json, key, '{');
    assay_json_put_string(json, "level", assay_level_names[change->level]);
    assay_json_open(json, "reasons", '{');
    write_list(json, "major", change->major, change->n_major);
    write_list(json, "minor", change->minor, change->n_minor);
    write_list(json, "patch", change->patch, change->n_patch);
    assay_json_close(json);
    write_weights(json, change);
    write_baselines(json, change);
    write_line(json, change);
    write_zones(json, &before->spec, &after->spec);
    assay_json_put_number(json, "largest_weight_change", change->largest_weight_change);
    assay_json_close(json);
}
