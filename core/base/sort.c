#include "core/base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum { DIGIT_BITS = 11, N_DIGIT = 6, N_BUCKET = 1 << DIGIT_BITS };

/* Sign bit set for positive values, all bits turned for negative ones; adding 0 makes -0 a 0. */
uint64_t assay_sort_key(double value)
{
    double plain = value + 0.0;
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

double assay_sort_value(uint64_t key)
{
    uint64_t bits = key >> 63 != 0 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t digit_of(uint64_t key, unsigned digit)
{
    return (size_t)(key >> digit * DIGIT_BITS) & (N_BUCKET - 1);
}

/* One pass from `from` to `to`; false, with nothing moved, when all share this digit. */
static bool scatter(const struct assay_sort_item from[], struct assay_sort_item to[], size_t n,
                    unsigned digit, const size_t count[N_BUCKET])
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

bool assay_sort_items(struct assay_sort_item items[], struct assay_sort_item spare[], size_t n,
                      struct assay_sort_item **sorted)
{
    size_t(*count)[N_BUCKET] = assay_alloc(N_DIGIT, sizeof *count);
    if (count == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < N_DIGIT; d++)
            count[d][digit_of(items[i].key, d)]++;
    for (unsigned d = 0; d < N_DIGIT && n > 0; d++)
        if (scatter(items, spare, n, d, count[d])) {
            struct assay_sort_item *swap = items;
            items = spare;
            spare = swap;
        }
    free(count);
    *sorted = items;
    return true;
}
