#include "validate/notes.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note(struct assay_notes *notes, const char *format, ...) ASSAY_PRINTF(2, 3);

static void note(struct assay_notes *notes, const char *format, ...)
{
    va_list args;
    if (notes->n == ASSAY_MAX_NOTES)
        return;
    va_start(args, format);
    vsnprintf(notes->text[notes->n++], ASSAY_NOTE_SIZE, format, args);
    va_end(args);
}

bool assay_audit_in_sample(const struct assay_audit_data *data, const struct assay_model *model)
{
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    const struct assay_training_data *training = &model->training;
    bool dated = data->from != ASSAY_NO_DATE && training->from != ASSAY_NO_DATE;
    if (dated) /* one export may serve calibration and audit, in windows that do not meet */
        return data->from <= training->to && data->to >= training->from;
    assay_csv_sha256(data->intake.csv, sha256);
    return strcmp(sha256, training->sha256) == 0;
}

static void note_model(const struct assay_audit_data *data, const struct assay_model *model,
                       struct assay_notes *notes)
{
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    if (assay_audit_in_sample(data, model) && model->training.from != ASSAY_NO_DATE)
        note(notes, "the model was fitted to snapshots of these days (%s to %s): in sample, figures "
                    "flatter; audit a later quarter",
             assay_date_print(model->training.from, from), assay_date_print(model->training.to, to));
    else if (assay_audit_in_sample(data, model))
        note(notes, "this is the file that the model was fitted to: in sample, figures flatter; audit "
                    "a later one");
    if (data->n_unseen > 0)
        note(notes, "%zu snapshots are on a plan that calibration never saw, and were compared with "
                    "all accounts", data->n_unseen);
    if (data->n_new_segment > 0)
        note(notes, "%zu snapshots are of a segment that calibration never saw, and were scored with the "
                    "weights and the line of everybody", data->n_new_segment);
    if (data->n_unknown > 0)
        note(notes, "%zu snapshots have a category that has no points; it was treated as missing",
             data->n_unknown);
}

void assay_notes_gather(const struct assay_audit *audit, const struct assay_audit_data *data,
                        const struct assay_audit_rules *rules, const struct assay_model *model,
                        struct assay_notes *notes)
{
    const struct assay_confusion *c = &audit->counts;
    notes->n = 0;
    if (data->early_events > 0)
        note(notes, "%zu of the %zu events come from snapshots whose horizon is not over, while their "
                    "peers without the event are left out: rates are inflated; end the window "
                    "earlier (--until), or say until when events were seen (--observed-until)",
             data->early_events, audit->n_event);
    if (model != NULL)
        note_model(data, model, notes);
    if (audit->auc.wald.value < 0.5)
        note(notes, "the AUC is below one half: riskier accounts look healthier%s",
             model == NULL ? "; is --higher-is the right way round?" : "");
    if (c->tp + c->fp == 0)
        note(notes, "nothing is flagged: no snapshot lies beyond the line at %g", rules->line);
    else if (c->fn + c->tn == 0)
        note(notes, "everything is flagged: every snapshot lies beyond the line at %g", rules->line);
    if (audit->n_value_missing > 0)
        note(notes, "%zu snapshots have no value: sums of value leave them out",
             audit->n_value_missing);
}
