/* The audit at release: verdict and why, figures, mistakes, blind spots, drift, lead time, worth,
 * comparison. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "release/document/sections.h"
#include "release/document/words.h"
#include "release/record/look.h"

/* ---- small steps ---- */

static bool ends_sentence(const char *words)
{
    size_t length = strlen(words);
    return length > 0 && words[length - 1] == '.';
}

static void say_words(const struct assay_document *d, const char *heading, const char *path)
{
    const char *words = assay_path_text(d->audit, path);
    if (words == NULL)
        return;
    if (heading != NULL)
        assay_content_heading(d->content, "%s", heading);
    assay_content_paragraph(d->content, "%s%s", words, ends_sentence(words) ? "" : ".");
}

static void say_list(const struct assay_document *d, const char *path)
{
    for (const struct cJSON *e = assay_path_first(d->audit, path); e != NULL;
         e = assay_json_next(e))
        if (assay_json_is_string(e))
            assay_content_item(d->content, "%s", assay_json_string(e));
}

static enum assay_tone tone_of(const char *result)
{
    if (strcmp(result, "pass") == 0 || strcmp(result, "met") == 0)
        return ASSAY_TONE_GOOD;
    return strcmp(result, "fail") == 0 || strcmp(result, "missed") == 0 ? ASSAY_TONE_BAD
                                                                        : ASSAY_TONE_OPEN;
}

static void put_result(const struct assay_document *d, const char *result)
{
    if (result == NULL)
        assay_content_cell(d->content, "-");
    else
        assay_content_mark(d->content, tone_of(result), NULL, "%s", result);
}

/* ---- verdict ---- */

static void say_verdict(const struct assay_document *d)
{
    const char *result = assay_path_text(d->audit, "verdict.result");
    const char *created = assay_path_text(d->audit, "created");
    assay_content_paragraph(d->content, "Verdict of %s: %s.",
                            created != NULL ? created : "an unknown day",
                            result != NULL ? result : "none");
    say_list(d, "verdict.reasons");
    say_words(d, NULL, "verdict.power.words");
}

static void say_floors(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"what practitioners ask", false},
                                                        {"result", false}};
    assay_content_table(d->content, "What practitioners hold a score to", columns, 2);
    for (const struct cJSON *floor = assay_path_first(d->audit, "verdict.floors"); floor != NULL;
         floor = assay_json_next(floor)) {
        const char *words = assay_path_text(floor, "words");
        if (words == NULL)
            continue;
        assay_content_cell(d->content, "%s", words);
        put_result(d, assay_path_text(floor, "result"));
    }
}

/* "at least 75.0%", "0.8 to 1.25": a number, or [low, high] with null where it is open. */
static void put_target(const struct assay_document *d, const char *name, const struct cJSON *metric)
{
    const struct cJSON *target = assay_path_value(metric, "target");
    const struct cJSON *first = assay_look_first(target);
    double low = assay_path_number(first != NULL ? first : target, "");
    double high = first != NULL ? assay_path_number(assay_json_next(first), "") : (double)NAN;
    if (!isnan(low) && !isnan(high))
        assay_content_cell(d->content, "%s to %s", assay_say_short(low), assay_say_short(high));
    else if (isnan(low) && isnan(high))
        assay_content_cell(d->content, "-");
    else
        assay_content_cell(
            d->content, "%s %s", isnan(high) ? "at least" : "at most",
            assay_say_metric(name, assay_estimate_without_interval(isnan(high) ? low : high)));
}

static void say_metrics(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"figure", false},
                                                        {"value", true},
                                                        {"target", true},
                                                        {"result", false},
                                                        {"interval by", false}};
    assay_content_table(d->content, "All figures of the audit, with 95% intervals", columns, 5);
    for (const struct cJSON *metric = assay_path_first(d->audit, "metrics"); metric != NULL;
         metric = assay_json_next(metric)) {
        const char *name = assay_json_key(metric), *method = assay_path_text(metric, "method");
        struct assay_estimate estimate = assay_path_estimate(metric, "");
        if (name == NULL || isnan(estimate.value))
            continue;
        assay_content_cell(d->content, "%s", assay_metric_words(name));
        assay_content_cell(d->content, "%s", assay_say_metric(name, estimate));
        put_target(d, name, metric);
        put_result(d, assay_path_text(metric, "result"));
        assay_content_cell(d->content, "%s", method != NULL ? method : "-");
    }
}

/* ---- mistakes ---- */

static void say_misses(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"kind of miss", false}, {"accounts", true}, {"what it means", false}};
    if (assay_path_value(d->audit, "counts") == NULL)
        return;
    assay_content_heading(d->content, "Mistakes");
    assay_content_paragraph(
        d->content,
        "Flagged with the event: %s. Flagged without: %s. Not flagged with the event: %s. Not "
        "flagged without: %s.",
        assay_path_count(d->audit, "counts.tp"), assay_path_count(d->audit, "counts.fp"),
        assay_path_count(d->audit, "counts.fn"), assay_path_count(d->audit, "counts.tn"));
    assay_content_table(d->content, "Those who were missed", columns, 3);
    for (const struct cJSON *type = assay_path_first(d->audit, "miss_summary.types"); type != NULL;
         type = assay_json_next(type)) {
        const char *name = assay_path_text(type, "type"),
                   *meaning = assay_path_text(type, "meaning");
        if (name == NULL)
            continue;
        assay_content_cell(d->content, "%s", name);
        assay_content_cell(d->content, "%s", assay_path_count(type, "n"));
        assay_content_cell(d->content, "%s", meaning != NULL ? meaning : "-");
    }
}

static void say_blind_spots(const struct assay_document *d)
{
    const struct cJSON *first = assay_path_first(d->audit, "blind_spots");
    if (assay_path_value(d->audit, "blind_spot_search") == NULL)
        return;
    assay_content_heading(d->content, "Blind spots");
    if (first == NULL)
        assay_content_paragraph(d->content, "None found.");
    for (; first != NULL; first = assay_json_next(first))
        if (assay_path_text(first, "words") != NULL)
            assay_content_item(d->content, "%s", assay_path_text(first, "words"));
    say_words(d, NULL, "blind_spot_search.words");
}

/* ---- change since calibration ---- */

static void say_variables(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"variable", false}, {"kind", false},
                                                        {"missing", true},   {"PSI", true},
                                                        {"differs", false},  {"how", false}};
    assay_content_table(d->content, "The audit's snapshots beside the calibration's", columns, 6);
    for (const struct cJSON *v = assay_path_first(d->audit, "drift.variables"); v != NULL;
         v = assay_json_next(v)) {
        const char *name = assay_path_text(v, "name"), *kind = assay_path_text(v, "kind");
        const char *words = assay_path_text(v, "words");
        bool drifted = assay_path_true(v, "drifted");
        if (name == NULL)
            continue;
        assay_content_cell(d->content, "%s", name);
        assay_content_cell(d->content, "%s", kind != NULL ? kind : "-");
        assay_content_cell(
            d->content, "%s",
            assay_say_percent(assay_path_number(v, "missing") / assay_path_number(v, "n")));
        assay_content_cell(d->content, "%s", assay_say_number(assay_path_number(v, "psi"), 3));
        assay_content_mark(d->content, drifted ? ASSAY_TONE_BAD : ASSAY_TONE_PLAIN, NULL, "%s",
                           drifted ? "yes" : "no");
        assay_content_cell(d->content, "%s", words != NULL ? words : "-");
    }
}

static void say_drift(const struct assay_document *d)
{
    if (assay_path_value(d->audit, "drift") == NULL &&
        assay_path_value(d->audit, "inflation") == NULL &&
        assay_path_value(d->audit, "calibration_drift") == NULL)
        return;
    assay_content_heading(d->content, "Drift since calibration");
    say_words(d, NULL, "drift.refused");
    say_words(d, NULL, "drift.words");
    say_variables(d);
    say_words(d, NULL, "calibration_drift.words");
    say_words(d, NULL, "migration.words");
    say_words(d, NULL, "inflation.words");
}

/* ---- against the version before ---- */

static void say_comparison(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"figure", false},
                                                        {"before", true},
                                                        {"this model", true},
                                                        {"difference", true},
                                                        {"p", true}};
    if (assay_path_value(d->audit, "comparison") == NULL)
        return;
    const char *version = assay_path_text(d->audit, "champion.version");
    assay_content_heading(d->content, "Beside the model in force then, version %s",
                          version != NULL ? version : "unknown");
    assay_content_table(d->content, "Both on the same snapshots", columns, 5);
    for (const struct cJSON *row = assay_path_first(d->audit, "comparison.differences");
         row != NULL; row = assay_json_next(row)) {
        const char *name = assay_path_text(row, "metric");
        double p = assay_path_number(row, "p_value");
        if (name == NULL)
            continue;
        assay_content_cell(d->content, "%s", assay_metric_words(name));
        assay_content_cell(d->content, "%s",
                           assay_say_metric(name, assay_path_estimate(row, "champion")));
        assay_content_cell(d->content, "%s",
                           assay_say_metric(name, assay_path_estimate(row, "challenger")));
        assay_content_cell(
            d->content, "%s",
            assay_say_metric_difference(name, assay_path_estimate(row, "difference")));
        assay_content_cell(d->content, isnan(p) ? "-" : "%.2g", p);
    }
    say_words(d, NULL, "comparison.words");
}

static void say_impact(const struct assay_document *d)
{
    if (assay_path_value(d->audit, "value.words") == NULL &&
        assay_path_first(d->audit, "impact.words") == NULL)
        return;
    assay_content_heading(d->content, "What it is worth");
    say_words(d, NULL, "value.words");
    say_list(d, "impact.words");
}

void assay_document_audit(const struct assay_document *d)
{
    assay_content_section(d->content, ASSAY_SECTION_AUDIT, "Audit at release");
    if (d->audit == NULL) {
        assay_content_note(
            d->content,
            "Missing: no audit was released with this version. \"assay validate\" makes one.");
        return;
    }
    say_verdict(d);
    say_floors(d);
    say_metrics(d);
    say_misses(d);
    say_blind_spots(d);
    say_words(d, "How early the event was seen coming", "lead_time.words");
    if (assay_path_value(d->audit, "acted_on") != NULL) {
        say_words(d, "Accounts that were acted on", "acted_on.bounds.words");
        say_words(d, NULL, "acted_on.effect.words");
    }
    say_impact(d);
    say_drift(d);
    say_comparison(d);
    if (assay_path_first(d->audit, "what_to_do") != NULL)
        assay_content_heading(d->content, "What it advised");
    say_list(d, "what_to_do");
}
