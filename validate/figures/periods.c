#include "validate/figures/periods.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"

static void print_quarter(int32_t day, char out[], size_t size)
{
    int32_t quarter = assay_date_quarter(day), of_year = quarter % 4;
    if (of_year < 0) /* before 1970 */
        of_year += 4;
    snprintf(out, size, "%d-Q%d", (int)(1970 + (quarter - of_year) / 4), (int)of_year + 1);
}

const char *assay_period_name(int32_t from, int32_t to, char out[ASSAY_PERIOD_SIZE])
{
    char first[ASSAY_PERIOD_SIZE / 2 - 2], last[ASSAY_PERIOD_SIZE / 2 - 2];
    print_quarter(from, first, sizeof first);
    print_quarter(to, last, sizeof last);
    if (assay_date_quarter(from) == assay_date_quarter(to))
        snprintf(out, ASSAY_PERIOD_SIZE, "%s", last);
    else
        snprintf(out, ASSAY_PERIOD_SIZE, "%s to %s", first, last);
    return out;
}

struct period {
    const char *name;
    int32_t from, to;
    size_t n, n_event;
    struct assay_estimate sensitivity, specificity;
    double expected; /* events; NaN: not known */
    bool past;
};

static void write_period(const struct period *period, struct assay_json_writer *json)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "period", period->name);
    assay_put_date(json, "from", period->from);
    assay_put_date(json, "to", period->to);
    assay_json_put_count(json, "n", period->n);
    assay_json_put_count(json, "events", period->n_event);
    assay_put_estimate(json, "sensitivity", &period->sensitivity);
    assay_put_estimate(json, "specificity", &period->specificity);
    assay_json_put_count(json, "observed", period->n_event);
    assay_json_put_optional(json, "expected", period->expected);
    assay_json_put_bool(json, "past", period->past);
    assay_json_close(json);
}

static void write_past(const struct assay_audit_input *input, struct assay_json_writer *json)
{
    for (size_t k = 0; k < input->n_past; k++) {
        const struct assay_past_audit *past = &input->past[k];
        char name[ASSAY_PERIOD_SIZE];
        bool dated = past->from != ASSAY_NO_DATE && past->to != ASSAY_NO_DATE;
        write_period(&(struct period){.name = dated ? assay_period_name(past->from, past->to, name)
                                                    : "undated",
                                      .from = past->from,
                                      .to = past->to,
                                      .n = past->n,
                                      .n_event = past->n_event,
                                      .sensitivity = past->sensitivity,
                                      .specificity = past->specificity,
                                      .expected = past->expected,
                                      .past = true},
                     json);
    }
}

/* ---- the quarters of the audited rows ---- */

/* Rows by quarter: those of quarter q are row[start[q]] .. row[start[q + 1] - 1]. */
struct quarters {
    int32_t first;
    size_t n;
    size_t *start;
    uint32_t *row;
};

static bool is_dated(const struct assay_audit_set *used, size_t i)
{
    return used->as_of != NULL && used->as_of[i] != ASSAY_NO_DATE;
}

static bool find_span(const struct assay_audit_set *used, struct quarters *quarters)
{
    int32_t first = INT32_MAX, last = INT32_MIN;
    for (size_t i = 0; i < used->n; i++)
        if (is_dated(used, i)) {
            first = used->as_of[i] < first ? used->as_of[i] : first;
            last = used->as_of[i] > last ? used->as_of[i] : last;
        }
    if (first > last)
        return false;
    quarters->first = assay_date_quarter(first);
    quarters->n = (size_t)(assay_date_quarter(last) - quarters->first) + 1;
    return true;
}

/* Counting sort. */
static enum assay_status sort_rows(const struct assay_audit_set *used, struct quarters *quarters,
                                   struct assay_error *err)
{
    struct assay_quarter_memo memo = {0};
    quarters->start = assay_alloc(quarters->n + 2, sizeof *quarters->start);
    quarters->row = assay_rows_alloc(used->n, sizeof *quarters->row);
    if (quarters->start == NULL || quarters->row == NULL)
        return assay_fail_memory(err, "auditing quarters");
    size_t *next = quarters->start + 1;
    for (size_t i = 0; i < used->n; i++)
        if (is_dated(used, i))
            next[assay_date_quarter_again(&memo, used->as_of[i]) - quarters->first + 1]++;
    for (size_t q = 1; q <= quarters->n; q++)
        next[q] += next[q - 1];
    for (size_t i = 0; i < used->n; i++)
        if (is_dated(used, i))
            quarters->row[next[assay_date_quarter_again(&memo, used->as_of[i]) - quarters->first]++] = (uint32_t)i;
    return ASSAY_OK;
}

/* Of the rows with this outcome, the share flagged (want) or not. count: of all these rows, by outcome and flagged. */
static struct assay_estimate share_of(const struct assay_audit_set *used, const uint32_t row[], size_t n,
                                      const size_t count[2][2], unsigned char outcome, bool want,
                                      struct assay_design_effect *effect)
{
    size_t of = count[outcome][0] + count[outcome][1], hits = count[outcome][want];
    struct assay_estimate share = assay_rate_of(hits, of).wilson;
    if (effect == NULL || of == 0)
        return share;
    for (size_t k = 0; k < n; k++)
        if (used->outcome[row[k]] == outcome) {
            double hit = (used->flagged[row[k]] != 0) == want ? 1.0 : 0.0;
            assay_design_effect_add(effect, used->account[row[k]], hit - share.value);
        }
    double d = assay_design_effect_take(effect);
    return d > 1.0 ? assay_wilson_of_share(share.value, (double)of / d, ASSAY_LEVEL) : share;
}

static void write_quarter(const struct assay_audit_set *used, const uint32_t row[], size_t n,
                          struct assay_design_effect *effect, struct assay_json_writer *json)
{
    char name[ASSAY_PERIOD_SIZE];
    size_t count[2][2] = {{0}};
    struct period period = {.from = used->as_of[row[0]],
                            .to = used->as_of[row[0]],
                            .n = n,
                            .expected = used->prob != NULL ? 0.0 : (double)NAN};
    for (size_t k = 0; k < n; k++) {
        size_t i = row[k];
        period.from = used->as_of[i] < period.from ? used->as_of[i] : period.from;
        period.to = used->as_of[i] > period.to ? used->as_of[i] : period.to;
        count[used->outcome[i]][used->flagged[i] != 0]++;
        if (used->prob != NULL)
            period.expected += used->prob[i];
    }
    period.n_event = count[1][0] + count[1][1];
    period.name = assay_period_name(period.from, period.to, name);
    period.sensitivity = share_of(used, row, n, count, 1, true, effect);
    period.specificity = share_of(used, row, n, count, 0, false, effect);
    write_period(&period, json);
}

enum assay_status assay_audit_write_periods(const struct assay_audit_input *input,
                                            struct assay_design_effect *effect,
                                            struct assay_audit_output *out, struct assay_error *err)
{
    struct quarters quarters = {0};
    enum assay_status status = ASSAY_OK;
    if (find_span(&input->used, &quarters))
        status = sort_rows(&input->used, &quarters, err);
    if (status == ASSAY_OK) {
        assay_json_open(&out->json, "periods", '[');
        write_past(input, &out->json);
        for (size_t q = 0; q < quarters.n; q++)
            if (quarters.start[q + 1] > quarters.start[q])
                write_quarter(&input->used, quarters.row + quarters.start[q],
                              quarters.start[q + 1] - quarters.start[q], effect, &out->json);
        assay_json_close(&out->json);
    }
    free(quarters.start);
    assay_rows_free(quarters.row);
    return status;
}
