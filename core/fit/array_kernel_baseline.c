#define ASSAY_SIMD_WIDTH 2
#define KERNEL           assay_array_kernel_baseline
#include "core/fit/array_kernel_body.h"
