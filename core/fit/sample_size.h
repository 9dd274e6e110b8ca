/* sample_size.h - how many rows a model of a binary outcome needs
 *
 * The criteria of Riley et al. (2019, Statistics in Medicine 38:1276-1296; 2020, BMJ 368:m441), on
 * the Cox-Snell R2, 1 - exp(2 (l0 - l) / n):
 *   shrinkage  expected uniform shrinkage of at least S: n = k / ((S - 1) ln(1 - R2 / S))
 *   optimism   apparent less adjusted Nagelkerke R2 at most d: the same with S = R2 / (R2 + d max R2)
 *   margin     overall risk f known to within m: n = (1.96 / m)^2 f (1 - f), z to full precision
 * with k coefficients beside the intercept and max R2 = 1 - (f^f (1 - f)^(1 - f))^2.
 */
#ifndef ASSAY_CORE_FIT_SAMPLE_SIZE_H
#define ASSAY_CORE_FIT_SAMPLE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

struct assay_sample_question {
    size_t n_row, n_event;
    size_t n_slope;   /* k, candidates that were tried and dropped included; at least 1 */
    double r2;        /* Cox-Snell, in (0, max R2) */
    bool apparent;    /* r2 is that of a fit to these very rows, to be adjusted for optimism: times
                         1 + k / (n ln(1 - r2)) (van Houwelingen & Le Cessie 1990);
                         false: r2 is anticipated, as from an earlier model, and taken as it is */
    double shrinkage; /* S, in (0, 1), default 0.9 */
    double optimism;  /* d, in (0, 1), default 0.05 */
    double margin;    /* m, in (0, 1), default 0.05 */
};
/* The three defaults, and nothing else. */
struct assay_sample_question assay_sample_question_default(void);

struct assay_sample_need {
    double n_row;  /* rows needed, whole; HUGE_VAL when no number is enough */
    bool met;      /* there are as many */
};

struct assay_sample_size {
    double r2_max;      /* the largest Cox-Snell R2 at this share of events */
    double r2_adjusted; /* what the criteria use; <= 0: no signal is left after adjustment */
    double shrinkage;   /* expected with these rows, 1 + k / (n ln(1 - R2)) with R2 as it was given */
    struct assay_sample_need for_shrinkage, for_optimism, for_margin;
    struct assay_sample_need overall; /* the largest of the three */
};

/*   ASSAY_EDATA  no events or nothing else, no coefficient, or a number out of its range */
ASSAY_MUST_CHECK enum assay_status
assay_sample_size(const struct assay_sample_question *question, struct assay_sample_size *size,
                  struct assay_error *err);

#endif
