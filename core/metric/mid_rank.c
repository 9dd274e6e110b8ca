#include "core/metric/mid_rank.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/base/rows.h"

/* A key is the order-preserving image of a float above the index of its value: sorted by the upper half
 * alone, in three passes of 11 bits, least significant first. */
enum { INDEX_BITS = 32, DIGIT_BITS = 11, N_DIGIT = 3, N_BUCKET = 1 << DIGIT_BITS };

static uint32_t image_of(double value)
{
    double limited = fmin(fmax(value, -(double)FLT_MAX), (double)FLT_MAX);
    float single = (float)limited + 0.0F; /* -0 is 0 */
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    return bits >> 31 != 0 ? ~bits : bits | UINT32_C(1) << 31;
}

static size_t digit_of(uint64_t key, unsigned digit)
{
    return (size_t)(key >> (INDEX_BITS + digit * DIGIT_BITS)) & (N_BUCKET - 1);
}

static void scatter(const uint64_t from[], uint64_t to[], size_t n, unsigned digit)
{
    size_t place[N_BUCKET] = {0}, next = 0;
    for (size_t m = 0; m < n; m++)
        place[digit_of(from[m], digit)]++;
    for (size_t b = 0; b < N_BUCKET; b++) {
        size_t count = place[b];
        place[b] = next;
        next += count;
    }
    for (size_t m = 0; m < n; m++)
        to[place[digit_of(from[m], digit)]++] = from[m];
}

/* Three passes: what was in keys ends up in spare. */
static void sort(uint64_t keys[], uint64_t spare[], size_t n)
{
    scatter(keys, spare, n, 0);
    scatter(spare, keys, n, 1);
    scatter(keys, spare, n, 2);
}

enum assay_status assay_mid_rank_places(const double value[], size_t n, double place[],
                                        size_t *n_value, struct assay_error *err)
{
    assert(n <= UINT32_MAX);
    uint64_t *keys = assay_rows_alloc(n, 2 * sizeof *keys);
    if (keys == NULL)
        return assay_fail_memory(err, "ranking a column");
    uint64_t *sorted = keys + n;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (isnan(value[i]))
            place[i] = (double)NAN;
        else
            keys[m++] = (uint64_t)image_of(value[i]) << INDEX_BITS | i;
    sort(keys, sorted, m);
    for (size_t first = 0, end; first < m; first = end) {
        end = first + 1;
        while (end < m && sorted[end] >> INDEX_BITS == sorted[first] >> INDEX_BITS)
            end++;
        for (size_t k = first; k < end; k++)
            place[sorted[k] & UINT32_MAX] = ((double)first + (double)end) / 2.0 / (double)m;
    }
    assay_rows_free(keys);
    *n_value = m;
    return ASSAY_OK;
}
