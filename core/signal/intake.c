#include "core/signal/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"

struct assay_intake_options assay_intake_options_default(void)
{
    return (struct assay_intake_options){.window = {ASSAY_NO_DATE, ASSAY_NO_DATE}};
}

static bool has_column(void *state, const char *name)
{
    const struct assay_csv *csv = state;
    for (size_t k = 0; k < assay_csv_header_count(csv); k++)
        if (strcmp(assay_csv_header(csv, k), name) == 0)
            return true;
    return false;
}

static void show_reading(struct assay_intake *intake, bool quiet)
{
    char what[160];
    const char *path = assay_csv_name(intake->csv), *slash = strrchr(path, '/');
    snprintf(what, sizeof what, "reading %s", slash != NULL ? slash + 1 : path);
    assay_progress_init(&intake->progress, quiet);
    assay_progress_start(&intake->progress, what, ASSAY_PROGRESS_BYTES, NULL);
}

enum assay_status assay_intake_open(const struct assay_spec *spec, enum assay_purpose purpose,
                                    const struct assay_intake_options *options,
                                    struct assay_intake *intake, struct assay_error *err)
{
    assay_rows_budget(options->memory);
    struct assay_intake made = {.max_rejects = options->max_rejects};
    struct assay_request_list requests = {0}, others = {0};
    struct assay_csv_options csv_options = assay_csv_options_default();
    csv_options.delimiter = options->delimiter;
    csv_options.rejects = options->rejects;
    csv_options.n_thread = options->n_thread;
    csv_options.no_fingerprint = purpose == ASSAY_TO_SCORE; /* models and audits carry it */
    bool windowed = options->window.from != ASSAY_NO_DATE || options->window.until != ASSAY_NO_DATE;
    enum assay_status status = assay_csv_open(options->path, &csv_options, &made.csv, err);
    if (status == ASSAY_OK)
        status = assay_requests_build(spec, purpose, windowed, has_column, made.csv, &requests, err);
    if (status == ASSAY_OK && options->also != NULL)
        status = assay_requests_build(options->also, ASSAY_TO_SCORE, false, has_column, made.csv,
                                      &others, err);
    if (status == ASSAY_OK)
        status = assay_requests_join(&requests, &others, err);
    if (status == ASSAY_OK)
        status = assay_requests_add(&requests, options->extra, options->n_extra, err);
    if (status == ASSAY_OK)
        status = assay_csv_select(made.csv, requests.requests, requests.n, &made.table, err);
    if (status == ASSAY_OK)
        status = assay_columns_find(spec, &made.table, &made.columns, err);
    assay_requests_clear(&requests);
    assay_requests_clear(&others);
    if (status != ASSAY_OK) {
        assay_intake_close(&made);
        return status;
    }
    show_reading(&made, options->quiet);
    *intake = made;
    return ASSAY_OK;
}

void assay_intake_close(struct assay_intake *intake)
{
    assay_progress_end(&intake->progress);
    assay_csv_close(intake->csv);
    assay_columns_clear(&intake->columns);
    assay_table_clear(&intake->table);
    *intake = (struct assay_intake){0};
}

static void show_rows(struct assay_intake *intake)
{
    assay_progress_update_rows(&intake->progress, assay_csv_bytes(intake->csv),
                               assay_csv_size(intake->csv), assay_csv_record_count(intake->csv));
}

/* After a reading; more: there is more to read. */
static enum assay_status check_rejects(struct assay_intake *intake, enum assay_status status,
                                       bool more, struct assay_error *err)
{
    if (status != ASSAY_OK || !more) {
        assay_progress_end(&intake->progress);
        assay_memory_trim(); /* slabs, and what threads read into */
    }
    if (status != ASSAY_OK || more)
        return status;
    size_t bad = assay_csv_reject_count(intake->csv);
    if (bad <= intake->max_rejects)
        return ASSAY_OK;
    size_t all = assay_csv_record_count(intake->csv);
    status = assay_fail(err, ASSAY_EDATA, "%s: %zu bad row%s among %zu; expected at most %zu",
                        assay_csv_name(intake->csv), bad, bad == 1 ? "" : "s", all,
                        intake->max_rejects);
    if (bad == all && all > 2)
        assay_hint(err, "Every row is bad: is it the right column, and the right file?");
    else if (2 * bad > all && all > 20)
        assay_hint(err, "Most rows are bad: mend the export rather than leave them out.");
    else
        assay_hint(err, "Mend the rows above, or leave them out with --max-rejects %zu (--rejects "
                        "FILE keeps them).", bad);
    return status;
}

enum assay_status assay_intake_read(struct assay_intake *intake, size_t max_row, bool *more,
                                    struct assay_error *err)
{
    enum { STEP = 65536 }; /* rows between two looks at the clock */
    size_t wanted = intake->table.n_row + max_row;
    enum assay_status status = ASSAY_OK;
    *more = true;
    while (status == ASSAY_OK && *more && intake->table.n_row < wanted) {
        size_t left = wanted - intake->table.n_row;
        status = assay_csv_read(intake->csv, &intake->table, left < STEP ? left : STEP, more, err);
        show_rows(intake);
    }
    return check_rejects(intake, status, *more, err);
}

enum assay_status assay_intake_read_whole(struct assay_intake *intake, size_t max_row, bool *more,
                                          struct assay_error *err)
{
    *more = true;
    enum assay_status status =
        assay_csv_read_whole(intake->csv, &intake->table, max_row, more, err);
    show_rows(intake);
    return check_rejects(intake, status, *more, err);
}

enum assay_status assay_intake_read_all(struct assay_intake *intake, struct assay_error *err)
{
    bool more;
    enum assay_status status = assay_intake_read(intake, ASSAY_MOST_ROWS + 1, &more, err);
    if (status != ASSAY_OK || intake->table.n_row <= ASSAY_MOST_ROWS)
        return status;
    assay_progress_end(&intake->progress);
    return assay_fail(err, ASSAY_EDATA, "%s: %zu rows and more; expected at most %zu",
                      assay_csv_name(intake->csv), intake->table.n_row, ASSAY_MOST_ROWS);
}

void assay_intake_describe(const struct assay_intake *intake, struct assay_text *text)
{
    if (assay_csv_delimiter_guessed(intake->csv)) {
        char c = assay_csv_delimiter(intake->csv);
        assay_text_printf(text, "%s: fields are separated by %s, as the header line suggests\n",
                          assay_csv_name(intake->csv), c == '\t' ? "a tab" : c == ';' ? "\";\"" : "\"|\"");
    }
    size_t shown = 0;
    const char *message;
    while ((message = assay_csv_reject_message(intake->csv, shown)) != NULL) {
        assay_text_printf(text, "%s\n", message);
        shown++;
    }
    if (assay_csv_reject_count(intake->csv) > shown)
        assay_text_printf(text, "%s: %zu more bad rows, not shown\n", assay_csv_name(intake->csv),
                          assay_csv_reject_count(intake->csv) - shown);
}
