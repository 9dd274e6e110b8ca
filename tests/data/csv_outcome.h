/* csv_outcome.h - everything that a reading of a CSV gives, and whether two readings gave the same
 *
 * One reading is made by libcsv alone, in one slab and one thread; the others must not differ from it in anything.
 */
#ifndef ASSAY_TESTS_DATA_CSV_OUTCOME_H
#define ASSAY_TESTS_DATA_CSV_OUTCOME_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/csv_tuning.h"

/* How a file is read. */
struct way {
    struct assay_csv_tuning tuning;
    size_t n_thread, step, max_field;
    const char *rejects; /* path, or NULL */
};

struct outcome {
    enum assay_status status;
    struct assay_error err;
    struct assay_csv *csv; /* NULL: not opened */
    struct assay_table table;
    size_t trace; /* of the counts after each step; the same for the same step */
};

/* One column of each type, and of each in another mood, as far as the header goes. */
static inline size_t outcome_requests(const struct assay_csv *csv,
                                      struct assay_column_request requests[8])
{
    static const enum assay_column_type types[] = {ASSAY_TEXT, ASSAY_NUMBER, ASSAY_DATE,
                                                   ASSAY_FLAG, ASSAY_NUMBER, ASSAY_TEXT};
    size_t n = 0;
    for (size_t k = 0; k < assay_csv_header_count(csv) && k < 6; k++)
        requests[n++] = (struct assay_column_request){.column = assay_csv_header(csv, k),
                                                      .type = types[k],
                                                      .what = "signal \"s\"",
                                                      .required = k == 3 || k == 5,
                                                      .lenient = k == 4};
    for (size_t k = 0; k < n && k < 2; k++) { /* the same fields once more, as something else */
        requests[n + k] = requests[k];
        requests[n + k].type = k == 0 ? ASSAY_NUMBER : ASSAY_TEXT;
        requests[n + k].lenient = true;
    }
    return n + (n < 2 ? n : 2);
}

static inline void outcome_read(const char *name, const char *bytes, size_t length,
                                const struct way *way, struct outcome *out)
{
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_column_request requests[8];
    bool more = true;
    options.n_thread = way->n_thread;
    options.max_field = way->max_field;
    options.rejects = way->rejects;
    *out = (struct outcome){0};
    out->status = assay_csv_open_memory(name, bytes, length, &options, &out->csv, &out->err);
    if (out->status != ASSAY_OK)
        return;
    assay_csv_tune(out->csv, &way->tuning);
    size_t n = outcome_requests(out->csv, requests);
    out->status = assay_csv_select(out->csv, requests, n, &out->table, &out->err);
    while (out->status == ASSAY_OK && more) {
        out->status = assay_csv_read(out->csv, &out->table, way->step, &more, &out->err);
        out->trace = 1000003 * out->trace + assay_csv_record_count(out->csv);
        out->trace = 1000003 * out->trace + assay_csv_reject_count(out->csv) + out->table.n_row;
    }
}

static inline void outcome_clear(struct outcome *out)
{
    assay_csv_close(out->csv);
    assay_table_clear(&out->table);
}

static inline bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline bool same_column(const struct assay_column *a, const struct assay_column *b, size_t n)
{
    if (a->n_unreadable != b->n_unreadable)
        return false;
    switch (a->type) {
    case ASSAY_NUMBER:
        return n == 0 || memcmp(a->numbers, b->numbers, n * sizeof *a->numbers) == 0;
    case ASSAY_DATE:
        return n == 0 || memcmp(a->dates, b->dates, n * sizeof *a->dates) == 0;
    case ASSAY_FLAG:
        return n == 0 || memcmp(a->flags, b->flags, n * sizeof *a->flags) == 0;
    case ASSAY_TEXT:
        break;
    }
    size_t n_text = assay_dictionary_count(a->dictionary);
    bool same = n_text == assay_dictionary_count(b->dictionary) &&
                (n == 0 || memcmp(a->codes, b->codes, n * sizeof *a->codes) == 0);
    for (size_t k = 0; k < n_text && same; k++)
        same = same_text(assay_dictionary_text(a->dictionary, (int32_t)k),
                         assay_dictionary_text(b->dictionary, (int32_t)k));
    return same;
}

/* What differs first, or NULL. */
static inline const char *outcome_difference(const struct outcome *a, const struct outcome *b)
{
    if (a->status != b->status || !same_text(a->err.message, b->err.message) ||
        !same_text(a->err.hint, b->err.hint))
        return "the error";
    if (a->table.n_row != b->table.n_row || a->table.n_column != b->table.n_column)
        return "the number of rows";
    for (size_t i = 0; i < a->table.n_row; i++)
        if (assay_table_line(&a->table, i) != assay_table_line(&b->table, i))
            return "a line";
    for (size_t k = 0; k < a->table.n_column; k++)
        if (!same_column(&a->table.columns[k], &b->table.columns[k], a->table.n_row))
            return a->table.columns[k].name;
    if (a->csv == NULL)
        return NULL;
    if (assay_csv_record_count(a->csv) != assay_csv_record_count(b->csv) ||
        assay_csv_reject_count(a->csv) != assay_csv_reject_count(b->csv) ||
        memcmp(assay_csv_rejects_by_reason(a->csv), assay_csv_rejects_by_reason(b->csv),
               ASSAY_REJECT_REASONS * sizeof(size_t)) != 0)
        return "a count";
    for (size_t k = 0; k < ASSAY_REJECTS_SHOWN; k++)
        if (!same_text(assay_csv_reject_message(a->csv, k), assay_csv_reject_message(b->csv, k)))
            return "a message";
    char one[ASSAY_SHA256_TEXT_SIZE], other[ASSAY_SHA256_TEXT_SIZE];
    assay_csv_sha256(a->csv, one);
    assay_csv_sha256(b->csv, other);
    return same_text(one, other) ? NULL : "the fingerprint";
}

#endif
