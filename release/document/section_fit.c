/* How it was fitted: method, what the weights were pulled to, whether the data were enough, what
 * was tried. */
#include <math.h>
#include <stdio.h>

#include "release/document/sections.h"
#include "release/document/words.h"

/* ---- method ---- */

static const char *method_words(const struct assay_model *model)
{
    if (assay_model_is_nominal(model))
        return "none: the weights are an imported scorecard's, the probabilities nominal";
    if (model->fit.imported)
        return "none of the weights, which are an imported scorecard's; intercept and slope by maximum "
               "likelihood";
    if (model->spec.fit.method == ASSAY_FIRTH)
        return "logistic regression by Firth's penalised likelihood, intercept corrected (FLIC)";
    if (model->fit.penalty.word != ASSAY_NO_PENALTY)
        return "logistic regression by penalised maximum likelihood";
    return model->fit.anchor.weight != NULL
               ? "logistic regression, maximum likelihood pulled to an anchor"
               : "logistic regression by maximum likelihood";
}

static void say_signs(const struct assay_document *d)
{
    size_t n_free = 0;
    for (size_t j = 0; j < d->model->n_signal; j++)
        n_free += d->model->spec.signals[j].sign_free;
    assay_content_fact(d->content, "Signs", "%s",
                       n_free == 0 ? "constrained: a healthier signal cannot lower the score"
                       : n_free == d->model->n_signal
                           ? "free"
                           : "free where the spec says so, else constrained");
}

static void say_anchor(const struct assay_document *d)
{
    const struct assay_model_anchor *anchor = &d->model->fit.anchor;
    static const char *const words[] = {"", "none", "equal weights", "the team's weights",
                                        "the weights of the version before"};
    static const char *const taken[] = {"", ", halfway to equal ones", ", given up for equal ones"};
    if (anchor->weight == NULL) {
        assay_content_fact(d->content, "Anchor", "none");
        return;
    }
    assay_content_fact(d->content, "Anchor", "%s%s", words[anchor->word], taken[anchor->taken]);
    if (isinf(anchor->strength))
        assay_content_fact(
            d->content, "Strength of the anchor",
            "infinite: its proportions are kept, only intercept and slope are fitted (%s)",
            anchor->chosen ? "chosen by cross-validation" : "as the spec says");
    else
        assay_content_fact(d->content, "Strength of the anchor",
                           "%.3g times what the data say of a signal (%s)", anchor->strength,
                           anchor->chosen ? "chosen by cross-validation" : "as the spec says");
    if (!isnan(anchor->conflict_p) && anchor->conflict_degrees > 0)
        assay_content_fact(
            d->content, "Do the data contradict the anchor?",
            "%s: chi-square %s on %zu degree%s, p = %.2g", anchor->conflict_p < 0.01 ? "yes" : "no",
            assay_say_number(anchor->conflict_statistic, 1), anchor->conflict_degrees,
            anchor->conflict_degrees == 1 ? "" : "s", anchor->conflict_p);
}

static void say_penalty(const struct assay_document *d)
{
    const struct assay_model_penalty *penalty = &d->model->fit.penalty;
    if (penalty->word == ASSAY_NO_PENALTY)
        assay_content_fact(d->content, "Penalty", "none");
    else if (penalty->word == ASSAY_ELASTIC_NET)
        assay_content_fact(d->content, "Penalty", "elastic-net, alpha %.3g, lambda %.3g (%s)",
                           penalty->alpha, penalty->lambda,
                           penalty->chosen ? "chosen by cross-validation" : "as the spec says");
    else
        assay_content_fact(d->content, "Penalty", "%s, lambda %.3g (%s)",
                           assay_penalty_names[penalty->word], penalty->lambda,
                           penalty->chosen ? "chosen by cross-validation" : "as the spec says");
}

static void say_numbers(const struct assay_document *d)
{
    const struct assay_model_fit *fit = &d->model->fit;
    if (d->model->spec.fit.folds == 0)
        assay_content_fact(d->content, "Cross-validation",
                           "none: a first look, nothing was held out (\"folds\": 0)");
    else
        assay_content_fact(d->content, "Cross-validation",
                           "%zu folds, an account's snapshots in one fold",
                           d->model->spec.fit.folds);
    assay_content_fact(d->content, "Seed of all random draws", "%llu",
                       (unsigned long long)d->model->spec.seed);
    assay_content_fact(d->content, "Log-likelihood", "%s; of the intercept alone %s",
                       assay_say_number(fit->log_likelihood, 3),
                       assay_say_number(fit->null_log_likelihood, 3));
    assay_content_fact(d->content, "Convergence", "%zu iteration%s, condition number %s",
                       fit->iterations, fit->iterations == 1 ? "" : "s",
                       assay_say_short(fit->condition_number));
    if (fit->bootstrap.resamples > 0)
        assay_content_fact(d->content, "Bootstrap",
                           "the whole calibration on %zu draws of the accounts, %zu failed",
                           fit->bootstrap.resamples, fit->bootstrap.failed);
    if (fit->rounding.step > 0)
        assay_content_fact(
            d->content, "Rounding",
            "weights are multiples of %s points of 100; the log-likelihood lost %s by it",
            assay_say_short(100 * fit->rounding.step),
            assay_say_number(fit->rounding.log_likelihood, 3));
}

/* ---- enough data? Riley et al. 2020 ---- */

static void say_sample_size(const struct assay_document *d)
{
    const struct assay_model_fit *fit = &d->model->fit;
    const struct assay_model_sample_size *size = &fit->sample_size;
    if (isnan(size->needed))
        assay_content_paragraph(
            d->content,
            "Sample size (Riley et al. 2020, BMJ 368:m441): the signals tell too little of "
            "the event for the criteria to be applied.");
    else if (isinf(size->needed))
        assay_content_paragraph(
            d->content,
            "Sample size (Riley et al. 2020, BMJ 368:m441): no number of snapshots like "
            "these is enough for %zu coefficients.",
            d->model->n_coef - 1);
    else
        assay_content_paragraph(
            d->content,
            "Sample size (Riley et al. 2020, BMJ 368:m441): %zu coefficient%s %s independent "
            "snapshots like these, for "
            "shrinkage of at most a tenth (%s), little optimism of R-squared (%s) and a precise "
            "mean risk (%s); there are %s, of "
            "%s accounts.%s",
            d->model->n_coef - 1, d->model->n_coef == 2 ? " asks for" : "s ask for",
            assay_say_amount(size->needed), assay_say_amount(size->for_shrinkage),
            assay_say_amount(size->for_optimism), assay_say_amount(size->for_margin),
            assay_say_count(fit->rows), assay_say_count(fit->accounts),
            (double)fit->accounts >= size->needed ? ""
                                                  : " The accounts alone are fewer than that.");
}

static void say_limits(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"limit", false}, {"costs in deviance", true}, {"costs in AUC", true}};
    assay_content_table(d->content, "Limits of the spec that hold weights back", columns, 3);
    for (size_t k = 0; k < d->model->fit.n_limit; k++) {
        const struct assay_model_limit *limit = &d->model->fit.limits[k];
        assay_content_cell(d->content, "%s", limit->what);
        assay_content_cell(d->content, "%s", assay_say_number(limit->deviance, 2));
        assay_content_cell(d->content, "%s", assay_say_number(limit->auc, 4));
    }
}

/* ---- what was tried beside it ---- */

static void say_unconstrained(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"coefficient", false},
                                                        {"estimate", true},
                                                        {"standard error", true},
                                                        {"z", true},
                                                        {"p", true},
                                                        {"95% interval", true}};
    const struct assay_model *model = d->model;
    if (model->fit.free_missing) {
        assay_content_note(d->content,
                           "There is no unconstrained fit beside it: Limits tells why.");
        return;
    }
    assay_content_table(d->content, "The same signals, unconstrained and pulled to nothing",
                        columns, 6);
    for (size_t k = 0; k < model->n_coef; k++) {
        const struct assay_coefficient *c = &model->fit.free_coefficients[k];
        char name[ASSAY_QUOTE_SIZE];
        assay_content_cell(d->content, "%s", assay_coefficient_name(model, k, name, sizeof name));
        assay_content_cell(d->content, "%s", assay_say_number(c->estimate, 3));
        assay_content_cell(d->content, "%s", assay_say_number(c->std_error, 3));
        assay_content_cell(d->content, "%s", assay_say_number(c->z, 2));
        assay_content_cell(d->content, isnan(c->p_value) ? "-" : "%.2g", c->p_value);
        assay_content_cell(d->content, isnan(c->low) ? "-" : "[%s, %s]",
                           assay_say_number(c->low, 3), assay_say_number(c->high, 3));
    }
}

static void say_yardsticks(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"yardstick", false}, {"snapshots", true},         {"with the event", true},
        {"its AUC", true},    {"AUC: this less it", true}, {"log loss: this less it", true}};
    static const char *const names[ASSAY_YARDS] = {"equal weights", "the version before, as it is",
                                                   "the version before, recalibrated"};
    assay_content_table(
        d->content, "Held-out predictions beside simpler ones, on the same snapshots", columns, 6);
    for (size_t y = 0; y < ASSAY_YARDS; y++) {
        const struct assay_model_yardstick *yard = &d->model->yardsticks[y];
        if (yard->n == 0)
            continue;
        assay_content_cell(d->content, "%s", names[y]);
        assay_content_cell(d->content, "%s", assay_say_count(yard->n));
        assay_content_cell(d->content, "%s", assay_say_count(yard->events));
        assay_content_cell(d->content, "%s", assay_say_number(yard->auc, 3));
        assay_content_cell(d->content, "%s", assay_say_difference(yard->auc_gain, 4));
        assay_content_cell(d->content, "%s", assay_say_difference(yard->log_loss_change, 4));
    }
}

void assay_document_fit(const struct assay_document *d)
{
    bool crossed = d->model->spec.fit.folds > 0;
    assay_content_section(d->content, ASSAY_SECTION_FIT, "How it was fitted");
    assay_content_paragraph(
        d->content,
        "The weights are fitted on all snapshots that are used. How well they predict is measured "
        "apart from that: %son the last period with a fit to those before it. Logistic regression "
        "was chosen so that the score stays a sum that people can follow. Snapshots are neither "
        "weighted nor drawn so as to balance those with and without the event: probabilities are "
        "those of the data as they are.",
        crossed ? "by cross-validation over accounts, and " : "");
    assay_content_fact(d->content, "Method", "%s", method_words(d->model));
    say_signs(d);
    say_anchor(d);
    say_penalty(d);
    say_numbers(d);
    say_sample_size(d);
    say_limits(d);
    say_yardsticks(d);
    say_unconstrained(d);
}
