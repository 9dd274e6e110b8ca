#include <string.h>

#include "core/base/number.h"
#include "release/export/sql.h"

const struct assay_sql_words assay_sql_words[ASSAY_SQL_DIALECTS] = {
    [ASSAY_SQL_POSTGRESQL] = {"PostgreSQL 12 or newer", "double precision", "text", "'Infinity'",
                              " COLLATE \"C\"", "", "\n  OFFSET 0"},
    [ASSAY_SQL_SQLITE] = {"SQLite 3.35 or newer, with its mathematical functions", "REAL", "TEXT",
                          "9e999", " COLLATE BINARY", "MATERIALIZED ", ""},
    [ASSAY_SQL_DUCKDB] = {"DuckDB", "DOUBLE", "VARCHAR", "'inf'", "", "", ""},
    [ASSAY_SQL_BIGQUERY] = {"BigQuery", "FLOAT64", "STRING", "'inf'", "", "", ""},
    [ASSAY_SQL_SNOWFLAKE] = {"Snowflake", "DOUBLE", "VARCHAR", "'inf'", "", "", ""},
};

const struct assay_sql_words assay_sql_dbt_words = {
    "dbt",           "{{ real }}",         "{{ text }}", "{{ infinity }}",
    "{{ collate }}", "{{ materialized }}", "{{ fence }}"};

size_t assay_sql_limit(enum assay_sql_dialect dialect)
{
    return dialect == ASSAY_SQL_BIGQUERY || dialect == ASSAY_SQL_SNOWFLAKE ? 1048576 : 0;
}

/* ---- numbers ---- */

void assay_sql_number(struct assay_sql *q, double value)
{
    char text[ASSAY_NUMBER_SIZE];
    size_t length = assay_number_print(value, text);
    assay_text_add(q->out, text, length);
    if (memchr(text, 'e', length) == NULL)
        assay_text_puts(q->out, "e0");
}

void assay_sql_typed(struct assay_sql *q, double value)
{
    assay_text_puts(q->out, "CAST(");
    assay_sql_number(q, value);
    assay_text_printf(q->out, " AS %s)", q->words->real);
}

/* ---- names ---- */

bool assay_sql_is_plain(const char *name)
{
    if (*name >= '0' && *name <= '9')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9') &&
            *c != '_')
            return false;
    return *name != '\0';
}

static void put_quoted(struct assay_text *out, const char *name, size_t length,
                       enum assay_sql_dialect dialect, bool capitals)
{
    char quote = dialect == ASSAY_SQL_BIGQUERY ? '`' : '"';
    assay_text_putc(out, quote);
    for (size_t k = 0; k < length; k++) {
        char c = name[k];
        if (c == quote || (c == '\\' && quote == '`'))
            assay_text_putc(out, quote == '`' ? '\\' : quote);
        assay_text_putc(out, capitals && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    assay_text_putc(out, quote);
}

void assay_sql_template_string(struct assay_text *out, const char *text)
{
    assay_text_putc(out, '"');
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20) {
            assay_text_printf(out, "\\x%02x", (unsigned)(unsigned char)*c);
        } else {
            if (*c == '"' || *c == '\\')
                assay_text_putc(out, '\\');
            assay_text_putc(out, *c);
        }
    assay_text_putc(out, '"');
}

void assay_sql_name(struct assay_sql *q, const char *name)
{
    bool plain = assay_sql_is_plain(name);
    if (q->dialect != ASSAY_SQL_DIALECTS) {
        put_quoted(q->out, name, strlen(name), q->dialect,
                   plain && q->dialect == ASSAY_SQL_SNOWFLAKE);
        return;
    }
    assay_text_printf(q->out, "{{ %s_column(", q->names.model);
    assay_sql_template_string(q->out, name);
    assay_text_puts(q->out, plain ? ") }}" : ", false) }}");
}

/* Length of the first part of a table's name, its quotes included; 0: there is none that ends. */
static size_t part_length(const char *name)
{
    if (*name != '"')
        return strcspn(name, ".\"");
    const char *c = name + 1;
    while (*c != '\0' && !(c[0] == '"' && c[1] != '"'))
        c += *c == '"' ? 2 : 1;
    return *c == '"' && c > name + 1 ? (size_t)(c + 1 - name) : 0;
}

static void put_part(struct assay_text *out, const char *part, size_t length,
                     enum assay_sql_dialect dialect)
{
    char name[256];
    size_t n = 0;
    bool quoted = part[0] == '"';
    for (size_t k = quoted; k + quoted < length && n + 1 < sizeof name; k++) {
        name[n++] = part[k];
        k += quoted && part[k] == '"';
    }
    name[n] = '\0';
    put_quoted(out, name, n, dialect,
               !quoted && dialect == ASSAY_SQL_SNOWFLAKE && assay_sql_is_plain(name));
}

enum assay_status assay_sql_table(const char *table, enum assay_sql_dialect dialect,
                                  struct assay_text *out, struct assay_error *err)
{
    char quoted[ASSAY_QUOTE_SIZE];
    for (const char *at = table;;) {
        size_t length = part_length(at);
        if (length == 0 || length > 200 || (at[length] != '.' && at[length] != '\0'))
            return assay_fail(
                err, ASSAY_EDATA,
                "table \"%s\"; expected names parted by dots, such as analytics.accounts, "
                "in double quotes where they hold dots or quotes",
                assay_quote_value(table, strlen(table), quoted));
        put_part(out, at, length, dialect);
        if (at[length] == '\0')
            return ASSAY_OK;
        assay_text_putc(out, '.');
        at += length + 1;
    }
}

/* ---- texts ---- */

/* Dialects differ in what a backslash is, and in how a quote is written. */
static void put_literal(struct assay_text *out, const char *text, enum assay_sql_dialect dialect)
{
    bool escapes = dialect == ASSAY_SQL_BIGQUERY || dialect == ASSAY_SQL_SNOWFLAKE;
    assay_text_putc(out, '\'');
    for (const char *c = text; *c != '\0'; c++)
        if (escapes && (unsigned char)*c < 0x20) {
            assay_text_printf(out, "\\x%02x", (unsigned)(unsigned char)*c);
        } else {
            if (*c == '\'')
                assay_text_putc(out, dialect == ASSAY_SQL_BIGQUERY ? '\\' : '\'');
            if (*c == '\\' && escapes)
                assay_text_putc(out, '\\');
            assay_text_putc(out, *c);
        }
    assay_text_putc(out, '\'');
}

/* Whether a text has the same literal in all dialects, and means nothing to a template. */
static bool is_simple(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || strchr("'\\{}", *c) != NULL)
            return false;
    return true;
}

void assay_sql_string(struct assay_sql *q, const char *text)
{
    if (text == NULL) {
        assay_text_puts(q->out, "NULL");
    } else if (q->dialect != ASSAY_SQL_DIALECTS) {
        put_literal(q->out, text, q->dialect);
    } else if (is_simple(text)) {
        put_literal(q->out, text, ASSAY_SQL_POSTGRESQL);
    } else {
        assay_text_printf(q->out, "{{ %s_text(", q->names.model);
        assay_sql_template_string(q->out, text);
        assay_text_puts(q->out, ") }}");
    }
}

void assay_sql_comment(struct assay_sql *q, const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c == '{' || *c == '}')
            assay_text_putc(q->out, *c == '{' ? '(' : ')');
        else
            assay_text_putc(q->out, (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c);
}

/* ---- steps ---- */

void assay_sql_step(struct assay_sql *q, const char *name, const char *comment)
{
    assay_text_printf(q->out, "%s%s AS %s(\n", q->n_step == 0 ? "WITH " : ",\n", name,
                      q->words->materialized);
    for (const char *line = comment; *line != '\0';) {
        const char *end = strchr(line, '\n');
        assay_text_puts(q->out, "  -- ");
        assay_text_add(q->out, line, (size_t)(end + 1 - line));
        line = end + 1;
    }
    assay_text_puts(q->out, "  SELECT");
    q->n_step++;
    q->n_item = 0;
}

void assay_sql_item(struct assay_sql *q)
{
    assay_text_puts(q->out, q->n_item++ == 0 ? "\n    " : ",\n    ");
}

void assay_sql_end(struct assay_sql *q, const char *name)
{
    assay_text_printf(q->out, "\n  FROM %s%s\n)", q->last, q->words->fence);
    q->last = name;
}
