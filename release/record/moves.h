/* moves.h - a record's "moves": the snapshots that stand in another zone under the new version
 *
 *   source          as of accuracy.h: "audit" or "calibration"
 *   n, moved        snapshots that both versions score; those whose zone has another name. moved is
 *                   null where the zones themselves are others: then every one moves, and that says
 *                   nothing
 *   below, above    of them, those that come below the at-risk line, and those that come to stand
 *                   at or above it; null where a zone's bound is not the line, so that zones do not
 *                   tell
 *   before, after   names of the zones of either version, riskiest first
 *   table[]         {from, to, n}: every pair of zones that has snapshots, unmoved ones too
 */
#ifndef ASSAY_RELEASE_RECORD_MOVES_H
#define ASSAY_RELEASE_RECORD_MOVES_H

#include "core/base/json_write.h"
#include "release/record/record.h"

/* Writes it, or null where neither source has any.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_record_put_moves(struct assay_json_writer *json,
                                                          const struct assay_release_facts *facts,
                                                          struct assay_error *err);

#endif
