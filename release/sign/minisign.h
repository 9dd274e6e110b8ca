/* minisign.h - signatures and keys as minisign (Frank Denis) writes and reads them
 *
 * Ed25519 over the BLAKE2b-512 hash of the file ("ED"); signatures over the file itself ("Ed",
 * older) are read too. A signature file has four lines: an untrusted comment; algorithm, key ID and
 * signature in base64; a trusted comment; the signature of the first signature and the trusted
 * comment. Base64 is read strictly: one text stands for a value, no other.
 */
#ifndef ASSAY_RELEASE_SIGN_MINISIGN_H
#define ASSAY_RELEASE_SIGN_MINISIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"

#define ASSAY_KEY_ID_SIZE 17 /* 16 upper-case hexadecimal digits, as minisign prints them, and a NUL */

struct assay_public_key {
    char id[ASSAY_KEY_ID_SIZE];
    unsigned char id_bytes[8], key[32];
};

struct assay_secret_key {
    struct assay_public_key public_key;
    unsigned char key[64]; /* libsodium's: seed and public key */
};
/* Wipes it. */
void assay_secret_key_clear(struct assay_secret_key *key);

/* ---- files ---- */

/* A new pair: the secret key in secret_path, mode 0600, encrypted with the password (scrypt, as
 * minisign does; NULL: not encrypted), the public key in public_path. Neither may exist.
 *   ASSAY_EDATA   one of them is there already; the password is empty or over 1023 bytes
 *   ASSAY_ENOMEM  also: not the gigabyte that scrypt takes for a second */
ASSAY_MUST_CHECK enum assay_status assay_keys_make(const char *secret_path, const char *public_path,
                                                   const char *password, struct assay_public_key *made,
                                                   struct assay_error *err);

/* Reads a secret key, minisign's or ours. ask(context, password, size) is called where the key is
 * encrypted, fills a NUL-terminated password and returns false when there is none to have; may be
 * NULL: then there is none.
 *   ASSAY_EFORMAT  no secret key of minisign's, whatever the file's mode is
 *   ASSAY_EDATA    others may read the file (mode beyond 0600); wrong password; no password */
ASSAY_MUST_CHECK enum assay_status assay_secret_key_read(const char *path,
                                                         bool (*ask)(void *context, char *password,
                                                                     size_t size),
                                                         void *context, struct assay_secret_key *key,
                                                         struct assay_error *err);

/* Reads a public key file; the text of one, or its 56 characters alone.
 *   ASSAY_EFORMAT  no public key of minisign's */
ASSAY_MUST_CHECK enum assay_status assay_public_key_read(const char *path, struct assay_public_key *key,
                                                         struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_public_key_parse(const char *name, const char *text, size_t length,
                                                          struct assay_public_key *key,
                                                          struct assay_error *err);
/* The public key file: "untrusted comment: minisign public key ID" and the key, two lines. Appends. */
void assay_public_key_write(const struct assay_public_key *key, struct assay_text *text);

/* ---- signatures ---- */

/* The signature file of bytes[length]; trusted_comment is signed with it (one line, no control
 * characters). Ed25519 is deterministic: the same key, bytes and comment give the same file.
 * Appends.
 *   ASSAY_EDATA  a comment that would not be one line, or over 1024 bytes */
ASSAY_MUST_CHECK enum assay_status assay_sign(const struct assay_secret_key *key, const char *bytes,
                                              size_t length, const char *trusted_comment,
                                              struct assay_text *signature, struct assay_error *err);

struct assay_signature {
    char key_id[ASSAY_KEY_ID_SIZE];
    unsigned char key_id_bytes[8], signature[64], global[64];
    bool prehashed;
    char trusted_comment[1025];
    bool ours; /* the untrusted comment, too, is as assay_sign() writes it */
};
/* Reads a signature file; name stands in messages. The trusted comment is one line of UTF-8 without
 * control characters but tabs, which minisign itself writes.
 *   ASSAY_EFORMAT  not one */
ASSAY_MUST_CHECK enum assay_status assay_signature_read(const char *name, const char *text, size_t length,
                                                        struct assay_signature *signature,
                                                        struct assay_error *err);
/*   ASSAY_EDATA  by another key, not of these bytes, or the trusted comment was changed; name and file stand in
 *   messages: `NAME: the signature is not of "FILE" as it is` */
ASSAY_MUST_CHECK enum assay_status assay_signature_check(const char *name, const char *file,
                                                         const struct assay_signature *signature,
                                                         const struct assay_public_key *key,
                                                         const char *bytes, size_t length,
                                                         struct assay_error *err);

#endif
