/* random.h - draws for property tests
 *
 * SplitMix64 (Steele, Lea and Flood 2014): a seed is a stream, and the same seed is the same stream
 * everywhere. Tests that loop over seeds start one with {seed}.
 */
#ifndef ASSAY_TESTS_SUPPORT_RANDOM_H
#define ASSAY_TESTS_SUPPORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct test_random {
    uint64_t state;
};

static inline uint64_t test_bits(struct test_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* In [0, 1). */
static inline double test_uniform(struct test_random *random)
{
    return (double)(test_bits(random) >> 11) * 0x1p-53;
}

/* 0 .. n - 1; the bias of the remainder is of no account to tests. */
static inline size_t test_below(struct test_random *random, size_t n)
{
    return (size_t)(test_bits(random) % n);
}

#endif
