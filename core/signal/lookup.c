#include "core/signal/lookup.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/signal/normalise.h"

/* -0 and 0 are one value to whoever counts ties: nor may they differ here. */
static double share_of(double s)
{
    return s / 100 + 0.0;
}

/* Text is compared once a category. */
static void fill_by_text(const struct assay_lookup_source *source, size_t n, double table[])
{
    const struct assay_dictionary *texts = source->column->dictionary;
    bool unknown;
    table[0] = NAN;
    for (size_t c = 0; c + 1 < n; c++)
        table[c + 1] = share_of(assay_normalise_category(
            source->signal, assay_dictionary_text(texts, (int32_t)c), &unknown));
}

static const struct assay_knots *knots_of(const struct assay_lookup_source *source, size_t leaf)
{
    return source->signal->normalise.method == ASSAY_PERCENTILE ? &source->baseline->knots[leaf]
                                                                : NULL;
}

static void fill_by_tie(const struct assay_lookup_source *source, double table[])
{
    const struct assay_ties *ties = source->ties;
    for (size_t t = 0; t < ties->n_tie; t++)
        table[t] = share_of(assay_normalise_number(source->signal, knots_of(source, ties->leaf[t]),
                                                   ties->value[t]));
}

static void fill_by_code(const struct assay_lookup_source *source, size_t n_leaf, double table[])
{
    size_t n_value = source->column->n_value;
    for (size_t l = 0; l < n_leaf; l++)
        for (size_t c = 0; c < n_value; c++)
            table[l * n_value + c] = share_of(assay_normalise_number(
                source->signal, knots_of(source, l), source->column->values[c]));
}

/* ---- row by row ---- */

enum { TASK_ROWS = 4096 };

struct filling {
    const struct assay_lookup_source *source;
    double *table;
};

static void fill_task(void *state, size_t task)
{
    const struct filling *f = state;
    const struct assay_lookup_source *source = f->source;
    size_t from = task * TASK_ROWS;
    size_t to = from + TASK_ROWS < source->n_row ? from + TASK_ROWS : source->n_row;
    for (size_t i = from; i < to; i++)
        f->table[i] = share_of(assay_normalise_number(
            source->signal, knots_of(source, source->leaf != NULL ? source->leaf[i] : 0),
            assay_column_number(source->column, i)));
}

/* ---- the door ---- */

static size_t count_leaves(const struct assay_lookup_source *source)
{
    return source->signal->normalise.method == ASSAY_PERCENTILE ? source->baseline->n_node : 1;
}

/* How rows find their entry; returns how many entries there are. */
static size_t choose(const struct assay_lookup_source *source, struct assay_lookup *lookup)
{
    const struct assay_column *column = source->column;
    size_t n_leaf = count_leaves(source);
    if (column->type == ASSAY_TEXT) {
        lookup->text = column->codes;
        return assay_dictionary_count(column->dictionary) + 1;
    }
    if (source->ties != NULL && source->ties->tie != NULL) {
        lookup->code = source->ties->tie;
        return source->ties->n_tie;
    }
    if (column->numbers != NULL || column->n_value > ASSAY_MOST_TIES / n_leaf)
        return source->n_row;
    lookup->code = column->number_codes;
    lookup->leaf = n_leaf > 1 ? source->leaf : NULL;
    lookup->n_value = n_leaf > 1 ? column->n_value : 0;
    return column->n_value * n_leaf;
}

enum assay_status assay_lookup_init(const struct assay_lookup_source *source,
                                    struct assay_lookup *lookup, struct assay_error *err)
{
    struct assay_lookup made = {0};
    size_t n = made.n_entry = choose(source, &made);
    made.table = assay_rows_alloc(n, sizeof *made.table);
    if (made.table == NULL)
        return assay_fail_memory(err, "building the design");
    struct filling filling = {source, made.table};
    if (source->column->type == ASSAY_TEXT)
        fill_by_text(source, n, made.table);
    else if (made.code != NULL && made.code != source->column->number_codes)
        fill_by_tie(source, made.table);
    else if (made.code != NULL)
        fill_by_code(source, count_leaves(source), made.table);
    else
        assay_parallel((n + TASK_ROWS - 1) / TASK_ROWS, source->n_thread, fill_task, &filling);
    for (size_t t = 0; t < n && !made.gaps; t++)
        made.gaps = isnan(made.table[t]);
    *lookup = made;
    return ASSAY_OK;
}

void assay_lookup_clear(struct assay_lookup *lookup)
{
    assay_rows_free(lookup->table);
    *lookup = (struct assay_lookup){0};
}

/* ---- rows, four at a time ---- */

/* Number k of four that were read in one. */
static size_t one_of(uint64_t four, unsigned k)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    k = 3 - k;
#endif
    return four >> 16 * k & UINT16_MAX;
}

/* The codes behind these n: those of the next block, which is likely to be asked for next. Columns are many, and a
 * block is a short stretch of each: too short for a processor to see it coming. */
static void fetch_next(const uint16_t code[], size_t n)
{
    enum { CODES_A_LINE = 32 };
    uintptr_t next = (uintptr_t)(code + n);
    for (size_t k = 0; k + CODES_A_LINE <= n; k += CODES_A_LINE)
        __builtin_prefetch((const void *)(next + k * sizeof *code)); /* of what is not there: nothing */
}

static void take_by_code(const double table[], const uint16_t code[], size_t n, double out[])
{
    size_t r = 0;
    for (; r + 4 <= n; r += 4) {
        uint64_t codes;
        memcpy(&codes, code + r, sizeof codes);
        double a = table[one_of(codes, 0)], b = table[one_of(codes, 1)];
        double c = table[one_of(codes, 2)], d = table[one_of(codes, 3)];
        out[r] = a;
        out[r + 1] = b;
        out[r + 2] = c;
        out[r + 3] = d;
    }
    for (; r < n; r++)
        out[r] = table[code[r]];
}

static void take_by_place(const double table[], size_t n_value, const uint16_t code[],
                          const uint16_t leaf[], size_t n, double out[])
{
    for (size_t r = 0; r < n; r++)
        out[r] = table[leaf[r] * n_value + code[r]];
}

/* Places below 2^16, as most tables have them, are found eight or more at a time. */
static void take_by_leaf(const struct assay_lookup *lookup, size_t first, size_t n, double out[])
{
    enum { AT_ONCE = 256 };
    const uint16_t *code = lookup->code + first, *leaf = lookup->leaf + first;
    uint16_t place[AT_ONCE], n_value = (uint16_t)lookup->n_value;
    if (lookup->n_entry > UINT16_MAX) {
        take_by_place(lookup->table, lookup->n_value, code, leaf, n, out);
        return;
    }
    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t m = n - from < AT_ONCE ? n - from : AT_ONCE;
        for (size_t r = 0; r < m; r++)
            place[r] = (uint16_t)((unsigned)leaf[from + r] * n_value + code[from + r]);
        take_by_code(lookup->table, place, m, out + from);
    }
}

void assay_lookup_take(const struct assay_lookup *lookup, size_t first, size_t n, double out[])
{
    const double *table = lookup->table;
    if (lookup->code != NULL)
        fetch_next(lookup->code + first, n);
    if (lookup->text != NULL) {
        const int32_t *text = lookup->text + first;
        for (size_t r = 0; r < n; r++)
            out[r] = table[text[r] + 1];
    } else if (lookup->leaf != NULL) {
        take_by_leaf(lookup, first, n, out);
    } else if (lookup->code != NULL) {
        take_by_code(table, lookup->code + first, n, out);
    } else {
        memcpy(out, table + first, n * sizeof *out);
    }
}
