#include "core/base/sha256.h"

#include <stdio.h>

void assay_sha256_init(struct assay_sha256 *hash)
{
    crypto_hash_sha256_init(&hash->state);
}

void assay_sha256_add(struct assay_sha256 *hash, const void *bytes, size_t length)
{
    crypto_hash_sha256_update(&hash->state, bytes, length);
}

void assay_sha256_finish(struct assay_sha256 *hash, char out[ASSAY_SHA256_TEXT_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&hash->state, digest);
    for (size_t k = 0; k < sizeof digest; k++)
        snprintf(out + 2 * k, 3, "%02x", digest[k]);
}
