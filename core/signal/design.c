#include "core/signal/design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/signal/normalise.h"

/* ---- shape ---- */

/* Everything but where the values are. */
static enum assay_status init_shape(const struct assay_spec *spec, size_t n_row,
                                    struct assay_design *design, struct assay_error *err)
{
    size_t n_indicator = assay_indicator_count(spec);
    struct assay_design made = {.spec = spec,
                                .n_row = n_row,
                                .n_signal = spec->n_signal,
                                .n_column = spec->n_signal + n_indicator};
    made.indicator_signal = assay_alloc(n_indicator, sizeof *made.indicator_signal);
    if (made.indicator_signal == NULL)
        return assay_fail_memory(err, "building the design");
    for (size_t j = 0, k = 0; j < spec->n_signal; j++)
        if (spec->signals[j].missing == ASSAY_INDICATOR)
            made.indicator_signal[k++] = j;
    *design = made;
    return ASSAY_OK;
}

static enum assay_status add_values(struct assay_design *design, struct assay_error *err)
{
    design->x = assay_rows_alloc(assay_block_size(design->n_row, design->n_column),
                                 sizeof *design->x);
    return design->x != NULL ? ASSAY_OK : assay_fail_memory(err, "building the design");
}

enum assay_status assay_design_init(const struct assay_spec *spec, size_t n_row,
                                    struct assay_design *design, struct assay_error *err)
{
    struct assay_design made = {0};
    enum assay_status status = init_shape(spec, n_row, &made, err);
    if (status == ASSAY_OK)
        status = add_values(&made, err);
    if (status != ASSAY_OK)
        assay_design_clear(&made);
    else
        *design = made;
    return status;
}

static void clear_lookups(struct assay_design *design)
{
    for (size_t j = 0; design->lookups != NULL && j < design->n_signal; j++)
        assay_lookup_clear(&design->lookups[j]);
    free(design->lookups);
    design->lookups = NULL;
}

void assay_design_clear(struct assay_design *design)
{
    clear_lookups(design);
    assay_rows_free(design->x);
    free(design->indicator_signal);
    assay_rows_free(design->holes);
    assay_rows_free(design->hole_value);
    *design = (struct assay_design){0};
}

/* ---- blocks ---- */

/* One signal in n rows: missing values become the points that stand for them, and are marked in the
 * indicator, where there is one. */
static void fill_signal(const struct assay_design *design, size_t j, size_t first, size_t n,
                        double out[], double indicator[])
{
    const struct assay_lookup *lookup = &design->lookups[j];
    double instead = assay_missing_points(&design->spec->signals[j]) / 100;
    assay_lookup_take(lookup, first, n, out);
    if (indicator != NULL)
        for (size_t r = 0; r < n; r++)
            indicator[r] = isnan(out[r]);
    for (size_t r = 0; lookup->gaps && r < n; r++)
        out[r] = isnan(out[r]) ? instead : out[r];
}

/* The first hole of a row at or behind this one. */
static size_t find_hole(const struct assay_design *design, size_t row)
{
    size_t low = 0, high = design->n_hole;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (design->holes[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A block by look-up; behind the last row stand zeros. */
static void fill_block(const void *state, size_t block, double out[])
{
    const struct assay_design *design = state;
    size_t first = block * ASSAY_BLOCK_ROWS, left = design->n_row - first, next = design->n_signal;
    size_t n = left < ASSAY_BLOCK_ROWS ? left : ASSAY_BLOCK_ROWS;
    if (n < ASSAY_BLOCK_ROWS)
        memset(out, 0, design->n_column * ASSAY_BLOCK_ROWS * sizeof *out);
    for (size_t j = 0; j < design->n_signal; j++) {
        bool marked = design->spec->signals[j].missing == ASSAY_INDICATOR;
        fill_signal(design, j, first, n, &out[j * ASSAY_BLOCK_ROWS],
                    marked ? &out[next++ * ASSAY_BLOCK_ROWS] : NULL);
    }
    assay_parallel_step();
    if (design->hole_value == NULL)
        return;
    for (size_t h = find_hole(design, first);
         h < design->n_hole && design->holes[h].row < first + n; h++)
        out[design->holes[h].signal * ASSAY_BLOCK_ROWS + design->holes[h].row - first] =
            design->hole_value[h];
}

enum { TASK_BLOCKS = 64 };

/* One signal in all rows of x. */
struct filling {
    struct assay_design *design;
    size_t signal, indicator; /* columns; indicator 0: none */
};

static void fill_task(void *state, size_t task)
{
    const struct filling *f = state;
    const struct assay_design *design = f->design;
    size_t from = task * TASK_BLOCKS * ASSAY_BLOCK_ROWS;
    size_t to = from + TASK_BLOCKS * ASSAY_BLOCK_ROWS;
    for (size_t i = from; i < to && i < design->n_row; i += ASSAY_BLOCK_ROWS) {
        size_t left = design->n_row - i, n = left < ASSAY_BLOCK_ROWS ? left : ASSAY_BLOCK_ROWS;
        fill_signal(design, f->signal, i, n,
                    &design->x[assay_block_index(i, f->signal, design->n_column)],
                    f->indicator == 0
                        ? NULL
                        : &design->x[assay_block_index(i, f->indicator, design->n_column)]);
    }
}

/* ---- holes ---- */

/* Whether what stands for a missing value depends on the weights. */
static bool leaves_holes(const struct assay_design *design, size_t j)
{
    enum assay_missing_policy missing = design->spec->signals[j].missing;
    return design->lookups[j].gaps &&
           (missing == ASSAY_RENORMALISE || missing == ASSAY_RENORMALISE_DIMENSION);
}

static enum assay_status note_holes_of_row(struct assay_design *design, size_t row,
                                           struct assay_error *err)
{
    for (size_t j = 0; j < design->n_signal; j++) {
        double s;
        if (!leaves_holes(design, j))
            continue;
        assay_lookup_take(&design->lookups[j], row, 1, &s);
        if (!isnan(s))
            continue;
        if (!assay_rows_grow(&design->holes, &design->hole_capacity, design->n_hole + 1,
                             sizeof *design->holes))
            return assay_fail_memory(err, "building the design");
        design->holes[design->n_hole++] = (struct assay_hole){(uint32_t)row, (uint16_t)j};
    }
    return ASSAY_OK;
}

static enum assay_status note_holes(struct assay_design *design, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    bool any = false;
    for (size_t j = 0; j < design->n_signal; j++)
        any = any || leaves_holes(design, j);
    design->n_hole = 0;
    for (size_t i = 0; status == ASSAY_OK && any && i < design->n_row; i++)
        status = note_holes_of_row(design, i, err);
    return status;
}

/* Without x holes have values of their own. */
static enum assay_status keep_hole_values(struct assay_design *design, struct assay_error *err)
{
    if (design->n_hole == 0)
        return ASSAY_OK;
    design->hole_value = assay_rows_alloc(design->n_hole, sizeof *design->hole_value);
    if (design->hole_value == NULL)
        return assay_fail_memory(err, "building the design");
    for (size_t h = 0; h < design->n_hole; h++)
        design->hole_value[h] = ASSAY_NEUTRAL_POINTS / 100;
    return ASSAY_OK;
}

/* The values of a hole's row as the points that they are, and back. */
static void take_row(const struct assay_design *design, size_t row, double s[])
{
    assay_design_row(design, row, s);
    for (size_t j = 0; j < design->n_signal; j++)
        s[j] *= 100;
}

static double *hole_place(struct assay_design *design, size_t h)
{
    return design->x == NULL
               ? &design->hole_value[h]
               : &design->x[assay_block_index(design->holes[h].row, design->holes[h].signal,
                                              design->n_column)];
}

double assay_design_fill_holes(struct assay_design *design, const double weight[])
{
    double s[2 * ASSAY_MAX_SIGNALS], largest = 0;
    for (size_t h = 0; h < design->n_hole;) {
        size_t row = design->holes[h].row, end = h;
        take_row(design, row, s);
        for (; end < design->n_hole && design->holes[end].row == row; end++)
            s[design->holes[end].signal] = NAN;
        assay_composite(design->spec->signals, weight, design->n_signal, s, 1, NULL);
        for (; h < end; h++) {
            double *x = hole_place(design, h), value = s[design->holes[h].signal] / 100;
            largest = fmax(largest, fabs(value - *x));
            *x = value;
        }
    }
    return largest;
}

/* ---- making ---- */

static enum assay_status add_lookups(struct assay_design *design, struct assay_error *err)
{
    design->lookups = assay_alloc(design->n_signal, sizeof *design->lookups);
    return design->lookups != NULL ? ASSAY_OK : assay_fail_memory(err, "building the design");
}

static enum assay_status make_lookup(struct assay_design *design,
                                     const struct assay_design_source *source, size_t j,
                                     struct assay_error *err)
{
    struct assay_lookup_source of = {
        .signal = &design->spec->signals[j],
        .column = &source->table->columns[source->columns->signals[j]],
        .baseline = &source->baselines[j],
        .leaf = source->leaf,
        .ties = source->ties != NULL && source->ties[j].n_tie > 0 ? &source->ties[j] : NULL,
        .n_row = design->n_row,
        .n_thread = source->n_thread};
    return assay_lookup_init(&of, &design->lookups[j], err);
}

static enum assay_status make_lookups(struct assay_design *design,
                                      const struct assay_design_source *source,
                                      struct assay_error *err)
{
    enum assay_status status = add_lookups(design, err);
    for (size_t j = 0; status == ASSAY_OK && j < design->n_signal; j++)
        status = make_lookup(design, source, j, err);
    if (status == ASSAY_OK)
        status = note_holes(design, err);
    return status == ASSAY_OK ? keep_hole_values(design, err) : status;
}

/* Fills x by look-ups, one signal after the other: each may be as long as the table. */
static enum assay_status fill_values(struct assay_design *design,
                                     const struct assay_design_source *source,
                                     struct assay_error *err)
{
    size_t rows_a_task = (size_t)TASK_BLOCKS * ASSAY_BLOCK_ROWS, next = design->n_signal;
    size_t n_task = (design->n_row + rows_a_task - 1) / rows_a_task;
    enum assay_status status = add_lookups(design, err);
    for (size_t j = 0; status == ASSAY_OK && j < design->n_signal; j++) {
        bool marked = design->spec->signals[j].missing == ASSAY_INDICATOR;
        struct filling filling = {design, j, marked ? next++ : 0};
        status = make_lookup(design, source, j, err);
        if (status == ASSAY_OK)
            assay_parallel(n_task, source->n_thread, fill_task, &filling);
        if (!leaves_holes(design, j))
            assay_lookup_clear(&design->lookups[j]);
    }
    if (status == ASSAY_OK)
        status = note_holes(design, err);
    clear_lookups(design);
    return status;
}

enum assay_status assay_design_fill(struct assay_design *design,
                                    const struct assay_columns *columns,
                                    const struct assay_table *table,
                                    const struct assay_baseline baselines[], const uint16_t leaf[],
                                    size_t n_thread, struct assay_error *err)
{
    struct assay_design_source source = {columns, table, baselines, leaf, NULL, n_thread};
    return fill_values(design, &source, err);
}

/* Where no column is coded, look-ups would take as much room as x, and make every block twice. */
static bool any_is_coded(const struct assay_spec *spec, const struct assay_design_source *source)
{
    for (size_t j = 0; j < spec->n_signal; j++) {
        const struct assay_column *column = &source->table->columns[source->columns->signals[j]];
        if (assay_column_is_coded(column))
            return true;
    }
    return false;
}

enum assay_status assay_design_make(const struct assay_spec *spec,
                                    const struct assay_design_source *source,
                                    struct assay_design *design, struct assay_error *err)
{
    struct assay_design made = {0};
    enum assay_status status = init_shape(spec, source->table->n_row, &made, err);
    if (status == ASSAY_OK && any_is_coded(spec, source)) {
        status = make_lookups(&made, source, err);
    } else if (status == ASSAY_OK) {
        status = add_values(&made, err);
        if (status == ASSAY_OK)
            status = fill_values(&made, source, err);
    }
    if (status != ASSAY_OK)
        assay_design_clear(&made);
    else
        *design = made;
    return status;
}

/* ---- reading ---- */

const double *assay_design_block(const struct assay_design *design, size_t block, double buffer[])
{
    if (design->x != NULL)
        return design->x + block * design->n_column * ASSAY_BLOCK_ROWS;
    fill_block(design, block, buffer);
    return buffer;
}

/* The holes of one signal among n values from `first` on. */
static void patch_column(const struct assay_design *design, size_t column, size_t first, size_t n,
                         double out[])
{
    for (size_t h = find_hole(design, first);
         h < design->n_hole && design->holes[h].row < first + n; h++)
        if (design->holes[h].signal == column)
            out[design->holes[h].row - first] = design->hole_value[h];
}

const double *assay_design_column(const struct assay_design *design, size_t column, size_t first,
                                  size_t n, double buffer[])
{
    if (design->x != NULL)
        return &design->x[assay_block_index(first, column, design->n_column)];
    if (column < design->n_signal) {
        fill_signal(design, column, first, n, buffer, NULL);
        if (design->hole_value != NULL)
            patch_column(design, column, first, n, buffer);
        return buffer;
    }
    assay_lookup_take(&design->lookups[design->indicator_signal[column - design->n_signal]], first, n,
                      buffer);
    for (size_t r = 0; r < n; r++)
        buffer[r] = isnan(buffer[r]);
    return buffer;
}

void assay_design_row(const struct assay_design *design, size_t row, double out[])
{
    for (size_t j = 0; j < design->n_column; j++)
        out[j] = *assay_design_column(design, j, row, 1, &out[j]);
}

struct assay_block_source assay_design_blocks(const struct assay_design *design)
{
    return (struct assay_block_source){fill_block, design};
}
