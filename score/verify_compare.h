/* verify_compare.h - one account's figures, ours and another scorer's: do they agree?
 *
 * Score and composite are held to an allowance on the 0-100 scale, probabilities to one of their own, and
 * zones must be equal. Where theirs are rounded, the allowance is half a unit more, and a zone is right
 * when some score within the allowance has it: nobody can tell on which side of an edge their score was.
 */
#ifndef ASSAY_SCORE_VERIFY_COMPARE_H
#define ASSAY_SCORE_VERIFY_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/model.h"
#include "core/model/scorer.h"

/* What can be compared; numbers first. */
enum assay_figure {
    ASSAY_THE_SCORE,
    ASSAY_THE_PROBABILITY,
    ASSAY_THE_COMPOSITE,
    ASSAY_THE_ZONE,
    ASSAY_COMPARED,
    ASSAY_COMPARED_NUMBERS = ASSAY_THE_ZONE
};
extern const char *const assay_compared_names[ASSAY_COMPARED]; /* score, probability, ... */

#define ASSAY_NO_ZONE    ((size_t)-1) /* none is given */
#define ASSAY_OTHER_ZONE ((size_t)-2) /* a text that is none of the model's zones */

/* An account's figures as their file has them; what is not compared is never looked at. */
struct assay_their_figures {
    double number[ASSAY_COMPARED_NUMBERS]; /* NaN: none */
    size_t zone;                           /* index in the model's, or one of the two above */
};

struct assay_comparison {
    const struct assay_model *model; /* borrowed */
    bool compared[ASSAY_COMPARED];
    double allowance[ASSAY_COMPARED_NUMBERS]; /* >= 0; 0: to the bit */
    bool rounded;                             /* zones are held to the allowance of the score */
};

/* Sets the allowances: tolerance >= 0 on the 0-100 scale, a hundredth of it for probabilities. decimals:
 * of their scores and composites, of their probabilities; ASSAY_NOT_ROUNDED: all digits are there. */
#define ASSAY_NOT_ROUNDED ((size_t)-1)
void assay_comparison_allow(struct assay_comparison *comparison, double tolerance,
                            size_t score_decimals, size_t probability_decimals);

/* What came of one account. */
struct assay_gap {
    bool differs[ASSAY_COMPARED];
    double difference[ASSAY_COMPARED_NUMBERS]; /* theirs - ours; NaN where either has none */
    bool agrees;
};

/* Whether they agree. An account without a score (ours->dropped) agrees with figures that are empty. */
bool assay_compare_figures(const struct assay_comparison *comparison,
                           const struct assay_score *ours, const struct assay_their_figures *theirs,
                           struct assay_gap *gap);

/* Our number of a figure; NaN where the account has no score. */
double assay_compared_number(const struct assay_score *ours, enum assay_figure figure);

/* The first figure that differs, of a gap that does. */
enum assay_figure assay_gap_first(const struct assay_gap *gap);

/* The zone of a score. */
size_t assay_zone_of_score(const struct assay_model *model, double score);

#endif
