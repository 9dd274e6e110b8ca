#include "score/verify_compare.h"

#include <math.h>

/* Decimals are not exact in binary: half a unit may come out this much longer. */
#define DECIMAL_SLACK 1e-12

const char *const assay_compared_names[ASSAY_COMPARED] = {"score", "probability", "composite",
                                                          "zone"};

static double half_a_unit(size_t decimals)
{
    return decimals == ASSAY_NOT_ROUNDED ? 0 : 0.5 * pow(10, -(double)decimals) + DECIMAL_SLACK;
}

void assay_comparison_allow(struct assay_comparison *comparison, double tolerance,
                            size_t score_decimals, size_t probability_decimals)
{
    double score = tolerance + half_a_unit(score_decimals);
    comparison->allowance[ASSAY_THE_SCORE] = score;
    comparison->allowance[ASSAY_THE_COMPOSITE] = score;
    comparison->allowance[ASSAY_THE_PROBABILITY] =
        tolerance / 100 + half_a_unit(probability_decimals);
    comparison->rounded = score_decimals != ASSAY_NOT_ROUNDED;
}

double assay_compared_number(const struct assay_score *ours, enum assay_figure figure)
{
    if (ours->dropped)
        return NAN;
    return figure == ASSAY_THE_SCORE         ? ours->score
           : figure == ASSAY_THE_PROBABILITY ? ours->probability
                                             : ours->composite;
}

size_t assay_zone_of_score(const struct assay_model *model, double score)
{
    size_t zone = 0;
    while (zone + 1 < model->spec.n_zone && score >= model->spec.zones[zone + 1].from)
        zone++;
    return zone;
}

static bool zone_differs(const struct assay_comparison *comparison, const struct assay_score *ours,
                         size_t theirs)
{
    const struct assay_model *model = comparison->model;
    if (ours->dropped)
        return theirs != ASSAY_NO_ZONE;
    if (!comparison->rounded || theirs >= model->spec.n_zone)
        return theirs != ours->zone;
    double allowance = comparison->allowance[ASSAY_THE_SCORE];
    return theirs < assay_zone_of_score(model, ours->score - allowance) ||
           theirs > assay_zone_of_score(model, ours->score + allowance);
}

bool assay_compare_figures(const struct assay_comparison *comparison,
                           const struct assay_score *ours, const struct assay_their_figures *theirs,
                           struct assay_gap *gap)
{
    *gap = (struct assay_gap){.agrees = true};
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++) {
        double number = assay_compared_number(ours, f);
        gap->difference[f] = theirs->number[f] - number;
        bool none = isnan(number) && isnan(theirs->number[f]);
        gap->differs[f] = comparison->compared[f] && !none &&
                          !(fabs(gap->difference[f]) <= comparison->allowance[f]);
    }
    gap->differs[ASSAY_THE_ZONE] =
        comparison->compared[ASSAY_THE_ZONE] && zone_differs(comparison, ours, theirs->zone);
    for (enum assay_figure f = 0; f < ASSAY_COMPARED; f++)
        gap->agrees = gap->agrees && !gap->differs[f];
    return gap->agrees;
}

enum assay_figure assay_gap_first(const struct assay_gap *gap)
{
    enum assay_figure f = 0;
    while (f + 1 < ASSAY_COMPARED && !gap->differs[f])
        f++;
    return f;
}
