/* The checklist: TRIPOD+AI, 27 items in 52 parts (Collins et al. 2024, BMJ 385:e078378), in words
 * of our own.
 *
 * A part is filled where all that it needs is there, missing where something is not, and says which
 * key of the spec, or which file, would fill it. "Accounts" stand for its participants, "segments"
 * for its groups of people. */
#include <stdint.h>

#include "core/spec/release_spec.h"
#include "release/document/sections.h"
#include "release/document/words.h"

/* What a part needs, a bit each: the keys of "about", then what other places hold. */
#define ABOUT(key) ((uint32_t)1 << ASSAY_ABOUT_##key)
enum need {
    NEED_AUDIT = ASSAY_ABOUT_KEYS,
    NEED_AS_OF,
    NEED_SEGMENTS,
    NEED_ACTED_ON,
    NEED_REFERENCE,
    NEEDS
};
#define NEED(need) ((uint32_t)1 << NEED_##need)
static const char *const need_words[NEEDS] = {[NEED_AUDIT] = "an audit",
                                              [NEED_AS_OF] = "\"as_of\"",
                                              [NEED_SEGMENTS] = "\"segments\"",
                                              [NEED_ACTED_ON] = "\"audit.acted_on\"",
                                              [NEED_REFERENCE] = "a calibration by this program"};

/* Where a part may not apply. */
enum unless { ALWAYS, NOT_BALANCED, NOT_UPDATED };

static const struct part {
    const char *number, *words, *section;
    uint32_t needs;
    enum unless unless;
} parts[] = {
    {"1", "title: kind of study, accounts, event", ASSAY_SECTION_SUMMARY, ABOUT(POPULATION),
     ALWAYS},
    {"2", "abstract", ASSAY_SECTION_SUMMARY, 0, ALWAYS},
    {"3a", "setting, why a model is wanted, other models", ASSAY_SECTION_PURPOSE, ABOUT(PURPOSE),
     ALWAYS},
    {"3b", "accounts it is for, purpose, users", ASSAY_SECTION_PURPOSE,
     ABOUT(PURPOSE) | ABOUT(USERS) | ABOUT(POPULATION), ALWAYS},
    {"3c", "known inequalities between groups", ASSAY_SECTION_SEGMENTS, ABOUT(FAIRNESS), ALWAYS},
    {"4", "objectives: developing, evaluating, or both", ASSAY_SECTION_SUMMARY, 0, ALWAYS},
    {"5a", "sources of data, why these, how far they represent", ASSAY_SECTION_DATA, ABOUT(DATA),
     ALWAYS},
    {"5b", "dates: first, last, end of follow-up", ASSAY_SECTION_DATA, NEED(AS_OF), ALWAYS},
    {"6a", "setting and places", ASSAY_SECTION_PURPOSE, ABOUT(POPULATION), ALWAYS},
    {"6b", "which accounts are in and which are out", ASSAY_SECTION_DATA, ABOUT(POPULATION),
     ALWAYS},
    {"6c", "what was done about accounts, and how that was handled", ASSAY_SECTION_PURPOSE,
     ABOUT(ACTION) | NEED(ACTED_ON), ALWAYS},
    {"7", "preparing and checking the data", ASSAY_SECTION_DATA, ABOUT(DATA), ALWAYS},
    {"8a", "event and horizon, why, how found out", ASSAY_SECTION_OUTCOME, ABOUT(OUTCOME), ALWAYS},
    {"8b", "who judged the event, where judgement is needed", ASSAY_SECTION_OUTCOME, ABOUT(OUTCOME),
     ALWAYS},
    {"8c", "whether those who found it out were blind", ASSAY_SECTION_OUTCOME, ABOUT(OUTCOME),
     ALWAYS},
    {"9a", "choice of signals", ASSAY_SECTION_SIGNALS, ABOUT(SIGNALS), ALWAYS},
    {"9b", "signals defined: how and when measured", ASSAY_SECTION_SIGNALS, ABOUT(SIGNALS), ALWAYS},
    {"9c", "who judged signals, where judgement is needed", ASSAY_SECTION_SIGNALS, ABOUT(SIGNALS),
     ALWAYS},
    {"10", "sample size, and whether it is enough", ASSAY_SECTION_FIT, 0, ALWAYS},
    {"11", "missing values, rows left out", ASSAY_SECTION_SIGNALS, 0, ALWAYS},
    {"12a", "how the data were divided", ASSAY_SECTION_FIT, 0, ALWAYS},
    {"12b", "how signals enter: form, scaling", ASSAY_SECTION_SIGNALS, 0, ALWAYS},
    {"12c", "type of model, steps, tuning, internal validation", ASSAY_SECTION_FIT, 0, ALWAYS},
    {"12d", "differences between clusters, how handled", ASSAY_SECTION_SEGMENTS, NEED(SEGMENTS),
     ALWAYS},
    {"12e", "measures of performance, and why these", ASSAY_SECTION_PERFORMANCE, 0, ALWAYS},
    {"12f", "updating the model", ASSAY_SECTION_CHANGES, 0, NOT_UPDATED},
    {"12g", "how predictions are calculated", ASSAY_SECTION_FORMULA, 0, ALWAYS},
    {"13", "class imbalance, and what its handling did to probabilities", ASSAY_SECTION_FIT, 0,
     NOT_BALANCED},
    {"14", "fairness: approach and why", ASSAY_SECTION_SEGMENTS, ABOUT(FAIRNESS), ALWAYS},
    {"15", "what is put out; classes and thresholds", ASSAY_SECTION_LINE, 0, ALWAYS},
    {"16", "differences between calibration's and audit's data", ASSAY_SECTION_AUDIT, NEED(AUDIT),
     ALWAYS},
    {"17", "approval", ASSAY_SECTION_OPENNESS, ABOUT(APPROVAL), ALWAYS},
    {"18a", "funding", ASSAY_SECTION_OPENNESS, ABOUT(FUNDING), ALWAYS},
    {"18b", "conflicts of interest", ASSAY_SECTION_OPENNESS, ABOUT(FUNDING), ALWAYS},
    {"18c", "plan made before", ASSAY_SECTION_OPENNESS, ABOUT(PROTOCOL), ALWAYS},
    {"18d", "registration", ASSAY_SECTION_OPENNESS, ABOUT(PROTOCOL), ALWAYS},
    {"18e", "access to data", ASSAY_SECTION_OPENNESS, ABOUT(DATA_ACCESS), ALWAYS},
    {"18f", "access to code", ASSAY_SECTION_OPENNESS, ABOUT(CODE_ACCESS), ALWAYS},
    {"19", "involvement of those concerned", ASSAY_SECTION_PURPOSE, ABOUT(INVOLVEMENT), ALWAYS},
    {"20a", "flow: rows read, left out, used, with the event", ASSAY_SECTION_DATA, 0, ALWAYS},
    {"20b", "what the accounts were like", ASSAY_SECTION_DATA, NEED(REFERENCE), ALWAYS},
    {"20c", "the same, beside the audit's", ASSAY_SECTION_AUDIT, NEED(AUDIT) | NEED(REFERENCE),
     ALWAYS},
    {"21", "numbers in each analysis", ASSAY_SECTION_PERFORMANCE, 0, ALWAYS},
    {"22", "the whole model, to compute a score with", ASSAY_SECTION_FORMULA, 0, ALWAYS},
    {"23a", "performance with intervals, by segments too", ASSAY_SECTION_PERFORMANCE,
     NEED(AUDIT) | NEED(SEGMENTS), ALWAYS},
    {"23b", "differences between clusters, found", ASSAY_SECTION_SEGMENTS,
     NEED(AUDIT) | NEED(SEGMENTS), ALWAYS},
    {"24", "what updating brought", ASSAY_SECTION_CHANGES, 0, NOT_UPDATED},
    {"25", "what it all means, for fairness too", ASSAY_SECTION_SEGMENTS,
     ABOUT(FAIRNESS) | NEED(AUDIT), ALWAYS},
    {"26", "limitations", ASSAY_SECTION_LIMITS, ABOUT(LIMITATIONS), ALWAYS},
    {"27a", "poor or missing input in use", ASSAY_SECTION_SIGNALS, 0, ALWAYS},
    {"27b", "what users do, and must know", ASSAY_SECTION_PURPOSE, ABOUT(USERS), ALWAYS},
    {"27c", "next steps", ASSAY_SECTION_MONITORING, ABOUT(MONITORING), ALWAYS},
};
enum { N_PART = sizeof parts / sizeof parts[0] };

/* ---- what is there ---- */

static uint32_t find_present(const struct assay_document *d)
{
    const struct assay_model *model = d->model;
    const struct assay_audit_spec *audit = &model->spec.audit;
    uint32_t present = 0;
    for (int key = 0; key < ASSAY_ABOUT_KEYS; key++)
        if (assay_document_said(d, (enum assay_about_key)key) != NULL)
            present |= (uint32_t)1 << key;
    present |= d->audit != NULL ? NEED(AUDIT) : 0;
    present |= model->training.from != ASSAY_NO_DATE ? NEED(AS_OF) : 0;
    present |= model->spec.n_segment > 0 ? NEED(SEGMENTS) : 0;
    present |= audit->acted_on_date != NULL || audit->acted_on_column != NULL ? NEED(ACTED_ON) : 0;
    present |= model->training.reference.rows > 0 ? NEED(REFERENCE) : 0;
    return present;
}

/* Why a part does not apply, or NULL. */
static const char *excuse(const struct assay_document *d, enum unless unless)
{
    if (unless == NOT_BALANCED)
        return "nothing is weighted or drawn for balance";
    if (unless == NOT_UPDATED && assay_path_value(d->record, "changes") == NULL)
        return "the first version updates nothing";
    return NULL;
}

/* ---- the table ---- */

static void put_missing(const struct assay_document *d, uint32_t missing)
{
    struct assay_text words = {0};
    for (int need = 0; need < NEEDS; need++) {
        if ((missing >> need & 1) == 0)
            continue;
        assay_text_puts(&words, words.length > 0 ? ", " : "");
        if (need < ASSAY_ABOUT_KEYS)
            assay_text_printf(&words, "\"about.%s\"", assay_about_names[need]);
        else
            assay_text_puts(&words, need_words[need]);
    }
    if (words.failed)
        d->content->failed = true;
    else
        assay_content_cell(d->content, "%s", words.data);
    assay_text_clear(&words);
}

static void put_part(const struct assay_document *d, const struct part *part, uint32_t missing)
{
    const char *reason = excuse(d, part->unless);
    const struct assay_section *section = assay_content_find(d->content, part->section);
    assay_content_cell(d->content, "%s", part->number);
    assay_content_cell(d->content, "%s", part->words);
    if (reason != NULL) {
        assay_content_cell(d->content, "does not apply");
        assay_content_cell(d->content, "%s", reason);
    } else if (missing != 0) {
        assay_content_mark(d->content, ASSAY_TONE_OPEN, NULL, "missing");
        put_missing(d, missing);
    } else {
        assay_content_mark(d->content, ASSAY_TONE_GOOD, NULL, "filled");
        assay_content_mark(d->content, ASSAY_TONE_PLAIN, part->section, "%s",
                           section != NULL ? section->title : part->section);
    }
}

void assay_document_checklist(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"item", false},
                                                        {"asks for", false},
                                                        {"state", false},
                                                        {"where, or what would fill it", false}};
    const uint32_t present = find_present(d);
    size_t n_missing = 0, n_none = 0;
    for (size_t k = 0; k < N_PART; k++)
        if (excuse(d, parts[k].unless) != NULL)
            n_none++;
        else if ((parts[k].needs & ~present) != 0)
            n_missing++;
    assay_content_section(d->content, ASSAY_SECTION_CHECKLIST, "TRIPOD+AI checklist");
    assay_content_paragraph(
        d->content,
        "What reviewers of prediction models ask for (TRIPOD+AI: Collins et al. 2024, BMJ "
        "385:e078378), 27 items in %d parts, in short. Filled: %zu; missing: %zu; not applicable: "
        "%zu. In quotes stand keys of the spec that would fill a part.",
        (int)N_PART, N_PART - n_missing - n_none, n_missing, n_none);
    assay_content_table(d->content, "Items, and where they are answered", columns, 4);
    for (size_t k = 0; k < N_PART; k++)
        put_part(d, &parts[k], parts[k].needs & ~present);
}
