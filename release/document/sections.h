/* sections.h - what a model document says, section by section, in the order in which they stand
 *
 * Each writes its sections into the content. What is not there (an audit, an earlier version, a
 * text of "about") is said to be missing, never passed over in silence.
 */
#ifndef ASSAY_RELEASE_DOCUMENT_SECTIONS_H
#define ASSAY_RELEASE_DOCUMENT_SECTIONS_H

#include "release/document/content.h"
#include "release/document/document.h"

struct assay_document {
    const struct assay_document_input *input;
    const struct assay_model *model;
    const struct cJSON *record, *audit; /* roots; audit NULL: none of this model */
    const char *version;                /* "1.1.0" */
    struct assay_content *content;
};

/* Keys of the sections. */
#define ASSAY_SECTION_SUMMARY     "summary"
#define ASSAY_SECTION_PURPOSE     "purpose"
#define ASSAY_SECTION_DATA        "data"
#define ASSAY_SECTION_OUTCOME     "outcome"
#define ASSAY_SECTION_SIGNALS     "signals"
#define ASSAY_SECTION_FORMULA     "formula"
#define ASSAY_SECTION_FIT         "fit"
#define ASSAY_SECTION_LINE        "line"
#define ASSAY_SECTION_PERFORMANCE "performance"
#define ASSAY_SECTION_AUDIT       "audit"
#define ASSAY_SECTION_SEGMENTS    "segments"
#define ASSAY_SECTION_LIMITS      "limits"
#define ASSAY_SECTION_RELEASE     "release"
#define ASSAY_SECTION_CHANGES     "changes"
#define ASSAY_SECTION_MONITORING  "monitoring"
#define ASSAY_SECTION_HISTORY     "history"
#define ASSAY_SECTION_OPENNESS    "openness"
#define ASSAY_SECTION_CHECKLIST   "checklist"

void assay_document_summary(const struct assay_document *d); /* section_summary.c */
void assay_document_purpose(const struct assay_document *d); /* section_about.c */
void assay_document_openness(const struct assay_document *d);
void assay_document_data(const struct assay_document *d); /* section_data.c */
void assay_document_outcome(const struct assay_document *d);
void assay_document_signals(const struct assay_document *d);     /* section_signals.c */
void assay_document_formula(const struct assay_document *d);     /* section_formula.c */
void assay_document_fit(const struct assay_document *d);         /* section_fit.c */
void assay_document_line(const struct assay_document *d);        /* section_line.c */
void assay_document_performance(const struct assay_document *d); /* section_performance.c */
void assay_document_audit(const struct assay_document *d);       /* section_audit.c */
void assay_document_segments(const struct assay_document *d);    /* section_limits.c */
void assay_document_limits(const struct assay_document *d);
void assay_document_release(const struct assay_document *d);    /* section_release.c */
void assay_document_changes(const struct assay_document *d);    /* section_changes.c */
void assay_document_monitoring(const struct assay_document *d); /* section_monitoring.c */
void assay_document_history(const struct assay_document *d);    /* section_history.c */
void assay_document_checklist(const struct assay_document *d);  /* checklist.c */

/* ---- what several of them say (section_about.c) ---- */

/* What people said under these keys of "about", each below its heading, and in one line what they
 * did not. */
void assay_document_about(const struct assay_document *d, const enum assay_about_key keys[],
                          size_t n);
/* The text of a key, or NULL. */
const char *assay_document_said(const struct assay_document *d, enum assay_about_key key);
/* The event in words: "churned_on" within 90 days of the snapshot. */
void assay_document_event(const struct assay_document *d, struct assay_text *text);

#endif
