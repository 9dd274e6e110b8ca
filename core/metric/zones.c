#include "core/metric/zones.h"

#include <math.h>
#include <stdio.h>

#include "core/metric/check.h"

static const char what[] = "zones";

static enum assay_status check_bounds(const double lower[], size_t n_zone, struct assay_error *err)
{
    if (n_zone == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: there are 0 zones; expected at least 1", what);
    for (size_t k = 0; k < n_zone; k++) {
        char place[64];
        snprintf(place, sizeof place, "%s: lower[%zu]", what, k);
        if (!isfinite(lower[k]))
            return assay_fail_value(err, place, lower[k], "a finite number");
        if (k > 0 && lower[k] <= lower[k - 1])
            return assay_fail_value(err, place, lower[k], "more than the bound before it");
    }
    return ASSAY_OK;
}

static enum assay_status check_lowest(const double score[], size_t n, double lowest,
                                      struct assay_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (score[i] < lowest) {
            char place[64];
            snprintf(place, sizeof place, "%s: score[%zu]", what, i);
            return assay_fail_value(err, place, score[i], "at least the lowest zone's bound");
        }
    }
    return ASSAY_OK;
}

static enum assay_status check(const double score[], const unsigned char outcome[], size_t n,
                               const double lower[], size_t n_zone, struct assay_error *err)
{
    enum assay_status status = check_bounds(lower, n_zone, err);
    if (status == ASSAY_OK)
        status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_score(what, score, n, err);
    if (status == ASSAY_OK)
        status = check_lowest(score, n, lower[0], err);
    return status;
}

/* The last zone whose bound is not above the score. */
static size_t zone_of(double score, const double lower[], size_t n_zone)
{
    size_t at = 0, beyond = n_zone;
    while (beyond - at > 1) {
        size_t middle = at + (beyond - at) / 2;
        if (score >= lower[middle])
            at = middle;
        else
            beyond = middle;
    }
    return at;
}

enum assay_status assay_zones_measure(const double score[], const unsigned char outcome[], size_t n,
                                      const double lower[], size_t n_zone,
                                      struct assay_zone_result out[], struct assay_error *err)
{
    enum assay_status status = check(score, outcome, n, lower, n_zone, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t k = 0; k < n_zone; k++)
        out[k] = (struct assay_zone_result){0};
    for (size_t i = 0; i < n; i++) {
        struct assay_zone_result *zone = &out[zone_of(score[i], lower, n_zone)];
        zone->n++;
        zone->n_event += outcome[i];
    }
    for (size_t k = 0; k < n_zone; k++)
        out[k].rate = assay_rate_of(out[k].n_event, out[k].n);
    return ASSAY_OK;
}
