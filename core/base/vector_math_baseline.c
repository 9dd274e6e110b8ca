#define ASSAY_SIMD_WIDTH 2
#define EXPIT            assay_expit_baseline
#define LOGS             assay_logs_baseline
#include "core/base/vector_math_body.h"
