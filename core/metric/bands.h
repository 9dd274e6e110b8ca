/* bands.h - where to cut a scale so that its bands hold about equally many rows
 *
 * Values are counted by the leading bits of their double (steps of 1.6%, 1% on average), so that a million
 * of them cost one pass and no sort, in any order. An edge is a number that people can say: three
 * significant digits. Rows of one value are never parted.
 */
#ifndef ASSAY_CORE_METRIC_BANDS_H
#define ASSAY_CORE_METRIC_BANDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/sort.h"

enum { ASSAY_BAND_KEY_BITS = 18 }; /* sign, exponent, 6 bits of the mantissa */

struct assay_bands {
    uint32_t *count; /* [2^ASSAY_BAND_KEY_BITS] by leading bits of assay_sort_key() */
    size_t n;
};

/* ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_bands_init(struct assay_bands *bands, struct assay_error *err);
void assay_bands_clear(struct assay_bands *bands);
void assay_bands_reset(struct assay_bands *bands); /* empties */

/* One value, not NaN. */
static inline void assay_bands_add(struct assay_bands *bands, double value)
{
    bands->count[assay_sort_key(value) >> (64 - ASSAY_BAND_KEY_BITS)]++;
    bands->n++;
}

/* The same value so many times. */
static inline void assay_bands_add_times(struct assay_bands *bands, double value, uint32_t times)
{
    bands->count[assay_sort_key(value) >> (64 - ASSAY_BAND_KEY_BITS)] += times;
    bands->n += times;
}

/* edge[n_band - 1], ascending; returns how many there are: fewer where few values hold most rows. Band k
 * is [edge[k - 1], edge[k]). An edge is where a step with rows begins: the one with the wanted quantile, or
 * the next, whichever leaves a share of rows below that is nearer to it. */
size_t assay_bands_edges(const struct assay_bands *bands, size_t n_band, double edge[]);

#endif
