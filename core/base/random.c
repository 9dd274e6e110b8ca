#include "core/base/random.h"

#include <assert.h>

/* 2^64 over the golden ratio, odd: steps of it visit every 64-bit number. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int places)
{
    return x << places | x >> (64 - places);
}

void assay_random_init(struct assay_random *random, uint64_t seed, uint64_t stream)
{
    uint64_t at = seed + mix(stream); /* mix(0) is 0 */
    for (size_t k = 0; k < 4; k++)
        random->state[k] = mix(at += STEP);
}

uint64_t assay_random_bits(struct assay_random *random)
{
    uint64_t *s = random->state, bits = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return bits;
}

size_t assay_random_below(struct assay_random *random, size_t n)
{
    assert(n > 0);
    uint64_t excess = (0 - (uint64_t)n) % n; /* 2^64 mod n: so many numbers too many */
    for (;;) {
        uint64_t bits = assay_random_bits(random);
        if (bits >= excess)
            return (size_t)(bits % n);
    }
}
