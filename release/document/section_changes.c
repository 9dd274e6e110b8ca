/* What changed from the version in force before, as the record tells it. */
#include <math.h>

#include "release/document/sections.h"
#include "release/document/words.h"
#include "release/record/look.h"

/* ---- reasons ---- */

static void say_reasons(const struct assay_document *d, const char *path, const char *heading)
{
    const struct cJSON *first = assay_path_first(d->record, path);
    if (first == NULL)
        return;
    assay_content_paragraph(d->content, "%s", heading);
    for (; first != NULL; first = assay_json_next(first))
        if (assay_json_is_string(first))
            assay_content_item(d->content, "%s", assay_json_string(first));
}

/* ---- tables ---- */

static void say_weights(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"signal", false}, {"before", true}, {"after", true}, {"change", true}};
    assay_content_table(d->content, "Weights, before and after", columns, 4);
    for (const struct cJSON *w = assay_path_first(d->record, "changes.weights"); w != NULL;
         w = assay_json_next(w)) {
        struct assay_estimate before = assay_path_pair(w, "before.weight", "before.interval");
        struct assay_estimate after = assay_path_pair(w, "after.weight", "after.interval");
        const char *name = assay_path_text(w, "name");
        double points = 100 * ((isnan(after.value) ? 0 : after.value) -
                               (isnan(before.value) ? 0 : before.value));
        assay_content_cell(d->content, "%s", name != NULL ? name : "-");
        assay_content_cell(d->content, "%s",
                           isnan(before.value) ? "not there" : assay_say_points(before));
        assay_content_cell(d->content, "%s",
                           isnan(after.value) ? "taken out" : assay_say_points(after));
        assay_content_cell(d->content, "%s", assay_say_change(points, 1));
    }
}

static void say_baselines(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"signal", false}, {"mean shift", true}, {"largest shift", true}, {"besides", false}};
    assay_content_table(d->content, "Baselines that moved, in points of the signal", columns, 4);
    for (const struct cJSON *b = assay_path_first(d->record, "changes.baselines"); b != NULL;
         b = assay_json_next(b)) {
        const char *name = assay_path_text(b, "name");
        assay_content_cell(d->content, "%s", name != NULL ? name : "-");
        assay_content_cell(d->content, "%s", assay_say_number(assay_path_number(b, "mean"), 2));
        assay_content_cell(d->content, "%s", assay_say_change(assay_path_number(b, "largest"), 2));
        assay_content_cell(d->content, "%s",
                           assay_path_true(b, "method") ? "another method or other bounds" : "-");
    }
}

static void say_line(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"of the model", false}, {"before", true}, {"after", true}};
    const struct cJSON *changes = assay_path_value(d->record, "changes");
    assay_content_table(d->content, "Intercept and line, before and after", columns, 3);
    assay_content_cell(d->content, "intercept");
    assay_content_cell(d->content, "%s",
                       assay_say_number(assay_path_number(changes, "intercept.before"), 3));
    assay_content_cell(d->content, "%s",
                       assay_say_number(assay_path_number(changes, "intercept.after"), 3));
    assay_content_cell(d->content, "at-risk probability");
    assay_content_cell(d->content, "%s",
                       assay_say_percent(assay_path_number(changes, "line.before.probability")));
    assay_content_cell(d->content, "%s",
                       assay_say_percent(assay_path_number(changes, "line.after.probability")));
    assay_content_cell(d->content, "at-risk score");
    assay_content_cell(d->content, "%s",
                       assay_say_short(assay_path_number(changes, "line.before.score")));
    assay_content_cell(d->content, "%s",
                       assay_say_short(assay_path_number(changes, "line.after.score")));
}

static struct assay_estimate difference_of(const struct assay_document *d, const char *metric)
{
    return assay_path_estimate(
        assay_look_for(assay_path_value(d->record, "accuracy.differences"), "metric", metric), "");
}

static void say_accuracy(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"figure", false}, {"before", true}, {"after", true}, {"difference", true}};
    const struct cJSON *before = assay_path_value(d->record, "accuracy.before");
    const char *source = assay_path_text(d->record, "accuracy.source");
    if (assay_path_value(d->record, "accuracy") == NULL)
        return;
    assay_content_paragraph(
        d->content, "Both versions on the same %s snapshots, %s with the event, by the %s:",
        assay_path_count(d->record, "accuracy.n"), assay_path_count(d->record, "accuracy.events"),
        source != NULL ? source : "audit");
    assay_content_table(d->content, "Accuracy, before and after", columns, 4);
    for (const struct cJSON *after = assay_path_first(d->record, "accuracy.after"); after != NULL;
         after = assay_json_next(after)) {
        const char *name = assay_json_key(after);
        if (name == NULL)
            continue;
        assay_content_cell(d->content, "%s", assay_metric_words(name));
        assay_content_cell(d->content, "%s",
                           assay_say_metric(name, assay_path_estimate(before, name)));
        assay_content_cell(d->content, "%s",
                           assay_say_metric(name, assay_path_estimate(after, "")));
        assay_content_cell(d->content, "%s",
                           assay_say_metric_difference(name, difference_of(d, name)));
    }
}

static void say_moves(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"from", false}, {"to", false}, {"snapshots", true}};
    if (assay_path_value(d->record, "moves") == NULL)
        return;
    assay_content_paragraph(d->content, "Of %s snapshots, %s stand in another zone than before.",
                            assay_path_count(d->record, "moves.n"),
                            assay_path_count(d->record, "moves.moved"));
    assay_content_table(d->content, "Snapshots by zone, before and after", columns, 3);
    for (const struct cJSON *move = assay_path_first(d->record, "moves.table"); move != NULL;
         move = assay_json_next(move)) {
        const char *from = assay_path_text(move, "from"), *to = assay_path_text(move, "to");
        assay_content_cell(d->content, "%s", from != NULL ? from : "-");
        assay_content_cell(d->content, "%s", to != NULL ? to : "-");
        assay_content_cell(d->content, "%s", assay_path_count(move, "n"));
    }
}

void assay_document_changes(const struct assay_document *d)
{
    const char *previous = assay_path_text(d->record, "previous.version");
    const char *level = assay_path_text(d->record, "changes.level");
    assay_content_section(d->content, ASSAY_SECTION_CHANGES, "Changes");
    if (assay_path_value(d->record, "changes") == NULL) {
        assay_content_paragraph(d->content,
                                "This is the first version: there is nothing that it changes.");
        return;
    }
    assay_content_paragraph(d->content, "From version %s: a %s change.",
                            previous != NULL ? previous : "before",
                            level != NULL ? level : "minor");
    say_reasons(d, "changes.reasons.major", "What a scorer is given, or what its answer means:");
    say_reasons(d, "changes.reasons.minor", "What a score comes out as:");
    say_reasons(d, "changes.reasons.patch", "Texts, rules and evidence:");
    say_weights(d);
    say_baselines(d);
    say_line(d);
    say_accuracy(d);
    say_moves(d);
}
