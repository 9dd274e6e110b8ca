/* secret_key.h - the text of a secret key, and what encrypts it
 *
 * Two lines: an untrusted comment, and 212 characters of base64 of
 *
 *   bytes    0  "Ed"       the key is for Ed25519
 *            2  "Sc"       encrypted by scrypt; 0, 0: not encrypted
 *            4  "B2"       the checksum is BLAKE2b-256
 *            6  salt       32 bytes
 *           38  operations 8 bytes, little-endian; limits of scrypt as libsodium takes them
 *           46  memory     8 bytes, little-endian, in bytes
 *           54  key ID     8 bytes   |
 *           62  key        64 bytes  |  xored with what scrypt makes of the password
 *          126  checksum   32 bytes  |  of "Ed", key ID and key
 *
 * (minisign, Frank Denis; scrypt: Percival 2009). Where the key is not encrypted minisign leaves
 * the checksum at zero when it makes a key, and keeps it when it takes a password off; assay always
 * writes it.
 */
#ifndef ASSAY_RELEASE_SIGN_SECRET_KEY_H
#define ASSAY_RELEASE_SIGN_SECRET_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "release/sign/minisign.h"

#define ASSAY_SECRET_KEY_BYTES     158
#define ASSAY_SECRET_KEY_TEXT_SIZE 320
#define ASSAY_PASSWORD_SIZE        1024 /* of the longest password that minisign takes, and its NUL */

/* What one guess at the password costs. Memory is a limit: scrypt takes 32 bytes an operation at
 * most. */
struct assay_scrypt_limits {
    uint64_t operations; /* 2^15 to 2^27 */
    uint64_t memory;     /* bytes, 16 MiB to 4 GiB */
};
/* libsodium's "sensitive", which minisign uses: 2^25 operations, 1 GiB; about a second. */
struct assay_scrypt_limits assay_scrypt_limits_default(void);

/* A new pair with a random ID. */
ASSAY_MUST_CHECK enum assay_status assay_secret_key_make(struct assay_secret_key *key,
                                                         struct assay_error *err);

/* The file's text; password NULL: not encrypted.
 *   ASSAY_EDATA   password empty or too long
 *   ASSAY_ENOMEM  not the memory that scrypt needs */
ASSAY_MUST_CHECK enum assay_status assay_secret_key_encode(const struct assay_secret_key *key,
                                                           const char *password,
                                                           struct assay_scrypt_limits limits,
                                                           char text[ASSAY_SECRET_KEY_TEXT_SIZE],
                                                           struct assay_error *err);

/* Reads a file's text; ask, context and errors as with assay_secret_key_read(). No message quotes
 * the text. ASSAY_EDATA  also: limits outside their ranges */
ASSAY_MUST_CHECK enum assay_status assay_secret_key_decode(
    const char *name, const char *text, size_t length,
    bool (*ask)(void *context, char *password, size_t size), void *context,
    struct assay_secret_key *key, struct assay_error *err);

/* Whether text is that of a secret key, whatever its password; errors as above. */
ASSAY_MUST_CHECK enum assay_status assay_secret_key_look(const char *name, const char *text,
                                                         size_t length, struct assay_error *err);

#endif
