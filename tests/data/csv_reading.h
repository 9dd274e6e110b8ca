/* csv_reading.h - what the tests of the CSV reader share
 *
 * A reading is one file (or piece of memory) opened, selected from and read to its end. `wanted`
 * lists catalogue names, parted by blanks; see the catalogue for what each is to the caller.
 */
#ifndef ASSAY_TESTS_DATA_CSV_READING_H
#define ASSAY_TESTS_DATA_CSV_READING_H

#include <string.h>

#include "core/data/csv.h"
#include "tests/support/suite.h"

struct reading {
    struct assay_csv *csv;
    struct assay_table table;
    struct assay_error err;
    enum assay_status status;
};

static const struct assay_column_request catalogue[] = {
    {"account_id", ASSAY_TEXT, "id \"account_id\"", true, false},
    {"as_of", ASSAY_DATE, "as_of \"as_of\"", true, false},
    {"churned_on", ASSAY_DATE, "outcome \"churned_on\"", false, false},
    {"churned", ASSAY_FLAG, "outcome \"churned\"", true, false},
    {"renewed", ASSAY_FLAG, "renewal \"renewed\"", false, false},
    {"plan", ASSAY_TEXT, "plan \"plan\"", false, false},
    {"tickets_30d", ASSAY_NUMBER, "signal \"tickets_30d\"", false, false},
    {"arr", ASSAY_NUMBER, "value \"arr\"", true, false},
    {"logins_30d", ASSAY_NUMBER, "signal \"logins\"", false, false},
};

static inline size_t requests_of(const char *wanted, struct assay_column_request out[],
                                 size_t size)
{
    size_t n = 0;
    char words[256], *save = NULL;
    ck_assert_uint_lt(strlen(wanted), sizeof words);
    strcpy(words, wanted);
    char *word = strtok_r(words, " ", &save);
    for (; word != NULL; word = strtok_r(NULL, " ", &save)) {
        size_t k = 0;
        while (k < COUNT(catalogue) && strcmp(catalogue[k].column, word) != 0)
            k++;
        ck_assert_msg(k < COUNT(catalogue) && n < size, "\"%s\" is not in the catalogue", word);
        out[n++] = catalogue[k];
    }
    return n;
}

/* Makes no assertions, so that allocations may be made to fail meanwhile (Check allocates). */
static inline void reading_go_on(struct reading *reading,
                                 const struct assay_column_request requests[], size_t n,
                                 size_t max_row)
{
    if (reading->status == ASSAY_OK)
        reading->status =
            assay_csv_select(reading->csv, requests, n, &reading->table, &reading->err);
    bool more = true;
    while (reading->status == ASSAY_OK && more)
        reading->status =
            assay_csv_read(reading->csv, &reading->table, max_row, &more, &reading->err);
}

static inline struct reading read_memory(const char *name, const char *bytes, size_t length,
                                         const char *wanted,
                                         const struct assay_csv_options *options)
{
    struct assay_column_request requests[16];
    size_t n = requests_of(wanted, requests, COUNT(requests));
    struct reading reading = {0};
    struct assay_csv_options usual = assay_csv_options_default();
    reading.status = assay_csv_open_memory(name, bytes, length,
                                           options != NULL ? options : &usual, &reading.csv,
                                           &reading.err);
    reading_go_on(&reading, requests, n, 1000);
    return reading;
}

static inline struct reading read_text(const char *csv, const char *wanted)
{
    return read_memory("q3.csv", csv, strlen(csv), wanted, NULL);
}

static inline struct reading read_path(const char *path, const char *wanted)
{
    struct assay_column_request requests[16];
    size_t n = requests_of(wanted, requests, COUNT(requests));
    struct reading reading = {0};
    struct assay_csv_options options = assay_csv_options_default();
    reading.status = assay_csv_open(path, &options, &reading.csv, &reading.err);
    reading_go_on(&reading, requests, n, 1000);
    return reading;
}

static inline void reading_clear(struct reading *reading)
{
    assay_csv_close(reading->csv);
    assay_table_clear(&reading->table);
}

/* Text of a TEXT column's cell, NULL where it is empty. */
static inline const char *cell_text(const struct reading *reading, size_t column, size_t row)
{
    const struct assay_column *c = &reading->table.columns[column];
    ck_assert_uint_lt(row, reading->table.n_row);
    return c->codes[row] == ASSAY_NO_CODE ? NULL
                                          : assay_dictionary_text(c->dictionary, c->codes[row]);
}

#endif
