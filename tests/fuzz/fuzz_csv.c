/* Any bytes as a CSV file (gzip when they begin like it), read row by row and in one go: both must
 * agree, and every record must be a row or a reject. */
#include <stdlib.h>
#include <string.h>

#include "core/data/csv.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

struct outcome {
    enum assay_status status;
    size_t n_row, n_record, n_reject;
    char message[sizeof((struct assay_error *)0)->message];
};

/* One column of each type, as far as the header goes. */
static enum assay_status select_columns(struct assay_csv *csv, struct assay_table *table,
                                        struct assay_error *err)
{
    static const enum assay_column_type types[] = {ASSAY_TEXT, ASSAY_NUMBER, ASSAY_DATE,
                                                   ASSAY_FLAG};
    enum { N_TYPE = sizeof types / sizeof *types };
    struct assay_column_request requests[N_TYPE];
    size_t n = assay_csv_header_count(csv) < N_TYPE ? assay_csv_header_count(csv) : N_TYPE;
    for (size_t k = 0; k < n; k++)
        requests[k] = (struct assay_column_request){.column = assay_csv_header(csv, k),
                                                    .type = types[k],
                                                    .what = "signal \"s\"",
                                                    .required = k % 2 == 1};
    return assay_csv_select(csv, requests, n, table, err);
}

static void read_in_steps(const char *name, const unsigned char *bytes, size_t length, size_t step,
                          struct outcome *outcome)
{
    struct assay_csv_options options = assay_csv_options_default();
    options.max_field = 100;
    struct assay_csv *csv = NULL;
    struct assay_table table = {0};
    struct assay_error err = {0};
    bool more = true;
    enum assay_status status =
        assay_csv_open_memory(name, (const char *)bytes, length, &options, &csv, &err);
    if (status == ASSAY_OK)
        status = select_columns(csv, &table, &err);
    while (status == ASSAY_OK && more)
        status = assay_csv_read(csv, &table, step, &more, &err);
    *outcome = (struct outcome){.status = status, .n_row = table.n_row};
    memcpy(outcome->message, err.message, sizeof err.message);
    if (csv != NULL) {
        outcome->n_record = assay_csv_record_count(csv);
        outcome->n_reject = assay_csv_reject_count(csv);
    }
    assay_csv_close(csv);
    assay_table_clear(&table);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    bool packed = length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    const char *name = packed ? "fuzz.csv.gz" : "fuzz.csv";
    struct outcome one, all;
    read_in_steps(name, bytes, length, 1, &one);
    read_in_steps(name, bytes, length, (size_t)-1, &all);
    if (one.status != all.status || strcmp(one.message, all.message) != 0 ||
        one.n_row != all.n_row || one.n_record != all.n_record || one.n_reject != all.n_reject)
        abort();
    if (one.n_record != one.n_row + one.n_reject)
        abort();
    if ((one.status == ASSAY_OK) != (one.message[0] == '\0'))
        abort();
    return 0;
}
