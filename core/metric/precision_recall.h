/* precision_recall.h - who the flagged are as the line comes down: precision against recall, and the
 * average precision
 *
 * Precision at a risk is the share of events among the rows at or above it (the ppv of that line), recall
 * the share of all events among them (its sensitivity). Rows of equal risk are never parted.
 */
#ifndef ASSAY_CORE_METRIC_PRECISION_RECALL_H
#define ASSAY_CORE_METRIC_PRECISION_RECALL_H

#include "core/metric/interval.h"
#include "core/metric/ranked.h"

/* Average precision: sum over the distinct risks, the highest first, of (recall - recall before) times
 * precision; no interpolation. In (0, 1]; chance gives about the prevalence.
 *
 * Its standard error is that of the mean of what each row moves it by, to first order: with n rows, E
 * events, P(x) and N(x) the precision and the number of rows at or above risk x, and sums over the
 * events j,
 *
 *   move_i = n / E * ( y_i (P(x_i) - AP) + y_i sum_{x_j <= x_i} 1 / N(x_j) - sum_{x_j <= x_i} P(x_j) / N(x_j) )
 *
 * (the influence function of AP as a functional of the distribution that rows are drawn from), divisors
 * n - 1 and n. The interval is on the logit scale, which holds its level with few events where the plain
 * one does not (Boyd, Eng and Page 2013, ECML PKDD, LNCS 8190:451-466, who take a binomial variance in
 * the place of this one). Accounts stretch it there by the root of the design effect of the moves.
 * No interval where the order is perfect (AP = 1) or a row alone. */
struct assay_average_precision {
    struct assay_estimate estimate;
    double std_error; /* without accounts */
};

/* Sums over the events j met so far, from the lowest risk up. Zeroed is none. */
struct assay_precision_sums {
    double inverse, weighted; /* of 1 / N(x_j), and of P(x_j) / N(x_j) */
};

/* Takes in the run of equal risks that begins at `first` and has so many events, where the precision is this; move_i of
 * its events and of its others. */
static inline void assay_precision_move(struct assay_precision_sums *sums, const struct assay_ranked *rows,
                                        size_t first, double events, double precision, double average,
                                        double *event, double *other)
{
    double at_or_above = (double)(rows->n - first), scale = (double)rows->n / (double)rows->n_event;
    sums->inverse += events / at_or_above;
    sums->weighted += events * precision / at_or_above;
    *other = -scale * sums->weighted;
    *event = *other + scale * (precision - average + sums->inverse);
}

/* From the sum of the squares of the moves of n rows, and their design effect d. */
struct assay_average_precision assay_average_precision_of(double average, double squares, double n, double d);

#endif
