/* sha256.h - fingerprints of files and models (FIPS 180-4)
 *
 * By the processor's own instructions where it has them (x86-64: five times as fast as without), else by libsodium.
 */
#ifndef ASSAY_CORE_BASE_SHA256_H
#define ASSAY_CORE_BASE_SHA256_H

#include <sodium/crypto_hash_sha256.h>
#include <stdbool.h>
#include <stddef.h>

#define ASSAY_SHA256_TEXT_SIZE 65 /* 64 lower-case hexadecimal digits and a NUL */

struct assay_sha256 {
    crypto_hash_sha256_state
        state; /* libsodium's, or ours in the same fields: hash, bytes so far, last block */
    bool ours; /* tests turn it off before the first byte */
};

void assay_sha256_init(struct assay_sha256 *hash);
void assay_sha256_add(struct assay_sha256 *hash, const void *bytes, size_t length);
void assay_sha256_finish(struct assay_sha256 *hash, char out[ASSAY_SHA256_TEXT_SIZE]);

#endif
