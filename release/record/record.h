/* record.h - release.json: what a version is, why it was released, and what changed
 *
 *   format "assay-release/1", name, version, at, approver, notes,
 *   model {digest, candidate, created, parent {version, digest}|null, rows, events, from, to},
 *   previous {version, digest}|null        the version in force before
 *   gates[] {gate, result, asked, found}   gates.h
 *   override {reason, gates[]}|null        gates that were closed, and why it was released still
 *   changes {...}|null                     change.h; null for the first version
 *   weights[] {name, dimension, weight, interval}|null     of the first version; else null
 *   audit {created, digest of the file, model, rows, events, from, to, verdict, headline,
 *          metrics {NAME: {value, interval}}}|null         model: digest of what it audited
 *   accuracy {source, n, events, before {NAME: value}, after,
 *             differences[] {metric, value, interval}}|null
 *                                          before and after on the same rows: the audit's
 *                                          comparison where it was with the version in force; else
 *                                          the model's own "changes.performance" where its parent
 *                                          is that version; else null (accuracy.h)
 *   impact {words[], retained, cost, net}|null             the audit's (evidence.h)
 *   moves {source, n, moved, below, above, before[], after[], table[] {from, to, n}}|null
 *                                          snapshots that change zone, or side of the line; names
 *                                          of the zones; same two sources (moves.h)
 *   signature {key}|null
 *   files[] {file, bytes, sha256}          the other files of the folder
 *
 * Evidence of another model than the one released is left out (sources.h).
 */
#ifndef ASSAY_RELEASE_RECORD_RECORD_H
#define ASSAY_RELEASE_RECORD_RECORD_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "release/gates/gates.h"
#include "release/registry/registry.h"
#include "release/version/change.h"

#define ASSAY_RELEASE_FORMAT "assay-release/1"
#define ASSAY_RELEASE_LIMIT  ((size_t)16 << 20)

struct assay_release_facts {
    const struct assay_model *model;    /* with its number */
    const char *candidate;              /* digest it was audited under */
    const struct assay_model *previous; /* NULL: the first */
    const char *previous_candidate;
    const char *at, *approver, *notes; /* the last two may be NULL */
    const struct assay_gates *gates;
    const char *override;              /* reason, or NULL; not recorded where no gate is closed */
    const struct assay_change *change; /* NULL: the first */
    struct assay_json *audit;          /* NULL: none */
    const char *audit_sha256;          /* hex of its bytes; NULL: none */
    const char *key_id;                /* NULL: not signed */
    const struct assay_registry_file *files; /* [n_file] all but release.json */
    size_t n_file;
};

ASSAY_MUST_CHECK enum assay_status assay_record_write(const struct assay_release_facts *facts,
                                                      struct assay_text *text,
                                                      struct assay_error *err);

/* A record read back: every key above is there, of its kind, and no other; "changes" is an object
 * or null, and assay_change_words() looks into it. ASSAY_EFORMAT  not JSON, or longer than
 * ASSAY_RELEASE_LIMIT ASSAY_EDATA    another format, or a key that is not as above */
ASSAY_MUST_CHECK enum assay_status assay_record_read(const char *name, const char *text,
                                                     size_t length, struct assay_json **record,
                                                     struct assay_error *err);

/* The version's section of the changelog (changes.md), from a record as assay_record_read() gave
 * it, alone ("files" is not looked at): what changed in weights with intervals, signals, baselines,
 * line and zones; accuracy before and after; business impact; who moves zone; gates and override;
 * notes and approver. Markdown that reads well as plain text. Appends. ASSAY_EDATA  "changes" is
 * not as change.h writes it */
ASSAY_MUST_CHECK enum assay_status assay_record_words(struct assay_json *record,
                                                      struct assay_text *text,
                                                      struct assay_error *err);

#endif
