/* shape.h - what a scorecard means as a model
 *
 * Vendors that average: the composite is the score. s_j are the points, w_j the measure's share: its
 * weight over the sum of weights, or the group's share times the measure's share of its group.
 *
 * Vendors that add up: with points p_j between l_j and h_j, L = start + sum l_j and R = sum (h_j - l_j),
 * everything put on a scale that ends at 100,
 *
 *   w_j = (h_j - l_j) / R      score = clamp(start + sum p_j)
 *
 * Where the sum never leaves 0 to 100 no clamp is needed, and a weighted average is the score:
 * s_j = L + R (p_j - l_j) / (h_j - l_j), so that H = start + sum p_j. A line's s_j can only go from 0 to
 * 100: with one in the card that asks for L = 0 and R = 100. Elsewhere
 *
 *   s_j = 100 (p_j - l_j) / (h_j - l_j)      score = clamp(L + R H / 100)
 *
 * is the log-odds scale, score = clamp(50 + points / ln 2 (line - log-odds)), with a slope of
 * B = R ln 2 / points on H: clamped as the vendor clamps. Its at-risk line stands at 50.
 *
 * Scores that are an edge on paper miss it by a last digit in doubles. Where scores are not rounded to
 * whole numbers, an edge is therefore whatever lies within ASSAY_EDGE_SLACK of it: zones
 * start so much lower where they hold their edge, and so much higher where they do not. On the log-odds
 * scale, whose line cannot move, scores are half of it higher instead of zones lower.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_SHAPE_H
#define ASSAY_CALIBRATE_IMPORT_SHAPE_H

#include "calibrate/import/bands.h"
#include "calibrate/import/scorecard.h"
#include "core/base/error.h"
#include "core/spec/spec.h"

struct assay_shape {
    double *weight;      /* [n_measure] w_j, adding up to 1 */
    double low, high;    /* s of a measure's least points, and of its most */
    double floor, reach; /* of the score before it is clamped: at H = 0, and what H = 100 adds */
};

/* Fills the shape, and in spec the signals, the zones, the scale and the rounding; what is allocated in
 * spec stays there on failure, for assay_spec_clear(). The weights are also the signals' "expert" ones.
 *   ASSAY_EDATA  bands or zones that do not fit together; a line whose ends are not the least and the most
 *                that its measure gives */
ASSAY_MUST_CHECK enum assay_status assay_shape_make(const struct assay_scorecard *card,
                                                    struct assay_shape *shape,
                                                    struct assay_spec *spec,
                                                    struct assay_error *err);
void assay_shape_clear(struct assay_shape *shape);

#endif
