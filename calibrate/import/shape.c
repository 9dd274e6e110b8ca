#include "calibrate/import/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"

#define ROUNDING 1e-9 /* sums of points that are 0 or 100 on paper */

void assay_shape_clear(struct assay_shape *shape)
{
    free(shape->weight);
    *shape = (struct assay_shape){0};
}

/* ---- weights ---- */

static void average_weights(const struct assay_scorecard *card, double weight[])
{
    double groups = 0, total = 0;
    for (size_t g = 0; g < card->n_group; g++)
        groups += card->grouped ? card->groups[g].weight : 0;
    for (size_t j = 0; j < card->n_measure; j++)
        total += card->measures[j].weight;
    for (size_t j = 0; j < card->n_measure; j++) {
        const struct assay_measure *measure = &card->measures[j];
        double within = 0;
        for (size_t k = 0; k < card->n_measure; k++)
            if (card->measures[k].group == measure->group)
                within += card->measures[k].weight;
        weight[j] = card->grouped
                        ? card->groups[measure->group].weight * measure->weight / (groups * within)
                        : measure->weight / total;
    }
}

/* What a measure's points are made of: they go from `least` to `most`, and s from `low` to `high`. */
struct reach {
    double least, most, low, high;
};

static struct reach reach_of(const struct assay_scorecard *card,
                             const struct assay_measure *measure, const struct assay_shape *shape)
{
    struct reach reach = {0, 100, shape->low, shape->high};
    if (card->vendor->additive)
        assay_measure_reach(measure, &reach.least, &reach.most);
    return reach;
}

static double share_of(struct reach reach, double points)
{
    double span = reach.most - reach.least;
    return span > 0 ? reach.low + (reach.high - reach.low) * (points - reach.least) / span
                    : reach.low;
}

static bool has_line(const struct assay_scorecard *card)
{
    for (size_t j = 0; j < card->n_measure; j++)
        if (card->measures[j].kind == ASSAY_MEASURE_LINEAR)
            return true;
    return false;
}

/* Added points between `least` and `most` on the 0-100 scale. A line has no other ends than 0 and 100. */
static void place_points(const struct assay_scorecard *card, double least, double most,
                         struct assay_shape *shape)
{
    if (!has_line(card) && least > -ROUNDING && most < 100 + ROUNDING) {
        shape->low = fmax(least, 0);
        shape->high = fmin(most, 100);
    } else {
        shape->floor = least;
        shape->reach = most - least;
    }
}

static enum assay_status weigh(const struct assay_scorecard *card, struct assay_shape *shape,
                               struct assay_error *err)
{
    const struct assay_vendor *vendor = card->vendor;
    double unit = 100 / vendor->highest, span = 0, start = vendor->start;
    shape->weight = assay_alloc(card->n_measure, sizeof *shape->weight);
    if (shape->weight == NULL)
        return assay_fail_memory(err, "importing a scorecard");
    shape->low = shape->floor = 0;
    shape->high = shape->reach = 100;
    if (!vendor->additive) {
        average_weights(card, shape->weight);
        return ASSAY_OK;
    }
    for (size_t j = 0; j < card->n_measure; j++) {
        double least, most;
        assay_measure_reach(&card->measures[j], &least, &most);
        shape->weight[j] = most - least;
        span += most - least;
        start += least;
    }
    if (!(span > 0))
        return assay_fail(err, ASSAY_EDATA,
                          "%s: no measure ever changes the score; expected points that "
                          "differ",
                          card->source);
    for (size_t j = 0; j < card->n_measure; j++)
        shape->weight[j] /= span;
    place_points(card, unit * start, unit * (start + span), shape);
    return ASSAY_OK;
}

/* ---- points ---- */

static enum assay_status number_steps(const struct assay_scorecard *card,
                                      const struct assay_measure *measure, struct reach reach,
                                      struct assay_normalise_spec *normalise,
                                      struct assay_error *err)
{
    struct assay_piece_of_measure *pieces = NULL;
    size_t n = 0;
    enum assay_status status = assay_measure_pieces(card, measure, &pieces, &n, err);
    if (status != ASSAY_OK)
        return status;
    normalise->steps = assay_alloc(n, sizeof *normalise->steps);
    for (size_t k = 0; normalise->steps != NULL && k < n; k++)
        normalise->steps[normalise->n_step++] = (struct assay_step){
            .from = pieces[k].from, .points = share_of(reach, pieces[k].points)};
    free(pieces);
    return normalise->steps != NULL ? ASSAY_OK : assay_fail_memory(err, "importing a scorecard");
}

/* A table has two categories at least: the second says what all others are. */
static const char any_other[] = "(any other)";

static enum assay_status category_steps(const struct assay_scorecard *card,
                                        const struct assay_measure *measure, struct reach reach,
                                        struct assay_normalise_spec *normalise,
                                        struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    size_t n = measure->n_band;
    bool lone = n == 1 && measure->missing == ASSAY_NULL_POINTS;
    if (n == 1 && !lone)
        return assay_fail(err, ASSAY_EDATA,
                          "%s:%zu: measure \"%s\" has one category; expected at least "
                          "two",
                          card->source, measure->line,
                          assay_quote_value(measure->name, strlen(measure->name), name));
    normalise->by_category = true;
    normalise->steps = assay_alloc(n + 1, sizeof *normalise->steps);
    if (normalise->steps == NULL)
        return assay_fail_memory(err, "importing a scorecard");
    for (size_t k = 0; k < n + (lone ? 1 : 0); k++) {
        struct assay_step *step = &normalise->steps[normalise->n_step++];
        step->category = assay_copy_string(k < n ? measure->bands[k].category : any_other);
        step->points = share_of(reach, k < n ? measure->bands[k].points : measure->missing_points);
        if (step->category == NULL)
            return assay_fail_memory(err, "importing a scorecard");
    }
    return ASSAY_OK;
}

static enum assay_status straight_line(const struct assay_scorecard *card,
                                       const struct assay_measure *measure, struct reach reach,
                                       struct assay_signal_spec *signal, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    const struct assay_band *line = &measure->bands[0];
    double first = share_of(reach, line->points), last = share_of(reach, measure->points_to);
    signal->normalise.low = line->from.value;
    signal->normalise.high = line->to.value;
    signal->better = first > last ? ASSAY_LOWER : ASSAY_HIGHER;
    if (fmin(first, last) == 0 && fmax(first, last) == 100)
        return ASSAY_OK;
    assay_fail(
        err, ASSAY_EDATA,
        "%s:%zu: the line of measure \"%s\" goes from %.12g to %.12g points; expected %.12g and "
        "%.12g, the least and the most that it gives",
        card->source, line->line, assay_quote_value(measure->name, strlen(measure->name), name),
        line->points, measure->points_to, reach.least, reach.most);
    assay_hint(err, "A model's line runs over the whole of its measure: write bands instead%s.",
               card->vendor->additive && measure->missing == ASSAY_NULL_POINTS
                   ? ", or let a missing value give the points of one of its ends"
                   : "");
    return ASSAY_EDATA;
}

static enum assay_missing_policy policy_of(enum assay_null_rule rule)
{
    switch (rule) {
    case ASSAY_NULL_EXCLUDED:
        return ASSAY_RENORMALISE;
    case ASSAY_NULL_IN_GROUP:
        return ASSAY_RENORMALISE_DIMENSION;
    case ASSAY_NULL_NO_SCORE:
        return ASSAY_DROP;
    case ASSAY_NULL_POINTS:
        return ASSAY_POINTS;
    default:
        return ASSAY_NEUTRAL;
    }
}

static enum assay_status make_signal(const struct assay_scorecard *card,
                                     const struct assay_measure *measure,
                                     const struct assay_shape *shape, double weight,
                                     struct assay_signal_spec *signal, struct assay_error *err)
{
    static const enum assay_method methods[] = {ASSAY_NONE, ASSAY_STEPS, ASSAY_STEPS, ASSAY_RANGE};
    struct reach reach = reach_of(card, measure, shape);
    signal->name = assay_copy_string(measure->name);
    signal->column = assay_copy_string(measure->column);
    signal->dimension = assay_copy_string(card->groups[measure->group].name);
    if (signal->name == NULL || signal->column == NULL || signal->dimension == NULL)
        return assay_fail_memory(err, "importing a scorecard");
    signal->expert = weight;
    signal->weight_high = 1;
    signal->better = ASSAY_HIGHER;
    signal->missing = policy_of(measure->missing);
    if (signal->missing == ASSAY_POINTS)
        signal->missing_points = share_of(reach, measure->missing_points);
    signal->normalise.method = methods[measure->kind];
    switch (measure->kind) {
    case ASSAY_MEASURE_BANDS:
        return number_steps(card, measure, reach, &signal->normalise, err);
    case ASSAY_MEASURE_CATEGORIES:
        return category_steps(card, measure, reach, &signal->normalise, err);
    case ASSAY_MEASURE_LINEAR:
        return straight_line(card, measure, reach, signal, err);
    case ASSAY_MEASURE_SCORE:
        break;
    }
    return ASSAY_OK;
}

enum assay_status assay_shape_make(const struct assay_scorecard *card, struct assay_shape *shape,
                                   struct assay_spec *spec, struct assay_error *err)
{
    enum assay_status status = weigh(card, shape, err);
    if (status != ASSAY_OK)
        return status;
    spec->signals = assay_alloc(card->n_measure, sizeof *spec->signals);
    if (spec->signals == NULL)
        return assay_fail_memory(err, "importing a scorecard");
    for (size_t j = 0; status == ASSAY_OK && j < card->n_measure; j++) {
        spec->n_signal = j + 1;
        status = make_signal(card, &card->measures[j], shape, shape->weight[j], &spec->signals[j],
                             err);
    }
    bool average = fabs(shape->floor) < ROUNDING && fabs(shape->reach - 100) < ROUNDING;
    spec->scale = average ? ASSAY_WEIGHTED_AVERAGE : ASSAY_LOG_ODDS;
    spec->rounding = card->rounding;
    if (!average)
        shape->floor += ASSAY_EDGE_SLACK / 2;
    return status != ASSAY_OK ? status
                              : assay_card_zones(card, average ? ASSAY_EDGE_SLACK : 0, &spec->zones,
                                                 &spec->n_zone, err);
}
