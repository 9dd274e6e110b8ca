/* With a fused multiply-add; AVX-512 has the bytes of AVX2 (tests/fit/test_array_sets.c). */
#if defined(__x86_64__)
#define ASSAY_SIMD_WIDTH 4
#else
#define ASSAY_SIMD_WIDTH 2
#endif
#include "core/base/cpu.h"
#include "tests/base/vector_accuracy.h"

static void add_tests(TCase *tc)
{
    if (ASSAY_SIMD_WIDTH == 4 && assay_cpu() < ASSAY_CPU_AVX2)
        test_skip("this processor has no AVX2");
    else
        add_accuracy_tests(tc);
}

ASSAY_SUITE("base/vector_functions", add_tests)
