#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/version/change_parts.h"

#define MINOR ASSAY_LEVEL_MINOR

/* "label: a -> b" where they differ. */
static void say_pair(struct assay_diff *diff, const char *label, double a, double b, char style,
                     int digits)
{
    if (a == b)
        return;
    assay_text_printf(&diff->sentence, "%s: ", label);
    assay_describe_pair(&diff->sentence, a, b, style, digits);
    assay_diff_say(diff, MINOR);
}

/* ---- weights ---- */

/* Differences of single weights are in the table; the reason names the largest. Returns how many
 * moved. */
static size_t say_weights(struct assay_diff *diff)
{
    const struct assay_signal_change *most = NULL;
    size_t n = 0;
    for (size_t j = 0; j < diff->change->n_signal; j++) {
        const struct assay_signal_change *at = &diff->change->signals[j];
        double moved = fabs(at->after.value - at->before.value);
        if (!(moved > 0)) /* NaN: one side has no such signal */
            continue;
        n++;
        if (most == NULL || moved > fabs(most->after.value - most->before.value))
            most = at;
    }
    if (most == NULL)
        return 0;
    assay_text_puts(&diff->sentence, n > 1 ? "weights" : "weight of ");
    if (n > 1)
        assay_text_printf(&diff->sentence, " of %zu signals, most of all ", n);
    assay_describe_name(&diff->sentence, most->name);
    assay_text_puts(&diff->sentence, ": ");
    assay_describe_pair(&diff->sentence, 100 * most->before.value, 100 * most->after.value, 'f', 1);
    assay_text_puts(&diff->sentence, " points");
    assay_diff_say(diff, MINOR);
    return n;
}

static double total_slope(const struct assay_model *model)
{
    double total = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    return total;
}

/* Weights are shares; B, the sum of the slopes, says how much they all count together. The same
 * slopes in another order may add up to another last digit. */
static void say_total(struct assay_diff *diff, size_t n_weight)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    double was = total_slope(before), is = total_slope(after);
    size_t n_both = 0, n_same = 0;
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        n_both += k != ASSAY_NO_PARTNER;
        n_same += k != ASSAY_NO_PARTNER && before->slope[k] == after->slope[j];
    }
    bool all_in_both = n_both == before->n_signal && n_both == after->n_signal;
    if (all_in_both && n_same == n_both)
        return;
    say_pair(diff, "log-odds from the lowest composite, 0, to the highest, 100", was, is, 'g', 4);
    if (was != is || n_weight > 0 || !all_in_both)
        return;
    assay_text_puts(&diff->sentence, "coefficients: others, with the same sum");
    assay_diff_say(diff, MINOR);
}

static void say_missing_terms(struct assay_diff *diff)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        if (k == ASSAY_NO_PARTNER || before->missing_term[k] == after->missing_term[j])
            continue;
        assay_text_puts(&diff->sentence, "signal ");
        assay_describe_name(&diff->sentence, after->spec.signals[j].name);
        assay_text_puts(&diff->sentence, ": log-odds where it is missing ");
        assay_describe_pair(&diff->sentence, before->missing_term[k], after->missing_term[j], 'g',
                            3);
        assay_diff_say(diff, MINOR);
    }
}

/* ---- segments ---- */

/* A list of which the first few are named. */
struct naming {
    struct assay_text *text;
    size_t n;
};
enum { NAMED = 5 };

/* Whether the next one is named; the separator then stands. */
static bool name_next(struct naming *list)
{
    if (list->n++ >= NAMED)
        return false;
    if (list->n > 1)
        assay_text_puts(list->text, ", ");
    return true;
}

static void say_list(struct assay_diff *diff, struct naming *list)
{
    if (list->n == 0) {
        assay_text_reset(&diff->sentence);
        return;
    }
    if (list->n > NAMED)
        assay_text_printf(&diff->sentence, " and %zu more", list->n - NAMED);
    assay_diff_say(diff, MINOR);
}

static const struct assay_model_segment_line *line_of(const struct assay_model *model,
                                                      const char *segment)
{
    for (size_t k = 0; k < model->n_segment_line; k++)
        if (strcmp(model->segment_lines[k].segment, segment) == 0)
            return &model->segment_lines[k];
    return NULL;
}

/* An account of a segment without a line of its own goes by the common one. */
static void name_line(struct assay_diff *diff, struct naming *list, const char *segment)
{
    const struct assay_model_segment_line *was = line_of(diff->before, segment);
    const struct assay_model_segment_line *is = line_of(diff->after, segment);
    if ((was != NULL && is != NULL && was->probability == is->probability) || !name_next(list))
        return;
    assay_describe_name(list->text, segment);
    assay_text_putc(list->text, ' ');
    if (was != NULL && is != NULL) {
        assay_describe_pair(list->text, was->probability, is->probability, 'g', 3);
    } else {
        const struct assay_model_segment_line *own = was != NULL ? was : is;
        assay_text_puts(list->text, was != NULL ? "" : "common -> ");
        assay_describe_pair(list->text, own->probability, own->probability, 'g', 3);
        assay_text_puts(list->text, was != NULL ? " -> common" : "");
    }
}

/* Segments are values of a column: those of another column are no matter of comparison. */
static void say_segment_lines(struct assay_diff *diff)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    struct naming list = {.text = &diff->sentence};
    if (!assay_same_text(before->spec.line.by, after->spec.line.by))
        return;
    assay_text_puts(&diff->sentence, "at-risk lines of segments: ");
    for (size_t k = 0; k < after->n_segment_line; k++)
        name_line(diff, &list, after->segment_lines[k].segment);
    for (size_t k = 0; k < before->n_segment_line; k++)
        if (line_of(after, before->segment_lines[k].segment) == NULL)
            name_line(diff, &list, before->segment_lines[k].segment);
    say_list(diff, &list);
}

static const struct assay_model_segment *weights_of(const struct assay_model *model,
                                                    const char *segment)
{
    for (size_t k = 0; k < model->n_segment_model; k++)
        if (strcmp(model->segment_models[k].segment, segment) == 0)
            return &model->segment_models[k];
    return NULL;
}

/* Intercept, slopes and weights of the signals that both models have. */
static bool same_weights(const struct assay_diff *diff, const struct assay_model_segment *was,
                         const struct assay_model_segment *is)
{
    for (size_t j = 0; j < diff->after->n_signal; j++) {
        size_t k = assay_signal_partner(diff->after, diff->before, j);
        if (k != ASSAY_NO_PARTNER &&
            (was->slope[k] != is->slope[j] || was->weight[k] != is->weight[j]))
            return false;
    }
    return was->intercept == is->intercept;
}

static void name_weights(struct assay_diff *diff, struct naming *list, const char *segment)
{
    const struct assay_model_segment *was = weights_of(diff->before, segment);
    const struct assay_model_segment *is = weights_of(diff->after, segment);
    if ((was != NULL && is != NULL && same_weights(diff, was, is)) || !name_next(list))
        return;
    assay_describe_name(list->text, segment);
    assay_text_puts(list->text, was == NULL  ? " common -> own"
                                : is == NULL ? " own -> common"
                                             : " others");
}

static void say_segment_weights(struct assay_diff *diff)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    struct naming list = {.text = &diff->sentence};
    if (!assay_same_text(before->spec.fit.models_by, after->spec.fit.models_by))
        return;
    assay_text_puts(&diff->sentence, "weights of segments: ");
    for (size_t k = 0; k < after->n_segment_model; k++)
        name_weights(diff, &list, after->segment_models[k].segment);
    for (size_t k = 0; k < before->n_segment_model; k++)
        if (weights_of(after, before->segment_models[k].segment) == NULL)
            name_weights(diff, &list, before->segment_models[k].segment);
    say_list(diff, &list);
}

void assay_diff_scoring(struct assay_diff *diff)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    struct assay_change *change = diff->change;
    change->intercept[0] = before->intercept;
    change->intercept[1] = after->intercept;
    change->line[0] = before->at_risk_probability;
    change->line[1] = after->at_risk_probability;
    change->line_score[0] = before->at_risk_score;
    change->line_score[1] = after->at_risk_score;
    say_total(diff, say_weights(diff));
    say_pair(diff, "intercept", change->intercept[0], change->intercept[1], 'g', 4);
    say_missing_terms(diff);
    say_pair(diff, "at-risk line, probability", change->line[0], change->line[1], 'g', 3);
    say_pair(diff, "at-risk line, score", change->line_score[0], change->line_score[1], 'f', 1);
    say_segment_lines(diff);
    say_segment_weights(diff);
}
