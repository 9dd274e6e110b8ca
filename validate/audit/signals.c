#include "validate/audit/signals.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/model/model.h"
#include "core/signal/normalise.h"

/* So few points for each row that they take less room than the rows' own, and stay near. */
enum { ROWS_A_POINT = 4 };

/* ---- points by value and cohort ---- */

static bool any_missing(const struct assay_column *column)
{
    size_t c = 0;
    while (c < column->n_value && !isnan(column->values[c]))
        c++;
    return c < column->n_value;
}

/* Whether a missing value gets points that depend on the row's other signals. */
static bool waits(const struct assay_signal_spec *signal, const struct assay_column *column)
{
    bool waiting =
        signal->missing == ASSAY_RENORMALISE || signal->missing == ASSAY_RENORMALISE_DIMENSION;
    return waiting && any_missing(column);
}

static bool is_by_cohort(const struct assay_signal_spec *signal)
{
    return signal->normalise.method == ASSAY_PERCENTILE;
}

static bool is_by_value(const struct assay_signal_spec *signal, const struct assay_column *column,
                        size_t n_node, size_t n)
{
    return assay_signal_type(signal) == ASSAY_NUMBER && assay_column_is_coded(column) &&
           column->n_value > 0 && n_node <= UINT16_MAX &&
           n / ROWS_A_POINT / n_node >= column->n_value && !waits(signal, column);
}

/* As the scorer has them (core/model/compiled_rows.c). */
static void fill_points(const struct assay_model *model, size_t j, size_t n_node,
                        struct assay_audit_points *points)
{
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    double filling = assay_missing_points(signal);
    for (size_t k = 0; k < n_node; k++) {
        const struct assay_knots *knots = points->by_cohort ? &model->baselines[j].knots[k] : NULL;
        for (size_t c = 0; c < points->n_value; c++) {
            double s = assay_normalise_number(signal, knots, points->value[c]);
            points->point[k * points->n_value + c] = (float)(isnan(s) ? filling : s);
        }
    }
}

enum assay_status assay_audit_points_make(const struct assay_audit_input *input, size_t n_signal,
                                          size_t n, struct assay_audit_set *set, bool *by_cohort,
                                          struct assay_error *err)
{
    const struct assay_model *model = input->model;
    *by_cohort = false;
    if (n_signal == 0)
        return ASSAY_OK;
    set->points = assay_alloc(n_signal, sizeof *set->points);
    for (size_t j = 0; set->points != NULL && j < n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_column *column =
            &input->intake->table.columns[input->intake->columns.signals[j]];
        struct assay_audit_points *points = &set->points[j];
        size_t n_node = is_by_cohort(signal) ? model->baselines[j].n_node : 1;
        if (!is_by_value(signal, column, n_node, n))
            continue;
        points->point = assay_rows_alloc(n_node * column->n_value, sizeof *points->point);
        if (points->point == NULL)
            return assay_fail_memory(err, "reading the audit's data");
        points->code = column->number_codes;
        points->value = column->values;
        points->n_value = column->n_value;
        points->n_node = n_node;
        points->gaps = any_missing(column);
        points->by_cohort = n_node > 1;
        *by_cohort |= points->by_cohort;
        fill_points(model, j, n_node, points);
    }
    return set->points != NULL ? ASSAY_OK : assay_fail_memory(err, "reading the audit's data");
}

void assay_audit_points_clear(struct assay_audit_set *set, size_t n_signal)
{
    for (size_t j = 0; set->points != NULL && j < n_signal; j++)
        assay_rows_free(set->points[j].point);
    free(set->points);
    set->points = NULL;
}

/* ---- strips of entries ---- */

/* Entries that are the table's rows. */
static void find_points(const struct assay_audit_points *points, const uint16_t code[],
                        const uint16_t cohort[], size_t n, float s[], unsigned char missing[])
{
    if (points->by_cohort)
        for (size_t k = 0; k < n; k++)
            s[k] = points->point[cohort[k] * points->n_value + code[k]];
    else
        for (size_t k = 0; k < n; k++)
            s[k] = points->point[code[k]];
    memset(missing, 0, n);
    for (size_t k = 0; points->gaps && k < n; k++)
        missing[k] = (unsigned char)(isnan(points->value[code[k]]) != 0);
}

void assay_audit_signals(const struct assay_audit_set *set, size_t j, size_t first, size_t n, float s[],
                         unsigned char missing[])
{
    if (assay_audit_signal_is_plain(set, j)) {
        memcpy(s, set->s[j] + first, n * sizeof *s);
        memcpy(missing, set->missing[j] + first, n);
    } else if (set->row == NULL) {
        const uint16_t *cohort = set->points[j].by_cohort ? set->cohort + first : NULL;
        find_points(&set->points[j], set->points[j].code + first, cohort, n, s, missing);
    } else {
        for (size_t k = 0; k < n; k++) {
            s[k] = (float)assay_audit_signal(set, j, first + k);
            missing[k] = assay_audit_missing(set, j, first + k);
        }
    }
}
