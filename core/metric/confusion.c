#include "core/metric/confusion.h"

#include <math.h>
#include <stdbool.h>

#include "core/metric/check.h"

static const char what[] = "confusion";

static void count(struct assay_confusion *counts, bool flagged, unsigned char outcome)
{
    size_t *cell[2][2] = {{&counts->tn, &counts->fn}, {&counts->fp, &counts->tp}};
    ++*cell[flagged][outcome];
}

static enum assay_status check_cut(const char *name, double cut, struct assay_error *err)
{
    return isfinite(cut) ? ASSAY_OK : assay_fail_value(err, name, cut, "a finite number");
}

enum assay_status assay_confusion_of_prob(const double prob[], const unsigned char outcome[],
                                          size_t n, double threshold, struct assay_confusion *out,
                                          struct assay_error *err)
{
    enum assay_status status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    if (status == ASSAY_OK)
        status = check_cut("confusion: threshold", threshold, err);
    if (status != ASSAY_OK)
        return status;
    *out = (struct assay_confusion){0};
    for (size_t i = 0; i < n; i++)
        count(out, prob[i] >= threshold, outcome[i]);
    return ASSAY_OK;
}

enum assay_status assay_confusion_of_score(const double score[], const unsigned char outcome[],
                                           size_t n, double line, struct assay_confusion *out,
                                           struct assay_error *err)
{
    enum assay_status status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_score(what, score, n, err);
    if (status == ASSAY_OK)
        status = check_cut("confusion: line", line, err);
    if (status != ASSAY_OK)
        return status;
    *out = (struct assay_confusion){0};
    for (size_t i = 0; i < n; i++)
        count(out, score[i] < line, outcome[i]);
    return ASSAY_OK;
}

struct assay_confusion_rates assay_confusion_rates_of(const struct assay_confusion *counts)
{
    size_t tp = counts->tp, fp = counts->fp, fn = counts->fn, tn = counts->tn;
    size_t n = tp + fp + fn + tn;
    return (struct assay_confusion_rates){
        .sensitivity = assay_rate_of(tp, tp + fn),
        .specificity = assay_rate_of(tn, tn + fp),
        .ppv = assay_rate_of(tp, tp + fp),
        .npv = assay_rate_of(tn, tn + fn),
        .prevalence = assay_rate_of(tp + fn, n),
        .accuracy = assay_rate_of(tp + tn, n),
        .flagged_share = assay_rate_of(tp + fp, n),
    };
}
