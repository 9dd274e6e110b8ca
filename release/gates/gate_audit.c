/* What the audit says of the candidate by itself */
#include <math.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/number.h"
#include "release/gates/questions.h"

/* ---- what several gates need to know ---- */

const struct assay_audit_facts *assay_gate_audit(const struct assay_gate_view *view)
{
    const struct assay_audit_facts *audit = view->given;
    if (audit == NULL || audit->model.digest == NULL)
        return NULL;
    return strcmp(audit->model.digest, view->input->model->digest) == 0 ? audit : NULL;
}

const struct assay_audit_facts *assay_gate_measured(const struct assay_gate_view *view,
                                                    struct assay_gate_answer *answer)
{
    const struct assay_audit_facts *audit = assay_gate_audit(view);
    if (audit != NULL && audit->used > 0)
        return audit;
    answer->result = ASSAY_GATE_CLOSED;
    assay_text_printf(&answer->found, "not known: %s",
                      audit == NULL ? "there is no audit of this file"
                                    : "the audit had no outcome to measure by");
    return NULL;
}

bool assay_gate_is_previous(const struct assay_gate_view *view, const char *digest)
{
    const struct assay_gate_input *input = view->input;
    if (digest == NULL || input->previous == NULL)
        return false;
    return strcmp(digest, input->previous->digest) == 0 ||
           (input->previous_candidate != NULL && strcmp(digest, input->previous_candidate) == 0);
}

static void put_number(struct assay_text *text, double value, int decimals, bool sign)
{
    double shown = assay_number_unsigned_zero(value, decimals);
    if (sign)
        assay_text_printf(text, "%+.*f", decimals, shown);
    else
        assay_text_printf(text, "%.*f", decimals, shown);
}

void assay_gate_put_estimate(struct assay_text *text, struct assay_estimate estimate, int decimals,
                             bool sign)
{
    put_number(text, estimate.value, decimals, sign);
    if (isnan(estimate.low) || isnan(estimate.high))
        return;
    assay_text_puts(text, " [");
    put_number(text, estimate.low, decimals, sign);
    assay_text_puts(text, ", ");
    put_number(text, estimate.high, decimals, sign);
    assay_text_putc(text, ']');
}

void assay_gate_put_count(struct assay_text *text, size_t count)
{
    char grouped[ASSAY_GROUPED_SIZE];
    assay_text_puts(text, assay_number_group((double)count, grouped));
}

void assay_gate_put_digest(struct assay_text *text, const char *digest)
{
    assay_text_printf(text, "%.19s", digest);
}

/* ---- audit ---- */

static void say_other_audit(const struct assay_gate_view *view, struct assay_text *found)
{
    const struct assay_audit_facts *given = view->given;
    if (given == NULL) {
        assay_text_puts(found,
                        "none was given; \"assay validate CANDIDATE -o AUDIT.json\" makes one");
    } else if (given->model.digest == NULL) {
        assay_text_printf(found, "an audit of the score column \"%s\", not of a model",
                          given->score_column);
    } else if (assay_gate_is_previous(view, given->model.digest)) {
        assay_text_printf(found, "an audit of the version in force, %s",
                          view->input->previous->version);
    } else {
        assay_text_printf(found, "an audit of another file: %s, version %s, digest ",
                          given->model.name, given->model.version);
        assay_gate_put_digest(found, given->model.digest);
    }
}

/* What an audit of the candidate looked at, and whether that counts. */
static bool say_audit(const struct assay_audit_facts *audit, struct assay_text *found)
{
    char day[ASSAY_DATE_SIZE];
    assay_text_printf(found, "made on %s ", assay_date_print(audit->created, day));
    if (audit->used == 0) {
        assay_text_puts(found, "before any outcome was known: nothing was measured");
        return false;
    }
    assay_text_puts(found, "of ");
    assay_gate_put_count(found, audit->used);
    assay_text_puts(found, " snapshots, ");
    assay_gate_put_count(found, audit->events);
    assay_text_puts(found, " with the event");
    if (audit->in_sample)
        assay_text_puts(found,
                        "; the model was calibrated on these rows, or may have been, and looks "
                        "better on them than it is");
    return !audit->in_sample;
}

/* A first look was not cross-validated: no audit makes a version of it. */
void assay_gate_ask_audit(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    const struct assay_audit_facts *audit = assay_gate_audit(view);
    bool first_look = view->input->model->spec.fit.folds == 0, good = false;
    assay_text_puts(&answer->asked, "an audit of this very file (digest ");
    assay_gate_put_digest(&answer->asked, view->input->model->digest);
    assay_text_puts(&answer->asked, "), on rows it was not calibrated on");
    if (audit != NULL)
        good = say_audit(audit, &answer->found);
    else
        say_other_audit(view, &answer->found);
    if (first_look) {
        assay_text_puts(&answer->asked, "; the model cross-validated");
        assay_text_puts(&answer->found,
                        "; the model is a first look that held nothing out (\"folds\": 0): calibrate it "
                        "with \"folds\", and audit that");
    }
    answer->result = good && !first_look ? ASSAY_GATE_OPEN : ASSAY_GATE_CLOSED;
}

/* ---- age ---- */

static void put_days_before(struct assay_text *text, int32_t days)
{
    assay_text_printf(text, "%d day%s before", (int)days, days == 1 ? "" : "s");
}

/* An old quarter that is audited anew is no newer for it: the last day on which its outcomes became
 * known counts as well. Says so where that was too long ago. */
static bool put_stale(struct assay_text *found, const struct assay_gate_input *input,
                      const struct assay_audit_facts *audit, int32_t limit)
{
    const struct assay_outcome_spec *outcome = &input->model->spec.outcome;
    char day[ASSAY_DATE_SIZE];
    if (audit->to == ASSAY_NO_DATE)
        return false;
    int32_t age = input->today - audit->to - (outcome->date != NULL ? outcome->horizon_days : 0);
    if (age <= limit)
        return false;
    assay_text_printf(found, "; its last snapshots are of %s, and their outcomes were known ",
                      assay_date_print(audit->to, day));
    put_days_before(found, age);
    assay_text_puts(found, " the release");
    return true;
}

void assay_gate_ask_age(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    const struct assay_gate_input *input = view->input;
    const struct assay_audit_facts *audit = assay_gate_audit(view);
    struct assay_text *found = &answer->found;
    char day[ASSAY_DATE_SIZE], today[ASSAY_DATE_SIZE];
    int32_t made, limit = (int32_t)input->model->spec.release.audit_age_days;
    assay_date_print(input->today, today);
    assay_text_printf(&answer->asked, "made between %s (the model) and %s (the release), at most ",
                      input->model->created, today);
    put_days_before(&answer->asked, limit);
    assay_text_puts(&answer->asked, " it");
    if (audit == NULL) {
        answer->result = ASSAY_GATE_CLOSED;
        assay_text_puts(found, "not known: there is no audit of this file");
        return;
    }
    int32_t age = input->today - audit->created;
    bool dated = assay_date_parse(input->model->created, strlen(input->model->created), &made);
    bool early = dated && audit->created < made;
    assay_text_printf(found, "made on %s, ", assay_date_print(audit->created, day));
    if (age == 0)
        assay_text_puts(found, "the day of the release");
    else if (age < 0)
        assay_text_printf(found, "after the day of the release, %s", today);
    else
        put_days_before(found, age);
    if (age > 0)
        assay_text_printf(found, " the release on %s", today);
    if (early)
        assay_text_printf(found, ", and before the model, %s", input->model->created);
    bool stale = put_stale(found, input, audit, limit);
    if (age < 0 || age > limit || early || stale)
        answer->result = ASSAY_GATE_CLOSED;
}

/* ---- verdict ---- */

void assay_gate_ask_verdict(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    bool accept = view->input->model->spec.release.accept_inconclusive;
    assay_text_puts(&answer->asked,
                    accept ? "a pass, or inconclusive (release.inconclusive is \"accept\")"
                           : "a pass (release.inconclusive is \"refuse\")");
    const struct assay_audit_facts *audit = assay_gate_measured(view, answer);
    if (audit == NULL)
        return;
    assay_text_puts(&answer->found, audit->headline);
    bool accepted = accept && audit->verdict == ASSAY_AUDIT_INCONCLUSIVE;
    if (audit->rules != NULL)
        assay_text_printf(&answer->found,
                          "; by the targets of %s, which are no older than the audit, "
                          "not by the model's own",
                          audit->rules);
    else if (accepted)
        assay_text_puts(&answer->found, ASSAY_ACCEPTED);
    if (audit->rules != NULL || !(accepted || audit->verdict == ASSAY_AUDIT_PASS))
        answer->result = ASSAY_GATE_CLOSED;
}

/* ---- calibration ---- */

void assay_gate_ask_calibration(const struct assay_gate_view *view,
                                struct assay_gate_answer *answer)
{
    const struct assay_release_spec *release = &view->input->model->spec.release;
    assay_text_printf(&answer->asked, "observed / expected within %g and %g", release->oe_low,
                      release->oe_high);
    const struct assay_audit_facts *audit = assay_gate_measured(view, answer);
    if (audit == NULL)
        return;
    double ratio = audit->oe_ratio.value;
    if (isnan(ratio))
        assay_text_puts(&answer->found, "not defined on the audited rows: no events were expected");
    else
        assay_gate_put_estimate(&answer->found, audit->oe_ratio, 3, false);
    if (!(ratio >= release->oe_low - ASSAY_BUDGET_SLACK &&
          ratio <= release->oe_high + ASSAY_BUDGET_SLACK))
        answer->result = ASSAY_GATE_CLOSED;
}
