/* Data and outcome: what was read, what was left out, what the snapshots looked like. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/metric/percentiles.h"
#include "release/document/sections.h"
#include "release/document/words.h"

enum { VALUES_SHOWN = 8 }; /* of a text's values, from the most frequent */

/* ---- counts, beside the audit's ---- */

static void put_row(const struct assay_document *d, const char *what, const char *calibration,
                    const char *audit)
{
    assay_content_cell(d->content, "%s", what);
    assay_content_cell(d->content, "%s", calibration);
    if (d->audit != NULL)
        assay_content_cell(d->content, "%s", audit != NULL ? audit : "-");
}

static const char *share_of(double x, double n)
{
    return assay_say_percent(n > 0 ? x / n : (double)NAN);
}

/* Enough of a fingerprint to tell files apart. */
static const char *first_digits(const char *sha256, char out[16])
{
    if (sha256 == NULL || sha256[0] == '\0')
        return "-";
    snprintf(out, 16, "%.12s", sha256);
    return out;
}

static void say_counts(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"count", false}, {"calibration", true}, {"audit at release", true}};
    const struct assay_training_data *training = &d->model->training;
    const struct assay_model_fit *fit = &d->model->fit;
    const struct assay_outcome_spec *outcome = &d->model->spec.outcome;
    char calibrated[16], audited[16];
    assay_content_table(d->content, "Snapshots", columns, d->audit != NULL ? 3 : 2);
    put_row(d, "rows read", assay_say_count(training->rows),
            assay_path_count(d->audit, "data.rows"));
    put_row(d, "snapshots used", assay_say_count(fit->rows),
            assay_path_count(d->audit, "data.used"));
    put_row(d, "accounts", assay_say_count(fit->accounts),
            assay_path_count(d->audit, "data.accounts"));
    put_row(d, "with the event", assay_say_count(fit->events),
            assay_path_count(d->audit, "data.events"));
    put_row(d, "share with the event", assay_say_percentage(fit->events, fit->rows),
            share_of(assay_path_number(d->audit, "data.events"),
                     assay_path_number(d->audit, "data.used")));
    put_row(d, "first snapshot", assay_say_day(training->from),
            assay_path_text(d->audit, "data.from"));
    put_row(d, "last snapshot", assay_say_day(training->to), assay_path_text(d->audit, "data.to"));
    if (outcome->date != NULL)
        put_row(d, "events known until", assay_say_day(outcome->observed_until), NULL);
    put_row(d, "SHA-256 of the file begins", first_digits(training->sha256, calibrated),
            first_digits(assay_path_text(d->audit, "data.sha256"), audited));
}

static void say_left_out(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"reason", false}, {"calibration", true}, {"audit at release", true}};
    const struct assay_training_data *training = &d->model->training;
    const struct cJSON *dropped = assay_path_value(d->audit, "data.dropped");
    assay_content_table(d->content, "Rows left out", columns, d->audit != NULL ? 3 : 2);
    for (int s = ASSAY_ROW_USED + 1; s < ASSAY_ROW_STATES; s++) {
        double audited = assay_path_number(dropped, assay_row_state_name((enum assay_row_state)s));
        if (training->left_out[s] > 0 || audited > 0)
            put_row(d, assay_row_state_words((enum assay_row_state)s),
                    assay_say_count(training->left_out[s]), assay_say_amount(audited));
    }
    for (int r = 0; r < ASSAY_REJECT_REASONS; r++) {
        char key[64], what[96];
        const char *name = assay_reject_reason_name((enum assay_reject_reason)r);
        snprintf(key, sizeof key, "bad_%s", name);
        snprintf(what, sizeof what, "could not be read: %s", name);
        double audited = assay_path_number(dropped, key);
        if (training->rejected[r] > 0 || audited > 0)
            put_row(d, what, assay_say_count(training->rejected[r]), assay_say_amount(audited));
    }
}

/* ---- what the snapshots looked like ---- */

static void say_numbers(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"variable", false}, {"missing", true},        {"lowest", true}, {"quarter", true},
        {"median", true},    {"three quarters", true}, {"highest", true}};
    const struct assay_model_reference *reference = &d->model->training.reference;
    assay_content_table(d->content, "Numbers, as they were in the calibration's snapshots", columns,
                        7);
    for (size_t v = 0; v < reference->n_variable; v++) {
        const struct assay_reference_variable *variable = &reference->variables[v];
        const struct assay_percentiles *p = variable->numbers;
        if (p == NULL || p->n == 0)
            continue;
        assay_content_cell(d->content, "%s", variable->name);
        assay_content_cell(d->content, "%s",
                           assay_say_percentage(variable->missing, reference->rows));
        const double shown[] = {p->lowest, p->at[24], p->at[49], p->at[74], p->highest};
        for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++)
            assay_content_cell(d->content, "%s", assay_say_raw(shown[k]));
    }
}

static void say_texts(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"variable", false}, {"value", false}, {"snapshots", true}, {"share", true}};
    const struct assay_model_reference *reference = &d->model->training.reference;
    assay_content_table(d->content, "Categories, as they were in the calibration's snapshots",
                        columns, 4);
    for (size_t v = 0; v < reference->n_variable; v++) {
        const struct assay_reference_variable *variable = &reference->variables[v];
        size_t shown = variable->n_value < VALUES_SHOWN ? variable->n_value : VALUES_SHOWN;
        size_t rest = variable->others;
        if (variable->numbers != NULL)
            continue;
        for (size_t k = shown; k < variable->n_value; k++)
            rest += variable->counts[k];
        for (size_t k = 0; k <= shown + 1; k++) {
            size_t n = k < shown ? variable->counts[k] : k == shown ? rest : variable->missing;
            if (k >= shown && n == 0)
                continue;
            assay_content_cell(d->content, "%s", variable->name);
            assay_content_cell(d->content, "%s",
                               k < shown    ? variable->values[k]
                               : k == shown ? "(all others)"
                                            : "(missing)");
            assay_content_cell(d->content, "%s", assay_say_count(n));
            assay_content_cell(d->content, "%s", assay_say_percentage(n, reference->rows));
        }
    }
}

void assay_document_data(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_DATA};
    const struct assay_model_fit *fit = &d->model->fit;
    assay_content_section(d->content, ASSAY_SECTION_DATA, "Data");
    assay_document_about(d, keys, 1);
    assay_content_paragraph(
        d->content,
        "A row is a snapshot: an account as it stood on one day%s%s%s. Rows that cannot be read, "
        "or "
        "whose outcome cannot be known, are left out and counted; nothing is filled in but "
        "missing values of signals, as Signals tells. All accounts are treated alike.",
        d->model->spec.as_of != NULL ? " (\"" : "",
        d->model->spec.as_of != NULL ? d->model->spec.as_of : "",
        d->model->spec.as_of != NULL ? "\")" : "");
    say_counts(d);
    say_left_out(d);
    if (fit->clustered)
        assay_content_paragraph(
            d->content, "Accounts stand in the data more than once, and intervals allow for it.");
    if (d->model->training.reference.rows == 0)
        assay_content_note(d->content,
                           "The model file does not tell what the snapshots looked like: it was "
                           "calibrated by an older program.");
    say_numbers(d);
    say_texts(d);
}

void assay_document_outcome(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_OUTCOME};
    const struct assay_outcome_spec *outcome = &d->model->spec.outcome;
    assay_content_section(d->content, ASSAY_SECTION_OUTCOME, "Outcome");
    if (outcome->date != NULL)
        assay_content_paragraph(d->content,
                                "The event is the date in column \"%s\", counted where it lies "
                                "after the snapshot and at most %d days "
                                "later. A snapshot dated on or after its own event is left out, so "
                                "that signals are measured before "
                                "what they are to predict; so is one whose %d days were not over "
                                "on %s and that had no event "
                                "by then.",
                                outcome->date, (int)outcome->horizon_days,
                                (int)outcome->horizon_days, assay_say_day(outcome->observed_until));
    else
        assay_content_paragraph(
            d->content,
            "The event is a 1 in column \"%s\". How long after the snapshot it was looked for is "
            "not part of the model file.",
            outcome->column);
    assay_document_about(d, keys, 1);
}
