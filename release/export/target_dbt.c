#include <stdio.h>

#include "core/base/number.h"
#include "release/export/sql.h"

/* Types of dbt's adapters, in the order of the dialects. */
static const char *const adapters[ASSAY_SQL_DIALECTS] = {"postgres", "sqlite", "duckdb", "bigquery",
                                                         "snowflake"};

/* ---- the words of the adapter in use ---- */

/* As an expression of the template. */
static void put_word(struct assay_text *out, const char *name, const char *word)
{
    assay_text_printf(out, "'%s': \"", name);
    for (const char *c = word; *c != '\0'; c++)
        if (*c == '\n') {
            assay_text_puts(out, "\\n");
        } else {
            if (*c == '"')
                assay_text_putc(out, '\\');
            assay_text_putc(out, *c);
        }
    assay_text_putc(out, '"');
}

static void put_words(struct assay_sql *q)
{
    static const char *const names[] = {"real",    "text",         "infinity",
                                        "collate", "materialized", "fence"};
    assay_text_puts(q->out, "{%- set dialects = {");
    for (size_t k = 0; k < ASSAY_SQL_DIALECTS; k++) {
        const struct assay_sql_words *words = &assay_sql_words[k];
        const char *values[] = {words->real,    words->text,         words->infinity,
                                words->collate, words->materialized, words->fence};
        assay_text_printf(q->out, "%s\n  '%s': {", k > 0 ? "," : "", adapters[k]);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            assay_text_puts(q->out, i > 0 ? ", " : "");
            put_word(q->out, names[i], values[i]);
        }
        assay_text_puts(q->out, "}");
    }
    assay_text_puts(q->out,
                    "\n} -%}\n"
                    "{%- if target.type not in dialects -%}\n"
                    "  {{- exceptions.raise_compiler_error(\"no dialect for \" ~ target.type ~ "
                    "\"; expected postgres, sqlite, duckdb, bigquery or snowflake\") -}}\n"
                    "{%- endif -%}\n"
                    "{%- set dialect = dialects[target.type] -%}\n");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assay_text_printf(q->out, "{%%- set %s = dialect['%s'] -%%}\n", names[i], names[i]);
}

/* ---- what a dialect cannot hold ---- */

/* Bytes of the query in a dialect; 0 where these have no limit.
 *   ASSAY_EDATA  the dialect cannot hold the model */
static enum assay_status measure(const struct assay_model *model, enum assay_sql_dialect dialect,
                                 size_t *bytes, struct assay_error *err)
{
    struct assay_text text = {0};
    struct assay_sql q = {0};
    enum assay_status status = assay_sql_init(&q, model, dialect, "accounts", &text, err);
    if (status == ASSAY_OK && assay_sql_limit(dialect) > 0)
        assay_sql_query(&q);
    if (status == ASSAY_OK && text.failed)
        status = assay_fail_memory(err, "exporting");
    *bytes = text.length;
    assay_sql_clear(&q);
    assay_text_clear(&text);
    return status;
}

static void put_refusal(struct assay_sql *q, const char *adapter, const char *why)
{
    assay_text_printf(q->out,
                      "{%%- if target.type == '%s' -%%}\n"
                      "  {{- exceptions.raise_compiler_error(",
                      adapter);
    assay_sql_template_string(q->out, why);
    assay_text_puts(q->out, ") -}}\n{%- endif -%}\n");
}

/* The other dialects may hold what this one does not: the macro refuses when it is rendered for it. */
static enum assay_status put_limits(struct assay_sql *q, struct assay_error *err)
{
    char have[ASSAY_GROUPED_SIZE], most[ASSAY_GROUPED_SIZE], why[200];
    for (size_t k = 0; k < ASSAY_SQL_DIALECTS; k++) {
        struct assay_error found = {0};
        size_t limit = assay_sql_limit((enum assay_sql_dialect)k), bytes = 0;
        enum assay_status status = measure(q->model, (enum assay_sql_dialect)k, &bytes, &found);
        if (status == ASSAY_EDATA) {
            put_refusal(q, adapters[k], found.message);
        } else if (status != ASSAY_OK) {
            *err = found;
            return status;
        } else if (bytes > limit) {
            snprintf(why, sizeof why,
                     "%s cannot hold this model: the statement has %s bytes; its limit is %s",
                     adapters[k], assay_number_group((double)bytes, have),
                     assay_number_group((double)limit, most));
            put_refusal(q, adapters[k], why);
        }
    }
    return ASSAY_OK;
}

/* ---- macros ---- */

static void put_helpers(struct assay_sql *q)
{
    assay_text_printf(q->out,
                      "\n{#- A column's name as the adapter has it; plain: one that people write "
                      "without quotes. -#}\n"
                      "{%%- macro %s_column(name, plain=true) -%%}\n"
                      "{%%- if target.type == 'bigquery' -%%}\n"
                      "`{{ name | replace(\"\\\\\", \"\\\\\\\\\") | replace(\"`\", \"\\\\`\") }}`\n"
                      "{%%- elif target.type == 'snowflake' and plain -%%}\n"
                      "\"{{ name | upper }}\"\n"
                      "{%%- else -%%}\n"
                      "\"{{ name | replace('\"', '\"\"') }}\"\n"
                      "{%%- endif -%%}\n"
                      "{%%- endmacro -%%}\n",
                      q->names.model);
    assay_text_printf(
        q->out,
        "\n{#- A text as the adapter writes it: two of them read backslashes as escapes. -#}\n"
        "{%%- macro %s_text(value) -%%}\n"
        "{%%- if target.type in ('bigquery', 'snowflake') -%%}\n"
        "{%%- set value = value | replace(\"\\\\\", \"\\\\\\\\\") | replace(\"\\n\", \"\\\\n\") | "
        "replace(\"\\r\", \"\\\\r\") -%%}\n"
        "{%%- endif -%%}\n"
        "'{{ value | replace(\"'\", \"\\\\'\" if target.type == 'bigquery' else \"''\") }}'\n"
        "{%%- endmacro -%%}\n",
        q->names.model);
}

static enum assay_status put_macro(struct assay_sql *q, struct assay_error *err)
{
    const char *name = q->names.model;
    assay_text_puts(q->out, "{#-\n");
    assay_export_notice(q->out, q->model, "");
    assay_text_printf(q->out,
                      "\nPut this file into macros/. A model then reads\n\n"
                      "    select * from ( [[ %s_score(ref('accounts')) ]] ) as scores\n\n"
                      "with braces in place of the brackets; a row comes out for each row of the "
                      "relation. For\nPostgreSQL, SQLite, DuckDB, BigQuery and Snowflake.\n-#}\n",
                      name);
    put_helpers(q);
    assay_text_printf(q->out, "\n{%%- macro %s_score(relation) -%%}\n", name);
    put_words(q);
    enum assay_status status = put_limits(q, err);
    if (status != ASSAY_OK)
        return status;
    assay_sql_query(q);
    assay_text_puts(q->out, "\n{%- endmacro -%}\n");
    return ASSAY_OK;
}

/* ---- the self-test ---- */

static void put_call(struct assay_sql *q)
{
    assay_text_printf(q->out, "{{ %s_score('examples') }}", q->names.model);
}

static void put_test(struct assay_sql *q)
{
    assay_text_puts(q->out, "{#-\n");
    assay_export_notice(q->out, q->model, "");
    assay_text_printf(
        q->out,
        "\nA singular test of the macro %s_score, for tests/: scores the %zu examples of "
        "the model,\nand gives those that come out otherwise. No rows: all is well.\n-#}\n",
        q->names.model, q->model->n_example);
    put_words(q);
    assay_sql_test(q, put_call);
    assay_text_puts(q->out, "\n");
}

enum assay_status assay_export_dbt(const struct assay_export_request *request,
                                   struct assay_text *out, struct assay_error *err)
{
    struct assay_sql q = {0};
    enum assay_status status =
        assay_sql_init(&q, request->model, ASSAY_SQL_DIALECTS, "{{ relation }}", out, err);
    if (status == ASSAY_OK && request->self_test)
        status = assay_sql_check_test(request->model, "dbt", err);
    if (status == ASSAY_OK && request->self_test)
        put_test(&q);
    else if (status == ASSAY_OK)
        status = put_macro(&q, err);
    if (status == ASSAY_OK && out->failed)
        status = assay_fail_memory(err, "exporting");
    assay_sql_clear(&q);
    return status;
}
