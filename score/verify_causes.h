/* verify_causes.h - what disagreements have in common
 *
 * Two kinds of evidence. Explanations: departures (verify_whatif.h) under which our figures are theirs; all
 * are tried on the first ASSAY_CAUSES_SEARCHED disagreements, and those that explain most of these, on all
 * that follow. Traits: what the disagreeing accounts are like (a signal missing, a new plan, a cohort),
 * held against those that agree.
 */
#ifndef ASSAY_SCORE_VERIFY_CAUSES_H
#define ASSAY_SCORE_VERIFY_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "score/verify_compare.h"
#include "score/verify_whatif.h"

enum { ASSAY_CAUSES_SEARCHED = 512, ASSAY_CAUSES_KEPT = 8, ASSAY_TRAITS_KEPT = 5 };
#define ASSAY_NO_DEPARTURE ((size_t)-1)

/* A departure that has explained a disagreement. */
struct assay_explanation {
    size_t departure;                              /* number of assay_departure_at() */
    size_t n;                                      /* disagreements that it explains */
    uint64_t searched[ASSAY_CAUSES_SEARCHED / 64]; /* which of those searched */
};

enum assay_trait_kind {
    ASSAY_TRAIT_MISSING,  /* of a signal */
    ASSAY_TRAIT_UNKNOWN,  /* a category of it that has no points */
    ASSAY_TRAIT_BEYOND,   /* its value was clamped */
    ASSAY_TRAIT_NEW_PLAN, /* of the account */
    ASSAY_TRAIT_NEW_SEGMENT,
    ASSAY_TRAIT_CLAMPED, /* its score is 0 or 100 */
    ASSAY_TRAIT_COHORT,  /* which: the node */
    ASSAY_TRAIT_KINDS
};
struct assay_trait {
    enum assay_trait_kind kind;
    size_t which;                 /* signal or node */
    size_t disagreeing, agreeing; /* accounts that have it */
};

struct assay_causes {
    const struct assay_comparison *comparison; /* borrowed */
    struct assay_explanation *explanations;
    size_t n_explanation, explanation_capacity;
    size_t n_searched;
    size_t n_disagree, n_agree;
    struct assay_trait *traits; /* all there are to the model */
    size_t n_trait;
};

ASSAY_MUST_CHECK enum assay_status assay_causes_init(const struct assay_comparison *comparison,
                                                     struct assay_causes *causes,
                                                     struct assay_error *err);
void assay_causes_clear(struct assay_causes *causes);

/* Counts the traits of an account. unknown[n_signal]: a category that has no points. */
void assay_causes_count(struct assay_causes *causes, const struct assay_scored_account *account,
                        const bool unknown[], bool agrees);

/* Looks for explanations of the next disagreement; *best is the one that has explained most so far, or
 * ASSAY_NO_DEPARTURE. Where the allowance of scores is beyond ASSAY_CAUSES_COARSE too much would agree by
 * chance: nothing is looked for. */
#define ASSAY_CAUSES_COARSE 0.01
ASSAY_MUST_CHECK enum assay_status assay_causes_search(struct assay_causes *causes,
                                                       const struct assay_scored_account *account,
                                                       const struct assay_their_figures *theirs,
                                                       size_t *best, struct assay_error *err);

/* Of disagreement k, from 0 in the order of the searches, the explanation that explains most of all
 * disagreements; ASSAY_NO_DEPARTURE also where k was not searched with all there is. */
size_t assay_causes_widest(const struct assay_causes *causes, size_t k);

/* Up to ASSAY_CAUSES_KEPT explanations that together cover most of what was searched, the widest first;
 * each covers something that those before it do not. Returns how many. */
size_t assay_causes_explanations(const struct assay_causes *causes,
                                 const struct assay_explanation *kept[ASSAY_CAUSES_KEPT]);

/* Up to ASSAY_TRAITS_KEPT traits that at least half of the disagreeing accounts have, and at least
 * twice as often as those that agree; the rarest among these first. Returns how many. */
size_t assay_causes_traits(const struct assay_causes *causes,
                           const struct assay_trait *kept[ASSAY_TRAITS_KEPT]);

/* "nps missing", "a plan that calibration never saw": what stands behind "all 12 have ". */
void assay_trait_words(const struct assay_model *model, const struct assay_trait *trait,
                       struct assay_text *words);

#endif
