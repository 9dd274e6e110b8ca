/* workbook.h - what stands in a workbook: its parts, and cells of its sheets
 *
 * A reader of zip archives as libxlsxwriter writes them, and of its XML: enough to look a cell up.
 */
#ifndef ASSAY_TESTS_RELEASE_WORKBOOK_H
#define ASSAY_TESTS_RELEASE_WORKBOOK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/text.h"
#include "tests/support/suite.h"

static inline size_t zip_number(const char *at, size_t n_byte)
{
    size_t value = 0;
    for (size_t k = n_byte; k-- > 0;)
        value = value << 8 | (unsigned char)at[k];
    return value;
}

static inline char *zip_inflate(const char *bytes, size_t length, size_t whole)
{
    char *text = calloc(whole + 1, 1);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes,
                       .avail_in = (uInt)length,
                       .next_out = (Bytef *)text,
                       .avail_out = (uInt)whole};
    ck_assert_int_eq(inflateInit2(&stream, -15), Z_OK);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return text;
}

/* A part of the archive as text, which the caller frees; NULL: it has none of that name. */
static inline char *workbook_part(const struct assay_text *file, const char *name)
{
    enum { DIRECTORY_END = 22, DIRECTORY_ENTRY = 46, LOCAL_ENTRY = 30 };
    const char *end = file->data + file->length - DIRECTORY_END;
    ck_assert_int_eq(memcmp(end, "PK\5\6", 4), 0);
    const char *entry = file->data + zip_number(end + 16, 4);
    for (size_t n = zip_number(end + 10, 2); n > 0; n--) {
        size_t name_length = zip_number(entry + 28, 2);
        const char *local = file->data + zip_number(entry + 42, 4);
        if (name_length == strlen(name) && memcmp(entry + DIRECTORY_ENTRY, name, name_length) == 0)
            return zip_inflate(local + LOCAL_ENTRY + zip_number(local + 26, 2) +
                                   zip_number(local + 28, 2),
                               zip_number(entry + 20, 4), zip_number(entry + 24, 4));
        entry +=
            DIRECTORY_ENTRY + name_length + zip_number(entry + 30, 2) + zip_number(entry + 32, 2);
    }
    return NULL;
}

/* What stands between a tag and its end within a cell, such as "<v>", cut at size; "" where the cell has
 * none. Names of XML's characters are left as they are. */
static inline const char *workbook_cell(const char *sheet, const char *cell, const char *tag,
                                        char *out, size_t size)
{
    char start[64];
    snprintf(start, sizeof start, "<c r=\"%s\"", cell);
    const char *at = strstr(sheet, start);
    out[0] = '\0';
    if (at == NULL)
        return out;
    const char *stop = strstr(at + 1, "<c "), *row = strstr(at, "</row>");
    stop = stop == NULL || (row != NULL && row < stop) ? row : stop;
    const char *value = strstr(at, tag);
    if (value == NULL || (stop != NULL && value > stop))
        return out;
    value += strlen(tag);
    snprintf(out, size, "%.*s", (int)strcspn(value, "<"), value);
    return out;
}

#endif
