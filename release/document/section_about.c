/* What only people know: purpose and use, approval and openness, and the texts of "about" wherever
 * they stand. */
#include "core/spec/release_spec.h"
#include "release/document/sections.h"

static const struct {
    const char *heading;
    const char *missing; /* what is not known without it */
} texts[ASSAY_ABOUT_KEYS] = {
    [ASSAY_ABOUT_PURPOSE] = {"What it is for", "what the score is for"},
    [ASSAY_ABOUT_USERS] = {"Who works with it", "who works with it"},
    [ASSAY_ABOUT_ACTION] = {"What is done about a flagged account",
                            "what is done about a flagged account"},
    [ASSAY_ABOUT_POPULATION] = {"Accounts it covers", "which accounts it covers"},
    [ASSAY_ABOUT_DATA] = {"Where the data come from", "where the data come from"},
    [ASSAY_ABOUT_OUTCOME] = {"Why this outcome", "why this outcome, and who records it"},
    [ASSAY_ABOUT_SIGNALS] = {"Why these signals", "why these signals, and how they are measured"},
    [ASSAY_ABOUT_FAIRNESS] = {"Groups that must not be treated worse",
                              "which groups must not be treated worse"},
    [ASSAY_ABOUT_LIMITATIONS] = {"When not to trust it", "when not to trust it"},
    [ASSAY_ABOUT_MONITORING] = {"Who watches it", "who audits when, and what they do about it"},
    [ASSAY_ABOUT_OWNER] = {"Who answers for it", "who answers for it"},
    [ASSAY_ABOUT_APPROVAL] = {"Approval", "what privacy, ethics or works council said"},
    [ASSAY_ABOUT_INVOLVEMENT] = {"Who was asked", "who was asked when it was made"},
    [ASSAY_ABOUT_FUNDING] = {"Funding and interests", "who paid, and whose interests are in it"},
    [ASSAY_ABOUT_PROTOCOL] = {"Plan and registration",
                              "the plan made before, and where it is kept"},
    [ASSAY_ABOUT_DATA_ACCESS] = {"Access to the data", "who may see the data"},
    [ASSAY_ABOUT_CODE_ACCESS] = {"Access to the code", "who may see the code"},
};

const char *assay_document_said(const struct assay_document *d, enum assay_about_key key)
{
    return d->model->spec.about.text[key];
}

void assay_document_about(const struct assay_document *d, const enum assay_about_key keys[],
                          size_t n)
{
    struct assay_text missing = {0};
    for (size_t k = 0; k < n; k++) {
        const char *said = assay_document_said(d, keys[k]);
        if (said != NULL) {
            assay_content_heading(d->content, "%s", texts[keys[k]].heading);
            assay_content_prose(d->content, said);
        } else {
            assay_text_printf(&missing, "%s%s (\"about.%s\")", missing.length > 0 ? "; " : "",
                              texts[keys[k]].missing, assay_about_names[keys[k]]);
        }
    }
    if (missing.failed)
        d->content->failed = true;
    else if (missing.length > 0)
        assay_content_note(d->content, "Not stated: %s. The spec's keys in brackets would say it.",
                           missing.data);
    assay_text_clear(&missing);
}

void assay_document_event(const struct assay_document *d, struct assay_text *text)
{
    const struct assay_outcome_spec *outcome = &d->model->spec.outcome;
    if (outcome->date != NULL)
        assay_text_printf(text, "\"%s\" falls within %d days after the snapshot", outcome->date,
                          (int)outcome->horizon_days);
    else
        assay_text_printf(text, "\"%s\" is 1", outcome->column);
}

void assay_document_purpose(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_PURPOSE,     ASSAY_ABOUT_USERS,
                                                ASSAY_ABOUT_ACTION,      ASSAY_ABOUT_POPULATION,
                                                ASSAY_ABOUT_INVOLVEMENT, ASSAY_ABOUT_OWNER};
    assay_content_section(d->content, ASSAY_SECTION_PURPOSE, "Purpose and use");
    assay_document_about(d, keys, sizeof keys / sizeof keys[0]);
    assay_content_paragraph(
        d->content, "Nobody has to prepare or interpret input by hand: a program reads the "
                    "columns named under Signals and gives score, probability and zone. Whoever "
                    "acts on a score should know that a flag is a raised risk, not a verdict on "
                    "an account; how often it is right stands under Performance.");
}

void assay_document_openness(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_APPROVAL, ASSAY_ABOUT_FUNDING,
                                                ASSAY_ABOUT_PROTOCOL, ASSAY_ABOUT_DATA_ACCESS,
                                                ASSAY_ABOUT_CODE_ACCESS};
    assay_content_section(d->content, ASSAY_SECTION_OPENNESS, "Approval and openness");
    assay_document_about(d, keys, sizeof keys / sizeof keys[0]);
}
