#include "validate/groups/segments.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/metric/discovery.h"
#include "validate/groups/gaps.h"
#include "validate/groups/segment.h"

enum { ADVISED = 3, AT_ONCE = 2 }; /* columns at once: each takes some 25 bytes a row */

/* One column, measured by a thread of its own. */
struct column {
    struct assay_segment *segments;
    size_t n;
    enum assay_status status;
    struct assay_error err;
};

struct measuring {
    const struct assay_segment_ground *ground;
    struct column *columns;
};

static void measure_column(void *state, size_t c)
{
    const struct measuring *m = state;
    struct column *column = &m->columns[c];
    column->status =
        assay_segments_measure(m->ground, c, &column->segments, &column->n, &column->err);
}

static enum assay_status measure(const struct assay_audit_input *input, struct column columns[],
                                 struct assay_error *err)
{
    struct assay_segment_ground ground;
    enum assay_status status = assay_segment_ground_make(input, &ground, err);
    if (status != ASSAY_OK)
        return status;
    struct measuring measuring = {&ground, columns};
    assay_parallel(input->n_segment, AT_ONCE, measure_column, &measuring);
    assay_segment_ground_clear(&ground);
    for (size_t c = 0; c < input->n_segment && status == ASSAY_OK; c++)
        if (columns[c].status != ASSAY_OK) {
            status = columns[c].status;
            if (err != NULL)
                *err = columns[c].err;
        }
    return status;
}

/* ---- segments ---- */

static void put_segment(struct assay_json_writer *json, const struct assay_segment *s)
{
    const struct {
        const char *key;
        const struct assay_estimate *estimate;
    } figures[] = {{"auc", &s->auc},
                   {"sensitivity", &s->sensitivity},
                   {"specificity", &s->specificity},
                   {"ppv", &s->ppv},
                   {"npv", &s->npv},
                   {"flagged_share", &s->flagged_share},
                   {"prevalence", &s->prevalence},
                   {"brier", &s->brier},
                   {"oe_ratio", &s->oe_ratio},
                   {"calibration_intercept", &s->calibration_intercept},
                   {"calibration_slope", &s->calibration_slope}};
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "column", s->column);
    assay_json_put_string(json, "value", s->value);
    assay_json_put_count(json, "n", s->n);
    assay_json_put_count(json, "events", s->n_event);
    assay_json_open(json, "counts", '{');
    assay_json_put_count(json, "tp", s->counts.tp);
    assay_json_put_count(json, "fp", s->counts.fp);
    assay_json_put_count(json, "fn", s->counts.fn);
    assay_json_put_count(json, "tn", s->counts.tn);
    assay_json_close(json);
    for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
        assay_put_estimate(json, figures[k].key, figures[k].estimate);
    assay_json_open(json, "shrunk", '{');
    assay_put_estimate(json, "sensitivity", &s->shrunk_sensitivity);
    assay_put_estimate(json, "specificity", &s->shrunk_specificity);
    assay_json_close(json);
    assay_json_put_bool(json, "small", s->small);
    assay_json_close(json);
}

static void put_segments(struct assay_json_writer *json, const struct column columns[], size_t n)
{
    assay_json_open(json, "segments", '[');
    for (size_t c = 0; c < n; c++)
        for (size_t k = 0; k < columns[c].n; k++)
            put_segment(json, &columns[c].segments[k]);
    assay_json_close(json);
}

/* ---- gaps ---- */

static void put_gap(struct assay_json_writer *json, const struct assay_segment_gap *gap,
                    const char *words)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "column", gap->segment->column);
    assay_json_put_string(json, "value", gap->segment->value);
    assay_json_put_string(json, "metric", assay_gap_metric_names[gap->metric]);
    assay_put_estimate(json, "gap", &gap->gap);
    assay_json_put_number(json, "p_value", gap->p_value);
    assay_json_put_number(json, "q_value", gap->q_value);
    assay_json_put_bool(json, "found", gap->q_value <= ASSAY_FALSE_DISCOVERY_RATE);
    assay_json_put_string(json, "words", words);
    assay_json_close(json);
}

/* Where the score serves the segment worse than the rest. */
static void advise(struct assay_audit_output *out, const struct assay_segment_gap *gap,
                   const char *words)
{
    if (gap->metric == ASSAY_GAP_AUC)
        assay_advise(out, 2, "Look for signals that tell accounts apart in one segment: %s", words);
    else if (gap->metric == ASSAY_GAP_CALIBRATION)
        assay_advise(out, 1, "Give one segment a model or an intercept of its own: %s", words);
    else
        assay_advise(out, 1, "Give one segment an at-risk line of its own, or say why it should be "
                             "served worse: %s", words);
}

static enum assay_status put_gaps(struct assay_audit_output *out, const struct assay_segment_gap gap[],
                                  size_t n, struct assay_error *err)
{
    struct assay_text words = {0};
    size_t advised = 0;
    assay_json_open(&out->json, "segment_gaps", '[');
    for (size_t k = 0; k < n; k++) {
        assay_text_reset(&words);
        assay_segment_gap_words(&words, &gap[k]);
        if (words.failed)
            break;
        put_gap(&out->json, &gap[k], words.data);
        bool worse = gap[k].gap.value < 0.0 || gap[k].metric == ASSAY_GAP_CALIBRATION;
        if (gap[k].q_value <= ASSAY_FALSE_DISCOVERY_RATE && worse && advised++ < ADVISED)
            advise(out, &gap[k], words.data);
    }
    assay_json_close(&out->json);
    bool failed = words.failed;
    assay_text_clear(&words);
    return failed ? assay_fail_memory(err, "describing segments") : ASSAY_OK;
}

static enum assay_status judge_gaps(const struct column columns[], size_t n_column,
                                    struct assay_audit_output *out, struct assay_error *err)
{
    size_t n_segment = 0, n_gap = 0;
    for (size_t c = 0; c < n_column; c++)
        n_segment += columns[c].n;
    struct assay_segment_gap *gap = assay_alloc(ASSAY_GAP_METRICS * n_segment, sizeof *gap);
    if (gap == NULL)
        return assay_fail_memory(err, "auditing segments");
    for (size_t c = 0; c < n_column; c++)
        n_gap += assay_segment_gaps(columns[c].segments, columns[c].n, gap + n_gap);
    enum assay_status status = assay_segment_gaps_judge(gap, n_gap, err);
    if (status == ASSAY_OK)
        status = put_gaps(out, gap, n_gap, err);
    free(gap);
    return status;
}

enum assay_status assay_audit_segments(const struct assay_audit_input *input,
                                       struct assay_audit_output *out, struct assay_error *err)
{
    struct column *columns = assay_alloc(input->n_segment, sizeof *columns);
    enum assay_status status = ASSAY_OK;
    if (columns == NULL)
        return assay_fail_memory(err, "auditing segments");
    if (input->used.n > 0 && input->n_segment > 0)
        status = measure(input, columns, err);
    if (status == ASSAY_OK) {
        put_segments(&out->json, columns, input->n_segment);
        status = judge_gaps(columns, input->n_segment, out, err);
    }
    for (size_t c = 0; c < input->n_segment; c++)
        free(columns[c].segments);
    free(columns);
    return status;
}
