/* encoding.h - what minisign's files are made of: lines, strict base64, key IDs
 *
 * Nothing here keeps or allocates anything.
 */
#ifndef ASSAY_RELEASE_SIGN_ENCODING_H
#define ASSAY_RELEASE_SIGN_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "release/sign/minisign.h"

#define ASSAY_UNTRUSTED_COMMENT "untrusted comment: "
#define ASSAY_TRUSTED_COMMENT   "trusted comment: "

/* Bytes of the base64 text of size bytes, padded, and its NUL. */
#define ASSAY_BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)
#define ASSAY_LONGEST_BASE64    192 /* bytes that one line stands for, at most */

/* A line without its LF; borrowed. */
struct assay_line {
    const char *text;
    size_t length;
};

/* The line at text[*at], and *at behind it; false: no LF is left in text[length]. */
bool assay_line_next(const char *text, size_t length, size_t *at, struct assay_line *line);

/* What is left from at on, as one line, with or without a line end (LF or CR LF) behind it: keys
 * are pasted, and editors end the last line as they like. */
struct assay_line assay_line_last(const char *text, size_t length, size_t at);

/* Whether the line begins with prefix, which is then taken off. */
bool assay_line_skip(struct assay_line *line, const char *prefix);

/* Reads a line as exactly size bytes: padded, no blanks, no bits set that no byte uses. So one text
 * stands for a value, and another text for another value. */
bool assay_base64_read(struct assay_line line, unsigned char bytes[], size_t size);

/* out holds ASSAY_BASE64_SIZE(size). */
void assay_base64_write(const unsigned char bytes[], size_t size, char out[]);

/* The eight bytes as a little-endian number in 16 hexadecimal digits. */
void assay_key_id_print(const unsigned char bytes[8], char id[ASSAY_KEY_ID_SIZE]);

/* Lets libsodium find its random numbers and the fastest code for this processor; again is
 * harmless. ASSAY_EIO  the system gives no random numbers */
ASSAY_MUST_CHECK enum assay_status assay_sodium_start(struct assay_error *err);

#endif
