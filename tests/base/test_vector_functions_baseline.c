#define ASSAY_SIMD_WIDTH 2
#include "tests/base/vector_accuracy.h"

ASSAY_SUITE("base/vector_functions_baseline", add_accuracy_tests)
