/* saves.h - what outreach hides: an account that stayed because somebody acted looks like a false
 * alarm
 *
 * Rates are about who would have had the event had nobody acted. For rows that nobody acted on that
 * is what was seen. Acting is taken never to cause the event; so a row that was acted on and had it
 * would have had it anyway, and one that was acted on and stayed may have been saved, or not: it is
 * counted both ways, whichever is worst and best for the rate (worst-case bounds after Manski 1990,
 * American Economic Review 80:319-323, with the monotone response of Manski 1997, Econometrica
 * 65:1311-1334). With a flagged and b unflagged rows that were acted on and stayed,
 *
 *   sensitivity  tp / (tp + fn + b)        to  (tp + a) / (tp + fn + a)
 *   specificity  (tn - b) / (tn - b + fp)  to  tn / (tn + fp - a)
 *   ppv          tp / flagged              to  (tp + a) / flagged
 *   npv          (tn - b) / unflagged      to  tn / unflagged
 *
 * and the data alone say no more. Rows of which nobody knows whether they were acted on count as if
 * they had been. Each end is a share of rows and has Wilson's interval (1927); over rows of
 * clusters with the design effect of clustered.h. From the lower limit of the lower end to the
 * upper limit of the upper end is an interval that holds all of the bounds in at least 95% of
 * samples (Horowitz and Manski 2000, Journal of the American Statistical Association 95:77-84).
 */
#ifndef ASSAY_CORE_METRIC_SAVES_H
#define ASSAY_CORE_METRIC_SAVES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/confusion.h"
#include "core/metric/interval.h"

enum { ASSAY_LEFT_ALONE, ASSAY_ACTED_UPON, ASSAY_MAYBE_ACTED_UPON, ASSAY_ACTION_GROUPS };

/* All borrowed, [n]. */
struct assay_saves_rows {
    const unsigned char *flagged, *outcome; /* 0 or 1 */
    const unsigned char *group;             /* ASSAY_LEFT_ALONE, ... */
    const int32_t *cluster;                 /* codes from 0; NULL: rows are independent */
    size_t n;
};

/* low <= high, both in [0, 1]; NaN throughout where either end has no denominator. */
struct assay_bound {
    double low, high;
    double interval_low, interval_high; /* sampling included, 95% */
};

struct assay_saves {
    struct {
        struct assay_confusion counts;
        struct assay_estimate sensitivity, specificity, ppv; /* of what was seen */
    } group[ASSAY_ACTION_GROUPS];
    size_t stayed_flagged, stayed_unflagged; /* a and b */
    struct assay_bound sensitivity, specificity, ppv, npv;
};

/* Takes 48 bytes for each cluster while it runs.
 *   ASSAY_EDATA   a value that is none of those above
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_saves_measure(const struct assay_saves_rows *rows,
                                                       struct assay_saves *out,
                                                       struct assay_error *err);

#endif
