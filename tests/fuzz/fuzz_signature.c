/* Any bytes as a signature, a public key or a secret key: refused with a sentence, what was to be
 * filled then untouched, or taken with every promise of minisign.h kept. */
#include <stdlib.h>
#include <string.h>

#include "release/sign/encoding.h"
#include "release/sign/secret_key.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_error(enum assay_status status, const struct assay_error *err)
{
    must((status == ASSAY_OK) == (err->message[0] == '\0'));
    must(strchr(err->message, '\n') == NULL);
}

static bool same(const struct assay_text *text, const char *bytes, size_t length)
{
    return !text->failed && text->length == length && memcmp(text->data, bytes, length) == 0;
}

/* A file that counts as ours is, byte for byte, the one that its parts make. */
static void check_ours(const struct assay_signature *signature, const char *bytes, size_t length)
{
    unsigned char made[2 + 8 + 64] = "ED";
    char made_text[ASSAY_BASE64_SIZE(sizeof made)], global_text[ASSAY_BASE64_SIZE(64)];
    struct assay_text text = {0};
    memcpy(made + 2, signature->key_id_bytes, 8);
    memcpy(made + 10, signature->signature, 64);
    assay_base64_write(made, sizeof made, made_text);
    assay_base64_write(signature->global, 64, global_text);
    assay_text_printf(
        &text, "untrusted comment: signature by assay with key %s\n%s\ntrusted comment: %s\n%s\n",
        signature->key_id, made_text, signature->trusted_comment, global_text);
    must(same(&text, bytes, length));
    assay_text_clear(&text);
}

static void try_signature(const char *bytes, size_t length)
{
    struct assay_error err = {0};
    struct assay_signature signature, untouched;
    memset(&signature, 0x5a, sizeof signature);
    untouched = signature;
    enum assay_status status = assay_signature_read("f.minisig", bytes, length, &signature, &err);
    check_error(status, &err);
    if (status != ASSAY_OK) {
        must(memcmp(&signature, &untouched, sizeof signature) == 0);
        return;
    }
    must(strlen(signature.key_id) == 16 && strlen(signature.trusted_comment) <= 1024);
    must(assay_is_utf8(signature.trusted_comment, strlen(signature.trusted_comment)));
    for (const char *at = signature.trusted_comment; *at != '\0'; at++)
        must((unsigned char)*at >= ' ' || *at == '\t');
    if (signature.ours)
        check_ours(&signature, bytes, length);
    struct assay_public_key key = {0};
    memcpy(key.id_bytes, signature.key_id_bytes, sizeof key.id_bytes);
    /* The zero key is of small order: nothing may verify with it. */
    must(assay_signature_check("f.minisig", "f", &signature, &key, bytes, length, &err) ==
         ASSAY_EDATA);
}

static void try_public_key(const char *bytes, size_t length)
{
    struct assay_error err = {0};
    struct assay_public_key key, again;
    struct assay_text text = {0};
    memset(&key, 0x5a, sizeof key);
    again = key;
    enum assay_status status = assay_public_key_parse("p.pub", bytes, length, &key, &err);
    check_error(status, &err);
    if (status != ASSAY_OK) {
        must(memcmp(&key, &again, sizeof key) == 0);
        return;
    }
    assay_public_key_write(&key, &text);
    must(!text.failed);
    must(assay_public_key_parse("p.pub", text.data, text.length, &again, &err) == ASSAY_OK);
    must(memcmp(&key, &again, sizeof key) == 0);
    assay_text_clear(&text);
}

/* Without a password, so that no input starts scrypt. */
static void try_secret_key(const char *bytes, size_t length)
{
    struct assay_error err = {0};
    struct assay_secret_key key, again;
    char text[ASSAY_SECRET_KEY_TEXT_SIZE];
    memset(&key, 0x5a, sizeof key);
    again = key;
    enum assay_status status =
        assay_secret_key_decode("s.key", bytes, length, NULL, NULL, &key, &err);
    check_error(status, &err);
    if (status != ASSAY_OK) {
        must(memcmp(&key, &again, sizeof key) == 0);
        return;
    }
    struct assay_scrypt_limits limits = assay_scrypt_limits_default();
    must(assay_secret_key_encode(&key, NULL, limits, text, &err) == ASSAY_OK);
    must(assay_secret_key_decode("s.key", text, strlen(text), NULL, NULL, &again, &err) ==
         ASSAY_OK);
    must(memcmp(&key, &again, sizeof key) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    try_signature(text, length);
    try_public_key(text, length);
    try_secret_key(text, length);
    return 0;
}
