#include "score/crew.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/signal/outcome.h"

enum { TASK_ROWS = 1024, PRINTED_DAYS = 32 };

/* The same few days come again and again: each is printed once into the place that it shares with the days which
 * have its remainder. */
struct printed_day {
    int32_t day;
    char text[ASSAY_DATE_SIZE];
};

/* What one task leaves behind. */
struct share {
    struct assay_compiled_work work;
    struct assay_text lines;
    struct assay_score_counts counts;
    struct printed_day days[PRINTED_DAYS];
    bool ready; /* its lines may be written, once those before are */
};

struct assay_score_crew {
    size_t n_share, n_thread;
    struct share *shares;
    const struct assay_score_job *job; /* of the block at hand */
    FILE *stream;                      /* NULL: rows are only counted */
    pthread_mutex_t lock;              /* of what follows, and of `ready` of every share */
    size_t n_task, n_written;
    bool writing; /* somebody is at it */
};

enum assay_status assay_score_crew_new(const struct assay_compiled_table *tied, size_t max_row,
                                       size_t n_thread, struct assay_score_crew **crew,
                                       struct assay_error *err)
{
    struct assay_score_crew *made = assay_alloc(1, sizeof *made);
    if (made == NULL)
        return assay_fail_memory(err, "scoring");
    *made = (struct assay_score_crew){.n_share = (max_row + TASK_ROWS - 1) / TASK_ROWS,
                                      .n_thread = n_thread};
    pthread_mutex_init(&made->lock, NULL);
    made->shares = assay_alloc(made->n_share, sizeof *made->shares);
    enum assay_status status = made->shares != NULL ? ASSAY_OK : assay_fail_memory(err, "scoring");
    for (size_t k = 0; status == ASSAY_OK && k < made->n_share; k++) {
        for (size_t d = 0; d < PRINTED_DAYS; d++)
            made->shares[k].days[d].day = ASSAY_NO_DATE;
        status = assay_compiled_work_init(tied, ASSAY_COMPILED_ROWS, &made->shares[k].work, err);
    }
    if (status != ASSAY_OK)
        assay_score_crew_free(made);
    else
        *crew = made;
    return status;
}

void assay_score_crew_free(struct assay_score_crew *crew)
{
    if (crew == NULL)
        return;
    for (size_t k = 0; crew->shares != NULL && k < crew->n_share; k++) {
        assay_compiled_work_clear(&crew->shares[k].work);
        assay_text_clear(&crew->shares[k].lines);
    }
    pthread_mutex_destroy(&crew->lock);
    free(crew->shares);
    free(crew);
}

/* ---- a task ---- */

static void count_row(const struct assay_block *block, size_t i, struct assay_score_counts *counts)
{
    bool dropped = (block->flags[i] & ASSAY_ROW_DROPPED) != 0;
    counts->n_scored += !dropped;
    counts->n_dropped += dropped;
    counts->n_unseen += (block->flags[i] & ASSAY_ROW_UNSEEN_PLAN) != 0 && !dropped;
    counts->n_new_segment += (block->flags[i] & ASSAY_ROW_UNSEEN_SEGMENT) != 0 && !dropped;
    counts->n_unknown += block->n_unknown[i] > 0;
    counts->n_incomplete += block->n_missing[i] > 0;
    counts->zones[block->zone[i]] += !dropped;
}

static const char *day_text(struct share *share, int32_t day)
{
    struct printed_day *printed = &share->days[(uint32_t)day % PRINTED_DAYS];
    if (day != printed->day)
        assay_date_print(day, printed->text);
    printed->day = day;
    return printed->text;
}

static void print_row(const struct assay_score_job *job, size_t row, size_t i, struct share *share)
{
    const struct assay_column *columns = job->table->columns;
    const struct assay_column *id = &columns[job->columns->id];
    int32_t day = job->columns->as_of != ASSAY_NO_COLUMN ? columns[job->columns->as_of].dates[row]
                                                         : ASSAY_NO_DATE;
    assay_score_line(job->cells, assay_dictionary_text(id->dictionary, id->codes[row]),
                     day != ASSAY_NO_DATE ? day_text(share, day) : "", &share->work.block, i,
                     &share->lines);
}

/* Writes what is ready in the order of the rows, unless somebody else does, who then finds this task's lines too:
 * while one thread waits for the file, the others score. */
static void write_ready(struct assay_score_crew *crew, size_t task)
{
    pthread_mutex_lock(&crew->lock);
    crew->shares[task].ready = true;
    bool mine = !crew->writing;
    crew->writing = true;
    while (mine && crew->n_written < crew->n_task && crew->shares[crew->n_written].ready) {
        const struct assay_text *lines = &crew->shares[crew->n_written++].lines;
        pthread_mutex_unlock(&crew->lock);
        if (crew->stream != NULL && lines->length > 0)
            fwrite(lines->data, 1, lines->length, crew->stream);
        pthread_mutex_lock(&crew->lock);
    }
    if (mine)
        crew->writing = false;
    pthread_mutex_unlock(&crew->lock);
}

static void score_task(struct assay_score_crew *crew, size_t task)
{
    const struct assay_score_job *job = crew->job;
    struct share *share = &crew->shares[task];
    struct assay_score_counts counts = {0}; /* of its own line of the cache */
    size_t end = (task + 1) * TASK_ROWS;
    end = end < job->table->n_row ? end : job->table->n_row;
    assay_text_reset(&share->lines);
    for (size_t first = task * TASK_ROWS; first < end; first += ASSAY_COMPILED_ROWS) {
        size_t n = end - first < ASSAY_COMPILED_ROWS ? end - first : ASSAY_COMPILED_ROWS;
        assay_compiled_table_score(job->tied, job->table, first, n, &share->work);
        for (size_t i = 0; i < n; i++) {
            if (job->state[first + i] != ASSAY_ROW_USED)
                continue;
            count_row(&share->work.block, i, &counts);
            if (job->cells != NULL)
                print_row(job, first + i, i, share);
        }
    }
    share->counts = counts;
    write_ready(crew, task);
}

/* What is done beside comes first, as it takes the longest. */
static void run_task(void *state, size_t task)
{
    struct assay_score_crew *crew = state;
    const struct assay_score_job *job = crew->job;
    if (job->beside == NULL)
        score_task(crew, task);
    else if (task > 0)
        score_task(crew, task - 1);
    else
        job->beside(job->with);
}

/* ---- a block ---- */

static void add_counts(struct assay_score_counts *to, const struct assay_score_counts *from)
{
    to->n_scored += from->n_scored;
    to->n_dropped += from->n_dropped;
    to->n_unseen += from->n_unseen;
    to->n_new_segment += from->n_new_segment;
    to->n_unknown += from->n_unknown;
    to->n_incomplete += from->n_incomplete;
    for (size_t z = 0; z < ASSAY_MAX_ZONES; z++)
        to->zones[z] += from->zones[z];
}

enum assay_status assay_score_crew_run(struct assay_score_crew *crew,
                                       const struct assay_score_job *job, FILE *stream,
                                       struct assay_score_counts *counts, struct assay_error *err)
{
    size_t n_task = (job->table->n_row + TASK_ROWS - 1) / TASK_ROWS;
    bool failed = false;
    crew->job = job;
    crew->stream = job->cells != NULL ? stream : NULL;
    crew->n_task = n_task;
    crew->n_written = 0;
    for (size_t k = 0; k < n_task; k++)
        crew->shares[k].ready = false;
    assay_parallel(n_task + (job->beside != NULL), crew->n_thread, run_task, crew);
    for (size_t k = 0; k < n_task; k++) {
        add_counts(counts, &crew->shares[k].counts);
        failed = failed || crew->shares[k].lines.failed;
    }
    return failed ? assay_fail_memory(err, "writing scores") : ASSAY_OK;
}
