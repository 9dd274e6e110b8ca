/* key_text.h - secret keys as text: made with little work, read, taken apart and put together */
#ifndef ASSAY_TESTS_RELEASE_KEY_TEXT_H
#define ASSAY_TESTS_RELEASE_KEY_TEXT_H

#include "release/sign/encoding.h"
#include "release/sign/secret_key.h"
#include "tests/release/signing.h"

/* The least that is allowed: a guess takes milliseconds, not a second. */
static const struct assay_scrypt_limits cheap = {1 << 15, 1 << 24};

static inline bool give(void *context, char *password, size_t size)
{
    snprintf(password, size, "%s", (const char *)context);
    return true;
}

static inline enum assay_status decode(const char *text, char *password,
                                       struct assay_secret_key *key, struct assay_error *err)
{
    return assay_secret_key_decode("s.key", text, strlen(text), password != NULL ? give : NULL,
                                   password, key, err);
}

static inline struct assay_secret_key new_key(void)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assay_ok(assay_secret_key_make(&key, &err));
    return key;
}

/* The bytes of a key's second line, and back. */
static inline void take_apart(const char *text, unsigned char bytes[ASSAY_SECRET_KEY_BYTES])
{
    const char *line = strchr(text, '\n') + 1;
    ck_assert(assay_base64_read((struct assay_line){line, strcspn(line, "\n")}, bytes,
                                ASSAY_SECRET_KEY_BYTES));
}

static inline void put_together(const unsigned char bytes[ASSAY_SECRET_KEY_BYTES],
                                char text[ASSAY_SECRET_KEY_TEXT_SIZE])
{
    strcpy(text, "untrusted comment: changed\n");
    assay_base64_write(bytes, ASSAY_SECRET_KEY_BYTES, text + strlen(text));
    strcat(text, "\n");
}

#endif
