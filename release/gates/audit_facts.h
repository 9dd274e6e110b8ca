/* audit_facts.h - what the gates need to know from an audit file, read strictly
 *
 * The file is docs/files.md, section 5. Whatever stands here was where it should be, of the right
 * kind and in range; the rest of the file is not looked at. Texts are borrowed from the document.
 */
#ifndef ASSAY_RELEASE_GATES_AUDIT_FACTS_H
#define ASSAY_RELEASE_GATES_AUDIT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/metric/interval.h"

#define ASSAY_AUDIT_FORMAT "assay-audit/1"

/* The metrics by which an audit compares two models; the order in which the gates name them. */
enum assay_compared_metric {
    ASSAY_COMPARED_AUC,
    ASSAY_COMPARED_BRIER,
    ASSAY_COMPARED_LOG_LOSS,
    ASSAY_COMPARED_SENSITIVITY,
    ASSAY_COMPARED_SPECIFICITY,
    ASSAY_COMPARED_NET_BENEFIT,
    ASSAY_COMPARED_METRICS
};

enum assay_audit_verdict { ASSAY_AUDIT_PASS, ASSAY_AUDIT_FAIL, ASSAY_AUDIT_INCONCLUSIVE };
enum assay_audit_promotion {
    ASSAY_AUDIT_PROMOTE,
    ASSAY_AUDIT_KEEP,
    ASSAY_AUDIT_UNDECIDED,
    ASSAY_AUDIT_NO_PROMOTION /* null: no rule, no rows, or the same file */
};

/* What is audited, or compared with. */
struct assay_audited {
    const char *name, *version, *digest; /* "sha256:" and 64 digits; NULL all: there is none */
};

struct assay_audit_facts {
    struct assay_audited model, champion;
    const char *score_column; /* NULL: a model was audited */
    const char *rules; /* the file whose rules stood in for the model's; NULL: the model's own */
    int32_t created;
    int32_t to; /* day of its last snapshot, or ASSAY_NO_DATE */
    size_t used, events; /* rows whose outcome is known, of them with the event; none: nothing was
                            measured */
    bool repeated;       /* accounts have several of these rows */
    enum assay_audit_verdict verdict;
    const char *headline; /* begins with the verdict's word */

    /* ---- with used rows only ---- */
    bool in_sample;
    struct assay_estimate oe_ratio; /* NaN where it is not defined */
    struct {
        const char *words; /* NULL: there is no comparison */
        size_t n;          /* rows that both models score; 0: nothing more is known */
        struct assay_estimate difference[ASSAY_COMPARED_METRICS]; /* challenger less champion */
        size_t zoned, moved; /* rows with a zone of either model; of them, with another one */
        enum assay_audit_promotion promotion;
        const char *promotion_words; /* NULL with NO_PROMOTION */
    } comparison;
};

/*   ASSAY_EDATA  something is absent, of another kind, out of range, or contradicts another part:
 * its place, what stands there, and what was expected */
ASSAY_JSON_ASK assay_audit_facts_read(struct assay_json *doc, struct assay_audit_facts *facts,
                                      struct assay_error *err);

#endif
