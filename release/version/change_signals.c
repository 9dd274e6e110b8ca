#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "release/version/change_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(level, label, kind, field, words, absent)                                            \
    {                                                                                              \
        level, label, kind, offsetof(struct assay_signal_spec, field), words, absent               \
    }

static const char *const sign_words[2] = {"constrained", "free"};

static const struct assay_field scored[] = {
    FIELD(ASSAY_LEVEL_MAJOR, "column", ASSAY_FIELD_TEXT, column, NULL, NULL),
    FIELD(ASSAY_LEVEL_MAJOR, "better", ASSAY_FIELD_WORD, better, assay_better_names, NULL),
};
static const struct assay_field fitted[] = {
    FIELD(ASSAY_LEVEL_PATCH, "recorded: column", ASSAY_FIELD_TEXT, recorded, NULL, NULL),
    FIELD(ASSAY_LEVEL_PATCH, "expert weight", ASSAY_FIELD_NUMBER, expert, NULL, "none"),
    FIELD(ASSAY_LEVEL_PATCH, "lowest weight", ASSAY_FIELD_NUMBER, weight_low, NULL, "none"),
    FIELD(ASSAY_LEVEL_PATCH, "highest weight", ASSAY_FIELD_NUMBER, weight_high, NULL, "none"),
    FIELD(ASSAY_LEVEL_PATCH, "sign", ASSAY_FIELD_FLAG, sign_free, sign_words, NULL),
};

static size_t signal_named(const struct assay_model *model, const char *name)
{
    for (size_t j = 0; j < model->n_signal; j++)
        if (strcmp(model->spec.signals[j].name, name) == 0)
            return j;
    return ASSAY_NO_PARTNER;
}

/* The only signal of `model` without a namesake in `other` that reads the column; ASSAY_NO_PARTNER
 * where there is none, or are more. */
static size_t only_reader(const struct assay_model *model, const struct assay_model *other,
                          const char *column)
{
    size_t found = ASSAY_NO_PARTNER;
    for (size_t j = 0; j < model->n_signal; j++) {
        if (strcmp(model->spec.signals[j].column, column) != 0 ||
            signal_named(other, model->spec.signals[j].name) != ASSAY_NO_PARTNER)
            continue;
        if (found != ASSAY_NO_PARTNER)
            return ASSAY_NO_PARTNER;
        found = j;
    }
    return found;
}

size_t assay_signal_partner(const struct assay_model *from, const struct assay_model *to, size_t j)
{
    const struct assay_signal_spec *signal = &from->spec.signals[j];
    size_t same = signal_named(to, signal->name);
    if (same != ASSAY_NO_PARTNER)
        return same;
    return only_reader(from, to, signal->column) == j ? only_reader(to, from, signal->column)
                                                      : ASSAY_NO_PARTNER;
}

/* ---- weights, side by side ---- */

static struct assay_estimate weight_of(const struct assay_model *model, size_t j)
{
    return (struct assay_estimate){model->weight[j], model->weight_interval[j].low,
                                   model->weight_interval[j].high};
}

/* Weights that agree to this are one weight, worked out by two fits (an anchor kept exactly). */
#define SAME_WEIGHT 1e-12

static void put_signal(struct assay_change *change, const struct assay_signal_spec *signal,
                       struct assay_estimate before, struct assay_estimate after)
{
    double moved =
        (isnan(after.value) ? 0 : after.value) - (isnan(before.value) ? 0 : before.value);
    if (fabs(moved) <= SAME_WEIGHT && !isnan(before.value))
        before.value = after.value;
    change->signals[change->n_signal++] =
        (struct assay_signal_change){signal->name, signal->dimension, before, after};
    change->largest_weight_change = fmax(change->largest_weight_change, fabs(moved));
}

static void put_weights(struct assay_diff *diff)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    struct assay_change *change = diff->change;
    change->signals = assay_alloc(before->n_signal + after->n_signal, sizeof *change->signals);
    if (change->signals == NULL) {
        diff->failed = true;
        return;
    }
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        put_signal(change, &after->spec.signals[j],
                   k != ASSAY_NO_PARTNER ? weight_of(before, k) : assay_estimate_undefined(),
                   weight_of(after, j));
    }
    for (size_t k = 0; k < before->n_signal; k++)
        if (assay_signal_partner(before, after, k) == ASSAY_NO_PARTNER)
            put_signal(change, &before->spec.signals[k], weight_of(before, k),
                       assay_estimate_undefined());
}

/* ---- declarations ---- */

static void describe_input(struct assay_text *text, const struct assay_signal_spec *signal)
{
    assay_text_puts(text, assay_signal_type(signal) == ASSAY_TEXT ? "categories" : "numbers");
}

static void describe_steps(struct assay_text *text, const struct assay_normalise_spec *normalise)
{
    for (size_t k = 0; k < normalise->n_step; k++) {
        const struct assay_step *step = &normalise->steps[k];
        assay_text_puts(text, k > 0 ? ", " : " ");
        if (normalise->by_category) {
            assay_text_printf(text, "\"%s\"", step->category);
        } else {
            assay_text_puts(text, "from ");
            assay_describe_number(text, step->from, "");
        }
        assay_text_puts(text, ": ");
        assay_describe_number(text, step->points, "");
    }
}

static void describe_normalise(struct assay_text *text,
                               const struct assay_normalise_spec *normalise)
{
    assay_text_puts(text, assay_method_names[normalise->method]);
    if (normalise->method == ASSAY_STEPS)
        describe_steps(text, normalise);
    if (normalise->method != ASSAY_RANGE)
        return;
    assay_text_putc(text, ' ');
    assay_describe_number(text, normalise->low, "");
    assay_text_puts(text, " to ");
    assay_describe_number(text, normalise->high, "");
}

static void describe_missing(struct assay_text *text, const struct assay_signal_spec *signal)
{
    if (signal->missing == ASSAY_POINTS)
        assay_describe_number(text, signal->missing_points, "");
    else
        assay_text_puts(text, assay_missing_names[signal->missing]);
}

/* Whether a score depends on which dimension a signal is of. */
static bool scores_by_dimension(const struct assay_spec *spec)
{
    bool any = spec->rounding.dimensions;
    for (size_t j = 0; j < spec->n_signal; j++)
        any = any || spec->signals[j].missing == ASSAY_RENORMALISE_DIMENSION;
    return any;
}

/* k is the signal before, j after. */
static void compare_signals(struct assay_diff *diff, size_t k, size_t j)
{
    const struct assay_signal_spec *was = &diff->before->spec.signals[k];
    const struct assay_signal_spec *is = &diff->after->spec.signals[j];
    assay_text_puts(&diff->subject, "signal ");
    assay_describe_name(&diff->subject, is->name);
    assay_text_puts(&diff->subject, ": ");
    assay_diff_texts(diff, ASSAY_LEVEL_MAJOR, "renamed", was->name, is->name);
    assay_diff_fields(diff, scored, COUNT(scored), was, is);
    describe_missing(&diff->was, was);
    describe_missing(&diff->is, is);
    assay_diff_described(diff, ASSAY_LEVEL_MAJOR, "missing values");
    bool by_dimension =
        scores_by_dimension(&diff->before->spec) || scores_by_dimension(&diff->after->spec);
    assay_diff_texts(diff, by_dimension ? ASSAY_LEVEL_MAJOR : ASSAY_LEVEL_PATCH, "dimension",
                     was->dimension, is->dimension);
    assay_diff_fields(diff, fitted, COUNT(fitted), was, is);
    describe_input(&diff->was, was);
    describe_input(&diff->is, is);
    assay_diff_described(diff, ASSAY_LEVEL_MAJOR, "takes");
    describe_normalise(&diff->was, &was->normalise);
    describe_normalise(&diff->is, &is->normalise);
    assay_diff_described(diff, ASSAY_LEVEL_MINOR, "normalise");
    assay_text_reset(&diff->subject);
}

static void say_alone(struct assay_diff *diff, const struct assay_signal_spec *signal,
                      const char *what)
{
    assay_text_puts(&diff->sentence, "signal ");
    assay_describe_name(&diff->sentence, signal->name);
    assay_text_printf(&diff->sentence, " %s: column ", what);
    assay_describe_name(&diff->sentence, signal->column);
    assay_text_printf(&diff->sentence, ", dimension ");
    assay_describe_name(&diff->sentence, signal->dimension);
    assay_text_printf(&diff->sentence, ", %s is better", assay_better_names[signal->better]);
    assay_diff_say(diff, ASSAY_LEVEL_MAJOR);
}

/* Those that both have stand in the same order? Scores do not ask, files do. */
static bool same_order(const struct assay_model *before, const struct assay_model *after)
{
    size_t last = 0;
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        if (k == ASSAY_NO_PARTNER)
            continue;
        if (k < last)
            return false;
        last = k;
    }
    return true;
}

void assay_diff_signals(struct assay_diff *diff)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    put_weights(diff);
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        if (k == ASSAY_NO_PARTNER)
            say_alone(diff, &after->spec.signals[j], "added");
        else
            compare_signals(diff, k, j);
    }
    for (size_t k = 0; k < before->n_signal; k++)
        if (assay_signal_partner(before, after, k) == ASSAY_NO_PARTNER)
            say_alone(diff, &before->spec.signals[k], "removed");
    if (!same_order(before, after)) {
        assay_text_puts(&diff->sentence, "signals: listed in another order");
        assay_diff_say(diff, ASSAY_LEVEL_PATCH);
    }
}
