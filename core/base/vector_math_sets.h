/* vector_math_sets.h - the functions of vector_math.h, one for each instruction set (cpu.h) */
#ifndef ASSAY_CORE_BASE_VECTOR_MATH_SETS_H
#define ASSAY_CORE_BASE_VECTOR_MATH_SETS_H

#include <stddef.h>

void assay_expit_baseline(const double log_odds[], size_t n, double prob[]);
void assay_logs_baseline(const double prob[], size_t n, double log_prob[], double log_rest[]);
#if defined(__x86_64__)
void assay_expit_avx2(const double log_odds[], size_t n, double prob[]);
void assay_logs_avx2(const double prob[], size_t n, double log_prob[], double log_rest[]);
void assay_expit_avx512(const double log_odds[], size_t n, double prob[]);
void assay_logs_avx512(const double prob[], size_t n, double log_prob[], double log_rest[]);
#endif

#endif
