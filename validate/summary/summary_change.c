#include <math.h>
#include <stdio.h>
#include <string.h>

#include "validate/summary/say.h"
#include "validate/summary/summary_parts.h"

/* ---- drift ---- */

static void say_drifted(FILE *out, const struct cJSON *variables)
{
    for (const struct cJSON *v = variables != NULL ? assay_json_first(variables) : NULL; v != NULL;
         v = assay_json_next(v))
        if (say_is_true(v, "drifted")) {
            fprintf(out, "  - %s \"%s\": PSI %.3f, and %.3f is what chance allows", say_text(v, "kind"),
                    say_text(v, "name"), say_number(v, "psi"), say_number(v, "psi_limit"));
            if (!isnan(say_number(v, "ks")))
                fprintf(out, "; KS %.3f", say_number(v, "ks"));
            fprintf(out, "\n");
        }
}

/* The sentence of a section: its words, or why there are none. */
static void say_section(FILE *out, const struct cJSON *section)
{
    if (*say_text(section, "refused") != '\0')
        say_wrapped(out, "  ", say_text(section, "refused"));
    if (*say_text(section, "words") != '\0')
        say_wrapped(out, "  ", say_text(section, "words"));
}

void assay_say_drift(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *drift = say_get(audit, "drift");
    if (drift == NULL)
        return;
    say_title(out, say_get(audit, "model") != NULL ? "Drift since calibration" : "Drift");
    say_section(out, drift);
    say_drifted(out, say_get(drift, "variables"));
    say_section(out, say_get(audit, "migration"));
    say_section(out, say_get(audit, "inflation"));
    say_section(out, say_get(audit, "calibration_drift"));
}

/* ---- champion ---- */

static const char *metric_words(const char *metric)
{
    static const char *const words[][2] = {{"auc", "AUC"},
                                           {"brier", "Brier score"},
                                           {"log_loss", "log loss"},
                                           {"net_benefit", "net benefit at the line"}};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strcmp(metric, words[k][0]) == 0)
            return words[k][1];
    return metric;
}

/* "-" where a figure is not defined. */
static void say_figure(FILE *out, double figure, int width)
{
    char text[32] = "-";
    if (!isnan(figure))
        snprintf(text, sizeof text, "%.4f", figure);
    fprintf(out, "%*s", width, text);
}

static void say_difference(FILE *out, const struct cJSON *difference)
{
    double p = say_number(difference, "p_value");
    const char *words = say_estimate(say_get(difference, "difference"), 1, 4);
    say_name(out, metric_words(say_text(difference, "metric")));
    say_figure(out, say_number(difference, "champion"), 9);
    say_figure(out, say_number(difference, "challenger"), 11);
    if (isnan(p))
        fprintf(out, "   %s\n", words);
    else
        fprintf(out, "   %-28s %.2g\n", words, p);
}

void assay_say_comparison(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *comparison = say_get(audit, "comparison");
    const struct cJSON *differences = say_get(comparison, "differences");
    const struct cJSON *champion = say_get(audit, "champion");
    if (comparison == NULL)
        return;
    fprintf(out, "\nAgainst the champion, %s %s (%.19s...), on the same %s snapshots\n",
            say_text(champion, "name"), say_text(champion, "version"), say_text(champion, "digest"),
            say_grouped(say_number(comparison, "n")));
    say_name(out, "");
    fprintf(out, "%9s %10s   %-28s %s\n", "champion", "this model", "difference", "p");
    for (const struct cJSON *d = differences != NULL ? assay_json_first(differences) : NULL; d != NULL;
         d = assay_json_next(d))
        say_difference(out, d);
    const struct cJSON *promotion = say_get(comparison, "promotion");
    const char *words = say_text(promotion, "words");
    if (*words == '\0')
        words = say_text(comparison, "words");
    if (*words != '\0')
        say_wrapped(out, "  ", words);
}

/* ---- interim ---- */

void assay_say_interim(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *interim = say_get(audit, "interim");
    const struct cJSON *conditions = say_get(interim, "conditions"), *warnings = say_get(interim, "warnings");
    if (interim == NULL)
        return;
    say_title(out, "Estimate before outcomes are known (no outcome has been looked at)");
    say_section(out, interim);
    if (conditions != NULL && assay_json_first(conditions) != NULL)
        fprintf(out, "  It fails when\n");
    for (const struct cJSON *c = conditions != NULL ? assay_json_first(conditions) : NULL; c != NULL;
         c = assay_json_next(c))
        say_wrapped(out, "  - ", assay_json_string(c));
    for (const struct cJSON *w = warnings != NULL ? assay_json_first(warnings) : NULL; w != NULL;
         w = assay_json_next(w))
        say_wrapped(out, "  Warning: ", assay_json_string(w));
}
