#include "validate/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/check.h"

static bool is_flagged(const struct assay_audit_rules *rules, double score)
{
    return rules->higher_is == ASSAY_HIGHER_IS_HEALTH ? score < rules->line : score >= rules->line;
}

static void count(struct assay_confusion *counts, bool flagged, bool event)
{
    counts->tp += flagged && event;
    counts->fp += flagged && !event;
    counts->fn += !flagged && event;
    counts->tn += !flagged && !event;
}

static enum assay_status auc_or_nan(const double score[], const unsigned char outcome[], size_t n,
                                    size_t n_event, enum assay_higher_is higher_is,
                                    struct assay_auc *auc, struct assay_error *err)
{
    if (n_event > 0 && n_event < n)
        return assay_auc_measure(score, outcome, n, higher_is, auc, err);
    *auc = (struct assay_auc){.n_event = n_event,
                              .n_nonevent = n - n_event,
                              .mann_whitney_u = NAN,
                              .variance = NAN,
                              .std_error = NAN,
                              .wald = assay_estimate_undefined(),
                              .logit = assay_estimate_undefined()};
    return ASSAY_OK;
}

/* A probability has all figures; a bare score has neither Brier score nor calibration. */
static enum assay_status measure_accuracy(const struct assay_audit_rows *rows,
                                          const struct assay_audit_rules *rules,
                                          struct assay_audit *audit, struct assay_error *err)
{
    struct assay_estimate none = assay_estimate_undefined();
    if (rows->prob == NULL) {
        audit->performance = (struct assay_performance){
            .n = rows->n, .n_event = audit->n_event, .auc = none, .brier = none, .log_loss = none,
            .calibration_intercept = none, .calibration_slope = none, .oe_ratio = none};
        return auc_or_nan(rows->score, rows->outcome, rows->n, audit->n_event, rules->higher_is,
                          &audit->auc, err);
    }
    /* The counts below are the score's; the threshold does not matter here. */
    enum assay_status status = assay_performance_measure(rows->prob, rows->outcome, rows->n, 0.5,
                                                         &audit->performance, err);
    /* By probability, not by score: scores are clamped to 0 and 100, which ties the extremes. */
    return status != ASSAY_OK ? status
                              : auc_or_nan(rows->prob, rows->outcome, rows->n, audit->n_event,
                                           ASSAY_HIGHER_IS_RISK, &audit->auc, err);
}

static enum assay_status sum_values(const struct assay_audit_rows *rows,
                                    const struct assay_audit_rules *rules,
                                    struct assay_audit *audit, struct assay_error *err)
{
    audit->value_churned = audit->value_caught = audit->value_missed = audit->value_in_vain = NAN;
    if (rows->value == NULL)
        return ASSAY_OK;
    audit->value_churned = audit->value_caught = audit->value_missed = audit->value_in_vain = 0;
    for (size_t i = 0; i < rows->n; i++) {
        double value = isnan(rows->value[i]) ? 0 : rows->value[i];
        audit->n_value_missing += isnan(rows->value[i]) ? 1 : 0;
        bool flagged = is_flagged(rules, rows->score[i]);
        if (rows->outcome[i]) {
            audit->value_churned += value;
            *(flagged ? &audit->value_caught : &audit->value_missed) += value;
        } else if (flagged) {
            audit->value_in_vain += value;
        }
    }
    if (isfinite(audit->value_churned) && isfinite(audit->value_caught) &&
        isfinite(audit->value_missed) && isfinite(audit->value_in_vain))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "the values of the accounts add up to more than a number "
                                        "can hold; expected amounts of money");
}

static enum assay_status measure_zones(const struct assay_audit_rows *rows,
                                       const struct assay_audit_rules *rules,
                                       struct assay_audit *audit, struct assay_error *err)
{
    double lower[ASSAY_MAX_ZONES];
    if (rules->zones == NULL)
        return ASSAY_OK;
    audit->zones = assay_alloc(rules->n_zone, sizeof *audit->zones);
    if (audit->zones == NULL)
        return assay_fail_memory(err, "auditing zones");
    audit->n_zone = rules->n_zone;
    for (size_t z = 0; z < rules->n_zone; z++)
        lower[z] = rules->zones[z].from;
    return assay_zones_measure(rows->score, rows->outcome, rows->n, lower, rules->n_zone,
                               audit->zones, err);
}

/* ---- segments ---- */

/* Rows sorted by a segment's value, so that each value is a run; and room for a run's AUC. */
struct grouping {
    size_t *row, *start; /* row[n]; start[n_value + 2], the missing ones first */
    double *score;
    unsigned char *outcome;
};

/* Counting sort by code; ASSAY_NO_CODE is -1, so that the missing ones come first. */
static void group_rows(const int32_t codes[], size_t n, size_t n_value, struct grouping *g)
{
    memset(g->start, 0, (n_value + 2) * sizeof *g->start);
    for (size_t i = 0; i < n; i++)
        g->start[codes[i] + 2]++;
    for (size_t v = 1; v < n_value + 2; v++)
        g->start[v] += g->start[v - 1];
    for (size_t i = 0; i < n; i++)
        g->row[g->start[codes[i] + 1]++] = i;
    memmove(g->start + 1, g->start, (n_value + 1) * sizeof *g->start);
    g->start[0] = 0;
}

static enum assay_status measure_segment(const struct assay_audit_rows *rows,
                                         const struct assay_audit_rules *rules,
                                         const size_t row[], size_t n, struct grouping *g,
                                         struct assay_audit_segment *segment,
                                         struct assay_error *err)
{
    struct assay_auc auc;
    segment->n = n;
    for (size_t k = 0; k < n; k++) {
        size_t i = row[k];
        g->score[k] = rows->prob != NULL ? rows->prob[i] : rows->score[i];
        g->outcome[k] = rows->outcome[i];
        segment->n_event += rows->outcome[i];
        count(&segment->counts, is_flagged(rules, rows->score[i]), rows->outcome[i]);
    }
    segment->rates = assay_confusion_rates_of(&segment->counts);
    enum assay_status status =
        auc_or_nan(g->score, g->outcome, n, segment->n_event,
                   rows->prob != NULL ? ASSAY_HIGHER_IS_RISK : rules->higher_is, &auc, err);
    if (status == ASSAY_OK)
        segment->auc = auc.wald;
    return status;
}

static enum assay_status measure_column(const struct assay_audit_rows *rows,
                                        const struct assay_audit_rules *rules, size_t column,
                                        struct grouping *g, struct assay_audit *audit,
                                        size_t *capacity, struct assay_error *err)
{
    const struct assay_dictionary *values = rows->segment_dictionary[column];
    size_t n_value = assay_dictionary_count(values);
    enum assay_status status = ASSAY_OK;
    g->start = assay_alloc(n_value + 2, sizeof *g->start);
    if (g->start == NULL)
        return assay_fail_memory(err, "auditing segments");
    group_rows(rows->segment_codes[column], rows->n, n_value, g);
    for (size_t v = 0; status == ASSAY_OK && v < n_value + 1; v++) {
        size_t n = g->start[v + 1] - g->start[v];
        if (n == 0)
            continue;
        if (!assay_grow(&audit->segments, capacity, audit->n_segment + 1,
                        sizeof *audit->segments)) {
            status = assay_fail_memory(err, "auditing segments");
            break;
        }
        struct assay_audit_segment *segment = &audit->segments[audit->n_segment++];
        *segment = (struct assay_audit_segment){
            .column = rules->segments[column],
            .value = v == 0 ? "" : assay_dictionary_text(values, (int32_t)(v - 1))};
        status = measure_segment(rows, rules, g->row + g->start[v], n, g, segment, err);
    }
    free(g->start);
    return status;
}

static enum assay_status measure_segments(const struct assay_audit_rows *rows,
                                          const struct assay_audit_rules *rules,
                                          struct assay_audit *audit, struct assay_error *err)
{
    struct grouping g = {.row = assay_alloc(rows->n, sizeof *g.row),
                         .score = assay_alloc(rows->n, sizeof *g.score),
                         .outcome = assay_alloc(rows->n, 1)};
    size_t capacity = 0;
    enum assay_status status = g.row != NULL && g.score != NULL && g.outcome != NULL
                                   ? ASSAY_OK : assay_fail_memory(err, "auditing segments");
    for (size_t s = 0; status == ASSAY_OK && s < rows->n_segment; s++)
        status = measure_column(rows, rules, s, &g, audit, &capacity, err);
    free(g.row);
    free(g.score);
    free(g.outcome);
    return status;
}

/* Column by column as declared; values in byte order, so that the order of rows does not matter. */
static int by_value(const void *a, const void *b)
{
    const struct assay_audit_segment *left = a, *right = b;
    return strcmp(left->value, right->value);
}

static void sort_segments(struct assay_audit *audit)
{
    for (size_t first = 0, end; first < audit->n_segment; first = end) {
        for (end = first; end < audit->n_segment &&
                          audit->segments[end].column == audit->segments[first].column;)
            end++;
        qsort(audit->segments + first, end - first, sizeof *audit->segments, by_value);
    }
}

static enum assay_verdict join_verdicts(enum assay_verdict a, enum assay_verdict b)
{
    if (a == ASSAY_FAIL || b == ASSAY_FAIL)
        return ASSAY_FAIL;
    return a == ASSAY_PASS && b == ASSAY_PASS ? ASSAY_PASS : ASSAY_INCONCLUSIVE;
}

enum assay_status assay_audit_measure(const struct assay_audit_rows *rows,
                                      const struct assay_audit_rules *rules,
                                      struct assay_audit *audit, struct assay_error *err)
{
    static const char what[] = "audit";
    struct assay_audit made = {.n = rows->n};
    enum assay_status status = assay_check_outcome(what, rows->outcome, rows->n, &made.n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_score(what, rows->score, rows->n, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < rows->n; i++)
        count(&made.counts, is_flagged(rules, rows->score[i]), rows->outcome[i]);
    made.rates = assay_confusion_rates_of(&made.counts);
    status = measure_accuracy(rows, rules, &made, err);
    if (status == ASSAY_OK)
        status = measure_zones(rows, rules, &made, err);
    if (status == ASSAY_OK)
        status = measure_segments(rows, rules, &made, err);
    if (status == ASSAY_OK)
        status = sum_values(rows, rules, &made, err);
    if (status != ASSAY_OK) {
        assay_audit_clear(&made);
        return status;
    }
    sort_segments(&made);
    made.sensitivity_result =
        assay_verdict_of(&made.rates.sensitivity.wilson, rules->target_sensitivity);
    made.specificity_result =
        assay_verdict_of(&made.rates.specificity.wilson, rules->target_specificity);
    made.verdict = join_verdicts(made.sensitivity_result, made.specificity_result);
    *audit = made;
    return ASSAY_OK;
}

void assay_audit_clear(struct assay_audit *audit)
{
    free(audit->zones);
    free(audit->segments);
    *audit = (struct assay_audit){0};
}
