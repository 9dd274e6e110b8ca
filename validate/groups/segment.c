#include "validate/groups/segment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/vector_math.h"
#include "core/metric/accuracy.h"
#include "core/metric/calibration.h"
#include "core/metric/design_effect.h"
#include "core/metric/shrinkage.h"

/* With more rows than this, calibration is fitted to binned log-odds, in a tenth of the time; its errors
 * (logit_bins.h) are then far below the standard errors. */
enum { EXACT_ROWS = 50000, STRIP = 512 };

static const char doing[] = "auditing segments";

/* One column's rows by value, and room for one value's. */
struct workspace {
    const struct assay_segment_ground *ground;
    size_t n_value;               /* missing included */
    size_t *start;                /* [n_value + 1], the missing ones first */
    uint32_t *row;                /* [n] by value, in their own order */
    size_t *next;                 /* [n_value] while they are sorted */
    struct assay_group_auc *auc;  /* [n_value] */
    double *prob;                 /* [n] of the value's rows, side by side, as outcome; before that placements by row,
                                     where accounts repeat */
    unsigned char *outcome;       /* [n] */
    struct assay_logit_bins *own, *rest;
    struct assay_design_effect room;
    struct assay_cell_moments cells; /* of one value's rows */
};

/* ---- common ground ---- */

void assay_segment_ground_clear(struct assay_segment_ground *ground)
{
    assay_risk_order_clear(&ground->risk);
    assay_rows_free(ground->log_odds);
    free(ground->whole);
    *ground = (struct assay_segment_ground){0};
}

static enum assay_status gather_log_odds(struct assay_segment_ground *ground, struct assay_error *err)
{
    const struct assay_audit_set *used = &ground->input->used;
    if (used->prob == NULL)
        return ASSAY_OK;
    ground->log_odds = assay_rows_alloc(used->n, sizeof *ground->log_odds);
    ground->whole = assay_alloc(1, sizeof *ground->whole);
    if (ground->log_odds == NULL || ground->whole == NULL)
        return assay_fail_memory(err, doing);
    for (size_t first = 0; first < used->n; first += STRIP) {
        double of_event[STRIP], of_other[STRIP];
        size_t n = used->n - first < STRIP ? used->n - first : STRIP;
        assay_logs_array(used->prob + first, n, of_event, of_other);
        for (size_t k = 0; k < n; k++) {
            ground->log_odds[first + k] = of_event[k] - of_other[k];
            assay_logit_bins_add(ground->whole, ground->log_odds[first + k], used->outcome[first + k]);
        }
    }
    return ASSAY_OK;
}

enum assay_status assay_segment_ground_make(const struct assay_audit_input *input,
                                            struct assay_segment_ground *ground,
                                            struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    bool bare = used->prob == NULL;
    struct assay_segment_ground made = {.input = input};
    enum assay_status status = gather_log_odds(&made, err);
    if (status == ASSAY_OK) /* by probability, where scores are clamped */
        status = assay_risk_order_init(bare ? used->score : used->prob, used->outcome, used->n,
                                       bare ? input->higher_is : ASSAY_HIGHER_IS_RISK, &made.risk, err);
    if (status == ASSAY_OK)
        *ground = made;
    else
        assay_segment_ground_clear(&made);
    return status;
}

/* ---- rows by value ---- */

static void workspace_clear(struct workspace *w)
{
    free(w->start);
    assay_rows_free(w->row);
    free(w->next);
    free(w->auc);
    assay_rows_free(w->prob);
    assay_rows_free(w->outcome);
    free(w->own);
    free(w->rest);
    assay_design_effect_clear(&w->room);
}

static enum assay_status workspace_init(const struct assay_segment_ground *ground, size_t c,
                                        struct workspace *w, struct assay_error *err)
{
    const struct assay_audit_input *input = ground->input;
    size_t n = input->used.n, n_value = assay_dictionary_count(input->segment_values[c]) + 1;
    *w = (struct workspace){.ground = ground,
                            .n_value = n_value,
                            .start = assay_alloc(n_value + 1, sizeof *w->start),
                            .row = assay_rows_alloc(n, sizeof *w->row),
                            .next = assay_alloc(n_value, sizeof *w->next),
                            .auc = assay_alloc(n_value, sizeof *w->auc),
                            .prob = assay_rows_alloc(n, sizeof *w->prob),
                            .outcome = assay_rows_alloc(n, 1),
                            .own = assay_alloc(1, sizeof *w->own),
                            .rest = assay_alloc(1, sizeof *w->rest)};
    if (w->start == NULL || w->row == NULL || w->next == NULL || w->auc == NULL || w->prob == NULL ||
        w->outcome == NULL || w->own == NULL || w->rest == NULL)
        return assay_fail_memory(err, doing);
    return input->repeated ? assay_design_effect_init(input->n_account, &w->room, err) : ASSAY_OK;
}

/* A counting sort by code, ASSAY_NO_CODE being -1. */
static void group_rows(const int32_t codes[], struct workspace *w)
{
    size_t n = w->ground->input->used.n;
    for (size_t i = 0; i < n; i++)
        w->start[codes[i] + 1]++;
    for (size_t v = 0, before = 0; v <= w->n_value; v++) {
        size_t rows = w->start[v];
        w->start[v] = before;
        before += rows;
    }
    memcpy(w->next, w->start, w->n_value * sizeof *w->next);
    for (size_t i = 0; i < n; i++)
        w->row[w->next[codes[i] + 1]++] = (uint32_t)i;
}

/* ---- one value ---- */

/* Cells by flagged and outcome, as cell() numbers them: masks of two. */
enum { PASSED_CELLS = 3, FLAGGED_CELLS = 12, OTHER_CELLS = 5, EVENT_CELLS = 10, ALL_CELLS = 15 };

static size_t cell(const struct assay_audit_set *used, uint32_t row)
{
    return (used->flagged[row] != 0 ? 2U : 0U) + used->outcome[row];
}

/* d of the share of the rows in the cells `hits` among those in the cells `members`; 1 where accounts do not repeat. */
static double share_effect(const struct workspace *w, unsigned members, unsigned hits, double share)
{
    double move[4];
    for (unsigned c = 0; c < 4; c++)
        move[c] = (double)(hits >> c & 1) - share;
    return w->ground->input->repeated ? assay_cell_effect(&w->cells, members, move) : 1.0;
}

static struct assay_estimate share_of(const struct assay_rate *rate, double effect)
{
    if (rate->n == 0 || effect <= 1.0)
        return rate->wilson;
    struct assay_estimate share = assay_wilson_of_share(rate->wilson.value,
                                                        (double)rate->n / effect, ASSAY_LEVEL);
    return share;
}

static void measure_shares(struct workspace *w, const uint32_t row[], struct assay_segment *s)
{
    const struct assay_audit_set *used = &w->ground->input->used;
    bool repeated = w->ground->input->repeated;
    size_t count[4] = {0};
    for (size_t k = 0; k < s->n; k++) {
        size_t c = cell(used, row[k]);
        count[c]++;
        if (repeated)
            assay_design_effect_cell(&w->room, used->account[row[k]], c);
    }
    if (repeated)
        assay_design_effect_take_cells(&w->room, &w->cells);
    s->counts =
        (struct assay_confusion){.tp = count[3], .fp = count[2], .fn = count[1], .tn = count[0]};
    s->n_event = s->counts.tp + s->counts.fn;
    s->small = s->n_event < ASSAY_SMALL_CELL || s->n - s->n_event < ASSAY_SMALL_CELL;
    struct assay_confusion_rates r = assay_confusion_rates_of(&s->counts);
    double found = r.sensitivity.wilson.value, passed = r.specificity.wilson.value;
    double right = r.ppv.wilson.value, left = r.npv.wilson.value;
    s->effect.sensitivity = share_effect(w, EVENT_CELLS, FLAGGED_CELLS, found);
    s->effect.specificity = share_effect(w, OTHER_CELLS, FLAGGED_CELLS, 1.0 - passed);
    s->sensitivity = share_of(&r.sensitivity, s->effect.sensitivity);
    s->specificity = share_of(&r.specificity, s->effect.specificity);
    s->ppv = share_of(&r.ppv, share_effect(w, FLAGGED_CELLS, EVENT_CELLS, right));
    s->npv = share_of(&r.npv, share_effect(w, PASSED_CELLS, EVENT_CELLS, 1.0 - left));
    s->effect.prevalence = share_effect(w, ALL_CELLS, EVENT_CELLS, r.prevalence.wilson.value);
    s->prevalence = share_of(&r.prevalence, s->effect.prevalence);
    s->flagged_share = share_of(&r.flagged_share, share_effect(w, ALL_CELLS, FLAGGED_CELLS,
                                                               r.flagged_share.wilson.value));
}

/* v_i as placements, over the number of the row's class. */
static double auc_effect(struct workspace *w, const uint32_t row[], const struct assay_segment *s)
{
    const struct assay_audit_set *used = &w->ground->input->used;
    double events = (double)s->n_event, others = (double)(s->n - s->n_event);
    for (size_t k = 0; k < s->n; k++)
        assay_design_effect_add(&w->room, used->account[row[k]],
                                (w->prob[row[k]] - s->auc.value) /
                                    (used->outcome[row[k]] ? events : others));
    return assay_design_effect_take(&w->room);
}

static void measure_auc(struct workspace *w, const uint32_t row[], const struct assay_group_auc *auc,
                        struct assay_segment *s)
{
    s->own_auc = auc->group;
    s->rest_auc = auc->rest;
    s->auc = s->own_auc.auc.wald;
    if (!w->ground->input->repeated || isnan(s->auc.value))
        return;
    s->effect.auc = auc_effect(w, row, s);
    s->auc = assay_stretch(s->auc, s->effect.auc, 0.0, 1.0);
}

/* What a metric refuses is that it is not defined on these rows. */
static enum assay_status keep(enum assay_status status, const struct assay_estimate *measured,
                              struct assay_estimate *out)
{
    if (status == ASSAY_OK)
        *out = *measured;
    return status == ASSAY_ENOMEM ? status : ASSAY_OK;
}

static enum assay_status measure_losses(struct workspace *w, const uint32_t row[],
                                        struct assay_segment *s)
{
    struct assay_mean_loss brier;
    struct assay_estimate ratio;
    enum assay_status status = keep(assay_brier_score(w->prob, w->outcome, s->n, &brier, NULL),
                                    &brier.estimate, &s->brier);
    if (status == ASSAY_OK)
        status = keep(assay_oe_ratio(w->prob, w->outcome, s->n, &ratio, NULL), &ratio, &s->oe_ratio);
    if (status != ASSAY_OK || !w->ground->input->repeated)
        return status;
    const int32_t *account = w->ground->input->used.account;
    for (size_t k = 0; k < s->n; k++) {
        double off = w->prob[k] - w->outcome[k];
        assay_design_effect_add(&w->room, account[row[k]], off * off - s->brier.value);
    }
    s->brier = assay_stretch(s->brier, assay_design_effect_take(&w->room), 0.0, 1.0);
    if (!isnan(s->oe_ratio.low)) { /* on the logarithm */
        double factor = pow(s->oe_ratio.high / s->oe_ratio.value, sqrt(s->effect.prevalence));
        s->oe_ratio.low = s->oe_ratio.value / factor;
        s->oe_ratio.high = s->oe_ratio.value * factor;
    }
    return status;
}

/* The calibration's v_i (core/metric/clustered.h): of the intercept with slope 1, or of the slope. */
static double calibration_effect(struct workspace *w, const uint32_t row[], size_t n, double a, double b,
                                 bool of_slope)
{
    const struct assay_audit_set *used = &w->ground->input->used;
    const double *log_odds = w->ground->log_odds;
    double sum = 0.0, middle = 0.0, *prob = w->prob; /* free by now */
    for (size_t k = 0; k < n; k++)
        prob[k] = a + b * log_odds[row[k]];
    assay_expit_array(prob, n, prob);
    for (size_t k = 0; of_slope && k < n; k++) {
        sum += prob[k] * (1.0 - prob[k]);
        middle += prob[k] * (1.0 - prob[k]) * log_odds[row[k]];
    }
    middle = of_slope ? middle / sum : 0.0;
    for (size_t k = 0; k < n; k++) {
        double off = used->outcome[row[k]] - prob[k];
        assay_design_effect_add(&w->room, used->account[row[k]],
                                of_slope ? off * (log_odds[row[k]] - middle) : off);
    }
    return assay_design_effect_take(&w->room);
}

/* Intercept and slope from the rows themselves; *a is the intercept beside the slope. */
static enum assay_status fit_exactly(const struct workspace *w, struct assay_segment *s, double *a)
{
    struct assay_calibration_in_large in_large;
    struct assay_recalibration line;
    enum assay_status status =
        keep(assay_calibration_in_large(w->prob, w->outcome, s->n, &in_large, NULL),
             &in_large.intercept, &s->calibration_intercept);
    if (status != ASSAY_OK)
        return status;
    status = assay_recalibration_measure(w->prob, w->outcome, s->n, &line, NULL);
    *a = status == ASSAY_OK ? line.intercept.value : (double)NAN;
    return keep(status, &line.slope, &s->calibration_slope);
}

static enum assay_status measure_calibration(struct workspace *w, const uint32_t row[],
                                             struct assay_segment *s)
{
    const struct assay_audit_set *used = &w->ground->input->used;
    double a = 0.0;
    memset(w->own, 0, sizeof *w->own);
    for (size_t k = 0; k < s->n; k++)
        assay_logit_bins_add(w->own, w->ground->log_odds[row[k]], used->outcome[row[k]]);
    if (used->n <= EXACT_ROWS) {
        enum assay_status status = fit_exactly(w, s, &a);
        if (status != ASSAY_OK)
            return status;
    } else {
        s->calibration_intercept = assay_logit_bins_intercept(w->own);
        s->calibration_slope = assay_logit_bins_slope(w->own, &a);
    }
    if (w->ground->input->repeated && !isnan(s->calibration_intercept.value)) {
        s->effect.calibration =
            calibration_effect(w, row, s->n, s->calibration_intercept.value, 1.0, false);
        s->calibration_intercept = assay_stretch(s->calibration_intercept, s->effect.calibration,
                                                 -HUGE_VAL, HUGE_VAL);
    }
    if (w->ground->input->repeated && !isnan(s->calibration_slope.low))
        s->calibration_slope =
            assay_stretch(s->calibration_slope,
                          calibration_effect(w, row, s->n, a, s->calibration_slope.value, true),
                          -HUGE_VAL, HUGE_VAL);
    assay_logit_bins_subtract(w->ground->whole, w->own, w->rest);
    s->rest_intercept = assay_logit_bins_intercept(w->rest);
    s->calibration_p = assay_logit_bins_shift_p(w->ground->whole, w->own, s->effect.calibration);
    return ASSAY_OK;
}

/* What any score has. */
static void measure_ranking(struct workspace *w, const uint32_t row[], const struct assay_group_auc *auc,
                            struct assay_segment *s)
{
    struct assay_estimate none = assay_estimate_undefined();
    s->effect = (struct assay_segment_effects){1.0, 1.0, 1.0, 1.0, 1.0};
    s->brier = s->oe_ratio = s->calibration_intercept = s->calibration_slope = none;
    s->rest_intercept = s->shrunk_sensitivity = s->shrunk_specificity = none;
    s->calibration_p = (double)NAN;
    measure_shares(w, row, s);
    measure_auc(w, row, auc, s);
}

static enum assay_status measure_probabilities(struct workspace *w, const uint32_t row[],
                                               struct assay_segment *s)
{
    const struct assay_audit_set *used = &w->ground->input->used;
    for (size_t k = 0; k < s->n; k++) {
        w->prob[k] = used->prob[row[k]];
        w->outcome[k] = used->outcome[row[k]];
    }
    enum assay_status status = measure_losses(w, row, s);
    return status == ASSAY_OK ? measure_calibration(w, row, s) : status;
}

/* ---- a column ---- */

/* Sensitivity and specificity of every value with as much of the column's as its size leaves doubt. */
static enum assay_status shrink(struct assay_segment segments[], size_t n, struct assay_error *err)
{
    double *x = assay_alloc(2 * n, sizeof *x), *trials;
    if (x == NULL)
        return assay_fail_memory(err, doing);
    trials = x + n;
    for (int specific = 0; specific < 2; specific++) {
        for (size_t k = 0; k < n; k++) {
            const struct assay_confusion *c = &segments[k].counts;
            const struct assay_segment_effects *d = &segments[k].effect;
            double effect = specific ? d->specificity : d->sensitivity;
            x[k] = (double)(specific ? c->tn : c->tp) / effect;
            trials[k] = (double)(specific ? c->tn + c->fp : c->tp + c->fn) / effect;
        }
        struct assay_shrinkage whole = assay_shrinkage_fit(x, trials, n);
        for (size_t k = 0; k < n; k++)
            *(specific ? &segments[k].shrunk_specificity : &segments[k].shrunk_sensitivity) =
                assay_shrink(&whole, x[k], trials[k]);
    }
    free(x);
    return ASSAY_OK;
}

static int by_value(const void *a, const void *b)
{
    const struct assay_segment *left = a, *right = b;
    return strcmp(left->value, right->value);
}

/* Rankings of all values come first: their placements lie where a value's probabilities will. */
static enum assay_status measure_values(struct workspace *w, size_t c, struct assay_segment segments[],
                                        size_t *n_segment)
{
    const struct assay_audit_input *input = w->ground->input;
    const int32_t *codes = input->used.segment[c];
    const uint32_t *row = w->row;
    group_rows(codes, w);
    if (assay_group_aucs(&w->ground->risk, codes, w->n_value, w->auc, input->repeated ? w->prob : NULL,
                         NULL) != ASSAY_OK)
        return ASSAY_ENOMEM;
    for (size_t v = 0; v < w->n_value; v++) {
        size_t n = w->start[v + 1] - w->start[v];
        if (n == 0)
            continue;
        struct assay_segment *segment = &segments[(*n_segment)++];
        *segment = (struct assay_segment){
            .column = input->segments[c],
            .value = assay_audit_text(input->segment_values[c], (int32_t)v - 1),
            .n = n};
        measure_ranking(w, w->row + w->start[v], &w->auc[v], segment);
    }
    for (size_t k = 0; input->used.prob != NULL && k < *n_segment; row += segments[k++].n)
        if (measure_probabilities(w, row, &segments[k]) != ASSAY_OK)
            return ASSAY_ENOMEM;
    return ASSAY_OK;
}

static enum assay_status measure_column(struct workspace *w, size_t c, struct assay_segment **segments,
                                        size_t *n_segment, struct assay_error *err)
{
    size_t n_value = 0;
    enum assay_status status = ASSAY_OK;
    *segments = assay_alloc(w->n_value, sizeof **segments);
    if (*segments == NULL || measure_values(w, c, *segments, &n_value) != ASSAY_OK)
        return assay_fail_memory(err, doing);
    if (n_value > 0) {
        qsort(*segments, n_value, sizeof **segments, by_value);
        status = shrink(*segments, n_value, err);
    }
    *n_segment = n_value;
    return status;
}

enum assay_status assay_segments_measure(const struct assay_segment_ground *ground, size_t c,
                                         struct assay_segment **segments, size_t *n_segment,
                                         struct assay_error *err)
{
    struct workspace w;
    struct assay_segment *made = NULL;
    size_t n_made = 0;
    enum assay_status status = workspace_init(ground, c, &w, err);
    if (status == ASSAY_OK)
        status = measure_column(&w, c, &made, &n_made, err);
    workspace_clear(&w);
    if (status != ASSAY_OK) {
        free(made);
        return status;
    }
    *segments = made;
    *n_segment = n_made;
    return ASSAY_OK;
}
