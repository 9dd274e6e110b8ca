#include "core/fit/array_kernel.h" /* elsewhere all there is of this file */

#if defined(__x86_64__)
#define ASSAY_SIMD_WIDTH 4
#define KERNEL           assay_array_kernel_avx2
#include "core/fit/array_kernel_body.h"
#endif
