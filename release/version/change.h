/* change.h - what changed from one model to the next, and how far the version number must step
 *
 *   MAJOR  what a scorer is given, or what its answer means: a signal added, removed or renamed,
 *          its column, direction (better), missing-value policy, or kind of input; the columns and
 *          bands of cohorts; the column that chooses lines or weights; id, as_of; the outcome
 *          (column, date, horizon); the scale, its rounding, the points that halve the odds; the zones'
 *          names and bounds; a signal's dimension, where rounding or a missing-value policy goes by
 *          dimensions
 *   MINOR  what a score comes out as: weights, intercept, missing terms, baselines (method, knots,
 *          bounds, tables, the cohorts known), the at-risk line, lines and weights of segments; on
 *          the weighted-average scale zone bounds that were moved so as to mean the same risks
 *   PATCH  anything else: texts, other dimensions, targets, rules, evidence
 *
 * observed_until and the value column do not change a score, and are PATCH. What no rule names is
 * found by comparing the two files, and is PATCH too. A signal is renamed where one of the older
 * model and one of the newer, both without a namesake in the other, are the only such ones to read
 * their column.
 */
#ifndef ASSAY_RELEASE_VERSION_CHANGE_H
#define ASSAY_RELEASE_VERSION_CHANGE_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "release/version/number.h"

struct assay_json;
struct cJSON;

/* A signal's weight before and after; NaN where a model has no such signal, intervals NaN where
 * there is none. A signal that was renamed is one signal, under its newer name. */
struct assay_signal_change {
    const char *name, *dimension;          /* borrowed from the models */
    struct assay_estimate before, after;   /* shares of 1, with the published weight's interval; the
                                              same where they agree to 1e-12 */
};

/* How a signal's baseline moved: points s after less before, at the percentiles of the training
 * data of both (or at the knots where there are none; categories by how frequent they were), over
 * the cohorts both models have, each by the rows of the newer model's training data that it
 * compares (those of its children left out). */
struct assay_baseline_change {
    const char *name;
    bool method;                /* the method, or its bounds or table, are others */
    double mean, largest;       /* mean of |points|, and the largest, with its sign; NaN: not comparable */
};

struct assay_change {
    enum assay_level level;
    struct assay_signal_change *signals; /* those of either model, the newer one's order, then those removed */
    size_t n_signal;
    struct assay_baseline_change *baselines; /* those that moved */
    size_t n_baseline;
    double intercept[2], line[2], line_score[2]; /* before, after; line: probability */
    double largest_weight_change;      /* max |after - before|, a missing signal counting 0; share of 1 */
    char **major, **minor, **patch;    /* sentences, each one difference; texts old -> new */
    size_t n_major, n_minor, n_patch;
    size_t capacity[3];
};
void assay_change_clear(struct assay_change *change);

/* Compares; both models are borrowed and must outlive the change. Equal but for version, parent and
 * created: level NONE. */
ASSAY_MUST_CHECK enum assay_status assay_change_find(const struct assay_model *before,
                                                     const struct assay_model *after,
                                                     struct assay_change *change,
                                                     struct assay_error *err);

/* Writes the object "changes" of a record:
 *   level, reasons {major[], minor[], patch[]}, weights[] {name, dimension, before {weight,
 *   interval}|null, after|null, points}, baselines[] {name, method, mean, largest}, intercept
 *   {before, after}, line {before {probability, score}, after}, zones {before[] {name, from},
 *   after[]}|null where they are the same, largest_weight_change */
void assay_change_write(struct assay_json_writer *json, const char *key, const struct assay_model *before,
                        const struct assay_model *after, const struct assay_change *change);

/* The same in words, Markdown that reads well as plain text too, from that object alone: what
 * `diff` prints and what stands in the changelog. Appends.
 *   ASSAY_EDATA  the object is not as above */
ASSAY_MUST_CHECK enum assay_status assay_change_words(struct assay_json *doc, const struct cJSON *changes,
                                                      struct assay_text *text, struct assay_error *err);

#endif
