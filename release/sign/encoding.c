#include "release/sign/encoding.h"

#include <assert.h>
#include <sodium/core.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>

bool assay_line_next(const char *text, size_t length, size_t *at, struct assay_line *line)
{
    if (*at >= length)
        return false;
    const char *begin = text + *at, *end = memchr(begin, '\n', length - *at);
    if (end == NULL)
        return false;
    *line = (struct assay_line){begin, (size_t)(end - begin)};
    *at += line->length + 1;
    return true;
}

struct assay_line assay_line_last(const char *text, size_t length, size_t at)
{
    if (at >= length)
        return (struct assay_line){"", 0};
    struct assay_line line = {text + at, length - at};
    if (line.text[line.length - 1] == '\n')
        line.length--;
    if (line.length > 0 && line.text[line.length - 1] == '\r')
        line.length--;
    return line;
}

bool assay_line_skip(struct assay_line *line, const char *prefix)
{
    size_t length = strlen(prefix);
    if (line->length < length || memcmp(line->text, prefix, length) != 0)
        return false;
    line->text += length;
    line->length -= length;
    return true;
}

bool assay_base64_read(struct assay_line line, unsigned char bytes[], size_t size)
{
    /* libsodium 1.0.18 takes any byte from 0x80 for a '/'; what writes back as the same text was
     * the text. */
    char again[ASSAY_BASE64_SIZE(ASSAY_LONGEST_BASE64)];
    size_t got = 0;
    assert(size <= ASSAY_LONGEST_BASE64);
    if (line.length != ASSAY_BASE64_SIZE(size) - 1 ||
        sodium_base642bin(bytes, size, line.text, line.length, NULL, &got, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        got != size)
        return false;
    assay_base64_write(bytes, size, again);
    bool same = sodium_memcmp(again, line.text, line.length) == 0;
    sodium_memzero(again, sizeof again); /* it could be a secret key */
    return same;
}

void assay_base64_write(const unsigned char bytes[], size_t size, char out[])
{
    sodium_bin2base64(out, ASSAY_BASE64_SIZE(size), bytes, size, sodium_base64_VARIANT_ORIGINAL);
}

void assay_key_id_print(const unsigned char bytes[8], char id[ASSAY_KEY_ID_SIZE])
{
    for (size_t k = 0; k < 8; k++)
        snprintf(id + 2 * k, 3, "%02X", bytes[7 - k]);
}

enum assay_status assay_sodium_start(struct assay_error *err)
{
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_EIO, "could not start libsodium: no source of random numbers");
    return ASSAY_OK;
}
