/* paired.h - two predictions of the same rows: by how much is the first better?
 *
 * Both are judged on the same outcomes, so that most of the luck in the rows cancels: the errors here
 * are those of the differences, and smaller than either figure's own. Rows of one cluster (the
 * snapshots of an account) may depend on each other; clusters are independent.
 */
#ifndef ASSAY_CORE_METRIC_PAIRED_H
#define ASSAY_CORE_METRIC_PAIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/metric/placing.h"

/* Predictions that agree to this in every row are the same prediction, reached by two fits that
 * stopped a little apart. */
#define ASSAY_PAIRED_SAME 1e-8

struct assay_paired_figure {
    double first, second;             /* of either prediction */
    struct assay_estimate difference; /* first - second, normal interval at 95% */
    double std_error;                 /* of the difference; NaN with a single cluster */
};

struct assay_paired {
    size_t n, n_event, n_cluster;
    bool same; /* see ASSAY_PAIRED_SAME: all differences are 0, [0, 0], on these rows and any others */
    struct assay_paired_figure auc;             /* in [-1, 1], above 0: the first is better */
    struct assay_paired_figure brier, log_loss; /* below 0: the first is better */
};

/* Borrows first[n] and second[n], probabilities in [0, 1], outcome[n], each 0 or 1, and cluster[n],
 * codes from 0; cluster NULL: every row is one of its own. Takes 16 bytes a row while it runs, and where
 * a cluster's rows are not together 64 for each code up to the largest.
 *
 * AUC. d_i is the difference of row i's placements (roc.h), D their mean, M the events, N the others.
 * With a_g and b_g the sums of d_i - D over the events and over the others of cluster g, and I10, I01
 * and I the numbers of clusters that hold events, others, either:
 *
 *   variance = I10 / (I10 - 1) * sum a_g^2 / M^2 + I01 / (I01 - 1) * sum b_g^2 / N^2
 *              + 2 I / (I - 1) * sum a_g b_g / (M N)
 *
 * (Obuchowski 1997, Biometrics 53:567-578), which without clusters is that of DeLong, DeLong and
 * Clarke-Pearson (1988, Biometrics 44:837-845). NaN throughout where only one outcome occurs.
 *
 * Brier score and log loss (accuracy.h). d_i is the difference of row i's losses, D their mean, and
 *
 *   variance = I / (I - 1) * sum_g (sum of d_i - D over cluster g)^2 / n^2
 *
 * (Liang and Zeger 1986, for a mean), without clusters the sample variance of d_i over n.
 *
 * A difference has no interval where its standard error is NaN, or 0 although the predictions differ:
 * two perfect orders say nothing of their own uncertainty. Predictions whose log-odds are a rising straight
 * line of each other's (another intercept, another line) have the same AUC on any rows: 0, [0, 0].
 *
 *   ASSAY_EDATA   n is 0, a value out of range, or something given probability 0 happened: a log
 *                 loss is infinite
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_paired_measure(const double first[], const double second[],
                                                        const unsigned char outcome[],
                                                        const int32_t cluster[], size_t n,
                                                        struct assay_paired *out,
                                                        struct assay_error *err);

/* What has been measured of the first prediction on the same rows. */
struct assay_paired_known {
    double auc, brier, log_loss;
    const struct assay_placing *placing; /* borrowed; NULL: one outcome only */
};

/* The same where so much is known. */
ASSAY_MUST_CHECK enum assay_status
assay_paired_measure_known(const double first[], const struct assay_paired_known *known,
                           const double second[], const unsigned char outcome[],
                           const int32_t cluster[], size_t n, struct assay_paired *out,
                           struct assay_error *err);

#endif
