#include <sodium/crypto_core_ed25519.h>
#include <string.h>

#include "core/base/file.h"
#include "release/sign/encoding.h"
#include "release/sign/secret_key.h"

/* "Ed", the ID, the point. */
enum { KEY_BYTES = 2 + 8 + 32, FILE_LIMIT = 4096 };

static enum assay_status decode(const char *name, struct assay_line line,
                                struct assay_public_key *key, struct assay_error *err)
{
    unsigned char bytes[KEY_BYTES];
    char quoted[ASSAY_QUOTE_SIZE];
    if (line.length == ASSAY_BASE64_SIZE(ASSAY_SECRET_KEY_BYTES) - 1)
        return assay_fail(err, ASSAY_EFORMAT, "%s: holds a secret key; expected a public key",
                          name);
    if (!assay_base64_read(line, bytes, sizeof bytes))
        return assay_fail(err, ASSAY_EFORMAT,
                          "%s: public key \"%s\"; expected the 56 characters that minisign writes",
                          name, assay_quote_value(line.text, line.length, quoted));
    if (memcmp(bytes, "Ed", 2) != 0)
        return assay_fail(err, ASSAY_EFORMAT, "%s: public key of algorithm \"%s\"; expected \"Ed\"",
                          name, assay_quote_value((const char *)bytes, 2, quoted));
    if (crypto_core_ed25519_is_valid_point(bytes + 10) != 1)
        return assay_fail(err, ASSAY_EFORMAT, "%s: public key is no point of Ed25519", name);
    *key = (struct assay_public_key){0};
    memcpy(key->id_bytes, bytes + 2, sizeof key->id_bytes);
    memcpy(key->key, bytes + 10, sizeof key->key);
    assay_key_id_print(key->id_bytes, key->id);
    return ASSAY_OK;
}

enum assay_status assay_public_key_parse(const char *name, const char *text, size_t length,
                                         struct assay_public_key *key, struct assay_error *err)
{
    struct assay_line comment;
    size_t at = 0;
    if (!assay_line_next(text, length, &at, &comment) ||
        !assay_line_skip(&comment, ASSAY_UNTRUSTED_COMMENT))
        at = 0; /* the key alone */
    return decode(name, assay_line_last(text, length, at), key, err);
}

enum assay_status assay_public_key_read(const char *path, struct assay_public_key *key,
                                        struct assay_error *err)
{
    struct assay_text text = {0};
    enum assay_status status = assay_file_read(path, FILE_LIMIT, &text, err);
    if (status == ASSAY_OK)
        status = assay_public_key_parse(path, text.data, text.length, key, err);
    assay_text_clear(&text);
    return status;
}

void assay_public_key_write(const struct assay_public_key *key, struct assay_text *text)
{
    unsigned char bytes[KEY_BYTES] = "Ed";
    char encoded[ASSAY_BASE64_SIZE(KEY_BYTES)];
    memcpy(bytes + 2, key->id_bytes, sizeof key->id_bytes);
    memcpy(bytes + 10, key->key, sizeof key->key);
    assay_base64_write(bytes, sizeof bytes, encoded);
    assay_text_printf(text, ASSAY_UNTRUSTED_COMMENT "minisign public key %s\n%s\n", key->id,
                      encoded);
}
