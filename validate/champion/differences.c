#include "validate/champion/differences.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/paired.h"

const char *const assay_rival_metric_names[ASSAY_RIVAL_METRICS] = {
    "auc", "brier", "log_loss", "sensitivity", "specificity", "net_benefit"};

bool assay_rival_more_is_better(enum assay_rival_metric metric)
{
    return metric != ASSAY_RIVAL_BRIER && metric != ASSAY_RIVAL_LOG_LOSS;
}

static struct assay_difference undefined(void)
{
    return (struct assay_difference){NAN, NAN, assay_estimate_undefined(), NAN, "not defined"};
}

/* Certain where the predictions are the same, and then there is nothing to test. */
static struct assay_difference take(const struct assay_paired_figure *figure, double p_value, bool same,
                                    const char *method)
{
    struct assay_difference d = {figure->second, figure->first, figure->difference, p_value, method};
    if (same)
        d.difference = (struct assay_estimate){0};
    if (same || isnan(d.difference.low))
        d.p_value = NAN;
    return d;
}

static double normal_p(const struct assay_paired_figure *figure)
{
    return figure->std_error > 0.0 ? assay_normal_p_value(figure->difference.value / figure->std_error)
                                   : (double)NAN;
}

/* ---- probabilities ---- */

static bool some_loss_is_infinite(const struct assay_rivals *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        double impossible = 1.0 - rows->outcome[i];
        if (rows->challenger[i] == impossible || rows->champion[i] == impossible)
            return true;
    }
    return false;
}

/* The next number inside: the order of rows and their Brier scores stay as they are, to the last digit. */
static double *pulled_inside(const double prob[], size_t n)
{
    double *inside = assay_alloc(n, sizeof *inside);
    for (size_t i = 0; inside != NULL && i < n; i++)
        inside[i] = fmin(fmax(prob[i], DBL_TRUE_MIN), 1.0 - DBL_EPSILON / 2.0);
    return inside;
}

static enum assay_status compare_inside(const struct assay_rivals *rows, struct assay_paired *paired,
                                        struct assay_error *err)
{
    double *first = pulled_inside(rows->challenger, rows->n);
    double *second = pulled_inside(rows->champion, rows->n);
    enum assay_status status =
        first != NULL && second != NULL
            ? assay_paired_measure(first, second, rows->outcome, rows->account, rows->n, paired, err)
            : assay_fail_memory(err, "comparing with the champion");
    free(first);
    free(second);
    return status;
}

static enum assay_status compare_probabilities(const struct assay_rivals *rows,
                                               struct assay_differences *out, struct assay_error *err)
{
    struct assay_paired paired;
    bool infinite = some_loss_is_infinite(rows);
    enum assay_status status =
        infinite ? compare_inside(rows, &paired, err)
                 : assay_paired_measure(rows->challenger, rows->champion, rows->outcome, rows->account,
                                        rows->n, &paired, err);
    if (status != ASSAY_OK)
        return status;
    const char *auc = out->repeated ? "Obuchowski (1997), by account" : "DeLong et al. (1988)";
    const char *mean = out->repeated ? "mean of paired differences, by account"
                                     : "mean of paired differences";
    out->same = paired.same;
    out->metrics[ASSAY_RIVAL_AUC] = take(&paired.auc, normal_p(&paired.auc), paired.same, auc);
    if (isnan(paired.auc.first)) /* one outcome only */
        out->metrics[ASSAY_RIVAL_AUC] = undefined();
    out->metrics[ASSAY_RIVAL_BRIER] = take(&paired.brier, normal_p(&paired.brier), paired.same, mean);
    out->metrics[ASSAY_RIVAL_LOG_LOSS] =
        infinite ? undefined()
                 : take(&paired.log_loss, normal_p(&paired.log_loss), paired.same, mean);
    return ASSAY_OK;
}

/* ---- decisions ---- */

static struct assay_difference take_share(const struct assay_paired_share *share,
                                          const struct assay_differences *out)
{
    if (isnan(share->figure.first))
        return undefined();
    return take(&share->figure, share->p_value, out->same,
                out->repeated ? "Newcombe (1998), by account; test of Obuchowski (1998)"
                              : "Newcombe (1998); McNemar's test, mid-p");
}

static enum assay_status compare_net_benefit(const struct assay_rivals *rows, double threshold,
                                             struct assay_differences *out, struct assay_error *err)
{
    struct assay_paired_figure figure;
    out->metrics[ASSAY_RIVAL_NET_BENEFIT] = undefined();
    if (!(threshold > 0.0 && threshold < 1.0))
        return ASSAY_OK;
    enum assay_status status =
        assay_paired_net_benefit(rows->challenger, rows->champion, rows->outcome, rows->account, rows->n,
                                 threshold, &figure, err);
    if (status == ASSAY_OK)
        out->metrics[ASSAY_RIVAL_NET_BENEFIT] =
            take(&figure, normal_p(&figure), out->same,
                 out->repeated ? "mean of paired differences, by account" : "mean of paired differences");
    return status;
}

enum assay_status assay_differences_measure(const struct assay_rivals *rows, double threshold,
                                            struct assay_differences *out, struct assay_error *err)
{
    struct assay_paired_flags flags;
    struct assay_differences made = {0};
    enum assay_status status =
        assay_paired_flags_measure(rows->challenger_flagged, rows->champion_flagged, rows->outcome,
                                   rows->account, rows->n, &flags, err);
    if (status != ASSAY_OK)
        return status;
    made.repeated = flags.repeated;
    made.right = flags.right;
    status = compare_probabilities(rows, &made, err);
    made.same = made.same && memcmp(rows->challenger_flagged, rows->champion_flagged, rows->n) == 0;
    made.metrics[ASSAY_RIVAL_SENSITIVITY] = take_share(&flags.sensitivity, &made);
    made.metrics[ASSAY_RIVAL_SPECIFICITY] = take_share(&flags.specificity, &made);
    if (status == ASSAY_OK)
        status = compare_net_benefit(rows, threshold, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    return status;
}
