#include "validate/champion/promotion.h"

#include <math.h>
#include <string.h>

const char *const assay_promotion_names[3] = {"promote", "keep", "undecided"};

/* In people's words. */
static const char *const spoken[ASSAY_RIVAL_METRICS] = {
    "AUC", "the Brier score", "log loss", "sensitivity", "specificity", "net benefit"};

static enum assay_rival_metric metric_of(const char *name)
{
    size_t k = 0;
    while (k < ASSAY_RIVAL_METRICS - 1 && strcmp(assay_rival_metric_names[k], name) != 0)
        k++;
    return (enum assay_rival_metric)k;
}

static enum assay_holding hold(const struct assay_estimate *d, double margin, bool more_is_better)
{
    double worst = more_is_better ? -d->low : d->high, best = more_is_better ? -d->high : d->low;
    if (isnan(worst) || isnan(best))
        return ASSAY_CANNOT_TELL;
    return worst < margin ? ASSAY_HOLDS : best > margin ? ASSAY_FAILS_TO_HOLD : ASSAY_CANNOT_TELL;
}

void assay_promotion_decide(const struct assay_margin margins[], size_t n_margin,
                            const struct assay_differences *differences, bool in_sample,
                            struct assay_promotion *promotion)
{
    size_t holds = 0, fails = 0;
    *promotion = (struct assay_promotion){.in_sample = in_sample};
    for (size_t k = 0; k < n_margin; k++) {
        enum assay_rival_metric metric = metric_of(margins[k].metric);
        const struct assay_estimate *d = &differences->metrics[metric].difference;
        bool more = assay_rival_more_is_better(metric);
        enum assay_holding holding = hold(d, margins[k].margin, more);
        promotion->rule[promotion->n].metric = metric;
        promotion->rule[promotion->n].margin = margins[k].margin;
        promotion->rule[promotion->n].difference = *d;
        promotion->rule[promotion->n].bad_end = more ? d->low : d->high;
        promotion->rule[promotion->n++].holding = holding;
        holds += holding == ASSAY_HOLDS;
        fails += holding == ASSAY_FAILS_TO_HOLD;
    }
    promotion->result = fails > 0                               ? ASSAY_KEEP
                        : holds == promotion->n && !in_sample ? ASSAY_PROMOTE
                                                              : ASSAY_UNDECIDED;
}

/* "sensitivity (-0.062, from -0.090 to -0.035; margin 0.03)", of those in this state. */
static void list(const struct assay_promotion *promotion, enum assay_holding holding,
                 struct assay_text *text)
{
    const char *before = "";
    for (size_t k = 0; k < promotion->n; k++) {
        const struct assay_estimate *d = &promotion->rule[k].difference;
        if (promotion->rule[k].holding != holding)
            continue;
        assay_text_printf(text, "%s%s (", before, spoken[promotion->rule[k].metric]);
        if (isnan(d->value))
            assay_text_puts(text, "not defined on these rows");
        else if (isnan(d->low))
            assay_text_printf(text, "%+.4f, without an interval", d->value);
        else
            assay_text_printf(text, "%+.4f, from %+.4f to %+.4f", d->value, d->low, d->high);
        assay_text_printf(text, "; margin %g)", promotion->rule[k].margin);
        before = ", ";
    }
}

void assay_promotion_say(const struct assay_promotion *promotion, struct assay_text *text)
{
    switch (promotion->result) {
    case ASSAY_PROMOTE:
        assay_text_puts(text, "Promote the new model: it is not worse than the champion by a declared "
                              "margin in any metric of the rule: ");
        list(promotion, ASSAY_HOLDS, text);
        assay_text_puts(text, ". A model that is worse by a whole margin anywhere would get here less than "
                              "once in 20 times.");
        return;
    case ASSAY_KEEP:
        assay_text_puts(text, "Keep the champion: the new model is worse than the declared margin allows, "
                              "with the whole interval, in ");
        list(promotion, ASSAY_FAILS_TO_HOLD, text);
        assay_text_puts(text, ".");
        return;
    default:
        break;
    }
    bool open = false;
    for (size_t k = 0; k < promotion->n; k++)
        open |= promotion->rule[k].holding == ASSAY_CANNOT_TELL;
    assay_text_puts(text, "Undecided: ");
    if (open) {
        assay_text_puts(text, "these rows cannot tell whether the margin holds in ");
        list(promotion, ASSAY_CANNOT_TELL, text);
        assay_text_puts(text, ".");
    }
    if (promotion->in_sample)
        assay_text_printf(text, "%sthe new model was fitted to these rows, or may have been: what speaks "
                                "for it here would not hold on others. Compare on later ones.",
                          open ? " Besides, " : "");
}
