#include "core/metric/sieve.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"

/* Chunks depend on the number of rows alone. */
enum { CHUNK_ROWS = 1 << 16, MOST_CHUNKS = 64, LANES = 8 };

struct bounds {
    size_t n_present;
    double lowest, highest;
};

struct work {
    struct assay_sieve *sieve;
    struct bounds bounds[MOST_CHUNKS];
    size_t first[MOST_CHUNKS]; /* of a chunk's values among those that are gathered */
    double *value;
    unsigned char *flag;
};

static size_t chunk_start(const struct assay_sieve *sieve, size_t chunk)
{
    return chunk == sieve->n_chunk ? sieve->n : sieve->n / sieve->n_chunk * chunk;
}

/* ---- counting ---- */

/* Comparisons with NaN are false: it moves no bound. */
static void take_bounds(const double value[], size_t n, struct bounds *out)
{
    double low[LANES], high[LANES];
    size_t present[LANES] = {0}, i = 0;
    for (size_t k = 0; k < LANES; k++) {
        low[k] = HUGE_VAL;
        high[k] = -HUGE_VAL;
    }
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            double x = value[i + k];
            present[k] += x == x;
            low[k] = x < low[k] ? x : low[k];
            high[k] = x > high[k] ? x : high[k];
        }
    for (; i < n; i++) {
        present[0] += isnan(value[i]) ? 0 : 1;
        low[0] = value[i] < low[0] ? value[i] : low[0];
        high[0] = value[i] > high[0] ? value[i] : high[0];
    }
    *out = (struct bounds){0, low[0], high[0]};
    for (size_t k = 0; k < LANES; k++) {
        out->n_present += present[k];
        out->lowest = fmin(out->lowest, low[k]);
        out->highest = fmax(out->highest, high[k]);
    }
}

static void bounds_task(void *state, size_t chunk)
{
    struct work *w = state;
    size_t first = chunk_start(w->sieve, chunk), end = chunk_start(w->sieve, chunk + 1);
    take_bounds(w->sieve->value + first, end - first, &w->bounds[chunk]);
}

static void find_bounds(struct work *w)
{
    struct assay_sieve *sieve = w->sieve;
    sieve->lowest = HUGE_VAL;
    sieve->highest = -HUGE_VAL;
    assay_parallel(sieve->n_chunk, 0, bounds_task, w);
    for (size_t c = 0; c < sieve->n_chunk; c++) {
        sieve->n_present += w->bounds[c].n_present;
        sieve->lowest = fmin(sieve->lowest, w->bounds[c].lowest);
        sieve->highest = fmax(sieve->highest, w->bounds[c].highest);
    }
    double per_half = (ASSAY_STRIPS - 1) / (sieve->highest / 2 - sieve->lowest / 2);
    sieve->per_half = isfinite(per_half) ? per_half : 0;
}

size_t assay_sieve_strip(const struct assay_sieve *sieve, double value)
{
    return (size_t)((value / 2 - sieve->lowest / 2) * sieve->per_half);
}

static void count_task(void *state, size_t chunk)
{
    struct work *w = state;
    const struct assay_sieve *sieve = w->sieve;
    uint32_t(*count)[2] = sieve->in_chunk[chunk];
    for (size_t i = chunk_start(sieve, chunk); i < chunk_start(sieve, chunk + 1); i++) {
        if (!isnan(sieve->value[i]))
            count[assay_sieve_strip(sieve, sieve->value[i])]
                 [sieve->flag != NULL && sieve->flag[i] != 0]++;
        assay_parallel_row(i);
    }
}

enum assay_status assay_sieve_init(const double value[], const unsigned char flag[], size_t n,
                                   const char *what, struct assay_sieve *sieve,
                                   struct assay_error *err)
{
    size_t n_chunk = n / CHUNK_ROWS < MOST_CHUNKS ? n / CHUNK_ROWS : MOST_CHUNKS;
    struct assay_sieve made = {
        .value = value, .flag = flag, .n = n, .n_chunk = n_chunk > 0 ? n_chunk : 1};
    made.count = assay_alloc(ASSAY_STRIPS, sizeof *made.count);
    made.in_chunk = assay_rows_alloc(made.n_chunk, sizeof *made.in_chunk);
    made.kept = assay_alloc(ASSAY_STRIPS, sizeof *made.kept);
    if (made.count == NULL || made.in_chunk == NULL || made.kept == NULL) {
        assay_sieve_clear(&made);
        return assay_fail_memory(err, what);
    }
    struct work w = {.sieve = &made};
    find_bounds(&w);
    assay_parallel(made.n_chunk, 0, count_task, &w);
    for (size_t c = 0; c < made.n_chunk; c++)
        for (size_t b = 0; b < ASSAY_STRIPS; b++)
            for (size_t f = 0; f < 2; f++)
                made.count[b][f] += made.in_chunk[c][b][f];
    *sieve = made;
    return ASSAY_OK;
}

void assay_sieve_clear(struct assay_sieve *sieve)
{
    free(sieve->count);
    assay_rows_free(sieve->in_chunk);
    free(sieve->kept);
    *sieve = (struct assay_sieve){0};
}

/* ---- what is kept ---- */

size_t assay_sieve_in(const struct assay_sieve *sieve, size_t strip)
{
    return sieve->count[strip][0] + sieve->count[strip][1];
}

size_t assay_sieve_kept(const struct assay_sieve *sieve)
{
    size_t kept = 0;
    for (size_t b = 0; b < ASSAY_STRIPS; b++)
        kept += sieve->kept[b] ? assay_sieve_in(sieve, b) : 0;
    return kept;
}

static void gather_task(void *state, size_t chunk)
{
    const struct work *w = state;
    const struct assay_sieve *sieve = w->sieve;
    size_t k = w->first[chunk];
    for (size_t i = chunk_start(sieve, chunk); i < chunk_start(sieve, chunk + 1); i++) {
        double value = sieve->value[i];
        assay_parallel_row(i);
        if (isnan(value) || !sieve->kept[assay_sieve_strip(sieve, value)])
            continue;
        w->value[k] = value;
        if (w->flag != NULL)
            w->flag[k] = sieve->flag != NULL && sieve->flag[i] != 0;
        k++;
    }
}

void assay_sieve_gather(const struct assay_sieve *sieve, double value[], unsigned char flag[])
{
    struct assay_sieve borrowed = *sieve;
    struct work w = {.sieve = &borrowed, .value = value, .flag = flag};
    for (size_t c = 0, next = 0; c < sieve->n_chunk; c++) {
        w.first[c] = next;
        for (size_t b = 0; b < ASSAY_STRIPS; b++)
            if (sieve->kept[b])
                next += sieve->in_chunk[c][b][0] + sieve->in_chunk[c][b][1];
    }
    assay_parallel(sieve->n_chunk, 0, gather_task, &w);
}
