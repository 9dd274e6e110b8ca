/* salesforce_formula.h - the formula of each field
 *
 * Each appends a formula. Missing stands for an empty field, and for a category that the model does not have.
 */
#ifndef ASSAY_RELEASE_EXPORT_SALESFORCE_FORMULA_H
#define ASSAY_RELEASE_EXPORT_SALESFORCE_FORMULA_H

#include "release/export/salesforce_fields.h"

void assay_salesforce_put_cohort(struct assay_text *out, const struct assay_salesforce *made);
void assay_salesforce_put_points(struct assay_text *out, const struct assay_salesforce *made,
                                 size_t j);
void assay_salesforce_put_weight(struct assay_text *out, const struct assay_salesforce *made,
                                 size_t d);
void assay_salesforce_put_average(struct assay_text *out, const struct assay_salesforce *made,
                                  size_t d);
void assay_salesforce_put_rest(struct assay_text *out, const struct assay_salesforce *made);
void assay_salesforce_put_composite(struct assay_text *out, const struct assay_salesforce *made);
void assay_salesforce_put_log_odds(struct assay_text *out, const struct assay_salesforce *made);
void assay_salesforce_put_score(struct assay_text *out, const struct assay_salesforce *made);
void assay_salesforce_put_probability(struct assay_text *out, const struct assay_salesforce *made);
void assay_salesforce_put_zone(struct assay_text *out, const struct assay_salesforce *made);

/* ---- pieces ---- */

/* " + 0.5" or " - 0.5"; there is no sign before a parenthesis in these formulas. */
void assay_salesforce_put_term(struct assay_text *out, double value);
/* In quotes. */
void assay_salesforce_put_text(struct assay_text *out, const char *text);
/* Field of an input. */
const char *assay_salesforce_input(const struct assay_salesforce *made, const char *column);
/* Whether signal j is missing. */
void assay_salesforce_put_missing(struct assay_text *out, const struct assay_salesforce *made,
                                  size_t j);

bool assay_salesforce_waits(const struct assay_model *model); /* some signal is filled in later */

#endif
