#include "core/metric/roc.h"

#include <math.h>
#include <stdbool.h>

#include "core/metric/check.h"

static const char what[] = "AUC";

struct classes {
    size_t n_event, n_nonevent;
};

static enum assay_status check(const double score[], const unsigned char outcome[], size_t n,
                               struct classes *classes, struct assay_error *err)
{
    size_t n_event = 0;
    enum assay_status status = assay_check_outcome(what, outcome, n, &n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_score(what, score, n, err);
    if (status == ASSAY_OK)
        status = assay_check_both(what, n_event, n, err);
    *classes = (struct classes){.n_event = n_event, .n_nonevent = n - n_event};
    return status;
}

void assay_auc_add_intervals(struct assay_auc *auc, double value)
{
    auc->wald = auc->logit = assay_estimate_without_interval(value);
    if (!(auc->variance > 0.0))
        return;
    auc->wald = assay_normal_interval(value, auc->std_error, ASSAY_LEVEL);
    auc->wald.low = fmax(auc->wald.low, 0.0);
    auc->wald.high = fmin(auc->wald.high, 1.0);
    double spread = value * (1.0 - value);
    struct assay_estimate log_odds =
        assay_normal_interval(log(value) - log1p(-value), auc->std_error / spread, ASSAY_LEVEL);
    auc->logit.low = 1.0 / (1.0 + exp(-log_odds.low));
    auc->logit.high = 1.0 / (1.0 + exp(-log_odds.high));
}

/* Of the mean over a class of so many; NaN (0 / 0) when it has one member. */
static double variance_of_mean(double squares, double count)
{
    return count > 1.0 ? squares / (count - 1.0) / count : (double)NAN;
}

static enum assay_status find(const double score[], const unsigned char outcome[], size_t n,
                              bool with_rows, struct classes *classes, struct assay_placing *placing,
                              struct assay_error *err)
{
    enum assay_status status = check(score, outcome, n, classes, err);
    if (status == ASSAY_OK)
        status = assay_placing_find(score, outcome, n, classes->n_event, with_rows, placing, err);
    return status;
}

static struct assay_auc auc_of(const struct assay_placing *placing, const struct classes *classes,
                               enum assay_higher_is higher_is)
{
    double n_pair = (double)classes->n_event * (double)classes->n_nonevent;
    double variance = variance_of_mean(placing->squares[1], (double)classes->n_event) +
                      variance_of_mean(placing->squares[0], (double)classes->n_nonevent);
    bool turned = higher_is == ASSAY_HIGHER_IS_HEALTH;
    struct assay_auc auc = {.n_event = classes->n_event,
                            .n_nonevent = classes->n_nonevent,
                            .mann_whitney_u = turned ? n_pair - placing->u : placing->u,
                            .variance = variance,
                            .std_error = sqrt(variance)};
    assay_auc_add_intervals(&auc, turned ? auc.mann_whitney_u / n_pair : placing->auc);
    return auc;
}

enum assay_status assay_auc_place(const double score[], const unsigned char outcome[], size_t n,
                                  size_t n_event, struct assay_auc *out, struct assay_placing *placing,
                                  struct assay_error *err)
{
    struct classes classes = {.n_event = n_event, .n_nonevent = n - n_event};
    enum assay_status status = assay_check_both(what, n_event, n, err);
    if (status == ASSAY_OK)
        status = assay_placing_find(score, outcome, n, n_event, true, placing, err);
    if (status == ASSAY_OK)
        *out = auc_of(placing, &classes, ASSAY_HIGHER_IS_RISK);
    return status;
}

enum assay_status assay_auc_measure(const double score[], const unsigned char outcome[], size_t n,
                                    enum assay_higher_is higher_is, struct assay_auc *out,
                                    struct assay_error *err)
{
    struct classes classes;
    struct assay_placing placing;
    enum assay_status status = find(score, outcome, n, false, &classes, &placing, err);
    if (status != ASSAY_OK)
        return status;
    *out = auc_of(&placing, &classes, higher_is);
    assay_placing_clear(&placing);
    return ASSAY_OK;
}

enum assay_status assay_auc_placements(const double score[], const unsigned char outcome[],
                                       size_t n, enum assay_higher_is higher_is, double placement[],
                                       struct assay_error *err)
{
    struct classes classes;
    struct assay_placing placing;
    enum assay_status status = find(score, outcome, n, true, &classes, &placing, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        double place = assay_placing_of(&placing, i, outcome[i]);
        placement[i] = higher_is == ASSAY_HIGHER_IS_HEALTH ? 1.0 - place : place;
    }
    assay_placing_clear(&placing);
    return ASSAY_OK;
}
