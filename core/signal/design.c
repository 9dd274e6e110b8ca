#include "core/signal/design.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/block.h"
#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/signal/normalise.h"

enum assay_status assay_design_init(const struct assay_spec *spec, size_t n_row,
                                    struct assay_design *design, struct assay_error *err)
{
    size_t n_indicator = assay_indicator_count(spec);
    struct assay_design made = {.spec = spec,
                                .n_row = n_row,
                                .n_signal = spec->n_signal,
                                .n_column = spec->n_signal + n_indicator};
    made.x = assay_alloc(assay_block_size(n_row, made.n_column), sizeof *made.x);
    made.indicator_signal = assay_alloc(n_indicator, sizeof *made.indicator_signal);
    if (made.x == NULL || made.indicator_signal == NULL) {
        assay_design_clear(&made);
        return assay_fail_memory(err, "building the design");
    }
    for (size_t j = 0, k = 0; j < spec->n_signal; j++)
        if (spec->signals[j].missing == ASSAY_INDICATOR)
            made.indicator_signal[k++] = j;
    *design = made;
    return ASSAY_OK;
}

void assay_design_clear(struct assay_design *design)
{
    free(design->x);
    free(design->indicator_signal);
    free(design->holes);
    *design = (struct assay_design){0};
}

/* Points of every category of a signal's column, so that text is compared once a category. */
static enum assay_status category_points(const struct assay_signal_spec *signal,
                                         const struct assay_dictionary *dictionary, double **out,
                                         struct assay_error *err)
{
    size_t n = assay_dictionary_count(dictionary);
    double *points = assay_alloc(n, sizeof *points);
    if (points == NULL)
        return assay_fail_memory(err, "building the design");
    bool unknown;
    for (size_t c = 0; c < n; c++)
        points[c] = assay_normalise_category(
            signal, assay_dictionary_text(dictionary, (int32_t)c), &unknown);
    *out = points;
    return ASSAY_OK;
}

struct filling {
    struct assay_design *design;
    const struct assay_columns *columns;
    const struct assay_table *table;
    const struct assay_baseline *baselines;
    const uint16_t *leaf;
    double **points; /* [n_signal], NULL for numbers */
};

enum { TASK_BLOCKS = 16 };

/* One signal over a range of rows; missing values become the points that stand for them, holes 0.5, and
 * are marked in the indicator. */
static void fill_signal(const struct filling *f, size_t j, size_t indicator, size_t from, size_t to)
{
    struct assay_design *design = f->design;
    const struct assay_signal_spec *signal = &design->spec->signals[j];
    const struct assay_column *column = &f->table->columns[f->columns->signals[j]];
    double instead = assay_missing_points(signal) / 100;
    for (size_t i = from; i < to; i++) {
        double s;
        if (f->points[j] != NULL)
            s = column->codes[i] == ASSAY_NO_CODE ? (double)NAN : f->points[j][column->codes[i]];
        else
            s = assay_normalise_number(
                signal, signal->normalise.method == ASSAY_PERCENTILE
                            ? &f->baselines[j].knots[f->leaf[i]]
                            : NULL,
                column->numbers[i]);
        double *x = &design->x[assay_block_index(i, j, design->n_column)];
        *x = isnan(s) ? instead : s / 100;
        if (indicator != ASSAY_NO_COLUMN)
            design->x[assay_block_index(i, indicator, design->n_column)] = isnan(s);
    }
}

static void fill_task(void *state, size_t task)
{
    const struct filling *f = state;
    size_t from = task * TASK_BLOCKS * ASSAY_BLOCK_ROWS;
    size_t to = from + TASK_BLOCKS * ASSAY_BLOCK_ROWS;
    if (to > f->design->n_row)
        to = f->design->n_row;
    for (size_t j = 0, indicator = f->design->n_signal; j < f->design->n_signal; j++) {
        bool marked = f->design->spec->signals[j].missing == ASSAY_INDICATOR;
        fill_signal(f, j, marked ? indicator++ : ASSAY_NO_COLUMN, from, to);
    }
}

/* Whether what stands for a missing value depends on the weights. */
static bool leaves_holes(const struct assay_signal_spec *signal)
{
    return signal->missing == ASSAY_RENORMALISE || signal->missing == ASSAY_RENORMALISE_DIMENSION;
}

/* Whether the raw value of signal j in row i is missing (or a category nobody knows). */
static bool is_hole(const struct filling *f, size_t j, size_t i)
{
    const struct assay_column *column = &f->table->columns[f->columns->signals[j]];
    if (f->points[j] != NULL)
        return column->codes[i] == ASSAY_NO_CODE || isnan(f->points[j][column->codes[i]]);
    return isnan(column->numbers[i]);
}

static enum assay_status note_holes(const struct filling *f, struct assay_error *err)
{
    struct assay_design *design = f->design;
    bool any = false;
    for (size_t j = 0; j < design->n_signal; j++)
        any = any || leaves_holes(&design->spec->signals[j]);
    design->n_hole = 0;
    for (size_t i = 0; any && i < design->n_row; i++)
        for (size_t j = 0; j < design->n_signal; j++) {
            if (!leaves_holes(&design->spec->signals[j]) || !is_hole(f, j, i))
                continue;
            if (!assay_grow(&design->holes, &design->hole_capacity, design->n_hole + 1,
                            sizeof *design->holes))
                return assay_fail_memory(err, "building the design");
            design->holes[design->n_hole++] = (struct assay_hole){(uint32_t)i, (uint16_t)j};
        }
    return ASSAY_OK;
}

enum assay_status assay_design_fill(struct assay_design *design,
                                    const struct assay_columns *columns,
                                    const struct assay_table *table,
                                    const struct assay_baseline baselines[], const uint16_t leaf[],
                                    size_t n_thread, struct assay_error *err)
{
    struct filling f = {design, columns, table, baselines, leaf,
                        assay_alloc(design->n_signal, sizeof(double *))};
    enum assay_status status =
        f.points != NULL ? ASSAY_OK : assay_fail_memory(err, "building the design");
    for (size_t j = 0; status == ASSAY_OK && j < design->n_signal; j++)
        if (assay_signal_type(&design->spec->signals[j]) == ASSAY_TEXT)
            status = category_points(&design->spec->signals[j],
                                     table->columns[columns->signals[j]].dictionary, &f.points[j],
                                     err);
    if (status == ASSAY_OK) {
        size_t rows_a_task = (size_t)TASK_BLOCKS * ASSAY_BLOCK_ROWS;
        assay_parallel((design->n_row + rows_a_task - 1) / rows_a_task, n_thread, fill_task, &f);
        status = note_holes(&f, err);
    }
    for (size_t j = 0; f.points != NULL && j < design->n_signal; j++)
        free(f.points[j]);
    free(f.points);
    return status;
}

double assay_design_fill_holes(struct assay_design *design, const double weight[])
{
    double s[ASSAY_MAX_SIGNALS], largest = 0;
    for (size_t h = 0; h < design->n_hole;) {
        size_t row = design->holes[h].row, end = h;
        for (size_t j = 0; j < design->n_signal; j++)
            s[j] = 100 * design->x[assay_block_index(row, j, design->n_column)];
        for (; end < design->n_hole && design->holes[end].row == row; end++)
            s[design->holes[end].signal] = NAN;
        assay_composite(design->spec->signals, weight, design->n_signal, s, 1, NULL);
        for (; h < end; h++) {
            size_t j = design->holes[h].signal;
            double *x = &design->x[assay_block_index(row, j, design->n_column)];
            largest = fmax(largest, fabs(s[j] / 100 - *x));
            *x = s[j] / 100;
        }
    }
    return largest;
}
