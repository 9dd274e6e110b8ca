#include "core/metric/survival.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/metric/check.h"

/* Products of shares that are 1 - share on paper may be off by rounding. */
static const double slack = 1e-12;

static enum assay_status check_times(const double time[], const unsigned char censored[], size_t n,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!(isfinite(time[i]) && time[i] >= 0.0))
            return assay_fail_value(err, "survival: a time", time[i],
                                    "a finite number, at least 0");
        if (censored[i] > 1)
            return assay_fail(err, ASSAY_EDATA, "survival: censored[%zu] is %u; expected 0 or 1", i,
                              (unsigned)censored[i]);
    }
    return ASSAY_OK;
}

static bool make_points(size_t n, struct assay_survival *out)
{
    double *memory = n > SIZE_MAX / 4 ? NULL : assay_rows_alloc(4 * n, sizeof *memory);
    size_t *at_risk = assay_rows_alloc(n, sizeof *at_risk);
    *out = (struct assay_survival){.n = n, .time = memory, .at_risk = at_risk};
    if (memory == NULL || at_risk == NULL)
        return false;
    out->share = memory + n;
    out->low = memory + 2 * n;
    out->high = memory + 3 * n;
    return true;
}

/* The limits S^exp(-+ z se / log S), se^2 = Greenwood's sum. */
static void put_limits(struct assay_survival *out, size_t k, double greenwood)
{
    double share = out->share[k];
    if (!(share > 0.0)) {
        out->low[k] = 0.0;
        out->high[k] = k > 0 ? out->high[k - 1] : 1.0;
        return;
    }
    double reach = assay_normal_quantile(ASSAY_LEVEL) * sqrt(greenwood) / fabs(log(share));
    out->low[k] = pow(share, exp(reach));
    out->high[k] = pow(share, exp(-reach));
}

static void walk(const struct assay_sort_item sorted[], const unsigned char censored[],
                 struct assay_survival *out)
{
    double share = 1.0, greenwood = 0.0;
    for (size_t first = 0, end; first < out->n; first = end) {
        double at_risk = (double)(out->n - first), ended = 0.0;
        for (end = first; end < out->n && sorted[end].key == sorted[first].key; end++) {
            ended += !censored[sorted[end].index];
            out->n_censored += censored[sorted[end].index];
        }
        if (!(ended > 0.0))
            continue;
        size_t k = out->n_point++;
        share = ended < at_risk ? share * (1.0 - ended / at_risk) : 0.0;
        greenwood += ended / (at_risk * (at_risk - ended));
        out->time[k] = assay_sort_value(sorted[first].key);
        out->share[k] = share;
        out->at_risk[k] = out->n - first;
        put_limits(out, k, greenwood);
    }
}

enum assay_status assay_survival_measure(const double time[], const unsigned char censored[],
                                         size_t n, struct assay_survival *out,
                                         struct assay_error *err)
{
    enum assay_status status = check_times(time, censored, n, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_survival made;
    struct assay_sort_item *items = n > SIZE_MAX / 2 ? NULL : assay_rows_alloc(2 * n, sizeof *items);
    struct assay_sort_item *sorted = NULL;
    bool enough = make_points(n, &made) && items != NULL;
    for (size_t i = 0; enough && i < n; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(time[i]), i};
    enough = enough && assay_sort_items(items, items + n, n, &sorted);
    if (enough) {
        walk(sorted, censored, &made);
        *out = made;
    } else {
        assay_survival_clear(&made);
    }
    assay_rows_free(items);
    return enough ? ASSAY_OK : assay_fail_memory(err, "estimating a survival curve");
}

void assay_survival_clear(struct assay_survival *survival)
{
    assay_rows_free(survival->time);
    assay_rows_free(survival->at_risk);
    *survival = (struct assay_survival){0};
}

/* First time at which limit[k] is at most bar, or below it. */
static double first_time(const struct assay_survival *s, const double limit[], double bar,
                         bool below)
{
    for (size_t k = 0; k < s->n_point; k++)
        if (below ? limit[k] < bar - slack : limit[k] <= bar + slack)
            return s->time[k];
    return (double)NAN;
}

struct assay_estimate assay_survival_quantile(const struct assay_survival *survival, double share)
{
    double bar = 1.0 - share;
    return (struct assay_estimate){
        .value = first_time(survival, survival->share, bar, false),
        .low = first_time(survival, survival->low, bar, false),
        .high = first_time(survival, survival->high, bar, true),
    };
}
