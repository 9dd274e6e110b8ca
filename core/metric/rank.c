#include "core/metric/rank.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/check.h"

/* Radix sort, least significant digit first: stable, linear, and the same work for any input. */
enum { DIGIT_BITS = 11, N_DIGIT = 6, N_BUCKET = 1 << DIGIT_BITS };

struct keyed {
    uint64_t key;
    size_t index;
};

/* The 64-bit image of a double that sorts as the double does: sign bit set for positive values,
 * all bits turned for negative ones. Adding 0 makes -0 a 0. */
static uint64_t sortable(double value)
{
    double plain = value + 0.0;
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static size_t digit_of(uint64_t key, unsigned digit)
{
    return (size_t)(key >> digit * DIGIT_BITS) & (N_BUCKET - 1);
}

/* One pass from `from` to `to`; false, with nothing moved, when all share this digit. */
static bool scatter(const struct keyed from[], struct keyed to[], size_t n, unsigned digit,
                    const size_t count[N_BUCKET])
{
    if (count[digit_of(from[0].key, digit)] == n)
        return false;
    size_t place[N_BUCKET], next = 0;
    for (size_t b = 0; b < N_BUCKET; b++) {
        place[b] = next;
        next += count[b];
    }
    for (size_t i = 0; i < n; i++)
        to[place[digit_of(from[i].key, digit)]++] = from[i];
    return true;
}

static void radix_sort(struct keyed item[], struct keyed spare[], size_t n,
                       size_t count[N_DIGIT][N_BUCKET], size_t order[])
{
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < N_DIGIT; d++)
            count[d][digit_of(item[i].key, d)]++;
    for (unsigned d = 0; d < N_DIGIT; d++) {
        if (scatter(item, spare, n, d, count[d])) {
            struct keyed *sorted = spare;
            spare = item;
            item = sorted;
        }
    }
    for (size_t i = 0; i < n; i++)
        order[i] = item[i].index;
}

enum assay_status assay_rank_order(const double value[], size_t n, size_t order[],
                                   struct assay_error *err)
{
    enum assay_status status = assay_check_score("rank", value, n, err);
    if (status != ASSAY_OK || n == 0)
        return status;
    struct keyed *item = n > SIZE_MAX / 2 ? NULL : assay_alloc(2 * n, sizeof *item);
    size_t(*count)[N_BUCKET] = assay_alloc(N_DIGIT, sizeof *count);
    if (item != NULL && count != NULL) {
        for (size_t i = 0; i < n; i++)
            item[i] = (struct keyed){.key = sortable(value[i]), .index = i};
        radix_sort(item, item + n, n, count, order);
    } else {
        status = assay_fail_memory(err, "sorting scores");
    }
    free(count);
    free(item);
    return status;
}

size_t assay_rank_run_end(const double value[], const size_t order[], size_t n, size_t first)
{
    size_t end = first + 1;
    while (end < n && value[order[end]] == value[order[first]])
        end++;
    return end;
}

enum assay_status assay_rank_mid(const double value[], size_t n, double rank[],
                                 struct assay_error *err)
{
    size_t *order = assay_alloc(n, sizeof *order);
    if (order == NULL)
        return assay_fail_memory(err, "ranking scores");
    enum assay_status status = assay_rank_order(value, n, order, err);
    for (size_t first = 0, end; status == ASSAY_OK && first < n; first = end) {
        end = assay_rank_run_end(value, order, n, first);
        for (size_t k = first; k < end; k++)
            rank[order[k]] = ((double)first + 1.0 + (double)end) / 2.0;
    }
    free(order);
    return status;
}
