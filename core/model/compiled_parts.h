/* compiled_parts.h - what a compiled model is made of
 *
 * Internal to compiled.c, which makes the tables, and compiled_rows.c, which reads them.
 */
#ifndef ASSAY_CORE_MODEL_COMPILED_PARTS_H
#define ASSAY_CORE_MODEL_COMPILED_PARTS_H

#include "core/data/dictionary.h"
#include "core/model/compiled.h"

/* From a knot to the next: s + max((v / 2 - half) / width, 0) * rise, which is normalise.c's interpolation
 * with its differences taken beforehand. On the last knot, and on a step, rise is 0 and width 1. */
struct assay_knot {
    double half, width, s, rise;
};

/* A raw value to s by a piecewise curve, one for each cohort node or one for all. Every node has room for
 * `width` pieces, a power of two, so that a search takes the same steps in all of them: x is infinite
 * behind the last, whose knot is repeated. */
struct assay_curve {
    double *x; /* [n_node * width] where pieces begin; NULL: nodes are too unequal for that, and
                                 values go through assay_normalise_number() */
    struct assay_knot *knots; /* [n_node * width] */
    uint32_t width;
    unsigned n_halving; /* width is 2^n_halving */
    bool by_node;
};

struct assay_compiled_signal {
    enum assay_method method;
    bool by_category, lower; /* lower: s becomes 100 - s; range and none alone */
    size_t input;
    double low, span;         /* range */
    struct assay_curve curve; /* percentile, and steps of numbers */
    double *by_text; /* [n_text + 2] steps of categories: s, NaN where missing or not known */
    double filling;  /* what stands for a missing value; NaN where it depends on the others */
    bool drops;
    double missing_term;
    double *slope, *weight; /* [1 + n_segment_model]: of the common weights, of each segment's */
};

/* What the texts of an input lead to, by id: known texts are 0 .. n_text - 1, then comes any other, then
 * missing. Arrays [n_text + 2], NULL where the input does not serve that way. */
struct assay_compiled_input {
    struct assay_dictionary *texts; /* NULL: a number */
    size_t n_text;
    bool reads_number;
    uint32_t *plan;    /* row of `bands` */
    uint32_t *weights; /* as struct assay_block has them */
    double *line;
    uint32_t *flags; /* of all its parts together */
};

#define ASSAY_NO_INPUT ((size_t)-1)

struct assay_compiled {
    const struct assay_model *model; /* borrowed */
    size_t n_signal, n_input, n_band;
    struct assay_compiled_signal *signals;
    struct assay_compiled_input *inputs;
    size_t plan, tenure, models_by, line_by; /* inputs, or ASSAY_NO_INPUT */
    uint32_t *bands;   /* [plan][n_band + 2] cohort node; the last: no tenure. Plan 0: everybody */
    size_t n_plan;     /* rows of it */
    double *intercept; /* [1 + n_segment_model] */
    double line, factor; /* of the score: 50 + factor (line - log-odds) */
    bool by_row;         /* some policy or rounding looks at several signals of a row at once */
};

#endif
