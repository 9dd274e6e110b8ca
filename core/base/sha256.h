/* sha256.h - fingerprints of files and models (FIPS 180-4, by libsodium) */
#ifndef ASSAY_CORE_BASE_SHA256_H
#define ASSAY_CORE_BASE_SHA256_H

#include <sodium/crypto_hash_sha256.h>
#include <stddef.h>

#define ASSAY_SHA256_TEXT_SIZE 65 /* 64 lower-case hexadecimal digits and a NUL */

struct assay_sha256 {
    crypto_hash_sha256_state state;
};

void assay_sha256_init(struct assay_sha256 *hash);
void assay_sha256_add(struct assay_sha256 *hash, const void *bytes, size_t length);
void assay_sha256_finish(struct assay_sha256 *hash, char out[ASSAY_SHA256_TEXT_SIZE]);

#endif
