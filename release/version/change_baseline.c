#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "core/signal/normalise.h"
#include "release/version/change_parts.h"

/* ---- raw values at which points are compared ---- */

struct sample {
    const char *category; /* borrowed; NULL: a number */
    double number;
    double share; /* of the values it stands for */
};
struct samples {
    struct sample *at;
    size_t n, capacity;
};

static void add_sample(struct assay_diff *diff, struct samples *samples, struct sample sample)
{
    if (!assay_grow(&samples->at, &samples->capacity, samples->n + 1, sizeof *samples->at))
        diff->failed = true;
    else
        samples->at[samples->n++] = sample;
}

/* What the training data of a model had: percentiles, or categories by how frequent they were. */
static void add_reference(struct assay_diff *diff, struct samples *samples,
                          const struct assay_model *model, const char *name)
{
    const struct assay_model_reference *reference = &model->training.reference;
    for (size_t v = 0; v < reference->n_variable; v++) {
        const struct assay_reference_variable *variable = &reference->variables[v];
        double total = 0;
        if (variable->kind != ASSAY_OF_SIGNAL || strcmp(variable->name, name) != 0)
            continue;
        for (size_t k = 0;
             variable->numbers != NULL && variable->numbers->n > 0 && k < ASSAY_PERCENTILES; k++)
            add_sample(diff, samples,
                       (struct sample){.number = variable->numbers->at[k],
                                       .share = 1.0 / ASSAY_PERCENTILES});
        for (size_t k = 0; k < variable->n_value; k++)
            total += (double)variable->counts[k];
        for (size_t k = 0; total > 0 && k < variable->n_value; k++)
            add_sample(diff, samples,
                       (struct sample){.category = variable->values[k],
                                       .share = (double)variable->counts[k] / total});
    }
}

static const struct assay_knots *knots_of(const struct assay_model *model, size_t j, size_t node)
{
    return model->spec.signals[j].normalise.method == ASSAY_PERCENTILE
               ? &model->baselines[j].knots[node]
               : NULL;
}

/* Where the line from raw values to points bends. */
static void add_bends(struct assay_diff *diff, struct samples *samples,
                      const struct assay_model *model, size_t j, size_t node)
{
    const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
    const struct assay_knots *knots = knots_of(model, j, node);
    const double ends[2] = {normalise->method == ASSAY_RANGE ? normalise->low : 0,
                            normalise->method == ASSAY_RANGE ? normalise->high : 100};
    for (size_t k = 0; knots != NULL && k < knots->n; k++)
        add_sample(diff, samples, (struct sample){.number = knots->x[k], .share = 1});
    for (size_t k = 0; normalise->method == ASSAY_STEPS && k < normalise->n_step; k++)
        add_sample(diff, samples,
                   (struct sample){.category = normalise->steps[k].category,
                                   .number = normalise->steps[k].from,
                                   .share = 1});
    if (normalise->method == ASSAY_RANGE || normalise->method == ASSAY_NONE)
        for (size_t k = 0; k < 2; k++)
            add_sample(diff, samples, (struct sample){.number = ends[k], .share = 1});
}

/* A category that the table does not have is a missing value, which has points of its own, is neutral,
 * or lets the other signals speak, which is neutral on average. */
static double points_of(const struct assay_model *model, size_t j, size_t node,
                        const struct sample *sample)
{
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    bool unknown;
    if (sample->category == NULL)
        return assay_normalise_number(signal, knots_of(model, j, node), sample->number);
    double points = assay_normalise_category(signal, sample->category, &unknown);
    return unknown ? assay_missing_points(signal) : points;
}

/* ---- how far a baseline moved ---- */

static bool same_knots(const struct assay_knots *a, const struct assay_knots *b)
{
    return a->n == b->n && memcmp(a->x, b->x, a->n * sizeof *a->x) == 0 &&
           memcmp(a->s, b->s, a->n * sizeof *a->s) == 0;
}

static bool same_steps(const struct assay_normalise_spec *a, const struct assay_normalise_spec *b)
{
    if (a->by_category != b->by_category || a->n_step != b->n_step)
        return false;
    for (size_t k = 0; k < a->n_step; k++)
        if (!assay_same_text(a->steps[k].category, b->steps[k].category) ||
            a->steps[k].points != b->steps[k].points ||
            (!a->by_category && a->steps[k].from != b->steps[k].from))
            return false;
    return true;
}

static bool same_method(const struct assay_normalise_spec *a, const struct assay_normalise_spec *b)
{
    if (a->method != b->method)
        return false;
    if (a->method == ASSAY_RANGE)
        return a->low == b->low && a->high == b->high;
    return a->method != ASSAY_STEPS || same_steps(a, b);
}

/* Signals k before and j after, both by percentiles: whether any cohort of both has other knots. */
static bool knots_moved(const struct assay_diff *diff, const struct assay_shared_cohorts *shared,
                        size_t k, size_t j)
{
    if (diff->after->spec.signals[j].normalise.method != ASSAY_PERCENTILE)
        return false;
    for (size_t v = 0; v < shared->n; v++)
        if (shared->before[v] != ASSAY_NO_PARTNER &&
            !same_knots(&diff->before->baselines[k].knots[shared->before[v]],
                        &diff->after->baselines[j].knots[v]))
            return true;
    return false;
}

/* Sums over cohorts: by the rows that each compares, and with each alike, where none has rows. */
struct movement {
    double by_rows, rows, alike, shares, largest;
};

static void add_movement(const struct assay_diff *diff, size_t k, size_t j, size_t node_before,
                         size_t node, double rows, const struct samples *samples,
                         struct movement *sum)
{
    for (size_t i = 0; i < samples->n; i++) {
        const struct sample *sample = &samples->at[i];
        double moved = points_of(diff->after, j, node, sample) -
                       points_of(diff->before, k, node_before, sample);
        sum->by_rows += rows * sample->share * fabs(moved);
        sum->rows += rows * sample->share;
        sum->alike += sample->share * fabs(moved);
        sum->shares += sample->share;
        if (fabs(moved) > fabs(sum->largest))
            sum->largest = moved;
    }
}

static void measure(struct assay_diff *diff, const struct assay_shared_cohorts *shared, size_t k,
                    size_t j, struct assay_baseline_change *out)
{
    const struct assay_signal_spec *was = &diff->before->spec.signals[k];
    const struct assay_signal_spec *is = &diff->after->spec.signals[j];
    struct samples samples = {0};
    struct movement sum = {0};
    out->mean = out->largest = (double)NAN;
    if (assay_signal_type(was) != assay_signal_type(is))
        return;
    add_reference(diff, &samples, diff->before, was->name);
    add_reference(diff, &samples, diff->after, is->name);
    size_t n_reference = samples.n;
    for (size_t v = 0; v < shared->n && !diff->failed; v++) {
        if (shared->before[v] == ASSAY_NO_PARTNER)
            continue;
        if (n_reference == 0) {
            samples.n = 0;
            add_bends(diff, &samples, diff->before, k, shared->before[v]);
            add_bends(diff, &samples, diff->after, j, v);
        }
        add_movement(diff, k, j, shared->before[v], v, shared->rows[v], &samples, &sum);
    }
    free(samples.at);
    if (sum.shares > 0) {
        out->mean = sum.rows > 0 ? sum.by_rows / sum.rows : sum.alike / sum.shares;
        out->largest = sum.largest;
    }
}

static void find_moved(struct assay_diff *diff, const struct assay_shared_cohorts *shared)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    struct assay_change *change = diff->change;
    change->baselines = assay_alloc(after->n_signal, sizeof *change->baselines);
    if (change->baselines == NULL) {
        diff->failed = true;
        return;
    }
    for (size_t j = 0; j < after->n_signal; j++) {
        const struct assay_signal_spec *is = &after->spec.signals[j];
        size_t k = assay_signal_partner(after, before, j);
        if (k == ASSAY_NO_PARTNER)
            continue;
        bool method = !same_method(&before->spec.signals[k].normalise, &is->normalise);
        if (!method && !knots_moved(diff, shared, k, j))
            continue;
        struct assay_baseline_change *moved = &change->baselines[change->n_baseline++];
        *moved = (struct assay_baseline_change){.name = is->name, .method = method};
        measure(diff, shared, k, j, moved);
    }
}

/* Each is in the table; the reason names the one that moved most. Methods have been named with the
 * signals. */
static void say_baselines(struct assay_diff *diff)
{
    const struct assay_baseline_change *most = NULL;
    size_t n = 0;
    for (size_t k = 0; k < diff->change->n_baseline; k++) {
        const struct assay_baseline_change *at = &diff->change->baselines[k];
        if (at->method)
            continue;
        n++;
        if (most == NULL || at->mean > most->mean)
            most = at;
    }
    if (most == NULL)
        return;
    assay_text_puts(&diff->sentence, n > 1 ? "baselines" : "baseline of ");
    if (n > 1)
        assay_text_printf(&diff->sentence, " of %zu signals, most of all ", n);
    assay_describe_name(&diff->sentence, most->name);
    assay_text_printf(&diff->sentence, ": by %.1f points on average, %+.1f at most", most->mean,
                      most->largest);
    assay_diff_say(diff, ASSAY_LEVEL_MINOR);
}

void assay_diff_baselines(struct assay_diff *diff)
{
    struct assay_shared_cohorts shared;
    assay_diff_cohorts(diff, &shared);
    if (!diff->failed)
        find_moved(diff, &shared);
    if (!diff->failed)
        say_baselines(diff);
    assay_shared_cohorts_clear(&shared);
}
