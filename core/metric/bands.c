#include "core/metric/bands.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum { STEPS = 1 << ASSAY_BAND_KEY_BITS, DROPPED = 64 - ASSAY_BAND_KEY_BITS };

enum assay_status assay_bands_init(struct assay_bands *bands, struct assay_error *err)
{
    *bands = (struct assay_bands){.count = assay_alloc(STEPS, sizeof *bands->count)};
    return bands->count != NULL ? ASSAY_OK : assay_fail_memory(err, "cutting a scale into bands");
}

void assay_bands_clear(struct assay_bands *bands)
{
    free(bands->count);
    *bands = (struct assay_bands){0};
}

void assay_bands_reset(struct assay_bands *bands)
{
    memset(bands->count, 0, STEPS * sizeof *bands->count);
    bands->n = 0;
}

/* To three significant digits. */
static double rounded(double value)
{
    if (!(fabs(value) > 0.0) || !isfinite(value))
        return value;
    double unit = pow(10.0, floor(log10(fabs(value))) - 2.0);
    /* Units below 1 are not doubles, their inverses are: 31.4, not 31.400000000000002. */
    return unit < 1.0 ? round(value * round(1.0 / unit)) / round(1.0 / unit)
                      : round(value / unit) * unit;
}

size_t assay_bands_edges(const struct assay_bands *bands, size_t n_band, double edge[])
{
    size_t n_edge = 0, below = 0, wanted = 1;
    bool due = false; /* an edge at the next step that holds rows */
    for (size_t step = 0; step < STEPS && (wanted < n_band || due); step++) {
        if (bands->count[step] == 0)
            continue;
        size_t through = below + bands->count[step];
        bool here = due;
        due = false;
        for (; wanted < n_band && through * n_band >= wanted * bands->n; wanted++) {
            double target = (double)(wanted * bands->n) / (double)n_band;
            bool lower = target - (double)below < (double)through - target;
            here |= lower;
            due |= !lower;
        }
        double at = rounded(assay_sort_value((uint64_t)step << DROPPED));
        if (here && below > 0 && isfinite(at) && (n_edge == 0 || at > edge[n_edge - 1]))
            edge[n_edge++] = at;
        below = through;
    }
    return n_edge;
}
