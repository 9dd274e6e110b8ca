/* cpu.h - which of the processor's instruction sets the inner loops use
 *
 * Inner loops are compiled once for each set from one source (simd.h) and chosen when the program runs. Sets with a
 * fused multiply-add give the same bytes (AVX2, AVX-512, and NEON, which is the baseline of AArch64). The
 * baseline of x86-64, SSE2, has none: its sums differ in the last digits (docs/fit.md says by how much).
 */
#ifndef ASSAY_CORE_BASE_CPU_H
#define ASSAY_CORE_BASE_CPU_H

#include "core/base/error.h"

enum assay_cpu {
    ASSAY_CPU_BASELINE, /* what every processor of this architecture has */
    ASSAY_CPU_AVX2,     /* AVX2 and FMA: Haswell (2013), Zen and later */
    ASSAY_CPU_AVX512,   /* AVX-512 F, DQ and VL */
};

/* The set in use: the best that the processor has, or the one that ASSAY_CPU in the environment names. A value that
 * assay_cpu_choose() refuses counts as none. Any thread may ask. */
enum assay_cpu assay_cpu(void);

/* Uses the set called "baseline", "avx2" or "avx512"; NULL: the one in the environment, or the best. What is under
 * way keeps the set it began with.
 *   ASSAY_EDATA  no set has that name, or the processor does not have it; nothing has changed */
ASSAY_MUST_CHECK enum assay_status assay_cpu_choose(const char *name, struct assay_error *err);

#endif
