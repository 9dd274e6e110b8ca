#include "calibrate/import/spec_write.h"

#include <math.h>

#include "core/base/json_write.h"
#include "core/spec/spec_parts.h"

static void put_signal(struct assay_json_writer *json, const struct assay_signal_spec *signal)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "name", signal->name);
    assay_json_put_string(json, "column", signal->column);
    assay_json_put_string(json, "dimension", signal->dimension);
    assay_json_put_string(json, "better", assay_better_names[signal->better]);
    assay_json_open(json, "normalise", '{');
    assay_normalise_spec_write(json, &signal->normalise);
    assay_json_close(json);
    if (signal->missing == ASSAY_POINTS)
        assay_json_put_number(json, "missing", signal->missing_points);
    else
        assay_json_put_string(json, "missing", assay_missing_names[signal->missing]);
    assay_json_put_number(json, "expert", signal->expert);
    assay_json_close(json);
}

/* Without the slack that tells edges apart in the model. */
static void put_zones(struct assay_json_writer *json, const struct assay_spec *spec)
{
    struct assay_zone zones[ASSAY_MAX_ZONES];
    for (size_t z = 0; z < spec->n_zone; z++)
        zones[z] = (struct assay_zone){spec->zones[z].name, round(spec->zones[z].from * 1e6) / 1e6};
    assay_zones_write(json, zones, spec->n_zone);
}

void assay_import_spec_write(const struct assay_scorecard *card, const struct assay_spec *spec,
                             struct assay_text *out)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "name", spec->name);
    assay_json_put_string(&json, "id", spec->id);
    if (spec->as_of != NULL)
        assay_json_put_string(&json, "as_of", spec->as_of);
    assay_outcome_spec_write(&json, &spec->outcome);
    assay_json_open(&json, "signals", '[');
    for (size_t j = 0; j < spec->n_signal; j++)
        put_signal(&json, &spec->signals[j]);
    assay_json_close(&json);
    put_zones(&json, spec);
    assay_json_put_number(&json, "seed", (double)spec->seed);
    assay_json_close(&json);
    assay_text_printf(
        out,
        "// The %s scorecard, to be calibrated: the columns, points and missing rules that it "
        "has, and\n// its weights as the team's own (\"expert\"). Cross-validation chooses whether "
        "the fit is anchored to\n// them, to equal ones or halfway, and how strongly; \"fit\": "
        "{\"anchor\": \"expert\", \"strength\": 1} takes\n// them, at that strength. 50 is the "
        "at-risk line of the calibrated score, and ten points halve the\n// odds.\n",
        card->vendor->name);
    if (json.out.failed)
        out->failed = true;
    else
        assay_text_add(out, json.out.data, json.out.length);
    assay_text_clear(&json.out);
}
