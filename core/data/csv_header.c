#include "core/data/csv_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"

#define EXCEL_ADVICE "(in Excel: save as \"CSV UTF-8\")"

/* ---- first bytes ---- */

static bool begins(const char *bytes, size_t n, const char *mark, size_t length)
{
    return n >= length && memcmp(bytes, mark, length) == 0;
}

/* With its byte order mark, or as ASCII text looks in it without one. */
static bool is_utf16(const char *bytes, size_t n)
{
    return begins(bytes, n, "\xff\xfe", 2) || begins(bytes, n, "\xfe\xff", 2) ||
           (n >= 4 && bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0) ||
           (n >= 4 && bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0);
}

enum assay_status assay_csv_sniff(const char *source, const char *bytes, size_t n, size_t *skip,
                                  struct assay_error *err)
{
    if (n == 0)
        return assay_fail(err, ASSAY_EFORMAT, "%s: empty; expected a header line", source);
    if (is_utf16(bytes, n))
        return assay_fail(err, ASSAY_EFORMAT, "%s: the file is UTF-16; expected UTF-8 "
                          EXCEL_ADVICE, source);
    /* The second mark begins OLE compound files, which .xls are. */
    if (begins(bytes, n, "PK\3\4", 4) || begins(bytes, n, "\xd0\xcf\x11\xe0", 4))
        return assay_fail(err, ASSAY_EFORMAT, "%s: is a spreadsheet or zip file; expected CSV text",
                          source);
    if (begins(bytes, n, "\x1f\x8b", 2)) {
        assay_fail(err, ASSAY_EFORMAT, "%s: is packed with gzip; expected CSV text", source);
        assay_hint(err, "Unpack it with gunzip, or let its name end in .gz.");
        return ASSAY_EFORMAT;
    }
    *skip = begins(bytes, n, "\xef\xbb\xbf", 3) ? 3 : 0;
    return ASSAY_OK;
}

/* ---- delimiter ---- */

static const char delimiters[] = {',', ';', '\t', '|'};
enum { N_DELIMITER = sizeof delimiters };

static bool count_delimiter(struct assay_header_scan *scan, char c)
{
    for (size_t k = 0; k < N_DELIMITER; k++)
        if (delimiters[k] == c) {
            scan->counts[k]++;
            return scan->given == 0 || scan->given == c;
        }
    return scan->given == c;
}

void assay_header_scan_add(struct assay_header_scan *scan, const char *bytes, size_t length)
{
    for (size_t k = 0; k < length; k++) {
        char c = bytes[k];
        if (scan->in_quotes) {
            /* A doubled quote closes the field and opens it again. */
            scan->in_quotes = c != '"';
            scan->no_quote = false;
        } else if (c == '"' && !scan->no_quote) {
            scan->in_quotes = scan->begun = true;
        } else if (c != '\n' && c != '\r') {
            bool parts = count_delimiter(scan, c);
            bool blank = (c == ' ' || c == '\t') && scan->given != c;
            if (!blank || parts)
                scan->no_quote = !parts;
            scan->begun = scan->begun || !blank;
        }
    }
}

char assay_header_scan_delimiter(const struct assay_header_scan *scan)
{
    if (scan->given != 0)
        return scan->given;
    size_t best = 0;
    for (size_t k = 1; k < N_DELIMITER; k++)
        if (scan->counts[k] > scan->counts[best])
            best = k;
    return delimiters[best];
}

/* ---- names ---- */

void assay_csv_header_clear(struct assay_csv_header *header)
{
    assay_dictionary_free(header->names);
    free(header->codes);
    free(header->first);
    free(header->second);
    *header = (struct assay_csv_header){0};
}

enum assay_status assay_csv_header_add(struct assay_csv_header *header, const char *source,
                                       const char *text, size_t length, struct assay_error *err)
{
    static const char doing[] = "reading the header";
    size_t field = header->n;
    if (memchr(text, '\0', length) != NULL || !assay_is_utf8(text, length)) {
        char shown[ASSAY_QUOTE_SIZE];
        return assay_fail(err, ASSAY_EFORMAT, "%s:%zu:%zu: column name \"%s\" is not text in "
                          "UTF-8; expected UTF-8 " EXCEL_ADVICE, source, header->line, field + 1,
                          assay_quote_value(text, length, shown));
    }
    if (header->names == NULL && (header->names = assay_dictionary_new()) == NULL)
        return assay_fail_memory(err, doing);
    size_t n_name = assay_dictionary_count(header->names);
    if (!assay_grow(&header->codes, &header->code_capacity, field + 1, sizeof *header->codes) ||
        !assay_grow(&header->first, &header->first_capacity, n_name + 1, sizeof *header->first) ||
        !assay_grow(&header->second, &header->second_capacity, n_name + 1, sizeof *header->second))
        return assay_fail_memory(err, doing);
    int32_t code = assay_dictionary_enter(header->names, text, length);
    if (code == ASSAY_NO_CODE)
        return assay_fail_memory(err, doing);
    if ((size_t)code == n_name) {
        header->first[code] = field;
        header->second[code] = 0;
    } else if (header->second[code] == 0) {
        header->second[code] = field;
    }
    header->codes[field] = code;
    header->n++;
    return ASSAY_OK;
}

enum assay_status assay_csv_header_check(const struct assay_csv_header *header, const char *source,
                                         struct assay_error *err)
{
    if (assay_dictionary_count(header->names) == 1 && assay_csv_header_name(header, 0)[0] == '\0')
        return assay_fail(err, ASSAY_EFORMAT, "%s:%zu: every column name is empty; expected a "
                          "header line", source, header->line);
    return ASSAY_OK;
}

const char *assay_csv_header_name(const struct assay_csv_header *header, size_t field)
{
    return assay_dictionary_text(header->names, header->codes[field]);
}

/* The hint of a column that is not there: the nearest name, or the first few. */
static enum assay_status hint_at_names(const struct assay_csv_header *header, const char *column,
                                       struct assay_error *err)
{
    enum { LISTED = 6 };
    size_t n = assay_dictionary_count(header->names);
    const char **names = assay_alloc(n, sizeof *names);
    if (names == NULL)
        return assay_fail_memory(err, "looking for a column");
    for (size_t k = 0; k < n; k++)
        names[k] = assay_dictionary_text(header->names, (int32_t)k);
    const char *nearest = assay_nearest_word(column, names, n);
    char list[sizeof err->hint] = "", shown[ASSAY_QUOTE_SIZE];
    size_t used = 0;
    for (size_t k = 0; k < n && k < LISTED && used < sizeof list; k++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s\"%s\"", k > 0 ? ", " : "",
                                 assay_quote_value(names[k], strlen(names[k]), shown));
    if (nearest != NULL)
        assay_hint(err, "Did you mean \"%s\"?",
                   assay_quote_value(nearest, strlen(nearest), shown));
    else if (n > LISTED)
        assay_hint(err, "The header has %s and %zu more.", list, n - LISTED);
    else
        assay_hint(err, "The header has %s.", list);
    free(names);
    return ASSAY_EDATA;
}

/* `outcome "churned"` for column churned is wanted "as the outcome"; `signal "logins"` for column
 * logins_30d "as the signal "logins"", because there the two names differ. */
static int role_length(const char *what, const char *column)
{
    const char *quote = strstr(what, " \"");
    size_t length = strlen(column);
    bool same = quote != NULL && strncmp(quote + 2, column, length) == 0 &&
                strcmp(quote + 2 + length, "\"") == 0;
    return (int)(same ? (size_t)(quote - what) : strlen(what));
}

enum assay_status assay_csv_header_find(const struct assay_csv_header *header, const char *source,
                                        const char *column, const char *what, size_t *field,
                                        struct assay_error *err)
{
    char shown[ASSAY_QUOTE_SIZE];
    int32_t code = assay_dictionary_find(header->names, column);
    if (code == ASSAY_NO_CODE) {
        assay_fail(err, ASSAY_EDATA, "%s: no column \"%s\"; expected it as the %.*s", source,
                   assay_quote_value(column, strlen(column), shown), role_length(what, column),
                   what);
        return hint_at_names(header, column, err);
    }
    if (header->second[code] != 0)
        return assay_fail(err, ASSAY_EDATA, "%s:%zu: fields %zu and %zu are both called \"%s\"; "
                          "expected one such column as the %.*s", source, header->line,
                          header->first[code] + 1, header->second[code] + 1,
                          assay_quote_value(column, strlen(column), shown),
                          role_length(what, column), what);
    *field = header->first[code];
    return ASSAY_OK;
}
