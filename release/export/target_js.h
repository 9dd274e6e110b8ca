/* target_js.h - the parts of an ES module that scores: the model's tables, and the text around them
 *
 * target_js.c puts them together: types and facts first, then tables, then the functions that the model
 * needs and no others. All texts end with a line feed.
 */
#ifndef ASSAY_RELEASE_EXPORT_TARGET_JS_H
#define ASSAY_RELEASE_EXPORT_TARGET_JS_H

#include <stdbool.h>

#include "core/base/text.h"
#include "core/model/model.h"

/* ---- words of the language (target_js_tables.c) ---- */

/* A string literal, which cannot end a comment, a line or a script element either. */
void assay_js_string(struct assay_text *out, const char *text);

/* "[1, 2.5, ...]", wrapped where it is long; lines behind the first are led by indent blanks. */
void assay_js_numbers(struct assay_text *out, size_t indent, const double values[], size_t n);

/* ---- the model (target_js_tables.c) ---- */

/* What of the language's machinery a model needs. */
struct assay_js_uses {
    bool method[4]; /* by enum assay_method; categories apart */
    bool categories;
    bool cohorts;    /* knots that differ between accounts */
    bool averages;   /* missing values that get an average */
    bool dimensions; /* averages or rounding by dimension */
};
struct assay_js_uses assay_js_uses_of(const struct assay_model *model);

/* COMMON and SEGMENTS, LINE, FACTOR and LINES, cohorts, DIMENSIONS, SIGNALS; those that are used. */
void assay_js_tables(struct assay_text *out, const struct assay_model *model,
                     const struct assay_js_uses *uses);

/* EXAMPLES. */
void assay_js_examples(struct assay_text *out, const struct assay_model *model);

/* ---- text that is the same in every module (target_js_text.c) ---- */

extern const char assay_js_types[];       /* Cell, Result, Model */
extern const char assay_js_inner_types[]; /* Account, Points, Signal, Terms */
extern const char assay_js_read[];        /* a row's cells as numbers and texts */
extern const char assay_js_percentile[], assay_js_range[], assay_js_steps[], assay_js_categories[],
    assay_js_none[]; /* normalisation, a function a method */
extern const char assay_js_clamp[], assay_js_probability[];
extern const char assay_js_cohort[];  /* cohortOf(), where there are cohorts */
extern const char assay_js_average[]; /* average(), for the renormalising policies */
extern const char assay_js_round[];   /* roundHalfUp() */
extern const char assay_js_round_dimensions[];
extern const char assay_js_rows[];      /* scoreRows() */
extern const char assay_js_self_test[]; /* selfTest() */

/* node FILE --self-test: whether the file was started, what it does then with examples and without, the call */
extern const char assay_js_started[], assay_js_run_self_test[], assay_js_no_self_test[],
    assay_js_start[];

#endif
