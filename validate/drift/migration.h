/* migration.h - where accounts stood at their previous snapshot, and where they stand now
 *
 * Now: the account's latest snapshot among the audited rows and those that wait for their outcome. Before:
 * its latest one on an earlier day, whether audited, waiting, or dated outside the audit's window. Of two on
 * the same day the one further down in the file counts. Accounts without an earlier snapshot are not in
 * the matrix.
 */
#ifndef ASSAY_VALIDATE_DRIFT_MIGRATION_H
#define ASSAY_VALIDATE_DRIFT_MIGRATION_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "migration", null without accounts, dates or zones, or where no account has two days:
 *   from_words    what the rows of the matrix are
 *   zones[]       names, riskiest first
 *   counts[][]    accounts by zone before (rows) and now (columns)
 *   n             accounts
 *   healthier, riskier, same   accounts by the direction of their move
 *   p_value       of as many moves up as down (sign test, exact binomial, two-sided)
 *   words
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_migration(const struct assay_audit_input *input,
                                                         struct assay_audit_output *out,
                                                         struct assay_error *err);

#endif
