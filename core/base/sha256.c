#include "core/base/sha256.h"

#include <stdio.h>
#include <string.h>

#include "core/base/sha256_blocks.h"

enum { BLOCK = 64 };

void assay_sha256_init(struct assay_sha256 *hash)
{
    crypto_hash_sha256_init(&hash->state); /* section 5.3.3: the first hash, no bytes */
    hash->ours = assay_sha256_blocks_here();
}

static void add_ours(crypto_hash_sha256_state *state, const unsigned char *bytes, size_t length)
{
    size_t held = state->count % BLOCK;
    state->count += length;
    if (held > 0) {
        size_t wanted = BLOCK - held, n = length < wanted ? length : wanted;
        memcpy(state->buf + held, bytes, n);
        if (n < wanted)
            return;
        assay_sha256_blocks(state->state, state->buf, 1);
        bytes += n;
        length -= n;
    }
    size_t rest = length % BLOCK;
    assay_sha256_blocks(state->state, bytes, length / BLOCK);
    memcpy(state->buf, bytes + length - rest, rest);
}

void assay_sha256_add(struct assay_sha256 *hash, const void *bytes, size_t length)
{
    if (length == 0) /* and bytes may be NULL */
        return;
    if (hash->ours)
        add_ours(&hash->state, bytes, length);
    else
        crypto_hash_sha256_update(&hash->state, bytes, length);
}

/* Section 5.1.1: a bit, zeros, and the length in bits, big-endian, at the end of a block. */
static void finish_ours(crypto_hash_sha256_state *state, unsigned char digest[])
{
    unsigned char tail[2 * BLOCK] = {0x80};
    uint64_t n_bit = 8 * state->count;
    size_t used = 1 + (2 * BLOCK - 1 - 8 - state->count % BLOCK) % BLOCK;
    for (size_t k = 0; k < 8; k++)
        tail[used + k] = (unsigned char)(n_bit >> (56 - 8 * k));
    add_ours(state, tail, used + 8);
    for (size_t k = 0; k < crypto_hash_sha256_BYTES; k++)
        digest[k] = (unsigned char)(state->state[k / 4] >> (24 - 8 * (k % 4)));
}

void assay_sha256_finish(struct assay_sha256 *hash, char out[ASSAY_SHA256_TEXT_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    if (hash->ours)
        finish_ours(&hash->state, digest);
    else
        crypto_hash_sha256_final(&hash->state, digest);
    for (size_t k = 0; k < sizeof digest; k++)
        snprintf(out + 2 * k, 3, "%02x", digest[k]);
}
