#include "core/data/csv_rejects.h"

#include <stdio.h>
#include <string.h>

enum assay_status assay_rejects_open(struct assay_rejects *rejects, const char *path,
                                     struct assay_error *err)
{
    enum assay_status status = assay_output_open(path, &rejects->file, err);
    if (status != ASSAY_OK)
        return status;
    rejects->filing = true;
    fputs("line,column,name,reason,value,expected,record\n", rejects->file.stream);
    return ASSAY_OK;
}

/* A signal often has another name than its column. */
static void add_column_name(struct assay_text *text, const struct assay_reject *reject)
{
    char shown[ASSAY_QUOTE_SIZE], quoted[ASSAY_QUOTE_SIZE + 2];
    snprintf(quoted, sizeof quoted, "\"%s\"",
             assay_quote_value(reject->name, strlen(reject->name), shown));
    if (strstr(reject->what, quoted) == NULL)
        assay_text_printf(text, " (column %s)", quoted);
}

/* The sentence about a bad row, as csv.h's users print it. */
static void word(struct assay_text *text, const char *source, const struct assay_reject *reject)
{
    char shown[ASSAY_QUOTE_SIZE];
    assay_text_printf(text, "%s:%zu:", source, reject->line);
    if (reject->reason == ASSAY_REJECT_WIDTH)
        assay_text_printf(text, " row has %zu field%s; the header has %zu", reject->n_field,
                          reject->n_field == 1 ? "" : "s", reject->n_header);
    else if (reject->reason == ASSAY_REJECT_QUOTE)
        assay_text_printf(text, " a quote stands inside an unquoted field or text behind a closing "
                          "quote; expected %s", reject->expected);
    else {
        assay_text_printf(text, "%zu: %s", reject->column, reject->what);
        add_column_name(text, reject);
        if (reject->value_length == 0)
            assay_text_printf(text, " is empty; expected %s", reject->expected);
        else
            assay_text_printf(text, " is \"%s\"; expected %s",
                              assay_quote_value(reject->value, reject->value_length, shown),
                              reject->expected);
    }
}

static void add_cell(struct assay_text *line, const char *cell)
{
    assay_text_putc(line, ',');
    if (cell != NULL)
        assay_text_csv(line, cell, strlen(cell), ',');
}

static void file_reject(struct assay_rejects *rejects, const struct assay_reject *reject)
{
    struct assay_text *line = &rejects->line;
    assay_text_reset(line);
    assay_text_printf(line, "%zu,", reject->line);
    if (reject->column > 0)
        assay_text_printf(line, "%zu", reject->column);
    add_cell(line, reject->name);
    add_cell(line, assay_reject_reason_name(reject->reason));
    assay_text_putc(line, ',');
    if (reject->reason == ASSAY_REJECT_WIDTH)
        assay_text_printf(line, "%zu fields,%zu fields", reject->n_field, reject->n_header);
    else {
        assay_text_csv(line, reject->value, reject->value_length, ',');
        add_cell(line, reject->expected);
    }
    assay_text_putc(line, ',');
    assay_text_csv(line, reject->record, reject->record_length, ',');
    assay_text_putc(line, '\n');
    if (!line->failed)
        fwrite(line->data, 1, line->length, rejects->file.stream);
}

enum assay_status assay_rejects_add(struct assay_rejects *rejects, const char *source,
                                    const struct assay_reject *reject, struct assay_error *err)
{
    bool failed = false;
    if (rejects->count < ASSAY_REJECTS_SHOWN) {
        struct assay_text *shown = &rejects->shown[rejects->count];
        word(shown, source, reject);
        failed = shown->failed;
    }
    if (rejects->filing && !failed) {
        file_reject(rejects, reject);
        failed = rejects->line.failed;
    }
    if (failed)
        return assay_fail_memory(err, "noting a bad row");
    rejects->count++;
    rejects->by_reason[reject->reason]++;
    return ASSAY_OK;
}

enum assay_status assay_rejects_finish(struct assay_rejects *rejects, struct assay_error *err)
{
    if (!rejects->filing)
        return ASSAY_OK;
    rejects->filing = false;
    return assay_output_finish(&rejects->file, err);
}

void assay_rejects_clear(struct assay_rejects *rejects)
{
    for (size_t k = 0; k < ASSAY_REJECTS_SHOWN; k++)
        assay_text_clear(&rejects->shown[k]);
    assay_text_clear(&rejects->line);
    assay_output_abort(&rejects->file);
    *rejects = (struct assay_rejects){0};
}
