#include "validate/audit/notes.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "validate/audit/doubts.h"

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

/* "1 snapshot has", "1,200 snapshots have" and what follows. */
static void note_snapshots(struct assay_notes *notes, size_t n, const char *one, const char *more,
                           const char *what)
{
    char grouped[ASSAY_GROUPED_SIZE];
    if (n > 0)
        note(notes, "%s snapshot%s %s", assay_number_group((double)n, grouped), n == 1 ? one : more,
             what);
}

bool assay_audit_in_sample(const struct assay_audit_input *input)
{
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    if (input->model == NULL)
        return false;
    const struct assay_training_data *training = &input->model->training;
    bool dated = input->from != ASSAY_NO_DATE && training->from != ASSAY_NO_DATE;
    if (dated) /* one export may serve calibration and audit, in windows that do not meet */
        return input->from <= training->to && input->to >= training->from;
    assay_csv_sha256(input->intake->csv, sha256);
    return strcmp(sha256, training->sha256) == 0;
}

static void note_model(const struct assay_audit_input *input, struct assay_notes *notes)
{
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    const struct assay_training_data *training = &input->model->training;
    if (assay_audit_in_sample(input) && training->from != ASSAY_NO_DATE)
        note(notes, "the model was fitted to snapshots of these days (%s to %s): in sample, figures "
                    "flatter; audit a later quarter",
             assay_date_print(training->from, from), assay_date_print(training->to, to));
    else if (assay_audit_in_sample(input))
        note(notes, "this is the file that the model was fitted to: in sample, figures flatter; audit "
                    "a later one");
    if (assay_model_is_nominal(input->model))
        note(notes, "the model is an imported scorecard that was not fitted: its probabilities are nominal, and "
                    "figures of them (calibration, Brier score, log loss, observed / expected) do not judge "
                    "the scorecard; those of flags, zones and ranking do");
    note_snapshots(notes, input->n_unseen, " is", "s are",
                   "on a plan that calibration never saw, compared with all accounts");
    note_snapshots(notes, input->n_new_segment, " is", "s are",
                   "of a segment that calibration never saw, scored with the weights and the line of "
                   "everybody");
    note_snapshots(notes, input->n_unknown, " has", "s have",
                   "a category that has no points; it was treated as missing");
}

/* Columns that the rules name and the file does not have. */
static void note_columns(const struct assay_audit_input *input, struct assay_notes *notes)
{
    const struct assay_audit_spec *rules = input->rules;
    const char *acted = rules->acted_on_date != NULL ? rules->acted_on_date : rules->acted_on_column;
    if (rules->owner != NULL && input->owners == NULL)
        note(notes, "the file has no column \"%.60s\", declared as the owner: nothing is said by owner",
             rules->owner);
    if (acted != NULL && input->used.acted == NULL)
        note(notes, "the file has no column \"%.60s\", declared as what was acted on: saved accounts "
                    "count as false alarms", acted);
}

static void note_values(const struct assay_audit_set *used, struct assay_notes *notes)
{
    size_t n_missing = 0, n_negative = 0;
    for (size_t i = 0; used->value != NULL && i < used->n; i++) {
        n_missing += isnan(used->value[i]) ? 1 : 0;
        n_negative += used->value[i] < 0 ? 1 : 0;
    }
    note_snapshots(notes, n_missing, " has", "s have", "no value: sums of value leave them out");
    note_snapshots(notes, n_negative, " has", "s have",
                   "a value below 0, which sums of value deduct: credits, or a mistake in the export?");
}

static void note_doubts(const struct assay_doubts *doubts, struct assay_notes *notes)
{
    if (doubts->constant)
        note(notes, "all scores are equal: nothing can be told apart");
    note_snapshots(notes, doubts->n_undated, " has", "s have",
                   "no date of the event, though another row of the account has one within the horizon: "
                   "counted as staying; write the date into every row of the account");
    note_snapshots(notes, doubts->n_twice, " repeats", "s repeat",
                   "the account and the date of another: a join gone wrong? Each is counted");
}

/* Below one half by more than chance. An AUC of 0 has no interval: 4 against 4 come out so once in 70. */
static bool is_turned(const struct assay_estimate *auc, const struct assay_confusion *counts)
{
    bool enough = counts->tp + counts->fn >= 4 && counts->fp + counts->tn >= 4;
    return isnan(auc->high) ? auc->value == 0.0 && enough : auc->high < 0.5;
}

enum assay_status assay_notes_gather(const struct assay_audit_input *input,
                                     const struct assay_confusion *counts,
                                     const struct assay_estimate *auc, struct assay_notes *notes,
                                     struct assay_error *err)
{
    char early[ASSAY_GROUPED_SIZE], all[ASSAY_GROUPED_SIZE];
    struct assay_doubts doubts = {0};
    enum assay_status status = assay_audit_doubts(input, &doubts, err);
    if (status != ASSAY_OK)
        return status;
    notes->n = 0;
    if (input->early_events > 0)
        note(notes, "%s of the %s events come from snapshots whose horizon is not over, while their "
                    "peers without the event are left out: rates are inflated; end the window "
                    "earlier (--until), or say until when events were seen (--observed-until)",
             assay_number_group((double)input->early_events, early),
             assay_number_group((double)input->used.n_event, all));
    note_doubts(&doubts, notes);
    if (input->model != NULL)
        note_model(input, notes);
    if (is_turned(auc, counts))
        note(notes, "the AUC is below one half: riskier accounts look healthier%s",
             input->model == NULL ? "; is --higher-is the right way round?" : "");
    if (counts->tp + counts->fp == 0)
        note(notes, "nothing is flagged: no snapshot lies beyond the line at %g", input->line);
    else if (counts->fn + counts->tn == 0)
        note(notes, "everything is flagged: every snapshot lies beyond the line at %g", input->line);
    note_values(&input->used, notes);
    note_columns(input, notes);
    return ASSAY_OK;
}
