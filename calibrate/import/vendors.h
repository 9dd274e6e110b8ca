/* vendors.h - what each vendor's documentation says of its scores
 *
 * docs/import.md names the pages; what is not documented is marked there, and in `unsaid`, as a choice.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_VENDORS_H
#define ASSAY_CALIBRATE_IMPORT_VENDORS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/spec/spec.h"

/* What a measure without a value does to the score. */
enum assay_null_rule {
    ASSAY_NULL_UNSAID,   /* the file has to say */
    ASSAY_NULL_EXCLUDED, /* left out; the weights of all others take its place */
    ASSAY_NULL_IN_GROUP, /* left out of its group, whose weight stays */
    ASSAY_NULL_NEUTRAL,  /* 50 of 100 */
    ASSAY_NULL_NO_SCORE, /* the account has no score */
    ASSAY_NULL_POINTS
};
extern const char
    *const assay_null_words[]; /* by rule, as the file has them; [UNSAID] and [POINTS] are "" */

enum assay_weight_use { ASSAY_WEIGHTS_NONE, ASSAY_WEIGHTS_MAY, ASSAY_WEIGHTS_MUST };

struct assay_vendor {
    const char *word, *name; /* "gainsight", "Gainsight" */
    bool additive;           /* points add up to the score; else it is an average by weights */
    double highest;          /* score */
    double start;            /* additive: the score before any points */
    bool upper_included;     /* a band written "from 50 to 75" is (50, 75]; else [50, 75) */
    enum assay_weight_use measures, groups; /* who has weights */
    double measure_total; /* what the weights of measures add up to; 0: anything */
    bool total_by_group;  /* ... in each group; else all of them */
    double group_total;   /* what the weights of groups add up to; 0: anything */
    double largest_weight;
    double other; /* points of a number in none of a measure's bands; NaN: not documented */
    enum assay_null_rule missing;
    enum assay_null_rule missing_grouped; /* where groups have weights */
    struct assay_rounding_spec rounding;
    bool words;         /* points may be written good, average, poor: 100, 60, 0 */
    const char *unsaid; /* what was chosen where the documentation is silent: sentences */
};

enum { ASSAY_VENDORS = 5 };
extern const struct assay_vendor assay_vendors[ASSAY_VENDORS];
extern const char *const assay_vendor_words[ASSAY_VENDORS + 1]; /* ends with NULL */

#endif
