/* The weights, how sure they are, and what holds them (summary_parts.h). */
#include <math.h>
#include <string.h>

#include "calibrate/summary/summary_parts.h"

enum { BAR_WIDTH = 24, INTERVAL_WIDTH = 14 };
static const char NOT_TOLD[] = "not told";

/* Which columns stand beside the weights. */
struct columns {
    bool interval; /* a penalised fit has none: it has no covariance */
    bool resampled;
    bool anchor;   /* where its weights tell more than that they are equal */
    bool halves;   /* the penalty's stability selection */
    bool fixed[ASSAY_MAX_SIGNALS];
    bool all_fixed;
};

static bool shows_anchor(const struct assay_model *model)
{
    const double *weight = model->fit.anchor.weight;
    for (size_t j = 1; weight != NULL && j < model->n_signal; j++)
        if (fabs(weight[j] - weight[0]) > 1e-9)
            return true;
    return false;
}

static void choose_columns(const struct assay_model *model, struct columns *columns)
{
    *columns = (struct columns){.interval = model->fit.penalty.word == ASSAY_NO_PENALTY,
                                .resampled = model->fit.bootstrap.resamples > 0,
                                .anchor = shows_anchor(model),
                                .halves = model->fit.penalty.stability != NULL};
    columns->all_fixed = assay_find_fixed(model, columns->fixed);
}

/* ---- the table ---- */

static double dimension_total(const struct assay_model *model, const char *dimension)
{
    double total = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        if (strcmp(model->spec.signals[j].dimension, dimension) == 0)
            total += model->weight[j];
    return total;
}

/* Points of 100. */
static void put_bounds(const struct assay_estimate *estimate, char cell[ASSAY_CELL_SIZE])
{
    snprintf(cell, ASSAY_CELL_SIZE, "[%4.1f, %4.1f]",
             assay_number_unsigned_zero(100 * estimate->low, 1),
             assay_number_unsigned_zero(100 * estimate->high, 1));
}

/* One interval, or why there is none. */
static const char *interval_cell(const struct assay_model *model, const struct columns *columns,
                                 size_t j, char cell[ASSAY_CELL_SIZE])
{
    if (model->n_signal == 1)
        return "stands alone";
    if (columns->fixed[j])
        return "fixed";
    const struct assay_estimate *interval = &model->weight_interval[j];
    if (interval->high - interval->low >= 1e-9) {
        put_bounds(interval, cell);
        return cell;
    }
    if (isnan(interval->low) && model->fit.anchor.weight != NULL &&
        isinf(model->fit.anchor.strength))
        return "kept";
    if (model->slope[j] == 0)
        return "held at 0";
    if (!isnan(interval->low)) /* active limits leave it no room */
        return "held by limits";
    /* The last to be fitted of several, or free signs that leave the sum of the slopes near 0. */
    return model->weight[j] == 1 ? "stands alone" : NOT_TOLD;
}

static void print_signal(FILE *out, const struct assay_model *model, const struct columns *columns,
                         size_t j, double top)
{
    char cell[ASSAY_CELL_SIZE], bar[BAR_WIDTH + 1] = "";
    struct assay_row row = {.out = out};
    assay_print_name(out, 4, model->spec.signals[j].name);
    fprintf(out, "%5.1f", assay_number_unsigned_zero(100 * model->weight[j], 1));
    if (columns->interval)
        assay_row_cell(&row, INTERVAL_WIDTH, interval_cell(model, columns, j, cell));
    if (columns->resampled) {
        const struct assay_estimate *resampled = &model->fit.bootstrap.weight[j];
        bool told = resampled->high - resampled->low >= 1e-9;
        if (told)
            put_bounds(resampled, cell);
        assay_row_cell(&row, INTERVAL_WIDTH, told ? cell : "-");
    }
    if (columns->anchor) {
        snprintf(cell, sizeof cell, "%6.1f",
                 assay_number_unsigned_zero(100 * model->fit.anchor.weight[j], 1));
        assay_row_cell(&row, 0, cell);
    }
    if (columns->halves) {
        snprintf(cell, sizeof cell, "%8.0f%%", 100 * model->fit.penalty.stability[j]);
        assay_row_cell(&row, 0, cell);
    }
    size_t length = (size_t)lround(BAR_WIDTH * fmax(model->weight[j], 0) / top);
    memset(bar, '#', length);
    if (length > 0)
        assay_row_cell(&row, 0, bar);
    assay_row_end(&row);
}

/* Intervals are promised where there is one at least. */
static void print_title(FILE *out, const struct assay_model *model, const struct columns *columns)
{
    bool has = false;
    for (size_t j = 0; j < model->n_signal && !has; j++)
        has = (columns->interval && !columns->fixed[j] && model->n_signal > 1 &&
               model->weight_interval[j].high - model->weight_interval[j].low >= 1e-9) ||
              (columns->resampled && model->fit.bootstrap.weight[j].high -
                                             model->fit.bootstrap.weight[j].low >= 1e-9);
    fprintf(out, "\nWeights, points of 100%s\n", has ? " with 95% intervals" : "");
}

static void print_columns(FILE *out, const struct columns *columns)
{
    struct assay_row row = {.out = out};
    if (!columns->resampled && !columns->anchor && !columns->halves)
        return;
    assay_print_name(out, 4, "");
    fprintf(out, "%5s", "");
    if (columns->interval)
        assay_row_cell(&row, INTERVAL_WIDTH, "interval");
    if (columns->resampled)
        assay_row_cell(&row, INTERVAL_WIDTH, "resampled");
    if (columns->anchor)
        assay_row_cell(&row, 0, "anchor");
    if (columns->halves)
        assay_row_cell(&row, 0, "in halves");
    assay_row_end(&row);
}

static void print_table(FILE *out, const struct assay_model *model, const struct columns *columns)
{
    double top = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        top = fmax(top, model->weight[j]);
    print_title(out, model, columns);
    print_columns(out, columns);
    for (size_t j = 0; j < model->n_signal; j++) {
        const char *dimension = model->spec.signals[j].dimension;
        bool first = true;
        for (size_t k = 0; k < j && first; k++)
            first = strcmp(model->spec.signals[k].dimension, dimension) != 0;
        if (!first)
            continue;
        assay_print_name(out, 2, dimension);
        fprintf(out, "%5.1f\n",
                assay_number_unsigned_zero(100 * dimension_total(model, dimension), 1));
        for (size_t k = j; k < model->n_signal; k++)
            if (strcmp(model->spec.signals[k].dimension, dimension) == 0)
                print_signal(out, model, columns, k, top);
    }
}

/* ---- what the table rests on ---- */

/* An interval that had to be stretched to hold the published weight ends in it. */
static bool is_stretched(const struct assay_model *model, size_t j)
{
    const struct assay_estimate *interval = &model->weight_interval[j];
    double weight = model->weight[j];
    return interval->low < interval->high && weight > 0 && weight < 1 &&
           (interval->low == weight || interval->high == weight);
}

static void print_stretched(FILE *out, const struct assay_model *model)
{
    char names[1024] = "";
    size_t length = 0;
    for (size_t j = 0; j < model->n_signal && length < sizeof names; j++)
        if (is_stretched(model, j))
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       length > 0 ? ", " : "", model->spec.signals[j].name);
    if (length > 0 && length < sizeof names)
        assay_print_sentence(out, "Outside what the data alone say, and their intervals stretched to hold "
                             "them: %s.", names);
}

static void print_anchored(FILE *out, const struct assay_model *model, const struct columns *columns)
{
    const struct assay_model_anchor *anchor = &model->fit.anchor;
    if (anchor->weight == NULL || columns->all_fixed)
        return;
    bool pulls = anchor->strength > 0 && !isinf(anchor->strength);
    if (pulls)
        assay_print_sentence(out, "%.1f of %zu coefficients come from the data, the rest from the "
                             "anchor.", anchor->degrees, model->n_coef);
    if (anchor->chosen)
        assay_print_sentence(out, "Intervals: what the data alone say of a weight.");
    if (anchor->chosen)
        print_stretched(out, model);
    else if (pulls)
        assay_print_sentence(out, "Intervals take the anchor at its word, with the strength that the spec "
                             "gives.");
}

/* Any cell that says so. */
static bool is_untold(const struct assay_model *model, const struct columns *columns)
{
    char cell[ASSAY_CELL_SIZE];
    for (size_t j = 0; columns->interval && j < model->n_signal; j++)
        if (strcmp(interval_cell(model, columns, j, cell), NOT_TOLD) == 0)
            return true;
    return false;
}

static void print_uncertainty(FILE *out, const struct assay_model *model,
                              const struct columns *columns)
{
    const struct assay_model_fit *fit = &model->fit;
    if (fit->clustered)
        assay_print_sentence(out, "Accounts repeat (%s snapshots of %s): standard errors are by account.",
                             assay_grouped(fit->rows), assay_grouped(fit->accounts));
    bool anchored = fit->anchor.weight != NULL && fit->anchor.strength > 0;
    if (columns->resampled)
        assay_print_sentence(out, "Resampled: the whole calibration on %s draws of the accounts (%s failed), %s.",
                             assay_grouped(fit->bootstrap.resamples),
                             assay_grouped(fit->bootstrap.failed),
                             anchored ? "anchor and strength held: how far the weights would move with "
                                        "other accounts, not where the true ones are"
                                      : "its method held fixed");
    else if (fit->bootstrap.resamples == 0 && !model->spec.fit.resamples_given)
        assay_print_sentence(out, "No resamples above %s snapshots, unless the spec asks for them "
                             "(\"bootstrap\").", assay_grouped(ASSAY_RESAMPLED_ROWS));
    if (columns->halves)
        assay_print_sentence(out, "In halves: share of %s random halves of the accounts in which the penalty "
                             "kept the signal (stability selection).",
                             assay_grouped(fit->penalty.half_samples));
    if (is_untold(model, columns))
        assay_print_sentence(out, "Not told: the slopes, free in sign, add up to hardly more than 0, and "
                             "as shares of that the weights could be anything.");
    print_anchored(out, model, columns);
}

/* ---- what holds them ---- */

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
            fprintf(out, "  %s: deviance %.2f, AUC %.4f\n", limit->what,
                    assay_number_unsigned_zero(limit->deviance, 2),
                    assay_number_unsigned_zero(limit->auc, 4));
    }
}

/* The likelihood alone would not have stopped short of its maximum; what else is in the fit can. */
static void print_rounding(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    double lost = fit->rounding.log_likelihood;
    if (fit->rounding.step == 0)
        return;
    fprintf(out, "Rounded to multiples of %g: ", fit->rounding.step);
    if (fabs(lost) < 0.0005)
        fprintf(out, "the log-likelihood stays within 0.0005.\n");
    else if (lost > 0)
        fprintf(out, "costs %.3f of the log-likelihood.\n", lost);
    else
        fprintf(out, "log-likelihood higher by %.3f, against the %s pull.\n", -lost,
                fit->anchor.weight != NULL ? "anchor's" : "penalty's");
}

/* At 0, and not by rounding, or because the anchor has it there. */
static bool is_held(const struct assay_model *model, size_t j)
{
    const double *before = model->fit.rounding.before, *anchor = model->fit.anchor.weight;
    return model->slope[j] == 0 && (before == NULL || before[j] == 0) &&
           (anchor == NULL || anchor[j] != 0);
}

static void print_held_title(FILE *out, const struct assay_model_fit *fit)
{
    if (fit->penalty.word != ASSAY_NO_PENALTY)
        fprintf(out, "At 0, by the penalty or because more health would have gone with more events:\n");
    else if (fit->anchor.weight == NULL && !fit->free_missing && fit->n_limit == 0 &&
             fit->rounding.step == 0)
        fprintf(out, "Held at 0, where more health would have gone with more events (cost in "
                     "log-likelihood %.2f):\n",
                assay_number_unsigned_zero(fit->free_log_likelihood - fit->log_likelihood, 2));
    else
        fprintf(out, "Held at 0, where more health would have gone with more events:\n");
}

static void print_held(FILE *out, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    char cell[ASSAY_CELL_SIZE];
    size_t n = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        n += is_held(model, j);
    if (n == 0 && fit->anchor.weight == NULL && fit->penalty.word == ASSAY_NO_PENALTY &&
        fit->n_limit == 0 && fit->rounding.step == 0) {
        fprintf(out, "No sign had to be constrained: the weights are the unconstrained fit's.\n");
        return;
    }
    if (n > 0)
        print_held_title(out, fit);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_coefficient *c = &fit->free_coefficients[1 + j];
        if (!is_held(model, j))
            continue;
        fprintf(out, "  %s", model->spec.signals[j].name);
        if (!fit->free_missing)
            fprintf(out, ": unconstrained %s, p = %.2g", assay_change_text(c->estimate, 2, cell),
                    c->p_value);
        fputc('\n', out);
    }
}

void assay_print_weights(FILE *out, const struct assay_model *model)
{
    struct columns columns;
    choose_columns(model, &columns);
    print_table(out, model, &columns);
    print_uncertainty(out, model, &columns);
    print_limits(out, model);
    print_rounding(out, model);
    print_held(out, model);
}
