#include "validate/groups/banding.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/rows.h"
#include "validate/audit/signals.h"

enum { STRIP = 256 }; /* rows that are coded at once */

static enum assay_status no_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "searching blind spots");
}

/* ---- numbers by row ---- */

static bool is_signal(const struct assay_row_numbers *numbers)
{
    return numbers->value == NULL && numbers->column == NULL;
}

/* Rows first .. first + n - 1 as numbers, NaN where there is none. */
static void take_numbers(const struct assay_row_numbers *numbers, size_t first, size_t n, double out[STRIP])
{
    float s[STRIP];
    unsigned char missing[STRIP];
    if (numbers->value != NULL) {
        memcpy(out, numbers->value + first, n * sizeof *out);
        return;
    }
    if (numbers->column != NULL) {
        for (size_t k = 0; k < n; k++)
            out[k] = assay_column_number(numbers->column, assay_audit_row(numbers->set, first + k));
        return;
    }
    assay_audit_signals(numbers->set, numbers->signal, first, n, s, missing);
    for (size_t k = 0; k < n; k++)
        out[k] = missing[k] ? (double)NAN : (double)s[k];
}

static void find_edges(const struct assay_row_numbers *numbers, size_t n, struct assay_bands *bands,
                       struct assay_condition_column *column)
{
    assay_bands_reset(bands);
    for (size_t first = 0; first < n; first += STRIP) {
        double value[STRIP];
        size_t some = n - first < STRIP ? n - first : STRIP;
        take_numbers(numbers, first, some, value);
        for (size_t k = 0; k < some; k++)
            if (!isnan(value[k]))
                assay_bands_add(bands, value[k]);
    }
    column->n_edge = assay_bands_edges(bands, ASSAY_CONDITION_BANDS, column->edge);
}

/* An edge at a time over the whole strip, which the compiler takes several rows at once. */
static void code_strip(const double value[restrict STRIP], const struct assay_condition_column *column,
                       size_t n, unsigned char out[])
{
    int64_t code[STRIP] = {0};
    int64_t none = (int64_t)column->n_edge + 1;
    for (size_t e = 0; e < column->n_edge; e++) {
        double edge = column->edge[e];
        for (size_t k = 0; k < STRIP; k++)
            code[k] += value[k] >= edge;
    }
    for (size_t k = 0; k < STRIP; k++)
        code[k] = isnan(value[k]) ? none : code[k];
    for (size_t k = 0; k < n; k++)
        out[k] = (unsigned char)code[k];
}

/* The same of floats, twice as many at once. at[e]: the least float that is not below edge e. */
static void code_floats(const float s[restrict STRIP], const unsigned char missing[restrict STRIP],
                        const float at[], size_t n_edge, unsigned char out[restrict STRIP])
{
    int32_t code[STRIP] = {0}, none = (int32_t)n_edge + 1;
    for (size_t e = 0; e < n_edge; e++) {
        float edge = at[e];
        for (size_t k = 0; k < STRIP; k++)
            code[k] += s[k] >= edge;
    }
    for (size_t k = 0; k < STRIP; k++)
        out[k] = (unsigned char)(missing[k] ? none : code[k]);
}

static void code_signal(const struct assay_row_numbers *numbers, size_t n, struct assay_condition_column *column)
{
    float at[sizeof column->edge / sizeof *column->edge];
    for (size_t e = 0; e < column->n_edge; e++) {
        at[e] = (float)column->edge[e];
        if ((double)at[e] < column->edge[e])
            at[e] = nextafterf(at[e], HUGE_VALF);
    }
    for (size_t first = 0; first < n; first += STRIP) {
        float s[STRIP] = {0.0F};
        unsigned char missing[STRIP] = {0}, code[STRIP];
        size_t some = n - first < STRIP ? n - first : STRIP;
        assay_audit_signals(numbers->set, numbers->signal, first, some, s, missing);
        code_floats(s, missing, at, column->n_edge, code);
        memcpy(column->code + first, code, some);
    }
}

static enum assay_status code_numbers(const struct assay_row_numbers *numbers, size_t n,
                                      struct assay_condition_column *column, struct assay_error *err)
{
    double value[STRIP] = {0.0};
    column->code = assay_rows_alloc(n, 1);
    if (column->code == NULL)
        return no_memory(err);
    if (is_signal(numbers)) {
        code_signal(numbers, n, column);
        return ASSAY_OK;
    }
    for (size_t first = 0; first < n; first += STRIP) {
        size_t some = n - first < STRIP ? n - first : STRIP;
        take_numbers(numbers, first, some, value);
        code_strip(value, column, some, column->code + first);
    }
    return ASSAY_OK;
}

/* ---- numbers that few cells have: the codes of a column, for a signal's points by cohort ---- */

struct cells {
    const uint16_t *code, *cohort; /* code: by row of the table; cohort: NULL where it does not matter */
    const struct assay_audit_set *set;
    size_t n_value, n;
    double *number;  /* [n] by cohort and code; NaN: none */
    uint32_t *times; /* [n] rows */
    unsigned char *band;
};

static void cells_clear(struct cells *cells)
{
    assay_rows_free(cells->number);
    assay_rows_free(cells->times);
    assay_rows_free(cells->band);
}

static bool has_cells(const struct assay_row_numbers *numbers)
{
    if (numbers->value != NULL)
        return false;
    if (numbers->column != NULL)
        return assay_column_is_coded(numbers->column) && numbers->column->n_value > 0;
    return !assay_audit_signal_is_plain(numbers->set, numbers->signal);
}

static bool make_cells(struct cells *cells)
{
    cells->number = assay_rows_alloc(cells->n, sizeof *cells->number);
    cells->times = assay_rows_alloc(cells->n, sizeof *cells->times);
    cells->band = assay_rows_alloc(cells->n, 1);
    return cells->number != NULL && cells->times != NULL && cells->band != NULL;
}

static bool cells_of_column(const struct assay_row_numbers *numbers, struct cells *cells)
{
    const struct assay_column *column = numbers->column;
    *cells = (struct cells){.code = column->number_codes,
                            .set = numbers->set,
                            .n_value = column->n_value,
                            .n = column->n_value};
    if (!make_cells(cells))
        return false;
    memcpy(cells->number, column->values, cells->n * sizeof *cells->number);
    return true;
}

static bool cells_of_signal(const struct assay_row_numbers *numbers, struct cells *cells)
{
    const struct assay_audit_points *points = &numbers->set->points[numbers->signal];
    *cells = (struct cells){.code = points->code,
                            .cohort = points->by_cohort ? numbers->set->cohort : NULL,
                            .set = numbers->set,
                            .n_value = points->n_value,
                            .n = points->n_node * points->n_value};
    if (!make_cells(cells))
        return false;
    for (size_t k = 0; k < cells->n; k++)
        cells->number[k] = isnan(points->value[k % points->n_value]) ? (double)NAN : (double)points->point[k];
    return true;
}

/* The cells of entries first .. first + n - 1. */
static void find_cells(const struct cells *cells, size_t first, size_t n, uint32_t cell[restrict STRIP])
{
    const uint16_t *code = cells->code + first, *cohort = cells->cohort;
    const size_t *row = cells->set->row;
    uint32_t n_value = (uint32_t)cells->n_value;
    if (row != NULL)
        for (size_t k = 0; k < n; k++)
            cell[k] = cells->code[row[first + k]];
    else if (n < STRIP)
        for (size_t k = 0; k < n; k++)
            cell[k] = code[k];
    else /* of a length that the compiler knows: several at once */
        for (size_t k = 0; k < STRIP; k++)
            cell[k] = code[k];
    for (size_t k = 0; cohort != NULL && k < n; k++)
        cell[k] += cohort[first + k] * n_value;
}

static void count_cells(const struct cells *cells, size_t n)
{
    for (size_t first = 0; first < n; first += STRIP) {
        uint32_t cell[STRIP];
        size_t some = n - first < STRIP ? n - first : STRIP;
        find_cells(cells, first, some, cell);
        for (size_t k = 0; k < some; k++)
            cells->times[cell[k]]++;
    }
}

static void find_cell_edges(const struct cells *cells, struct assay_bands *bands,
                            struct assay_condition_column *column)
{
    assay_bands_reset(bands);
    for (size_t k = 0; k < cells->n; k++)
        if (cells->times[k] > 0 && !isnan(cells->number[k]))
            assay_bands_add_times(bands, cells->number[k], cells->times[k]);
    column->n_edge = assay_bands_edges(bands, ASSAY_CONDITION_BANDS, column->edge);
}

static void code_cells(const struct cells *cells, size_t n, struct assay_condition_column *column)
{
    for (size_t c = 0; c < cells->n; c++) {
        size_t band = 0;
        while (band < column->n_edge && cells->number[c] >= column->edge[band])
            band++;
        cells->band[c] = (unsigned char)(isnan(cells->number[c]) ? column->n_edge + 1 : band);
    }
    for (size_t first = 0; first < n; first += STRIP) {
        uint32_t cell[STRIP];
        size_t some = n - first < STRIP ? n - first : STRIP;
        find_cells(cells, first, some, cell);
        for (size_t k = 0; k < some; k++)
            column->code[first + k] = cells->band[cell[k]];
    }
}

/* ---- either ---- */

/* The edges of the spec's bands, for tenure. */
static bool take_edges(const struct assay_cohort_spec *cohort, enum assay_condition_kind kind,
                       struct assay_condition_column *column)
{
    if (kind != ASSAY_IS_TENURE || cohort->n_band == 0)
        return false;
    column->n_edge = cohort->n_band;
    memcpy(column->edge, cohort->bands, cohort->n_band * sizeof *column->edge);
    return true;
}

static enum assay_status band_cells(const struct assay_row_numbers *numbers,
                                    const struct assay_cohort_spec *cohort, size_t n,
                                    struct assay_bands *bands, struct assay_condition_column *column,
                                    struct assay_error *err)
{
    struct cells cells;
    bool good = numbers->column != NULL ? cells_of_column(numbers, &cells) : cells_of_signal(numbers, &cells);
    if (good && !take_edges(cohort, column->kind, column)) {
        count_cells(&cells, n);
        find_cell_edges(&cells, bands, column);
    }
    if (good && column->n_edge > 0) {
        column->code = assay_rows_alloc(n, 1);
        good = column->code != NULL;
        if (good)
            code_cells(&cells, n, column);
    }
    cells_clear(&cells);
    return good ? ASSAY_OK : no_memory(err);
}

enum assay_status assay_numbers_band(const struct assay_row_numbers *numbers,
                                     const struct assay_cohort_spec *cohort, size_t n,
                                     struct assay_bands *bands, struct assay_condition_column *column,
                                     struct assay_error *err)
{
    if (has_cells(numbers))
        return band_cells(numbers, cohort, n, bands, column, err);
    if (!take_edges(cohort, column->kind, column))
        find_edges(numbers, n, bands, column);
    return column->n_edge > 0 ? code_numbers(numbers, n, column, err) : ASSAY_OK;
}
