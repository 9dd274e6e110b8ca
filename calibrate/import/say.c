#include "calibrate/import/say.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json_write.h"
#include "core/base/number.h"

/* ---- parts ---- */

/* A number of the 0-100 scale in the vendor's units, without the slack of edges. */
static double shown(const struct assay_scorecard *card, double points)
{
    return round(points * 1e6) / 1e6 / 100 * card->vendor->highest;
}

static const char *missing_words(const struct assay_measure *measure, char out[48])
{
    if (measure->missing != ASSAY_NULL_POINTS)
        return assay_null_words[measure->missing];
    snprintf(out, 48, "%g points", measure->missing_points);
    return out;
}

static const char *kind_words(const struct assay_measure *measure, char out[48])
{
    switch (measure->kind) {
    case ASSAY_MEASURE_SCORE:
        return "the column's own score";
    case ASSAY_MEASURE_LINEAR:
        snprintf(out, 48, "a line, %g to %g", measure->bands[0].points, measure->points_to);
        return out;
    case ASSAY_MEASURE_BANDS:
        snprintf(out, 48, "%zu band%s", measure->n_band, measure->n_band == 1 ? "" : "s");
        return out;
    case ASSAY_MEASURE_CATEGORIES:
        break;
    }
    snprintf(out, 48, "%zu categor%s", measure->n_band, measure->n_band == 1 ? "y" : "ies");
    return out;
}

static const char *rounding_words(struct assay_rounding_spec rounding)
{
    return rounding.dimensions ? rounding.score
                                     ? "groups, then the score, to whole numbers; halves up"
                                     : "groups to whole numbers; halves up"
           : rounding.score    ? "the score, to whole numbers; halves up"
                               : "none";
}

/* Outer bands that reach further than the file says. */
static bool stretches(const struct assay_scorecard *card)
{
    for (size_t j = 0; j < card->n_measure; j++) {
        const struct assay_measure *measure = &card->measures[j];
        double least = HUGE_VAL, most = -HUGE_VAL;
        if (measure->kind != ASSAY_MEASURE_BANDS || !isnan(measure->other))
            continue;
        for (size_t k = 0; k < measure->n_band; k++) {
            least = fmin(least, measure->bands[k].from.value);
            most = fmax(most, measure->bands[k].to.value);
        }
        if (isfinite(least) || isfinite(most))
            return true;
    }
    return false;
}

void assay_import_caution(const struct assay_scorecard *card, const struct assay_model *model,
                          struct assay_text *out)
{
    char rows[ASSAY_GROUPED_SIZE];
    if (assay_model_is_nominal(model))
        assay_text_printf(
            out,
            "imported from a %s scorecard, not fitted: probabilities are nominal, %g%% "
            "at the line by declaration; they rank accounts and do not say how many leave",
            card->vendor->name, 100 * model->at_risk_probability);
    else
        assay_text_printf(
            out,
            "imported from a %s scorecard: the weights are the scorecard's, not fitted; "
            "intercept and slope are, to %s snapshots",
            card->vendor->name, assay_number_group((double)model->fit.rows, rows));
}

/* ---- people ---- */

/* Words of a paragraph, broken at WIDTH columns. */
static void put_paragraph(struct assay_text *out, const char *text)
{
    enum { WIDTH = 98 };
    size_t column = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        if (column > 0 && column + 1 + n > WIDTH) {
            assay_text_putc(out, '\n');
            column = 0;
        } else if (column > 0) {
            assay_text_putc(out, ' ');
            column++;
        }
        assay_text_add(out, text, n);
        column += n;
        text += n + strspn(text + n, " ");
    }
    assay_text_putc(out, '\n');
}

static void put_paragraphf(struct assay_text *out, const char *format, ...) ASSAY_PRINTF(2, 3);

static void put_paragraphf(struct assay_text *out, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    put_paragraph(out, text);
}

static int widest(const struct assay_scorecard *card, bool group)
{
    int width = group ? 5 : 7;
    for (size_t j = 0; j < card->n_measure; j++) {
        const struct assay_measure *m = &card->measures[j];
        int w = assay_display_width(group ? card->groups[m->group].name : m->name);
        width = w > width ? w : width;
    }
    return width;
}

static void put_padded(struct assay_text *out, const char *text, int width)
{
    assay_text_puts(out, text);
    for (int w = assay_display_width(text); w < width; w++)
        assay_text_putc(out, ' ');
}

static void say_measures(const struct assay_scorecard *card, const struct assay_model *model,
                         struct assay_text *out)
{
    char kind[48], missing[48];
    int names = widest(card, false), groups = widest(card, true);
    assay_text_puts(out, "  ");
    put_padded(out, "measure", names + 2);
    put_padded(out, "group", groups + 2);
    assay_text_puts(out, "weight  points                  missing\n");
    for (size_t j = 0; j < card->n_measure; j++) {
        const struct assay_measure *m = &card->measures[j];
        assay_text_puts(out, "  ");
        put_padded(out, m->name, names + 2);
        put_padded(out, card->groups[m->group].name, groups + 2);
        assay_text_printf(out, "%5.1f%%  ", 100 * model->weight[j]);
        put_padded(out, kind_words(m, kind), 24);
        assay_text_printf(out, "%s\n", missing_words(m, missing));
    }
    if (card->n_group == 1)
        return;
    assay_text_puts(out, "\nGroups:");
    for (size_t g = 0; g < card->n_group; g++) {
        double sum = 0;
        for (size_t j = 0; j < card->n_measure; j++)
            sum += card->measures[j].group == g ? model->weight[j] : 0;
        assay_text_printf(out, "%s %s %.1f%%", g > 0 ? "," : "", card->groups[g].name, 100 * sum);
    }
    assay_text_putc(out, '\n');
}

static void say_line(const struct assay_scorecard *card, const struct assay_model *model,
                     struct assay_text *out)
{
    char scale[80] = "", edge[192] = "";
    double highest = card->vendor->highest, line = shown(card, model->at_risk_score);
    double second = shown(card, model->spec.zones[1].from);
    if (highest != 100)
        snprintf(scale, sizeof scale, " (%g on the model's scale, which ends at 100)",
                 line * 100 / highest);
    if (model->spec.scale == ASSAY_LOG_ODDS && second != line)
        snprintf(edge, sizeof edge,
                 ", not below %g, where the second zone starts: a model of such a card can have its "
                 "at-risk line in the middle only (docs/import.md, At risk)",
                 second);
    put_paragraphf(out, "At risk: a score below %g%s%s.", line, scale, edge);
}

static void say_score(const struct assay_scorecard *card, const struct assay_model *model,
                      struct assay_text *out)
{
    assay_text_printf(out, "\nScore: %s, 0 to %g. Rounding: %s.\nZones:",
                      card->vendor->additive ? "points added up" : "average by weights",
                      card->vendor->highest, rounding_words(card->rounding));
    for (size_t z = 0; z < model->spec.n_zone; z++)
        assay_text_printf(out, "%s %s from %g", z > 0 ? "," : "", model->spec.zones[z].name,
                          shown(card, model->spec.zones[z].from));
    assay_text_puts(out, ".\n");
    say_line(card, model, out);
}

static void say_probability(const struct assay_model *model, struct assay_text *out)
{
    char rows[ASSAY_GROUPED_SIZE], events[ASSAY_GROUPED_SIZE], accounts[ASSAY_GROUPED_SIZE];
    const struct assay_estimate *auc = &model->performance[ASSAY_APPARENT].figures[ASSAY_FIG_AUC];
    if (assay_model_is_nominal(model)) {
        put_paragraphf(
            out,
            "Probabilities: nominal. A scorecard knows none: %g%% at the line, and half the "
            "odds for every ten points above it, are by declaration. They rank accounts; they do "
            "not say how many leave.",
            100 * model->at_risk_probability);
        return;
    }
    put_paragraphf(
        out,
        "Probabilities: fitted to %s snapshots of %s accounts, %s with the event, the weights "
        "kept; %.1f%% at the line. AUC %.3f [%.3f, %.3f] on the same snapshots.",
        assay_number_group((double)model->fit.rows, rows),
        assay_number_group((double)model->fit.accounts, accounts),
        assay_number_group((double)model->fit.events, events), 100 * model->at_risk_probability,
        auc->value, auc->low, auc->high);
}

static void say_next(const struct assay_model *model, const struct assay_import_paths *paths,
                     struct assay_text *out)
{
    bool to_stdout = strcmp(paths->model, "-") == 0;
    assay_text_printf(out, "\nWritten: %s (%.19s...)%s%s\n",
                      to_stdout ? "standard output" : paths->model, model->digest,
                      paths->spec != NULL ? ", " : "", paths->spec != NULL ? paths->spec : "");
    assay_text_printf(out, "Next: how well it ranks%s: assay validate %s --data=%s\n",
                      paths->data != NULL ? " on later snapshots" : "",
                      to_stdout ? "MODEL" : paths->model,
                      paths->data != NULL ? "LATER.csv" : "HISTORY.csv");
    if (paths->spec != NULL)
        assay_text_printf(
            out,
            "      weights that a history asks for, these being the team's: assay calibrate %s "
            "--data=%s\n",
            paths->spec, paths->data != NULL ? paths->data : "HISTORY.csv");
    if (assay_model_is_nominal(model))
        assay_text_puts(out,
                        "      real probabilities: this import again, with --data=HISTORY.csv\n");
}

void assay_import_say(const struct assay_scorecard *card, const struct assay_model *model,
                      const struct assay_import_paths *paths, struct assay_text *out)
{
    assay_text_printf(out, "A %s scorecard: %zu measure%s in %zu group%s, from %s.\n\n",
                      card->vendor->name, card->n_measure, card->n_measure == 1 ? "" : "s",
                      card->n_group, card->n_group == 1 ? "" : "s", card->source);
    say_measures(card, model, out);
    say_score(card, model, out);
    say_probability(model, out);
    assay_text_putc(out, '\n');
    put_paragraphf(
        out, "What the documentation leaves open, and what stands here: %s%s", card->vendor->unsaid,
        stretches(card) ? " Numbers beyond the outermost bands get the points of the band next to "
                          "them, unless a row \"other\" says which."
                        : "");
    say_next(model, paths, out);
}

/* ---- programs ---- */

static void put_measures(struct assay_json_writer *json, const struct assay_scorecard *card,
                         const struct assay_model *model)
{
    assay_json_open(json, "measures", '[');
    for (size_t j = 0; j < card->n_measure; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", signal->name);
        assay_json_put_string(json, "column", signal->column);
        assay_json_put_string(json, "group", signal->dimension);
        assay_json_put_number(json, "weight", model->weight[j]);
        assay_json_put_string(json, "method", assay_method_names[signal->normalise.method]);
        assay_json_put_string(json, "missing", assay_missing_names[signal->missing]);
        assay_json_close(json);
    }
    assay_json_close(json);
}

void assay_import_say_json(const struct assay_scorecard *card, const struct assay_model *model,
                           const struct assay_import_paths *paths, struct assay_text *out)
{
    struct assay_json_writer json = {0};
    struct assay_text caution = {0};
    assay_import_caution(card, model, &caution);
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "from", card->vendor->word);
    assay_json_put_string(&json, "scorecard", card->source);
    assay_json_put_string(&json, "model", paths->model);
    assay_json_put_string(&json, "digest", model->digest);
    if (paths->spec != NULL)
        assay_json_put_string(&json, "spec", paths->spec);
    else
        assay_json_put_null(&json, "spec");
    assay_json_put_bool(&json, "nominal", assay_model_is_nominal(model));
    assay_json_put_count(&json, "rows", model->fit.rows);
    assay_json_put_count(&json, "events", model->fit.events);
    assay_json_put_string(&json, "scale", assay_scale_names[model->spec.scale]);
    assay_json_put_number(&json, "at_risk_score", model->at_risk_score);
    assay_json_put_number(&json, "at_risk_probability", model->at_risk_probability);
    put_measures(&json, card, model);
    assay_json_open(&json, "warnings", '[');
    assay_json_put_string(&json, NULL, caution.failed ? "" : caution.data);
    assay_json_close(&json);
    assay_json_close(&json);
    if (json.out.failed || caution.failed)
        out->failed = true;
    else
        assay_text_add(out, json.out.data, json.out.length);
    assay_text_clear(&caution);
    assay_text_clear(&json.out);
}
