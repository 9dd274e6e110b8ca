/* extra.h - a column that the model does not use, as the score test takes it
 *
 * Numbers enter by their ranks, which no unit, skew or outlier disturbs, on a scale with mean 0 and
 * standard deviation 1 (of a uniform distribution); texts enter as categories. What is missing is a
 * category of its own, where there is enough of it. Arrays in, arrays out: no names, no files.
 */
#ifndef ASSAY_VALIDATE_PEOPLE_EXTRA_H
#define ASSAY_VALIDATE_PEOPLE_EXTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/fit/score_test.h"

enum {
    ASSAY_EXTRA_CATEGORIES = 30, /* of a text; one with more is tested by whether it is filled in */
    ASSAY_EXTRA_FEW = 10         /* a category with fewer rows is pooled with other such ones */
};

enum assay_extra_kind {
    ASSAY_EXTRA_NUMBER,
    ASSAY_EXTRA_TEXT,
    ASSAY_EXTRA_FILLED_IN, /* a text with too many categories: whether there is one */
    ASSAY_EXTRA_CONSTANT,  /* it does not vary: not to be tested */
    ASSAY_EXTRA_TOO_MANY   /* too many categories, and always filled in: not to be tested */
};

/* Owns its arrays. */
struct assay_extra {
    enum assay_extra_kind kind;
    double *x;            /* [n], 0 where missing; NULL: not a number */
    unsigned char *group; /* [n]; NULL: one group */
    size_t n_group;
    int32_t code[ASSAY_SCORE_MAX_GROUPS]; /* of a text: the category that a group is; ASSAY_NO_CODE for
                                             what is missing, ASSAY_EXTRA_POOLED for rare ones */
    size_t n_missing;
    /* How well the column alone tells the outcome (AUC, from 0.5 to 1, whichever way round): numbers by
     * their order or by whether they are missing, categories by their share of events, which flatters
     * when they are small. NaN with fewer than ASSAY_EXTRA_CLASS rows of either outcome. */
    double auc;
};

enum { ASSAY_EXTRA_POOLED = -2, ASSAY_EXTRA_CLASS = 5 };

/* value[n], NaN where missing; outcome[n] 0 or 1.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_extra_of_numbers(const double value[],
                                                          const unsigned char outcome[], size_t n,
                                                          struct assay_extra *extra,
                                                          struct assay_error *err);
/* code[n], 0 .. n_code - 1, ASSAY_NO_CODE where missing. The reference is the most frequent category.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_extra_of_texts(const int32_t code[], size_t n_code,
                                                        const unsigned char outcome[], size_t n,
                                                        struct assay_extra *extra,
                                                        struct assay_error *err);
void assay_extra_clear(struct assay_extra *extra);

#endif
