#include "release/sign/secret_key.h"

#include <sodium/crypto_generichash.h>
#include <sodium/crypto_pwhash_scryptsalsa208sha256.h>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>

#include "release/sign/encoding.h"
#include "release/sign/secret_file.h"

/* Where each part begins. */
enum {
    AT_KDF = 2,
    AT_CHECKSUM_KIND = 4,
    AT_SALT = 6,
    AT_OPERATIONS = 38,
    AT_MEMORY = 46,
    AT_ID = 54,
    AT_KEY = 62,
    AT_CHECKSUM = 126,
    SEALED_BYTES = ASSAY_SECRET_KEY_BYTES - AT_ID
};

#define MOST_OPERATIONS  (UINT64_C(1) << 27)
#define LEAST_OPERATIONS ((uint64_t)crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_MIN)
#define MOST_MEMORY      (UINT64_C(1) << 32)
#define LEAST_MEMORY     ((uint64_t)crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_MIN)

/* All that is secret while a key is read or written. */
struct work {
    unsigned char bytes[ASSAY_SECRET_KEY_BYTES], stream[SEALED_BYTES];
    unsigned char public_key[32], key[64]; /* made again from the seed */
    char password[ASSAY_PASSWORD_SIZE];
};

struct assay_scrypt_limits assay_scrypt_limits_default(void)
{
    return (struct assay_scrypt_limits){crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE,
                                        crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE};
}

static uint64_t read_number(const unsigned char bytes[8])
{
    uint64_t value = 0;
    for (size_t k = 8; k-- > 0;)
        value = value << 8 | bytes[k];
    return value;
}

static void write_number(uint64_t value, unsigned char bytes[8])
{
    for (size_t k = 0; k < 8; k++, value >>= 8)
        bytes[k] = (unsigned char)(value & 0xff);
}

static void make_checksum(const unsigned char bytes[ASSAY_SECRET_KEY_BYTES],
                          unsigned char checksum[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, bytes, 2);
    crypto_generichash_update(&state, bytes + AT_ID, AT_CHECKSUM - AT_ID);
    crypto_generichash_final(&state, checksum, 32);
    sodium_memzero(&state, sizeof state);
}

/* Turns the sealed part open, or the open part sealed: the same xor. */
static enum assay_status apply_password(struct work *work, const char *password,
                                        struct assay_error *err)
{
    uint64_t operations = read_number(work->bytes + AT_OPERATIONS);
    uint64_t memory = read_number(work->bytes + AT_MEMORY);
    if (crypto_pwhash_scryptsalsa208sha256(work->stream, SEALED_BYTES, password, strlen(password),
                                           work->bytes + AT_SALT, operations,
                                           (size_t)memory) != 0) {
        enum assay_status status = assay_fail_memory(err, "turning the password into a key");
        assay_hint(err, "This key takes up to %llu MiB for a moment.",
                   (unsigned long long)(32 * operations >> 20));
        return status;
    }
    for (size_t k = 0; k < SEALED_BYTES; k++)
        work->bytes[AT_ID + k] ^= work->stream[k];
    return ASSAY_OK;
}

/* ---- writing ---- */

static void publish(struct assay_secret_key *key)
{
    memcpy(key->public_key.key, key->key + 32, 32); /* libsodium keeps it behind the seed */
    assay_key_id_print(key->public_key.id_bytes, key->public_key.id);
}

enum assay_status assay_secret_key_make(struct assay_secret_key *key, struct assay_error *err)
{
    unsigned char public_key[32];
    enum assay_status status = assay_sodium_start(err);
    if (status != ASSAY_OK)
        return status;
    *key = (struct assay_secret_key){0};
    crypto_sign_ed25519_keypair(public_key, key->key);
    randombytes_buf(key->public_key.id_bytes, sizeof key->public_key.id_bytes);
    publish(key);
    return ASSAY_OK;
}

static enum assay_status seal(const struct assay_secret_key *key, const char *password,
                              struct assay_scrypt_limits limits, struct work *work,
                              struct assay_error *err)
{
    memcpy(work->bytes, "Ed", 2);
    memcpy(work->bytes + AT_CHECKSUM_KIND, "B2", 2);
    memcpy(work->bytes + AT_ID, key->public_key.id_bytes, 8);
    memcpy(work->bytes + AT_KEY, key->key, 64);
    make_checksum(work->bytes, work->bytes + AT_CHECKSUM);
    if (password == NULL)
        return ASSAY_OK;
    memcpy(work->bytes + AT_KDF, "Sc", 2);
    randombytes_buf(work->bytes + AT_SALT, AT_OPERATIONS - AT_SALT);
    write_number(limits.operations, work->bytes + AT_OPERATIONS);
    write_number(limits.memory, work->bytes + AT_MEMORY);
    return apply_password(work, password, err);
}

enum assay_status assay_secret_key_encode(const struct assay_secret_key *key, const char *password,
                                          struct assay_scrypt_limits limits,
                                          char text[ASSAY_SECRET_KEY_TEXT_SIZE],
                                          struct assay_error *err)
{
    if (password != NULL && (password[0] == '\0' || strlen(password) >= ASSAY_PASSWORD_SIZE))
        return assay_fail(err, ASSAY_EDATA, "password of %zu bytes; expected 1 to %d",
                          strlen(password), ASSAY_PASSWORD_SIZE - 1);
    struct work *work = assay_secret_alloc(sizeof *work);
    if (work == NULL)
        return assay_fail_memory(err, "writing a secret key");
    enum assay_status status = seal(key, password, limits, work, err);
    if (status == ASSAY_OK) {
        int comment = snprintf(
            text, ASSAY_SECRET_KEY_TEXT_SIZE, ASSAY_UNTRUSTED_COMMENT "assay secret key %s%s\n",
            key->public_key.id, password != NULL ? ", encrypted" : ", not encrypted");
        char *line = text + comment;
        assay_base64_write(work->bytes, sizeof work->bytes, line);
        memcpy(line + strlen(line), "\n", 2);
    }
    assay_secret_free(work, sizeof *work);
    return status;
}

/* ---- reading ---- */

/* No message quotes what it finds: it could be the key. */
static enum assay_status fail_format(const char *name, const char *what, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EFORMAT, "%s: %s; expected a secret key as minisign writes it",
                      name, what);
}

static enum assay_status read_bytes(const char *name, const char *text, size_t length,
                                    unsigned char bytes[ASSAY_SECRET_KEY_BYTES],
                                    struct assay_error *err)
{
    struct assay_public_key public_key;
    struct assay_line comment, line;
    size_t at = 0;
    if (assay_public_key_parse(name, text, length, &public_key, NULL) == ASSAY_OK)
        return assay_fail(err, ASSAY_EFORMAT, "%s: holds a public key; expected a secret one",
                          name);
    if (!assay_line_next(text, length, &at, &comment) ||
        !assay_line_skip(&comment, ASSAY_UNTRUSTED_COMMENT))
        return fail_format(name, "no comment in the first line", err);
    line = assay_line_last(text, length, at);
    if (!assay_base64_read(line, bytes, ASSAY_SECRET_KEY_BYTES))
        return fail_format(name, "the second line is not 212 characters of base64", err);
    if (memcmp(bytes, "Ed", 2) != 0)
        return fail_format(name, "not a key for Ed25519", err);
    if (memcmp(bytes + AT_CHECKSUM_KIND, "B2", 2) != 0)
        return fail_format(name, "a checksum other than BLAKE2b", err);
    return ASSAY_OK;
}

/* A file may ask for any work; a hundred gigabytes of it would be an attack or damage. */
static enum assay_status check_limits(const char *name, const unsigned char bytes[],
                                      struct assay_error *err)
{
    uint64_t operations = read_number(bytes + AT_OPERATIONS),
             memory = read_number(bytes + AT_MEMORY);
    if (operations < LEAST_OPERATIONS || operations > MOST_OPERATIONS)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: its password takes %llu operations to check; expected %llu to %llu",
                          name, (unsigned long long)operations,
                          (unsigned long long)LEAST_OPERATIONS,
                          (unsigned long long)MOST_OPERATIONS);
    if (memory < LEAST_MEMORY || memory > MOST_MEMORY)
        return assay_fail(
            err, ASSAY_EDATA,
            "%s: its password takes %llu bytes of memory to check; expected %llu to %llu", name,
            (unsigned long long)memory, (unsigned long long)LEAST_MEMORY,
            (unsigned long long)MOST_MEMORY);
    return ASSAY_OK;
}

static enum assay_status open_sealed(const char *name,
                                     bool (*ask)(void *context, char *password, size_t size),
                                     void *context, struct work *work, struct assay_error *err)
{
    unsigned char checksum[32];
    enum assay_status status = check_limits(name, work->bytes, err);
    if (status != ASSAY_OK)
        return status;
    if (ask == NULL || !ask(context, work->password, sizeof work->password))
        return assay_fail(err, ASSAY_EDATA, "%s: the key is encrypted; expected its password",
                          name);
    status = apply_password(work, work->password, err);
    if (status != ASSAY_OK)
        return status;
    make_checksum(work->bytes, checksum);
    if (sodium_memcmp(checksum, work->bytes + AT_CHECKSUM, sizeof checksum) != 0)
        return assay_fail(err, ASSAY_EDATA, "%s: wrong password, or the file was changed", name);
    return ASSAY_OK;
}

static enum assay_status check_open(const char *name, const struct work *work,
                                    struct assay_error *err)
{
    unsigned char checksum[32];
    make_checksum(work->bytes, checksum);
    if (sodium_memcmp(checksum, work->bytes + AT_CHECKSUM, sizeof checksum) != 0 &&
        !sodium_is_zero(work->bytes + AT_CHECKSUM, sizeof checksum))
        return fail_format(name, "its checksum does not hold", err);
    return ASSAY_OK;
}

/* A public half that belongs to another seed would give signatures that tell the secret. */
static enum assay_status check_pair(const char *name, struct work *work, struct assay_error *err)
{
    crypto_sign_ed25519_seed_keypair(work->public_key, work->key, work->bytes + AT_KEY);
    if (sodium_memcmp(work->key, work->bytes + AT_KEY, sizeof work->key) != 0)
        return fail_format(name, "its two halves are not of one key", err);
    return ASSAY_OK;
}

static enum assay_status decode(const char *name, const char *text, size_t length,
                                bool (*ask)(void *context, char *password, size_t size),
                                void *context, struct work *work, struct assay_error *err)
{
    static const unsigned char not_encrypted[2] = {0, 0};
    enum assay_status status = read_bytes(name, text, length, work->bytes, err);
    if (status != ASSAY_OK)
        return status;
    if (memcmp(work->bytes + AT_KDF, not_encrypted, 2) == 0)
        status = check_open(name, work, err);
    else if (memcmp(work->bytes + AT_KDF, "Sc", 2) == 0)
        status = open_sealed(name, ask, context, work, err);
    else
        status = fail_format(name, "encrypted by something other than scrypt", err);
    return status == ASSAY_OK ? check_pair(name, work, err) : status;
}

enum assay_status assay_secret_key_decode(const char *name, const char *text, size_t length,
                                          bool (*ask)(void *context, char *password, size_t size),
                                          void *context, struct assay_secret_key *key,
                                          struct assay_error *err)
{
    enum assay_status status = assay_sodium_start(err);
    if (status != ASSAY_OK)
        return status;
    struct work *work = assay_secret_alloc(sizeof *work);
    if (work == NULL)
        return assay_fail_memory(err, "reading a secret key");
    status = decode(name, text, length, ask, context, work, err);
    if (status == ASSAY_OK) {
        *key = (struct assay_secret_key){0};
        memcpy(key->public_key.id_bytes, work->bytes + AT_ID, 8);
        memcpy(key->key, work->bytes + AT_KEY, 64);
        publish(key);
    }
    assay_secret_free(work, sizeof *work);
    return status;
}

enum assay_status assay_secret_key_look(const char *name, const char *text, size_t length,
                                        struct assay_error *err)
{
    enum assay_status status = assay_sodium_start(err);
    if (status != ASSAY_OK)
        return status;
    struct work *work = assay_secret_alloc(sizeof *work);
    if (work == NULL)
        return assay_fail_memory(err, "reading a secret key");
    status = read_bytes(name, text, length, work->bytes, err);
    assay_secret_free(work, sizeof *work);
    return status;
}

void assay_secret_key_clear(struct assay_secret_key *key)
{
    if (key != NULL)
        sodium_memzero(key, sizeof *key);
}
