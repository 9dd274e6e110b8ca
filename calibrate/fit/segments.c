#include "calibrate/fit/segments.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/problem.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/text.h"

/* As for the pipeline's own fits: a resample's predictions can show no more. */
#define RESAMPLE_TOLERANCE 1e-6

/* ---- finding them ---- */

struct value {
    const char *name;
    int32_t code;
};

static int by_name(const void *a, const void *b)
{
    const struct value *left = a, *right = b;
    return strcmp(left->name, right->name);
}

void assay_segments_clear(struct assay_segments *segments)
{
    free(segments->name);
    free(segments->first);
    assay_rows_free(segments->row);
    assay_rows_free(segments->of_row);
    *segments = (struct assay_segments){0};
}

/* The values that rows that count have, in byte order; values has room for every code. */
static enum assay_status list_values(const struct assay_history *history,
                                     const struct assay_column *column, struct value values[],
                                     size_t *n, struct assay_error *err)
{
    size_t n_code = assay_dictionary_count(column->dictionary);
    unsigned char *seen = assay_alloc(n_code, 1);
    if (seen == NULL)
        return assay_fail_memory(err, "finding segments");
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && column->codes[i] != ASSAY_NO_CODE)
            seen[column->codes[i]] = 1;
    for (size_t c = 0; c < n_code; c++)
        if (seen[c])
            values[(*n)++] =
                (struct value){assay_dictionary_text(column->dictionary, (int32_t)c), (int32_t)c};
    free(seen);
    qsort(values, *n, sizeof *values, by_name);
    if (*n == 0)
        return assay_fail(err, ASSAY_EDATA, "column \"%s\" is empty in every snapshot that counts; "
                          "expected the segments that have weights of their own", column->name);
    if (*n > ASSAY_MAX_SEGMENTS) {
        assay_fail(err, ASSAY_EDATA, "column \"%s\" has %zu different values; expected at most %d "
                   "segments with weights of their own", column->name, *n, ASSAY_MAX_SEGMENTS);
        assay_hint(err, "Name a column with a few large groups in \"models_by\".");
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

/* Counting sort by segment: rows stay in ascending order. */
static enum assay_status sort_rows(const struct assay_history *history,
                                   const struct assay_column *column, const struct value values[],
                                   struct assay_segments *segments, struct assay_error *err)
{
    size_t n = segments->n, n_code = assay_dictionary_count(column->dictionary);
    uint16_t *of_code = assay_alloc(n_code, sizeof *of_code);
    size_t *next = assay_alloc(n, sizeof *next);
    if (of_code == NULL || next == NULL) {
        free(of_code);
        free(next);
        return assay_fail_memory(err, "finding segments");
    }
    for (size_t c = 0; c < n_code; c++)
        of_code[c] = (uint16_t)n;
    for (size_t s = 0; s < n; s++) {
        segments->name[s] = values[s].name;
        of_code[values[s].code] = (uint16_t)s;
    }
    for (size_t i = 0; i < history->n_row; i++) {
        segments->of_row[i] =
            column->codes[i] == ASSAY_NO_CODE ? (uint16_t)n : of_code[column->codes[i]];
        if (segments->of_row[i] < n)
            segments->first[segments->of_row[i] + 1]++;
    }
    for (size_t s = 0; s < n; s++) {
        next[s] = segments->first[s];
        segments->first[s + 1] += segments->first[s];
    }
    for (size_t i = 0; i < history->n_row; i++)
        if (segments->of_row[i] < n)
            segments->row[next[segments->of_row[i]]++] = (uint32_t)i;
    free(of_code);
    free(next);
    return ASSAY_OK;
}

enum assay_status assay_segments_find(const struct assay_history *history, size_t column,
                                      struct assay_segments *segments, struct assay_error *err)
{
    const struct assay_column *by = &history->table->columns[column];
    struct assay_segments made = {0};
    assert(by->type == ASSAY_TEXT);
    struct value *values = assay_alloc(assay_dictionary_count(by->dictionary), sizeof *values);
    enum assay_status status = values != NULL
                                   ? list_values(history, by, values, &made.n, err)
                                   : assay_fail_memory(err, "finding segments");
    if (status == ASSAY_OK) {
        made.name = assay_alloc(made.n, sizeof *made.name);
        made.first = assay_alloc(made.n + 1, sizeof *made.first);
        made.row = assay_rows_alloc(history->n_row, sizeof *made.row);
        made.of_row = assay_rows_alloc(history->n_row, sizeof *made.of_row);
        if (made.name == NULL || made.first == NULL || made.row == NULL || made.of_row == NULL)
            status = assay_fail_memory(err, "finding segments");
        else
            status = sort_rows(history, by, values, &made, err);
    }
    free(values);
    if (status != ASSAY_OK)
        assay_segments_clear(&made);
    else
        *segments = made;
    return status;
}

/* ---- the rows of one segment ---- */

void assay_segment_part_clear(struct assay_segment_part *part)
{
    assay_design_clear(&part->design);
    assay_rows_free(part->outcome);
    assay_rows_free(part->include);
    *part = (struct assay_segment_part){0};
}

/* Both lists ascend by row. */
static enum assay_status copy_holes(const struct assay_design *from,
                                    const struct assay_segment_part *part,
                                    struct assay_design *into, struct assay_error *err)
{
    size_t r = 0;
    for (size_t h = 0; h < from->n_hole; h++) {
        while (r < into->n_row && part->row[r] < from->holes[h].row)
            r++;
        if (r == into->n_row)
            return ASSAY_OK;
        if (part->row[r] != from->holes[h].row)
            continue;
        if (!assay_rows_grow(&into->holes, &into->hole_capacity, into->n_hole + 1,
                             sizeof *into->holes))
            return assay_fail_memory(err, "fitting segments");
        into->holes[into->n_hole++] =
            (struct assay_hole){(uint32_t)r, from->holes[h].signal};
    }
    return ASSAY_OK;
}

enum assay_status assay_segment_part_init(const struct assay_pipeline *pipeline,
                                          const struct assay_segments *segments, size_t segment,
                                          struct assay_segment_part *part, struct assay_error *err)
{
    const struct assay_design *whole = pipeline->design;
    size_t n = segments->first[segment + 1] - segments->first[segment];
    struct assay_segment_part made = {.outcome = assay_rows_alloc(n, 1),
                                      .include = assay_rows_alloc(n, 1),
                                      .row = segments->row + segments->first[segment]};
    double *values = assay_alloc(whole->n_column, sizeof *values);
    enum assay_status status = made.outcome != NULL && made.include != NULL && values != NULL
                                   ? assay_design_init(whole->spec, n, &made.design, err)
                                   : assay_fail_memory(err, "fitting segments");
    for (size_t r = 0; status == ASSAY_OK && r < n; r++) {
        size_t i = made.row[r];
        assay_design_row(whole, i, values);
        for (size_t j = 0; j < whole->n_column; j++)
            made.design.x[assay_block_index(r, j, whole->n_column)] = values[j];
        made.outcome[r] = pipeline->history->outcome[i];
        made.include[r] = (unsigned char)assay_pipeline_times(pipeline, i);
    }
    if (status == ASSAY_OK)
        status = copy_holes(whole, &made, &made.design, err);
    free(values);
    if (status != ASSAY_OK)
        assay_segment_part_clear(&made);
    else
        *part = made;
    return status;
}

struct assay_array_data assay_segment_part_data(const struct assay_segment_part *part)
{
    return (struct assay_array_data){.x = part->design.x,
                                     .outcome = part->outcome,
                                     .include = part->include,
                                     .n_row = part->design.n_row,
                                     .n_column = part->design.n_column,
                                     .n_thread = 1};
}

/* ---- one segment's fit ---- */

void assay_segment_spreads(const struct assay_pipeline *pipeline,
                           const struct assay_estimation *estimation, double sd[])
{
    memset(sd, 0, pipeline->n_coef * sizeof *sd);
    memcpy(sd + 1, estimation->sd, pipeline->n_signal * sizeof *sd);
}

void assay_segment_held(const struct assay_pipeline *pipeline, unsigned char held[])
{
    memcpy(held, pipeline->held, pipeline->n_coef);
    memset(held + 1 + pipeline->n_signal, 1, pipeline->n_coef - 1 - pipeline->n_signal);
}

double assay_segment_weights(const double coef[], size_t n_signal, const unsigned char sign_free[],
                             double slope[], double weight[])
{
    double total = 0;
    for (size_t j = 0; j < n_signal; j++) {
        slope[j] = sign_free[j] ? 0 - coef[1 + j] : fmax(0, -coef[1 + j]);
        total += slope[j];
    }
    for (size_t j = 0; j < n_signal; j++)
        weight[j] = total > 0 ? slope[j] / total : 0;
    return total;
}

/* What the fits of all segments share. */
struct fitting {
    const struct assay_pipeline *pipeline;
    const struct assay_segment_question *question;
    struct assay_logistic_options options;
    double *sd;          /* [n_coef] */
    unsigned char *held; /* [n_coef] */
    double *slope, *weight; /* [n_signal], scratch */
};

static void fitting_clear(struct fitting *f)
{
    free(f->sd);
    free(f->held);
}

static enum assay_status fitting_init(const struct assay_pipeline *pipeline,
                                      const struct assay_segment_question *question,
                                      struct fitting *f, struct assay_error *err)
{
    size_t p = pipeline->n_coef, n = pipeline->n_signal;
    *f = (struct fitting){.pipeline = pipeline,
                          .question = question,
                          .options = assay_logistic_options_default(),
                          .sd = assay_alloc(p + 2 * n, sizeof *f->sd),
                          .held = assay_alloc(p, 1)};
    if (f->sd == NULL || f->held == NULL) {
        fitting_clear(f);
        return assay_fail_memory(err, "fitting segments");
    }
    f->slope = f->sd + p;
    f->weight = f->slope + n;
    assay_segment_spreads(pipeline, question->estimation, f->sd);
    assay_segment_held(pipeline, f->held);
    f->options.held = f->held;
    if (pipeline->use == ASSAY_PIPELINE_RESAMPLE)
        f->options.tolerance = RESAMPLE_TOLERANCE;
    return ASSAY_OK;
}

static enum assay_status fail_signs(struct assay_error *err)
{
    return assay_fail(err, ASSAY_ENUMERIC,
                      "no signal goes with fewer events; every weight would be 0");
}

static enum assay_status name_problem(const struct fitting *f, const struct assay_engine *engine,
                                      const struct assay_logistic_fit *fit, struct assay_error *err)
{
    switch (fit->problem) {
    case ASSAY_FIT_ONE_OUTCOME:
    case ASSAY_FIT_FEW_EVENTS: /* the counts are the segment's */
        return assay_fail(err, ASSAY_ENUMERIC, "%zu of its %zu snapshots have the event, too few of "
                          "one kind for %zu weights of its own", engine->n_event, engine->n_row,
                          f->pipeline->n_signal);
    default:
        return assay_name_problem(f->pipeline, fit->problem, fit->blamed, err);
    }
}

/* start[n_coef]: where to begin; becomes the solution. */
static enum assay_status fit_once(const struct fitting *f, const struct assay_segment_part *part,
                                  double start[], double *borrowed, struct assay_error *err)
{
    struct assay_array_data data = assay_segment_part_data(part);
    struct assay_pooling pooling = {.lambda = f->question->lambda,
                                    .common = f->pipeline->fit.coef,
                                    .sd = f->sd};
    struct assay_logistic_options options = f->options;
    struct assay_pooled_fit fit = {0};
    struct assay_engine engine;
    options.start = start;
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_pooled_fit(&engine, &pooling, &options, f->question->estimation->limits, &fit,
                              err);
    if (status == ASSAY_ENUMERIC)
        status = name_problem(f, &engine, &fit.fit, err);
    if (status == ASSAY_OK) {
        memcpy(start, fit.fit.coef, f->pipeline->n_coef * sizeof *start);
        *borrowed = fit.borrowed;
    }
    assay_pooled_fit_clear(&fit);
    assay_array_engine_clear(&engine);
    return status;
}

/* As the pipeline's own fits: holes depend on the weights, and the weights on the holes. */
static enum assay_status fit_part(const struct fitting *f, struct assay_segment_part *part,
                                  double coef[], double *borrowed, struct assay_error *err)
{
    enum { ROUNDS = 200 };
    static const double settled = 1e-13; /* of x in [0, 1]: log-odds then agree to 1e-12 */
    const struct assay_pipeline *pipeline = f->pipeline;
    for (size_t round = 0; round <= ROUNDS; round++) {
        enum assay_status status = fit_once(f, part, coef, borrowed, err);
        if (status != ASSAY_OK)
            return status;
        double total = assay_segment_weights(coef, pipeline->n_signal,
                                             f->question->estimation->sign_free, f->slope, f->weight);
        if (!(total > 0) && pipeline->use == ASSAY_PIPELINE_PUBLISH)
            return fail_signs(err);
        if (part->design.n_hole == 0 ||
            assay_design_fill_holes(&part->design, f->weight) <= settled)
            return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_ENUMERIC, "weights of signals with missing values still move after "
                      "%d refits; expected them to settle", ROUNDS);
}

static enum assay_status fit_segment(const struct fitting *f, size_t s,
                                     struct assay_segment_fits *fits, struct assay_error *err)
{
    const struct assay_segments *segments = f->question->segments;
    struct assay_segment_part part;
    double *coef = fits->coef + s * fits->n_coef;
    enum assay_status status = assay_segment_part_init(f->pipeline, segments, s, &part, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t r = 0; r < part.design.n_row; r++) {
        fits->rows[s] += part.include[r];
        fits->events[s] += part.outcome[r] ? part.include[r] : 0U;
    }
    memcpy(coef, f->pipeline->fit.coef, fits->n_coef * sizeof *coef);
    fits->borrowed[s] = 1;
    if (fits->rows[s] > 0)
        status = fit_part(f, &part, coef, &fits->borrowed[s], err);
    assay_segment_part_clear(&part);
    if (status == ASSAY_ENUMERIC) {
        char quoted[ASSAY_QUOTE_SIZE];
        assay_error_prefix(err, "segment \"%s\"",
                           assay_quote_value(segments->name[s], strlen(segments->name[s]), quoted));
        assay_hint(err, "Let it borrow more: a larger \"pooling\", or \"auto\"; or give its rows to a "
                        "larger segment.");
    }
    return status;
}

/* ---- all of them ---- */

void assay_segment_fits_clear(struct assay_segment_fits *fits)
{
    free(fits->coef);
    free(fits->borrowed);
    free(fits->rows);
    free(fits->events);
    *fits = (struct assay_segment_fits){0};
}

static enum assay_status fits_init(size_t n, size_t n_coef, struct assay_segment_fits *fits,
                                   struct assay_error *err)
{
    *fits = (struct assay_segment_fits){.n = n,
                                        .n_coef = n_coef,
                                        .coef = assay_alloc(n, n_coef * sizeof *fits->coef),
                                        .borrowed = assay_alloc(n, sizeof *fits->borrowed),
                                        .rows = assay_alloc(n, sizeof *fits->rows),
                                        .events = assay_alloc(n, sizeof *fits->events)};
    if (fits->coef != NULL && fits->borrowed != NULL && fits->rows != NULL && fits->events != NULL)
        return ASSAY_OK;
    assay_segment_fits_clear(fits);
    return assay_fail_memory(err, "fitting segments");
}

enum assay_status assay_segments_fit(const struct assay_pipeline *pipeline,
                                     const struct assay_segment_question *question,
                                     struct assay_segment_fits *fits, struct assay_error *err)
{
    size_t n = question->segments->n;
    struct assay_segment_fits made;
    struct fitting f;
    enum assay_status status = fitting_init(pipeline, question, &f, err);
    if (status != ASSAY_OK)
        return status;
    status = fits_init(n, pipeline->n_coef, &made, err);
    for (size_t s = 0; status == ASSAY_OK && s < n; s++) {
        status = fit_segment(&f, s, &made, err);
        if (status != ASSAY_OK)
            assay_segment_fits_clear(&made);
    }
    fitting_clear(&f);
    if (status == ASSAY_OK)
        *fits = made;
    return status;
}

/* ---- log-odds ---- */

static enum assay_status predict_segment(const struct assay_pipeline *pipeline,
                                         const struct assay_segments *segments, size_t s,
                                         const double coef[], const unsigned char sign_free[],
                                         double log_odds[], struct assay_error *err)
{
    size_t n = segments->first[s + 1] - segments->first[s], n_signal = pipeline->n_signal;
    struct assay_segment_part part;
    double *own = assay_alloc(n + 2 * n_signal, sizeof *own);
    if (own == NULL)
        return assay_fail_memory(err, "predicting by segment");
    enum assay_status status = assay_segment_part_init(pipeline, segments, s, &part, err);
    if (status == ASSAY_OK) {
        struct assay_array_data data = assay_segment_part_data(&part);
        double *slope = own + n, *weight = slope + n_signal;
        assay_segment_weights(coef, n_signal, sign_free, slope, weight);
        if (part.design.n_hole > 0)
            assay_design_fill_holes(&part.design, weight);
        assay_array_log_odds(&data, coef, own);
        for (size_t r = 0; r < n; r++)
            log_odds[part.row[r]] = own[r];
        assay_segment_part_clear(&part);
    }
    free(own);
    return status;
}

enum assay_status assay_segments_log_odds(const struct assay_pipeline *pipeline,
                                          const struct assay_segments *segments,
                                          const struct assay_segment_fits *fits,
                                          const unsigned char sign_free[], double log_odds[],
                                          struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t s = 0; status == ASSAY_OK && s < segments->n; s++)
        status = predict_segment(pipeline, segments, s, fits->coef + s * fits->n_coef, sign_free,
                                 log_odds, err);
    return status;
}
