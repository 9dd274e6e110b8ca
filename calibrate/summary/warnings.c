#include "calibrate/summary/warnings.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/signal/normalise.h"

static enum assay_status warn(struct assay_model *model, struct assay_error *err,
                              const char *format, ...) ASSAY_PRINTF(3, 4);

static enum assay_status warn(struct assay_model *model, struct assay_error *err,
                              const char *format, ...)
{
    struct assay_model_fit *fit = &model->fit;
    char text[600];
    size_t capacity = fit->n_warning;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = assay_copy_string(text);
    if (copy == NULL || !assay_grow(&fit->warnings, &capacity, fit->n_warning + 1,
                                    sizeof *fit->warnings)) {
        free(copy);
        return assay_fail_memory(err, "noting a warning");
    }
    fit->warnings[fit->n_warning++] = copy;
    return ASSAY_OK;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static enum assay_status warn_of_sample(const struct assay_history *history,
                                        struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    size_t others = history->n_used - history->n_event, n = model->n_coef - 1;
    bool rare = history->n_event < others, dated = history->columns->as_of != ASSAY_NO_COLUMN;
    size_t fewer = rare ? history->n_event : others;
    if (fewer < 10 * n)
        status = warn(model, err, "only %zu snapshot%s %s the event for %zu coefficient%s, fewer than ten "
                      "for each: the data alone say little of single weights; read their intervals",
                      fewer, plural(fewer), rare ? "with" : "without", n, plural(n));
    if (status == ASSAY_OK && history->n_repeated > 0)
        status = warn(model, err, "%zu snapshot%s the account%s of an earlier row; check the export for a "
                      "join gone wrong%s", history->n_repeated,
                      history->n_repeated == 1 ? " has" : "s have", dated ? " and date" : "",
                      dated ? "" : ", or name the column of dates (\"as_of\")");
    if (status == ASSAY_OK && history->early_events > 0)
        status = warn(model, err, "%zu event%s from snapshots whose horizon is not over, while their peers "
                      "without an event are left out: churn looks higher than it is; end the window "
                      "earlier (--until)", history->early_events,
                      history->early_events == 1 ? " comes" : "s come");
    return status;
}

/* Standard errors and a team's quarters, which take accounts and dates. */
static enum assay_status warn_of_rows(const struct assay_calibration *c, struct assay_model *model,
                                      struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    enum assay_status status = ASSAY_OK;
    if (history->n_account < history->n_used && !model->fit.clustered)
        status = warn(model, err, "%zu snapshots come from %zu account%s, but standard errors by account "
                      "cannot be had (accounts too few, or outcomes separated): they take snapshots as "
                      "independent and may be too small", history->n_used, history->n_account,
                      plural(history->n_account));
    if (status == ASSAY_OK && model->line.rule == ASSAY_LINE_CAPACITY && !model->line.given &&
        history->columns->as_of == ASSAY_NO_COLUMN)
        status = warn(model, err, "no as_of dates: the whole file counts as one quarter of the team's work");
    const struct assay_line *answer = &c->line.answer;
    if (status == ASSAY_OK && model->line.rule == ASSAY_LINE_CAPACITY && !model->line.given &&
        answer->flagged < 0.9 * (double)model->spec.line.accounts)
        status = warn(model, err, "the team can work %zu accounts a quarter, more than there are to flag "
                      "(%.1f): the line flags nearly everybody", model->spec.line.accounts,
                      answer->flagged);
    return status;
}

/* "folds": 0. */
static enum assay_status warn_of_first_look(const struct assay_assessment *a,
                                            struct assay_model *model, struct assay_error *err)
{
    return warn(model, err, "a first look, nothing was held out (\"folds\": 0): %s; calibrate with \"folds\" "
                "before the model decides anything",
                a->out_of_time.n > 0
                    ? "only the figures out of time are of snapshots that a fit has not seen"
                    : "no figure is of snapshots that the fit has not seen");
}

static enum assay_status warn_of_evidence(const struct assay_calibration *c,
                                          struct assay_model *model, struct assay_error *err)
{
    const struct assay_assessment *a = &c->assessment;
    const struct assay_spec *spec = &model->spec;
    enum assay_status status = ASSAY_OK;
    if (a->folds_failed > 0)
        status = warn(model, err, "%zu of %zu folds could not be fitted (%s); cross-validated "
                      "figures come from the others", a->folds_failed, c->history.n_fold,
                      a->fold_reason);
    if (status == ASSAY_OK && spec->fit.folds == 0)
        status = warn_of_first_look(a, model, err);
    if (status == ASSAY_OK && a->cross_validated.n > 0 && !a->targets_met)
        status = warn(model, err, "at the at-risk line, sensitivity is %.1f%% and specificity %.1f%% "
                      "on held-out snapshots; the targets are %g%% and %g%%%s",
                      100 * a->cross_validated.sensitivity.value,
                      100 * a->cross_validated.specificity.value, 100 * spec->target_sensitivity,
                      100 * spec->target_specificity,
                      !model->line.given && model->line.rule == ASSAY_LINE_TARGETS
                          ? ", and no other line comes nearer to both" : "");
    if (status == ASSAY_OK && a->out_of_time.n == 0)
        status = warn(model, err, "no out-of-time check: %s", a->out_of_time_reason);
    double condition = model->fit.condition_number;
    if (status == ASSAY_OK && condition > 1e6)
        status = warn(model, err, "condition number %.1e: some signals nearly repeat others, and "
                      "their weights trade off freely", condition);
    return status;
}

/* Anchors that the data, the limits or the signals did not leave alone. */
static enum assay_status warn_of_anchor(const struct assay_calibration *c,
                                        struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (c->uncertainty.free_missing)
        status = warn(model, err, "there is no unconstrained fit to compare with: %s",
                      c->uncertainty.free_reason);
    if (status == ASSAY_OK && model->fit.anchor.weight != NULL && c->settlement.own_moved)
        status = warn(model, err, "the anchor's weights break the spec's limits; the nearest weights "
                      "within them stand in for it");
    if (status == ASSAY_OK && model->fit.anchor.word == ASSAY_ANCHOR_CHAMPION && c->champion_saw &&
        model->fit.anchor.chosen)
        status = warn(model, err, "the champion was, or may have been, fitted to some of these snapshots, "
                      "and too few are later than its own: as an anchor it looks better than it is, "
                      "and so do the cross-validated figures");
    if (status == ASSAY_OK && c->champion != NULL && assay_model_is_nominal(c->champion))
        status = warn(model, err, "the champion is an imported scorecard whose probabilities are nominal: of "
                      "the comparisons with it, those of the AUC and of the champion recalibrated count, "
                      "and the line is chosen anew");
    if (status == ASSAY_OK && model->fit.anchor.word == ASSAY_ANCHOR_CHAMPION &&
        c->settlement.n_new > 0)
        status = warn(model, err, "%zu of the %zu signals %s new to the champion; in the anchor %s an equal "
                      "share", c->settlement.n_new, model->n_signal,
                      c->settlement.n_new == 1 ? "is" : "are",
                      c->settlement.n_new == 1 ? "it has" : "each has");
    return status;
}

/* Leaks and dead sources (checks.h), each in its own sentence. */
static enum assay_status warn_of_findings(const struct assay_calibration *c,
                                          struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < c->findings.n; k++) {
        struct assay_text text = {0};
        assay_finding_say(&c->findings.items[k], &c->history, &text);
        status = text.failed ? assay_fail_memory(err, "noting a warning")
                             : warn(model, err, "%s", text.data);
        assay_text_clear(&text);
    }
    return status;
}

/* Signs and outcomes that look the wrong way round. */
static enum assay_status warn_of_directions(const struct assay_history *history,
                                            struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    double share = (double)history->n_event / (double)history->n_used;
    if (share > 0.5)
        status = warn(model, err, "%.1f%% of the snapshots have the event: is the outcome the right way "
                      "round?", 100 * share);
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++) {
        const struct assay_coefficient *free_one = &model->fit.free_coefficients[1 + j];
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        if (free_one->estimate > 0 && free_one->p_value < 0.05)
            status = warn(model, err, "signal \"%s\": beside the others, better values go with more events (p = "
                          "%.2g), against its \"better\": \"%s\"; check which way it points",
                          signal->name, free_one->p_value, assay_better_names[signal->better]);
    }
    return status;
}

/* How many values of a signal that is a number lie beyond what its normalisation tells apart, and how many there
 * are: by distinct value where these were counted. */
static void count_clamped(const struct assay_calibration *c, size_t j, size_t *n_clamped,
                          size_t *n_value)
{
    const struct assay_history *history = &c->history;
    const struct assay_signal_spec *signal = &history->spec->signals[j];
    const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
    const struct assay_levels none = {0};
    const struct assay_levels *levels = c->findings.levels != NULL ? &c->findings.levels[j] : &none;
    *n_clamped = *n_value = 0;
    for (size_t k = 0; k < levels->n; k++) {
        size_t times = levels->count[k][0] + levels->count[k][1];
        *n_value += times;
        *n_clamped += assay_normalise_clamps(signal, NULL, levels->value[k]) ? times : 0;
    }
    for (size_t i = 0; levels->value == NULL && i < history->n_row; i++) {
        double number = assay_column_number(column, i);
        *n_value += history->used[i] && !isnan(number);
        *n_clamped += history->used[i] && assay_normalise_clamps(signal, NULL, number);
    }
}

static enum assay_status warn_of_clamps(const struct assay_calibration *c, size_t j,
                                        struct assay_model *model, struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
    char part[ASSAY_GROUPED_SIZE], whole[ASSAY_GROUPED_SIZE];
    size_t n_clamped, n_value;
    if (column->type != ASSAY_NUMBER || signal->normalise.method == ASSAY_PERCENTILE)
        return ASSAY_OK;
    count_clamped(c, j, &n_clamped, &n_value);
    if (n_clamped == 0)
        return ASSAY_OK;
    return warn(model, err, "signal \"%s\": %s of %s values lie beyond its %s and were clamped",
                signal->name, assay_number_group((double)n_clamped, part),
                assay_number_group((double)n_value, whole),
                signal->normalise.method == ASSAY_RANGE  ? "range"
                : signal->normalise.method == ASSAY_NONE ? "0 to 100"
                                                         : "first step");
}

/* A category or a column that everybody is missing in makes no term. */
static enum assay_status warn_of_signals(const struct assay_calibration *c,
                                         struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++)
        status = warn_of_clamps(c, j, model, err);
    for (size_t k = 0; status == ASSAY_OK && k < model->n_indicator; k++) {
        size_t j = c->pipeline.design->indicator_signal[k];
        if (c->pipeline.held[1 + model->n_signal + k])
            status = warn(model, err, "signal \"%s\": its values are never missing, or always, so that "
                          "\"missing\": \"indicator\" gives no term", model->spec.signals[j].name);
    }
    return status;
}

enum assay_status assay_warnings_note(const struct assay_calibration *c, struct assay_model *model,
                                      struct assay_error *err)
{
    enum assay_status status = warn_of_findings(c, model, err);
    if (status == ASSAY_OK)
        status = warn_of_sample(&c->history, model, err);
    if (status == ASSAY_OK)
        status = warn_of_anchor(c, model, err);
    if (status == ASSAY_OK)
        status = warn_of_directions(&c->history, model, err);
    if (status == ASSAY_OK)
        status = warn_of_evidence(c, model, err);
    if (status == ASSAY_OK)
        status = warn_of_rows(c, model, err);
    return status == ASSAY_OK ? warn_of_signals(c, model, err) : status;
}
