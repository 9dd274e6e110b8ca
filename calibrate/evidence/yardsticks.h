/* yardsticks.h - are the new weights worth changing to?
 *
 * Held-out predictions of the new weights beside those of three yardsticks, on the same snapshots:
 * equal weights, the champion as it is, and the champion with its intercept and slope refitted. The
 * last tells what weights are worth from what mere recalibration would bring.
 */
#ifndef ASSAY_CALIBRATE_YARDSTICKS_H
#define ASSAY_CALIBRATE_YARDSTICKS_H

#include <stdbool.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/metric/paired.h"
#include "core/model/model.h"

/* Arrays [n_row]; NaN where there is no prediction. Borrowed. */
struct assay_yardstick_data {
    const double *held_out; /* probabilities of the published procedure, by the history's folds; NULL: nothing
                               was held out, and nothing is compared */
    const struct assay_paired_known *known; /* of held_out, where every row has one; or NULL */
    const double *equal;    /* the same of equal weights */
    const double *champion; /* log-odds by the champion as it is; NULL: there is no champion */
    const unsigned char *judged; /* rows on which the champion is compared; NULL: all that count */
};

/* Compares on the rows where both predictions exist; accounts are clusters (core/metric/paired.h).
 *
 * The champion recalibrated: in each fold logit P = a + b * (the champion's log-odds), a and b by
 * maximum likelihood on the rows outside the fold (Cox 1958). A fold where they do not exist (one
 * outcome, a champion that separates the outcomes or does not vary) gives no predictions.
 * Log-odds are held within -36 and 36, beyond which a probability rounds to 0 or 1 and a single
 * surprise would cost an infinite log loss.
 *
 * A yardstick without rows to compare on has n = 0 and is NaN elsewhere; its AUC, too, where the rows
 * have one outcome only. A champion that was fitted to some of these rows is flattered by them, as it
 * is and recalibrated: the caller knows.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_yardsticks_measure(const struct assay_history *history, const struct assay_yardstick_data *data,
                         struct assay_model_yardstick yards[ASSAY_YARDS], struct assay_error *err);

/* How the new weights stand beside a yardstick. Log loss decides, for it hears both discrimination and
 * calibration: its paired interval below 0 is better, above 0 worse, else it cannot be told. */
enum assay_standing { ASSAY_NOT_COMPARED, ASSAY_BETTER, ASSAY_NOT_TOLD, ASSAY_WORSE };

enum assay_worth_verdict {
    ASSAY_WORTH_UNKNOWN,         /* nothing could be compared */
    /* with a champion */
    ASSAY_WORTH_CHANGING,        /* better than the champion, and than the champion recalibrated */
    ASSAY_WORTH_RECALIBRATING,   /* better than the champion, but not than it is recalibrated */
    ASSAY_NOT_WORTH_CHANGING,    /* not measurably better than the champion */
    ASSAY_WORSE_THAN_CHAMPION,
    /* the first calibration */
    ASSAY_WORTH_WEIGHING,        /* better than equal weights */
    ASSAY_NOT_WORTH_WEIGHING,    /* not measurably better than equal weights */
    ASSAY_WORSE_THAN_EQUAL
};

struct assay_worth {
    enum assay_worth_verdict verdict;
    enum assay_standing standing[ASSAY_YARDS];
};

/* Where the recalibrated champion could not be compared, the champion as it is decides alone. */
struct assay_worth assay_worth_of(const struct assay_model_yardstick yards[ASSAY_YARDS]);

/* Puts the verdict into words behind text, a sentence a line: the verdict with the numbers it rests on,
 * what equal weights would have done, and, where champion_saw says that the champion was fitted to
 * some of these snapshots, that this flatters it. Failure to get memory is text's to remember. */
void assay_worth_say(const struct assay_model_yardstick yards[ASSAY_YARDS], bool champion_saw,
                     struct assay_text *text);

#endif
