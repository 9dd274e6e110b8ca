#include "validate/verdict/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"

/* ---- numbers ---- */

static void say_count(struct assay_text *text, double n)
{
    char grouped[ASSAY_GROUPED_SIZE];
    assay_text_puts(text, assay_number_group(n, grouped));
}

/* "75%" of a share, "0.8" of any other metric; one decimal or three where measured. */
static void say_target(struct assay_text *text, const struct assay_judged *judged, double value)
{
    assay_text_printf(text, judged->is_share ? "%g%%" : "%g", judged->is_share ? 100 * value : value);
}

static bool reads_alike(double value, double limit, int decimals)
{
    char a[32], b[32];
    snprintf(a, sizeof a, "%.*f", decimals, 100 * value);
    snprintf(b, sizeof b, "%.*f", decimals, 100 * limit);
    return value != limit && strcmp(a, b) == 0;
}

/* One, or as many as keep a share that is not its target from reading like it; three at most. */
static int decimals_of_share(const struct assay_judged *judged, double value)
{
    for (int decimals = 1; decimals <= 3; decimals++)
        if (!reads_alike(value, judged->limits.low, decimals) &&
            !reads_alike(value, judged->limits.high, decimals))
            return decimals;
    return 1;
}

static void say_value(struct assay_text *text, const struct assay_judged *judged, double value)
{
    if (judged->is_share)
        assay_text_printf(text, "%.*f%%", decimals_of_share(judged, value), 100 * value);
    else
        assay_text_printf(text, "%.3f", assay_number_unsigned_zero(value, 3));
}

static void say_interval(struct assay_text *text, const struct assay_judged *judged,
                         struct assay_estimate e)
{
    double unit = judged->is_share ? 100.0 : 1.0;
    int decimals = judged->is_share ? 1 : 3;
    if (!isnan(e.low))
        assay_text_printf(text, " [%.*f, %.*f]", decimals,
                          assay_number_unsigned_zero(unit * e.low, decimals), decimals,
                          assay_number_unsigned_zero(unit * e.high, decimals));
}

static void say_limits(struct assay_text *text, const struct assay_judged *judged)
{
    bool low = !isnan(judged->limits.low), high = !isnan(judged->limits.high);
    assay_text_puts(text, low && high ? "between " : low ? "at least " : "at most ");
    if (low)
        say_target(text, judged, judged->limits.low);
    assay_text_puts(text, low && high ? " and " : "");
    if (high)
        say_target(text, judged, judged->limits.high);
}

void assay_say_quarters(struct assay_text *text, double quarters)
{
    static const char *const words[] = {"no",  "one",   "two",   "three", "four", "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    assay_text_puts(text, quarters > 1.0 ? "about " : "");
    if (quarters <= 12.0)
        assay_text_puts(text, words[(size_t)quarters]);
    else
        say_count(text, quarters);
    assay_text_puts(text, quarters == 1.0 ? " more quarter" : " more quarters");
}

const char *assay_judged_name(const struct assay_judged *judged)
{
    static const char *const names[][2] = {
        {"ppv", "precision (PPV)"},
        {"npv", "NPV"},
        {"balanced_accuracy", "balanced accuracy"},
        {"f1", "F1"},
        {"mcc", "MCC"},
        {"auc", "AUC"},
        {"auc_logit", "AUC (logit)"},
        {"average_precision", "average precision"},
        {"ks", "KS"},
        {"gini", "Gini"},
        {"brier", "Brier score"},
        {"brier_scaled", "scaled Brier score"},
        {"log_loss", "log loss"},
        {"flagged_share", "share flagged"},
        {"calibration_intercept", "calibration intercept"},
        {"calibration_slope", "calibration slope"},
        {"oe_ratio", "observed / expected"},
        {"ici", "calibration error (ICI)"},
        {"e50", "median calibration error (E50)"},
        {"e90", "calibration error at the 90th percentile (E90)"},
        {"emax", "largest calibration error (Emax)"},
        {"spiegelhalter_z", "Spiegelhalter's z"},
        {"net_benefit", "net benefit"},
        {"lift_top_decile", "lift of the riskiest tenth"},
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strcmp(names[k][0], judged->metric->name) == 0)
            return names[k][1];
    return judged->metric->name;
}

/* What the rows of a metric's denominator are. */
static const char *rows_of(size_t id, bool one)
{
    switch (id) {
    case ASSAY_METRIC_SENSITIVITY:
        return one ? "churner" : "churners";
    case ASSAY_METRIC_SPECIFICITY:
        return one ? "account that stayed" : "accounts that stayed";
    case ASSAY_METRIC_PPV:
        return one ? "flagged account" : "flagged accounts";
    case ASSAY_METRIC_NPV:
        return one ? "account not flagged" : "accounts not flagged";
    default:
        return one ? "account" : "accounts";
    }
}

static void say_rows(struct assay_text *text, size_t id, double n)
{
    say_count(text, n);
    assay_text_printf(text, " %s", rows_of(id, n == 1.0));
}

static void say_churners(struct assay_text *text, double n)
{
    if (n == 0.0)
        assay_text_puts(text, "no churners");
    else
        say_rows(text, ASSAY_METRIC_SENSITIVITY, n);
}

/* ---- reasons ---- */

/* "of 31 churners", or of as many snapshots and what they are worth. */
static void say_denominator(struct assay_text *text, const struct assay_judged *judged)
{
    double of = (double)judged->metric->of;
    if (!judged->is_share)
        return;
    assay_text_puts(text, " of ");
    if (judged->share.n > of - 0.5) {
        say_rows(text, judged->id, of);
        return;
    }
    say_count(text, of);
    assay_text_puts(text, " snapshots (worth ");
    say_rows(text, judged->id, round(judged->share.n));
    assay_text_putc(text, ')');
}

static void say_needed(struct assay_text *text, const struct assay_judged *judged,
                       const struct assay_needed *needed)
{
    if (needed->never) {
        assay_text_printf(text, "; it is so near its target that %d quarters like this one would "
                                "hardly settle it", ASSAY_MOST_QUARTERS);
    } else if (!isnan(needed->more)) {
        assay_text_puts(text, "; if the truth is what was seen, ");
        say_count(text, needed->more);
        assay_text_printf(text, " more %s (", rows_of(judged->id, needed->more == 1.0));
        assay_say_quarters(text, needed->quarters);
        assay_text_puts(text, ") in one audit would likely settle it");
    }
}

static void say_not_decided(struct assay_text *text, const struct assay_judged *judged,
                            const struct assay_needed *needed)
{
    double value = judged->metric->estimate.value;
    bool below = value < judged->limits.low, above = value > judged->limits.high;
    /* The bound in the way: on the far side of the limit that the value breaks, or on the near side of one
     * that it keeps. */
    bool upwards = below || (!above && !(judged->at_least < judged->limits.low));
    assay_text_puts(text, ": not decided");
    if (isnan(judged->at_least))
        return;
    assay_text_puts(text, upwards ? ", it may be as high as " : ", it may be as low as ");
    say_value(text, judged, upwards ? judged->at_most : judged->at_least);
    say_needed(text, judged, needed);
}

/* The one-sided bound that decided. */
static void say_decided(struct assay_text *text, const struct assay_verdict_view *view,
                        const struct assay_judged *judged)
{
    bool passed = judged->result == ASSAY_PASS;
    bool lower = !isnan(judged->limits.low), both = lower && !isnan(judged->limits.high);
    assay_text_puts(text, passed ? ": met" : ": missed");
    if (both || !judged->is_share)
        return;
    double error = passed ? view->judgement->errors.pass : view->judgement->errors.fail;
    bool least = passed == lower;
    assay_text_puts(text, least ? ", it is at least " : ", it is at most ");
    say_value(text, judged, least ? judged->at_least : judged->at_most);
    assay_text_printf(text, " with %.3g%% confidence", 100 * (1 - error));
}

void assay_say_reason(struct assay_text *text, const struct assay_verdict_view *view, size_t k)
{
    const struct assay_judged *judged = &view->judgement->judged[k];
    const struct assay_metric *metric = judged->metric;
    if (isnan(metric->estimate.value)) {
        assay_text_printf(text, "%s is not defined on these rows; target ", assay_judged_name(judged));
        say_limits(text, judged);
        assay_text_puts(text, ": not decided");
        return;
    }
    assay_text_printf(text, "%s ", assay_judged_name(judged));
    say_value(text, judged, metric->estimate.value);
    say_interval(text, judged, metric->estimate);
    say_denominator(text, judged);
    assay_text_puts(text, "; target ");
    say_limits(text, judged);
    if (judged->result == ASSAY_INCONCLUSIVE)
        say_not_decided(text, judged, &view->needed[k]);
    else
        say_decided(text, view, judged);
}

/* ---- the headline ---- */

static void headline_fail(struct assay_text *text, const struct assay_judgement *judgement)
{
    const char *comma = " ";
    for (size_t k = 0; k < judgement->n; k++) {
        const struct assay_judged *judged = &judgement->judged[k];
        if (judged->result != ASSAY_FAIL)
            continue;
        assay_text_printf(text, "%s%s ", comma, assay_judged_name(judged));
        say_value(text, judged, judged->metric->estimate.value);
        say_denominator(text, judged);
        assay_text_puts(text, " misses its target of ");
        say_limits(text, judged);
        comma = ", ";
    }
}

/* What stands in the way of a verdict: the worst of it. */
static void headline_inconclusive(struct assay_text *text, const struct assay_verdict_view *view)
{
    const struct assay_judged *undefined = NULL, *never = NULL, *open = NULL;
    double quarters = 0.0;
    assay_text_puts(text, " ");
    say_churners(text, view->judgement->churners);
    for (size_t k = 0; k < view->judgement->n; k++) {
        const struct assay_judged *judged = &view->judgement->judged[k];
        const struct assay_needed *needed = &view->needed[k];
        if (judged->result != ASSAY_INCONCLUSIVE)
            continue;
        open = judged;
        undefined = isnan(judged->metric->estimate.value) ? judged : undefined;
        never = needed->never ? judged : never;
        quarters = isnan(needed->quarters) ? quarters : fmax(quarters, needed->quarters);
    }
    if (undefined != NULL) {
        assay_text_printf(text, "; %s is not defined on these rows", assay_judged_name(undefined));
    } else if (never != NULL) {
        assay_text_printf(text, "; %s is too near its target for a verdict within %d quarters",
                          assay_judged_name(never), ASSAY_MOST_QUARTERS);
    } else if (quarters > 0.0) {
        assay_text_puts(text, ", ");
        assay_say_quarters(text, quarters);
        assay_text_puts(text, " to a verdict");
    } else if (open != NULL) {
        assay_text_printf(text, "; the interval of %s holds its target", assay_judged_name(open));
    } else {
        assay_text_puts(text, "; there is no target to hold them against");
    }
}

void assay_say_headline(struct assay_text *text, const struct assay_verdict_view *view)
{
    enum assay_verdict result = view->judgement->result;
    assay_text_printf(text, "%s:", assay_result_word(result));
    if (result == ASSAY_FAIL) {
        headline_fail(text, view->judgement);
    } else if (result == ASSAY_PASS) {
        assay_text_puts(text, " ");
        say_churners(text, view->judgement->churners);
        assay_text_puts(text, ", and every target is met");
    } else {
        headline_inconclusive(text, view);
    }
    if (view->pooled->n_audit > 1)
        assay_text_printf(text, "; pooled over %zu audits: %s", view->pooled->n_audit,
                          assay_result_word(view->pooled->result));
}

/* ---- power ---- */

void assay_say_power(struct assay_text *text, const struct assay_verdict_view *view,
                     const double *sensitivity, const double *specificity)
{
    const struct {
        const char *name;
        const double *share;
    } figures[] = {{"sensitivity", sensitivity}, {"specificity", specificity}};
    size_t seen = 0, unseen = 0;
    assay_text_puts(text, "With ");
    say_churners(text, view->judgement->churners);
    assay_text_puts(text, " and ");
    say_rows(text, ASSAY_METRIC_SPECIFICITY, view->judgement->others);
    assay_text_puts(text, ", this audit");
    for (size_t k = 0; k < 2; k++)
        if (figures[k].share != NULL && !isnan(*figures[k].share))
            assay_text_printf(text, "%s%s is %.1f%% or worse",
                              seen++ == 0 ? " fails a score four times in five when its true "
                                          : " or its true ",
                              figures[k].name, 100 * *figures[k].share);
    assay_text_puts(text, seen > 0 ? "; a smaller shortfall may go unseen" : "");
    for (size_t k = 0; k < 2; k++)
        if (figures[k].share != NULL && isnan(*figures[k].share))
            assay_text_printf(text, "%s%s", unseen++ > 0 ? " or "
                                            : seen > 0   ? "; there are too few to fail any "
                                                         : " has too few to fail any ",
                              figures[k].name);
    assay_text_puts(text, unseen > 0 ? ", however bad" : "");
}

/* ---- past audits ---- */

static void say_pooled_metric(struct assay_text *text, const struct assay_pooled *pooled,
                              const struct assay_pooled_metric *metric)
{
    const struct assay_judged *judged = metric->judged;
    assay_text_printf(text, "%s ", assay_judged_name(judged));
    if (isnan(metric->interval.value)) {
        assay_text_puts(text, "is not defined");
        return;
    }
    say_value(text, judged, metric->x / metric->n);
    say_interval(text, judged, metric->interval);
    assay_text_puts(text, " of ");
    say_rows(text, judged->id, metric->n);
    assay_text_printf(text, ", evidence %.3g for a pass (%g decides) and %.3g for a fail (%g "
                            "decides): %s", metric->evidence_pass, pooled->pass_at,
                      metric->evidence_fail, pooled->fail_at, assay_result_word(metric->result));
}

void assay_say_pooled(struct assay_text *text, const struct assay_pooled *pooled)
{
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    if (pooled->n_audit > 1) {
        assay_text_printf(text, "Pooled over %zu audits", pooled->n_audit);
        if (pooled->from != ASSAY_NO_DATE)
            assay_text_printf(text, ", %s to %s", assay_date_print(pooled->from, from),
                              assay_date_print(pooled->to, to));
        for (size_t k = 0; k < pooled->n; k++) {
            assay_text_puts(text, k == 0 ? ": " : "; ");
            say_pooled_metric(text, pooled, &pooled->metric[k]);
        }
        assay_text_printf(text, ". In all: %s. This may be looked at after every quarter: a wrong pass, "
                                "or a wrong fail, ever comes in at most %g%% of such series",
                          assay_result_word(pooled->result), 100 * ASSAY_VERDICT_ERROR);
    }
    if (pooled->n_other > 0)
        assay_text_printf(text, "%s%zu earlier audit%s of another version, or at another line, %s "
                                "nothing about this one", pooled->n_audit > 1 ? ". " : "",
                          pooled->n_other, pooled->n_other == 1 ? "" : "s",
                          pooled->n_other == 1 ? "says" : "say");
}
