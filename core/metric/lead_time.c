#include "core/metric/lead_time.h"

#include <assert.h>
#include <math.h>

#include "core/base/rows.h"

const int32_t assay_lead_horizons[ASSAY_LEAD_HORIZONS] = {30, 60, 90};

struct assay_lead assay_lead_of(const int32_t day[], const unsigned char flagged[], size_t n,
                                int32_t event)
{
    assert(n > 0 && day[n - 1] < event);
    struct assay_lead lead = {.observed = event - day[0]};
    bool unbroken = true;
    for (size_t end = n, first; end > 0; end = first) { /* a day at a time, the last one first */
        bool any = false;
        for (first = end; first > 0 && day[first - 1] == day[end - 1]; first--)
            any = any || flagged[first - 1];
        lead.n_snapshot++;
        unbroken = unbroken && any;
        if (unbroken)
            lead.days = event - day[first];
        if (any)
            lead.first_flag = event - day[first];
    }
    lead.censored = unbroken;
    return lead;
}

static void count(const struct assay_lead leads[], struct assay_lead_times *out)
{
    size_t early[ASSAY_LEAD_HORIZONS] = {0}, ahead[ASSAY_LEAD_HORIZONS] = {0};
    for (size_t i = 0; i < out->n; i++) {
        const struct assay_lead *lead = &leads[i];
        out->n_single += lead->n_snapshot == 1;
        out->n_flagged += lead->days > 0;
        out->n_withdrawn += lead->days == 0 && lead->first_flag > 0;
        out->n_never += lead->first_flag == 0;
        out->n_censored += lead->censored;
        for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++) {
            early[h] += lead->observed >= assay_lead_horizons[h];
            ahead[h] += lead->days >= assay_lead_horizons[h];
        }
    }
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++)
        out->ahead[h] = assay_rate_of(ahead[h], early[h]);
}

/* Where a lead that is at least `days` leaves the curve. */
static double cut(int32_t days, double step)
{
    return fmax(days - 0.5 * step, 0.0);
}

/* The curve of the first flags is wanted for its median alone. */
static enum assay_status measure_curves(const struct assay_lead leads[], double step, double time[],
                                        unsigned char censored[], struct assay_lead_times *out,
                                        struct assay_error *err)
{
    struct assay_survival ever = {0};
    for (size_t i = 0; i < out->n; i++) {
        censored[i] = leads[i].first_flag == leads[i].observed;
        time[i] = censored[i] ? cut(leads[i].first_flag, step) : leads[i].first_flag;
    }
    enum assay_status status = assay_survival_measure(time, censored, out->n, &ever, err);
    if (status != ASSAY_OK)
        return status;
    out->first_flag_median = assay_survival_quantile(&ever, 0.5);
    assay_survival_clear(&ever);
    for (size_t i = 0; i < out->n; i++) {
        censored[i] = leads[i].censored;
        time[i] = censored[i] ? cut(leads[i].days, step) : leads[i].days;
    }
    return assay_survival_measure(time, censored, out->n, &out->curve, err);
}

enum assay_status assay_lead_times_measure(const struct assay_lead leads[], size_t n, double step,
                                           struct assay_lead_times *out, struct assay_error *err)
{
    struct assay_lead_times made = {.n = n};
    enum assay_status status = ASSAY_ENOMEM;
    double *time = assay_rows_alloc(n, sizeof *time);
    unsigned char *censored = assay_rows_alloc(n, 1);
    if (time != NULL && censored != NULL)
        status = measure_curves(leads, step, time, censored, &made, err);
    assay_rows_free(time);
    assay_rows_free(censored);
    if (status != ASSAY_OK) /* the times are whole days, at least 0: only memory can be short */
        return assay_fail_memory(err, "measuring lead times");
    count(leads, &made);
    made.median = assay_survival_quantile(&made.curve, 0.5);
    made.lower_quartile = assay_survival_quantile(&made.curve, 0.25);
    made.upper_quartile = assay_survival_quantile(&made.curve, 0.75);
    *out = made;
    return ASSAY_OK;
}

void assay_lead_times_clear(struct assay_lead_times *times)
{
    assay_survival_clear(&times->curve);
}
