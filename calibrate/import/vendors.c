#include "calibrate/import/vendors.h"

#include <math.h>

const char *const assay_null_words[] = {"",        "excluded", "excluded in group",
                                        "neutral", "no score", ""};

const char *const assay_vendor_words[ASSAY_VENDORS + 1] = {"gainsight", "churnzero", "totango",
                                                           "planhat",   "hubspot",   NULL};

/* In the order of assay_vendor_words. */
const struct assay_vendor assay_vendors[ASSAY_VENDORS] = {
    {.word = "gainsight",
     .name = "Gainsight",
     .highest = 100,
     .upper_included = true,
     .measures = ASSAY_WEIGHTS_MUST,
     .groups = ASSAY_WEIGHTS_MAY,
     .largest_weight = 999999,
     .other = NAN,
     .missing = ASSAY_NULL_EXCLUDED,
     .missing_grouped = ASSAY_NULL_IN_GROUP,
     .rounding = {.score = true},
     .unsaid =
         "Gainsight's pages round the score of a group and say nothing of the overall score, which "
         "is "
         "rounded here, as bands of whole numbers ask for; and they do not say in figures what a "
         "measure without a value does: it is left out, of its group where groups have weights."},
    {.word = "churnzero",
     .name = "ChurnZero",
     .highest = 100,
     .upper_included = true,
     .measures = ASSAY_WEIGHTS_MUST,
     .groups = ASSAY_WEIGHTS_NONE,
     .measure_total = 100,
     .largest_weight = 100,
     .other = NAN,
     .missing = ASSAY_NULL_POINTS,
     .missing_grouped = ASSAY_NULL_POINTS,
     .unsaid =
         "ChurnZero's pages do not say what a factor without a value gives (0 points here), nor "
         "whether scores are rounded (not here). One of them calls 100 a high likelihood of churn, "
         "another gives points for positive behaviour: higher is healthier here."},
    {.word = "totango",
     .name = "Totango",
     .highest = 100,
     .measures = ASSAY_WEIGHTS_MUST,
     .groups = ASSAY_WEIGHTS_MUST,
     .measure_total = 100,
     .total_by_group = true,
     .group_total = 100,
     .largest_weight = 100,
     .other = 60,
     .missing = ASSAY_NULL_UNSAID,
     .missing_grouped = ASSAY_NULL_UNSAID,
     .rounding = {.dimensions = true, .score = true},
     .words = true,
     .unsaid =
         "Totango's page rounds to the nearest whole number and does not say which way a half "
         "goes: up here."},
    {.word = "planhat",
     .name = "Planhat",
     .additive = true,
     .highest = 10,
     .start = 5,
     .measures = ASSAY_WEIGHTS_NONE,
     .groups = ASSAY_WEIGHTS_NONE,
     .other = 0,
     .missing = ASSAY_NULL_POINTS,
     .missing_grouped = ASSAY_NULL_POINTS,
     .unsaid = "Planhat's pages do not say what a factor without a value does (nothing here), nor "
               "whether the score of a single company is rounded (not here)."},
    {.word = "hubspot",
     .name = "HubSpot",
     .additive = true,
     .highest = 100,
     .measures = ASSAY_WEIGHTS_NONE,
     .groups = ASSAY_WEIGHTS_MUST,
     .group_total = 100,
     .largest_weight = 100,
     .other = 0,
     .missing = ASSAY_NULL_POINTS,
     .missing_grouped = ASSAY_NULL_POINTS,
     .unsaid =
         "HubSpot's pages do not say whether a health score below 0 is shown as 0: it is here."}};
