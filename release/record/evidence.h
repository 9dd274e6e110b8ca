/* evidence.h - what a record keeps of the audit: its figures, and what the score is worth */
#ifndef ASSAY_RELEASE_RECORD_EVIDENCE_H
#define ASSAY_RELEASE_RECORD_EVIDENCE_H

#include "core/base/json_write.h"
#include "release/record/record.h"

/* "audit" {created, digest (of the file's bytes), model (digest of what it audited, null: a bare
 * score), rows, events, from, to, verdict, headline, metrics {NAME: {value, interval}}}; null
 * without an audit. An interim audit has no metrics. It is kept whatever model it is of, for the
 * gates speak of it. */
void assay_record_put_audit(struct assay_json_writer *json,
                            const struct assay_release_facts *facts);

/* "impact" {words[], retained, cost, net}, the last three {low, value, high} or null; null where
 * the audit is not of this model or has no words of impact. */
void assay_record_put_impact(struct assay_json_writer *json,
                             const struct assay_release_facts *facts);

#endif
