/* target_onnx.h - scoring as a graph: what its parts hand on
 *
 * A column of accounts goes through the same steps as in core/model/scorer.c, signal by signal, each sum
 * from the left by nodes of its own, so that it has the same bits wherever the runtime keeps to the graph.
 */
#ifndef ASSAY_RELEASE_EXPORT_TARGET_ONNX_H
#define ASSAY_RELEASE_EXPORT_TARGET_ONNX_H

#include "core/model/model.h"
#include "release/export/onnx_graph.h"
#include "release/export/target.h"

/* The columns of an input: either, or both where a column of texts is read as numbers too. */
struct assay_onnx_column {
    assay_onnx_value text;   /* "": missing */
    assay_onnx_value number; /* NaN: missing */
};

/* What an account comes to; [rows] each. */
struct assay_onnx_results {
    assay_onnx_value normalised;                    /* [rows, signals] */
    assay_onnx_value composite, score, probability; /* NaN where there is no score */
    assay_onnx_value zone;                          /* text; "" where there is no score */
    assay_onnx_value has_score;
};

struct assay_onnx_scoring {
    struct assay_onnx_graph graph;
    const struct assay_model *model;
    struct assay_export_names names;
    struct assay_onnx_column *columns; /* [n_input] */
    const char **texts;                /* room for the texts of the model's longest table */
    assay_onnx_value cohort;           /* node in model->cohorts; where baselines differ by it */
    bool by_cohort;
    assay_onnx_value s[ASSAY_MAX_SIGNALS]; /* points; NaN where missing, until filled */
    assay_onnx_value missing[ASSAY_MAX_SIGNALS];
    assay_onnx_value weight[ASSAY_MAX_SIGNALS], slope[ASSAY_MAX_SIGNALS], intercept;
};

/* ---- target_onnx_signals.c ---- */

/* [rows] whole numbers: where a text stands among n names, from 1; 0 where it is none of them. */
assay_onnx_value assay_onnx_position(struct assay_onnx_graph *graph, const char *what,
                                     assay_onnx_value text, size_t n, const char *const names[]);

/* [rows] whole numbers: how many of ascending edges, [n] or [rows, n], a number has reached; 0 where it is
 * missing. */
assay_onnx_value assay_onnx_reached(struct assay_onnx_graph *graph, const char *what,
                                    assay_onnx_value number, assay_onnx_value edges);

/* 0 below 0, 100 above 100; NaN stays. */
assay_onnx_value assay_onnx_clamp(struct assay_onnx_graph *graph, assay_onnx_value points);

/* From columns, fills cohort, s and missing. */
void assay_onnx_normalise(struct assay_onnx_scoring *scoring);

/* ---- target_onnx_score.c ---- */

/* From s and missing. */
struct assay_onnx_results assay_onnx_score(struct assay_onnx_scoring *scoring);

/* ---- target_onnx_test.c ---- */

/* The model's examples as columns, and what the results disagree with them in, as outputs. */
ASSAY_MUST_CHECK enum assay_status assay_onnx_examples(struct assay_onnx_scoring *scoring,
                                                       struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_onnx_compare(struct assay_onnx_scoring *scoring,
                                                      const struct assay_onnx_results *results,
                                                      struct assay_error *err);

#endif
