#include "core/base/vector_math.h"

#include "core/base/cpu.h"
#include "core/base/vector_math_sets.h"

void assay_expit_array(const double log_odds[], size_t n, double prob[])
{
#if defined(__x86_64__)
    switch (assay_cpu()) {
    case ASSAY_CPU_AVX512:
        assay_expit_avx512(log_odds, n, prob);
        return;
    case ASSAY_CPU_AVX2:
        assay_expit_avx2(log_odds, n, prob);
        return;
    case ASSAY_CPU_BASELINE:
        break;
    }
#endif
    assay_expit_baseline(log_odds, n, prob);
}

void assay_logs_array(const double prob[], size_t n, double log_prob[], double log_rest[])
{
#if defined(__x86_64__)
    switch (assay_cpu()) {
    case ASSAY_CPU_AVX512:
        assay_logs_avx512(prob, n, log_prob, log_rest);
        return;
    case ASSAY_CPU_AVX2:
        assay_logs_avx2(prob, n, log_prob, log_rest);
        return;
    case ASSAY_CPU_BASELINE:
        break;
    }
#endif
    assay_logs_baseline(prob, n, log_prob, log_rest);
}
