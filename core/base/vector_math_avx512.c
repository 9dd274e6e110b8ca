#include "core/base/vector_math_sets.h" /* elsewhere all there is of this file */

#if defined(__x86_64__)
#define ASSAY_SIMD_WIDTH 8
#define EXPIT            assay_expit_avx512
#define LOGS             assay_logs_avx512
#include "core/base/vector_math_body.h"
#endif
