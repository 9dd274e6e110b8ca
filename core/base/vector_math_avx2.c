#include "core/base/vector_math_sets.h" /* elsewhere all there is of this file */

#if defined(__x86_64__)
#define ASSAY_SIMD_WIDTH 4
#define EXPIT            assay_expit_avx2
#define LOGS             assay_logs_avx2
#include "core/base/vector_math_body.h"
#endif
