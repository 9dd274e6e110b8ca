/* Segments and fairness; and what limits the model, by what people know and by what the files tell. */
#include <math.h>
#include <string.h>

#include "release/document/sections.h"
#include "release/document/words.h"

/* ---- segments ---- */

static void say_declared(const struct assay_document *d)
{
    const struct assay_spec *spec = &d->model->spec;
    if (spec->n_segment == 0) {
        assay_content_note(
            d->content,
            "No segments are declared, so nobody has looked whether some kinds of accounts are "
            "served worse than others. The spec's \"segments\" names the columns to look by.");
        return;
    }
    assay_content_paragraph(d->content, "Performance is looked at by:");
    for (size_t k = 0; k < spec->n_segment; k++)
        assay_content_item(d->content, "%s", spec->segments[k]);
    assay_content_paragraph(d->content,
                            spec->fit.models_by != NULL
                                ? "Weights differ by \"%s\", pulled to common ones."
                                : "Weights and intercept are the same in all of them.",
                            spec->fit.models_by);
}

static void say_table(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"segment", false},
                                                        {"snapshots", true},
                                                        {"with the event", true},
                                                        {"flagged", true},
                                                        {"AUC", true},
                                                        {"sensitivity", true},
                                                        {"specificity", true},
                                                        {"observed / expected", true}};
    assay_content_table(d->content, "Segments in the audit, with 95% intervals", columns, 8);
    for (const struct cJSON *s = assay_path_first(d->audit, "segments"); s != NULL;
         s = assay_json_next(s)) {
        const char *column = assay_path_text(s, "column"), *value = assay_path_text(s, "value");
        assay_content_cell(d->content, "%s: %s", column != NULL ? column : "-",
                           value != NULL ? value : "(missing)");
        assay_content_cell(d->content, "%s", assay_path_count(s, "n"));
        assay_content_cell(d->content, "%s", assay_path_count(s, "events"));
        assay_content_cell(d->content, "%s",
                           assay_say_rate(assay_path_estimate(s, "flagged_share")));
        assay_content_cell(d->content, "%s", assay_say_estimate(assay_path_estimate(s, "auc"), 3));
        assay_content_cell(d->content, "%s", assay_say_rate(assay_path_estimate(s, "sensitivity")));
        assay_content_cell(d->content, "%s", assay_say_rate(assay_path_estimate(s, "specificity")));
        assay_content_cell(d->content, "%s",
                           assay_say_estimate(assay_path_estimate(s, "oe_ratio"), 2));
    }
}

/* How many segments differ from the rest by more than chance; those are listed where list is set. */
static size_t gaps(const struct assay_document *d, bool list)
{
    size_t n = 0;
    for (const struct cJSON *gap = assay_path_first(d->audit, "segment_gaps"); gap != NULL;
         gap = assay_json_next(gap)) {
        const char *column = assay_path_text(gap, "column"), *words = assay_path_text(gap, "words");
        if (!assay_path_true(gap, "found"))
            continue;
        n++;
        if (list)
            assay_content_item(d->content, "%s: %s", column != NULL ? column : "-",
                               words != NULL ? words : "-");
    }
    return n;
}

void assay_document_segments(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_FAIRNESS};
    bool audited = assay_path_first(d->audit, "segments") != NULL;
    assay_content_section(d->content, ASSAY_SECTION_SEGMENTS, "Segments and fairness");
    assay_document_about(d, keys, 1);
    say_declared(d);
    say_table(d);
    if (audited && gaps(d, false) > 0) {
        assay_content_paragraph(
            d->content, "Differing from the rest by more than chance allows, at a false discovery "
                        "rate of 5%%:");
        gaps(d, true);
    } else if (audited) {
        assay_content_paragraph(
            d->content, "No segment differs from the rest by more than chance allows, at a false "
                        "discovery rate of 5%%. In small segments a difference may go unseen: the "
                        "intervals tell how large it could be.");
    } else if (d->model->spec.n_segment > 0) {
        assay_content_note(d->content,
                           "Missing: without an audit, nothing is known of how the segments fare.");
    }
}

/* ---- limits ---- */

static void say_of_calibration(const struct assay_document *d)
{
    const struct assay_model_fit *fit = &d->model->fit;
    for (size_t k = 0; k < fit->n_warning; k++)
        assay_content_item(d->content, "At calibration: %s.", fit->warnings[k]);
    if ((double)fit->accounts < fit->sample_size.needed)
        assay_content_item(
            d->content,
            "The accounts of the calibration are fewer than the criteria of sample size ask for: "
            "weights and probabilities are less certain than they should be.");
    if (d->model->performance[ASSAY_OUT_OF_TIME].n == 0)
        assay_content_item(d->content,
                           "Calibration has no figures for a later period than that of the fit.");
    if (d->model->performance[ASSAY_CROSS_VALIDATED].n == 0)
        assay_content_item(d->content, "Calibration has no cross-validated figures.");
}

static void say_of_audit(const struct assay_document *d)
{
    const char *result = assay_path_text(d->audit, "verdict.result");
    const char *headline = assay_path_text(d->audit, "verdict.headline");
    if (result != NULL && strcmp(result, "pass") != 0)
        assay_content_item(d->content, "The audit's verdict: %s.",
                           headline != NULL ? headline : result);
    if (assay_path_true(d->audit, "quality.in_sample"))
        assay_content_item(
            d->content,
            "The audit's snapshots are those of the calibration, at least in part: its figures "
            "flatter.");
    for (const struct cJSON *note = assay_path_first(d->audit, "quality.notes"); note != NULL;
         note = assay_json_next(note))
        if (assay_json_is_string(note))
            assay_content_item(d->content, "%s", assay_json_string(note));
    if (assay_path_true(d->audit, "drift.any"))
        assay_content_item(d->content,
                           "The data have drifted since calibration: the audit tells where.");
    if (assay_path_first(d->audit, "blind_spots") != NULL)
        assay_content_item(d->content, "The audit found blind spots.");
    if (gaps(d, false) > 0)
        assay_content_item(d->content, "Some segments are served worse or better than the rest.");
    if (assay_path_value(d->audit, "acted_on") != NULL)
        assay_content_item(d->content,
                           "Some accounts were acted on, which may have changed what became of "
                           "them; the audit bounds by how much.");
}

void assay_document_limits(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_LIMITATIONS};
    assay_content_section(d->content, ASSAY_SECTION_LIMITS, "Limits");
    assay_document_about(d, keys, 1);
    assay_content_paragraph(d->content, "What the files tell:");
    say_of_calibration(d);
    if (d->audit == NULL)
        assay_content_item(d->content, "It was released without an audit.");
    say_of_audit(d);
    assay_content_item(d->content, "The model knows what goes together with the event, not what "
                                   "causes it: a better value of a "
                                   "signal need not keep an account.");
    assay_content_item(
        d->content,
        "It holds for accounts like those it was calibrated on, and for as long as they stay so.");
}
