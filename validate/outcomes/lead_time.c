#include "validate/outcomes/lead_time.h"

#include <math.h>

#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/metric/lead_time.h"

enum { MOST_POINTS = 200, URGENT_DAYS = 30 };

/* The snapshots of churners, by account and day. */
struct histories {
    int32_t *event, *before; /* [n_account] day of the last event, and of the one before it */
    struct assay_sort_item *items, *sorted; /* [n] key: account and day, index: flagged */
    size_t n, n_churner;
    struct assay_lead *leads; /* [n_churner] */
    int32_t *day;             /* [n] scratch, of one account at a time */
    unsigned char *flagged;
    double *step; /* [n_step] days between neighbours */
    size_t n_step;
};

static void histories_clear(struct histories *h)
{
    assay_rows_free(h->event);
    assay_rows_free(h->items);
    assay_rows_free(h->leads);
    assay_rows_free(h->day);
    assay_rows_free(h->flagged);
    assay_rows_free(h->step);
}

/* ---- who churned, and when ---- */

static enum assay_status find_churners(const struct assay_audit_input *input, struct histories *h,
                                       struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    h->event = assay_rows_alloc(input->n_account, 2 * sizeof *h->event);
    if (h->event == NULL)
        return assay_fail_memory(err, "finding churners");
    h->before = h->event + input->n_account;
    for (size_t a = 0; a < input->n_account; a++)
        h->event[a] = h->before[a] = ASSAY_NO_DATE;
    for (size_t i = 0; i < used->n; i++) {
        int32_t *event = &h->event[used->account[i]];
        if (!used->outcome[i] || used->event_date[i] == ASSAY_NO_DATE)
            continue;
        h->n_churner += *event == ASSAY_NO_DATE;
        if (used->event_date[i] > *event) /* ASSAY_NO_DATE is the least of all days */
            *event = used->event_date[i];
    }
    return ASSAY_OK;
}

/* An earlier event of a churner ends a life of its own: snapshots before it belong to that. */
static void find_earlier_events(const struct assay_audit_set *set, struct histories *h)
{
    for (size_t i = 0; i < set->n && set->event_date != NULL; i++) {
        int32_t account = set->account[i], day = set->event_date[i];
        if (day != ASSAY_NO_DATE && day < h->event[account] && day > h->before[account])
            h->before[account] = day;
    }
}

/* ---- their snapshots ---- */

static bool belongs(const struct assay_audit_set *set, const struct histories *h, size_t i)
{
    int32_t account = set->account[i], day = set->as_of[i];
    return h->event[account] != ASSAY_NO_DATE && day != ASSAY_NO_DATE && day < h->event[account] &&
           day >= h->before[account];
}

static size_t count_snapshots(const struct assay_audit_set *set, const struct histories *h)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += belongs(set, h, i);
    return n;
}

/* Days from year 1000 on are above this one: the key is not negative. */
static uint64_t key_of(int32_t account, int32_t day)
{
    return (uint64_t)(uint32_t)account << 32 | (uint32_t)(day - INT32_MIN / 2);
}

static void gather(const struct assay_audit_set *set, struct histories *h)
{
    for (size_t i = 0; i < set->n; i++)
        if (belongs(set, h, i))
            h->items[h->n++] =
                (struct assay_sort_item){key_of(set->account[i], set->as_of[i]), set->flagged[i]};
}

static enum assay_status gather_histories(const struct assay_audit_input *input,
                                          struct histories *h, struct assay_error *err)
{
    find_earlier_events(&input->used, h);
    if (input->other.n > 0)
        find_earlier_events(&input->other, h);
    size_t n = count_snapshots(&input->used, h) + count_snapshots(&input->other, h);
    h->items = n > SIZE_MAX / 2 ? NULL : assay_rows_alloc(2 * n, sizeof *h->items);
    h->leads = assay_rows_alloc(h->n_churner, sizeof *h->leads);
    h->day = assay_rows_alloc(n, sizeof *h->day);
    h->flagged = assay_rows_alloc(n, 1);
    h->step = assay_rows_alloc(n, sizeof *h->step);
    if (h->items == NULL || h->leads == NULL || h->day == NULL || h->flagged == NULL ||
        h->step == NULL)
        return assay_fail_memory(err, "following churners back");
    gather(&input->used, h);
    gather(&input->other, h);
    if (!assay_sort_items(h->items, h->items + n, n, &h->sorted))
        return assay_fail_memory(err, "following churners back");
    return ASSAY_OK;
}

/* One lead an account; returns how many. Every churner has a snapshot: that which makes it one. */
static size_t measure_leads(struct histories *h)
{
    size_t n_lead = 0;
    for (size_t first = 0, end; first < h->n; first = end) {
        int32_t account = (int32_t)(h->sorted[first].key >> 32);
        size_t n = 0;
        for (end = first; end < h->n && h->sorted[end].key >> 32 == h->sorted[first].key >> 32;
             end++) {
            h->day[n] = (int32_t)(uint32_t)h->sorted[end].key + INT32_MIN / 2;
            h->flagged[n] = (unsigned char)h->sorted[end].index;
            if (n > 0 && h->day[n] > h->day[n - 1])
                h->step[h->n_step++] = h->day[n] - h->day[n - 1];
            n++;
        }
        h->leads[n_lead++] = assay_lead_of(h->day, h->flagged, n, h->event[account]);
    }
    return n_lead;
}

/* The median, the lower of two middle ones; NaN of none. */
static enum assay_status middle_step(struct histories *h, double *middle, struct assay_error *err)
{
    *middle = (double)NAN;
    for (size_t k = 0; k < h->n_step; k++)
        h->items[k] = (struct assay_sort_item){assay_sort_key(h->step[k]), k};
    if (!assay_sort_items(h->items, h->items + h->n, h->n_step, &h->sorted))
        return assay_fail_memory(err, "following churners back");
    if (h->n_step > 0)
        *middle = assay_sort_value(h->sorted[(h->n_step - 1) / 2].key);
    return ASSAY_OK;
}

/* ---- writing ---- */

/* Either end may be beyond what was observed: each is null by itself. */
static void put_ends(struct assay_json_writer *json, const char *key, double low, double high)
{
    assay_json_open(json, key, '-');
    assay_json_put_optional(json, NULL, low);
    assay_json_put_optional(json, NULL, high);
    assay_json_close(json);
}

static void put_days(struct assay_json_writer *json, const char *key,
                     const struct assay_estimate *days)
{
    assay_json_open(json, key, '{');
    assay_json_put_optional(json, "value", days->value);
    put_ends(json, "interval", days->low, days->high);
    assay_json_close(json);
}

static void put_counts(struct assay_json_writer *json, const struct assay_lead_times *times)
{
    assay_json_put_count(json, "accounts", times->n);
    assay_json_put_count(json, "single", times->n_single);
    assay_json_put_count(json, "flagged_before", times->n_flagged);
    assay_json_put_count(json, "withdrawn", times->n_withdrawn);
    assay_json_put_count(json, "never", times->n_never);
    assay_json_put_count(json, "censored", times->n_censored);
    assay_json_put_count(json, "first_seen_flagged", times->n_censored);
    put_days(json, "median", &times->median);
    put_ends(json, "quartiles", times->lower_quartile.value, times->upper_quartile.value);
    put_days(json, "first_flag", &times->first_flag_median);
    assay_json_open(json, "ahead", '[');
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++) {
        const struct assay_estimate *share = &times->ahead[h].wilson;
        assay_json_open(json, NULL, '{');
        assay_json_put_count(json, "days", (size_t)assay_lead_horizons[h]);
        assay_json_put_optional(json, "share", share->value);
        assay_json_put_interval(json, "interval", share->low, share->high);
        assay_json_put_count(json, "of", times->ahead[h].n);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void put_curve(struct assay_json_writer *json, const struct assay_survival *curve)
{
    size_t n = curve->n_point < MOST_POINTS ? curve->n_point : MOST_POINTS;
    assay_json_open(json, "curve", '[');
    for (size_t p = 0; p < n; p++) {
        size_t k = n < curve->n_point ? p * (curve->n_point - 1) / (n - 1) : p;
        assay_json_open(json, NULL, '{');
        assay_json_put_number(json, "days", curve->time[k]);
        assay_json_put_number(json, "share", curve->share[k]);
        assay_json_put_interval(json, "interval", curve->low[k], curve->high[k]);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void say_days(struct assay_text *text, const struct assay_estimate *days)
{
    assay_text_printf(text, "%.0f days (95%% interval ", days->value);
    if (isnan(days->low))
        assay_text_puts(text, "not known)");
    else if (isnan(days->high))
        assay_text_printf(text, "%.0f or more)", days->low);
    else
        assay_text_printf(text, "%.0f to %.0f)", days->low, days->high);
}

static void say_ahead(struct assay_text *text, const struct assay_lead_times *times)
{
    char of[ASSAY_GROUPED_SIZE];
    for (size_t h = 0; h < ASSAY_LEAD_HORIZONS; h++) {
        const struct assay_estimate *share = &times->ahead[h].wilson;
        if (times->ahead[h].n > 0)
            assay_text_printf(
                text,
                " %d days ahead, %.0f%% of the %s observed so early were flagged for good "
                "(%.0f%% to %.0f%%).",
                assay_lead_horizons[h], 100 * share->value,
                assay_number_group((double)times->ahead[h].n, of), 100 * share->low,
                100 * share->high);
    }
}

static void say_words(struct assay_text *text, const struct assay_lead_times *times, double step)
{
    char of[ASSAY_GROUPED_SIZE], count[ASSAY_GROUPED_SIZE];
    assay_text_printf(text, "Of %s churner%s, %s %s flagged at the last snapshot",
                      assay_number_group((double)times->n, of), times->n == 1 ? "" : "s",
                      assay_number_group((double)times->n_flagged, count),
                      times->n_flagged == 1 ? "was" : "were");
    if (times->n_withdrawn > 0)
        assay_text_printf(text, ", %s had been flagged once but no longer",
                          assay_number_group((double)times->n_withdrawn, count));
    assay_text_printf(text, ", %s never. ", assay_number_group((double)times->n_never, count));
    if (isnan(times->median.value)) {
        assay_text_puts(text, "The median lead is longer than the data look back.");
    } else {
        assay_text_puts(text, "The median lead, from flagged for good to churn, is ");
        say_days(text, &times->median);
        assay_text_putc(text, '.');
    }
    say_ahead(text, times);
    if (times->n_censored > 0)
        assay_text_printf(
            text,
            " For %s flagged from the first snapshot on, the lead is at least as long as they "
            "were observed, which the median allows for, as if such accounts were otherwise like the rest.",
            assay_number_group((double)times->n_censored, count));
    if (!isnan(step))
        assay_text_printf(
            text,
            " Snapshots of an account are %.0f days apart: the risk may have risen up to so "
            "many days before the flag showed it.",
            step);
}

static void advise(struct assay_audit_output *out, const struct assay_lead_times *times)
{
    const struct assay_rate *early = &times->ahead[0];
    if (times->median.high < URGENT_DAYS)
        assay_advise(
            out, 1,
            "Score accounts more often, or look for earlier signs: half of the churners were "
            "flagged less than %d days before they left, or never",
            URGENT_DAYS);
    else if (early->n > 0 && early->wilson.high < 0.5)
        assay_advise(
            out, 1,
            "Look for earlier signs: %d days before churn only %.0f%% of the churners were flagged",
            URGENT_DAYS, 100 * early->wilson.value);
}

static enum assay_status write_times(const struct assay_lead_times *times, double step,
                                     struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_json_writer *json = &out->json;
    struct assay_text text = {0};
    say_words(&text, times, step);
    if (text.failed) {
        assay_text_clear(&text);
        return assay_fail_memory(err, "describing lead times");
    }
    assay_json_open(json, "lead_time", '{');
    put_counts(json, times);
    assay_json_put_optional(json, "step_days", step);
    assay_json_put_string(
        json, "rule",
        "from the first snapshot of the last unbroken run of flagged snapshots before "
        "churn; a flag that a later snapshot took back does not count");
    assay_json_put_string(json, "words", text.data);
    put_curve(json, &times->curve);
    assay_json_close(json);
    assay_text_clear(&text);
    advise(out, times);
    return ASSAY_OK;
}

static void refuse(struct assay_json_writer *json, const char *why)
{
    assay_json_open(json, "lead_time", '{');
    assay_json_put_string(json, "refused", why);
    assay_json_close(json);
}

static enum assay_status measure(const struct assay_audit_input *input, struct histories *h,
                                 struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_lead_times times;
    double step = 0.0;
    enum assay_status status = gather_histories(input, h, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = measure_leads(h);
    status = middle_step(h, &step, err);
    if (status == ASSAY_OK)
        status = assay_lead_times_measure(h->leads, n, isnan(step) ? 0.0 : step, &times, err);
    if (status != ASSAY_OK)
        return status;
    if (times.n_single == n)
        refuse(&out->json,
               "no churner has an earlier snapshot: a lead time needs several snapshots of an "
               "account in the file (those before --from count too).");
    else
        status = write_times(&times, step, out, err);
    assay_lead_times_clear(&times);
    return status;
}

enum assay_status assay_audit_lead_time(const struct assay_audit_input *input,
                                        struct assay_audit_output *out, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    struct histories h = {0};
    if (used->account == NULL || used->as_of == NULL || input->from == ASSAY_NO_DATE) {
        assay_json_put_null(&out->json, "lead_time");
        return ASSAY_OK;
    }
    if (used->event_date == NULL) {
        refuse(&out->json,
               "the outcome is a 0/1 column: without the day of churn there is no time to it.");
        return ASSAY_OK;
    }
    enum assay_status status = find_churners(input, &h, err);
    if (status == ASSAY_OK && h.n_churner == 0)
        refuse(&out->json, "nobody churned.");
    else if (status == ASSAY_OK)
        status = measure(input, &h, out, err);
    histories_clear(&h);
    return status;
}
