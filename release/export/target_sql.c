#include "core/base/number.h"
#include "release/export/sql.h"

static enum assay_status check_length(size_t length, enum assay_sql_dialect dialect,
                                      struct assay_error *err)
{
    char bytes[ASSAY_GROUPED_SIZE], limit[ASSAY_GROUPED_SIZE];
    size_t most = assay_sql_limit(dialect);
    if (most == 0 || length <= most)
        return ASSAY_OK;
    assay_export_refuse(
        err, assay_sql_dialect_names[dialect], "the statement has %s bytes; its limit is %s",
        assay_number_group((double)length, bytes), assay_number_group((double)most, limit));
    assay_hint(err, "Fewer cohorts make a shorter one: leave out a band of tenure, or join plans.");
    return ASSAY_EDATA;
}

static void put_header(struct assay_sql *q, const char *table, bool self_test)
{
    assay_export_notice(q->out, q->model, "-- ");
    assay_text_printf(q->out, "--\n-- For %s. ", q->words->product);
    if (self_test)
        assay_text_printf(q->out,
                          "Self-test: scores the %zu examples of the model, and gives those that "
                          "come out\n-- otherwise. No rows: all is well.\n",
                          q->model->n_example);
    else {
        assay_text_puts(q->out, "Scores each row of ");
        assay_sql_comment(q, table);
        assay_text_puts(q->out, ": a row out for a row in.\n");
    }
    if (q->dialect == ASSAY_SQL_POSTGRESQL)
        assay_text_puts(q->out, "-- OFFSET 0 keeps a step from being worked out again wherever it "
                                "is named.\n");
    assay_text_puts(q->out, "\n");
}

static enum assay_status write_sql(const struct assay_export_request *request, const char *source,
                                   struct assay_text *out, struct assay_error *err)
{
    struct assay_sql q = {0};
    size_t before = out->length;
    enum assay_status status =
        assay_sql_init(&q, request->model, request->dialect, source, out, err);
    if (status == ASSAY_OK && request->self_test)
        status = assay_sql_check_test(request->model, "sql", err);
    if (status == ASSAY_OK) {
        put_header(&q, request->table, request->self_test);
        if (request->self_test)
            assay_sql_test(&q, assay_sql_query);
        else
            assay_sql_query(&q);
        assay_text_puts(out, "\n");
        status = out->failed ? assay_fail_memory(err, "exporting")
                             : check_length(out->length - before, request->dialect, err);
    }
    assay_sql_clear(&q);
    return status;
}

enum assay_status assay_export_sql(const struct assay_export_request *request,
                                   struct assay_text *out, struct assay_error *err)
{
    struct assay_text source = {0};
    if (request->self_test)
        return write_sql(request, "examples", out, err);
    enum assay_status status = assay_sql_table(request->table, request->dialect, &source, err);
    if (status == ASSAY_OK && source.failed)
        status = assay_fail_memory(err, "exporting");
    if (status == ASSAY_OK)
        status = write_sql(request, source.data, out, err);
    assay_text_clear(&source);
    return status;
}
