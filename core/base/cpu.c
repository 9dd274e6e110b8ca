#include "core/base/cpu.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [ASSAY_CPU_BASELINE] = "baseline", [ASSAY_CPU_AVX2] = "avx2", [ASSAY_CPU_AVX512] = "avx512"};

enum { N_SET = sizeof names / sizeof names[0], NOT_YET = -1 };

static atomic_int in_use = NOT_YET;

/* The sets contain one another, so the best says them all. */
static enum assay_cpu best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return ASSAY_CPU_BASELINE;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return ASSAY_CPU_AVX512;
    return ASSAY_CPU_AVX2;
#else
    return ASSAY_CPU_BASELINE;
#endif
}

static bool find(const char *name, enum assay_cpu *set)
{
    for (int k = 0; k < N_SET; k++)
        if (strcmp(name, names[k]) == 0) {
            *set = (enum assay_cpu)k;
            return true;
        }
    return false;
}

enum assay_status assay_cpu_choose(const char *name, struct assay_error *err)
{
    enum assay_cpu most = best(), set = most;
    if (name == NULL)
        name = getenv("ASSAY_CPU");
    if (name != NULL && *name != '\0') {
        if (!find(name, &set))
            return assay_fail(err, ASSAY_EDATA,
                              "ASSAY_CPU is \"%.40s\"; expected baseline, avx2 or avx512", name);
        if (set > most)
            return assay_fail(
                err, ASSAY_EDATA,
                "ASSAY_CPU is \"%s\", which this processor does not have; expected at most %s",
                name, names[most]);
    }
    atomic_store_explicit(&in_use, (int)set, memory_order_relaxed);
    return ASSAY_OK;
}

enum assay_cpu assay_cpu(void)
{
    int set = atomic_load_explicit(&in_use, memory_order_relaxed);
    if (set != NOT_YET)
        return (enum assay_cpu)set;
    struct assay_error unused;
    enum assay_status status = assay_cpu_choose(NULL, &unused);
    if (status != ASSAY_OK) { /* main() has said so, or a library's caller has set it */
        set = NOT_YET;
        atomic_compare_exchange_strong(&in_use, &set, (int)best());
    }
    return (enum assay_cpu)atomic_load_explicit(&in_use, memory_order_relaxed);
}
