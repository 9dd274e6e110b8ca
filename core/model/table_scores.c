#include "core/model/table_scores.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/thread.h"
#include "core/model/coded_scores.h"
#include "core/model/compiled_table.h"

enum { TASK_ROWS = 1 << 16, STEP_ROWS = 1 << 13 };

struct scoring {
    const struct assay_table *table;
    const struct assay_coded_scores *coded; /* or NULL: */
    const struct assay_compiled_table *tied;
    const unsigned char *wanted;
    double *score;
    atomic_bool failed; /* for want of memory */
};

static size_t task_end(const struct scoring *s, size_t task)
{
    size_t n = s->table->n_row, first = task * TASK_ROWS;
    return n - first < TASK_ROWS ? n : first + TASK_ROWS;
}

static void forget_unwanted(const struct scoring *s, size_t first, size_t end)
{
    for (size_t i = first; s->wanted != NULL && i < end; i++)
        s->score[i] = s->wanted[i] ? s->score[i] : (double)NAN;
}

static void coded_task(void *state, size_t task)
{
    const struct scoring *s = state;
    for (size_t first = task * TASK_ROWS; first < task_end(s, task); first += STEP_ROWS) {
        size_t left = task_end(s, task) - first, n = left < STEP_ROWS ? left : STEP_ROWS;
        assay_coded_scores_take(s->coded, first, n, s->score + first);
        forget_unwanted(s, first, first + n);
        assay_parallel_step();
    }
}

static void compiled_task(void *state, size_t task)
{
    struct scoring *s = state;
    struct assay_compiled_work work;
    size_t end = task_end(s, task);
    if (assay_compiled_work_init(s->tied, ASSAY_COMPILED_ROWS, &work, NULL) != ASSAY_OK) {
        atomic_store(&s->failed, true);
        return;
    }
    work.block.probability = NULL;
    for (size_t first = task * TASK_ROWS; first < end; first += ASSAY_COMPILED_ROWS) {
        size_t n = end - first < ASSAY_COMPILED_ROWS ? end - first : ASSAY_COMPILED_ROWS;
        assay_compiled_table_score(s->tied, s->table, first, n, &work);
        memcpy(s->score + first, work.block.score, n * sizeof *s->score);
    }
    forget_unwanted(s, task * TASK_ROWS, end);
    assay_compiled_work_clear(&work);
}

static enum assay_status score_compiled(const struct assay_model *model, struct scoring *s,
                                        size_t n_thread, struct assay_error *err)
{
    struct assay_compiled *compiled = NULL;
    struct assay_compiled_table tied = {0};
    enum assay_status status = assay_compiled_new(model, &compiled, err);
    if (status == ASSAY_OK)
        status = assay_compiled_table_init(compiled, model, s->table, &tied, err);
    if (status == ASSAY_OK) {
        s->tied = &tied;
        assay_parallel((s->table->n_row + TASK_ROWS - 1) / TASK_ROWS, n_thread, compiled_task, s);
        if (atomic_load(&s->failed))
            status = assay_fail_memory(err, "scoring");
    }
    assay_compiled_table_clear(&tied);
    assay_compiled_free(compiled);
    return status;
}

enum assay_status assay_table_scores(const struct assay_model *model,
                                     const struct assay_table *table, const unsigned char wanted[],
                                     size_t n_thread, double score[], struct assay_error *err)
{
    struct assay_coded_scores *coded;
    enum assay_status status = assay_coded_scores_new(model, table, n_thread, &coded, err);
    if (status != ASSAY_OK)
        return status;
    struct scoring s = {.table = table, .coded = coded, .wanted = wanted, .score = score};
    if (coded == NULL)
        return score_compiled(model, &s, n_thread, err);
    assay_parallel((table->n_row + TASK_ROWS - 1) / TASK_ROWS, n_thread, coded_task, &s);
    assay_coded_scores_free(coded);
    return ASSAY_OK;
}
