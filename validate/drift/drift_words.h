/* drift_words.h - what has drifted, as people read it */
#ifndef ASSAY_VALIDATE_DRIFT_DRIFT_WORDS_H
#define ASSAY_VALIDATE_DRIFT_DRIFT_WORDS_H

#include <stddef.h>

#include "core/base/text.h"
#include "validate/drift/drift_test.h"

enum { ASSAY_BIN_LABEL_SIZE = 128, ASSAY_NAMES_SIZE = 200 };
/* With fewer rows, that nothing differs is said with a caution. */
enum { ASSAY_FEW_COMPARED = 20 };

/* Rows of the training data: every variable has a bin for each of them. */
double assay_expected_rows(const struct assay_drift_variable *v);

/* "20 to 46", "above 102.37", a text's value, "missing", "other values"; cut at the size. */
const char *assay_bin_label(const struct assay_drift_variable *v, size_t bin,
                            char out[ASSAY_BIN_LABEL_SIZE]);

/* Where a variable differs most: "58% are at or below 310, 40% in training", or `"Basic": 31%, 22% in
 * training`. Nothing is added where it has no rows to differ in. */
void assay_variable_words(const struct assay_drift_variable *v, struct assay_text *out);

/* "logins, nps, plan", at most four of them and how many more. */
const char *assay_drifted_names(const struct assay_drift_variable variables[], size_t n,
                                char out[ASSAY_NAMES_SIZE]);

/* The section in a sentence; variables[n] with those that drifted first. */
void assay_drift_words(const struct assay_drift_variable variables[], size_t n,
                       struct assay_text *out);

#endif
