/* Signals: what is measured, how a raw value becomes points, what happens where there is none. */
#include <math.h>
#include <stdio.h>

#include "release/document/sections.h"
#include "release/document/words.h"

enum { COHORTS_SHOWN = 60 };

/* ---- the signals ---- */

static const char *points_words(const struct assay_signal_spec *signal, char out[160])
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    switch (normalise->method) {
    case ASSAY_PERCENTILE:
        return "rank in its cohort, 0 to 100";
    case ASSAY_RANGE:
        snprintf(out, 160, "straight from %s (0) to %s (100)%s", assay_say_short(normalise->low),
                 assay_say_short(normalise->high),
                 signal->better == ASSAY_LOWER ? ", then taken from 100" : "");
        return out;
    case ASSAY_STEPS:
        return "steps, in the table below";
    case ASSAY_NONE:
        return signal->better == ASSAY_LOWER ? "100 less the value" : "the value as it is";
    }
    return "";
}

static const char *missing_words(const struct assay_signal_spec *signal, char out[160])
{
    static const char *const words[ASSAY_MISSING_POLICIES] = {
        [ASSAY_NEUTRAL] = "50 points",
        [ASSAY_INDICATOR] = "50 points and a term of its own",
        [ASSAY_RENORMALISE] = "weights of the others are scaled up",
        [ASSAY_DROP] = "no score",
        [ASSAY_RENORMALISE_DIMENSION] = "weights of the others in the dimension are scaled up"};
    if (signal->missing != ASSAY_POINTS)
        return words[signal->missing];
    snprintf(out, 160, "%s points", assay_say_short(signal->missing_points));
    return out;
}

static void say_signals(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"signal", false},
                                                        {"column", false},
                                                        {"dimension", false},
                                                        {"better", false},
                                                        {"points from the raw value", false},
                                                        {"where missing", false}};
    assay_content_table(d->content, "Signals", columns, 6);
    for (size_t j = 0; j < d->model->n_signal; j++) {
        const struct assay_signal_spec *signal = &d->model->spec.signals[j];
        char words[160];
        assay_content_cell(d->content, "%s", signal->name);
        assay_content_cell(d->content, "%s", signal->column);
        assay_content_cell(d->content, "%s", signal->dimension);
        assay_content_cell(d->content, "%s", assay_better_names[signal->better]);
        assay_content_cell(d->content, "%s", points_words(signal, words));
        assay_content_cell(d->content, "%s", missing_words(signal, words));
    }
}

static void say_recorded(const struct assay_document *d)
{
    for (size_t j = 0; j < d->model->n_signal; j++) {
        const struct assay_signal_spec *signal = &d->model->spec.signals[j];
        if (signal->recorded != NULL)
            assay_content_item(d->content, "When \"%s\" was recorded stands in column \"%s\".",
                               signal->name, signal->recorded);
    }
}

/* ---- steps and ranks ---- */

static void say_steps(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"signal", false}, {"value", false}, {"points", true}};
    assay_content_table(d->content, "Steps", columns, 3);
    for (size_t j = 0; j < d->model->n_signal; j++) {
        const struct assay_signal_spec *signal = &d->model->spec.signals[j];
        const struct assay_normalise_spec *normalise = &signal->normalise;
        for (size_t k = 0; k < normalise->n_step; k++) {
            double points = normalise->steps[k].points;
            assay_content_cell(d->content, "%s", signal->name);
            if (normalise->by_category)
                assay_content_cell(d->content, "%s", normalise->steps[k].category);
            else
                assay_content_cell(d->content, "from %s",
                                   assay_say_short(normalise->steps[k].from));
            assay_content_cell(
                d->content, "%s",
                assay_say_short(signal->better == ASSAY_LOWER ? 100 - points : points));
        }
    }
}

/* The raw value at which a curve reaches so many points; its end where it stays short of them. */
static double raw_at(const struct assay_knots *knots, double points)
{
    bool rises = knots->s[knots->n - 1] >= knots->s[0];
    for (size_t k = 0; k < knots->n; k++) {
        if (rises ? knots->s[k] < points : knots->s[k] > points)
            continue;
        if (k == 0)
            return knots->x[0];
        double share = (points - knots->s[k - 1]) / (knots->s[k] - knots->s[k - 1]);
        return knots->x[k - 1] + share * (knots->x[k] - knots->x[k - 1]);
    }
    return knots->x[knots->n - 1];
}

static void say_ranks(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"signal", false},   {"10 points", true},
                                                        {"25 points", true}, {"50 points", true},
                                                        {"75 points", true}, {"90 points", true}};
    static const double points[] = {10, 25, 50, 75, 90};
    assay_content_table(d->content, "Raw values at which ranks among all accounts stand", columns,
                        6);
    for (size_t j = 0; j < d->model->n_signal; j++) {
        const struct assay_baseline *baseline = &d->model->baselines[j];
        if (baseline->n_node == 0)
            continue;
        assay_content_cell(d->content, "%s", d->model->spec.signals[j].name);
        for (size_t k = 0; k < sizeof points / sizeof points[0]; k++)
            assay_content_cell(d->content, "%s",
                               assay_say_raw(raw_at(&baseline->knots[0], points[k])));
    }
}

/* ---- cohorts ---- */

static void say_cohorts(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"cohort", false}, {"snapshots", true}};
    const struct assay_cohorts *cohorts = &d->model->cohorts;
    const struct assay_cohort_spec *spec = &d->model->spec.cohort;
    size_t shown = cohorts->n_node < COHORTS_SHOWN ? cohorts->n_node : COHORTS_SHOWN;
    if (spec->plan == NULL && spec->tenure == NULL) {
        assay_content_paragraph(d->content, "Ranks are among all accounts: there are no cohorts.");
        return;
    }
    assay_content_paragraph(
        d->content,
        "Ranks are among the account's cohort: those of the same %s%s%s%s%s. A cohort with few "
        "snapshots borrows from the "
        "one above it, whose distribution counts like %s snapshots. A plan that calibration had "
        "not seen is "
        "compared with all accounts, and marked.",
        spec->plan != NULL ? "plan (\"" : "", spec->plan != NULL ? spec->plan : "",
        spec->plan != NULL ? "\")" : "", spec->plan != NULL && spec->tenure != NULL ? " and " : "",
        spec->tenure != NULL ? "band of tenure" : "", assay_say_short(spec->borrow));
    assay_content_table(d->content, "Cohorts", columns, 2);
    for (size_t k = 0; k < shown; k++) {
        char label[128];
        assay_content_cell(d->content, "%s", assay_cohort_label(cohorts, k, label, sizeof label));
        assay_content_cell(d->content, "%s", assay_say_count(cohorts->nodes[k].rows));
    }
    if (shown < cohorts->n_node)
        assay_content_note(d->content, "And %zu more, in the model file.", cohorts->n_node - shown);
}

static bool uses(const struct assay_document *d, enum assay_method method)
{
    for (size_t j = 0; j < d->model->n_signal; j++)
        if (d->model->spec.signals[j].normalise.method == method)
            return true;
    return false;
}

void assay_document_signals(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_SIGNALS};
    assay_content_section(d->content, ASSAY_SECTION_SIGNALS, "Signals");
    assay_document_about(d, keys, 1);
    assay_content_paragraph(
        d->content,
        "Each signal becomes points from 0 to 100, of which more is healthier, before it "
        "is weighed. A value beyond a range counts as its end. A category without a step, and "
        "a cell that cannot be read, count as missing.");
    say_signals(d);
    say_recorded(d);
    say_steps(d);
    if (uses(d, ASSAY_PERCENTILE)) {
        say_cohorts(d);
        say_ranks(d);
        assay_content_note(
            d->content,
            "The full curves, a list of knots for every cohort, stand in the model "
            "file: \"signals\", \"normalise\", \"cohorts\". Between knots they are straight.");
    }
}
