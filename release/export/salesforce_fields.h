/* salesforce_fields.h - a model as formula fields of a Salesforce object
 *
 * The inputs are fields of the object that its administrator has made: NAME__c, Number or Text. The model
 * adds, in this order, each a field of its own that later ones refer to:
 *
 *   Health_Cohort__c        number of the cohort, where there is more than one
 *   Health_SIGNAL__c        points, step 1's where the value is missing; empty where it is filled in later
 *   Health_DIMENSION_weight__c, _avg__c   of the dimension's signals that have points after step 1, where
 *                           something is filled in later or dimensions are rounded
 *   Health_Rest__c          what the last step fills in, where it does
 *   Health_Composite__c, Health_Log_odds__c, Health_Score__c, Health_Probability__c, Health_Zone__c
 *
 * Salesforce takes at most 3,900 characters in a formula, and 5,000 bytes in what it compiles it to, where
 * every field that a formula refers to counts in full each time (Salesforce Help, "Tips for Working with
 * Formula Fields"). What it compiles to cannot be known outside; counted here is the formula with what it
 * refers to written out. Formulas are in decimal arithmetic there, 15 decimals a field, without exponents.
 */
#ifndef ASSAY_RELEASE_EXPORT_SALESFORCE_FIELDS_H
#define ASSAY_RELEASE_EXPORT_SALESFORCE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "release/export/target.h"

#define ASSAY_SALESFORCE_NAME 44 /* 40 characters and "__c", which each name below has */

struct assay_salesforce_field {
    char name[ASSAY_SALESFORCE_NAME];
    char label[41];
    struct assay_text formula, about; /* about: a sentence for people */
    bool is_text, is_whole;
    size_t whole; /* bytes with what it refers to written out */
};

struct assay_salesforce {
    const struct assay_model *model;       /* borrowed */
    char (*inputs)[ASSAY_SALESFORCE_NAME]; /* [n_input] */
    char (*signals)
        [ASSAY_SALESFORCE_NAME]; /* [n_signal] stems, as are those of dimensions: no "__c" */
    char (*dimensions)[ASSAY_SALESFORCE_NAME]; /* [n_dimension] */
    size_t *dimension, n_dimension;
    struct assay_salesforce_field *fields;
    size_t n_field, field_capacity;
};

/*   ASSAY_EDATA  what Salesforce cannot hold: a formula over its limits (says which, how long, and which
 *                signals take most), a number without a plain decimal form, texts that differ by case
 *                alone, an input that is a text and a number */
ASSAY_MUST_CHECK enum assay_status assay_salesforce_init(const struct assay_model *model,
                                                         struct assay_salesforce *made,
                                                         struct assay_error *err);
void assay_salesforce_clear(struct assay_salesforce *made);

/* ---- for those who write them ---- */

/* A number without exponent. */
void assay_salesforce_number(struct assay_text *out, double value);
/* Text in XML: &, <, > and quotes named, control characters replaced. */
void assay_salesforce_xml(struct assay_text *out, const char *text, size_t length);

#endif
