/* vector_math_body.h - the source of vector_math_*.c, which define ASSAY_SIMD_WIDTH, EXPIT and LOGS */
#include "core/base/vector_functions.h"
#include "core/base/vector_math_sets.h"

ASSAY_SIMD assay_vec expit(assay_vec log_odds)
{
    assay_vec zero = {0.0};
    assay_vec small = assay_vec_exp(-assay_vec_abs(log_odds));
    assay_vec top = assay_vec_select(log_odds < zero, small, assay_vec_all(1.0));
    return top / (small + 1.0);
}

ASSAY_SIMD_TARGET void EXPIT(const double log_odds[], size_t n, double prob[])
{
    size_t i = 0;
    for (; i + ASSAY_SIMD_WIDTH <= n; i += ASSAY_SIMD_WIDTH)
        assay_vec_store(prob + i, expit(assay_vec_load(log_odds + i)));
    if (i == n)
        return;
    double rest[ASSAY_SIMD_WIDTH] = {0};
    memcpy(rest, log_odds + i, (n - i) * sizeof *rest);
    assay_vec_store(rest, expit(assay_vec_load(rest)));
    memcpy(prob + i, rest, (n - i) * sizeof *rest);
}

/* 1 - prob is rounded; what was lost is known exactly. */
ASSAY_SIMD void logs(const double *prob, double *log_prob, double *log_rest)
{
    assay_vec zero = {0.0}, p = assay_vec_load(prob), rest = 1.0 - p;
    assay_vec_store(log_prob, assay_vec_log(p, zero));
    assay_vec_store(log_rest, assay_vec_log(rest, (1.0 - rest) - p));
}

ASSAY_SIMD_TARGET void LOGS(const double prob[], size_t n, double log_prob[], double log_rest[])
{
    size_t i = 0;
    for (; i + ASSAY_SIMD_WIDTH <= n; i += ASSAY_SIMD_WIDTH)
        logs(prob + i, log_prob + i, log_rest + i);
    if (i == n)
        return;
    double last[3][ASSAY_SIMD_WIDTH] = {{0}};
    memcpy(last[0], prob + i, (n - i) * sizeof *prob);
    logs(last[0], last[1], last[2]);
    memcpy(log_prob + i, last[1], (n - i) * sizeof *log_prob);
    memcpy(log_rest + i, last[2], (n - i) * sizeof *log_rest);
}
