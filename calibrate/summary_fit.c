#include <math.h>
#include <string.h>

#include "calibrate/summary_parts.h"
#include "core/base/text.h"

enum { BAR_WIDTH = 24 };

/* ---- the first line ---- */

static const char *signs_words(const struct assay_model *model)
{
    size_t n_free = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        n_free += model->spec.signals[j].sign_free;
    return n_free == 0                 ? "signs constrained"
           : n_free == model->n_signal ? "signs free"
                                       : "signs free where the spec says so";
}

static const char *anchor_words(enum assay_anchor_word word)
{
    switch (word) {
    case ASSAY_ANCHOR_CHAMPION:
        return "the champion's weights";
    case ASSAY_ANCHOR_EXPERT:
        return "the team's weights";
    default:
        return "equal weights";
    }
}

static void print_anchor(FILE *out, const struct assay_model_anchor *anchor)
{
    const char *own = anchor_words(anchor->word);
    if (anchor->taken == ASSAY_TAKEN_HALFWAY)
        fprintf(out, "Anchor halfway between %s and equal ones", own);
    else if (anchor->taken == ASSAY_TAKEN_EQUAL && anchor->word != ASSAY_ANCHOR_EQUAL)
        fprintf(out, "Anchor equal weights, from which the data predict better than from %s", own);
    else
        fprintf(out, "Anchor %s", own);
    if (isinf(anchor->strength))
        fprintf(out, ", strength infinite");
    else
        fprintf(out, ", strength %.3g", anchor->strength);
    fprintf(out, anchor->chosen ? " (chosen by cross-validation)" : " (as the spec says)");
    if (isinf(anchor->strength))
        fprintf(out, ": its proportions are kept, only intercept and slope are fitted.\n");
    else if (anchor->strength == 0)
        fprintf(out, ": the data speak alone.\n");
    else
        fprintf(out, ": it weighs %.3g times what the data say of a signal.\n", anchor->strength);
}

static void print_conflict(FILE *out, const struct assay_model_anchor *anchor)
{
    if (isnan(anchor->conflict_p) || anchor->conflict_degrees == 0)
        return;
    fprintf(out, "The data %s %s", anchor->conflict_p < 0.01 ? "contradict" : "do not contradict",
            anchor_words(anchor->word));
    fprintf(out, " (chi-square %.1f on %zu degrees, p = %.2g)%s\n", anchor->conflict_statistic,
            anchor->conflict_degrees, anchor->conflict_p,
            anchor->conflict_p >= 0.01            ? "."
            : anchor->taken == ASSAY_TAKEN_EQUAL &&
                    anchor->word != ASSAY_ANCHOR_EQUAL
                ? ": they are left."
            : isinf(anchor->strength) ? ": they are kept all the same."
                                      : ": the weights have moved away from them.");
}

static void print_penalty(FILE *out, const struct assay_model *model)
{
    const struct assay_model_penalty *penalty = &model->fit.penalty;
    fprintf(out, "Anchor none; penalty %s", assay_penalty_names[penalty->word]);
    if (penalty->word == ASSAY_ELASTIC_NET)
        fprintf(out, " with alpha %.3g", penalty->alpha);
    fprintf(out, ", lambda %.3g (%s), %s.\n", penalty->lambda,
            penalty->chosen ? "chosen by cross-validation" : "as the spec says",
            signs_words(model));
}

void assay_print_method(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    if (fit->anchor.weight != NULL) {
        print_anchor(out, &fit->anchor);
        print_conflict(out, &fit->anchor);
    } else if (fit->penalty.word != ASSAY_NO_PENALTY) {
        print_penalty(out, model);
    } else if (model->spec.fit.method == ASSAY_FIRTH) {
        fprintf(out, "Anchor none: Firth's penalised likelihood, intercept corrected (FLIC), %s.\n",
                signs_words(model));
    } else {
        fprintf(out, "Anchor none, strength none: plain maximum likelihood, %s.\n",
                signs_words(model));
    }
    const struct assay_model_sample_size *size = &fit->sample_size;
    if (isnan(size->needed))
        return;
    if (isinf(size->needed))
        fprintf(out, "Sample size (Riley et al. 2020): no number of snapshots like these is enough "
                     "for %zu coefficients.\n", model->n_coef - 1);
    else
        fprintf(out, "Sample size (Riley et al. 2020): %zu coefficients ask for %s snapshots like "
                     "these; there are %s%s.\n",
                model->n_coef - 1, assay_grouped((size_t)size->needed), assay_grouped(fit->rows),
                (double)fit->rows >= size->needed ? "" : ", so lean on the anchor, not on the data");
}

/* ---- weights ---- */

static double dimension_total(const struct assay_model *model, const char *dimension)
{
    double total = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        if (strcmp(model->spec.signals[j].dimension, dimension) == 0)
            total += model->weight[j];
    return total;
}

/* Whether the anchor's weights tell more than that they are equal. */
static bool shows_anchor(const struct assay_model *model)
{
    const double *weight = model->fit.anchor.weight;
    for (size_t j = 1; weight != NULL && j < model->n_signal; j++)
        if (fabs(weight[j] - weight[0]) > 1e-9)
            return true;
    return false;
}

/* One interval, or why there is none, padded. */
static void print_interval(FILE *out, const struct assay_model *model, size_t j)
{
    const struct assay_estimate *interval = &model->weight_interval[j];
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    char cell[32];
    if (signal->weight_low == signal->weight_high)
        snprintf(cell, sizeof cell, "fixed");
    else if (isnan(interval->low) && model->fit.anchor.weight != NULL &&
             isinf(model->fit.anchor.strength))
        snprintf(cell, sizeof cell, "kept");
    else if (isnan(interval->low) && model->slope[j] == 0)
        snprintf(cell, sizeof cell, "held at 0");
    else if (isnan(interval->low) && model->fit.penalty.word != ASSAY_NO_PENALTY)
        snprintf(cell, sizeof cell, "-"); /* a penalised fit has no covariance */
    else if (isnan(interval->low)) /* by construction: no data could have said otherwise */
        snprintf(cell, sizeof cell, "stands alone");
    else
        snprintf(cell, sizeof cell, "[%4.1f, %4.1f]", 100 * interval->low, 100 * interval->high);
    fprintf(out, "  %-14s", cell);
}

static void print_signal(FILE *out, const struct assay_model *model, size_t j, double top)
{
    const struct assay_estimate *resampled =
        model->fit.bootstrap.resamples > 0 ? &model->fit.bootstrap.weight[j] : NULL;
    char cell[32];
    assay_print_name(out, 4, model->spec.signals[j].name);
    fprintf(out, "%5.1f", 100 * model->weight[j]);
    print_interval(out, model, j);
    if (resampled != NULL) {
        snprintf(cell, sizeof cell, "[%4.1f, %4.1f]", 100 * resampled->low, 100 * resampled->high);
        bool fixed = resampled->high - resampled->low < 1e-9;
        fprintf(out, "  %-14s", isnan(resampled->low) || fixed ? "-" : cell);
    }
    if (shows_anchor(model))
        fprintf(out, "  %6.1f", 100 * model->fit.anchor.weight[j]);
    if (model->fit.penalty.stability != NULL)
        fprintf(out, "  %5.0f%%", 100 * model->fit.penalty.stability[j]);
    int bar = (int)lround(BAR_WIDTH * fmax(model->weight[j], 0) / top);
    fprintf(out, "%s", bar > 0 ? "  " : "");
    for (int k = 0; k < bar; k++)
        fputs("#", out);
    fputc('\n', out);
}

static void print_columns(FILE *out, const struct assay_model *model)
{
    bool resampled = model->fit.bootstrap.resamples > 0, anchor = shows_anchor(model);
    bool kept = model->fit.penalty.stability != NULL;
    fprintf(out, "\nWeights, points of 100 with 95%% intervals\n");
    if (!resampled && !anchor && !kept)
        return;
    assay_print_name(out, 4, "");
    fprintf(out, "%5s  %s", "", model->fit.penalty.word == ASSAY_NO_PENALTY ? "interval" : "");
    fprintf(out, "%*s", model->fit.penalty.word == ASSAY_NO_PENALTY ? 6 : 14, "");
    if (resampled)
        fprintf(out, "  resampled%*s", anchor || kept ? 5 : 0, "");
    if (anchor)
        fprintf(out, "  %6s", "anchor");
    if (kept)
        fprintf(out, "  %6s", "kept");
    fputc('\n', out);
}

static void print_table(FILE *out, const struct assay_model *model)
{
    double top = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        top = fmax(top, model->weight[j]);
    print_columns(out, model);
    for (size_t j = 0; j < model->n_signal; j++) {
        const char *dimension = model->spec.signals[j].dimension;
        bool first = true;
        for (size_t k = 0; k < j && first; k++)
            first = strcmp(model->spec.signals[k].dimension, dimension) != 0;
        if (!first)
            continue;
        assay_print_name(out, 2, dimension);
        fprintf(out, "%5.1f\n", 100 * dimension_total(model, dimension));
        for (size_t k = j; k < model->n_signal; k++)
            if (strcmp(model->spec.signals[k].dimension, dimension) == 0)
                print_signal(out, model, k, top);
    }
}

static void print_uncertainty(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    if (fit->clustered)
        fprintf(out, "Accounts repeat (%s snapshots of %s): standard errors are by account.\n",
                assay_grouped(fit->rows), assay_grouped(fit->accounts));
    if (fit->bootstrap.resamples > 0)
        fprintf(out, "Resampled: the whole calibration on %zu draws of the accounts (%zu failed), its method "
                     "held fixed.\n", fit->bootstrap.resamples, fit->bootstrap.failed);
    if (fit->anchor.weight != NULL && fit->anchor.strength > 0 && !isinf(fit->anchor.strength))
        fprintf(out, "%.1f of %zu coefficients come from the data, the rest from the anchor.\n",
                fit->anchor.degrees, model->n_coef);
    if (fit->anchor.weight != NULL && fit->anchor.chosen)
        fprintf(out, "Intervals: what the data alone say of a weight. Where the anchor stands inside one, "
                     "the data do not object to it.\n");
    else if (fit->anchor.weight != NULL && fit->anchor.strength > 0 && !isinf(fit->anchor.strength))
        fprintf(out, "Intervals take the anchor at its word, with the strength that the spec gives.\n");
}

/* ---- what holds them ---- */

/* At 0, and not by rounding. */
static bool is_held(const struct assay_model *model, size_t j)
{
    const double *before = model->fit.rounding.before;
    return model->slope[j] == 0 && (before == NULL || before[j] == 0);
}

static void print_held(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    size_t n = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        n += is_held(model, j);
    if (n == 0 && fit->anchor.weight == NULL && fit->penalty.word == ASSAY_NO_PENALTY &&
        fit->n_limit == 0 && fit->rounding.step == 0) {
        fprintf(out, "No sign had to be constrained: the weights are the unconstrained fit's.\n");
        return;
    }
    if (n == 0)
        return;
    if (fit->penalty.word != ASSAY_NO_PENALTY)
        fprintf(out, "At 0, by the penalty or because more health would have gone with more events:\n");
    else if (fit->anchor.weight == NULL && !fit->free_missing)
        fprintf(out, "Held at 0, where more health would have gone with more events (cost in "
                     "log-likelihood %.2f):\n", fit->free_log_likelihood - fit->log_likelihood);
    else
        fprintf(out, "Held at 0, where more health would have gone with more events:\n");
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_coefficient *c = &fit->free_coefficients[1 + j];
        if (!is_held(model, j))
            continue;
        fprintf(out, "  %s", model->spec.signals[j].name);
        if (!fit->free_missing)
            fprintf(out, ": unconstrained %+.2f, p = %.2g", c->estimate, c->p_value);
        fputc('\n', out);
    }
}

static void print_limits(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    if (fit->n_limit > 0)
        fprintf(out, "Limits that hold the weights back, and what each costs:\n");
    for (size_t k = 0; k < fit->n_limit; k++) {
        const struct assay_model_limit *limit = &fit->limits[k];
        if (isnan(limit->deviance))
            fprintf(out, "  %s: without it there is no fit\n", limit->what);
        else
            fprintf(out, "  %s: deviance %.2f, AUC %.4f\n", limit->what, limit->deviance, limit->auc);
    }
    if (fit->rounding.step > 0)
        fprintf(out, "Rounded to multiples of %g: %s %.3f of the log-likelihood.\n", fit->rounding.step,
                fit->rounding.log_likelihood < 0 ? "gives back" : "costs",
                fabs(fit->rounding.log_likelihood));
}

void assay_print_weights(FILE *out, const struct assay_model *model)
{
    print_table(out, model);
    print_uncertainty(out, model);
    print_limits(out, model);
    print_held(out, model);
}

/* ---- the unconstrained table ---- */

static void print_published(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    fprintf(out, "The published fit: log-likelihood %.3f", fit->log_likelihood);
    if (fit->iterations > 0)
        fprintf(out, ", %zu iterations", fit->iterations);
    if (fit->kkt_residual <= 1e-8) /* below, only rounding is left to see */
        fprintf(out, ", optimality conditions met within 1e-8");
    else
        fprintf(out, ", optimality conditions met within %.1e", fit->kkt_residual);
    fprintf(out, ", condition number %.3g.\n", fit->condition_number);
}

void assay_print_free(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    char name[ASSAY_QUOTE_SIZE];
    if (fit->free_missing) {
        fprintf(out, "\nNo unconstrained fit exists; see below.\n");
        print_published(out, model);
        return;
    }
    fprintf(out, "\nUnconstrained %s, log-odds of the event per 100 points\n",
            model->spec.fit.method == ASSAY_FIRTH ? "Firth fit" : "maximum likelihood");
    assay_print_name(out, 2, "");
    fprintf(out, "%9s %8s %7s %9s   95%% interval%s\n", "estimate", "SE", "z", "p",
            fit->profiled    ? " (profile likelihood)"
            : fit->clustered ? " (by account)"
                             : "");
    for (size_t k = 0; k < model->n_coef; k++) {
        const struct assay_coefficient *c = &fit->free_coefficients[k];
        assay_print_name(out, 2, assay_coefficient_name(model, k, name, sizeof name));
        if (isnan(c->std_error))
            fprintf(out, "%9.3f %8s\n", c->estimate, "held");
        else
            fprintf(out, "%9.3f %8.3f %7.2f %9.2g   [%.3f, %.3f]\n", c->estimate, c->std_error,
                    c->z, c->p_value, c->low, c->high);
    }
    fprintf(out, "  log-likelihood %.3f\n", fit->free_log_likelihood);
    print_published(out, model);
}
