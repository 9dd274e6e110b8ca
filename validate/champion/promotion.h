/* promotion.h - may a challenger take the champion's place? A rule that is older than the answer
 *
 * The rule is a margin for each of some metrics, declared before there are results: how much worse the
 * challenger may be there and still be good enough. It is held against the 95% interval of the difference:
 *
 *   holds    the interval's bad end is within the margin: the challenger is not inferior
 *   fails    the whole interval is beyond it: the challenger is worse by more than the margin, for sure
 *   neither  the rows cannot tell
 *
 * All margins hold: promote. Some margin fails: keep the champion. Else undecided. A challenger that is
 * worse by a whole margin in some metric is promoted with probability 2.5%, however many margins there are:
 * every one has to hold (intersection-union test, Berger 1982, Technometrics 24:295-300). The intervals are
 * those of large samples; with 20 to 400 churners it was 1.7 to 3.5% in simulations (docs/audit-evidence.md),
 * and what we promise is ASSAY_PROMOTION_ERROR. One that is worse nowhere by more than its margin is turned
 * down with probability 2.5% for each of them.
 */
#ifndef ASSAY_VALIDATE_CHAMPION_PROMOTION_H
#define ASSAY_VALIDATE_CHAMPION_PROMOTION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"
#include "core/spec/spec.h"
#include "validate/champion/differences.h"

#define ASSAY_PROMOTION_ERROR 0.05

enum assay_holding { ASSAY_HOLDS, ASSAY_FAILS_TO_HOLD, ASSAY_CANNOT_TELL };
enum assay_promotion_result { ASSAY_PROMOTE, ASSAY_KEEP, ASSAY_UNDECIDED };
extern const char *const assay_promotion_names[3]; /* promote, keep, undecided */

struct assay_promotion {
    struct {
        enum assay_rival_metric metric;
        double margin;
        struct assay_estimate difference;
        double bad_end; /* of the interval; NaN: there is none */
        enum assay_holding holding;
    } rule[ASSAY_RIVAL_METRICS];
    size_t n;
    bool in_sample; /* the challenger knew these rows: it is not promoted on them */
    enum assay_promotion_result result;
};

/* margins[n_margin], each of another metric of differences.h, at least one. in_sample: the rows are, or may
 * be, among those that the challenger was fitted to; they may speak against it, and not for it. */
void assay_promotion_decide(const struct assay_margin margins[], size_t n_margin,
                            const struct assay_differences *differences, bool in_sample,
                            struct assay_promotion *promotion);

/* The result and its reason in a sentence or two. */
void assay_promotion_say(const struct assay_promotion *promotion, struct assay_text *text);

#endif
