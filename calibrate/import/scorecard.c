#include "calibrate/import/scorecard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

void assay_scorecard_clear(struct assay_scorecard *card)
{
    for (size_t g = 0; g < card->n_group; g++)
        free(card->groups[g].name);
    for (size_t j = 0; j < card->n_measure; j++) {
        struct assay_measure *measure = &card->measures[j];
        for (size_t k = 0; k < measure->n_band; k++)
            free(measure->bands[k].category);
        free(measure->bands);
        free(measure->name);
        free(measure->column);
    }
    for (size_t z = 0; z < card->n_zone; z++)
        free(card->zones[z].name);
    free(card->groups);
    free(card->measures);
    free(card->zones);
    free(card->source);
    *card = (struct assay_scorecard){0};
}

/* Percentages as people write them, such as three times 33.33, miss their sum by rounding. */
static const double slack = 0.05;

void assay_measure_reach(const struct assay_measure *measure, double *least, double *most)
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t k = 0; k < measure->n_band; k++) {
        low = fmin(low, measure->bands[k].points);
        high = fmax(high, measure->bands[k].points);
    }
    if (measure->kind == ASSAY_MEASURE_LINEAR) {
        low = fmin(low, measure->points_to);
        high = fmax(high, measure->points_to);
    } else if (measure->kind == ASSAY_MEASURE_SCORE) {
        low = 0;
        high = 100;
    } else if (!isnan(measure->other)) {
        low = fmin(low, measure->other);
        high = fmax(high, measure->other);
    }
    if (measure->missing == ASSAY_NULL_POINTS) {
        low = fmin(low, measure->missing_points);
        high = fmax(high, measure->missing_points);
    }
    *least = low;
    *most = high;
}

/* ---- weights ---- */

static enum assay_status check_measure_weights(const struct assay_scorecard *card,
                                               struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    if (card->vendor->measures != ASSAY_WEIGHTS_MUST)
        return ASSAY_OK;
    for (size_t j = 0; j < card->n_measure; j++) {
        const struct assay_measure *m = &card->measures[j];
        if (isnan(m->weight))
            return assay_fail(
                err, ASSAY_EDATA,
                "%s:%zu: measure \"%s\" has no weight; expected a number from 0 to %.12g",
                card->source, m->line, assay_quote_value(m->name, strlen(m->name), name),
                card->vendor->largest_weight);
    }
    return ASSAY_OK;
}

static enum assay_status check_group_weights(struct assay_scorecard *card, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    size_t n = 0, first_without = card->n_group;
    for (size_t g = 0; g < card->n_group; g++) {
        if (!isnan(card->groups[g].weight))
            n++;
        else if (first_without == card->n_group)
            first_without = g;
    }
    card->grouped = n > 0;
    if (n == card->n_group || (n == 0 && card->vendor->groups != ASSAY_WEIGHTS_MUST))
        return ASSAY_OK;
    const struct assay_group *group = &card->groups[first_without];
    return assay_fail(err, ASSAY_EDATA,
                      "%s:%zu: group \"%s\" has no group_weight%s; expected one for "
                      "each group",
                      card->source, group->line,
                      assay_quote_value(group->name, strlen(group->name), name),
                      n > 0 ? ", and others have" : "");
}

static double sum_of_measures(const struct assay_scorecard *card, size_t group)
{
    double sum = 0;
    for (size_t j = 0; j < card->n_measure; j++)
        if (group == card->n_group || card->measures[j].group == group)
            sum += card->measures[j].weight;
    return sum;
}

static enum assay_status check_totals(const struct assay_scorecard *card, struct assay_error *err)
{
    const struct assay_vendor *vendor = card->vendor;
    bool weighed = vendor->measures == ASSAY_WEIGHTS_MUST;
    bool by_group = weighed && (vendor->total_by_group || card->grouped);
    double groups = 0;
    for (size_t g = 0; card->grouped && g < card->n_group; g++)
        groups += card->groups[g].weight;
    for (size_t g = 0; by_group && g < card->n_group; g++) {
        double sum = sum_of_measures(card, g);
        char name[ASSAY_QUOTE_SIZE];
        const struct assay_group *group = &card->groups[g];
        bool off = vendor->total_by_group && fabs(sum - vendor->measure_total) > slack;
        if (off || !(sum > 0))
            return assay_fail(err, ASSAY_EDATA,
                              "%s:%zu: weights of group \"%s\" add up to %.12g; expected %s",
                              card->source, group->line,
                              assay_quote_value(group->name, strlen(group->name), name), sum,
                              off ? "100" : "more than 0");
    }
    if (weighed && !by_group) {
        double sum = sum_of_measures(card, card->n_group);
        bool off = vendor->measure_total > 0 && fabs(sum - vendor->measure_total) > slack;
        if (off || !(sum > 0))
            return assay_fail(err, ASSAY_EDATA, "%s: weights add up to %.12g; expected %s",
                              card->source, sum, off ? "100" : "more than 0");
    }
    bool off = vendor->group_total > 0 && fabs(groups - vendor->group_total) > slack;
    if (card->grouped && (off || !(groups > 0)))
        return assay_fail(err, ASSAY_EDATA, "%s: group weights add up to %.12g; expected %s",
                          card->source, groups, off ? "100" : "more than 0");
    return ASSAY_OK;
}

/* ---- what the file leaves to the vendor ---- */

static enum assay_status settle_missing(const struct assay_scorecard *card,
                                        struct assay_measure *measure, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    const struct assay_vendor *vendor = card->vendor;
    if (!measure->missing_given)
        measure->missing = card->grouped ? vendor->missing_grouped : vendor->missing;
    if (measure->missing != ASSAY_NULL_UNSAID)
        return ASSAY_OK;
    assay_fail(
        err, ASSAY_EDATA,
        "%s:%zu: measure \"%s\" does not say what a missing value does; expected \"excluded in "
        "group\", \"excluded\", \"no score\" or points in the column \"missing\"",
        card->source, measure->line, assay_quote_value(measure->name, strlen(measure->name), name));
    assay_hint(err, "%s lets its users choose: see its health settings.", vendor->name);
    return ASSAY_EDATA;
}

/* A text that is not in a model's table is a missing value, and there is no other text. */
static enum assay_status settle_other(const struct assay_scorecard *card,
                                      struct assay_measure *measure, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    bool same = measure->missing == ASSAY_NULL_POINTS && measure->missing_points == measure->other;
    const char *of = measure->kind == ASSAY_MEASURE_CATEGORIES ? "categories" : "a line or scores";
    if (measure->kind == ASSAY_MEASURE_BANDS && isnan(measure->other))
        measure->other = card->vendor->other;
    if (measure->kind == ASSAY_MEASURE_BANDS || isnan(measure->other) ||
        (measure->kind == ASSAY_MEASURE_CATEGORIES && same))
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA,
               "%s:%zu: measure \"%s\" is of %s and has a row \"other\"; expected it "
               "with bands alone",
               card->source, measure->other_line,
               assay_quote_value(measure->name, strlen(measure->name), name), of);
    if (measure->kind == ASSAY_MEASURE_CATEGORIES)
        assay_hint(err,
                   "A model treats a text that it does not know as missing: list every value, or "
                   "let `missing` give the same points.");
    return ASSAY_EDATA;
}

/* ---- the most of a group ---- */

/* A maximum that binds is a maximum over a sum, which no model of weights has. */
static enum assay_status check_maxima(const struct assay_scorecard *card, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    for (size_t g = 0; card->vendor->additive && card->grouped && g < card->n_group; g++) {
        const struct assay_group *group = &card->groups[g];
        double sum = 0, least, most;
        for (size_t j = 0; j < card->n_measure; j++)
            if (card->measures[j].group == g) {
                assay_measure_reach(&card->measures[j], &least, &most);
                sum += fmax(most, 0);
            }
        if (sum <= group->weight + 1e-9)
            continue;
        assay_fail(
            err, ASSAY_EDATA,
            "%s:%zu: measures of group \"%s\" can give %.12g points; expected no more than its "
            "maximum, %.12g",
            card->source, group->line, assay_quote_value(group->name, strlen(group->name), name),
            sum, group->weight);
        assay_hint(err,
                   "A model has no maximum over several measures: lower their points until they "
                   "add up to it, or make one measure of them.");
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

enum assay_status assay_scorecard_check(struct assay_scorecard *card, struct assay_error *err)
{
    if (card->n_measure == 0)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: no measures; expected at least one row with points", card->source);
    if (card->n_zone < 2)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: %zu rows of kind \"zone\"; expected at least two, the "
                          "colours or statuses of the score",
                          card->source, card->n_zone);
    enum assay_status status = check_measure_weights(card, err);
    if (status == ASSAY_OK)
        status = check_group_weights(card, err);
    if (status == ASSAY_OK)
        status = check_totals(card, err);
    for (size_t j = 0; status == ASSAY_OK && j < card->n_measure; j++) {
        status = settle_missing(card, &card->measures[j], err);
        if (status == ASSAY_OK)
            status = settle_other(card, &card->measures[j], err);
    }
    return status != ASSAY_OK ? status : check_maxima(card, err);
}
