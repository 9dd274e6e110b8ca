#include "core/data/csv_pipeline.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/data/csv_plain.h"
#include "core/data/csv_run.h"

enum { MOST_THREADS = 64 };

_Static_assert(ASSAY_SLAB_MARGIN >= ASSAY_RUN_MARGIN, "plain records read beyond the slab");

/* What a thread reads with. */
struct worker {
    struct assay_pipeline *pipeline;
    struct assay_records records;
    struct assay_plain *plain;
    pthread_t thread;
};

struct assay_pipeline {
    const struct assay_csv_format *format;
    struct assay_feed *feed;
    struct assay_table
        like; /* the columns; its rows are of no account: row 0 is that of an open record */
    struct assay_csv_tuning tuning;
    struct assay_records serial; /* records that are longer than a slab */
    struct worker *workers;      /* the caller, then n_running helpers */
    size_t n_worker, n_running;
    bool threads_wanted;

    /* Delivery number k of the file is at ring[k % n_ring]. */
    struct assay_delivery *ring;
    size_t n_ring;

    pthread_mutex_t mutex; /* guards what follows, and who has which delivery */
    pthread_cond_t change;
    size_t n_filled, n_begun,
        n_taken; /* deliveries that were filled, given to a reader, released */
    bool filling, all_filled, closing;
};

/* ---- the two jobs ---- */

static void read_slab(struct worker *worker, struct assay_delivery *delivery)
{
    struct assay_pipeline *pipeline = worker->pipeline;
    struct assay_records *records = &worker->records;
    struct assay_slab *slab = &delivery->slab;
    struct assay_part *part = &delivery->part;
    if (pipeline->tuning.libcsv_alone) {
        assay_records_give(records, slab->bytes, slab->length, part);
        assay_lines_seek(&records->lines, 0, slab->first_line);
        assay_records_read(records);
    } else {
        assay_plain_read(worker->plain, records, slab->bytes, slab->length, slab->first_line, part);
    }
    if (slab->last && slab->status == ASSAY_OK)
        assay_records_finish(records);
}

/* The record that a slab begins or ends with is in the hands of the serial reader from one slab to the next. */
static void read_long(struct assay_pipeline *pipeline, struct assay_delivery *delivery)
{
    struct assay_records *records = &pipeline->serial;
    struct assay_slab *slab = &delivery->slab;
    struct assay_part *part = &delivery->part;
    assay_records_give(records, slab->bytes, slab->length, part);
    if (slab->begun)
        part->status = assay_part_copy_open_row(&pipeline->like, &part->table, &part->err);
    else
        assay_lines_seek(&records->lines, 0, slab->first_line);
    assay_records_read(records);
    if (slab->last && slab->status == ASSAY_OK)
        assay_records_finish(records);
    if (slab->open && part->status == ASSAY_OK)
        part->status = assay_part_copy_open_row(&part->table, &pipeline->like, &part->err);
}

static bool is_long(const struct assay_delivery *delivery)
{
    return delivery->slab.begun || delivery->slab.open;
}

static void fill(struct assay_pipeline *pipeline, struct assay_delivery *delivery)
{
    struct assay_slab *slab = &delivery->slab;
    struct assay_part *part = &delivery->part;
    assay_feed_fill(pipeline->feed, slab);
    delivery->read = false;
    if (!delivery->has_part) {
        enum assay_status status = assay_part_columns(&part->table, &pipeline->like, &slab->err);
        delivery->has_part = status == ASSAY_OK;
        if (status != ASSAY_OK) {
            slab->status = status;
            slab->last = true;
            slab->length = 0;
        }
    }
    if (delivery->has_part)
        assay_part_reset(part);
}

/* One thread fills at a time: a slab for each is kept in store, so that none waits while another is at it. */
static bool should_fill(const struct assay_pipeline *pipeline)
{
    return !pipeline->filling && !pipeline->all_filled &&
           pipeline->n_filled - pipeline->n_taken < pipeline->n_ring &&
           pipeline->n_filled - pipeline->n_begun < pipeline->n_worker;
}

/* Does what there is to do; false when there is nothing now. The mutex is held before and after, and not meanwhile. */
static bool work(struct worker *worker)
{
    struct assay_pipeline *pipeline = worker->pipeline;
    if (!should_fill(pipeline) && pipeline->n_begun < pipeline->n_filled) {
        struct assay_delivery *delivery = &pipeline->ring[pipeline->n_begun++ % pipeline->n_ring];
        pthread_mutex_unlock(&pipeline->mutex);
        if (delivery->has_part && !is_long(delivery))
            read_slab(worker, delivery);
        pthread_mutex_lock(&pipeline->mutex);
        delivery->read = true;
    } else if (should_fill(pipeline)) {
        struct assay_delivery *delivery = &pipeline->ring[pipeline->n_filled % pipeline->n_ring];
        pipeline->filling = true;
        pthread_mutex_unlock(&pipeline->mutex);
        fill(pipeline, delivery);
        pthread_mutex_lock(&pipeline->mutex);
        pipeline->filling = false;
        pipeline->all_filled = delivery->slab.last;
        pipeline->n_filled++;
    } else {
        return false;
    }
    pthread_cond_broadcast(&pipeline->change);
    return true;
}

/* ---- threads ---- */

static void *help(void *argument)
{
    struct worker *worker = argument;
    struct assay_pipeline *pipeline = worker->pipeline;
    pthread_mutex_lock(&pipeline->mutex);
    while (!pipeline->closing)
        if (!work(worker))
            pthread_cond_wait(&pipeline->change, &pipeline->mutex);
    pthread_mutex_unlock(&pipeline->mutex);
    return NULL;
}

static enum assay_status worker_init(struct worker *worker, struct assay_pipeline *pipeline,
                                     struct assay_error *err)
{
    worker->pipeline = pipeline;
    enum assay_status status = assay_records_init(&worker->records, pipeline->format, err);
    if (status != ASSAY_OK || pipeline->tuning.libcsv_alone)
        return status;
    worker->plain = assay_plain_new();
    return worker->plain != NULL ? ASSAY_OK : assay_fail_memory(err, "opening a data file");
}

/* Fewer, down to none, when the system gives no more. */
static void start_threads(struct assay_pipeline *pipeline)
{
    struct assay_error unused;
    pipeline->threads_wanted = false;
    for (size_t k = 1; k < pipeline->n_worker; k++) {
        struct worker *worker = &pipeline->workers[k];
        if (worker_init(worker, pipeline, &unused) != ASSAY_OK ||
            pthread_create(&worker->thread, NULL, help, worker) != 0)
            return;
        pipeline->n_running++;
    }
}

static void stop_threads(struct assay_pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->closing = true;
    pthread_cond_broadcast(&pipeline->change);
    pthread_mutex_unlock(&pipeline->mutex);
    for (size_t k = 1; k <= pipeline->n_running; k++)
        pthread_join(pipeline->workers[k].thread, NULL);
}

/* ---- open, close ---- */

enum assay_status assay_pipeline_new(const struct assay_csv_format *format, struct assay_feed *feed,
                                     const struct assay_table *like, size_t n_thread,
                                     const struct assay_csv_tuning *tuning,
                                     struct assay_pipeline **pipeline, struct assay_error *err)
{
    struct assay_pipeline *made = assay_alloc(1, sizeof *made);
    if (made == NULL)
        return assay_fail_memory(err, "opening a data file");
    made->format = format;
    made->feed = feed;
    made->tuning = *tuning;
    made->n_worker = n_thread < MOST_THREADS ? n_thread : MOST_THREADS;
    made->n_ring = n_thread > 1 ? 2 * made->n_worker + 1 : 1;
    made->threads_wanted = made->n_worker > 1;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->change, NULL);
    made->workers = assay_alloc(made->n_worker, sizeof *made->workers);
    made->ring = assay_alloc(made->n_ring, sizeof *made->ring);
    enum assay_status status = made->workers != NULL && made->ring != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "opening a data file");
    if (status == ASSAY_OK)
        status = assay_part_columns(&made->like, like, err);
    if (status == ASSAY_OK)
        status = assay_records_init(&made->serial, format, err);
    if (status == ASSAY_OK)
        status = worker_init(&made->workers[0], made, err);
    if (status == ASSAY_OK)
        *pipeline = made;
    else
        assay_pipeline_free(made);
    return status;
}

void assay_pipeline_free(struct assay_pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    stop_threads(pipeline);
    for (size_t k = 0; k < pipeline->n_worker && pipeline->workers != NULL; k++) {
        assay_records_clear(&pipeline->workers[k].records);
        assay_plain_free(pipeline->workers[k].plain);
    }
    for (size_t k = 0; k < pipeline->n_ring && pipeline->ring != NULL; k++) {
        assay_slab_clear(&pipeline->ring[k].slab);
        assay_part_clear(&pipeline->ring[k].part);
    }
    assay_records_clear(&pipeline->serial);
    assay_table_clear(&pipeline->like);
    pthread_cond_destroy(&pipeline->change);
    pthread_mutex_destroy(&pipeline->mutex);
    free(pipeline->workers);
    free(pipeline->ring);
    free(pipeline);
}

/* ---- take, release ---- */

struct assay_delivery *assay_pipeline_take(struct assay_pipeline *pipeline)
{
    struct assay_delivery *next = &pipeline->ring[pipeline->n_taken % pipeline->n_ring];
    pthread_mutex_lock(&pipeline->mutex);
    while (pipeline->n_begun == pipeline->n_taken || !next->read) {
        if (pipeline->threads_wanted && pipeline->n_filled > 0 && !pipeline->all_filled)
            start_threads(pipeline);
        if (!work(&pipeline->workers[0]))
            pthread_cond_wait(&pipeline->change, &pipeline->mutex);
    }
    pthread_mutex_unlock(&pipeline->mutex);
    if (next->has_part && is_long(next))
        read_long(pipeline, next);
    return next;
}

void assay_pipeline_release(struct assay_pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->n_taken++;
    pthread_cond_broadcast(&pipeline->change);
    pthread_mutex_unlock(&pipeline->mutex);
}
