#include <math.h>
#include <string.h>

#include "calibrate/summary/summary_parts.h"
#include "core/base/text.h"

/* ---- what was left to choose ---- */

/* The one place of a dimension's (NULL: of all) signals that is not fixed; n_signal unless it is one. */
static size_t only_loose(const struct assay_model *model, const char *dimension, const bool fixed[])
{
    size_t found = model->n_signal, n = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        if (!fixed[j] &&
            (dimension == NULL || strcmp(model->spec.signals[j].dimension, dimension) == 0)) {
            found = j;
            n++;
        }
    return n == 1 ? found : model->n_signal;
}

/* A weight is fixed by its own limits, or as what the others leave of a fixed share or of 1. */
bool assay_find_fixed(const struct assay_model *model, bool fixed[])
{
    const struct assay_spec *spec = &model->spec;
    size_t n_fixed = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        fixed[j] = spec->signals[j].weight_low == spec->signals[j].weight_high;
    for (size_t d = 0; d < spec->n_dimension; d++) {
        size_t j = spec->dimensions[d].share_low == spec->dimensions[d].share_high
                       ? only_loose(model, spec->dimensions[d].name, fixed) : model->n_signal;
        if (j < model->n_signal)
            fixed[j] = true;
    }
    size_t last = only_loose(model, NULL, fixed);
    if (last < model->n_signal)
        fixed[last] = true;
    for (size_t j = 0; j < model->n_signal; j++)
        n_fixed += fixed[j];
    return n_fixed == model->n_signal;
}

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

static void put_taken(char *text, size_t size, const struct assay_model_anchor *anchor)
{
    const char *own = anchor_words(anchor->word);
    if (anchor->taken == ASSAY_TAKEN_HALFWAY)
        snprintf(text, size, "halfway between %s and equal ones", own);
    else if (anchor->taken == ASSAY_TAKEN_EQUAL && anchor->word != ASSAY_ANCHOR_EQUAL)
        snprintf(text, size, "equal weights, from which the data predict better than from %s", own);
    else
        snprintf(text, size, "%s", own);
}

/* What a strength means. */
static void put_strength(char *text, size_t size, double strength)
{
    if (isinf(strength))
        snprintf(text, size, "its proportions are kept, only intercept and slope are fitted");
    else if (strength == 0)
        snprintf(text, size, "the data speak alone");
    else if (strength == 1)
        snprintf(text, size, "it weighs as much as what the data say of a signal");
    else if (strength == 0.5)
        snprintf(text, size, "it weighs half as much as what the data say of a signal");
    else
        snprintf(text, size, "it weighs %.3g times as much as what the data say of a signal",
                 strength);
}

static void print_anchor(FILE *out, const struct assay_model *model)
{
    const struct assay_model_anchor *anchor = &model->fit.anchor;
    bool fixed[ASSAY_MAX_SIGNALS];
    char strength[32] = "infinite", taken[160], meaning[160];
    if (assay_find_fixed(model, fixed)) {
        assay_print_sentence(out, "Anchor %s: %s.", anchor_words(anchor->word),
                             model->n_signal == 1 ? "a single signal leaves no weight to choose"
                                                  : "the limits leave no weight to choose");
        return;
    }
    if (!isinf(anchor->strength))
        snprintf(strength, sizeof strength, "%.3g", anchor->strength);
    put_taken(taken, sizeof taken, anchor);
    put_strength(meaning, sizeof meaning, anchor->strength);
    assay_print_sentence(out, "Anchor %s, strength %s (%s): %s.", taken, strength,
                         anchor->chosen ? "chosen by cross-validation" : "as the spec says",
                         meaning);
}

static void print_conflict(FILE *out, const struct assay_model_anchor *anchor)
{
    if (isnan(anchor->conflict_p) || anchor->conflict_degrees == 0)
        return;
    const char *then = anchor->conflict_p >= 0.01 ? "."
                       : anchor->taken == ASSAY_TAKEN_EQUAL && anchor->word != ASSAY_ANCHOR_EQUAL
                           ? ": they are left."
                       : isinf(anchor->strength) ? ": they are kept all the same."
                                                 : ": the weights have moved away from them.";
    assay_print_sentence(out, "The data %s %s (chi-square %.1f on %zu degree%s, p = %.2g)%s",
                         anchor->conflict_p < 0.01 ? "contradict" : "do not contradict",
                         anchor_words(anchor->word), anchor->conflict_statistic,
                         anchor->conflict_degrees, anchor->conflict_degrees == 1 ? "" : "s",
                         anchor->conflict_p, then);
}

static void print_penalty(FILE *out, const struct assay_model *model)
{
    const struct assay_model_penalty *penalty = &model->fit.penalty;
    char alpha[48] = "";
    if (penalty->word == ASSAY_ELASTIC_NET)
        snprintf(alpha, sizeof alpha, " with alpha %.3g", penalty->alpha);
    assay_print_sentence(out, "Anchor none; penalty %s%s, lambda %.3g (%s), %s.",
                         assay_penalty_names[penalty->word], alpha, penalty->lambda,
                         penalty->chosen ? "chosen by cross-validation" : "as the spec says",
                         signs_words(model));
}

static void print_sample_size(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    double needed = fit->sample_size.needed;
    size_t n = model->n_coef - 1;
    char of_accounts[48];
    snprintf(of_accounts, sizeof of_accounts, "%s account%s", assay_grouped(fit->accounts),
             fit->accounts == 1 ? "" : "s");
    bool fixed[ASSAY_MAX_SIGNALS];
    bool anchored = fit->anchor.weight != NULL && !assay_find_fixed(model, fixed);
    if (isnan(needed))
        return;
    if (isinf(needed))
        assay_print_sentence(out, "Sample size (Riley et al. 2020): no number of snapshots like these "
                             "is enough for %zu coefficient%s.", n, n == 1 ? "" : "s");
    else
        assay_print_sentence(out, "Sample size (Riley et al. 2020): %zu coefficient%s for %s independent "
                             "snapshots like these; there are %s%s%s%s.", n, n == 1 ? " asks" : "s ask",
                             assay_grouped_amount(needed), assay_grouped(fit->rows),
                             fit->accounts < fit->rows ? ", of " : "",
                             fit->accounts < fit->rows ? of_accounts : "",
                             (double)fit->accounts >= needed ? ""
                             : anchored && fit->anchor.strength > 0
                                 ? ", so lean on the anchor, not on the data"
                                 : ", too few for the data alone");
}

void assay_print_method(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    if (fit->anchor.weight != NULL) {
        print_anchor(out, model);
        print_conflict(out, &fit->anchor);
    } else if (fit->penalty.word != ASSAY_NO_PENALTY) {
        print_penalty(out, model);
    } else if (model->spec.fit.method == ASSAY_FIRTH) {
        assay_print_sentence(out, "Anchor none: Firth's penalised likelihood, intercept corrected "
                             "(FLIC), %s.", signs_words(model));
    } else {
        assay_print_sentence(out, "Anchor none, strength none: plain maximum likelihood, %s.",
                             signs_words(model));
    }
    print_sample_size(out, model);
}

/* ---- the unconstrained table ---- */

static void print_published(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    char steps[48] = "", within[32] = "1e-8"; /* below, only rounding is left to see */
    if (fit->iterations > 0)
        snprintf(steps, sizeof steps, ", %zu iteration%s", fit->iterations,
                 fit->iterations == 1 ? "" : "s");
    if (fit->kkt_residual > 1e-8)
        snprintf(within, sizeof within, "%.1e", fit->kkt_residual);
    assay_print_sentence(out, "The published fit: log-likelihood %.3f%s, optimality conditions met "
                         "within %s, condition number %.3g.", fit->log_likelihood, steps, within,
                         fit->condition_number);
}

static void print_coefficient(FILE *out, const struct assay_coefficient *c)
{
    char cell[ASSAY_CELL_SIZE];
    fprintf(out, "%9.3f ", assay_number_unsigned_zero(c->estimate, 3));
    if (isnan(c->std_error)) {
        fprintf(out, "%8s\n", "held");
        return;
    }
    snprintf(cell, sizeof cell, "[%.3f, %.3f]", assay_number_unsigned_zero(c->low, 3),
             assay_number_unsigned_zero(c->high, 3));
    fprintf(out, "%8.3f %7.2f %9.2g   %s\n", c->std_error, assay_number_unsigned_zero(c->z, 2),
            c->p_value, isnan(c->low) ? "-" : cell);
}

void assay_print_free(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    char name[ASSAY_QUOTE_SIZE];
    if (fit->free_missing) {
        fprintf(out, "\nNo unconstrained fit exists: \"To bear in mind\", below, says why.\n");
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
        assay_print_name(out, 2, assay_coefficient_name(model, k, name, sizeof name));
        print_coefficient(out, &fit->free_coefficients[k]);
    }
    fprintf(out, "  log-likelihood %.3f\n", fit->free_log_likelihood);
    print_published(out, model);
}
