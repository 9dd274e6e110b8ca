#include "validate/interim/doubts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/cohort.h"

/* Fewer, and a normal interval is rough. */
static const double few = 10;

static void say(struct assay_doubts *doubts, const char *format, ...) ASSAY_PRINTF(2, 3);
static void say(struct assay_doubts *doubts, const char *format, ...)
{
    if (doubts->n == ASSAY_MAX_DOUBTS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(doubts->text[doubts->n++], ASSAY_DOUBT_SIZE, format, args);
    va_end(args);
}

static bool excludes(const struct assay_estimate *estimate, double right)
{
    return estimate->low > right || estimate->high < right;
}

/* ---- the model's own evidence ---- */

size_t assay_interim_evidence(const struct assay_audit_input *input)
{
    static const size_t order[] = {ASSAY_OUT_OF_TIME, ASSAY_CROSS_VALIDATED};
    for (size_t k = 0; input->model != NULL && k < sizeof order / sizeof order[0]; k++)
        if (input->model->performance[order[k]].n > 0)
            return order[k];
    return ASSAY_PERFORMANCES;
}

struct assay_calibration_limits assay_interim_limits(const struct assay_audit_input *input)
{
    size_t which = assay_interim_evidence(input);
    if (which == ASSAY_PERFORMANCES)
        return (struct assay_calibration_limits){NAN, NAN, NAN, NAN};
    const struct assay_estimate *figures = input->model->performance[which].figures;
    const struct assay_estimate *a = &figures[ASSAY_FIG_CALIBRATION_INTERCEPT];
    const struct assay_estimate *b = &figures[ASSAY_FIG_CALIBRATION_SLOPE];
    return (struct assay_calibration_limits){a->low, a->high, b->low, b->high};
}

static void doubt_evidence(const struct assay_audit_input *input, struct assay_doubts *doubts)
{
    static const char *const words[ASSAY_PERFORMANCES] = {"apparent", "optimism-corrected",
                                                          "cross-validated", "out-of-time"};
    size_t which = assay_interim_evidence(input);
    if (which == ASSAY_PERFORMANCES) {
        say(doubts, "nothing is known of how well these probabilities are calibrated: the intervals allow "
                    "for chance alone");
        return;
    }
    const struct assay_estimate *figures = input->model->performance[which].figures;
    const struct assay_estimate *a = &figures[ASSAY_FIG_CALIBRATION_INTERCEPT];
    const struct assay_estimate *b = &figures[ASSAY_FIG_CALIBRATION_SLOPE];
    if (excludes(a, 0.0)) {
        say(doubts, "at its calibration the model's %s calibration intercept was %.2f [%.2f, %.2f], away "
                    "from 0: it %sestimated the risk", words[which], a->value, a->low, a->high,
            a->value > 0.0 ? "under" : "over");
        doubts->calibration = true;
    }
    if (excludes(b, 1.0)) {
        say(doubts, "at its calibration the model's %s calibration slope was %.2f [%.2f, %.2f], away from "
                    "1: its probabilities were too %s", words[which], b->value, b->low, b->high,
            b->value < 1.0 ? "extreme" : "timid");
        doubts->calibration = true;
    }
}

/* ---- outcomes that are known ---- */

struct assay_estimate assay_interim_ratio(double events, double expected, double variance)
{
    double z = assay_normal_quantile(ASSAY_LEVEL);
    if (!(expected > 0.0))
        return assay_estimate_undefined();
    if (!(events > 0.0)) /* P(no event) is at most exp(-expected) */
        return (struct assay_estimate){0.0, 0.0, -log((1.0 - ASSAY_LEVEL) / 2.0) / expected};
    double value = events / expected, by = exp(z * sqrt(variance) / events);
    return (struct assay_estimate){value, value / by, value * by};
}

/* Before its horizon is over a row is known only if it has the event. */
static bool tells(const struct assay_outcome_spec *outcome, const struct assay_audit_set *set, size_t i)
{
    return outcome->date == NULL || set->as_of == NULL || set->as_of[i] == ASSAY_NO_DATE ||
           (int64_t)set->as_of[i] + outcome->horizon_days <= outcome->observed_until;
}

enum assay_status assay_interim_oe(const struct assay_outcome_spec *outcome,
                                   const struct assay_audit_set *set, size_t n_account,
                                   struct assay_interim_oe *out, struct assay_error *err)
{
    double *gap = set->account != NULL ? assay_alloc(n_account, sizeof *gap) : NULL;
    struct assay_interim_oe made = {.n = 0};
    double variance = 0.0;
    if (set->account != NULL && gap == NULL)
        return assay_fail_memory(err, "estimating what to expect");
    for (size_t i = 0; i < set->n; i++) {
        if (!tells(outcome, set, i))
            continue;
        double left = set->outcome[i] - set->prob[i];
        made.n++;
        made.events += set->outcome[i];
        made.expected += set->prob[i];
        if (gap != NULL)
            gap[set->account[i]] += left;
        else
            variance += left * left;
    }
    for (size_t g = 0; gap != NULL && g < n_account; g++)
        variance += gap[g] * gap[g];
    free(gap);
    made.ratio = assay_interim_ratio(made.events, made.expected, variance);
    *out = made;
    return ASSAY_OK;
}

static void doubt_ratio(const char *rows, double events, double expected,
                        const struct assay_estimate *ratio, struct assay_doubts *doubts)
{
    if (!excludes(ratio, 1.0))
        return;
    say(doubts, "among %s %.0f churned where %.1f were expected: O/E %.2f [%.2f, %.2f], away from 1, so the "
                "probabilities are too %s", rows, events, expected, ratio->value, ratio->low, ratio->high,
        ratio->value > 1.0 ? "low" : "high");
    doubts->calibration = true;
}

static enum assay_status doubt_used(const struct assay_audit_input *input, struct assay_doubts *doubts,
                                    struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    struct assay_interim_oe known;
    char rows[80];
    if (used->n == 0 || used->prob == NULL)
        return ASSAY_OK;
    enum assay_status status =
        assay_interim_oe(&input->spec->outcome, used, input->n_account, &known, err);
    if (status != ASSAY_OK)
        return status;
    snprintf(rows, sizeof rows, "the %zu snapshots whose outcomes are known", known.n);
    doubt_ratio(rows, known.events, known.expected, &known.ratio, doubts);
    return ASSAY_OK;
}

/* The latest past audit: earlier ones have been answered by recalibrating, or should have been. */
static void doubt_past(const struct assay_audit_input *input, struct assay_doubts *doubts)
{
    char day[ASSAY_DATE_SIZE], rows[120];
    if (input->n_past == 0)
        return;
    const struct assay_past_audit *last = &input->past[input->n_past - 1];
    if (isnan(last->observed) || isnan(last->expected_variance))
        return;
    struct assay_estimate ratio =
        assay_interim_ratio(last->observed, last->expected, last->expected_variance);
    snprintf(rows, sizeof rows, "the %zu snapshots of the last audit%s%s", last->n,
             last->to != ASSAY_NO_DATE ? ", up to " : "",
             last->to != ASSAY_NO_DATE ? assay_date_print(last->to, day) : "");
    doubt_ratio(rows, last->observed, last->expected, &ratio, doubts);
}

/* ---- kinds of accounts ---- */

/* Marks codes of a dictionary; the caller frees it. */
static enum assay_status mark_codes(const struct assay_dictionary *texts, bool **known,
                                    struct assay_error *err)
{
    *known = assay_alloc(assay_dictionary_count(texts), sizeof **known);
    return *known != NULL ? ASSAY_OK : assay_fail_memory(err, "estimating what to expect");
}

static size_t count_unknown(const int32_t codes[], size_t n, const bool known[])
{
    size_t unknown = 0;
    for (size_t i = 0; i < n; i++)
        unknown += codes[i] != ASSAY_NO_CODE && !known[codes[i]];
    return unknown;
}

static enum assay_status doubt_plans(const struct assay_audit_input *input, struct assay_doubts *doubts,
                                     struct assay_error *err)
{
    const struct assay_audit_set *waiting = &input->waiting;
    bool *known;
    if (input->model == NULL || input->model->spec.cohort.plan == NULL || waiting->plan == NULL ||
        input->plans == NULL)
        return ASSAY_OK;
    enum assay_status status = mark_codes(input->plans, &known, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t c = 0; c < assay_dictionary_count(input->plans); c++) {
        bool unseen = false;
        assay_cohort_plan_node(&input->model->cohorts, assay_dictionary_text(input->plans, (int32_t)c),
                               &unseen);
        known[c] = !unseen;
    }
    size_t unknown = count_unknown(waiting->plan, waiting->n, known);
    if (unknown > 0)
        say(doubts, "%.1f%% of these snapshots (%zu) are on a plan that calibration never saw",
            100.0 * (double)unknown / (double)waiting->n, unknown);
    free(known);
    return ASSAY_OK;
}

/* A value of a segment that no snapshot with a known outcome has. */
static enum assay_status doubt_segment(const struct assay_audit_input *input, size_t k,
                                       struct assay_doubts *doubts, struct assay_error *err)
{
    const struct assay_audit_set *waiting = &input->waiting, *used = &input->used;
    bool *known;
    enum assay_status status = mark_codes(input->segment_values[k], &known, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < used->n; i++)
        if (used->segment[k][i] != ASSAY_NO_CODE)
            known[used->segment[k][i]] = true;
    size_t unknown = count_unknown(waiting->segment[k], waiting->n, known);
    if (unknown > 0)
        say(doubts, "%.1f%% of these snapshots (%zu) have a value of \"%.60s\" that none with a known outcome "
                    "has", 100.0 * (double)unknown / (double)waiting->n, unknown, input->segments[k]);
    free(known);
    return ASSAY_OK;
}

static enum assay_status doubt_segments(const struct assay_audit_input *input,
                                        struct assay_doubts *doubts, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && input->used.n > 0 && k < input->n_segment; k++)
        if (input->segment_values[k] != NULL)
            status = doubt_segment(input, k, doubts, err);
    return status;
}

/* ---- all ---- */

static void doubt_size(const struct assay_expected *expected, struct assay_doubts *doubts)
{
    double events = expected->events.value, others = (double)expected->n - events;
    if (events < few || others < few)
        say(doubts, "only %.1f %s are expected here: the intervals are rough", fmin(events, others),
            events < others ? "churners" : "stayers");
}

enum assay_status assay_doubts_gather(const struct assay_audit_input *input,
                                      const struct assay_expected *expected,
                                      struct assay_doubts *doubts, struct assay_error *err)
{
    *doubts = (struct assay_doubts){.n = 0};
    enum assay_status status = doubt_used(input, doubts, err);
    if (status != ASSAY_OK)
        return status;
    doubt_past(input, doubts);
    doubt_evidence(input, doubts);
    doubt_size(expected, doubts);
    status = doubt_plans(input, doubts, err);
    return status != ASSAY_OK ? status : doubt_segments(input, doubts, err);
}
