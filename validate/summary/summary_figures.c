#include <math.h>
#include <stdio.h>

#include "core/base/text.h"
#include "validate/summary/say.h"
#include "validate/summary/summary_parts.h"

void assay_say_counts(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *counts = say_get(audit, "counts");
    if (counts == NULL)
        return;
    fprintf(out, "\n");
    say_name(out, "");
    fprintf(out, "%12s %12s\n", "event", "no event");
    say_name(out, "flagged");
    fprintf(out, "%12s %12s\n", say_grouped(say_number(counts, "tp")),
            say_grouped(say_number(counts, "fp")));
    say_name(out, "not flagged");
    fprintf(out, "%12s %12s\n", say_grouped(say_number(counts, "fn")),
            say_grouped(say_number(counts, "tn")));
}

static const struct {
    const char *key, *name;
    double unit;
    int digits;
} shown[] = {
    {"sensitivity", "sensitivity, %", 100, 1},
    {"specificity", "specificity, %", 100, 1},
    {"ppv", "precision (PPV), %", 100, 1},
    {"npv", "NPV, %", 100, 1},
    {"flagged_share", "flagged, %", 100, 1},
    {"auc", "AUC", 1, 3},
    {"ks", "KS", 1, 3},
    {"average_precision", "average precision", 1, 3},
    {"lift_top_decile", "lift of the riskiest tenth", 1, 2},
    {"brier", "Brier score", 1, 4},
    {"brier_scaled", "Brier score, scaled", 1, 3},
    {"log_loss", "log loss", 1, 4},
    {"calibration_intercept", "calibration intercept", 1, 3},
    {"calibration_slope", "calibration slope", 1, 3},
    {"oe_ratio", "observed / expected", 1, 3},
    {"ici", "calibration error (ICI), %", 100, 2},
    {"net_benefit", "net benefit at the line", 1, 4},
};

void assay_say_figures(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *metrics = say_get(audit, "metrics");
    if (metrics == NULL)
        return;
    say_title(out, "Figures, with 95% intervals");
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
        const struct cJSON *metric = say_get(metrics, shown[k].key);
        const char *words = say_estimate(metric, shown[k].unit, shown[k].digits);
        if (isnan(say_number(metric, "value")))
            continue;
        say_name(out, shown[k].name);
        fprintf(out, "%s\n", words);
    }
}

void assay_say_zones(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *zones = say_get(audit, "zones");
    const struct cJSON *zone = zones != NULL ? assay_json_first(zones) : NULL;
    if (zone == NULL)
        return;
    fprintf(out, "\n");
    say_name(out, "zone");
    fprintf(out, "%12s %12s   %s\n", "snapshots", "events", "share with the event");
    for (; zone != NULL; zone = assay_json_next(zone)) {
        char label[128];
        double rate = say_number(zone, "rate");
        snprintf(label, sizeof label, "%.100s, from %.4g", say_text(zone, "name"),
                 say_number(zone, "from"));
        say_name(out, label);
        fprintf(out, "%12s %12s", say_grouped(say_number(zone, "n")),
                say_grouped(say_number(zone, "events")));
        if (!isnan(rate))
            fprintf(out, "   %.1f%% [%.1f, %.1f]", 100 * rate, 100 * say_low(zone),
                    100 * say_high(zone));
        fprintf(out, "\n");
    }
}
