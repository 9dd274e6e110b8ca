/* points.h - how far each signal moves a score
 *
 * Points are on the score: a signal's are how far it moves the score away from where a neutral 50 would
 * leave it. They add up, those of all signals, to the unclamped score's distance from the all-neutral
 * one of the same segment. Where the model rounds scores they are still the points of the score before it
 * was rounded: a signal has no part in a rounding of its own.
 */
#ifndef ASSAY_CORE_MODEL_POINTS_H
#define ASSAY_CORE_MODEL_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/model.h"
#include "core/model/segments.h"

/* Points of signal j at s in [0, 100], above 0 where it makes the account look healthier: w_j (s - 50) on
 * the weighted average, points / ln 2 times u_j (s - 50) / 100 on the log-odds scale. missing: s stands
 * in for a missing value; the term of an indicator then counts. */
double assay_points_of_signal(const struct assay_model *model, struct assay_terms terms, size_t j,
                              double s, bool missing);

/* The score before it is clamped to [0, 100], from the score and the probability in [0, 1]; infinite
 * where the probability is 0 or 1. On the weighted average it is the score itself, rounded where the model
 * rounds. */
double assay_points_unclamped(const struct assay_model *model, struct assay_terms terms, double score,
                              double prob);

#endif
