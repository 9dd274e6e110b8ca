/* xlsx_plan.h - where everything stands in the workbook
 *
 * Sheets refer to each other's cells, so all positions are decided here before anything is written.
 * Rows and columns count from 0, as libxlsxwriter has them; ASSAY_XLSX_NONE: the model has no use for it.
 *
 * An account is a row of the sheet Accounts, and an example one of Self-test, with the same columns:
 *
 *   id, as_of, inputs       typed in or from the data
 *   the working             grouped and closed: rows of lookup tables, points before missing ones are
 *                           filled in, and what these are filled in with
 *   cohort, signals 0-100, composite, rounded dimensions, log-odds, score, probability, zone, note
 */
#ifndef ASSAY_RELEASE_EXPORT_XLSX_PLAN_H
#define ASSAY_RELEASE_EXPORT_XLSX_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/model/model.h"

#define ASSAY_XLSX_NONE        ((size_t)-1)
#define ASSAY_XLSX_MAX_ROWS    ((size_t)1048576)
#define ASSAY_XLSX_MAX_COLUMNS ((size_t)16384)
#define ASSAY_XLSX_MAX_FORMULA ((size_t)8192)

/* Columns whose place is the same on every sheet of their kind. */
enum {
    ASSAY_XLSX_ACCOUNT_HEADS = 3, /* row of the columns' names; accounts follow */
    ASSAY_XLSX_ACCOUNT_TOP,
    ASSAY_XLSX_BASELINE_TOP = 4, /* Baselines: signal, method, cohort, value, points */
    ASSAY_XLSX_METHOD = 1,
    ASSAY_XLSX_VALUE = 3,
    ASSAY_XLSX_POINTS,
    ASSAY_XLSX_SET_NAMES = 3, /* Weights: whose the columns from ASSAY_XLSX_SETS on are */
    ASSAY_XLSX_INTERCEPT,
    ASSAY_XLSX_SLOPE,
    ASSAY_XLSX_WEIGHT_HEADS,
    ASSAY_XLSX_WEIGHT_TOP,         /* a signal a row */
    ASSAY_XLSX_PUT = 4,            /* points that stand for a missing value */
    ASSAY_XLSX_TERM,               /* what a missing value adds to the log-odds */
    ASSAY_XLSX_SETS,               /* weight and coefficient, of all and then of each segment */
    ASSAY_XLSX_ZONE_TOP = 4,       /* Zones: name, from */
    ASSAY_XLSX_LOOKUP_SIGNALS = 2, /* Lookup: label, one figure, then a signal a column */
};

/* A column of inputs. A model's input that serves as text and as number has two. */
struct assay_xlsx_input {
    size_t input; /* in model->inputs */
    bool is_number;
};

/* A row of Accounts: columns; blocks have their first. */
struct assay_xlsx_columns {
    size_t id, as_of, inputs;
    size_t node, set, line,
        unknown;    /* cohort node; rows of segment weights and line; new categories */
    size_t raw;     /* [n_signal] points, "" where missing */
    size_t average; /* [n_dimension] of a dimension's signals that step 1 leaves with points */
    size_t waiting; /* [n_dimension] weight of those that take the average */
    size_t rest;    /* what step 3 fills in */
    size_t cohort, filled, composite;
    size_t rounded; /* [n_dimension] */
    size_t log_odds, score, probability, zone, note;
    size_t n;
};

struct assay_xlsx_plan {
    const struct assay_model *model; /* borrowed */
    size_t n_signal, n_dimension;
    size_t *dimension;       /* [n_signal] */
    const char **dimensions; /* [n_dimension] names, the model's */
    struct assay_xlsx_input *inputs;
    size_t n_input;
    size_t *position;  /* [n_signal] column with the row of Baselines that an account uses */
    size_t *of_signal; /* [n_signal] column of its input */
    size_t plan, tenure, models_by, line_by; /* columns of inputs */
    struct assay_xlsx_columns at;

    size_t n_set, n_line; /* 1 + segments that have weights, a line of their own */
    bool follows;         /* each coefficient is its weight times the sum of the coefficients */
    size_t factor_row,
        line_row; /* Zones: points that halve the odds; the line of all, then segments */

    size_t *baseline;    /* [n_signal] first row on Baselines */
    size_t **knots;      /* [n_signal] [n_node] first row of a cohort's; NULL: another method */
    size_t baseline_end; /* row behind the last */

    /* Lookup: first rows */
    size_t weight, coef, term, put, later, within, drop;
    size_t mask, share; /* [n_dimension] rows; the row of their weights, a dimension a column */
    size_t first,
        last; /* [n_node] rows: first knot and last but one, as rows of Baselines from 1 */
    size_t edges, grid, n_plan; /* tenure bands; nodes of everybody and of each plan */
    size_t segments;            /* names of those that have weights of their own */
};

/*   ASSAY_EDATA  more columns or rows than a sheet has room for; rows: of accounts */
ASSAY_MUST_CHECK enum assay_status assay_xlsx_plan_init(const struct assay_model *model,
                                                        size_t rows, struct assay_xlsx_plan *plan,
                                                        struct assay_error *err);
void assay_xlsx_plan_clear(struct assay_xlsx_plan *plan);

/* Whether a signal's points stand on Baselines row by row, so that an account has a position there. */
bool assay_xlsx_has_position(const struct assay_signal_spec *signal);

/* Whether some edge is to be read as "above", not as "from" (digits.h). */
bool assay_xlsx_steps_above(const struct assay_normalise_spec *normalise);
bool assay_xlsx_zones_above(const struct assay_spec *spec);

/* A baseline takes two rows at least: one knot is written twice, the second time above. */
size_t assay_xlsx_knot_rows(const struct assay_knots *knots);

/* Set of weights, or line, of an account, from 0: that of all. */
size_t assay_xlsx_set_of(const struct assay_model *model,
                         const struct assay_model_segment *weights);
size_t assay_xlsx_line_of(const struct assay_model *model,
                          const struct assay_model_segment_line *line);

#endif
