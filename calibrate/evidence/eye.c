#include "calibrate/evidence/eye.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/normalise.h"

enum assay_status assay_eye_init(const struct assay_history *history, size_t signal,
                                 struct assay_eye *eye, struct assay_error *err)
{
    const struct assay_column *column = &history->table->columns[history->columns->signals[signal]];
    bool unknown = false;
    *eye = (struct assay_eye){.history = history, .column = column};
    if (column->type != ASSAY_TEXT)
        return ASSAY_OK;
    size_t n = assay_dictionary_count(column->dictionary);
    eye->points = assay_alloc(n, sizeof *eye->points);
    if (eye->points == NULL)
        return assay_fail_memory(err, "checking signals");
    for (size_t c = 0; c < n; c++)
        eye->points[c] = assay_normalise_category(
            &history->spec->signals[signal], assay_dictionary_text(column->dictionary, (int32_t)c),
            &unknown);
    return ASSAY_OK;
}

void assay_eye_clear(struct assay_eye *eye)
{
    free(eye->points);
    *eye = (struct assay_eye){0};
}

/* ---- counting ---- */

struct level {
    double value;
    size_t count[2];
};

static int by_value(const void *a, const void *b)
{
    const struct level *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

/* Counts of every code, then of missing texts: rows [n + 1]. */
static void count_codes(const struct assay_eye *eye, size_t n, size_t count[][2])
{
    const struct assay_history *history = eye->history;
    const struct assay_column *column = eye->column;
    for (size_t i = 0; eye->points == NULL && i < history->n_row; i++)
        if (history->used[i])
            count[column->number_codes[i]][history->outcome[i]]++;
    for (size_t i = 0; eye->points != NULL && i < history->n_row; i++)
        if (history->used[i])
            count[column->codes[i] == ASSAY_NO_CODE ? n : (size_t)column->codes[i]]
                 [history->outcome[i]]++;
}

/* In ascending order, equal values as one; what no row has goes. Returns how many are left. */
static size_t merge(struct level levels[], size_t n)
{
    size_t kept = 0;
    qsort(levels, n, sizeof *levels, by_value);
    for (size_t k = 0; k < n; k++) {
        if (kept > 0 && levels[kept - 1].value == levels[k].value) {
            levels[kept - 1].count[0] += levels[k].count[0];
            levels[kept - 1].count[1] += levels[k].count[1];
        } else if (levels[k].count[0] + levels[k].count[1] > 0) {
            levels[kept++] = levels[k];
        }
    }
    return kept;
}

static enum assay_status take_levels(const struct assay_eye *eye, size_t n, size_t count[][2],
                                     struct assay_levels *levels, struct assay_error *err)
{
    struct level *list = assay_alloc(n + 1, sizeof *list);
    struct assay_levels made = {.value = assay_alloc(n, sizeof *made.value),
                                .count = assay_alloc(n, sizeof *made.count)};
    if (list == NULL || made.value == NULL || made.count == NULL) {
        free(list);
        assay_levels_clear(&made);
        return assay_fail_memory(err, "checking signals");
    }
    for (size_t c = 0; c <= n; c++) {
        double value = c == n                ? (double)NAN
                       : eye->points != NULL ? eye->points[c]
                                             : eye->column->values[c];
        for (int event = 0; event < 2 && isnan(value); event++)
            made.missing[event] += count[c][event];
        if (!isnan(value))
            list[made.n++] = (struct level){value, {count[c][0], count[c][1]}};
    }
    made.n = merge(list, made.n);
    for (size_t k = 0; k < made.n; k++) {
        made.value[k] = list[k].value;
        memcpy(made.count[k], list[k].count, sizeof list[k].count);
    }
    free(list);
    *levels = made;
    return ASSAY_OK;
}

enum assay_status assay_levels_count(const struct assay_eye *eye, bool *known,
                                     struct assay_levels *levels, struct assay_error *err)
{
    *known = eye->points != NULL || eye->column->numbers == NULL;
    if (!*known)
        return ASSAY_OK;
    size_t n = eye->points != NULL ? assay_dictionary_count(eye->column->dictionary)
                                   : eye->column->n_value;
    size_t(*count)[2] = assay_alloc(n + 1, sizeof *count);
    if (count == NULL)
        return assay_fail_memory(err, "checking signals");
    count_codes(eye, n, count);
    enum assay_status status = take_levels(eye, n, count, levels, err);
    free(count);
    return status;
}

void assay_levels_clear(struct assay_levels *levels)
{
    free(levels->value);
    free(levels->count);
    *levels = (struct assay_levels){0};
}

/* ---- what they say ---- */

void assay_levels_total(const struct assay_levels *levels, size_t total[2])
{
    total[0] = total[1] = 0;
    for (size_t k = 0; k < levels->n; k++)
        for (int event = 0; event < 2; event++)
            total[event] += levels->count[k][event];
}

double assay_levels_auc(const struct assay_levels *levels)
{
    double below = 0, u = 0; /* counts of halves: exact */
    size_t total[2];
    assay_levels_total(levels, total);
    for (size_t k = 0; k < levels->n; k++) {
        double others = (double)levels->count[k][0];
        u += (double)levels->count[k][1] * (below + 0.5 * others);
        below += others;
    }
    return u / ((double)total[0] * (double)total[1]);
}

size_t assay_levels_pure(const struct assay_levels *levels, bool low_end)
{
    size_t pure = 0;
    for (size_t k = 0; k < levels->n; k++) {
        const size_t *count = levels->count[low_end ? k : levels->n - 1 - k];
        if (count[0] > 0)
            break;
        pure += count[1];
    }
    return pure;
}
