#include "calibrate/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/metric/interval.h"
#include "core/model/scorer.h"

enum { NAME_WIDTH = 28, BAR_WIDTH = 24 };

/* "1,234" in one of a few rotating buffers. */
static const char *grouped(size_t value)
{
    static char buffers[6][32];
    static unsigned next;
    char digits[32], *out = buffers[next++ % 6];
    int n = snprintf(digits, sizeof digits, "%zu", value), used = 0;
    for (int k = 0; k < n; k++) {
        if (k > 0 && (n - k) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[k];
    }
    out[used] = '\0';
    return out;
}

static void print_head(FILE *out, const struct assay_model *model,
                       const struct assay_history *history, const char *source)
{
    const struct assay_model_fit *fit = &model->fit;
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    fprintf(out, "Anchor none, strength none: plain maximum likelihood, signs constrained.\n");
    fprintf(out, "%s from %s: %s snapshots of %s accounts, %s with the event (%.1f%%)",
            model->spec.name, source, grouped(fit->rows), grouped(fit->accounts),
            grouped(fit->events), 100.0 * (double)fit->events / (double)fit->rows);
    if (model->training.from != ASSAY_NO_DATE)
        fprintf(out, ", %s to %s", assay_date_print(model->training.from, from),
                assay_date_print(model->training.to, to));
    fprintf(out, ".\n");
    size_t left = 0;
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        left += history->count[k];
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        left += model->training.rejected[k];
    if (left == 0)
        return;
    fprintf(out, "Left out:");
    const char *comma = "";
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        if (history->count[k] > 0) {
            fprintf(out, "%s %s %s", comma, grouped(history->count[k]),
                    assay_row_state_words((enum assay_row_state)k));
            comma = ",";
        }
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        if (model->training.rejected[k] > 0) {
            fprintf(out, "%s %s bad rows (%s)", comma, grouped(model->training.rejected[k]),
                    assay_reject_reason_name((enum assay_reject_reason)k));
            comma = ",";
        }
    fprintf(out, ".\n");
}

static void print_name(FILE *out, int indent, const char *name)
{
    int pad = NAME_WIDTH - indent - assay_display_width(name);
    fprintf(out, "%*s%s%*s", indent, "", name, pad > 1 ? pad : 1, "");
}

static double dimension_total(const struct assay_model *model, const char *dimension)
{
    double total = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        if (strcmp(model->spec.signals[j].dimension, dimension) == 0)
            total += model->weight[j];
    return total;
}

static void print_signal_weight(FILE *out, const struct assay_model *model, size_t j, double top)
{
    const struct assay_estimate *interval = &model->weight_interval[j];
    print_name(out, 4, model->spec.signals[j].name);
    fprintf(out, "%5.1f", 100 * model->weight[j]);
    if (model->slope[j] == 0)
        fprintf(out, "  held at 0");
    else if (isnan(interval->low)) /* 1 by construction: no data could have said otherwise */
        fprintf(out, "  stands alone");
    else
        fprintf(out, "  [%4.1f, %4.1f]", 100 * interval->low, 100 * interval->high);
    int bar = (int)lround(BAR_WIDTH * model->weight[j] / top);
    if (bar > 0)
        fprintf(out, "    ");
    for (int k = 0; k < bar; k++)
        fputs("#", out);
    fputc('\n', out);
}

static void print_weights(FILE *out, const struct assay_model *model)
{
    double top = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        top = fmax(top, model->weight[j]);
    fprintf(out, "\nWeights, points of 100 with 95%% intervals\n");
    for (size_t j = 0; j < model->n_signal; j++) {
        const char *dimension = model->spec.signals[j].dimension;
        bool first = true;
        for (size_t k = 0; k < j && first; k++)
            first = strcmp(model->spec.signals[k].dimension, dimension) != 0;
        if (!first)
            continue;
        print_name(out, 2, dimension);
        fprintf(out, "%5.1f\n", 100 * dimension_total(model, dimension));
        for (size_t k = j; k < model->n_signal; k++)
            if (strcmp(model->spec.signals[k].dimension, dimension) == 0)
                print_signal_weight(out, model, k, top);
    }
}

static void print_held(FILE *out, const struct assay_model *model)
{
    size_t n = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        n += model->slope[j] == 0;
    if (n == 0) {
        fprintf(out, "No sign had to be constrained: the weights are the unconstrained fit's.\n");
        return;
    }
    fprintf(out, "Held at 0, where more health would have gone with more events (cost in "
                 "log-likelihood %.2f):\n",
            model->fit.free_log_likelihood - model->fit.log_likelihood);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_coefficient *c = &model->fit.free_coefficients[1 + j];
        if (model->slope[j] == 0)
            fprintf(out, "  %s: unconstrained %+.2f, p = %.2g\n", model->spec.signals[j].name,
                    c->estimate, c->p_value);
    }
}

static void print_wald(FILE *out, const struct assay_model *model)
{
    char name[ASSAY_QUOTE_SIZE];
    fprintf(out, "\nUnconstrained maximum likelihood, log-odds of the event per 100 points\n");
    print_name(out, 2, "");
    fprintf(out, "%9s %8s %7s %9s   %s\n", "estimate", "SE", "z", "p", "95% interval");
    for (size_t k = 0; k < model->n_coef; k++) {
        const struct assay_coefficient *c = &model->fit.free_coefficients[k];
        print_name(out, 2, assay_coefficient_name(model, k, name, sizeof name));
        if (isnan(c->std_error))
            fprintf(out, "%9.3f %8s\n", c->estimate, "held");
        else
            fprintf(out, "%9.3f %8.3f %7.2f %9.2g   [%.3f, %.3f]\n", c->estimate, c->std_error,
                    c->z, c->p_value, c->low, c->high);
    }
    fprintf(out, "  log-likelihood %.3f\n", model->fit.free_log_likelihood);
    fprintf(out, "The published, sign-constrained fit: log-likelihood %.3f, %zu iterations, ",
            model->fit.log_likelihood, model->fit.iterations);
    if (model->fit.gradient_norm <= 1e-9) /* below, only rounding is left to see */
        fprintf(out, "gradient below 1e-9, ");
    else
        fprintf(out, "gradient %.1e, ", model->fit.gradient_norm);
    fprintf(out, "condition number %.3g.\n", model->fit.condition_number);
}

/* ---- performance ---- */

/* The last cell of a line is not padded. */
static void print_cell(FILE *out, const char *cell, bool last)
{
    fprintf(out, "  %-*s", last ? 0 : 22, cell);
}

static void print_figure(FILE *out, const struct assay_estimate *figure, bool percent, bool last)
{
    double unit = percent ? 100 : 1;
    int digits = percent ? 1 : 3;
    char cell[64];
    if (isnan(figure->value))
        snprintf(cell, sizeof cell, "-");
    else if (isnan(figure->low))
        snprintf(cell, sizeof cell, "%.*f", digits, unit * figure->value);
    else
        snprintf(cell, sizeof cell, "%.*f [%.*f, %.*f]", digits, unit * figure->value, digits,
                 unit * figure->low, digits, unit * figure->high);
    print_cell(out, cell, last);
}

static void print_performance(FILE *out, const struct assay_model *model)
{
    static const struct {
        enum assay_figure_name figure;
        const char *label;
        bool percent;
    } rows[] = {{ASSAY_FIG_AUC, "AUC", false},
                {ASSAY_FIG_SENSITIVITY, "sensitivity, %", true},
                {ASSAY_FIG_SPECIFICITY, "specificity, %", true},
                {ASSAY_FIG_PPV, "precision (PPV), %", true},
                {ASSAY_FIG_BRIER, "Brier score", false},
                {ASSAY_FIG_LOG_LOSS, "log loss", false},
                {ASSAY_FIG_CALIBRATION_SLOPE, "calibration slope", false},
                {ASSAY_FIG_OE_RATIO, "observed / expected", false}};
    fprintf(out, "\nHow well it tells, with 95%% intervals\n");
    print_name(out, 2, "");
    fprintf(out, "  %-22s  %-22s  %s\n", "apparent", "cross-validated", "out of time");
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        print_name(out, 2, rows[r].label);
        for (size_t k = 0; k < ASSAY_PERFORMANCES; k++)
            if (model->performance[k].n > 0)
                print_figure(out, &model->performance[k].figures[rows[r].figure], rows[r].percent,
                             k + 1 == ASSAY_PERFORMANCES);
            else
                print_cell(out, "-", k + 1 == ASSAY_PERFORMANCES);
        fputc('\n', out);
    }
    print_name(out, 2, "snapshots (events)");
    for (size_t k = 0; k < ASSAY_PERFORMANCES; k++) {
        char cell[64] = "-";
        if (model->performance[k].n > 0)
            snprintf(cell, sizeof cell, "%s (%s)", grouped(model->performance[k].n),
                     grouped(model->performance[k].events));
        print_cell(out, cell, k + 1 == ASSAY_PERFORMANCES);
    }
    fputc('\n', out);
}

static void print_zones(FILE *out, const struct assay_model *model,
                        const struct assay_assessment *assessment,
                        const struct assay_zone_result zones[])
{
    fprintf(out, "\nScore %g is a probability of %.1f%%%s", model->at_risk_score,
            100 * model->at_risk_probability,
            !assessment->line_given                      ? ", chosen on held-out predictions"
            : isnan(model->spec.at_risk_probability) ? ", kept from the champion"
                                                     : ", as the spec says");
    if (model->spec.scale == ASSAY_LOG_ODDS)
        fprintf(out, "; every %g points halve the odds", model->spec.points_to_halve_odds);
    fprintf(out, ".\n");
    print_name(out, 2, "zone");
    fprintf(out, "%10s %10s   %s\n", "snapshots", "events", "share with the event, held out");
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        const struct assay_estimate *rate = &zones[z].rate.wilson;
        char label[128];
        snprintf(label, sizeof label, "%s, from %.4g", model->spec.zones[z].name,
                 model->spec.zones[z].from);
        print_name(out, 2, label);
        fprintf(out, "%10s %10s", grouped(zones[z].n), grouped(zones[z].n_event));
        if (zones[z].n > 0)
            fprintf(out, "   %.1f%% [%.1f, %.1f]", 100 * rate->value, 100 * rate->low,
                    100 * rate->high);
        fputc('\n', out);
    }
}

static void print_changes(FILE *out, const struct assay_model *model)
{
    const struct assay_model_changes *changes = &model->changes;
    double moved = 0;
    size_t other = 0, all = 0;
    if (model->parent_digest == NULL)
        return;
    fprintf(out, "\nAgainst the champion, %s (%.19s...)\n", model->parent_version,
            model->parent_digest);
    for (size_t k = 0; k < changes->n_weight; k++) {
        const struct assay_weight_change *c = &changes->weights[k];
        double before = isnan(c->before) ? 0 : c->before, after = isnan(c->after) ? 0 : c->after;
        moved += fabs(after - before) / 2;
        print_name(out, 4, c->name);
        fprintf(out, "%5.1f -> %5.1f  (%+.1f)%s\n", 100 * before, 100 * after,
                100 * (after - before),
                isnan(c->before) ? "  new" : isnan(c->after) ? "  gone" : "");
    }
    for (size_t k = 0; k < changes->n_move; k++) {
        all += changes->moves[k].snapshots;
        other += strcmp(changes->moves[k].from, changes->moves[k].to) != 0
                     ? changes->moves[k].snapshots : 0;
    }
    fprintf(out, "  %.1f of 100 weight points move; %s of %s snapshots change zone.\n", 100 * moved,
            grouped(other), grouped(all));
    if (changes->before.n == 0) {
        fprintf(out, "  No snapshot gets a score from both models: their figures cannot be compared.\n");
        return;
    }
    fprintf(out, "  AUC on these snapshots: champion %.3f (flattered, if it was fitted to some of them), "
                 "new %.3f (cross-validated).\n",
            changes->before.figures[ASSAY_FIG_AUC].value,
            changes->after.figures[ASSAY_FIG_AUC].value);
}

void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_history *history,
                           const struct assay_assessment *assessment,
                           const struct assay_zone_result zones[], const char *source)
{
    print_head(out, model, history, source);
    print_weights(out, model);
    print_held(out, model);
    print_wald(out, model);
    print_performance(out, model);
    print_zones(out, model, assessment, zones);
    print_changes(out, model);
    if (model->fit.n_warning > 0)
        fprintf(out, "\nTo bear in mind\n");
    for (size_t k = 0; k < model->fit.n_warning; k++)
        fprintf(out, "  - %s.\n", model->fit.warnings[k]);
}
