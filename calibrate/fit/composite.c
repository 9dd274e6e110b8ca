#include "calibrate/fit/composite.h"

#include <string.h>

#include "core/base/rows.h"

enum assay_status assay_composite_init(const struct assay_array_data *design, size_t n_signal,
                                       struct assay_composite *composite, struct assay_error *err)
{
    size_t n = 1 + design->n_column - n_signal;
    double *x = assay_rows_alloc(assay_block_size(design->n_row, n), sizeof *x);
    if (x == NULL)
        return assay_fail_memory(err, "weighing signals");
    *composite = (struct assay_composite){.n_column = n, .x = x};
    return ASSAY_OK;
}

void assay_composite_clear(struct assay_composite *composite)
{
    assay_rows_free(composite->x);
    *composite = (struct assay_composite){0};
}

static void fill_block(void *state, size_t first, size_t n, const double *x)
{
    const struct assay_composite_filling *f = state;
    double *into = f->composite->x + assay_block_index(first, 0, f->composite->n_column);
    for (size_t j = 0; j < f->n_signal; j++)
        for (size_t i = 0; i < n; i++)
            into[i] = (j == 0 ? 0 : into[i]) + f->weight[j] * x[j * ASSAY_BLOCK_ROWS + i];
    for (size_t k = 1; k < f->composite->n_column; k++)
        memcpy(into + k * ASSAY_BLOCK_ROWS, x + (f->n_signal + k - 1) * ASSAY_BLOCK_ROWS,
               n * sizeof *x);
}

enum assay_status assay_composite_fill(const struct assay_array_data *design, size_t n_signal,
                                       const double weight[], struct assay_composite *composite,
                                       struct assay_error *err)
{
    struct assay_composite_filling f = {
        .n_signal = n_signal, .weight = weight, .composite = composite};
    return assay_blocks_visit(design, fill_block, &f, err);
}

struct assay_also assay_composite_also(struct assay_composite_filling *filling)
{
    return (struct assay_also){fill_block, filling};
}

struct assay_array_data assay_composite_data(const struct assay_array_data *design,
                                             const struct assay_composite *composite)
{
    struct assay_array_data data = *design;
    data.x = composite->x;
    data.n_column = composite->n_column;
    return data;
}
