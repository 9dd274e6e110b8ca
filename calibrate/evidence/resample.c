#include "calibrate/evidence/resample.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/evidence/drawn.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/rows.h"

/* Streams of their own: other draws from the same seed count theirs from 0. */
#define FIRST_STREAM (UINT64_C(1) << 32)

/* ---- accounts ---- */

static int by_id(const void *a, const void *b, void *context)
{
    const struct assay_dictionary *ids = context;
    return strcmp(assay_dictionary_text(ids, *(const int32_t *)a),
                  assay_dictionary_text(ids, *(const int32_t *)b));
}

static const struct assay_column *id_column(const struct assay_history *history)
{
    return &history->table->columns[history->columns->id];
}

static enum assay_status list_accounts(struct assay_resampling *r, struct assay_error *err)
{
    const struct assay_history *history = &r->history;
    const struct assay_column *id = id_column(history);
    size_t n_code = assay_dictionary_count(id->dictionary);
    unsigned char *seen = assay_alloc(n_code, 1);
    r->accounts = assay_alloc(history->n_account, sizeof *r->accounts);
    if (seen == NULL || r->accounts == NULL) {
        free(seen);
        return assay_fail_memory(err, "listing accounts");
    }
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && !seen[id->codes[i]]) {
            seen[id->codes[i]] = 1;
            r->accounts[r->n_account++] = id->codes[i];
        }
    free(seen);
    qsort_r(r->accounts, r->n_account, sizeof *r->accounts, by_id, id->dictionary);
    return ASSAY_OK;
}

enum assay_status assay_resampling_init(const struct assay_resampled *of,
                                        struct assay_resampling *resampling,
                                        struct assay_error *err)
{
    struct assay_resampling made = {.of = *of, .history = *of->published->history};
    made.history.n_thread = 1; /* resamples run side by side, each on one thread */
    enum assay_status status = list_accounts(&made, err);
    if (status != ASSAY_OK)
        assay_resampling_clear(&made);
    else
        *resampling = made;
    return status;
}

void assay_resampling_clear(struct assay_resampling *resampling)
{
    free(resampling->accounts);
    *resampling = (struct assay_resampling){0};
}

enum assay_status assay_resample_draw(const struct assay_resampling *resampling, size_t number,
                                      unsigned char times[], struct assay_error *err)
{
    const struct assay_history *history = &resampling->history;
    const struct assay_column *id = id_column(history);
    unsigned char *drawn = assay_alloc(assay_dictionary_count(id->dictionary), 1);
    if (drawn == NULL)
        return assay_fail_memory(err, "drawing accounts");
    struct assay_random random;
    assay_random_init(&random, history->spec->seed, FIRST_STREAM + number);
    for (size_t k = 0; k < resampling->n_account; k++) {
        size_t at = assay_random_below(&random, resampling->n_account);
        unsigned char *count = &drawn[resampling->accounts[at]];
        *count = (unsigned char)(*count + (*count < UCHAR_MAX)); /* more: once in 255! draws */
    }
    for (size_t i = 0; i < history->n_row; i++)
        times[i] = history->used[i] ? drawn[id->codes[i]] : 0;
    free(drawn);
    return ASSAY_OK;
}

/* ---- the pipeline ---- */

enum assay_status assay_resample_predict(const struct assay_resampled *of,
                                         const struct assay_pipeline *pipeline, double log_odds[],
                                         struct assay_error *err)
{
    struct assay_segment_fits fits = {0};
    if (!assay_pipeline_log_odds(pipeline, log_odds))
        return assay_fail_memory(err, "predicting");
    if (of->segments == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_segments_fit(pipeline, of->segments, &fits, err);
    if (status == ASSAY_OK)
        status = assay_segments_log_odds(pipeline, of->segments->segments, &fits,
                                         of->estimation->sign_free, log_odds, err);
    assay_segment_fits_clear(&fits);
    return status;
}

/* Each row's line: line[n_row] of the table. Who is in no segment that has one takes the common one. */
static enum assay_status spread_lines(const struct assay_history *history,
                                      const struct assay_line_choice *choice, double line[],
                                      struct assay_error *err)
{
    for (size_t i = 0; i < history->n_row; i++)
        line[i] = choice->probability;
    if (choice->n_segment == 0)
        return ASSAY_OK;
    const struct assay_column *by = &history->table->columns[history->columns->line_by];
    size_t n_code = assay_dictionary_count(by->dictionary);
    double *of_code = assay_alloc(n_code, sizeof *of_code);
    if (of_code == NULL)
        return assay_fail_memory(err, "choosing a resample's line");
    for (size_t c = 0; c < n_code; c++)
        of_code[c] = choice->probability;
    for (size_t k = 0; k < choice->n_segment; k++)
        of_code[assay_dictionary_find(by->dictionary, choice->segments[k].segment)] =
            choice->segments[k].probability;
    for (size_t i = 0; i < history->n_row; i++)
        if (by->codes[i] != ASSAY_NO_CODE)
            line[i] = of_code[by->codes[i]];
    free(of_code);
    return ASSAY_OK;
}

/* Lines chosen on the rows drawn, for all rows: predicted->line. */
static enum assay_status choose_lines(const struct assay_resampling *r,
                                      const unsigned char times[],
                                      struct assay_predicted *predicted, double *common,
                                      struct assay_error *err)
{
    struct assay_drawn drawn;
    struct assay_line_choice choice = {0};
    enum assay_status status = assay_drawn_init(&r->history, times, &drawn, err);
    if (status != ASSAY_OK)
        return status;
    double *prob = assay_rows_alloc(drawn.history.n_row, sizeof *prob);
    if (prob == NULL)
        status = assay_fail_memory(err, "choosing a resample's line");
    for (size_t k = 0; prob != NULL && k < drawn.history.n_row; k++)
        prob[k] = predicted->prob[drawn.row[k]];
    if (status == ASSAY_OK)
        status = assay_line_settle(&drawn.history, prob, r->of.given, &choice, err);
    if (status == ASSAY_OK)
        status = spread_lines(&r->history, &choice, predicted->line, err);
    if (status == ASSAY_OK)
        *common = choice.probability;
    assay_line_choice_clear(&choice);
    assay_drawn_clear(&drawn);
    assay_rows_free(prob);
    return status;
}

static enum assay_status predict_and_measure(const struct assay_resampling *r,
                                             const struct assay_pipeline *part,
                                             struct assay_resample *made, struct assay_error *err)
{
    const struct assay_history *history = &r->history;
    struct assay_predicted predicted;
    enum assay_status status = assay_predicted_init(history, &predicted, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_resample_predict(&r->of, part, predicted.log_odds, err);
    if (status == ASSAY_OK)
        status = assay_predicted_rank(&predicted, err);
    if (status == ASSAY_OK)
        status = choose_lines(r, part->include, &predicted, &made->line, err);
    if (status == ASSAY_OK)
        status = assay_predicted_measure(&predicted, part->include, &made->own, err);
    if (status == ASSAY_OK)
        status = assay_predicted_measure(&predicted, history->used, &made->original, err);
    assay_predicted_clear(&predicted);
    return status;
}

enum assay_status assay_resample_run(const struct assay_resampling *resampling,
                                     const unsigned char times[], struct assay_resample *resample,
                                     struct assay_error *err)
{
    const struct assay_resampled *of = &resampling->of;
    struct assay_pipeline part;
    struct assay_resample made = {.weight = resample->weight};
    enum assay_status status = assay_pipeline_prepare(
        &resampling->history, times, ASSAY_PIPELINE_RESAMPLE, of->published, &part, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_pipeline_fit(&part, of->estimation, of->published->fit.coef, err);
    if (status == ASSAY_OK)
        status = predict_and_measure(resampling, &part, &made, err);
    if (status == ASSAY_OK) {
        memcpy(made.weight, part.weight, part.n_signal * sizeof *made.weight);
        *resample = made;
    }
    assay_pipeline_clear(&part);
    return status;
}
