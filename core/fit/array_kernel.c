#include "core/fit/array_kernel.h"

#include "core/base/cpu.h"

const struct assay_array_kernel *assay_array_kernel(void)
{
#if defined(__x86_64__)
    switch (assay_cpu()) {
    case ASSAY_CPU_AVX512:
        return &assay_array_kernel_avx512;
    case ASSAY_CPU_AVX2:
        return &assay_array_kernel_avx2;
    case ASSAY_CPU_BASELINE:
        break;
    }
#endif
    return &assay_array_kernel_baseline;
}
