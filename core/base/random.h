/* random.h - draws that are the same on every machine, for resamples and half-samples
 *
 * xoshiro256** (Blackman & Vigna 2021, ACM Transactions on Mathematical Software 47:36): period
 * 2^256 - 1, seeded as its authors say, by SplitMix64 (Steele, Lea & Flood 2014). A task that draws
 * has a stream of its own, numbered by the task and not by the thread that happens to run it; so the
 * draws do not depend on the number of threads.
 */
#ifndef ASSAY_CORE_BASE_RANDOM_H
#define ASSAY_CORE_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct assay_random {
    uint64_t state[4]; /* not all 0 */
};

/* Any seed and any stream. Stream 0 begins with the four words that SplitMix64 makes of the seed,
 * stream k with those it makes of seed + mix(k), mix being its output function, one to one on 64
 * bits: no two streams of a seed begin alike. */
void assay_random_init(struct assay_random *random, uint64_t seed, uint64_t stream);

/* 64 random bits. */
uint64_t assay_random_bits(struct assay_random *random);

/* 0 .. n - 1, each equally likely; n at least 1. Draws that would favour small numbers are thrown away
 * and drawn again. */
size_t assay_random_below(struct assay_random *random, size_t n);

#endif
