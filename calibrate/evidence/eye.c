#include "calibrate/evidence/eye.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
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

enum { STRIP = 1 << 16 };

enum { CHUNKS = 64 };

struct finding {
    const struct assay_history *history;
    size_t start[CHUNKS + 1]; /* of a chunk's events, once they are counted */
    uint32_t *row;
};

static size_t chunk_start(const struct finding *f, size_t chunk)
{
    return f->history->n_row / CHUNKS * chunk + f->history->n_row % CHUNKS * chunk / CHUNKS;
}

static void count_chunk(void *state, size_t chunk)
{
    struct finding *f = state;
    size_t n = 0;
    for (size_t i = chunk_start(f, chunk); i < chunk_start(f, chunk + 1); i++)
        n += f->history->used[i] & f->history->outcome[i];
    f->start[chunk + 1] = n;
}

static void list_chunk(void *state, size_t chunk)
{
    const struct finding *f = state;
    size_t k = f->start[chunk];
    for (size_t i = chunk_start(f, chunk); i < chunk_start(f, chunk + 1); i++)
        if (f->history->used[i] & f->history->outcome[i])
            f->row[k++] = (uint32_t)i;
}

enum assay_status assay_events_find(const struct assay_history *history, struct assay_events *events,
                                    struct assay_error *err)
{
    struct finding f = {.history = history};
    assay_parallel(CHUNKS, history->n_thread, count_chunk, &f);
    for (size_t c = 0; c < CHUNKS; c++)
        f.start[c + 1] += f.start[c];
    f.row = assay_rows_alloc(f.start[CHUNKS], sizeof *f.row);
    if (f.row == NULL)
        return assay_fail_memory(err, "checking signals");
    assay_parallel(CHUNKS, history->n_thread, list_chunk, &f);
    *events = (struct assay_events){.row = f.row, .n = f.start[CHUNKS]};
    return ASSAY_OK;
}

void assay_events_clear(struct assay_events *events)
{
    assay_rows_free(events->row);
    *events = (struct assay_events){0};
}

/* How often a code comes. */
struct count {
    uint32_t *rows, *events;
};

static void count_numbers(const uint16_t *restrict code, const unsigned char *restrict used, size_t n,
                          const struct assay_events *events, struct count count)
{
    uint32_t *restrict rows = count.rows;
    for (size_t first = 0, k = 0; first < n; first += STRIP) {
        size_t end = n - first < STRIP ? n : first + STRIP;
        for (size_t i = first; i < end; i++)
            rows[code[i]] += used[i];
        for (; k < events->n && events->row[k] < end; k++)
            count.events[code[events->row[k]]]++;
        assay_parallel_step();
    }
}

/* A missing text counts behind all others. */
static void count_texts(const int32_t code[], const unsigned char used[], size_t n,
                        const struct assay_events *events, size_t n_text, struct count count)
{
    for (size_t i = 0; i < n; i++) {
        count.rows[code[i] == ASSAY_NO_CODE ? n_text : (size_t)code[i]] += used[i];
        assay_parallel_row(i);
    }
    for (size_t k = 0; k < events->n; k++) {
        int32_t text = code[events->row[k]];
        count.events[text == ASSAY_NO_CODE ? n_text : (size_t)text]++;
    }
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

static enum assay_status take_levels(const struct assay_eye *eye, size_t n, struct count count,
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
        struct level level = {value, {count.rows[c] - count.events[c], count.events[c]}};
        for (int event = 0; event < 2 && isnan(value); event++)
            made.missing[event] += level.count[event];
        if (!isnan(value))
            list[made.n++] = level;
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

enum assay_status assay_levels_count(const struct assay_eye *eye, const struct assay_events *events,
                                     bool *known, struct assay_levels *levels,
                                     struct assay_error *err)
{
    const struct assay_history *history = eye->history;
    const struct assay_column *column = eye->column;
    *known = eye->points != NULL || column->numbers == NULL;
    if (!*known)
        return ASSAY_OK;
    size_t n = eye->points != NULL ? assay_dictionary_count(column->dictionary) : column->n_value;
    uint32_t *counts = assay_alloc(2 * (n + 1), sizeof *counts);
    if (counts == NULL)
        return assay_fail_memory(err, "checking signals");
    struct count count = {counts, counts + n + 1};
    if (eye->points != NULL)
        count_texts(column->codes, history->used, history->n_row, events, n, count);
    else
        count_numbers(column->number_codes, history->used, history->n_row, events, count);
    enum assay_status status = take_levels(eye, n, count, levels, err);
    free(counts);
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
