#include "release/sign/minisign.h"

#include <sodium/crypto_generichash.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>
#include <string.h>

#include "release/sign/encoding.h"

/* Second line: algorithm, key ID, signature. */
enum { SIGNED_BYTES = 2 + 8 + 64, HASH_BYTES = 64, LONGEST_COMMENT = 1024 };
_Static_assert(sizeof((struct assay_signature *)0)->trusted_comment == LONGEST_COMMENT + 1,
               "a comment and its NUL");

/* What the global signature signs: the signature, and the trusted comment behind it. */
struct global_message {
    unsigned char bytes[64 + LONGEST_COMMENT];
    size_t length;
};

static struct global_message global_message(const unsigned char signature[64], const char *comment)
{
    struct global_message message = {.length = 64 + strlen(comment)};
    memcpy(message.bytes, signature, 64);
    memcpy(message.bytes + 64, comment, strlen(comment));
    return message;
}

static void hash_bytes(const char *bytes, size_t length, unsigned char hash[HASH_BYTES])
{
    crypto_generichash(hash, HASH_BYTES, (const unsigned char *)bytes, length, NULL, 0);
}

/* The first line of what assay writes; people who read a registry see by whom a file is signed. */
#define OUR_COMMENT_SIZE 64
static void our_comment(const char *key_id, char out[OUR_COMMENT_SIZE])
{
    snprintf(out, OUR_COMMENT_SIZE, "signature by assay with key %s", key_id);
}

/* minisign's own trusted comments are set with tabs; ours are not. */
static bool is_one_line(const char *text, size_t length, bool tabs)
{
    for (size_t k = 0; k < length; k++) {
        unsigned char c = (unsigned char)text[k];
        if ((c < ' ' && !(tabs && c == '\t')) || c == 0x7f)
            return false;
    }
    return assay_is_utf8(text, length);
}

/* ---- writing ---- */

static enum assay_status check_comment(const char *comment, struct assay_error *err)
{
    char quoted[ASSAY_QUOTE_SIZE];
    size_t length = strlen(comment);
    if (length > LONGEST_COMMENT)
        return assay_fail(err, ASSAY_EDATA, "trusted comment of %zu bytes; expected %d at most",
                          length, LONGEST_COMMENT);
    if (!is_one_line(comment, length, false))
        return assay_fail(
            err, ASSAY_EDATA,
            "trusted comment \"%s\"; expected one line of UTF-8 without control characters",
            assay_quote_value(comment, length, quoted));
    return ASSAY_OK;
}

enum assay_status assay_sign(const struct assay_secret_key *key, const char *bytes, size_t length,
                             const char *trusted_comment, struct assay_text *signature,
                             struct assay_error *err)
{
    enum assay_status status = check_comment(trusted_comment, err);
    if (status != ASSAY_OK)
        return status;
    unsigned char made[SIGNED_BYTES] = "ED", hash[HASH_BYTES], global[64];
    memcpy(made + 2, key->public_key.id_bytes, 8);
    hash_bytes(bytes, length, hash);
    crypto_sign_ed25519_detached(made + 10, NULL, hash, sizeof hash, key->key);
    struct global_message message = global_message(made + 10, trusted_comment);
    crypto_sign_ed25519_detached(global, NULL, message.bytes, message.length, key->key);

    char comment[OUR_COMMENT_SIZE];
    char made_text[ASSAY_BASE64_SIZE(SIGNED_BYTES)], global_text[ASSAY_BASE64_SIZE(64)];
    our_comment(key->public_key.id, comment);
    assay_base64_write(made, sizeof made, made_text);
    assay_base64_write(global, sizeof global, global_text);
    assay_text_printf(signature,
                      ASSAY_UNTRUSTED_COMMENT "%s\n%s\n" ASSAY_TRUSTED_COMMENT "%s\n%s\n", comment,
                      made_text, trusted_comment, global_text);
    return signature->failed ? assay_fail_memory(err, "signing") : ASSAY_OK;
}

/* ---- reading ---- */

static enum assay_status split(const char *name, const char *text, size_t length,
                               struct assay_line lines[4], struct assay_error *err)
{
    size_t at = 0;
    for (size_t k = 0; k < 4; k++) {
        if (!assay_line_next(text, length, &at, &lines[k]))
            return assay_fail(
                err, ASSAY_EFORMAT,
                "%s: ends in line %zu; expected a signature of four lines, each with a "
                "line feed at its end",
                name, k + 1);
        if (lines[k].length > 0 && lines[k].text[lines[k].length - 1] == '\r')
            return assay_fail(err, ASSAY_EFORMAT,
                              "%s:%zu: ends in CR LF; expected LF alone, as it was signed", name,
                              k + 1);
    }
    if (at < length)
        return assay_fail(err, ASSAY_EFORMAT, "%s:5: more text; expected a signature of four lines",
                          name);
    return ASSAY_OK;
}

static enum assay_status fail_line(const char *name, size_t number, struct assay_line line,
                                   const char *expected, struct assay_error *err)
{
    char quoted[ASSAY_QUOTE_SIZE];
    return assay_fail(err, ASSAY_EFORMAT, "%s:%zu: \"%s\"; expected %s", name, number,
                      assay_quote_value(line.text, line.length, quoted), expected);
}

static enum assay_status read_signed(const char *name, struct assay_line line,
                                     struct assay_signature *signature, struct assay_error *err)
{
    unsigned char bytes[SIGNED_BYTES];
    if (!assay_base64_read(line, bytes, sizeof bytes))
        return fail_line(name, 2, line, "100 characters of base64: algorithm, key ID and signature",
                         err);
    signature->prehashed = memcmp(bytes, "ED", 2) == 0;
    if (!signature->prehashed && memcmp(bytes, "Ed", 2) != 0) {
        char quoted[ASSAY_QUOTE_SIZE];
        return assay_fail(err, ASSAY_EFORMAT, "%s:2: algorithm \"%s\"; expected \"ED\" or \"Ed\"",
                          name, assay_quote_value((const char *)bytes, 2, quoted));
    }
    memcpy(signature->key_id_bytes, bytes + 2, 8);
    memcpy(signature->signature, bytes + 10, 64);
    assay_key_id_print(signature->key_id_bytes, signature->key_id);
    return ASSAY_OK;
}

static enum assay_status read_trusted(const char *name, struct assay_line line,
                                      struct assay_signature *signature, struct assay_error *err)
{
    if (!assay_line_skip(&line, ASSAY_TRUSTED_COMMENT))
        return fail_line(name, 3, line, "\"" ASSAY_TRUSTED_COMMENT "...\"", err);
    if (line.length > LONGEST_COMMENT)
        return assay_fail(err, ASSAY_EFORMAT,
                          "%s:3: trusted comment of %zu bytes; expected %d at most", name,
                          line.length, LONGEST_COMMENT);
    if (!is_one_line(line.text, line.length, true))
        return fail_line(name, 3, line, "UTF-8 without control characters", err);
    memcpy(signature->trusted_comment, line.text, line.length);
    return ASSAY_OK;
}

enum assay_status assay_signature_read(const char *name, const char *text, size_t length,
                                       struct assay_signature *signature, struct assay_error *err)
{
    struct assay_line lines[4];
    struct assay_signature read = {0};
    char ours[OUR_COMMENT_SIZE];
    enum assay_status status = split(name, text, length, lines, err);
    if (status == ASSAY_OK && !assay_line_skip(&lines[0], ASSAY_UNTRUSTED_COMMENT))
        status = fail_line(name, 1, lines[0], "\"" ASSAY_UNTRUSTED_COMMENT "...\"", err);
    if (status == ASSAY_OK)
        status = read_signed(name, lines[1], &read, err);
    if (status == ASSAY_OK)
        status = read_trusted(name, lines[2], &read, err);
    if (status == ASSAY_OK && !assay_base64_read(lines[3], read.global, sizeof read.global))
        status = fail_line(name, 4, lines[3], "88 characters of base64: a signature", err);
    if (status != ASSAY_OK)
        return status;
    our_comment(read.key_id, ours);
    read.ours = read.prehashed && lines[0].length == strlen(ours) &&
                memcmp(lines[0].text, ours, lines[0].length) == 0;
    *signature = read;
    return ASSAY_OK;
}

enum assay_status assay_signature_check(const char *name, const char *file,
                                        const struct assay_signature *signature,
                                        const struct assay_public_key *key, const char *bytes,
                                        size_t length, struct assay_error *err)
{
    unsigned char hash[HASH_BYTES];
    const unsigned char *message = (const unsigned char *)bytes;
    if (memcmp(signature->key_id_bytes, key->id_bytes, sizeof key->id_bytes) != 0)
        return assay_fail(err, ASSAY_EDATA, "%s: signed with key %s; expected key %s", name,
                          signature->key_id, key->id);
    if (signature->prehashed) {
        hash_bytes(bytes, length, hash);
        message = hash;
        length = sizeof hash;
    }
    if (crypto_sign_ed25519_verify_detached(signature->signature, message, length, key->key) != 0)
        return assay_fail(err, ASSAY_EDATA, "%s: the signature is not of \"%s\" as it is", name,
                          file);
    struct global_message global = global_message(signature->signature, signature->trusted_comment);
    if (crypto_sign_ed25519_verify_detached(signature->global, global.bytes, global.length,
                                            key->key) != 0)
        return assay_fail(err, ASSAY_EDATA, "%s: the trusted comment is not as it was signed",
                          name);
    return ASSAY_OK;
}
